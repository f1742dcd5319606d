"""What the verbs print: each line in its place, also where stdout and stderr are one pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.bag.fixtures import bag
from tests.cli.command import environment

from preserve.errors import ExitCode

LINES = """
from preserve.cli.console import say, say_bytes, say_error, say_json, say_note

say("1")
say_error("2", hint="3")
say_json({"4": 5})
say_note("6")
say_bytes(b"7\\n")
say("8")
say_bytes(b"9\\n")
say_note("10")
"""


def in_one_pipe(command: list[str], cwd: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


def test_lines_of_both_streams_stand_in_the_order_in_which_they_were_printed(tmp_path: Path) -> None:
    assert in_one_pipe(["-c", LINES], tmp_path) == [
        "1", "preserve: 2", "  3", '{"4": 5}', "6", "7", "8", "9", "10",
    ]  # fmt: skip


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_error_of_verify_stands_where_its_bag_does(jobs: str, tmp_path: Path) -> None:
    for name in ("a", "c"):
        bag(tmp_path / name, {"1.txt": b"1"})
    lines = in_one_pipe(["-m", "preserve", "verify", "a", "none", "c", "gone", "--jobs", jobs], tmp_path)
    told = [line.split("  (")[0].split(" could")[0] for line in lines if not line.startswith("  ")]
    assert told == ["valid       a", "preserve: none", "valid       c", "preserve: gone", "4 items: 2 valid, 2 failed"]


def test_who_left_before_an_error_is_told_gets_no_complaint(tmp_path: Path) -> None:
    bag(tmp_path / "a", {"1.txt": b"1"})
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "preserve", "verify", "a", "none", "a", "--jobs", "1"],
        cwd=tmp_path,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (ExitCode.USAGE, "")
