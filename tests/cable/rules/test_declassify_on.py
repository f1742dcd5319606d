from __future__ import annotations

import pytest

from preserve.cable.rules.declassify_on import read_date


@pytest.mark.parametrize(
    ("text", "year", "date"),
    [
        ("12/02/2015", 2005, "2015-12-02"),
        ("2020/02/23", 2010, "2020-02-23"),
        ("2020-02-23", 2010, "2020-02-23"),
        ("6/3/08", 1998, "2008-06-03"),
        ("07-15-13", 2003, "2013-07-15"),
        ("8/12/93", 1987, "1993-08-12"),
        ("1/1/05", 1995, "2005-01-01"),
        ("02/30/2015", 2005, None),
        ("25/12/2015", 2005, None),
        ("12/2015", 2005, None),
        ("OADR", 1992, None),
        ("AFTER THE CORONATION", 2005, None),
        ("123/1/2015", 2005, None),
        ("", 2005, None),
    ],
)
def test_date(text: str, year: int, date: str | None) -> None:
    assert read_date(text, year) == date
