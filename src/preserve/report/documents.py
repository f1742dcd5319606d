"""What ``validate`` and ``schema`` say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preserve.findings import codes
from preserve.report.words import Line, error_line, number_of, without_none

if TYPE_CHECKING:
    from preserve.contracts import Contract
    from preserve.errors import PreserveError
    from preserve.validation import Located, Validated

__all__ = [
    "PASSED_OVER",
    "VERDICTS",
    "schema_list_line",
    "schema_list_text",
    "schema_show_line",
    "validate_error_line",
    "validate_line",
    "validate_text",
]

PASSED_OVER = "passed-over"
"""The verdict on a file below a folder that is of no kind that we know."""

_UNREADABLE = "unreadable"
"""The verdict on a file that could not be looked at."""

VERDICTS = ("valid", "invalid", _UNREADABLE, PASSED_OVER)
"""The verdicts on a file, in the order in which they are counted."""


def validate_line(what: Validated) -> Line:
    """Return the line of ``validate`` for a file that could be looked at."""
    return without_none(
        {
            "file": what.file,
            "verdict": _verdict(what),
            "kind": what.kind and what.kind.value,
            "version": what.version,
            "lines": what.lines,
            "record": what.record,
            "stopped": what.stopped,
            "findings": [_finding_line(each) for each in what.findings],
        }
    )


def _verdict(what: Validated) -> str:
    return "valid" if what.valid else "invalid"


def _finding_line(located: Located) -> Line:
    finding, place = located.finding, located.place
    code = codes()[finding.code]
    line: Line = {
        "code": finding.code,
        "where": finding.where,
        "message": finding.message,
        "severity": finding.severity.value,
        "clause": code.clause,
        "advice": code.text,
    }
    return line if place is None else line | {"line": place.line, "column": place.column}


def validate_error_line(file: str, error: PreserveError, *, passed_over: bool = False) -> Line:
    """Return the line of ``validate`` for a file that could not be looked at, or that is none of ours."""
    return error_line(error, file=file, verdict=PASSED_OVER if passed_over else _UNREADABLE)


def validate_text(what: Validated) -> list[str]:
    """Return the verdict on one file, every finding with its line, then the clause and the advice of each code."""
    version = f" {what.version}" if what.version else ""
    lines = f", {number_of(what.lines, 'line')}" if what.lines is not None else ""
    record = f", compared with {what.record}" if what.record else ""
    head = f"{_verdict(what):<11}  {what.file}  ({what.kind or 'kind unknown'}{version}{lines}{record})"
    stopped = [f"  there are more findings: these go up to line {what.stopped:,}"] if what.stopped else []
    findings = (_finding_text(what.file, each) for each in what.findings)
    return [head, *findings, *stopped, *_advice(what)]


def _finding_text(file: str, located: Located) -> str:
    finding, place = located.finding, located.place
    at = f" at {file}:{place.line}:{place.column}" if place else ""
    where = f" {finding.where}" if finding.where and not finding.where.startswith("line ") else ""
    return f"  {finding.severity.value:<7}  {finding.code}{at}{where}: {finding.message}"


def _advice(what: Validated) -> Iterator[str]:
    """Yield the advice and the clause of each code, once however often it was found."""
    for code in dict.fromkeys(each.finding.code for each in what.findings):
        yield f"  {code}: {codes()[code].text} [{codes()[code].clause}]"


def schema_list_line(what: Contract) -> Line:
    """Return the line of ``schema list`` for one schema."""
    return without_none(
        {"schema": what.name, "version": what.version or None, "files": _files(what), "purpose": what.purpose}
    )


def schema_show_line(what: Contract, text: str) -> Line:
    """Return the line of ``schema show``: that of ``schema list``, and the text of the schema."""
    return schema_list_line(what) | {"text": text}


def schema_list_text(what: Contract) -> str:
    """Return one schema on a line."""
    return f"{what.name:<26}  {what.version or '-':<6}  {what.purpose}  ({', '.join(_files(what))})"


def _files(what: Contract) -> list[str]:
    return [f"schemas/{file}" for _, file in sorted(what.files.items())]
