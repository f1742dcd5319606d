"""Calls to the file system that make what was written last, and appear whole.

Scope: one sync for many files, and a rename that never replaces. Not in scope: what is written (``write``).
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

__all__ = ["rename_new", "sync_folders", "sync_trees"]

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})


@lru_cache(maxsize=2)
def _library_call(name: str) -> Callable[..., int] | None:
    """Return a function of the C library that Python does not wrap; ``None`` where the library lacks it."""
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is not None:
        function.restype = ctypes.c_int
    return function


def sync_trees(roots: Iterable[Path]) -> None:
    """Put everything below some folders on the disk: one ``syncfs`` a file system where there is one, else each file.

    Raises:
        OSError: The disk did not take it.
    """
    _sync_all(roots, _sync_each)


def sync_folders(folders: Iterable[Path]) -> None:
    """Put the names in some folders on the disk: one ``syncfs`` a file system where there is one, else each folder.

    Raises:
        OSError: The disk did not take it.
    """
    _sync_all(folders, lambda folder: _sync(folder, os.O_RDONLY | os.O_DIRECTORY))


def _sync_all(folders: Iterable[Path], one: Callable[[Path], None]) -> None:
    by_device: dict[int, list[Path]] = {}
    for folder in folders:
        by_device.setdefault(folder.stat().st_dev, []).append(folder)
    for there in by_device.values():
        if not _sync_file_system(there[0]):
            for folder in there:
                one(folder)


def _sync_file_system(place: Path) -> bool:
    """Sync the file system that holds a folder; return whether there is such a call."""
    syncfs = _library_call("syncfs")
    if syncfs is None:
        return False
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            if number not in _UNSUPPORTED:
                raise OSError(number, os.strerror(number), os.fspath(place))
            return False
        return True
    finally:
        os.close(descriptor)


def _sync_each(root: Path) -> None:
    for folder, _folders, files in os.walk(root):
        for name in files:
            _sync(Path(folder, name), os.O_RDONLY | os.O_NOFOLLOW)
        _sync(Path(folder), os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename_new(source: Path, target: Path) -> None:
    """Rename a file or folder to a name that is not there yet, in one step.

    Raises:
        FileExistsError: The name is taken; nothing was changed.
        OSError: It could not be renamed.
    """
    renameat2 = _library_call("renameat2")
    if renameat2 is not None:
        names = os.fsencode(source), os.fsencode(target)
        if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], ctypes.c_uint(_RENAME_NOREPLACE)) == 0:
            return
        number = ctypes.get_errno()
        if number not in _UNSUPPORTED:
            raise OSError(number, os.strerror(number), os.fspath(target))
    _rename_checked(source, target)


def _rename_checked(source: Path, target: Path) -> None:
    """Rename where the kernel or the file system has no such call.

    A file gets its name by a link, which never replaces. A folder can replace an empty folder only, which is no bag.
    """
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
    if source.is_dir():
        source.rename(target)
    else:
        os.link(source, target, follow_symlinks=False)
        source.unlink()
