"""The bytes of a source, whatever its format is: how its file is opened, how many they may be, what no reader takes.

How they are decoded is a matter of the formats (``formats.decoding``, ``formats.html_page``).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from preserve.errors import SourceError
from preserve.findings import Finding
from preserve.readers.reader import Excuse

__all__ = ["BOM", "LARGEST_SOURCE", "binary_excuse", "byte_order_mark", "bytes_excuse", "open_source", "too_large"]

LARGEST_SOURCE = 16 << 20
"""Bytes of the largest source of one cable that is read. The longest cables have some hundred thousand characters."""

BOM = b"\xef\xbb\xbf"
"""The byte order mark as UTF-8 (RFC 3629, 6)."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def open_source(path: Path, where: str, flags: int = 0) -> Iterator[BinaryIO]:
    """Open a regular file to read, and make errors of ours of those of the system while it is open.

    Args:
        path: The file.
        where: How messages name it.
        flags: More flags for ``os.open``.

    Raises:
        SourceError: It is missing, may not be read, is no regular file, or its disk fails.
    """
    try:
        # Non-blocking, so that a named pipe in a folder cannot hold up a batch.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SourceError(
                    f"{where}: not a regular file", hint="Name a file, a folder, or - for standard input."
                )
            yield stream
    except FileNotFoundError as error:
        raise SourceError(f"{where}: no such file or folder", hint="Check the name.") from error
    except PermissionError as error:
        raise SourceError(f"{where}: you may not read it", hint="Check its permissions.") from error
    except OSError as error:
        raise SourceError(f"{where}: cannot be read: {error.strerror or error}") from error


def too_large(size: int | None = None) -> str:
    """Return why a source is not read that has some size, or one that is not known."""
    has = "it" if size is None else f"with {size} bytes it"
    return f"{has} is larger than {LARGEST_SOURCE >> 20} MiB, which no page of a cable is"


def bytes_excuse(data: bytes) -> Excuse | None:
    """Return why bytes are no source of any format; ``None`` when they may be one."""
    # The cheapest reason first: every reader asks this of every item.
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
