"""The categories that a cable uses: levels and portion marks, handling words, captions, precedence, reasons.

Each has an ``xml:id`` in ``<classDecl>``, so that ``@ana`` and ``<catRef>`` can point at it (TEI P5 2.3.7). TAGS are
keywords, since theirs is an open list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from preserve.cable import Cable, Classification, Transmission
from preserve.tei.characters import name_part

__all__ = ["LEVELS", "Category", "Scheme", "Taxonomies", "collect_taxonomies"]

LEVELS: Mapping[str, str] = {
    "UNCLASSIFIED": "U",
    "UNCLASSIFIED//FOR OFFICIAL USE ONLY": "U//FOUO",
    "LIMITED OFFICIAL USE": "LOU",
    "CONFIDENTIAL": "C",
    "SECRET": "S",
    "TOP SECRET": "TS",
}
"""The portion mark of each level as the record spells it: both are one category."""

_MEANINGS: Mapping[str, str] = {
    "U": "Unclassified",
    "U//FOUO": "Unclassified, for official use only",
    "SBU": "Sensitive but unclassified",
    "LOU": "Limited official use",
    "C": "Confidential",
    "S": "Secret",
    "TS": "Top secret",
}

_SAME_IN_BOTH = {
    "a": "military plans, weapons systems, or operations",
    "b": "foreign government information",
    "c": "intelligence activities (including special activities), intelligence sources or methods, or cryptology",
    "d": "foreign relations or foreign activities of the United States, including confidential sources",
    "f": "United States Government programs for safeguarding nuclear materials or facilities",
}
# Executive Order 12958: section 1.5 as issued in 1995, section 1.4 as amended by Executive Order 13292 of 2003.
_CITED: Mapping[str, str] = {
    **{f"1.5({letter})": text for letter, text in _SAME_IN_BOTH.items()},
    "1.5(e)": "scientific, technological, or economic matters relating to the national security",
    "1.5(g)": "vulnerabilities or capabilities of systems, installations, projects or plans relating to the national "
    "security",
    **{f"1.4({letter})": text for letter, text in _SAME_IN_BOTH.items()},
    "1.4(e)": "scientific, technological, or economic matters relating to the national security, which includes "
    "defense against transnational terrorism",
    "1.4(g)": "vulnerabilities or capabilities of systems, installations, infrastructures, projects, plans, or "
    "protection services relating to the national security, which includes defense against transnational terrorism",
    "1.4(h)": "weapons of mass destruction",
}

_REASONS: Mapping[str, str] = {code: f"{code} {text}" for code, text in _CITED.items()}
# Another order may mean another thing by the same number.
_REASONS_OF = (None, "E.O. 12958")


@dataclass(frozen=True, slots=True)
class Category:
    """A category: its ``xml:id``, and its meaning, or the printed word when we do not know the meaning."""

    xml_id: str
    meaning: str


# Compared by identity (eq=False), a scheme is a cheap key for what caches its XML.
@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A taxonomy; cables that use the same categories share one object.

    Attributes:
        xml_id: The ``xml:id`` of the ``<taxonomy>``.
        says: What it classifies, and which instrument defines it if the record states one.
        categories: The categories in the order of first use, each by its value in the record.
    """

    xml_id: str
    says: str
    categories: Mapping[str, Category]

    def pointers(self, values: Iterable[str]) -> tuple[str, ...]:
        """Return the ``xml:id`` of the category of each value, each once."""
        return tuple(dict.fromkeys(self.categories[value].xml_id for value in values))


_KINDS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "classification": ("cl", "Levels and portion marks as printed in the cable.", _MEANINGS),
    "handling": ("hn", "Handling words beside the level, as printed in the cable.", {}),
    "captions": ("cap", "Captions, as printed in the cable.", {}),
    "precedence": ("pr", "Precedence of the message and of its addressees, as the routing header states it.", {}),
    "reasons": ("why", "Reasons for classification, as cited in the cable.", _REASONS),
}
"""For each taxonomy: the beginning of its identifiers, what it classifies, and the meanings of values that we know."""


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """The categories that a cable uses, by scheme.

    Attributes:
        classification: Levels and portion marks.
        handling: Handling words of the table and of the banner.
        captions: Captions.
        precedence: The precedence of the message and of its addressees.
        reasons: Reasons for classification.
        banner: The ``xml:id`` of each category that the banner prints: the level, then the handling words.
    """

    classification: Scheme
    handling: Scheme
    captions: Scheme
    precedence: Scheme
    reasons: Scheme
    banner: tuple[str, ...]

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The schemes that have categories, in a fixed order."""
        every = (self.classification, self.handling, self.captions, self.precedence, self.reasons)
        return tuple(scheme for scheme in every if scheme.categories)

    def level(self, level: str) -> str | None:
        """Return the ``xml:id`` of a level or a portion mark; ``None`` when the cable does not use it."""
        category = self.classification.categories.get(LEVELS.get(level, level))
        return category.xml_id if category else None


def _scheme(xml_id: str, values: Iterable[str], authority: str | None = None) -> Scheme:
    return _made(xml_id, tuple(dict.fromkeys(values)), authority)


@lru_cache(maxsize=256)
def _made(xml_id: str, values: tuple[str, ...], authority: str | None) -> Scheme:
    prefix, says, meanings = _KINDS[xml_id]
    known = meanings if authority in _REASONS_OF else {}
    categories: dict[str, Category] = {}
    taken: set[str] = set()
    for value in values:
        name = base = f"{prefix}-{name_part(value)}"
        while name in taken:  # "S/NF" and "S//NF" are two marks with one name part
            name = f"{base}_{len(taken)}"
        taken.add(name)
        categories[value] = Category(name, known.get(value, value))
    return Scheme(xml_id, f"{says} Defined by {authority}." if authority else says, categories)


def _levels(cable: Cable) -> Iterator[str]:
    stated = cable.classification
    if stated is not None:
        yield LEVELS.get(stated.level, stated.level)
        if stated.banner is not None:
            yield LEVELS.get(stated.banner.level, stated.banner.level)
    for paragraph in cable.body.paragraphs:
        if paragraph.portion is not None:
            yield LEVELS.get(paragraph.portion, paragraph.portion)


def _precedences(transmission: Transmission | None) -> Iterator[str]:
    if transmission is not None:
        yield from transmission.precedence
        for recipient in (*transmission.action, *transmission.info):
            if recipient.precedence:
                yield recipient.precedence


def _banner(stated: Classification | None, classification: Scheme, handling: Scheme) -> tuple[str, ...]:
    if stated is None:
        return ()
    if stated.banner is None:
        return classification.pointers([LEVELS.get(stated.level, stated.level)])
    level = LEVELS.get(stated.banner.level, stated.banner.level)
    return (*classification.pointers([level]), *handling.pointers(stated.banner.handling))


def collect_taxonomies(cable: Cable) -> Taxonomies:
    """Return the categories that a cable uses, each scheme in the order of first use."""
    stated = cable.classification
    banner = stated.banner if stated else None
    classification = _scheme("classification", _levels(cable))
    handling = _scheme("handling", (*(stated.handling if stated else ()), *(banner.handling if banner else ())))
    return Taxonomies(
        classification,
        handling,
        _scheme("captions", cable.captions),
        _scheme("precedence", _precedences(cable.transmission)),
        _scheme("reasons", stated.reasons if stated else (), stated.authority if stated else None),
        _banner(stated, classification, handling),
    )
