"""What the archive asks of the place where bags lie.

Scope: the protocol. ``filesystem`` is the first implementation; an object store can be another. One contract suite
(``tests/protocols/store.py``) runs for each. Not in scope: the catalogue and the event log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from preserve.archive.layout import Location
from preserve.bag import WrittenBag

__all__ = ["Store", "StrayEntry"]


@dataclass(frozen=True, slots=True)
class StrayEntry:
    """Something among the bags that is at no place of the layout.

    Attributes:
        path: Where, below the root.
        says: Why it is no bag of the archive, in words.
    """

    path: str
    says: str


class Store(Protocol):
    """Keeps bags; never changes or replaces one."""

    @property
    def stages(self) -> Path:
        """The folder in which bags that come in are staged: on the file system from which they can be published."""

    def publish(self, staged: Sequence[tuple[WrittenBag, Location]]) -> None:
        """Let staged bags appear at their places, each whole, all on the disk when this returns.

        After an error, or a crash at any moment, each place holds the whole bag or nothing.

        Raises:
            ArchiveError: A place is taken, or the store could not be written.
        """

    def has(self, location: Location) -> bool:
        """Tell whether something lies at a place."""

    def path(self, location: Location) -> Path:
        """Return where a bag can be read, whether or not it is there."""

    def walk(self) -> Iterator[Location | StrayEntry]:
        """Yield every bag, sorted by location, and what is no bag among them; memory stays flat, no link is followed.

        Raises:
            ArchiveError: The store could not be read.
        """
