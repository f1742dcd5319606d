"""7z archives as streams of members, each decompressed once, in order, in bounded memory and time.

Only what 7-Zip makes of text by itself is read: LZMA and LZMA2, with the filters that the library applies, and Deflate,
bzip2 or nothing alone. The standard library's decoders of these give no more at once than they are asked for. Two
methods of compression, one behind the other, are not read: two kilobytes can become gigabytes between the two.
"""

from __future__ import annotations

import bz2
import lzma
import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import BinaryIO, Final, Protocol

from preserve.octets import expands_too_far
from preserve.readers.csv import begins_row
from preserve.readers.source_bytes import LARGEST_SOURCE, too_large
from preserve.readers.sources.members import (
    HEAD,
    LARGEST_TABLE,
    MOST_SKIPPED,
    NO_FILE,
    TOO_LARGE,
    TOO_MANY,
    TOO_MUCH,
    ArchiveMember,
    are_too_many,
)
from preserve.readers.sources.seven_zip_table import (
    ENCODED_HEADER,
    Coder,
    SevenZipError,
    SevenZipFile,
    SevenZipFolder,
    read_files,
    read_streams,
)
from preserve.readers.wording import error_words

__all__ = ["seven_zip_members"]

_BLOCK: Final = 64 << 10
"""Packed bytes that are read at a time."""

_STEP: Final = 1 << 20
"""The most bytes that are decompressed at a time."""

_LARGEST_DICTIONARY: Final = 256 << 20
"""Bytes of the largest dictionary that a method may ask for: that of 7-Zip's strongest preset."""

_SIGNATURE: Final = b"7z\xbc\xaf\x27\x1c"
_START: Final = struct.Struct("<6s2xLQQL")
"""7-Zip, DOC/7zFormat.txt: the signature; the CRC of what follows; where the table lies, its size and its CRC."""

# 7-Zip, DOC/Methods.txt.
_COPY, _LZMA, _LZMA2, _AES = b"\0", b"\x03\x01\x01", b"\x21", b"\x06\xf1\x07\x01"
_DEFLATE, _BZIP2, _DELTA = b"\x04\x01\x08", b"\x04\x02\x02", b"\x03"
_BRANCHES: Final[Mapping[bytes, int]] = {
    **{bytes((old,)): kind for old, kind in enumerate(range(lzma.FILTER_X86, lzma.FILTER_SPARC + 1), 4)},
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
}
"""What 7-Zip does to the branches in programs before it packs them."""

_NAMES: Final[Mapping[bytes, str]] = {
    _LZMA: "LZMA",
    _LZMA2: "LZMA2",
    _DEFLATE: "Deflate",
    _BZIP2: "bzip2",
    _DELTA: "Delta",
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "Deflate64",
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x04\xf7\x11\x01": "Zstandard",
    b"\x04\xf7\x11\x02": "Brotli",
    **dict.fromkeys(_BRANCHES, "a branch filter"),
}

_FOLDER = 0x10
_UNIX = 0x8000
_REPARSE_POINT = 0x400
"""Attributes: a folder; the upper half is a mode of Unix; a link of Windows."""

_ENCRYPTED = "it is encrypted"


def seven_zip_members(stream: BinaryIO) -> Iterator[ArchiveMember]:
    """Yield the files of a 7z in its order.

    Args:
        stream: The archive, seekable.
    """
    try:
        yield from _members(stream)
    except SevenZipError as error:
        yield ArchiveMember("", trouble=str(error))


def _members(stream: BinaryIO) -> Iterator[ArchiveMember]:
    table = _table(stream)
    if not table:
        return
    streams, files = read_files(table)
    budget, skipped = _Budget(), 0
    number, content = -1, _Content.nothing(stream)
    size = stream.seek(0, os.SEEK_END)
    for count, file in enumerate(files, 1):
        if are_too_many(count, size):
            yield ArchiveMember("", trouble=TOO_MANY)
            return
        if file.attributes & _FOLDER:
            continue
        if file.folder is None:
            yield ArchiveMember(file.name, b"")
            continue
        if file.folder != number:
            # The decoder of the folder before is let go, and its dictionary with it.
            number, content = file.folder, _Content(stream, streams.folders[file.folder], budget)
        yield _member(file, content)
        skipped += file.size if file.size > LARGEST_SOURCE else 0
        if skipped > MOST_SKIPPED:
            yield ArchiveMember("", trouble=TOO_MUCH)
            return


def _table(stream: BinaryIO) -> bytes:
    """Return the table of contents, unpacked; nothing when the archive is empty.

    Raises:
        SevenZipError: There is none that is whole and that we read.
    """
    start = stream.read(_START.size)
    if not start.startswith(_SIGNATURE) or len(start) < _START.size:
        raise SevenZipError("it is no 7z archive, or it is cut")
    _, crc, offset, size, table_crc = _START.unpack(start)
    if zlib.crc32(start[12:]) != crc:
        raise SevenZipError("it is damaged: the checksum of its first 32 bytes does not match")
    if size > LARGEST_TABLE:
        raise SevenZipError(f"its table of contents is not read: it is larger than {LARGEST_TABLE} bytes")
    if _START.size + offset + size > stream.seek(0, os.SEEK_END):
        raise SevenZipError("it is cut: its table of contents is missing")
    stream.seek(_START.size + offset)
    table = stream.read(size)
    if zlib.crc32(table) != table_crc:
        raise SevenZipError("it is damaged: the checksum of its table of contents does not match")
    return _unpacked_table(stream, table) if table[:1] == bytes((ENCODED_HEADER,)) else table


def _unpacked_table(stream: BinaryIO, table: bytes) -> bytes:
    folders = read_streams(table).folders
    if len(folders) != 1:
        raise SevenZipError("its table of contents is damaged, or packed otherwise than 7-Zip does")
    [folder] = folders
    if any(coder.method == _AES for coder in folder.coders()):
        raise SevenZipError("its table of contents is encrypted")
    if folder.size > LARGEST_TABLE:
        raise SevenZipError(f"its table of contents is not read: it becomes larger than {LARGEST_TABLE} bytes")
    try:
        data = _Content(stream, folder, _Budget()).read(folder.size)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        raise SevenZipError(f"its table of contents is damaged: {error_words(error)}") from error
    if folder.crc is not None and zlib.crc32(data) != folder.crc:
        raise SevenZipError("it is damaged: the checksum of its unpacked table of contents does not match")
    return data


def _member(file: SevenZipFile, content: _Content) -> ArchiveMember:
    """Return a member with its bytes, or with what is wrong; either way the stream stands at the next one."""
    if content.fault is not None:
        return ArchiveMember(file.name, trouble=content.fault)
    if not _is_file(file.attributes):
        content.owed += file.size
        return ArchiveMember(file.name, trouble=NO_FILE)
    try:
        return _read(file, content)
    except SevenZipError as error:
        content.fault = str(error)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        content.fault = f"it is damaged, or follows damage: {error_words(error)}"
    return ArchiveMember(file.name, trouble=content.fault)


def _is_file(attributes: int) -> bool:
    if attributes & _UNIX:
        return stat.S_IFMT(attributes >> 16) in (0, stat.S_IFREG)
    return not attributes & _REPARSE_POINT


def _read(file: SevenZipFile, content: _Content) -> ArchiveMember:
    data = content.read(min(HEAD, file.size))
    left = file.size - len(data)
    if begins_row(data):
        return ArchiveMember(file.name, rows=_rows(file, data, content.pieces(left)))
    if file.size > LARGEST_SOURCE:
        content.owed += left
        return ArchiveMember(file.name, trouble=too_large(file.size))
    data += content.read(left)
    if file.crc is not None and zlib.crc32(data) != file.crc:
        return ArchiveMember(file.name, trouble="it is damaged: its checksum does not match")
    return ArchiveMember(file.name, data)


def _rows(file: SevenZipFile, head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    digest = 0
    for piece in chain([head], rest):
        digest = zlib.crc32(piece, digest)
        yield piece
    if file.crc is not None and digest != file.crc:
        raise SevenZipError("its checksum does not match")


# --- the content of a folder ---


class _Budget:
    """How many bytes all folders of an archive became so far, and of how many."""

    def __init__(self) -> None:
        self.packed = self.size = 0

    def spend(self, size: int) -> None:
        self.size += size
        if expands_too_far(self.size, self.packed):
            raise SevenZipError(TOO_LARGE)


class _Content:
    """The content of one folder of the archive, read forward only.

    Attributes:
        owed: Bytes of members that were passed over; they are decompressed only when a member after them is read.
        fault: Why nothing more comes out of it.
    """

    def __init__(self, stream: BinaryIO, folder: SevenZipFolder, budget: _Budget) -> None:
        self.owed, self.fault = 0, None if folder.packed or not folder.size else "the packed bytes are missing"
        self._stream, self._folder, self._budget = stream, folder, budget
        self._place, self._left = _START.size + folder.start, folder.packed
        self._decoder: _Decoder | None = None

    @classmethod
    def nothing(cls, stream: BinaryIO) -> _Content:
        return cls(stream, SevenZipFolder(b"", 0, 0, 0, None), _Budget())

    def read(self, size: int) -> bytes:
        """Return so many of the next bytes.

        Raises:
            SevenZipError: The methods are not read, ask for too much memory, or make too much of the packed bytes.
            EOFError: The packed bytes end before that. Damage is an error of the decoder.
        """
        while self.owed:
            self.owed -= len(self._take(self.owed))
        data = bytearray()
        while len(data) < size:
            data += self._take(size - len(data))
        return bytes(data)

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield so many of the next bytes in pieces; those that nobody takes are owed."""
        self.owed += size
        return self._pieces(size)

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._take(size)
            size -= len(piece)
            self.owed -= len(piece)
            yield piece

    def _take(self, most: int) -> bytes:
        if self._decoder is None:
            self._decoder = _open(self._folder)
        while True:
            packed = self._packed() if self._decoder.needs_input else b""
            piece = self._decoder.decompress(packed, min(most, _STEP))
            if piece:
                self._budget.spend(len(piece))
                return piece
            if self._decoder.eof or (self._decoder.needs_input and not self._left):
                raise EOFError("the packed bytes end before the member does")

    def _packed(self) -> bytes:
        # The stream is shared: a folder that is read now and then finds it elsewhere.
        self._stream.seek(self._place)
        packed = self._stream.read(min(_BLOCK, self._left))
        self._place += len(packed)
        self._left = self._left - len(packed) if packed else 0
        self._budget.packed += len(packed)
        return packed


class _Decoder(Protocol):
    """A decoder that gives no more bytes at once than it is asked for."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Stored:
    """The decoder of bytes that stand as they are."""

    eof = False

    def __init__(self) -> None:
        self._rest = b""

    @property
    def needs_input(self) -> bool:
        return not self._rest

    def decompress(self, data: bytes, max_length: int) -> bytes:
        data = self._rest + data
        self._rest = data[max_length:]
        return data[:max_length]


class _Deflated:
    """The decoder of Deflate (RFC 1951), with the face of those of bzip2 and LZMA."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        # A piece of full length may be followed by more, though all packed bytes were taken.
        self.needs_input = len(piece) < max_length
        return piece


_ALONE: Final[Mapping[bytes, Callable[[], _Decoder]]] = {
    _COPY: _Stored,
    _DEFLATE: _Deflated,
    _BZIP2: bz2.BZ2Decompressor,
}


def _open(folder: SevenZipFolder) -> _Decoder:
    """Return the decoder of a folder.

    Raises:
        SevenZipError: Its methods are not read, alone or in this order, or ask for too much memory.
    """
    coders = folder.coders()
    if any(coder.method == _AES for coder in coders):
        raise SevenZipError(_ENCRYPTED)
    coders = tuple(coder for coder in coders if coder.method != _COPY) or coders[:1]
    *filters, last = coders
    if not filters and last.method in _ALONE:
        return _ALONE[last.method]()
    if last.method in (_LZMA, _LZMA2) and len(filters) <= 3:
        chosen = [_filter(each, last) for each in filters]
        if None not in chosen:
            return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[*filter(None, chosen), _lzma(last, folder.size)])
    raise SevenZipError(_not_read(coders))


def _not_read(coders: Sequence[Coder]) -> str:
    names = [_NAMES.get(each.method, each.method.hex()) for each in coders]
    what = "method of compression" if len(names) == 1 else "methods of compression in this order"
    is_not = "is not read" if len(names) == 1 else "are not read"
    return f"its {what}, {', '.join(names)}, {is_not}; unpack it yourself"


def _filter(coder: Coder, last: Coder) -> dict[str, int] | None:
    """Return a filter as the library has it; ``None`` for what is no filter, or none that can stand here."""
    if coder.method == _DELTA:
        return {"id": lzma.FILTER_DELTA, "dist": coder.properties[0] + 1 if coder.properties else 1}
    # LZMA lacks a mark of its end, without which the library holds back the last bytes of a branch filter.
    if coder.method in _BRANCHES and last.method == _LZMA2 and not coder.properties:
        return {"id": _BRANCHES[coder.method]}
    return None


def _lzma(coder: Coder, size: int) -> dict[str, int]:
    """Return LZMA or LZMA2 as the library has it (7-Zip, DOC/lzma.txt).

    Args:
        coder: The method and its properties.
        size: How many bytes come of it: a larger dictionary is never filled.
    """
    properties = coder.properties
    if len(properties) != (5 if coder.method == _LZMA else 1):
        raise SevenZipError("it is damaged: its method of compression lacks its properties")
    chosen = {"id": lzma.FILTER_LZMA2}
    if coder.method == _LZMA:
        modes, literal_context = divmod(properties[0], 9)
        position, literal_position = divmod(modes, 5)
        chosen = {"id": lzma.FILTER_LZMA1, "lc": literal_context, "lp": literal_position, "pb": position}
        stated = int.from_bytes(properties[1:], "little")
    else:
        stated = (2 | (properties[0] & 1)) << (min(properties[0], 40) // 2 + 11)
    dictionary = min(stated, max(size, 4096))
    if dictionary > _LARGEST_DICTIONARY:
        raise SevenZipError(f"decompressing it takes more than {_LARGEST_DICTIONARY >> 20} MiB of memory")
    return {**chosen, "dict_size": max(dictionary, 4096)}
