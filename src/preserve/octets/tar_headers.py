"""The headers of a tar, one after another: forward only, in bounded memory and linear time (POSIX.1-2017 pax).

ustar, GNU and pax headers are read. Links, devices, sparse files and the parts of multi-volume archives are reported as
such and never followed. The standard library's ``tarfile`` reads headers of any size into memory and follows what it
finds; here a member is never more than a name, a size and an offset. The tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from preserve.digests import CHUNK
from preserve.octets.decompression import Readable
from preserve.octets.tar_blocks import BLOCK, padding

__all__ = [
    "BrokenTarError",
    "CutShortError",
    "ForwardOctets",
    "Octets",
    "TarFault",
    "TarMember",
    "is_tar",
    "member_octets",
    "read_members",
]

MAX_HEADER = 1 << 20
"""Bytes that the extended header of one member may have."""

_OCTAL = re.compile(rb"[0-7]+")
_FILES = frozenset(b"0\x007")
_LINKS = frozenset(b"12")
_FOLDERS = frozenset(b"5D")
"""Folders; GNU's incremental archives write ``D``, with a list of what the folder held as its bytes."""

_LABEL = ord("V")
_SPARSE = ord("S")
_EXTENDED = frozenset(b"xXgLK")
_NAMING = frozenset(b"xXL")
"""The extended headers that may name the one member that follows."""
_SPARSE_NAME = "GNU.sparse.name"
_KEYS = frozenset({"path", "size", _SPARSE_NAME})
"""Keys of pax headers that say what we ask of a member; others are not kept, as there may be any number of them."""
_SPARSE_KEY = "GNU.sparse."
_WITHOUT_DATA = frozenset(b"123456")


class TarMember(NamedTuple):
    """One member, as its header and the extended headers before it describe it.

    Attributes:
        path: Its path as the archive has it, which may be anything; bytes that are not UTF-8 stand as lone surrogates.
        flag: The type of the member, which is byte 156 of its header.
        size: How many bytes it should have.
        start: Where the first of them lies in the tar.
        sparse: Whether its bytes are only the parts of a sparse file.
    """

    path: str
    flag: int
    size: int
    start: int
    sparse: bool

    @property
    def is_file(self) -> bool:
        """Whether it is a whole file; the oldest tars have folders as files whose name ends in a slash."""
        return self.flag in _FILES and not self.sparse and not self.path.endswith("/")

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.flag in _FOLDERS or (self.flag in _FILES and not self.sparse and self.path.endswith("/"))

    @property
    def is_link(self) -> bool:
        """Whether it is a link, hard or symbolic."""
        return self.flag in _LINKS


class TarFault(NamedTuple):
    """Something that is wrong with a tar.

    Attributes:
        code: The code of the finding that it becomes.
        where: The path of a member, or a place in the tar as ``byte 1024``.
        says: What is wrong, in words.
    """

    code: str
    where: str
    says: str


class BrokenTarError(Exception):
    """What follows in the tar cannot be trusted.

    Attributes:
        fault: What is wrong.
    """

    def __init__(self, code: str, offset: int, says: str) -> None:
        super().__init__(says)
        self.fault = TarFault(code, f"byte {offset}", says)


def is_tar(start: bytes) -> bool:
    """Tell whether a file that starts with these bytes is a tar: the checksum of its first header is right."""
    return len(start) >= BLOCK and _checksum_holds(start[:BLOCK])


def _checksum_holds(block: bytes) -> bool:
    stated = block[148:156].strip(b" \0")
    return _OCTAL.fullmatch(stated) is not None and int(stated, 8) == sum(block) - sum(block[148:156]) + 8 * 0x20


def _number(field: bytes) -> int:
    """Read a size: octal digits, or base 256 when the first bit is set (GNU)."""
    if field[0] & 0x80:
        if field[0] != 0x80:
            raise ValueError("negative or beyond 2^88")
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits and _OCTAL.fullmatch(digits) is None:
        raise ValueError("not octal")
    return int(digits or b"0", 8)


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _header_path(block: bytes) -> str:
    name = _text(block[:100])
    # Only POSIX archives have the prefix; GNU's magic ends in a space.
    prefix = _text(block[345:500]) if block[345] and block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


class Octets(Protocol):
    """The bytes of a tar, read by their offsets."""

    @property
    def end(self) -> int:
        """How many bytes there are; of a stream, how many were read so far, which are all once a read came short."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return some bytes, fewer only at the end; offsets never go back.

        Raises:
            OSError: They could not be read.
        """


class ForwardOctets:
    """The bytes of a stream that is read forward only, by their offsets.

    Args:
        stream: The stream; nothing of it was read before.

    Attributes:
        end: How many bytes of it were read.
    """

    __slots__ = ("_stream", "end")

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.end = 0

    def read_at(self, offset: int, size: int) -> bytes:
        """Return some bytes, fewer only at the end; those before them are read and dropped."""
        while self.end < offset:
            if not self._read(min(CHUNK, offset - self.end)):
                return b""
        return self._read(size)

    def _read(self, size: int) -> bytes:
        parts = []
        while size and (part := self._stream.read(size)):
            parts.append(part)
            size -= len(part)
            self.end += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class CutShortError(OSError):
    """The archive ends inside a member; the walk over its headers finds that too.

    Args:
        lacking: How many bytes the member lacks.
    """

    def __init__(self, lacking: int) -> None:
        super().__init__(None, f"the archive ends {lacking} bytes too early")


def member_octets(octets: Octets, start: int, size: int) -> Iterator[bytes]:
    """Give the bytes of a member.

    Args:
        octets: The tar.
        start: Where the first of them lies.
        size: How many there are.

    Raises:
        CutShortError: They end too early.
        OSError: They could not be read.
    """
    offset, left = start, size
    while left:
        chunk = octets.read_at(offset, min(left, CHUNK))
        if not chunk:
            raise CutShortError(left)
        yield chunk
        offset, left = offset + len(chunk), left - len(chunk)


def read_members(octets: Octets) -> Iterator[TarMember | TarFault]:
    """Walk the headers of a tar; extended ones are folded into the member that follows.

    Args:
        octets: The tar. Between two members, the caller may read the bytes of the first.

    Raises:
        BrokenTarError: What follows cannot be trusted.
        OSError: The bytes could not be read.
    """
    offset, local, shared = 0, dict[str, str](), dict[str, str]()
    last: TarMember | None = None
    while True:
        block = octets.read_at(offset, BLOCK)
        if len(block) < BLOCK and last is not None:
            yield from _lacking(last, octets.end)
        if len(block) < BLOCK or not any(block):
            yield from _ending(octets, block, offset)
            return
        if not _checksum_holds(block):
            raise BrokenTarError("tar-corrupt", offset, "the checksum of a header is wrong; the rest is not looked at")
        flag, start = block[156], offset + BLOCK
        size = _size(block, offset)
        if flag in _NAMING and local:
            # Readers disagree: of two, GNU tar takes the last alone, Python's library the first name, others take both.
            raise BrokenTarError("tar-corrupt", offset, "a member has two extended headers; the rest is not looked at")
        if flag in _EXTENDED:
            _extend(octets, flag, start, size, shared if flag == ord("g") else local)
        else:
            fields = {**shared, **local} if shared or local else {}
            last = _member(block, start, size, fields)
            local = {}
            if last.flag != _LABEL or last.size:  # GNU's label of the volume is no member: nothing is unpacked for it
                yield last
            if last.flag == _SPARSE:
                start = _behind_its_map(octets, block, start)
            size = 0 if last.flag in _WITHOUT_DATA else last.size
        offset = start + size + padding(size)


def _behind_its_map(octets: Octets, block: bytes, start: int) -> int:
    """Return where the bytes of a sparse member in GNU's old form begin: behind the blocks that continue its map."""
    more = block[482]
    while more:
        further = octets.read_at(start, BLOCK)
        start += BLOCK
        more = further[504] if len(further) == BLOCK else 0
    return start


def _lacking(last: TarMember, end: int) -> Iterator[TarFault]:
    """Give the fault that the archive ends inside the bytes of its last member, if it does."""
    if last.is_file and last.start + last.size > end:
        says = f"it should have {last.size} bytes; the archive ends after {max(0, end - last.start)}"
        yield TarFault("tar-truncated", last.path, says)


def _extend(octets: Octets, flag: int, start: int, size: int, into: dict[str, str]) -> None:
    if size > MAX_HEADER:
        raise BrokenTarError("limit-exceeded", start, f"an extended header has {size} bytes, over {MAX_HEADER}")
    data = octets.read_at(start, size)
    if len(data) < size:
        raise BrokenTarError("tar-truncated", start, "the archive ends inside an extended header")
    if flag == ord("L"):
        into["path"] = _text(data)
    elif flag != ord("K"):  # GNU's long name of a link's target is not needed: links are not followed
        for key, value in _pax_records(data, start):
            if key in _KEYS:
                into[key] = value
            if key.startswith(_SPARSE_KEY):
                into[_SPARSE_KEY] = ""


def _ending(octets: Octets, block: bytes, offset: int) -> Iterator[TarFault]:
    """Give what is wrong with the end of a tar, which begins with an empty block or is missing."""
    if 0 < len(block) < BLOCK:
        yield TarFault("tar-truncated", f"byte {offset}", "the archive ends inside a header")
        return
    if not block:
        yield TarFault("tar-no-end", f"byte {offset}", "the archive lacks the two empty blocks at its end")
        return
    offset += BLOCK
    while chunk := octets.read_at(offset, CHUNK):
        if chunk.count(0) != len(chunk):
            says = "more follows the end of the archive; it is not looked at"
            yield TarFault("tar-trailing-data", f"byte {offset}", says)
            return
        offset += len(chunk)


def _size(block: bytes, offset: int) -> int:
    try:
        return _number(block[124:136])
    except ValueError as error:
        raise BrokenTarError("tar-corrupt", offset, f"the size in a header is {error}") from None


def _member(block: bytes, start: int, size: int, fields: dict[str, str]) -> TarMember:
    if "size" in fields:
        # Only digits: int() also takes signs, blanks and underscores.
        if not (fields["size"].isascii() and fields["size"].isdigit() and len(fields["size"]) < 20):
            raise BrokenTarError("tar-corrupt", start, f"a pax header gives the size {fields['size'][:40]!r}")
        size = int(fields["size"])
    sparse = block[156] == _SPARSE or _SPARSE_KEY in fields
    # An empty path counts too: who unpacks such a member has no name for it, whatever its header says. In GNU's third
    # form of sparse members, the header has a made-up name for readers that do not know the form.
    path = fields.get(_SPARSE_NAME, fields.get("path"))
    return TarMember(_header_path(block) if path is None else path, block[156], size, start, sparse)


def _pax_records(data: bytes, start: int) -> Iterator[tuple[str, str]]:
    """Give the key and value of each record of a pax header: ``LENGTH KEY=VALUE`` and a line feed."""
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 10)
        digits = data[at:blank] if blank > 0 else b""
        if not digits.isdigit():
            raise BrokenTarError("tar-corrupt", start + at, "a record of a pax header has no length")
        end = at + int(digits)
        key, equals, value = data[blank + 1 : end - 1].partition(b"=")
        if end > len(data) or end <= blank + 1 or data[end - 1 : end] != b"\n" or not equals:
            raise BrokenTarError("tar-corrupt", start + at, "a record of a pax header is malformed")
        yield key.decode("utf-8", "backslashreplace"), value.decode("utf-8", "surrogateescape")
        at = end
