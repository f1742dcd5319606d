"""The vocabularies of the cables: stations, TAGS, captions, and the short lists of words that the rules ask for.

They are data files in ``data/``, each read once, when a rule first asks for it. The long ones have a word, or
``found;meant``, on each line, and ``#`` opens a comment; the short ones stand together in ``words.toml``, each with
what it is for. The months alone are code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

__all__ = [
    "MONTHS",
    "SHORTEST_CUT",
    "canonical_station",
    "captions",
    "identifier_repairs",
    "month_number",
    "not_names",
    "not_stations",
    "organization_tags",
    "program_tags",
    "spaced_addressees",
    "spaced_places",
    "station_aliases",
    "stations",
    "subject_tags",
    "tag_phrases",
    "tag_repairs",
    "words",
    "words_pattern",
]

MONTHS = (
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
)
"""The names of the months, in order."""
_MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(MONTHS, 1)}


def month_number(name: str) -> int | None:
    """Return the number of a month by the first three letters of its name: ``SEPT`` and ``September`` are 9."""
    return _MONTH_NUMBERS.get(name[:3].upper())


_NOT_LETTERS = re.compile(r"[^A-Z]+")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")


def _read(name: str) -> str:
    return files("preserve.cable").joinpath("data", name).read_text(encoding="utf-8")


def _rows(name: str) -> tuple[str, ...]:
    return tuple(row for row in _read(name).splitlines() if row and not row.startswith("#"))


def _pairs(name: str) -> Mapping[str, str]:
    return dict(row.split(";", 1) for row in _rows(name))


@lru_cache(maxsize=1)
def _word_lists() -> Mapping[str, Sequence[str]]:
    return tomllib.loads(_read("words.toml"))


@lru_cache(maxsize=64)
def words(name: str) -> frozenset[str]:
    """Return a list of ``data/words.toml`` by its name: ``particles``, ``titles``.

    Raises:
        KeyError: There is no such list.
    """
    return frozenset(_word_lists()[name])


@lru_cache(maxsize=64)
def words_pattern(name: str) -> str:
    """Return a list of ``data/words.toml`` as alternatives of a regular expression, the longer first."""
    return "|".join(re.escape(word) for word in sorted(words(name), key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def stations() -> frozenset[str]:
    """Return the stations as identifiers spell them: ``KUALALUMPUR``."""
    return frozenset(_rows("stations.txt"))


@lru_cache(maxsize=1)
def station_aliases() -> Mapping[str, str]:
    """Return the other spellings of stations, in letters only, and the station that each stands for."""
    return _pairs("station_aliases.csv")


@lru_cache(maxsize=1)
def identifier_repairs() -> Mapping[str, str]:
    """Return the malformed identifiers of the record set, and the identifier that each stands for."""
    return _pairs("identifier_repairs.csv")


@lru_cache(maxsize=1)
def not_names() -> frozenset[str]:
    """Return the words in capitals that end a cable and are nobody's name."""
    return frozenset(_rows("not_names.txt"))


@lru_cache(maxsize=1)
def not_stations() -> frozenset[str]:
    """Return the words that stand before a number in a REF line and are not stations."""
    return frozenset(_rows("not_stations.txt"))


@lru_cache(maxsize=1)
def spaced_places() -> tuple[str, ...]:
    """Return the places of posts that are written with a space, upper case, the longer first."""
    return tuple(sorted(_rows("spaced_places.txt"), key=lambda place: (-len(place), place)))


@lru_cache(maxsize=1)
def spaced_addressees() -> tuple[str, ...]:
    """Return the addressees of attention lines that are written with a space, upper case, the longer first."""
    return tuple(sorted(_rows("spaced_addressees.txt"), key=lambda name: (-len(name), name)))


@lru_cache(maxsize=1)
def captions() -> tuple[str, ...]:
    """Return the captions, upper case, the longer first."""
    return tuple(sorted(_rows("captions.txt"), key=lambda caption: (-len(caption), caption)))


@lru_cache(maxsize=1)
def subject_tags() -> frozenset[str]:
    """Return the subject TAGS."""
    return frozenset(_rows("tags_subject.txt"))


@lru_cache(maxsize=1)
def program_tags() -> frozenset[str]:
    """Return the program TAGS."""
    return frozenset(_rows("tags_program.txt"))


@lru_cache(maxsize=1)
def organization_tags() -> frozenset[str]:
    """Return the organization TAGS, upper case."""
    return frozenset(_rows("tags_organization.txt"))


@lru_cache(maxsize=1)
def tag_phrases() -> frozenset[str]:
    """Return the phrases of two to four words that are one tag, upper case."""
    return frozenset(_rows("tags_phrases.txt"))


@lru_cache(maxsize=1)
def tag_repairs() -> Mapping[str, tuple[str, ...]]:
    """Return the TAGS that are run together or misspelt, and the TAGS that each stands for."""
    return {found: tuple(meant.split("|")) for found, meant in _pairs("tag_repairs.csv").items()}


SHORTEST_CUT = 6
"""Characters, spaces among them, to which routing equipment cut the name of a post: ``STOCKH``, ``NEW DE``."""


@lru_cache(maxsize=1)
def _cut_stations() -> Mapping[str, str]:
    """Return the beginnings of names, in letters only, that belong to one station each, and that station."""
    beginnings: dict[str, set[str]] = {}
    for name in stations():
        for length in range(SHORTEST_CUT, len(name)):
            beginnings.setdefault(name[:length], set()).add(name)
    for place in spaced_places():
        name = _NOT_LETTERS.sub("", place)
        if name in stations():
            beginnings.setdefault(_NOT_LETTERS.sub("", place[:SHORTEST_CUT]), set()).add(name)
    return {beginning: min(names) for beginning, names in beginnings.items() if len(names) == 1}


@lru_cache(maxsize=4096)
def canonical_station(name: str) -> str:
    """Return the station that a name stands for, as identifiers spell it: ``Kuala Lumpur`` is ``KUALALUMPUR``.

    A name cut short stands for the one station that begins so: ``STOCKH`` for ``STOCKHOLM``. A name that no table knows
    is returned with its letters only, upper case: a post that nobody listed is a post.
    """
    upper = name.upper()
    letters = _NOT_LETTERS.sub("", upper)
    if letters in stations():
        return letters
    # Each is less certain than the one before: a station's own name, a listed spelling of it, its name cut short. Some
    # spellings have a nought for an O: "COTON0U".
    meant = station_aliases().get(letters) or station_aliases().get(_NOT_ALPHANUMERIC.sub("", upper))
    return meant or _cut_stations().get(letters, letters)
