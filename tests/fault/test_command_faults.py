"""The command under fault: killed, interrupted, out of disk. Nothing half-written, nothing lost, the next run works."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from benchmarks.corpus import make
from tests.cli.command import environment, json_lines, preserve

from preserve.errors import ExitCode

NUMBER = 250


def bags_of(archive: Path) -> list[Path]:
    return sorted(archive.glob("bags/*/*/*/v*"))


def start(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "preserve", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "pages"
    make(NUMBER, folder)
    return folder


def assert_whole(archive: Path) -> None:
    for bag in bags_of(archive):
        bagit.Bag(str(bag)).validate()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_at_any_moment(jobs: str, pages: Path, tmp_path: Path) -> None:
    dice = random.Random(jobs)
    preserve("init", cwd=tmp_path)
    acknowledged: set[str] = set()
    for _ in range(6):
        run = start("ingest", pages, "--json", "--jobs", jobs, cwd=tmp_path)
        time.sleep(dice.uniform(0.3, 2.0))
        os.killpg(run.pid, signal.SIGKILL)
        out, _err = run.communicate()
        # The last line may be cut; a whole line was printed after the bag was durable.
        for line in out.splitlines(keepends=True):
            if line.endswith("\n") and '"outcome": "stored"' in line:
                acknowledged.add(line.split('"path": "')[1].split('"')[0])
        assert_whole(tmp_path / "archive")
    there = {str(bag.relative_to(tmp_path)) for bag in bags_of(tmp_path / "archive")}
    assert acknowledged <= there
    last = preserve("ingest", pages, "--json", "--jobs", jobs, cwd=tmp_path)
    assert last.returncode == ExitCode.GOOD, last.stderr
    counts = json_lines(last)[-1]["counts"]
    assert (counts["stored"] + counts["unchanged"], counts["failed"], counts["rejected"]) == (NUMBER, 0, 0)
    assert list((tmp_path / "archive").glob(".stage-*")) == []
    assert len(json_lines(preserve("list", "--json", cwd=tmp_path))) == NUMBER
    assert preserve("audit", cwd=tmp_path).returncode == ExitCode.GOOD


def test_ctrl_c_keeps_what_was_acknowledged_and_leaves_no_stage(pages: Path, tmp_path: Path) -> None:
    preserve("init", cwd=tmp_path)
    run = start("ingest", pages, "--json", "--jobs", "2", cwd=tmp_path)
    assert run.stdout is not None
    first = run.stdout.readline()
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == ExitCode.INTERRUPTED, err
    assert "Traceback" not in err
    assert "interrupted" in err
    lines = (first + out).splitlines()
    assert '"counts"' in lines[-1]
    # A batch may be on the disk and not told to its end; never the other way round.
    told = {line.split('"path": "')[1].split('"')[0] for line in lines if '"outcome": "stored"' in line}
    assert told <= {str(bag.relative_to(tmp_path)) for bag in bags_of(tmp_path / "archive")}
    assert_whole(tmp_path / "archive")
    assert list((tmp_path / "archive").glob(".stage-*")) == []
    assert preserve("ingest", pages, cwd=tmp_path).returncode == ExitCode.GOOD


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("a small disk can be mounted by root only")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("verb", ["ingest", "pack"])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(verb: str, small_disk: Path, pages: Path) -> None:
    work = small_disk.parent
    place = small_disk / "place"
    arguments: list[str | Path] = ["--archive", place] if verb == "ingest" else ["--to", place]
    if verb == "ingest":
        assert preserve("init", "--archive", place, cwd=work).returncode == 0
    done = preserve(verb, pages, *arguments, cwd=work)
    assert done.returncode == ExitCode.ARCHIVE
    assert re.search("disk is full|No space left on device", done.stderr + done.stdout)
    assert "Traceback" not in done.stderr
    bags = bags_of(place) if verb == "ingest" else [bag for bag in place.iterdir() if not bag.name.startswith(".")]
    for bag in bags:
        bagit.Bag(str(bag)).validate()
    assert list(place.glob(".stage-*")) == []
    subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
    again = preserve(verb, pages, *arguments, cwd=work)
    assert again.returncode == ExitCode.GOOD, again.stderr
    assert again.stdout.splitlines()[-1].startswith(f"{NUMBER} items")
