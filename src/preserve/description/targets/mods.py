"""MODS 3.8 (Library of Congress): the description that library catalogues and Fedora sites read.

Scope: elements that every version since 3.6 has. Not in scope: authority records; no name here has one.
"""

from __future__ import annotations

from collections.abc import Iterable

from preserve.description.model import Description
from preserve.description.targets.words import ACCESS_RIGHTS, GENRE, TAGS
from preserve.description.text import block, leaf, web_address

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
        *block("titleInfo", leaf("title", description.title)),
        *block("titleInfo", leaf("title", description.subject_line), type="alternative"),
        *_name(description.creator, "creator", "cre"),
        *(each for name in description.recipients for each in _name(name, "addressee", "rcp")),
        *leaf("typeOfResource", "text"),
        *leaf("genre", GENRE.lower()),
        *_origin(description),
        *block("language", leaf("languageTerm", "eng", type="code", authority="iso639-2b")),
        *block("physicalDescription", _physical(description)),
        *leaf("abstract", description.abstract),
        *leaf("note", description.advisory, type="content advice"),
        *leaf("note", description.marking, type="security marking", displayLabel="Marked by the originator"),
        *block("subject", (each for keyword in description.keywords for each in leaf("topic", keyword.value)),
               displayLabel=TAGS, authority="local"),
        *_related(description),
        *_identifiers(description),
        *block("location", leaf("physicalLocation", description.holder.name)),
        *_access(description),
        *_record(description),
    ]  # fmt: skip
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *block("mods", lines, **_NAMESPACES), ""]).encode()


def _name(name: str, role: str, code: str) -> list[str]:
    terms = [
        *leaf("roleTerm", role, type="text", authority="marcrelator"),
        *leaf("roleTerm", code, type="code", authority="marcrelator"),
    ]
    return block("name", [*leaf("namePart", name), *block("role", terms)], type="corporate")


def _origin(description: Description) -> list[str]:
    place = block("place", leaf("placeTerm", description.place, type="text"))
    created = leaf("dateCreated", description.date, encoding=_DATE, keyDate="yes")
    inferred = leaf("dateCreated", description.year, encoding=_DATE, keyDate="yes", qualifier="inferred")
    return block("originInfo", [*place, *created, *inferred], eventType="production")


def _physical(description: Description) -> Iterable[str]:
    yield from (each for kind in description.media_types for each in leaf("internetMediaType", kind))
    yield from leaf("extent", description.extent)


def _related(description: Description) -> list[str]:
    release = description.release
    found: list[str] = []
    if release:
        issued = block("originInfo", leaf("dateIssued", release.date, encoding=_DATE))
        title = block("titleInfo", leaf("title", release.name))
        found += block("relatedItem", [*title, *issued], type="original", displayLabel="Source release")
    for identifier in description.references:
        found += block("relatedItem", leaf("identifier", identifier, type="cable"), type="references")
    return found


def _identifiers(description: Description) -> list[str]:
    return [
        *leaf("identifier", description.identifier, type="cable"),
        *leaf("identifier", description.urn, type="uri"),
        *leaf("identifier", description.bag.seal, type="sha256", displayLabel="tag manifest of the package"),
        *leaf("identifier", description.source_sha256, type="sha256", displayLabel="source as received"),
    ]


def _access(description: Description) -> list[str]:
    address = web_address(description.copyright)
    return [
        *leaf(
            "accessCondition",
            description.access_says,
            type="restriction on access",
            xlink__href=ACCESS_RIGHTS[description.access].uri,
        ),
        *leaf(
            "accessCondition",
            description.rights_statement or description.copyright,
            type="use and reproduction",
            xlink__href=address,
        ),
    ]


def _record(description: Description) -> list[str]:
    return block(
        "recordInfo",
        [
            *leaf("recordContentSource", description.holder.name),
            *leaf("recordOrigin", "Derived from the cable record of the package by preserve."),
            *block("languageOfCataloging", leaf("languageTerm", "eng", type="code", authority="iso639-2b")),
        ],
    )
