from __future__ import annotations

import sys
from types import FrameType

from tests.cable.making import HEAD, marked, read

from preserve.cable.grammar import read_body
from preserve.cable.record import MarkKind
from preserve.cable.record.identifier import parse_identifier

BANNER = "C O N F I D E N T I A L SECTION {:02} OF 05 STRELSAU 000112 "
REST = "E.O. 12958: N/A TAGS: {} SUBJECT: A THING He came to town. "


def _sections(number: int) -> str:
    """Return a cable of five sections, each with so many tags, the same ones but the last."""
    codes = ["".join(chr(65 + at // 26**place % 26) for place in range(4)) for at in range(number)]
    sections = (BANNER.format(at) + REST.format(", ".join([*codes, f"Q{at}Q"])) for at in range(1, 6))
    return next(sections) + "1. (C) One. " + "".join(sections) + "2. (C) Two."


def _calls(text: str) -> int:
    count = 0

    def profiler(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profiler)
    try:
        read_body(text, parse_identifier("05STRELSAU112"))
    finally:
        sys.setprofile(before)
    return count


def test_the_tags_that_only_a_later_section_has_are_tags_too() -> None:
    tags = [tag.value for tag in read(_sections(100)).tags]
    assert (len(tags), tags[100:]) == (105, ["Q1Q", "Q2Q", "Q3Q", "Q4Q", "Q5Q"])


def test_work_grows_as_the_tags_of_the_sections_do() -> None:
    small, large = _calls(_sections(100)), _calls(_sections(400))
    assert large < 4.6 * small


def test_a_list_without_an_end_is_read_for_some_length_only() -> None:
    long = "TAGS: PGOV, " + "THE KING CAME TO TOWN. " * 2_000
    understood = read("UNCLAS STRELSAU 000112 " + long + "ZZZZ SUBJECT: A THING 1. (C) One.")
    assert understood.tags[0].value == "PGOV"
    assert all(tag.value != "ZZZZ" for tag in understood.tags)


def test_the_references_of_a_second_block_are_marked_where_the_first_has_them() -> None:
    text = HEAD + "REF: A. ZENDA 1 B. ZENDA 2 Classified By: DCM Orlow REF: ZENDA 2, ZENDA 3 1. (C) One."
    understood = read(text)
    assert [each.identifier for each in understood.references] == ["05ZENDA1", "05ZENDA2", "05ZENDA3"]
    targets = [mark.target for mark in understood.marks if mark.kind is MarkKind.REFERENCE]
    assert targets == ["/references/0", "/references/1", "/references/1", "/references/2"]


def test_a_caption_that_comes_again_is_one_caption_with_two_marks() -> None:
    text = "UNCLAS STRELSAU 000112 SIPDIS NOFORN SIPDIS E.O. 12958: N/A TAGS: PGOV SUBJECT: A THING 1. (C) One."
    understood = read(text)
    assert understood.captions == ("SIPDIS", "NOFORN")
    assert marked(text, understood, MarkKind.CAPTION) == ["SIPDIS", "NOFORN", "SIPDIS"]
    targets = [mark.target for mark in understood.marks if mark.kind is MarkKind.CAPTION]
    assert targets == ["/captions/0", "/captions/1", "/captions/0"]
