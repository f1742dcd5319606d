from __future__ import annotations

import pytest
from tests.cable.making import HEAD, laid, marked, read

from preserve.cable.record import MarkKind, SegmentKind
from preserve.cable.rules.insertions import (
    find_dateline,
    find_page_banners,
    find_redactions,
    find_residue,
    find_stray_captions,
)
from preserve.cable.text.flat import flatten


def texts(source: str, found: object) -> list[str]:
    assert isinstance(found, list)
    return [flatten(source).text[start:end] for start, end in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so he said. ZENDA 00002654 001.2 OF 004 And", ["ZENDA 00002654 001.2 OF 004"]),
        ("so he said. KUALA LUMPUR 00002654 002 OF 004 And", ["KUALA LUMPUR 00002654 002 OF 004"]),
        ("so he said. STREL 00002654 002 OF 004 And", ["STREL 00002654 002 OF 004"]),
        ("said the GOR STRELSAU 00002654 002 OF 004 And", ["STRELSAU 00002654 002 OF 004"]),
        ("PAGE 02 HARARE 06677 01 OF 03 291400Z so", ["PAGE 02 HARARE 06677 01 OF 03 291400Z"]),
        ("CONFIDENTIAL PAGE 02 HARARE 06677 01 OF 03 291400Z", ["CONFIDENTIAL PAGE 02 HARARE 06677 01 OF 03 291400Z"]),
        ("PAGE 02 STATE 015113 182333Z TO", ["PAGE 02 STATE 015113 182333Z"]),
        ("see page 02 of the report, 12 of 30", []),
        ("ZENDA 00002654 001 OF 00300 002 OF 003", ["ZENDA 00002654 001 OF 003"]),
        ("ZENDA 00002654 001 OF 00312345 002 OF 003", ["ZENDA 00002654 001 OF 003", "12345 002 OF 003"]),
        ("ZENDA 1234567890123 001 OF 003", ["67890123 001 OF 003"]),
        ("one of 10, ZENDA 00002654 001.2 of 004, two OF 045", ["ZENDA 00002654 001.2 of 004"]),
    ],
)
def test_page_banners(text: str, expected: list[str]) -> None:
    assert texts(text, list(find_page_banners(flatten(text), "STRELSAU"))) == expected


@pytest.mark.parametrize(
    ("text", "strays"),
    [
        ("Secretary of the Council of State, and the Procurator SIPDIS General", 1),
        ("Confidential talks were held in the castle on Monday SIPDIS night", 1),
        ("unclassified papers were found in the castle there SIPDIS and", 1),
        ("Secret SIPDIS talks", 0),
        ("Secretary " + "x" * 90 + " SIPDIS General", 0),
        ("Please include SIPDIS in all replies", 0),
        ("the Secretary asked that all posts use SIPDISX or NOSIPDIS here", 0),
    ],
)
def test_stray_captions(text: str, strays: int) -> None:
    assert len(list(find_stray_captions(flatten(text), 0))) == strays


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("told XXXXXXXXXXXX that", ["XXXXXXXXXXXX"]),
        ("told XXXXXXXXXXxx's man", ["XXXXXXXXXXxx"]),
        ("told xxxxx that", ["xxxxx"]),
        ("met [NAME REMOVED] and [Source removed].", ["[NAME REMOVED]", "[Source removed]"]),
        ("Superbowl XXX, Louis XXXIX, [sic], [names]", []),
    ],
)
def test_redactions(text: str, expected: list[str]) -> None:
    assert texts(text, list(find_redactions(flatten(text)))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so <<218634>> it", ["<<218634>>"]),
        ("so <<<1>> it", ["<<1>>"]),
        ("at 10:00 he 2007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET it", None),
        ("2007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET 04ZENDA2|04ZENDA3 it", None),
        ("12007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET it", []),
        ("a<br>b </td> 1 < 2", ["<br>", "</td>"]),
        ("a &D; b & c &D", ["&D;"]),
        ("a \\ b\\ c\\d", ["\\", "\\"]),
        (":00 <", []),
    ],
)
def test_residue(text: str, expected: list[str] | None) -> None:
    found = texts(text, sorted(find_residue(flatten(text))))
    assert found == ([text[text.index("2007") : -3]] if expected is None else expected)


def test_the_newspapers_dateline_is_residue() -> None:
    text = "Wednesday, 29 November 2000, 13:59 " + HEAD + "1. (C) One."
    understood = read(text)
    assert laid(text, understood, SegmentKind.RESIDUE) == ["Wednesday, 29 November 2000, 13:59"]
    assert understood.banner is not None
    assert find_dateline(flatten("On Wednesday, 29 November 2000, 13:59")) is None


def test_a_page_banner_at_the_edge_is_a_segment_and_inside_a_mark() -> None:
    text = (
        HEAD + "1. (C) One.\n\nSTRELSAU 00000112 002 OF 003\n\n\n2. (C) Two\nSTRELSAU 00000112 003 OF 003\n\n\nwords."
    )
    understood = read(text)
    assert laid(text, understood, SegmentKind.PAGE_BANNER) == ["STRELSAU 00000112 002 OF 003"]
    assert marked(text, understood, MarkKind.PAGE_BANNER) == ["STRELSAU 00000112 003 OF 003"]
    assert laid(text, understood, SegmentKind.PARAGRAPH) == [
        "1. (C) One.",
        "2. (C) Two STRELSAU 00000112 003 OF 003 words.",
    ]
