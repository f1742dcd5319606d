"""The REF block: references to other cables and to other things.

Scope: letters, stated and inferred years, several serials of one post, references that are not cables. Not in scope:
where the block begins and ends (``cable.labels``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from preserve.cable import vocabulary
from preserve.cable.record import Basis, Reference
from preserve.cable.text import Flat

__all__ = ["FoundReference", "read_references"]

_TOKEN = re.compile(r"(?P<word>(?:0(?=[A-Z]{4}))?[A-Z](?:[A-Z'’.-]|0(?=[A-Z]))*)|(?P<number>\d+)|(?P<sign>[^ ])")
_LETTER = re.compile(
    r"(?:REF )?(?:[(\[] ?([A-Z]) ?[)\]]|([A-Z]) ?(?:[)\]]|[.:](?![A-Z]{1,2}(?![A-Z]))))[.:]? ?|REF ([A-Z]) "
)
_PILCROWS = "¶§\ufffdÂ"
"""A pilcrow, and what a wrong decoding made of it."""
_BEFORE_LETTER = f" ,;([{_PILCROWS}"
_LAST_WORDS = 4
"""Words that the longest name of a post has."""
_FEW_WORDS = 8
"""Words of which what stands in a block without an end still is a reference rather than text."""
_CABLES = frozenset({"CABLE", "CABLES", "TELEGRAM", "TELEGRAMS", "TEL", "NO", "NO.", "NOS", "NOS.", "NR", "NR."})
"""Words between a post and its serial."""
_NOTHING = frozenset({"NONE", "NONE.", "NIL"})
_LONGEST_STATION = 50
"""Letters of a post's name in an identifier; the longest known one has 17."""


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A reference and its flat range."""

    reference: Reference
    start: int
    end: int


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def read_references(
    flat: Flat, start: int, end: int, year: str, *, closed: bool = True, after: str | None = None
) -> list[FoundReference]:
    """Return the references of a block, in order.

    Args:
        flat: The text.
        start: Flat offset after the label.
        end: Where the block ends at the latest.
        year: The two digits of the cable's own year, for references without one.
        closed: Whether ``end`` is where the block does end; else it ends with the last cable before the first text
            that is none.
        after: The letter of the last reference of the block before it: a second block may go on with the next one.
    """
    found: list[FoundReference] = []
    certain = 0
    for letter, first, last in _items(flat, start, end, after):
        for piece in _split(_tokens(flat, first, last)):
            cables = list(_Scanner(flat, piece, letter, year, _station_of(found)).cables())
            found.extend(cables or _other(flat, piece, letter))
            if cables:
                certain = len(found)
    if not closed:
        while certain < len(found) and _is_named(flat, found[certain], end):
            certain += 1
        return found[:certain]
    return found


_NAMED = re.compile(
    r"(?<![A-Z])(?:E-?MAILS?|TELCON|PHONECON|FAX|MEMO(?:RANDUM)?|LETTER|REPORT|FAM|FAH|IIR|TD|DTG|MSG|MESSAGE|NOTICE)(?![A-Z])"
)


def _is_named(flat: Flat, reference: FoundReference, end: int) -> bool:
    """Return whether a reference that is no cable is one, in a block without an end: short, and named as what it is."""
    return (
        flat.text.count(" ", reference.start, end) < _FEW_WORDS
        and _NAMED.search(flat.upper, reference.start, reference.end) is not None
    )


def _station_of(found: list[FoundReference]) -> str | None:
    """Return the station of the last cable, for an item that has a serial only: ``A. MANILA 12 B. 13``."""
    identifier = found[-1].reference.identifier if found else None
    return None if identifier is None else identifier.strip("0123456789")


def _items(flat: Flat, start: int, end: int, after: str | None) -> Iterator[tuple[str | None, int, int]]:
    """Yield letter and range of each item: a letter counts where it is the next one, or the last one again."""
    letter: str | None = None
    goes_on = None if after is None else chr(ord(after) + 1)
    begin = start
    for match in _LETTER.finditer(flat.upper, start, end):
        at = match.start()
        if at > start and flat.text[at - 1] not in _BEFORE_LETTER:
            continue
        name = match[1] or match[2] or match[3]
        step = ord(name) - (64 if letter is None else ord(letter))
        if not (0 <= step <= 2 and (letter is not None or step <= 1)) and (letter is not None or name != goes_on):
            continue
        if begin < at:
            yield letter, begin, at
        letter, begin = name, match.end()
    if begin < end:
        yield letter, begin, end


def _tokens(flat: Flat, start: int, end: int) -> list[_Token]:
    return [
        _Token(str(match.lastgroup), match[0], match.start(), match.end())
        for match in _TOKEN.finditer(flat.upper, start, end)
        if match[0] != "SIPDIS" and match[0] not in _PILCROWS
    ]


def _split(tokens: list[_Token]) -> Iterator[list[_Token]]:
    piece: list[_Token] = []
    for token in tokens:
        if token.text == ";":
            if piece:
                yield piece
            piece = []
        else:
            piece.append(token)
    if piece:
        yield piece


def _other(flat: Flat, piece: list[_Token], letter: str | None) -> Iterator[FoundReference]:
    """Yield the piece as a reference that is no cable, if it says anything."""
    while piece and piece[-1].text in ",.:;-([&":
        piece.pop()
    said_nothing = len(piece) == 1 and piece[0].text in _NOTHING
    if sum(len(token.text) for token in piece if token.kind == "word") >= 3 and not said_nothing:
        start, end = piece[0].start, piece[-1].end
        yield FoundReference(Reference(label=letter, text=flat.text[start:end], kind="other"), start, end)


@dataclass(frozen=True, slots=True)
class _Cable:
    station: str
    serial: int
    year: str | None
    start: int
    end: int


class _Scanner:
    """Reads one piece of a block from left to right: ``[year] post serial[suffix year] [and serial]...``."""

    __slots__ = ("_at", "_found", "_inherited", "_letter", "_tokens", "_words", "_year", "flat", "year")

    def __init__(
        self, flat: Flat, tokens: list[_Token], letter: str | None, year: str, station: str | None = None
    ) -> None:
        self.flat = flat
        self.year = year
        self._letter = letter
        self._tokens = tokens
        self._at = 0
        self._words: list[_Token] = []
        self._year: _Token | None = None
        self._found: list[_Cable] = []
        # A serial alone goes on with the post of the item before it.
        self._inherited = station if letter and tokens and tokens[0].kind == "number" else None

    def cables(self) -> Iterator[FoundReference]:
        """Yield the cables that the piece names."""
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "word":
                self._take_word(token)
            elif token.kind == "number":
                self._take_number(token)
            elif token.text in ",:" or (token.text == "." and self._words):
                self._words, self._year = [], None
            self._at += 1
        for cable in self._found:
            yield self._said(cable)

    def _said(self, cable: _Cable) -> FoundReference:
        reference = Reference(
            label=self._letter,
            text=self.flat.text[cable.start : cable.end],
            kind="telegram",
            identifier=f"{cable.year or self.year}{cable.station}{cable.serial}",
            identifier_basis=Basis.STATED if cable.year else Basis.INFERRED_YEAR,
        )
        return FoundReference(reference, cable.start, cable.end)

    def _take_word(self, token: _Token) -> None:
        if token.text == "AND":
            self._words = []
        elif len(self._words) < 40:
            self._words.append(token)

    def _take_number(self, token: _Token) -> None:
        if len(token.text) == 6 and self._sign(1) == "Z" and self._tokens[self._at + 1].start == token.end:
            # A date-time group names a message without a serial.
            self._words, self._year = [], None
            return
        suffix = self._suffix_year(token)
        if suffix is not None:
            self._found[-1] = suffix
            return
        if not self._words:
            if self._year is None and _two_digits(token.text) and self._leads():
                self._year = token
            elif self._found and self._continues():
                self._add(self._found[-1].station, token, token.start)
            elif self._inherited and self._at == 0:
                self._add(self._inherited, token, token.start)
            return
        stated = self._parenthesised_year(token)
        if stated is not None:
            self._year = stated
            return
        station, first = self._post()
        if station:
            self._add(station, token, self._year.start if self._year else first)
        self._words, self._year = [], None

    def _add(self, station: str, token: _Token, start: int) -> None:
        # Serials have one to seven digits (measured on all identifiers); prose in front of a number is no post.
        if len(token.text) > 7 or int(token.text) == 0 or len(station) > _LONGEST_STATION:
            return
        year = _two_digits(self._year.text) if self._year else None
        self._found.append(_Cable(station, int(token.text), year, min(start, token.start), token.end))

    def _next_kind(self) -> str:
        return self._tokens[self._at + 1].kind if self._at + 1 < len(self._tokens) else ""

    def _leads(self) -> bool:
        """Whether a number with two digits can be the year of a post behind it rather than a serial."""
        if self._found and self._continues() and self._is_to_come(self._tokens[self._at].text):
            return False
        following = self._next_kind()
        if following == "sign":
            return self._sign(1) != ","
        return following == "word" and self._sign(1) not in ("AND", "NOTAL")

    def _is_to_come(self, text: str) -> bool:
        """Whether a year is later than the cable's own, and so none of a cable that it refers to."""
        year = _two_digits(text)
        return year is not None and _ordinal(year) > _ordinal(self.year)

    def _sign(self, step: int) -> str:
        at = self._at + step
        return self._tokens[at].text if 0 <= at < len(self._tokens) else ""

    def _continues(self) -> bool:
        """Whether a number goes on with the post of the last cable: ``2799 AND 2764``, ``936/935``, ``7743, 12155``."""
        return self._sign(-1) in ("AND", "/", ",", "&")

    def _suffix_year(self, token: _Token) -> _Cable | None:
        """Return the last cable with its year, when this number is the year: ``701 (08)``, ``5049-01``, ``789/08``."""
        if not self._found or self._words or _two_digits(token.text) is None:
            return None
        last = self._found[-1]
        before = self._sign(-1)
        bracketed = before == "(" and self._sign(1) == ")"
        if len(token.text) != 2 and not bracketed:
            return None
        joined = before in "-/" and before != "" and token.start - last.end == 1
        alone = token.start - last.end == 1 and before not in "-/" and self._next_kind() != "word"
        if last.year or not (bracketed or ((joined or alone) and not self._is_to_come(token.text))):
            return None
        end = self._tokens[self._at + 1].end if bracketed else token.end
        return _Cable(last.station, last.serial, _two_digits(token.text), last.start, end)

    def _parenthesised_year(self, token: _Token) -> _Token | None:
        """Return the year of ``STATE (01) 201265``."""
        if self._sign(-1) == "(" and self._sign(1) == ")" and _two_digits(token.text):
            following = self._at + 2
            if following < len(self._tokens) and self._tokens[following].kind == "number":
                return token
        return None

    def _post(self) -> tuple[str, int]:
        """Return the station that the last words name, and where its name starts; an empty name when they name none."""
        known = vocabulary.stations()
        while len(self._words) > 1 and self._words[-1].text in _CABLES:
            self._words.pop()
        if len(self._words[-1].text) == 1 and self._words[-1].end == self._tokens[self._at].start:
            # "D328589" is a number of something else.
            return "", 0
        for length in range(min(_LAST_WORDS, len(self._words)), 0, -1):
            words = self._words[-length:]
            name = vocabulary.canonical_station("".join(word.text for word in words))
            if name in known:
                return name, words[0].start
        letters = ["".join(filter(str.isalpha, word.text)) for word in self._words]
        if len(letters) > _LAST_WORDS or any(word in vocabulary.not_stations() for word in letters):
            return "", 0
        name = vocabulary.canonical_station("".join(letters))
        return (name, self._words[0].start) if len(name) >= 3 else ("", 0)


def _ordinal(year: str) -> int:
    """Return a year of two digits in the order of time: the cables are of 1960 to 2059."""
    return (int(year) - 60) % 100


def _two_digits(text: str) -> str | None:
    """Return the two digits of a number that can be the year of a cable (1960-2019), ``None`` of any other."""
    if len(text) == 4 and text[:2] in ("19", "20"):
        text = text[2:]
    elif len(text) == 3 and text[0] == "0" and text[1:] >= "60":
        # "094 QUITO 841" is of 1994.
        text = text[1:]
    elif len(text) != 2:
        return None
    return text if text >= "60" or text <= "19" else None
