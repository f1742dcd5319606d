"""MODS 3.8 (Library of Congress): the description that library catalogues and Fedora sites read.

Scope: elements that every version since 3.6 has. Not in scope: authority records; no name here has one.
"""

from __future__ import annotations

from collections.abc import Iterable

from preserve.description.model import Description
from preserve.description.targets.words import ACCESS_RIGHTS, GENRE, TAGS
from preserve.description.text import web_address, xml_block, xml_leaf

__all__ = ["VERSION", "write"]

VERSION = "3.8"
_NAMESPACES = {
    "xmlns": "http://www.loc.gov/mods/v3",
    "xmlns__xlink": "http://www.w3.org/1999/xlink",
    "version": VERSION,
}
_DATE = "w3cdtf"


def write(description: Description) -> bytes:
    """Return the description as one MODS document."""
    lines = [
        *xml_block("titleInfo", xml_leaf("title", description.title)),
        *xml_block("titleInfo", xml_leaf("title", description.subject_line), type="alternative"),
        *_name(description.creator, "creator", "cre"),
        *(each for name in description.recipients for each in _name(name, "addressee", "rcp")),
        *xml_leaf("typeOfResource", "text"),
        *xml_leaf("genre", GENRE.lower()),
        *_origin(description),
        *xml_block("language", xml_leaf("languageTerm", "eng", type="code", authority="iso639-2b")),
        *xml_block("physicalDescription", _physical(description)),
        *xml_leaf("abstract", description.abstract),
        *xml_leaf("note", description.advisory, type="content advice"),
        *xml_leaf("note", description.marking, type="security marking", displayLabel="Marked by the originator"),
        *xml_block("subject", (each for keyword in description.keywords for each in xml_leaf("topic", keyword.value)),
               displayLabel=TAGS, authority="local"),
        *_related(description),
        *_identifiers(description),
        *xml_block("location", xml_leaf("physicalLocation", description.holder.name)),
        *_access(description),
        *_record(description),
    ]  # fmt: skip
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *xml_block("mods", lines, **_NAMESPACES), ""]).encode()


def _name(name: str, role: str, code: str) -> list[str]:
    terms = [
        *xml_leaf("roleTerm", role, type="text", authority="marcrelator"),
        *xml_leaf("roleTerm", code, type="code", authority="marcrelator"),
    ]
    return xml_block("name", [*xml_leaf("namePart", name), *xml_block("role", terms)], type="corporate")


def _origin(description: Description) -> list[str]:
    place = xml_block("place", xml_leaf("placeTerm", description.place, type="text"))
    created = xml_leaf("dateCreated", description.date, encoding=_DATE, keyDate="yes")
    inferred = xml_leaf("dateCreated", description.year, encoding=_DATE, keyDate="yes", qualifier="inferred")
    return xml_block("originInfo", [*place, *created, *inferred], eventType="production")


def _physical(description: Description) -> Iterable[str]:
    yield from (each for kind in description.media_types for each in xml_leaf("internetMediaType", kind))
    yield from xml_leaf("extent", description.extent)


def _related(description: Description) -> list[str]:
    release = description.release
    found: list[str] = []
    if release:
        issued = xml_block("originInfo", xml_leaf("dateIssued", release.date, encoding=_DATE))
        title = xml_block("titleInfo", xml_leaf("title", release.name))
        found += xml_block("relatedItem", [*title, *issued], type="original", displayLabel="Source release")
    for identifier in description.references:
        found += xml_block("relatedItem", xml_leaf("identifier", identifier, type="cable"), type="references")
    return found


def _identifiers(description: Description) -> list[str]:
    return [
        *xml_leaf("identifier", description.identifier, type="cable"),
        *xml_leaf("identifier", description.urn, type="uri"),
        *xml_leaf("identifier", description.bag.seal, type="sha256", displayLabel="tag manifest of the package"),
        *xml_leaf("identifier", description.source_sha256, type="sha256", displayLabel="source as received"),
    ]


def _access(description: Description) -> list[str]:
    address = web_address(description.copyright)
    return [
        *xml_leaf(
            "accessCondition",
            description.access_says,
            type="restriction on access",
            xlink__href=ACCESS_RIGHTS[description.access].uri,
        ),
        *xml_leaf(
            "accessCondition",
            description.rights_statement or description.copyright,
            type="use and reproduction",
            xlink__href=address,
        ),
    ]


def _record(description: Description) -> list[str]:
    return xml_block(
        "recordInfo",
        [
            *xml_leaf("recordContentSource", description.holder.name),
            *xml_leaf("recordOrigin", "Derived from the cable record of the package by preserve."),
            *xml_block("languageOfCataloging", xml_leaf("languageTerm", "eng", type="code", authority="iso639-2b")),
        ],
    )
