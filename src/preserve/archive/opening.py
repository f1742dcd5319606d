"""Founding and opening an archive, and making its catalogue again."""

from __future__ import annotations

from pathlib import Path

from preserve.archive import founding
from preserve.archive.layout import MARKER_PREFIX, timestamp
from preserve.archive.vault import PATIENCE, Archive, Rebuilt
from preserve.clock import Clock
from preserve.provenance import Software

__all__ = ["initialise", "open_archive", "rebuild_catalogue"]


def initialise(root: Path, clock: Clock, software: Software | None = None) -> Archive:
    """Make a folder an archive and open it; if it is one already, only open it.

    Args:
        root: A folder that is empty (a README, ``.gitkeep`` or ``.gitignore`` may be there), or is not there yet.
        clock: Tells the time of events.
        software: The agent of every event; this program unless given.

    Raises:
        ArchiveError: It holds other things, its layout is a newer one, or it could not be written.
    """
    if not any(root.glob(f"{MARKER_PREFIX}*")):
        founding.create_archive(root, timestamp(clock.now()))
    return open_archive(root, clock=clock, software=software)


def open_archive(
    root: Path, *, clock: Clock | None = None, software: Software | None = None, patience: float = PATIENCE
) -> Archive:
    """Open an archive for reading and writing; make its catalogue again if that is missing.

    Args:
        root: Its folder.
        clock: Tells the time of events; the machine's clock unless given.
        software: The agent of every event; this program unless given.
        patience: Seconds to wait for another writer.

    Raises:
        ArchiveError: It is no archive, its layout is a newer one, or its catalogue is damaged.
    """
    archive = Archive(root, clock=clock or Clock(), software=software, patience=patience)
    try:
        archive.make_ready()
    except BaseException:
        archive.close()
        raise
    return archive


def rebuild_catalogue(root: Path, *, clock: Clock | None = None, software: Software | None = None) -> Rebuilt:
    """Make the catalogue of an archive again, even if it is damaged.

    Raises:
        ArchiveError: It is no archive, another process is writing, or the event log is broken.
    """
    with Archive(root, clock=clock or Clock(), software=software) as archive:
        return archive.rebuild()
