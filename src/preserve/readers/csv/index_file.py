"""The index of a file of rows as it is kept: its bytes, its places, how it appears, and whether it is whole.

Scope: the file that holds an index. Not in scope: making one, and what it is good for (``csv_index``).

The bytes: :data:`MAGIC`; an entry of 16 octets for each row (offset; length, with the flaw in the highest octet); the
footer (count of entries; size, mtime, ctime and inode of the file; SHA-256 of the file; SHA-256 of its first and last
64 KiB); SHA-256 of all before. Little-endian. It appears whole, by renaming. One whose digest is wrong is none.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from preserve.errors import SourceError
from preserve.readers.csv.rows import Extent, Flaw
from preserve.readers.wording import printable_name

__all__ = ["CHUNK", "MAGIC", "Footer", "RowIndex", "Stamp", "entry", "keep", "load", "opened", "places"]

CHUNK = 256 << 10
"""Bytes read at a time."""

MAGIC = b"preserve csv 1\r\n"
"""What an index begins with."""

_ENTRY = struct.Struct("<QQ")
_FOOTER = struct.Struct("<QQqqQ32s32s")
_DIGEST = 32
_LENGTH = (1 << 56) - 1


def entry(extent: Extent) -> bytes:
    """Return the entry of a row."""
    return _ENTRY.pack(extent.offset, extent.length | (extent.flaw or 0) << 56)


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a changed file is known. Nobody can set a ctime, so that an index from elsewhere never fits."""

    size: int
    mtime: int
    ctime: int
    inode: int

    @classmethod
    def of(cls, descriptor: int) -> Stamp:
        """Return the stamp of an opened file."""
        status = os.fstat(descriptor)
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Footer:
    """What an index says besides its entries.

    Attributes:
        count: How many entries it has.
        stamp: Of the indexed file when it was read.
        sha256: Of all its bytes.
        ends: SHA-256 of its first and last bytes.
    """

    count: int
    stamp: Stamp
    sha256: bytes
    ends: bytes

    def pack(self) -> bytes:
        """Return the octets in the index."""
        stamp = self.stamp
        return _FOOTER.pack(self.count, stamp.size, stamp.mtime, stamp.ctime, stamp.inode, self.sha256, self.ends)

    @classmethod
    def unpack(cls, data: bytes) -> Footer:
        """Return what the octets say."""
        count, size, mtime, ctime, inode, sha256, ends = _FOOTER.unpack(data)
        return cls(count, Stamp(size, mtime, ctime, inode), sha256, ends)


class RowIndex:
    """An opened index. Read it while its file is open.

    Attributes:
        count: How many entries it has: the rows, and the stretches between that are none.
        sha256: Of the whole indexed file, lower-case hexadecimal.
    """

    __slots__ = ("_stream", "count", "sha256")

    def __init__(self, stream: BinaryIO, footer: Footer) -> None:
        self._stream = stream
        self.count = footer.count
        self.sha256 = footer.sha256.hex()

    def extents(self, first: int = 1, last: int | None = None) -> Iterator[Extent]:
        """Yield entries in the order of the file, without reading those before.

        Args:
            first: The first to yield, counted from 1.
            last: The last to yield; ``None`` for the end.
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


def places(path: Path) -> list[Path]:
    """Return where the index of a file may be kept, the best place first."""
    places = [path.with_name(f".{path.name}.preserve-index")]
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():
        try:
            cache = Path.home() / ".cache"
        except RuntimeError:  # nobody's process: no home
            return places
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()
    return [*places, cache / "preserve" / f"{name}.preserve-index"]


def load(place: Path) -> tuple[BinaryIO, Footer] | None:
    """Return an opened index and its footer; ``None`` when there is none, or it is not whole."""
    try:
        stream = opened(place, os.O_NOFOLLOW)
    except (OSError, SourceError):
        return None
    try:
        if (footer := _whole(stream)) is not None:
            return stream, footer
    except OSError:
        pass
    stream.close()
    return None


def _whole(stream: BinaryIO) -> Footer | None:
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
    return footer if footer.count == entries else None


def keep(made: BinaryIO, places: list[Path]) -> None:
    """Keep an index in the first place that takes it; in none, the next run makes it again."""
    for place in places:
        # No rights, no space, no such file system: an index only saves time.
        with suppress(OSError):
            if place is not places[0]:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made.seek(0)
            _appear(made, place)
            return


def _appear(made: BinaryIO, place: Path) -> None:
    """Write a file aside and let it appear whole. What a killed process left aside is used again, not added to."""
    aside = place.with_name(f"{place.name}.part")
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    with os.fdopen(descriptor, "r+b") as stream:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), aside.lstat()) or not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BlockingIOError(f"{aside} is another process's")
        stream.truncate(0)
        shutil.copyfileobj(made, stream, CHUNK)
        stream.flush()
        os.fsync(descriptor)
        aside.replace(place)
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def opened(path: Path, flags: int = 0) -> BinaryIO:
    """Open a regular file to read.

    Raises:
        OSError: It cannot be opened.
        SourceError: It is no regular file.
    """
    # Non-blocking, so that a named pipe cannot hold up a run.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError(f"{printable_name(str(path))}: not a regular file", hint="Name the file itself.")
    return os.fdopen(descriptor, "rb")
