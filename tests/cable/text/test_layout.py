from __future__ import annotations

from hypothesis import given, strategies as st
from tests.cable.making import assert_layout

from preserve.cable.record import MarkKind, SegmentKind
from preserve.cable.text.flat import flatten
from preserve.cable.text.layout import Layout

RANGES = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted)


def _settle(
    source: str,
    segments: list[tuple[SegmentKind, int, int]],
    marks: list[tuple[MarkKind, int, int]],
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    layout = Layout(flatten(source))
    for kind, start, end in segments:
        layout.add_segment(kind, start, end)
    for mark, start, end in marks:
        layout.add_mark(mark, start, end)
    laid, marked = layout.settle()
    assert_layout(source, laid, marked)
    return (
        [(each.kind.value, source[each.start : each.end]) for each in laid],
        [(each.kind.value, source[each.start : each.end]) for each in marked],
    )


def test_what_no_rule_took_is_other_and_white_space_is_space() -> None:
    laid, _ = _settle(" a  b\nc ", [(SegmentKind.SUBJECT, 2, 3)], [])
    assert laid == [
        ("space", " "),
        ("other", "a"),
        ("space", "  "),
        ("subject", "b"),
        ("space", "\n"),
        ("other", "c"),
        ("space", " "),
    ]


def test_a_later_segment_does_not_take_what_an_earlier_one_has() -> None:
    laid, _ = _settle("abcdef", [(SegmentKind.TAGS, 0, 4), (SegmentKind.SUBJECT, 2, 6)], [])
    assert laid == [("tags", "abcd"), ("subject", "ef")]


def test_a_mark_over_two_segments_becomes_two() -> None:
    _, marked = _settle(
        "one two", [(SegmentKind.HEADING, 0, 3), (SegmentKind.PARAGRAPH, 4, 7)], [(MarkKind.SUMMARY, 0, 7)]
    )
    assert marked == [("summary", "one"), ("summary", "two")]


def test_an_aside_yields_to_a_field_that_it_would_cross() -> None:
    _, marked = _settle("abcdefgh", [], [(MarkKind.NOTE, 0, 4), (MarkKind.REDACTION, 2, 6)])
    assert marked == [("redaction", "cdef")]
    _, marked = _settle("abcdefgh", [], [(MarkKind.REDACTION, 0, 4), (MarkKind.NOTE, 2, 6)])
    assert marked == [("redaction", "abcd")]


def test_equal_marks_are_one_and_empty_ones_none() -> None:
    _, marked = _settle(
        "a b", [], [(MarkKind.TAG, 0, 1), (MarkKind.TAG, 0, 1), (MarkKind.TAG, 1, 2), (MarkKind.TAG, 2, 2)]
    )
    assert marked == [("tag", "a")]


@given(
    st.text(alphabet=st.sampled_from("ab  \n"), max_size=40),
    st.lists(st.tuples(st.sampled_from(SegmentKind), RANGES), max_size=8),
    st.lists(st.tuples(st.sampled_from(MarkKind), RANGES), max_size=12),
)
def test_whatever_the_rules_say_the_layout_keeps_its_promises(
    source: str, segments: list[tuple[SegmentKind, list[int]]], marks: list[tuple[MarkKind, list[int]]]
) -> None:
    flat = flatten(source)
    layout = Layout(flat)
    for kind, (start, end) in segments:
        if kind is not SegmentKind.SPACE:
            layout.add_segment(kind, min(start, len(flat)), min(end, len(flat)))
    for mark, (start, end) in marks:
        layout.add_mark(mark, min(start, len(flat)), min(end, len(flat)))
    assert_layout(source, *layout.settle())
