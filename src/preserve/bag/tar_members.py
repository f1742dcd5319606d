"""Tars read: the members of one, header after header, forward only, with bounded memory and in linear time.

Scope: ustar, GNU and pax headers (POSIX.1-2017 pax; the GNU tar manual). Not in scope: where the octets come from
(``tarball``, ``packed_tar``); links, devices, sparse files and multi-volume archives, which are reported and not
followed.

The standard library's ``tarfile`` reads headers of any size into memory and follows what it finds; here a member is
never more than a name, a size and an offset. The tests hold ours and it against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from preserve.bag.bounded import Bounded
from preserve.bag.containers import MAX_NAMES, Entry, Kind, Listing, below_the_top, enter, shown
from preserve.bag.table import MANY, MANY_NAMES, Entries, tabled
from preserve.bag.tar_blocks import BLOCK, padding
from preserve.decompression import Damaged, Expands
from preserve.digests import CHUNK
from preserve.findings import Finding, found

__all__ = ["CutShortError", "Octets", "cut_short", "is_tar", "member_octets", "tar_listing"]

MAX_HEADER = 1 << 20
"""Octets that the extended header of one member may have."""

_OCTAL = re.compile(rb"[0-7]+")
_FILES = frozenset(b"0\x007")
_LINKS = frozenset(b"12")
_FOLDERS = frozenset(b"5D")
"""Folders; GNU's incremental archives write ``D``, and what the folder held as its octets."""

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


class _Member(NamedTuple):
    """A header, with what extended headers before it said."""

    path: str
    flag: int
    size: int
    start: int
    sparse: bool


class _BrokenError(Exception):
    """The rest of the archive cannot be trusted: carries the finding that says why."""

    def __init__(self, code: str, offset: int, says: str) -> None:
        super().__init__(says)
        self.code, self.offset, self.says = code, offset, says


def is_tar(start: bytes) -> bool:
    """Tell whether a file that starts with these octets is a tar: its first header's checksum holds."""
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
    """The octets of a tar.

    Attributes:
        end: How many there are; of octets that are read on only, this is known when a read came short.
    """

    @property
    def end(self) -> int:
        """How many octets there are."""

    @property
    def most(self) -> int:
        """How many members may be listed of what was read so far."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return some octets, fewer only at the end; offsets never go back.

        Raises:
            OSError: They could not be read.
        """


class CutShortError(OSError):
    """The archive ends inside a member, which the walk over its headers finds too."""


def member_octets(octets: Octets, entry: Entry) -> Iterator[bytes]:
    """Give the octets of a member.

    Raises:
        CutShortError: They end too early.
        OSError: They could not be read.
    """
    offset, left = entry.place, entry.size
    while left:
        chunk = octets.read_at(offset, min(left, CHUNK))
        if not chunk:
            raise cut_short(left)
        yield chunk
        offset, left = offset + len(chunk), left - len(chunk)


def cut_short(lacking: int) -> CutShortError:
    """Return the error that says how many octets a member lacks."""
    return CutShortError(None, f"the archive ends {lacking} octets too early")


def tar_listing(
    octets: Octets, name: str, suffixes: tuple[str, ...], passing: Callable[[Entry], None] | None = None
) -> Listing:
    """List the members below the one top folder, in one pass over the headers.

    Args:
        octets: The tar.
        name: Its file name.
        suffixes: What its file name may have after the name of the bag.
        passing: Called with each file as the walk passes its octets, its path still with the top folder.

    Raises:
        OSError: The octets could not be read.
    """
    findings: list[Finding] = Bounded[Finding]()
    entries: Entries = {}
    names, cut = 0, False
    try:
        for member in _members(octets, findings):
            listed = Entry(member.path, _kind(member), member.size, member.start)
            entry = enter(listed, entries, findings, _sparse(member))
            names += len(member.path) if entry is not None else 0
            if len(entries) >= MANY or names >= MANY_NAMES:
                entries = tabled(entries)
            if len(entries) > octets.most or names > MAX_NAMES:
                what = f"{octets.most} members" if len(entries) > octets.most else f"{MAX_NAMES} characters of names"
                says = f"over {what}; the rest is not looked at"
                findings.append(found("limit-exceeded", f"octet {member.start}", says))
                cut = True
                break
            if passing is not None and entry is not None and entry.kind is Kind.FILE:
                passing(entry)
    except _BrokenError as error:
        cut = error.code == "limit-exceeded"
        findings.append(found(error.code, f"octet {error.offset}", error.says))
    except Damaged as error:
        findings.append(found("compression-damaged", name, f"{error.strerror}; the rest is not looked at"))
    except Expands as error:
        cut = True
        findings.append(found("limit-exceeded", name, f"{error.strerror}; the rest is not looked at"))
    return below_the_top(entries, name, suffixes, findings, cut=cut)


def _members(octets: Octets, findings: list[Finding]) -> Iterator[_Member]:
    """Walk the headers; extended ones are folded into the member that follows."""
    offset, local, shared = 0, dict[str, str](), dict[str, str]()
    last: _Member | None = None
    while True:
        block = octets.read_at(offset, BLOCK)
        if len(block) < BLOCK and last is not None:
            findings.extend(_lacking(last, octets.end))
        if len(block) < BLOCK or not any(block):
            _check_end(octets, block, offset, findings)
            return
        if not _checksum_holds(block):
            raise _BrokenError("tar-corrupt", offset, "the checksum of a header is wrong; the rest is not looked at")
        flag, start = block[156], offset + BLOCK
        size = _size(block, offset)
        if flag in _NAMING and local:
            # Of two, GNU tar takes the last alone, the library of Python the first of two names, others both.
            raise _BrokenError("tar-corrupt", offset, "a member has two extended headers; the rest is not looked at")
        if flag in _EXTENDED:
            _extend(octets, flag, start, size, shared if flag == ord("g") else local)
        else:
            fields = {**shared, **local} if shared or local else {}
            last = _member(block, start, size, fields)
            local = {}
            if last.flag != _LABEL or last.size:  # GNU's name of the volume is no member: nothing is unpacked for it
                yield last
            if last.flag == _SPARSE:
                start = _behind_its_map(octets, block, start)
            size = 0 if last.flag in _WITHOUT_DATA else last.size
        offset = start + size + padding(size)


def _behind_its_map(octets: Octets, block: bytes, start: int) -> int:
    """Return where the octets of a sparse member of GNU's old form begin: behind the blocks with more of its map."""
    more = block[482]
    while more:
        further = octets.read_at(start, BLOCK)
        start += BLOCK
        more = further[504] if len(further) == BLOCK else 0
    return start


def _lacking(last: _Member, end: int) -> Iterator[Finding]:
    """Tell whether the archive ends inside the octets of its last member."""
    if _kind(last) is Kind.FILE and last.start + last.size > end:
        says = f"it should have {last.size} octets; the archive ends after {max(0, end - last.start)}"
        yield found("tar-truncated", shown(last.path), says)


def _extend(octets: Octets, flag: int, start: int, size: int, into: dict[str, str]) -> None:
    if size > MAX_HEADER:
        raise _BrokenError("limit-exceeded", start, f"an extended header has {size} octets, over {MAX_HEADER}")
    data = octets.read_at(start, size)
    if len(data) < size:
        raise _BrokenError("tar-truncated", start, "the archive ends inside an extended header")
    if flag == ord("L"):
        into["path"] = _text(data)
    elif flag != ord("K"):  # a long link name is of no use: links are not followed
        for key, value in _pax_records(data, start):
            if key in _KEYS:
                into[key] = value
            if key.startswith(_SPARSE_KEY):
                into[_SPARSE_KEY] = ""


def _check_end(octets: Octets, block: bytes, offset: int, findings: list[Finding]) -> None:
    if 0 < len(block) < BLOCK:
        findings.append(found("tar-truncated", f"octet {offset}", "the archive ends inside a header"))
        return
    if not block:
        findings.append(found("tar-no-end", f"octet {offset}", "the archive lacks the two empty blocks at its end"))
        return
    offset += BLOCK
    while chunk := octets.read_at(offset, CHUNK):
        if chunk.count(0) != len(chunk):
            says = "more follows the end of the archive; it is not looked at"
            findings.append(found("tar-trailing-data", f"octet {offset}", says))
            return
        offset += len(chunk)


def _size(block: bytes, offset: int) -> int:
    try:
        return _number(block[124:136])
    except ValueError as error:
        raise _BrokenError("tar-corrupt", offset, f"the size in a header is {error}") from None


def _member(block: bytes, start: int, size: int, fields: dict[str, str]) -> _Member:
    if "size" in fields:
        # Only digits: int() also takes signs, blanks and underscores.
        if not (fields["size"].isascii() and fields["size"].isdigit() and len(fields["size"]) < 20):
            raise _BrokenError("tar-corrupt", start, f"a pax header gives the size {fields['size'][:40]!r}")
        size = int(fields["size"])
    sparse = block[156] == _SPARSE or _SPARSE_KEY in fields
    # Also an empty one: whoever unpacks it has no name for the member then, whatever its header says. GNU's third form
    # of sparse members has a made-up name there, for those who do not know it.
    path = fields.get(_SPARSE_NAME, fields.get("path"))
    return _Member(_header_path(block) if path is None else path, block[156], size, start, sparse)


def _kind(member: _Member) -> Kind:
    if member.flag in _FILES and not member.sparse:
        return Kind.FOLDER if member.path.endswith("/") else Kind.FILE
    if member.flag in _FOLDERS:
        return Kind.FOLDER
    return Kind.LINK if member.flag in _LINKS else Kind.SPECIAL


def _sparse(member: _Member) -> Finding | None:
    if not member.sparse:
        return None
    return found("tar-sparse", shown(member.path), "the member is sparse; its octets are not looked at")


def _pax_records(data: bytes, start: int) -> Iterator[tuple[str, str]]:
    """Read the records of a pax header: ``LENGTH KEY=VALUE`` and a line feed."""
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 10)
        digits = data[at:blank] if blank > 0 else b""
        if not digits.isdigit():
            raise _BrokenError("tar-corrupt", start + at, "a record of a pax header has no length")
        end = at + int(digits)
        key, equals, value = data[blank + 1 : end - 1].partition(b"=")
        if end > len(data) or end <= blank + 1 or data[end - 1 : end] != b"\n" or not equals:
            raise _BrokenError("tar-corrupt", start + at, "a record of a pax header is malformed")
        yield key.decode("utf-8", "backslashreplace"), value.decode("utf-8", "surrogateescape")
        at = end
