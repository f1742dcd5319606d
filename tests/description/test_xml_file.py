"""XML that lxml writes for others: only what says something, every text whole, each element on a line of its own."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings, strategies as st
from lxml import etree

from preserve.description.xml_file import ElementMaker, encode_element, xml_file
from preserve.xml_characters import replace_unencodable

NAMESPACE = "urn:x-ruritania"
MAKER = ElementMaker(NAMESPACE)
ROOT = f'<r xmlns="{NAMESPACE}" version="1"/>'


def test_elements_stand_on_lines_of_their_own() -> None:
    post = MAKER.block("post", [*MAKER.leaf("name", "Strelsau <main>", key='"S"'), MAKER.empty("closed")])
    assert xml_file(ROOT, post) == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<r xmlns="urn:x-ruritania" version="1">\n'
        b"  <post>\n"
        b'    <name key="&quot;S&quot;">Strelsau &lt;main&gt;</name>\n'
        b"    <closed/>\n"
        b"  </post>\n"
        b"</r>\n"
    )


def test_what_has_nothing_to_say_is_left_out() -> None:
    assert MAKER.leaf("name", None) == MAKER.leaf("name", "") == MAKER.block("post", []) == []
    [name] = MAKER.leaf("name", "Strelsau", key=None)
    assert name.keys() == []


def test_no_white_space_is_put_beside_text() -> None:
    [editor] = ElementMaker().leaf("editor", "An archive")
    editor.extend(ElementMaker().leaf("email", "a@example.org"))
    assert encode_element(editor, 1) == b"  <editor>An archive<email>a@example.org</email></editor>\n"


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(text=st.text(st.characters(exclude_categories=[]), min_size=1))
def test_any_text_is_read_back(text: str) -> None:
    root = etree.fromstring(xml_file(ROOT, MAKER.leaf("name", text, key=text)))
    assert root[0].text == root[0].get("key") == replace_unencodable(text)
