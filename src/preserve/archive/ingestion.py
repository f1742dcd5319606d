"""The ingestion events: what the log says of bags that are to come in and have come in, and what is read back from it.

Both directions are here, because the catalogue is a fold of the log: what one writes, the other must read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from preserve.archive.cable_entry import CableEntry
from preserve.archive.events import LogEvent, LoggedEvent, as_text, is_digest
from preserve.archive.layout import Location
from preserve.archive.model import Incoming, StoredBag, source_key
from preserve.bag import BagReport
from preserve.errors import ArchiveError
from preserve.provenance import EventType

__all__ = ["Announced", "announced_bags", "announcement", "found_event", "ingestion_event", "stored_bag"]


def ingestion_event(incoming: Incoming, location: Location, at: str) -> LogEvent:
    """Return the event of a bag that comes in."""
    staged = incoming.staged
    counts = {"files": staged.files, "bytes": staged.bytes, "size": staged.size}
    data = _data(location, staged.seal, counts, incoming.profiles, incoming.cables, staged.index_sha256)
    return _event(location, at, _stored_as(location.path), data)


def _stored_as(path: str) -> str:
    return f"Stored as {path}."


def announcement(placed: Iterable[tuple[Incoming, Location]], at: str) -> LogEvent:
    """Return the event that says which bags are about to appear; it comes into the log before them.

    Args:
        placed: The bags and their places, at least one.
        at: Now, as events have it.
    """
    bags = [
        {"location": location.path, "seal": incoming.staged.seal}
        | ({} if incoming.staged.index_sha256 is None else {"index": incoming.staged.index_sha256})
        for incoming, location in placed
    ]
    says = f'Announced, to be logged once it has appeared: "{_stored_as(str(bags[0]["location"]))}"'
    others = f", and {len(bags) - 1} more" if len(bags) > 1 else ""
    return LogEvent(type=EventType.INGESTION_START.label, at=at, detail=says + others, data={"bags": bags})


@dataclass(frozen=True, slots=True)
class Announced:
    """A bag that was about to appear.

    Attributes:
        location: Its place.
        seal: The SHA-256 of its tag manifest.
        index: The SHA-256 of its member index; ``None`` if it has none.
    """

    location: Location
    seal: str
    index: str | None


def announced_bags(logged: LoggedEvent) -> Iterator[Announced]:
    """Yield the bags that an event announces; what does not describe one is passed over."""
    bags = logged.event.data.get("bags")
    for each in bags if isinstance(bags, list) else ():
        try:
            place, index = Location.parse(as_text(each["location"])[:_LONGEST]), each.get("index")
            yield Announced(place, _digest(each["seal"]), None if index is None else _digest(index))
        except (KeyError, TypeError, AttributeError, ValueError):
            continue


def found_event(
    location: Location,
    report: BagReport,
    size: int,
    cables: tuple[CableEntry, ...],
    at: str,
    *,
    index: str | None = None,
    announced: bool = False,
) -> LogEvent:
    """Return the event of a bag that was found, valid, at a place of the archive without an event in the log.

    Everything in it is read from the bag itself.

    Args:
        location: Its place.
        report: What its full verification found.
        size: The bytes of all its files; of an archive its own size.
        cables: One entry for each cable in it.
        at: Now, as events have it.
        index: The SHA-256 of its member index, if it has one that agrees with it.
        announced: Whether a writer that was stopped had announced it, with this seal.
    """
    profiles = tuple(value for label, value in report.info if label.lower() == "bagit-profile-identifier")
    counts = {"files": report.files, "bytes": report.bytes, "size": size}
    mark = {"completed": True} if announced else {"found": True}
    says = (
        f"{_stored_as(location.path)} Its writer was stopped; the next one verified it in full and logged it."
        if announced
        else f"Found at {location.path} without an event; verified in full and taken in as it was found."
    )
    return _event(location, at, says, _data(location, report.seal or "", counts, profiles, cables, index) | mark)


def _event(location: Location, at: str, detail: str, data: Mapping[str, object]) -> LogEvent:
    return LogEvent(
        type=EventType.INGESTION.label, at=at, detail=detail, bag=location.name, version=location.version, data=data
    )


def _data(
    location: Location,
    seal: str,
    counts: Mapping[str, int],
    profiles: tuple[str, ...],
    cables: tuple[CableEntry, ...],
    index: str | None,
) -> dict[str, object]:
    described: dict[str, object] = {"location": location.path, "seal": seal, **counts}
    if index is not None:
        described["index"] = index
    if profiles:
        described["profiles"] = list(profiles)
    return described | {"cables": [entry.as_json() for entry in cables]}


def stored_bag(root: Path, logged: LoggedEvent) -> StoredBag:
    """Read the stored bag back from its ingestion event.

    Raises:
        ArchiveError: The event does not describe a stored bag, or not the one that it is about.
    """
    data, event = logged.event.data, logged.event
    try:
        cables = tuple(map(CableEntry.from_json, _list(data["cables"], least=1)))
        return StoredBag(
            root=root,
            location=_location(event),
            seal=_digest(data["seal"]),
            source_key=source_key(cables),
            files=_count(data, "files"),
            bytes=_count(data, "bytes"),
            size=_count(data, "size"),
            profiles=tuple(map(as_text, _list(data.get("profiles", [])))),
            index=_digest(data["index"]) if "index" in data else None,
            created=event.at,
            last_seen=event.at,
            last_checked=None,
            last_ok=None,
            outcome=None,
            cables=cables,
            seq=logged.seq,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError(
            f"line {logged.seq} of the event log ({logged.position.file}) does not describe a stored bag: {error!r}",
            hint="Restore the events folder from a copy of the archive.",
        ) from error


_LONGEST = 400
"""Characters of a location that are looked at, as a message has them: the longest that the layout allows has 349."""


def _location(event: LogEvent) -> Location:
    location = Location.parse(as_text(event.data["location"])[:_LONGEST])
    if (location.name, location.version) != (event.bag, event.version):
        raise ValueError(f"the location is that of {location.name}/v{location.version}")
    return location


def _list(value: object, *, least: int = 0) -> list[object]:
    if not isinstance(value, list) or len(value) < least:
        raise TypeError("a list is empty, or something else")
    return value


def _digest(value: object) -> str:
    if not is_digest(value):
        raise ValueError("a digest is none")
    return str(value)


def _count(data: Mapping[str, object], name: str) -> int:
    value = data[name]
    # Below 2**63: SQLite holds no greater number. Not isinstance, for which "true" would be a number.
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError(f"{name} is no count")
    return value
