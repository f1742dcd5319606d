"""Characters: what XML can hold as it is, and only that, is left as it is."""

from __future__ import annotations

from lxml import etree

from preserve.tei.characters import described, is_plain, transcribed


def test_a_text_is_plain_exactly_when_nothing_of_it_is_escaped() -> None:
    """Every code point; the two expressions are written apart from each other."""
    wrong = [f"U+{code:04X}" for code in range(0x110000) if is_plain(chr(code)) != (_escaped(chr(code)) == chr(code))]
    assert wrong == []


def _escaped(character: str) -> str:
    # Behind a character that is escaped, so that the quick way is not taken.
    return transcribed(f"&{character}").removeprefix("&amp;")


def test_what_is_left_as_it_is_comes_back_from_xml() -> None:
    plain = "".join(chr(code) for code in range(0x20000) if is_plain(chr(code)))
    assert etree.fromstring(f"<x>{plain}</x>").text == plain
    assert described(plain) is plain
