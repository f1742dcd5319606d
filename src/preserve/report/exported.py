"""What was exported, in words and as JSON lines (``schemas/outcome-1.0.0.schema.json``).

Scope: pure functions. Not in scope: printing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from preserve.report.words import finding_line

if TYPE_CHECKING:
    from preserve.access import Exported
    from preserve.description import MetadataFormat
    from preserve.findings import Finding

__all__ = ["findings_text", "format_line", "format_text", "metadata_line", "metadata_text"]

Line = dict[str, object]


def metadata_text(what: Exported) -> str:
    """Return what became of one cable, and what was found."""
    after = f"  ->  {what.place}" if what.place else ""
    error = [f"  {what.error}"] if what.error else []
    return "\n".join([f"{what.outcome:<10} {what.label}{after}", *findings_text(what.findings), *error])


def findings_text(findings: Iterable[Finding]) -> list[str]:
    """Return each finding on a line."""
    return [finding_line(each) for each in findings]


def metadata_line(what: Exported, target: MetadataFormat) -> Line:
    """Return the line of ``export metadata`` for one cable."""
    line: Line = {"bag": what.label, "as": target.name, "outcome": what.outcome}
    if what.place:
        line["path"] = str(what.place)
    line["findings"] = [
        {"code": each.code, "where": each.where, "message": each.message, "severity": each.severity.value}
        for each in what.findings
    ]
    if what.error:
        line["error"] = str(what.error)
    return line


def format_text(target: MetadataFormat) -> str:
    """Return one format, for ``export metadata --list``."""
    return f"{target.name:<14} {target.describes}"


def format_line(target: MetadataFormat) -> Line:
    """Return the line of ``export metadata --list`` for one format."""
    return {"format": target.name, "describes": target.describes, "checked_against": target.checked}
