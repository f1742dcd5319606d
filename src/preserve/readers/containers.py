"""Archives of files as sources: gzip, zip, 7z, and tar as it is or in gzip, bzip2 or xz; nothing is unpacked to disk.

Scope: the members of one archive in its order, each with its bytes or with the reason why it has none. Not in scope:
what the bytes are; archives inside archives, which are told and not opened; the formats (``zips``, ``tars``,
``seven_zip``).

Everything in an archive is hostile. A member's name is never used as a path, and is shown with escapes where it
cannot be printed. A member larger than the largest page is told and passed over, whatever size it claims. So memory
holds one member, and the table of contents where the format has one. One bad member never stops the rest.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

from preserve.cable.record import Container
from preserve.digests import digest_stream
from preserve.readers import SourceRef
from preserve.readers.members import Member, shown
from preserve.readers.seven_zip import seven_zip_members
from preserve.readers.tars import TAR_FORMS, tar_members
from preserve.readers.zips import gzip_member, zip_members

__all__ = ["container_members", "is_container"]

_NESTED = "it is an archive inside an archive, which is not opened"


def is_container(name: str) -> bool:
    """Return whether a file is read as an archive of files, by the end of its name."""
    return _opener(name) is not None


def container_members(path: Path, where: str, *, release: str | None = None) -> Iterator[SourceRef]:
    """Yield what is in an archive, with the bytes; hidden names and bags inside it are passed over.

    Args:
        path: The archive, of a name of which :func:`is_container` holds.
        where: How messages name it.
        release: The release that the user says it belongs to.
    """
    opener = _opener(path.name)
    if opener is None:
        raise ValueError(f"no archive of files by its name: {where}")
    none = True
    try:
        with _open(path) as stream:
            digests, _ = digest_stream(stream, ["sha256"])
            stream.seek(0)
            name = shown(path.name)
            for member in _wanted(opener(stream)):
                none = False
                yield _ref(member, where, release, Container(name=name, sha256=digests["sha256"]))
    except OSError as error:
        yield SourceRef(where, trouble=f"the archive cannot be read: {error.strerror or error}", release=release)
        return
    if none:
        yield SourceRef(where, trouble="the archive has no files to read", release=release)


def _open(path: Path) -> BinaryIO:
    # Non-blocking, so that a named pipe cannot hold up a batch.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    stream = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        raise OSError("not a regular file")
    return stream


def _ref(member: Member, where: str, release: str | None, container: Container) -> SourceRef:
    name = shown(member.name)
    place = f"{where}!{name}" if name else where
    if member.trouble is not None:
        return SourceRef(place, trouble=member.trouble, release=release)
    inside = Container(name=container.name, sha256=container.sha256, member=name or container.name)
    return SourceRef(place, data=member.data or b"", release=release, container=inside)


def _wanted(members: Iterator[Member]) -> Iterator[Member]:
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
            yield Member(member.name, trouble=_NESTED)
        else:
            yield member


def _opener(name: str) -> Callable[[BinaryIO], Iterator[Member]] | None:
    lower = name.lower()
    for suffix, opener in _OPENERS.items():
        if lower.endswith(suffix) and len(name) > len(suffix):
            return opener
    return partial(gzip_member, name[:-3]) if lower.endswith(".gz") and len(name) > 3 else None


_OPENERS: Mapping[str, Callable[[BinaryIO], Iterator[Member]]] = {
    ".zip": zip_members,
    ".7z": seven_zip_members,
    **{suffix: partial(tar_members, unpack) for suffix, unpack in TAR_FORMS.items()},
}
