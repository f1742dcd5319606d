"""XML files for others, built as trees and written by lxml.

An element that would say nothing is not made: :meth:`ElementMaker.leaf` and :meth:`ElementMaker.block` return lists,
which are then empty, so that callers join lists and need not ask what a description lacks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from preserve.xml_characters import replace_unencodable

__all__ = ["Element", "ElementMaker", "encode_element", "xml_file"]

Element = etree._Element

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_STEP = "  "


@dataclass(frozen=True, slots=True)
class ElementMaker:
    """Makes the elements of one namespace, without the attributes that have no value.

    Attributes:
        namespace: The address of the namespace; empty for elements without one.
    """

    namespace: str = ""

    def empty(self, name: str, /, **attributes: str | None) -> Element:
        """Return an element without content."""
        element = etree.Element(f"{{{self.namespace}}}{name}" if self.namespace else name)
        for attribute, value in attributes.items():
            if value is not None:
                element.set(attribute, replace_unencodable(value))
        return element

    def leaf(self, name: str, content: str | None, /, **attributes: str | None) -> list[Element]:
        """Return an element that holds a text; none when there is no text."""
        if not content:
            return []
        element = self.empty(name, **attributes)
        element.text = replace_unencodable(content)
        return [element]

    def block(self, name: str, children: Iterable[Element], /, **attributes: str | None) -> list[Element]:
        """Return an element that holds others; none when there are no others."""
        element = self.empty(name, **attributes)
        element.extend(children)
        return [element] if len(element) else []


def xml_file(root: str, children: Iterable[Element]) -> bytes:
    """Return a document: UTF-8 with an XML declaration, indented, one line break at its end.

    Args:
        root: The root element as XML, without content. Made by lxml, its default namespace would stand last.
        children: The elements in it.
    """
    element = etree.fromstring(root)
    element.extend(children)
    return _DECLARATION + encode_element(element)


def encode_element(element: Element, level: int = 0) -> bytes:
    """Return an element as whole lines of UTF-8, indented.

    Args:
        element: The element; white space is put into it.
        level: How many elements will be around it.
    """
    outside = _STEP * level
    _indent(element, f"\n{outside}")
    return outside.encode() + etree.tostring(element, encoding="UTF-8") + b"\n"


def _indent(element: Element, outside: str) -> None:
    # etree.indent would put line breaks beside text too, where they are content.
    if element.text or not len(element):
        return
    inside = outside + _STEP
    element.text = inside
    for child in element:
        _indent(child, inside)
        child.tail = inside
    element[-1].tail = outside
