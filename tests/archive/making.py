"""Made-up bags for the tests of the archive, audit and deposit rooms: small, real, from the real writer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from preserve.archive.cable_entry import CableEntry
from preserve.archive.model import Incoming, StoredBag, StoreOutcome
from preserve.archive.opening import initialise, open_archive
from preserve.archive.vault import Archive
from preserve.bag.model import BagPath, Form, NewBag, PayloadFile
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.stage import Stage
from preserve.clock import Clock
from preserve.digests import sha256
from preserve.provenance.software import Software

CLOCK = Clock(datetime(2026, 1, 31, 9, 30, tzinfo=UTC))
AT = "2026-01-31T09:30:00Z"
SOFTWARE = Software("preserve", "0.1.0")


def record(identifier: str, source: bytes, *, date: str = "2007-03-05T14:02:00") -> bytes:
    """Return the JSON of a record: only the fields that the catalogue reads, and one that names a person."""
    return json.dumps(
        {
            "schema_version": "1.0.0",
            "identifier": identifier,
            "subject": f"RURITANIA: MATTER OF {identifier}",
            "created": {"value": date},
            "classification": {"level": "CONFIDENTIAL", "classified_by": ["Rudolf Rassendyll"]},
            "signed_by": ["RASSENDYLL"],
            "provenance": {"source": {"sha256": sha256(source)}, "release": {"text": "Release 2", "name": "2"}},
            "body": {"sha256": sha256(b"text of " + source)},
        }
    ).encode()


def staged(
    stage: Path,
    name: str,
    *,
    source: bytes | None = None,
    identifiers: Sequence[str] = (),
    form: Form = Form.DIRECTORY,
    date: str = "2007-03-05T14:02:00",
) -> Incoming:
    """Stage a bag; its folder in the stage is its own, so that one name can be staged twice."""
    files, entries = [], []
    for identifier in identifiers or (name.upper(),):
        data = source if source is not None else f"cable {identifier}\n".encode()
        text = record(identifier, data, date=date)
        files.append(PayloadFile(BagPath(f"source/{identifier}.txt"), data))
        files.append(PayloadFile(BagPath(f"record/{identifier}.json"), text))
        entries.append(CableEntry.from_record(text))
    info = (("BagIt-Profile-Identifier", "https://example.org/profile.json"),)
    place = stage / f"{len(list(stage.iterdir()))}"
    place.mkdir()
    bag = stage_bag(NewBag(name, tuple(files), info), place, form=form)
    return Incoming(staged=bag, cables=tuple(entries), profiles=("https://example.org/profile.json",))


def founded(root: Path) -> Archive:
    """Found an archive whose clock stands still."""
    return initialise(root, CLOCK, SOFTWARE)


def reopened(root: Path) -> Archive:
    """Open an archive with the clock and the program that founded it; no other writer is waited for."""
    return open_archive(root, clock=CLOCK, software=SOFTWARE, patience=0)


def put(archive: Archive, *names: str, source: bytes | None = None, form: Form = Form.DIRECTORY) -> list[StoreOutcome]:
    """Put a bag for each name, in one batch."""
    with Stage(archive.store.stages) as stage:
        return archive.put([staged(stage.path, name, source=source, form=form) for name in names])


def put_one(archive: Archive, name: str, *, source: bytes | None = None, form: Form = Form.DIRECTORY) -> StoredBag:
    """Put one bag that is new, and return it as it is stored."""
    (outcome,) = put(archive, name, source=source, form=form)
    assert outcome.stored is not None
    return outcome.stored


@contextmanager
def archive_at(root: Path) -> Iterator[Archive]:
    """Found an archive and close it at the end."""
    with founded(root) as archive:
        yield archive


def in_year(entry: CableEntry, year: int) -> CableEntry:
    """Return the entry dated in a year."""
    return replace(entry, date=f"{year}-01-01T00:00:00")
