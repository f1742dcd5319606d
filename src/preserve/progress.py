"""Progress as a protocol: the rooms report to it, the command line draws it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["SILENT", "Progress", "Silent"]


class Progress(Protocol):
    """Is told how a task advances."""

    def total(self, items: int | None) -> None:
        """Take note of how many items the task has; ``None`` if nobody knows yet."""

    def advance(self, item: str, nbytes: int = 0) -> None:
        """Take note that one item is done, and how many bytes it had."""


class Silent:
    """A :class:`Progress` that does nothing."""

    def total(self, items: int | None) -> None:
        """Do nothing."""

    def advance(self, item: str, nbytes: int = 0) -> None:
        """Do nothing."""


SILENT = Silent()
"""For callers who do not ask."""
