"""Zips and single gzips as members.

Scope: the members of one zip in the order of its table of contents, and the one file in a gzip. Not in scope: which
members are wanted (``containers``).
"""

from __future__ import annotations

import gzip
import os
import stat
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from preserve.octets import open_zip
from preserve.readers.csv import begins_row
from preserve.readers.source_bytes import LARGEST_SOURCE, too_large
from preserve.readers.sources.members import HEAD, NO_FILE, ArchiveMember, pieces
from preserve.readers.wording import error_words

__all__ = ["gzip_member", "zip_members"]

_LARGEST_TABLE = 64 << 20
"""Bytes of the largest table of contents of a zip; 251,287 pages have 25 MiB."""


def gzip_member(name: str, stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the one file of a gzip; the name inside it is not used."""
    try:
        with gzip.GzipFile(fileobj=stream) as unpacked:
            data = unpacked.read(HEAD)
            if not begins_row(data):
                data += unpacked.read(LARGEST_SOURCE + 1 - len(data))
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        yield ArchiveMember(name, trouble=f"it is damaged, or no gzip: {error_words(error)}")
        return
    if begins_row(data):
        yield ArchiveMember(name, rows=_gzip_rows(stream))
    else:
        yield ArchiveMember(name, data) if len(data) <= LARGEST_SOURCE else ArchiveMember(name, trouble=too_large())


def _gzip_rows(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    with gzip.GzipFile(fileobj=stream) as unpacked:
        yield from pieces(unpacked.read)


def zip_members(stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the files of a zip in the order of its table of contents."""
    size = stream.seek(0, os.SEEK_END)
    try:
        archive = open_zip(stream, _LARGEST_TABLE)
        infos = archive.infolist()
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        yield ArchiveMember("", trouble=f"it is damaged, or no zip archive: {error_words(error)}")
        return
    if sum(info.compress_size for info in infos) > size:
        yield ArchiveMember("", trouble="its members overlap, as only those of a zip bomb do")
        return
    for info in infos:
        if not info.filename.endswith("/"):
            yield _zip_member(archive, info)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ArchiveMember:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return ArchiveMember(info.filename, trouble=NO_FILE)
    if info.flag_bits & 1:  # APPNOTE 4.4.4, bit 0: the file is encrypted
        return ArchiveMember(info.filename, trouble="it is encrypted")
    try:
        return _read(archive, info)
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        return ArchiveMember(info.filename, trouble=f"it is damaged: {error_words(error)}")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ArchiveMember:
    with archive.open(info) as unpacked:
        data = unpacked.read(HEAD)
        if begins_row(data):
            return ArchiveMember(info.filename, rows=_zip_rows(archive, info))
        if info.file_size > LARGEST_SOURCE:
            return ArchiveMember(info.filename, trouble=too_large(info.file_size))
        data += unpacked.read(LARGEST_SOURCE + 1 - len(data))
    if len(data) != info.file_size:
        return ArchiveMember(info.filename, trouble="it is damaged: its size is not the stated one")
    return ArchiveMember(info.filename, data)


def _zip_rows(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as unpacked:
        yield from pieces(unpacked.read)
