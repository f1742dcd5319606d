"""``kill -9`` of an ingest of groups at random moments, as a user would run it, until a run ends by itself."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest
from tests.cli.command import json_lines, preserve
from tests.fault.moments import run_until
from tests.selection import part

from preserve import audit
from preserve.archive.opening import open_archive
from preserve.bag.reading.member_index import index_path, read_index
from preserve.bag.verifying.verification import verify
from preserve.clock import Clock

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"
CABLES = 90
ROUNDS = part(8)
LATE = 1600
"""A moment when a run has stored some groups, and not all."""


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
    for number in range(ROUNDS):
        moment = LATE if number == ROUNDS - 1 else chance.randrange(50, 1000)
        run = run_until(moment, signal.SIGKILL, *command, cwd=tmp_path)
        assert run.returncode == -signal.SIGKILL
        told = run.stdout
        for line in told[: told.rfind("\n") + 1].splitlines():
            if line.startswith("stored") and "  ->  " in line:
                source, _, label = line.removeprefix("stored").strip().partition("  ->  ")
                promised[source] = label
        for path in root.glob("bags/*/*/*/v*.tar"):
            report = verify(path)
            assert report.valid, path
            assert "member-index-differs" not in {finding.code for finding in report.findings}
        with open_archive(root, clock=Clock.from_environment()) as archive:
            held = {cable.identifier: bag.label for bag in archive.bags() for cable in bag.cables}
        for source, label in promised.items():
            assert held[f"07STRELSAU{int(Path(source).stem) + 1000}"] == label
    # Groups of a month are open to the last page, and all of them are told of at the end.
    assert promised or group == "post-month"
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
