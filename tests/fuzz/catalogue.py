"""Fuzzing of the catalogue: a damaged one lies in a good archive, and everything is asked of it.

Each question of the catalogue, and the verbs that read, give an answer or an error of ours. A failure is an exception
that is not ours, an internal error of a verb, a bag whose place is not below the root, something that is written
outside, a catalogue that cannot be made again from the log, more than ten seconds of processor time, or 200 MB of
memory.

What an input is depends on the seed and its number only: ``--only`` makes one again.

Usage: python -m tests.fuzz.catalogue [--seconds N] [--seed S] [--keep FOLDER] [--only NUMBER]
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.archive.making import AT, founded, put
from tests.fuzz.bags import MOST_MEMORY
from tests.fuzz.catalogue_damage import damaged_file, damaged_wal
from tests.fuzz.readers import FaultError, flags, run
from tests.fuzz.samples import Sample

from preserve.archive.catalogue import Catalogue, Condition, Order
from preserve.archive.eventlog import EventLog
from preserve.archive.events import EventOutcome, LogEvent
from preserve.archive.layout import CATALOGUE, Location
from preserve.archive.model import StoredBag
from preserve.cli.main import run as run_command
from preserve.errors import PreserveError
from preserve.provenance.software import Software

__all__ = ["CatalogueTarget"]

_WAL = f"{CATALOGUE}-wal"
_CODES = frozenset({0, 1, 2, 3, 4, 6, 7})
_SOFTWARE = Software("preserve", "0.1.0")


@cache
def _template() -> Path:
    """Make an archive, once, that stands for all; it goes when the process does."""
    place = tempfile.TemporaryDirectory(prefix="fuzz-archive-")
    _places.append(place)
    root = Path(place.name) / "a"
    with founded(root) as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2", "07STRELSAU3")
        put(archive, "07STRELSAU1", source=b"another source\n")
        for bag, outcome in (("07STRELSAU1", EventOutcome.SUCCESS), ("07STRELSAU2", EventOutcome.FAIL)):
            data = {"depth": "full", "present": True, "files": 2, "bytes": 30}
            archive.log(
                [LogEvent(type="fixity check", at=AT, detail="x", outcome=outcome, bag=bag, version=1, data=data)]
            )
    return root


_places: list[tempfile.TemporaryDirectory[str]] = []


def _samples() -> list[Sample]:
    root = _template()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        copy = Path(folder)
        shutil.copy(root / CATALOGUE, copy)
        with closing(Catalogue(copy)) as catalogue:
            catalogue.rebuild(EventLog(root, _SOFTWARE).read())
            wal = (copy / _WAL).read_bytes()
    return [Sample(CATALOGUE, (root / CATALOGUE).read_bytes()), Sample(_WAL, wal)]


@dataclass(frozen=True, slots=True)
class CatalogueTarget:
    """The catalogue of an archive.

    Attributes:
        name: As failures are kept.
        samples: Its file, and its write-ahead log.
    """

    name: str = "catalogue"
    samples: Sequence[Sample] = field(default_factory=_samples)

    def make(self, seed: int, number: int) -> Sample:
        """See :class:`tests.fuzz.readers.Fuzzed`."""
        chance = random.Random(f"{self.name}:{seed}:{number}")
        sample = self.samples[0 if chance.randrange(12) else 1]
        damage = damaged_file if sample.name == CATALOGUE else damaged_wal
        return Sample(sample.name, damage(chance, sample.data, [each.data for each in self.samples]))

    def attempt(self, sample: Sample, place: Path, *, whole: bool = False) -> str:
        """See :class:`tests.fuzz.readers.Fuzzed`."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        root = place / "1" / "a"
        shutil.copytree(_template(), root, copy_function=_copy)
        (root / sample.name).write_bytes(sample.data)
        fate = _ask_everything(root)
        for verb in _VERBS if whole else ():
            _run_verb(verb, root)
        _ask_privately(root)
        _check_remade(root)
        outside = {each.name for each in place.iterdir()} | {each.name for each in (place / "1").iterdir()}
        if not outside <= {"1", "a", "out"}:
            raise FaultError(f"something was written outside: {sorted(outside)}")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
        if grown > MOST_MEMORY:
            raise FaultError(f"the memory grew by {grown >> 20} MiB")
        return fate


def _copy(source: str, target: str) -> None:
    """Link what nobody writes to, and copy the rest."""
    if "/bags/" in source or "/schemas/" in source:
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


_QUESTIONS: tuple[Callable[[Catalogue], object], ...] = (
    Catalogue.head,
    Catalogue.count,
    *(lambda each, order=order: _check_bags(each.bags(order)) for order in Order),
    lambda each: _check_bags(each.find("07STRELSAU1")),
    lambda each: _check_bags(each.versions("07STRELSAU1")),
    lambda each: _check_bags(each.find_by_names(["07strelsau1", "07STRELSAU2"])),
    lambda each: _check_bags(each.find_by_source("0" * 64)),
    lambda each: each.positions("07STRELSAU1", 1),
    lambda each: each.position_of(1),
    Catalogue.last_announcement,
    lambda each: each.similar_names("07STRELSAX1"),
    lambda each: list(each.dump()),
)
_VERBS = (
    "list",
    "list --json",
    "show 07STRELSAU1",
    "get 07STRELSAU1 --to OUT",
    "events 07STRELSAU2",
    "audit",
    "show 07STRE",
)


def _check_bags(bags: object) -> None:
    for each in bags if isinstance(bags, list) else list(bags):  # type: ignore[call-overload]
        if not isinstance(each, StoredBag) or Location.parse(each.location.path) != each.location:
            raise FaultError(f"no place of an archive: {each}")


def _ask_everything(root: Path) -> str:
    """Ask every question; an error of ours is an answer."""
    with closing(Catalogue(root)) as catalogue:
        try:
            condition = catalogue.condition()
        except PreserveError:
            return "newer"
        refused = sum(_refuses(catalogue, question) for question in _QUESTIONS)
        differs = _refuses(catalogue, lambda each: _answer(each.compare(lambda _: EventLog(root, _SOFTWARE).read())))
        _refuses(catalogue, lambda each: each.fold(EventLog(root, _SOFTWARE).read(each.head())))
    if condition is not Condition.GOOD and refused < len(_QUESTIONS):
        raise FaultError(f"{condition}, and it answers")
    if not differs and refused:
        raise FaultError("it is said to agree with the log, and refuses to answer")
    return (
        condition.value
        if condition is not Condition.GOOD
        else "refused"
        if refused
        else "differs"
        if differs
        else "same"
    )


def _answer(says: str | None) -> None:
    if says is not None:
        raise PreserveError(says)


def _refuses(catalogue: Catalogue, question: Callable[[Catalogue], object]) -> bool:
    try:
        question(catalogue)
    except PreserveError as error:
        if not error.message.strip() or not error.message.isprintable():
            raise FaultError(f"not in words: {error.message!r}") from error
        return True
    return False


def _ask_privately(root: Path) -> None:
    """Go on with a private copy, as a reader would who cannot use the file, and bring it up to date."""
    with closing(Catalogue(root)) as catalogue:
        catalogue.use_private_copy()
        log = EventLog(root, _SOFTWARE)
        _refuses(catalogue, lambda each: each.fold(log.read(each.head())))
        catalogue.rebuild(log.read())
        if (says := catalogue.compare(lambda _: log.read())) is not None:
            raise FaultError(f"the private copy that was made again: {says}")


def _check_remade(root: Path) -> None:
    with closing(Catalogue(root)) as catalogue:
        log = EventLog(root, _SOFTWARE)
        catalogue.rebuild(log.read())
        if catalogue.condition() is not Condition.GOOD or (says := catalogue.compare(lambda _: log.read())) is not None:
            raise FaultError(f"made again, it is {catalogue.condition()}: {says}")


def _run_verb(verb: str, root: Path) -> None:
    words = [str(root.parent / "out") if each == "OUT" else each for each in verb.split()]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as told:
        try:
            run_command([*words, "--archive", str(root)])
            code: object = 0
        except SystemExit as left:
            code = left.code
    if code not in _CODES or "internal error" in told.getvalue():
        raise FaultError(f"{verb} leaves with {code}: {told.getvalue()[:300]}")


def main() -> None:
    """Read the arguments, fuzz, print failures and counts; exit code 1 on failures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sys.exit(bool(run(CatalogueTarget(), flags(parser).parse_args()).failures))


if __name__ == "__main__":
    main()
