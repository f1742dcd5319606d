"""What the tests of the grammar share: made-up bodies, made-up pages, and the promises of a layout.

The texts are about the fictional post STRELSAU in the fictional country RURITANIA.
"""

from __future__ import annotations

from collections.abc import Mapping

from preserve.cable.grammar import ParsedBody, read_body
from preserve.cable.record import (
    CaptureSource,
    Mark,
    MarkKind,
    PageCapture,
    Rights,
    Segment,
    SegmentKind,
)
from preserve.cable.record.identifier import parse_identifier
from preserve.cable.text.page import Page

RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")

HEAD = "UNCLAS STRELSAU 000112\n\nSIPDIS\n\nE.O. 12958: N/A\nTAGS: PGOV, RZ\nSUBJECT: A THING\n\n"
TEXT = HEAD + "1. (C) One.\n\n2. (C) All was calm in the town.\n"


def read(text: str, identifier: str = "05STRELSAU112", *, whole: bool = True, heading: str | None = None) -> ParsedBody:
    """Read a body as that of a cable."""
    return read_body(text, parse_identifier(identifier), heading=heading, whole=whole)


def page(body: str, parts: Mapping[str, object]) -> Page:
    """Make a page around a body; the parts replace what a plain one has."""
    base: dict[str, object] = {
        "identifier": "05STRELSAU112",
        "body": body,
        "line_breaks": "kept" if "\n" in body else "flattened",
        "capture": PageCapture(format="test", rendering="lines"),
        "source": CaptureSource(name="page.txt", size=1, sha256="0" * 64, media_type="text/plain", encoding="utf-8"),
    }
    return Page(**{**base, **parts})  # type: ignore[arg-type]


def marked(text: str, read: ParsedBody, kind: MarkKind) -> list[str]:
    """Return the texts of the marks of a kind, in order, each on one line."""
    return [" ".join(text[mark.start : mark.end].split()) for mark in read.marks if mark.kind is kind]


def laid(text: str, read: ParsedBody, kind: SegmentKind) -> list[str]:
    """Return the texts of the segments of a kind, in order, each on one line."""
    return [" ".join(text[each.start : each.end].split()) for each in read.segments if each.kind is kind]


def assert_layout(text: str, segments: tuple[Segment, ...], marks: tuple[Mark, ...]) -> None:
    """Assert what a layout promises: a partition, and marks that nest, each inside one segment, sorted, not empty."""
    cursor = 0
    for segment in segments:
        assert segment.start == cursor < segment.end
        assert text[segment.start : segment.end].isspace() == (segment.kind is SegmentKind.SPACE)
        cursor = segment.end
    assert cursor == len(text)
    assert list(marks) == sorted(marks, key=lambda mark: (mark.start, -mark.end))
    open_ones: list[Mark] = []
    place = 0
    for mark in marks:
        assert mark.start < mark.end
        while segments[place].end <= mark.start:
            place += 1
        assert segments[place].start <= mark.start < mark.end <= segments[place].end
        while open_ones and open_ones[-1].end <= mark.start:
            open_ones.pop()
        assert not open_ones or mark.end <= open_ones[-1].end
        open_ones.append(mark)


def signed(tail: str) -> tuple[str, ...]:
    """Read who signed, with the lines of the text and without them: both are the same."""
    text = TEXT + tail
    understood = read(text)
    assert_layout(text, understood.segments, understood.marks)
    assert read(" ".join(text.split())).signed_by == understood.signed_by
    assert marked(text, understood, MarkKind.SIGNER) == list(understood.signed_by)
    return understood.signed_by
