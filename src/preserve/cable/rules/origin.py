"""The origin: who sent a cable, as the page's table names it."""

from __future__ import annotations

import re
from functools import lru_cache

from preserve.cable import vocabulary
from preserve.cable.record import Origin

__all__ = ["read_origin"]


@lru_cache(maxsize=1)
def _type() -> re.Pattern[str]:
    return re.compile(rf"(?:{vocabulary.words_pattern('origin_types')})\s+(?=\S)")


def read_origin(cell: str | None, station: str) -> Origin | None:
    """Return the origin. Its place is what the name holds besides its type: ``US Office Almaty`` is in Almaty.

    Args:
        cell: The cell ``Origin`` of the page, verbatim.
        station: That of the cable's identifier.
    """
    if not cell or not cell.strip():
        return None
    kind = _type().match(cell)
    return Origin(name=cell, station=station, place=None if kind is None else cell[kind.end() :])
