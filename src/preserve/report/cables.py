"""What ``formats`` says of readers, and ``inspect``, ``ingest`` and ``pack`` of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preserve.cable import record_to_json
from preserve.report.words import Line, error_line, field_rows, finding_lines, finding_texts, without_none

if TYPE_CHECKING:
    from preserve.errors import PreserveError
    from preserve.ingest import ItemOutcome, NormalizedCable
    from preserve.readers import Reader

__all__ = [
    "formats_line",
    "formats_text",
    "ingest_line",
    "ingest_text",
    "inspect_error_line",
    "inspect_line",
    "inspect_text",
]


def formats_line(name: str, reader: Reader) -> Line:
    """Return the line of ``formats`` for one reader."""
    return {"reader": name, "describes": reader.describes}


def formats_text(name: str, reader: Reader) -> str:
    """Return one reader on a line."""
    return f"{name:<16} {reader.describes}"


def inspect_line(source: str, what: NormalizedCable) -> Line:
    """Return the line of ``inspect`` for a source that was read."""
    record = record_to_json(what.cable)
    return {"source": source, "reader": what.reader, "record": record, "findings": finding_lines(what.findings)}


def inspect_error_line(source: str, error: PreserveError) -> Line:
    """Return the line of ``inspect`` for a source that could not be read."""
    return {"source": source, "reader": None, "record": None, "findings": []} | error_line(error)


def inspect_text(source: str, what: NormalizedCable) -> list[str]:
    """Return the fields of the record that a source gives, then every finding."""
    cable = what.cable
    marking, body, release = cable.classification, cable.body, cable.provenance.release
    declassify = marking.declassify_on if marking else None
    created = cable.created
    rows: tuple[tuple[str, str | None], ...] = (
        ("subject", cable.subject),
        ("origin", cable.origin.name if cable.origin else None),
        ("created", f"{created.text} (zone {created.zone}, {created.reliability})" if created else None),
        ("message ref.", cable.message_reference.text if cable.message_reference else None),
        ("classification", marking.text if marking else None),
        ("authority", marking.authority if marking else None),
        ("declassify on", declassify.text if declassify else None),
        ("classified by", "; ".join(marking.classified_by) if marking else None),
        ("reasons", ", ".join(marking.reasons) if marking else None),
        ("captions", ", ".join(cable.captions)),
        ("attention", "; ".join(cable.attention)),
        ("TAGS", "; ".join(f"{tag.value} ({tag.kind})" for tag in cable.tags)),
        ("references", "; ".join(f"{ref.text} -> {ref.identifier or ref.kind}" for ref in cable.references)),
        ("signed by", "; ".join(cable.signed_by)),
        ("text", f"{len(body.text):,} characters, {len(body.paragraphs)} paragraphs, line breaks {body.line_breaks}"),
        ("redaction", f"{cable.redaction.status}, {len(cable.redaction.spans)} spans"),
        ("completeness", cable.completeness.status),
        ("release", release.text if release else None),
        ("source", f"{cable.provenance.source.size:,} bytes, SHA-256 {cable.provenance.source.sha256}"),
        ("access", cable.rights.access),
    )
    head = f"{cable.identifier}  {source} (read by {what.reader})"
    return [head, *field_rows(rows), *finding_texts(what.findings)]


def ingest_line(outcome: ItemOutcome) -> Line:
    """Return the line of ``ingest`` and ``pack`` for one source."""
    return without_none(
        {
            "source": outcome.source,
            "outcome": outcome.fate.value,
            "identifier": outcome.identifier,
            "bag": outcome.bag,
            "version": outcome.version,
            "path": None if outcome.path is None else str(outcome.path),
            "seal": outcome.seal,
            "findings": finding_lines(outcome.findings),
            "error": outcome.error,
        }
    )


def ingest_text(outcome: ItemOutcome) -> list[str]:
    """Return what became of one source, and below it the errors and warnings."""
    version = f"/v{outcome.version}" if outcome.version else ""
    name = f"{outcome.bag or outcome.identifier or ''}{version}"
    head = f"{outcome.fate.value:<9}  {outcome.source}" + (f"  ->  {name}" if name else "")
    error = [f"  {outcome.error}"] if outcome.error else []
    return [head, *error, *finding_texts(outcome.findings, notes=False)]
