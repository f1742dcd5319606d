"""The order of the parts of a division, and the time that checking many of them takes."""

from __future__ import annotations

import pytest
from lxml import etree

from preserve.contracts.contract import contract_bytes
from preserve.tei.order import find_misplaced

RELAX = "http://relaxng.org/ns/structure/1.0"


def division(content: str, kind: str = "document") -> etree._Element:
    return etree.fromstring(f'<text xmlns="http://www.tei-c.org/ns/1.0"><div type="{kind}">{content}</div></text>')


GAP = '<gap reason="redacted"/>'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<gap/><opener/><p/><fw/><ab/><div/><div/><trailer/><closer/><fw/><trailer/><gap/>",
        "<fw/><p/>",
        "<opener><seg type='subject'/></opener><ab><seg type='from'/></ab><closer><seg type='other'/></closer>",
        f"<p><seg type='redacted'>{GAP}XXXX</seg></p>",
        "<p><label/><seg type='summary'><label/></seg></p>",
        "<div><p/></div><closer/>",
    ],
)
def test_what_is_in_order(content: str) -> None:
    assert list(find_misplaced(division(content))) == []
    assert list(find_misplaced(division(content, "transmission"))) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<p/><opener/>", "<opener> after"),
        ("<opener/><opener/>", "<opener> after"),
        ("<p/><div/><p/>", "<p> after"),
        ("<p/><closer/><ab/>", "<ab> after"),
        ("<p/><trailer/><div/>", "<div> after"),
        ("<closer/>", "without anything"),
        ("<opener/><fw/><trailer/>", "without anything"),
        ("<p/><gap/><p/>", "a loss"),
        ("<p><seg type='subject'/></p>", "header line in <p>"),
        ("<p><seg type='redacted'>XXXX</seg></p>", "begin with its gap"),
        (f"<p><seg type='redacted'>X{GAP}</seg></p>", "begin with its gap"),
        ("<p><seg type='caption'><label/></seg></p>", "number of a paragraph"),
    ],
)
def test_what_is_not(content: str, says: str) -> None:
    (finding,) = find_misplaced(division(content))
    assert finding.code == "tei-order"
    assert says in finding.message


RNG = etree.fromstring(contract_bytes("cable-tei-1.0.rng"))
DEFINES = {each.get("name"): list(each) for each in RNG.iter(f"{{{RELAX}}}define")}


def parts_of(pattern: etree._Element) -> list[etree._Element]:
    """Follow references, but not into elements: those have a content of their own."""
    inner = DEFINES[pattern.get("name")] if pattern.tag == f"{{{RELAX}}}ref" else list(pattern)
    return [each for each in inner if isinstance(each.tag, str) and each.tag.startswith(f"{{{RELAX}}}")]


def holds(pattern: etree._Element) -> set[str]:
    """Return what a pattern adds to an element: attributes, content, or both."""
    name = etree.QName(pattern).localname
    if name in {"attribute", "empty", "notAllowed"}:
        return {"attribute"} & {name}
    if name in {"element", "text"}:
        return {"content"}
    return set().union(*map(holds, parts_of(pattern)))


def repeats(pattern: etree._Element) -> int:
    """Count the repeated patterns of content that stand one behind the other."""
    name = etree.QName(pattern).localname
    if name in {"attribute", "element", "text"}:
        return 0
    if name in {"zeroOrMore", "oneOrMore"}:
        return int("content" in holds(pattern))
    counts = [repeats(each) for each in parts_of(pattern)]
    return max(counts, default=0) if name == "choice" else sum(counts)


def elements_of_the_text() -> list[etree._Element]:
    pending, seen = list(DEFINES["text"]), dict[int, etree._Element]()
    while pending:
        pattern = pending.pop()
        if id(pattern) not in seen and isinstance(pattern.tag, str):
            seen[id(pattern)] = pattern
            pending.extend(parts_of(pattern))
    return [each for each in seen.values() if each.tag == f"{{{RELAX}}}element"]


def test_no_element_of_the_text_takes_libxml2_more_than_linear_time() -> None:
    """Measured: a choice of groups with attributes and content, or repeats in a row, take the square of it."""
    elements = elements_of_the_text()
    assert {"div", "p", "seg", "ab", "closer", "opener"} <= {each.get("name") for each in elements}
    for element in elements:
        assert sum(map(repeats, parts_of(element))) <= 1, element.get("name")
        for choice in (each for each in element.iter(f"{{{RELAX}}}choice")):
            assert all(len(holds(each)) < 2 for each in parts_of(choice)), element.get("name")
