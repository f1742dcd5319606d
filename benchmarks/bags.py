"""Bags: making and verifying, ours against bagit-python, bdbag, ``sha512sum`` and a bare write of the same bytes.

What is compared, each way in a process of its own, one after another, over the same bytes:

* make: one-cable bags of five files, ours staged, synced and renamed in batches of 100; bagit-python and bdbag in place
  over files that were written first, which is what their users do; and a bare write of the bytes of our bags.
* verify: the same bags, every bit; then one bag of many files; then one bag of a few large ones, also as a tar.

Processor seconds tell more than wall clock on a machine that does other things too; both are printed, with the peak of
memory. bdbag is left out where it is not installed.

Usage: python -m benchmarks.bags [--bags 20000] [--files 5000] [--large 4] [--scratch FOLDER]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import bagit

from preserve.bag.model import BagPath, Form, NewBag, PayloadFile
from preserve.bag.stage import Stage
from preserve.bag.verify import verify
from preserve.bag.write import publish, stage_bag, write_bag

SIZES = {
    "source/{}.txt": 5613,
    "record/{}.json": 12382,
    "tei/{}.xml": 13844,
    "premis/{}.xml": 14262,
    "ro-crate-metadata.json": 4928,
}
"""The payload of one cable: the sizes are those of the made-up page."""

MEGABYTE = 1_000_000
GROUP = 1_000
"""Cables of a tarred bag of many."""


def contents(number: int) -> dict[str, bytes]:
    """Return the payload of one cable; no two are alike, none needs a generator's time."""
    name = f"05STRELSAU{number}"
    return {path.format(name): (f"{name} " * (size // 10 + 1)).encode()[:size] for path, size in SIZES.items()}


def new_bags(number: int) -> Iterator[NewBag]:
    """Give that many bags."""
    for each in range(number):
        files = tuple(PayloadFile(BagPath(path), data) for path, data in contents(each).items())
        yield NewBag(f"05STRELSAU{each}", files, (("External-Identifier", f"05STRELSAU{each}"),))


def make_ours(folder: Path, number: int) -> None:
    """Make bags as ``pack`` does: 100 a batch, one sync for all."""
    bags = new_bags(number)
    while batch := list(islice(bags, 100)):
        with Stage(folder) as stage:
            staged = [stage_bag(bag, stage.path) for bag in batch]
            publish([(bag, folder / bag.name) for bag in staged], check=None)


def make_groups(folder: Path, number: int) -> None:
    """Make tars of a thousand cables each, with no index beside them."""
    numbers = iter(range(number))
    while cables := list(islice(numbers, GROUP)):
        files = [
            PayloadFile(BagPath(path if "/" in path else f"crates/{each}.json"), data)
            for each in cables
            for path, data in contents(each).items()
        ]
        with Stage(folder) as stage:
            staged = stage_bag(NewBag(f"group-{cables[0]}", tuple(files)), stage.path, form=Form.TAR)
            publish([(staged, folder / staged.path.name)], check=None)


def _files_of(folder: Path, number: int) -> Iterator[Path]:
    for each in range(number):
        root = folder / f"05STRELSAU{each}"
        for path, data in contents(each).items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        yield root


def make_bagit(folder: Path, number: int) -> None:
    """Make bags with bagit-python: write the files, then bag them in place."""
    for root in _files_of(folder, number):
        bagit.make_bag(str(root), {"External-Identifier": root.name}, checksums=["sha512"])


def make_bdbag(folder: Path, number: int) -> None:
    """Make bags with bdbag: write the files, then bag them in place."""
    from bdbag import bdbag_api  # type: ignore[import-not-found]

    for root in _files_of(folder, number):
        bdbag_api.make_bag(str(root), algs=["sha512"], metadata={"External-Identifier": root.name})


def verify_bdbag(place: Path) -> None:
    """Verify a bag, or every bag of a folder, with bdbag."""
    from bdbag import bdbag_api

    for bag in _bags(place):
        bdbag_api.validate_bag(str(bag))


def bare_write(folder: Path, number: int) -> None:
    """Write the bytes of bags: the payload, and tag files of our bags' sizes; no digest, no sync."""
    tags = {"bagit.txt": 54, "bag-info.txt": 120, "manifest-sha512.txt": 790, "tagmanifest-sha512.txt": 430}
    for each in range(number):
        root = folder / f"05STRELSAU{each}"
        for path, data in contents(each).items():
            target = root / "data" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        for path, size in tags.items():
            (root / path).write_bytes(bytes(size))


def verify_ours(place: Path, threads: int = 1) -> None:
    """Verify a bag, or every bag of a folder."""
    for bag in _bags(place):
        if not verify(bag, threads=threads).valid:
            raise SystemExit(f"{bag}: not valid")


def verify_bagit(place: Path) -> None:
    """Verify a bag, or every bag of a folder, with bagit-python."""
    for bag in _bags(place):
        bagit.Bag(str(bag)).validate(processes=1)


def verify_sums(place: Path) -> None:
    """Check the manifest of one bag with ``sha512sum -c``."""
    subprocess.run(["sha512sum", "--check", "--quiet", "manifest-sha512.txt"], cwd=place, check=True)


def _bags(place: Path) -> list[Path]:
    whole = place.is_file() or (place / "bagit.txt").exists()
    return [place] if whole else sorted(place.iterdir())


WAYS: dict[str, Callable[..., None]] = {
    "make_ours": make_ours,
    "make_groups": make_groups,
    "make_bagit": make_bagit,
    "make_bdbag": make_bdbag,
    "bare_write": bare_write,
    "verify_ours": verify_ours,
    "verify_bagit": verify_bagit,
    "verify_bdbag": verify_bdbag,
    "verify_sums": verify_sums,
}


_BDBAG = importlib.util.find_spec("bdbag") is not None


def run(way: str, place: Path, *rest: int) -> dict[str, float]:
    """Do one way in a process of its own; return wall clock and processor seconds, and the peak of memory in MB."""
    arguments = [sys.executable, "-m", "benchmarks.bags", "--way", way, str(place), *map(str, rest)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _one_way(way: str, place: str, *rest: str) -> None:
    logging.disable(logging.CRITICAL)
    before = _processor()
    start = time.perf_counter()
    WAYS[way](Path(place), *map(int, rest))
    wall, processor = time.perf_counter() - start, _processor() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "processor": processor, "memory": peak}))


def _processor() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def table(title: str, rows: dict[str, dict[str, float]], ours: str) -> None:
    """Print figures, and how many times the processor seconds of ours each way takes."""
    print(f"\n{title}\n  {'':<34}{'wall s':>9}{'processor s':>13}{'this / ours':>13}{'memory MB':>11}")
    for name, row in rows.items():
        ratio = row["processor"] / rows[ours]["processor"]
        print(f"  {name:<34}{row['wall']:9.2f}{row['processor']:13.2f}{ratio:13.2f}{row['memory']:11.0f}")


def small(scratch: Path, number: int) -> None:
    """Measure (a) and (b): many bags of one cable."""
    made = {}
    ways = {"preserve": "make_ours", f"preserve, {GROUP:,} a tar": "make_groups", "bagit-python": "make_bagit"}
    ways |= {"bdbag": "make_bdbag"} if _BDBAG else {}
    ways["bare write"] = "bare_write"
    for name, way in ways.items():
        folder = scratch / way
        folder.mkdir()
        made[name] = run(way, folder, number)
        if way not in {"make_ours", "make_groups"}:
            shutil.rmtree(folder)
    table(f"(a) make {number:,} bags of one cable", made, "preserve")
    bags, groups = scratch / "make_ours", scratch / "make_groups"
    checked = {
        "preserve": run("verify_ours", bags),
        f"preserve, {GROUP:,} a tar": run("verify_ours", groups),
        "bagit-python": run("verify_bagit", bags),
    }
    checked |= {"bdbag": run("verify_bdbag", bags)} if _BDBAG else {}
    table(f"(b) verify {number:,} bags of one cable", checked, "preserve")
    shutil.rmtree(bags)
    shutil.rmtree(groups)


def many_files(scratch: Path, number: int) -> None:
    """Measure (c) and its tar: one bag of many files."""
    files = tuple(PayloadFile(BagPath(f"{n % 50}/{n}.txt"), f"{n} ".encode() * 2000) for n in range(number))
    for form in (Form.DIRECTORY, Form.TAR):
        write_bag(NewBag("many", files), scratch, form=form)
    rows = {
        "preserve": run("verify_ours", scratch / "many"),
        "preserve, as a tar": run("verify_ours", scratch / "many.tar"),
        "bagit-python": run("verify_bagit", scratch / "many"),
        **({"bdbag": run("verify_bdbag", scratch / "many")} if _BDBAG else {}),
        "sha512sum --check": run("verify_sums", scratch / "many"),
    }
    table(f"(c) verify one bag of {number:,} files", rows, "preserve")


def large_files(scratch: Path, gigabytes: int) -> None:
    """Measure (d) and (e): one bag of large files, with one thread and with two, as a folder and as a tar."""
    piece = bytes(range(256)) * (500 * MEGABYTE // 256)
    files = tuple(PayloadFile(BagPath(f"{n}.bin"), piece) for n in range(2 * gigabytes))
    for form in (Form.DIRECTORY, Form.TAR):
        write_bag(NewBag("large", files), scratch, form=form)
    rows = {
        "preserve": run("verify_ours", scratch / "large"),
        "preserve, two threads": run("verify_ours", scratch / "large", 2),
        "preserve, as a tar": run("verify_ours", scratch / "large.tar"),
        "preserve, as a tar, two threads": run("verify_ours", scratch / "large.tar", 2),
        "bagit-python": run("verify_bagit", scratch / "large"),
        "sha512sum --check": run("verify_sums", scratch / "large"),
    }
    table(f"(d, e) verify one bag of {gigabytes} GB", rows, "preserve")


def main() -> None:
    """Read the arguments, measure, print the tables."""
    if sys.argv[1:2] == ["--way"]:
        _one_way(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bags", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--large", type=int, default=4, help="gigabytes")
    parser.add_argument("--scratch", type=Path, help="where to work; default: the machine's temporary folder")
    arguments = parser.parse_args()
    for measure, size in (
        (small, arguments.bags),
        (many_files, arguments.files),
        (large_files, arguments.large),
    ):
        if size:
            with tempfile.TemporaryDirectory(dir=arguments.scratch) as name:
                measure(Path(name), size)


if __name__ == "__main__":
    main()
