from __future__ import annotations

import pytest
from tests.cable.making import HEAD, laid, read

from preserve.cable.record import SegmentKind
from preserve.cable.rules.references import read_references
from preserve.cable.text.flat import flatten


def cables(text: str, *, closed: bool = True) -> list[tuple[str | None, str]]:
    flat = flatten(text)
    return [
        (each.reference.label, each.reference.identifier or f"other: {each.reference.text}")
        for each in read_references(flat, 0, len(flat), "05", closed=closed)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STRELSAU 4144", [(None, "05STRELSAU4144")]),
        ("Strelsau 004144", [(None, "05STRELSAU4144")]),
        ("A. 04 STRELSAU 12 B. ZENDA 9", [("A", "04STRELSAU12"), ("B", "05ZENDA9")]),
        ("(A) STRELSAU 12 (B) ZENDA 9", [("A", "05STRELSAU12"), ("B", "05ZENDA9")]),
        ("A) STRELSAU 12, B) ZENDA 9", [("A", "05STRELSAU12"), ("B", "05ZENDA9")]),
        ("A. REF A STATE 122214 B. REF B LONDON 2649", [("A", "05STATE122214"), ("B", "05LONDON2649")]),
        ("A. A) SECSTATE 54183 B. B) 04 BRASILIA 1868", [("A", "05STATE54183"), ("B", "04BRASILIA1868")]),
        ("STATE 138377 AND PREVIOUS", [(None, "05STATE138377")]),
        ("RICHARD-WITMER EMAIL 10/9", [(None, "other: RICHARD-WITMER EMAIL 10/9")]),
        ("9 FAM Appendix K", [(None, "other: 9 FAM Appendix K")]),
        ("A. STATE 12 B. 2004 HUMAN RIGHTS REPORT", [("A", "05STATE12"), ("B", "other: 2004 HUMAN RIGHTS REPORT")]),
        (
            "A. STRELSAU 5 B. SECDEF MSG DTG 301601Z SEP 04",
            [("A", "05STRELSAU5"), ("B", "other: SECDEF MSG DTG 301601Z SEP 04")],
        ),
        ("UNSCR 1737", [(None, "other: UNSCR 1737")]),
        ("", []),
        ("A. B.", []),
    ],
)
def test_references(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert cables(text) == expected


def test_the_text_of_a_reference_is_verbatim() -> None:
    source = "A. 04  STRELSAU\n 0012 (NOTAL)"
    flat = flatten(source)
    found = read_references(flat, 0, len(flat), "05")
    assert [each.reference.text for each in found] == ["04 STRELSAU 0012"]
    span = flat.span(found[0].start, found[0].end)
    assert source[span.start : span.end] == "04  STRELSAU\n 0012"


def test_a_block_without_an_end_stops_before_the_first_text() -> None:
    assert cables("A. STRELSAU 5 B. ZENDA 6; FROM THE MINISTER TO ALL", closed=False) == [
        ("A", "05STRELSAU5"),
        ("B", "05ZENDA6"),
    ]


def test_a_page_mark_inside_the_block_is_no_reference() -> None:
    text = HEAD[:-1] + "REF: A) STRELSAU 199, B) STRELSAU 227 STRELSAU 00000402 001.2 OF 003\n\n1. (C) One."
    understood = read(text, "08STRELSAU402")
    assert [each.identifier for each in understood.references] == ["08STRELSAU199", "08STRELSAU227"]
    assert laid(text, understood, SegmentKind.PAGE_BANNER) == ["STRELSAU 00000402 001.2 OF 003"]
