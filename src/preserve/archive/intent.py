"""What is about to appear: the note that is on the disk before bags are published and their events are logged.

Scope: writing, reading and clearing that note. Not in scope: completing what it announces (``vault``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from preserve.archive.events import EventOutcome, LogEvent
from preserve.archive.layout import INTENT
from preserve.octets import sync_folder, translate_os_errors, write_all
from preserve.provenance import EventType

__all__ = ["clear_intent", "read_intent", "write_intent"]


def write_intent(root: Path, events: Sequence[LogEvent]) -> None:
    """Write down the ingestion events that will be logged once their bags are published; synced on return.

    Raises:
        ArchiveError: It could not be written.
    """
    path = root / INTENT
    lines = [
        {"at": each.at, "detail": each.detail, "bag": each.bag, "version": each.version, "data": each.data}
        for each in events
    ]
    data = json.dumps(lines, ensure_ascii=True).encode()
    with translate_os_errors("could not write", path):
        fresh = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if fresh:
            sync_folder(root)


def read_intent(root: Path) -> list[LogEvent]:
    """Return the events of the note; none when nothing is under way, or when the note itself was never finished.

    An unfinished note announces nothing: bags are published only after it is on the disk.

    Raises:
        ArchiveError: It could not be read.
    """
    path = root / INTENT
    with translate_os_errors("could not read", path):
        data = path.read_bytes() if path.exists() else b""
    try:
        return [
            LogEvent(
                type=EventType.INGESTION.label,
                at=line["at"],
                detail=line["detail"],
                outcome=EventOutcome.SUCCESS,
                bag=line["bag"],
                version=line["version"],
                data=line["data"],
            )
            for line in json.loads(data)
        ]
    except (ValueError, KeyError, TypeError):
        return []


def clear_intent(root: Path) -> None:
    """Empty the note: what it announced is in the event log.

    Raises:
        ArchiveError: It could not be written.
    """
    path = root / INTENT
    with translate_os_errors("could not write", path):
        # Not synced: a note that comes back after a power failure announces what the log already has.
        os.truncate(path, 0)
