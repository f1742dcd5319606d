"""Attention lines, as ``DEPT FOR EUR/CE`` and ``STATE PASS USTR``: for whom in the Department a cable is meant.

5 FAH-2 H-252.1 calls them attention indicators.
"""

from __future__ import annotations

import re
from functools import lru_cache

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["find_attention"]

_ADDRESSED = re.compile(r"(?<![A-Z])(?:FOR|PASS|FROM)(?![A-Z])|^(?:DEPT|DEPARTMENT|STATE)(?![A-Z])")
_GOES_ON = (",", "-", "/", ":")
"""Signs behind which a line goes on with another addressee."""


@lru_cache(maxsize=1)
def _addressee() -> re.Pattern[str]:
    # Names with a space are known by the tables alone: without them "NEW YORK FOR ..." would be a line for YORK.
    places = "|".join(map(re.escape, (*vocabulary.spaced_places(), *vocabulary.spaced_addressees())))
    return re.compile(
        rf"(?<![^ ])(?:{places}|(?:DEPT|DEPARTMENT) OF [A-Z]{{1,30}}"
        r"|(?:AMEMBASSY|AMCONSUL|USMISSION|POST) [A-Z]{1,30}"
        r"|(?!(?:ALSO|PLEASE|PLS|AND|OR|TO|FOR|PASS|NOT) )[A-Z][A-Z/]{0,30})"
        r" (?:ALSO |PLEASE |PLS )?(?:FOR|PASS)(?![A-Z])"
    )


def _joins(word: str) -> bool:
    return word in vocabulary.words("attention_joiners") or word.endswith(_GOES_ON)


def _opens_pair(before: list[str]) -> bool:
    """Return whether words end with a post that opens a line of two: ``DEPT FOR AF/W PARIS AND LONDON FOR ...``."""
    if len(before) < 2 or vocabulary.canonical_station(before[-1]) not in vocabulary.stations():
        return False
    return not _joins(before[-2])


def find_attention(flat: Flat, start: int, end: int) -> list[tuple[int, int]]:
    """Return the flat ranges of the attention lines of a stretch, each from its addressee on.

    There is none when the stretch addresses nobody.
    """
    start, end = flat.trim(start, end)
    if _ADDRESSED.search(flat.upper[start:end]) is None:
        return []
    begins = [start]
    for match in _addressee().finditer(flat.upper, start, end):
        before = flat.upper[max(start, match.start() - 40) : match.start()].split()
        if before and not _joins(before[-1]):
            begins.append(match.start())
        elif before[-1:] == ["AND"] and _opens_pair(before[:-1]):
            begins.append(match.start() - len(before[-2]) - len(" AND "))
    return [flat.trim(first, last) for first, last in zip(begins, [*begins[1:], end], strict=True)]
