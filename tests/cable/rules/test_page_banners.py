from __future__ import annotations

import pytest
from tests.cable.making import HEAD, laid, marked, read

from preserve.cable.record import MarkKind, SegmentKind
from preserve.cable.rules.page_banners import find_page_banners
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
