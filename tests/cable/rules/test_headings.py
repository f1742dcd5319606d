"""Headings between paragraphs: over a rule, in capitals, and one under the other."""

from __future__ import annotations

import pytest
from tests.cable.making import HEAD, assert_layout, laid, read

from preserve.cable.record import SegmentKind


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


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("1. (C) One.\n\n------\nA Title\n------\n\n2. (C) Two.", ["A Title"]),
        ("1. (C) One.\n\nA Title\n-------\n2. (C) Two.", ["A Title"]),
        ("1. (C) One.\n\nA TITLE OF THE U.S. TEXT\n\n2. (C) Two.", ["A TITLE OF THE U.S. TEXT"]),
        ("1. (C) One. End summary.)\n\nU.S. POLICY\n=====\n2. (C) Two.", ["U.S. POLICY"]),
        ("1. (C) One.\n\nA Title\n‐‐‐‐‐‐\n2. (C) Two.", ["A Title"]),
        ("1. (C) One.\n\nA Long Title\n------------ ---\n2. (C) Two.", ["A Long Title"]),
        ("------- \nSUMMARY \n------- \n1. (C) One.", ["SUMMARY"]),
        ("Summary\n\n1. (C) One.", ["Summary"]),
        ("1. (C) He met the GOR\n\n2. (C) Two.", []),
        ("1. (C) He spoke. END COMMENT)\n\n2. (C) Two.", []),
        ("1. (C) He spoke. XXXXXXXXXXXX\n\n2. (C) Two.", []),
        ("1. (C) HE SPOKE OF PEACE.\n\n2. (C) TWO.", []),
        ("1. (C) One. -------\n\n2. (C) Two.", []),
    ],
)
def test_headings_between_paragraphs(text: str, headings: list[str]) -> None:
    whole = HEAD + text
    understood = read(whole)
    assert [section.heading for section in understood.sections] == headings
    assert len(laid(whole, understood, SegmentKind.HEADING)) == len(headings)


def test_a_section_reaches_to_the_next() -> None:
    text = HEAD[:-1] + "REF: ZENDA 7\n\nFIRST PART\n\n1. (C) One.\n\nSECOND PART\n\n2. (C) Two.\n"
    sections = read(text).sections
    assert [text[each.start : each.end] for each in sections] == [
        "FIRST PART\n\n1. (C) One.\n\n",
        "SECOND PART\n\n2. (C) Two.",
    ]
