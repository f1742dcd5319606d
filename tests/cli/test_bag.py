"""``preserve bag`` as a program meets it: lines, exit codes, wrong calls."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.bag.fixtures import bag
from tests.cli.command import json_lines, preserve
from tests.cli.test_terminal import on_terminal

from preserve.contracts.contract import contract_bytes
from preserve.errors import ExitCode

SCHEMA = json.loads(contract_bytes("outcome-1.0.0.schema.json"))


def conforming(lines: list[dict[str, Any]], verb: str) -> list[dict[str, Any]]:
    validator = Draft202012Validator({"$ref": f"#/$defs/{verb}", "$defs": SCHEMA["$defs"]})
    for line in lines:
        validator.validate(line)
    return lines


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.txt").write_bytes(b"aa")
    (tmp_path / "src" / ".b").write_bytes(b"b")
    return tmp_path


def test_programs_read_what_became_of_it(home: Path) -> None:
    done = preserve("bag", "make", "src", "--to", "bags", "--form", "zip", "--json", cwd=home)
    made = conforming(json_lines(done), "bag_make")[0]
    assert (done.returncode, done.stderr, made["outcome"], made["path"]) == (0, "", "made", "bags/src.zip")
    assert (made["files"], made["bytes"], made["hidden"], made["form"]) == (2, 3, 1, "zip")
    info = conforming(json_lines(preserve("bag", "info", "bags/src.zip", "--json", cwd=home)), "bag_info")[0]
    assert (info["seal"], info["algorithms"], info["version"]) == (made["seal"], ["sha512"], "1.0")
    assert {"label": "Payload-Oxum", "value": "3.2"} in info["info"]
    listed = conforming(json_lines(preserve("bag", "list", "bags/src.zip", "--json", cwd=home)), "bag_list")
    assert [(line["file"], line["size"]) for line in listed] == [("data/.b", 1), ("data/a.txt", 2)]
    done = preserve("bag", "extract", "bags/src.zip", "--to", "out", "--path", "a*", "--json", cwd=home)
    out = conforming(json_lines(done), "bag_extract")[0]
    assert (done.returncode, out["outcome"], out["files"], out["wanted"], out["path"]) == (0, "extracted", 1, 1, "out")
    done = preserve("bag", "convert", "bags/src.zip", "--to", "new", "--form", "tar", "--json", cwd=home)
    new = conforming(json_lines(done), "bag_convert")[0]
    assert (done.returncode, new["outcome"], new["path"]) == (0, "converted", "new/src.tar")


def test_programs_read_why_nothing_became_of_it(home: Path) -> None:
    (home / "src" / "link").symlink_to("a.txt")
    done = preserve("bag", "make", "src", "--to", "bags", "--json", cwd=home)
    made = conforming(json_lines(done), "bag_make")[0]
    assert (done.returncode, made["outcome"], made["findings"][0]["code"]) == (3, "refused", "link-in-bag")
    bag(home / "bad", {"a": b"a"})
    (home / "bad" / "data" / "a").write_bytes(b"b")
    done = preserve("bag", "convert", "bad", "--to", "new", "--json", cwd=home)
    line = conforming(json_lines(done), "bag_convert")[0]
    assert (done.returncode, line["outcome"], line["findings"][0]["code"]) == (2, "refused", "payload-altered")
    done = preserve("bag", "extract", "bad", "--to", "out", "--json", cwd=home)
    out = conforming(json_lines(done), "bag_extract")[0]
    assert (done.returncode, out["outcome"], "path" in out) == (2, "refused", False)
    assert sorted(path.name for path in home.iterdir()) == ["bad", "src"]


def test_a_listed_file_that_is_not_there_has_no_size(home: Path) -> None:
    bag(home / "bad", {"a": b"a", "b": b""})
    (home / "bad" / "data" / "a").unlink()
    (home / "bad" / "data" / "c").write_bytes(b"")
    lines = conforming(json_lines(preserve("bag", "list", "bad", "--json", cwd=home)), "bag_list")
    assert [line.get("size") for line in lines] == [None, 0, 0]
    shown = preserve("bag", "list", "bad", cwd=home).stdout
    assert "not there  data/a" in shown
    assert "in no manifest" in shown


def test_people_read_what_a_poor_bag_says(home: Path) -> None:
    bag(home / "poor", {"a": b"a"}, version="0.97", info="A: one\n  two\n", tags={"fetch.txt": b"http://x/ - data/b\n"})
    (home / "poor" / "tagmanifest-sha512.txt").unlink()
    shown = preserve("bag", "info", "poor", cwd=home).stdout
    assert "BagIt          0.97" in shown
    assert "Seal           none" in shown
    assert "To fetch       1 file\n" in shown
    assert "    A: one\n      two\n" in shown
    (home / "poor" / "bag-info.txt").write_bytes(b"")
    (home / "poor" / "bagit.txt").unlink()
    shown = preserve("bag", "info", "poor", cwd=home).stdout
    assert "no version declared" in shown
    assert "bag-info.txt: no fields" in shown


def test_fields_come_from_a_file_too(home: Path) -> None:
    (home / "fields.txt").write_text("Contact-Name: Reading room\nbagging-date: 2005-12-01\n")
    done = preserve(
        "bag", "make", "src", "--to", ".", "--name", "bag", "--info-file", "fields.txt", "--info", "A=b=c", cwd=home
    )
    assert done.returncode == 0, done.stderr
    written = (home / "bag" / "bag-info.txt").read_text()
    assert "Contact-Name: Reading room\n" in written
    assert written.lower().count("bagging-date") == 1
    assert "\nA: b=c\n" in written


def test_many_names_left_out_are_counted_and_some_shown(home: Path) -> None:
    for number in range(30):
        (home / "src" / f".{number}").write_bytes(b"")
    done = preserve("bag", "make", "src", "--to", "bags", "--hidden", "skip", cwd=home)
    assert "left out: 31 names" in done.stdout
    assert done.stdout.count("    data/.") == 20
    assert "    ...\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["make", "src", "src/a.txt", "--to", "bags"], "needs a name"),
        (["make", "src", "--to", "bags", "--info", "no sign"], "is not a field"),
        (["make", "src", "--to", "bags", "--info", "Payload-Oxum=1.1"], "counts Payload-Oxum itself"),
        (["make", "src", "--to", "bags", "--info-file", "src/a.txt"], "is no bag-info.txt: line 1"),
        (["make", "src", "--to", "bags", "--info-file", "large"], "is larger than"),
        (["make", "src", "--to", "bags", "--profile", "nobody's"], "no BagIt Profile is named"),
        (["make", "src", "--to", "bags", "--profile", "src/a.txt"], "this is no BagIt Profile"),
        (["convert", "src", "--to", "bags", "--bagit-version", "0.97"], "0.97"),
        (["make", "src", "--to", "bags", "--links", "foo"], "'--links': 'foo' is not one of 'refuse'"),
        (["make", "src", "--to", "bags", "--name", "a b"], "Give another name with --name."),
        (["make", "src", "--to", "bags", "--info", "a:b=c"], "no colon in the label"),
    ],
)
def test_a_wrong_call_is_told_and_writes_nothing(arguments: list[str], says: str, home: Path) -> None:
    with (home / "large").open("wb") as file:
        file.truncate((1 << 20) + 1)
    done = preserve("bag", *arguments, cwd=home)
    assert done.returncode == ExitCode.USAGE
    assert says in done.stderr
    assert sorted(path.name for path in home.iterdir()) == ["large", "src"]


def test_what_is_not_there_is_told(home: Path) -> None:
    for arguments, code in (
        (["make", "none", "--to", "bags"], ExitCode.SOURCE),
        (["make", "src", "--to", "bags", "--info-file", "none"], ExitCode.SOURCE),
        (["info", "none"], ExitCode.SOURCE),
        (["extract", "none", "--to", "out"], ExitCode.SOURCE),
        (["convert", "none", "--to", "out"], ExitCode.SOURCE),
    ):
        done = preserve("bag", *arguments, cwd=home)
        assert (done.returncode, "No such file" in done.stderr) == (code, True), done.stderr


def test_a_bar_of_bytes_is_drawn_on_a_terminal(home: Path) -> None:
    (home / "src" / "large").write_bytes(b"x" * 5_000_000)
    drawn, printed = on_terminal(["bag", "make", "src", "--to", "bags"], home, stdout=False)
    assert b"make" in drawn
    assert b"5.0/5.0 MB" in drawn
    assert printed.startswith(b"made       src  ->  bags/src")


def test_tag_files_of_ones_own(home: Path) -> None:
    (home / "my.txt").write_bytes(b"Title: Views\n")
    done = preserve("bag", "make", "src", "--to", "bags", "--tag-file", "aptrust-info.txt=my.txt", cwd=home)
    assert done.returncode == 0, done.stderr
    assert (home / "bags/src/aptrust-info.txt").read_bytes() == b"Title: Views\n"
    for given, code, says in (
        ("aptrust-info.txt", ExitCode.USAGE, "Write it as --tag-file"),
        ("x.txt=none.txt", ExitCode.SOURCE, "could not be read"),
        ("bagit.txt=my.txt", ExitCode.USAGE, "no tag file of your own"),
    ):
        done = preserve("bag", "make", "src", "--to", "other", "--tag-file", given, cwd=home)
        assert done.returncode == code
        assert says in done.stderr
        assert not (home / "other").exists()


# --- places, names, ends ---


def test_nothing_is_written_where_something_is_or_into_what_is_read(home: Path) -> None:
    bag(home / "bag", {"a": b"a"})
    (home / "file").write_bytes(b"mine")
    before = sorted(home.rglob("*"))
    for arguments, code, says in (
        (["make", "src", "--to", "file"], ExitCode.ARCHIVE, "file is not a folder"),
        (["make", "src", "--to", "file/below"], ExitCode.ARCHIVE, "file is not a folder"),
        (["convert", "bag", "--to", "file"], ExitCode.ARCHIVE, "file is not a folder"),
        (["extract", "bag", "--to", "file"], ExitCode.ARCHIVE, "already there: file"),
        (["extract", "bag", "--to", "file/below"], ExitCode.ARCHIVE, "file is not a folder"),
        (["extract", "bag", "--to", "bag/data/out"], ExitCode.USAGE, "lies in bag, which is only read"),
        (["convert", "bag", "--to", "bag/data"], ExitCode.USAGE, "lies in bag, which is only read"),
        (["make", "src", "--to", "x" * 300], ExitCode.ARCHIVE, "File name too long"),
    ):
        done = preserve("bag", *arguments, cwd=home)
        assert (done.returncode, says in done.stderr) == (code, True), done.stderr
        assert sorted(home.rglob("*")) == before, arguments


def test_the_index_is_told_to_people_and_programs(home: Path) -> None:
    done = preserve("bag", "make", "src", "--to", "bags", "--form", "tar", "--json", cwd=home)
    made = conforming(json_lines(done), "bag_make")[0]
    assert made["index"] == "bags/src.tar.index.csv"
    shown = preserve("bag", "convert", "bags/src.tar", "--to", "again", cwd=home).stdout
    assert "  index again/src.tar.index.csv\n" in shown
    done = preserve("bag", "convert", "bags/src.tar", "--to", "bare", "--no-index", "--json", cwd=home)
    assert "index" not in conforming(json_lines(done), "bag_convert")[0]
    assert [path.name for path in (home / "bare").iterdir()] == ["src.tar"]
    done = preserve("bag", "index", "bare/src.tar", "--json", cwd=home)
    line = conforming(json_lines(done), "bag_index")[0]
    written = (home / "bare/src.tar.index.csv").read_bytes()
    assert (line["path"], line["sha256"]) == ("bare/src.tar.index.csv", hashlib.sha256(written).hexdigest())


def test_a_source_whose_name_no_manifest_can_hold_is_told_before_copying(home: Path) -> None:
    (home / "src").rename(home / "sr\udcff")
    (home / "more").mkdir()
    done = preserve("bag", "make", "sr\udcff", "more", "--to", "bags", "--name", "both", cwd=home)
    assert (done.returncode, "name-not-utf8 at data/sr\\xff" in done.stdout) == (ExitCode.SOURCE, True), done.stderr
    # Alone its own name is in no manifest.
    assert preserve("bag", "make", "sr\udcff", "--to", "bags", "--name", "alone", cwd=home).returncode == 0


def test_a_file_that_is_listed_and_gone_is_no_wrong_call(home: Path) -> None:
    bag(home / "holey", {"a": b"a", "b": b"b"})
    (home / "holey/data/a").unlink()
    done = preserve("bag", "extract", "holey", "--to", "out", "--path", "a", cwd=home)
    assert (done.returncode, "payload-missing at data/a" in done.stdout) == (ExitCode.INVALID, True)
    assert "(0 of 1 file, 0 bytes)" in done.stdout
    assert not (home / "out").exists()
    done = preserve("bag", "extract", "holey", "--to", "out", cwd=home)
    assert (done.returncode, "(1 of 2 files, 1 byte)" in done.stdout) == (ExitCode.INVALID, True)
