"""The categories that a cable uses: levels and portion marks, handling words, captions, reasons.

Scope: ``<classDecl>`` and the ``xml:id`` of each category, so that ``@ana`` and ``<catRef>`` can point at it (TEI P5
2.3.7). Not in scope: TAGS, which are keywords (an open list); what a level permits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from preserve.cable.record import Cable, Classification
from preserve.tei.characters import name_part

__all__ = ["LEVELS", "Category", "Scheme", "Taxonomies", "taxonomies"]

LEVELS: Mapping[str, str] = {
    "UNCLASSIFIED": "U",
    "UNCLASSIFIED//FOR OFFICIAL USE ONLY": "U//FOUO",
    "LIMITED OFFICIAL USE": "LOU",
    "CONFIDENTIAL": "C",
    "SECRET": "S",
    "TOP SECRET": "TS",
}
"""Level as the record spells it, to the portion mark of the same level: one category for both."""

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
_REASONS: Mapping[str, str] = {
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
_REASONS_OF = "E.O. 12958"


@dataclass(frozen=True, slots=True)
class Category:
    """One category: its ``xml:id``, and what it means (the printed word where we know no more)."""

    xml_id: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """One taxonomy.

    Attributes:
        xml_id: Of the ``<taxonomy>``.
        says: What it classifies, a sentence.
        authority: The instrument that defines it, where the record states one.
        categories: By value as in the record, in order of first use.
    """

    xml_id: str
    says: str
    authority: str | None
    categories: Mapping[str, Category]


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """Every category that one cable uses, by scheme."""

    classification: Scheme
    handling: Scheme
    captions: Scheme
    reasons: Scheme

    @property
    def used(self) -> tuple[Scheme, ...]:
        """The schemes that have a category, in a fixed order."""
        schemes = (self.classification, self.handling, self.captions, self.reasons)
        return tuple(scheme for scheme in schemes if scheme.categories)

    def level(self, level: str) -> str | None:
        """Return the ``xml:id`` of a level or a portion mark."""
        category = self.classification.categories.get(LEVELS.get(level, level))
        return category.xml_id if category else None


def _scheme(
    xml_id: str,
    prefix: str,
    says: str,
    meanings: Mapping[str, str],
    values: Iterable[str],
    authority: str | None = None,
) -> Scheme:
    categories: dict[str, Category] = {}
    taken: set[str] = set()
    for value in dict.fromkeys(values):
        name = base = f"{prefix}-{name_part(value)}"
        while name in taken:  # "S/NF" and "S//NF" are two marks with one name part
            name = f"{base}_{len(taken)}"
        taken.add(name)
        categories[value] = Category(name, meanings.get(value, value))
    return Scheme(xml_id, says, authority, categories)


def _levels(cable: Cable, classification: Classification | None) -> Iterable[str]:
    if classification is not None:
        yield LEVELS.get(classification.level, classification.level)
        if classification.banner is not None:
            yield LEVELS.get(classification.banner.level, classification.banner.level)
    for paragraph in cable.body.paragraphs:
        if paragraph.portion is not None:
            yield LEVELS.get(paragraph.portion, paragraph.portion)


def taxonomies(cable: Cable) -> Taxonomies:
    """Return the categories that a cable uses."""
    stated = cable.classification
    banner = stated.banner if stated else None
    handling = (*(stated.handling if stated else ()), *(banner.handling if banner else ()))
    authority = stated.authority if stated else None
    # The words of one order are not put under another.
    meanings = _REASONS if authority in (None, _REASONS_OF) else {}
    return Taxonomies(
        _scheme(
            "classification",
            "cl",
            "Levels and portion marks as printed in the cable.",
            _MEANINGS,
            _levels(cable, stated),
        ),
        _scheme("handling", "hn", "Handling words beside the level, as printed in the cable.", {}, handling),
        _scheme("captions", "cap", "Captions, as printed in the cable.", {}, cable.captions),
        _scheme(
            "reasons",
            "why",
            "Reasons for classification, as cited in the cable.",
            {code: f"{code} {text}" for code, text in meanings.items()},
            stated.reasons if stated else (),
            authority,
        ),
    )
