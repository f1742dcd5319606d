"""What the verbs on an archive say: ``init``, ``list``, ``show``, ``events``, ``audit``, ``deposit``, ``catalogue``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.report.words import (
    AUDIT_WORDS,
    DEPOSITED,
    FAILED,
    VERIFIED,
    Line,
    error_line,
    field_rows,
    finding_lines,
    finding_texts,
    number_of,
    without_none,
)

if TYPE_CHECKING:
    from preserve.access import BagEvent
    from preserve.archive import CableEntry, LoggedEvent, LogReport, Rebuilt, StoredBag
    from preserve.audit import AuditResult
    from preserve.deposit import Receipt
    from preserve.errors import PreserveError

__all__ = [
    "audit_line",
    "audit_log_line",
    "audit_log_text",
    "audit_text",
    "catalogue_rebuild_line",
    "catalogue_rebuild_text",
    "deposit_error_line",
    "deposit_line",
    "deposit_text",
    "events_line",
    "events_text",
    "init_line",
    "init_text",
    "list_line",
    "list_text",
    "show_line",
    "show_text",
]


def init_line(root: Path, settings: Path, *, written: bool) -> Line:
    """Return the line of ``init``."""
    return {"archive": str(root), "settings": str(settings), "settings_written": written}


def init_text(root: Path, settings: Path, *, written: bool) -> list[str]:
    """Return where the archive and the settings are, and whether the settings are new."""
    what = "written; fill in your organisation" if written else "was there; left as it is"
    return [f"archive   {root}", f"settings  {settings} ({what})"]


def list_line(what: StoredBag) -> Line:
    """Return the line of ``list`` for one version of a bag."""
    return without_none(
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


def list_text(what: StoredBag) -> str:
    """Return one version of a bag on a line; without subjects, which may name persons, as a list goes on any screen."""
    days = sorted({(cable.date or "")[:10] for cable in what.cables} - {""})
    date = "" if not days else days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    marking = ", ".join(sorted({cable.classification for cable in what.cables if cable.classification}))
    release = next((cable.release for cable in what.cables if cable.release), "")
    several = f"  {len(what.cables):,} cables" if len(what.cables) > 1 else ""
    checked = f"{what.outcome} {what.last_checked}" if what.last_checked else "never checked"
    return f"{what.label:<24}  {date:<10}  {release:<22}  {checked:<28}  {marking}".rstrip() + several


def show_line(what: StoredBag, events: Iterable[LoggedEvent]) -> Line:
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
    return list_line(what) | {"events": told}


def show_text(what: StoredBag, events: Iterable[LoggedEvent], asked: Sequence[CableEntry]) -> list[str]:
    """Return one version of a bag: what it holds, where it lies, what happened to it.

    Args:
        what: The bag.
        events: What happened.
        asked: The cables that were asked for.
    """
    head = [f"{what.label}  {what.path}"]
    head += field_rows(
        (
            ("stored", what.created),
            ("form", f"{what.form.value}, {what.files} files, {what.bytes:,} bytes of payload"),
            ("seal", what.seal),
            ("checked", f"{what.last_checked}: {what.outcome}" if what.last_checked else "never"),
        )
    )
    if len(asked) < len(what.cables):
        head += field_rows((("cables", f"{len(asked)} of {len(what.cables):,}; all: preserve show {what.name}"),))
    for cable in asked:
        head += field_rows(cable.as_json().items())
    head += [f"  {each.event.at}  {each.event.type} ({each.event.outcome}): {each.event.detail}" for each in events]
    return head


def events_line(event: BagEvent) -> Line:
    """Return the line of ``events`` for one event."""
    told = event.told
    return {
        "bag": event.stored.name,
        "version": event.stored.version,
        "event": told.identifier,
        "recorded": _recorded(event),
        "type": told.type,
        "time": told.at,
        "outcome": _outcome(event),
        "details": list(told.details),
        "notes": list(told.notes),
        "agents": list(told.agents),
        "objects": list(told.objects),
    }


def events_text(bags: Sequence[StoredBag], events: Iterable[BagEvent]) -> Iterator[str]:
    """Yield the lines of ``events``: the name of each bag, then what happened to it, when, and where that is recorded.

    A single detail stands on the line of its event, several below it.
    """
    of: dict[str, list[BagEvent]] = {stored.label: [] for stored in bags}
    for event in events:
        of[event.stored.label].append(event)
    for label, its in of.items():
        yield label
        for event in its:
            told = event.told
            head = f"  {told.at}  {_recorded(event)}  {told.type} ({_outcome(event)})"
            alone = len(told.details) == 1
            yield f"{head}: {told.details[0]}" if alone else head
            yield from (f"    {each}" for each in (*(() if alone else told.details), *told.notes))


def _recorded(event: BagEvent) -> str:
    return "log" if event.logged else "bag"


def _outcome(event: BagEvent) -> str:
    return ", ".join(event.told.outcomes) or "not stated"


def audit_log_line(what: LogReport) -> Line:
    """Return the first line of ``audit``: how the event log is."""
    log = {"lines": what.head.seq, "digest": what.head.digest, "broken": what.broken}
    return {"log": log | {"findings": finding_lines(what.findings)}}


def audit_log_text(what: LogReport) -> str:
    """Return how long the event log is, and the digest of its last line, which is worth being kept elsewhere."""
    passed_over = sum(each.code == "event-line-passed-over" for each in what.findings)
    how = f", {number_of(passed_over, 'fault')} in them passed over" if passed_over else ", each as it was logged"
    return f"event log  {number_of(what.head.seq, 'line')}{how}; the last has SHA-256 {what.head.digest}"


def audit_line(result: AuditResult) -> Line:
    """Return the line of ``audit`` for one bag."""
    return {
        "bag": result.name,
        "version": result.version,
        "outcome": AUDIT_WORDS[result.outcome],
        "depth": result.depth.value,
        "path": result.location,
        "files": result.files,
        "bytes": result.bytes,
        "findings": finding_lines(result.findings),
        "found": result.found,
    }


def audit_text(result: AuditResult) -> list[str]:
    """Return the outcome of the check of one bag, and below it the errors and warnings."""
    head = f"{AUDIT_WORDS[result.outcome]:<7}  {result.label}  ({result.files} files, {result.bytes:,} bytes)"
    return [head, *finding_texts(result.findings, notes=False)]


def deposit_line(identifier: str, what: Receipt) -> Line:
    """Return the line of ``deposit`` for one bag."""
    return without_none(
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


def deposit_error_line(identifier: str, target: str, error: PreserveError) -> Line:
    """Return the line of ``deposit`` for a bag that could not be carried."""
    return error_line(error, identifier=identifier, target=target, state=FAILED)


def deposit_text(what: Receipt) -> str:
    """Return what the target says of one bag."""
    level = f" ({what.level.value})" if what.level else ""
    return f"{what.state.value}  {what.bag}/v{what.version}  {what.says}{level}"


def catalogue_rebuild_line(what: Rebuilt) -> Line:
    """Return the line of ``catalogue rebuild``."""
    return {
        "bags": what.bags,
        "cables": what.cables,
        "adopted": what.adopted,
        "findings": finding_lines(what.findings),
    }


def catalogue_rebuild_text(what: Rebuilt) -> list[str]:
    """Return what the new catalogue holds, and every finding."""
    adopted = f", {what.adopted} of them had no event and have one now" if what.adopted else ""
    return [f"{what.bags} bags, {what.cables} cables{adopted}", *finding_texts(what.findings)]
