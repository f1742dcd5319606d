"""Escaping: any text is read back from XML as it was, and what needs no escape is left as it is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from lxml import etree

from preserve.xml_characters import (
    escape_attribute,
    escape_content,
    find_unencodable,
    is_plain,
    replace_unencodable,
)

ANY = settings(suppress_health_check=list(HealthCheck), deadline=None)
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=300)
"""Texts of any code points, surrogates too; longer than those for which there is a shorter way."""
EVERY = [chr(code) for code in range(0x110000)]


@ANY
@given(text=TEXTS)
def test_content_is_read_back(text: str) -> None:
    read = etree.fromstring(f"<x>{escape_content(text)}</x>".encode()).text or ""
    assert read == replace_unencodable(text)


@ANY
@given(text=TEXTS)
def test_content_is_read_back_with_what_stands_for_other_characters(text: str) -> None:
    written = escape_content(text, lambda character: f'<g n="{ord(character)}"/>')
    root = etree.fromstring(f"<x>{written}</x>".encode())
    glyphs = "".join(f"{chr(int(g.get('n', '')))}{g.tail or ''}" for g in root)
    assert (root.text or "") + glyphs == text


@ANY
@given(value=TEXTS)
def test_an_attribute_is_read_back(value: str) -> None:
    read = etree.fromstring(f'<x a="{escape_attribute(value)}"/>'.encode()).get("a")
    assert read == replace_unencodable(value)


@ANY
@given(text=TEXTS)
def test_exactly_what_xml_cannot_hold_is_found_and_replaced(text: str) -> None:
    found = find_unencodable(text)
    assert replace_unencodable(text) == "".join("\ufffd" if each in found else each for each in text)


def test_the_parser_refuses_exactly_what_is_called_unencodable() -> None:
    found = find_unencodable("".join(EVERY))
    assert len(found) == 29 + 2048 + 2
    assert [f"U+{ord(each):04X}" for each in found if _is_read(each)] == []
    rest = "".join(each for each in EVERY if each not in found)
    assert etree.fromstring(f"<x>{escape_content(rest)}</x>".encode()).text == rest


def _is_read(character: str) -> bool:
    try:
        etree.fromstring(f"<x>{character}</x>".encode("utf-8", "surrogatepass"))
    except etree.XMLSyntaxError:
        return False
    return True


def test_a_text_is_plain_exactly_when_nothing_of_it_is_escaped() -> None:
    """Every code point, by each of the three ways: they are written apart from each other."""
    ways = [[is_plain(each), escape_content(each) == each, _is_kept_behind_another(each)] for each in EVERY]
    assert [f"U+{code:04X}" for code, answers in enumerate(ways) if len(set(answers)) > 1] == []


def _is_kept_behind_another(character: str) -> bool:
    return escape_content(f"&{character}") == f"&amp;{character}"


@pytest.mark.parametrize("text", ["", "STRELSAU", "x" * 1000, "one\n\ttwo", "É" * 200])
def test_what_is_plain_is_not_copied(text: str) -> None:
    assert escape_content(text) is text
