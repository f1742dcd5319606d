"""A text cut into pieces: its segments in order with their marks, and the asides that go on from one to the next.

A record may come from elsewhere, so it is checked here that its segments and marks fit the text and each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from preserve.cable import Mark, MarkKind, Segment, SegmentKind
from preserve.errors import RecordError

__all__ = ["Piece", "cut_pieces", "find_fragments", "sort_marks"]

_BY_START = attrgetter("start")
_BY_END = attrgetter("end")


class Piece(NamedTuple):
    """A segment with its marks in order. It is a tuple: there are many, and a frozen dataclass is slow to make."""

    kind: SegmentKind
    start: int
    end: int
    marks: tuple[Mark, ...]


def sort_marks(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks by where they begin, the longer first, each once, without those that cover nothing."""
    once = {id(mark): mark for mark in marks if mark.start < mark.end}
    # Two stable sorts by one attribute each are quicker than one by a pair.
    return tuple(sorted(sorted(once.values(), key=_BY_END, reverse=True), key=_BY_START))


def cut_pieces(text: str, segments: Sequence[Segment], marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """Return the segments with their marks; a stretch that no segment covers becomes one of the kind ``other``.

    Raises:
        RecordError: Segments overlap, or a mark lies outside the text.
    """
    ordered = sort_marks(marks)
    found: list[Piece] = []
    at = 0
    for kind, start, end in _whole(text, segments):
        stop = at
        while stop < len(ordered) and ordered[stop].start < end:
            stop += 1
        found.append(Piece(kind, start, end, ordered[at:stop]))
        at = stop
    if at < len(ordered):
        raise RecordError(f"the mark {ordered[at].kind} at {ordered[at].start}-{ordered[at].end} leaves the text")
    return tuple(found)


def _whole(text: str, segments: Sequence[Segment]) -> Iterator[tuple[SegmentKind, int, int]]:
    at = 0
    # Empty segments are left out: an element around nothing says nothing.
    for segment in sorted(segments, key=_BY_START):
        if segment.start < at or segment.end < segment.start or segment.end > len(text):
            raise RecordError(f"the segment {segment.kind} at {segment.start}-{segment.end} is not part of a partition")
        if segment.start > at:
            yield SegmentKind.OTHER, at, segment.start
        if segment.end > segment.start:
            yield segment.kind, segment.start, segment.end
        at = segment.end
    if at < len(text):
        yield SegmentKind.OTHER, at, len(text)


_OPENING: Mapping[MarkKind, re.Pattern[str]] = {
    kind: re.compile(rf"\(?(?:BEGIN\s+)?{kind.value}\b", re.IGNORECASE)
    for kind in (MarkKind.SUMMARY, MarkKind.NOTE, MarkKind.COMMENT)
}
"""The words with which an aside of each kind opens, as in ``COMMENT:`` and ``(BEGIN COMMENT``."""

# No author wrote these: an aside goes on behind such segments, and such marks may follow it in its own.
_BETWEEN = frozenset({SegmentKind.SPACE, SegmentKind.PAGE_BANNER, SegmentKind.RESIDUE})
_NOT_OF_THE_CABLE = frozenset({MarkKind.STRAY_CAPTION, MarkKind.PAGE_BANNER})


def find_fragments(text: str, parts: Iterable[Piece]) -> Mapping[int, str]:
    """Return which part of a longer aside a mark is: I, M or F, the value of ``@part``, by the ``id()`` of the mark.

    An aside over several segments is one mark in each of them. It goes on where a mark reaches the end of its segment,
    and one of its kind begins the next segment without opening words of its own. Running matter may stand between
    them. TEI P5 att.fragmentable allows these values only where it is clear how the whole is put together again.
    """
    found: dict[int, str] = {}
    unfinished: dict[MarkKind, Mark] = {}
    for piece in parts:
        if piece.kind in _BETWEEN:
            continue
        reaching: dict[MarkKind, Mark] = {}
        for mark in piece.marks:
            if mark.kind not in _OPENING:
                continue
            before = unfinished.get(mark.kind)
            if before is not None and mark.start == piece.start and not _OPENING[mark.kind].match(text, mark.start):
                found[id(before)] = "M" if id(before) in found else "I"
                found[id(mark)] = "F"
            if _reaches_end(text, piece, mark):
                reaching[mark.kind] = mark
        unfinished = reaching
    return found


def _reaches_end(text: str, piece: Piece, mark: Mark) -> bool:
    at = mark.end
    for other in piece.marks:
        if other.kind in _NOT_OF_THE_CABLE and other.start >= at and not text[at : other.start].strip():
            at = other.end
    return not text[at : piece.end].strip()
