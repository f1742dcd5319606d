"""The table of contents of a zip, read in bounded memory (APPNOTE.TXT 4.3.12).

Scope: opening. Not in scope: what the members mean (``bag.zipped``, ``readers.zips``).
"""

from __future__ import annotations

import os
import zipfile
from typing import IO, BinaryIO, cast

__all__ = ["MAX_MEMBERS", "TooLargeError", "open_zip"]


MAX_MEMBERS = 160_000
"""Members that a table may list: the library makes an object of 500 octets and more of each, all at once."""

_ENTRY = b"PK\x01\x02"
"""APPNOTE 4.3.12: how each entry of the table begins."""


class TooLargeError(zipfile.BadZipFile):
    """The table of contents is larger than is looked at, which is no fault of the zip."""


def open_zip(file: BinaryIO, largest: int, members: int | None = None) -> zipfile.ZipFile:
    """Open a zip, unless its table of contents is larger than is looked at: the library reads it in one piece.

    Args:
        file: The zip; closing what is returned leaves it open.
        largest: Octets that are read at once; no member is read in larger pieces.
        members: Entries that the table may have; ``None`` for :data:`MAX_MEMBERS`.

    Raises:
        TooLargeError: The table is larger.
        zipfile.BadZipFile: It is no zip. On hostile octets the library raises others too.
    """
    return zipfile.ZipFile(cast("IO[bytes]", _Guarded(file, largest, MAX_MEMBERS if members is None else members)))


class _Guarded:
    """A file of which no more is read at once than is bearable."""

    def __init__(self, file: BinaryIO, largest: int, members: int) -> None:
        self._file, self._largest, self._members = file, largest, members
        self._end = file.seek(0, os.SEEK_END)
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._end - self.tell())
        size = left if size < 0 else min(size, left)
        if size > self._largest:
            raise TooLargeError(f"it is larger than {self._largest} octets")
        octets = self._file.read(size)
        if octets.count(_ENTRY) > self._members:
            raise TooLargeError(f"it has over {self._members} members")
        return octets
