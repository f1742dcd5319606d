from __future__ import annotations

import pytest

from preserve.cable.record import Origin
from preserve.cable.rules.origin import read_origin


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("US Office Strelsau", "Strelsau"),
        ("Embassy Port Of Spain", "Port Of Spain"),
        ("Consulate Ho Chi Minh City", "Ho Chi Minh City"),
        ("American Institute Taiwan, Taipei", "Taipei"),
        ("USUN New York", "New York"),
        ("UNVIE", None),
        ("Secretary of State", None),
        ("Embassy", None),
    ],
)
def test_the_place_is_what_the_name_of_the_origin_holds(name: str, place: str | None) -> None:
    assert read_origin(name, "STRELSAU") == Origin(name=name, station="STRELSAU", place=place)


@pytest.mark.parametrize("cell", [None, "", " "])
def test_a_page_without_an_origin_has_none(cell: str | None) -> None:
    assert read_origin(cell, "STRELSAU") is None
