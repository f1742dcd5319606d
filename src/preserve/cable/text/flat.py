"""A text seen without its line breaks: what the grammar reads, so that both renderings of a page give equal fields.

A page is captured with its lines, or flattened to one. The flat view has one space for every run of white space, leaves
out the running matter that a rule has found, and knows the way back to the offsets of the text as received.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from preserve.cable.record import Span

__all__ = ["Flat", "flatten", "narrow"]

_WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Every white space of Unicode but the plain space: what ``str.isspace`` and ``str.split`` take for white space."""
# Two literal characters first, because the engine finds a literal most quickly.
_RUN = re.compile("   *")


@dataclass(frozen=True, slots=True)
class Flat:
    """A text with one space for every run of white space, and none at its ends.

    Attributes:
        source: The text as received.
        text: The flat text.
        upper: The flat text in upper case, character for character.
        turns: Flat offsets from each of which on the text follows the source character for character; the first is 0.
        origins: The offset in the source of the character at each turn.
    """

    source: str
    text: str
    upper: str
    turns: tuple[int, ...]
    origins: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)

    def offset(self, at: int) -> int:
        """Return the offset in the source of the character at a flat offset."""
        turn = bisect_right(self.turns, at) - 1
        return at - self.turns[turn] + self.origins[turn]

    def offsets(self, places: Iterable[int]) -> list[int]:
        """Return the offset in the source of the character at each of some flat offsets."""
        turns, origins = self.turns, self.origins
        return [at - turns[turn := bisect_right(turns, at) - 1] + origins[turn] for at in places]

    def span(self, start: int, end: int) -> Span:
        """Return where a flat range lies in the source. Its first and last characters must not be spaces."""
        return Span(self.offset(start), self.offset(end - 1) + 1)

    def place(self, offset: int) -> int:
        """Return the flat offset of the first character at or behind an offset of the source."""
        turn = bisect_right(self.origins, offset) - 1
        if turn < 0:
            return 0
        following = self.turns[turn + 1] if turn + 1 < len(self.turns) else len(self.text)
        return min(offset - self.origins[turn] + self.turns[turn], following)

    def keep(self, pieces: Sequence[tuple[int, int]]) -> Flat:
        """Return the view of some pieces only: flat ranges in order and apart, of which none is empty."""
        turns: list[int] = []
        origins: list[int] = []
        length = 0
        for start, end in pieces:
            first, last = bisect_right(self.turns, start), bisect_left(self.turns, end)
            gone = start - length
            turns += [length, *(turn - gone for turn in self.turns[first:last])]
            origins += [self.offset(start), *self.origins[first:last]]
            length += end - start
        text, upper = ("".join(view[start:end] for start, end in pieces) for view in (self.text, self.upper))
        return Flat(self.source, text, upper, tuple(turns), tuple(origins))

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """Return a flat range without the space at either end; a flat text never has two spaces in a row."""
        text = self.text
        if start < end and text[start] == " ":
            start += 1
        if start < end and text[end - 1] == " ":
            end -= 1
        return start, end


_LATIN_UPPER = bytes(ord(up) if (up := chr(code).upper()) <= "\xff" and len(up) == 1 else code for code in range(256))
_NOT_LATIN_UPPER = ("µ", "ÿ")
"""The letters of Latin-1 whose capitals are no letters of Latin-1."""


def _upper(text: str) -> str:
    """Return a text in upper case; a character that would become two ("ß") stays, so that offsets hold."""
    # Three ways to one result, the quicker first: most texts are ASCII but for their pilcrows.
    if text.isascii():
        return text.upper()
    if not any(letter in text for letter in _NOT_LATIN_UPPER):
        with suppress(UnicodeEncodeError):
            return text.encode("latin-1").translate(_LATIN_UPPER).decode("latin-1")
    raised = text.upper()
    if len(raised) == len(text):
        return raised
    capitals = {character: up if len(up := character.upper()) == 1 else character for character in set(text)}
    return "".join(map(capitals.__getitem__, text))


def flatten(source: str, holes: Sequence[Span] = ()) -> Flat:
    """Return the flat view of a text.

    Args:
        source: The text as received.
        holes: Sorted ranges of the source that are left out of the view as if they were white space: running matter.
    """
    shown = _without(source, holes) if holes else source
    for sign in _WHITE_SPACE:
        if sign in shown:
            shown = shown.replace(sign, " ")
    lead = len(shown) - len(shown.lstrip(" "))
    shown = shown.rstrip(" ")
    pieces, cursor = [], lead
    turns, origins, gone = [0], [lead], lead
    for run in _RUN.finditer(shown, lead):
        start, end = run.span()
        pieces.append(shown[cursor:start])
        cursor = end
        gone += end - start - 1
        turns.append(end - gone)
        origins.append(end)
    pieces.append(shown[cursor:])
    text = " ".join(pieces)
    return Flat(source, text, _upper(text), tuple(turns), tuple(origins))


def narrow(flat: Flat, holes: Sequence[Span], new: Sequence[Span]) -> Flat:
    """Return a view that leaves out more, as :func:`flatten` would give it for all holes, at a fraction of the cost.

    Args:
        flat: The view so far.
        holes: All ranges that are left out, the new ones among them.
        new: The new ones; each begins and ends with a character of the view, or with one of an earlier hole.
    """
    pieces, cursor, text = [], 0, flat.text
    for start, last in _gaps(flat, new):
        spaced = (start == 0 or text[start - 1] == " ", last >= len(text) or text[last] == " ")
        if not any(spaced):
            # Only the hole keeps two words apart ("a<br>b"): the space that then stands for it is not in this view.
            return flatten(flat.source, holes)
        pieces.append((cursor, start))
        cursor = last + all(spaced)
    pieces.append((cursor, len(text)))
    kept = [(start, end) for start, end in pieces if start < end]
    if kept and text[kept[-1][1] - 1] == " ":
        kept[-1] = (kept[-1][0], kept[-1][1] - 1)
    kept = [(start, end) for start, end in kept if start < end]
    return flat.keep(kept) if kept else flatten(flat.source, holes)


def _gaps(flat: Flat, holes: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the flat ranges of holes, without the space behind them; ranges that touch become one."""
    begin = end = -1
    for start, last in ((flat.place(hole.start), flat.trim(0, flat.place(hole.end))[1]) for hole in holes):
        if start != end:
            if begin >= 0:
                yield begin, end
            begin = start
        end = max(start, last)
    if begin >= 0:
        yield begin, end


def _without(source: str, holes: Sequence[Span]) -> str:
    pieces, cursor = [], 0
    for hole in holes:
        pieces += [source[cursor : hole.start], " " * (hole.end - hole.start)]
        cursor = hole.end
    return "".join([*pieces, source[cursor:]])
