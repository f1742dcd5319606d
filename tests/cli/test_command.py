"""The command line as a user meets it: help, wrong calls, exit codes, JSON lines, bad input."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.cli.command import VERBS, environment, json_lines, preserve

from preserve.contracts.contract import contract_bytes
from preserve.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "tests/fixtures/cablebrowser/05STRELSAU4281.flattened.txt"


def line_schema(verb: str) -> Draft202012Validator:
    schema = json.loads(contract_bytes("outcome-1.0.0.schema.json"))
    return Draft202012Validator({"$ref": f"#/$defs/{verb}", "$defs": schema["$defs"]})


def test_the_table_of_exit_codes_in_the_docs_is_the_one_in_force() -> None:
    table = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    rows = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| (\w+) \|", table, re.MULTILINE)}
    assert rows == {code.name: code.value for code in ExitCode}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_that_names_it(verb: str, tmp_path: Path) -> None:
    done = preserve(*verb.split(), "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Example: preserve {verb}" in " ".join(done.stdout.split())
    assert "--json" in done.stdout


def test_version(tmp_path: Path) -> None:
    done = preserve("--version", cwd=tmp_path)
    assert (done.returncode, re.fullmatch(r"preserve \d+\.\d+\.\d+\n", done.stdout) is not None) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ingset"], "ingset"),
        (["ingest"], "FILE"),
        (["ingest", "--frm", "tar", "x"], "--frm"),
        (["verify", "--depth", "deep", "x"], "deep"),
        (["ingest", "--form", "7z", "x"], "7z"),
        (["inspect", "--as", "record", "--json", "x"], "do not go together"),
        (["deposit", "x", "--to", "ftp:host"], "no depositor is named 'ftp'"),
    ],
)
def test_a_wrong_call_is_told_with_exit_code_1(arguments: list[str], says: str, tmp_path: Path) -> None:
    preserve("init", cwd=tmp_path)
    done = preserve(*arguments, cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "preserve.toml").write_text("[access]\nlevl = 'open'\n")
    done = preserve("inspect", PAGE, cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert "levl" in done.stderr
    assert "Did you mean level?" in done.stderr


@pytest.mark.parametrize("verb", ["list", "audit", "ingest x", "show x", "deposit x --to y", "catalogue rebuild"])
def test_without_an_archive_the_verb_says_how_to_make_one(verb: str, tmp_path: Path) -> None:
    done = preserve(*verb.split(), cwd=tmp_path)
    assert done.returncode == ExitCode.ARCHIVE
    assert "preserve init" in done.stderr
    assert not (tmp_path / "archive").exists()


def test_the_lines_of_every_verb_meet_their_schema(tmp_path: Path) -> None:
    runs: dict[str, list[str | Path]] = {
        "init": ["init"],
        "formats": ["formats"],
        "inspect": ["inspect", PAGE, tmp_path / "nothing.txt"],
        "ingest": ["ingest", PAGE, PAGE, tmp_path / "nothing.txt"],
        "list": ["list"],
        "show": ["show", "05STRELSAU4281"],
        "audit": ["audit"],
        "verify": ["verify", "archive/bags/STRELSAU/2005/05STRELSAU4281/v1", "nothing"],
        "deposit": ["deposit", "05STRELSAU4281", "--to", "copies"],
        "catalogue_rebuild": ["catalogue", "rebuild"],
        "pack": ["pack", PAGE, "--to", "bags"],
        "export_metadata": ["export", "metadata", "05STRELSAU4281", "--as", "mods", "--to", "metadata"],
        "export_formats": ["export", "metadata", "--list"],
        "compare": ["compare", PAGE, "05STRELSAU4281/v1"],
        "compare_corpus": ["compare", "--corpus", PAGE.parent, "archive", PAGE.parent],
    }
    counts = line_schema("counts")
    for verb, arguments in runs.items():
        lines = json_lines(preserve(*arguments, "--json", cwd=tmp_path))
        assert lines, verb
        for line in lines:
            schema = counts if "counts" in line else line_schema("audit_log" if "log" in line else verb)
            assert [error.message for error in schema.iter_errors(line)] == [], (verb, line)


def test_inspect_json_has_exactly_the_promised_keys(tmp_path: Path) -> None:
    [line] = json_lines(preserve("inspect", "--json", PAGE, cwd=tmp_path))
    assert list(line) == ["source", "reader", "record", "findings"]
    assert line["reader"] == "cablebrowser"
    assert line["record"]["identifier"] == "05STRELSAU4281"


def test_inspect_stores_nothing(tmp_path: Path) -> None:
    for view in ("record", "tei", "premis"):
        assert preserve("inspect", PAGE, "--as", view, cwd=tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_inspect_reads_standard_input(tmp_path: Path) -> None:
    [line] = json_lines(preserve("inspect", "--json", "-", cwd=tmp_path, stdin=PAGE.read_bytes()))
    assert line["record"]["provenance"]["source"]["name"] == "stdin"


BAD: dict[str, bytes] = {
    "empty.txt": b"",
    "white.txt": b" \n\n\t\n",
    "shopping.txt": b"Dear all,\nmilk, eggs, bread.\n",
    "binary.dat": bytes(range(256)) * 40,
    "utf16.txt": "Identifier: 05STRELSAU1".encode("utf-16"),
    "latin1.txt": PAGE.read_bytes().replace(b"Ruritania", b"Rurit\xe4nia") if PAGE.exists() else b"",
    "entities.txt": b'<!DOCTYPE html [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>\n<html>&c;</html>\n',
    "long-line.txt": b"x" * (20 << 20),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_page_is_refused_with_reasons_and_the_good_page_beside_it_is_stored(
    name: str, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / name).write_bytes(BAD[name])
    (pages / "zz-good.txt").write_bytes(PAGE.read_bytes())
    preserve("init", cwd=tmp_path)
    done = preserve("ingest", "--json", "pages", cwd=tmp_path)
    bad, good, counts = json_lines(done)
    assert done.returncode == ExitCode.SOURCE
    assert bad["outcome"] in {"rejected", "failed"}
    assert name in bad["error"]
    assert good["outcome"] == "stored"
    assert sum(counts["counts"].values()) == 2
    assert "Traceback" not in done.stderr


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    preserve("init", cwd=tmp_path)
    done = preserve("ingest", "pages", cwd=tmp_path)
    assert done.returncode == ExitCode.SOURCE
    assert "has no files to read" in done.stdout


def test_the_source_is_never_touched(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(PAGE.read_bytes())
    page.chmod(0o444)
    before = page.stat()
    preserve("init", cwd=tmp_path)
    assert preserve("ingest", "page.txt", cwd=tmp_path).returncode == 0
    after = page.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_ino) == (before.st_mtime_ns, before.st_size, before.st_ino)
    assert page.read_bytes() == PAGE.read_bytes()


def test_a_second_time_is_unchanged_and_another_source_of_the_cable_is_a_second_version(tmp_path: Path) -> None:
    preserve("init", cwd=tmp_path)
    first = json_lines(preserve("ingest", "--json", PAGE, cwd=tmp_path))[0]
    again = json_lines(preserve("ingest", "--json", PAGE, cwd=tmp_path))[0]
    assert (first["outcome"], again["outcome"]) == ("stored", "unchanged")
    assert first["seal"] == again["seal"]
    later = tmp_path / "later.txt"
    later.write_text(PAGE.read_text(encoding="utf-8").replace("2011-10-04", "2012-01-01"), encoding="utf-8")
    second = json_lines(preserve("ingest", "--json", later, cwd=tmp_path))[0]
    assert (second["outcome"], second["version"]) == ("stored", 2)
    listed = json_lines(preserve("list", "--json", cwd=tmp_path))
    assert [(line["bag"], line["version"]) for line in listed] == [("05STRELSAU4281", 1), ("05STRELSAU4281", 2)]


def test_a_flipped_bit_is_found_logged_and_told(tmp_path: Path) -> None:
    preserve("init", cwd=tmp_path)
    stored = json_lines(preserve("ingest", "--json", PAGE, cwd=tmp_path))[0]
    victim = next(Path(tmp_path, stored["path"], "data/source").iterdir())
    data = bytearray(victim.read_bytes())
    data[100] ^= 1
    victim.write_bytes(data)
    for verb in (["audit"], ["verify", stored["path"]]):
        done = preserve(*verb, cwd=tmp_path)
        assert done.returncode == ExitCode.INVALID
        assert "data/source/05STRELSAU4281.txt" in done.stdout
    shown = json_lines(preserve("show", "--json", "05STRELSAU4281", cwd=tmp_path))[0]
    assert [(event["type"], event["outcome"]) for event in shown["events"]] == [
        ("ingestion", "success"),
        ("fixity check", "fail"),
    ]


def test_nothing_of_a_terminal_gets_out_of_a_file_name(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.txt").write_bytes(b"x")
    done = preserve("inspect", ".", cwd=tmp_path)
    assert "\x1b" not in done.stdout + done.stderr
    assert "\\x1b[31m" in done.stdout + done.stderr


def test_output_that_nobody_reads_ends_the_run_quietly(tmp_path: Path) -> None:
    done = preserve("inspect", *[PAGE] * 300, cwd=tmp_path)
    assert len(done.stdout) > 1 << 16, "the pipe must be able to fill"
    script = f"{sys.executable} -m preserve inspect {' '.join([str(PAGE)] * 300)} | head -n 1"
    piped = subprocess.run(["bash", "-c", script], env=environment(), capture_output=True, text=True, check=False)
    assert piped.stdout.startswith("05STRELSAU4281")
    assert piped.stderr == ""
