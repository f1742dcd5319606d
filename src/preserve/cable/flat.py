"""A text seen without its line breaks: what the grammar reads, so that both renderings of a page give equal fields.

Scope: one space for every run of white space, upper case of equal length, and the way back to the offsets of the
text as received. Not in scope: what the words mean.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from preserve.cable.record import Span

__all__ = ["Flat", "flatten", "within"]

_RUN = re.compile(r"\s\s+")


@dataclass(frozen=True, slots=True)
class Flat:
    """A text with one space for every run of white space, none at its ends.

    Attributes:
        source: The text as received.
        text: The flat text.
        upper: The same in upper case, character for character.
        turns: Flat offsets from which on the next shift holds.
        shifts: What to add to a flat offset to have the one in the source.
    """

    source: str
    text: str
    upper: str
    turns: tuple[int, ...]
    shifts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)

    def offset(self, at: int) -> int:
        """Return the offset in the source of the character at a flat offset."""
        if len(self.turns) == 1:
            return at + self.shifts[0]
        return at + self.shifts[bisect_right(self.turns, at) - 1]

    def span(self, start: int, end: int) -> Span:
        """Return where a flat range lies in the source; its first and last characters are not white space."""
        if len(self.turns) == 1:
            return Span(start + self.shifts[0], end + self.shifts[0])
        return Span(self.offset(start), self.offset(end - 1) + 1)

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """Return a flat range without the space at either end."""
        while start < end and self.text[start] == " ":
            start += 1
        while start < end and self.text[end - 1] == " ":
            end -= 1
        return start, end


def _upper(text: str) -> str:
    raised = text.upper()
    if len(raised) == len(text):
        return raised
    # One character may become two ("ß"): such a one stays as it is, so that offsets are those of the text.
    return "".join(up if len(up := character.upper()) == 1 else character for character in text)


def flatten(source: str) -> Flat:
    """Return the flat view of a text."""
    text = " ".join(source.split())
    if len(text) == len(source):
        return Flat(source, text, _upper(text), (0,), (0,))
    lead = len(source) - len(source.lstrip())
    turns, shifts, shift = [0], [lead], lead
    for run in _RUN.finditer(source, lead):
        shift += run.end() - run.start() - 1
        turns.append(run.end() - shift)
        shifts.append(shift)
    return Flat(source, text, _upper(text), tuple(turns), tuple(shifts))


def within(ranges: Sequence[tuple[int, int]], at: int) -> bool:
    """Return whether an offset lies in one of the ranges, which are sorted and do not overlap."""
    place = bisect_right(ranges, (at, at + 1)) if ranges else 0
    return any(first <= at < last for first, last in ranges[max(0, place - 1) : place + 1])
