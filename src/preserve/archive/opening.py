"""Founding and opening an archive, and making its catalogue again."""

from __future__ import annotations

from pathlib import Path

from preserve.archive import founding
from preserve.archive.layout import MARKER, timestamp
from preserve.archive.vault import PATIENCE, Archive, Rebuilt
from preserve.clock import Clock
from preserve.provenance import Software

__all__ = ["initialise", "open_archive", "rebuild_catalogue"]


def initialise(root: Path, clock: Clock, software: Software | None = None) -> Archive:
    """Make a folder an archive and open it; an archive that is there already is only opened.

    Args:
        root: A folder that is empty (a README, ``.gitkeep`` or ``.gitignore`` may be there), or is not there yet.
        clock: What tells the time.
        software: The agent of every event; this program unless given.

    Raises:
        ArchiveError: It holds other things, is of a newer layout, or could not be written.
    """
    if not any(root.glob(f"{MARKER.rsplit('_', 1)[0]}_*")):
        founding.create_archive(root, timestamp(clock.now()))
    return open_archive(root, clock=clock, software=software)


def open_archive(
    root: Path, *, clock: Clock | None = None, software: Software | None = None, patience: float = PATIENCE
) -> Archive:
    """Open an archive for reading and writing; a missing catalogue is made again.

    Args:
        root: Its folder.
        clock: What tells the time of events; the machine's unless given.
        software: The agent of every event; this program unless given.
        patience: Seconds to wait for another writer.

    Raises:
        ArchiveError: It is no archive, of a newer layout, or its catalogue is damaged.
    """
    archive = Archive(root, clock=clock or Clock(), software=software, patience=patience)
    try:
        archive.ready()
    except BaseException:
        archive.close()
        raise
    return archive


def rebuild_catalogue(root: Path, *, clock: Clock | None = None, software: Software | None = None) -> Rebuilt:
    """Make the catalogue of an archive again, also when it is damaged.

    Raises:
        ArchiveError: It is no archive, another process is writing, or the event log is broken.
    """
    with Archive(root, clock=clock or Clock(), software=software) as archive:
        return archive.rebuild()
