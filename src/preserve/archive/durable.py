"""Files that are on the disk when the call returns, and that appear whole or not at all.

Scope: new files, replaced files, new folders, all synced. Not in scope: bags; ``bag.stage`` and ``bag.write`` have
their own way, which syncs once a batch. These functions raise :class:`OSError`; their callers name it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["make_folders", "may_write", "replace_file", "sync_folder", "write_all", "write_new"]


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte: ``os.write`` may write fewer."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        FileExistsError: Something is there, even a link to nowhere.
        OSError: It could not be written; nothing is left.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it there, so that a reader sees the old bytes or the new.

    Raises:
        OSError: It could not be written; the old bytes are still there.
    """
    aside = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    write_new(aside, data)
    aside.replace(path)
    sync_folder(path.parent)


def may_write(path: Path) -> bool:
    """Tell whether this process may write a file, or make files in a folder; a read-only file system says no."""
    mode = os.W_OK | os.X_OK if path.is_dir() else os.W_OK
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def make_folders(folder: Path, root: Path) -> None:
    """Make a folder and those above it, down from ``root``, each synced into the one that holds it."""
    missing = []
    while folder != root and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
