"""The words of reports are those of the enumerations that they stand for."""

from __future__ import annotations

from preserve.archive.events import EventOutcome
from preserve.deposit.model import State
from preserve.report.words import AUDIT_WORDS, DEPOSITED, FAILED


def test_every_outcome_of_an_audit_has_its_word() -> None:
    assert set(AUDIT_WORDS) == {each.value for each in EventOutcome}


def test_the_states_are_those_of_deposits() -> None:
    assert {*DEPOSITED, FAILED} <= {each.value for each in State}
    assert {State.ACCEPTED, State.VERIFIED} == DEPOSITED
