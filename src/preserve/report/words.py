"""What all reports share: findings, counts, and the words for the outcomes of audits and deposits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from preserve.findings import Finding, Severity

if TYPE_CHECKING:
    from preserve.errors import PreserveError

__all__ = [
    "AUDIT_WORDS",
    "DEPOSITED",
    "FAILED",
    "VERIFIED",
    "Line",
    "counts_line",
    "counts_text",
    "error_line",
    "field_rows",
    "finding_lines",
    "finding_text",
    "finding_texts",
    "number_of",
    "without_none",
]

Line = dict[str, object]
"""A JSON object on one line, as ``schemas/outcome-1.0.0.schema.json`` describes it."""

# The words, and not the members of the enumerations that have them: whoever verifies a bag need not load the archive
# and the targets.
AUDIT_WORDS: Mapping[str, str] = {"success": "pass", "fail": "fail", "unknown": "unknown"}
"""What an audit calls the outcomes that PREMIS and the event log (``EventOutcome``) call otherwise."""

FAILED, VERIFIED = "failed", "verified"
"""Two of the ``State`` of a deposit."""

DEPOSITED = frozenset({"accepted", VERIFIED})
"""The ``State`` of a deposit that needs nothing more."""


def counts_line(numbers: Mapping[str, int]) -> Line:
    """Return the last line of a verb that works on many items."""
    return {"counts": dict(numbers)}


def counts_text(numbers: Mapping[str, int]) -> str:
    """Return the last line of a verb that works on many items, for people."""
    parts = [f"{number} {what}" for what, number in numbers.items() if number]
    total = sum(numbers.values())
    return f"{total} item{'' if total == 1 else 's'}" + (f": {', '.join(parts)}" if parts else "")


def error_line(error: PreserveError, **named: str) -> Line:
    """Return the line of an item that could not be looked at: what it is called, then the error."""
    return {**named, "error": str(error)}


def finding_lines(findings: Iterable[Finding]) -> list[Line]:
    """Return findings as JSON objects."""
    return [
        {"code": each.code, "where": each.where, "message": each.message, "severity": each.severity.value}
        for each in findings
    ]


def finding_text(finding: Finding) -> str:
    """Return a finding on one line."""
    place = f" at {finding.where}" if finding.where else ""
    return f"  {finding.severity.value:<7}  {finding.code}{place}: {finding.message}"


def finding_texts(findings: Iterable[Finding], *, notes: bool = True) -> Iterator[str]:
    """Yield each finding on a line, notes only when they are asked for."""
    return (finding_text(each) for each in findings if notes or each.severity is not Severity.NOTE)


def field_rows(rows: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """Yield a line for each field that has a value: its label, then the value."""
    return (f"  {label:<15} {value}" for label, value in rows if value)


def number_of(number: int, noun: str) -> str:
    """Return a number and its noun, as ``1 file`` or ``1,200 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def without_none(line: Mapping[str, object]) -> Line:
    """Return a line without the members that have no value: what is absent is left out, and never ``null``."""
    return {key: value for key, value in line.items() if value is not None}
