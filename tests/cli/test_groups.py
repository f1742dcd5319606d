"""One cable of a bag of many: each verb tells of that one."""

from __future__ import annotations

import hashlib
import json
import shutil
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


# --- get, and the member index ---


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_get_gives_the_files_of_one_cable(archive: Path) -> None:
    done = preserve("get", "07STRELSAU113", "--to", "one", cwd=archive)
    assert done.returncode == 0, done.stderr
    assert set(files(archive / "one")) == {
        "source/07STRELSAU113.txt", "record/07STRELSAU113.json", "tei/07STRELSAU113.xml", "premis/07STRELSAU113.xml"
    }  # fmt: skip
    assert files(archive / "one")["source/07STRELSAU113.txt"] == (archive / "pages/113.txt").read_bytes()
    done = preserve("get", f"{GROUP}/v1", "--to", "all", "--only", "tei", "--only", "source", "--json", cwd=archive)
    (line,) = json_lines(done)
    assert (line["outcome"], line["files"]) == ("extracted", 6)
    again = preserve("get", "07STRELSAU113", "--to", "one", cwd=archive)
    assert again.returncode == 4
    none = preserve("get", "07STRELSAU113", "--to", "none", "--only", "access", cwd=archive)
    assert none.returncode == 1
    assert not (archive / "none").exists()


@pytest.mark.parametrize("index", ["as it came", "changed", "gone"])
def test_get_trusts_an_index_only_as_the_log_knows_it(index: str, archive: Path) -> None:
    (beside,) = archive.glob("archive/bags/*/*/*/v1.tar.index.csv")
    (tar,) = archive.glob("archive/bags/*/*/*/v1.tar")
    # Damage far from the cable that is asked for: only who reads all of the tar's tag files meets it.
    octets = tar.read_bytes()
    at = octets.index(b"Bagging-Date")
    tar.write_bytes(octets[:at] + b"b" + octets[at + 1 :])
    if index == "changed":
        beside.write_bytes(beside.read_bytes().replace(b"data/source/07STRELSAU112", b"data/source/07STRELSAU111"))
    elif index == "gone":
        beside.unlink()
    done = preserve("get", "07STRELSAU113", "--to", "one", cwd=archive)
    codes = {"as it came": 0, "changed": 2, "gone": 2}
    assert done.returncode == codes[index], done.stdout
    audit = preserve("audit", cwd=archive).stdout
    assert ("member-index-differs" in audit) is (index != "as it came")
    assert "tag-file-altered" in audit


def test_get_gives_nothing_of_a_bag_that_is_not_the_sealed_one(archive: Path) -> None:
    preserve("pack", "pages/112.txt", "--to", "other", cwd=archive)
    preserve("ingest", "pages/112.txt", "--archive", "second", cwd=archive)
    assert preserve("init", "--archive", "second", cwd=archive).returncode == 0
    assert preserve("ingest", "pages/112.txt", "--archive", "second", cwd=archive).returncode == 0
    (bag,) = archive.glob("second/bags/*/*/*/v1")
    info = bag / "bag-info.txt"
    info.write_text(info.read_text("utf-8") + "Note: another\n", "utf-8")
    old = (bag / "tagmanifest-sha512.txt").read_text("utf-8")
    mended = [
        f"{hashlib.sha512((bag / line.split()[1]).read_bytes()).hexdigest()}  {line.split()[1]}\n"
        for line in old.splitlines()
    ]
    (bag / "tagmanifest-sha512.txt").write_text("".join(mended), "utf-8")
    assert preserve("verify", bag, cwd=archive).returncode == 0
    done = preserve("get", "07STRELSAU112", "--to", "one", "--archive", "second", cwd=archive)
    assert done.returncode == 2
    assert "seal-differs" in done.stdout
    assert not (archive / "one").exists()
    shutil.rmtree(bag)
    done = preserve("get", "07STRELSAU112", "--to", "one", "--archive", "second", cwd=archive)
    assert done.returncode == 4
    assert "nothing lies at its place" in done.stderr


def test_the_index_of_a_bag_on_a_disk(archive: Path) -> None:
    preserve("pack", "pages", "--to", "bags", "--group", "release", "--form", "tar", cwd=archive)
    tar, beside = archive / f"bags/{GROUP}.tar", archive / f"bags/{GROUP}.tar.index.csv"
    made = beside.read_bytes()
    beside.unlink()
    done = preserve("bag", "index", tar, "--json", cwd=archive)
    (line,) = json_lines(done)
    assert line["sha256"] == hashlib.sha256(made).hexdigest()
    assert beside.read_bytes() == made
    assert preserve("bag", "index", tar, cwd=archive).returncode == 4
    done = preserve("bag", "extract", tar, "--to", "out", "--path", "tei/*", "--by-index", cwd=archive)
    assert done.returncode == 0, done.stderr
    assert len(files(archive / "out")) == 3
    beside.unlink()
    done = preserve("bag", "extract", tar, "--to", "more", "--by-index", cwd=archive)
    assert done.returncode == 2
    assert "preserve bag index" in done.stderr
    octets = tar.read_bytes()
    tar.write_bytes(octets.replace(b"<TEI", b"<tei", 1))
    assert preserve("bag", "index", tar, cwd=archive).returncode == 2
    assert [json_lines(preserve("bag", "index", tar, "--json", cwd=archive))[0]["verdict"]] == ["invalid"]
    assert not beside.exists()


def test_pack_does_not_touch_an_index_that_is_there(archive: Path) -> None:
    (archive / "bags").mkdir()
    (archive / f"bags/{GROUP}.tar.index.csv").write_bytes(b"mine")
    done = preserve("pack", "pages", "--to", "bags", "--group", "release", "--form", "tar", cwd=archive)
    assert done.returncode == 2
    assert done.stdout.count("rejected") == 3 + 1
    assert [path.name for path in (archive / "bags").iterdir()] == [f"{GROUP}.tar.index.csv"]
