"""What validation and the list of schemas say: words for people, lines for programs.

Scope: pure functions; the lines are those of ``schemas/outcome-1.0.0.schema.json``. Not in scope: printing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preserve.findings import codes

if TYPE_CHECKING:
    from preserve.contracts import Contract
    from preserve.errors import PreserveError
    from preserve.validation import Located, Validated

__all__ = ["PASSED_OVER", "UNREADABLE", "VERDICTS", "line", "line_of_error", "schema_line", "schema_row", "words"]

PASSED_OVER = "passed-over"
"""The verdict on a file below a folder that is of no kind that we know."""

UNREADABLE = "unreadable"
"""The verdict on a file that could not be looked at."""

VERDICTS = ("valid", "invalid", UNREADABLE, PASSED_OVER)
"""The verdicts on a file, in the order in which they are counted."""


def verdict(what: Validated) -> str:
    """Return the one word on a file."""
    return "valid" if what.valid else "invalid"


def words(what: Validated) -> str:
    """Return the verdict on one file, every finding at its line, then what rests on which clause and what to do."""
    version = f" {what.version}" if what.version else ""
    lines = f", {what.lines:,} line{'' if what.lines == 1 else 's'}" if what.lines is not None else ""
    record = f", compared with {what.record}" if what.record else ""
    head = f"{verdict(what):<11}  {what.file}  ({what.kind or 'kind unknown'}{version}{lines}{record})"
    stopped = [f"  there is more: told up to line {what.stopped:,}"] if what.stopped else []
    return "\n".join((head, *(_found(what.file, each) for each in what.findings), *stopped, *_advice(what)))


def _found(file: str, located: Located) -> str:
    finding, place = located.finding, located.place
    at = f" at {file}:{place.line}:{place.column}" if place else ""
    where = f" {finding.where}" if finding.where and not finding.where.startswith("line ") else ""
    return f"  {finding.severity.value:<7}  {finding.code}{at}{where}: {finding.message}"


def _advice(what: Validated) -> Iterator[str]:
    """Yield the clause and the words of each code, once however often it was found."""
    for code in dict.fromkeys(each.finding.code for each in what.findings):
        yield f"  {code}: {codes()[code].text} [{codes()[code].clause}]"


def line(what: Validated) -> dict[str, object]:
    """Return the line of ``validate`` for a file that could be looked at."""
    stated = {
        "file": what.file,
        "verdict": verdict(what),
        "kind": what.kind and what.kind.value,
        "version": what.version,
        "lines": what.lines,
        "record": what.record,
        "stopped": what.stopped,
        "findings": [_finding_line(each) for each in what.findings],
    }
    return {key: value for key, value in stated.items() if value is not None}


def _finding_line(located: Located) -> dict[str, object]:
    finding, place = located.finding, located.place
    code = codes()[finding.code]
    told: dict[str, object] = {
        "code": finding.code,
        "where": finding.where,
        "message": finding.message,
        "severity": finding.severity.value,
        "clause": code.clause,
        "advice": code.text,
    }
    return told if place is None else told | {"line": place.line, "column": place.column}


def line_of_error(file: str, error: PreserveError, *, passed_over: bool = False) -> dict[str, object]:
    """Return the line of ``validate`` for a file that could not be looked at, or is none of ours."""
    return {"file": file, "verdict": PASSED_OVER if passed_over else UNREADABLE, "error": str(error)}


def schema_line(what: Contract, text: str | None = None) -> dict[str, object]:
    """Return the line of ``schema list``, and with its text that of ``schema show``."""
    stated: dict[str, object] = {
        "schema": what.name,
        "version": what.version or None,
        "files": [f"schemas/{file}" for _, file in sorted(what.files.items())],
        "purpose": what.purpose,
        "text": text,
    }
    return {key: value for key, value in stated.items() if value is not None}


def schema_row(what: Contract) -> str:
    """Return one line of ``schema list`` for people."""
    files = ", ".join(f"schemas/{file}" for _, file in sorted(what.files.items()))
    return f"{what.name:<26}  {what.version or '-':<6}  {what.purpose}  ({files})"
