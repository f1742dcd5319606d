"""One row of ``cables.csv``: what its eight fields mean, and its bytes that are no UTF-8.

An item is one row, never the file; ``readers.csv`` finds the rows of a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from preserve.cable import CaptureSource, Page, PageCapture, Row, is_identifier
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.findings import Finding
from preserve.readers.csv import COLUMNS, Flaw, begins_row, fields_of, flaw_of, holds_several_rows
from preserve.readers.formats.partial_extract import split_partial
from preserve.readers.formats.release import release_of
from preserve.readers.reader import Excuse, SourceItem
from preserve.readers.source_bytes import BOM, LARGEST_SOURCE, byte_order_mark, too_large

__all__ = ["CablesCsvReader"]

_LISTED = 20
"""The most places that a finding names."""

# What "surrogateescape" makes of a byte that is no UTF-8, and the character that it was meant to be: that of
# Windows-1252, and that of Latin-1 for the five bytes that Windows-1252 lacks (both as in the WHATWG Encoding Standard,
# 9.1). The file is UTF-8 but for single bytes, so that no other encoding of a whole row comes into question.
_STRAY = re.compile("[\udc80-\udcff]")
_REPAIRS = {
    0xDC00 + byte: bytes([byte]).decode("latin-1" if byte in b"\x81\x8d\x8f\x90\x9d" else "windows-1252")
    for byte in range(0x80, 0x100)
}


class CablesCsvReader:
    """Reads the rows of ``cables.csv``, one cable a row."""

    name = "cables_csv"
    describes = "a row of cables.csv, the file of all cables; a file of rows is read row by row"

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        """Take one row, however damaged it is.

        Reading it fails when its quoting is broken, or when it has no identifier or no text.
        """
        return _excuse(item.data) or partial(_page, item)


def _excuse(data: bytes) -> Excuse | None:
    if len(data) > LARGEST_SOURCE:
        return Excuse(too_large(len(data)))
    if not begins_row(data):
        return Excuse("it does not begin as a row of cables.csv does, with a number and a moment in quotes")
    if holds_several_rows(data):
        return Excuse("it holds more than one row: name the file itself, and each of its rows is read")
    return None


def _decode(row: bytes, before: int) -> tuple[str, list[Finding]]:
    """Return the characters of a row, with a finding on the bytes that are no UTF-8 and were read one by one.

    Args:
        row: The bytes of the row.
        before: How many bytes of the item stand before the row.
    """
    text = row.decode("utf-8", "surrogateescape")
    strays = [match.start() for match in _STRAY.finditer(text)]
    if not strays:
        return text, []
    places, at, offset = [], 0, before
    for stray in strays[:_LISTED]:
        offset += len(text[at:stray].encode("utf-8", "surrogateescape"))
        at = stray
        places.append(offset)
    says = f"{len(strays)} bytes of the row are not UTF-8: {_listed(places, len(strays))}; read as windows-1252"
    return text.translate(_REPAIRS), [Finding.of("encoding-repaired", "/provenance/source/encoding", says)]


def _listed(places: list[int], number: int) -> str:
    more = f" and {number - len(places)} more" if number > len(places) else ""
    return f"at byte {', '.join(map(str, places))}{more}"


def _page(item: SourceItem) -> Page:
    row = item.data.removeprefix(BOM).rstrip(b"\r\n")
    text, notes = _decode(row, len(item.data) - len(item.data.removeprefix(BOM)))
    fields = fields_of(text)
    if fields is None:
        raise SourceError(f"{item.where}: the row {(flaw_of(row) or Flaw.QUOTING).says}", hint="Is the row cut?")
    cells = dict(zip(COLUMNS, fields.values, strict=True))
    identifier = cells["MRN"].strip()
    if not is_identifier(identifier):
        raise SourceError(f"{item.where}: {identifier[:60]!r} is no identifier of a cable", hint="Is the row cut?")
    body = cells["body"]
    if not body.strip():
        raise SourceError(f"{item.where}: the row of {identifier} holds no text of the cable")
    if fields.bare:
        says = f"{fields.bare} backslashes stood before a character that needs none"
        notes.append(Finding.of("backslash-dropped", "/body/text", says))
    notes += byte_order_mark(item.data)
    absent = [label for label in ("origin", "classification") if not cells[label].strip()]
    if absent:
        notes.append(Finding.of("table-incomplete", "/provenance/page/table", f"no value for {', '.join(absent)}"))
    partial, header = split_partial(cells["header"])
    return Page(
        identifier=identifier,
        origin=cells["origin"] or None,
        created=cells["created"],
        classification=cells["classification"] or None,
        references=cells["references"] or None,
        partial=partial,
        header=header if header.strip() else None,
        body=body,
        line_breaks="kept" if "\n" in body else "flattened",
        release=release_of(item),
        capture=PageCapture(
            format=CablesCsvReader.name,
            rendering="row",
            table=tuple(Row(label=label, value=cells[label]) for label in COLUMNS[:-2]),
        ),
        source=CaptureSource(
            name=item.name,
            size=len(item.data),
            sha256=sha256(item.data),
            media_type="text/csv",
            encoding="utf-8",
            container=item.container,
        ),
        findings=tuple(notes),
    )
