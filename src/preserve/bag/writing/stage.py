"""A private place to prepare bags in, beside where they will appear.

A stage is a folder ``.stage-*``. Its process holds a lock on it for as long as it lives, so a later run can tell what a
dead one left. The mark in it says that it is a stage, and not a folder of somebody with such a name.

Whoever may write into the folder around a stage can rename the stage and put another folder in its place. So a stage is
held by descriptor from its making to its removal, and everything in it is reached through that.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from preserve.errors import ArchiveError
from preserve.octets import NEW_FILE, OPEN_FOLDER

__all__ = ["MARK", "PREFIX", "Stage", "lies_in", "sweep_stages"]

PREFIX = ".stage-"
"""How the name of every stage starts."""

MARK = ".preserve-stage"
"""The name of the mark: an empty file, made first and removed last."""

_NAME = re.compile(re.escape(PREFIX) + "[a-z0-9_]{8}")
"""The name of a stage as :mod:`tempfile` makes it."""

_ATTEMPTS = 100
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

_Identity = tuple[int, int]
"""The device and inode of a folder: no other has both while this one is held."""


class Stage:
    """A folder of one process, on the file system where its content will appear; gone when the ``with`` block ends.

    It travels to a worker process as its place and identity. The worker opens it itself, and refuses another folder.

    Attributes:
        place: The folder, as people find it; rights 0700. Files in it are reached by :attr:`path`.

    Args:
        parent: An existing folder, in which it is made.
    """

    __slots__ = ("_held", "_identity", "_parent", "place")

    place: Path

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
            ArchiveError: A file is in the place of the folder, it cannot be reached, or there is not enough room.
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
        """Make the folder, lock it and mark it.

        Raises:
            ArchiveError: It could not be made.
        """
        try:
            self.place, self._held = _make_stage(self._parent)
        except OSError as error:
            raise ArchiveError(
                f"no stage could be made in {self._parent}: {error.strerror}",
                hint="Make sure that the folder is there, writable and not full.",
            ) from error
        self._identity = _identity(os.fstat(self._held))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the folder; what cannot be removed now is left for :func:`sweep_stages`."""
        with suppress(OSError, RecursionError):
            _remove(self._held, self.place)
        os.close(self._held)
        self._held = -1

    def __reduce__(self) -> tuple[object, ...]:
        return _visit_stage, (self.place, self._identity)

    @property
    def path(self) -> Path:
        """The folder, as this process reaches it: on Linux through its descriptor, wherever its name has gone.

        Raises:
            ArchiveError: Another folder is in its place, or none.
        """
        try:
            if self._held < 0:
                self._held = _open_own(self.place)
            for state in (os.fstat(self._held), os.lstat(self.place)):
                if _identity(state) != self._identity:
                    raise _replaced()
        except OSError as error:
            raise ArchiveError(
                f"the stage {self.place} was moved or replaced while it was in use",
                hint=f"See who may write to {self.place.parent}. What had appeared before is whole; run again.",
            ) from error
        return _anchor(self._held, self._identity) or self.place


@lru_cache(maxsize=1)
def _visit_stage(place: Path, identity: _Identity) -> Stage:
    """Return the stage of another process, which makes it and removes it; a worker opens it once for all its tasks."""
    stage = Stage(place.parent)
    stage.place, stage._identity = place, identity
    return stage


def sweep_stages(parent: Path) -> int:
    """Remove the stages of this user in a folder whose process is dead, and return how many there were.

    What is no stage for certain, or cannot be removed, is left alone: it hinders nobody.

    Raises:
        ArchiveError: The folder could not be read.
    """
    try:
        places = sorted(place for place in parent.iterdir() if _NAME.fullmatch(place.name))
    except OSError as error:
        raise ArchiveError(
            f"{parent} could not be searched for what an interrupted run left: {error.strerror}",
            hint="Make sure that the folder is there, and that you may read it.",
        ) from error
    return sum(_sweep(place) for place in places)


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


def _make_stage(parent: Path) -> tuple[Path, int]:
    """Make a stage, and return it with its descriptor."""
    for _ in range(_ATTEMPTS):
        place = Path(os.path.abspath(tempfile.mkdtemp(prefix=PREFIX, dir=parent)))  # noqa: PTH100 - as it was named
        # Another run may sweep it: until it is locked, it looks like what a dead one left.
        with suppress(FileNotFoundError, BlockingIOError):
            return place, _mark_stage(place)
    raise _replaced()


def _mark_stage(place: Path) -> int:
    held = _open_own(place)
    try:
        _lock(held)
        _check_empty(held)
        os.close(os.open(MARK, NEW_FILE, 0o600, dir_fd=held))
    except BaseException:
        os.close(held)
        raise
    return held


def _lock(held: int) -> None:
    """Lock a stage.

    Raises:
        BlockingIOError: Another process has locked it.
    """
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        # A file system without locks, as some network ones. There nothing tells that a stage is dead: none is swept.
        return


def _check_empty(held: int) -> None:
    # Another folder of this user may have been renamed to the name of the stage, to be removed in the end.
    if os.listdir(held):
        raise _replaced()


def _replaced() -> OSError:
    return PermissionError(errno.EPERM, "somebody else put another folder in its place")


def _open_own(place: Path) -> int:
    """Open a folder of this user into which nobody else may write.

    A file system that stores no rights gives all folders the same. Then others may perhaps read what is staged.
    """
    held = os.open(place, OPEN_FOLDER)
    state = os.fstat(held)
    if state.st_uid != os.geteuid() or state.st_mode & _OTHERS_WRITE:
        os.close(held)
        raise _replaced()
    return held


def _anchor(held: int, identity: _Identity) -> Path | None:
    """Return a path that leads through a descriptor; ``None`` where the system has no such paths, as macOS."""
    path = Path(f"/proc/self/fd/{held}")
    try:
        return path if _identity(path.stat()) == identity else None
    except OSError:
        return None


def _identity(state: os.stat_result) -> _Identity:
    return state.st_dev, state.st_ino


def _sweep(place: Path) -> bool:
    try:
        held = _open_own(place)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _is_stage(held) and _remove(held, place)
    except (OSError, RecursionError):
        # Its process lives, or nothing says whether it does; or its folders are too deep for shutil.
        return False
    finally:
        os.close(held)


def _is_stage(held: int) -> bool:
    state = os.fstat(held)
    try:
        mark = os.stat(MARK, dir_fd=held, follow_symlinks=False)
    except FileNotFoundError:
        # Its process died between two steps. As it is empty, nothing is lost if it is a folder of somebody.
        return stat.S_IMODE(state.st_mode) & 0o777 == stat.S_IRWXU and not os.listdir(held)
    return stat.S_ISREG(mark.st_mode) and mark.st_uid == state.st_uid


def _remove(held: int, place: Path) -> bool:
    """Remove a stage by its descriptor, and the name that it has now; tell whether it is gone."""
    for name in os.listdir(held):
        if name == MARK:
            continue
        if stat.S_ISDIR(os.stat(name, dir_fd=held, follow_symlinks=False).st_mode):
            shutil.rmtree(name, ignore_errors=True, dir_fd=held)
        else:
            with suppress(OSError):
                os.unlink(name, dir_fd=held)
    if os.listdir(held) == [MARK]:
        os.unlink(MARK, dir_fd=held)
    identity = _identity(os.fstat(held))
    if (anchor := _anchor(held, identity)) is not None:
        place = anchor.readlink()
    # rmdir takes empty folders only: should the name be given to another one at this moment, nothing is lost.
    if _identity(os.lstat(place)) == identity:
        place.rmdir()
    return not os.path.lexists(place)
