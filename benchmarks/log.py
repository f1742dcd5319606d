"""What it costs to check the event log: before a write, and whole, against reading and hashing the same bytes.

A log of made-up lines is written by the program itself: one bag for every ten lines, fixity checks of these for the
rest. Then, in processor seconds of one run over the same bytes:

* ``bytes``: reading the log and hashing each line, the least that any check of the chain must do;
* ``walk``: the whole chain, every line read and held against the next;
* ``audit``: that, and the whole catalogue compared with it, as each audit begins;
* ``write``: bringing an archive into step before a write, when nothing is new, as each write begins;
* ``fold``: making the catalogue again.

Memory is the peak of the process after each.

Usage: python -m benchmarks.log [--lines 100000]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from preserve.archive.cable_entry import CableEntry
from preserve.archive.eventlog import EventLog
from preserve.archive.events import LogEvent
from preserve.archive.layout import Location
from preserve.archive.opening import initialise, open_archive
from preserve.bag import Form
from preserve.clock import Clock
from preserve.digests import sha256 as digest_of
from preserve.provenance import this_software

__all__ = ["measure"]

_AT = "2026-01-31T09:30:00Z"
_BATCH = 1000


def _events(lines: int) -> Iterator[LogEvent]:
    bags = max(1, lines // 10)
    for number in range(lines):
        name = f"07STRELSAU{number % bags + 1}"
        if number < bags:
            place = Location("STRELSAU", "2007", name, 1, Form.DIRECTORY)
            seal = digest_of(name.encode())
            entry = CableEntry(
                identifier=name,
                date="2007-03-05T14:02:00",
                post="STRELSAU",
                subject="RURITANIA: THE HARVEST",
                source_sha256=seal,
                text_sha256=seal,
            )
            counts = {"files": 5, "bytes": 30_000, "size": 33_000}
            data: dict[str, object] = {"location": place.path, "seal": seal, **counts, "cables": [entry.as_json()]}
            yield LogEvent(type="ingestion", at=_AT, detail="Stored.", bag=name, version=1, data=data)
        else:
            data = {"depth": "full", "present": True, "files": 5, "bytes": 30_000}
            says = "Every file agrees with the manifests, and the tag manifest with its seal."
            yield LogEvent(type="fixity check", at=_AT, detail=says, bag=name, version=1, data=data)


def _hash_lines(root: Path, files: list[str]) -> None:
    for file in files:
        with (root / file).open("rb") as stream:
            for line in stream:
                sha256(line).digest()


def measure(root: Path, lines: int) -> dict[str, tuple[float, int]]:
    """Return the processor seconds of each measure, and the peak of memory after it in MiB.

    Args:
        root: A folder that is not there yet.
        lines: How many lines the log gets.
    """
    clock = Clock()
    with initialise(root, clock) as archive:
        drawn = _events(lines)
        while batch := list(islice(drawn, _BATCH)):
            archive.log(batch)
    log = EventLog(root, this_software())
    figures: dict[str, tuple[float, int]] = {}

    def take(name: str, work: Callable[[], object]) -> None:
        begin = time.process_time()
        work()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        figures[name] = (time.process_time() - begin, peak)

    def settle() -> None:
        with open_archive(root, clock=clock) as archive, archive.writing():
            pass

    take("bytes", lambda: _hash_lines(root, log.files()))
    take("walk", lambda: sum(1 for _ in log.walk()))
    with open_archive(root, clock=clock) as archive:
        take("audit", archive.check_log)
    take("write", settle)
    with open_archive(root, clock=clock) as archive:
        take("fold", archive.rebuild)
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000, metavar="N", help="lines of the log")
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        root = Path(folder) / "archive"
        figures = measure(root, lines)
        size = sum(path.stat().st_size for path in root.glob("events/*/*/*.jsonl"))
    print(f"{lines:,} lines, {size / 1e6:,.0f} MB")
    bare = figures["bytes"][0]
    for name, (seconds, peak) in figures.items():
        each = seconds / lines * 1e6
        print(f"{name:<6} {seconds:9.3f} s  {seconds / bare:7.1f} x bytes  {each:7.1f} µs a line  {peak} MiB")


if __name__ == "__main__":
    main()
