"""Captions, as ``SIPDIS`` and ``SENSITIVE``: where each stands between the banner and the labels of the head.

Captions that software inserted into the text are found by ``stray_captions``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["find_captions"]

_CORRECTED = r"C ?O ?R ?R ?E ?C ?T ?E ?D ? ?C ?O ?P ?Y(?: ?(?:- ?[A-Z]+|\([A-Z ,]{1,40}\)))?"


@lru_cache(maxsize=1)
def _caption() -> re.Pattern[str]:
    words = "|".join(map(re.escape, vocabulary.captions()))
    return re.compile(rf"(?<![A-Za-z/.-])(?:{_CORRECTED}|(?:{words})(?![A-Za-z/-]))")


def find_captions(flat: Flat, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each caption of a stretch."""
    for match in _caption().finditer(flat.text, start, end):
        # "PASS TO CODEL SMITH" addresses somebody.
        if flat.text[max(start, match.start() - 5) : match.start()].split(" ")[-2:-1] not in (
            ["TO"],
            ["FOR"],
            ["PASS"],
        ):
            yield match.start(), match.end()
