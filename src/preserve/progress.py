"""Progress as a protocol: the rooms report to it, the command line draws it.

Scope: the two calls that a long task makes. Not in scope: drawing; ``cli`` does that.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["SILENT", "Progress", "Silent"]


class Progress(Protocol):
    """Hears of a task's advance."""

    def total(self, items: int | None) -> None:
        """Hear how many items the task has; ``None`` when nobody knows yet."""

    def advance(self, item: str, nbytes: int = 0) -> None:
        """Hear that one item is done, and how many bytes it had."""


class Silent:
    """A progress that draws nothing."""

    def total(self, items: int | None) -> None:
        """Do nothing."""

    def advance(self, item: str, nbytes: int = 0) -> None:
        """Do nothing."""


SILENT = Silent()
