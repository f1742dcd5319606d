"""One cable of a bag of many: each verb tells of that one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.command import json_lines, preserve

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"
GROUP = "cablegate-201108300212_0001"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive with one bag of three cables."""
    (tmp_path / "pages").mkdir()
    text = PAGE.read_text(encoding="utf-8")
    for number in (112, 113, 114):
        (tmp_path / f"pages/{number}.txt").write_text(text.replace("07STRELSAU112", f"07STRELSAU{number}"), "utf-8")
    assert preserve("init", cwd=tmp_path).returncode == 0
    done = preserve("ingest", "pages", "--group", "release", "--form", "tar", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_show_and_list(archive: Path) -> None:
    one = preserve("show", "07STRELSAU113", cwd=archive).stdout
    assert f"  cables          1 of 3; all: preserve show {GROUP}" in one
    assert [line.split()[1] for line in one.splitlines() if line.startswith("  identifier ")] == ["07STRELSAU113"]
    every = preserve("show", GROUP, cwd=archive).stdout
    assert every.count("\n  identifier ") == 3
    assert "all: preserve show" not in every
    (line,) = preserve("list", cwd=archive).stdout.splitlines()
    told = "2007-02-22 cablegate-201108300212 never checked SECRET 3 cables"
    assert line.split() == [f"{GROUP}/v1", *told.split(" ")]


def test_events(archive: Path) -> None:
    def bag_events(name: str) -> int:
        lines = json_lines(preserve("events", name, "--json", cwd=archive))
        return sum(line["recorded"] == "bag" for line in lines)

    assert bag_events(GROUP) == 3 * bag_events("07STRELSAU113") > 0
    premis = preserve("events", "07STRELSAU113", "--as", "premis", cwd=archive).stdout
    assert "07STRELSAU113" in premis
    assert "07STRELSAU112" not in premis


def test_export(archive: Path) -> None:
    done = preserve("export", "metadata", "07STRELSAU113", "--as", "schema-org", "--to", "x.json", cwd=archive)
    assert done.returncode == 0, done.stderr
    written = (archive / "x.json").read_text("utf-8")
    assert "07STRELSAU113" in written
    assert "07STRELSAU112" not in written
    (archive / "out").mkdir()
    done = preserve("export", "metadata", GROUP, "--as", "schema-org", "--to", "out", cwd=archive)
    assert done.returncode == 0, done.stderr
    assert len(list((archive / "out").iterdir())) == 3


def test_compare(archive: Path) -> None:
    done = preserve("compare", "07STRELSAU113", "pages/113.txt", "--json", cwd=archive)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["kinds"] == []
    (bag,) = archive.glob("archive/bags/*/*/*/*.tar")
    done = preserve("compare", f"{bag}:07STRELSAU114", "pages/114.txt", "--json", cwd=archive)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["kinds"] == []
    whole = preserve("compare", str(bag), "pages/113.txt", cwd=archive)
    assert whole.returncode == 2
    assert "it is no bag of one cable" in whole.stderr


def test_a_bag_of_many_counts_as_its_cables_in_a_corpus(archive: Path) -> None:
    preserve("pack", "pages", "--to", "bags", "--group", "release", cwd=archive)
    done = preserve("compare", "--corpus", "pages", "bags", "--json", cwd=archive)
    assert done.returncode == 0, done.stderr
    *lines, counts = json_lines(done)
    assert len(lines) == 3
    assert counts["counts"]["unchanged"] == 3


def test_one_group_is_deposited_as_one(archive: Path) -> None:
    done = preserve("deposit", "07STRELSAU113", "--to", "copies", cwd=archive)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (archive / "copies").iterdir() if not path.name.startswith(".")] != []
    again = preserve("deposit", "07STRELSAU114", "--to", "copies", cwd=archive)
    assert "Was already at" in again.stdout
