"""Which cables go into one bag.

Scope: the groups that ``--group`` can ask for, and the group of a cable. Not in scope: keeping cables until their group
is whole (``waiting``), the bag of a group (``collection``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from preserve.archive import CableEntry
from preserve.cable import Release
from preserve.settings import CABLE

__all__ = ["DEFAULT_GROUP_SIZE", "Group", "Grouping"]

DEFAULT_GROUP_SIZE = 2000
"""Cables of a bag, unless a number is asked for: some 8,000 to 10,000 files, and an event of about one megabyte."""

_NOT_PORTABLE = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST = 80


class Group(NamedTuple):
    """A group of cables.

    Attributes:
        release: What their sources say of their release; cables of two releases are never in one group.
        stem: How the names of its bags begin.
    """

    release: tuple[str, str, str] | None
    stem: str

    def name(self, number: int) -> str:
        """Return the name of its bag of a number, from 1."""
        return f"{self.stem}_{number:04}"


@dataclass(frozen=True, slots=True)
class Grouping:
    """How cables are grouped.

    Attributes:
        parts: What tells groups of one release apart: nothing, the post and its year, the post and its month.
        most: Cables that a bag holds at most; a larger group has several bags.
    """

    parts: str
    most: int = DEFAULT_GROUP_SIZE

    @classmethod
    def of(cls, setting: str) -> Self | None:
        """Return what the setting ``bags.group`` asks for; ``None`` for a bag a cable."""
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
        told = (release.text, release.name or "", release.date or "") if release else None
        return Group(told, "_".join(name for name in names if name))


def _portable(name: str) -> str:
    return _NOT_PORTABLE.sub("-", name).strip("-.")[:_LONGEST]
