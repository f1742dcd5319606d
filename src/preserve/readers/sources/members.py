"""One member of an archive of files, and how its name is shown.

Scope: what the readers of the archive formats give. Not in scope: the formats (``zips``, ``tars``, ``seven_zip``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

__all__ = ["HEAD", "MOST_SKIPPED", "NO_FILE", "TOO_MUCH", "ArchiveMember", "pieces"]

HEAD = 128
"""Bytes by which a member shows that it holds the rows of ``cables.csv``."""

_STEP = 256 << 10

MOST_SKIPPED = 8 << 30
"""Bytes of members too large to be pages that are read over, in all, before the rest of an archive is given up."""

NO_FILE = "it is a link, a device or a part of a file, which is not followed"
"""Why a member that is no whole file is not read."""

TOO_MUCH = f"{MOST_SKIPPED >> 30} GiB of it are no pages; what stands behind was not read"
"""Why the rest of an archive is given up."""


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A member, or what is wrong where one should be.

    Attributes:
        name: Its path in the archive, as the archive has it; empty when the trouble is not of one member.
        data: Its bytes; ``None`` when it has trouble, or holds rows.
        trouble: Why it cannot be read.
        rows: The bytes of a file of rows, of any size, in pieces: to be taken before the next member is. Damage is an
            exception of any kind.
    """

    name: str
    data: bytes | None = None
    trouble: str | None = None
    rows: Iterator[bytes] | None = None


def pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Return what is read from a stream, to its end, in pieces of moderate size."""
    return iter(partial(read, _STEP), b"")
