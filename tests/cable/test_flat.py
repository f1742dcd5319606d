from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.cable.flat import flatten


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        (" \n ", ""),
        ("a", "a"),
        ("  a \n\n b\tc ", "a b c"),
        ("a\x85b\u2003 c", "a b c"),
        ("a\x00b", "a\x00b"),
    ],
)
def test_white_space_becomes_one_space(source: str, text: str) -> None:
    assert flatten(source).text == text


@given(st.text(alphabet=st.sampled_from("ab ß\n\t\r\u2003ŉ")))
def test_every_character_has_its_place_in_the_source(source: str) -> None:
    flat = flatten(source)
    assert flat.text == " ".join(source.split())
    assert len(flat.upper) == len(flat.text)
    for at, character in enumerate(flat.text):
        received = source[flat.offset(at)]
        assert received == character or (character == " " and received.isspace())
    if flat.text:
        span = flat.span(0, len(flat))
        assert source[span.start : span.end] == source.strip()


def test_upper_case_keeps_offsets() -> None:
    flat = flatten("Straße TAGS:")
    assert flat.upper == "STRAßE TAGS:"
    assert flat.upper.index("TAGS") == flat.text.index("TAGS")
