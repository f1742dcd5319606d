"""Words that reports to people and to programs share."""

from __future__ import annotations

from collections.abc import Mapping

from preserve.archive import EventOutcome
from preserve.deposit.model import State

__all__ = ["AUDIT_WORDS", "DEPOSITED"]

AUDIT_WORDS: Mapping[EventOutcome, str] = {
    EventOutcome.SUCCESS: "pass",
    EventOutcome.FAIL: "fail",
    EventOutcome.UNKNOWN: "unknown",
}
"""How an audit says what the event log calls by the words of PREMIS."""

DEPOSITED = frozenset({State.ACCEPTED, State.VERIFIED})
"""The states of a deposit that needs nothing more."""
