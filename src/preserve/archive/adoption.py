"""Bags that lie in an archive without an event in its log: what they say of themselves.

Scope: verifying such a bag in full and reading its records. Not in scope: finding them (``places``), logging them
(``vault``).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from preserve.archive.cable_entry import CableEntry
from preserve.archive.events import LogEvent
from preserve.archive.ingestion import adoption_event
from preserve.archive.layout import Location
from preserve.bag import Container, EntryKind, Form, index_path, open_container, read_index, verify
from preserve.errors import BagError
from preserve.findings import Finding

__all__ = ["examine_stray"]

_RECORDS = "data/record/"
RECORD_LIMIT = 256 << 20
"""Bytes of one record that are read; the text of a cable is far below it."""


def examine_stray(path: Path, location: Location, at: str) -> LogEvent | Finding:
    """Return the event that takes a bag into the catalogue, or why it cannot be taken.

    Args:
        path: The bag.
        location: Its place in the archive.
        at: Now.
    """
    try:
        report = verify(path)
        if not report.valid or report.seal is None:
            codes = ", ".join(sorted({each.code for each in report.findings})) or report.verdict.value
            return _unknown(location, f"it is not in the event log, and not valid ({codes})")
        with closing(open_container(path)) as container:
            cables = _cables(container)
            size = _octets(container) if report.form is Form.DIRECTORY else path.stat().st_size
    except (BagError, OSError, ValueError) as error:
        return _unknown(location, f"it is not in the event log, and its records cannot be read: {error}")
    if not cables:
        return _unknown(location, "it is not in the event log, and holds no record of a cable")
    index = None if any(each.code == "member-index-differs" for each in report.findings) else _index(path)
    return adoption_event(location, report, size, cables, at, index)


def _index(path: Path) -> str | None:
    """Return the SHA-256 of the member index of a bag that is valid, where it has one."""
    beside = index_path(path)
    return read_index(beside)[1] if beside.exists() else None


def _unknown(location: Location, says: str) -> Finding:
    return Finding.of("bag-unknown", location.path, says)


def _octets(container: Container) -> int:
    return sum(entry.size for entry in container.listing().entries.values() if entry.kind is EntryKind.FILE)


def _cables(container: Container) -> tuple[CableEntry, ...]:
    entries = container.listing().entries
    paths = sorted(path for path in entries if path.startswith(_RECORDS) and path.endswith(".json"))
    wanted = [entries[path] for path in paths if entries[path].kind is EntryKind.FILE]
    if any(entry.size > RECORD_LIMIT for entry in wanted):
        raise ValueError(f"a record has more than {RECORD_LIMIT} bytes")
    records = {entry.path: b"".join(octets) for entry, octets in container.contents(wanted)}
    return tuple(CableEntry.from_record(records[entry.path]) for entry in wanted)
