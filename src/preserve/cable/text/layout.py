"""The layout of a text: segments that partition it, and marks inside them.

The rules add what they find, in flat offsets and in any order. Settling makes of it what the record promises: segments
without gap or overlap, and marks that nest or are apart, each inside one segment.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from preserve.cable.record import Mark, MarkKind, Segment, SegmentKind, Span
from preserve.cable.text.flat import Flat

__all__ = ["Hole", "Layout", "merge_holes"]


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of the source that the flat view leaves out, and what the layout makes of it.

    Attributes:
        span: Where it is, in the source.
        segment: The kind of segment that it is where it stands between others; ``None`` when it then belongs to the
            segment before it.
        mark: The kind of mark that it is where it stands inside a segment.
        code: The finding that tells of it; ``None`` when none does.
    """

    span: Span
    segment: SegmentKind | None
    mark: MarkKind
    code: str | None = None


def merge_holes(holes: Iterable[Hole]) -> list[Hole]:
    """Return holes in order and apart; one that begins inside another becomes part of it."""
    apart: list[Hole] = []
    for hole in sorted(holes, key=lambda hole: (hole.span.start, -hole.span.end)):
        if apart and hole.span.start < apart[-1].span.end:
            last = apart[-1]
            apart[-1] = replace(last, span=Span(last.span.start, max(last.span.end, hole.span.end)))
        else:
            apart.append(hole)
    return apart


_Range = tuple[int, int]

_ASIDES = frozenset({MarkKind.SUMMARY, MarkKind.NOTE, MarkKind.COMMENT})
"""Marks that yield when they would cross another: their ends are the least certain."""


class Layout:
    """Collects segments and marks of one text in flat offsets.

    Segments are settled by their beginnings: where two overlap, the one that begins first keeps the characters.
    """

    __slots__ = ("_hole_starts", "_holes", "_marks", "_segments", "flat")

    def __init__(self, flat: Flat, holes: Sequence[Hole] = ()) -> None:
        self.flat = flat
        self._holes = holes
        self._hole_starts = [hole.span.start for hole in holes]
        self._segments: list[tuple[int, int, SegmentKind]] = []
        self._marks: list[tuple[MarkKind, int, int, str | None]] = []

    def add_segment(self, kind: SegmentKind, start: int, end: int) -> None:
        """Add a segment; space at its ends, and what another one holds already, is left out when it is settled."""
        if start < end:
            self._segments.append((start, end, kind))

    def add_mark(self, kind: MarkKind, start: int, end: int, target: str | None = None) -> None:
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
        """Return the segments in order, trimmed and apart, with OTHER between them: all but the white space."""
        flat, cursor = self.flat, 0
        text = flat.text
        stretches: list[tuple[int, int, SegmentKind]] = []
        for start, end, kind in [*sorted(self._segments, key=_place), (len(flat), len(flat), SegmentKind.OTHER)]:
            if start > cursor + 1 or (start > cursor and text[cursor] != " "):
                self._keep(stretches, cursor, start, SegmentKind.OTHER)
            if end > cursor:
                self._keep(stretches, start if start > cursor else cursor, end, kind)
                cursor = end
        return stretches

    def _keep(self, stretches: list[tuple[int, int, SegmentKind]], start: int, end: int, kind: SegmentKind) -> None:
        start, end = self.flat.trim(start, end)
        if start < end:
            stretches.append((start, end, kind))

    def _partition(self, stretches: list[tuple[int, int, SegmentKind]]) -> tuple[Segment, ...]:
        segments: list[Segment] = []
        cursor = 0
        firsts, ends = self._received([stretch[:2] for stretch in stretches])
        for first, last, (_, _, kind) in zip(firsts, ends, stretches, strict=True):
            if first > cursor:
                self._fill(segments, cursor, first)
            segments.append(Segment(kind, first, last))
            cursor = last
        if cursor < len(self.flat.source):
            self._fill(segments, cursor, len(self.flat.source))
        return tuple(segments)

    def _received(self, ranges: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
        """Return where flat ranges begin, and where they end, in the source."""
        last = self.flat.offsets([end - 1 for _, end in ranges])
        return self.flat.offsets([start for start, _ in ranges]), [at + 1 for at in last]

    def _fill(self, segments: list[Segment], start: int, end: int) -> None:
        """Add what stands between two segments: white space, and holes."""
        for hole in self._holes_in(start, end):
            if hole.segment is None and segments:
                before = segments.pop()
                segments.append(Segment(before.kind, before.start, hole.span.end))
            else:
                if start < hole.span.start:
                    segments.append(Segment(SegmentKind.SPACE, start, hole.span.start))
                kind = hole.segment or SegmentKind.CAPTION
                segments.append(Segment(kind, hole.span.start, hole.span.end))
            start = hole.span.end
        if start < end:
            segments.append(Segment(SegmentKind.SPACE, start, end))

    def _holes_in(self, start: int, end: int) -> Sequence[Hole]:
        if not self._holes:
            return ()
        return self._holes[bisect_left(self._hole_starts, start) : bisect_left(self._hole_starts, end)]

    def _settled_marks(
        self, stretches: list[tuple[int, int, SegmentKind]], segments: tuple[Segment, ...]
    ) -> tuple[Mark, ...]:
        starts = [start for start, _, _ in stretches]
        pieces: list[tuple[int, int, MarkKind, str]] = []
        for kind, start, end, target in self._whole_marks():
            at = bisect_right(starts, start) - 1
            if end <= stretches[at][1]:
                pieces.append((start, -end, kind, target or ""))
                continue
            for first, last, _ in stretches[at : bisect_left(starts, end)]:
                first, last = self.flat.trim(max(start, first), min(end, last))
                pieces.append((first, -last, kind, target or ""))
        nested = _nested(sorted(pieces))
        marks = [
            Mark(kind, first, last, target or None)
            for first, last, (_, _, kind, target) in zip(
                *self._received([mark[:2] for mark in nested]), nested, strict=True
            )
        ]
        if not self._holes:
            return tuple(marks)
        apart = {segment.start for segment in segments}
        marks += [
            Mark(hole.mark, hole.span.start, hole.span.end)
            for hole in self._holes
            if hole.span.start not in apart or hole.segment is None
        ]
        return tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))

    def _whole_marks(self) -> Iterator[tuple[MarkKind, int, int, str | None]]:
        """Yield the marks: a value that a hole interrupts has several, while an aside goes on around a hole."""
        if not self._holes:
            yield from self._marks
            return
        turns = list(map(self.flat.place, self._hole_starts))
        for kind, start, end, target in self._marks:
            first = bisect_right(turns, start)
            if kind not in _ASIDES:
                for turn in turns[first : bisect_left(turns, end)]:
                    before, until = self.flat.trim(start, turn)
                    if before < until:
                        yield kind, before, until, target
                    start = max(start, turn)
                start, end = self.flat.trim(start, end)
            yield kind, start, end, target


_place = itemgetter(0, 1)


def _nested(pieces: list[tuple[int, int, MarkKind, str]]) -> list[tuple[int, int, MarkKind, str]]:
    """Return the marks in order, without those that cross another; where an aside crosses, the aside goes."""
    kept: list[tuple[int, int, MarkKind, str] | None] = []
    outer: list[tuple[int, int, MarkKind]] = []
    """End, place in ``kept`` and kind of each mark that the next one may be inside; the innermost comes last."""
    before = None
    for piece in pieces:
        if piece == before:
            continue
        before = piece
        start, end, kind, target = piece[0], -piece[1], piece[2], piece[3]
        while outer and outer[-1][0] <= start:
            outer.pop()
        while outer and outer[-1][0] < end:
            if kind in _ASIDES or outer[-1][2] not in _ASIDES:
                break
            kept[outer.pop()[1]] = None
        else:
            outer.append((end, len(kept), kind))
            kept.append((start, end, kind, target))
    return [mark for mark in kept if mark is not None]
