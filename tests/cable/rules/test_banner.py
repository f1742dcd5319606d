from __future__ import annotations

import pytest

from preserve.cable.rules.banner import read_banner
from preserve.cable.text.flat import flatten


@pytest.mark.parametrize(
    ("text", "level", "reference"),
    [
        ("C O N F I D E N T I A L STRELSAU 004281", "CONFIDENTIAL", "STRELSAU 004281"),
        ("UNCLAS  STRELSAU 000007", "UNCLASSIFIED", "STRELSAU 000007"),
        ("UUNCLAS STRELSAU 000007", "UNCLASSIFIED", "STRELSAU 000007"),
        ("UNCLASSIFIED STRELSAU 000007", "UNCLASSIFIED", "STRELSAU 000007"),
        ("SS E C R E T STRELSAU 000007", "SECRET", "STRELSAU 000007"),
        ("C ONFIDENTIAL STRELSAU 000007", "CONFIDENTIAL", "STRELSAU 000007"),
        ("S e c r e t strelsau 000643", "SECRET", "strelsau 000643"),
        ("SECRET SECTION 01 of 03 STRELSAU 000643", "SECRET", "STRELSAU 000643"),
        ("C O N F I D E N T I A L SECTION 01 OF 03 PORT OF SPAIN 000220", "CONFIDENTIAL", "PORT OF SPAIN 000220"),
        ("LIMITED OFFICIAL USE STRELSAU 1164", "LIMITED OFFICIAL USE", "STRELSAU 1164"),
        ("T O P S E C R E T STRELSAU 000643", "TOP SECRET", "STRELSAU 000643"),
        ("S E C R E T SECTION 01 OF 03 N'DJAMENA 000530", "SECRET", "N'DJAMENA 000530"),
    ],
)
def test_banner(text: str, level: str, reference: str) -> None:
    found = read_banner(flatten(text), 100)
    assert found is not None
    assert found.reference is not None
    assert (found.banner.level, found.reference.text) == (level, reference)


def test_the_words_behind_a_banner_without_a_reference_are_no_post() -> None:
    found = read_banner(flatten("UNCLASSIFIED SIPDIS E.O. 12958: N/A"), 35)
    assert found is not None
    assert found.reference is None


def test_handling_words_of_the_banner() -> None:
    found = read_banner(flatten("S E C R E T NOFORN STRELSAU 000007"), 60)
    assert found is not None
    assert (found.banner.level, found.banner.handling) == ("SECRET", ("NOFORN",))


def test_text_that_begins_otherwise_has_no_banner() -> None:
    assert read_banner(flatten("The secretary said 12 things."), 30) is None
