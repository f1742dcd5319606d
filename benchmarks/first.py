"""The first benchmark: 5,000 made-up copies of one page, ours by stage and whole, against a plain script, in one run.

What is compared: ``preserve`` (record, TEI, PREMIS and RO-Crate made and validated; one bag a cable, staged, synced,
renamed; in an archive also logged and catalogued) with a plain loop that makes the same files, validates record and
TEI with jsonschema and lxml, writes them and calls ``bagit.make_bag``: no stage, no sync, no log, no catalogue, no
PREMIS validation. And both with a bare write of the same bytes.

Usage: python -m benchmarks.first [--number 5000] [--page FILE] [--scratch FOLDER]
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import bagit
from benchmarks.corpus import SAMPLE, make
from jsonschema import Draft202012Validator
from lxml import etree

from preserve.archive.opening import initialise
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.new_bag import stage_bag
from preserve.cable.normalization import normalize
from preserve.cable.record import Rights, codec, schema
from preserve.clock import Clock
from preserve.contracts.contract import contract_bytes
from preserve.engine import cores
from preserve.ingest.batch import ingest, pack
from preserve.ingest.one_cable import bag_of_one, normalize_source, render_cable
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.package import Packager
from preserve.provenance.software import this_software
from preserve.readers.formats.cablebrowser import CablebrowserReader
from preserve.readers.reader import SourceRef, read_page
from preserve.readers.sources.walk import load_source
from preserve.settings import Settings
from preserve.tei import validate as tei_check

P = ParamSpec("P")
R = TypeVar("R")

CLOCK = Clock(datetime(2026, 1, 31, tzinfo=UTC))
SETTINGS = Settings()


def packager() -> Packager:
    """Return who makes the bags here."""
    return Packager(settings=SETTINGS, software=this_software(), clock=CLOCK)


@contextmanager
def timed(name: str, rows: dict[str, float]) -> Iterator[None]:
    """Keep the seconds of wall clock that a block took."""
    start = time.perf_counter()
    yield
    rows[name] = time.perf_counter() - start


class Stopwatch:
    """Collects the milliseconds of named pieces of work."""

    def __init__(self) -> None:
        self.measured: dict[str, list[float]] = {}

    def __call__(self, name: str, work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
        """Do the work, and keep how long it took."""
        start = time.perf_counter()
        result = work(*arguments, **named)
        self.measured.setdefault(name, []).append((time.perf_counter() - start) * 1000)
        return result

    def medians(self) -> dict[str, float]:
        """Return the median of each piece of work."""
        return {name: statistics.median(values) for name, values in self.measured.items()}


def stages(paths: list[Path], scratch: Path) -> dict[str, float]:
    """Return the median milliseconds a cable of each stage, one process, one cable after another."""
    readers = {CablebrowserReader.name: CablebrowserReader()}
    packaging, rights = packager().start(), Rights(copyright=SETTINGS.rights.copyright)
    watch = Stopwatch()
    for number, path in enumerate(paths):
        item = watch("load", load_source, SourceRef(str(path), path))
        page = watch("read", read_page, item, readers)
        cable = watch("grammar", normalize, page, rights)
        watch("record: encode", codec.encode_record, cable)
        watch("record: validate", schema.check_record, codec.record_to_json(cable))
        understood = normalize_source(item, SETTINGS)
        name = "TEI, PREMIS, RO-Crate: make and validate"
        rendered = watch(name, render_cable, understood, packaging)
        watch("  of which: TEI validate", tei_check.check_tei, rendered.parts.tei, cable)
        bag = watch("package", bag_of_one, rendered, packaging)
        place = scratch / str(number)
        place.mkdir()
        staged = watch("bag: stage (write, hash)", stage_bag, bag, place)
        watch("bag: verify the stage", verify, staged.path)
    return watch.medians()


def plain_loop(paths: list[Path], folder: Path) -> None:
    """Bag the same files with the usual tools: jsonschema, lxml, then bagit-python in place, one after another."""
    validator = Draft202012Validator(
        json.loads(contract_bytes("cable-record-1.0.0.schema.json")),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    profile = etree.RelaxNG(etree.parse(io.BytesIO(contract_bytes("cable-tei-1.0.rng"))))
    for path in paths:
        files = contents(path)
        for name, data in files.items():
            if name.startswith("record/") and not validator.is_valid(json.loads(data)):
                raise SystemExit(f"{path}: record refused")
            if name.startswith("tei/") and not profile.validate(etree.fromstring(data)):
                raise SystemExit(f"{path}: TEI refused")
            target = folder / path.stem / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        bagit.make_bag(folder / path.stem, {"External-Identifier": path.stem}, checksums=["sha512"])


def contents(path: Path) -> dict[str, bytes]:
    """Return the payload that we make of one page, by path; validation apart, this is the same work for both."""
    understood = normalize_source(load_source(SourceRef(str(path), path)), SETTINGS)
    packaging = packager().start()
    bag = bag_of_one(render_cable(understood, packaging), packaging)
    return {file.path.value: file.data for file in bag.files}


def bare_write(bags: Path, folder: Path) -> None:
    """Write the bytes of bags that are there to files elsewhere: no digest, no check, no sync."""
    for path in sorted(bags.rglob("*")):
        target = folder / path.relative_to(bags)
        if path.is_dir():
            target.mkdir()
        else:
            target.write_bytes(path.read_bytes())


def consume(outcomes: Iterator[ItemOutcome], number: int) -> None:
    """Run to the end, and see that every page was stored."""
    stored = sum(outcome.fate is Fate.STORED for outcome in outcomes)
    if stored != number:
        raise SystemExit(f"only {stored} of {number} pages were stored")


def whole(paths: list[Path], scratch: Path) -> dict[str, float]:
    """Return the seconds that each way of bagging, and of verifying, all pages takes."""
    rows: dict[str, float] = {}
    refs = [SourceRef(str(path), path) for path in paths]
    packed, plain = scratch / "packed", scratch / "plain"
    for folder in (packed, plain, scratch / "bare"):
        folder.mkdir()
    with timed("preserve pack, 1 process", rows):
        consume(pack(packed, refs, packager(), jobs=1), len(refs))
    for jobs in sorted({1, cores()}):
        archive = initialise(scratch / f"archive-{jobs}", CLOCK)
        with timed(f"preserve ingest, {jobs} process{'es' if jobs > 1 else ''}", rows):
            consume(ingest(archive, refs, packager(), jobs=jobs), len(refs))
    with timed("plain loop: jsonschema + lxml + bagit-python", rows):
        plain_loop(paths, plain)
    with timed("bare write of the bytes of our bags", rows):
        bare_write(packed, scratch / "bare")
    with timed("preserve verify (every bit)", rows):
        if not all(verify(bag).valid for bag in sorted(packed.iterdir())):
            raise SystemExit("a bag of ours is not valid")
    with timed("bagit-python validate, on our bags", rows):
        for bag in sorted(packed.iterdir()):
            bagit.Bag(str(bag)).validate()
    return rows


def main() -> None:
    """Make the corpus, measure, print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=5000)
    parser.add_argument("--page", type=Path, default=SAMPLE, help="the page that is copied")
    parser.add_argument("--scratch", type=Path, help="where to work; default: the machine's temporary folder")
    arguments = parser.parse_args()
    logging.getLogger("bagit").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as name:
        scratch = Path(name)
        paths = make(arguments.number, scratch / "pages", arguments.page)
        size = sum(path.stat().st_size for path in paths) / len(paths)
        print(f"{len(paths)} pages of {size:,.0f} bytes, {cores()} processors\n")
        (scratch / "stages").mkdir()
        print("milliseconds a cable by stage, one process, median")
        for stage, milliseconds in stages(paths[: min(1000, len(paths))], scratch / "stages").items():
            print(f"  {stage:<45} {milliseconds:8.3f}")
        rows = whole(paths, scratch)
        reference = rows["plain loop: jsonschema + lxml + bagit-python"]
        print(f"\n  {'all pages':<45} {'seconds':>8} {'bags/s':>8} {'plain loop / this':>18}")
        for way, seconds in rows.items():
            print(f"  {way:<45} {seconds:8.2f} {len(paths) / seconds:8.0f} {reference / seconds:18.2f}")


if __name__ == "__main__":
    main()
