"""Words that reports to people and to programs share."""

from __future__ import annotations

from collections.abc import Mapping

from preserve.archive import EventOutcome
from preserve.deposit.model import State
from preserve.findings import Finding

__all__ = ["AUDIT_WORDS", "DEPOSITED", "finding_line", "one_line"]

AUDIT_WORDS: Mapping[EventOutcome, str] = {
    EventOutcome.SUCCESS: "pass",
    EventOutcome.FAIL: "fail",
    EventOutcome.UNKNOWN: "unknown",
}
"""How an audit says what the event log calls by the words of PREMIS."""

DEPOSITED = frozenset({State.ACCEPTED, State.VERIFIED})
"""The states of a deposit that needs nothing more."""


def finding_line(finding: Finding) -> str:
    """Return a finding on one line: no name of a file can make it look like several."""
    place = f" at {finding.where}" if finding.where else ""
    return one_line(f"  {finding.severity.value:<7}  {finding.code}{place}: {finding.message}")


def one_line(text: str) -> str:
    """Return a text with its line feeds as they are written in escapes; what prints it escapes all other controls."""
    return text.replace("\n", "\\x0a")
