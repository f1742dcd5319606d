"""Files, events, agents and rights as values, and the identifiers that follow from content.

Nothing here is drawn at random: the same bytes, packaged at the same time by the same software, have the same
identifiers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from preserve.provenance.vocabulary import (
    AgentRole,
    AgentType,
    CopyrightStatus,
    EventType,
    ObjectRole,
    Outcome,
    RightsBasis,
)

__all__ = [
    "FORMATS",
    "NAMESPACE",
    "PAYLOAD",
    "Agent",
    "AgentLink",
    "CableProvenance",
    "Event",
    "FileObject",
    "FileRole",
    "Format",
    "ObjectLink",
    "RightsStatement",
    "Validation",
    "bag_uuid",
    "cable_uuid",
    "file_object",
    "utc_timestamp",
    "uuid_of",
]

PAYLOAD: Final = "data/"
"""The folder of a bag that holds its payload (RFC 8493 2.1.2); it is the root of the RO-Crate too."""

NAMESPACE: Final = UUID("6c1f0f5a-3f0e-4d39-9a53-2d7d0d2c8e41")
"""The namespace of our version-5 identifiers (RFC 9562 5.5): drawn at random once, never changed."""


class FileRole(StrEnum):
    """What a payload file is for."""

    SOURCE = "source"
    """The bytes as received."""
    RECORD = "record"
    """The cable record, JSON."""
    TEI = "tei"
    """The TEI rendering."""
    ACCESS = "access"
    """A copy for readers, HTML, made on request."""
    PREMIS = "premis"
    """The preservation metadata of one cable."""
    INDEX = "index"
    """The table of a bag of many cables."""
    SCHEMA = "schema"
    """A copy of a contract, in a self-contained bag."""

    @property
    def folder(self) -> str:
        """The folder of a bag that holds the files of this role: ``data/source/``."""
        return f"{PAYLOAD}{self.value}/"


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Attributes:
        name: Its name in the PRONOM registry.
        version: Its version, if the registry has one.
        puid: Its PRONOM identifier, such as ``fmt/817``.
    """

    name: str
    version: str | None = None
    puid: str | None = None


FORMATS: Final[Mapping[str, Format]] = {
    "application/json": Format("JSON Data Interchange Format", None, "fmt/817"),
    "application/tei+xml": Format("Extensible Markup Language", "1.0", "fmt/101"),
    "application/xml": Format("Extensible Markup Language", "1.0", "fmt/101"),
    "text/csv": Format("Comma Separated Values", None, "x-fmt/18"),
    "text/html": Format("Hypertext Markup Language", None, "fmt/96"),
    "text/plain": Format("Plain Text File", None, "x-fmt/111"),
}
"""The format of each media type that we read or write. No version is claimed of the HTML of pages as received."""

_OUR_HTML: Final = Format("Hypertext Markup Language", "5", "fmt/471")
"""The format of our own access copies, whose version we know."""

_MEDIA_TYPES: Final[Mapping[FileRole, str]] = {
    FileRole.SOURCE: "text/plain",
    FileRole.RECORD: "application/json",
    FileRole.TEI: "application/tei+xml",
    FileRole.ACCESS: "text/html",
    FileRole.PREMIS: "application/xml",
    FileRole.INDEX: "text/csv",
    FileRole.SCHEMA: "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileObject:
    """One payload file.

    Attributes:
        role: What it is for.
        path: Its path in the bag, such as ``data/source/02STRELSAU17.txt``.
        size: Its size in bytes.
        digests: Its digests in lower-case hexadecimal, by the BagIt name of the algorithm.
        format_name: The name of its format in PRONOM; the media type when that is not known.
        format_version: The version of its format, if that has versions.
        puid: The PRONOM identifier of its format.
        media_type: Its media type, such as ``text/plain``.
        original_name: The name under which a source was received.
        derived_from: The path of the file from which it was made.

    Raises:
        ValueError: The path is not one of a payload file, or the size is negative.
    """

    role: FileRole
    path: str
    size: int
    digests: Mapping[str, str]
    format_name: str
    format_version: str | None = None
    puid: str | None = None
    media_type: str
    original_name: str | None = None
    derived_from: str | None = None

    def __post_init__(self) -> None:
        inside = self.path.startswith(PAYLOAD) and {"", ".", ".."}.isdisjoint(self.path.split("/"))
        # What is not printable cannot stand in XML, where the path is the identifier of the file.
        if not (inside and self.path.isprintable()):
            raise ValueError(f"not the path of a payload file: {self.path!r}")
        if self.size < 0:
            raise ValueError(f"negative size: {self.size}")


def file_object(
    role: FileRole,
    path: str,
    *,
    size: int,
    digests: Mapping[str, str],
    media_type: str | None = None,
    original_name: str | None = None,
    derived_from: str | None = None,
) -> FileObject:
    """Make a file object. Its format follows from its media type, and this from its role when it is not given.

    Raises:
        ValueError: The path is not one of a payload file, or the size is negative.
    """
    kind = (media_type or _MEDIA_TYPES[role]).partition(";")[0].strip().lower()
    known = _OUR_HTML if role is FileRole.ACCESS else FORMATS.get(kind, Format(kind))
    return FileObject(
        role=role,
        path=path,
        size=size,
        digests=digests,
        format_name=known.name,
        format_version=known.version,
        puid=known.puid,
        media_type=kind,
        original_name=original_name,
        derived_from=derived_from,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A program or an institution that took part.

    Attributes:
        identifier: A UUID, which is the same wherever this agent is.
        name: Its name, for people.
        type: Software or organization.
        version: The version of a program.
        notes: What else tells it from others, such as the versions of its parts.
    """

    identifier: str
    name: str
    type: AgentType
    version: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentLink:
    """An agent in an event, with its role unless that follows from what the agent is."""

    agent: str
    role: AgentRole | None = None


@dataclass(frozen=True, slots=True)
class ObjectLink:
    """A file (by its path) or the cable (by its identifier) in an event, with its role if that says something."""

    identifier: str
    role: ObjectRole | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a cable or its files.

    Attributes:
        identifier: A UUID.
        type: What happened.
        at: When it happened, with a zone.
        details: With what parameters, in words; none when the files in it say all.
        outcome: How it ended.
        outcome_notes: What there is to add to the outcome, in words.
        agents: Who took part.
        objects: Which files, or which cable, took part.
    """

    identifier: str
    type: EventType
    at: datetime
    details: tuple[str, ...] = ()
    outcome: Outcome = Outcome.SUCCESS
    outcome_notes: tuple[str, ...] = ()
    agents: tuple[AgentLink, ...] = ()
    objects: tuple[ObjectLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsStatement:
    """One basis on which dissemination is allowed or not.

    Attributes:
        identifier: A UUID.
        basis: Copyright, or the policy of the institution.
        status: The status of copyright, if that is the basis.
        notes: The statement in words; quoted words are verbatim.
        restriction: ``Allow``, ``Conditional`` or ``Disallow``, the words of Archivematica's rights metadata.
        granted_note: The reason for the restriction.
    """

    identifier: str
    basis: RightsBasis
    status: CopyrightStatus | None = None
    notes: tuple[str, ...] = ()
    restriction: str
    granted_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A check of files against a contract, done before the bag was made.

    Attributes:
        what: The kind of check, such as ``JSON Schema``, ``RELAX NG`` or ``text identity``.
        schema: The identifier of the contract, with its version.
        validator: The program that judged, with its version.
        checked: The roles of the files that were checked.
        outcome: How it ended.
        note: What was found, in words.
    """

    what: str
    schema: str
    validator: str
    checked: tuple[FileRole, ...]
    outcome: Outcome = Outcome.SUCCESS
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CableProvenance:
    """All that is known of where the files of one cable come from.

    Attributes:
        identifier: The canonical identifier of the cable.
        source_sha256: The SHA-256 of the bytes of the source.
        subject: The subject as the record has it.
        origin: The name of the station as the record has it.
        created: The local date and time as the record has them.
        release: The release that the page names as its source, verbatim.
        copyright: The address of the rights statement.
        access: The institution's decision.
        files: The source, the record and the TEI, in this order, then the access copy if there is one.
        events: The events in the order in which they happened.
        agents: The agents of the events.
        rights: The rights statements.
    """

    identifier: str
    source_sha256: str
    subject: str | None = None
    origin: str | None = None
    created: str | None = None
    release: str | None = None
    copyright: str
    access: str
    files: tuple[FileObject, ...]
    events: tuple[Event, ...]
    agents: tuple[Agent, ...]
    rights: tuple[RightsStatement, ...]


def uuid_of(*parts: str) -> str:
    """Return the version-5 UUID of a thing that is named by a sequence of texts (RFC 9562 5.5).

    Each part is hashed as ``length:text,`` (a netstring; the length is in bytes of UTF-8), so that no two sequences
    have one name.
    """
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    name = b"".join([b"%d:%b," % (len(part), part) for part in encoded])
    # uuid5 takes only text in Python 3.11, and hashes its UTF-8. Latin-1 makes a character of each byte. Identifiers
    # are for ever, so this stays as it is.
    return str(uuid5(NAMESPACE, name.decode("latin-1")))


def cable_uuid(identifier: str, source_sha256: str, *parts: str) -> str:
    """Return the version-5 UUID of a thing that belongs to a cable as one source has it.

    Args:
        identifier: The canonical identifier of the cable.
        source_sha256: The SHA-256 of the source in lower-case hexadecimal.
        parts: What the thing is, then what tells it from others of its kind.
    """
    return uuid_of("cable", identifier, source_sha256, *parts)


def bag_uuid(sources: Iterable[tuple[str, str]]) -> str:
    """Return the version-5 UUID of a bag, which follows from the cables in it; their order does not matter.

    Args:
        sources: The identifier of each cable with the SHA-256 of its source.
    """
    return uuid_of("bag", *(part for pair in sorted(sources) for part in pair))


@lru_cache(maxsize=64)
def utc_timestamp(at: datetime) -> str:
    """Return a time as ``YYYY-MM-DDTHH:MM:SSZ``, in UTC and whole seconds.

    Raises:
        ValueError: The time has no zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
