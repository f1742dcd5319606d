"""The index of a ``cables.csv``: where its rows are, so that any of them can be read without those before.

Scope: making the index in one reading pass, knowing when it is out of date, and reading rows by it. Not in scope: the
grammar of a row (``csv_rows``), what a row says (``cables_csv``), the bytes of the index (``csv_index_file``).

The index of ``cables.csv`` is the file ``.cables.csv.preserve-index`` beside it, hidden so that a walk over the folder
passes it over; in a folder that may not be written it is in ``$XDG_CACHE_HOME/preserve`` (``~/.cache/preserve``);
where that may not be either, and for small files, it lives as long as the run. It can be deleted at any time. One that
is damaged, or does not fit the file, is made anew.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from preserve.cable import SourceContainer
from preserve.errors import SourceError
from preserve.readers.csv.index_file import CHUNK, MAGIC, Footer, RowIndex, Stamp, entry, keep, load, opened, places
from preserve.readers.csv.rows import Extent, begins_row, row_number, scan
from preserve.readers.reader import SourceItem, SourceRef
from preserve.readers.source_bytes import LARGEST_SOURCE
from preserve.readers.wording import printable_name

__all__ = [
    "BROKEN_ROW",
    "count_rows",
    "is_cables_csv",
    "load_row",
    "open_index",
    "read_range",
    "row_name",
    "rows_by_index",
]

STORED_FROM = 64 << 20
"""Bytes from which on a file's index is kept; to read less again takes a fraction of a second."""

_ENDS = 64 << 10
BROKEN_ROW = "The other rows are read; this one wants a look by eye."
"""What to do about a row that is broken."""

_HINT = "Do not change the file during a run; run the command again."


def is_cables_csv(path: Path) -> bool:
    """Return whether a regular file begins as the rows of ``cables.csv`` do, whatever its name; ``False`` if unread."""
    try:
        with opened(path) as stream:
            return begins_row(stream.read(128))
    except (OSError, SourceError):
        return False


def rows_by_index(
    path: Path, *, release: str | None = None, first: int = 1, last: int | None = None
) -> Iterator[SourceRef]:
    """Name every row of a file, in order, lazily; a stretch that is no row comes with its trouble and its offset.

    Args:
        path: The file.
        release: The release that the user says it belongs to.
        first: The first row to name, counted from 1.
        last: The last; ``None`` for the end.

    Yields:
        References for :func:`load_row`; a file that cannot be read, or changes meanwhile, gives one with its trouble.
    """
    where = printable_name(str(path))
    try:
        with open_index(path) as index:
            _indexed.cache_clear()
            for extent in index.extents(first, last):
                yield _ref(path, where, extent, index.sha256, release)
    except SourceError as error:
        yield SourceRef(where, path, trouble=error.message.removeprefix(f"{where}: "), release=release)


def _ref(path: Path, where: str, extent: Extent, sha256: str, release: str | None) -> SourceRef:
    return SourceRef(
        where=f"{where}@{extent.offset}",
        path=path,
        trouble=extent.trouble,
        release=release,
        container=SourceContainer(name=printable_name(path.name), sha256=sha256, offset=extent.offset),
        length=extent.length,
        hint=BROKEN_ROW if extent.trouble else "",
    )


def count_rows(path: Path) -> int:
    """Return how many rows a file has; the stretches that are none count too, as they do for :func:`rows_by_index`.

    Raises:
        SourceError: The file cannot be read, or changes while it is.
    """
    with open_index(path) as index:
        return index.count


def row_name(data: bytes) -> str:
    """Return the name of the source that the bytes of a row are."""
    return f"row-{row_number(data)}.csv"


def load_row(ref: SourceRef) -> SourceItem:
    """Read one row that :func:`rows_by_index` named; its bytes as they are in the file, the line end not among them.

    Raises:
        SourceError: It is no row, the file cannot be read, or is no longer the file that was indexed.
    """
    if ref.path is None or ref.length is None or ref.container is None or ref.container.offset is None:
        raise ValueError(f"not a reference to a row: {ref.where}")
    with _readable(ref.path) as stream:
        data = _range(stream, ref.container.offset, ref.length)
        changed = _is_another(_indexed(ref.path, ref.container.sha256), ref.container.sha256, Stamp.of(stream.fileno()))
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


def read_range(path: Path, offset: int, length: int) -> bytes:
    """Return some bytes of a file; fewer at its end.

    Raises:
        SourceError: It cannot be read.
        ValueError: More is asked for than a row may have.
    """
    with _readable(path) as stream:
        return _range(stream, offset, length)


def _range(stream: BinaryIO, offset: int, length: int) -> bytes:
    if length > LARGEST_SOURCE or offset < 0 or length < 0:
        raise ValueError(f"not the place of a row: {length} bytes at {offset}")
    stream.seek(offset)
    return stream.read(length)


@contextmanager
def open_index(path: Path) -> Iterator[RowIndex]:
    """Open the index of a file, made anew when there is none that fits.

    Raises:
        SourceError: The file cannot be read, or changes while it is.
    """
    with _readable(path) as source:
        stamp = Stamp.of(source.fileno())
        kept = stamp.size >= STORED_FROM
        for place in places(path) if kept else []:
            if (found := load(place)) is None:
                continue
            stream, footer = found
            with stream:
                if footer.stamp == stamp and footer.ends == _ends(source, stamp.size):
                    yield RowIndex(stream, footer)
                    return
        with tempfile.TemporaryFile() as made:
            footer = _build(path, source, made)
            if kept:
                keep(made, places(path))
            yield RowIndex(made, footer)


def _build(path: Path, source: BinaryIO, made: BinaryIO) -> Footer:
    """Write the index of an opened file: rows and digest of the whole in one reading pass."""
    before = Stamp.of(source.fileno())
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
    for extent in scan(chunks()):
        put(entry(extent))
        count += 1
    footer = Footer(count, before, whole.digest(), _ends(source, before.size))
    if Stamp.of(source.fileno()) != before:
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


@lru_cache(maxsize=4)
def _indexed(path: Path, _sha256: str) -> tuple[Footer, ...]:
    """Return what the kept indexes of a file say, looked up once in each worker for what a run reads."""
    footers = []
    for place in places(path):
        if (found := load(place)) is not None:
            stream, footer = found
            stream.close()
            footers.append(footer)
    return tuple(footers)


def _is_another(footers: tuple[Footer, ...], sha256: str, stamp: Stamp) -> bool:
    """Return whether the file as it is now is known to be another than that of a digest; an old index is no proof."""
    known = {footer.stamp: footer.sha256.hex() for footer in footers}
    if stamp in known:
        return known[stamp] != sha256
    return sha256 in known.values()


@contextmanager
def _readable(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read, and rename what goes wrong."""
    try:
        with opened(path) as stream:
            yield stream
    except FileNotFoundError as error:
        raise SourceError(f"{printable_name(str(path))}: no such file", hint="Check the name.") from error
    except PermissionError as error:
        raise SourceError(f"{printable_name(str(path))}: you may not read it", hint="Check its permissions.") from error
    except OSError as error:
        raise SourceError(f"{printable_name(str(path))}: cannot be read: {error.strerror or error}") from error
