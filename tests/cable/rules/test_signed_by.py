"""Who signed: the names behind the last sentence."""

from __future__ import annotations

import pytest
from tests.cable.making import HEAD, assert_layout, laid, read, signed

from preserve.cable.record import SegmentKind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ormsby", ("ormsby",)),
        ("Best, Edna ormsby", ("ormsby",)),
        ("Regards,\nEdna\normsby", ("ormsby",)),
        ("Warmest regards, Edna\nORMSBY", ("ORMSBY",)),
        ("Van Der Byl", ("Van Der Byl",)),
        ("De Luca", ("De Luca",)),
        ("VAN DER BYL", ("VAN DER BYL",)),
        ("McKinley", ("McKinley",)),
        ("McKINLEY", ("McKINLEY",)),
        ("D'ALESSANDRO", ("D'ALESSANDRO",)),
        ("Wray-Orme", ("Wray-Orme",)),
        ("Minimize considered.\nORMSBY", ("ORMSBY",)),
        ("MINIMIZE CONSIDERED\nORMSBY", ("ORMSBY",)),
        ("UNQUOTE\nORMSBY", ("ORMSBY",)),
    ],
)
def test_names(name: str, expected: tuple[str, ...]) -> None:
    assert signed(name) == expected


@pytest.mark.parametrize(
    "end",
    [
        "ACTION REQUESTED: NONE",
        "ACTION REQUESTED: RELEASE.",
        "SEPTEL FOLLOWS",
        "Wheat 12, rye 13, all\n25",
        "WHEAT 12 RYE 13 TOTAL 25",
        "TOTAL 12",
        "He wrote to the men of the bridge",
        "See www.strelsau. example",
        "It was said in the town and",
        "He thinks so: maybe",
    ],
)
def test_what_is_nobodys_name(end: str) -> None:
    assert signed(end) == ()


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
