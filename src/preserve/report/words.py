"""Words that reports to people and to programs share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preserve.findings import Finding

__all__ = ["AUDIT_WORDS", "DEPOSITED", "FAILED", "VERIFIED", "finding_line", "one_line"]

# Words and not the members of the enumerations that have them: who verifies a bag need not load archive and targets.
AUDIT_WORDS: Mapping[str, str] = {"success": "pass", "fail": "fail", "unknown": "unknown"}
"""How an audit says what the event log calls by the words of PREMIS, an ``EventOutcome``."""

FAILED, VERIFIED = "failed", "verified"
"""Two of the ``State`` of a deposit."""

DEPOSITED = frozenset({"accepted", VERIFIED})
"""Those of a deposit that needs nothing more."""


def finding_line(finding: Finding) -> str:
    """Return a finding on one line: no name of a file can make it look like several."""
    place = f" at {finding.where}" if finding.where else ""
    return one_line(f"  {finding.severity.value:<7}  {finding.code}{place}: {finding.message}")


def one_line(text: str) -> str:
    """Return a text with its line feeds as they are written in escapes; what prints it escapes all other controls."""
    return text.replace("\n", "\\x0a")
