from __future__ import annotations

import pytest

from preserve.cable.flat import flatten
from preserve.cable.record import MarkKind, SegmentKind
from preserve.cable.running import dateline, page_banners, redactions, stray_captions

from .making import HEAD, laid, marked, read


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
    ],
)
def test_page_banners(text: str, expected: list[str]) -> None:
    assert texts(text, list(page_banners(flatten(text), "STRELSAU"))) == expected


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
    assert len(list(stray_captions(flatten(text), 0))) == strays


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
    assert texts(text, list(redactions(flatten(text)))) == expected


def test_the_newspapers_dateline_is_residue() -> None:
    text = "Wednesday, 29 November 2000, 13:59 " + HEAD + "1. (C) One."
    understood = read(text)
    assert laid(text, understood, SegmentKind.RESIDUE) == ["Wednesday, 29 November 2000, 13:59"]
    assert understood.banner is not None
    assert dateline(flatten("On Wednesday, 29 November 2000, 13:59")) is None


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
