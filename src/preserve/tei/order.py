"""Where the parts of a division may stand, which the profile leaves to Python: a grammar could say it only slowly.

libxml2 matches a repeated choice in linear time. Where groups follow each other, or an element is a choice of groups,
it takes time by the square of the number of children: a hostile page of one megabyte would take minutes (measured). So
the profile has one choice, and the order is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from preserve.findings import Finding
from preserve.tei.encode import TEI_NAMESPACE

__all__ = ["RANKS", "TAIL", "find_misplaced"]

RANKS: Mapping[str, int] = {"opener": 1, "p": 2, "ab": 2, "div": 3, "trailer": 4, "closer": 4}
"""The parts of a division in their order. Running matter may stand anywhere, and a gap first or last."""

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
    """Yield a finding ``tei-order`` for each element that stands where it may not.

    TEI P5 4.2: an opener begins a division; a closer or trailer ends one that has blocks or sections.
    """
    for division in root.iter(_DIV):
        if division.get("type") in _DIVISIONS:
            yield from _out_of_order(division)
    for seg in root.iter(_SEG):
        kind, parent = seg.get("type"), _name(seg.getparent())
        if kind in _LINES and parent not in _HOLD_LINES:
            yield _finding(seg, f"a header line in <{parent}>")
        elif kind == "redacted" and (len(seg) == 0 or _name(seg[0]) != "gap" or seg.text):
            yield _finding(seg, "what is redacted does not begin with its gap")
    for label in root.iter(_LABEL):
        around = label.getparent()
        if _name(around) == "seg" and around is not None and around.get("type") not in _ASIDES:
            yield _finding(label, "the number of a paragraph inside a phrase")


def _out_of_order(division: etree._Element) -> Iterator[Finding]:
    reached = 0
    has_blocks = False
    for at, child in enumerate(division):
        name = _name(child)
        if name == "gap" and 0 < at < len(division) - 1:
            yield _finding(child, "a loss between the parts of a division")
        rank = RANKS.get(name, reached)
        if rank < reached or (name == "opener" and reached == rank):
            yield _finding(child, f"<{name}> after what it precedes")
        if rank == TAIL and name in RANKS and not has_blocks:
            yield _finding(child, f"<{name}> without anything that it ends")
        has_blocks = has_blocks or name in {"p", "ab", "div"}
        reached = max(reached, rank)


def _name(element: etree._Element | None) -> str:
    return "" if element is None or not isinstance(element.tag, str) else etree.QName(element).localname


def _finding(element: etree._Element, says: str) -> Finding:
    return Finding.of("tei-order", f"line {element.sourceline}", says)
