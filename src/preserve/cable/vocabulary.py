"""The closed and half-closed vocabularies of the cables, as data files beside this module.

Scope: loading them once, and the questions that the grammar asks of them. Not in scope: the grammar. The files hold
facts only: a word a line, or ``found;meant`` a line; ``#`` opens a comment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

__all__ = [
    "SHORTEST_CUT",
    "canonical_station",
    "captions",
    "identifier_repairs",
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
]

_NOT_LETTERS = re.compile(r"[^A-Z]+")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")


def _rows(name: str) -> tuple[str, ...]:
    text = files("preserve.cable").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(row for row in text.splitlines() if row and not row.startswith("#"))


def _pairs(name: str) -> Mapping[str, str]:
    return dict(row.split(";", 1) for row in _rows(name))


@lru_cache(maxsize=1)
def stations() -> frozenset[str]:
    """Return the stations as identifiers spell them: ``KUALALUMPUR``."""
    return frozenset(_rows("stations.txt"))


@lru_cache(maxsize=1)
def station_aliases() -> Mapping[str, str]:
    """Return other spellings of stations, letters only, and the station each stands for."""
    return _pairs("station_aliases.csv")


@lru_cache(maxsize=1)
def identifier_repairs() -> Mapping[str, str]:
    """Return the malformed identifiers of the record set, and the identifier that each stands for."""
    return _pairs("identifier_repairs.csv")


@lru_cache(maxsize=1)
def not_names() -> frozenset[str]:
    """Return words in capitals that end a cable and are nobody's name."""
    return frozenset(_rows("not_names.txt"))


@lru_cache(maxsize=1)
def not_stations() -> frozenset[str]:
    """Return words that stand before a number in a REF line and are not stations."""
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
    """Return phrases of two to four words that are one tag, upper case."""
    return frozenset(_rows("tags_phrases.txt"))


@lru_cache(maxsize=1)
def tag_repairs() -> Mapping[str, tuple[str, ...]]:
    """Return TAGS run together or misspelt, and the TAGS that each stands for."""
    return {found: tuple(meant.split("|")) for found, meant in _pairs("tag_repairs.csv").items()}


SHORTEST_CUT = 6
"""Characters, spaces among them, to which routing equipment cut the name of a post: ``STOCKH``, ``NEW DE``."""


@lru_cache(maxsize=1)
def _cut_stations() -> Mapping[str, str]:
    """Return the beginnings of names of stations, letters only, that are those of one station."""
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
    # Some aliases have a nought for an O: "COTON0U".
    meant = station_aliases().get(letters) or station_aliases().get(_NOT_ALPHANUMERIC.sub("", upper))
    return meant or _cut_stations().get(letters, letters)
