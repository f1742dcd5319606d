"""Captions and attention lines: what stands between the banner and the first label of the head.

Scope: where each begins and ends, without line starts. Not in scope: captions that software inserted into the text
(``cable.running``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["find_attention", "find_captions"]

_CORRECTED = r"C ?O ?R ?R ?E ?C ?T ?E ?D ? ?C ?O ?P ?Y(?: ?(?:- ?[A-Z]+|\([A-Z ,]{1,40}\)))?"


@lru_cache(maxsize=1)
def _caption() -> re.Pattern[str]:
    words = "|".join(map(re.escape, vocabulary.captions()))
    return re.compile(rf"(?<![A-Za-z/.-])(?:{_CORRECTED}|(?:{words})(?![A-Za-z/-]))")


def find_captions(flat: Flat, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each caption between the banner and the first label."""
    for match in _caption().finditer(flat.text, start, end):
        # "PASS TO CODEL SMITH" addresses somebody.
        if flat.text[max(start, match.start() - 5) : match.start()].split(" ")[-2:-1] not in (
            ["TO"],
            ["FOR"],
            ["PASS"],
        ):
            yield match.start(), match.end()


_ADDRESSED = re.compile(r"(?<![A-Z])(?:FOR|PASS|FROM)(?![A-Z])|^(?:DEPT|DEPARTMENT|STATE)(?![A-Z])")
_JOINERS = frozenset({"AND", "OR", "TO", "PASS", "PLEASE", "ALSO", "PLS", "&", "FOR"})


@lru_cache(maxsize=1)
def _addressee() -> re.Pattern[str]:
    places = "|".join(map(re.escape, (*vocabulary.spaced_places(), *vocabulary.spaced_addressees())))
    return re.compile(
        rf"(?<![^ ])(?:{places}|(?:DEPT|DEPARTMENT) OF [A-Z]{{1,30}}"
        r"|(?:AMEMBASSY|AMCONSUL|USMISSION|POST) [A-Z]{1,30}"
        r"|(?!(?:ALSO|PLEASE|PLS|AND|OR|TO|FOR|PASS|NOT) )[A-Z][A-Z/]{0,30})"
        r" (?:ALSO |PLEASE |PLS )?(?:FOR|PASS)(?![A-Z])"
    )


def _opens_pair(before: list[str]) -> bool:
    """Return whether words end with a post that opens a line of two: ``DEPT FOR AF/W PARIS AND LONDON FOR ...``."""
    if len(before) < 2 or vocabulary.canonical_station(before[-1]) not in vocabulary.stations():
        return False
    return before[-2] not in _JOINERS and not before[-2].endswith((",", "-", "/", ":"))


def find_attention(flat: Flat, start: int, end: int) -> list[tuple[int, int]]:
    """Return the attention lines of a stretch, each from its addressee on; none when it addresses nobody.

    5 FAH-2 H-252.1 calls them attention indicators: ``DEPT FOR EUR/CE``, ``STATE PASS USTR``.
    """
    start, end = flat.trim(start, end)
    if _ADDRESSED.search(flat.upper[start:end]) is None:
        return []
    begins = [start]
    for match in _addressee().finditer(flat.upper, start, end):
        before = flat.upper[max(start, match.start() - 40) : match.start()].split()
        if before and before[-1] not in _JOINERS and not before[-1].endswith((",", "-", "/", ":")):
            begins.append(match.start())
        elif before[-1:] == ["AND"] and _opens_pair(before[:-1]):
            begins.append(match.start() - len(before[-2]) - len(" AND "))
    return [flat.trim(first, last) for first, last in zip(begins, [*begins[1:], end], strict=True)]
