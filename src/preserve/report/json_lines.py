"""Outcomes as JSON objects, one a line: the shapes of ``schemas/outcome-1.0.0.schema.json``.

Scope: pure functions. Not in scope: printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from preserve.cable import record_to_json
from preserve.report.words import AUDIT_WORDS, DEPOSITED, FAILED, VERIFIED

if TYPE_CHECKING:
    from preserve.archive import LoggedEvent, Rebuilt, StoredBag
    from preserve.audit import AuditResult
    from preserve.bag import BagReport, PartialReport
    from preserve.compare import Comparison, CorpusLine, TextPlace
    from preserve.deposit import Receipt
    from preserve.errors import PreserveError
    from preserve.findings import Finding
    from preserve.ingest import ItemOutcome, NormalizedCable

__all__ = [
    "audited",
    "bag",
    "compared",
    "corpus_line",
    "counts",
    "item",
    "no_bag",
    "not_compared",
    "not_deposited",
    "not_understood",
    "part",
    "rebuilt",
    "receipt",
    "shown",
    "stored",
    "understood",
]

Line = dict[str, object]


def _findings(findings: Iterable[Finding]) -> list[Line]:
    return [
        {"code": each.code, "where": each.where, "message": each.message, "severity": each.severity.value}
        for each in findings
    ]


def _stated(line: Mapping[str, object]) -> Line:
    """Leave out what has no value."""
    return {key: value for key, value in line.items() if value is not None}


def understood(source: str, what: NormalizedCable) -> Line:
    """Return the line of ``inspect`` for a source that was read."""
    record = record_to_json(what.cable)
    return {"source": source, "reader": what.reader, "record": record, "findings": _findings(what.findings)}


def not_understood(source: str, error: PreserveError) -> Line:
    """Return the line of ``inspect`` for a source that was not."""
    return {"source": source, "reader": None, "record": None, "findings": [], "error": str(error)}


def item(outcome: ItemOutcome) -> Line:
    """Return the line of ``ingest`` and ``pack`` for one source."""
    return _stated(
        {
            "source": outcome.source,
            "outcome": outcome.fate.value,
            "identifier": outcome.identifier,
            "bag": outcome.bag,
            "version": outcome.version,
            "path": None if outcome.path is None else str(outcome.path),
            "seal": outcome.seal,
            "findings": _findings(outcome.findings),
            "error": outcome.error,
        }
    )


def bag(named: str, report: BagReport) -> Line:
    """Return the line of ``verify`` for one bag."""
    return _stated(
        {
            "bag": named,
            "verdict": report.verdict.value,
            "version": report.bagit_version,
            "depth": report.depth.value,
            "form": report.form.value,
            "files": report.files,
            "bytes": report.bytes,
            "seal": report.seal,
            "findings": _findings(report.findings),
        }
    )


def part(named: str, report: PartialReport) -> Line:
    """Return the line of ``verify`` for some files of one bag."""
    return {
        "bag": named,
        "outcome": report.verdict.value,
        "by": "index" if report.by_index else "manifests",
        "form": report.form.value,
        "checked": report.checked,
        "of": report.files,
        "bytes": report.bytes,
        "findings": _findings(report.findings),
    }


def no_bag(named: str, error: PreserveError) -> Line:
    """Return the line of ``verify`` for what could not be looked at."""
    return {"bag": named, "error": str(error)}


MOST_PLACES = 1000
"""Redactions, and stretches of changed words, that a line of ``compare`` lists; it counts all."""


def compared(old: str, new: str, what: Comparison) -> Line:
    """Return the line of ``compare`` for two sources of one cable."""
    redactions: list[Line] = [
        _stated({"change": each.change.value, "old": _place(each.old), "new": _place(each.new)})
        for each in what.redactions[:MOST_PLACES]
    ]
    words: list[Line] = [
        _stated({"old": _place(each.old), "new": _place(each.new), "removed": each.removed, "added": each.added})
        for each in what.words[:MOST_PLACES]
    ]
    fields: list[Line] = [
        _stated(
            {
                "field": each.field,
                "stated": each.stated,
                "change": each.change.value,
                "old": each.old,
                "new": each.new,
                "redacted": each.redacted,
            }
        )
        for each in what.fields
    ]
    places = {
        "whitespace": what.whitespace,
        "dateline": int(what.dateline is not None),
        "typography": what.typography,
        "redaction": len(what.redactions),
        "substance": len(what.words),
    }
    return _stated(
        {
            "identifier": what.identifier,
            "old": old,
            "new": new,
            "kinds": [kind.value for kind in what.kinds],
            "places": places,
            "dateline": what.dateline and what.dateline.value,
            "redactions": redactions,
            "words": words,
            "fields": fields,
        }
    )


def _place(place: TextPlace | None) -> Line | None:
    if place is None:
        return None
    return _stated({"text": place.text, "start": place.start, "end": place.end, "paragraph": place.paragraph})


def not_compared(old: str, new: str, error: PreserveError) -> Line:
    """Return the line of ``compare`` for what could not be compared."""
    return {"old": old, "new": new, "error": str(error)}


def corpus_line(line: CorpusLine) -> Line:
    """Return the line of ``compare --corpus`` for one cable."""
    return _stated(
        {
            "outcome": line.outcome.value,
            "identifier": line.identifier,
            "kinds": [kind.value for kind in line.kinds],
            "old": line.old,
            "new": line.new,
            "error": line.error,
        }
    )


def counts(numbers: Mapping[str, int]) -> Line:
    """Return the last line of a verb on many items."""
    return {"counts": dict(numbers)}


def stored(what: StoredBag) -> Line:
    """Return the line of ``list`` for one version of a bag."""
    return _stated(
        {
            "bag": what.name,
            "version": what.version,
            "path": str(what.path),
            "form": what.form.value,
            "files": what.files,
            "bytes": what.bytes,
            "size": what.size,
            "seal": what.seal,
            "profiles": list(what.profiles),
            "created": what.created,
            "last_seen": what.last_seen,
            "last_checked": what.last_checked,
            "last_ok": what.last_ok,
            "outcome": what.outcome,
            "cables": [cable.as_json() for cable in what.cables],
        }
    )


def shown(what: StoredBag, events: Iterable[LoggedEvent]) -> Line:
    """Return the line of ``show``: that of ``list``, and the events."""
    told = [
        {
            "type": each.event.type,
            "time": each.event.at,
            "outcome": each.event.outcome.value,
            "detail": each.event.detail,
        }
        for each in events
    ]
    return stored(what) | {"events": told}


def audited(result: AuditResult) -> Line:
    """Return the line of ``audit`` for one bag."""
    return {
        "bag": result.name,
        "version": result.version,
        "outcome": AUDIT_WORDS[result.outcome],
        "depth": result.depth.value,
        "path": result.location,
        "files": result.files,
        "bytes": result.bytes,
        "findings": _findings(result.findings),
        "found": result.found,
    }


def receipt(identifier: str, what: Receipt) -> Line:
    """Return the line of ``deposit`` for one bag."""
    return _stated(
        {
            "identifier": identifier,
            "bag": what.bag,
            "version": what.version,
            "target": what.target,
            "location": what.place,
            "state": what.state.value,
            "files": what.files,
            "bytes": what.bytes,
            "verified": what.state == VERIFIED,
            "level": None if what.level is None else what.level.value,
            "error": None if what.state in DEPOSITED else what.says,
        }
    )


def not_deposited(identifier: str, target: str, error: PreserveError) -> Line:
    """Return the line of ``deposit`` for what could not be carried."""
    return {"identifier": identifier, "target": target, "state": FAILED, "error": str(error)}


def rebuilt(what: Rebuilt) -> Line:
    """Return the line of ``catalogue rebuild``."""
    return {
        "bags": what.bags,
        "cables": what.cables,
        "adopted": what.adopted,
        "findings": _findings(what.findings),
    }
