"""What is compared: a source that a reader reads, or a bag of ours with the source inside.

Every source is read anew, also that of a bag, so that one grammar makes both records. What comes out of a bag comes by
its chain of trust.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath

from preserve.archive import MARKER_PREFIX
from preserve.bag import TrustedBag, open_container, open_trusted
from preserve.cable import Cable, Rights, decode_record, normalize
from preserve.digests import sha256
from preserve.errors import BagError, ComparisonError, PreserveError, RecordError, SourceError
from preserve.provenance import FileRole
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

_RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/CNE/1.0/")
"""Never shown or kept: a record needs a statement, and a comparison knows no institution."""


@dataclass(frozen=True, slots=True)
class BagSource:
    """A cable in a bag, before anything in it is read.

    Attributes:
        where: How messages name it.
        path: The bag's folder or archive.
        name: Of the cable's files, where the bag holds several cables.
        seal: The seal of the bag as the archive knows it; ``None`` for a bag of no archive.
    """

    where: str
    path: Path
    name: str | None = None
    seal: str | None = None


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
    of_archive = any(entry.name.startswith(MARKER_PREFIX) for entry in entries)
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
            listed = [each for each in container.listing().entries if each.startswith(FileRole.RECORD.folder)]
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
    hint = f"Run: preserve verify {shlex.quote(str(ref.path))}"
    with open_trusted(ref.path, label=ref.where, seal=ref.seal, hint=hint) as bag:
        source, record = (_one_file(ref, bag, folder) for folder in (FileRole.SOURCE.folder, FileRole.RECORD.folder))
        read = bag.read([source, record], limit=LARGEST_SOURCE)
    try:
        cable = decode_record(read[record])
    except RecordError as error:
        raise BagError(f"{ref.where}: its record cannot be read: {error.message}", hint=hint) from error
    captured = cable.provenance.source
    if captured.sha256 != sha256(read[source]):
        raise BagError(f"{ref.where}: its source is not the one that its record was made of", hint=hint)
    return SourceItem(captured.name, read[source], ref.where, container=captured.container)


def _one_file(ref: BagSource, bag: TrustedBag, folder: str) -> str:
    """Return the path of the one file in a folder of a bag."""
    files = [path for path in bag.payload if path.startswith(folder) and ref.name in {None, PurePosixPath(path).stem}]
    if len(files) != 1:
        raise BagError(
            f"{ref.where}: it is no bag of one cable: {folder} holds {len(files)} files",
            hint="Give a bag of one cable that preserve made, or name a cable of an archive.",
        )
    return files[0]
