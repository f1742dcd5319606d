from __future__ import annotations

import pytest
from tests.cable.making import HEAD, read

from preserve.cable.rules.classification import find_classifiers, read_banner, read_date, read_level, read_reasons
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


@pytest.mark.parametrize(
    ("text", "reasons", "phrase"),
    [
        ("reasons 1.4 (B) and (D). 1. (C) Summary", ("1.4(b)", "1.4(d)"), "1.4 (B) and (D)"),
        ("Reasons 1.5 (b, d).", ("1.5(b)", "1.5(d)"), "1.5 (b, d)"),
        ("Reason: 1.4 b and d ", ("1.4(b)", "1.4(d)"), "1.4 b and d"),
        ("REASON 1.5.D. 2. (C)", ("1.5(d)",), "1.5.D"),
        ("reasons 1.4 (b/d)", ("1.4(b)", "1.4(d)"), "1.4 (b/d)"),
        ("reasons 1.4 (b) and 1.5 (d)", ("1.4(b)", "1.5(d)"), "1.4 (b) and 1.5 (d)"),
        ("reason 1.4 (a), (b) and (b)", ("1.4(a)", "1.4(b)"), "1.4 (a), (b) and (b)"),
        ("reason 1.4. Summary", ("1.4",), "1.4"),
        ("reasons 1.4 (b) and (d). (C) Summary", ("1.4(b)", "1.4(d)"), "1.4 (b) and (d)"),
    ],
)
def test_reasons(text: str, reasons: tuple[str, ...], phrase: str) -> None:
    found = read_reasons(flatten(text), 0, len(text))
    assert found is not None
    assert (found[0], text[slice(*found[1])].rstrip(".")) == (reasons, phrase)


def test_numbers_that_only_look_like_reasons() -> None:
    text = "growth of 1.45 percent, 21.4 (b), 1.7 (b)"
    assert read_reasons(flatten(text), 0, len(text)) is None


@pytest.mark.parametrize(
    ("text", "classifier"),
    [
        (" DCM Miriam Kestrel, reasons 1.4 (B)", "DCM Miriam Kestrel"),
        (": Economic Counselor Jonas Wray for reasons 1.4 (b)", "Economic Counselor Jonas Wray"),
        (" Bodde Orlow, Ambassador; REASON: 1.4(B)", "Bodde Orlow, Ambassador"),
        (" Classified by: CDA Orlow. Reason 1.4 (b)", "CDA Orlow"),
        (" A/DCM Orlow for E.O. 12958 reasons 1.4 (b)", "A/DCM Orlow"),
        (" DCM Orlow 1.4 (b)", "DCM Orlow"),
        (" SECTION 1.5 (B)", None),
        (" , reasons 1.4 (b)", None),
    ],
)
def test_classifier(text: str, classifier: str | None) -> None:
    flat = flatten(text)
    found = [flat.text[slice(*place)] for place in find_classifiers(flat, 0, len(flat))]
    assert found == ([] if classifier is None else [classifier])


def test_a_first_paragraph_may_name_the_classifier() -> None:
    understood = read(HEAD + "1. (U) CLASSIFIED BY CDA JONAS WRAY; REASON 1.5 (D).\n\n2. (C) All was calm.")
    assert understood.classified_by == ("CDA JONAS WRAY",)
    assert understood.reasons == ("1.5(d)",)
    assert [each.number for each in understood.paragraphs] == [1, 2]


@pytest.mark.parametrize(
    ("cell", "level", "handling"),
    [
        ("CONFIDENTIAL", "CONFIDENTIAL", ()),
        ("SECRET//NOFORN", "SECRET", ("NOFORN",)),
        ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", ()),
        ("Secret", "SECRET", ()),
        ("TOP SECRET//NOFORN//ORCON", "TOP SECRET", ("NOFORN", "ORCON")),
    ],
)
def test_level_of_the_table(cell: str, level: str, handling: tuple[str, ...]) -> None:
    found = read_level(cell)
    assert found is not None
    assert (found.level, found.handling) == (level, handling)


def test_a_level_that_nobody_knows_is_none() -> None:
    assert read_level("MOST SECRET") is None
