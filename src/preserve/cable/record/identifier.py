"""Identifiers of cables: two-digit year, station, serial, as ``05ALMATY4281``.

Malformed ones of the record set are known by a closed table, because all 251,287 were seen: none is left over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from preserve.cable.vocabulary import canonical_station, identifier_repairs, stations, words

__all__ = ["Identifier", "is_identifier", "is_known_station", "parse_identifier"]

_LONGEST = 60
# Measured on all 251,287 identifiers: 251,084 are a year, a station and a serial of one to seven digits; the others
# are in the table. Four digits of a year are seen in references and in archives' own numbers.
_SHAPE = re.compile(r"((?:19|20)?[0-9]{2})([A-Z][A-Z'-]{1,49})0*([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A canonical identifier taken apart.

    Attributes:
        year: Two digits.
        station: Letters only.
        serial: Greater than zero.
    """

    year: str
    station: str
    serial: int

    def __str__(self) -> str:
        return f"{self.year}{self.station}{self.serial}"

    @property
    def full_year(self) -> int:
        """The year with its century: the cables of the record sets are of 1960 to 2059."""
        year = int(self.year)
        return year + (1900 if year >= 60 else 2000)


def is_identifier(text: str) -> bool:
    """Return whether a text is an identifier: capitals and digits in the known order, or an entry of the table."""
    return len(text) <= _LONGEST and (text in identifier_repairs() or _SHAPE.fullmatch(text) is not None)


def is_known_station(name: str) -> bool:
    """Return whether the record set has a station, which is spelt as identifiers spell it."""
    return name in stations()


def _station(name: str) -> str:
    """Return the station that the letters of an identifier stand for, without the kind of post before its name."""
    # The whole name first, because a station may begin like a kind of post.
    found = canonical_station(name)
    if found in stations():
        return found
    prefixes = words("station_prefixes")
    kind = next((kind for kind in prefixes if found.startswith(kind) and len(found) > len(kind) + 1), "")
    return canonical_station(found[len(kind) :])


def parse_identifier(text: str) -> Identifier:
    """Return an identifier in canonical form: ``2005ALMATY004281`` is ``05ALMATY4281``.

    Stations are canonicalised by the closed table of other spellings: ``07PAP12`` is of Port-au-Prince. Two records
    of the set may have one canonical identifier (91 identifiers are shared so); the received ones tell them apart.

    Args:
        text: An identifier, as :func:`is_identifier` tells.

    Raises:
        ValueError: The text is no identifier.
    """
    match = _SHAPE.fullmatch(identifier_repairs().get(text, text)) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"not an identifier of a cable: {text[:_LONGEST]!r}")
    return Identifier(match[1][-2:], _station(match[2]), int(match[3]))
