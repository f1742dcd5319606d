"""Fuzzing of what reads event logs: damaged lines, and archives whose logs were damaged or rewritten.

A line is decoded, folded and validated. A failure is an exception that is not ours, a message without end, a line that
is called valid and that the archive does not take, and a bag outside of the archive. An archive is listed, shown, told
of, written to, audited and rebuilt, by the verbs in this process. A failure is an exit code that no verb of these has,
an internal error, a path that leads out of the archive, anything that is written beside it, and a bag that is said to
be stored, or to have passed, without its line in the log.

What an input is depends on the target, the seed and its number only: ``--only`` makes one again.

Usage: python -m tests.fuzz.logs line|archive [--seconds N] [--seed S] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.archive.making import AT, founded, put
from tests.fuzz.bag_samples import BAGS, tarred
from tests.fuzz.bags import BagTarget
from tests.fuzz.log_damage import damaged_line, damaged_log
from tests.fuzz.readers import FaultError, flags, run
from tests.fuzz.samples import Sample

from preserve import audit
from preserve.archive.events import EventOutcome, LogEvent, LoggedEvent, Position
from preserve.archive.ingestion import stored_bag
from preserve.archive.layout import CATALOGUE
from preserve.bag.model import Form
from preserve.cli.main import run as run_verb
from preserve.errors import ArchiveError, ExitCode
from preserve.provenance.vocabulary import EventType
from preserve.report import documents as words
from preserve.validation.files import validate_file
from preserve.validation.model import DocumentKind

__all__ = ["TARGETS", "log_target"]

_LONGEST_MESSAGE = 2000
_PAGE = b"""UNCLAS STRELSAU 000042

SIPDIS

E.O. 12958: N/A
TAGS: SCUL, RZ
SUBJECT: THE ROOF OF THE OPERA

1. The roof is in the orchestra.

HOLLIS

NNNN
"""
_CODES = frozenset({ExitCode.GOOD, ExitCode.INVALID, ExitCode.SOURCE, ExitCode.ARCHIVE, ExitCode.LOG})


@lru_cache(maxsize=1)
def _template() -> Path:
    """Make an archive whose log has lines of every kind that a verb writes, and a bag that no line is about."""
    place = tempfile.TemporaryDirectory(prefix="fuzz-")
    _PLACES.append(place)
    root = Path(place.name) / "a"
    with founded(root) as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2")
        put(archive, "07STRELSAU1", source=b"other", form=Form.TAR)
        audit.record_checks(archive, [audit.check_bag(task) for task in audit.due_bags(archive)])
        of = {"target": "directory:/mnt/x", "bag": "07STRELSAU1", "version": 1, "state": "prepared", "says": "-"}
        receipt = of | {"at": AT, "files": 0, "bytes": 0, "already": False}
        note = LogEvent(
            type=EventType.METADATA_MODIFICATION.label, at=AT, detail="A note.", data={"catalogue": "Gone."}
        )
        sent = replace(note, type=EventType.TRANSFER.label, bag="07STRELSAU1", version=1, data={"receipt": receipt})
        archive.log([note, sent])
    planted = root / "bags/ZENDA/2007/07ZENDA1/v1.tar"
    planted.parent.mkdir(parents=True)
    planted.write_bytes(tarred(BAGS[0]))
    return root


_PLACES: list[tempfile.TemporaryDirectory[str]] = []


def _log() -> bytes:
    (file,) = _template().glob("events/*/*/*.jsonl")
    return file.read_bytes()


# --- lines ---


def _try_line(sample: Sample, ground: Path, _whole: bool) -> str:
    line = sample.data
    event = _decoded(line)
    valid = _is_valid(line)
    if event is None:
        if valid:
            raise FaultError("called valid, and no archive takes it")
        return "refused"
    if event.event.type == EventType.INGESTION.label:
        try:
            bag = stored_bag(ground, event)
        except ArchiveError as error:
            _check_message(error.message)
            if valid:
                raise FaultError(f"called valid, and not folded: {error.message}") from error
            return "no bag"
        _check_inside(str(bag.path), ground)
        json.dumps([bag.seal, *(each.as_json() for each in bag.cables), *bag.profiles]).encode()
    return "valid" if valid else "read"


def _decoded(line: bytes) -> LoggedEvent | None:
    try:
        event = LoggedEvent.decode(line, Position("f", 0, len(line)))
    except ValueError as error:
        _check_message(str(error))
        return None
    json.dumps(event.event.data)
    return event


def _is_valid(line: bytes) -> bool:
    result = validate_file(None, DocumentKind.EVENT, stdin=io.BytesIO(line + b"\n")) if line.strip() else None
    if result is None:
        return False
    json.dumps(words.validate_line(result), allow_nan=False)
    if not words.validate_text(result):
        raise FaultError("validation has no words")
    return result.valid


def _check_message(says: str) -> None:
    if not says.strip() or len(says) > _LONGEST_MESSAGE:
        raise FaultError(f"a message of {len(says)} characters: {says[:200]!r}")


def _check_inside(path: str, root: Path) -> None:
    if not os.path.normpath(path).startswith(f"{os.path.normpath(root)}/bags/"):
        raise FaultError(f"a path out of the archive: {path!r}")


# --- archives ---


def _try_archive(sample: Sample, ground: Path, whole: bool) -> str:
    chance = random.Random(zlib.crc32(sample.data))
    root, page = ground / "a", ground / "04STRELSAU42.txt"
    shutil.copytree(_template(), root, symlinks=True)
    page.write_bytes(_PAGE)
    _lay(chance, sample.data, root)
    if chance.randrange(3) == 0:
        for suffix in ("", "-wal", "-shm"):
            (root / f"{CATALOGUE}{suffix}").unlink(missing_ok=True)
    verbs = [
        ["list"],
        ["show", "07STRELSAU1"],
        ["events", "07STRELSAU1"],
        ["ingest", str(page), "--jobs", "1"],
        ["audit", "--jobs", "1"],
    ]
    chance.shuffle(verbs)
    for verb in verbs:
        _call([*verb, "--archive", str(root), "--json"], root)
    rebuilt = _call(["catalogue", "rebuild", "--archive", str(root), "--json"], root)
    listed = _call(["list", "--archive", str(root), "--json"], root)
    if rebuilt == ExitCode.GOOD != listed:
        raise FaultError(f"rebuilt, and to list it ends with {listed}")
    if whole:
        _call(["validate", str(root / "events"), "--jobs", "1"], root)
        _call(["events", "07STRELSAU1", "--as", "premis", "--archive", str(root)], root)
    if {each.name for each in ground.iterdir()} != {"a", "04STRELSAU42.txt"}:
        raise FaultError("something lies beside the archive")
    return "rebuilt" if rebuilt == ExitCode.GOOD else "not rebuilt"


def _lay(chance: random.Random, data: bytes, root: Path) -> None:
    """Put a log in the place of the one that is there: in a file, in two, or in others than there should be."""
    (file,) = root.glob("events/*/*/*.jsonl")
    lines = data.splitlines(keepends=True)
    at = chance.randint(0, len(lines))
    second = file.parent.parent / chance.choice(("01", "12", "00")) / f"{chance.choice((at + 1, at, 1, 0)):012d}.jsonl"
    match chance.randrange(8):
        case 0 | 1 if second != file:
            file.write_bytes(b"".join(lines[:at]))
            second.parent.mkdir(exist_ok=True)
            second.write_bytes(b"".join(lines[at:]))
        case 2:
            file.rename(file.with_name("elsewhere"))
            file.symlink_to("elsewhere")
            file.write_bytes(data)
        case 3:
            file.write_bytes(data)
            file.with_name("x.jsonl").write_bytes(b"{}\n")
        case _:
            file.write_bytes(data)


def _call(arguments: list[str], root: Path) -> int:
    """Run a verb in this process, check what it says and what it did, and return its exit code."""
    out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(error), patch.dict(os.environ, {"SOURCE_DATE_EPOCH": "1790000000"}):
        try:
            run_verb(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
    out.flush()
    said, complained = (each.buffer.getvalue().decode("utf-8") for each in (out, error))
    if "internal error" in complained or "Traceback" in complained:
        raise FaultError(f"{arguments[0]}: {complained[:400]}")
    if code not in _CODES:
        raise FaultError(f"{arguments[0]} ends with {code}: {complained[:400]}")
    _check_message(complained or "-")
    if "--json" in arguments:
        _check_lines(arguments[0], [json.loads(line) for line in said.splitlines()], root)
    return code


def _check_lines(verb: str, lines: list[dict[str, Any]], root: Path) -> None:
    logged = {*_logged(root)} if verb in _LOGS else set()
    for line in lines:
        if isinstance(path := line.get("path"), str):
            _check_inside(path if verb != "audit" else f"{root}/{path}", root)
        done = (_LOGS.get(verb, {}).get(str(line.get("outcome"))), line.get("bag"), line.get("version"))
        if done[0] is not None and done not in logged:
            raise FaultError(f"{verb} says of {done[1:]} {line['outcome']!r}, and the log does not say so")


_LOGS: Mapping[str, Mapping[str, str]] = {
    "ingest": {"stored": EventType.INGESTION.label},
    "audit": {"pass": EventType.FIXITY_CHECK.label},
}
"""What a verb says of a bag, and the event that must then be in the log."""


def _logged(root: Path) -> Iterator[tuple[object, object, object]]:
    """Yield the type, the bag and the version of each line of the log that tells a success."""
    for line in (line for file in root.glob("events/*/*/*.jsonl") for line in file.read_bytes().splitlines()):
        try:
            event = LoggedEvent.decode(line, Position("", 0, 0)).event
        except ValueError:
            continue
        if event.outcome is EventOutcome.SUCCESS:
            yield event.type, event.bag, event.version


def _line_samples() -> list[Sample]:
    return [Sample("line", line, walked=True) for line in _log().splitlines()]


def _log_samples() -> list[Sample]:
    return [Sample("log.jsonl", _log(), walked=True)]


TARGETS = {
    "line": (_line_samples, damaged_line, _try_line),
    "archive": (_log_samples, damaged_log, _try_archive),
}
"""What can be fuzzed."""


def log_target(name: str) -> BagTarget:
    """Return a target, one of :data:`TARGETS`."""
    samples, damage, try_it = TARGETS[name]
    return BagTarget(name, samples(), damage, try_it)


def main() -> None:
    """Read the arguments, fuzz, print failures and counts; exit code 1 on failures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    arguments = flags(parser).parse_args()
    sys.exit(bool(run(log_target(arguments.target), arguments).failures))


if __name__ == "__main__":
    main()
