"""One member of an archive of files, and whether it is a page or a file of rows.

The modules of the archive formats (``zips``, ``tars``, ``seven_zip``) give members; ``archives`` makes sources of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from preserve.readers.csv import begins_row
from preserve.readers.source_bytes import LARGEST_SOURCE, too_large

__all__ = [
    "HEAD",
    "LARGEST_TABLE",
    "MOST_MEMBERS",
    "MOST_SKIPPED",
    "NO_FILE",
    "TOO_LARGE",
    "TOO_MANY",
    "TOO_MUCH",
    "ArchiveMember",
    "are_too_many",
    "read_member",
]

HEAD = 128
"""Bytes by which a member shows that it holds the rows of ``cables.csv``."""

MOST_SKIPPED = 8 << 30
"""Bytes of members too large to be pages that are passed over, in all, before the rest of an archive is given up."""

LARGEST_TABLE = 64 << 20
"""Bytes of the largest table of contents that is read; that of all 251,287 cables in a zip has 25 MiB."""

MOST_MEMBERS = 400_000
"""Members of an archive with a table of contents that are read, more than the 251,287 cables: all are held at once."""

NO_FILE = "it is a link, a device or a part of a file, which is not followed"
"""Why a member that is no whole file is not read."""

TOO_LARGE = "it becomes so many times its size that what follows is not read; unpack it yourself"
"""Why the rest of an archive is given up that becomes far larger than any text does."""

TOO_MANY = "it has so many members for its size that what follows is not read; unpack it yourself"
"""Why the rest of an archive is given up whose members are next to nothing each."""

_FREE_MEMBERS = 100_000
_LEAST_MEMBER = 32
"""Of more members than that, packed bytes that each has at least: 75 KB can hold a million empty ones."""

TOO_MUCH = f"{MOST_SKIPPED >> 30} GiB of it are no pages, and what follows them is not read"
"""Why the rest of an archive is given up."""


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A member, or what is wrong where one should be.

    Attributes:
        name: Its path in the archive, as the archive has it; empty when the trouble is of the archive as a whole.
        data: Its bytes; ``None`` when it has trouble, or holds rows.
        trouble: Why it cannot be read.
        rows: The bytes of a file of rows, of any size, in pieces. They must be taken before the next member is asked
            for. Damage in them is an exception of any kind.
    """

    name: str
    data: bytes | None = None
    trouble: str | None = None
    rows: Iterator[bytes] | None = None


def are_too_many(members: int, packed: int) -> bool:
    """Return whether so many members come of so few packed bytes that nobody can have made them but to do harm."""
    return members > _FREE_MEMBERS and members * _LEAST_MEMBER > packed


def read_member(name: str, chunks: Iterator[bytes], size: int | None = None) -> ArchiveMember:
    """Return what a member is, by its bytes: a file of rows, a page, or something larger than any page.

    Only a page is read to its end. Whatever reading raises is passed on.

    Args:
        name: Its path in the archive.
        chunks: Its bytes, in pieces of any size but none.
        size: How many bytes it should have, where the archive says that.
    """
    head = b""
    while len(head) < HEAD and (chunk := next(chunks, b"")):
        head += chunk
    if begins_row(head):
        return ArchiveMember(name, rows=chain([head], chunks))
    if size is not None and size > LARGEST_SOURCE:
        return ArchiveMember(name, trouble=too_large(size))
    parts, read = [head], len(head)
    for chunk in chunks:
        parts.append(chunk)
        read += len(chunk)
        # The size that an archive says may be a lie, or missing.
        if read > LARGEST_SOURCE:
            return ArchiveMember(name, trouble=too_large())
    return ArchiveMember(name, b"".join(parts))
