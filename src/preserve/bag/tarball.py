"""Plain tars: the container that reads any of them without unpacking, and the member blocks that we write.

Scope: ustar, GNU and pax headers (POSIX.1-2017 pax; the GNU tar manual), read with bounded memory and in linear time.
Not in scope: compression; links, devices, sparse files and multi-volume archives, which are reported and not followed.

The standard library's ``tarfile`` reads headers of any size into memory and follows what it finds; here a member is
never more than a name, a size and an offset. The tests hold ours and it against each other.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from preserve.bag.containers import MAX_ENTRIES, Entry, Kind, Listing, shown
from preserve.bag.model import Form, path_fault
from preserve.digests import CHUNK
from preserve.errors import BagError
from preserve.findings import Finding, found

__all__ = ["BLOCK", "END", "TarContainer", "is_tar", "member_head", "padding"]

BLOCK = 512
END = b"\0" * (2 * BLOCK)
"""The two empty blocks that end an archive."""

MAX_HEADER = 1 << 20
"""Octets that the extended header of one member may have."""

_NAME_SIZE, _PREFIX_SIZE, _OCTAL_END = 100, 155, 8**11
_OCTAL = re.compile(rb"[0-7]+")
_FILES = frozenset(b"0\x007")
_LINKS = frozenset(b"12")
_FOLDER = ord("5")
_SPARSE = ord("S")
_EXTENDED = frozenset(b"xXgLK")
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
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


class TarContainer:
    """A bag as a plain tar, kept open from its making to :meth:`close`.

    Args:
        path: The tar.

    Raises:
        OSError: The tar could not be opened.
    """

    __slots__ = ("_end", "_file", "_path")

    form = Form.TAR

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._end = os.fstat(self._file).st_size

    def close(self) -> None:
        """Close the tar."""
        os.close(self._file)

    def listing(self) -> Listing:
        """List the members below the one top folder, in one pass over the headers."""
        findings: list[Finding] = []
        members: dict[str, Entry] = {}
        try:
            for member in self._members(findings):
                self._take(member, members, findings)
                if len(members) > MAX_ENTRIES:
                    says = f"over {MAX_ENTRIES} members; the rest is not looked at"
                    findings.append(found("limit-exceeded", f"octet {member.start}", says))
                    break
        except _BrokenError as error:
            findings.append(found(error.code, f"octet {error.offset}", error.says))
        except OSError as error:
            raise BagError(f"{self._path} could not be read: {error.strerror}") from error
        top = _top(members, findings)
        if top and self._path.name not in {top, f"{top}.tar"}:
            says = f"the base directory is {shown(top)!r}, the archive {self._path.name!r}"
            findings.append(found("tar-name-differs", self._path.name, says))
        inside = f"{top}/" if top else ""
        entries = {
            path[len(inside) :]: entry._replace(path=path[len(inside) :])
            for path, entry in members.items()
            if path.startswith(inside) and path != inside
        }
        return Listing(top or self._path.name.removesuffix(".tar"), entries, tuple(findings))

    def _take(self, member: _Member, members: dict[str, Entry], findings: list[Finding]) -> None:
        where = shown(member.path)
        fault = path_fault(member.path)
        path = "/".join(part for part in member.path.split("/") if part not in {"", "."})
        if fault is not None:
            findings.append(found("member-unsafe", where, f"the member's path {fault}; it is not looked at"))
            return
        if not path:
            return  # "./", the folder that was packed from within
        kind = _kind(member)
        findings.extend(_refusals(member, kind, where))
        if path in members and not (kind is Kind.FOLDER and members[path].kind is Kind.FOLDER):
            findings.append(found("member-twice", where, "the archive holds two members of this path"))
        if kind is Kind.FILE and member.start + member.size > self._end:
            says = f"it should have {member.size} octets; the archive ends after {max(0, self._end - member.start)}"
            findings.append(found("tar-truncated", where, says))
        members[path] = Entry(path, kind, member.size if kind is Kind.FILE else 0, member.start)

    def _members(self, findings: list[Finding]) -> Iterator[_Member]:
        """Walk the headers; extended ones are folded into the member that follows."""
        offset, local, shared = 0, dict[str, str](), dict[str, str]()
        while True:
            block = os.pread(self._file, BLOCK, offset)
            if len(block) < BLOCK or not any(block):
                self._check_end(block, offset, findings)
                return
            if not _checksum_holds(block):
                raise _BrokenError(
                    "tar-corrupt", offset, "the checksum of a header is wrong; the rest is not looked at"
                )
            flag, start = block[156], offset + BLOCK
            size = _size(block, offset)
            if flag in _EXTENDED:
                self._extend(flag, start, size, shared if flag == ord("g") else local)
            else:
                fields = {**shared, **local} if shared or local else {}
                member = _member(block, start, size, fields)
                local = {}
                yield member
                if member.flag == _SPARSE:
                    raise _BrokenError(
                        "tar-sparse", offset, "where its octets end is not known; the rest is not looked at"
                    )
                size = 0 if member.flag in _WITHOUT_DATA else member.size
            offset = start + size + padding(size)

    def _extend(self, flag: int, start: int, size: int, into: dict[str, str]) -> None:
        if size > MAX_HEADER:
            raise _BrokenError("limit-exceeded", start, f"an extended header has {size} octets, over {MAX_HEADER}")
        data = os.pread(self._file, size, start)
        if len(data) < size:
            raise _BrokenError("tar-truncated", start, "the archive ends inside an extended header")
        if flag == ord("L"):
            into["path"] = _text(data)
        elif flag != ord("K"):  # a long link name is of no use: links are not followed
            into.update(_pax_records(data, start))

    def _check_end(self, block: bytes, offset: int, findings: list[Finding]) -> None:
        if 0 < len(block) < BLOCK:
            findings.append(found("tar-truncated", f"octet {offset}", "the archive ends inside a header"))
            return
        if not block:
            findings.append(found("tar-no-end", f"octet {offset}", "the archive lacks the two empty blocks at its end"))
            return
        while chunk := os.pread(self._file, CHUNK, offset):
            if chunk.count(0) != len(chunk):
                says = "more follows the end of the archive; it is not looked at"
                findings.append(found("tar-trailing-data", f"octet {offset}", says))
                return
            offset += len(chunk)

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of listed members, in the order in which they lie."""
        for entry in sorted(wanted, key=lambda entry: entry.place):
            yield entry, self._read(entry)

    def _read(self, entry: Entry) -> Iterator[bytes]:
        offset, left = entry.place, entry.size
        while left:
            chunk = os.pread(self._file, min(left, CHUNK), offset)
            if not chunk:
                raise OSError(None, f"the archive ends {left} octets too early")
            yield chunk
            offset, left = offset + len(chunk), left - len(chunk)


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
    sparse = block[156] == _SPARSE or any(key.startswith("GNU.sparse.") for key in fields)
    return _Member(fields.get("path") or _header_path(block), block[156], size, start, sparse)


def _kind(member: _Member) -> Kind:
    if member.flag in _FILES and not member.sparse:
        return Kind.FOLDER if member.path.endswith("/") else Kind.FILE
    if member.flag == _FOLDER:
        return Kind.FOLDER
    return Kind.LINK if member.flag in _LINKS else Kind.SPECIAL


def _refusals(member: _Member, kind: Kind, where: str) -> Iterator[Finding]:
    if member.sparse:
        yield found("tar-sparse", where, "the member is sparse; its octets are not looked at")
    elif kind is Kind.LINK:
        yield found("link-in-bag", where, "it is a link; it is not followed")
    elif kind is Kind.SPECIAL:
        yield found("special-file", where, f"a member of type {chr(member.flag)!r} is neither a file nor a folder")


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


def _top(members: dict[str, Entry], findings: list[Finding]) -> str:
    """Return the base directory: the one top folder; ``""`` when the bag was packed from within."""
    tops = {path.split("/", 1)[0] for path in members}
    if "bagit.txt" in members:
        says = "bagit.txt lies at the top: the bag was packed from within its base directory"
        findings.append(found("tar-no-base-directory", "bagit.txt", says))
        return ""
    if len(tops) > 1:
        names = ", ".join(sorted(shown(top) for top in tops)[:5])
        findings.append(found("tar-several-tops", "", f"the archive holds {len(tops)} things at its top: {names}"))
    with_bag = sorted(top for top in tops if f"{top}/bagit.txt" in members)
    return with_bag[0] if with_bag else min(tops, default="")


def padding(size: int) -> int:
    """Return how many octets fill the last block of some octets."""
    return -size % BLOCK


def member_head(path: str, *, folder: bool = False, size: int = 0) -> bytes:
    """Return the header of a member as we write it: the same octets for the same path and size, always.

    ustar where it can say the path, a pax header before it where it cannot; time, owner and group are 0.
    ``tarfile`` is not used: its octets differ between versions of Python.

    Args:
        path: The path in the archive; a folder's ends in ``/``.
        folder: Whether it is a folder.
        size: The octets of a file.
    """
    name, prefix, records = path.encode("utf-8"), b"", b""
    if len(name) > _NAME_SIZE and path.isascii():
        at = name.find(b"/", len(name) - _NAME_SIZE - 1, len(name) - 1)
        if 0 < at <= _PREFIX_SIZE:
            prefix, name = name[:at], name[at + 1 :]
    if len(name) > _NAME_SIZE or not path.isascii():
        records += _pax_record(b"path", name)
        name = path.encode("ascii", "replace")[:_NAME_SIZE]
    if size >= _OCTAL_END:
        records += _pax_record(b"size", b"%d" % size)
    flag, mode = (b"5", 0o755) if folder else (b"0", 0o644)
    head = _ustar(name, prefix, flag, mode, size if size < _OCTAL_END else 0)
    if not records:
        return head
    extended = _ustar(b"././@PaxHeader", b"", b"x", 0o644, len(records))
    return extended + records + bytes(padding(len(records))) + head


def _ustar(name: bytes, prefix: bytes, flag: bytes, mode: int, size: int) -> bytes:
    start = b"%b%07o\0%b%011o\0%011o\0" % (name.ljust(_NAME_SIZE, b"\0"), mode, b"0000000\0" * 2, size, 0)
    end = b"%b%bustar\00000" % (flag, bytes(_NAME_SIZE)) + bytes(64) + b"0000000\0" * 2 + prefix
    block = start + b" " * 8 + end
    block += bytes(BLOCK - len(block))
    return b"%b%06o\0 %b" % (start, sum(block), block[len(start) + 8 :])


def _pax_record(key: bytes, value: bytes) -> bytes:
    """Return ``LENGTH KEY=VALUE`` and a line feed, where the length counts its own digits too."""
    rest = b" %b=%b\n" % (key, value)
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d%b" % (length, rest)
