"""Texts as they stand in XML, JSON and CSV files for others: one line, only characters that every target takes.

Scope: cleaning and escaping. Not in scope: what is said.
"""

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

# XML 1.0 2.2, production Char, leaves these out; so does every target that turns our JSON into XML.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/?=&#%+:;,@!$'()*-]*)?")
_FORMULA = ("=", "+", "-", "@")


def one_line(text: str | None) -> str | None:
    """Return a text on one line, what no XML can hold as U+FFFD; ``None`` when nothing is left of it."""
    return _SPACE.sub(" ", _NOT_XML.sub("\ufffd", text)).strip() or None if text else None


def format_day(text: str | None) -> str | None:
    """Return the day that a date or time begins with, ``YYYY-MM-DD``; ``None`` when it is no day of a calendar."""
    try:
        return date.fromisoformat((text or "")[:10]).isoformat()
    except ValueError:
        return None


def web_address(text: str) -> str | None:
    """Return an address of the web as it is; ``None`` when the text is none."""
    return text if _WEB_ADDRESS.fullmatch(text) else None


def drop_absent(pairs: Mapping[str, object]) -> dict[str, object]:
    """Return the properties that have a value: absent stays absent, an empty list is absent too."""
    return {name: value for name, value in pairs.items() if value is not None and value not in ([], {})}


def json_file(document: Mapping[str, object]) -> bytes:
    """Return a JSON document as a file for people and programs: indented, UTF-8, one line break at its end."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    """Return a table as CSV (RFC 4180), UTF-8, a header line first; a column without any value is left out.

    A cell that a spreadsheet would run as a formula has an apostrophe before it: these files are opened by hand.
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
