"""The date in an instruction when to declassify. It is read, and never acted on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from preserve.cable.text import Flat
from preserve.cable.vocabulary import month_number

__all__ = ["find_date", "read_date"]

_SEPARATED = re.compile(r"(?<!\d)(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?!\d)")
_DIGITS = re.compile(r"([12]\d{3})(\d{2})(\d{2})")
_DAY_MONTH = re.compile(r"(?<![^ ])(\d{1,2}) ?([A-Z]{3})[A-Z]{0,6},? ?(\d{4}|\d{2})(?!\d)")
_MONTH_DAY = re.compile(r"(?<![^ ])([A-Z]{3})[A-Z]{0,6} (\d{1,2}),? (\d{4})(?!\d)")


def find_date(flat: Flat, start: int, end: int) -> tuple[int, int] | None:
    """Return the flat range of the first date with separators, as ``12/02/2015``; ``None`` without one."""
    match = _SEPARATED.search(flat.text, start, end)
    return None if match is None else match.span()


def read_date(text: str, year: int) -> str | None:
    """Return the first date of a text as ``YYYY-MM-DD``; ``None`` when it has none, or none that a calendar has.

    Args:
        text: As ``12/02/2015``, ``2020/02/23``, ``6/3/08``, ``07-15-13``: month before day, or the year first.
        year: The year of the cable: a two-digit year is the first such year from then on.
    """
    if text.upper().startswith("DNG"):
        # DNG is downgrading: its date is not that of declassification.
        return None
    # A date with separators comes first: most are of this form, and it is one wherever it stands between words. Digits
    # alone are a date only when they are all there is. A month in letters is one only where the text begins with it:
    # "AS AMENDED; DECLASSIFIED JUNE 21, 2006" tells what was done, and instructs nobody.
    match = _SEPARATED.search(text)
    if match is None:
        whole = _DIGITS.fullmatch(text)
        return _named_date(text.upper(), year) if whole is None else _date(whole.groups(), year)
    first, _, second, third = match.groups()
    if len(first) == 4:
        return _date((first, second, third), year)
    if len(first) <= 2 and len(third) in (2, 4):
        return _date((third, first, second), year)
    return None


def _named_date(text: str, year: int) -> str | None:
    """Return the date that a text begins with: ``31 December 2015`` or ``DECEMBER 31, 2015``."""
    for pattern, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        match = pattern.match(text)
        if match is not None and (month := month_number(match[order[1]])) is not None:
            return _date((match[order[0]], str(month), match[order[2]]), year)
    return None


def _date(parts: Sequence[str], year: int) -> str | None:
    """Return the date of a year, a month and a day; ``None`` when no calendar has it."""
    stated, month, day = (int(part) for part in parts)
    if len(parts[0]) == 2:
        stated += year - year % 100
        if stated < year:
            stated += 100
    try:
        # A year like 3018 is damage, and no date that a record can state.
        return date(stated, month, day).isoformat() if 1000 <= stated < 3000 else None
    except ValueError:
        return None
