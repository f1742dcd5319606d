"""The table of contents of a 7z archive, read in memory and time that grow as its length (7-Zip, DOC/7zFormat.txt).

Every count is hostile: one byte may claim a billion files. So a count is compared with its bound before anything is
made of it, each property is read once, and a folder and a name stay the bytes that they are until they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from preserve.readers.sources.members import MOST_MEMBERS

__all__ = [
    "ENCODED_HEADER",
    "Coder",
    "SevenZipError",
    "SevenZipFile",
    "SevenZipFolder",
    "Streams",
    "read_files",
    "read_streams",
]

ENCODED_HEADER = 0x17
"""The first byte of a table that only says where the packed table lies."""

_HEADER = 0x01
_END = 0x00
_MAIN_STREAMS, _FILES = 0x04, 0x05
_PACK_INFO, _UNPACK_INFO, _SUBSTREAMS = 0x06, 0x07, 0x08
_SIZE, _CRC, _FOLDER, _UNPACK_SIZES, _STREAM_COUNTS = 0x09, 0x0A, 0x0B, 0x0C, 0x0D
_EMPTY_STREAM, _NAMES, _ATTRIBUTES = 0x0E, 0x11, 0x15

_MOST_CODERS = 32
"""Coders of a folder, and streams that go into them; 7-Zip itself makes up to five coders."""

_LONGEST_NAME = 64 << 10
"""Bytes of a name in UTF-16; no system has longer paths."""


class SevenZipError(Exception):
    """The archive is damaged, or is not read; the message says why."""


class Coder(NamedTuple):
    """One method that a folder was packed by.

    Attributes:
        method: Its number (7-Zip, DOC/Methods.txt).
        properties: What it must know; empty for nothing.
    """

    method: bytes
    properties: bytes


class SevenZipFolder(NamedTuple):
    """One stretch of packed bytes, which many files may share.

    Attributes:
        description: Its coders and how they are joined, as they stand in the table.
        start: Where its packed bytes begin, counted from the end of the archive's 32 bytes of signature.
        packed: How many there are.
        size: How many bytes they become.
        crc: The CRC of those; ``None`` where the table has none.
    """

    description: bytes
    start: int
    packed: int
    size: int
    crc: int | None

    def coders(self) -> tuple[Coder, ...]:
        """Return the coders, the one that gives the content first, the one that takes the packed bytes last.

        Raises:
            SevenZipError: They do not form one line from the packed bytes to the content.
        """
        return _in_line(*_read_folder(_Bytes(self.description)))


class SevenZipFile(NamedTuple):
    """One file as the table has it.

    Attributes:
        name: Its path in the archive.
        attributes: Those of Windows, with the mode of Unix in the upper half where bit 15 is set; 0 for none.
        folder: The number of the folder that its bytes are in; ``None`` for an empty file.
        size: How many bytes it has.
        crc: Their CRC; ``None`` where the table has none.
    """

    name: str
    attributes: int
    folder: int | None
    size: int
    crc: int | None


@dataclass(frozen=True, slots=True)
class Streams:
    """What lies packed in the archive.

    Attributes:
        folders: Each stretch of packed bytes.
        counts: How many files each folder holds.
        sizes: The sizes of all files in all folders.
        crcs: Their CRCs; ``None`` where the table has none.
    """

    folders: list[SevenZipFolder]
    counts: list[int]
    sizes: list[int]
    crcs: list[int | None]


class _Bytes:
    """A place in a part of the table."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise SevenZipError("its table of contents ends too early")
        self.at += size
        return self.data[self.at - size : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """Read a number of 64 bits: the leading ones of its first byte count the bytes that follow."""
        first = self.byte()
        more = 8 - (first ^ 0xFF).bit_length()
        high = first & (0x7F >> more) if more < 8 else 0
        return int.from_bytes(self.take(more), "little") | high << 8 * more

    def count(self, most: int, what: str) -> int:
        number = self.number()
        if number > most:
            raise SevenZipError(f"its table of contents says that it has {number} {what}, over {most}")
        return number

    def expect(self, kind: int) -> None:
        met = self.byte()
        if met != kind:
            raise SevenZipError(f"its table of contents has {met:#04x} where {kind:#04x} should be")

    def inside(self) -> None:
        """Go on, unless what follows lies elsewhere, which no writer of 7z does."""
        if self.byte():
            raise SevenZipError("its table of contents lies in several places")

    def bits(self, count: int) -> list[bool]:
        data = self.take((count + 7) // 8)
        return [bool(data[place >> 3] & 0x80 >> (place & 7)) for place in range(count)]

    def defined(self, count: int) -> list[bool]:
        return [True] * count if self.byte() else self.bits(count)

    def crcs(self, count: int) -> list[int | None]:
        return [int.from_bytes(self.take(4), "little") if each else None for each in self.defined(count)]


def read_streams(table: bytes) -> Streams:
    """Read a table that says where the packed table lies.

    Raises:
        SevenZipError: It is damaged.
    """
    data = _Bytes(table)
    data.expect(ENCODED_HEADER)
    return _streams(data)


def read_files(table: bytes) -> tuple[Streams, Iterator[SevenZipFile]]:
    """Read a table of files.

    Returns:
        What lies packed, and the files in the order of the table.

    Raises:
        SevenZipError: It is damaged; also while the files are drawn.
    """
    data = _Bytes(table)
    data.expect(_HEADER)
    kind, streams = data.byte(), Streams([], [], [], [])
    if kind == _MAIN_STREAMS:
        streams, kind = _streams(data), data.byte()
    if kind == _END:
        return streams, iter(())
    if kind != _FILES:
        raise SevenZipError(f"its table of contents has a part {kind:#04x}, which is not read")
    return streams, _files(data, streams)


# --- what lies packed ---


def _streams(data: _Bytes) -> Streams:
    start, packed = 0, list[int]()
    folders, streams = list[SevenZipFolder](), None
    while kind := data.byte():
        if kind == _PACK_INFO and not packed:
            start, packed = _pack_info(data)
        elif kind == _UNPACK_INFO and not folders:
            folders = _unpack_info(data, start, packed)
        elif kind == _SUBSTREAMS and folders and streams is None:
            streams = _substreams(data, folders)
        else:
            raise SevenZipError(f"its table of contents has a part {kind:#04x} where none should be")
    if streams is not None:
        return streams
    sizes, crcs = [each.size for each in folders], [each.crc for each in folders]
    return Streams(folders, [1] * len(folders), sizes, crcs)


def _pack_info(data: _Bytes) -> tuple[int, list[int]]:
    start, count = data.number(), data.count(MOST_MEMBERS, "packed streams")
    sizes = list[int]()
    while kind := data.byte():
        if kind == _SIZE and not sizes:
            sizes = [data.number() for _ in range(count)]
        elif kind == _CRC:
            data.crcs(count)
        else:
            raise SevenZipError(f"its table of contents has a part {kind:#04x} among the packed streams")
    return start, sizes


def _unpack_info(data: _Bytes, start: int, packed: list[int]) -> list[SevenZipFolder]:
    data.expect(_FOLDER)
    count = data.count(MOST_MEMBERS, "folders")
    data.inside()
    described = [_describe(data) for _ in range(count)]
    data.expect(_UNPACK_SIZES)
    sizes = [[data.number() for _ in range(outputs)][final] for _, _, outputs, final in described]
    crcs: list[int | None] = [None] * count
    while kind := data.byte():
        if kind != _CRC:
            raise SevenZipError(f"its table of contents has a part {kind:#04x} among the folders")
        crcs = data.crcs(count)
    folders, place = list[SevenZipFolder](), 0
    for (description, inputs, _, _), size, crc in zip(described, sizes, crcs, strict=True):
        taken = packed[place : place + inputs]
        if len(taken) < inputs:
            raise SevenZipError("its table of contents has more folders than packed streams")
        folders.append(SevenZipFolder(description, start, sum(taken), size, crc))
        start, place = start + sum(taken), place + inputs
    return folders


def _describe(data: _Bytes) -> tuple[bytes, int, int, int]:
    """Return the bytes of a folder, its packed streams, the streams that come of its coders, and the last of them."""
    before = data.at
    coders, bonds, inputs = _read_folder(data)
    final = _final(len(coders), bonds)
    return data.data[before : data.at], inputs, len(coders), final


def _read_folder(data: _Bytes) -> tuple[list[tuple[Coder, int]], dict[int, int], int]:
    """Read a folder.

    Returns:
        Each coder with the number of streams that go into it; for each of those streams that comes from a coder, that
        coder; and how many others there are, which are packed streams.
    """
    coders, inputs = list[tuple[Coder, int]](), 0
    for _ in range(data.count(_MOST_CODERS, "coders in a folder")):
        form = data.byte()
        method = data.take(form & 0x0F)
        takes, gives = (data.number(), data.number()) if form & 0x10 else (1, 1)
        properties = data.take(data.number()) if form & 0x20 else b""
        inputs += takes
        if form & 0xC0 or gives != 1 or inputs > _MOST_CODERS:
            raise SevenZipError("its table of contents has a folder that 7-Zip does not make")
        coders.append((Coder(method, properties), takes))
    bonds = {data.number(): data.number() for _ in range(len(coders) - 1)}
    packed = inputs - len(bonds)
    if not coders or len(bonds) < len(coders) - 1 or packed < 1:
        raise SevenZipError("its table of contents has a folder whose coders are not joined")
    for _ in range(packed if packed > 1 else 0):
        data.number()
    return coders, bonds, packed


def _final(coders: int, bonds: dict[int, int]) -> int:
    """Return the coder that no other takes from: it gives the content."""
    joined = set(bonds.values())
    last = [each for each in range(coders) if each not in joined]
    if len(last) != 1:
        raise SevenZipError("its table of contents has a folder whose coders are not joined")
    return last[0]


def _in_line(coders: list[tuple[Coder, int]], bonds: dict[int, int], _packed: int) -> tuple[Coder, ...]:
    if any(takes != 1 for _, takes in coders):
        return tuple(coder for coder, _ in coders)  # BCJ2, which no reader of ours takes
    # Each coder takes one stream, so that the numbers of the streams are those of the coders.
    line = [_final(len(coders), bonds)]
    while line[-1] in bonds and len(line) < len(coders):
        line.append(bonds[line[-1]])
    if len(set(line)) < len(coders) or line[-1] in bonds:
        raise SevenZipError("its table of contents has a folder whose coders are not joined")
    return tuple(coders[each][0] for each in line)


def _substreams(data: _Bytes, folders: list[SevenZipFolder]) -> Streams:
    counts, kind = [1] * len(folders), data.byte()
    if kind == _STREAM_COUNTS:
        left = MOST_MEMBERS
        for place in range(len(folders)):
            counts[place] = data.count(left, "files in its folders")
            left -= counts[place]
        kind = data.byte()
    sizes, stated = list[int](), kind == _SIZE
    for folder, count in zip(folders, counts, strict=True):
        if count > 1 and not stated:
            raise SevenZipError("its table of contents does not say how large its files are")
        inner = [data.number() for _ in range(count - 1)]
        if sum(inner) > folder.size:
            raise SevenZipError("its table of contents has files that are larger than their folder")
        sizes += inner
        sizes += [folder.size - sum(inner)] if count else []
    kind = data.byte() if stated else kind
    # The CRC of a file that is alone in its folder stands with the folder, if it stands there.
    alone = [folder.crc if count == 1 else None for folder, count in zip(folders, counts, strict=True)]
    crcs = [crc for crc, count in zip(alone, counts, strict=True) for _ in range(count)]
    if kind == _CRC:
        unknown = [place for place, crc in enumerate(crcs) if crc is None]
        for place, crc in zip(unknown, data.crcs(len(unknown)), strict=True):
            crcs[place] = crc
        kind = data.byte()
    if kind != _END:
        raise SevenZipError(f"its table of contents has a part {kind:#04x} among the files of its folders")
    return Streams(folders, counts, sizes, crcs)


# --- the files ---


def _files(data: _Bytes, streams: Streams) -> Iterator[SevenZipFile]:
    count = data.count(MOST_MEMBERS, "files")
    properties = dict[int, bytes]()
    while kind := data.byte():
        content = data.take(data.number())
        # What is read stands once: to read it again and again would take time that grows with the square.
        if kind in properties:
            raise SevenZipError(f"its table of contents has the property {kind:#04x} twice")
        if kind in (_EMPTY_STREAM, _NAMES, _ATTRIBUTES):
            properties[kind] = content
    empty = _Bytes(properties[_EMPTY_STREAM]).bits(count) if _EMPTY_STREAM in properties else [False] * count
    if empty.count(False) != len(streams.sizes):
        raise SevenZipError("its table of contents has another number of files than its folders")
    names = _names(_Bytes(properties[_NAMES])) if _NAMES in properties else repeat("", count)
    attributes = _attributes(_Bytes(properties[_ATTRIBUTES]), count) if _ATTRIBUTES in properties else [0] * count
    return _joined(empty, names, attributes, streams)


def _names(data: _Bytes) -> Iterator[str]:
    data.inside()
    while data.at < len(data.data):
        start = end = data.at
        # UTF-16 ends with two zero bytes; those of two characters side by side are none.
        while (end := data.data.find(b"\0\0", end, start + _LONGEST_NAME)) >= 0 and (end - start) % 2:
            end += 1
        if end < 0:
            raise SevenZipError("its table of contents has a name that does not end")
        data.at = end + 2
        yield data.data[start:end].decode("utf-16-le", "surrogatepass").replace("\\", "/")


def _attributes(data: _Bytes, count: int) -> list[int]:
    defined = data.defined(count)
    data.inside()
    return [int.from_bytes(data.take(4), "little") if each else 0 for each in defined]


def _joined(
    empty: list[bool], names: Iterator[str] | repeat[str], attributes: list[int], streams: Streams
) -> Iterator[SevenZipFile]:
    folders = (number for number, count in enumerate(streams.counts) for _ in range(count))
    inside = zip(folders, streams.sizes, streams.crcs, strict=True)
    for bare, its_attributes in zip(empty, attributes, strict=True):
        name = next(names, None)
        if name is None:
            raise SevenZipError("its table of contents has fewer names than files")
        folder, size, crc = (None, 0, None) if bare else next(inside)
        yield SevenZipFile(name, its_attributes, folder, size, crc)
