"""Zips: the container that reads one without unpacking (APPNOTE.TXT, the zip file format specification).

Scope: what the table of contents lists, each member decompressed as it is read. Not in scope: encrypted members, which
cannot be read; zips of several parts, which the standard library refuses.

Whether a member is intact is for the manifests to say: a wrong CRC is not told for itself.
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

from preserve.bag.containers.entry import Entry, EntryKind, printable
from preserve.bag.containers.listing import Listing, below_the_top, enter
from preserve.bag.containers.table import MANY, MANY_NAMES, Entries, to_table
from preserve.bag.limits import Bounded
from preserve.bag.model import Form
from preserve.findings import Finding
from preserve.octets import MOST_TIMES, TooLargeError, expands_too_far, open_zip, zip_member_octets

__all__ = ["MAX_TABLE", "ZipContainer"]

MAX_TABLE = 16 << 20
"""Octets that the table of contents may have: some 200,000 members, in some 100 MB of memory."""

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
"""APPNOTE 4.3.7: octets of a local file header without its name."""
_LOCAL = b"PK\x03\x04"
"""APPNOTE 4.3.7: how it begins."""


class ZipContainer:
    """A bag as a zip, kept open from its making to :meth:`close`.

    Args:
        path: The zip.

    Raises:
        OSError: It could not be opened.
    """

    __slots__ = ("_archive", "_file", "_given", "_infos", "_path", "_size")

    form = Form.ZIP
    media_types = frozenset({"application/zip", "application/x-zip-compressed"})
    random_access = False

    def __init__(self, path: Path) -> None:
        self._path = path
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
        findings: list[Finding] = Bounded[Finding]()
        entries: Entries = {}
        letters, cut = 0, False
        try:
            self._archive = open_zip(self._file, MAX_TABLE)
            self._infos = [_without_crc(info) for info in self._archive.infolist()]
        except TooLargeError as error:
            cut = True
            says = f"its table of contents is not looked at: {error}"
            findings.append(Finding.of("limit-exceeded", self._path.name, says))
        except Exception as error:  # foreign code on hostile octets: whatever it raises, the table is damaged
            says = f"its table of contents cannot be read: {error}"
            findings.append(Finding.of("zip-corrupt", self._path.name, says))
        findings.extend(_misnamed(self._infos, self._file))
        if _overlap(self._infos, self._file):
            findings.append(Finding.of("zip-corrupt", self._path.name, "its members overlap; none is looked at"))
            self._infos = []
        names = [_name(info) for info in self._infos]
        if _of_windows(self._infos, names):
            names = [name.replace("\\", "/") for name in names]
            findings.append(Finding.of("zip-backslashes", self._path.name, "backslashes part the names of its members"))
        for place, (info, name) in enumerate(zip(self._infos, names, strict=True)):
            member = Entry(name, _kind(info, name), info.file_size, place)
            enter(member, entries, findings, _heavy_folder(member))
            letters += len(name)
            if len(entries) >= MANY or letters >= MANY_NAMES:
                entries = to_table(entries)
        return below_the_top(entries, self._path.name, (".zip",), findings, cut=cut)

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of listed members."""
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
            if expands_too_far(self._given, self._size):
                raise OSError(None, f"the zip becomes over {MOST_TIMES} times its size; the rest is not looked at")
            yield chunk
        if left:
            raise OSError(None, f"it has {entry.size - left} octets, the table of contents says {entry.size}")

    def digests_of(self, _entry: Entry) -> None:
        """Know nothing: every member can be read at any time."""


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
    # With it, the last octets of a member that has another CRC are never given, so that nobody could judge them.
    del info.CRC
    return info


def _misnamed(infos: list[zipfile.ZipInfo], file: BinaryIO) -> Iterator[Finding]:
    """Tell of members that their own headers name otherwise: whoever unpacks a zip as it comes sees those names.

    The library tells of it when a member is read, and of what no manifest lists, no octet is.
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
    """Tell whether members share octets, as those of a zip bomb do."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + _LEAST_HEADER + info.compress_size
    return end > file.seek(0, os.SEEK_END)


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member, as those who unpack zips understand it.

    APPNOTE D.1: a name is UTF-8 when a flag says so, else in code page 437. The zip of Unix systems says UTF-8 in an
    extra field (4.6.9) or not at all, so octets that are UTF-8 are taken for it: in code page 437 they would be none
    that anybody writes.
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
        # Nobody on Unix translates a name: its octets are in whatever encoding they had there.
        return octets.decode("utf-8", "surrogateescape") if info.create_system == _UNIX else name


def _unicode_path(extra: bytes, octets: bytes) -> str:
    """Return the name in UTF-8 that the extra fields give for a name in other octets; empty when there is none."""
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if tag == _UNICODE_PATH_TAG and len(field) > _UNICODE_PATH.size:
            version, crc = _UNICODE_PATH.unpack_from(field)
            # 4.6.9: when the CRC is another, the name was changed since by a program that does not know the field.
            if version == 1 and crc == zlib.crc32(octets):
                return field[_UNICODE_PATH.size :].decode("utf-8", "surrogateescape")
        at += 4 + size
    return ""


def _of_windows(infos: list[zipfile.ZipInfo], names: list[str]) -> bool:
    """Tell whether backslashes part all names: .NET and PowerShell wrote such zips, against APPNOTE 4.4.17.1.

    Those who unpack zips for other systems read them as slashes. On a system where a backslash is a character, the
    names of a bag have slashes too.
    """
    return (
        any("\\" in name for name in names)
        and not any("/" in name for name in names)
        and all(info.create_system in _WINDOWS for info in infos)
    )


def _heavy_folder(member: Entry) -> Finding | None:
    if member.kind is not EntryKind.FOLDER or not member.size:
        return None
    return Finding.of("zip-corrupt", printable(member.path), f"a folder that should have {member.size} octets")


def _kind(info: zipfile.ZipInfo, name: str) -> EntryKind:
    """Return what a member is: by the mode that a Unix program noted, else by the end of its name."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    if name.endswith("/") or mode == stat.S_IFDIR:
        return EntryKind.FOLDER
    if mode == stat.S_IFLNK:
        return EntryKind.LINK
    return EntryKind.FILE if mode in {0, stat.S_IFREG} else EntryKind.SPECIAL
