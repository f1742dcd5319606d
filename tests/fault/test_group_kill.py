"""``kill -9`` of an ingest of groups at random moments, as a user would run it, until a run ends by itself."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.command import environment, json_lines, preserve

from preserve import audit
from preserve.archive.opening import open_archive
from preserve.bag.reading.member_index import index_path, read_index
from preserve.bag.verifying.verification import verify
from preserve.clock import Clock

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"
CABLES = 90
ROUNDS = int(os.environ.get("PRESERVE_KILLS", "8"))


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    text = PAGE.read_text(encoding="utf-8")
    for number in range(CABLES):
        copy = text.replace("07STRELSAU112", f"07STRELSAU{number + 1000}").replace(
            "2007-02", f"2007-{number % 9 + 1:02}"
        )
        (folder / f"{number:03}.txt").write_text(copy, encoding="utf-8")
    return folder


@pytest.mark.parametrize("group", ["7", "post-month"])
def test_a_killed_ingest_of_groups_loses_nothing_that_it_acknowledged(group: str, pages: Path, tmp_path: Path) -> None:
    chance = random.Random(group)
    command = ("ingest", "pages", "--group", group, "--form", "tar", "--jobs", "1")
    assert preserve("init", cwd=tmp_path).returncode == 0
    root = tmp_path / "archive"
    promised = dict[str, str]()
    met = 0
    for _round in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "preserve", *command],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        # How long a start takes depends on the machine: what is to be met is a run at work.
        while process.poll() is None and not any(root.glob(".stage-*")):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.3))
        os.killpg(process.pid, signal.SIGKILL)
        told = process.communicate()[0]
        for line in told[: told.rfind("\n") + 1].splitlines():
            if line.startswith("stored") and "  ->  " in line:
                source, _, label = line.removeprefix("stored").strip().partition("  ->  ")
                promised[source] = label
        met += any(root.glob(".stage-*"))
        for path in root.glob("bags/*/*/*/v*.tar"):
            report = verify(path)
            assert report.valid, path
            assert "member-index-differs" not in {finding.code for finding in report.findings}
        with open_archive(root, clock=Clock.from_environment()) as archive:
            held = {cable.identifier: bag.label for bag in archive.bags() for cable in bag.cables}
        for source, label in promised.items():
            assert held[f"07STRELSAU{int(Path(source).stem) + 1000}"] == label
    assert met, "no kill met a run at work"
    last = preserve(*command, "--json", cwd=tmp_path)
    assert last.returncode == 0, last.stderr
    *lines, _counts = json_lines(last)
    assert {line["outcome"] for line in lines} <= {"stored", "unchanged"}
    assert len(lines) == CABLES
    with open_archive(root, clock=Clock.from_environment()) as archive, archive.writing():
        cables = [cable.source_sha256 for bag in archive.bags() for cable in bag.cables]
        assert len(cables) == len(set(cables)) == CABLES
        assert list(audit.sweep_archive(archive)) == []
        assert [bag.label for bag in archive.bags() if read_index(index_path(bag.path))[1] != bag.index] == []
        assert list(root.glob(".stage-*")) == []
