from __future__ import annotations

import pytest
from tests.cable.making import HEAD, laid, read

from preserve.cable.record import Basis, SegmentKind
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
        (
            "A. BRASILIA 2799 AND 2764 ¶B. PORT AU PRINCE 2325",
            [("A", "05BRASILIA2799"), ("A", "05BRASILIA2764"), ("B", "05PORTAUPRINCE2325")],
        ),
        ("KABUL 936/935", [(None, "05KABUL936"), (None, "05KABUL935")]),
        (
            "A) GUANGZHOU 11657 and 7743, 12155",
            [("A", "05GUANGZHOU11657"), ("A", "05GUANGZHOU7743"), ("A", "05GUANGZHOU12155")],
        ),
        ("ASUNCION 701 (04)", [(None, "04ASUNCION701")]),
        ("AMMAN 5049-01", [(None, "01AMMAN5049")]),
        ("STATE (01) 201265", [(None, "01STATE201265")]),
        ("PANAMA 00789/04", [(None, "04PANAMA789")]),
        ("AMMAN 07718 99", [(None, "99AMMAN7718")]),
        ("2004 BRASILIA 1462; 2005 BRASILIA 108", [(None, "04BRASILIA1462"), (None, "05BRASILIA108")]),
        ("Berlin 1337, Berlin 1340", [(None, "05BERLIN1337"), (None, "05BERLIN1340")]),
        (
            "TEHRAN 1091: TEHRAN 263: MOSCOW 1603",
            [(None, "05TEHRAN1091"), (None, "05TEHRAN263"), (None, "05MOSCOW1603")],
        ),
        ("RIO \n\nDE JANEIRO 1291", [(None, "05RIODEJANEIRO1291")]),
        (
            "HO CHI MINH 10; ST. PETERSBURG 75; N'DJAMENA 3",
            [(None, "05HOCHIMINHCITY10"), (None, "05STPETERSBURG75"), (None, "05NDJAMENA3")],
        ),
        ("ASHGABAT687", [(None, "05ASHGABAT687")]),
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


def test_a_year_is_stated_or_inferred() -> None:
    flat = flatten("A. 04 STRELSAU 12 B. ZENDA 9")
    basis = [each.reference.identifier_basis for each in read_references(flat, 0, len(flat), "05")]
    assert basis == [Basis.STATED, Basis.INFERRED_YEAR]


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


def test_prose_in_front_of_a_number_is_no_post() -> None:
    assert cables("ZENDA 9, THEKINGSLETTERTOALLTHEDUKESOFTHEREALMANDTHEIRHOUSESINFULL 12") == [(None, "05ZENDA9")]
