"""The bytes of a source, whatever its format is, and the one look that a reader takes at them."""

from __future__ import annotations

import pytest

from preserve.readers.glance import remembered
from preserve.readers.reader import SourceItem
from preserve.readers.source_bytes import LARGEST_SOURCE, binary, byte_order_mark, too_large, unreadable


@pytest.mark.parametrize(
    ("data", "excuse"),
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
def test_what_no_reader_takes(data: bytes, excuse: str | None) -> None:
    assert unreadable(data) == excuse


def test_what_is_too_large_is_not_looked_at() -> None:
    assert unreadable(b" " * (LARGEST_SOURCE + 1)) == too_large(LARGEST_SOURCE + 1)
    assert too_large(17_000_000) == "with 17000000 bytes it is larger than 16 MiB, which no page of a cable is"
    assert too_large() == "it is larger than 16 MiB, which no page of a cable is"


def test_binary_and_byte_order_mark() -> None:
    assert binary(b"ab\0c\0") == "it is binary: byte 2 is NUL"
    assert binary(b"abc") is None
    assert [note.code for note in byte_order_mark(b"\xef\xbb\xbfx")] == ["byte-order-mark"]
    assert byte_order_mark(b"x\xef\xbb\xbf") == ()


def test_an_item_is_looked_at_once_until_another_is() -> None:
    looks: list[str] = []

    def look(item: SourceItem) -> int:
        looks.append(item.name)
        return len(item.data)

    seen = remembered(look)
    one, other = SourceItem("one", b"1", "one"), SourceItem("other", b"12", "other")
    assert [seen(one), seen(one), seen(other), seen(other), seen(one)] == [1, 1, 2, 2, 1]
    assert looks == ["one", "other", "one"]
    # Known by what it is: an equal one is looked at for itself.
    assert seen(SourceItem("one", b"1", "one")) == 1
    assert looks == ["one", "other", "one", "one"]
