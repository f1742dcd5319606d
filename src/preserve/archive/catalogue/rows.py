"""The rows of the catalogue: made from events, and read back as stored bags. Nothing is executed here.

What is read back may have been written by hostile hands, and SQLite lets a cell hold a value of any type. So every
value is checked here before anybody uses it, and what no row of ours can hold is never written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from preserve.archive.cable_entry import CableEntry
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LINE_LIMIT, EventOutcome, LoggedEvent, Position, is_log_file
from preserve.archive.ingestion import stored_bag
from preserve.archive.layout import Location
from preserve.archive.model import StoredBag
from preserve.bag import Form, is_bag_name
from preserve.errors import ArchiveError
from preserve.provenance import EventType

__all__ = [
    "EventRows",
    "LoggedLine",
    "RowError",
    "Values",
    "bag_from_row",
    "head_from_row",
    "line_from_row",
    "text_from_row",
]

_FIXITY = {EventOutcome.SUCCESS: "pass", EventOutcome.FAIL: "fail", EventOutcome.UNKNOWN: "unknown"}
_OUTCOMES = frozenset({None, *_FIXITY.values()})
Values = tuple[object, ...]
_CABLE_FIELDS = tuple(field.name for field in fields(CableEntry))
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_MOST = (1 << 63) - 1
"""The greatest number that SQLite holds."""
_RESTORE = "Restore the events folder from a copy of the archive; preserve validate shows what is wrong in its files."


class RowError(ValueError):
    """A row of the catalogue holds what no event of a log puts there."""


@dataclass(frozen=True, slots=True)
class LoggedLine:
    """A line of the event log as the catalogue knows it. Whoever reads the line there compares its digest.

    Attributes:
        seq: Its number.
        position: Its place.
        digest: Its SHA-256.
    """

    seq: int
    position: Position
    digest: str


# Checks of values


def _digest(value: object) -> str:
    if type(value) is not str or _DIGEST.fullmatch(value) is None:
        raise ValueError("a digest is no SHA-256")
    return value


def _digest_of(octets: object) -> str:
    if type(octets) is not bytes or len(octets) != 32:
        raise ValueError("a digest is no SHA-256")
    return octets.hex()


def _time(value: object) -> str:
    if type(value) is not str or _TIME.fullmatch(value) is None:
        raise ValueError("a time is not one of an event")
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError("there is no text where one belongs")
    if not value.isascii():
        value.encode()  # A lone surrogate, which JSON can spell, does not go into SQLite.
    return value


def _texts(value: object) -> tuple[str, ...]:
    try:
        texts = json.loads(_text(value))
    except RecursionError as error:
        raise ValueError("a list is nested") from error
    if type(texts) is not list:
        raise ValueError("there is no list where one belongs")
    return tuple(map(_text, texts))


def _number(value: object, least: int = 0, most: int = _MOST) -> int:
    # Not isinstance: "true" is an int of Python.
    if type(value) is not int or not least <= value <= most:
        raise ValueError("a number is out of its range")
    return value


def _check_bag(stored: StoredBag) -> StoredBag:
    """Return a stored bag if it has the values that a bag of an archive can have; its place has been checked.

    Raises:
        ValueError: It has others.
    """
    _digest(stored.seal)
    _text(stored.source_key)
    for count in (stored.files, stored.bytes, stored.size):
        _number(count)
    for profile in stored.profiles:
        _text(profile)
    if stored.index is not None:
        _digest(stored.index)
    _time(stored.created)
    _time(stored.last_seen)
    for moment in (stored.last_checked, stored.last_ok):
        if moment is not None:
            _time(moment)
    if stored.outcome not in _OUTCOMES:
        raise ValueError("an outcome is none of a check")
    for each in stored.cables:
        # Digests too are what a record says: one of a bag that was found may say anything.
        for said in (each.identifier, each.source_sha256, each.text_sha256):
            _text(said)
        for value in (
            each.received_identifier, each.date, each.post, each.classification, each.subject, each.release,
        ):  # fmt: skip
            if value is not None:
                _text(value)
    return stored


def _check_position(position: Position) -> Position:
    if not is_log_file(position.file):
        raise ValueError("a file is not one of an event log")
    _number(position.offset, most=_MOST - LINE_LIMIT)
    _number(position.length, 1, LINE_LIMIT)
    return position


# Rows of events


@dataclass(frozen=True, slots=True)
class EventRows:
    """What some events put into the tables.

    Attributes:
        events: Rows of table ``event``, with all columns in their order; so are the next two.
        bags: Rows of table ``bag``, for the bags that came in; a version counts once.
        cables: Rows of table ``cable``.
        checks: What fixity checks change in the rows of their bags. The parameters have names that no column has, as
            SQLAlchemy would take them for values of that column.
    """

    events: list[Values]
    bags: list[Values]
    cables: list[Values]
    checks: list[dict[str, object]]

    @classmethod
    def of(cls, root: Path, events: Sequence[LoggedEvent]) -> EventRows:
        """Return the rows of some events, in their order.

        Raises:
            ArchiveError: A line says what no program of ours writes.
        """
        rows = cls([], [], [], [])
        for logged in events:
            try:
                rows._add(root, logged)
            except ValueError as error:
                where = f"line {logged.seq} of the event log ({logged.position.file})"
                raise ArchiveError(f"{where} cannot go into the catalogue: {error}", hint=_RESTORE) from error
        return rows

    def _add(self, root: Path, logged: LoggedEvent) -> None:
        self.events.append(_event_row(logged))
        if logged.event.type == EventType.INGESTION.label:
            stored = _check_bag(stored_bag(root, logged))
            if (stored.name, stored.version) != (logged.event.bag, logged.event.version):
                raise ValueError("the place of the bag is that of another one")
            self.bags.append(_bag_row(stored))
            self.cables.extend(_cable_rows(stored))
        elif logged.event.type == EventType.FIXITY_CHECK.label:
            self.checks.append(_check_row(logged))


def _bag_row(stored: StoredBag) -> Values:
    place = stored.location
    return (
        stored.seq,
        place.name,
        place.name.lower(),
        place.version,
        place.post,
        place.year,
        place.form.value,
        stored.seal,
        stored.source_key,
        stored.files,
        stored.bytes,
        stored.size,
        json.dumps(stored.profiles, ensure_ascii=False),
        stored.index,
        stored.created,
        stored.last_seen,
        stored.last_checked,
        stored.last_ok,
        stored.outcome,
    )


def _cable_rows(stored: StoredBag) -> Iterator[Values]:
    for number, entry in enumerate(stored.cables, start=1):
        yield (stored.seq, number, *(getattr(entry, name) for name in _CABLE_FIELDS))


def _event_row(logged: LoggedEvent) -> Values:
    event, position = logged.event, _check_position(logged.position)
    if event.bag is not None and not is_bag_name(event.bag):
        raise ValueError("it names no bag")
    if event.version is not None:
        _number(event.version, 1)
    return (
        logged.seq,
        event.bag,
        event.version,
        _text(event.type),
        position.file,
        position.offset,
        position.length,
        bytes.fromhex(logged.digest),
    )


def _check_row(logged: LoggedEvent) -> dict[str, object]:
    event = logged.event
    at = _time(event.at)
    return {
        "of_seq": logged.seq,
        "of_name": event.bag,
        "of_version": event.version,
        "at": at,
        "result": _FIXITY[event.outcome],
        "ok_at": at if event.outcome is EventOutcome.SUCCESS else None,
        "seen_at": at if event.data.get("present") is True else None,
    }


# Rows that are read


def bag_from_row(root: Path, row: Row[Any], cables: Sequence[Row[Any]]) -> StoredBag:
    """Return the stored bag of a row of table ``bag`` and its rows of table ``cable``.

    Raises:
        RowError: A value is none of a stored bag.
    """
    # By position: by name each value would take as long as its check.
    (seq, name, _, version, post, year, form, seal, source_key, files, octets, size, profiles, index,
     created, last_seen, last_checked, last_ok, outcome) = tuple[Any, ...](row)  # fmt: skip
    try:
        return _check_bag(
            StoredBag(
                root=root,
                location=Location(_text(post), _text(year), _text(name), _number(version), Form(form)),
                seq=_number(seq, 1),
                seal=seal,
                source_key=source_key,
                files=files,
                bytes=octets,
                size=size,
                profiles=_texts(profiles),
                created=created,
                last_seen=last_seen,
                last_checked=last_checked,
                last_ok=last_ok,
                outcome=outcome,
                index=index,
                cables=tuple(CableEntry(**dict(zip(_CABLE_FIELDS, each[2:], strict=True))) for each in cables),
            )
        )
    except ValueError as error:
        # The error may quote what the hostile hands wrote.
        raise RowError("the row of a bag has a value that no bag of an archive has") from error


def line_from_row(row: Row[Any]) -> LoggedLine:
    """Return the line of a row of table ``event``.

    Raises:
        RowError: A value is none of a line.
    """
    try:
        position = _check_position(Position(row.file, row.offset, row.length))
        return LoggedLine(_number(row.seq, 1), position, _digest_of(row.digest))
    except ValueError as error:
        raise RowError(f"the row of an event: {error}") from error


def head_from_row(row: Row[Any]) -> LogHead:
    """Return the end of the log of the row of table ``state``.

    Raises:
        RowError: A value is none of an end.
    """
    try:
        head = LogHead(_number(row.seq), _digest(row.digest), _text(row.file), _number(row.end))
    except ValueError as error:
        raise RowError(f"the end of the log: {error}") from error
    if head != LogHead() and (head.seq == 0 or not is_log_file(head.file)):
        raise RowError("the end of the log is in no file of it")
    return head


def text_from_row(value: object) -> str:
    """Return a value that must be a text.

    Raises:
        RowError: It is none.
    """
    try:
        return _text(value)
    except ValueError as error:
        raise RowError(str(error)) from error
