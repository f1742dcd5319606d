"""One event of an archive's life after packaging, and its line in the event log.

Scope: the values, and the JSON line of ``schemas/event-1.0.0.schema.json``. Not in scope: files and the chain
(``eventlog``), and PREMIS in XML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from preserve.digests import sha256
from preserve.provenance import Software, uuid_for

__all__ = ["GENESIS", "SCHEMA_VERSION", "EventOutcome", "LogEvent", "LoggedEvent", "Position", "encode_event"]

SCHEMA_VERSION = "1.0.0"

GENESIS = "0" * 64
"""What the first line of a log has as the digest of the line before it."""


class EventOutcome(StrEnum):
    """How an event ended: two labels of the Library of Congress list ``eventOutcome``, and one that it lacks."""

    SUCCESS = "success"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Nobody could tell: an unreadable disk, or a target that did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """An event that is to be logged.

    Attributes:
        type: A label of the Library of Congress list ``eventType``, as those of
            :class:`preserve.provenance.vocabulary.EventType`.
        at: When, as ``2026-01-31T09:30:00Z``.
        detail: In words, a sentence.
        outcome: How it ended.
        bag: The bag that it is about; ``None`` for the archive itself.
        version: Its version.
        data: What programs need, by the type of event; see ``archive/README.md``.
    """

    type: str
    at: str
    detail: str
    outcome: EventOutcome = EventOutcome.SUCCESS
    bag: str | None = None
    version: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a line is.

    Attributes:
        file: The path of the file below the archive's root.
        offset: The first byte of the line in it.
        length: Its bytes, the line feed included.
    """

    file: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        """The first byte after the line."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """A line of the event log.

    Attributes:
        seq: Its number, from 1, without gaps.
        previous: The SHA-256 of the line before it; :data:`GENESIS` for the first.
        digest: The SHA-256 of this line, the line feed not included.
        position: Where it is.
        identifier: A UUID that follows from the content of the line.
        agent: The program and its version, as ``preserve 0.1.0``.
        event: What happened.
    """

    seq: int
    previous: str
    digest: str
    position: Position
    identifier: str
    agent: str
    event: LogEvent

    @classmethod
    def decode(cls, line: bytes, position: Position) -> Self:
        """Read one line, with or without its line feed.

        Raises:
            ValueError: It is not a line of an event log.
        """
        line = line.removesuffix(b"\n")
        fields = json.loads(line)
        try:
            if fields["schema_version"].split(".")[0] != SCHEMA_VERSION.split(".")[0]:
                raise ValueError(f"of schema version {fields['schema_version']}")
            seq, version, data = fields["seq"], fields.get("version"), fields.get("data", {})
            if type(seq) is not int or type(version) not in {int, type(None)} or not isinstance(data, dict):
                raise ValueError("with a value of the wrong kind")
            event = LogEvent(
                type=_string(fields["type"]),
                at=_string(fields["at"]),
                detail=_string(fields["detail"]),
                outcome=EventOutcome(fields["outcome"]),
                bag=_string(fields["bag"]) if "bag" in fields else None,
                version=version,
                data=data,
            )
            return cls(
                seq=seq,
                previous=_string(fields["previous"]),
                digest=sha256(line),
                position=position,
                identifier=_string(fields["id"]),
                agent=f"{fields['agent']['name']} {fields['agent']['version']}",
                event=event,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"without a field that it must have: {error}") from error


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


def encode_event(event: LogEvent, *, seq: int, previous: str, software: Software) -> bytes:
    """Return the line of an event, its line feed included.

    Args:
        event: What happened.
        seq: The number of the line.
        previous: The SHA-256 of the line before it.
        software: The program that logs it.
    """
    body: dict[str, object] = {
        "at": event.at,
        "outcome": event.outcome.value,
        "detail": event.detail,
        "agent": {"name": software.name, "version": software.full_version},
    }
    if event.bag is not None:
        body["bag"] = event.bag
    if event.version is not None:
        body["version"] = event.version
    if event.data:
        body["data"] = event.data
    head = {"schema_version": SCHEMA_VERSION, "seq": seq, "previous": previous, "type": event.type}
    identifier = uuid_for(event.bag or "", sha256(_json(head | body)), "archive event")
    return _json(head | {"id": identifier} | body) + b"\n"


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A file name that is not UTF-8 comes with lone surrogates; "backslashreplace" spells them as JSON does.
    return text.encode("utf-8", "backslashreplace")
