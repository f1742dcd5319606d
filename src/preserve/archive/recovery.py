"""Bags that lie in the store and are not in the event log: announced before a crash, or put there by other hands."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from preserve.archive.adoption import examine_stray
from preserve.archive.events import LogEvent
from preserve.archive.ingestion import Announced, announced_bags
from preserve.archive.inventory import MissingBag, UnknownBag
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
    known = {each.location for each in ledger.catalogue.find_by_names(each.location.name for each in announced)}
    missing = [each for each in announced if each.location not in known and store.has(each.location)]
    found = [_examine_announced(store, each, ledger.now()) for each in missing]
    if events := [each for each in found if isinstance(each, LogEvent)]:
        ledger.append(events)


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
    for difference in differences:
        if isinstance(difference, MissingBag):
            continue  # The catalogue goes on knowing it; an audit says that it is missing.
        if isinstance(difference, StrayEntry):
            findings.append(Finding.of("archive-stray", difference.path, difference.says))
            continue
        result = examine_stray(store.path(difference.location), difference.location, ledger.now())
        if isinstance(result, Finding):
            findings.append(result)
        else:
            events.append(result)
        if len(events) == _ADOPT:
            adopted += len(ledger.append(events))
            events = []
    return adopted + len(ledger.append(events)), tuple(findings)
