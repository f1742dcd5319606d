"""Texts for others: cleaned until every target takes them, then written as JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

__all__ = [
    "csv_file",
    "drop_absent",
    "format_day",
    "json_file",
    "one_line",
    "web_address",
]

# What XML 1.0 2.2 cannot hold, and what it discourages: control characters from U+007F on, and noncharacters. They are
# kept from JSON and CSV too, since many targets turn these into XML.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/?=&#%+:;,@!$'()*-]*)?")
# OWASP, CSV Injection. Some spreadsheets also take the full-width forms, which East Asian keyboards write. Tabs and
# carriage returns, which it names too, do not get through `one_line`.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def one_line(text: str | None) -> str | None:
    """Return a text on one line, with U+FFFD for what XML should not hold; ``None`` when nothing is left of it."""
    return _SPACE.sub(" ", _NOT_XML.sub("\ufffd", text)).strip() or None if text else None


def format_day(text: str | None) -> str | None:
    """Return the day of a date or time, ``YYYY-MM-DD``; ``None`` when the calendar has no such day."""
    try:
        return date.fromisoformat((text or "")[:10]).isoformat()
    except ValueError:
        return None


def web_address(text: str) -> str | None:
    """Return a text that is an address of the web as it is; ``None`` for any other text."""
    return text if _WEB_ADDRESS.fullmatch(text) else None


def drop_absent(pairs: Mapping[str, object]) -> dict[str, object]:
    """Return the properties that have a value; ``None``, an empty list and an empty object are none."""
    return {name: value for name, value in pairs.items() if value is not None and value not in ([], {})}


def json_file(document: Mapping[str, object]) -> bytes:
    """Return a JSON document as a file: UTF-8, indented for people, one line break at its end."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8, its header first; a column without any value is left out.

    An apostrophe is put before a cell that a spreadsheet would run as a formula, as people open these files by hand.
    """
    table = list(rows)
    used = [at for at in range(len(columns)) if any(row[at] for row in table)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([columns[at] for at in used])
    writer.writerows([_cell(row[at] or "") for at in used] for row in table)
    return out.getvalue().encode("utf-8")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
