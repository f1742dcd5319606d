"""``preserve verify`` as people and programs meet it: of some files, of many bags, of what may not be opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.bag.conftest import without_rights
from tests.bag.fixtures import bag, pack, pack_as
from tests.cli.command import json_lines, preserve

from preserve.bag.reading.member_index import index_path
from preserve.bag.writing.index import write_index
from preserve.cli import main
from preserve.contracts.contract import contract_bytes
from preserve.errors import ExitCode

SCHEMA = json.loads(contract_bytes("outcome-1.0.0.schema.json"))
FILES = {"tei/07STRELSAU1.xml": b"<TEI/>", "tei/07STRELSAU2.xml": b"<TEI>2</TEI>", "source/07STRELSAU1.txt": b"1\n"}


def conforming(lines: list[dict[str, Any]], verb: str) -> list[dict[str, Any]]:
    validator = Draft202012Validator({"$ref": f"#/$defs/{verb}", "$defs": SCHEMA["$defs"]})
    for line in lines:
        validator.validate(line)
    return lines


@pytest.fixture
def home(tmp_path: Path) -> Path:
    bag(tmp_path / "one", FILES)
    pack(tmp_path / "one")
    write_index(tmp_path / "one.tar", tmp_path)
    return tmp_path


def test_programs_read_the_word_on_some_files(home: Path) -> None:
    bag(home / "two", FILES)
    (home / "two/data/tei/07STRELSAU1.xml").write_bytes(b"<tei/>")
    done = preserve("verify", "one", "two", "one.tar", "none", "--cable", "07STRELSAU1", "--json", cwd=home)
    *lines, error, counts = json_lines(done)
    assert done.returncode == ExitCode.SOURCE
    conforming(lines, "verify_part")
    assert [(line["bag"], line["outcome"], line["checked"], line["of"]) for line in lines] == [
        ("one", "intact", 2, 3),
        ("two", "damaged", 2, 3),
        ("one.tar", "intact", 2, 3),
    ]
    assert {line["by"] for line in lines} == {"manifests"}
    conforming([error], "verify")
    assert counts == {"counts": {"intact": 2, "incomplete": 0, "damaged": 1, "unreadable": 0, "failed": 1}}
    done = preserve("verify", "one.tar", "--path", "source/*", "--by-index", "--json", cwd=home)
    (line, _counts) = json_lines(done)
    assert (conforming([line], "verify_part")[0]["by"], done.returncode) == ("index", 0)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["one", "--by-index"], ExitCode.USAGE, "--path or --cable"),
        (["one.tar", "--path", "*", "--by-index", "--seal", "0" * 64], ExitCode.USAGE, "goes round the seal"),
        (["one", "--path", "*", "--depth", "oxum"], ExitCode.USAGE, "--depth is for whole bags"),
        (["one", "--path", "*", "--profile", "btr"], ExitCode.USAGE, "--profile is for whole bags"),
        (["one", "--path", "*", "--with-bagit"], ExitCode.USAGE, "--with-bagit is for whole bags"),
        (["-", "--path", "*"], ExitCode.USAGE, "do not go with a stream"),
        (["one", "--path", "*.pdf"], ExitCode.USAGE, "fits '*.pdf'"),
        (["one", "--path", "data/tei/*"], ExitCode.USAGE, "paths below data/: 'tei/*'"),
        (["one", "--cable", "07STRELSAU9"], ExitCode.USAGE, "fits '*/07STRELSAU9.*'"),
        (["one", "--path", "*", "--by-index"], ExitCode.INVALID, "one is a folder: only a tar has an index"),
        (["one.zip", "--path", "*", "--by-index"], ExitCode.INVALID, "preserve bag index"),
        (["bare.tar", "--path", "*", "--by-index"], ExitCode.INVALID, "preserve bag index"),
        (["spoilt.tar", "--path", "*", "--by-index"], ExitCode.INVALID, "is no index of a tar: line 1"),
        (["plain", "--path", "*"], ExitCode.INVALID, "plain is no bag"),
        (["one", "--seal", "abc"], ExitCode.USAGE, "not a SHA-256"),
        (["one", "one.tar", "--seal", "0" * 64], ExitCode.USAGE, "not of 2"),
        (["one", "--profile", "x" * 300], ExitCode.USAGE, "no BagIt Profile is named"),
        (["x" * 300], ExitCode.SOURCE, "File name too long"),
        (["circle/x"], ExitCode.SOURCE, "Too many levels"),
    ],
)
def test_what_does_not_go_is_told_with_what_to_do(arguments: list[str], code: ExitCode, says: str, home: Path) -> None:
    (home / "plain/data").mkdir(parents=True)
    (home / "plain/data/x").touch()
    (home / "circle").symlink_to("circle")
    pack_as(home / "one", ".zip")
    for name in ("bare.tar", "spoilt.tar"):
        (home / name).write_bytes((home / "one.tar").read_bytes())
    index_path(home / "spoilt.tar").write_bytes(b"no index\n")
    done = preserve("verify", *arguments, cwd=home)
    assert (done.returncode, says in done.stderr) == (code, True), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


def test_an_index_named_with_its_tar_is_no_bag_of_its_own(home: Path) -> None:
    done = preserve("verify", "one.tar", "one.tar.index.csv", cwd=home)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stdout
    index_path(home / "one.tar").write_bytes(b"no index\n")
    done = preserve("verify", "one.tar", "one.tar.index.csv", cwd=home)
    assert (done.returncode, "warning  member-index-differs at one.tar.index.csv" in done.stdout) == (0, True)


def test_what_may_not_be_read_is_code_3_and_keeps_nobody_from_the_others(
    open_place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("good", "shut", "manifest"):
        bag(open_place / name, FILES)
    (open_place / "within").mkdir()
    pack(open_place / "good").rename(open_place / "within/shut.tar")
    shut, tar, manifest, good = names = [
        str(open_place / name) for name in ("shut", "within/shut.tar", "manifest", "good")
    ]
    # Once with all rights: what is imported by need may lie where nobody may read.
    for verb in (["verify", *names, "--jobs", "1"], ["bag", "list", good], ["bag", "convert", "none", "--to", "new"]):
        main._run(verb)
    capfd.readouterr()
    (open_place / "manifest/manifest-sha512.txt").chmod(0)
    (open_place / "shut").chmod(0)
    (open_place / "within").chmod(0)
    with without_rights():
        code = main._run(["verify", *names, "--jobs", "1"])
        out, err = capfd.readouterr()
        assert (code, f"{shut} could not be listed: Permission denied" in err) == (ExitCode.SOURCE, True), out + err
        assert f"{tar} could not be opened: Permission denied" in err
        assert f"unreadable  {manifest}" in out
        # That nobody can read what lists a file is no proof that nothing does.
        assert "payload-unlisted" not in out
        assert f"valid       {good}" in out
        assert "4 items: 1 valid, 1 unreadable, 2 failed" in out
        for verb in (["bag", "list", manifest], ["bag", "info", tar], ["bag", "convert", shut, "--to", "new"]):
            assert main._run(verb) == ExitCode.SOURCE
        assert capfd.readouterr().out == ""


def test_who_names_the_folder_that_holds_the_bags_is_told_so(home: Path) -> None:
    (home / "bags").mkdir()
    (home / "one").rename(home / "bags/one")
    done = preserve("verify", "bags", cwd=home)
    assert done.returncode == ExitCode.INVALID
    assert "bags is no bag, but may hold some, such as bags/one. To verify them: preserve verify bags/*" in done.stderr
    (home / "bags/one").rename(home / "one")
    assert "may hold some" not in preserve("verify", "bags", cwd=home).stderr
    assert preserve("verify", "bags", "--json", cwd=home).stderr == ""


def test_a_name_that_is_not_utf_8_is_told_as_text(home: Path) -> None:
    (home / "one").rename(home / "on\udcff")
    done = preserve("verify", "on\udcff", "--json", cwd=home)
    line = json_lines(done)[0]
    assert (done.returncode, line["bag"]) == (0, "on\\xff")
    assert preserve("verify", "on\udcff", cwd=home).stdout.startswith("valid       on\\xff  (")
