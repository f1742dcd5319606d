from __future__ import annotations

import pytest

from preserve.cable.record.identifier import is_identifier, parse_identifier


@pytest.mark.parametrize(
    ("received", "canonical"),
    [
        ("05STRELSAU4281", "05STRELSAU4281"),
        ("05STRELSAU004281", "05STRELSAU4281"),
        ("2005STRELSAU4281", "05STRELSAU4281"),
        ("1985STRELSAU1", "85STRELSAU1"),
        ("09STATE1", "09STATE1"),
        # the closed table: section prefixes, a lost serial, a suffix, a doubled year
        ("09SECTION01OF03SANJOSE525", "09SANJOSE525"),
        ("092OF5", "09STATE126780"),
        ("06ASTANA", "06ASTANA204"),
        ("7575LIBREVILLE1895", "75LIBREVILLE1895"),
        ("08ACCRA001382SUSPECTEDDUPLICATE1392", "08ACCRA1392"),
        ("06MADRID002583ZFR2585", "06MADRID2583"),
        # the two rows of the peer's table that named the wrong cable
        ("0901OF02RPODUBAI288", "09RPODUBAI288"),
        ("09BRUSELS1292", "09BRUSSELS1292"),
    ],
)
def test_an_identifier_has_one_canonical_form(received: str, canonical: str) -> None:
    assert is_identifier(received)
    assert str(parse_identifier(received)) == canonical
    assert str(parse_identifier(canonical)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "05STRELSAU",
        "05STRELSAU0",
        "STRELSAU4281",
        "05strelsau4281",
        "05STRELSAU4281\n",
        " 05STRELSAU4281",
        "05STRELSAU42811234",
        "../05STRELSAU4281",
        "05STRELSAU/4281",
        "05STRELSAU4281.json",
        "0\u0665STRELSAU4281",
        "05STRELSÄU4281",
        "3005STRELSAU4281",
        "05" + "A" * 70 + "1",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_identifier(text)
    with pytest.raises(ValueError, match="not an identifier"):
        parse_identifier(text)


@pytest.mark.parametrize(("text", "year"), [("66STRELSAU1", 1966), ("99STRELSAU1", 1999), ("00STRELSAU1", 2000)])
def test_the_year_has_its_century(text: str, year: int) -> None:
    assert parse_identifier(text).full_year == year
