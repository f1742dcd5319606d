"""Sources as the user names them: files, folders, archives of files, standard input.

A walk goes through folders and archives in a fixed order; loading reads the bytes of one item, up to the largest size.
What is inside an archive or a file of rows is a matter of ``archives`` and ``csv.index``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from preserve.errors import SourceError, UsageError
from preserve.readers.csv import RowRange, count_rows, is_cables_csv, load_row, row_name, rows_by_index
from preserve.readers.reader import SourceItem, SourceRef
from preserve.readers.source_bytes import LARGEST_SOURCE, open_source, too_large
from preserve.readers.sources.archives import CHOOSE_ROWS, NAME_A_PAGE, container_members, is_container

__all__ = ["count_sources", "load_source", "walk_rows", "walk_sources"]

_ARCHIVE_MARKER = "0=preserve_archive_1.0"


def walk_sources(
    arguments: Iterable[str], *, stdin: BinaryIO | None = None, release: str | None = None
) -> Iterator[SourceRef]:
    """Name every item that the arguments stand for, sorted within each folder, in the order of an archive of files.

    ``-`` is standard input, which is one item and no archive; a folder is walked; an archive of files gives its
    members, and a ``cables.csv`` its rows. Inside a folder, hidden names, other archives of ours and bags are passed
    over, and links to folders are not followed (a link to a file is read).

    Args:
        arguments: What the user names.
        stdin: Standard input, where it is not the process's.
        release: The release that the user says all of it belongs to.
    """
    for argument in arguments:
        if argument == "-":
            yield replace(_standard_input(stdin or sys.stdin.buffer), release=release)
        elif _is_folder(path := Path(argument)):
            yield from _folder(path, release)
        else:
            yield from _file(path, release)


def walk_rows(argument: str, wanted: RowRange, *, release: str | None = None) -> Iterator[SourceRef]:
    """Name some rows of one file of rows, or of the one in an archive.

    Args:
        argument: What the user names.
        wanted: The rows.
        release: The release that the user says it belongs to.

    Raises:
        UsageError: It has no rows, or not those.
    """
    path, where = Path(argument), "standard input" if argument == "-" else _named(argument)
    without_rows = UsageError(f"{where} has no rows to choose from", hint=CHOOSE_ROWS)
    if argument == "-" or _is_folder(path):
        raise without_rows
    if is_container(path.name):
        yield from container_members(path, where, release=release, wanted=wanted)
    elif is_cables_csv(path):
        wanted.check(count_rows(path), where)
        yield from rows_by_index(path, release=release, first=wanted.first, last=wanted.last)
    else:
        try:
            with open_source(path, where):
                raise without_rows
        except SourceError as error:
            yield SourceRef.unreadable(where, error, release=release)


def count_sources(arguments: Iterable[str]) -> int | None:
    """Return how many items :func:`walk_sources` will name; ``None`` where only reading an archive would tell.

    Folders are listed and files are looked at; a file of rows is indexed, which reading it needs too.
    """
    total = 0
    for argument in arguments:
        path = Path(argument)
        for entry in _entries(path) if argument != "-" and _is_folder(path) else [path]:
            if argument == "-" or isinstance(entry, SourceRef):
                total += 1
            elif is_container(entry.name):
                return None
            else:
                total += _count_file(entry)
    return total


def _count_file(path: Path) -> int:
    try:
        return count_rows(path) if is_cables_csv(path) else 1
    except SourceError:
        return 1  # the message that says why


def _file(path: Path, release: str | None) -> Iterator[SourceRef]:
    """Yield what one file stands for: itself, or the many that it holds."""
    where = _named(str(path))
    if is_container(path.name):
        yield from container_members(path, where, release=release)
    elif is_cables_csv(path):
        yield from rows_by_index(path, release=release)
    else:
        yield SourceRef(where, path, release=release)


# How archives of files begin: zip, 7z, gzip, xz, bzip2.
_ARCHIVES = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh")


def _standard_input(stream: BinaryIO) -> SourceRef:
    data = stream.read(LARGEST_SOURCE + 1)
    # Not from a pipe: zip and 7z have their table of contents at the end, and rows need a second reading.
    if data.startswith(_ARCHIVES):
        return SourceRef("-", trouble="standard input is an archive of files", hint="Give it as a file, by its name.")
    if len(data) > LARGEST_SOURCE:
        return SourceRef("-", trouble=too_large())
    return SourceRef("-", data=data)


def _named(name: str) -> str:
    """Return a file's name as text: bytes of it that are no UTF-8 are shown as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _folder(top: Path, release: str | None) -> Iterator[SourceRef]:
    empty = True
    for path in _entries(top):
        empty = False
        yield from [path] if isinstance(path, SourceRef) else _file(path, release)
    if empty:
        yield SourceRef(_named(str(top)), trouble="the folder has no files to read", hint=NAME_A_PAGE)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder above it may not be looked into: reading it says so
        return False


def _entries(folder: Path) -> Iterator[Path | SourceRef]:
    """Yield the files below a folder, and the folders that cannot be listed as trouble."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield SourceRef(_named(str(folder)), trouble=f"the folder cannot be listed: {error.strerror}")
        return
    names = {entry.name for entry in entries}
    # What is in an archive of ours, or in a bag, was ingested once and is no capture.
    if _ARCHIVE_MARKER in names or {"bagit.txt", "data"} <= names:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path))
        elif not entry.is_dir():
            yield Path(entry.path)


def load_source(ref: SourceRef) -> SourceItem:
    """Read the bytes of one item.

    Raises:
        SourceError: It is missing, unreadable, no regular file, or larger than :data:`LARGEST_SOURCE`.
    """
    if ref.trouble is not None:
        raise SourceError(f"{ref.where}: {ref.trouble}", hint=ref.hint)
    if ref.length is not None:
        return load_row(ref)
    if ref.path is None:
        return _inlined(ref, ref.data or b"")
    with open_source(ref.path, ref.where) as stream:
        # As many bytes as it has, not the most that it may have: making room for those takes longer than reading.
        size = min(os.fstat(stream.fileno()).st_size, LARGEST_SOURCE)
        data = stream.read(size + 1)
        if len(data) > size:  # it is too large, or it grows
            data += stream.read(LARGEST_SOURCE + 1 - len(data))
    if len(data) > LARGEST_SOURCE:
        raise SourceError(f"{ref.where}: {too_large()}", hint="Give captured pages, one cable a file.")
    return SourceItem(
        name=_named(ref.path.name),
        data=data,
        where=ref.where,
        path=_named(ref.path.as_posix()),
        release=ref.release,
        container=ref.container,
    )


def _inlined(ref: SourceRef, data: bytes) -> SourceItem:
    """Return an item whose bytes are here already: standard input, or a member of an archive of files."""
    if ref.container is None:
        return SourceItem("stdin", data, "standard input", release=ref.release)
    member, offset = ref.container.member or ref.container.name, ref.container.offset
    return SourceItem(
        name=(_last(member) or ref.container.name) if offset is None else row_name(data),
        data=data,
        where=ref.where,
        # As if the archive were a folder: its name may name the release.
        path=ref.where.removesuffix(f"@{offset}").replace("!", "/"),
        release=ref.release,
        container=ref.container,
    )


# Archives made under Windows have the other slash; before x and two digits it is an escape of ours.
_SEPARATOR = re.compile(r"/|\\(?!x[0-9a-f]{2}|u[0-9a-f]{4})")


def _last(member: str) -> str:
    """Return a member's own name, without folders."""
    return _SEPARATOR.split(member.rstrip("/"))[-1]
