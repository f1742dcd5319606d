"""What ``export`` says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from preserve.report.words import Line, finding_lines, finding_texts, number_of

if TYPE_CHECKING:
    from preserve.access import Exported
    from preserve.description import MetadataFormat

__all__ = [
    "export_cmif_line",
    "export_cmif_text",
    "export_formats_line",
    "export_formats_text",
    "export_metadata_line",
    "export_metadata_text",
]


def export_metadata_line(what: Exported, target: MetadataFormat) -> Line:
    """Return the line of ``export metadata`` for one cable."""
    line: Line = {"bag": what.label, "as": target.name, "outcome": what.outcome}
    if what.place:
        line["path"] = str(what.place)
    line["findings"] = finding_lines(what.findings)
    if what.error:
        line["error"] = str(what.error)
    return line


def export_metadata_text(what: Exported) -> list[str]:
    """Return what became of one cable, and every finding."""
    after = f"  ->  {what.place}" if what.place else ""
    error = [f"  {what.error}"] if what.error else []
    return [f"{what.outcome:<10} {what.label}{after}", *finding_texts(what.findings), *error]


def export_formats_line(target: MetadataFormat) -> Line:
    """Return the line of ``export metadata --list`` for one format."""
    return {"format": target.name, "describes": target.describes, "checked_against": target.checked}


def export_formats_text(target: MetadataFormat) -> str:
    """Return one format on a line."""
    return f"{target.name:<14} {target.describes}"


def export_cmif_line(path: Path, cables: int, left_out: int) -> Line:
    """Return the line of ``export cmif``."""
    return {"path": str(path), "cables": cables, "left_out": left_out}


def export_cmif_text(path: Path, cables: int) -> str:
    """Return where an index was written, and how many cables it has."""
    return f"written    {number_of(cables, 'cable')}  ->  {path}"
