"""Bags that lie in an archive without an event in its log: verified in full, then asked for their records.

``inventory`` finds them, ``vault`` logs them.
"""

from __future__ import annotations

from pathlib import Path

from preserve.archive.cable_entry import CableEntry
from preserve.archive.events import GENESIS, LogEvent, encode_event
from preserve.archive.ingestion import found_event
from preserve.archive.layout import Location
from preserve.bag import Form, TrustedBag, index_path, open_trusted, read_index, verify
from preserve.errors import ArchiveError, BagError
from preserve.findings import Finding
from preserve.provenance import FileRole, this_software

__all__ = ["examine_stray"]

_RECORD_LIMIT = 256 << 20
"""Bytes of one record that are read; the text of a cable is far below it."""
_HINT = "Nothing was taken in. Run: preserve verify, with the path of the bag."


def examine_stray(path: Path, location: Location, at: str, *, seal: str | None = None) -> LogEvent | Finding:
    """Return the event that takes a bag into the catalogue, or why it cannot be taken.

    Args:
        path: The bag.
        location: Its place in the archive.
        at: Now.
        seal: The SHA-256 of its tag manifest as a writer that was stopped had announced it; ``None`` if nobody had.
    """
    try:
        report = verify(path, seal=seal)
        if not report.valid or report.seal is None:
            codes = ", ".join(sorted({each.code for each in report.findings})) or report.verdict.value
            return _unknown(location, f"it is not in the event log, and not valid ({codes})")
        with open_trusted(path, label=location.path, seal=report.seal, hint=_HINT) as bag:
            cables = _cables(bag)
            size = bag.size if report.form is Form.DIRECTORY else path.stat().st_size
        if not cables:
            return _unknown(location, "it is not in the event log, and holds no record of a cable")
        index = None if any(each.code == "member-index-differs" for each in report.findings) else _index(path)
        found = found_event(location, report, size, cables, at, index=index, announced=seal is not None)
        # A bag of other hands may hold what no line can: it must not keep the bags out that are logged with it.
        encode_event(found, seq=1, previous=GENESIS, software=this_software())
    except (BagError, ArchiveError, OSError, ValueError) as error:
        return _unknown(location, f"it is not in the event log, and it cannot be taken in: {error}")
    return found


def _index(path: Path) -> str | None:
    """Return the SHA-256 of the member index of a bag that is valid, where it has one."""
    beside = index_path(path)
    return read_index(beside)[1] if beside.exists() else None


def _unknown(location: Location, says: str) -> Finding:
    return Finding.of("bag-unknown", location.path, says)


def _cables(bag: TrustedBag) -> tuple[CableEntry, ...]:
    wanted = sorted(path for path in bag.payload if path.startswith(FileRole.RECORD.folder) and path.endswith(".json"))
    records = bag.read(wanted, limit=_RECORD_LIMIT)
    return tuple(CableEntry.from_record(records[path]) for path in wanted)
