"""Files and folders that are on the disk when the call returns, and that appear whole or not at all.

One file is synced by itself; one call syncs all the files of a batch of bags. A rename never replaces anything. These
functions raise :class:`OSError`; ``os_errors`` turns it into words.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

__all__ = [
    "NEW_FILE",
    "OPEN_FOLDER",
    "hold_folder",
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

OPEN_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""The flags to open a folder, and no link to one."""

_NEW_FOLDER = 0o775
"""The rights of a new folder, less the umask: whatever that is, not everybody may write there."""

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


def write_new(
    path: str | Path, chunks: Iterable[bytes], *, mode: int | None = None, sync: bool = True, dir_fd: int | None = None
) -> None:
    """Write a file that is not there yet.

    Args:
        path: Where to write it.
        chunks: Its bytes.
        mode: Its mode, whatever the umask is; ``None`` for 0644 less the umask.
        dir_fd: A folder that is held by descriptor, to which ``path`` is relative; see :func:`hold_folder`.
        sync: Put the file and its name on the disk. If not, the caller does that for many files at once
            (:func:`sync_trees`).

    Raises:
        FileExistsError: Something is there, even a link to nowhere.
        OSError: It could not be written; nothing of it is left.
    """
    descriptor = os.open(path, NEW_FILE, 0o644 if mode is None else mode, dir_fd=dir_fd)
    try:
        if mode is not None:
            os.fchmod(descriptor, mode)
        for chunk in chunks:
            write_all(descriptor, chunk)
        if sync:
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(path, dir_fd=dir_fd)
        raise
    finally:
        os.close(descriptor)
    if sync:
        _sync(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY, dir_fd)  # noqa: PTH120 - it may be a string


def replace_file(path: Path, data: bytes, root: Path | None = None) -> None:
    """Write a file beside its place and rename it there, so that a reader sees the old bytes or the new.

    A link in its place is replaced, never followed.

    Args:
        path: The file.
        data: Its bytes.
        root: No link is followed below it; see :func:`hold_folder`. It is the folder of the file unless given.

    Raises:
        OSError: It could not be written; the old bytes are still there.
    """
    with hold_folder(path.parent, root or path.parent) as (held, _changed):
        aside = f".{path.name}.new"
        with suppress(FileNotFoundError):
            os.unlink(aside, dir_fd=held)
        write_new(aside, (data,), dir_fd=held)
        os.rename(aside, path.name, src_dir_fd=held, dst_dir_fd=held)
        os.fsync(held)


def make_folders(folder: Path, root: Path | None = None) -> None:
    """Make a folder and those between it and ``root``, and put the name of each on the disk.

    Args:
        folder: The folder.
        root: As for :func:`hold_folder`.

    Raises:
        OSError: A folder could not be made, or a file or link is in its place.
    """
    with hold_folder(folder, root) as (_held, changed):
        for each in changed:
            sync_folder(each)


@contextmanager
def hold_folder(folder: Path, root: Path | None = None, *, make: bool = True) -> Iterator[tuple[int, tuple[Path, ...]]]:
    """Hold a folder by descriptor while the block runs; make it, and those above it, if they are missing.

    Whoever may write into one of these folders can put a link in the place of the next at any moment. So each is opened
    from the one above it, and none is a link. What is written by the descriptor lands in this very folder.

    Args:
        folder: The folder.
        root: A folder that is there, which the user named: links on the way to it are the user's, and are followed.
            Unless it is given, it is the nearest folder that is there.
        make: Make what is missing. Whoever only reads does not.

    Returns:
        The descriptor, and the folders in which a name was made. Those names are not on the disk yet.

    Raises:
        OSError: A folder could not be made or opened, or a file or link is in its place.
        ValueError: The folder is not below the root.
    """
    held, changed = _walk(folder, _nearest_folder(folder) if root is None else root, make=make)
    try:
        yield held, changed
    finally:
        os.close(held)


def _nearest_folder(folder: Path) -> Path:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _walk(folder: Path, root: Path, *, make: bool) -> tuple[int, tuple[Path, ...]]:
    names = folder.relative_to(root).parts
    if ".." in names:
        raise ValueError(f"{folder} is not below {root}")
    held, changed = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), []
    number = 0
    try:
        for number, name in enumerate(names):
            try:
                below = os.open(name, OPEN_FOLDER, dir_fd=held)
            except FileNotFoundError:
                if not make:
                    raise
                with suppress(FileExistsError):  # Another process makes it at this moment.
                    os.mkdir(name, _NEW_FOLDER, dir_fd=held)
                changed.append(Path(root, *names[:number]))
                below = os.open(name, OPEN_FOLDER, dir_fd=held)
            os.close(held)
            held = below
    except OSError as error:
        code = error.errno or errno.EIO
        with suppress(OSError):
            # Linux says of a link only that it is no folder.
            if stat.S_ISLNK(os.stat(name, dir_fd=held, follow_symlinks=False).st_mode):
                code = errno.ELOOP
        os.close(held)
        raise OSError(code, os.strerror(code), os.fspath(Path(root, *names[: number + 1]))) from error
    return held, tuple(changed)


def may_write(path: Path) -> bool:
    """Tell whether this process may write a file, or make files in a folder; a read-only file system forbids it."""
    mode = os.W_OK | os.X_OK if path.is_dir() else os.W_OK
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    _sync(os.fspath(folder), os.O_RDONLY | os.O_DIRECTORY)


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
            _sync(os.path.join(folder, name), os.O_RDONLY | os.O_NOFOLLOW)  # noqa: PTH118 - os.walk gives strings
        sync_folder(Path(folder))


def _sync(path: str, flags: int, dir_fd: int | None = None) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC, dir_fd=dir_fd)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename_new(source: Path, target: Path, *, dir_fd: int | None = None) -> None:
    """Rename a file or folder to a name that is not there yet, in one step.

    Args:
        source: What to rename.
        target: Its new place.
        dir_fd: The folder of the new place, if it is held by descriptor; see :func:`hold_folder`.

    Raises:
        FileExistsError: The name is taken; nothing was changed.
        OSError: It could not be renamed.
    """
    name = os.fspath(target if dir_fd is None else target.name)
    renameat2 = _library_call("renameat2")
    if renameat2 is not None:
        folder = _AT_FDCWD if dir_fd is None else dir_fd
        names = os.fsencode(source), os.fsencode(name)
        if renameat2(_AT_FDCWD, names[0], folder, names[1], ctypes.c_uint(_RENAME_NOREPLACE)) == 0:
            return
        number = ctypes.get_errno()
        if number not in _UNSUPPORTED:
            raise OSError(number, os.strerror(number), os.fspath(target))
    _rename_checked(source, name, dir_fd)


def _rename_checked(source: Path, name: str, dir_fd: int | None) -> None:
    """Rename where the kernel or the file system has no ``renameat2``.

    A file gets its new name by a hard link, which never replaces anything. POSIX lets the rename of a folder replace an
    empty folder, and nothing else; that is no loss, as an empty folder is no bag.
    """
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
    if source.is_dir():
        os.rename(source, name, dst_dir_fd=dir_fd)
    else:
        os.link(source, name, dst_dir_fd=dir_fd, follow_symlinks=False)
        source.unlink()
