"""``preserve export`` as a user meets it: wrong calls, the lines of ``--json``, versions, what stops an index."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.cli.command import json_lines, preserve

from preserve.contracts.contract import contract_bytes
from preserve.errors import ExitCode

PAGES = Path(__file__).resolve().parents[1] / "fixtures" / "cablebrowser"
FLAT, LINES, OTHER = (
    PAGES / name for name in ("05STRELSAU4281.flattened.txt", "05STRELSAU4281.lines.txt", "07STRELSAU112.lines.txt")
)
CMIF = ("export", "cmif", "all", "--licence", "cc0", "--url", "https://example.org/c.xml", "--include-restricted")


def index(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``export cmif`` for an institution that has a name."""
    return preserve(*arguments, cwd=cwd, PRESERVE_ORGANISATION_NAME="Royal Archive of Ruritania")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of two versions of one cable, and one of another; it is not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    preserve("init", cwd=folder)
    assert preserve("ingest", FLAT, LINES, OTHER, cwd=folder).returncode == 0
    return folder


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    """The same, of one's own."""
    return shutil.copytree(made, tmp_path / "own")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["metadata"], "takes cables and a format"),
        (["metadata", "07STRELSAU112"], "takes cables and a format"),
        (["metadata", "--as", "mods"], "takes cables and a format"),
        (["metadata", "07STRELSAU112", "--as", "marc"], "'marc'"),
        (["metadata", "07STRELSAU112", "05STRELSAU4281", "--as", "mods"], "one cable"),
        (["metadata", "07STRELSAU112", "--as", "dspace"], "one file"),
        (["metadata", "07STRELSAU112", "--as", "mods", "--json"], "--json"),
        (["metadata", "07STRELSAU112", "--as", "mods", "--embargo-until", "soon"], "not a day"),
        (["metadata", "all", "--as", "mods", "--to", "no/where"], "cannot be made a folder"),
        (["cmif", "--licence", "cc0"], "--url"),
        (["cmif", "--licence", "cc0", "--url", "ftp://x/"], "--url"),
        (["cmif", "--licence", "mine", "--url", "https://example.org/"], "mine"),
        (["cmif", "--licence", "cc0", "--url", "https://example.org/"], "publisher"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], says: str, made: Path) -> None:
    done = preserve("export", *arguments, cwd=made)
    assert done.returncode == ExitCode.USAGE
    assert says in done.stderr
    assert done.stdout == ""


def test_json_and_standard_output_do_not_go_together_for_an_index(archive: Path) -> None:
    assert index(*CMIF, "--json", cwd=archive).returncode == ExitCode.USAGE


def test_the_lines_meet_their_schema(archive: Path) -> None:
    schema = json.loads(contract_bytes("outcome-1.0.0.schema.json"))
    call = ("export", "metadata", "07STRELSAU112", "--json", "--to", "x", "--as")
    done = [
        ("export_metadata", preserve(*call, "mods", cwd=archive), "written"),
        ("export_metadata", preserve(*call, "mods", cwd=archive), "failed"),
        ("export_metadata", preserve(*call, "datacite", cwd=archive), "refused"),
        ("export_cmif", index(*CMIF, "--json", "--to", "c.xml", cwd=archive), None),
        ("export_formats", preserve("export", "metadata", "--list", "--json", cwd=archive), None),
    ]
    for name, run, outcome in done:
        lines = [line for line in json_lines(run) if "counts" not in line]
        assert lines
        assert lines[0].get("outcome") == outcome
        for line in lines:
            validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
            assert [error.message for error in validator.iter_errors(line)] == []


def test_without_a_version_the_newest_is_told_of(archive: Path) -> None:
    def written(*arguments: str) -> list[str]:
        run = preserve("export", "metadata", *arguments, "--as", "dc", "--to", "out", "--json", cwd=archive)
        return [line["bag"] for line in json_lines(run) if "bag" in line]

    (archive / "out").mkdir()
    assert written("05STRELSAU4281") == ["05STRELSAU4281/v2"]
    assert written("05STRELSAU4281/v1") == ["05STRELSAU4281/v1"]
    (archive / "out" / "05STRELSAU4281.v2.dc.xml").unlink()
    assert written("all") == ["05STRELSAU4281/v2", "07STRELSAU112/v1"]
    assert sorted(path.name for path in (archive / "out").iterdir()) == [
        "05STRELSAU4281.v1.dc.xml", "05STRELSAU4281.v2.dc.xml", "07STRELSAU112.v1.dc.xml",
    ]  # fmt: skip


def test_a_bag_that_cannot_be_trusted_stops_the_index_and_leaves_none(archive: Path) -> None:
    assert index(*CMIF, "--to", "good.xml", cwd=archive).returncode == 0
    assert (archive / "good.xml").read_text().count("<correspDesc ") == 2
    record = archive / "archive/bags/STRELSAU/2007/07STRELSAU112/v1/data/record/07STRELSAU112.json"
    record.write_bytes(record.read_bytes() + b" ")
    done = index(*CMIF, "--to", "bad.xml", cwd=archive)
    assert done.returncode == ExitCode.INVALID
    assert "not what it was" in done.stderr
    assert not (archive / "bad.xml").exists()
    assert not [path for path in archive.iterdir() if path.name.startswith(".bad")]


def test_an_index_is_all_of_the_archive_unless_cables_are_named(archive: Path) -> None:
    arguments = [each for each in CMIF if each != "all"]
    assert index(*arguments, cwd=archive).stdout.count("<correspDesc ") == 2


def test_many_left_out_are_not_all_listed(archive: Path) -> None:
    call = ("--licence", "cc0", "--url", "https://example.org/c.xml", "--to", "c.xml")
    preserve("pack", OTHER, "--to", "open", cwd=archive, PRESERVE_ACCESS_LEVEL="open")
    shut = ["05STRELSAU4281/v1", "05STRELSAU4281/v2", "07STRELSAU112"] * 2
    done = index("export", "cmif", "open/07STRELSAU112", *shut, *call, cwd=archive)
    assert done.returncode == 0
    assert "6 cables left out" in done.stderr
    assert done.stderr.rstrip().endswith("...")
