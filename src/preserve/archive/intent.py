"""The announcement of bags that are about to appear: on the disk before they are published and their events logged.

Completing what it announced, after a crash, is for ``recovery``.
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
    """Announce the ingestion events that will be logged once their bags are published. On return it is on the disk.

    Raises:
        ArchiveError: The announcement could not be written.
    """
    path = root / INTENT
    lines = [
        {"at": each.at, "detail": each.detail, "bag": each.bag, "version": each.version, "data": each.data}
        for each in events
    ]
    data = json.dumps(lines, ensure_ascii=True).encode()
    with translate_os_errors("could not write", path):
        # Overwritten in place, not replaced by a rename: half an announcement announces nothing (see read_intent), and
        # this saves a sync of the folder for each batch.
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
    """Return the announced events: none if nothing is under way, or if the announcement itself was never finished.

    An unfinished one announces nothing, because bags are published only after it is on the disk.

    Raises:
        ArchiveError: The announcement could not be read.
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
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def clear_intent(root: Path) -> None:
    """Clear the announcement: what it announced is in the event log.

    Raises:
        ArchiveError: The announcement could not be cleared.
    """
    path = root / INTENT
    with translate_os_errors("could not write", path):
        # Not synced: an announcement that comes back after a power failure announces what the log has already.
        os.truncate(path, 0)
