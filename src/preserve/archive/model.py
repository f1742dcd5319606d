"""The words of the archive room: a cable as the catalogue knows it, a bag that comes in, a bag that is stored.

Scope: frozen values and how they are drawn from a record. Not in scope: where they are kept. No person is ever named
here: neither signers nor classifiers nor anyone in a text is indexed.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Self

from preserve.archive.layout import Location, shelf_post, shelf_year
from preserve.bag import Form, WrittenBag
from preserve.cable import Cable
from preserve.findings import Finding

__all__ = ["Arrival", "CableEntry", "Incoming", "StoreOutcome", "StoredBag", "describe_absence", "source_key"]

_STATION = re.compile(r"[0-9]{2}([A-Z][A-Z0-9]*?)[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CableEntry:
    """One cable as the catalogue knows it; every value but the digests as the record states it.

    It is a format on disk: events carry it (``cable`` in ``schemas/event-1.0.0.schema.json``), the catalogue has a
    column for each field, and it is drawn from records of any version. What a bag says of its cables
    (``package.CableSummary``) and what others are told of them (``description.Description``) change with profiles
    and targets; they are values of their own, lest a line of the log change with them.

    Attributes:
        identifier: Canonical, as ``07STRELSAU42``.
        received_identifier: As the source had it, where that differs.
        date: Local date and time ``YYYY-MM-DDTHH:MM:SS``, zone unknown.
        post: The station of the identifier.
        classification: The level as marked.
        subject: Verbatim.
        release: The release that the source names.
        source_sha256: Of the bytes as received.
        text_sha256: Of the body's text in UTF-8.
    """

    identifier: str
    received_identifier: str | None = None
    date: str | None = None
    post: str | None = None
    classification: str | None = None
    subject: str | None = None
    release: str | None = None
    source_sha256: str
    text_sha256: str

    @classmethod
    def of(cls, cable: Cable) -> Self:
        """Draw the entry from a record."""
        release = cable.provenance.release
        return cls(
            identifier=cable.identifier,
            received_identifier=cable.received_identifier,
            date=cable.created.value if cable.created else None,
            post=_post(cable.origin.station if cable.origin else None, cable.identifier),
            classification=cable.classification.level if cable.classification else None,
            subject=cable.subject,
            release=(release.name or release.text) if release else None,
            source_sha256=cable.provenance.source.sha256,
            text_sha256=cable.body.sha256,
        )

    @classmethod
    def from_record(cls, data: bytes) -> Self:
        """Draw the entry from the JSON of a record of any schema version, reading only what the catalogue needs.

        Raises:
            ValueError: It is not JSON, or has no identifier or no digest of its source and text.
        """
        record = json.loads(data)
        release = _text(record, "provenance", "release", "name") or _text(record, "provenance", "release", "text")
        identifier = _text(record, "identifier")
        source, text = _text(record, "provenance", "source", "sha256"), _text(record, "body", "sha256")
        if identifier is None or source is None or text is None:
            raise ValueError("the record lacks an identifier, or the digest of its source or text")
        return cls(
            identifier=identifier,
            received_identifier=_text(record, "received_identifier"),
            date=_text(record, "created", "value"),
            post=_post(_text(record, "origin", "station"), identifier),
            classification=_text(record, "classification", "level"),
            subject=_text(record, "subject"),
            release=release,
            source_sha256=source,
            text_sha256=text,
        )

    def as_json(self) -> dict[str, str]:
        """Return the fields that have a value, as the event log keeps them."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None}

    @classmethod
    def from_json(cls, entry: Mapping[str, object]) -> Self:
        """Read what :meth:`as_json` gave; fields of later versions are passed over.

        Raises:
            TypeError: A field that must be there is not.
        """
        known = {field.name for field in fields(cls)}
        return cls(**{name: str(value) for name, value in entry.items() if name in known})


def _post(station: str | None, identifier: str) -> str | None:
    if station:
        return station
    match = _STATION.fullmatch(identifier)
    return match[1] if match else None


def _text(record: object, *path: str) -> str | None:
    for step in path:
        record = record.get(step) if isinstance(record, dict) else None
    # A lone surrogate, which JSON can spell, fits neither UTF-8 nor SQL.
    return record.encode("utf-8", "replace").decode() if isinstance(record, str) else None


def source_key(cables: tuple[CableEntry, ...]) -> str:
    """Return what tells one content of a bag from another: the source's SHA-256, or that of the sorted list of them."""
    digests = sorted(cable.source_sha256 for cable in cables)
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A staged bag that is to be stored, and what the catalogue will say of it.

    Attributes:
        staged: The bag, whole, in a stage on the archive's file system (below ``Archive.stages``).
        cables: What it holds, one entry a cable.
        profiles: The BagIt profiles that its ``bag-info.txt`` claims.
    """

    staged: WrittenBag
    cables: tuple[CableEntry, ...]
    profiles: tuple[str, ...] = ()

    @property
    def source_key(self) -> str:
        """See :func:`source_key`."""
        return source_key(self.cables)

    def location(self, version: int) -> Location:
        """Return the place of this bag as a version."""
        return Location(
            shelf_post(cable.post for cable in self.cables),
            shelf_year(cable.date for cable in self.cables),
            self.staged.name,
            version,
            self.staged.form,
        )

    def stored(self, root: Path, location: Location, at: str) -> StoredBag:
        """Return this bag as it will be known once it is stored.

        Args:
            root: The archive's root.
            location: Its place.
            at: Now.
        """
        return StoredBag(
            root=root,
            location=location,
            seal=self.staged.seal,
            source_key=self.source_key,
            files=self.staged.files,
            bytes=self.staged.bytes,
            size=self.staged.size,
            profiles=self.profiles,
            created=at,
            last_seen=at,
            last_checked=None,
            last_ok=None,
            outcome=None,
            cables=self.cables,
            index=self.staged.index_sha256,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBag:
    """One version of a bag as the catalogue knows it.

    Attributes:
        root: The archive's root.
        location: Where it lies below the root.
        seal: The SHA-256 of its strongest tag manifest when it came in.
        source_key: See :func:`source_key`.
        files: Payload files.
        bytes: Payload octets.
        size: Octets of all its files.
        profiles: The BagIt profiles it claims.
        created: When it was stored, as ``2026-01-31T09:30:00Z``; so are the next three.
        last_seen: When it was last seen to be there.
        last_checked: When its fixity was last checked; ``None`` for never.
        last_ok: When it last passed.
        outcome: ``pass``, ``fail`` or ``unknown`` of the last check.
        cables: What it holds.
        index: The SHA-256 of its member index (:mod:`preserve.bag.reading.member_index`); ``None`` when it has none.
    """

    root: Path
    location: Location
    seal: str
    source_key: str
    files: int
    bytes: int
    size: int
    profiles: tuple[str, ...]
    created: str
    last_seen: str
    last_checked: str | None
    last_ok: str | None
    outcome: str | None
    cables: tuple[CableEntry, ...]
    index: str | None = None

    @property
    def name(self) -> str:
        """The name of the bag."""
        return self.location.name

    @property
    def version(self) -> int:
        """The version, from 1."""
        return self.location.version

    @property
    def form(self) -> Form:
        """Directory, tar, compressed tar or zip."""
        return self.location.form

    @property
    def path(self) -> Path:
        """The folder or archive of the bag."""
        return self.root / self.location.path

    @property
    def label(self) -> str:
        """How people name it: ``07STRELSAU42/v1``."""
        return f"{self.name}/v{self.version}"

    def asked(self, name: str) -> tuple[CableEntry, ...]:
        """Return the cables that a name stands for: all when it is the bag's, else those with that identifier.

        Args:
            name: As :meth:`preserve.archive.vault.Archive.find` takes it, a version at its end left aside.
        """
        plain = name.rpartition("/v")[0] or name
        names = {plain, plain.upper()}
        if self.name in names:
            return self.cables
        return tuple(each for each in self.cables if names & {each.identifier, each.received_identifier})

    def describe_absence(self) -> str | None:
        """Say why the bag is not at its place; ``None`` when something of its form is. No link is followed.

        Raises:
            OSError: It could not be looked at.
        """
        return describe_absence(self.path, self.form)


def describe_absence(path: Path, form: Form) -> str | None:
    """Say what is at a path in place of a bag; ``None`` when something of its form is. No link is followed.

    Raises:
        OSError: It could not be looked at.
    """
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "nothing lies at its place"
    fits = stat.S_ISDIR(mode) if form is Form.DIRECTORY else stat.S_ISREG(mode)
    return None if fits else f"what lies at its place is not a {form.value}"


class Arrival(StrEnum):
    """What became of an incoming bag."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    """A stored version was made of the same source; nothing was written."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOutcome:
    """What became of one incoming bag.

    Attributes:
        arrival: Stored, unchanged or rejected.
        stored: The bag as it now lies in the archive (for unchanged: the version that is already there); ``None``
            when rejected.
        findings: Why it was rejected.
    """

    arrival: Arrival
    stored: StoredBag | None = None
    findings: tuple[Finding, ...] = ()
