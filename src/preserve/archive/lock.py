"""One writer at a time: a lock that the system takes back when its process dies.

Scope: ``flock`` on one file of the archive. Not in scope: readers, who need no lock; network file systems and
several hosts, which need another kind of lock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preserve.archive.layout import LOCK
from preserve.errors import ArchiveError
from preserve.octets import translate_os_errors

__all__ = ["BusyError", "hold_lock"]

_PAUSE = 0.05


class BusyError(ArchiveError):
    """Another process is writing."""


@contextmanager
def hold_lock(root: Path, *, patience: float) -> Iterator[None]:
    """Hold the writer's lock of an archive.

    Args:
        root: The archive's root.
        patience: Seconds to wait for another writer; 0 to try once.

    Raises:
        ArchiveError: Another process is writing and did not end in time, or the file could not be made.
    """
    path = root / LOCK
    with translate_os_errors("could not lock", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        _take(descriptor, root, patience)
        # For the message of whoever waits; the lock itself is the kernel's, so a stale text harms nobody.
        with translate_os_errors("could not lock", path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, root: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                who = os.pread(descriptor, 100, 0).decode("utf-8", "replace").strip() or "another process"
                raise BusyError(
                    f"{who} is writing to the archive {root}", hint="Wait until it has ended and run the command again."
                ) from None
            time.sleep(_PAUSE)
        else:
            return
