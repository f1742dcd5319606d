"""The cables of one item: posts, serials that go on with one, and years before and behind them."""

from __future__ import annotations

import pytest

from preserve.cable.record import Basis
from preserve.cable.rules.references import read_references
from preserve.cable.text.flat import flatten


def cables(text: str) -> list[tuple[str | None, str | None]]:
    flat = flatten(text)
    found = read_references(flat, 0, len(flat), "05")
    return [(each.reference.label, each.reference.identifier) for each in found if each.reference.kind == "telegram"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
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
        ("A. ZENDA 12 B. 13", [("A", "05ZENDA12"), ("B", "05ZENDA13")]),
        ("UNVIE VIENNA 12", [(None, "05UNVIEVIENNA12")]),
        ("ZENDA CABLE NO. 12", [(None, "05ZENDA12")]),
        ("ZENDA 701 (06)", [(None, "06ZENDA701")]),
        ("ZENDA 12 06", [(None, "05ZENDA12")]),
        ("SECDEF MSG DTG 301601Z SEP 04", []),
    ],
)
def test_the_cables_of_an_item(text: str, expected: list[tuple[str | None, str | None]]) -> None:
    assert cables(text) == expected


def test_a_year_is_stated_or_inferred() -> None:
    flat = flatten("A. 04 STRELSAU 12 B. ZENDA 9")
    basis = [each.reference.identifier_basis for each in read_references(flat, 0, len(flat), "05")]
    assert basis == [Basis.STATED, Basis.INFERRED_YEAR]


def test_prose_in_front_of_a_number_is_no_post() -> None:
    assert cables("ZENDA 9, THEKINGSLETTERTOALLTHEDUKESOFTHEREALMANDTHEIRHOUSESINFULL 12") == [(None, "05ZENDA9")]
