"""Runs the console sessions of this folder, and those of the how-to page on reading: each is a page and a test.

A line that begins with ``$ `` is a command; the lines below it, to the next command or the end of the block, are what
it prints, stdout and stderr together. ``...`` stands for any text within a line; a line ``...`` for any lines. A
command's exit code is 0 unless its last line is ``[exit N]``.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.command import VERBS, environment, program

HERE = Path(__file__).parent
SESSIONS = [*sorted(HERE.glob("*.md")), HERE.parents[1] / "docs/how-to/read-a-cable.md"]
PAGES = HERE.parent / "fixtures" / "cablebrowser"
TABLE = HERE.parent / "fixtures" / "cables_csv" / "cables.csv"
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\[exit (\d+)\]")


@dataclass(frozen=True)
class Step:
    command: str
    expected: tuple[str, ...]
    code: int


def steps(session: str) -> Iterator[Step]:
    for block in _BLOCK.findall(session):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            code = _EXIT.fullmatch(lines[-1]) if lines else None
            yield Step(command, tuple(lines[:-1] if code else lines), int(code[1]) if code else 0)


def pattern(lines: tuple[str, ...]) -> str:
    parts = []
    for line in lines:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(map(re.escape, line.rstrip().split("..."))) + r"[ \t]*\n")
    return "".join(parts)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "preserve"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(program())} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return folder


@pytest.mark.parametrize("session", SESSIONS, ids=lambda path: path.stem)
def test_the_session_runs_as_it_stands(session: Path, programs: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    (tmp_path / "pages").mkdir()
    for page in PAGES.glob("*.txt"):
        (tmp_path / "pages" / page.name).write_bytes(page.read_bytes())
    (tmp_path / TABLE.name).write_bytes(TABLE.read_bytes())
    for step in steps(session.read_text(encoding="utf-8")):
        done = subprocess.run(
            ["sh", "-c", step.command],
            cwd=tmp_path,
            env=environment(PATH=path),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            text=True,
        )
        printed = re.sub(r"[ \t]+$", "", done.stdout, flags=re.MULTILINE)
        wanted = "\n".join(step.expected)
        assert re.fullmatch(pattern(step.expected), printed), f"$ {step.command}\n{printed}\n--- wanted:\n{wanted}"
        assert done.returncode == step.code, f"$ {step.command}: exit {done.returncode}\n{printed}"


def test_every_verb_is_in_a_session() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in SESSIONS)
    assert [verb for verb in (*VERBS, "--version") if f"preserve {verb}" not in shown] == []
