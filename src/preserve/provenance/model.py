"""What is known of where a cable's files come from: pure values, which PREMIS and RO-Crate then write.

Scope: files, events, agents, rights, and identifiers that follow from content. Not in scope: which events a cable
has (:mod:`preserve.provenance.history`), XML (:mod:`preserve.provenance.premis`), JSON-LD
(:mod:`preserve.provenance.ro_crate`).
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
"""The folder of a bag that holds its payload (RFC 8493 2.1.2): the root of the RO-Crate."""

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
        """The folder of a bag that holds the files of this role of its cables: ``data/source/``."""
        return f"{PAYLOAD}{self.value}/"


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Attributes:
        name: As the PRONOM registry names it.
        version: The version of the format, where the registry has one.
        puid: Its PRONOM identifier, as ``fmt/817``.
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
"""The format of each media type that we read or write; of HTML, no version is claimed for pages as received."""

_OUR_HTML: Final = Format("Hypertext Markup Language", "5", "fmt/471")
"""What our own access copies are: their version is known."""

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
        path: Its path in the bag, as ``data/source/02STRELSAU17.txt``.
        size: In bytes.
        digests: Lower-case hexadecimal digest by BagIt name of the algorithm.
        format_name: As PRONOM names it; the media type when PRONOM's name is not known.
        format_version: Where the format has versions.
        puid: PRONOM identifier.
        media_type: As ``text/plain``.
        original_name: The name with which it was received, for a source.
        derived_from: The path of the file that it was made from.

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
    """Make a file object, its format taken from its media type, that from its role when it is not given.

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
        identifier: Unique among the agents of one cable, and the same for the same agent elsewhere.
        name: For people.
        type: Software or organization.
        version: Of a program.
        notes: What else identifies it, as the versions of its parts.
    """

    identifier: str
    name: str
    type: AgentType
    version: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentLink:
    """An agent in an event; its role where that does not follow from what the agent is."""

    agent: str
    role: AgentRole | None = None


@dataclass(frozen=True, slots=True)
class ObjectLink:
    """A file (by path) or the cable (by identifier) in an event; the role where it says something."""

    identifier: str
    role: ObjectRole | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a cable or its files.

    Attributes:
        identifier: A UUID.
        type: What happened.
        at: When, aware.
        details: In words: with what parameters; none where the files that it links say all.
        outcome: How it ended.
        outcome_notes: In words, where there is something to add.
        agents: Who took part.
        objects: What took part.
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
        status: The status of copyright, when that is the basis.
        notes: In words, verbatim where it quotes.
        restriction: ``Allow``, ``Conditional`` or ``Disallow``: the words of Archivematica's rights metadata.
        granted_note: Why.
    """

    identifier: str
    basis: RightsBasis
    status: CopyrightStatus | None = None
    notes: tuple[str, ...] = ()
    restriction: str
    granted_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """One check of a file against a contract, done before the bag was made.

    Attributes:
        what: The kind of check, as ``JSON Schema``, ``RELAX NG`` or ``text identity``.
        schema: The identifier of the contract, with its version.
        validator: The program that judged, with its version.
        checked: The files that were looked at.
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
        identifier: The cable's canonical identifier.
        source_sha256: Of the source bytes.
        subject: As the record has it.
        origin: The station's name as the record has it.
        created: Local date and time as the record has it.
        release: The release that the page names as its source, verbatim.
        copyright: The address of the rights statement.
        access: The institution's decision.
        files: Source, record and TEI, in that order, then the access copy where there is one.
        events: In the order in which they happened.
        agents: Each agent of the events.
        rights: Each statement.
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
    """Return the version-5 UUID of a thing that is named by a sequence of texts.

    The name that is hashed is each part as ``length:text,`` (a netstring, its length in bytes of UTF-8), so that no
    two sequences give one name.
    """
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    name = b"".join([b"%d:%b," % (len(part), part) for part in encoded])
    # uuid5 of Python 3.11 takes text only and hashes its UTF-8; Latin-1 gives each byte a character of its own.
    return str(uuid5(NAMESPACE, name.decode("latin-1")))


def cable_uuid(identifier: str, source_sha256: str, *parts: str) -> str:
    """Return the version-5 UUID of a thing that belongs to one cable as one source has it.

    Args:
        identifier: The cable's canonical identifier.
        source_sha256: Of the source bytes, in lower-case hexadecimal.
        parts: What the thing is, and what makes it differ from others of its kind.
    """
    return uuid_of("cable", identifier, source_sha256, *parts)


def bag_uuid(sources: Iterable[tuple[str, str]]) -> str:
    """Return the version-5 UUID of a bag: it follows from the cables in it, in whatever order they are given.

    Args:
        sources: The identifier of each cable with the SHA-256 of its source bytes.
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
