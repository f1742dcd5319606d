"""The one parser for XML of anybody: no entities, no network, no DTD, no tree of unbounded depth.

Whoever parses refuses a document type declaration in words of its own: lxml cannot forbid one, and no format of ours
needs it.
"""

from __future__ import annotations

from lxml import etree

__all__ = ["MOST_ATTRIBUTES", "find_crowded", "xml_parser"]

MOST_ATTRIBUTES = 100
"""Attributes of one element, at most; the formats that we read have no element with twenty."""


def xml_parser(schema: etree.XMLSchema | None = None) -> etree.XMLParser:
    """Return a new parser, which leaves comments and processing instructions out of the tree.

    Args:
        schema: What a document must be valid against; ``None`` for nothing.
    """
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        schema=schema,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        # An xml:id that stands twice would be an error of the parser: check_tei tells it better.
        collect_ids=False,
    )


def find_crowded(root: etree._Element) -> etree._Element | None:
    """Return the first element with more than :data:`MOST_ATTRIBUTES` attributes; ``None`` when there is none.

    libxml2 looks at all attributes of an element to find one. Whoever asks for each of them, as RELAX NG and the
    mapping ``attrib`` do, takes time by the square of their number: 80,000 in one megabyte take half a minute.
    """
    return next((element for element in root.iter() if len(element.attrib) > MOST_ATTRIBUTES), None)
