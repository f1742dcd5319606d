"""Archives of files as sources: gzip, zip, 7z, and tar as it is or in gzip, bzip2 or xz; nothing is unpacked to disk.

Scope: the members of one archive in its order, each with its bytes or with the reason why it has none. Not in scope:
what the bytes are; archives inside archives, which are told and not opened; the formats (``zips``, ``tars``,
``seven_zip``).

Everything in an archive is hostile. A member's name is never used as a path, and is shown with escapes where it
cannot be printed. A member larger than the largest page is told and passed over, whatever size it claims. So memory
holds one member, and the table of contents where the format has one. One bad member never stops the rest.

A member that begins as ``cables.csv`` does is read row by row, in order, as a stream. An archive with such a one is
decompressed twice: the checksum of a member stands behind it, and no row is given of a file that turns out damaged.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from preserve.cable import SourceContainer
from preserve.digests import digest_stream
from preserve.errors import UsageError
from preserve.readers.csv import BROKEN_ROW, Extent, RowRange, cut, scan
from preserve.readers.reader import SourceRef
from preserve.readers.sources.members import TOO_MUCH, ArchiveMember
from preserve.readers.sources.tars import TAR_FORMS, tar_members
from preserve.readers.sources.zips import gzip_member, zip_members
from preserve.readers.wording import error_words, printable_name

__all__ = ["CHOOSE", "container_members", "is_container"]

CHOOSE = "To choose rows, name a file as cables.csv, or an archive of one."
"""What to do where there are no rows to choose from."""

LARGEST_ROWS = 8 << 30
"""Bytes of all files of rows in one archive that are read; the only one that is known has 1.7 GB."""

_Opener = Callable[[BinaryIO], Iterator[ArchiveMember]]
_INSTALL_7Z = "Install it: pip install 'preserve-cables[7z]'."
_NESTED = "it is an archive inside an archive, which is not opened"


def is_container(name: str) -> bool:
    """Return whether a file is read as an archive of files, by the end of its name."""
    return _opener(name) is not None


def container_members(
    path: Path, where: str, *, release: str | None = None, wanted: RowRange | None = None
) -> Iterator[SourceRef]:
    """Yield what is in an archive, with the bytes; hidden names and bags inside it are passed over.

    Args:
        path: The archive, of a name of which :func:`is_container` holds.
        where: How messages name it.
        release: The release that the user says it belongs to.
        wanted: The rows to yield of the one file of rows in it, and nothing else; ``None`` for all that is in it.

    Raises:
        UsageError: Some rows are wanted, and it has no file of rows, or several, or not those rows.
    """
    opener = _opener(path.name)
    if opener is None:
        raise ValueError(f"no archive of files by its name: {where}")
    none = True
    try:
        with _open(path) as stream:
            digests, _ = digest_stream(stream, ["sha256"])
            place = _Place(where, release, SourceContainer(name=printable_name(path.name), sha256=digests["sha256"]))
            for member in _of(path, stream, opener, place, wanted):
                none = False
                yield member
    except OSError as error:
        yield SourceRef(where, trouble=f"the archive cannot be read: {error.strerror or error}", release=release)
        return
    if none:
        yield SourceRef(where, trouble="the archive has no files to read", release=release)


@dataclass(frozen=True, slots=True)
class _Place:
    """An archive: how messages name it, the release that it belongs to, and what its members say of it."""

    where: str
    release: str | None
    container: SourceContainer

    def ref(self, member: ArchiveMember) -> SourceRef:
        """Return what a member is, with its bytes or its trouble."""
        name = printable_name(member.name)
        where = f"{self.where}!{name}" if name else self.where
        if member.trouble is not None:
            return SourceRef(where, trouble=member.trouble, release=self.release, hint=member.hint)
        inside = replace(self.container, member=name or self.container.name)
        return SourceRef(where, data=member.data or b"", release=self.release, container=inside)

    def row(self, member: ArchiveMember, extent: Extent, data: bytes) -> SourceRef:
        """Return what a row of a member is, with its bytes or its trouble."""
        name = printable_name(member.name) or self.container.name
        return SourceRef(
            f"{self.where}!{name}@{extent.offset}",
            data=None if extent.trouble else data,
            trouble=extent.trouble,
            release=self.release,
            container=replace(self.container, member=name, offset=extent.offset),
            hint=BROKEN_ROW if extent.trouble else "",
        )


def _of(path: Path, stream: BinaryIO, opener: _Opener, place: _Place, wanted: RowRange | None) -> Iterator[SourceRef]:
    """Yield what is in an opened archive."""
    tables = None
    if wanted is not None:
        tables = _tables(path, stream, opener)
        if not tables and (troubles := _troubles(stream, opener)):
            yield from map(place.ref, troubles)
            return
        _check_wanted(wanted, tables, place.where)
    stream.seek(0)
    for number, member in enumerate(_wanted(opener(stream))):
        if member.rows is not None:
            tables = _tables(path, stream, opener) if tables is None else tables
            yield from _rows(member, tables.get(number, _CHANGED), place, wanted or RowRange())
        elif wanted is None:
            yield place.ref(member)


def _troubles(stream: BinaryIO, opener: _Opener) -> list[ArchiveMember]:
    """Return what is wrong with an archive as a whole."""
    stream.seek(0)
    return [member for member in _wanted(opener(stream)) if member.name == "" and member.trouble is not None]


@dataclass(frozen=True, slots=True)
class _Table:
    """A file of rows in an archive: how many it has, or why it cannot be read."""

    count: int
    trouble: str | None = None


_CHANGED = _Table(0, "it changed while it was read")


def _tables(path: Path, stream: BinaryIO, opener: _Opener) -> Mapping[int, _Table]:
    """Return the files of rows in an archive, by the number of the member, each read to its end."""
    tables: dict[int, _Table] = {}
    left = LARGEST_ROWS
    with _open(path) as again:
        if not os.path.samestat(os.fstat(stream.fileno()), os.fstat(again.fileno())):
            raise OSError("it changed while it was read")
        for number, member in enumerate(_wanted(opener(again))):
            if member.rows is not None:
                tables[number], left = _looked_through(member.rows, left)
            elif member.name == "" and member.trouble not in (None, TOO_MUCH):
                # The one checksum of a compressed tar stands at its very end.
                trouble = f"the archive is damaged, and its rows are not read: {member.trouble}"
                tables = dict.fromkeys(tables, _Table(0, trouble))
    return tables


def _looked_through(rows: Iterator[bytes], most: int) -> tuple[_Table, int]:
    """Return what a file of rows is, and how many bytes more may be read of others."""
    left = most

    def pieces() -> Iterator[bytes]:
        nonlocal left
        for piece in rows:
            left -= len(piece)
            if left < 0:
                return
            yield piece

    try:
        count = sum(1 for _ in scan(pieces()))
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        return _Table(0, f"it is damaged, and its rows are not read: {error_words(error)}"), left
    if left < 0:
        return _Table(0, f"it has more than {LARGEST_ROWS >> 30} GiB; unpack it, and give the file itself"), left
    return _Table(count), left


def _check_wanted(wanted: RowRange, tables: Mapping[int, _Table], where: str) -> None:
    if len(tables) != 1:
        has = f"{len(tables)} files of rows" if tables else "no file of rows"
        raise UsageError(f"{where} has {has} in it", hint=CHOOSE)
    [table] = tables.values()
    if table.trouble is None:
        wanted.check(table.count, where)


def _rows(member: ArchiveMember, table: _Table, place: _Place, wanted: RowRange) -> Iterator[SourceRef]:
    """Yield the rows of a member; what is behind the last that is wanted is not taken."""
    if table.trouble is not None:
        yield place.ref(ArchiveMember(member.name, trouble=table.trouble))
        return
    try:
        for extent, data in islice(cut(member.rows or ()), wanted.first - 1, wanted.last):
            yield place.row(member, extent, data)
    except Exception as error:  # it was whole a moment ago
        yield place.ref(
            ArchiveMember(
                member.name, trouble=f"what stands behind in it cannot be read any more: {error_words(error)}"
            )
        )


def _open(path: Path) -> BinaryIO:
    # Non-blocking, so that a named pipe cannot hold up a batch.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    stream = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        raise OSError("not a regular file")
    return stream


def _wanted(members: Iterator[ArchiveMember]) -> Iterator[ArchiveMember]:
    """Pass on what may be a page: no hidden names, no side files of a Macintosh, no bags; archives are told."""
    bags: set[tuple[str, ...]] = set()
    for member in members:
        parts = tuple(part for part in member.name.replace("\\", "/").split("/") if part not in ("", "."))
        if any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts):
            continue
        if parts and parts[-1] == "bagit.txt":
            bags.add(parts[:-1])
        if any(parts[:depth] in bags for depth in range(len(parts))):
            continue
        if parts and is_container(parts[-1]):
            yield ArchiveMember(member.name, trouble=_NESTED)
        else:
            yield member


def _opener(name: str) -> _Opener | None:
    lower = name.lower()
    for suffix, opener in _OPENERS.items():
        if lower.endswith(suffix) and len(name) > len(suffix):
            return opener
    return partial(gzip_member, name[:-3]) if lower.endswith(".gz") and len(name) > 3 else None


def _seven_zip_members(stream: BinaryIO) -> Iterator[ArchiveMember]:
    try:
        # Here and not above: py7zr is an extra, and it would be a third of what this module needs to be imported.
        from preserve.readers.sources.seven_zip import seven_zip_members
    except ImportError:
        yield ArchiveMember("", trouble="reading 7z archives needs the extra 7z of preserve", hint=_INSTALL_7Z)
        return
    yield from seven_zip_members(stream)


_OPENERS: Mapping[str, _Opener] = {
    ".zip": zip_members,
    ".7z": _seven_zip_members,
    **{suffix: partial(tar_members, unpack) for suffix, unpack in TAR_FORMS.items()},
}
