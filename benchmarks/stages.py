"""Milliseconds a cable by stage, on one core: load, read, grammar, record, its validation.

Scope: what it takes to make a valid record of one source, by source format, over the real samples where
``PRESERVE_SAMPLES`` names their folder, else over made-up pages. Not in scope: what follows the record (``first``), and
hostile texts (``worst``).

Each figure of one cable is the fastest of some runs: what the work takes when nothing disturbs it. The tables are the
median and the ninth decile of these.

Usage: python -m benchmarks.stages [--number 200] [--repeat 7]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.corpus import SAMPLE, SAMPLE_LINES, make

from preserve.cable.normalization import normalize
from preserve.cable.record import Rights, codec, schema
from preserve.errors import NotACableError
from preserve.readers.reader import Reader, SourceRef, read_page, registered_readers
from preserve.readers.sources.walk import load_source, walk_sources
from preserve.settings import Settings

__all__ = ["STAGES", "Timing", "timing"]

STAGES = ("load", "read", "grammar", "encode", "validate", "all")
"""Loading the bytes; choosing the reader and reading; the grammar, the header's included; the record as canonical
bytes; its validation; and the sum."""

_T = TypeVar("_T")
_RIGHTS = Rights(copyright=Settings().rights.copyright)


@dataclass(frozen=True, slots=True)
class Timing:
    """What one cable took.

    Attributes:
        format: The reader that read it.
        size: Characters of its body.
        milliseconds: By stage.
    """

    format: str
    size: int
    milliseconds: Mapping[str, float]


def timing(ref: SourceRef, readers: Mapping[str, Reader], repeat: int) -> Timing:
    """Measure one source: the fastest of some runs of each stage.

    Raises:
        NotACableError: Every reader declines it.
    """

    def fastest(stage: str, work: Callable[[], _T]) -> _T:
        seconds = []
        for _ in range(repeat):
            start = time.perf_counter()
            result = work()
            seconds.append(time.perf_counter() - start)
        taken[stage] = min(seconds) * 1000
        return result

    taken: dict[str, float] = {}
    item = fastest("load", lambda: load_source(ref))
    page = fastest("read", lambda: read_page(item, readers))
    cable = fastest("grammar", lambda: normalize(page, _RIGHTS))
    fastest("encode", lambda: codec.encode_record(cable))
    record = codec.record_to_json(cable)
    fastest("validate", lambda: schema.check_record(record))
    taken["all"] = sum(taken.values())
    return Timing(page.capture.format, len(page.body), taken)


def timings(refs: Sequence[SourceRef], repeat: int) -> Iterator[Timing]:
    """Measure each source that is a cable."""
    readers = registered_readers()
    for ref in refs:
        try:
            yield timing(ref, readers, repeat)
        except NotACableError:
            continue


def main() -> None:
    """Measure, and print a line for all and one for each format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=200, help="made-up pages, where there are no samples")
    parser.add_argument("--repeat", type=int, default=7, help="runs of which the fastest counts")
    arguments = parser.parse_args()
    samples = os.environ.get("PRESERVE_SAMPLES")
    if samples:
        _report(f"the samples of {samples}", list(walk_sources([samples])), arguments.repeat)
        return
    with tempfile.TemporaryDirectory() as name:
        for page in (SAMPLE, SAMPLE_LINES):
            paths = make(arguments.number // 2, Path(name) / page.stem, page)
            _report(f"made-up copies of {page.name}", [SourceRef(str(path), path) for path in paths], arguments.repeat)


def _report(what: str, refs: Sequence[SourceRef], repeat: int) -> None:
    by_format: dict[str, list[Timing]] = defaultdict(list)
    for each in timings(refs, repeat):
        by_format["all formats"].append(each)
        by_format[each.format].append(each)
    print(f"{what}: milliseconds a cable, median / ninth decile\n")
    print(f"  {'format':<16}{'cables':>7}{'characters':>12}" + "".join(f"{stage:>16}" for stage in STAGES))
    for name, timed in by_format.items():
        size = statistics.median(each.size for each in timed)
        cells = (_cell([each.milliseconds[stage] for each in timed]) for stage in STAGES)
        print(f"  {name:<16}{len(timed):>7}{size:>12,.0f}" + "".join(f"{cell:>16}" for cell in cells))
    print()


def _cell(values: Sequence[float]) -> str:
    ninth = sorted(values)[min(len(values) * 9 // 10, len(values) - 1)]
    return f"{statistics.median(values):.3f} / {ninth:.3f}"


if __name__ == "__main__":
    main()
