"""Errors of the operating system, in words that say what to do next."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from preserve.errors import ArchiveError, PreserveError

__all__ = ["translate_os_errors"]

_WORDS = {
    errno.ENOSPC: ("the disk is full", "Make room on it and run the command again; nothing half-written is visible."),
    errno.EDQUOT: ("the quota is used up", "Make room and run the command again; nothing half-written is visible."),
    errno.EROFS: ("the file system is read-only", "Mount it for writing, or work on a copy."),
    errno.EACCES: ("permission denied", "Ask its owner for the right to read and write there."),
    errno.EPERM: ("permission denied", "Ask its owner for the right to read and write there."),
    errno.ENOENT: ("it is not there", "Check the path, and that its disk is mounted."),
    errno.ENOTDIR: ("a part of the path is not a folder", "Check the path."),
    errno.ELOOP: ("there is a link where a file or folder must be", "Replace the link by what it points to."),
    errno.EXDEV: ("the stage is on another file system", "Stage on the file system of the target."),
    errno.EIO: ("the device reports an input/output error", "Check the disk before anything else is written to it."),
    errno.EMFILE: ("too many files are open", "Raise the limit of open files (ulimit -n)."),
}

_HELD = re.compile(r"/proc/self/fd/[0-9]+")


@contextmanager
def translate_os_errors(doing: str, place: Path, kind: type[PreserveError] = ArchiveError) -> Iterator[None]:
    """Turn an :class:`OSError` of the block into an error of ours.

    Args:
        doing: What was being done, as ``could not write``.
        place: What it was done to. The file name of the error is added where it has another.
        kind: The class of our error.

    Raises:
        PreserveError: An error of that class, in place of each ``OSError``.
    """
    try:
        yield
    except OSError as error:
        words, hint = _WORDS.get(error.errno or 0, (error.strerror or str(error), ""))
        named = error.filename if isinstance(error.filename, str) and error.filename != str(place) else ""
        more = f" ({_readable(named)})" if named else ""
        raise kind(f"{doing} {_readable(str(place))}: {words}{more}", hint=hint) from error


def _readable(path: str) -> str:
    """Return a path as a person can follow it: a folder that is held by descriptor by its name."""
    held = _HELD.match(path)
    if held is not None:
        with suppress(OSError):
            return f"{os.readlink(held[0])}{path[held.end() :]}"  # noqa: PTH115 - it is a string
    return path
