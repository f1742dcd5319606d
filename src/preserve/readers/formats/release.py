"""The release that a source belongs to, where its own text does not say it.

The user's flag says it, else the names of the folders and archives that the source was found in. A page that names its
release is read by its reader, and comes before both.
"""

from __future__ import annotations

import re
from datetime import date

from preserve.cable import Release
from preserve.readers.reader import SourceItem

__all__ = ["parse_day", "release_of"]

_FIRST_YEAR, _LAST_YEAR = 1000, 2999

# 118 releases are known by name: "cablegate-" with date and time in ten to twelve digits, one of them a digit short.
# The cablebrowser sites number theirs.
_NAME = re.compile(r"(?<![A-Za-z0-9])(?:cablegate-(?P<day>\d{8})\d{0,6}|cablebrowser-\d{1,4})(?!\d)", re.ASCII)


def release_of(item: SourceItem) -> Release | None:
    """Return the release that the user states, else the one that names the nearest folder or archive."""
    if item.release:
        return Release(text=item.release, name=item.release, date=_day(item.release), basis="flag")
    # From the file upwards: the nearer a name is, the more surely the source belongs to it.
    for part in reversed(item.path.split("/")):
        if match := _NAME.search(part):
            return Release(text=part, name=match[0], date=_day(match[0]), basis="path")
    return None


def _day(name: str) -> str | None:
    match = _NAME.fullmatch(name)
    digits = match["day"] if match else None
    if digits is None:
        return None
    return parse_day(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")


def parse_day(text: str) -> str | None:
    """Return a text that is a day, as ``2011-10-04``; ``None`` for another text, or a year that no record states."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return text if day.isoformat() == text and _FIRST_YEAR <= day.year <= _LAST_YEAR else None
