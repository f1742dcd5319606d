"""What the flat view leaves out before the rules read it: page banners, residue, stray captions, repeated heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from preserve.cable.record import MarkKind, SegmentKind
from preserve.cable.rules import STRAY, find_page_banners, find_residue, find_stray_captions
from preserve.cable.text import Flat, Hole, merge_holes, narrow

__all__ = ["head_holes", "leave_out", "running_matter", "stray_holes"]


def leave_out(flat: Flat, holes: Sequence[Hole], more: Iterable[Hole]) -> tuple[Flat, Sequence[Hole]]:
    """Return the view without some more holes, and all holes that it then has.

    Args:
        flat: The view so far.
        holes: What it leaves out already, in order and apart.
        more: What it is to leave out besides; those that overlap become one.
    """
    new = merge_holes(more)
    if not new:
        return flat, holes
    every = merge_holes([*holes, *new]) if holes else new
    return narrow(flat, [hole.span for hole in every], [hole.span for hole in new]), every


def running_matter(flat: Flat, station: str) -> Iterator[Hole]:
    """Yield the page banners and the residue, which are known by themselves wherever they stand.

    Args:
        flat: The text.
        station: The cable's own.
    """
    for start, end in find_page_banners(flat, station):
        yield Hole(flat.span(start, end), SegmentKind.PAGE_BANNER, MarkKind.PAGE_BANNER)
    for start, end in find_residue(flat):
        yield Hole(flat.span(start, end), SegmentKind.RESIDUE, MarkKind.PAGE_BANNER, "text-residue")


def stray_holes(flat: Flat, holes: Sequence[Hole], head: int) -> Iterator[Hole]:
    """Yield the captions that software inserted into the text.

    Args:
        flat: The text without its running matter.
        holes: The running matter.
        head: Flat offset behind the captions of the head.
    """
    if STRAY not in flat.text:
        return
    ends = (flat.place(hole.span.end) for hole in holes if hole.segment is SegmentKind.PAGE_BANNER)
    behind = frozenset(flat.trim(end, len(flat))[0] for end in ends)
    for start, end in find_stray_captions(flat, head, behind):
        yield Hole(flat.span(start, end), None, MarkKind.STRAY_CAPTION)


def head_holes(flat: Flat, places: Iterable[tuple[int, int]]) -> Iterator[Hole]:
    """Yield the heads that later sections repeat, from their flat ranges."""
    for start, end in places:
        yield Hole(flat.span(start, end), SegmentKind.PAGE_BANNER, MarkKind.PAGE_BANNER, "section-repeat")
