"""Damaged event logs, the same ones each time; ``tests.fuzz.logs`` goes on for minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.command import environment
from tests.fuzz import logs
from tests.fuzz.logs import TARGETS, log_target
from tests.fuzz.readers import fuzz
from tests.selection import part

from preserve.archive.events import LoggedEvent
from preserve.errors import ExitCode

INPUTS = {"line": part(400), "archive": part(40)}
FAIR = {"line": {"valid", "read", "refused", "no bag"}, "archive": {"rebuilt"}}
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_logs_are_read_or_refused(name: str) -> None:
    tally = fuzz(log_target(name), range(INPUTS[name]), seed=3)
    assert [(failure.number, failure.says) for failure in tally.failures] == []
    # Damage that spares nothing, or nothing but what it spares, would test little.
    assert FAIR[name] <= set(tally.fates)
    assert tally.inputs == sum(tally.fates.values()) == INPUTS[name]


@pytest.mark.parametrize("name", TARGETS)
def test_a_number_makes_one_input(name: str) -> None:
    made = [[log_target(name).make(seed, number) for number in range(10)] for seed in (3, 3, 4)]
    assert made[0] == made[1] != made[2]


def test_a_reader_of_lines_that_crashes_and_one_that_takes_less_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> LoggedEvent:
        raise KeyError("seq")

    def refuse(*_: object) -> LoggedEvent:
        raise ValueError("no")

    for decode, says in ((crash, "KeyError"), (refuse, "called valid, and no archive takes it")):
        with monkeypatch.context() as patch:
            patch.setattr(LoggedEvent, "decode", decode)
            patch.setattr(logs, "_is_valid", lambda _: True)
            assert all(says in each.says for each in fuzz(log_target("line"), range(5), seed=3).failures)


def test_a_verb_that_claims_what_is_not_logged_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def claim(arguments: list[str]) -> None:
        if arguments[0] == "ingest":
            print('{"outcome": "stored", "bag": "04STRELSAU42", "version": 1}')
        raise SystemExit(ExitCode.GOOD)

    monkeypatch.setattr(logs, "run_verb", claim)
    (failure,) = fuzz(log_target("archive"), range(1), seed=3).failures
    assert "ingest says of ('04STRELSAU42', 1) 'stored', and the log does not say so" in failure.says


def test_from_the_command_line_failures_are_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.logs", "line", "--seconds", "0.5", "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("line: inputs ")
    assert list(tmp_path.iterdir()) == []
