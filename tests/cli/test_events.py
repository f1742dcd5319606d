"""``preserve events`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.cli.command import json_lines, preserve

from preserve.contracts.contract import contract_bytes
from preserve.errors import ExitCode
from preserve.provenance import premis

PAGES = Path(__file__).parents[1] / "fixtures" / "cablebrowser"
NAME = "05STRELSAU4281"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one cable in two versions, which were checked; the first one has a copy."""
    place = tmp_path_factory.mktemp("events")
    pages = sorted(PAGES.glob(f"{NAME}.*.txt"))
    for arguments in (["init"], ["ingest", *pages], ["audit"], ["deposit", f"{NAME}/v1", "--to", "copies"]):
        assert preserve(*arguments, cwd=place).returncode == 0
    return place


def test_people_read_bag_by_bag_what_happened_and_where_it_is_recorded(home: Path) -> None:
    done = preserve("events", NAME, cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [f"{NAME}/v1", f"{NAME}/v2"]
    first = lines[1 : lines.index(f"{NAME}/v2")]
    told = [line.split("  ", 3)[2:] for line in first if not line.startswith("    ")]
    assert [where for where, _ in told] == ["bag"] * 6 + ["log"] * 4
    assert told[3] == ["bag", "normalization (success)"]
    assert told[4] == ["bag", "validation (success)"]
    assert "    RELAX NG: cable-tei-1.0.rng; libxml2" in "\n".join(first)
    assert told[5] == ["bag", "information package creation (success): BagIt 1.0 (RFC 8493)."]
    assert told[7][1].startswith("fixity check (success): Every file agrees")
    assert told[8][1].startswith("transfer (unknown): About to be deposited")


@pytest.mark.parametrize("flags", [["--json"], ["--as", "json"], ["--json", "--as", "json"]])
def test_programs_read_a_line_an_event(home: Path, flags: list[str]) -> None:
    schema = json.loads(contract_bytes("outcome-1.0.0.schema.json"))
    line_schema = Draft202012Validator({"$ref": "#/$defs/events", "$defs": schema["$defs"]})
    lines = json_lines(preserve("events", f"{NAME}/v1", *flags, cwd=home))
    assert [error.message for line in lines for error in line_schema.iter_errors(line)] == []
    assert {(line["bag"], line["version"]) for line in lines} == {(NAME, 1)}
    assert [line["recorded"] for line in lines] == ["bag"] * 6 + ["log"] * 4
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert lines[0]["objects"] == [f"{NAME}/v1/data/source/{NAME}.txt"]


def test_the_premis_is_one_valid_document_of_the_same_events(home: Path) -> None:
    done = preserve("events", NAME, "--as", "premis", cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert premis.check_premis(done.stdout.encode()) == ()
    events: list[dict[str, Any]] = json_lines(preserve("events", NAME, "--json", cwd=home))
    assert done.stdout.count("<eventIdentifier>") == len(events)
    assert all(f"<eventIdentifierValue>{line['event']}<" in done.stdout for line in events)


def test_one_form_at_a_time(home: Path) -> None:
    done = preserve("events", NAME, "--json", "--as", "premis", cwd=home)
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert "do not go together" in done.stderr


def test_what_is_not_there_is_told(home: Path) -> None:
    done = preserve("events", f"{NAME}/v9", cwd=home)
    assert (done.returncode, done.stdout) == (ExitCode.ARCHIVE, "")
    assert "has no version 9" in done.stderr


def test_without_an_archive_it_says_how_to_make_one(tmp_path: Path) -> None:
    done = preserve("events", NAME, cwd=tmp_path)
    assert done.returncode == ExitCode.ARCHIVE
    assert "preserve init" in done.stderr


def test_a_damaged_bag_is_told_and_nothing_is_printed(tmp_path: Path) -> None:
    (page, *_) = sorted(PAGES.glob(f"{NAME}.*.txt"))
    for arguments in (["init"], ["ingest", page]):
        assert preserve(*arguments, cwd=tmp_path).returncode == 0
    (document,) = (tmp_path / "archive/bags").rglob("premis/*.xml")
    document.write_bytes(document.read_bytes().replace(b"success", b"warning"))
    for form in ("text", "json", "premis"):
        done = preserve("events", NAME, "--as", form, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (ExitCode.INVALID, "")
        assert f"{NAME}/v1 is not what it was: data/premis/{NAME}.xml was altered" in done.stderr
        assert f"preserve audit {NAME}/v1" in done.stderr
