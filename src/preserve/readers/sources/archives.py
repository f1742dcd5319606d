"""Archives of files as sources: zip, 7z, gzip, and tar as it is or compressed; nothing is unpacked to disk.

Each member comes in the order of the archive, with its bytes or with the reason why it has none. The formats have
modules of their own (``zips``, ``tars``, ``seven_zip``). An archive inside an archive is told and not opened.

Everything in an archive is hostile. A member's name is never used as a path, and is shown with escapes where it cannot
be printed. A member larger than the largest page is told and passed over, whatever size it claims to have. So memory
holds one member, and the table of contents where the format has one. One bad member never stops the rest, where the
format lets us find the next.

A member that begins as ``cables.csv`` does is read row by row, in order, as a stream. An archive with such a member is
decompressed twice: the checksum of a member follows its bytes, and no row is given of a file that turns out damaged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from preserve.cable import SourceContainer
from preserve.digests import digest_stream
from preserve.errors import SourceError, UsageError
from preserve.readers.csv import BROKEN_ROW, Extent, RowRange, cut_rows, find_rows
from preserve.readers.reader import SourceRef
from preserve.readers.source_bytes import open_source
from preserve.readers.sources.members import TOO_MUCH, ArchiveMember
from preserve.readers.sources.seven_zip import seven_zip_members
from preserve.readers.sources.tars import TAR_FORMS, tar_members
from preserve.readers.sources.zips import gzip_member, zip_members
from preserve.readers.wording import error_words, printable_name

__all__ = ["CHOOSE_ROWS", "NAME_A_PAGE", "container_members", "is_container"]

CHOOSE_ROWS = "To choose rows, name a file as cables.csv, or an archive of one."
"""What to do where there are no rows to choose from."""

NAME_A_PAGE = "Name a captured page, or a folder or an archive that holds some."
"""What to do where there is nothing to read."""

LARGEST_ROWS = 8 << 30
"""Bytes of all files of rows in one archive that are read; the only one that is known has 1.7 GB."""

_Opener = Callable[[BinaryIO], Iterator[ArchiveMember]]
_NESTED = "it is an archive inside an archive, which is not opened"
_CHANGED = "it changed while it was read"


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
    empty = True
    try:
        with open_source(path, where) as stream:
            digests, _ = digest_stream(stream, ["sha256"])
            container = SourceContainer(name=printable_name(path.name), sha256=digests["sha256"])
            for ref in _Archive(path, stream, opener, where, release, container).sources(wanted):
                empty = False
                yield ref
    except SourceError as error:
        yield SourceRef.unreadable(where, error, release=release)
        return
    if empty:
        yield SourceRef(where, trouble="the archive has no files to read", release=release, hint=NAME_A_PAGE)


@dataclass(frozen=True, slots=True)
class _RowFile:
    """A file of rows in an archive: how many it has, or why it cannot be read."""

    count: int
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class _Archive:
    """An open archive, how messages name it, the release that it belongs to, and what its members say of it."""

    path: Path
    stream: BinaryIO
    opener: _Opener
    where: str
    release: str | None
    container: SourceContainer

    def sources(self, wanted: RowRange | None) -> Iterator[SourceRef]:
        """Yield all that is in it, or the wanted rows only."""
        files = None
        if wanted is not None:
            files = self._row_files()
            if not files and (troubles := self._troubles()):
                yield from map(self._member, troubles)
                return
            self._check_wanted(wanted, files)
        for number, member in enumerate(self._candidates(self.stream)):
            if member.rows is not None:
                # Only now, when there is one, as it costs to read the archive once more.
                files = self._row_files() if files is None else files
                yield from self._rows(member, files.get(number, _RowFile(0, _CHANGED)), wanted or RowRange())
            elif wanted is None:
                yield self._member(member)

    def _candidates(self, stream: BinaryIO) -> Iterator[ArchiveMember]:
        """Yield the members that may be pages: no hidden names, no bags, no side files of a Macintosh."""
        stream.seek(0)
        bags: set[tuple[str, ...]] = set()
        for member in self.opener(stream):
            parts = tuple(part for part in member.name.replace("\\", "/").split("/") if part not in ("", "."))
            if any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts):
                continue
            # Members that come before the declaration of their bag are given: nothing shows yet that they are in one.
            if parts and parts[-1] == "bagit.txt":
                bags.add(parts[:-1])
            if any(parts[:depth] in bags for depth in range(len(parts))):
                continue
            nested = bool(parts) and is_container(parts[-1])
            yield ArchiveMember(member.name, trouble=_NESTED) if nested else member

    def _troubles(self) -> list[ArchiveMember]:
        """Return what is wrong with the archive as a whole."""
        return [member for member in self._candidates(self.stream) if member.name == "" and member.trouble is not None]

    def _row_files(self) -> Mapping[int, _RowFile]:
        """Return the files of rows, by the number of the member, each read to its end."""
        files: dict[int, _RowFile] = {}
        left = LARGEST_ROWS
        # Opened a second time, as the first time is in the midst of it.
        with open_source(self.path, self.where) as again:
            if not os.path.samestat(os.fstat(self.stream.fileno()), os.fstat(again.fileno())):
                raise SourceError(f"{self.where}: {_CHANGED}", hint="Run the command again.")
            for number, member in enumerate(self._candidates(again)):
                if member.rows is not None:
                    files[number], left = _read_through(member.rows, left)
                elif member.name == "" and member.trouble not in (None, TOO_MUCH):
                    # The one checksum of a compressed tar stands at its very end.
                    trouble = f"the archive is damaged, and its rows are not read: {member.trouble}"
                    files = dict.fromkeys(files, _RowFile(0, trouble))
        return files

    def _check_wanted(self, wanted: RowRange, files: Mapping[int, _RowFile]) -> None:
        if len(files) != 1:
            has = f"{len(files)} files of rows" if files else "no file of rows"
            raise UsageError(f"{self.where} has {has} in it", hint=CHOOSE_ROWS)
        [file] = files.values()
        if file.trouble is None:
            wanted.check(file.count, self.where)

    def _rows(self, member: ArchiveMember, file: _RowFile, wanted: RowRange) -> Iterator[SourceRef]:
        """Yield the rows of a member; those after the last that is wanted are not read."""
        if file.trouble is not None:
            yield self._member(ArchiveMember(member.name, trouble=file.trouble))
            return
        try:
            for extent, data in islice(cut_rows(member.rows or ()), wanted.first - 1, wanted.last):
                yield self._row(member, extent, data)
        except Exception as error:  # foreign code; the member was whole a moment ago
            trouble = f"what follows in it cannot be read any more: {error_words(error)}"
            yield self._member(ArchiveMember(member.name, trouble=trouble))

    def _member(self, member: ArchiveMember) -> SourceRef:
        """Return the source that a member is, with its bytes or its trouble."""
        name = printable_name(member.name)
        where = f"{self.where}!{name}" if name else self.where
        if member.trouble is not None:
            return SourceRef(where, trouble=member.trouble, release=self.release)
        inside = replace(self.container, member=name or self.container.name)
        return SourceRef(where, data=member.data or b"", release=self.release, container=inside)

    def _row(self, member: ArchiveMember, extent: Extent, data: bytes) -> SourceRef:
        """Return the source that a row of a member is, with its bytes or its trouble."""
        name = printable_name(member.name) or self.container.name
        return SourceRef(
            f"{self.where}!{name}@{extent.offset}",
            data=None if extent.trouble else data,
            trouble=extent.trouble,
            release=self.release,
            container=replace(self.container, member=name, offset=extent.offset),
            hint=BROKEN_ROW if extent.trouble else "",
        )


def _read_through(rows: Iterator[bytes], most: int) -> tuple[_RowFile, int]:
    """Return what a file of rows is, and how many bytes of others may still be read."""
    left = most

    def pieces() -> Iterator[bytes]:
        nonlocal left
        for piece in rows:
            left -= len(piece)
            if left < 0:
                return
            yield piece

    try:
        count = sum(1 for _ in find_rows(pieces()))
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        return _RowFile(0, f"it is damaged, and its rows are not read: {error_words(error)}"), left
    if left < 0:
        return _RowFile(0, f"it has more than {LARGEST_ROWS >> 30} GiB; unpack it, and give the file itself"), left
    return _RowFile(count), left


def _opener(name: str) -> _Opener | None:
    lower = name.lower()
    for suffix, opener in _OPENERS.items():
        if lower.endswith(suffix) and len(name) > len(suffix):
            return opener
    # Last, as ".tar.gz" ends so too.
    return partial(gzip_member, name[:-3]) if lower.endswith(".gz") and len(name) > 3 else None


_OPENERS: Mapping[str, _Opener] = {
    ".zip": zip_members,
    ".7z": seven_zip_members,
    **{suffix: partial(tar_members, unpack) for suffix, unpack in TAR_FORMS.items()},
}
