"""Bags that lie in the store and are not in the event log: announced before a crash, or put there by other hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from preserve.archive import intent
from preserve.archive.adoption import examine_stray
from preserve.archive.events import LogEvent
from preserve.archive.inventory import MissingBag, UnknownBag
from preserve.archive.layout import Location
from preserve.archive.ledger import Ledger
from preserve.archive.store import Store, StrayEntry
from preserve.bag import Depth, index_path, verify, write_index
from preserve.findings import Finding

__all__ = ["adopt_bags", "complete_announced"]

_ADOPT = 100
"""Bags whose adoption is logged in one step."""


def complete_announced(root: Path, store: Store, ledger: Ledger) -> None:
    """Log the announced bags that have appeared, and clear the announcement; the others never happened.

    Args:
        root: The archive's root.
        store: Where bags lie.
        ledger: The archive's, in step with its log.

    Raises:
        ArchiveError: Something could not be read or written.
    """
    events = intent.read_intent(root)
    if not events:
        return
    known = {(each.name, each.version) for each in ledger.catalogue.find_by_names(event.bag or "" for event in events)}
    missing = [event for event in events if (event.bag, event.version) not in known and _has_appeared(store, event)]
    ledger.append([replace(event, data={**event.data, "completed": True}) for event in missing])
    intent.clear_intent(root)


def _has_appeared(store: Store, event: LogEvent) -> bool:
    location = Location.parse(str(event.data["location"]))
    if not store.has(location):
        return False
    path = store.path(location)
    # It was whole when it was renamed; but power may have failed since, and other hands may have been at work.
    if not verify(path, depth=Depth.FULL, seal=str(event.data["seal"])).valid:
        return False
    if "index" in event.data and not index_path(path).exists():
        write_index(path, store.stages)  # The process was stopped between the tar and its index.
    return True


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
