"""The outline of a body: where its labels, its banner, its later sections and its paragraphs stand.

It is found before any value is read, because most values end only where the next thing of the outline begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preserve.cable.rules import (
    FoundBanner,
    FoundParagraph,
    Label,
    find_later_sections,
    find_repeated_heads,
    read_banner,
    read_paragraphs,
)
from preserve.cable.text import Flat

__all__ = ["FREE_VALUE", "Outline", "find_head_end", "find_repeats", "read_outline"]

_HEAD_WITHOUT_LABELS = 600
"""Flat characters that are searched for a banner and captions where no label tells where the head ends."""
FREE_VALUE = 300
"""Flat characters that a value has at most where neither a label nor a paragraph follows."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Where the parts of a body stand, in flat offsets.

    Attributes:
        labels: The labels of the head, in order.
        head: Where the first label stands, or where the head ends at the latest.
        banner: The banner; ``None`` without one.
        later: The banner of each later section.
        paragraphs: The numbered paragraphs.
        first: Where the first of them begins; the end of the text without one.
    """

    labels: Sequence[Label]
    head: int
    banner: FoundBanner | None
    later: Sequence[tuple[int, int]]
    paragraphs: Sequence[FoundParagraph]
    first: int

    @property
    def behind_banner(self) -> int:
        """Where the banner ends; 0 without one."""
        return self.banner.end if self.banner else 0


def find_head_end(flat: Flat, labels: Sequence[Label]) -> int:
    """Return where the stretch before the first label ends."""
    return labels[0].start if labels else min(len(flat), _HEAD_WITHOUT_LABELS)


def read_outline(flat: Flat, labels: Sequence[Label]) -> Outline:
    """Return the outline of a body.

    Args:
        flat: The text.
        labels: All that look like labels of its head, in order.
    """
    # Banner before later sections, because these have its serial. Later sections before paragraphs, because a label of
    # theirs must not be taken for the head's, and the paragraphs begin behind the labels TAGS and SUBJECT of the head.
    # The paragraphs last: they tell which labels are those of the head, as all behind the first one are text.
    head = find_head_end(flat, labels)
    banner = read_banner(flat, head)
    later = find_later_sections(flat, banner.end) if banner and banner.reference else ()
    if later:
        # A label that only a later section has is not one of the first head.
        labels = [label for label in labels if label.start < later[0][0]] or labels
    behind = max((label.value for label in labels if label.name in ("tags", "subject")), default=0)
    paragraphs = read_paragraphs(flat, max(behind, banner.end if banner else 0))
    first = paragraphs[0].start if paragraphs else len(flat)
    return Outline([label for label in labels if label.start < first], head, banner, later, paragraphs, first)


def find_repeats(flat: Flat, outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each head that a later section repeats."""
    if outline.later and outline.labels:
        free = min(len(flat), outline.labels[-1].value + FREE_VALUE)
        end = outline.first if outline.paragraphs else free
        yield from find_repeated_heads(flat, outline.later, outline.behind_banner, end)
