"""The cables that one item of a REF block names: ``[year] post serial[suffix year] [and serial]...``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from preserve.cable import vocabulary
from preserve.cable.record import Basis, Reference
from preserve.cable.text import Flat

__all__ = ["FoundReference", "Token", "read_telegrams"]

_LAST_WORDS = 4
"""Words that the longest name of a post has."""
_LONGEST_STATION = 50
"""Letters of a post's name in an identifier; the longest known one has 17."""
_MOST_WORDS = 40
"""Words that are kept while a number is looked for; of these at most the last four are a post."""


class FoundReference(NamedTuple):
    """A reference and its flat range."""

    reference: Reference
    start: int
    end: int


class Token(NamedTuple):
    """A word, a number or a sign of a REF block, in upper case.

    Attributes:
        kind: ``word``, ``number`` or ``sign``.
        text: What it is.
        start: Where it begins, a flat offset.
        end: One past its end.
    """

    kind: str
    text: str
    start: int
    end: int


def read_telegrams(
    flat: Flat, tokens: Sequence[Token], letter: str | None, year: str, station: str | None
) -> list[FoundReference]:
    """Return the cables that one piece of an item names, in order.

    Args:
        flat: The text.
        tokens: The piece.
        letter: The item's.
        year: The two digits of the cable's own year, for references without one.
        station: That of the cable before, for an item that has a serial only.
    """
    scanner = _Scanner(tokens, year, station if letter and tokens and tokens[0].kind == "number" else None)
    return [_reference(flat, cable, letter, year) for cable in scanner.scan()]


class _Cable(NamedTuple):
    station: str
    serial: int
    year: str | None
    start: int
    end: int


def _reference(flat: Flat, cable: _Cable, letter: str | None, year: str) -> FoundReference:
    reference = Reference(
        label=letter,
        text=flat.text[cable.start : cable.end],
        kind="telegram",
        identifier=f"{cable.year or year}{cable.station}{cable.serial}",
        identifier_basis=Basis.STATED if cable.year else Basis.INFERRED_YEAR,
    )
    return FoundReference(reference, cable.start, cable.end)


class _Scanner:
    """Reads tokens from left to right, and keeps the words and the year that a serial may still follow."""

    __slots__ = ("_at", "_found", "_inherited", "_own_year", "_tokens", "_words", "_year")

    def __init__(self, tokens: Sequence[Token], own_year: str, inherited: str | None) -> None:
        self._tokens = tokens
        self._own_year = own_year
        self._inherited = inherited
        self._at = 0
        self._words: list[Token] = []
        self._year: Token | None = None
        self._found: list[_Cable] = []

    def scan(self) -> Sequence[_Cable]:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "word":
                self._take_word(token)
            elif token.kind == "number":
                self._take_number(token)
            elif token.text in ",:" or (token.text == "." and self._words):
                self._forget()
            self._at += 1
        return self._found

    def _forget(self) -> None:
        self._words, self._year = [], None

    def _take_word(self, token: Token) -> None:
        if token.text == "AND":
            self._words = []
        elif len(self._words) < _MOST_WORDS:
            self._words.append(token)

    def _take_number(self, token: Token) -> None:
        """Take a number for what it can be, the surest first, and pass over one that can be nothing."""
        # A date-time group names a message without a serial ("SECDEF MSG DTG 301601Z SEP 04"). It comes before all
        # others, because nothing else is six digits and a Z.
        if len(token.text) == 6 and self._sign(1) == "Z" and self._tokens[self._at + 1].start == token.end:
            self._forget()
            return
        # A year behind a serial ("701 (08)", "5049-01") before a serial that goes on with the same post ("936/935"):
        # the signs are alike, and serials of two digits are few (16,913 of 251,287).
        suffix = self._suffix_year(token)
        if suffix is not None:
            self._found[-1] = suffix
        elif self._words:
            self._take_behind_words(token)
        # A year in front ("04 ZENDA 12") before a serial alone, because only a year has a post behind it.
        elif self._year is None and _two_digits(token.text) and self._leads():
            self._year = token
        elif self._found and self._continues():
            self._add(self._found[-1].station, token, token.start)
        # Last, a serial alone that opens an item, which goes on with the post of the item before: "A. MANILA 12 B. 13".
        elif self._inherited and self._at == 0:
            self._add(self._inherited, token, token.start)

    def _take_behind_words(self, token: Token) -> None:
        """Take a number behind words: the year in ``STATE (01) 201265``, or the serial of the post that they name."""
        if self._is_parenthesised_year(token):
            self._year = token
            return
        station, first = self._post()
        if station:
            self._add(station, token, self._year.start if self._year else first)
        self._forget()

    def _add(self, station: str, token: Token, start: int) -> None:
        # Serials have one to seven digits (measured on all identifiers); prose in front of a number is no post.
        if len(token.text) > 7 or int(token.text) == 0 or len(station) > _LONGEST_STATION:
            return
        year = _two_digits(self._year.text) if self._year else None
        self._found.append(_Cable(station, int(token.text), year, min(start, token.start), token.end))

    def _sign(self, step: int) -> str:
        at = self._at + step
        return self._tokens[at].text if 0 <= at < len(self._tokens) else ""

    def _next_kind(self) -> str:
        return self._tokens[self._at + 1].kind if self._at + 1 < len(self._tokens) else ""

    def _leads(self) -> bool:
        """Return whether a number of two digits can be the year of a post behind it rather than a serial."""
        if self._found and self._continues() and self._is_to_come(self._tokens[self._at].text):
            return False
        following = self._next_kind()
        if following == "sign":
            return self._sign(1) != ","
        return following == "word" and self._sign(1) not in ("AND", "NOTAL")

    def _is_to_come(self, text: str) -> bool:
        """Return whether a year is later than the cable's own: no cable refers to one of a year to come."""
        year = _two_digits(text)
        return year is not None and _ordinal(year) > _ordinal(self._own_year)

    def _continues(self) -> bool:
        """Return whether a number goes on with the post of the last cable: ``2799 AND 2764``, ``936/935``."""
        return self._sign(-1) in ("AND", "/", ",", "&")

    def _suffix_year(self, token: Token) -> _Cable | None:
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

    def _is_parenthesised_year(self, token: Token) -> bool:
        if self._sign(-1) != "(" or self._sign(1) != ")" or not _two_digits(token.text):
            return False
        following = self._at + 2
        return following < len(self._tokens) and self._tokens[following].kind == "number"

    def _post(self) -> tuple[str, int]:
        """Return the station that the last words name, and where its name starts; an empty name when they name none."""
        known = vocabulary.stations()
        while len(self._words) > 1 and self._words[-1].text in vocabulary.words("before_serial"):
            self._words.pop()
        if len(self._words[-1].text) == 1 and self._words[-1].end == self._tokens[self._at].start:
            # "D328589" is a number of something else.
            return "", 0
        # The longest known name first, because a name may end with another post's: "UNVIE VIENNA" with "VIENNA".
        for length in range(min(_LAST_WORDS, len(self._words)), 0, -1):
            words = self._words[-length:]
            name = vocabulary.canonical_station("".join(word.text for word in words))
            if name in known:
                return name, words[0].start
        # A post that nobody listed is a post, if its words can be a name at all.
        letters = ["".join(filter(str.isalpha, word.text)) for word in self._words]
        if len(letters) > _LAST_WORDS or any(word in vocabulary.not_stations() for word in letters):
            return "", 0
        name = vocabulary.canonical_station("".join(letters))
        return (name, self._words[0].start) if len(name) >= 3 else ("", 0)


def _ordinal(year: str) -> int:
    """Return a year of two digits in the order of time: the cables are of 1960 to 2059."""
    return (int(year) - 60) % 100


def _two_digits(text: str) -> str | None:
    """Return the two digits of a number that can be the year of a cable (1960-2019); ``None`` of any other."""
    if len(text) == 4 and text[:2] in ("19", "20"):
        text = text[2:]
    elif len(text) == 3 and text[0] == "0" and text[1:] >= "60":
        # "094 QUITO 841" is of 1994.
        text = text[1:]
    elif len(text) != 2:
        return None
    return text if text >= "60" or text <= "19" else None
