"""Documents drawn from a RELAX NG grammar, so that what it allows can be put before another one.

Scope: the patterns that ``cable-tei-1.0.rng`` uses, read from the file itself. Not in scope: interleave, name classes
and datatype parameters but those below; a pattern that is not known is an error, never skipped.
"""

from __future__ import annotations

from hypothesis import strategies as st
from lxml import etree

__all__ = ["documents"]

_RNG = "{http://relaxng.org/ns/structure/1.0}"
_TEI = "{http://www.tei-c.org/ns/1.0}"
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_VALUES = {
    "anyURI": "#p1",
    "nonNegativeInteger": "7",
    "date": "2002-03-13",
    "dateTime": "2002-03-13T15:03:00Z",
    "NCName": "name",
}
_PATTERNS = {
    "#char-[0-9A-F]{4,6}": "#char-000C",
    "[0-9A-F]{4,6}": "000C",
    r"[0-9]+[a-z]*[0-9]*(\.[0-9]+[a-z]*[0-9]*){0,3}": "0.1.0",
}
_DEEPEST = 14


class _Grammar:
    """Draws from one grammar; the deeper it is, the less of what is optional it draws."""

    def __init__(self, root: etree._Element, draw: st.DrawFn) -> None:
        self._defines = {str(each.get("name")): list(each) for each in root.iter(f"{_RNG}define")}
        self._start = next(root.iter(f"{_RNG}start"))
        self._draw = draw
        self._ids = 0

    def document(self) -> etree._Element:
        holder = etree.Element("holder")
        self._all(list(self._start), holder, 0)
        return holder[0]

    def _all(self, patterns: list[etree._Element], into: etree._Element, depth: int) -> None:
        for pattern in patterns:
            if isinstance(pattern.tag, str) and pattern.tag.startswith(_RNG):
                self._one(pattern, into, depth)

    def _one(self, pattern: etree._Element, into: etree._Element, depth: int) -> None:
        inner = [each for each in pattern if isinstance(each.tag, str) and each.tag.startswith(_RNG)]
        match str(pattern.tag).removeprefix(_RNG):
            case "ref":
                self._all(self._defines[str(pattern.get("name"))], into, depth)
            case "element":
                self._all(inner, etree.SubElement(into, f"{_TEI}{pattern.get('name')}"), depth + 1)
            case "attribute":
                name = str(pattern.get("name"))
                into.set(name.replace("xml:", "{http://www.w3.org/XML/1998/namespace}"), self._value(inner))
            case "group":
                self._all(inner, into, depth)
            case "choice":
                self._one(self._draw(st.sampled_from(inner)), into, depth)
            case "optional":
                self._repeat(inner, into, depth, 0, 1)
            case "zeroOrMore":
                self._repeat(inner, into, depth, 0, 3)
            case "oneOrMore":
                self._repeat(inner, into, depth, 1, 3)
            case "text":
                _add_text(into)
            case "empty":
                pass
            case other:
                raise NotImplementedError(other)

    def _repeat(self, inner: list[etree._Element], into: etree._Element, depth: int, least: int, most: int) -> None:
        for _ in range(self._draw(st.integers(least, most if depth < _DEEPEST else least))):
            self._all(inner, into, depth)

    def _value(self, inner: list[etree._Element]) -> str:
        if not inner:
            return "text"
        pattern = inner[0]
        parts = [each for each in pattern if isinstance(each.tag, str) and each.tag.startswith(_RNG)]
        match str(pattern.tag).removeprefix(_RNG):
            case "text":
                return "text"
            case "value":
                return str(pattern.text)
            case "choice":
                return self._value([self._draw(st.sampled_from(parts))])
            case "list" | "oneOrMore":
                return self._value(parts)
            case "ref":
                return self._value(self._defines_of(pattern))
            case "data":
                return self._data(str(pattern.get("type")), parts)
            case other:
                raise NotImplementedError(other)

    def _defines_of(self, pattern: etree._Element) -> list[etree._Element]:
        parts = self._defines[str(pattern.get("name"))]
        return [each for each in parts if isinstance(each.tag, str) and each.tag.startswith(_RNG)]

    def _data(self, kind: str, params: list[etree._Element]) -> str:
        if kind == "ID":
            self._ids += 1
            return f"id-{self._ids}"
        return _PATTERNS[str(params[0].text)] if params else _VALUES[kind]


def _add_text(into: etree._Element) -> None:
    if len(into):
        into[-1].tail = f"{into[-1].tail or ''}words "
    else:
        into.text = f"{into.text or ''}words "


@st.composite
def documents(draw: st.DrawFn, grammar: bytes) -> etree._Element:
    """Make documents of a grammar.

    Args:
        draw: Hypothesis's.
        grammar: RELAX NG in XML syntax.
    """
    return _Grammar(etree.fromstring(grammar), draw).document()
