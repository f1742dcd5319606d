"""The bytes of a source, whatever its format is."""

from __future__ import annotations

import pytest

from preserve.readers.reader import Excuse
from preserve.readers.source_bytes import LARGEST_SOURCE, binary_excuse, byte_order_mark, bytes_excuse, too_large


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b" \r\n\t\v\f", "it holds white space only"),
        (b"\xff\xfex\0", "it is UTF-16 text, not UTF-8"),
        (b"\xfe\xff\0x", "it is UTF-16 text, not UTF-8"),
        (b"x" * LARGEST_SOURCE, None),
        (b"\xef\xbb\xbfx", None),
        (b"\0", None),
    ],
)
def test_what_no_reader_takes(data: bytes, reason: str | None) -> None:
    assert bytes_excuse(data) == (reason and Excuse(reason))


def test_what_is_too_large_is_not_looked_at() -> None:
    assert bytes_excuse(b" " * (LARGEST_SOURCE + 1)) == Excuse(too_large(LARGEST_SOURCE + 1))
    assert too_large(17_000_000) == "with 17000000 bytes it is larger than 16 MiB, which no page of a cable is"
    assert too_large() == "it is larger than 16 MiB, which no page of a cable is"


def test_binary_and_byte_order_mark() -> None:
    assert binary_excuse(b"ab\0c\0") == Excuse("it is binary: byte 2 is NUL")
    assert binary_excuse(b"abc") is None
    assert [note.code for note in byte_order_mark(b"\xef\xbb\xbfx")] == ["byte-order-mark"]
    assert byte_order_mark(b"x\xef\xbb\xbf") == ()
