"""One event of an archive's life after packaging, and its line in the event log.

The line is JSON, as ``schemas/event-1.0.0.schema.json`` says. Files and the chain of lines are for ``eventlog``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from preserve.digests import sha256
from preserve.provenance import Software, uuid_of

__all__ = ["GENESIS", "SCHEMA_VERSION", "EventOutcome", "LogEvent", "LoggedEvent", "Position", "encode_event"]

SCHEMA_VERSION = "1.0.0"

GENESIS = "0" * 64
"""The first line of a log has this in place of the digest of the line before it."""


class EventOutcome(StrEnum):
    """How an event ended: two labels of the Library of Congress list ``eventOutcome``, and one which that lacks."""

    SUCCESS = "success"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Nobody can tell: a disk could not be read, or a target did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """An event to be logged.

    Attributes:
        type: A label of the Library of Congress list ``eventType``, as those of
            :class:`preserve.provenance.vocabulary.EventType`.
        at: When, as ``2026-01-31T09:30:00Z``.
        detail: What happened, a sentence.
        outcome: How it ended.
        bag: The name of the bag that it is about; ``None`` for the archive itself.
        version: The version of the bag.
        data: What programs need; ``archive/README.md`` says what each type of event has.
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
    """The place of a line in the log.

    Attributes:
        file: The path of the file below the archive's root.
        offset: Where the line begins in it, in bytes.
        length: The bytes of the line, the line feed included.
    """

    file: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        """Where the next line begins, in bytes."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """A line of the event log.

    Attributes:
        seq: Its number, from 1, without gaps.
        previous: The SHA-256 of the line before it; :data:`GENESIS` for the first.
        digest: The SHA-256 of this line, the line feed not included.
        position: Its place.
        identifier: A UUID that follows from the content of the line.
        agent: The program that logged it and its version, as ``preserve 0.1.0``.
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
            ValueError: It is not a line of an event log, or its schema has another major version.
        """
        line = line.removesuffix(b"\n")
        try:
            fields = json.loads(line)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        try:
            # Minor versions add fields, which are passed over; another major version may change what a field means.
            if fields["schema_version"].split(".")[0] != SCHEMA_VERSION.split(".")[0]:
                raise ValueError(f"of schema version {fields['schema_version']}")
            seq, version, data = fields["seq"], fields.get("version"), fields.get("data", {})
            # Not isinstance: "true" is an int of Python, and no number of a line.
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
    """Return the line of an event, the line feed included.

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
    identifier = uuid_of("cable", event.bag or "", sha256(_json(head | body)), "archive event")
    return _json(head | {"id": identifier} | body) + b"\n"


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # The name of a file may not be UTF-8, and then has lone surrogates; "backslashreplace" spells them as JSON does.
    return text.encode("utf-8", "backslashreplace")
