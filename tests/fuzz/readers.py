"""Fuzzing of the readers: damaged sources go in, and nothing but records, reasons and errors of ours comes out.

Scope: inputs made from the tests' made-up pages and, where ``PRESERVE_SAMPLES`` names a folder, from real ones; each
is read as a run would read it. A failure is an exception that is not ours, a record that is not valid, segments that
are no partition, a document that is not valid or has not the text of the record, and an input that takes more than
ten seconds of processor time. Not in scope: how inputs are damaged (``mutations``).

What an input is depends on the reader, the seed and its number only (and on the samples): ``--only`` makes one again.

Usage: python -m tests.fuzz.readers READER [--seconds N] [--seed S] [--keep FOLDER] [--only NUMBER]
READER is a name of ``preserve formats``, or ``containers`` for damaged archives of pages.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Protocol

from tests.fuzz.mutations import mended, mutated
from tests.fuzz.samples import Sample, archives, made_up, real
from tests.protocols.reader import assert_whole
from tests.readers.sources.test_archives import PAGES

from preserve.digests import sha256
from preserve.errors import NotACableError, SourceError, UsageError
from preserve.findings import Severity, worst
from preserve.ingest.one_cable import normalize_source, render_cable
from preserve.package import Packaging
from preserve.provenance.software import this_software
from preserve.readers.csv.rows import RowRange, find_rows
from preserve.readers.reader import Excuse, Reader, SourceItem, SourceRef, registered_readers
from preserve.readers.sources.walk import load_source, walk_rows, walk_sources
from preserve.settings import Settings

__all__ = [
    "CONTAINERS",
    "LONGEST",
    "Failure",
    "FaultError",
    "Fuzzed",
    "Sample",
    "Tally",
    "Target",
    "flags",
    "fuzz",
    "run",
    "target",
]

CONTAINERS = "containers"
LONGEST = 10.0
"""Seconds of processor time that one input may take."""

_NAMES = ("x", "stdin", "07STRELSAU1.txt", "1978STRELS01534.txt", "\\x1b", ".7z")
_WHOLE = 8
"""Of so many inputs that are read, one goes the whole way, to the description of its bag."""
_MEMORY = 6 << 30
_PACKAGING = Packaging(settings=Settings(), software=this_software(), at=datetime(2026, 1, 2, tzinfo=UTC))


class Fate(StrEnum):
    """What became of an input."""

    READ = "read"
    DECLINED = "declined"
    REFUSED = "refused"


class FaultError(Exception):
    """What an input must not do, other than raise something."""


class _TooLongError(BaseException):
    """The time of one input is over; no ``except Exception`` on the way may take it for damage."""


class Fuzzed(Protocol):
    """What is fuzzed."""

    @property
    def name(self) -> str:
        """As the command line names it."""

    @property
    def samples(self) -> Sequence[Sample]:
        """What is damaged."""

    def make(self, seed: int, number: int) -> Sample:
        """Return an input; the same numbers make the same one."""

    def attempt(self, sample: Sample, place: Path, *, whole: bool = False) -> str:
        """Do with an input what a run would do, and say in a word what became of it.

        Args:
            sample: The input.
            place: An empty folder.
            whole: Do also what takes longer.

        Raises:
            FaultError: What came out is not right.
        """


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed: a reader with its samples; no reader for archives and other files that are walked."""

    name: str
    samples: Sequence[Sample]
    reader: Reader | None = None

    def make(self, seed: int, number: int) -> Sample:
        """Return an input; the same numbers make the same one."""
        chance = random.Random(f"{self.name}:{seed}:{number}")
        sample = chance.choice(self.samples)
        data = mutated(chance, sample.data, [each.data for each in self.samples])
        if sample.walked and chance.randrange(2):
            data = mended(sample.name, data)
        name = sample.name
        if not sample.walked and not chance.randrange(10):
            name = chance.choice((*_NAMES, name.upper(), name * 9))
        return Sample(name, data, sample.walked)

    def attempt(self, sample: Sample, place: Path, *, whole: bool = False) -> Fate:
        """Read an input as a run would.

        Raises:
            FaultError: What came out is not right.
        """
        if sample.walked:
            return self._walk(sample, place)
        item = SourceItem(sample.name, sample.data, f"in/{sample.name}", path=f"cablegate-201012102105/{sample.name}")
        answer = Excuse("no reader is fuzzed") if self.reader is None else self.reader.recognise(item)
        declined = isinstance(answer, Excuse)
        if isinstance(answer, Excuse) and not (answer.reason.isprintable() and answer.reason.strip()):
            raise FaultError(f"the reason is not in words: {answer.reason!r}")
        try:
            if not isinstance(answer, Excuse):
                assert_whole(answer())
            if whole or declined:
                _whole(item)
        except NotACableError:
            return Fate.DECLINED
        except SourceError:
            return Fate.DECLINED if declined else Fate.REFUSED
        return Fate.DECLINED if declined else Fate.READ

    def _walk(self, sample: Sample, place: Path) -> Fate:
        path = place / sample.name
        path.write_bytes(sample.data)
        if self.name != CONTAINERS:
            _check_extents(sample.data)
        try:
            fates = {_of_ref(ref) for ref in walk_sources([str(path)])}
            chosen = {_of_ref(ref) for ref in walk_rows(str(path), RowRange(2, 2))}
        except UsageError:
            chosen = set()
        if not fates or not chosen <= fates:
            raise FaultError(f"what was said of it: {sorted(fates)}, of a row: {sorted(chosen)}")
        return next(fate for fate in (Fate.READ, Fate.REFUSED, Fate.DECLINED) if fate in fates)


def _of_ref(ref: SourceRef) -> Fate:
    if not ref.where.isprintable() or not (ref.trouble or "x").isprintable():
        raise FaultError(f"not printable: {ref.where!r}, {ref.trouble!r}")
    try:
        item = load_source(ref)
        if sha256(item.data) not in _KNOWN:
            _whole(item)
    except NotACableError:
        return Fate.DECLINED
    except SourceError:
        return Fate.REFUSED
    return Fate.READ


_KNOWN = frozenset(sha256(data) for data in PAGES.values())
"""Pages that came through unharmed are not read again and again."""


def _whole(item: SourceItem) -> None:
    """Take an item the whole way; raise what stops it."""
    understood = normalize_source(item, _PACKAGING.settings)
    rendered = render_cable(understood, _PACKAGING)
    if worst(rendered.findings) is Severity.ERROR:
        codes = sorted({each.code for each in rendered.findings if each.severity is Severity.ERROR})
        raise FaultError(f"what was made is not valid: {', '.join(codes)}")


def _check_extents(data: bytes) -> None:
    """Check that rows do not overlap, and that between them is nothing but line ends."""
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    for extent in find_rows(data[start : start + 4096] for start in range(0, len(data), 4096)):
        if extent.offset < at or extent.length <= 0 or data[at : extent.offset].strip(b"\r\n"):
            raise FaultError(f"rows overlap or lose bytes at {at}: {extent}")
        at = extent.offset + extent.length
    if data[at:].strip(b"\r\n"):
        raise FaultError(f"bytes are lost behind {at}")


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that did what none may do."""

    number: int
    sample: Sample
    says: str


@dataclass(slots=True)
class Tally:
    """The counts of a run."""

    inputs: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0
    slowest_number: int = 0

    def fails(self, failure: Failure, hear: Callable[[Failure], None]) -> None:
        """Count a failure, and tell it."""
        self.failures.append(failure)
        hear(failure)

    def __str__(self) -> str:
        counts = ", ".join(f"{fate} {self.fates[fate]}" for fate in sorted(self.fates))
        slowest = f"slowest {self.slowest * 1000:.0f} ms (input {self.slowest_number})"
        return f"inputs {self.inputs}, {counts}, failures {len(self.failures)}, {slowest}"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Let a block have so many seconds of processor time: waiting for a busy machine does not count."""

    def over(_: int, __: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def fuzz(
    what: Fuzzed,
    numbers: Iterable[int],
    seed: int,
    *,
    longest: float = LONGEST,
    hear: Callable[[Failure], None] = lambda _: None,
) -> Tally:
    """Read inputs, and tell what became of them.

    Args:
        what: The reader and its samples.
        numbers: Of the inputs.
        seed: Of the chance.
        longest: Seconds that one may take.
        hear: Hears of each failure at once.
    """
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        for number in numbers:
            scratch = Path(name) / "input"
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir()
            sample = what.make(seed, number)
            tally.inputs += 1
            start = time.process_time()
            try:
                with _limited(longest):
                    tally.fates[what.attempt(sample, scratch, whole=number % _WHOLE == 0)] += 1
            except _TooLongError:
                tally.fails(Failure(number, sample, f"takes more than {longest} s"), hear)
            except Exception as error:  # whatever it is: that is what is looked for
                tally.fails(Failure(number, sample, _told(error)), hear)
            took = time.process_time() - start
            if took > tally.slowest:
                tally.slowest, tally.slowest_number = took, number
    return tally


def _told(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}: {str(error)[:300]}"


def target(name: str, folder: Path | None = None) -> Target:
    """Return what a name stands for, with the made-up sources of its format and the real ones of a folder.

    Raises:
        SystemExit: There is no such reader.
    """
    if name == CONTAINERS:
        return Target(name, archives())
    readers = registered_readers()
    if name not in readers:
        raise SystemExit(f"no reader {name!r}; there are {', '.join((*readers, CONTAINERS))}")
    reader = readers[name]
    return Target(name, [*made_up(reader), *real(reader, folder)], reader)


def _until(seconds: float) -> Iterator[int]:
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        yield number
        number += 1


def run(what: Fuzzed, arguments: argparse.Namespace) -> Tally:
    """Fuzz as the command line asks, and print failures and counts."""
    # What asks for more memory than any page needs fails as a MemoryError, and not the machine.
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    faulthandler.enable()
    numbers = _until(arguments.seconds) if arguments.only is None else iter([arguments.only])

    def hear(failure: Failure) -> None:
        name = failure.sample.name[:80]
        print(f"input {failure.number} of seed {arguments.seed} ({name}): {failure.says}", flush=True)
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            kept = arguments.keep / f"{what.name}-{arguments.seed}-{failure.number}-{name}"
            kept.write_bytes(failure.sample.data)
            print(f"  kept as {kept}", flush=True)

    tally = fuzz(what, numbers, arguments.seed, hear=hear)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{what.name}: {tally}, peak memory {peak} MiB, {len(what.samples)} samples", flush=True)
    return tally


def flags(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the flags of every fuzzing."""
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="the folder that failing inputs are written to")
    parser.add_argument("--only", type=int, help="make and read this input alone")
    return parser


def main() -> None:
    """Read the arguments, fuzz, print failures and counts; exit code 1 on failures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader")
    arguments = flags(parser).parse_args()
    folder = os.environ.get("PRESERVE_SAMPLES")
    what = target(arguments.reader, Path(folder) if folder else None)
    sys.exit(bool(run(what, arguments).failures))


if __name__ == "__main__":
    main()
