"""The blocks of a tar, as we write them: headers, padding, the end (POSIX.1-2017 pax).

Scope: octets of members whose octets are given elsewhere. Not in scope: reading tars (``tar_members``).
"""

from __future__ import annotations

__all__ = ["BLOCK", "END", "member_head", "padding"]

BLOCK = 512
END = b"\0" * (2 * BLOCK)
"""The two empty blocks that end an archive."""

_NAME_SIZE, _PREFIX_SIZE, _OCTAL_END = 100, 155, 8**11


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
