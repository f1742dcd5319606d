"""Files and folders that are on the disk when the call returns, and that appear whole or not at all.

One file is synced by itself; one call syncs all the files of a batch of bags. A rename never replaces anything. These
functions raise :class:`OSError`; ``os_errors`` turns it into words.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

__all__ = [
    "NEW_FILE",
    "make_folders",
    "may_write",
    "rename_new",
    "replace_file",
    "sync_folder",
    "sync_folders",
    "sync_trees",
    "write_all",
    "write_new",
]

NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
"""The flags to open a file that must not be there yet, not even as a link to nowhere."""

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


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte: ``os.write`` may write fewer."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def write_new(path: str | Path, chunks: Iterable[bytes], *, mode: int | None = None, sync: bool = True) -> None:
    """Write a file that is not there yet.

    Args:
        path: Where to write it.
        chunks: Its bytes.
        mode: Its mode, whatever the umask is; ``None`` for 0644 less the umask.
        sync: Put the file and its name on the disk. If not, the caller does that for many files at once
            (:func:`sync_trees`).

    Raises:
        FileExistsError: Something is there, even a link to nowhere.
        OSError: It could not be written; nothing of it is left.
    """
    descriptor = os.open(path, NEW_FILE, 0o644 if mode is None else mode)
    try:
        if mode is not None:
            os.fchmod(descriptor, mode)
        for chunk in chunks:
            write_all(descriptor, chunk)
        if sync:
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - strings: this runs for every file of every bag
        raise
    finally:
        os.close(descriptor)
    if sync:
        sync_folder(Path(path).parent)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it there, so that a reader sees the old bytes or the new.

    Raises:
        OSError: It could not be written; the old bytes are still there.
    """
    aside = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        aside.unlink()
    write_new(aside, (data,))
    aside.replace(path)
    sync_folder(path.parent)


def make_folders(folder: Path, root: Path) -> None:
    """Make a folder and those between it and ``root``, and put the name of each on the disk."""
    missing = []
    while folder != root and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def may_write(path: Path) -> bool:
    """Tell whether this process may write a file, or make files in a folder; a read-only file system forbids it."""
    mode = os.W_OK | os.X_OK if path.is_dir() else os.W_OK
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_trees(roots: Iterable[Path]) -> None:
    """Put everything below some folders on the disk: by one ``syncfs`` a file system where there is such a call.

    Elsewhere each file is synced by itself, which takes longer.

    Raises:
        OSError: The disk did not take it.
    """
    _sync_all(roots, _sync_each)


def sync_folders(folders: Iterable[Path]) -> None:
    """Put the names in some folders on the disk, by the same means as :func:`sync_trees`.

    Raises:
        OSError: The disk did not take it.
    """
    _sync_all(folders, sync_folder)


def _sync_all(folders: Iterable[Path], one: Callable[[Path], None]) -> None:
    by_device: dict[int, list[Path]] = {}
    for folder in folders:
        by_device.setdefault(folder.stat().st_dev, []).append(folder)
    for there in by_device.values():
        if not _sync_file_system(there[0]):
            for folder in there:
                one(folder)


def _sync_file_system(place: Path) -> bool:
    """Sync the file system that holds a folder; return whether there is a call for that."""
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
        sync_folder(Path(folder))


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
    """Rename where the kernel or the file system has no ``renameat2``.

    A file gets its new name by a hard link, which never replaces anything. POSIX lets the rename of a folder replace an
    empty folder, and nothing else; that is no loss, as an empty folder is no bag.
    """
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
    if source.is_dir():
        source.rename(target)
    else:
        os.link(source, target, follow_symlinks=False)
        source.unlink()
