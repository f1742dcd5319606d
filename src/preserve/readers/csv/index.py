"""The index of a ``cables.csv``: where its rows are, so that any of them can be read without those before it.

It is made in one pass over the file, and kept as ``.cables.csv.preserve-index`` beside it: hidden, so that a walk over
the folder passes it over. In a folder that may not be written it is kept in ``$XDG_CACHE_HOME/preserve`` (by default
``~/.cache/preserve``). Where neither may be written, and for small files, it lives as long as the run. It can be
deleted at any time; one that is damaged, or is not of this file, is made anew.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from preserve.cable import SourceContainer
from preserve.errors import SourceError
from preserve.readers.csv.index_file import (
    CHUNK,
    MAGIC,
    Footer,
    RowIndex,
    index_places,
    keep_index,
    load_index,
    pack_entry,
)
from preserve.readers.csv.rows import Extent, begins_row, find_rows, row_number
from preserve.readers.reader import FileStamp, SourceItem, SourceRef
from preserve.readers.source_bytes import LARGEST_SOURCE, open_source
from preserve.readers.wording import printable_name

__all__ = ["BROKEN_ROW", "count_rows", "is_cables_csv", "load_row", "open_index", "row_name", "rows_by_index"]

STORED_FROM = 64 << 20
"""Bytes from which on the index of a file is kept; to index a smaller file again takes a fraction of a second."""

BROKEN_ROW = "The other rows are read; look at this one by eye."
"""What to do about a row that is broken."""

_ENDS = 64 << 10
_HINT = "Do not change the file during a run; run the command again."


def is_cables_csv(path: Path) -> bool:
    """Return whether a regular file begins as the rows of ``cables.csv`` do, whatever its name is.

    A file that cannot be read is none: whoever reads it next says why.
    """
    try:
        with open_source(path, str(path)) as stream:
            return begins_row(stream.read(128))
    except SourceError:
        return False


def rows_by_index(
    path: Path, *, release: str | None = None, first: int = 1, last: int | None = None
) -> Iterator[SourceRef]:
    """Name every row of a file, in order and lazily.

    Args:
        path: The file.
        release: The release that the user says it belongs to.
        first: The first row to name, counted from 1.
        last: The last; ``None`` for the end.

    Yields:
        References for :func:`load_row`. A stretch that is no row comes with its trouble and its offset. A file that
        cannot be read, or that changes meanwhile, gives one reference with its trouble.
    """
    where = printable_name(str(path))
    try:
        with open_index(path) as index:
            for extent in index.extents(first, last):
                yield _ref(path, where, extent, index, release)
    except SourceError as error:
        yield SourceRef.unreadable(where, error, release=release)


def _ref(path: Path, where: str, extent: Extent, index: RowIndex, release: str | None) -> SourceRef:
    return SourceRef(
        where=f"{where}@{extent.offset}",
        path=path,
        trouble=extent.trouble,
        release=release,
        container=SourceContainer(name=printable_name(path.name), sha256=index.sha256, offset=extent.offset),
        length=extent.length,
        stamp=index.stamp,
        hint=BROKEN_ROW if extent.trouble else "",
    )


def count_rows(path: Path) -> int:
    """Return how many rows a file has. Stretches that are no row count too, as :func:`rows_by_index` names them.

    Raises:
        SourceError: The file cannot be read, or changes while it is read.
    """
    with open_index(path) as index:
        return index.count


def row_name(data: bytes) -> str:
    """Return the name of the source that the bytes of a row are."""
    return f"row-{row_number(data)}.csv"


def load_row(ref: SourceRef) -> SourceItem:
    """Read one row that :func:`rows_by_index` named: its bytes as they are in the file, without the line end.

    Raises:
        SourceError: The file cannot be read, or is no longer the file that was indexed.
        ValueError: The reference is none to a row.
    """
    if ref.path is None or ref.length is None or ref.container is None or ref.container.offset is None:
        raise ValueError(f"not a reference to a row: {ref.where}")
    with open_source(ref.path, printable_name(str(ref.path))) as stream:
        data = _range(stream, ref.container.offset, ref.length)
        # The stamp after the bytes: whoever writes the file while they are read is seen.
        changed = FileStamp.of(stream.fileno()) != ref.stamp
    if changed or row_number(data) is None or len(data) != ref.length:
        raise SourceError(f"{ref.where}: the file has changed since its rows were indexed", hint=_HINT)
    return SourceItem(
        name=row_name(data),
        data=data,
        where=ref.where,
        path=printable_name(ref.path.as_posix()),
        release=ref.release,
        container=ref.container,
    )


def _range(stream: BinaryIO, offset: int, length: int) -> bytes:
    if length > LARGEST_SOURCE or offset < 0 or length < 0:
        raise ValueError(f"not the place of a row: {length} bytes at {offset}")
    stream.seek(offset)
    return stream.read(length)


@contextmanager
def open_index(path: Path) -> Iterator[RowIndex]:
    """Open the index of a file; it is made anew when none that fits is kept.

    Raises:
        SourceError: The file cannot be read, or changes while it is read.
    """
    with open_source(path, printable_name(str(path))) as source:
        stamp = FileStamp.of(source.fileno())
        kept = stamp.size >= STORED_FROM
        for place in index_places(path) if kept else []:
            with load_index(place) as index:
                if index is not None and index.stamp == stamp and index.ends == _ends(source, stamp.size):
                    yield index
                    return
        with tempfile.TemporaryFile() as made:
            footer = _build(path, source, made)
            if kept:
                keep_index(made, index_places(path))
            yield RowIndex(made, footer)


def _build(path: Path, source: BinaryIO, made: BinaryIO) -> Footer:
    """Write the index of an open file: its rows, and the digest of the whole, in one pass."""
    before = FileStamp.of(source.fileno())
    whole, own = hashlib.sha256(), hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        source.seek(0)
        while chunk := source.read(CHUNK):
            whole.update(chunk)
            yield chunk

    def put(data: bytes) -> None:
        own.update(data)
        made.write(data)

    put(MAGIC)
    count = 0
    for extent in find_rows(chunks()):
        put(pack_entry(extent))
        count += 1
    footer = Footer(count, before, whole.digest(), _ends(source, before.size))
    if FileStamp.of(source.fileno()) != before:
        raise SourceError(f"{printable_name(str(path))}: the file changed while it was read", hint=_HINT)
    put(footer.pack())
    made.write(own.digest())
    made.flush()
    return footer


def _ends(source: BinaryIO, size: int) -> bytes:
    """Return the digest of a file's first and last bytes: some file systems keep times badly."""
    digest = hashlib.sha256()
    for start in (0, max(size - _ENDS, 0)):
        source.seek(start)
        digest.update(source.read(_ENDS))
    return digest.digest()
