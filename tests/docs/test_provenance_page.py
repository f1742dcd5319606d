"""The page on provenance: each of its examples is what the code writes, and its table names what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import etree
from tests.provenance.examples import crate_example, example

from preserve.provenance import premis, ro_crate
from preserve.provenance.elements import PREMIS_NAMESPACE
from preserve.provenance.vocabulary import EventType

PAGE = (Path(__file__).parents[2] / "docs/reference/provenance.md").read_text(encoding="utf-8")
XML = re.findall(r"^```xml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
JSON = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
WRITTEN = premis.encode_premis(example(access_copy=True))
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def content(element: etree._Element) -> tuple[object, ...]:
    text = (element.text or "").strip()
    return (str(element.tag), sorted(element.attrib.items()), text, [content(child) for child in element])


@pytest.mark.parametrize("block", XML)
def test_each_piece_of_premis_is_what_is_written(block: str) -> None:
    shown = etree.fromstring(f'<premis xmlns="{PREMIS_NAMESPACE}" xmlns:xsi="{XSI}">{block}</premis>')[0]
    assert content(shown) in [content(element) for element in etree.fromstring(WRITTEN).iter(shown.tag)]


@pytest.mark.parametrize("block", JSON)
def test_each_entity_is_what_is_written(block: str) -> None:
    graph = json.loads(ro_crate.encode_crate(crate_example(access_copy=True)))["@graph"]
    assert json.loads(block) in graph


def test_there_is_an_example_of_each_kind() -> None:
    assert {block.split(None, 1)[0].strip("<>") for block in XML} == {"object", "event", "agent", "rightsStatement"}
    assert len(JSON) == 3


def test_the_table_has_every_event_and_says_rightly_which_are_actions() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \(`(\w+)`\) \|.*\| (yes|no)\b[^|]*\|$", PAGE, re.MULTILINE)
    events = example(access_copy=True).events
    assert [(label, code) for label, code, _ in rows] == [(event.type.label, event.type.code) for event in events]
    graph = json.loads(ro_crate.encode_crate(crate_example(access_copy=True)))["@graph"]
    actions = {entity["name"] for entity in graph if entity["@type"] == "CreateAction"}
    assert {label for label, _, action in rows if action == "yes"} == actions


def test_the_page_names_the_formats_that_are_written() -> None:
    puids = {file.puid for file in example(access_copy=True).files}
    assert puids <= set(re.findall(r"`((?:x-)?fmt/\d+)`", PAGE))


def test_the_types_of_the_log_are_those_of_its_schema() -> None:
    schema = json.loads((Path(__file__).parents[2] / "schemas/event-1.1.0.schema.json").read_bytes())
    types = schema["properties"]["type"]["enum"]
    assert set(types) <= {term.label for term in EventType}
    after = PAGE[PAGE.index("## After packaging") :]
    assert {name for name in re.findall(r"`([a-z ]+)`", after) if name in types} == set(types)
