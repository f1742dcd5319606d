"""The layout of a text: segments that partition it, and marks inside them.

Scope: collecting what the rules find, in flat offsets, and settling it into what the record promises: no gap, no
overlap, marks that nest or are apart, each inside one segment. Not in scope: the rules.
"""

from __future__ import annotations

from bisect import bisect_right

from preserve.cable.flat import Flat
from preserve.cable.record import Mark, MarkKind, Segment, SegmentKind

__all__ = ["Layout"]

_Range = tuple[int, int]

_ASIDES = frozenset({MarkKind.SUMMARY, MarkKind.NOTE, MarkKind.COMMENT})
"""Marks that yield when they would cross another: their ends are the least certain."""


class Layout:
    """Collects segments and marks of one text in flat offsets; later rules never take what earlier ones have."""

    __slots__ = ("_marks", "_segments", "flat")

    def __init__(self, flat: Flat) -> None:
        self.flat = flat
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
        return self._partition(stretches), self._settled_marks(stretches)

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
        segments = []
        for start, end, kind in stretches:
            first, last = offset(start), offset(end - 1) + 1
            if first > cursor:
                segments.append(Segment(kind=SegmentKind.SPACE, start=cursor, end=first))
            segments.append(Segment(kind=kind, start=first, end=last))
            cursor = last
        if cursor < len(self.flat.source):
            segments.append(Segment(kind=SegmentKind.SPACE, start=cursor, end=len(self.flat.source)))
        return tuple(segments)

    def _settled_marks(self, stretches: list[tuple[int, int, SegmentKind]]) -> tuple[Mark, ...]:
        starts = [start for start, _, _ in stretches]
        pieces: list[tuple[int, int, MarkKind, str]] = []
        for kind, start, end, target in self._marks:
            at = max(bisect_right(starts, start) - 1, 0)
            while at < len(stretches) and stretches[at][0] < end:
                first, last, _ = stretches[at]
                if start > first or end < last:
                    first, last = self.flat.trim(max(start, first), min(end, last))
                if first < last:
                    pieces.append((first, -last, kind, target or ""))
                at += 1
        offset = self.flat.offset
        return tuple(
            Mark(kind=kind, start=offset(start), end=offset(end - 1) + 1, target=target or None)
            for start, end, kind, target in _nested(sorted(pieces))
        )


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
