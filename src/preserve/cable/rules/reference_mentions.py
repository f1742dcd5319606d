"""Mentions of the references in the text: ``(ref A)``, ``reftel``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from preserve.cable.text import Flat

__all__ = ["find_mentions"]

_MENTION = re.compile(r"REF(?:TELS?(?: ([A-Z])(?![A-Z'’]))?|S? (?:\(([A-Z])\)|([A-Z])(?![A-Z'’])))(?![A-Z])")


def find_mentions(flat: Flat, start: int, letters: Sequence[str | None]) -> Iterator[tuple[int, int, int | None]]:
    """Yield each mention of a reference: its flat range, and which reference it is where that is certain.

    Args:
        flat: The text.
        start: Flat offset behind the head.
        letters: The letter of each reference, in order.
    """
    at = flat.upper.find("REF", start)
    while at >= 0:
        match = _MENTION.match(flat.upper, at)
        if match is not None and (at == 0 or not flat.upper[at - 1].isalpha()):
            place = match.lastindex
            letter = match[place] if place else None
            begin, end = match.span()
            # "ref a thing" mentions none: the letter of a reference is a capital.
            if place is None or flat.text[match.start(place)] == letter:
                if begin > 0 and flat.text[begin - 1] == "(" and flat.text[end : end + 1] == ")":
                    begin, end = begin - 1, end + 1
                yield begin, end, _which(letter, letters)
        at = flat.upper.find("REF", at + 3)


def _which(letter: str | None, letters: Sequence[str | None]) -> int | None:
    if letter is None:
        return 0 if len(letters) == 1 else None
    return letters.index(letter) if letters.count(letter) == 1 else None
