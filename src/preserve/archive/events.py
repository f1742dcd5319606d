"""One event of an archive's life after packaging, and its line in the event log.

The line is JSON, as ``schemas/event-1.1.0.schema.json`` says; lines of every version 1.x are read. Files and the chain
of lines are for ``eventlog``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn, Self

from preserve import contracts
from preserve.archive.layout import EVENTS
from preserve.bag import is_bag_name
from preserve.digests import sha256
from preserve.errors import ArchiveError
from preserve.provenance import Software, uuid_of

__all__ = [
    "GENESIS",
    "LINE_LIMIT",
    "SCHEMA_VERSION",
    "VALUES_LIMIT",
    "EventOutcome",
    "LogEvent",
    "LoggedEvent",
    "Position",
    "as_text",
    "encode_event",
    "is_digest",
    "is_log_file",
]

SCHEMA_VERSION = "1.1.0"
"""The version of the lines that are written."""

LINE_LIMIT = 64 << 20
"""Bytes of a line, at most. It bounds what a hostile or damaged log can make us hold in memory."""

VALUES_LIMIT = 2_000_000
"""Values of a line, at most, by its commas and brackets: 64 MiB of ``[]`` would take gigabytes of memory."""

LEVELS_LIMIT = 64
"""Levels of nesting of a line, at most: what is deeper could not be printed. Ours have five."""

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

        Only what the archive goes by is looked at: a later minor version may add members and types of events. What
        the data of an ingestion must have is for :func:`preserve.archive.ingestion.stored_bag`.

        Raises:
            ValueError: It is not a line of an event log, or its schema has another major version.
        """
        line = line.removesuffix(b"\n")
        fields = _read(line)
        try:
            _check_version(as_text(fields["schema_version"]))
            agent, bag, version = fields["agent"], fields.get("bag"), fields.get("version")
            # The schema says it too: both, or neither.
            if (bag, version) != (None, None) and not (is_bag_name(as_text(bag)) and _is_number(version, 999_999_999)):
                raise ValueError("about something that is no version of a bag")
            # SQLite holds no integer of more than 63 bits.
            if not _is_number(fields["seq"], (1 << 63) - 1):
                raise ValueError("without a number that a line can have")
            if not is_digest(fields["previous"]):
                raise ValueError("without the digest of the line before it")
            event = LogEvent(
                type=as_text(fields["type"]),
                at=_matching(_TIME, fields["at"]),
                detail=_string(fields["detail"]),
                outcome=_OUTCOMES[_string(fields["outcome"])],
                bag=bag,
                version=version,
                data=_object(fields.get("data", {})),
            )
            return cls(
                seq=fields["seq"],
                previous=fields["previous"],
                digest=sha256(line),
                position=position,
                identifier=_matching(_UUID, fields["id"]),
                agent=f"{as_text(agent['name'])} {as_text(agent['version'])}",
                event=event,
            )
        except KeyError as error:
            raise ValueError(f"without a member, or a word, that it must have: {str(error)[:80]}") from error
        except TypeError as error:
            raise ValueError("with a value of the wrong kind") from error


_OUTCOMES: Mapping[str, EventOutcome] = {each.value: each for each in EventOutcome}
_VERSION = re.compile(r"([0-9]{1,4})\.[0-9]{1,4}\.[0-9]{1,4}")
_TIME = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(rf"{EVENTS}/[0-9]{{4}}/[0-9]{{2}}/[0-9]{{12}}\.jsonl")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("with a member twice: another program may go by the other one")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"with {name}, which is no value of JSON")


# Made once: json.loads makes one for each call that asks for anything.
_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_constant)


def _read(line: bytes) -> Any:
    """Return the JSON of a line: strictly as RFC 8259 has it, and within bounds."""
    # A line with fewer bytes has fewer values: the short ones, nearly all, are not counted.
    if len(line) > VALUES_LIMIT and sum(map(line.count, (b",", b"[", b"{"))) > VALUES_LIMIT:
        raise ValueError(f"with more than {VALUES_LIMIT:,} values")
    try:
        # Decoded here, as json.loads would also take UTF-16, and halves of surrogate pairs that UTF-8 does not have.
        fields = _DECODER.decode(line.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    # No line with as few brackets is deep.
    if line.count(b"[") + line.count(b"{") > LEVELS_LIMIT:
        _check_levels(fields)
    return fields


def _check_levels(value: object) -> None:
    level: list[Any] = [value]
    for _ in range(LEVELS_LIMIT):
        # Not isinstance, which takes three times as long; what json makes is of these kinds and no others.
        level = [
            item
            for each in level
            for item in (each.values() if type(each) is dict else each)
            if type(item) in _CONTAINERS
        ]
        if not level:
            return
    raise ValueError("nested too deeply")


_CONTAINERS = frozenset({dict, list})


def _check_version(version: str) -> None:
    match = _VERSION.fullmatch(version)
    # Minor versions add members, which are passed over; another major version may change what a member means.
    if match is None or match[1] != SCHEMA_VERSION.partition(".")[0]:
        raise ValueError(f"of schema version {version[:40]}")


def is_digest(value: object) -> bool:
    """Tell whether a value is a SHA-256 in lower-case hexadecimal."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def is_log_file(value: object) -> bool:
    """Tell whether a value is the path of a file of the log, below the archive's root."""
    return isinstance(value, str) and _FILE.fullmatch(value) is not None


def _is_number(value: object, most: int) -> bool:
    # Not isinstance: "true" is an int of Python, and no number of a line.
    return type(value) is int and 1 <= value <= most


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError(type(value).__name__)
    return value


def as_text(value: object) -> str:
    """Return a string that the catalogue can hold.

    Raises:
        TypeError: It is no string.
        ValueError: It holds half of a surrogate pair, which JSON can spell, and neither UTF-8 nor SQL can.
    """
    text = _string(value)
    if not text.isascii() and _HALF_CHARACTER.search(text):
        raise ValueError("with half of a character")
    return text


def _matching(pattern: re.Pattern[str], value: object) -> str:
    text = _string(value)
    if pattern.fullmatch(text) is None:
        raise ValueError(f"with {text[:40]!r} for a time or an identifier")
    return text


def encode_event(event: LogEvent, *, seq: int, previous: str, software: Software) -> bytes:
    """Return the line of an event, the line feed included.

    Args:
        event: What happened.
        seq: The number of the line.
        previous: The SHA-256 of the line before it.
        software: The program that logs it.

    Raises:
        ArchiveError: The line would be too large, or would not meet the schema; then the fault is ours.
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
    begins = {"schema_version": SCHEMA_VERSION, "seq": seq, "previous": previous, "type": event.type}
    head, rest = _ENCODER.encode(begins)[:-1], _ENCODER.encode(body)[1:]
    # The identifier follows from the line without it: the same event in the same place has the same one.
    identifier = uuid_of("cable", event.bag or "", sha256(_utf8(f"{head},{rest}")), "archive event")
    line = _utf8(f'{head},"id":"{identifier}",{rest}')
    _check_line(line, event)
    return line + b"\n"


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # The name of a file may not be UTF-8, and then has halves of surrogate pairs, which strict readers of JSON
        # refuse (RFC 7493 2.1): they are spelt out.
        return _HALF_CHARACTER.sub(lambda half: rf"\\u{ord(half[0]):04x}", text).encode("utf-8")


_SCHEMA = f"event-{SCHEMA_VERSION}.schema.json"


def _check_line(line: bytes, event: LogEvent) -> None:
    """Refuse a line that no reader would take: it must never enter the log."""
    about = f"{event.bag[:80]}/v{event.version}" if event.bag else "the archive"
    if len(line) >= LINE_LIMIT:
        raise ArchiveError(
            f"an event of {about} needs {len(line) + 1} bytes, and a line has {LINE_LIMIT} at most",
            hint="Make smaller groups.",
        )
    try:
        # By its room, which imports what it needs when it is asked: who only reads a log needs no validator.
        faults = contracts.violations(_SCHEMA, _read(line))
    except ValueError as error:
        raise ArchiveError(f"an event of {about} cannot be logged: its line would be one {error}") from error
    if faults:
        where, says = faults[0].where or "the whole", faults[0].says
        raise ArchiveError(
            f"an event of {about} cannot be logged: {where} is not as {_SCHEMA} says: {says}",
            hint="This is a bug of preserve: please report it with this line. Nothing was logged.",
        )
