"""The whole life of stored bags: the history that each holds inside, and what the archive's event log adds.

Scope: reading the PREMIS out of bags, each file against its manifests, and the events of the log beside it, told as
one PREMIS document. Not in scope: checking the rest of a bag (``audit`` does), and writing anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from preserve.archive import Archive, CableEntry, LoggedEvent, StoredBag
from preserve.bag import open_trusted, printable
from preserve.errors import ArchiveError, BagError
from preserve.package import portable_name
from preserve.provenance import (
    Agent,
    AgentType,
    FileRole,
    KeptBag,
    LaterEvent,
    PremisEvent,
    combine_premis,
    premis_events,
    uuid_of,
)

__all__ = ["PREMIS_LIMIT", "BagEvent", "Lifetime", "trace_lifetime"]

PREMIS_LIMIT: Final = 16 << 20
"""Bytes of one PREMIS document that are read; those that we write have some thousands."""

_DOCUMENTS: Final = FileRole.PREMIS.folder
_FACTS: Final = ("seal", "depth", "files", "bytes", "target", "state", "level", "place", "found")
"""What of the data of a logged event is noted, in this order, where it is there and not nothing."""
_MOST_FINDINGS: Final = 20


@dataclass(frozen=True, slots=True)
class BagEvent:
    """One event of the life of a bag.

    Attributes:
        stored: The bag.
        told: The event.
        logged: Whether the event log of the archive has it; otherwise the bag itself does.
    """

    stored: StoredBag
    told: PremisEvent
    logged: bool


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The life of some bags.

    Attributes:
        premis: All of it as one PREMIS document.
        events: Its events, in the order of their times.
        silent: The bags that have no PREMIS inside.
    """

    premis: bytes
    events: tuple[BagEvent, ...]
    silent: tuple[StoredBag, ...]


def trace_lifetime(archive: Archive, bags: Sequence[StoredBag], name: str | None = None) -> Lifetime:
    """Tell the life of some bags of an archive; nothing is written.

    Args:
        archive: Where they are stored.
        bags: At least one.
        name: What was asked for: of a bag of many cables, only those of that name are told. ``None`` for all.

    Raises:
        ArchiveError: A bag is not at its place or could not be read, or the log could not.
        BagError: The PREMIS in a bag is not what its manifests say, or the bag is not what it was when it was stored.
        RecordError: The PREMIS in a bag is not valid.
    """
    kept = [
        _kept(stored, stored.cables if name is None else stored.asked(name), archive.events(stored)) for stored in bags
    ]
    premis = combine_premis(kept)
    by_label = {stored.label: stored for stored in bags}
    logged = {event.identifier for bag in kept for event in bag.later}
    return Lifetime(
        premis,
        tuple(
            BagEvent(by_label[told.bag], told, told.identifier in logged)
            for told in premis_events(premis)
            if told.bag is not None
        ),
        tuple(by_label[bag.label] for bag in kept if not bag.documents),
    )


def _kept(stored: StoredBag, cables: Sequence[CableEntry], events: Iterable[LoggedEvent]) -> KeptBag:
    only = None if len(cables) == len(stored.cables) else {portable_name(cable.identifier) for cable in cables}
    return KeptBag(
        label=stored.label,
        cables=tuple(cable.identifier for cable in cables),
        documents=tuple(_documents(stored, only)),
        later=tuple(_later(event) for event in events),
    )


def _documents(stored: StoredBag, only: Collection[str] | None) -> Iterator[bytes]:
    """Give the PREMIS documents of a bag, sorted by path, each as the seal of the bag vouches for it."""
    try:
        absent = stored.describe_absence()
    except OSError as error:
        absent = error.strerror or str(error)
    if absent:
        raise ArchiveError(f"{stored.label} is not at {stored.path}: {absent}", hint=_hint(stored))
    with open_trusted(stored.path, label=stored.label, seal=stored.seal, hint=_hint(stored)) as held:
        missing = [path for path in held.bag.claims.missing if _is_document(path, only)]
        if missing:
            raise BagError(f"{printable(missing[0])} of {stored.label} is missing", hint=_hint(stored))
        wanted = sorted(path for path in held.payload if _is_document(path, only))
        read = held.read(wanted, limit=PREMIS_LIMIT)
    yield from (read[path] for path in wanted)


def _hint(stored: StoredBag) -> str:
    return f"Run: preserve audit {stored.label}. Restore the bag from a copy of the archive if it is damaged."


def _is_document(path: str, only: Collection[str] | None) -> bool:
    name = path.removeprefix(_DOCUMENTS).removesuffix(".xml")
    return path == f"{_DOCUMENTS}{name}.xml" and (only is None or name in only)


# The event log.


def _later(logged: LoggedEvent) -> LaterEvent:
    event = logged.event
    name, _, version = logged.agent.rpartition(" ")
    return LaterEvent(
        identifier=logged.identifier,
        type=event.type,
        at=event.at,
        detail=event.detail,
        outcome=event.outcome.value,
        notes=tuple(_notes(event.data)),
        agent=_agent(name, version),
    )


def _agent(name: str, version: str) -> Agent:
    # A line of the log has no versions of parts, so this is not known to be the agent that made a bag.
    note = "As the event log of the archive names it."
    identifier = uuid_of("software", name, version)
    return Agent(identifier=identifier, name=name, type=AgentType.SOFTWARE, version=version, notes=(note,))


def _notes(data: Mapping[str, object]) -> Iterator[str]:
    """Tell what the log keeps for programs: the facts in one sentence, then the first findings."""
    receipt = data.get("receipt")
    facts = {**data, **(receipt if isinstance(receipt, dict) else {})}
    stated = "; ".join(f"{name}: {facts[name]}" for name in _FACTS if facts.get(name))
    if stated:
        yield f"{stated}."
    findings = data.get("findings")
    for finding in (findings if isinstance(findings, list) else [])[:_MOST_FINDINGS]:
        if isinstance(finding, dict):
            yield ": ".join(str(finding[name]) for name in ("code", "where", "message") if finding.get(name))
