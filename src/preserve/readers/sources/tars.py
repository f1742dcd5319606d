"""Tars as streams of members, as they are or in gzip, bzip2, xz or zstd.

Scope: the members of one tar in order, read on and never back. Not in scope: which members are wanted
(``containers``); the tars that are bags (``bag.tarball``).

The standard library reads the headers. It takes a damaged one for the end of the archive, reads an extended one of
any size into memory and keeps them all: here the first is an error, the second bounded, and the third forgotten.
"""

from __future__ import annotations

import tarfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import IO, BinaryIO, Self, cast

from preserve.octets import Decompressed, Readable
from preserve.readers.csv import begins_row
from preserve.readers.source_bytes import LARGEST_SOURCE, too_large
from preserve.readers.sources.members import HEAD, MOST_SKIPPED, NO_FILE, TOO_MUCH, ArchiveMember, pieces
from preserve.readers.wording import error_words

__all__ = ["TAR_FORMS", "tar_members"]

_LARGEST_HEADERS = 4 << 20
"""Bytes of headers that stand between two members, at most."""


class _Forward:
    """A stream that is read on only as far as it is allowed: a header of any size would be read into memory."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.left = _LARGEST_HEADERS

    def read(self, size: int) -> bytes:
        self.left -= size
        if self.left < 0:
            raise tarfile.ReadError("its headers are larger than any")
        return self._stream.read(size)


class _Header(tarfile.TarInfo):
    """A header of a tar; one that is damaged is an error, where the library takes it for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # the mark of the end; the stubs lack it
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def tar_members(unpack: Callable[[BinaryIO], Readable], stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the files of a tar in order; what stands behind damage is lost, and told.

    Args:
        unpack: One of the values of :data:`TAR_FORMS`.
        stream: The archive.
    """
    skipped = 0
    try:
        forward = _Forward(unpack(stream))
        archive = tarfile.open(  # noqa: SIM115 - nothing is open but the stream, which is the caller's
            fileobj=cast("IO[bytes]", forward), mode="r|", tarinfo=_Header, encoding="utf-8"
        )
        while (info := archive.next()) is not None:
            # The library keeps every header; in bulk that is memory.
            cast("list[tarfile.TarInfo]", vars(archive)["members"]).clear()
            forward.left = LARGEST_SOURCE + _LARGEST_HEADERS
            if not info.isdir():
                yield _tar_member(archive, info, forward)
            skipped += info.size if info.size > LARGEST_SOURCE else 0
            if skipped > MOST_SKIPPED:
                yield ArchiveMember("", trouble=TOO_MUCH)
                return
            if (plain := cast("BinaryIO", archive.fileobj)).tell() < archive.offset:
                forward.left = info.size + _LARGEST_HEADERS
                plain.seek(archive.offset)
            forward.left = _LARGEST_HEADERS
        # The checksum of what is compressed stands behind the mark of the end.
        forward.left = MOST_SKIPPED
        deque(pieces(forward.read), maxlen=0)
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        yield ArchiveMember(
            "", trouble=f"it is damaged, or no tar archive; what stands behind is lost: {error_words(error)}"
        )


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, forward: _Forward) -> ArchiveMember:
    if not info.isreg() or info.issparse():
        return ArchiveMember(info.name, trouble=NO_FILE)
    unpacked = cast("IO[bytes]", archive.extractfile(info))
    data = unpacked.read(HEAD)
    if begins_row(data):
        return ArchiveMember(info.name, rows=_tar_rows(data, unpacked, info, forward))
    if info.size > LARGEST_SOURCE:
        return ArchiveMember(info.name, trouble=too_large(info.size))
    # The library raises where the archive ends before the member does.
    return ArchiveMember(info.name, data + unpacked.read())


def _tar_rows(head: bytes, unpacked: IO[bytes], info: tarfile.TarInfo, forward: _Forward) -> Iterator[bytes]:
    forward.left = info.size + _LARGEST_HEADERS
    yield from chain([head], pieces(unpacked.read))


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
