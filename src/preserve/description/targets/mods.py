"""MODS 3.8 of the Library of Congress, which library catalogues and Fedora sites read.

Only elements are written that every version since 3.6 has, as the schema of 3.6 is the latest that a package carries.
"""

from __future__ import annotations

from collections.abc import Iterator

from preserve.description.model import Description
from preserve.description.targets.words import ACCESS_RIGHTS, GENRE, TAGS
from preserve.description.text import web_address
from preserve.description.xml_file import Element, ElementMaker, xml_file

__all__ = ["VERSION", "write"]

VERSION = "3.8"
_MODS = "http://www.loc.gov/mods/v3"
_XLINK = "http://www.w3.org/1999/xlink"
_ROOT = f'<mods xmlns="{_MODS}" xmlns:xlink="{_XLINK}" version="{VERSION}"/>'
_HREF = f"{{{_XLINK}}}href"
_MAKER = ElementMaker(_MODS)
_leaf, _block = _MAKER.leaf, _MAKER.block
_DATE = "w3cdtf"


def write(description: Description) -> bytes:
    """Return the description as one MODS document."""
    children = [
        *_block("titleInfo", _leaf("title", description.title)),
        *_block("titleInfo", _leaf("title", description.subject_line), type="alternative"),
        *_name(description.creator, "creator", "cre"),
        *(each for name in description.recipients for each in _name(name, "addressee", "rcp")),
        *_leaf("typeOfResource", "text"),
        *_leaf("genre", GENRE.lower()),
        *_origin(description),
        *_block("language", _leaf("languageTerm", "eng", type="code", authority="iso639-2b")),
        *_block("physicalDescription", _physical(description)),
        *_leaf("abstract", description.abstract),
        *_leaf("note", description.advisory, type="content advice"),
        *_leaf("note", description.marking, type="security marking", displayLabel="Marked by the originator"),
        *_block("subject", (each for keyword in description.keywords for each in _leaf("topic", keyword.value)),
               displayLabel=TAGS, authority="local"),
        *_related(description),
        *_identifiers(description),
        *_block("location", _leaf("physicalLocation", description.holder.name)),
        *_access(description),
        *_record(description),
    ]  # fmt: skip
    return xml_file(_ROOT, children)


def _name(name: str, role: str, code: str) -> list[Element]:
    # The codes are of the MARC relators: "cre" a creator, "rcp" an addressee.
    terms = [
        *_leaf("roleTerm", role, type="text", authority="marcrelator"),
        *_leaf("roleTerm", code, type="code", authority="marcrelator"),
    ]
    return _block("name", [*_leaf("namePart", name), *_block("role", terms)], type="corporate")


def _origin(description: Description) -> list[Element]:
    place = _block("place", _leaf("placeTerm", description.place, type="text"))
    created = _leaf("dateCreated", description.date, encoding=_DATE, keyDate="yes")
    inferred = _leaf("dateCreated", description.year, encoding=_DATE, keyDate="yes", qualifier="inferred")
    return _block("originInfo", [*place, *created, *inferred], eventType="production")


def _physical(description: Description) -> Iterator[Element]:
    yield from (each for kind in description.media_types for each in _leaf("internetMediaType", kind))
    yield from _leaf("extent", description.extent)


def _related(description: Description) -> list[Element]:
    release = description.release
    found: list[Element] = []
    if release:
        issued = _block("originInfo", _leaf("dateIssued", release.date, encoding=_DATE))
        title = _block("titleInfo", _leaf("title", release.name))
        found += _block("relatedItem", [*title, *issued], type="original", displayLabel="Source release")
    for identifier in description.references:
        found += _block("relatedItem", _leaf("identifier", identifier, type="cable"), type="references")
    return found


def _identifiers(description: Description) -> list[Element]:
    return [
        *_leaf("identifier", description.identifier, type="cable"),
        *_leaf("identifier", description.urn, type="uri"),
        *_leaf("identifier", description.bag.seal, type="sha256", displayLabel="tag manifest of the package"),
        *_leaf("identifier", description.source_sha256, type="sha256", displayLabel="source as received"),
    ]


def _access(description: Description) -> list[Element]:
    address = web_address(description.copyright)
    return [
        *_leaf(
            "accessCondition",
            description.access_says,
            type="restriction on access",
            **{_HREF: ACCESS_RIGHTS[description.access].uri},
        ),
        *_leaf(
            "accessCondition",
            description.rights_statement or description.copyright,
            type="use and reproduction",
            **{_HREF: address},
        ),
    ]


def _record(description: Description) -> list[Element]:
    return _block(
        "recordInfo",
        [
            *_leaf("recordContentSource", description.holder.name),
            *_leaf("recordOrigin", "Derived from the cable record of the package by preserve."),
            *_block("languageOfCataloging", _leaf("languageTerm", "eng", type="code", authority="iso639-2b")),
        ],
    )
