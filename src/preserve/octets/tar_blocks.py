"""The blocks of a tar as we write them: headers, padding, the end (POSIX.1-2017 pax, "ustar Interchange Format")."""

from __future__ import annotations

__all__ = ["BLOCK", "END", "member_head", "padding"]

BLOCK = 512
"""Bytes of a block: a header has one, and the bytes of a file are padded to a multiple of it."""

END = b"\0" * (2 * BLOCK)
"""The two empty blocks that end an archive."""

_NAME_SIZE, _PREFIX_SIZE, _OCTAL_END = 100, 155, 8**11
"""Bytes of the fields for a name and what goes before it; the first size that eleven octal digits cannot state."""


def padding(size: int) -> int:
    """Return how many bytes must follow some bytes to fill their last block."""
    return -size % BLOCK


def member_head(path: str, *, folder: bool = False, size: int = 0) -> bytes:
    """Return the header of a member as we write it: always the same bytes for the same path and size.

    It is a ustar header, with a pax header before it where ustar cannot state the path or size. Time, owner and group
    are 0. ``tarfile`` is not used, because its bytes differ between versions of Python.

    Args:
        path: The path in the archive; that of a folder ends in ``/``.
        folder: Whether it is a folder.
        size: How many bytes the file has.
    """
    name, prefix, records = path.encode("utf-8"), b"", b""
    if len(name) > _NAME_SIZE and path.isascii():
        # The prefix and the name are joined by a slash that neither holds; the name must not be empty.
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
    # The checksum is summed with blanks in its own place, and written as six digits, a NUL and a blank.
    start = b"%b%07o\0%b%011o\0%011o\0" % (name.ljust(_NAME_SIZE, b"\0"), mode, b"0000000\0" * 2, size, 0)
    end = b"%b%bustar\00000" % (flag, bytes(_NAME_SIZE)) + bytes(64) + b"0000000\0" * 2 + prefix
    block = start + b" " * 8 + end
    block += bytes(BLOCK - len(block))
    return b"%b%06o\0 %b" % (start, sum(block), block[len(start) + 8 :])


def _pax_record(key: bytes, value: bytes) -> bytes:
    """Return ``LENGTH KEY=VALUE`` and a line feed; the length counts its own digits too."""
    rest = b" %b=%b\n" % (key, value)
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d%b" % (length, rest)
