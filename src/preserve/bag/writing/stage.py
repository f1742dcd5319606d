"""A private place to prepare bags in, beside where they will appear.

A stage is a folder ``.stage-*``. Its process holds a lock on it for as long as it lives, so a later run can tell what a
dead one left, and removes only that.
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

__all__ = ["PREFIX", "Stage", "lies_in", "sweep_stages"]

PREFIX = ".stage-"
"""How the name of every stage starts."""

_NAME = re.compile(re.escape(PREFIX) + "[a-z0-9_]{8}")
"""The name of a stage as :mod:`tempfile` makes it; somebody may have named a folder ``.stage-production``."""


class Stage:
    """A folder of one process, on the file system where its content will appear; gone when the ``with`` block ends.

    Attributes:
        path: The folder, while the block runs; rights 0700.

    Args:
        parent: An existing folder, in which it is made.
    """

    __slots__ = ("_held", "_parent", "path")

    path: Path

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._held = -1

    @classmethod
    def beside(cls, folder: Path, size: int) -> Self:
        """Return a stage for what is to appear in a folder that may be missing.

        It is made in the folder, or in the nearest above it that is there. What dead runs left in that one is removed.

        Args:
            folder: Where the content is to appear.
            size: How many bytes will be written, at least.

        Raises:
            ArchiveError: A file is in the place of the folder, it cannot be reached, there is not enough room, or what
                was left could not be removed.
        """
        parent = _nearest_folder(folder)
        sweep_stages(parent)
        free = shutil.disk_usage(parent).free
        if size > free:
            raise ArchiveError(
                f"{size} bytes are to be written in {parent}, which has room for {free}",
                hint="Make room, or choose another place; nothing was written.",
            )
        return cls(parent)

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
    """Remove the stages in a folder whose process is dead, and return how many there were.

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


def lies_in(place: Path, other: Path) -> bool:
    """Tell whether a place, there or not, is another one or lies below it; links count as what they lead to."""
    # Path.resolve would raise where links lead in a circle.
    return Path(os.path.realpath(place)).is_relative_to(os.path.realpath(other))


def _nearest_folder(folder: Path) -> Path:
    nearest = Path(os.path.abspath(folder))  # noqa: PTH100 - a link on the way is the caller's
    try:
        while not nearest.is_dir():
            if os.path.lexists(nearest):
                raise ArchiveError(f"{nearest} is not a folder", hint="Choose another place; nothing was written.")
            nearest = nearest.parent
    except OSError as error:
        # As where a folder above may not be entered, or a name is too long.
        raise ArchiveError(
            f"{folder} cannot be a folder of new bags: {error.strerror}", hint="Choose another place."
        ) from error
    return nearest


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
