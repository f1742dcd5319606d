"""The container of a bag: somewhere that its files lie, listed and read without unpacking and without leaving the bag.

``folder``, ``tar``, ``tar_stream`` and ``zip`` each have a class that meets the protocol :class:`Container`. An object
store needs one more class, its line in ``opening``, and nothing elsewhere.

A container lists once. Only what it listed is ever opened, so no path that somebody wrote into a tag file reaches the
file system.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from preserve.bag.containers.entry import Entry
from preserve.bag.limits import Limits
from preserve.bag.model import Form
from preserve.findings import Finding

__all__ = ["ANYWHERE", "Container", "Listing"]

ANYWHERE = ""
"""Stands among the folders that could not be listed when not even the base directory was listed to its end."""


class Listing(NamedTuple):
    """All that a container holds.

    Attributes:
        name: The name of the bag's base directory.
        entries: Every entry by path.
        findings: What is wrong with the container itself.
        unread: Folders that could not be listed, so that nobody knows what lies below them. :data:`ANYWHERE` is among
            them when the listing ended too early.
    """

    name: str
    entries: Mapping[str, Entry]
    findings: tuple[Finding, ...]
    unread: Collection[str] = ()


class Container(Protocol):
    """Somewhere that the files of one bag lie."""

    @property
    def form(self) -> Form:
        """Directory, tar, compressed tar or zip."""

    @property
    def limits(self) -> Limits:
        """How much of the bag is read and kept."""

    @property
    def media_types(self) -> frozenset[str]:
        """The media types of its form, any of which a profile may accept; empty for a folder."""

    @property
    def random_access(self) -> bool:
        """Whether files can be read in any order, several at once."""

    def listing(self) -> Listing:
        """List everything, in one pass.

        Raises:
            BagError: The container itself could not be read.
        """

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the bytes of files of the listing, each file once, in whatever order suits the container.

        Only the iterator of a file's bytes raises OSError: the file could not be read, or is no longer what was
        listed. An iterator is good until the next file is asked for.
        """

    def digests_of(self, entry: Entry) -> Mapping[str, str] | None:
        """Return the digests of a file by algorithm where listing was the one chance to read it, else ``None``."""

    def close(self) -> None:
        """Let go of what it holds open."""
