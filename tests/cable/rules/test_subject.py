from __future__ import annotations

import pytest
from tests.cable.making import assert_layout, laid, read

from preserve.cable.record import SegmentKind

OPENING = "C O N F I D E N T I A L STRELSAU 000112 "


END = " 1. (C) All was calm. ORMSBY"


def subject(text: str) -> str | None:
    return read(OPENING + "E.O. 12958: N/A TAGS: PGOV " + text).subject


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SUBJECT: A THING REF: STRELSAU 1" + END, "A THING"),
        ("Subject: A thing Ref: Strelsau 1" + END, "A thing"),
        ("SUBJ: A THING" + END, "A THING"),
        ("UBJECT: A THING" + END, "A THING"),
        ("SUBJECT A THING REF: STRELSAU 1" + END, "A THING"),
        ("SUBJECT: VISIT TO ZENDAREF: STRELSAU 493" + END, "VISIT TO ZENDA"),
        ("SUBJECT: VISIT TO ZENDA Classified By: DCM Orlow" + END, "VISIT TO ZENDA"),
        ("CORRECTED COPY//SUBJECT LINE//// SUBJECT: A THING" + END, "A THING"),
        ("SUBJECT: A \nSECOND LINE\n\nREF: STRELSAU 1" + END, "A SECOND LINE"),
        ("SUBJECT: US- \nRURITANIAN TALKS" + END, "US-RURITANIAN TALKS"),
        ("SUBJECT: PRE- AND POST-WAR TALKS" + END, "PRE- AND POST-WAR TALKS"),
        ("SUBJECT: THE KING&#8217;S SPEECH" + END, "THE KING’S SPEECH"),
        ("SUBJECT: (C/NF) A THING" + END, "A THING"),
        ("SUBJECT: NOTES 11-09-2009 ----------- 1. SUMMARY" + END, "NOTES 11-09-2009"),
        ("SUBJECT: A THING SUMMARY: All was well." + END, "A THING"),
        ("SUBJECT: SUMMARY OF THE TALKS" + END, "SUMMARY OF THE TALKS"),
        ("REF: STRELSAU 1" + END, None),
    ],
)
def test_subject(text: str, expected: str | None) -> None:
    assert subject(text) == expected


@pytest.mark.parametrize(
    ("text", "heading", "expected"),
    [
        ("SUBJECT: A Thing in Town The king came.", "A Thing in Town", "A Thing in Town"),
        ("SUBJECT: A Thing\nin Town\n\nThe king came.", None, "A Thing in Town"),
        ("SUBJECT: A THING IN TOWN, ZENDA The king came.", None, "A THING IN TOWN, ZENDA"),
        ("SUBJECT: A thing in town. The king came.", None, "A thing in town"),
    ],
)
def test_a_subject_that_nothing_follows(text: str, heading: str | None, expected: str) -> None:
    whole = f"UNCLAS STRELSAU 000001 TAGS: PGOV {text}"
    assert read(whole, heading=heading).subject == expected


@pytest.mark.parametrize(
    ("value", "heading", "subject"),
    [
        pytest.param("A THING OF THE KING\n-------", None, "A THING OF THE KING", id="rule"),
        pytest.param("A THING\n\nA HEADING\n---------", None, "A THING", id="heading-behind-a-blank-line"),
        pytest.param("A THING A HEADING ---------", "A Thing", "A THING", id="heading-told-by-the-page"),
        pytest.param("A THING BACKGROUND ---------", None, "A THING", id="heading-of-a-known-word"),
        pytest.param("A THING The king came to the town.", None, "A THING", id="text-behind-capitals"),
        pytest.param("A THING: The king came to the town.", None, "A THING: The king came to the town.", id="colon"),
        pytest.param(
            "THE LIFE AND TIMES OF THE KING OF RURITANIA AND OF HIS MANY\nMEN\n\n---------",
            "THE LIFE AND TIMES OF THE KING OF RURITANIA AND OF HIS MANY",
            "THE LIFE AND TIMES OF THE KING OF RURITANIA AND OF HIS MANY MEN",
            id="a-full-line-may-go-on",
        ),
    ],
)
def test_a_subject_before_the_first_paragraph(value: str, heading: str | None, subject: str) -> None:
    text = f"{OPENING}\nE.O. 12958: N/A\nTAGS: PGOV\nSUBJECT: {value}\n\n1. (C) He came.\n\n2. (C) Two.\nORMSBY"
    assert read(text, heading=heading).subject == subject


def test_blank_lines_tell_nothing_where_every_line_has_one() -> None:
    text = f"{OPENING}\n\nTAGS: PGOV\n\nSUBJECT: A THING OF THE\n\nKING\n\n--------\n\n1. (C) One.\n\nORMSBY"
    assert read(text).subject == "A THING OF THE KING"


@pytest.mark.parametrize("all_capitals", [False, True])
def test_a_heading_that_is_a_full_line_may_go_on_in_capitals(all_capitals: bool) -> None:
    line = "THE LIFE AND TIMES OF THE KING OF RURITANIA AND OF HIS MANY"
    body = "THE KING CAME. HE LEFT." if all_capitals else "The king came to the town."
    said = read(f"{OPENING} TAGS: PGOV SUBJECT: {line} MEN {body} ORMSBY", heading=line).subject
    assert said == (line if all_capitals else f"{line} MEN")


def test_a_blank_line_ends_a_subject_that_residue_interrupts() -> None:
    text = "UNCLAS STRELSAU 000001\nTAGS: PGOV\nSUBJECT: A Thing <<218634>>\nin <br> Town\n\nking"
    understood = read(text)
    assert understood.subject == "A Thing in Town"
    assert_layout(text, understood.segments, understood.marks)


def test_residue_in_a_subject_does_not_move_the_blank_line_behind_it() -> None:
    text = (
        "UNCLAS STRELSAU 000001\nTAGS: PGOV\nSUBJECT: A Thing <<218634>>\nin Town\n\n"
        "The king came to town today with all of his men.\n\n1. (U) One.\nORMSBY"
    )
    understood = read(text)
    assert understood.subject == "A Thing in Town"
    assert laid(text, understood, SegmentKind.PARAGRAPH)[0].startswith("The king")
