from __future__ import annotations

import pytest
from tests.cable.making import assert_layout, laid, marked, read

from preserve.cable.record import MarkKind, SegmentKind

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
    "label",
    ["TAGS:", "TAGS ", "Tags:", "TAG:", "TAG ", "TABS:", "TAS:", "TGS:", "AGS:", "TAGES:", "TAGS;", "TAGS,", "tags "],
)
def test_tags_are_found_under_every_known_label(label: str) -> None:
    text = f"UNCLAS STRELSAU 000112 E.O. 12958: N/A {label} PGOV, RZ SUBJECT: A THING{END}"
    assert [tag.value for tag in read(text).tags] == ["PGOV", "RZ"]


def test_words_that_look_like_labels_are_text() -> None:
    text = (
        OPENING + f"E.O. 12958: N/A TAGS: PGOV SUBJECT: A THING{END[:-7]} The dog tags were lost. The subject: none. "
        "Ref: nothing. He spoke of E.O. 12958 and of TAGS: none. ORMSBY"
    )
    understood = read(text)
    assert understood.subject == "A THING"
    assert [tag.value for tag in understood.tags] == ["PGOV"]
    assert understood.references == ()
    assert understood.signed_by == ("ORMSBY",)


def test_captions_and_attention_lines_stand_before_the_first_label() -> None:
    text = (
        OPENING + "SIPDIS SENSITIVE SIPDIS NOFORN DEPT FOR EUR/CNE STATE PASS USTR AND COMMERCE "
        "PORT OF SPAIN FOR L. ORLOW C O R R E C T E D  C O P Y - TEXT E.O. 12958: N/A TAGS: PGOV SUBJECT: A THING" + END
    )
    understood = read(text)
    assert understood.captions == ("SIPDIS", "SENSITIVE", "NOFORN", "C O R R E C T E D C O P Y - TEXT")
    assert understood.attention == ("DEPT FOR EUR/CNE", "STATE PASS USTR AND COMMERCE", "PORT OF SPAIN FOR L. ORLOW")
    targets = [mark.target for mark in understood.marks if mark.kind is MarkKind.CAPTION]
    assert targets == ["/captions/0", "/captions/1", "/captions/0", "/captions/2", "/captions/3"]
    assert laid(text, understood, SegmentKind.ATTENTION) == list(understood.attention)
    assert_layout(text, understood.segments, understood.marks)


def test_a_line_that_addresses_nobody_is_other() -> None:
    text = OPENING + "ZEBRA CROSSING SIPDIS E.O. 12958: N/A TAGS: PGOV SUBJECT: A THING" + END
    understood = read(text)
    assert understood.attention == ()
    assert laid(text, understood, SegmentKind.OTHER) == ["ZEBRA CROSSING"]


def test_every_value_is_marked_with_its_field() -> None:
    text = (
        OPENING + "SIPDIS E.O. 12958: DECL: 1/2/2015 TAGS: PGOV, RZ SUBJECT: A THING REF: A. STRELSAU 1 B. 04 ZENDA 2 "
        "Classified By: DCM Orlow, reasons 1.4 (b)." + END
    )
    understood = read(text)
    by_target = {mark.target: " ".join(text[mark.start : mark.end].split()) for mark in understood.marks if mark.target}
    assert by_target == {
        "/classification/banner": "C O N F I D E N T I A L",
        "/message_reference": "STRELSAU 000112",
        "/captions/0": "SIPDIS",
        "/classification/declassify_on": "1/2/2015",
        "/tags/0": "PGOV",
        "/tags/1": "RZ",
        "/subject": "A THING",
        "/references/0": "STRELSAU 1",
        "/references/1": "04 ZENDA 2",
        "/classification/classified_by/0": "DCM Orlow",
        "/classification/reasons": "1.4 (b)",
        "/signed_by/0": "ORMSBY",
    }


def test_a_repeated_tag_is_marked_twice_and_listed_once() -> None:
    text = "UNCLAS STRELSAU 000112 E.O. 12958: N/A TAGS: PGOV, RZ, PGOV SUBJECT: A THING" + END
    understood = read(text)
    assert [tag.value for tag in understood.tags] == ["PGOV", "RZ"]
    assert [mark.target for mark in understood.marks if mark.kind is MarkKind.TAG] == ["/tags/0", "/tags/1", "/tags/0"]


def test_an_inserted_caption_is_cut_out_of_a_value_but_not_of_the_text() -> None:
    text = "UNCLAS STRELSAU 000112 E.O. 12958: N/A TAGS: PGOV SUBJECT: SECRETARY ORLOW VISITS THE SIPDIS BRIDGE" + END
    understood = read(text)
    assert understood.subject == "SECRETARY ORLOW VISITS THE BRIDGE"
    assert marked(text, understood, MarkKind.STRAY_CAPTION) == ["SIPDIS"]
    assert marked(text, understood, MarkKind.SUBJECT) == ["SECRETARY ORLOW VISITS THE", "BRIDGE"]


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
