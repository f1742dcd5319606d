from __future__ import annotations

import pytest
from tests.cable.making import read


@pytest.mark.parametrize(
    ("line", "order", "text", "date"),
    [
        ("E.O. 12958: DECL: 12/02/2015", "E.O. 12958", "12/02/2015", "2015-12-02"),
        ("E.O. 12958:  DECL:  07-15-13", "E.O. 12958", "07-15-13", "2013-07-15"),
        ("EO 12958 DECL: 2020/02/23", "E.O. 12958", "2020/02/23", "2020-02-23"),
        ("EO 12958 DECL: 0416/03/29", "E.O. 12958", "0416/03/29", None),
        ("EO 12958 DECL: 3018/02/23", "E.O. 12958", "3018/02/23", None),
        ("E.o. 12958: decl: 01/07/2014", "E.O. 12958", "01/07/2014", "2014-01-07"),
        ("E.O. 12356: DECL: OADR", "E.O. 12356", "OADR", None),
        ("E.O. 12958: N/A", "E.O. 12958", "N/A", None),
        ("E.O. 11652: GDS", "E.O. 11652", "GDS", None),
        ("E.O. 12958: DECLl: 12/02/2015", "E.O. 12958", "12/02/2015", "2015-12-02"),
        (
            "E.O. 12958: AS AMENDED; DECLASSIFIED JUNE 21, 2006",
            "E.O. 12958",
            "AS AMENDED; DECLASSIFIED JUNE 21, 2006",
            None,
        ),
    ],
)
def test_authority(line: str, order: str, text: str, date: str | None) -> None:
    understood = read(f"SECRET STRELSAU 000112 {line} TAGS: PGOV SUBJECT: X REF: STRELSAU 1 1. (S) Text.")
    assert understood.authority is not None
    instruction = understood.authority.declassify_on
    assert instruction is not None
    assert (understood.authority.order, instruction.text, instruction.date) == (order, text, date)
