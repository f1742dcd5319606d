"""The layout of an archive on the disk: the names of its parts, and where a bag lies.

This is ``archive/README.md``, the specification of the format, as constants and pure functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from preserve.bag import Form, is_bag_name
from preserve.errors import ArchiveError

__all__ = [
    "ABOUT",
    "BAGS",
    "CATALOGUE",
    "CHECKPOINT",
    "DISTRUSTED",
    "EVENTS",
    "INTENT",
    "LOCK",
    "MARKER",
    "MARKER_PREFIX",
    "MARKER_TEXT",
    "NEW_CHECKPOINT",
    "NOWHERE",
    "README",
    "SCHEMAS",
    "SEVERAL",
    "UNDATED",
    "VERSION",
    "About",
    "Location",
    "shelf_post",
    "shelf_year",
    "timestamp",
]

VERSION = "1.0"
MARKER_PREFIX = "0=preserve_archive_"
"""How the name of the marker begins in an archive of any version of the layout."""
MARKER = f"{MARKER_PREFIX}{VERSION}"
"""The file that says what the folder is (Namaste: a directory's type in the name of a file)."""
MARKER_TEXT = f"preserve_archive_{VERSION}\n".encode()
ABOUT = "archive.json"
README = "README.md"
BAGS = "bags"
EVENTS = "events"
SCHEMAS = "schemas"
CATALOGUE = "catalogue.sqlite"
LOCK = ".writing"
"""Locked (``flock``) by the process that writes; its text says which one that is."""
CHECKPOINT = ".checked.json"
"""The line of the event log up to which its chain was checked."""
DISTRUSTED = ".check-log"
"""There while a broken log was found and not yet mended: the next writer checks the log from its first line."""
NEW_CHECKPOINT = f"{CHECKPOINT}.new"
"""The next checkpoint, until it is renamed."""
INTENT = ".intent.json"
"""Announced bags in archives of preserve 0.1.0; now the event log does, and what lies here is never read."""

NOWHERE = "_"
"""The shelf of bags whose post is not known."""
SEVERAL = "_several"
"""The shelf of bags that hold cables of several posts."""
UNDATED = "0000"
"""The shelf of bags whose year is not known, or which span years."""

_VERSION_FOLDER = re.compile(r"v([1-9][0-9]{0,8})(|\.tar|\.tar\.zst|\.zip)")
_POST = re.compile(r"[A-Z0-9][A-Z0-9-]{0,63}|_|_several")
_YEAR = re.compile(r"[0-9]{4}")


def timestamp(moment: datetime) -> str:
    """Return a time as the archive writes it: UTC, whole seconds, as ``2026-01-31T09:30:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class About:
    """What ``archive.json`` says.

    Attributes:
        created: When the archive was made, as :func:`timestamp` writes it.
        version: The version of the layout.
    """

    created: str
    version: str = VERSION

    def encode(self) -> bytes:
        """Return the bytes of ``archive.json``."""
        fields = {
            "layout": "preserve_archive",
            "version": self.version,
            "digest_algorithm": "sha256",
            "created": self.created,
        }
        return (json.dumps(fields, indent=2) + "\n").encode()

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read the bytes of ``archive.json``.

        Raises:
            ArchiveError: They are not JSON, not of this layout, or of a version that this program does not know.
        """
        try:
            fields = json.loads(data)
            layout, version, created = (fields[key] for key in ("layout", "version", "created"))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ArchiveError(
                f"{where} does not describe an archive: {error}", hint="Restore it from a copy of the archive."
            ) from error
        if layout != "preserve_archive" or not isinstance(version, str) or not isinstance(created, str):
            raise ArchiveError(
                f"{where} describes another layout: {layout!r}", hint="Name an archive that preserve made."
            )
        if version != VERSION:
            raise ArchiveError(
                f"{where} says layout version {version}; this program knows {VERSION}",
                hint="Use the version of preserve that made the archive, or a newer one.",
            )
        return cls(created, version)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """The place of one version of a bag, below the archive's root.

    Attributes:
        post: The shelf: a post, :data:`NOWHERE` or :data:`SEVERAL`.
        year: Four digits, perhaps :data:`UNDATED`.
        name: The name of the bag.
        version: The version, from 1.
        form: Directory, tar, compressed tar or zip.

    Raises:
        ValueError: A part is not one that the layout allows.
    """

    post: str
    year: str
    name: str
    version: int
    form: Form

    def __post_init__(self) -> None:
        fits = _POST.fullmatch(self.post) and _YEAR.fullmatch(self.year) and is_bag_name(self.name)
        if not fits or not 1 <= self.version < 1_000_000_000:
            raise ValueError(f"not a place of an archive: {self.post}/{self.year}/{self.name}/v{self.version}")

    @property
    def path(self) -> str:
        """The path below the root, with ``/`` between its parts: ``bags/STRELSAU/2007/07STRELSAU42/v1``."""
        return f"{BAGS}/{self.post}/{self.year}/{self.name}/v{self.version}{self.form.suffix}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read a path below the root.

        Raises:
            ValueError: It is not one that the layout allows.
        """
        parts = path.split("/")
        match = _VERSION_FOLDER.fullmatch(parts[-1])
        if len(parts) != 5 or parts[0] != BAGS or match is None:
            raise ValueError(f"not a place of an archive: {path!r}")
        form = next(form for form in Form if form.suffix == match[2])
        return cls(parts[1], parts[2], parts[3], int(match[1]), form)


def shelf_post(posts: Iterable[str | None]) -> str:
    """Return the shelf for a bag whose cables come from these posts.

    A post is what a source says that it is: its name becomes that of a folder only in the portable alphabet.
    """
    named = {re.sub(r"[^A-Z0-9]+", "-", post.upper()).strip("-")[:64] for post in posts if post}
    named.discard("")
    if len(named) > 1:
        return SEVERAL
    return named.pop() if named else NOWHERE


def shelf_year(dates: Iterable[str | None]) -> str:
    """Return the year for a bag whose cables have these dates: ISO 8601, the year first."""
    years = {date[:4] for date in dates if date and _YEAR.fullmatch(date[:4])}
    return years.pop() if len(years) == 1 else UNDATED
