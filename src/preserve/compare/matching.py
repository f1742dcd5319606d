"""Which words of two sequences match, in time that grows as their lengths do, whatever the sequences are.

It is the patience method: what both sides have once is matched, then what both have once between two matches, and so
on. Words are never compared each with each, as hostile texts would then take hours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence

__all__ = ["HIDDEN", "align"]

HIDDEN = "\0redaction"
"""The key of every redaction, whatever its length and style. No word has it."""

_DEEPEST = 32
"""How often a gap is searched again for words that it has once; real texts need three or four times."""

_WIDTHS = (1, 2, 4)
"""How many words in a row are looked for, the first number that matches: long texts have few single words only once."""


def align(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return which items match, as pairs of places that both ascend; exchanged arguments give exchanged pairs."""
    if old == new:
        return [(at, at) for at in range(len(old))]
    # The method is not symmetric. In an order of their own the two give one result, whichever is called the old one.
    if list(new) < list(old):
        return [(mine, theirs) for theirs, mine in _align(new, old)]
    return _align(old, new)


def _align(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    gaps = [(0, len(old), 0, len(new), 0)]
    while gaps:
        first, last, start, end, depth = gaps.pop()
        while first < last and start < end and old[first] == new[start]:
            pairs.append((first, start))
            first, start = first + 1, start + 1
        while first < last and start < end and old[last - 1] == new[end - 1]:
            last, end = last - 1, end - 1
            pairs.append((last, end))
        if first == last or start == end or depth == _DEEPEST:
            continue
        anchors = _ascending(_once_in_both(old, first, last, new, start, end))
        for mine, theirs in anchors:
            gaps.append((first, mine, start, theirs, depth + 1))
            pairs.append((mine, theirs))
            first, start = mine + 1, theirs + 1
        if anchors:
            gaps.append((first, last, start, end, depth + 1))
    return sorted(pairs)


def _once_in_both(
    old: Sequence[str], first: int, last: int, new: Sequence[str], start: int, end: int
) -> list[tuple[int, int]]:
    """Return the places of what each of two stretches has once, in the order of the first.

    That is single items or, failing these, short sequences, each at its first item. If there is nothing of the kind,
    the redactions serve, provided that both stretches have as many.
    """
    for width in _WIDTHS:
        mine, theirs = _once(old, first, last, width), _once(new, start, end, width)
        if once := [(at, theirs[key]) for key, at in mine.items() if key in theirs]:
            return once
    hidden = [at for at in range(first, last) if old[at] == HIDDEN]
    others = [at for at in range(start, end) if new[at] == HIDDEN]
    return list(zip(hidden, others, strict=True)) if len(hidden) == len(others) else []


def _once(items: Sequence[str], first: int, last: int, width: int) -> dict[Hashable, int]:
    """Return the places of sequences of so many items that are there once; never a single redaction: all are alike."""
    seen: dict[Hashable, int] = {}
    for at in range(first, last - width + 1):
        key = items[at] if width == 1 else tuple(items[at : at + width])
        seen[key] = at if key not in seen else -1
    seen.pop(HIDDEN, None)
    return {key: at for key, at in seen.items() if at >= 0}


def _ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest chain of pairs, given in the order of their first places, whose second places ascend too."""
    # Patience sorting: tails[n] is the least end of a chain of n + 1 pairs, and ends[n] the pair that ends it.
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_, theirs) in enumerate(pairs):
        length = bisect_left(tails, theirs)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(theirs)
            ends.append(at)
        else:
            tails[length], ends[length] = theirs, at
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]
