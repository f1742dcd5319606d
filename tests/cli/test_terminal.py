"""The command on a terminal: a bar on stderr, outcomes on stdout, and the record with its lines broken."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import zipfile
from pathlib import Path

from benchmarks.corpus import make, make_csv
from tests.cli.command import environment, preserve, program

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/05STRELSAU4281.flattened.txt"


def on_terminal(arguments: list[str | Path], cwd: Path, *, stdout: bool, code: int = 0) -> tuple[bytes, bytes]:
    """Run the command with stderr, and stdout if asked, on a terminal; return what each of them got."""
    terminal, end = pty.openpty()
    command = [*program(), *map(str, arguments)]
    run = subprocess.Popen(
        command, cwd=cwd, env=environment(TERM="xterm"), stderr=end, stdout=end if stdout else subprocess.PIPE
    )
    os.close(end)
    drawn = bytearray()
    try:
        while chunk := os.read(terminal, 1 << 16):
            drawn += chunk
    except OSError:  # what Linux gives at the end of a terminal
        pass
    os.close(terminal)
    printed, _ = run.communicate()
    assert run.returncode == code
    return bytes(drawn), printed or b""


def test_a_bar_is_drawn_on_stderr_and_stdout_has_outcomes_only(tmp_path: Path) -> None:
    make(120, tmp_path / "pages")
    preserve("init", cwd=tmp_path)
    drawn, printed = on_terminal(["ingest", "pages", "--jobs", "1"], tmp_path, stdout=False)
    assert b"\x1b[" in drawn
    assert b"ingest" in drawn
    lines = printed.decode().splitlines()
    assert len(lines) == 121
    assert all(line.startswith("stored ") for line in lines[:-1])
    assert lines[-1] == "120 items: 120 stored"


def test_the_bar_knows_how_many_there_are_where_that_is_cheap(tmp_path: Path) -> None:
    make(3, tmp_path / "pages")
    make_csv(7, tmp_path / "cables.csv")
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        archive.write(PAGE, PAGE.name)
    for arguments, total in (
        (["pages", "cables.csv"], b"/10"),
        (["cables.csv", "--rows", "3-"], b"/5"),
        (["cables.csv", "--rows", "-4"], b"/4"),
        (["pages.zip", "--rows", "-4"], b"/4"),
        (["pages", "pages.zip"], b"/?"),
    ):
        wrong = arguments[0] == "pages.zip"
        drawn, _ = on_terminal(["pack", *arguments, "--to", "bags"], tmp_path, stdout=False, code=1 if wrong else 0)
        assert total in drawn, arguments


def test_with_json_nothing_is_drawn(tmp_path: Path) -> None:
    preserve("init", cwd=tmp_path)
    drawn, printed = on_terminal(["ingest", PAGE, "--json"], tmp_path, stdout=False)
    assert drawn == b""
    assert [json.loads(line) for line in printed.splitlines()]


def test_a_record_is_shown_with_its_lines_broken(tmp_path: Path) -> None:
    drawn, _ = on_terminal(["inspect", PAGE, "--as", "record"], tmp_path, stdout=True)
    shown = drawn.decode().replace("\r\n", "\n")
    assert shown.startswith('{\n  "attention"')
    piped = preserve("inspect", PAGE, "--as", "record", cwd=tmp_path).stdout
    assert piped.count("\n") == 1
    assert json.loads(shown) == json.loads(piped)
