"""XML of anybody: parsed without entities, network, DTD or trees of any size.

Scope: the one parser for documents that come in. Not in scope: what is in them, and the text before it is XML
(``validation`` tells where a document stops being well-formed).
"""

from __future__ import annotations

from lxml import etree

__all__ = ["xml_parser"]


def xml_parser() -> etree.XMLParser:
    """Return a new parser; comments and processing instructions are left out.

    An ``xml:id`` that stands twice is no error of the parser: whoever needs them unique says so in words of its own.
    """
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
