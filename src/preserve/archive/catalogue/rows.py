"""The rows of the catalogue: made from events, and read back as stored bags. Nothing is executed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from preserve.archive.cable_entry import CableEntry
from preserve.archive.events import EventOutcome, LoggedEvent
from preserve.archive.layout import Location
from preserve.archive.model import StoredBag
from preserve.bag import Form

__all__ = ["bag_from_row", "bag_row", "cable_rows", "check_row", "event_row"]

_FIXITY = {EventOutcome.SUCCESS: "pass", EventOutcome.FAIL: "fail", EventOutcome.UNKNOWN: "unknown"}
_CABLE_FIELDS = tuple(field.name for field in fields(CableEntry))


def bag_row(seq: int, stored: StoredBag) -> dict[str, object]:
    """Return the row of a bag; its key is the number of the event with which it came in."""
    place = stored.location
    return {
        "id": seq,
        "name": place.name,
        "name_key": place.name.lower(),
        "version": place.version,
        "post": place.post,
        "year": place.year,
        "form": place.form.value,
        "seal": stored.seal,
        "source_key": stored.source_key,
        "files": stored.files,
        "bytes": stored.bytes,
        "size": stored.size,
        "profiles": " ".join(stored.profiles),
        "member_index": stored.index,
        "created": stored.created,
        "last_seen": stored.last_seen,
    }


def cable_rows(seq: int, stored: StoredBag) -> list[dict[str, object]]:
    """Return the rows of the cables of a bag, numbered from 1."""
    return [
        {"bag_id": seq, "number": number} | {name: getattr(entry, name) for name in _CABLE_FIELDS}
        for number, entry in enumerate(stored.cables, start=1)
    ]


def event_row(logged: LoggedEvent) -> dict[str, object]:
    """Return the row that says where an event is."""
    return {
        "seq": logged.seq,
        "name": logged.event.bag,
        "version": logged.event.version,
        "type": logged.event.type,
        "file": logged.position.file,
        "offset": logged.position.offset,
        "length": logged.position.length,
    }


def check_row(logged: LoggedEvent) -> dict[str, object]:
    """Return what a fixity check changes in the row of its bag.

    The parameters have names that no column has, as SQLAlchemy would take them for values of that column.
    """
    event = logged.event
    return {
        "of_name": event.bag,
        "of_version": event.version,
        "at": event.at,
        "result": _FIXITY[event.outcome],
        "ok_at": event.at if event.outcome is EventOutcome.SUCCESS else None,
        "seen_at": event.at if event.data.get("present") is True else None,
    }


def bag_from_row(root: Path, row: Row[Any], cables: Sequence[Row[Any]]) -> StoredBag:
    """Return the stored bag of a row of table ``bag`` and its rows of table ``cable``."""
    return StoredBag(
        root=root,
        location=Location(row.post, row.year, row.name, row.version, Form(row.form)),
        seal=row.seal,
        source_key=row.source_key,
        files=row.files,
        bytes=row.bytes,
        size=row.size,
        profiles=tuple(row.profiles.split()),
        created=row.created,
        last_seen=row.last_seen,
        last_checked=row.last_checked,
        last_ok=row.last_ok,
        outcome=row.outcome,
        index=row.member_index,
        cables=tuple(CableEntry(**{name: getattr(each, name) for name in _CABLE_FIELDS}) for each in cables),
    )
