"""Plain tars on a disk: the container that reads one without unpacking, any member at any time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from preserve.bag.containers.container import Listing
from preserve.bag.containers.entry import Entry
from preserve.bag.containers.tar_listing import list_tar
from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import Form
from preserve.errors import UnreadableBagError
from preserve.octets import BLOCK, CutShortError, read_chunks

__all__ = ["TarContainer"]

_WINDOW = 1 << 16
"""Bytes that are read at once where a header is: those of small files lie near each other."""

_AT_ONCE = 10_000
"""Members that are sorted by place before they are read; all of them may be a million."""


class TarContainer:
    """A bag as a plain tar, kept open from its making to :meth:`close`.

    Args:
        path: The tar.
        limits: How much of it is read and kept.

    Attributes:
        end: How many bytes it has.

    Raises:
        OSError: The tar could not be opened.
    """

    __slots__ = ("_file", "_from", "_path", "_window", "end", "limits")

    form = Form.TAR
    media_types = frozenset({"application/tar", "application/x-tar"})
    random_access = True

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self._path, self.limits = path, limits
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.end = os.fstat(self._file).st_size
        self._window, self._from = b"", 0

    @property
    def most_members(self) -> int:
        """How many members may be listed."""
        return self.limits.entries

    def close(self) -> None:
        """Close the tar."""
        os.close(self._file)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return some bytes of the tar, fewer only at its end; those of headers come many at a time."""
        if offset >= self.end:
            return b""
        if size > BLOCK:
            return os.pread(self._file, size, offset)
        at = offset - self._from
        if not 0 <= at <= len(self._window) - size:
            self._window, self._from, at = os.pread(self._file, _WINDOW, offset), offset, 0
        return self._window[at : at + size]

    def listing(self) -> Listing:
        """List the members below the one top folder, in one pass over the headers."""
        try:
            return list_tar(self, self._path.name, (".tar",), self.limits)
        except OSError as error:
            raise UnreadableBagError(
                f"{self._path} could not be read: {error.strerror}", hint="Check its disk, then run again."
            ) from error

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the bytes of listed members, some thousand at a time in the order in which they lie."""
        rest = iter(wanted)
        while some := sorted(islice(rest, _AT_ONCE), key=lambda entry: entry.place):
            for entry in some:
                yield entry, self._member(entry)

    def _member(self, entry: Entry) -> Iterator[bytes]:
        left = entry.size
        for chunk in read_chunks(self._file, entry.size, entry.place):
            left -= len(chunk)
            yield chunk
        if left:
            raise CutShortError(left)

    def digests_of(self, _entry: Entry) -> None:
        """Return nothing: every member can be read at any time."""
