"""The layout of a text: segments that partition it, and marks inside them.

Scope: collecting what the rules find, in flat offsets, and settling it into what the record promises: no gap, no
overlap, marks that nest or are apart, each inside one segment. Not in scope: the rules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preserve.cable.flat import Flat
from preserve.cable.record import Mark, MarkKind, Segment, SegmentKind, Span

__all__ = ["Hole", "Layout"]


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of the source that the flat view leaves out.

    Attributes:
        span: Where it is, in the source.
        segment: What it is where it stands between segments; ``None``: it belongs to the segment before it.
        mark: What it is where it stands inside one.
        code: The finding that tells of it; ``None``: none does.
    """

    span: Span
    segment: SegmentKind | None
    mark: MarkKind
    code: str | None = None


_Range = tuple[int, int]

_ASIDES = frozenset({MarkKind.SUMMARY, MarkKind.NOTE, MarkKind.COMMENT})
"""Marks that yield when they would cross another: their ends are the least certain."""


class Layout:
    """Collects segments and marks of one text in flat offsets; later rules never take what earlier ones have."""

    __slots__ = ("_holes", "_marks", "_segments", "flat")

    def __init__(self, flat: Flat, holes: Sequence[Hole] = ()) -> None:
        self.flat = flat
        self._holes = holes
        self._segments: list[tuple[int, int, SegmentKind]] = []
        self._marks: list[tuple[MarkKind, int, int, str | None]] = []

    def segment(self, kind: SegmentKind, start: int, end: int) -> None:
        """Add a stretch; space at its ends and what an earlier stretch holds is left out when it is settled."""
        if start < end:
            self._segments.append((start, end, kind))

    def mark(self, kind: MarkKind, start: int, end: int, target: str | None = None) -> None:
        """Add a mark; one that reaches over several segments becomes one mark in each."""
        start, end = self.flat.trim(start, end)
        if start < end:
            self._marks.append((kind, start, end, target))

    def settle(self) -> tuple[tuple[Segment, ...], tuple[Mark, ...]]:
        """Return the partition and the marks in the offsets of the source text."""
        stretches = self._stretches()
        segments = self._partition(stretches)
        return segments, self._settled_marks(stretches, segments)

    def _stretches(self) -> list[tuple[int, int, SegmentKind]]:
        """Return the segments in order, trimmed, apart, with OTHER between them: all but the white space."""
        flat, cursor = self.flat, 0
        text = flat.text
        stretches: list[tuple[int, int, SegmentKind]] = []
        for start, end, kind in [*sorted(self._segments, key=_place), (len(flat), len(flat), SegmentKind.OTHER)]:
            if start > cursor + 1 or (start > cursor and text[cursor] != " "):
                self._keep(stretches, cursor, start, SegmentKind.OTHER)
            self._keep(stretches, max(start, cursor), end, kind)
            cursor = max(cursor, end)
        return stretches

    def _keep(self, stretches: list[tuple[int, int, SegmentKind]], start: int, end: int, kind: SegmentKind) -> None:
        start, end = self.flat.trim(start, end)
        if start < end:
            stretches.append((start, end, kind))

    def _partition(self, stretches: list[tuple[int, int, SegmentKind]]) -> tuple[Segment, ...]:
        offset, cursor = self.flat.offset, 0
        segments: list[Segment] = []
        for start, end, kind in stretches:
            first, last = offset(start), offset(end - 1) + 1
            if first > cursor:
                self._fill(segments, cursor, first)
            segments.append(Segment(kind=kind, start=first, end=last))
            cursor = last
        if cursor < len(self.flat.source):
            self._fill(segments, cursor, len(self.flat.source))
        return tuple(segments)

    def _fill(self, segments: list[Segment], start: int, end: int) -> None:
        """Add what stands between two segments: white space, and holes."""
        for hole in self._holes_in(start, end):
            if hole.segment is None and segments:
                before = segments.pop()
                segments.append(Segment(kind=before.kind, start=before.start, end=hole.span.end))
            else:
                if start < hole.span.start:
                    segments.append(Segment(kind=SegmentKind.SPACE, start=start, end=hole.span.start))
                kind = hole.segment or SegmentKind.CAPTION
                segments.append(Segment(kind=kind, start=hole.span.start, end=hole.span.end))
            start = hole.span.end
        if start < end:
            segments.append(Segment(kind=SegmentKind.SPACE, start=start, end=end))

    def _holes_in(self, start: int, end: int) -> Sequence[Hole]:
        if not self._holes:
            return ()
        first = bisect_left(self._holes, start, key=_hole_start)
        return self._holes[first : bisect_left(self._holes, end, key=_hole_start)]

    def _settled_marks(
        self, stretches: list[tuple[int, int, SegmentKind]], segments: tuple[Segment, ...]
    ) -> tuple[Mark, ...]:
        starts = [start for start, _, _ in stretches]
        pieces: list[tuple[int, int, MarkKind, str]] = []
        for kind, start, end, target in self._whole_marks():
            at = max(bisect_right(starts, start) - 1, 0)
            while at < len(stretches) and stretches[at][0] < end:
                first, last, _ = stretches[at]
                if start > first or end < last:
                    first, last = self.flat.trim(max(start, first), min(end, last))
                if first < last:
                    pieces.append((first, -last, kind, target or ""))
                at += 1
        offset = self.flat.offset
        marks = [
            Mark(kind=kind, start=offset(start), end=offset(end - 1) + 1, target=target or None)
            for start, end, kind, target in _nested(sorted(pieces))
        ]
        if not self._holes:
            return tuple(marks)
        apart = {segment.start for segment in segments}
        marks += [
            Mark(kind=hole.mark, start=hole.span.start, end=hole.span.end)
            for hole in self._holes
            if hole.span.start not in apart or hole.segment is None
        ]
        return tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))

    def _whole_marks(self) -> Iterator[tuple[MarkKind, int, int, str | None]]:
        """Yield the marks; one of a value that a hole interrupts becomes several, an aside goes on around it."""
        if not self._holes:
            yield from self._marks
            return
        turns = [self.flat.place(hole.span.start) for hole in self._holes]
        for kind, start, end, target in self._marks:
            first = bisect_right(turns, start)
            if kind not in _ASIDES:
                for turn in turns[first : bisect_left(turns, end)]:
                    before, until = self.flat.trim(start, turn)
                    if before < until:
                        yield kind, before, until, target
                    start = max(start, turn)
                start, end = self.flat.trim(start, end)
            if start < end:
                yield kind, start, end, target


def _hole_start(hole: Hole) -> int:
    return hole.span.start


def _place(stretch: tuple[int, int, SegmentKind]) -> tuple[int, int]:
    return stretch[:2]


def _nested(pieces: list[tuple[int, int, MarkKind, str]]) -> list[tuple[int, int, MarkKind, str]]:
    """Return the marks without those that cross another, in order; an aside yields before any other."""
    kept: list[tuple[int, int, MarkKind, str] | None] = []
    open_ones: list[int] = []
    last = None
    for piece in pieces:
        if piece == last:
            continue
        last = piece
        start, end, kind, target = piece[0], -piece[1], piece[2], piece[3]
        while open_ones and _end(kept, open_ones[-1]) <= start:
            open_ones.pop()
        crosses = False
        while open_ones and _end(kept, open_ones[-1]) < end:
            outer = kept[open_ones[-1]]
            if kind in _ASIDES or outer is None or outer[2] not in _ASIDES:
                crosses = True
                break
            kept[open_ones.pop()] = None
        if not crosses:
            open_ones.append(len(kept))
            kept.append((start, end, kind, target))
    return [mark for mark in kept if mark is not None]


def _end(kept: list[tuple[int, int, MarkKind, str] | None], at: int) -> int:
    mark = kept[at]
    return 0 if mark is None else mark[1]
