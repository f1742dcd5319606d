"""The writer's lock: one process writes at a time, and the system takes the lock back when that process dies.

Readers need no lock. The lock is a ``flock`` on one file of the archive, which holds on one host; network file systems
and several hosts need another kind.
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
"""Seconds between two tries."""


class BusyError(ArchiveError):
    """Another process is writing."""


@contextmanager
def hold_lock(root: Path, *, patience: float) -> Iterator[None]:
    """Hold the writer's lock of an archive.

    Args:
        root: The archive's root.
        patience: Seconds to wait for another writer; 0 to try once.

    Raises:
        BusyError: Another process is writing, and did not end in time.
        ArchiveError: The file of the lock could not be made.
    """
    path = root / LOCK
    with translate_os_errors("could not lock", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        _take(descriptor, root, patience)
        # The text is only for the message of whoever waits. The lock is the kernel's, so a stale text harms nobody.
        with translate_os_errors("could not lock", path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()}\n".encode(), 0)
        yield
    finally:
        # Closing gives the lock back. The file stays: whoever removed it would let two processes lock two files.
        os.close(descriptor)


def _take(descriptor: int, root: Path, patience: float) -> None:
    # By trying again: a flock that waits cannot be given a time to wait.
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
