"""Words of reports are those of the enumerations that they stand for, and cost no start of rooms that they name."""

from __future__ import annotations

import subprocess
import sys

from preserve.archive.events import EventOutcome
from preserve.deposit.model import State
from preserve.report.words import AUDIT_WORDS, DEPOSITED, FAILED


def test_every_outcome_of_an_audit_has_its_word() -> None:
    assert set(AUDIT_WORDS) == {each.value for each in EventOutcome}


def test_the_states_are_those_of_deposits() -> None:
    assert {*DEPOSITED, FAILED} <= {each.value for each in State}
    assert {State.ACCEPTED, State.VERIFIED} == DEPOSITED


def test_verify_loads_neither_archive_nor_database() -> None:
    script = "import sys, preserve.cli.verify; print(sorted({'sqlalchemy', 'preserve.archive'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
