from __future__ import annotations

import sys

import pytest
from hypothesis import example, given, strategies as st

from preserve.cable.record import Span
from preserve.cable.text.flat import flatten, narrow


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


def test_every_white_space_that_python_knows_is_one() -> None:
    known = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    assert len(known) > 20
    assert {flatten(f"a{sign}b").text for sign in known} == {"a b"}
    assert flatten("a\u200bb").text == "a\u200bb"


def test_upper_case_keeps_offsets() -> None:
    flat = flatten("Straße TAGS:")
    assert flat.upper == "STRAßE TAGS:"
    assert flat.upper.index("TAGS") == flat.text.index("TAGS")


@given(st.text(alphabet=st.characters(exclude_categories=["Z", "Cc"]), max_size=20))
@example("".join(map(chr, range(0xA1, 0x100))))
@example("¶1. é")
@example("µ¶")
@example("¶ÿ")
@example("ŉ“x”")
@example("e\u0301 \U0001f4dc ß")
def test_upper_case_is_that_of_each_character_alone_where_it_is_one_character(text: str) -> None:
    raised = [character.upper() for character in flatten(text).text]
    expected = [up if len(up) == 1 else own for own, up in zip(flatten(text).text, raised, strict=True)]
    assert flatten(text).upper == "".join(expected)


@given(st.text(alphabet=st.sampled_from("ab \n"), max_size=40))
def test_many_offsets_are_those_of_each(source: str) -> None:
    flat = flatten(source)
    places = list(range(len(flat)))
    assert flat.offsets(places) == [flat.offset(at) for at in places]


@given(st.text(alphabet=st.sampled_from("ab \n"), max_size=40), st.lists(st.integers(0, 40), max_size=6))
@example("a bb c", [2, 3, 3, 4])
@example("bb c", [0, 1, 1, 2])
@example("a bb", [2, 3, 3, 4])
@example("abbc", [1, 2, 2, 3])
def test_a_narrowed_view_is_the_one_with_the_holes(source: str, places: list[int]) -> None:
    flat = flatten(source)
    ends = sorted(place for place in places if place <= len(source))
    holes = [
        Span(start, end)
        for start, end in zip(ends[::2], ends[1::2], strict=False)
        if start < end and not source[start].isspace() and not source[end - 1].isspace()
    ]
    one, other = narrow(flat, holes, holes), flatten(source, holes)
    assert (one.text, one.upper) == (other.text, other.upper)
    shown = [at for at, character in enumerate(one.text) if character != " "]
    assert [one.offset(at) for at in shown] == [other.offset(at) for at in shown]


@given(st.text(alphabet=st.sampled_from("ab \n"), max_size=40))
def test_a_place_is_that_of_the_first_character_behind_an_offset(source: str) -> None:
    flat = flatten(source)
    for offset in range(len(source) + 1):
        expected = [at for at in range(len(flat)) if flat.offset(at) >= offset]
        assert flat.place(offset) == (expected[0] if expected else len(flat))
