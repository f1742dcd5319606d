"""Bags that lie in the store and are not in the event log: announced before a crash, or put there by other hands."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from preserve.archive.adoption import examine_stray
from preserve.archive.events import LogEvent
from preserve.archive.ingestion import Announced, announced_bags
from preserve.archive.inventory import MissingBag, UnknownBag
from preserve.archive.layout import Location
from preserve.archive.ledger import Ledger
from preserve.archive.model import describe_absence
from preserve.archive.store import Store, StrayEntry
from preserve.bag import index_path, write_index
from preserve.errors import BagError
from preserve.findings import Finding

__all__ = ["adopt_bags", "complete_announced"]

_ADOPT = 100
"""Bags whose adoption is logged in one step."""


def complete_announced(store: Store, ledger: Ledger) -> None:
    """Log the announced bags that have appeared; the others never happened.

    A bag is logged for what it is, verified in full, and not for what was announced of it.

    Args:
        store: Where bags lie.
        ledger: The archive's, in step with its log.

    Raises:
        ArchiveError: Something could not be read or written.
    """
    announcement = ledger.last_announcement()
    if announcement is None:
        return
    announced = list(announced_bags(announcement))
    known = _known_of(ledger, (each.location.name for each in announced))
    events = []
    for each in announced:
        if known.refuse(each.location) is not None or not store.has(each.location):
            continue
        result = _examine_announced(store, each, ledger.now())
        if isinstance(result, LogEvent):
            events.append(result)
            known.add(each.location)
    if events:
        ledger.append(events)


class _Known:
    """The bags of some names that have come in. A bag is known by its name and version alone, wherever it lies."""

    def __init__(self) -> None:
        self._places: dict[str, dict[int, Location]] = {}

    def add(self, place: Location) -> None:
        """Add a bag."""
        self._places.setdefault(place.name.lower(), {})[place.version] = place

    def refuse(self, place: Location) -> Finding | None:
        """Return why a bag cannot come in too; ``None`` if it can."""
        versions = self._places.get(place.name.lower(), {})
        clash = next((each.name for each in versions.values() if each.name != place.name), None)
        if clash is not None:
            says = f"the archive has a bag {clash}, which differs in letter case only; this one was not taken in"
            return Finding.of("bag-name-clash", place.path, says)
        if place.version not in versions:
            return None
        there = versions[place.version].path
        says = f"the archive has {place.name}/v{place.version} already, at {there}; this one was not taken in"
        return Finding.of("bag-unknown", place.path, says)


def _known_of(ledger: Ledger, names: Iterable[str]) -> _Known:
    known = _Known()
    for stored in ledger.catalogue.find_by_names(names):
        known.add(stored.location)
    return known


def _examine_announced(store: Store, announced: Announced, at: str) -> LogEvent | Finding:
    path = store.path(announced.location)
    # The root is the parent of the first part of a location. A link on the way leads out of the archive.
    absent = describe_absence(path.parents[announced.location.path.count("/")], announced.location)
    if absent is not None:
        return Finding.of("bag-unknown", announced.location.path, absent)
    if announced.index is not None and not os.path.lexists(index_path(path)):
        with suppress(BagError):
            write_index(path, store.stages)  # The process was stopped between the tar and its index.
    return examine_stray(path, announced.location, at, seal=announced.seal)


def adopt_bags(
    differences: Iterable[MissingBag | UnknownBag | StrayEntry], store: Store, ledger: Ledger
) -> tuple[int, tuple[Finding, ...]]:
    """Take the bags that the catalogue does not know into the log and the catalogue, if they are valid.

    Args:
        differences: What :func:`preserve.archive.inventory.take_inventory` found.
        store: Where bags lie.
        ledger: The archive's, in step with its log.

    Returns:
        How many were taken in, and what could not be.

    Raises:
        ArchiveError: Something could not be read or written.
    """
    adopted, findings, events = 0, list[Finding](), list[LogEvent]()
    pending: list[Location] = []
    for difference in differences:
        if isinstance(difference, MissingBag):
            continue  # The catalogue goes on knowing it; an audit says that it is missing.
        if isinstance(difference, StrayEntry):
            findings.append(Finding.of("archive-stray", difference.path, difference.says))
            continue
        location = difference.location
        known = _known_of(ledger, [location.name])
        for each in pending:
            known.add(each)
        result = known.refuse(location) or examine_stray(store.path(location), location, ledger.now())
        if isinstance(result, Finding):
            findings.append(result)
        else:
            events.append(result)
            pending.append(location)
        if len(events) == _ADOPT:
            adopted += len(ledger.append(events))
            events, pending = [], []
    return adopted + len(ledger.append(events)), tuple(findings)
