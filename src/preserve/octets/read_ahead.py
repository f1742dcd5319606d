"""The octets of files on a disk, in chunks, asked of the disk before they are needed.

Scope: reading on from a place in an open file. Not in scope: which files may be opened, and how (``folder``,
``tarball``, ``gather``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from preserve.digests import CHUNK

__all__ = ["read_chunks"]

_AHEAD: Final = 8 * CHUNK
"""Octets that are asked for before they are read. By itself a system reads a few hundred kilobytes ahead, and a disk
idles while they are hashed."""


def read_chunks(descriptor: int, size: int, offset: int = 0) -> Iterator[bytes]:
    """Give octets of a file, as many as there are, :data:`preserve.digests.CHUNK` at a time.

    The place at which others read in the file is left alone, so that several threads can share the descriptor.

    Args:
        descriptor: The file, a plain one.
        size: How many octets to give at most.
        offset: Where to begin.

    Raises:
        OSError: They could not be read.
    """
    end = offset + size
    asked = min(end, offset + _AHEAD)
    if size > CHUNK:
        _ask(descriptor, offset, asked - offset)
    while offset < end:
        chunk = os.pread(descriptor, min(CHUNK, end - offset), offset)
        if not chunk:
            return
        offset += len(chunk)
        if asked < end:
            _ask(descriptor, asked, len(chunk))
            asked += len(chunk)
        yield chunk


def _ask(descriptor: int, offset: int, size: int) -> None:
    if hasattr(os, "posix_fadvise"):  # not on every system; without, reading is only slower
        os.posix_fadvise(descriptor, offset, size, os.POSIX_FADV_WILLNEED)
