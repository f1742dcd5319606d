"""Outcomes in words, for people.

Scope: pure functions. Not in scope: printing, colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from preserve.compare import CableOutcome, Comparison, CorpusLine, FieldChange, TextPlace, WordChange
from preserve.findings import Finding, Severity
from preserve.report.words import AUDIT_WORDS, finding_line

if TYPE_CHECKING:
    from preserve.archive import CableEntry, LoggedEvent, Rebuilt, StoredBag
    from preserve.audit import AuditResult
    from preserve.bag import BagReport, PartialReport
    from preserve.deposit import Receipt
    from preserve.ingest import ItemOutcome, NormalizedCable

__all__ = [
    "audited",
    "bag",
    "compared",
    "corpus_counts",
    "corpus_line",
    "counts",
    "item",
    "part",
    "rebuilt",
    "receipt",
    "shown",
    "stored_line",
    "swept",
    "understood",
]


def _findings(findings: Iterable[Finding], *, notes: bool) -> Iterator[str]:
    return (finding_line(each) for each in findings if notes or each.severity is not Severity.NOTE)


def _rows(rows: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    for label, value in rows:
        if value:
            yield f"  {label:<15} {value}"


def understood(source: str, what: NormalizedCable) -> str:
    """Return what a source is understood to be: the fields of the record, then every finding."""
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
    return "\n".join((head, *_rows(rows), *_findings(what.findings, notes=True)))


def item(outcome: ItemOutcome) -> str:
    """Return the line of one source, and below it what asks for a look."""
    version = f"/v{outcome.version}" if outcome.version else ""
    name = f"{outcome.bag or outcome.identifier or ''}{version}"
    head = f"{outcome.fate.value:<9}  {outcome.source}" + (f"  ->  {name}" if name else "")
    error = [f"  {outcome.error}"] if outcome.error else []
    return "\n".join((head, *error, *_findings(outcome.findings, notes=False)))


def bag(named: str, report: BagReport) -> str:
    """Return the verdict on one bag, and below it every finding."""
    size = f"{_counted(report.files, 'file')}, {_counted(report.bytes, 'byte')}"
    head = f"{report.verdict.value:<10}  {named}  ({report.form.value}, {report.depth.value}, {size})"
    return "\n".join((head, *_findings(report.findings, notes=True)))


def part(named: str, report: PartialReport) -> str:
    """Return the verdict on some files of one bag, which is none on the bag, and below it every finding."""
    by = "by its index" if report.by_index else "by its manifests"
    of = f"{report.checked:,} of {_counted(report.files, 'file')} checked"
    size = _counted(report.bytes, "byte")
    head = f"{of}: {report.verdict.value}  {named}  ({report.form.value}, {by}, {size})"
    return "\n".join((head, *_findings(report.findings, notes=True)))


_MOST_PLACES = 20
"""Places that the text for people lists; ``--json`` lists more."""


def compared(old: str, new: str, what: Comparison) -> str:
    """Return what changed between two sources of one cable: places and counts, no text of it."""
    kinds = ", ".join(kind.value for kind in what.kinds) or "the same bytes"
    rows: list[tuple[str, str | None]] = [
        ("old", old),
        ("new", new),
        ("white space", _several(what.whitespace, "place")),
        ("dateline", what.dateline and what.dateline.value),
        ("typography", _several(what.typography, "place")),
    ]
    redactions = [f"{each.change.value}: {_change_place(each.old, each.new)}" for each in what.redactions]
    rows += [("redaction", line) for line in _first(redactions)]
    rows += [("words", line) for line in _first([_words(each) for each in what.words])]
    rows += [("page states" if each.stated else "text states", _field(each)) for each in what.fields]
    return "\n".join((f"{what.identifier}  {kinds}", *_rows(rows)))


def _several(number: int, what: str) -> str | None:
    return _counted(number, what) if number else None


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_PLACES
    return lines if more <= 0 else [*lines[:_MOST_PLACES], f"and {more:,} more"]


def _change_place(old: TextPlace | None, new: TextPlace | None) -> str:
    both = [f"{side} {_place(place)}" for side, place in (("old", old), ("new", new)) if place is not None]
    return ", ".join(both)


def _place(place: TextPlace) -> str:
    where = f"{place.text} {place.start}-{place.end}"
    return where if place.paragraph is None else f"{where} (paragraph {place.paragraph})"


def _words(change: WordChange) -> str:
    counted = (("added", change.added), ("removed", change.removed))
    counts = ", ".join(f"{number} {what}" for what, number in counted if number)
    hidden = " beside a redaction" if change.old is None or change.new is None else ""
    return f"{counts or 'signs only'}{hidden}: {_change_place(change.old, change.new)}"


def _field(change: FieldChange) -> str:
    said = f"{change.field} {change.change.value}"
    if change.redacted is not None:
        return f"{said}, redacted on {'both sides' if change.redacted == 'both' else f'the {change.redacted} side'}"
    return said if change.old is None and change.new is None else f"{said}: {change.old or '-'} -> {change.new or '-'}"


def corpus_line(line: CorpusLine) -> str:
    """Return the line of one cable in the comparison of folders."""
    told = line.outcome is CableOutcome.READDED or len(line.kinds) > 1
    kinds = f" ({', '.join(kind.value for kind in line.kinds) or 'as it was'})" if told else ""
    places = " -> ".join(place for place in (line.old, line.new) if place is not None)
    head = f"{line.counted:<10}  {line.identifier or '-':<24}  {places}{kinds}"
    return "\n".join((head, *([f"  {line.error}"] if line.error else [])))


def corpus_counts(numbers: Mapping[str, int]) -> str:
    """Return the table that ends the comparison of folders."""
    width = max(len(f"{number:,}") for number in numbers.values())
    return "\n".join(f"  {what:<10}  {number:>{width},}" for what, number in numbers.items())


def counts(numbers: Mapping[str, int]) -> str:
    """Return the last line of a verb on many items."""
    total = sum(numbers.values())
    parts = [f"{number} {what}" for what, number in numbers.items() if number]
    return f"{total} item{'' if total == 1 else 's'}" + (f": {', '.join(parts)}" if parts else "")


def stored_line(what: StoredBag) -> str:
    """Return the line of ``list``: no subject, which may name persons and goes on any screen."""
    days = sorted({(cable.date or "")[:10] for cable in what.cables} - {""})
    date = "" if not days else days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    marking = ", ".join(sorted({cable.classification for cable in what.cables if cable.classification}))
    release = next((cable.release for cable in what.cables if cable.release), "")
    several = f"  {len(what.cables):,} cables" if len(what.cables) > 1 else ""
    checked = f"{what.outcome} {what.last_checked}" if what.last_checked else "never checked"
    return f"{what.label:<24}  {date:<10}  {release:<22}  {checked:<28}  {marking}".rstrip() + several


def shown(what: StoredBag, events: Iterable[LoggedEvent], asked: Sequence[CableEntry]) -> str:
    """Return one version of a bag: what it holds, where it lies, what happened to it.

    Args:
        what: The bag.
        events: What happened.
        asked: The cables that were asked for.
    """
    head = [f"{what.label}  {what.path}"]
    head += _rows(
        (
            ("stored", what.created),
            ("form", f"{what.form.value}, {what.files} files, {what.bytes:,} bytes of payload"),
            ("seal", what.seal),
            ("checked", f"{what.last_checked}: {what.outcome}" if what.last_checked else "never"),
        )
    )
    if len(asked) < len(what.cables):
        head += _rows((("cables", f"{len(asked)} of {len(what.cables):,}; all: preserve show {what.name}"),))
    for cable in asked:
        head += _rows(cable.as_json().items())
    head += [f"  {each.event.at}  {each.event.type} ({each.event.outcome}): {each.event.detail}" for each in events]
    return "\n".join(head)


def audited(result: AuditResult) -> str:
    """Return the line of ``audit`` for one bag, and below it what was found."""
    head = f"{AUDIT_WORDS[result.outcome]:<7}  {result.label}  ({result.files} files, {result.bytes:,} bytes)"
    return "\n".join((head, *_findings(result.findings, notes=False)))


def receipt(what: Receipt) -> str:
    """Return the line of ``deposit`` for one bag."""
    level = f" ({what.level.value})" if what.level else ""
    return f"{what.state.value}  {what.bag}/v{what.version}  {what.says}{level}"


def rebuilt(what: Rebuilt) -> str:
    """Return what ``catalogue rebuild`` did."""
    adopted = f", {what.adopted} of them had no event and have one now" if what.adopted else ""
    return "\n".join((f"{what.bags} bags, {what.cables} cables{adopted}", *_findings(what.findings, notes=True)))


def swept(findings: Iterable[Finding]) -> str:
    """Return what the sweep between catalogue and store found, a line each; nothing when all is in its place."""
    return "".join(f"{line}\n" for line in _findings(findings, notes=True))
