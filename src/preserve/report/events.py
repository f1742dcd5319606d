"""The life of bags in words and as JSON lines: what ``preserve events`` says.

Scope: pure functions. Not in scope: PREMIS, which is a document of its own, and printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preserve.access import BagEvent
    from preserve.archive import StoredBag

__all__ = ["line", "text"]


def line(event: BagEvent) -> dict[str, object]:
    """Return the line of ``events --json`` for one event."""
    told = event.told
    return {
        "bag": event.stored.name,
        "version": event.stored.version,
        "event": told.identifier,
        "recorded": _recorded(event),
        "type": told.type,
        "time": told.at,
        "outcome": _outcome(event),
        "details": list(told.details),
        "notes": list(told.notes),
        "agents": list(told.agents),
        "objects": list(told.objects),
    }


def text(bags: Sequence[StoredBag], events: Iterable[BagEvent]) -> Iterator[str]:
    """Give for each bag its name, then its events: when, where that is recorded, what, and what there is to add."""
    of: dict[str, list[BagEvent]] = {stored.label: [] for stored in bags}
    for event in events:
        of[event.stored.label].append(event)
    for label, its in of.items():
        yield label
        for event in its:
            told = event.told
            alone = told.details if len(told.details) == 1 else ()
            yield f"  {told.at}  {_recorded(event)}  {told.type} ({_outcome(event)})" + "".join(
                f": {it}" for it in alone
            )
            yield from (f"    {each}" for each in (*(() if alone else told.details), *told.notes))


def _recorded(event: BagEvent) -> str:
    return "log" if event.logged else "bag"


def _outcome(event: BagEvent) -> str:
    return ", ".join(event.told.outcomes) or "not stated"
