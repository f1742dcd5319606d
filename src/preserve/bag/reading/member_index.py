"""The member index of a tarred bag: where each file begins, how long it is, and its digest.

This is the file ``NAME.tar.index.csv`` beside a tar, written and read. ``indexing`` makes one from a tar and compares
one with a tar.

With an index, one ranged read gives a file of a large bag, on a disk or from an object store, and the digest verifies
it. The index is derived: it can be made again from the tar alone. It is as good as whoever wrote it, so an archive
notes its digest in the event log.
"""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple

from preserve.bag.containers import printable
from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import BagPath
from preserve.digests import ALGORITHMS, DIGITS, MultiDigest
from preserve.errors import BagError
from preserve.octets import BLOCK, padding

__all__ = [
    "INDEX_SUFFIX",
    "IndexRows",
    "IndexedMember",
    "MemberIndex",
    "index_path",
    "open_index",
    "read_index",
]

INDEX_SUFFIX: Final = ".index.csv"
"""What the name of an index has after that of its tar."""

_MAX_LINE: Final = 1 << 18
"""Bytes of the longest line; the library takes no field of more than 2^17 characters."""
_HINT: Final = "An index is made from its tar: delete the one that is there, then run preserve bag index BAG.tar."
_COLUMNS: Final = ("path", "offset", "length")
_SPECIAL: Final = re.compile(r"[\",\r\n]")
_HEX: Final = frozenset("0123456789abcdef")


class IndexedMember(NamedTuple):
    """One file of a tarred bag.

    Attributes:
        offset: Where its first byte lies in the tar.
        length: How many bytes it has.
        digest: Its digest, lower-case hexadecimal.
    """

    offset: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class MemberIndex:
    """The files of a tarred bag.

    Attributes:
        algorithm: BagIt's name of the algorithm of the digests.
        members: The files, by path in the bag.
    """

    algorithm: str
    members: Mapping[str, IndexedMember]

    def encode(self) -> bytes:
        """Return the bytes of the index: CSV (RFC 4180) in UTF-8 with line feeds, a row a file, sorted by path."""
        rows = [f"path,offset,length,{self.algorithm}\n"]
        for path in sorted(self.members):
            offset, length, digest = self.members[path]
            rows.append(f"{_quoted(path)},{offset},{length},{digest}\n")
        return "".join(rows).encode()

    @classmethod
    def decode(cls, data: bytes, where: str) -> MemberIndex:
        """Read an index.

        Args:
            data: Its bytes; anybody may have written them.
            where: How messages name it.

        Raises:
            BagError: It is no index, or names a path, a place or a digest that cannot be.
        """
        return _decode(IndexRows(io.BytesIO(data), where))


def _quoted(path: str) -> str:
    # Not with the library: where lines end in LF, it writes a CR without quotes and then reads it as the end of a line.
    doubled = path.replace('"', '""')
    return f'"{doubled}"' if _SPECIAL.search(path) else path


class IndexRows:
    """The rows of an index as they are read, in memory that does not grow.

    Each row is checked: its values are possible, and its path comes after that of the row before.

    Args:
        file: The index, at its start.
        where: How messages name it.
        limits: How many rows are read.

    Attributes:
        algorithm: BagIt's name of the algorithm of the digests, from the first line.

    Raises:
        BagError: It is no index; also while the rows are read.
    """

    def __init__(self, file: IO[bytes], where: str, limits: Limits = LIMITS) -> None:
        self._file, self._where, self._line, self._hash = file, where, 0, MultiDigest(("sha256",))
        self._most = limits.entries
        self._reader = csv.reader(self._lines(), strict=True)
        with self._naming_the_line():
            head = next(self._reader, [])
            if len(head) != 4 or tuple(head[:3]) != _COLUMNS or head[3] not in ALGORITHMS:
                raise ValueError("it does not name the columns")
        self.algorithm = head[3]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the lines read so far."""
        return self._hash.hexdigests()["sha256"]

    def error(self, says: str) -> BagError:
        """Return the error that says that the file is no index, and why."""
        return BagError(f"{self._where} is no index of a tar: {says}", hint=_HINT)

    @contextmanager
    def _naming_the_line(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, csv.Error) as error:
            raise self.error(f"line {self._line}: {error}") from error

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(_MAX_LINE + 1):
            self._line += 1
            if len(line) > _MAX_LINE:
                raise ValueError(f"it has over {_MAX_LINE} bytes")
            self._hash.update(line)
            yield line.decode("utf-8")

    def __iter__(self) -> Iterator[tuple[str, IndexedMember]]:
        last = ""
        with self._naming_the_line():
            for number, row in enumerate(self._reader):
                if number == self._most:
                    raise ValueError(f"over {self._most} rows, more files than are listed of a bag")
                path, member = _member(row, self.algorithm)
                if path <= last:
                    raise ValueError(f"{printable(path)!r} {'stands twice' if path == last else 'is not in its order'}")
                last = path
                yield path, member


def _decode(rows: IndexRows) -> MemberIndex:
    members = dict(rows)
    end = 0
    for path, (offset, length, _digest) in sorted(members.items(), key=lambda each: each[1].offset):
        # POSIX.1-2017 pax: a header of at least one block goes before the bytes of each file.
        if offset < end + BLOCK:
            raise rows.error(f"{printable(path)!r} begins where another file or its header lies")
        end = offset + length + padding(length)
    return MemberIndex(rows.algorithm, members)


def _member(row: list[str], algorithm: str) -> tuple[str, IndexedMember]:
    if len(row) != 4:
        raise ValueError(f"a row has {len(row)} fields")
    path, offset, length, digest = row
    if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in (offset, length)):
        raise ValueError(f"{printable(path)!r} has no place")
    if int(offset) % BLOCK:
        raise ValueError(f"{printable(path)!r} does not begin with a block of {BLOCK} bytes")
    if len(digest) != DIGITS[algorithm] or set(digest) - _HEX:
        raise ValueError(f"{printable(path)!r} has no {algorithm}")
    return BagPath(path).value, IndexedMember(int(offset), int(length), digest)


def index_path(tar: Path) -> Path:
    """Return where the index of a tar lies."""
    return tar.with_name(tar.name + INDEX_SUFFIX)


def read_index(path: Path, limits: Limits = LIMITS) -> tuple[MemberIndex, str]:
    """Return an index, and the SHA-256 of its file.

    Raises:
        BagError: It is not there, could not be read, is larger than the limits allow, or is no index.
    """
    with open_index(path, limits) as rows:
        return _decode(rows), rows.sha256


@contextmanager
def open_index(path: Path, limits: Limits = LIMITS) -> Iterator[IndexRows]:
    """Give the rows of an index, to be read while it is open.

    Raises:
        BagError: As for :func:`read_index`; also while the rows are read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BagError(f"the index {path} is no file", hint=_HINT)
            if status.st_size > limits.index:
                raise BagError(f"the index {path} has over {limits.index} bytes; it is not read", hint=_HINT)
            yield IndexRows(file, str(path), limits)
    except OSError as error:
        raise BagError(f"the index {path} could not be read: {error.strerror}", hint=_HINT) from error
