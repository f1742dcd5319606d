"""A text seen without its line breaks: what the grammar reads, so that both renderings of a page give equal fields.

Scope: one space for every run of white space, upper case of equal length, running matter left out where a rule has
found it, and the way back to the offsets of the text as received. Not in scope: what the words mean.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from preserve.cable.record import Span

__all__ = ["Flat", "flatten", "narrowed"]

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

    def place(self, offset: int) -> int:
        """Return the flat offset of the first character at or behind an offset of the source."""
        turn = bisect_right(range(len(self.turns)), offset, key=self._starts) - 1
        if turn < 0:
            return 0
        following = self.turns[turn + 1] if turn + 1 < len(self.turns) else len(self.text)
        return min(offset - self.shifts[turn], following, len(self.text))

    def _starts(self, turn: int) -> int:
        return self.turns[turn] + self.shifts[turn]

    def kept(self, pieces: Sequence[tuple[int, int]]) -> Flat:
        """Return the view of some pieces only: sorted flat ranges, apart, none empty."""
        turns: list[int] = []
        shifts: list[int] = []
        length = 0
        for start, end in pieces:
            first, last = bisect_right(self.turns, start), bisect_left(self.turns, end)
            gone = start - length
            turns += [length, *(turn - gone for turn in self.turns[first:last])]
            shifts += [self.shifts[first - 1] + gone, *(shift + gone for shift in self.shifts[first:last])]
            length += end - start
        text, upper = ("".join(view[start:end] for start, end in pieces) for view in (self.text, self.upper))
        return Flat(self.source, text, upper, tuple(turns), tuple(shifts))

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


def flatten(source: str, holes: Sequence[Span] = ()) -> Flat:
    """Return the flat view of a text.

    Args:
        source: The text as received.
        holes: Sorted ranges of the source that are left out of the view as if they were white space: running matter.
    """
    shown = _without(source, holes) if holes else source
    text = " ".join(shown.split())
    if len(text) == len(source):
        return Flat(source, text, _upper(text), (0,), (0,))
    lead = len(shown) - len(shown.lstrip())
    runs = [run.span() for run in _RUN.finditer(shown, lead)]
    shifts = list(accumulate([end - start - 1 for start, end in runs], initial=lead))
    turns = [0, *(end - shift for (_, end), shift in zip(runs, shifts[1:], strict=True))]
    return Flat(source, text, _upper(text), tuple(turns), tuple(shifts))


def narrowed(flat: Flat, holes: Sequence[Span], new: Sequence[Span]) -> Flat:
    """Return a view that leaves out more: what :func:`flatten` gives with all holes, at a fraction of the cost.

    Args:
        flat: The view so far.
        holes: All ranges that are left out, the new ones among them.
        new: The new ones; each begins and ends with a character of the view, or with one of an earlier hole.
    """
    pieces, cursor, text = [], 0, flat.text
    for start, end in ((flat.place(hole.start), flat.place(hole.end)) for hole in new):
        last = flat.trim(start, end)[1]
        spaced = (start == 0 or text[start - 1] == " ", last >= len(text) or text[last] == " ")
        if not any(spaced):
            # Where only the hole keeps two words apart, the space between them is none of this view.
            return flatten(flat.source, holes)
        pieces.append((cursor, start))
        cursor = last + all(spaced)
    pieces.append((cursor, len(text)))
    kept = [(start, end) for start, end in pieces if start < end]
    if kept and text[kept[-1][1] - 1] == " ":
        kept[-1] = (kept[-1][0], kept[-1][1] - 1)
    kept = [(start, end) for start, end in kept if start < end]
    return flat.kept(kept) if kept else flatten(flat.source, holes)


def _without(source: str, holes: Sequence[Span]) -> str:
    pieces, cursor = [], 0
    for hole in holes:
        pieces += [source[cursor : hole.start], " " * (hole.end - hole.start)]
        cursor = hole.end
    return "".join([*pieces, source[cursor:]])
