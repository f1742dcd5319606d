"""The release that a source belongs to, where its own text does not say it.

Scope: the user's flag, else the names of the folders and archives that the source was found in. Not in scope: a
release that a page names; its reader knows where.
"""

from __future__ import annotations

import re
from datetime import date

from preserve.cable.record import Release
from preserve.readers import SourceItem

__all__ = ["release_of"]

# 118 releases are known by name, "cablegate-" with date and time in ten to twelve digits, one of them a digit short;
# mirrors have names of their own.
_NAME = re.compile(r"(?<![A-Za-z0-9])(?:cablegate-(?P<day>\d{8})\d{0,6}|cablebrowser-\d{1,4})(?!\d)", re.ASCII)


def release_of(item: SourceItem) -> Release | None:
    """Return the release that the user states, else the one that the nearest folder or archive is named after."""
    if item.release:
        return Release(text=item.release, name=item.release, date=_day(item.release), basis="flag")
    for part in reversed(item.path.split("/")):
        if match := _NAME.search(part):
            return Release(text=part, name=match[0], date=_day(match[0]), basis="path")
    return None


def _day(name: str) -> str | None:
    match = _NAME.fullmatch(name)
    digits = match["day"] if match else None
    if digits is None:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return None
