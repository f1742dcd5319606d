"""Made-up logs for the tests of the catalogue: lines without files, and hands that change a catalogue of them."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from tests.archive.making import AT, SOFTWARE

from preserve.archive.cable_entry import CableEntry
from preserve.archive.catalogue import Catalogue
from preserve.archive.events import GENESIS, EventOutcome, LogEvent, LoggedEvent, Position, encode_event
from preserve.archive.layout import Location
from preserve.bag import Form
from preserve.digests import sha256

__all__ = ["ANNOUNCEMENT", "arrival", "catalogue_of", "chained", "change", "check", "made_up_log"]

ANNOUNCEMENT = LogEvent(
    type="ingestion start",
    at=AT,
    detail="One bag is about to appear.",
    data={"bags": [{"location": "bags/STRELSAU/2007/07STRELSAU1/v1", "seal": "0" * 64}]},
)


def chained(events: Iterable[LogEvent]) -> list[LoggedEvent]:
    """Return events as lines of one log."""
    logged: list[LoggedEvent] = []
    digest, offset = GENESIS, 0
    for seq, event in enumerate(events, start=1):
        line = encode_event(event, seq=seq, previous=digest, software=SOFTWARE)
        logged.append(LoggedEvent.decode(line, Position("events/2026/01/000000000001.jsonl", offset, len(line))))
        digest, offset = logged[-1].digest, logged[-1].position.end
    return logged


def arrival(
    name: str, version: int = 1, *, at: str = AT, cables: Sequence[str] = (), post: str = "STRELSAU"
) -> LogEvent:
    """Return the event of a bag that comes in; its one cable has its name unless others are given."""
    entries = [
        CableEntry(
            identifier=each,
            subject=f"MATTER OF {each}",
            source_sha256=sha256(f"{each}, {version}".encode()),
            text_sha256=sha256(each.encode()),
        )
        for each in cables or (name,)
    ]
    place = Location(post, "2007", name, version, Form.DIRECTORY)
    return LogEvent(
        type="ingestion",
        at=at,
        detail="Stored.",
        bag=name,
        version=version,
        data={
            "location": place.path,
            "seal": sha256(place.path.encode()),
            "files": 2,
            "bytes": 30,
            "size": 300,
            "profiles": ["https://example.org/profile.json"],
            "cables": [each.as_json() for each in entries],
        },
    )


def check(name: str, version: int = 1, *, at: str = AT, outcome: EventOutcome = EventOutcome.SUCCESS) -> LogEvent:
    """Return the event of a fixity check; only a bag that passed was there."""
    there = outcome is EventOutcome.SUCCESS
    return LogEvent(
        type="fixity check",
        at=at,
        detail="Checked.",
        outcome=outcome,
        bag=name,
        version=version,
        data={"depth": "full", "present": there, "files": 2, "bytes": 30},
    )


def made_up_log(chance: random.Random, lines: int) -> list[LoggedEvent]:
    """Return a log of bags that come in, perhaps twice, of checks, also of unknown bags, and of announcements."""
    events = []
    for _ in range(lines):
        name, version = f"07STRELSAU{chance.randrange(8)}", chance.randint(1, 2)
        at = f"20{chance.randint(10, 30)}-01-{chance.randint(10, 28)}T09:30:00Z"
        match chance.randrange(8):
            case 0:
                events.append(ANNOUNCEMENT)
            case 1 | 2 | 3:
                several = [f"07STRELSAU{chance.randrange(9)}" for _ in range(chance.choice((0, 0, 3)))]
                events.append(arrival(name, version, at=at, cables=several))
            case _:
                events.append(check(name, version, at=at, outcome=chance.choice(list(EventOutcome))))
    return chained(events)


def catalogue_of(root: Path, events: Iterable[LoggedEvent]) -> Catalogue:
    """Return a new catalogue that holds the events."""
    catalogue = Catalogue(root)
    catalogue.rebuild(events)
    return catalogue


def change(root: Path, *statements: str) -> None:
    """Change a catalogue with another hand than ours, also what SQLite keeps hands from."""
    with closing(sqlite3.connect(root / "catalogue.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
