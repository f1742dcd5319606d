"""The sides of a comparison: a source that a reader reads, or a bag of ours with the source inside.

Scope: from what the user named to a record. Every source is read anew, also that of a bag, so that both records are
made by one grammar. Not in scope: comparing them; verifying bags (``bag``), but for the digest of the source.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath

from preserve.bag import Container, Entry, EntryKind, open_container
from preserve.cable import Cable, Rights, decode_record, normalize
from preserve.digests import sha256
from preserve.errors import BagError, ComparisonError, PreserveError, RecordError, SourceError
from preserve.readers import (
    LARGEST_SOURCE,
    Reader,
    SourceItem,
    SourceRef,
    load_source,
    read_page,
    registered_readers,
    walk_sources,
)

__all__ = ["BagSource", "Ref", "find_operand", "is_bag", "read_operand", "walk_folder"]

_RECORDS = "data/record/"
_ARCHIVE_MARKER = "0=preserve_archive"

_RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/CNE/1.0/")
"""Never shown or kept: a record needs a statement, and a comparison knows no institution."""


@dataclass(frozen=True, slots=True)
class BagSource:
    """A cable in a bag, before anything in it is read.

    Attributes:
        where: How messages name it.
        path: The bag's folder or archive.
        name: Of the cable's files, where the bag holds several cables.
    """

    where: str
    path: Path
    name: str | None = None


Ref = SourceRef | BagSource


def find_operand(argument: str) -> Ref:
    """Return the one source or bag that an argument names; ``BAG:NAME`` is a cable in a bag of several.

    Raises:
        ComparisonError: It holds several sources.
    """
    if argument != "-" and is_bag(Path(argument)):
        return BagSource(argument, Path(argument))
    bag, colon, name = argument.rpartition(":")
    if colon and is_bag(Path(bag)):
        return BagSource(argument, Path(bag), name)
    refs = list(islice(walk_sources([argument]), 2))
    if len(refs) > 1:
        raise ComparisonError(
            f"{argument} holds several sources", hint="Name one of them, or compare folders with --corpus."
        )
    return refs[0]


def is_bag(path: Path) -> bool:
    """Return whether a bag lies at a path: a folder with ``bagit.txt``, or an archive of one."""
    try:
        if path.is_dir():
            return (path / "bagit.txt").is_file()
        if not path.name.endswith((".tar", ".tar.zst", ".zip")) or not path.is_file():
            return False
        with closing(open_container(path)) as container:
            return "bagit.txt" in container.listing().entries
    except (OSError, PreserveError):
        return False


def walk_folder(folder: Path) -> Iterator[Ref]:
    """Name every source and every bag in a folder, sorted; links to folders are not followed.

    Of an archive of ours only the bags are named; of a bag each of its cables.

    Raises:
        SourceError: A folder cannot be listed.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(f"{folder}: the folder cannot be listed: {error.strerror}", hint="Check the name.") from error
    of_archive = any(entry.name.startswith(_ARCHIVE_MARKER) for entry in entries)
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if not entry.is_symlink() and is_bag(path):
            yield from _cables(entry.path, path)
        elif entry.is_dir(follow_symlinks=False):
            yield from walk_folder(path)
        elif not entry.is_dir() and not of_archive:
            yield from walk_sources([entry.path])


def _cables(where: str, path: Path) -> Iterator[BagSource]:
    """Name the cables of a bag."""
    try:
        with closing(open_container(path)) as container:
            listed = [each for each in container.listing().entries if each.startswith(_RECORDS)]
    except (OSError, PreserveError):
        listed = []  # whoever reads it says why
    names = sorted(PurePosixPath(each).stem for each in listed)
    if len(names) < 2:
        yield BagSource(where, path)
    else:
        yield from (BagSource(f"{where}:{name}", path, name) for name in names)


def read_operand(ref: Ref) -> Cable:
    """Read a source, or that of a bag, into a record.

    Raises:
        SourceError: It cannot be read, or no reader takes it.
        BagError: The bag is not one of one cable, or its source is not the one that its record was made of.
    """
    item = _from_bag(ref) if isinstance(ref, BagSource) else load_source(ref)
    return normalize(read_page(item, _readers()), _RIGHTS)


@lru_cache(maxsize=1)
def _readers() -> Mapping[str, Reader]:
    return registered_readers()


def _from_bag(ref: BagSource) -> SourceItem:
    with closing(open_container(ref.path)) as container:
        entries = container.listing().entries
        source = _one_file(ref, container, entries, "data/source/")
        record = _one_file(ref, container, entries, _RECORDS)
    try:
        cable = decode_record(record)
    except RecordError as error:
        raise BagError(f"{ref.where}: its record cannot be read: {error.message}", hint="Verify the bag.") from error
    captured = cable.provenance.source
    if captured.sha256 != sha256(source):
        raise BagError(
            f"{ref.where}: its source is not the one that its record was made of",
            hint=f"Run: preserve verify {ref.where}",
        )
    return SourceItem(captured.name, source, ref.where, container=captured.container)


def _one_file(ref: BagSource, container: Container, entries: Mapping[str, Entry], folder: str) -> bytes:
    """Return the octets of the one file in a folder of a bag."""
    files = [
        each
        for path, each in entries.items()
        if path.startswith(folder) and each.kind is EntryKind.FILE and ref.name in {None, PurePosixPath(path).stem}
    ]
    if len(files) != 1 or files[0].size > LARGEST_SOURCE:
        raise BagError(
            f"{ref.where}: it is no bag of one cable: {folder} holds {len(files)} files"
            if len(files) != 1
            else f"{ref.where}: the file in {folder} is larger than {LARGEST_SOURCE >> 20} MiB",
            hint="Give a bag of one cable that preserve made, or name a cable of an archive.",
        )
    try:
        return b"".join(chunk for _, chunks in container.contents(files) for chunk in chunks)
    except OSError as error:
        raise SourceError(f"{ref.where}: {folder} could not be read: {error.strerror}") from error
