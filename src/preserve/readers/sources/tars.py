"""Tars as streams of members, as they are or in gzip, bzip2, xz or Zstandard; read forward only, in bounded memory.

Tars that are bags have a room of their own, ``bag.containers``; both walk the headers by ``octets.read_members``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from preserve.octets import (
    BrokenTarError,
    CutShortError,
    Damaged,
    Decompressed,
    ForwardOctets,
    Readable,
    TarFault,
    TarMember,
    member_octets,
    read_members,
)
from preserve.readers.source_bytes import LARGEST_SOURCE
from preserve.readers.sources.members import (
    MOST_SKIPPED,
    NO_FILE,
    TOO_MANY,
    TOO_MUCH,
    ArchiveMember,
    are_too_many,
    read_member,
)
from preserve.readers.wording import printable_name

__all__ = ["TAR_FORMS", "tar_members"]


def tar_members(unpack: Callable[[BinaryIO], Readable], stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the files of a tar in its order; damage ends it, and is told with what is lost.

    Args:
        unpack: One of the values of :data:`TAR_FORMS`.
        stream: The archive.
    """
    octets = ForwardOctets(unpack(stream))
    try:
        for number, member in enumerate(_members(octets), 1):
            # Where the archive was read to: its bytes as they lie on the disk, packed or not.
            if are_too_many(number, stream.tell()):
                yield ArchiveMember("", trouble=TOO_MANY)
                return
            yield member
    except BrokenTarError as error:
        yield _damaged(error.fault.where, error.fault.says)
    except (CutShortError, Damaged) as error:
        yield _damaged(f"byte {octets.end}", str(error.strerror))
    except OSError as error:  # the disk, or too much comes out of it: what was not read may be whole
        words = f"byte {octets.end}: {error.strerror or error}"
        yield ArchiveMember("", trouble=f"it cannot be read further, and what follows is lost: {words}")


def _members(octets: ForwardOctets) -> Iterator[ArchiveMember]:
    skipped = 0
    # The walk goes on to the end of the stream: there stands the one checksum of a compressed tar.
    for member in read_members(octets):
        if isinstance(member, TarFault):
            yield _damaged(member.where, member.says)
            return
        if not member.is_folder:
            try:
                read = _member(octets, member)
            except CutShortError:
                continue  # the walk tells of a member that is cut short, with its name
            yield read
        skipped += member.size if member.size > LARGEST_SOURCE else 0
        if skipped > MOST_SKIPPED:
            yield ArchiveMember("", trouble=TOO_MUCH)
            return


def _member(octets: ForwardOctets, member: TarMember) -> ArchiveMember:
    if not member.is_file:
        return ArchiveMember(member.path, trouble=NO_FILE)
    return read_member(member.path, member_octets(octets, member.start, member.size), member.size)


def _damaged(where: str, says: str) -> ArchiveMember:
    words = printable_name(f"{where}: {says}")
    return ArchiveMember("", trouble=f"it is damaged, or no tar archive, and what follows is lost: {words}")


def _as_it_is(stream: BinaryIO) -> Readable:
    return stream


def _unpacked(form: str) -> Callable[[BinaryIO], Readable]:
    return lambda stream: Decompressed(stream, form)


TAR_FORMS: Mapping[str, Callable[[BinaryIO], Readable]] = {
    ".tar": _as_it_is,
    ".tar.gz": _unpacked("gzip"),
    ".tgz": _unpacked("gzip"),
    ".tar.bz2": _unpacked("bzip2"),
    ".tbz2": _unpacked("bzip2"),
    ".tar.xz": _unpacked("xz"),
    ".txz": _unpacked("xz"),
    ".tar.zst": _unpacked("zstd"),
    ".tzst": _unpacked("zstd"),
}
"""The ends of names by which tars are known, and what unpacks them."""
