"""The bytes of open files, in chunks, asked of the disk before they are needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from preserve.digests import CHUNK

__all__ = ["read_chunks"]

_AHEAD: Final = 8 * CHUNK
"""Bytes that are asked for before they are read. By itself a system reads a few hundred kilobytes ahead, and the disk
idles while they are hashed."""


def read_chunks(descriptor: int, size: int, offset: int = 0) -> Iterator[bytes]:
    """Give bytes of a file, at most :data:`preserve.digests.CHUNK` at a time, until it ends.

    The position of the descriptor does not move, so several threads can share it.

    Args:
        descriptor: An open plain file.
        size: How many bytes to give at most.
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
