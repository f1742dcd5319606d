"""XML as text: its root element, what must not be in it, and the place of a finding.

Each pass is that of an event parser that resolves nothing; ``tei`` and ``provenance`` check validity and parse for
themselves. A document type declaration ends a pass at once: without one there are no entities but the five of XML, so
nothing can grow and nothing can be fetched.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from xml.parsers import expat  # no entity of the document is ever met: see the handler of the document type

from preserve.findings import Finding
from preserve.validation.json_text import DocumentPlace

__all__ = ["MOST_ATTRIBUTES", "MOST_TAGS", "NotXmlError", "Root", "find_places", "place_in_words", "read_root"]

MOST_TAGS = 1_000_000
"""Tags of a document that is read, by its signs ``<``; this bounds the memory that the parsers take."""

MOST_ATTRIBUTES = 600_000
"""Attributes of a document that is read, by its signs ``=``."""

_XML_ID = "http://www.w3.org/XML/1998/namespace id"
# Not line 0, which libxml2 says when it does not know the line.
_LINE = re.compile(r"\bline ([1-9]\d{0,8})(?!\d)(?:, column (\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Root:
    """The root element: its namespace, empty for none, its local name, and its place."""

    namespace: str
    name: str
    place: DocumentPlace


class NotXmlError(Exception):
    """A document that is not read on, with its finding and place, and its root where the pass reached it."""

    def __init__(self, finding: Finding, place: DocumentPlace, root: Root | None = None) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.place = place
        self.root = root


def read_root(data: bytes) -> Root:
    """Return the root element of a document that is well-formed to its end.

    Raises:
        NotXmlError: It is not well-formed, has a document type declaration, or goes beyond the bounds of this module.
            The finding is ``xml-malformed``, ``xml-document-type`` or ``xml-limit``.
    """
    if data.count(b"<") > MOST_TAGS or data.count(b"=") > MOST_ATTRIBUTES:
        says = f"more than {MOST_TAGS:,} tags, or more than {MOST_ATTRIBUTES:,} attributes"
        raise NotXmlError(Finding.of("xml-limit", "", says), DocumentPlace(1, 1))
    parser = _parser()
    roots: list[Root] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        roots.append(Root(namespace, local, _place(parser)))
        parser.StartElementHandler = None

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        place = DocumentPlace(error.lineno, error.offset + 1)
        says = f"not well-formed XML: {expat.ErrorString(error.code)}"
        raise NotXmlError(Finding.of("xml-malformed", f"line {place.line}", says), place, *roots) from None
    except (LookupError, ValueError):
        says = "it declares an encoding that cannot be read; save it as UTF-8"
        raise NotXmlError(Finding.of("xml-malformed", "line 1", says), DocumentPlace(1, 1)) from None
    return roots[0]


def find_places(data: bytes, wheres: Collection[str]) -> dict[str, DocumentPlace]:
    """Return the places of what findings name, as far as they can be found.

    Args:
        data: A document that :func:`read_root` has read.
        wheres: As findings of TEI and PREMIS have them: ``line 12``, ``#id``, the type of a division, the name of an
            element. Of the last two, the first such element is meant.
    """
    found = {where: place for where in wheres if (place := place_in_words(where)) is not None}
    sought = set(wheres) - found.keys() - {""}
    if not sought:
        return found
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        xml_id = attributes.get(_XML_ID)
        for where in (f"#{xml_id}", attributes.get("type", ""), name.rpartition(" ")[2]):
            if where in sought:
                found.setdefault(where, _place(parser))

    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


def place_in_words(says: str) -> DocumentPlace | None:
    """Return the place that some words state, as messages of libxml2 do: ``line 3, column 14``."""
    match = _LINE.search(says)
    return None if match is None else DocumentPlace(int(match[1]), int(match[2] or 1))


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        says = "a document type declaration"
        raise NotXmlError(Finding.of("xml-document-type", f"line {parser.CurrentLineNumber}", says), _place(parser))

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _place(parser: expat.XMLParserType) -> DocumentPlace:
    return DocumentPlace(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
