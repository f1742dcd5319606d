"""The one parser for XML of anybody: no entities, no network, no DTD, no tree of unbounded depth.

Whoever parses refuses a document type declaration in words of its own: lxml cannot forbid one, and no format of ours
needs it.
"""

from __future__ import annotations

from lxml import etree

__all__ = ["xml_parser"]


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
