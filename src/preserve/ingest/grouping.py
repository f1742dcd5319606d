"""Which cables go into one bag: the groups that ``--group`` can ask for, and the group of a cable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from preserve.archive import CableEntry
from preserve.cable import Release
from preserve.settings import CABLE

__all__ = ["DEFAULT_GROUP_SIZE", "Group", "Grouping"]

DEFAULT_GROUP_SIZE = 2000
"""Cables of a bag, unless a number is asked for: 8,000 to 10,000 files, and an event of about one megabyte."""

_NOT_PORTABLE = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST = 80
"""Characters of one part of a name, at most: three parts and a number fit the 255 bytes of a file name."""


class Group(NamedTuple):
    """A group of cables.

    Attributes:
        release: What their sources say of their release; cables of two releases are never in one group.
        stem: How the names of its bags begin.
    """

    release: tuple[str, str, str] | None
    stem: str

    def name(self, number: int) -> str:
        """Return the name of the bag with a number; the first is 1."""
        return f"{self.stem}_{number:04}"


@dataclass(frozen=True, slots=True)
class Grouping:
    """How cables are grouped.

    Attributes:
        parts: What tells groups of one release apart: nothing (``release``), the post and the year (``post-year``), or
            the post and the month (``post-month``).
        most: How many cables a bag holds, at most; a larger group has several bags.
    """

    parts: str
    most: int = DEFAULT_GROUP_SIZE

    @classmethod
    def of(cls, setting: str) -> Self | None:
        """Return what the setting ``bags.group`` asks for; ``None`` for one bag for each cable."""
        if setting == CABLE:
            return None
        return cls("release", int(setting)) if setting.isdigit() else cls(setting)

    def group(self, entry: CableEntry, release: Release | None) -> Group:
        """Return the group of a cable.

        Args:
            entry: What the catalogue will say of it.
            release: The release of its source.
        """
        names = [_portable(release.name or release.text) if release else ""]
        if self.parts != "release":
            date = entry.date or ""
            period = date[:4] if self.parts == "post-year" else date[:7]
            names += [_portable(entry.post or "") or "unknown-post", period or "undated"]
        else:
            names += [] if names[0] else ["cables"]
        # Not by the name alone: two releases may have one, or names that are equal once they are portable.
        key = (release.text, release.name or "", release.date or "") if release else None
        return Group(key, "_".join(name for name in names if name))


def _portable(name: str) -> str:
    return _NOT_PORTABLE.sub("-", name).strip("-.")[:_LONGEST]
