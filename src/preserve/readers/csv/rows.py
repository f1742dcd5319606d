r"""The rows of ``cables.csv``: where each begins and ends in a stream of bytes, and the fields of one.

The dialect: no header row, eight columns, every field in ``"``. Inside a field, ``\`` takes the meaning from the next
character, and ``""`` is one quote; a field may hold line ends and NULs. It is what ``csv.reader(quotechar='"',
escapechar='\\', strict=True)`` reads, with the doubled quote left on.

How rows are found. Each begins, at the start of a line, with a number and a moment: ``"46599","11/18/2005 9:08"``.
*A field of a well-formed row never has these bytes at the start of a line.* Their first quote follows a line end, so
no ``\`` takes its meaning, and it is no second half of a doubled quote. A digit follows it, so it is no first half
either. Inside a field it would therefore close the field, and then a comma or a line end would have to follow. So the
places where rows begin cut a well-formed file exactly as its quoting does, and a broken one so that every whole row
comes out whole. For the same reason a file can be cut from any place on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain

from preserve.errors import UsageError
from preserve.readers.source_bytes import BOM, LARGEST_SOURCE

__all__ = [
    "COLUMNS",
    "Extent",
    "Fields",
    "Flaw",
    "RowRange",
    "begins_row",
    "cut_rows",
    "fields_of",
    "find_rows",
    "flaw_of",
    "holds_several_rows",
    "row_number",
]

COLUMNS = ("id", "created", "MRN", "origin", "classification", "references", "header", "body")
"""What the eight columns hold. The file itself does not name them."""

_ROW_START = rb'"([0-9]{1,18})","[0-9]{1,2}/[0-9]{1,2}/[0-9]{4} [0-9]{1,2}:[0-9]{2}"'
_LONGEST_START = 64
"""More bytes than the start of a row has, with the line end before it."""
_AT_START = re.compile(_ROW_START)
_AT_LINE_START = re.compile(rb"\n" + _ROW_START)

# Possessive throughout, so that no byte is looked at twice, whatever the bytes are.
_FIELD = r'"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"'
# The same for rows in which no two backslashes meet, as in nearly all. There a look at the byte before a quote tells
# whether it is escaped. The pattern runs over all but quotes as one literal class, three times as fast.
_PLAIN_FIELD = r'"[^"]*+(?:(?:(?<=\\)"|"")[^"]*+)*+(?<!\\)"'
_MORE = len(COLUMNS) - 1
_ROW = re.compile(f"{_FIELD}(?:,{_FIELD}){{{_MORE}}}".encode(), re.DOTALL)
_PLAIN_ROW = re.compile(f"{_PLAIN_FIELD}(?:,{_PLAIN_FIELD}){{{_MORE}}}".encode(), re.DOTALL)
_ANY_ROW = re.compile(f"{_FIELD}(?:,{_FIELD})*+".encode(), re.DOTALL)
_FIELDS = re.compile(",".join([f"({_FIELD})"] * len(COLUMNS)), re.DOTALL)
_ESCAPED = re.compile(r'\\(.)|""', re.DOTALL)


class Flaw(IntEnum):
    """Why a stretch of a file is no row."""

    NO_START = 1
    COLUMN_COUNT = 2
    QUOTING = 3
    TOO_LONG = 4

    @property
    def says(self) -> str:
        """The reason in words, as they follow "the row"."""
        return _SAYS[self]


_SAYS = {
    Flaw.NO_START: "does not begin with a number and a moment, as every row does",
    Flaw.COLUMN_COUNT: f"does not have {len(COLUMNS)} fields",
    Flaw.QUOTING: "has a quote out of place, or its end is missing",
    Flaw.TOO_LONG: f"is longer than {LARGEST_SOURCE >> 20} MiB",
}


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a row is.

    Attributes:
        offset: The place of its first byte in the file.
        length: How many bytes it has, without the line end.
        flaw: Why it cannot be read; ``None`` for a whole row.
    """

    offset: int
    length: int
    flaw: Flaw | None = None

    @property
    def trouble(self) -> str | None:
        """What stops it from being read, in words, with its place; ``None`` for a whole row."""
        if self.flaw is None:
            return None
        return f"the row at byte {self.offset} ({self.length} bytes) {self.flaw.says}"


@dataclass(frozen=True, slots=True)
class RowRange:
    """Some rows of a file, counted from 1 in its order; a stretch that is no row counts as one.

    Attributes:
        first: The number of the first row.
        last: The number of the last row; ``None`` for the end of the file.
    """

    first: int = 1
    last: int | None = None

    def check(self, count: int, where: str) -> None:
        """Check that a file has all of these rows.

        Args:
            count: How many rows the file has.
            where: How messages name it.

        Raises:
            UsageError: The file has fewer rows.
        """
        if max(self.first, self.last or 0) > count:
            asked = self.first if self.first > count else self.last
            raise UsageError(f"{where} has no row {asked}", hint=f"Its rows are counted from 1 to {count}.")


def begins_row(data: bytes) -> bool:
    """Return whether bytes begin as a row does, perhaps after a byte order mark."""
    return _AT_START.match(data.removeprefix(BOM)) is not None


def holds_several_rows(data: bytes) -> bool:
    """Return whether a second row begins after the first."""
    return _AT_LINE_START.search(data) is not None


def row_number(data: bytes) -> int | None:
    """Return the number that a row begins with; ``None`` when it does not begin as rows do."""
    match = _AT_START.match(data.removeprefix(BOM))
    return None if match is None else int(match[1])


def flaw_of(row: bytes) -> Flaw | None:
    """Return why bytes without a line end are not one row; ``None`` when they are."""
    if len(row) > LARGEST_SOURCE:
        return Flaw.TOO_LONG
    if _AT_START.match(row) is None:
        return Flaw.NO_START
    pattern = _ROW if b"\\\\" in row else _PLAIN_ROW
    if pattern.fullmatch(row):
        return None
    return Flaw.COLUMN_COUNT if _ANY_ROW.fullmatch(row) else Flaw.QUOTING


def find_rows(chunks: Iterable[bytes]) -> Iterator[Extent]:
    """Yield where the rows of a stream are, as :func:`cut_rows` finds them."""
    for extent, _ in cut_rows(chunks):
        yield extent


def cut_rows(chunks: Iterable[bytes]) -> Iterator[tuple[Extent, bytes]]:
    """Cut a stream into rows, in order. What is no row comes too, with its flaw, up to where the next row begins.

    Memory holds at most the longest row and one chunk. How the stream is cut into chunks makes no difference.

    Args:
        chunks: The bytes of a file from its beginning, in pieces of any size but none.

    Yields:
        Where a row is, and its bytes; no bytes for a row that is too long.
    """
    stream = iter(chunks)
    head = b""
    while len(head) < len(BOM) and (chunk := next(stream, b"")):
        head += chunk
    began = len(BOM) if head.startswith(BOM) else 0
    # With a line end before its first byte, the beginning of the file is the start of a line like any other.
    window, base = b"\n" + head[began:], began - 1
    searched = 0
    for chunk in chain([b""], stream):
        window += chunk
        for match in _AT_LINE_START.finditer(window, searched):
            at = base + match.start() + 1
            yield from _piece(window, base, began, at)
            began = at
        # Of a row that is too long only the length is kept. The last bytes stay, as the next row may begin in them.
        open_bytes = base + len(window) - began
        too_long = open_bytes > LARGEST_SOURCE + _LONGEST_START
        kept = max(0 if too_long else open_bytes, min(_LONGEST_START, len(window)))
        base += len(window) - kept
        window = window[len(window) - kept :]
        # Search on from the line end before the open row at the earliest. Finding that row again does no harm.
        searched = max(began - base - 1, kept - _LONGEST_START, 0)
    yield from _piece(window, base, began, base + len(window))


def _piece(window: bytes, base: int, began: int, end: int) -> Iterator[tuple[Extent, bytes]]:
    """Yield what stands between two places where rows begin: a row, something else, or nothing for line ends alone."""
    if end - began > LARGEST_SOURCE:
        yield Extent(began, end - began, Flaw.TOO_LONG), b""
        return
    row = window[began - base : end - base].rstrip(b"\r\n")
    if row:
        yield Extent(began, len(row), flaw_of(row)), row


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one row.

    Attributes:
        values: Each as it was before it was quoted and escaped.
        bare: How many backslashes stood before a character that needs none. They are not in the values.
    """

    values: tuple[str, ...]
    bare: int


def fields_of(row: str) -> Fields | None:
    """Return the fields of a row; ``None`` when it is no row.

    Args:
        row: Its characters, without the line end.
    """
    match = _FIELDS.fullmatch(row)
    if match is None:
        return None
    bare = 0

    def unescaped(escape: re.Match[str]) -> str:
        nonlocal bare
        character: str = escape[1] or '"'
        bare += character not in '"\\'
        return character

    values = tuple(_ESCAPED.sub(unescaped, field[1:-1]) for field in match.groups())
    return Fields(values, bare)
