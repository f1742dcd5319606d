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
def test_headings(text: str, headings: list[str]) -> None:
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


@pytest.mark.parametrize(
    ("tail", "signed", "behind"),
    [
        ("ORMSBY", ("ORMSBY",), []),
        ("Ormsby", ("Ormsby",), []),
        ("DE PREE", ("DE PREE",), []),
        ("O'DONOHUE", ("O'DONOHUE",), []),
        ("STRAUSZ-HUPE", ("STRAUSZ-HUPE",), []),
        ("ORMSBY ORMSBY", ("ORMSBY",), []),
        ("ORMSBY##", ("ORMSBY",), []),
        ("ORMSBY\nCONFIDENTIAL\n", ("ORMSBY",), []),
        ("ORMSBY\n\nNNNN", ("ORMSBY",), ["NNNN"]),
        ("ORMSBY\n\nNNNN\n2004STRELS02200 - CONFIDENTIAL", ("ORMSBY",), ["NNNN"]),
        ("ORMSBY\nEPET @ EL PAÍS", ("ORMSBY",), []),
        ("ORMSBY\nVisit Strelsau's Classified Website: http://www.state.example/eur/strelsau", ("ORMSBY",), []),
        ("Visit Strelsau's Classified Website:\nhttp://www.state.example/strelsau/index.c fm\nORMSBY", ("ORMSBY",), []),
        ("XXXXXXXXXXXX", (), []),
        ("END COMMENT", (), []),
        ("NNNN", (), ["NNNN"]),
        ("", (), []),
    ],
)
def test_signature(tail: str, signed: tuple[str, ...], behind: list[str]) -> None:
    text = HEAD + "1. (C) One.\n\n2. (C) All was calm in the town.\n" + tail
    understood = read(text)
    assert understood.signed_by == signed
    assert laid(text, understood, SegmentKind.TERMINATOR)[: len(behind)] == behind
    assert_layout(text, understood.segments, understood.marks)


def test_the_last_word_of_a_cut_text_is_nobodys_name() -> None:
    text = HEAD + "1. (C) One. THE"
    assert read(text).signed_by == ()
    assert read(HEAD + "1. (C) One. ORMSBY", whole=False).signed_by == ()


def test_a_word_that_closes_no_sentence_is_no_signature() -> None:
    assert read(HEAD + "1. (C) He went to see the men of UNESCO").signed_by == ()
