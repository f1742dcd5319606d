"""The REF block: references to other cables, and to other things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from preserve.cable import vocabulary
from preserve.cable.record import Reference
from preserve.cable.rules.telegrams import FoundReference, Token, read_telegrams
from preserve.cable.text import Flat

__all__ = ["read_references"]

_TOKEN = re.compile(r"(?P<word>(?:0(?=[A-Z]{4}))?[A-Z](?:[A-Z'’.-]|0(?=[A-Z]))*)|(?P<number>\d+)|(?P<sign>[^ ])")
_LETTER = re.compile(
    r"(?:REF )?(?:[(\[] ?([A-Z]) ?[)\]]|([A-Z]) ?(?:[)\]]|[.:](?![A-Z]{1,2}(?![A-Z]))))[.:]? ?|REF ([A-Z]) "
)
_PILCROWS = "¶§\ufffdÂ"
"""A pilcrow, and what a wrong decoding made of it."""
_BEFORE_LETTER = f" ,;([{_PILCROWS}"
_FEW_WORDS = 8
"""Words of which what stands in a block without an end still is a reference rather than text."""


def read_references(
    flat: Flat, start: int, end: int, year: str, *, closed: bool = True, after: str | None = None
) -> list[FoundReference]:
    """Return the references of a block, in order.

    Args:
        flat: The text.
        start: Flat offset behind the label.
        end: Where the block ends at the latest.
        year: The two digits of the cable's own year, for references without one.
        closed: Whether ``end`` is where the block does end; else it ends with the last cable before the first text
            that is none.
        after: The letter of the last reference of the block before it: a second block may go on with the next one.
    """
    found: list[FoundReference] = []
    certain = 0
    for letter, first, last in _items(flat, start, end, after):
        for piece in _pieces(_tokens(flat, first, last)):
            # Cables first, because their form is known. What names no cable is a reference of another kind, verbatim.
            cables = read_telegrams(flat, piece, letter, year, _last_station(found))
            found.extend(cables or _other(flat, piece, letter))
            if cables:
                certain = len(found)
    if not closed:
        while certain < len(found) and _is_named(flat, found[certain], end):
            certain += 1
        return found[:certain]
    return found


@lru_cache(maxsize=1)
def _kinds() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Z])(?:{vocabulary.words_pattern('reference_kinds')})(?![A-Z])")


def _is_named(flat: Flat, reference: FoundReference, end: int) -> bool:
    """Return whether a reference that is no cable stands in a block without an end: it is short, and names its kind."""
    return (
        flat.text.count(" ", reference.start, end) < _FEW_WORDS
        and _kinds().search(flat.upper, reference.start, reference.end) is not None
    )


def _last_station(found: list[FoundReference]) -> str | None:
    """Return the station of the last cable; ``None`` when the last reference is none."""
    identifier = found[-1].reference.identifier if found else None
    return None if identifier is None else identifier.strip("0123456789")


def _items(flat: Flat, start: int, end: int, after: str | None) -> Iterator[tuple[str | None, int, int]]:
    """Yield letter and range of each item; a letter counts if it is the next one, or the last one again."""
    letter: str | None = None
    goes_on = None if after is None else chr(ord(after) + 1)
    begin = start
    for match in _LETTER.finditer(flat.upper, start, end):
        at = match.start()
        if at > start and flat.text[at - 1] not in _BEFORE_LETTER:
            continue
        name = match[1] or match[2] or match[3]
        step = ord(name) - (64 if letter is None else ord(letter))
        # One letter may be missing, but not the first: a block that opens with B goes on with an earlier one, or has
        # no letters at all, but a name ("B. ORLOW LETTER").
        if not (0 <= step <= 2 and (letter is not None or step <= 1)) and (letter is not None or name != goes_on):
            continue
        if begin < at:
            yield letter, begin, at
        letter, begin = name, match.end()
    if begin < end:
        yield letter, begin, end


def _tokens(flat: Flat, start: int, end: int) -> list[Token]:
    return [
        Token(str(match.lastgroup), match[0], match.start(), match.end())
        for match in _TOKEN.finditer(flat.upper, start, end)
        if match[0] != "SIPDIS" and match[0] not in _PILCROWS
    ]


def _pieces(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield what stands between semicolons."""
    piece: list[Token] = []
    for token in tokens:
        if token.text == ";":
            if piece:
                yield piece
            piece = []
        else:
            piece.append(token)
    if piece:
        yield piece


def _other(flat: Flat, piece: list[Token], letter: str | None) -> Iterator[FoundReference]:
    """Yield a piece as a reference that is no cable, if it says anything."""
    while piece and piece[-1].text in ",.:;-([&":
        piece.pop()
    nothing = len(piece) == 1 and piece[0].text in vocabulary.words("no_references")
    if sum(len(token.text) for token in piece if token.kind == "word") >= 3 and not nothing:
        start, end = piece[0].start, piece[-1].end
        yield FoundReference(Reference(label=letter, text=flat.text[start:end], kind="other"), start, end)
