"""The inventory: what the catalogue knows compared with what lies in the store, in one pass and flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from preserve.archive.layout import Location
from preserve.archive.model import StoredBag
from preserve.archive.store import StrayEntry

__all__ = ["MissingBag", "UnknownBag", "take_inventory"]


@dataclass(frozen=True, slots=True)
class MissingBag:
    """A bag of the catalogue that does not lie at its place."""

    stored: StoredBag


@dataclass(frozen=True, slots=True)
class UnknownBag:
    """A bag at a place of the archive that the catalogue does not know."""

    location: Location


def take_inventory(
    known: Iterable[StoredBag], present: Iterable[Location | StrayEntry]
) -> Iterator[MissingBag | UnknownBag | StrayEntry]:
    """Yield every difference between two sorted streams; no bag is opened.

    Args:
        known: The bags of the catalogue, sorted by location.
        present: What lies in the store, its locations sorted.
    """
    expected = iter(known)
    stored = next(expected, None)
    for thing in present:
        if isinstance(thing, StrayEntry):
            yield thing
            continue
        while stored is not None and stored.location < thing:
            yield MissingBag(stored)
            stored = next(expected, None)
        if stored is not None and stored.location == thing:
            stored = next(expected, None)
        else:
            yield UnknownBag(thing)
    if stored is not None:
        yield MissingBag(stored)
    yield from (MissingBag(each) for each in expected)
