from __future__ import annotations

import pytest
from tests.cable.making import HEAD, assert_layout, laid, marked, read

from preserve.cable.record import MarkKind, SegmentKind


def numbers(text: str) -> list[tuple[int | None, str | None]]:
    understood = read(HEAD + text)
    assert_layout(HEAD + text, understood.segments, understood.marks)
    return [(each.number, each.portion) for each in understood.paragraphs]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. (C) One. 2. (SBU) Two. 3. (S//NF) Three.", [(1, "C"), (2, "SBU"), (3, "S//NF")]),
        ("1. One. 2. Two. 3. Three.", [(1, None), (2, None), (3, None)]),
        ("1.(C) One. 2.  (C) Two.", [(1, "C"), (2, "C")]),
        ("1) (C) One. 2) Two.", [(1, "C"), (2, None)]),
        ("¶1. (U) One. ¶2. Two in June of ¶2007. And ¶B. more.", [(1, "U"), (2, None)]),
        ("1. (C) One. 6. SBU) Six.", [(1, "C"), (6, "SBU")]),
        ("1. ( C ) One. 2. (C - ENTIRE TEXT) Two. 3. (S/REL NATO) Three.", [(1, "C"), (2, "C"), (3, "S/REL NATO")]),
        ("1. (S//REL TO USA, FVEY) One. 2. (C NF) Two.", [(1, "S//REL TO USA, FVEY"), (2, "C NF")]),
        ("1. (C) In 2007. He paid 12. (b) is next, see para 2. The end. 2. (C) Two.", [(1, "C"), (2, "C")]),
        ("1. (C) A list: 1. Bread. 2. Wine. 3. Salt. 2. (C) Two. 3. (C) Three.", [(1, "C"), (2, "C"), (3, "C")]),
        ("1. (C) One. 2. (Zenda) is far. 3. (C) Three.", [(1, "C"), (2, None), (3, "C")]),
        ("1. (C) One. 3. (C) Three. 2. (C) Two.", [(1, "C"), (2, "C")]),
        ("1. (C) Growth was 2.5 percent on 3.12.05, of 3.(4) tons. 2. (C) Two.", [(1, "C"), (2, "C")]),
        ("1. (C) One. 40. (C) Forty.", [(1, "C")]),
        ("0. (C) Nought. 1. (C) One.", [(1, "C")]),
    ],
)
def test_paragraphs(text: str, expected: list[tuple[int | None, str | None]]) -> None:
    assert [each for each in numbers(text) if each[0] is not None] == expected


def test_a_paragraph_ends_where_the_next_thing_begins() -> None:
    text = HEAD + "1. (C) One.\n\n2. (C) Two.\n\nA HEADING\n\n3. (C) Three.\nORMSBY\n\nNNNN"
    understood = read(text)
    assert [text[each.start : each.end] for each in understood.paragraphs] == [
        "1. (C) One.\n\n",
        "2. (C) Two.\n\n",
        "3. (C) Three.\n",
    ]
    assert laid(text, understood, SegmentKind.PARAGRAPH) == ["1. (C) One.", "2. (C) Two.", "3. (C) Three."]
    assert laid(text, understood, SegmentKind.SIGNATURE) == ["ORMSBY"]
    assert laid(text, understood, SegmentKind.TERMINATOR) == ["NNNN"]
    assert marked(text, understood, MarkKind.NUMBER) == ["1.", "2.", "3."]
    assert marked(text, understood, MarkKind.PORTION) == ["(C)", "(C)", "(C)"]


def test_text_without_numbers_is_one_paragraph() -> None:
    text = HEAD + "The king came to town and spoke of peace. The town was glad of it. ORMSBY"
    understood = read(text)
    assert [(each.number, each.portion) for each in understood.paragraphs] == [(None, None)]
    assert understood.signed_by == ("ORMSBY",)
