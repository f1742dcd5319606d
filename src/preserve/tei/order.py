"""Where the parts of a division may stand: what the profile leaves to Python, as a grammar could only say it slowly.

Scope: order and places. Not in scope: which elements and attributes there are; the profile says that.

libxml2 matches a repeated choice in linear time, but takes time quadratic in the number of children where groups follow
each other or an element is a choice of groups: a hostile page of one megabyte would take minutes (measured). So the
profile has one choice, and the order is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from preserve.findings import Finding
from preserve.tei.encode import TEI_NAMESPACE

__all__ = ["RANKS", "TAIL", "find_misplaced"]

RANKS: Mapping[str, int] = {"opener": 1, "p": 2, "ab": 2, "div": 3, "trailer": 4, "closer": 4}
"""The parts of a division in their order; running matter stands anywhere, a loss first or last."""

TAIL = 4
_DIV, _SEG, _LABEL = (f"{{{TEI_NAMESPACE}}}{name}" for name in ("div", "seg", "label"))
_DIVISIONS = frozenset({"document", "transmission"})
_LINES = frozenset(
    {"banner", "captions", "declassification", "tags", "subject", "references", "classifiedBy", "transmission"}
    | {"terminator", "other", "space", "attention", "from", "to", "info", "precedence"}
)
_HOLD_LINES = frozenset({"opener", "closer", "ab"})
_ASIDES = frozenset({"summary", "note", "comment"})


def find_misplaced(root: etree._Element) -> Iterator[Finding]:
    """Give what stands where it may not, as findings ``tei-order``.

    TEI P5 4.2: an opener begins a division, a closer or trailer ends one that has blocks or sections.
    """
    for division in root.iter(_DIV):
        if division.get("type") in _DIVISIONS:
            yield from _out_of_order(division)
    for seg in root.iter(_SEG):
        kind, parent = seg.get("type"), _name(seg.getparent())
        if kind in _LINES and parent not in _HOLD_LINES:
            yield _found(seg, f"a header line in <{parent}>")
        elif kind == "redacted" and (len(seg) == 0 or _name(seg[0]) != "gap" or seg.text):
            yield _found(seg, "what is redacted does not begin with its gap")
    for label in root.iter(_LABEL):
        around = label.getparent()
        if _name(around) == "seg" and around is not None and around.get("type") not in _ASIDES:
            yield _found(label, "the number of a paragraph inside a phrase")


def _out_of_order(division: etree._Element) -> Iterator[Finding]:
    reached = 0
    has_blocks = False
    for at, child in enumerate(division):
        name = _name(child)
        if name == "gap" and 0 < at < len(division) - 1:
            yield _found(child, "a loss between the parts of a division")
        rank = RANKS.get(name, reached)
        if rank < reached or (name == "opener" and reached == rank):
            yield _found(child, f"<{name}> after what it precedes")
        if rank == TAIL and name in RANKS and not has_blocks:
            yield _found(child, f"<{name}> without anything that it ends")
        has_blocks = has_blocks or name in {"p", "ab", "div"}
        reached = max(reached, rank)


def _name(element: etree._Element | None) -> str:
    return "" if element is None or not isinstance(element.tag, str) else etree.QName(element).localname


def _found(element: etree._Element, says: str) -> Finding:
    return Finding.of("tei-order", f"line {element.sourceline}", says)
