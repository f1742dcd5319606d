"""One thing that a bag holds: a file, a folder, a link, or something else that is never opened.

Its path is kept as the file system or the archive gives it, and :func:`printable` is how a message shows it.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from preserve.findings import Finding

__all__ = ["Entry", "EntryKind", "is_system_file", "printable", "refusal"]

_MAX_SHOWN = 5_000
"""Characters of a path that are shown; no system takes so many."""

_SYSTEM = re.compile(r"(?:\A|/)(?:\.DS_Store|\.AppleDouble|\._[^/]*|Thumbs\.db|desktop\.ini|__MACOSX)(?:/|\Z)")


class EntryKind(Enum):
    """What an entry is; only a file is ever opened."""

    FILE = auto()
    FOLDER = auto()
    LINK = auto()
    SPECIAL = auto()


class Entry(NamedTuple):
    """One thing in a container.

    Attributes:
        path: Its path in the bag, with ``/`` between the parts; bytes that are not UTF-8 stand as lone surrogates.
        kind: File, folder, link or special file.
        size: How many bytes it has, when it is a file.
        place: What finds it again: an offset in a tar, a number in a zip, the inode on a disk.
        volume: The device of that inode.
    """

    path: str
    kind: EntryKind
    size: int
    place: int
    volume: int = 0


def refusal(kind: EntryKind, where: str) -> Finding | None:
    """Return the finding that something in a bag is never opened, and why; ``None`` for files and folders."""
    if kind is EntryKind.LINK:
        return Finding.of("link-in-bag", where, "it is a link; it is not followed")
    if kind is EntryKind.SPECIAL:
        return Finding.of("special-file", where, "it is neither a file nor a folder")
    return None


def is_system_file(path: str) -> bool:
    """Tell whether a file has a name, or lies in a folder with a name, that an operating system gives by itself."""
    return _SYSTEM.search(path) is not None


def printable(path: str) -> str:
    r"""Return a path as it can be printed and encoded: bytes that are not UTF-8 as ``\xff``, an endless one cut."""
    if len(path) > _MAX_SHOWN:
        return f"{printable(path[:_MAX_SHOWN])}... ({len(path)} characters)"
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
