"""What may be kept in memory of what somebody wrote: faults, findings, names of files that are not there.

Scope: limits on octets that hold for one bag, however much it gives. Not in scope: the words (``findings``), files that
are there (``table``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

from preserve.bag.model import Fault
from preserve.findings import Finding

__all__ = ["MAX_ALLOWED", "MAX_FINDINGS", "MAX_TEXT", "Allowance", "Bounded"]

MAX_FINDINGS = 50_000
"""Findings that a report holds, and faults of one tag file; of what is left off, the first of each code is held too."""

MAX_TEXT = 16 << 20
"""Octets that they may take."""

MAX_ALLOWED = 48 << 20
"""Octets that the lines of tag files may take that name no file of the bag, all tag files together."""

_EACH = 250
"""Octets that a line or a finding takes beside its text: objects, a digest, places in a list and a dictionary."""

_Item = TypeVar("_Item", bound=Fault | Finding)


class Bounded(list[_Item]):
    """A list that keeps what comes first, and of the rest the first of each kind.

    So the verdict is as if all were kept.

    Args:
        items: What it begins with.

    Attributes:
        left_off: How many were not kept.
    """

    def __init__(self, items: Iterable[_Item] = ()) -> None:
        super().__init__()
        self.left_off = 0
        self._room = MAX_TEXT
        self._kinds = set[object]()
        self.extend(items)

    def append(self, item: _Item, /) -> None:
        """Keep an item, when there is room or none of its kind came before."""
        kind = (item.code, item.severity) if isinstance(item, Finding) else item.code
        if len(self) >= MAX_FINDINGS or self._room < 0:
            if kind in self._kinds:
                self.left_off += 1
                return
        elif isinstance(item, Finding):
            self._room -= _EACH + sys.getsizeof(item.where) + sys.getsizeof(item.message)
        else:
            self._room -= _EACH + sys.getsizeof(item.says)
        self._kinds.add(kind)
        super().append(item)

    def extend(self, items: Iterable[_Item], /) -> None:
        """Keep items, as many as there is room for."""
        for item in items:
            self.append(item)


class Allowance:
    """What tag files may yet take of the memory."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MAX_ALLOWED

    def take(self, *texts: str) -> bool:
        """Take what some texts need; return whether there was as much."""
        self._left -= _EACH + sum(map(sys.getsizeof, texts))
        return self._left >= 0
