"""What holds of the grammar whatever the text is, and that a body flattened is the same cable."""

from __future__ import annotations

import json
import sys
from dataclasses import fields, replace
from types import FrameType

import pytest
from hypothesis import given, strategies as st
from tests.protocols.reader import excuse_of, read_with
from tests.selection import examples

from preserve.cable.grammar import ParsedBody, read_body
from preserve.cable.normalization import normalize
from preserve.cable.record import CaptureSource, Mark, PageCapture, Rights, Segment, SegmentKind
from preserve.cable.record.codec import record_to_json
from preserve.cable.record.identifier import parse_identifier
from preserve.cable.record.schema import check_record
from preserve.cable.rules.routing_header import read_header, split_header
from preserve.cable.text.page import Page
from preserve.errors import SourceError
from preserve.readers.formats.cablebrowser import CablebrowserReader
from preserve.readers.reader import SourceItem

CABLE = parse_identifier("05STRELSAU112")
RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")

WORDS = [
    "C O N F I D E N T I A L",
    "UNCLAS",
    "SECRET",
    "S E C R E T",
    "SECTION 01 OF 02",
    "STRELSAU 000112",
    "SIPDIS",
    "NOFORN",
    "DEPT FOR EUR/CNE",
    "E.O. 12958:",
    "DECL: 12/02/2015",
    "TAGS:",
    "PGOV,",
    "RZ",
    "2005 Coronation",
    "SUBJECT:",
    "A THING",
    "REF:",
    "A. STATE 12",
    "(B)",
    "06 ZENDA 7",
    "AND 8",
    "Classified By:",
    "DCM Orlow,",
    "reasons 1.4 (b) and (d).",
    "1.",
    "2.",
    "3.",
    "1. (C)",
    "2. (C)",
    "12. (S//NF)",
    "¶3.",
    "(SBU)",
    "Summary:",
    "End summary.",
    "(Note:",
    "End note.)",
    "Comment:",
    "END COMMENT",
    "(reftel)",
    "ref A",
    "XXXXXXXXXXXX",
    "[NAME REMOVED]",
    "------",
    "A Heading",
    "STRELSAU 00000112 002 OF 003",
    "PAGE 02 STRELS 00112 01 OF 02 221640Z",
    "C O N F I D E N T I A L SECTION 02 OF 02 STRELSAU 000112",
    "<<218634>>",
    "<br>",
    "\\",
    "2a.",
    "§4. (C)",
    "ACTION EUR-00",
    "Secretary of State",
    "went to town.",
    "ORMSBY",
    "NNNN",
    "http://www.example/x",
    "FM AMEMBASSY STRELSAU",
    "TO RUEHC/SECSTATE WASHDC",
    "O P 221640Z FEB 07",
    "VZCZC",
    "ß",
    "\u2003",
    "(",
    ")",
]
BODIES = st.lists(st.sampled_from(WORDS), max_size=60).flatmap(
    lambda words: st.lists(
        st.sampled_from([" ", "\n", " \n", "\n \n", "\r\n", ""]), min_size=len(words), max_size=len(words)
    ).map(lambda gaps: "".join(word + gap for word, gap in zip(words, gaps, strict=True)))
)
TEXTS = st.one_of(st.text(), BODIES)


def _page(body: str, **parts: object) -> Page:
    return replace(
        Page(
            identifier="05STRELSAU112",
            body=body,
            line_breaks="kept",
            capture=PageCapture(format="test", rendering="lines"),
            source=CaptureSource(name="x", size=1, sha256="0" * 64, media_type="text/plain", encoding="utf-8"),
        ),
        **parts,  # type: ignore[arg-type]
    )


def _assert_layout(text: str, segments: tuple[Segment, ...], marks: tuple[Mark, ...]) -> None:
    assert "".join(text[each.start : each.end] for each in segments) == text
    cursor = 0
    for segment in segments:
        assert segment.start == cursor < segment.end
        assert text[cursor : segment.end].isspace() == (segment.kind is SegmentKind.SPACE)
        cursor = segment.end
    assert list(marks) == sorted(marks, key=lambda mark: (mark.start, -mark.end))
    outer: list[Mark] = []
    for mark in marks:
        assert mark.start < mark.end
        assert any(each.start <= mark.start and mark.end <= each.end for each in segments)
        while outer and outer[-1].end <= mark.start:
            outer.pop()
        assert not outer or mark.end <= outer[-1].end
        outer.append(mark)


@given(TEXTS, st.booleans())
@examples(300)
def test_whatever_the_text_every_character_is_in_one_segment(text: str, whole: bool) -> None:
    read = read_body(text, CABLE, whole=whole)
    _assert_layout(text, read.segments, read.marks)
    numbers = [each.number for each in read.paragraphs if each.number is not None]
    assert numbers == sorted(set(numbers))
    ends = [0]
    for each in read.paragraphs:
        assert ends[-1] <= each.start < each.end <= len(text)
        ends.append(each.end)


@given(TEXTS, st.one_of(st.none(), st.text()), st.sampled_from([" ", "\n"]))
@examples(200)
def test_whatever_the_page_there_is_a_valid_record(body: str, cell: str | None, header: str) -> None:
    page = _page(
        body,
        header=header + body,
        classification=cell or None,
        created=cell or None,
        tags=cell or None,
        redacted=cell or None,
        origin=cell or None,
    )
    made = normalize(page, RIGHTS)
    assert made.header is None or _layout_holds(made.header.text, made.header.segments, made.header.marks)
    record = json.loads(json.dumps(record_to_json(made)))
    assert check_record(record) == ()


def _layout_holds(text: str, segments: tuple[Segment, ...], marks: tuple[Mark, ...]) -> bool:
    _assert_layout(text, segments, marks)
    return True


FRAME = [
    "C O N F I D E N T I A L STRELSAU 000112",
    "SIPDIS",
    "DEPARTMENT FOR EUR/CNE, T. HALLAM",
    "E.O. 12958:  DECL:  11/18/2015",
    "TAGS: PGOV, PREL, RZ, 2005 Coronation",
    "SUBJECT: THE KING AND",
    "THE BRIDGE OF ZENDA",
    "REF: A. 04 STRELSAU 4144",
    "     B. ZENDA 7",
    "Classified By: DCM Miriam Kestrel,",
    "reasons 1.4 (B) and (D).",
]
SENTENCE = st.sampled_from(
    [
        "The king came to town.",
        "He met the Secretary of State, and the Procurator SIPDIS General.",
        "It rained (reftel).",
        "He paid 2.5 crowns in June of 2007.",
        "(Note: It was late. End note.)",
        "He named XXXXXXXXXXXX.",
        "The U.S. was not there.",
        "See para 2. It says all.",
        "A list: 1. Bread. 2. Wine.",
    ]
)
PARAGRAPHS = st.lists(st.lists(SENTENCE, min_size=1, max_size=5), min_size=1, max_size=6)


@st.composite
def _cables(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a cable line-broken, with its lines anywhere, and the same flattened."""
    lines = list(FRAME)
    for number, sentences in enumerate(draw(PARAGRAPHS), 1):
        if draw(st.booleans()):
            lines += ["------------", "A Heading", "------------"]
        lines.append(f"{number}. ({draw(st.sampled_from(['C', 'SBU', 'S//NF']))}) {' '.join(sentences)}")
    lines.append("ORMSBY")
    words = " ".join(lines).split()
    gaps = draw(
        st.lists(st.sampled_from([" ", "  ", "\n", " \n", "\n \n", "\r\n"]), min_size=len(words), max_size=len(words))
    )
    broken = "".join(word + gap for word, gap in zip(words, gaps, strict=True)).strip()
    return broken, " ".join(words)


def _shown(text: str, read: ParsedBody) -> dict[str, object]:
    """Return everything that a reading says, its ranges as words."""
    shown: dict[str, object] = {}
    for each in fields(read):
        value = getattr(read, each.name)
        if each.name in ("segments", "marks", "paragraphs", "sections", "redactions"):
            value = [
                (getattr(item, "kind", None), getattr(item, "target", None), tuple(text[item.start : item.end].split()))
                for item in value
                if getattr(item, "kind", None) is not SegmentKind.SPACE
            ]
        elif each.name in ("banner", "authority"):
            value = None if value is None else (getattr(value, "banner", None), getattr(value, "declassify_on", None))
        shown[each.name] = value
    return shown


@given(_cables())
@examples(100)
def test_a_cable_flattened_is_the_same_cable(texts: tuple[str, str]) -> None:
    broken, flat = texts
    one, other = read_body(broken, CABLE), read_body(flat, CABLE)
    assert _shown(broken, one) == _shown(flat, other)
    assert one.subject == "THE KING AND THE BRIDGE OF ZENDA"
    assert one.signed_by == ("ORMSBY",)
    assert len(one.references) == 2


@given(BODIES)
@examples(100)
def test_a_header_ends_where_its_body_begins(text: str) -> None:
    at = split_header(text)
    assert 0 <= at <= len(text)
    header, _ = read_header(text)
    _assert_layout(text, header.segments, header.marks)


PAGES = TEXTS.map(lambda text: f"Identifier: 05STRELSAU112\n{text}".encode())


@given(st.one_of(st.binary(), TEXTS.map(str.encode), PAGES))
@examples(200)
def test_whatever_the_bytes_the_reader_reads_or_says_why(data: bytes) -> None:
    item = SourceItem("x", data, "x")
    reader = CablebrowserReader()
    try:
        page = read_with(reader, item)
    except SourceError:
        return
    assert excuse_of(reader, item) is None
    normalize(page, RIGHTS)


AWKWARD = [
    "1. ",
    "1. (C) ",
    "X",
    "SUBJECT:",
    "   ",
    "\n",
    "TAGS: ",
    "TAGS: A, ",
    "REF: A ",
    "(NOTE: ",
    "END NOTE) ",
    "SUMMARY: ",
    "12345678 001 OF 002 ",
    "PAGE 02 HARARE ",
    "A ",
    "A'",
    "- ",
    "--- ",
    "SECRET ",
    "S E C R E T ",
    "SIPDIS ",
    "Secretary of State and the other SIPDIS ",
    "reftel ",
    "(",
    "[NAME ",
    "CLASSIFIED BY ",
    "1.4 (b) ",
    "E.O. 12958 ",
    "STATE 123 ",
    "AND 12 ",
    "A. STATE 1 B. ",
    "¶1. ",
    "C O R R E C T E D ",
    "Visit Classified Website: http ",
    "NNNN ",
    "STATE FOR A ",
    "999. (U) ",
    "ORMSBY ",
    "12 ",
    "ß",
    "RUEHC/",
    "XMT ",
    "TO ",
    "FM ",
    "S E C R E T SECTION 02 OF 03 STRELSAU 112 ",
    "S E C R E T SECTION 02 OF 03 STRELSAU 112 SUBJECT: X ",
    "SECTION 02 OF 03 ",
    "FM A SECTION 02 OF 03 ",
    "VZCZCAAA FM A SECRET SECTION 02 OF 03 STRELSAU 112 ",
    "CONFIDENTIAL PAGE 02 STRELS 00112 01 OF 02 221640Z SIPDIS and then the king came to the town of Zenda ",
    "STRELSAU 00000112 002 OF 003 ",
    "<<1>> ",
    "<<1>> 7/29/2009 14:42 09ZENDA1 Embassy ",
    "2007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET 04ZENDA2|",
    "<b>",
    "a<br>b",
    "<strong ",
    "\\ ",
    "REF: A. STATE 1 ",
    "A. REF: ",
    "A. 12 B. ",
    "2a. ",
    "2a. (C) ",
    "§1. ",
    "Â¶1. ",
    "¶B. ",
    "PGOVPRELKNNP ",
    "TAGS: PGOV HUMAN RIGHTS ",
    "ORLOW, A AND ",
    "DE ",
    "JR. ",
    "DECL: 31 DECEMBER 2015 ",
    "X...",
    "ACTION EUR-00 INFO LOG-00 ",
    "POSTS COLLECTIVE ",
    "WHITE HOUSE FOR ",
]
OPENING = "C O N F I D E N T I A L STRELSAU 000112 SIPDIS E.O. 12958: DECL: 1/1/2015 TAGS: PGOV SUBJECT: X REF: "


def _calls(text: str) -> int:
    """Return how many calls of functions the reading of a text makes: a measure of work that no clock disturbs."""
    count = 0

    def profiler(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profiler)
    try:
        read_body(text, CABLE)
        read_header("VZCZC FM X TO " + text)
        split_header("VZCZC FM X TO " + text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.long("pattern")
@pytest.mark.parametrize("pattern", AWKWARD)
@pytest.mark.parametrize("opening", ["", OPENING], ids=["alone", "after an opening"])
def test_work_grows_as_the_text_does(pattern: str, opening: str) -> None:
    small, large = (_calls(opening + pattern * (size // len(pattern)) + " 7. (C) end") for size in (5_000, 20_000))
    assert large < 4.6 * small + 2_000


@pytest.mark.parametrize("pattern", ["1. ", "X", "SUBJECT:", "   ", "(NOTE: ", "A ", "- ", "12 ", "S E C R E T "])
def test_a_large_text_is_read_to_its_end(pattern: str) -> None:
    text = (OPENING + pattern * (300_000 // len(pattern)) + " 7. (C) end").strip()
    assert read_body(text, CABLE).segments[-1].end == len(text)
