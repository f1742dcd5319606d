"""The level of a classification, as the page's table states it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LEVELS", "StatedLevel", "read_level"]

LEVELS = (
    "UNCLASSIFIED",
    "UNCLASSIFIED//FOR OFFICIAL USE ONLY",
    "LIMITED OFFICIAL USE",
    "CONFIDENTIAL",
    "SECRET",
    "TOP SECRET",
)
"""Every level that a table or a banner prints, in full."""


class StatedLevel(NamedTuple):
    """A classification cell taken apart: ``SECRET//NOFORN`` is the level ``SECRET`` with the handling ``NOFORN``."""

    level: str
    handling: tuple[str, ...]


def read_level(cell: str) -> StatedLevel | None:
    """Return the level that a classification cell states; ``None`` when it is none of :data:`LEVELS`."""
    words = " ".join(cell.upper().split())
    # The whole cell first: one level has the two slashes in its own name, behind which handling stands elsewhere.
    if words in LEVELS:
        return StatedLevel(words, ())
    level, _, handling = words.partition("//")
    if level not in LEVELS:
        return None
    return StatedLevel(level, tuple(part.strip() for part in handling.split("//") if part.strip()))
