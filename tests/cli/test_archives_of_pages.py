"""Archives of files on the command line, from the archive to the stored bag."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import py7zr
import pytest
from tests.cli.command import json_lines, preserve

FIXTURES = Path(__file__).parents[1] / "fixtures" / "plain_text"
NAMES = ("04STRELSAU19.txt", "06STRELSAU77.pdf.txt", "07STRELSAU345.txt")
RELEASE = "cablegate-201012102105"


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    path = tmp_path / "pages.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        for name in NAMES:
            archive.write(FIXTURES / name, f"cable/{name}")
        archive.writestr(b"Dear Sir,\n", "cable/letter.txt")
    return path


def test_a_7z_is_ingested_with_its_release(tmp_path: Path, seven: Path) -> None:
    preserve("init", cwd=tmp_path)
    done = preserve("ingest", seven.name, "--release", RELEASE, "--json", cwd=tmp_path)
    *items, _ = json_lines(done)
    assert [item["source"] for item in items] == [f"pages.7z!cable/{name}" for name in (*NAMES, "letter.txt")]
    assert [item["outcome"] for item in items] == ["stored", "stored", "stored", "rejected"]
    assert done.returncode == 3
    for item in items[:3]:
        [path] = (tmp_path / item["path"]).glob("data/record/*.json")
        record = json.loads(path.read_bytes())
        source = record["provenance"]["source"]
        assert source["container"]["name"] == "pages.7z"
        assert source["container"]["member"] == f"cable/{source['name']}"
        assert record["provenance"]["release"] == {
            "text": RELEASE,
            "name": RELEASE,
            "date": "2010-12-10",
            "basis": "flag",
        }
    again = json_lines(preserve("ingest", seven.name, "--json", cwd=tmp_path))
    assert [item["outcome"] for item in again[:3]] == ["unchanged"] * 3


def test_inspect_and_pack_take_archives_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        archive.write(FIXTURES / NAMES[0], NAMES[0])
    shown = json_lines(preserve("inspect", "pages.zip", "--release", RELEASE, "--json", cwd=tmp_path))
    assert [(line["source"], line["reader"]) for line in shown] == [(f"pages.zip!{NAMES[0]}", "plain_text")]
    assert shown[0]["record"]["provenance"]["release"]["basis"] == "flag"
    packed = preserve("pack", "pages.zip", "--to", "bags", "--release", RELEASE, cwd=tmp_path)
    assert packed.returncode == 0
    info = (tmp_path / "bags" / "04STRELSAU19" / "bag-info.txt").read_text(encoding="utf-8")
    assert f"Source-Release: {RELEASE}\n" in info


@pytest.mark.parametrize("release", ["", "  ", "two\nlines", "x" * 201])
def test_a_release_is_a_name_of_one_line(tmp_path: Path, release: str) -> None:
    done = preserve("inspect", "x.txt", "--release", release, cwd=tmp_path)
    assert done.returncode == 1
    assert "a name on one line" in done.stderr


def test_standard_input_is_no_archive(tmp_path: Path) -> None:
    done = preserve("inspect", "-", cwd=tmp_path, stdin=b"PK\x03\x04")
    assert done.returncode == 3
    assert "Give it as a file, by its name" in done.stderr
