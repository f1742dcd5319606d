"""Zips: the container that reads one without unpacking (APPNOTE.TXT, the zip file format specification).

Scope: what the table of contents lists, each member decompressed as it is read. Not in scope: encrypted members, which
cannot be read; zips of several parts, which the standard library refuses.

Whether a member is intact is for the manifests to say: a wrong CRC is not told for itself.
"""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from preserve.bag.containers import Entry, Kind, Listing, below_the_top, enter, shown
from preserve.bag.model import Form
from preserve.digests import CHUNK
from preserve.findings import Finding, found
from preserve.zip_table import open_zip

__all__ = ["MAX_TABLE", "ZipContainer"]

MAX_TABLE = 16 << 20
"""Octets that the table of contents may have: some 200,000 members, in some 100 MB of memory."""

_ENCRYPTED = 1
"""APPNOTE 4.4.4: bit 0 of the general purpose bit flag."""


_LEAST_HEADER = 30
"""APPNOTE 4.3.7: octets of a local file header without its name."""


class ZipContainer:
    """A bag as a zip, kept open from its making to :meth:`close`.

    Args:
        path: The zip.

    Raises:
        OSError: It could not be opened.
    """

    __slots__ = ("_archive", "_file", "_infos", "_path")

    form = Form.ZIP
    media_types = frozenset({"application/zip"})
    random_access = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._archive: zipfile.ZipFile | None = None
        self._infos: list[zipfile.ZipInfo] = []

    def close(self) -> None:
        """Close the zip."""
        if self._archive is not None:
            self._archive.close()
        self._file.close()

    def listing(self) -> Listing:
        """List the members below the one top folder."""
        findings: list[Finding] = []
        entries: dict[str, Entry] = {}
        try:
            self._archive = open_zip(self._file, MAX_TABLE)
            self._infos = [_without_crc(info) for info in self._archive.infolist()]
        except Exception as error:  # foreign code on hostile octets: whatever it raises, the table is damaged
            says = f"its table of contents cannot be read: {error}"
            findings.append(found("zip-corrupt", self._path.name, says))
        if _overlap(self._infos, self._file):
            findings.append(found("zip-corrupt", self._path.name, "its members overlap; none is looked at"))
            self._infos = []
        for place, info in enumerate(self._infos):
            member = Entry(info.orig_filename, _kind(info), info.file_size, place)
            enter(member, entries, findings, _heavy_folder(info))
        return below_the_top(entries, self._path.name, (".zip",), findings)

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of listed members."""
        for entry in wanted:
            yield entry, self._read(entry)

    def _read(self, entry: Entry) -> Iterator[bytes]:
        info = self._infos[entry.place]
        if info.flag_bits & _ENCRYPTED:
            raise OSError(None, "it is encrypted")
        left = entry.size
        for chunk in _octets(cast("zipfile.ZipFile", self._archive), info):
            left -= len(chunk)
            yield chunk
        if left:
            raise OSError(None, f"it has {entry.size - left} octets, the table of contents says {entry.size}")

    def digests_of(self, _entry: Entry) -> None:
        """Know nothing: every member can be read at any time."""


def _octets(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while chunk := member.read(CHUNK):
                yield chunk
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


def _overlap(infos: list[zipfile.ZipInfo], file: BinaryIO) -> bool:
    """Tell whether members share octets, as those of a zip bomb do."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + _LEAST_HEADER + info.compress_size
    return end > file.seek(0, os.SEEK_END)


def _heavy_folder(info: zipfile.ZipInfo) -> Finding | None:
    if _kind(info) is not Kind.FOLDER or not info.file_size:
        return None
    return found("zip-corrupt", shown(info.orig_filename), f"a folder that should have {info.file_size} octets")


def _kind(info: zipfile.ZipInfo) -> Kind:
    """Return what a member is: by the mode that a Unix program noted, else by the end of its name."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    # Not with the library's is_dir(), which falls over a member without a name.
    if info.filename.endswith("/"):
        return Kind.FOLDER
    if mode == stat.S_IFLNK:
        return Kind.LINK
    return Kind.FILE if mode in {0, stat.S_IFREG} else Kind.SPECIAL
