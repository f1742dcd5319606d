"""Zips: the container that reads one without unpacking (APPNOTE.TXT, the zip file format specification).

The table of contents is the listing, and each member is decompressed as it is read. Encrypted members cannot be read,
and the standard library refuses zips of several parts. Whether a member is intact is for the manifests to say, so a
wrong CRC is no finding of its own.
"""

from __future__ import annotations

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from preserve.bag.containers.container import Listing
from preserve.bag.containers.entry import Entry, EntryKind, printable
from preserve.bag.containers.listing import ListingBuilder
from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import Form
from preserve.findings import Finding
from preserve.octets import MOST_TIMES, TooLargeError, expands_too_far, open_zip, zip_member_octets

__all__ = ["ZipContainer"]

_ENCRYPTED = 1
"""APPNOTE 4.4.4: bit 0 of the general purpose bit flag."""

_READ = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_NOT_READ: Mapping[int, str] = {1: "Shrink", 6: "Implode", 9: "Deflate64", 93: "Zstandard", 95: "xz", 98: "PPMd"}
"""APPNOTE 4.4.5: methods of compression."""

_UTF8 = 1 << 11
"""APPNOTE 4.4.4: bit 11 of the general purpose bit flag: a name is in UTF-8; without it, in code page 437."""

_UNICODE_PATH = struct.Struct("<BL")
_UNICODE_PATH_TAG = 0x7075
"""APPNOTE 4.6.9: an extra field with the name in UTF-8: its version, the CRC of the other name, the name."""

_UNIX = 3
_WINDOWS = frozenset({0, 10, 14})
"""APPNOTE 4.4.2.2: host systems; those of FAT, NTFS and VFAT part names with backslashes."""

_LEAST_HEADER = 30
"""APPNOTE 4.3.7: bytes of a local file header without its name."""
_LOCAL = b"PK\x03\x04"
"""APPNOTE 4.3.7: how a local file header begins."""


class ZipContainer:
    """A bag as a zip, kept open from its making to :meth:`close`.

    Args:
        path: The zip.
        limits: How much of it is read and kept.

    Raises:
        OSError: It could not be opened.
    """

    __slots__ = ("_archive", "_file", "_given", "_infos", "_path", "_size", "limits")

    form = Form.ZIP
    media_types = frozenset({"application/zip", "application/x-zip-compressed"})
    random_access = False

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self._path, self.limits = path, limits
        self._file = path.open("rb")
        self._given, self._size = 0, os.fstat(self._file.fileno()).st_size
        self._archive: zipfile.ZipFile | None = None
        self._infos: list[zipfile.ZipInfo] = []

    def close(self) -> None:
        """Close the zip."""
        if self._archive is not None:
            self._archive.close()
        self._file.close()

    def listing(self) -> Listing:
        """List the members below the one top folder."""
        builder, where = ListingBuilder(self.limits), self._path.name
        cut = False
        try:
            self._archive = open_zip(self._file, self.limits.zip_table, self.limits.zip_members)
            self._infos = [_without_crc(info) for info in self._archive.infolist()]
        except TooLargeError as error:
            cut = True
            says = f"its table of contents is not looked at: {error}"
            builder.findings.append(Finding.of("limit-exceeded", where, says))
        except Exception as error:  # foreign code on hostile bytes: whatever it raises, the table is damaged
            says = f"its table of contents cannot be read: {error}"
            builder.findings.append(Finding.of("zip-corrupt", where, says))
        builder.findings.extend(_misnamed(self._infos, self._file))
        if _overlap(self._infos, self._file):
            builder.findings.append(Finding.of("zip-corrupt", where, "its members overlap; none is looked at"))
            self._infos = []
        names = [_name(info) for info in self._infos]
        if _of_windows(self._infos, names):
            names = [name.replace("\\", "/") for name in names]
            says = "backslashes part the names of its members"
            builder.findings.append(Finding.of("zip-backslashes", where, says))
        for place, (info, name) in enumerate(zip(self._infos, names, strict=True)):
            member = Entry(name, _kind(info, name), info.file_size, place)
            builder.add_member(member, _heavy_folder(member))
        return builder.finish_archive(where, (".zip",), cut=cut)

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the bytes of listed members."""
        for entry in wanted:
            yield entry, self._read(entry)

    def _read(self, entry: Entry) -> Iterator[bytes]:
        info = self._infos[entry.place]
        if info.flag_bits & _ENCRYPTED:
            raise OSError(None, "it is encrypted")
        if info.compress_type not in _READ:
            how = _NOT_READ.get(info.compress_type, "one that we do not know")
            raise OSError(None, f"its method of compression, {info.compress_type} ({how}), is not read here")
        left = entry.size
        for chunk in _octets(cast("zipfile.ZipFile", self._archive), info):
            left -= len(chunk)
            self._given += len(chunk)
            if expands_too_far(self._given, self._size, self.limits.free_expansion):
                raise OSError(None, f"the zip becomes over {MOST_TIMES} times its size; the rest is not looked at")
            yield chunk
        if left:
            raise OSError(None, f"it has {entry.size - left} bytes, the table of contents says {entry.size}")

    def digests_of(self, _entry: Entry) -> None:
        """Return nothing: every member can be read at any time."""


def _octets(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        yield from zip_member_octets(archive, info)
    except (EOFError, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, ValueError) as error:
        raise OSError(None, f"it is damaged, or of a kind that is not read: {_said(error)}") from error
    except zipfile.BadZipFile as error:
        raise OSError(None, f"it is damaged: {error}") from error
    except OSError as error:
        # bz2 raises OSError without a number for damaged data; a disk's errors have one.
        raise error if error.errno else OSError(None, f"it is damaged: {_said(error)}") from error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _without_crc(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    # With it, the library never gives the last bytes of a member whose CRC is another, and nobody could judge them.
    del info.CRC
    return info


def _misnamed(infos: list[zipfile.ZipInfo], file: BinaryIO) -> Iterator[Finding]:
    """Give a finding for each member whose own header has another name than the table of contents.

    A program that unpacks a zip as a stream sees the names in the headers. The library compares them only when a member
    is read, and what no manifest lists is never read.
    """
    for info in infos:
        name = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")
        file.seek(max(0, info.header_offset))
        header = file.read(_LEAST_HEADER + len(name))
        size = int.from_bytes(header[26:28], "little")
        if not header.startswith(_LOCAL) or size != len(name) or header[_LEAST_HEADER:] != name:
            says = "where it should be is no header, or one with another name"
            yield Finding.of("zip-corrupt", printable(info.orig_filename), says)


def _overlap(infos: list[zipfile.ZipInfo], file: BinaryIO) -> bool:
    """Tell whether members share bytes, as those of a zip bomb do."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + _LEAST_HEADER + info.compress_size
    return end > file.seek(0, os.SEEK_END)


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member, as those who unpack zips understand it.

    APPNOTE D.1: a name is in UTF-8 when a flag says so, else in code page 437. The zip of Unix systems says UTF-8 in an
    extra field (4.6.9) or not at all. So a name that is valid UTF-8 is taken for it: in code page 437 it would be a
    name that nobody writes.
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8:
        return name
    octets = name.encode("cp437")
    said = _unicode_path(info.extra, octets) if info.extra else ""
    if said or name.isascii():
        return said or name
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        # Programs on Unix translate no names: this one is in whatever encoding it had there.
        return octets.decode("utf-8", "surrogateescape") if info.create_system == _UNIX else name


def _unicode_path(extra: bytes, octets: bytes) -> str:
    """Return the name that the extra fields give in UTF-8 beside one in another encoding; empty when they give none."""
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if tag == _UNICODE_PATH_TAG and len(field) > _UNICODE_PATH.size:
            version, crc = _UNICODE_PATH.unpack_from(field)
            # 4.6.9: with another CRC, a program that does not know the field has changed the name since.
            if version == 1 and crc == zlib.crc32(octets):
                return field[_UNICODE_PATH.size :].decode("utf-8", "surrogateescape")
        at += 4 + size
    return ""


def _of_windows(infos: list[zipfile.ZipInfo], names: list[str]) -> bool:
    """Tell whether backslashes part all names: .NET and PowerShell wrote such zips, against APPNOTE 4.4.17.1.

    Programs that unpack zips on other systems read them as slashes. Where a backslash is a character like any other,
    the names of a bag have slashes too.
    """
    return (
        any("\\" in name for name in names)
        and not any("/" in name for name in names)
        and all(info.create_system in _WINDOWS for info in infos)
    )


def _heavy_folder(member: Entry) -> Finding | None:
    if member.kind is not EntryKind.FOLDER or not member.size:
        return None
    return Finding.of("zip-corrupt", printable(member.path), f"a folder that should have {member.size} bytes")


def _kind(info: zipfile.ZipInfo, name: str) -> EntryKind:
    """Return what a member is, by the mode that a Unix program noted, else by the end of its name."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    if name.endswith("/") or mode == stat.S_IFDIR:
        return EntryKind.FOLDER
    if mode == stat.S_IFLNK:
        return EntryKind.LINK
    return EntryKind.FILE if mode in {0, stat.S_IFREG} else EntryKind.SPECIAL
