"""Who classified a cable: the names behind ``Classified By``, verbatim with title and office."""

from __future__ import annotations

import re
from collections.abc import Sequence

from preserve.cable import vocabulary
from preserve.cable.rules.reasons import find_reasons
from preserve.cable.text import Flat

__all__ = ["find_classifiers", "find_label_in_text", "rejoin_name"]

_LABEL = re.compile(r"CLASSIFIED ?BY ?:? ?")
_NEAR = 400
"""Flat characters of a first paragraph in which the label is looked for."""
_REPEATED = re.compile(r"(?:CLASSIFIED ?BY ?:? ?)+")
_LONGEST_CLASSIFIER = 300
_SUFFIX = re.compile(r"(?<![A-Z])(?:JR|SR)\.$")


def find_label_in_text(flat: Flat, start: int, end: int) -> int | None:
    """Return where a label inside a first paragraph ends and its value begins; ``None`` when there is no label."""
    label = _LABEL.search(flat.upper, start, min(end, start + _NEAR))
    return None if label is None else label.end()


def find_classifiers(flat: Flat, start: int, end: int) -> list[tuple[int, int]]:
    """Return the flat ranges of the classifiers behind the label, up to the reasons, without signs at their ends.

    Args:
        flat: The text.
        start: Flat offset behind the label.
        end: Where the line ends at the latest.
    """
    end = min(end, start + _LONGEST_CLASSIFIER)
    repeated = _REPEATED.match(flat.upper, start, end)
    start = start if repeated is None else repeated.end()
    if flat.upper.startswith("SECTION ", start):
        return []
    reasons = find_reasons(flat, start, end)
    stop = end if reasons is None else reasons
    while start < stop and flat.text[start] in " :;,.-":
        start += 1
    while start < stop and flat.text[stop - 1] in " :;,.-(" and not _SUFFIX.search(flat.upper, start, stop):
        stop -= 1
    return _persons(flat, start, stop) if start < stop else []


_AND = re.compile(r" AND ")


def _persons(flat: Flat, start: int, end: int) -> list[tuple[int, int]]:
    """Return the classifiers of a line, of which there may be two: ``A. KESTREL, ACTING AND S/CT DAS B. ORLOW``.

    Each part ends with a name; the first may have its office behind a comma.
    """
    for joined in _AND.finditer(flat.upper, start, end):
        named, comma, _ = flat.upper[start : joined.start()].partition(",")
        left, right = named.split(" "), flat.upper[joined.end() : end].split(" ")
        enough = len(left) > 1 and len(right) > 1 + bool(comma)
        if enough and _ends_with_name(right) and (comma or _ends_with_name(left)):
            return [(start, joined.start()), (joined.end(), end)]
    return [(start, end)]


def _ends_with_name(words: Sequence[str]) -> bool:
    """Return whether the last two words are a name and no office, as ``Bureau of Rivers`` is."""
    no_office = vocabulary.words("offices").isdisjoint(words[-2:]) and {"FOR", "OF"}.isdisjoint(words[-3:])
    return words[-1].isalpha() and no_office


_BROKEN_END = re.compile(r"(?<=[a-z]) (?=[a-z]$)")


def rejoin_name(text: str) -> str:
    """Return a classifier whole whose last letter was broken off at a line's end: ``Charles O. Blah a``."""
    return _BROKEN_END.sub("", text)
