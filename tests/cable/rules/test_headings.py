"""Headings between paragraphs: over a rule, in capitals, and one under the other."""

from __future__ import annotations

import pytest
from tests.cable.making import HEAD, assert_layout, read


@pytest.mark.parametrize(
    ("between", "headings"),
    [
        ("WHAT NGOs AND MPs WANT", ["WHAT NGOs AND MPs WANT"]),
        ("THE 1990s AND THE McKINLEY TARIFF", ["THE 1990s AND THE McKINLEY TARIFF"]),
        ("THE MONUMENT(al) LAND DEAL\n-------------", ["THE MONUMENT(al) LAND DEAL"]),
        ("A DEAL AT HAND?", ["A DEAL AT HAND?"]),
        ("- - - - - -\nA Title\n- - - - - -", ["A Title"]),
        ("FIRST TITLE\n- - - - -\n\nThe second title\n- - - - -", ["FIRST TITLE", "The second title"]),
        ("XXXXXXXXXXXX\nOn the Bridge\n-------------", ["On the Bridge"]),
        ("He spoke of THE BRIDGE", []),
    ],
)
def test_headings(between: str, headings: list[str]) -> None:
    text = f"{HEAD}1. (C) He came to the town.\n\n{between}\n\n2. (C) Two.\nORMSBY"
    understood = read(text)
    assert_layout(text, understood.segments, understood.marks)
    assert [section.heading for section in understood.sections] == headings
    assert [section.heading for section in read(" ".join(text.split())).sections] == headings


def test_a_question_in_capitals_is_no_heading_where_all_is() -> None:
    text = HEAD + "1. (C) HE CAME TO THE TOWN. WHAT DID HE SAY?\n\n2. (C) NOTHING.\nORMSBY"
    assert read(text).sections == ()
