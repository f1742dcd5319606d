"""``preserve validate`` and ``preserve schema`` as programs use them: lines, verdicts, exit codes, wrong calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.cli.command import json_lines, preserve
from tests.cli.test_command import line_schema
from tests.tei.cables import encoded, full
from tests.validation.making import MADE, event_log, record

from preserve.cable.record import codec
from preserve.cli.main import run
from preserve.contracts.contract import Contract, contract_bytes, contracts
from preserve.errors import ExitCode
from preserve.findings import codes
from preserve.validation.model import DocumentKind

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command in this process, in the folder of the test: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            run(list(arguments))
        out, err = capsysbinary.readouterr()
        return int(left.value.code or 0), out.decode(), err.decode()

    return run_it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, make in MADE.items():
        (tmp_path / f"{kind}{'.xml' if kind in {DocumentKind.TEI, DocumentKind.PREMIS} else '.json'}").write_bytes(
            make()
        )
    (tmp_path / "settings.json").rename(tmp_path / "preserve.toml")
    (tmp_path / "other.json").write_text('{"colour": "red"}')
    (tmp_path / "broken.json").write_bytes(record().replace(b'"access": "restricted"', b'"access": 5'))
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("milk and eggs")
    return tmp_path


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_folder_is_told_file_by_file_with_the_gravest_code(folder: Path, jobs: str) -> None:
    for number in range(25):  # more than a task's worth, so that there are workers
        (folder / f"copy{number:02}.json").write_bytes(MADE[DocumentKind.PROFILE]())
    done = preserve("validate", ".", "--json", "--jobs", jobs, cwd=folder)
    assert done.returncode == ExitCode.SOURCE, done.stderr
    *lines, last = json_lines(done)
    schema = line_schema("validate")
    for line in lines:
        schema.validate(line)
    told = {line["file"]: line["verdict"] for line in lines if not line["file"].startswith("copy")}
    assert told == {
        **{
            f"{kind}{'.xml' if kind in {DocumentKind.TEI, DocumentKind.PREMIS} else '.json'}": "valid"
            for kind in DocumentKind
            if kind is not DocumentKind.SETTINGS
        },
        "preserve.toml": "valid",
        "broken.json": "invalid",
        "empty.json": "unreadable",
        "other.json": "passed-over",
    }
    assert [line["file"] for line in lines] == sorted(line["file"] for line in lines)
    assert last == {"counts": {"valid": 33, "invalid": 1, "unreadable": 1, "passed-over": 1}}
    line_schema("counts").validate(last)


def test_a_finding_in_a_line_has_place_clause_and_advice(folder: Path) -> None:
    done = preserve("validate", "broken.json", "--json", cwd=folder)
    line = json_lines(done)[0]
    finding = line["findings"][0]
    assert '"access": 5' in (folder / "broken.json").read_text().splitlines()[finding["line"] - 1]
    assert (finding["clause"], finding["advice"]) == (codes()["record-invalid"].clause, codes()["record-invalid"].text)
    assert done.returncode == ExitCode.INVALID


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["record.json"], ExitCode.GOOD, ""),
        (["record.json", "--as", "record"], ExitCode.GOOD, ""),
        (["record.json", "--as", "tei"], ExitCode.INVALID, ""),
        (["record.json", "--as", "recrod"], ExitCode.USAGE, "recrod"),
        (["other.json"], ExitCode.SOURCE, "of no kind that can be validated"),
        (["empty.json"], ExitCode.SOURCE, "is empty"),
        (["none.json"], ExitCode.SOURCE, "no such file"),
        (["none.json", "broken.json"], ExitCode.SOURCE, "no such file"),
        ([], ExitCode.USAGE, "FILE"),
        (["tei.xml", "record.json", "--record", "record.json"], ExitCode.USAGE, "--record goes with one TEI"),
        ([".", "--record", "record.json"], ExitCode.USAGE, "--record goes with one TEI"),
        (["tei.xml", "--record", "none.json"], ExitCode.SOURCE, "no such file"),
        (["tei.xml", "--record", "other.json"], ExitCode.INVALID, "preserve validate other.json"),
        (["void"], ExitCode.SOURCE, "no files whose names end"),
    ],
)
def test_the_exit_code_is_that_of_the_table(
    arguments: list[str], code: ExitCode, says: str, folder: Path, called: Run
) -> None:
    (folder / "void").mkdir()
    left, _, told = called("validate", *arguments)
    assert (left, "Traceback" in told) == (code, False), told
    assert says in told


def test_one_that_cannot_be_read_does_not_hide_the_others(folder: Path) -> None:
    done = preserve("validate", "none.json", "record.json", cwd=folder)
    assert done.returncode == ExitCode.SOURCE
    assert done.stdout == "valid        record.json  (record 1.0.0)\n2 items: 1 valid, 1 unreadable\n"


@pytest.mark.parametrize(("rights", "says"), [(0o755, "locked: the folder cannot be listed"), (0, "cannot be read")])
def test_what_may_not_be_seen_does_not_hide_the_others(
    rights: int,
    says: str,
    folder: Path,
    called: Run,
    unprivileged: Callable[[], AbstractContextManager[None]],
) -> None:
    (folder / "locked").mkdir(mode=0)
    for above in (folder.parent, *folder.parent.parents):
        if above.name.startswith("pytest-"):
            above.chmod(0o755)
    folder.chmod(rights)
    with unprivileged():
        code, out, told = called("validate", "locked", "record.json", "-")
    folder.chmod(0o755)
    (folder / "locked").chmod(0o755)
    assert code == ExitCode.SOURCE, told
    assert told.count("preserve: ") == (2 if rights == 0o755 else 3)  # nothing comes from standard input
    assert says in told
    assert ("valid        record.json" in out) is (rights == 0o755)


def test_standard_input_goes_with_files(folder: Path) -> None:
    done = preserve("validate", "tei.xml", "-", cwd=folder, stdin=event_log(4))
    assert done.returncode == ExitCode.GOOD
    assert "valid        -  (event 1.1.0, 4 lines)" in done.stdout
    done = preserve("validate", "-", "--record", "record.json", cwd=folder, stdin=encoded(full()))
    assert "compared with record.json" in done.stdout
    assert codec.decode_record((folder / "record.json").read_bytes()) == full()


def test_warnings_and_notes_leave_a_file_valid(folder: Path) -> None:
    done = preserve("validate", "-", cwd=folder, stdin=event_log(3)[:-4])
    assert done.returncode == ExitCode.GOOD
    assert "  warning  event-line-unfinished at -:3:1: " in done.stdout


def test_there_is_more_than_is_told(folder: Path) -> None:
    done = preserve("validate", "-", "--as", "outcome", cwd=folder, stdin=b'{"x": 1}\n' * 2000)
    assert "  there are more findings: these go up to line " in done.stdout
    assert done.stdout.count("outcome-invalid at") == 1000


# --- schemas ---


def test_the_list_of_schemas_is_that_of_the_contract(called: Run) -> None:
    lines = [json.loads(line) for line in called("schema", "list", "--json")[1].splitlines()]
    for line in lines:
        line_schema("schema_list").validate(line)
    assert [(line["schema"], line.get("version", "")) for line in lines] == [
        (each.name, each.version) for each in contracts()
    ]
    shown = called("schema", "list")[1].splitlines()
    assert [line.split()[0] for line in shown] == [each.name for each in contracts()]


@pytest.mark.parametrize("each", contracts(), ids=lambda each: f"{each.name}-{each.version}")
def test_every_schema_is_shown_byte_for_byte(each: Contract, called: Run) -> None:
    for form, file in each.files.items():
        asked = ["schema", "show", each.name, "--as", form, *(["--version", each.version] if each.version else [])]
        line = json.loads(called(*asked, "--json")[1])
        line_schema("schema_show").validate(line)
        text = contract_bytes(file).decode()
        assert (line["text"], called(*asked)[1]) == (text, text)


def test_of_two_forms_the_one_for_people_is_shown(called: Run) -> None:
    assert called("schema", "show", "tei") == (ExitCode.GOOD, contract_bytes("cable-tei-1.0.rnc").decode(), "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "tie"], "Did you mean tei?"),
        (["show", "tei", "--as", "xsd"], "It has rnc, rng."),
        (["show", "tei", "--version", "0.1"], "It has 1.0."),
        (["show"], "NAME"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], says: str, called: Run) -> None:
    code, out, told = called("schema", *arguments)
    assert (code, out) == (ExitCode.USAGE, "")
    assert says in told
