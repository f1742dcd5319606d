"""The file that an index of rows is kept in: its bytes, its places, how it appears, and whether it is whole.

The bytes, all numbers little-endian:

* :data:`MAGIC`
* an entry of 16 bytes for each row: its offset; its length, with the flaw in the highest byte
* the footer: how many entries there are; size, mtime, ctime and inode of the indexed file; SHA-256 of that file;
  SHA-256 of its first and last 64 KiB
* SHA-256 of all that stands before

It appears whole, by renaming. An index whose digest is wrong is not used.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from preserve.errors import SourceError
from preserve.octets import sync_folder
from preserve.readers.csv.rows import Extent, Flaw
from preserve.readers.reader import FileStamp
from preserve.readers.source_bytes import open_source

__all__ = ["CHUNK", "MAGIC", "Footer", "RowIndex", "index_places", "keep_index", "load_index", "pack_entry"]

CHUNK = 256 << 10
"""Bytes read at a time."""

MAGIC = b"preserve csv 1\r\n"
"""What an index begins with."""

_ENTRY = struct.Struct("<QQ")
_FOOTER = struct.Struct("<QQqqQ32s32s")
_DIGEST = 32
_LENGTH = (1 << 56) - 1


def pack_entry(extent: Extent) -> bytes:
    """Return the entry of a row."""
    return _ENTRY.pack(extent.offset, extent.length | (extent.flaw or 0) << 56)


@dataclass(frozen=True, slots=True)
class Footer:
    """What an index says besides its entries.

    Attributes:
        count: How many entries it has.
        stamp: The state of the indexed file when it was read.
        sha256: The digest of the indexed file.
        ends: SHA-256 of its first and last bytes.
    """

    count: int
    stamp: FileStamp
    sha256: bytes
    ends: bytes

    def pack(self) -> bytes:
        """Return the bytes in the index."""
        stamp = self.stamp
        return _FOOTER.pack(self.count, stamp.size, stamp.mtime, stamp.ctime, stamp.inode, self.sha256, self.ends)

    @classmethod
    def unpack(cls, data: bytes) -> Footer:
        """Return the footer that some bytes are."""
        count, size, mtime, ctime, inode, sha256, ends = _FOOTER.unpack(data)
        return cls(count, FileStamp(size, mtime, ctime, inode), sha256, ends)


class RowIndex:
    """An open index, to be read while its file is open.

    Attributes:
        count: How many entries it has: the rows, and the stretches between them that are no rows.
        sha256: The digest of the whole indexed file, in lower-case hexadecimal.
        stamp: The state of the indexed file.
        ends: SHA-256 of its first and last bytes.
    """

    __slots__ = ("_stream", "count", "ends", "sha256", "stamp")

    def __init__(self, stream: BinaryIO, footer: Footer) -> None:
        self._stream = stream
        self.count = footer.count
        self.sha256 = footer.sha256.hex()
        self.stamp = footer.stamp
        self.ends = footer.ends

    def extents(self, first: int = 1, last: int | None = None) -> Iterator[Extent]:
        """Yield the entries of some rows in the order of the file, without reading those before them.

        Args:
            first: The first row, counted from 1.
            last: The last row; ``None`` for the end.
        """
        at = max(first, 1) - 1
        end = self.count if last is None else min(last, self.count)
        while at < end:
            some = min(end - at, CHUNK // _ENTRY.size)
            self._stream.seek(len(MAGIC) + at * _ENTRY.size)
            for offset, packed in _ENTRY.iter_unpack(self._stream.read(some * _ENTRY.size)):
                flaw = packed >> 56
                yield Extent(offset, packed & _LENGTH, Flaw(flaw) if flaw else None)
            at += some


def index_places(path: Path) -> list[Path]:
    """Return where the index of a file may be kept, the best place first."""
    places = [path.with_name(f".{path.name}.preserve-index")]
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():
        try:
            cache = Path.home() / ".cache"
        except RuntimeError:  # a process of no known user has no home
            return places
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()
    return [*places, cache / "preserve" / f"{name}.preserve-index"]


@contextmanager
def load_index(place: Path) -> Iterator[RowIndex | None]:
    """Open a kept index; ``None`` when there is none, or it is not whole."""
    with ExitStack() as stack:
        index = None
        with suppress(OSError, SourceError):
            # The name is ours: if there is a link, somebody else put it there.
            stream = stack.enter_context(open_source(place, str(place), os.O_NOFOLLOW))
            index = _whole(stream)
        yield index


def _whole(stream: BinaryIO) -> RowIndex | None:
    size = os.fstat(stream.fileno()).st_size
    entries, odd = divmod(size - len(MAGIC) - _FOOTER.size - _DIGEST, _ENTRY.size)
    if entries < 0 or odd or stream.read(len(MAGIC)) != MAGIC:
        return None
    digest = hashlib.sha256(MAGIC)
    left = entries * _ENTRY.size
    while left and (chunk := stream.read(min(left, CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    packed = stream.read(_FOOTER.size)
    digest.update(packed)
    if left or stream.read() != digest.digest():
        return None
    footer = Footer.unpack(packed)
    return RowIndex(stream, footer) if footer.count == entries else None


def keep_index(made: BinaryIO, places: list[Path]) -> None:
    """Keep an index in the first place that takes it. Where none does, the next run makes it again."""
    for place in places:
        # No rights, no space, no such file system: an index only saves time.
        with suppress(OSError):
            if place is not places[0]:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made.seek(0)
            _appear(made, place)
            return


def _appear(made: BinaryIO, place: Path) -> None:
    """Write a file aside and let it appear whole. What a killed process left aside is overwritten."""
    aside = place.with_name(f"{place.name}.part")
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    with os.fdopen(descriptor, "r+b") as stream:
        # Two runs may make the index at once: the second does without keeping its own.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The first may have renamed this file between our opening and locking it.
        if not os.path.samestat(os.fstat(descriptor), aside.lstat()) or not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BlockingIOError(f"{aside} is another process's")
        stream.truncate(0)
        shutil.copyfileobj(made, stream, CHUNK)
        stream.flush()
        os.fsync(descriptor)
        aside.replace(place)
    sync_folder(place.parent)
