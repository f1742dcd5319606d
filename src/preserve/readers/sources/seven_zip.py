"""7z archives as streams of members, each decompressed once, in order, in bounded memory.

py7zr reads the table of contents and knows the methods of compression. Its own extraction hands members to a callback
and stops at the first damage. Here its decompressors are read as streams, so that members come one by one, and a
damaged one does not cost those that follow it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

import py7zr
from py7zr.archiveinfo import Folder
from py7zr.exceptions import PasswordRequired
from py7zr.py7zr import ArchiveFile

from preserve.readers.csv import begins_row
from preserve.readers.source_bytes import LARGEST_SOURCE, too_large
from preserve.readers.sources.members import HEAD, MOST_SKIPPED, NO_FILE, TOO_MUCH, ArchiveMember
from preserve.readers.wording import error_words

__all__ = ["seven_zip_members"]

_BLOCK = 4096
"""Compressed bytes that are taken at a time: of so few, also a method that heeds no limit makes little."""

_STEP = 1 << 20
"""The most bytes that a method which heeds a limit makes at a time."""

_LARGEST_DICTIONARY = 1 << 30
"""Bytes of the largest dictionary that a method may ask for; 7-Zip's strongest preset asks for 256 MiB."""

_LZMA, _LZMA2, _AES = b"\x03\x01\x01", b"\x21", b"\x06\xf1\x07\x01"
# 7-Zip, DOC/Methods.txt: copy, delta, the branch filters, Deflate, BZip2. PPMd and Deflate64 are left out: their
# decoders are C code that damaged bytes can crash, as was seen with PPMd. The decoders of the others are Python's own.
_OTHERS = ("00", "03", "04", "05", "06", "07", "08", "09", "03030103", "03030205", "03030401", "03030501")
_MORE = ("03030701", "03030805", "040108", "040202")
_METHODS = frozenset((_LZMA, _LZMA2, *map(bytes.fromhex, _OTHERS + _MORE)))
_NAMES = {
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "Deflate64",
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x04\xf7\x11\x01": "Zstandard",
    b"\x04\xf7\x11\x02": "Brotli",
}

_SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_ENCODED = 0x17
# 7-Zip, DOC/7zFormat.txt: UnpackInfo, Folder, one folder, not external, one coder, and that LZMA, LZMA2 or copy.
_PLAIN_CODERS = tuple(
    b"\x07\x0b\x01\x00\x01" + coder for coder in (b"\x23\x03\x01\x01\x05", b"\x21\x21\x01", b"\x01\x00")
)

_ENCRYPTED = "it is encrypted"


class _RefusedError(Exception):
    """Something is not decompressed; the message says why."""


def seven_zip_members(stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the files of a 7z in its order.

    Args:
        stream: The archive, seekable.
    """
    try:
        _check_table(stream)
        stream.seek(0)
        archive = py7zr.SevenZipFile(stream, "r")
        # An archive without files has no such attribute.
        files: list[ArchiveFile] = list(getattr(archive, "files", ()))
        sources = _sources(archive, stream)
    except PasswordRequired:
        yield ArchiveMember("", trouble="its table of contents is encrypted")
        return
    except _RefusedError as error:
        yield ArchiveMember("", trouble=str(error))
        return
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        yield ArchiveMember("", trouble=f"it is damaged, or no 7z archive: {error_words(error)}")
        return
    skipped = 0
    for each in files:
        if each.is_directory:
            continue
        if each.emptystream or each.folder is None:
            yield ArchiveMember(each.filename, b"")
            continue
        member = _member(each, sources[id(each.folder)])
        yield member
        skipped += each.uncompressed if each.uncompressed > LARGEST_SOURCE else 0
        if skipped > MOST_SKIPPED:
            yield ArchiveMember("", trouble=TOO_MUCH)
            return


def _check_table(stream: BinaryIO) -> None:
    """Refuse a table of contents that is compressed by a method that could blow it up.

    Raises:
        _RefusedError: It is encrypted, or compressed otherwise than 7-Zip does.
    """
    start = stream.read(32)
    if not start.startswith(_SIGNATURE) or len(start) < 32:
        raise _RefusedError("it is no 7z archive, or it is cut")
    offset, size = struct.unpack("<QQ", start[12:28])
    if offset > 1 << 62 or size > 1 << 28:
        raise _RefusedError("its table of contents is said to be larger than any")
    # The beginning of the table shows how it is packed: that of a table which is packed names one folder and one coder.
    stream.seek(32 + offset)
    table = stream.read(min(size, 4096))
    if table[:1] != bytes((_ENCODED,)) or any(coder in table for coder in _PLAIN_CODERS):
        return
    raise _RefusedError(
        "its table of contents is encrypted"
        if _AES in table
        else "its table of contents is damaged, or compressed otherwise than 7-Zip does"
    )


def _sources(archive: py7zr.SevenZipFile, stream: BinaryIO) -> dict[int, _Source]:
    """Return the stream of each folder of the archive, by the identity of the folder.

    A folder is a stretch of compressed bytes that many files may share (7-Zip, DOC/7zFormat.txt).
    """
    streams = getattr(archive.header, "main_streams", None)
    if streams is None:
        return {}
    sizes = streams.packinfo.packsizes
    at, place = archive.afterheader + streams.packinfo.packpos, 0
    sources = {}
    for folder in streams.unpackinfo.folders:
        packed = sizes[place : place + max(1, len(folder.packed_indices))]
        sources[id(folder)] = _Source(stream, folder, at, packed[0] if packed else 0)
        at, place = at + sum(packed), place + len(packed)
    return sources


@dataclass(slots=True)
class _Source:
    """One folder of the archive as a stream of bytes, read forward only.

    Attributes:
        stream: The archive.
        folder: What py7zr knows of it.
        start: Where its packed bytes begin.
        packed: How many there are.
        owed: Bytes of members that were passed over; they are decompressed only when a member after them is read.
        fault: Why nothing more comes out of it.
    """

    stream: BinaryIO
    folder: Folder
    start: int
    packed: int
    owed: int = 0
    fault: str | None = None
    _opened: bool = False
    _buffer: bytes = b""
    _place: int = field(default=0)

    def read(self, size: int) -> bytes:
        """Return so many of the next bytes.

        Raises:
            _RefusedError: The method is unknown, or asks for too much.
            EOFError: The packed bytes end before that.
        """
        while self.owed:
            self.owed -= len(self._take(min(self.owed, _STEP)))
        parts = []
        while size:
            part = self._take(size)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield so many of the next bytes in pieces; those that nobody takes are owed."""
        self.owed += size
        return self._pieces(size)

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._take(min(size, _STEP))
            size -= len(piece)
            self.owed -= len(piece)
            yield piece

    def _take(self, most: int) -> bytes:
        if self._place == len(self._buffer):
            self._buffer, self._place = self._more(), 0
        part = self._buffer[self._place : self._place + most]
        self._place += len(part)
        return part

    def _more(self) -> bytes:
        decompressor = self.folder.get_decompressor(self._open() if not self._opened else self.packed)
        decompressor.block_size = _BLOCK
        while True:
            before = decompressor.consumed
            data = decompressor.decompress(self.stream, _STEP)
            if data:
                return bytes(data)
            if decompressor.consumed == before:
                raise EOFError("the packed bytes end before the member does")

    def _open(self) -> int:
        _check_methods(self.folder)
        self.stream.seek(self.start)
        self._opened = True
        return self.packed


def _check_methods(folder: Folder) -> None:
    for coder in folder.coders:
        method, properties = coder["method"], coder["properties"] or b""
        if method == _AES:
            raise _RefusedError(_ENCRYPTED)
        if method not in _METHODS or coder["numinstreams"] != 1:
            raise _RefusedError(
                f"its method of compression, {_NAMES.get(method, method.hex())}, is not read; unpack it yourself"
            )
        if _dictionary(method, properties) > _LARGEST_DICTIONARY:
            raise _RefusedError(f"decompressing it takes more than {_LARGEST_DICTIONARY >> 30} GiB of memory")


def _dictionary(method: bytes, properties: bytes) -> int:
    """Return the bytes of the dictionary that a method asks for (7-Zip, DOC/lzma.txt)."""
    if method == _LZMA and len(properties) >= 5:
        return int.from_bytes(properties[1:5], "little")
    if method == _LZMA2 and properties:
        return (2 | (properties[0] & 1)) << (properties[0] // 2 + 11)
    return 0


def _member(file: ArchiveFile, source: _Source) -> ArchiveMember:
    """Return a member with its bytes, or with what is wrong; either way the stream stands at the next one."""
    if source.fault is not None:
        return ArchiveMember(file.filename, trouble=source.fault)
    if file.is_symlink or file.is_junction or file.is_socket:
        source.owed += file.uncompressed
        return ArchiveMember(file.filename, trouble=NO_FILE)
    try:
        return _read(file, source)
    except _RefusedError as error:
        source.fault = str(error)
    except PasswordRequired:
        source.fault = _ENCRYPTED
    except Exception as error:  # foreign code on hostile bytes: whatever it raises, it is damaged
        source.fault = f"it is damaged, or follows damage: {error_words(error)}"
    return ArchiveMember(file.filename, trouble=source.fault)


def _read(file: ArchiveFile, source: _Source) -> ArchiveMember:
    data = source.read(min(HEAD, file.uncompressed))
    left = file.uncompressed - len(data)
    if begins_row(data):
        return ArchiveMember(file.filename, rows=_rows(file, data, source.pieces(left)))
    if file.uncompressed > LARGEST_SOURCE:
        source.owed += left
        return ArchiveMember(file.filename, trouble=too_large(file.uncompressed))
    data += source.read(left)
    if file.crc32 is not None and zlib.crc32(data) != file.crc32:
        return ArchiveMember(file.filename, trouble="it is damaged: its checksum does not match")
    return ArchiveMember(file.filename, data)


def _rows(file: ArchiveFile, head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    digest = 0
    for piece in chain([head], rest):
        digest = zlib.crc32(piece, digest)
        yield piece
    if file.crc32 is not None and digest != file.crc32:
        raise py7zr.Bad7zFile("its checksum does not match")
