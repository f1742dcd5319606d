"""Zips as streams of members, in the order of their table of contents, and single gzips; read in bounded memory."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from preserve.octets import Decompressed, TooLargeError, expands_too_far, open_zip, zip_member_octets
from preserve.readers.source_bytes import LARGEST_SOURCE
from preserve.readers.sources.members import (
    HEAD,
    LARGEST_TABLE,
    MOST_MEMBERS,
    NO_FILE,
    TOO_LARGE,
    ArchiveMember,
    read_member,
)
from preserve.readers.wording import error_words

__all__ = ["gzip_member", "zip_members"]

_STEP = 256 << 10
"""Bytes of a gzip that are read at a time."""

_ENCRYPTED = 1
"""APPNOTE 4.4.4: bit 0 of the general purpose bit flag: the file is encrypted."""


def gzip_member(name: str, stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the one file of a gzip; the name inside it is not used."""
    read = Decompressed(stream, "gzip").read
    try:
        yield read_member(name, iter(partial(read, _STEP), b""))
    except OSError as error:
        yield ArchiveMember(name, trouble=f"it is damaged, or no gzip: {error.strerror or error}")


def zip_members(stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the files of a zip in the order of its table of contents; a damaged one does not cost the others."""
    size = stream.seek(0, os.SEEK_END)
    try:
        archive = open_zip(stream, LARGEST_TABLE, MOST_MEMBERS)
        infos = archive.infolist()
    except TooLargeError as error:
        yield ArchiveMember("", trouble=f"its table of contents is not read: {error}")
        return
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        yield ArchiveMember("", trouble=f"it is damaged, or no zip archive: {error_words(error)}")
        return
    if sum(info.compress_size for info in infos) > size:
        # A bomb lists one stretch of compressed bytes as many members. None of them is decompressed.
        yield ArchiveMember("", trouble="its members overlap, as those of a zip bomb do")
        return
    unpacked = packed = 0
    for info in infos:
        if info.filename.endswith("/"):
            continue
        yield _zip_member(archive, info)
        # Each member may be a bomb as large as a page; of a larger one no more is unpacked.
        unpacked, packed = unpacked + min(info.file_size, LARGEST_SOURCE), packed + info.compress_size
        if expands_too_far(unpacked, packed):
            yield ArchiveMember("", trouble=TOO_LARGE)
            return


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ArchiveMember:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return ArchiveMember(info.filename, trouble=NO_FILE)
    if info.flag_bits & _ENCRYPTED:
        return ArchiveMember(info.filename, trouble="it is encrypted")
    try:
        member = read_member(info.filename, _checked(archive, info), info.file_size)
    except NotImplementedError:
        how = f"{info.compress_type} (APPNOTE 4.4.5)"
        return ArchiveMember(
            info.filename, trouble=f"its method of compression, {how}, is not read; unpack it yourself"
        )
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        return ArchiveMember(info.filename, trouble=f"it is damaged: {error_words(error)}")
    if member.data is not None and len(member.data) != info.file_size:
        return ArchiveMember(info.filename, trouble="it is damaged: it has fewer bytes than its size says")
    return member


def _checked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of a member, and raise at their end when they have another checksum than the table says."""
    # The library would compare it too, but only for methods that it decodes itself. And of a small file that is damaged
    # it would give nothing, not even the beginning, which shows whether that is a page or a file of rows.
    stated, crc = info.CRC, 0
    del info.CRC
    for chunk in zip_member_octets(archive, info, first=HEAD):
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if crc != stated:
        raise OSError(None, "its checksum does not match")
