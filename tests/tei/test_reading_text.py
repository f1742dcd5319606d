"""The text to be read: every word in its order, wrapped where the source has no lines, harmless to a terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.strategies import cables
from tests.tei.cables import bare, full, marked

from preserve.cable.normalization import normalize
from preserve.cable.record import (
    Cable,
    Completeness,
    Created,
    MarkKind,
    Origin,
    Rights,
    Segment,
    SegmentKind,
    Transmission,
)
from preserve.readers.reader import SourceRef, read_page, registered_readers
from preserve.readers.sources.walk import load_source
from preserve.tei.reading_text import WIDTH, render_text

K, M = SegmentKind, MarkKind
FIXTURES = Path(__file__).parents[1] / "fixtures"
RULE = "-" * WIDTH
_STEERING = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_WHITE = re.compile(r"[\s\x85\u2028\u2029]+")


def made_up(name: str) -> Cable:
    path = FIXTURES / name
    item = load_source(SourceRef(str(path), path))
    return normalize(read_page(item, registered_readers()), Rights(copyright="see the agreement"))


def body_of(text: str) -> str:
    """Return what stands below the heading."""
    return text.split(f"{RULE}\n", 1)[1].strip("\n")


def words(text: str) -> str:
    return _WHITE.sub("", _STEERING.sub("\ufffd", text))


def flattened(*pieces: tuple[SegmentKind, str]) -> Cable:
    text, segments, _ = marked(pieces)
    cable = bare(text)
    return replace(cable, body=replace(cable.body, segments=segments))


def test_a_text_without_lines_is_set_block_by_block() -> None:
    lines = render_text(made_up("cablebrowser/05STRELSAU4281.flattened.txt")).split("\n")
    assert lines[:17] == [
        "Cable    05STRELSAU4281",
        "Date     2005-11-18 09:08",
        "From     US Office Strelsau",
        "Subject  RURITANIA: RUMORS OF PLANNED DISTURBANCES SPOIL THE WEEK OF THE",
        "         CORONATION",
        "Lacks    the routing header",
        RULE,
        "",
        "C O N F I D E N T I A L STRELSAU 004281",
        "SIPDIS",
        "DEPARTMENT FOR EUR/CNE, T. HALLAM",
        "E.O. 12958: DECL: 11/18/2015",
        "TAGS: PGOV, PREL, RZ, 2005 Coronation",
        "SUBJECT: RURITANIA: RUMORS OF PLANNED DISTURBANCES SPOIL THE WEEK OF THE",
        "    CORONATION",
        "REF: STRELSAU 4144",
        "Classified By: DCM Miriam Kestrel, reasons 1.4 (B) and (D).",
    ]
    assert lines[17:19] == ["", "1. (C) Summary: Careless public remarks by two Ruritanian officials"]
    assert lines[-4:] == ["for talks at every occasion.", "", "ORMSBY", ""]
    assert max(map(len, lines)) == WIDTH


def test_lines_of_the_source_are_kept_and_redactions_stand_as_printed() -> None:
    text = render_text(made_up("cablebrowser/07STRELSAU112.lines.txt"))
    assert "1. (S//NF) SUMMARY: The new Minister of Finance,\nXXXXXXXXXXXX, told Econoff on February 20" in text
    assert "A second set, for which [NAME\nREMOVED] stood as surety" in text
    assert "REF: A. 06 STRELSAU 2217\n     B. STATE 011873 (06)\n" in text
    assert text.index("VZCZCXRO0417") < text.index("FM AMEMBASSY STRELSAU") < text.index("S E C R E T")
    assert " \n" not in text
    assert "\n\n\n" not in text


def test_a_header_keeps_its_lines_also_above_a_text_without() -> None:
    text = render_text(made_up("plain_text/05STRELSAU4290.newspaper.txt"))
    assert (
        "\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC 4290\n\nC O N F I D E N T I A L STRELSAU 004290\nSIPDIS\n" in text
    )


def test_a_word_longer_than_the_line_is_not_cut() -> None:
    long = "X" * 200
    assert body_of(render_text(flattened((K.PARAGRAPH, f"A {long} B")))) == f"A\n{long}\nB"


def test_what_no_segment_covers_is_there() -> None:
    cable = bare("before inside after")
    cable = replace(cable, body=replace(cable.body, segments=(Segment(kind=K.PARAGRAPH, start=7, end=13),)))
    assert body_of(render_text(cable)) == "before\n\ninside\n\nafter"


def test_lines_stand_together_and_blocks_apart() -> None:
    cable = flattened(
        (K.TAGS, "TAGS: A "), (K.SPACE, " "), (K.SUBJECT, "SUBJECT: B "), (K.PARAGRAPH, "1. C "),
        (K.PAGE_BANNER, "PAGE 2 "), (K.TERMINATOR, "NNNN"),
    )  # fmt: skip
    assert body_of(render_text(cable)) == "TAGS: A\nSUBJECT: B\n\n1. C\n\nPAGE 2\nNNNN"


@pytest.mark.parametrize("line_breaks", ["kept", "flattened"])
def test_no_character_steers_a_terminal(line_breaks: str) -> None:
    cable = bare("A\x1b[31mB\x9b2JC\x07D\ud800E")
    cable = replace(cable, subject="\x1b]0;S\x07", body=replace(cable.body, line_breaks=line_breaks))  # type: ignore[arg-type]
    text = render_text(cable)
    assert body_of(text) == "A\ufffd[31mB\ufffd2JC\ufffdD\ufffdE"
    assert "Subject  \ufffd]0;S\ufffd\n" in text
    text.encode("utf-8")


def test_every_kind_of_line_end_is_one() -> None:
    cable = bare("A\r\nB\rC\vD\fE\x85F\u2028G\u2029H")
    cable = replace(cable, body=replace(cable.body, line_breaks="kept"))
    assert body_of(render_text(cable)) == "A\nB\nC\nD\nE\nF\nG\nH"


MOMENTS = [
    (Created(text="x", value="2002-03-13T15:03:00"), None, "2002-03-13 15:03"),
    (Created(text="x", value="2002-03-13T15:03:00", zone="Z"), None, "2002-03-13 15:03 UTC"),
    (Created(text="x", value="2002-03-13T15:15:00", reliability="minutes-unreliable"), None, "2002-03-13"),
    (None, Transmission(sent="2002-03-13T15:03:00Z"), "2002-03-13 15:03 UTC"),
]


@pytest.mark.parametrize(("created", "transmission", "says"), MOMENTS)
def test_the_date_claims_no_more_than_is_known(
    created: Created | None, transmission: Transmission | None, says: str
) -> None:
    cable = replace(bare("A"), created=created, transmission=transmission)
    assert render_text(cable).split("\n")[1] == f"Date     {says}"


def test_the_heading_says_what_is_stated_and_no_more() -> None:
    assert render_text(bare("A text.")) == f"Cable    02STRELSAU17\n{RULE}\n\nA text.\n"
    assert render_text(replace(bare("A"), transmission=Transmission())) == f"Cable    02STRELSAU17\n{RULE}\n\nA\n"
    assert render_text(bare("")) == f"Cable    02STRELSAU17\n{RULE}\n"
    cable = replace(
        bare("A"),
        origin=Origin(name="Embassy Strelsau"),
        completeness=Completeness(status="partial", missing=("routing-header", "tail")),
    )
    assert render_text(cable).split("\n")[1:3] == [
        "From     Embassy Strelsau", "Lacks    the routing header, the end of the text"
    ]  # fmt: skip


def test_every_word_of_a_cable_with_every_kind_of_segment() -> None:
    cable = full()
    assert cable.header is not None
    for line_breaks in ("kept", "flattened"):
        there = replace(cable, body=replace(cable.body, line_breaks=line_breaks))
        assert words(body_of(render_text(there))) == words(cable.header.text + cable.body.text)


@given(cables())
def test_no_word_of_any_cable_is_added_lost_or_moved(cable: Cable) -> None:
    text = (cable.header.text if cable.header else "") + cable.body.text
    assert words(body_of(render_text(cable))) == words(text)


@given(st.lists(st.tuples(st.sampled_from(SegmentKind), st.text("ab \t\n\xa0-X", max_size=40)), max_size=8))
def test_no_order_of_blocks_loses_a_word_or_makes_a_long_line(pieces: list[tuple[SegmentKind, str]]) -> None:
    cable = flattened(*pieces)
    text = body_of(render_text(cable))
    assert words(text) == words(cable.body.text)
    assert all(len(line) <= WIDTH for line in text.split("\n"))
    assert "\n\n\n" not in text
