"""The reference page of the TEI: what it shows is what the encoder writes, where it says a field is, there it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from tests.tei.cables import bare, encoded, full, spanning
from tests.tei.test_encode import flattened

from preserve.cable.record import Cable, Section
from preserve.cable.record.codec import record_to_json
from preserve.contracts.contract import contract_bytes

PAGE = (Path(__file__).parents[2] / "docs/reference/tei.md").read_text(encoding="utf-8")
NAMESPACE = "http://www.tei-c.org/ns/1.0"
EXAMPLES = re.findall(r"```xml\n(.*?)\n```", PAGE, re.DOTALL)
ROWS = re.findall(r"^\| (`/.*?`) \| (?:`(.*?)`)? ?\| (same|each|told|not here) \|$", PAGE, re.MULTILINE)

Shape = tuple[object, ...]


def sectioned(cable: Cable) -> Cable:
    at = cable.body.text.index("THE CORONATION")
    sections = (Section(heading="THE CORONATION", start=at, end=len(cable.body.text)),)
    return replace(cable, body=replace(cable.body, sections=sections))


CABLES = {
    "full": sectioned(full()),
    "flattened": sectioned(flattened()),
    "spanning": spanning(),
    "bare": replace(bare("A text."), received_identifier="02 STRELSAU 17"),
}


def shape(element: etree._Element, *, exact: bool) -> Shape:
    """Return an element as values that compare, without its tail; white space counts only where it is text."""

    def text(string: str | None) -> str:
        return (string or "") if exact or (string or "").strip() else ""

    inside = [(shape(child, exact=exact), text(child.tail)) for child in element]
    return (element.tag, tuple(sorted(element.items())), text(element.text), *inside)


@pytest.fixture(scope="module")
def written() -> tuple[set[Shape], set[Shape]]:
    """Every element that the encoder writes for the made-up cables: of the headers, and of the texts."""
    headers, texts = set(), set()
    for cable in CABLES.values():
        header, text = etree.fromstring(encoded(cable))
        headers |= {shape(each, exact=False) for each in header.iter()}
        texts |= {shape(each, exact=True) for each in text.iter()}
    return headers, texts


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: " ".join(example.split())[:50])
def test_an_example_is_what_the_encoder_writes(example: str, written: tuple[set[Shape], set[Shape]]) -> None:
    element = etree.fromstring(f'<x xmlns="{NAMESPACE}">{example}</x>')[0]
    headers, texts = written
    assert shape(element, exact=False) in headers or shape(element, exact=True) in texts


def test_every_element_of_the_profile_is_on_the_page() -> None:
    grammar = etree.fromstring(contract_bytes("cable-tei-1.0.rng"))
    names = {str(each.get("name")) for each in grammar.iter("{http://relaxng.org/ns/structure/1.0}element")}
    structure = {"TEI", "teiHeader", "fileDesc", "sourceDesc", "encodingDesc", "classDecl", "profileDesc", "text"}
    shown = {name for example in EXAMPLES for name in re.findall(r"<([A-Za-z]+)", example)}
    prose = re.sub(r"(?s)```.*?```", "", PAGE)
    said = {word for words in re.findall(r"`([^`]+)`", prose) for word in re.findall(r"[A-Za-z]+", words)}
    assert names - structure - shown - said == set(), "no example and no word"


def values(node: object, steps: list[str]) -> Iterator[str]:
    if not steps:
        yield " ".join(str(node).split())
    elif steps[0] == "*" and isinstance(node, list):
        for item in node:
            yield from values(item, steps[1:])
    elif isinstance(node, dict) and steps[0] in node:
        yield from values(node[steps[0]], steps[1:])


def stated(cable: Cable, pointer: str) -> list[str]:
    return list(values(record_to_json(cable), pointer.strip("/").split("/")))


def in_document(cable: Cable, path: str) -> list[str]:
    root = etree.fromstring(encoded(cable).replace(f' xmlns="{NAMESPACE}"'.encode(), b""))
    for glyph in root.iter("g"):  # it counts as the character that it stands for: a form feed, which is white space
        assert glyph.get("ref") == "#char-000C"
        glyph.text = " "
    found = root.xpath(path)
    assert isinstance(found, list)
    texts = (each.xpath("string()") if isinstance(each, etree._Element) else each for each in found)
    return [" ".join(str(text).split()) for text in texts]


def pointers(cell: str) -> list[str]:
    return re.findall(r"`(.*?)`", cell)


def test_the_table_has_rows_of_each_kind() -> None:
    assert {how for _, _, how in ROWS} == {"same", "each", "told", "not here"}
    assert len(ROWS) == sum(line.startswith("| `/") for line in PAGE.splitlines())


@pytest.mark.parametrize(("cell", "path", "how"), ROWS, ids=[row[0] for row in ROWS])
def test_a_field_is_where_the_table_says(cell: str, path: str, how: str) -> None:
    seen = 0
    for cable in CABLES.values():
        for pointer in pointers(cell):
            wanted = stated(cable, pointer)
            given = in_document(cable, path) if path else []
            seen += bool(wanted and given)
            if how == "same":
                assert given == wanted
            elif how == "each":
                assert len(given) == len(wanted)
    assert seen or how == "not here" or cell in UNSEEN


UNSEEN = {"`/transmission/info/*/precedence`", "`/transmission/info/*/mcn`", "`/transmission/info/*/excluded/*`"}
"""No made-up cable has them; the same code writes those of the addressees for action."""


def leaves(node: object, path: str = "") -> Iterator[str]:
    if isinstance(node, dict) and node:
        for name, value in node.items():
            yield from leaves(value, f"{path}/{name}")
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, f"{path}/*")
    else:
        yield path


def test_every_field_of_a_record_has_its_row() -> None:
    known = [pointer for cell, _, _ in ROWS for pointer in pointers(cell)]
    for cable in CABLES.values():
        missing = [path for path in leaves(record_to_json(cable)) if not any(path.startswith(each) for each in known)]
        assert missing == []
