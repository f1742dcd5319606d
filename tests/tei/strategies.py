"""Bodies in any order, deeply marked, with targets that are and are not of the full cable; records out of containers.

Scope: what ``tests.strategies`` leaves out, being for whole records: long partitions, deep nesting, true targets.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from tests.strategies import ANY_TEXT, cables

from preserve.cable.record import Body, Cable, Mark, MarkKind, Paragraph, Segment, SegmentKind, SourceContainer

__all__ = ["bodies", "captured"]

_WORDS = st.text(st.sampled_from(list("aX1 \n\t\r\f\x00<&>]\"'\xa0\u2028é\U0001f600\ufffe")), min_size=1, max_size=12)
_TARGETS = st.none() | st.sampled_from(
    [
        "/references/0",
        "/references/1",
        "/references/7",
        "/tags/0",
        "/captions/0",
        "/subject",
        "/signed_by/0",
        "/classification/reasons",
        "/classification/reasons/1",
        "/classification/declassify_on/date",
        "/classification/classified_by/0",
        "/message_reference",
        "/redaction/spans/0",
        "/transmission/dtg",
    ]
)


@st.composite
def _nested(draw: st.DrawFn, start: int, end: int, depth: int) -> list[Mark]:
    """Draw marks of one stretch, apart from each other, each with marks inside it."""
    cuts = sorted(draw(st.lists(st.integers(start, end), max_size=4)))
    found: list[Mark] = []
    for left, right in zip(cuts[::2], cuts[1::2], strict=False):
        found.append(Mark(kind=draw(st.sampled_from(MarkKind)), start=left, end=right, target=draw(_TARGETS)))
        if depth:
            found += draw(_nested(left, right, depth - 1))
    return found


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """Make bodies of up to fifteen segments in any order."""
    pieces = draw(st.lists(st.tuples(st.sampled_from(SegmentKind), _WORDS), max_size=15))
    segments: list[Segment] = []
    marks: list[Mark] = []
    at = 0
    for kind, text in pieces:
        segments.append(Segment(kind=kind, start=at, end=at + len(text)))
        marks += draw(_nested(at, at + len(text), 3))
        at += len(text)
    return Body(
        text="".join(text for _, text in pieces),
        sha256="0" * 64,
        line_breaks=draw(st.sampled_from(["kept", "flattened"])),
        segments=tuple(segments),
        marks=tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
        paragraphs=tuple(
            Paragraph(
                number=draw(st.none() | st.integers(0, 99)),
                portion=draw(st.sampled_from([None, "C", "S/NF", "S//NF", "U//FOUO", "REL TO USA, FVEY"])),
                start=segment.start,
                end=segment.end,
            )
            for segment in segments
            if segment.kind is SegmentKind.PARAGRAPH
        ),
    )


@st.composite
def captured(draw: st.DrawFn) -> Cable:
    """Make whole records whose source is part of a larger file, of a release that anybody may have named."""
    cable = draw(cables())
    words = st.text(ANY_TEXT, min_size=1, max_size=6)
    container = st.builds(
        SourceContainer,
        name=words,
        sha256=st.just("0" * 64),
        member=st.none() | words,
        offset=st.none() | st.integers(0, 2**53 - 1),
    )
    provenance = cable.provenance
    release = provenance.release and replace(provenance.release, basis=draw(st.sampled_from(["page", "path", "flag"])))
    source = replace(provenance.source, container=draw(st.none() | container))
    return replace(cable, provenance=replace(provenance, release=release, source=source))
