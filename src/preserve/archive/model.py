"""The values of the archive room: a bag that comes in, a stored bag, and what became of a bag that came in."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from preserve.archive.cable_entry import CableEntry
from preserve.archive.layout import Location, shelf_post, shelf_year
from preserve.bag import Form, WrittenBag
from preserve.errors import ArchiveError
from preserve.findings import Finding

__all__ = ["Arrival", "Incoming", "StoreOutcome", "StoredBag", "UnknownBagError", "describe_absence", "source_key"]


class UnknownBagError(ArchiveError):
    """The archive has no bag, no version of one, or no cable, of that name."""


def source_key(cables: tuple[CableEntry, ...]) -> str:
    """Return the key by which equal contents of bags are recognised.

    It is the SHA-256 of the one source; for several cables that of the sorted list of these.
    """
    digests = sorted(cable.source_sha256 for cable in cables)
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A staged bag that is to be stored, and what the catalogue will say of it.

    Attributes:
        staged: The whole bag, in a stage below :attr:`preserve.archive.store.Store.stages`.
        cables: One entry for each cable in it.
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
        """Return the place of this bag when it is stored as a version."""
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
            at: Now, as :func:`preserve.archive.layout.timestamp` writes it.
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
        files: The number of its payload files.
        bytes: The bytes of its payload.
        size: The bytes of all its files, tag files too; of an archive its own size.
        profiles: The BagIt profiles that it claims.
        created: When it was stored, as ``2026-01-31T09:30:00Z``; so are the next three.
        last_seen: When it was last seen to be there.
        last_checked: When its fixity was last checked; ``None`` for never.
        last_ok: When it last passed.
        outcome: How the last check ended: ``pass``, ``fail`` or ``unknown``.
        cables: One entry for each cable in it.
        index: The SHA-256 of its member index (:mod:`preserve.bag.reading.member_index`); ``None`` when it has none.
        seq: The number of the line of its ingestion in the event log; 0 while it has none.
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
    # Not compared: a bag is the same before its event is logged and after.
    seq: int = field(default=0, compare=False)

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
        """The name that people use, with the version: ``07STRELSAU42/v1``."""
        return f"{self.name}/v{self.version}"

    def asked(self, name: str) -> tuple[CableEntry, ...]:
        """Return the cables that a name stands for: all if it is the bag's name, else those with that identifier.

        Args:
            name: As :meth:`preserve.archive.vault.Archive.find` takes it, a version at its end left aside.
        """
        plain = name.rpartition("/v")[0] or name
        names = {plain, plain.upper()}
        if self.name in names:
            return self.cables
        return tuple(each for each in self.cables if names & {each.identifier, each.received_identifier})

    def describe_absence(self) -> str | None:
        """Say why the bag is not at its place; ``None`` when something of its form is there. No link is followed.

        Raises:
            OSError: The place could not be looked at.
        """
        return describe_absence(self.root, self.location)


def describe_absence(root: Path, location: Location) -> str | None:
    """Say why no bag is at its place; ``None`` when something of its form is. No link is followed.

    Args:
        root: The archive's root.
        location: The place of the bag.

    Raises:
        OSError: The place could not be looked at.
    """
    path = root
    try:
        # Where a link lies, nothing of ours is read: it may lead out of the archive. The root itself may be one.
        for folder in location.path.split("/")[:-1]:
            path = path / folder
            if not stat.S_ISDIR(path.lstat().st_mode):
                return f"{path.relative_to(root).as_posix()} is no folder"
        mode = (root / location.path).lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "nothing lies at its place"
    fits = stat.S_ISDIR(mode) if location.form is Form.DIRECTORY else stat.S_ISREG(mode)
    return None if fits else f"what lies at its place is not a {location.form.value}"


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
        stored: The bag as it now lies in the archive: the new version, or the one that was there already; ``None``
            when it was rejected.
        findings: Why it was rejected.
    """

    arrival: Arrival
    stored: StoredBag | None = None
    findings: tuple[Finding, ...] = ()
