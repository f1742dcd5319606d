"""What the archive asks of the place where bags lie.

``filesystem`` is the first implementation; an object store can be another. One contract suite
(``tests/protocols/store.py``) runs for each.
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
        path: Its path below the root.
        says: Why it is no bag of the archive, in words.
    """

    path: str
    says: str


class Store(Protocol):
    """Keeps bags, each at the :class:`preserve.archive.layout.Location` that the archive gives it.

    A store adds bags. It never changes, replaces or removes one. It keeps nothing but bags: the event log and the
    catalogue are not its concern. One process calls :meth:`publish` at a time, the holder of the writer's lock; the
    other methods may be called by any process at any time. They raise nothing but
    :class:`preserve.errors.ArchiveError`.
    """

    @property
    def stages(self) -> Path:
        """An existing local folder, in which the caller stages bags before it publishes them.

        It is where :meth:`publish` can take them from at no cost: for a store in a file system, a folder of that.
        """

    def publish(self, staged: Sequence[tuple[WrittenBag, Location]]) -> None:
        """Let staged bags appear at their places, and return when all of them survive a loss of power.

        Each appears whole, in one step: a reader sees all of it or nothing, whatever happens on the way. If the bag
        has a member index, this appears beside it, after it. If one place is taken, none of them appears. After
        another error some may have appeared and others not; none is taken back, as the archive completes them.

        Args:
            staged: Bags in a stage below :attr:`stages`, verified there by the caller, each with the place where it
                is to appear. The store makes sure that each is still whole: its counts, at the least.

        Raises:
            ArchiveError: A place is taken, a staged bag is not what was written, or the store could not be written.
        """

    def has(self, location: Location) -> bool:
        """Tell whether a place is taken, by a bag or by anything else; no other form or version of the bag counts."""

    def path(self, location: Location) -> Path:
        """Return a local path from which a bag can be read in its form; nothing need be there."""

    def walk(self) -> Iterator[Location | StrayEntry]:
        """Yield the location of every bag, and what else lies among them.

        Locations come sorted (``Location`` knows their order), whatever the order of arrival; stray entries may come
        anywhere between them. A member index beside its bag is no stray. Memory stays flat, no bag is opened, and no
        link is followed.

        Raises:
            ArchiveError: The store could not be read.
        """
