"""The bytes of a source before anything is known of its format: how many they may be, and what no reader takes.

Scope: one place for the largest size and for the reasons that hold whatever the format is. Not in scope: decoding
(``text`` and ``html_page`` have rules of their own), and what the characters say.
"""

from __future__ import annotations

from preserve.findings import Finding
from preserve.readers.reader import Excuse

__all__ = ["BOM", "LARGEST_SOURCE", "binary_excuse", "byte_order_mark", "bytes_excuse", "too_large"]

LARGEST_SOURCE = 16 << 20
"""Bytes of the largest source of one cable that is read. The longest cables have some hundred thousand characters."""

BOM = b"\xef\xbb\xbf"
"""The byte order mark as UTF-8 (RFC 3629, 6)."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def too_large(size: int | None = None) -> str:
    """Return why a source of a size, or of one that is not known, is not read."""
    has = "it" if size is None else f"with {size} bytes it"
    return f"{has} is larger than {LARGEST_SOURCE >> 20} MiB, which no page of a cable is"


def bytes_excuse(data: bytes) -> Excuse | None:
    """Return why bytes are no source of any format; ``None`` when they may be one."""
    if len(data) > LARGEST_SOURCE:
        return Excuse(too_large(len(data)))
    if not data or data.isspace():
        return Excuse("it holds white space only" if data else "it is empty")
    return Excuse("it is UTF-16 text, not UTF-8") if data.startswith(_UTF16) else None


def binary_excuse(data: bytes) -> Excuse | None:
    """Return why bytes are no text at all; ``None`` when they may be text."""
    zero = data.find(b"\0")
    return None if zero < 0 else Excuse(f"it is binary: byte {zero} is NUL")


def byte_order_mark(data: bytes) -> tuple[Finding, ...]:
    """Return the note that bytes begin with a byte order mark; nothing when they do not."""
    if not data.startswith(BOM):
        return ()
    return (Finding.of("byte-order-mark", "/provenance/source", "the source begins with a UTF-8 byte order mark"),)
