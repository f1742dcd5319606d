"""The command under fault: killed, interrupted, out of disk. Nothing half-written, nothing lost, the next run works."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from benchmarks.corpus import make
from tests.cli.command import json_lines, preserve
from tests.fault.moments import run_until
from tests.selection import part

from preserve.errors import ExitCode

NUMBER = 250
FEW = 100
KILLS = part(8)
MANY = {"1": 11_000, "2": 3500}
"""A moment when the first hundred cables are stored and told, and others are not; what workers do is not counted."""


def bags_of(archive: Path) -> list[Path]:
    return sorted(archive.glob("bags/*/*/*/v*"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "pages"
    make(NUMBER, folder)
    return folder


def assert_whole(archive: Path) -> None:
    for bag in bags_of(archive):
        bagit.Bag(str(bag)).validate()


def acknowledged(printed: str) -> set[str]:
    """Return the paths of the bags that a run said to have stored; a line that was cut says nothing."""
    lines = [json.loads(line) for line in printed.splitlines(keepends=True) if line.endswith("\n")]
    return {line["path"] for line in lines if line.get("outcome") == "stored"}


@pytest.mark.parametrize("jobs", MANY)
def test_killed_at_any_moment(jobs: str, pages: Path, tmp_path: Path) -> None:
    dice = random.Random(jobs)
    preserve("init", cwd=tmp_path)
    told: set[str] = set()
    for number in range(KILLS):
        moment = MANY[jobs] if number == 0 else dice.randrange(1, MANY[jobs])
        run = run_until(moment, signal.SIGKILL, "ingest", pages, "--json", "--jobs", jobs, cwd=tmp_path)
        assert run.returncode == -signal.SIGKILL
        told |= acknowledged(run.stdout)
        assert_whole(tmp_path / "archive")
    assert told
    assert told <= {str(bag.relative_to(tmp_path)) for bag in bags_of(tmp_path / "archive")}
    last = preserve("ingest", pages, "--json", "--jobs", jobs, cwd=tmp_path)
    assert last.returncode == ExitCode.GOOD, last.stderr
    counts = json_lines(last)[-1]["counts"]
    assert (counts["stored"] + counts["unchanged"], counts["failed"], counts["rejected"]) == (NUMBER, 0, 0)
    assert list((tmp_path / "archive").glob(".stage-*")) == []
    assert len(json_lines(preserve("list", "--json", cwd=tmp_path))) == NUMBER
    assert preserve("audit", cwd=tmp_path).returncode == ExitCode.GOOD


def test_ctrl_c_keeps_what_was_acknowledged_and_leaves_no_stage(pages: Path, tmp_path: Path) -> None:
    preserve("init", cwd=tmp_path)
    run = run_until(MANY["2"], signal.SIGINT, "ingest", pages, "--json", "--jobs", "2", cwd=tmp_path)
    assert run.returncode == ExitCode.INTERRUPTED, run.stderr
    assert "Traceback" not in run.stderr
    assert "interrupted" in run.stderr
    assert '"counts"' in run.stdout.splitlines()[-1]
    # A batch may be on the disk and not told to its end; never the other way round.
    told = acknowledged(run.stdout)
    assert 0 < len(told) < NUMBER
    assert told <= {str(bag.relative_to(tmp_path)) for bag in bags_of(tmp_path / "archive")}
    assert_whole(tmp_path / "archive")
    assert list((tmp_path / "archive").glob(".stage-*")) == []
    assert preserve("ingest", pages, cwd=tmp_path).returncode == ExitCode.GOOD


@pytest.fixture(scope="module")
def few_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages whose bags the small disk has no room for, and a larger one has."""
    folder = tmp_path_factory.mktemp("corpus") / "pages"
    make(FEW, folder)
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("a small disk can be mounted by root only")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("verb", ["ingest", "pack"])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(verb: str, small_disk: Path, few_pages: Path) -> None:
    work = small_disk.parent
    place = small_disk / "place"
    arguments: list[str | Path] = ["--archive", place] if verb == "ingest" else ["--to", place]
    if verb == "ingest":
        assert preserve("init", "--archive", place, cwd=work).returncode == 0
    done = preserve(verb, few_pages, *arguments, cwd=work)
    assert done.returncode == ExitCode.ARCHIVE
    assert re.search("disk is full|No space left on device", done.stderr + done.stdout)
    assert "Traceback" not in done.stderr
    bags = bags_of(place) if verb == "ingest" else [bag for bag in place.iterdir() if not bag.name.startswith(".")]
    for bag in bags:
        bagit.Bag(str(bag)).validate()
    assert list(place.glob(".stage-*")) == []
    subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
    again = preserve(verb, few_pages, *arguments, cwd=work)
    assert again.returncode == ExitCode.GOOD, again.stderr
    assert again.stdout.splitlines()[-1].startswith(f"{FEW} items")
