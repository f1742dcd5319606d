"""Where the files of a bag lie, looked at without unpacking and without leaving the bag.

Scope: the protocol that ``folder`` and ``tarball`` meet. Not in scope: what the files mean (``look``). A compressed
tar, a zip or an object store needs one more class, its line in ``opening``, and nothing elsewhere.

A container lists once; only what it listed is ever opened, so no path that somebody wrote into a tag file reaches the
file system.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple, Protocol

from preserve.bag.model import Form
from preserve.findings import Finding

__all__ = ["MAX_ENTRIES", "Container", "Entry", "Kind", "Listing", "shown"]

MAX_ENTRIES = 1_000_000
"""Files and folders that we list in one bag; more give the finding ``limit-exceeded``."""


class Kind(Enum):
    """What an entry is; only a file is ever opened."""

    FILE = auto()
    FOLDER = auto()
    LINK = auto()
    SPECIAL = auto()


class Entry(NamedTuple):
    """One thing in a container.

    Attributes:
        path: Its path in the bag, ``/`` between the parts; octets that are not UTF-8 as lone surrogates.
        kind: File, folder, link or special file.
        size: Its octets, when it is a file.
        place: What finds it again: an offset in a tar, the inode on a disk.
        volume: The device of that inode.
    """

    path: str
    kind: Kind
    size: int
    place: int
    volume: int = 0


class Listing(NamedTuple):
    """All that a container holds.

    Attributes:
        name: The name of the bag's base directory.
        entries: Every entry by path.
        findings: What is wrong with the container itself.
        unread: Folders that could not be listed: what lies below them is not known.
    """

    name: str
    entries: Mapping[str, Entry]
    findings: tuple[Finding, ...]
    unread: tuple[str, ...] = ()


class Container(Protocol):
    """Somewhere that the files of one bag lie."""

    @property
    def form(self) -> Form:
        """Directory or tar."""

    def listing(self) -> Listing:
        """List everything, in one pass.

        Raises:
            BagError: The container itself could not be read.
        """

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of files of the listing, each once, in whatever order suits the container.

        Only the iterator of a file's octets raises OSError: the file could not be read, or is no longer what was
        listed. An iterator is good until the next file is asked for.
        """

    def close(self) -> None:
        """Let go of what it holds open."""


def shown(path: str) -> str:
    r"""Return a path as it can be printed and encoded: octets that are not UTF-8 as ``\xff``."""
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
