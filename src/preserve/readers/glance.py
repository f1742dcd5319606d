"""What a reader saw of an item when it was asked whether it takes it, kept until it is asked to read it.

Scope: remembering one look. Not in scope: what is looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from preserve.readers.reader import SourceItem

__all__ = ["remembered"]

Seen = TypeVar("Seen")


def remembered(look: Callable[[SourceItem], Seen]) -> Callable[[SourceItem], Seen]:
    """Return a look that is not done again at the item that it was done at last.

    Readers keep no state, and this is none: what is seen depends on the item only. The item is known by what it is,
    not by its bytes: to compare those would cost as much as to look again. One item stays in memory with it.

    Args:
        look: Pure.
    """
    last: tuple[SourceItem, Seen] | None = None

    def looked(item: SourceItem) -> Seen:
        nonlocal last
        # One reference, read once and written once: threads may look twice, and never see what is another item's.
        seen = last
        if seen is None or seen[0] is not item:
            seen = last = (item, look(item))
        return seen[1]

    return looked
