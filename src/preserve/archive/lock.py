"""The writer's lock: one process writes at a time, and the system takes the lock back when that process dies.

Readers need no lock. The lock is a ``flock`` on the folder of the event log, which nobody removes by mistake. A file
beside it says who holds it; programs of version 0.1.0 lock that file alone, so it is locked too. A ``flock`` holds on
one host; network file systems and several hosts need another kind.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from preserve.archive.layout import EVENTS, LOCK
from preserve.errors import ArchiveError
from preserve.octets import hold_folder, translate_os_errors

__all__ = ["BusyError", "hold_lock", "is_locked"]

_PAUSE = 0.05
"""Seconds between two tries."""
_SOMEBODY = "another process"
_PROCESS = re.compile(r"process [0-9]+")


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
        ArchiveError: The lock could not be taken: no right to, or a file system without locks.
    """
    end = time.monotonic() + patience
    with ExitStack() as stack:
        with translate_os_errors("could not lock", root / EVENTS):
            # Made if it is missing: whoever has set a broken log aside goes on with a new one.
            log, _ = stack.enter_context(hold_folder(root / EVENTS, root))
        with translate_os_errors("could not lock", root / LOCK):
            name = _open_file(root / LOCK)
        # Closing gives a lock back. The file stays: whoever waits has it open.
        stack.callback(os.close, name)
        # The file first: who waits for it reads in it who holds it. Who locks the folder alone has written no name.
        _take(name, root, end, lambda: _holder(name))
        # The text is only for the message of whoever waits. The lock is the kernel's, so a stale text harms nobody.
        with translate_os_errors("could not lock", root / LOCK):
            os.ftruncate(name, 0)
            os.pwrite(name, f"process {os.getpid()}\n".encode(), 0)
        _take(log, root, end, lambda: _SOMEBODY)
        yield


def _open_file(path: Path) -> int:
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArchiveError(f"{path} is no ordinary file", hint="Remove it; it is made again.")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)


def is_locked(root: Path) -> bool:
    """Tell whether a process holds the writer's lock; it takes no right to write."""
    try:
        descriptor = os.open(root / EVENTS, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # A file system without locks has no writer.
    finally:
        os.close(descriptor)
    return False


def _take(descriptor: int, root: Path, end: float, holder: Callable[[], str]) -> None:
    # By trying again: a flock that waits cannot be given a time to wait.
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise BusyError(
                    f"{holder()} is writing to the archive {root}",
                    hint="Wait until it has ended and run the command again.",
                ) from None
            time.sleep(_PAUSE)
        except OSError as error:
            raise ArchiveError(
                f"the archive {root} cannot be locked for writing: {error.strerror}",
                hint="Keep it on a local file system with flock; reading works on any.",
            ) from error
        else:
            return


def _holder(name: int) -> str:
    """Return who says that it writes; anybody who may write in the archive can have written this."""
    text = os.pread(name, 100, 0).decode("utf-8", "replace").strip()
    return text if _PROCESS.fullmatch(text) else _SOMEBODY
