"""Sources as the user names them: files, folders, standard input.

Scope: walking folders in a fixed order and reading one item's bytes, bounded. Not in scope: what the bytes are; the
readers say that.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from preserve.errors import SourceError
from preserve.readers import SourceItem, SourceRef

__all__ = ["LARGEST", "load", "walk"]

LARGEST = 16 << 20
"""Bytes of the largest page that is read whole. The longest cables have some hundred thousand characters."""

_ARCHIVE_MARKER = "0=preserve_archive_1.0"


def walk(arguments: Iterable[str], *, stdin: BinaryIO | None = None) -> Iterator[SourceRef]:
    """Name every item that the arguments stand for, sorted within each folder.

    ``-`` is standard input, a folder is walked. Inside a folder, hidden names, other archives of ours and bags are
    passed over, and links to folders are not followed (a link to a file is read).
    """
    for argument in arguments:
        if argument == "-":
            yield _standard_input(stdin or sys.stdin.buffer)
        elif (path := Path(argument)).is_dir():
            yield from _folder(path)
        else:
            yield SourceRef(_named(argument), path)


def _standard_input(stream: BinaryIO) -> SourceRef:
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        return SourceRef("-", trouble=f"standard input is larger than {LARGEST >> 20} MiB, which no page of a cable is")
    return SourceRef("-", data=data)


def _named(name: str) -> str:
    """Return a file's name as text: bytes of it that are no UTF-8 are shown as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _folder(top: Path) -> Iterator[SourceRef]:
    none = True
    for ref in _entries(top):
        none = False
        yield ref
    if none:
        yield SourceRef(_named(str(top)), trouble="the folder has no files to read")


def _entries(folder: Path) -> Iterator[SourceRef]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield SourceRef(_named(str(folder)), trouble=f"the folder cannot be listed: {error.strerror}")
        return
    names = {entry.name for entry in entries}
    if _ARCHIVE_MARKER in names or {"bagit.txt", "data"} <= names:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path))
        elif not entry.is_dir():
            yield SourceRef(_named(entry.path), Path(entry.path))


def load(ref: SourceRef) -> SourceItem:
    """Read the bytes of one item.

    Raises:
        SourceError: It is missing, unreadable, no regular file, or larger than :data:`LARGEST`.
    """
    if ref.trouble is not None:
        raise SourceError(f"{ref.where}: {ref.trouble}", hint="Name a captured page, or a folder that holds some.")
    if ref.path is None:
        return SourceItem("stdin", ref.data or b"", "standard input")
    try:
        return SourceItem(_named(ref.path.name), _read(ref, ref.path), ref.where)
    except FileNotFoundError as error:
        raise SourceError(f"{ref.where}: no such file or folder", hint="Check the name.") from error
    except PermissionError as error:
        raise SourceError(f"{ref.where}: you may not read it", hint="Check its permissions.") from error
    except OSError as error:
        raise SourceError(f"{ref.where}: cannot be read: {error.strerror or error}") from error


def _read(ref: SourceRef, path: Path) -> bytes:
    # Non-blocking, so that a named pipe in a folder cannot hold up a batch.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(
                f"{ref.where}: not a regular file", hint="Name a file, a folder, or - for standard input."
            )
        if status.st_size <= LARGEST:
            data = stream.read(LARGEST + 1)
            if len(data) <= LARGEST:
                return data
    raise SourceError(
        f"{ref.where}: larger than {LARGEST >> 20} MiB, which no page of a cable is",
        hint="Give captured pages, one cable a file.",
    )
