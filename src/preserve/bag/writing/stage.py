"""A private place to prepare bags in, beside where they will appear.

Scope: folders ``.stage-*``, held by a lock for as long as their process lives, so that a later run removes only what a
dead one left. Not in scope: what is put there (``write``).
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from preserve.errors import ArchiveError

__all__ = ["PREFIX", "Stage", "sweep_stages"]

PREFIX = ".stage-"
"""How the name of every stage starts."""

_NAME = re.compile(re.escape(PREFIX) + "[a-z0-9_]{8}")
"""The name of a stage as :mod:`tempfile` makes it; somebody may have named a folder ``.stage-production``."""


class Stage:
    """A folder of one process, on the file system of the bags' final place; gone when the ``with`` block ends.

    Attributes:
        path: The folder, while the block runs; rights 0700.

    Args:
        parent: The folder that it is made in; it must be there.
    """

    __slots__ = ("_held", "_parent", "path")

    path: Path

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._held = -1

    def __enter__(self) -> Self:
        """Make the folder and lock it.

        Raises:
            ArchiveError: It could not be made.
        """
        try:
            with _alone(self._parent):
                self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._parent))
                self._held = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                # A file system without locks (some network ones) only lacks the protection from another run's sweep.
                with suppress(OSError):
                    fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ArchiveError(
                f"no stage could be made in {self._parent}: {error.strerror}",
                hint="Make sure that the folder is there, writable and not full.",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the folder; what cannot be removed now is left for :func:`sweep_stages`."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._held)


def sweep_stages(parent: Path) -> int:
    """Remove the stages in a folder whose process is dead, and say how many there were.

    Raises:
        ArchiveError: The folder could not be read, or a dead stage could not be removed.
    """
    swept = 0
    try:
        with _alone(parent):
            for path in sorted(parent.glob(f"{PREFIX}*")):
                if _NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink() and _is_dead(path):
                    shutil.rmtree(path)
                    swept += 1
    except OSError as error:
        raise ArchiveError(
            f"what an interrupted run left in {parent} could not be removed: {error.strerror}",
            hint=f"Remove the folders {PREFIX}* there by hand; no bag is in them.",
        ) from error
    return swept


def _is_dead(stage: Path) -> bool:
    held = os.open(stage, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(held)
    return True


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Keep others from sweeping between the making of a stage and its locking."""
    held = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
