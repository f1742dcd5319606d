"""Bags: making and verifying, ours against bagit-python, bdbag, ``sha512sum`` and a bare write of the same bytes.

What is compared, each way in a process of its own, one after another, over the same bytes:

* make: one-cable bags of five files, ours staged, synced, checked and renamed in batches of 100, as folders, as a tar
  each, and as tars of a thousand; bagit-python and bdbag in place over files that were written first, which is what
  their users do; and a bare write of the bytes of our bags, without any sync and with one for each batch.
* verify: the same bags, every bit, beside a loop that lists, reads and hashes their files and judges nothing: nobody
  who does so in Python can be faster. Then one bag of many files; then one bag of a few large ones, also as a tar.

Processor seconds tell more than wall clock on a machine that does other things too; both are printed, with the peak of
memory, for Linux. Who verifies finds all files read before. On a disk the system's work of making files is most of what
making bags takes; ``--scratch /dev/shm`` shows what the programs themselves take. bdbag is left out where it is not
installed.

Usage: python -m benchmarks.bags [--bags 20000] [--files 5000] [--large 4] [--scratch FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import logging
import os
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
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.publication import publish
from preserve.bag.writing.stage import Stage
from preserve.octets.durable import sync_trees

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
BATCH = 100
"""Bags that are made at once."""


def contents(number: int) -> dict[str, bytes]:
    """Return the payload of one cable; no two are alike, none needs a generator's time."""
    name = f"05STRELSAU{number}"
    return {path.format(name): (f"{name} " * (size // 10 + 1)).encode()[:size] for path, size in SIZES.items()}


def new_bags(number: int) -> Iterator[NewBag]:
    """Give that many bags."""
    for each in range(number):
        files = tuple(PayloadFile(BagPath(path), data) for path, data in contents(each).items())
        yield NewBag(f"05STRELSAU{each}", files, (("External-Identifier", f"05STRELSAU{each}"),))


def make_ours(folder: Path, number: int, form: Form = Form.DIRECTORY) -> None:
    """Make bags as ``pack`` does: a batch at a time, one sync for all of it, each checked before it appears."""
    bags = new_bags(number)
    while batch := list(islice(bags, BATCH)):
        with Stage(folder) as stage:
            staged = [stage_bag(bag, stage.path, form=form) for bag in batch]
            publish([(bag, folder / bag.path.name) for bag in staged])


def write_bag(bag: NewBag, folder: Path, form: Form) -> None:
    """Make one bag in a folder."""
    with Stage(folder) as stage:
        staged = stage_bag(bag, stage.path, form=form)
        publish([(staged, folder / staged.path.name)])


def make_tars(folder: Path, number: int) -> None:
    """Make bags as tars, one a cable."""
    make_ours(folder, number, Form.TAR)


def make_groups(folder: Path, number: int) -> None:
    """Make tars of a thousand cables each, with no index beside them."""
    numbers = iter(range(number))
    while cables := list(islice(numbers, GROUP)):
        files = [
            PayloadFile(BagPath(path if "/" in path else f"crates/{each}.json"), data)
            for each in cables
            for path, data in contents(each).items()
        ]
        write_bag(NewBag(f"group-{cables[0]}", tuple(files)), folder, Form.TAR)


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


def bare_write(folder: Path, number: int, each_batch: Callable[[], None] = lambda: None) -> None:
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
        if each % BATCH == BATCH - 1:
            each_batch()


def bare_write_synced(folder: Path, number: int) -> None:
    """Write the bytes of bags, and sync as often as we do."""
    bare_write(folder, number, lambda: sync_trees([folder]))


def bare_read(place: Path) -> None:
    """List, read and hash every file of every bag, and hold it against nothing."""
    for bag in _bags(place):
        pending = [f"{bag}/"]
        while pending:
            inside = pending.pop()
            with os.scandir(inside) as items:
                for item in items:
                    if item.is_dir(follow_symlinks=False):
                        pending.append(f"{inside}{item.name}/")
                        continue
                    size = item.stat(follow_symlinks=False).st_size
                    descriptor = os.open(item.path, os.O_RDONLY)
                    hashlib.sha512(os.read(descriptor, size + 1)).hexdigest()
                    os.close(descriptor)


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
    "make_tars": make_tars,
    "make_groups": make_groups,
    "make_bagit": make_bagit,
    "make_bdbag": make_bdbag,
    "bare_write": bare_write,
    "bare_write_synced": bare_write_synced,
    "bare_read": bare_read,
    "verify_ours": verify_ours,
    "verify_bagit": verify_bagit,
    "verify_bdbag": verify_bdbag,
    "verify_sums": verify_sums,
}


_BDBAG = importlib.util.find_spec("bdbag") is not None


def run(way: str, place: Path, *rest: int) -> dict[str, float]:
    """Do one way in a process of its own; return wall clock and processor seconds, and the peak of memory in MB."""
    if way.startswith(("verify", "bare_read")):
        _warm(place)
    arguments = [sys.executable, "-m", "benchmarks.bags", "--way", way, str(place), *map(str, rest)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _warm(place: Path) -> None:
    """Read everything once, so that nobody has to wait for the disk because it came first."""
    buffer = bytearray(MEGABYTE)
    for path in (place,) if place.is_file() else place.rglob("*"):
        if path.is_file():
            with path.open("rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass


def _one_way(way: str, place: str, *rest: str) -> None:
    logging.disable(logging.CRITICAL)
    before = _processor()
    start = time.perf_counter()
    WAYS[way](Path(place), *map(int, rest))
    wall, processor = time.perf_counter() - start, _processor() - before
    print(json.dumps({"wall": wall, "processor": processor, "memory": _peak()}))


def _peak() -> float:
    """Return the peak of memory in MB; what getrusage tells begins with that of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _processor() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def table(title: str, rows: dict[str, dict[str, float]], ours: str) -> None:
    """Print figures, and how many times the processor seconds of ours each way takes."""
    print(f"\n{title}\n  {'':<34}{'wall s':>9}{'processor s':>13}{'this / ours':>13}{'memory MB':>11}")
    for name, row in rows.items():
        ratio = row["processor"] / rows[ours]["processor"]
        print(f"  {name:<34}{row['wall']:9.2f}{row['processor']:13.2f}{ratio:13.2f}{row['memory']:11.0f}", flush=True)


def small(scratch: Path, number: int) -> None:
    """Measure (a) and (b): many bags of one cable."""
    made = {}
    ways = {"preserve": "make_ours", "preserve, a tar each": "make_tars", f"preserve, {GROUP:,} a tar": "make_groups"}
    ways |= {"bagit-python": "make_bagit"} | ({"bdbag": "make_bdbag"} if _BDBAG else {})
    ways |= {"bare write": "bare_write", "bare write, synced": "bare_write_synced"}
    kept = ("make_ours", "make_tars", "make_groups")
    for name, way in ways.items():
        folder = scratch / way
        folder.mkdir()
        made[name] = run(way, folder, number)
        if way not in kept:
            shutil.rmtree(folder)
    table(f"(a) make {number:,} bags of one cable", made, "preserve")
    bags, tars, groups = (scratch / way for way in kept)
    checked = {
        "preserve": run("verify_ours", bags),
        "preserve, a tar each": run("verify_ours", tars),
        f"preserve, {GROUP:,} a tar": run("verify_ours", groups),
        "bagit-python": run("verify_bagit", bags),
    }
    checked |= {"bdbag": run("verify_bdbag", bags)} if _BDBAG else {}
    checked["bare reading and hashing"] = run("bare_read", bags)
    table(f"(b) verify {number:,} bags of one cable", checked, "preserve")
    for way in kept:
        shutil.rmtree(scratch / way)


def many_files(scratch: Path, number: int) -> None:
    """Measure (c) and its tar: one bag of many files."""
    files = tuple(PayloadFile(BagPath(f"{n % 50}/{n}.txt"), f"{n} ".encode() * 2000) for n in range(number))
    for form in (Form.DIRECTORY, Form.TAR):
        write_bag(NewBag("many", files), scratch, form)
    rows = {
        "preserve": run("verify_ours", scratch / "many"),
        "preserve, as a tar": run("verify_ours", scratch / "many.tar"),
        "bagit-python": run("verify_bagit", scratch / "many"),
        **({"bdbag": run("verify_bdbag", scratch / "many")} if _BDBAG else {}),
        "sha512sum --check": run("verify_sums", scratch / "many"),
        "bare reading and hashing": run("bare_read", scratch / "many"),
    }
    table(f"(c) verify one bag of {number:,} files", rows, "preserve")


def large_files(scratch: Path, gigabytes: int) -> None:
    """Measure (d) and (e): one bag of large files, with one thread and with two, as a folder and as a tar."""
    piece = bytes(range(256)) * (500 * MEGABYTE // 256)
    files = tuple(PayloadFile(BagPath(f"{n}.bin"), piece) for n in range(2 * gigabytes))
    for form in (Form.DIRECTORY, Form.TAR):
        write_bag(NewBag("large", files), scratch, form)
    rows = {
        "preserve": run("verify_ours", scratch / "large"),
        "preserve, two threads": run("verify_ours", scratch / "large", 2),
        "preserve, as a tar": run("verify_ours", scratch / "large.tar"),
        "preserve, as a tar, two threads": run("verify_ours", scratch / "large.tar", 2),
        "bagit-python": run("verify_bagit", scratch / "large"),
        **({"bdbag": run("verify_bdbag", scratch / "large")} if _BDBAG else {}),
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
