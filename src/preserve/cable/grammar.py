"""The grammar of one body: every rule of this room applied in order, to fields, segments and marks.

Scope: the order of the rules and what one tells the next; the text behind the head, laid out. Not in scope: the rules
(each in its module), the fields of the head (``cable.head``), and what the page says besides (``cable.normalize``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from preserve.cable.record import (
    Identifier,
    Mark,
    MarkKind,
    Paragraph,
    Reference,
    Section,
    Segment,
    SegmentKind,
    Span,
    Tag,
)
from preserve.cable.rules import (
    STRAY,
    Authority,
    Closing,
    FoundBanner,
    FoundParagraph,
    HeadFields,
    Outline,
    find_asides,
    find_dateline,
    find_head_end,
    find_heading,
    find_mentions,
    find_page_banners,
    find_redactions,
    find_repeats,
    find_residue,
    find_stray_captions,
    read_closing,
    read_labels,
    read_outline,
    read_repeated_tags,
)
from preserve.cable.text import Flat, Hole, Layout, flatten, merge_holes, narrow

__all__ = ["ParsedBody", "read_body"]

_Range = tuple[int, int]
_FEWEST_WORDS = 8
"""Words that make unnumbered text a paragraph rather than a stray line."""
_FEWEST_IN_SENTENCE = 3
"""The same where it ends with a point."""
_MOST_HEADINGS = 3
"""Headings that stand under one another, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedBody:
    """What the grammar read in one body; offsets are those of the text as received."""

    segments: tuple[Segment, ...]
    marks: tuple[Mark, ...]
    paragraphs: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    redactions: tuple[Span, ...]
    banner: FoundBanner | None
    authority: Authority | None
    captions: tuple[str, ...]
    attention: tuple[str, ...]
    subject: str | None
    tags: tuple[Tag, ...]
    references: tuple[Reference, ...]
    classified_by: tuple[str, ...]
    reasons: tuple[str, ...]
    signed_by: tuple[str, ...]
    dateline: str | None
    residue: tuple[Span, ...]
    repeats: tuple[Span, ...]
    false_pilcrows: tuple[int, ...]
    ambiguous_tags: tuple[str, ...]


def read_body(text: str, identifier: Identifier, *, heading: str | None = None, whole: bool = True) -> ParsedBody:
    """Read a body. Never raises, whatever the text is; time and memory are linear in its length.

    Args:
        text: The body as received.
        identifier: The cable's own, for the years that its references and dates leave out.
        heading: The page's own heading, where a subject has no end.
        whole: Whether the source holds the end of the cable.
    """
    flat = flatten(text)
    flat, holes = _left_out(flat, [], _running(flat, identifier))
    labels = read_labels(flat)
    strays = list(_strays(flat, holes, find_head_end(flat, labels)))
    if strays:
        flat, holes = _left_out(flat, holes, strays)
        labels = read_labels(flat)
    outline = read_outline(flat, labels)
    repeated = list(find_repeats(flat, outline))
    tags = [tag for place in repeated for tag in read_repeated_tags(flat, *place)]
    if repeated:
        flat, holes = _left_out(flat, holes, _repeats(flat, repeated))
        outline = read_outline(flat, read_labels(flat))
    return _Reading(flat, holes, outline, identifier).read(heading, tags, whole=whole)


def _left_out(flat: Flat, holes: Sequence[Hole], more: Iterable[Hole]) -> tuple[Flat, Sequence[Hole]]:
    """Return the view without some more, and all that it is then without."""
    new = merge_holes(more)
    if not new:
        return flat, holes
    every = merge_holes([*holes, *new]) if holes else new
    return narrow(flat, [hole.span for hole in every], [hole.span for hole in new]), every


def _running(flat: Flat, identifier: Identifier) -> Iterator[Hole]:
    """Yield the running matter that is known by itself; what only the head tells is found later."""
    for start, end in find_page_banners(flat, identifier.station):
        yield Hole(flat.span(start, end), SegmentKind.PAGE_BANNER, MarkKind.PAGE_BANNER)
    for start, end in find_residue(flat):
        yield Hole(flat.span(start, end), SegmentKind.RESIDUE, MarkKind.PAGE_BANNER, "text-residue")


def _strays(flat: Flat, holes: Sequence[Hole], head: int) -> Iterator[Hole]:
    """Yield the captions that software inserted into the text."""
    if STRAY not in flat.text:
        return
    ends = (flat.place(hole.span.end) for hole in holes if hole.segment is SegmentKind.PAGE_BANNER)
    behind = frozenset(flat.trim(end, len(flat))[0] for end in ends)
    for start, end in find_stray_captions(flat, head, behind):
        yield Hole(flat.span(start, end), None, MarkKind.STRAY_CAPTION)


def _repeats(flat: Flat, places: Iterable[_Range]) -> Iterator[Hole]:
    """Yield the heads that later sections repeat."""
    for start, end in places:
        yield Hole(flat.span(start, end), SegmentKind.PAGE_BANNER, MarkKind.PAGE_BANNER, "section-repeat")


class _Paragraph(NamedTuple):
    start: int
    text: int
    end: int
    found: FoundParagraph | None


class _Reading:
    """One reading of a body: all offsets are flat ones until the layout is settled."""

    def __init__(self, flat: Flat, holes: Sequence[Hole], outline: Outline, identifier: Identifier) -> None:
        self.flat = flat
        self.holes = holes
        self.outline = outline
        self.layout = Layout(flat, holes)
        self.head = HeadFields(flat, self.layout, outline, identifier)
        self.paragraphs: list[_Paragraph] = []
        self.headings: list[_Range] = []

    def read(self, heading: str | None, later_tags: Iterable[Tag], *, whole: bool) -> ParsedBody:
        """Apply the rules."""
        flat, head, found = self.flat, self.head, self.outline.paragraphs
        printed = self._read_dateline()
        start = 0 if printed is None else flat.trim(printed[1], len(flat))[0]
        end = head.read(start, heading, later_tags)
        behind = max(end, found[-1].label if found else 0)
        tail = read_closing(flat, behind, whole=whole, subject=(head.subject or "").upper())
        signed_by = tuple(self._read_tail(tail))
        self._read_paragraphs(end, tail.end)
        if self.paragraphs:
            head.read_classifier_in_text(self.paragraphs[0].text, self.paragraphs[0].end)
        spans = self._read_marks(end)
        segments, marks = self.layout.settle()
        return ParsedBody(
            segments=segments,
            marks=marks,
            paragraphs=tuple(self._settled_paragraphs(segments)),
            sections=tuple(self._sections()),
            redactions=spans,
            banner=self.outline.banner,
            authority=head.authority,
            captions=tuple(head.captions),
            attention=tuple(head.attention),
            subject=head.subject,
            tags=tuple(head.tags),
            references=tuple(head.references),
            classified_by=tuple(head.classified_by),
            reasons=head.reasons,
            signed_by=signed_by,
            dateline=None if printed is None else flat.text[slice(*printed)],
            residue=tuple(hole.span for hole in self.holes if hole.code == "text-residue"),
            repeats=tuple(hole.span for hole in self.holes if hole.code == "section-repeat"),
            false_pilcrows=tuple(self._false_pilcrows()),
            ambiguous_tags=tuple(head.ambiguous_tags),
        )

    def _read_dateline(self) -> _Range | None:
        printed = find_dateline(self.flat)
        if printed is not None:
            self.layout.add_segment(SegmentKind.RESIDUE, *printed)
        return printed

    def _read_tail(self, tail: Closing) -> Iterator[str]:
        """Lay out what ends the body; yield the signers."""
        for kind, start, end in tail.pieces:
            self.layout.add_segment(kind, start, end)
        if tail.signature:
            self.layout.add_segment(SegmentKind.SIGNATURE, *tail.signature)
        for place, (start, end) in enumerate(tail.signers):
            self.layout.add_mark(MarkKind.SIGNER, start, end, f"/signed_by/{place}")
            yield self.flat.text[start:end]

    def _read_paragraphs(self, start: int, end: int) -> None:
        """Lay out what stands between the head and the tail."""
        found, text = self.outline.paragraphs, self.flat.text
        self._read_unnumbered(start, found[0].start if found else end)
        for place, each in enumerate(found):
            final = place + 1 == len(found)
            last = end if final else found[place + 1].start
            last = self._without_heading(each.mark[1], last, free=False, headed=not final)
            self.layout.add_segment(SegmentKind.PARAGRAPH, each.start, last)
            self.layout.add_mark(MarkKind.NUMBER, each.start, each.label)
            self.layout.add_mark(MarkKind.PORTION, *each.mark)
            behind = each.mark[1] + (text[each.mark[1] : each.mark[1] + 1] == " ")
            self.paragraphs.append(_Paragraph(each.start, behind, last, each))

    def _read_unnumbered(self, start: int, end: int) -> None:
        """Lay out a stretch without a number: a paragraph if it is long enough, then perhaps a heading."""
        if not self.outline.labels:
            return
        start, end = self.flat.trim(start, end)
        end = self._without_heading(start, end, free=True, headed=bool(self.outline.paragraphs))
        start, end = self.flat.trim(start, end)
        words = self.flat.text.count(" ", start, end) + 1
        # A statement on the whole cable is a sentence, however short: "Please protect accordingly."
        if start < end and words >= (_FEWEST_IN_SENTENCE if self.flat.text[end - 1] == "." else _FEWEST_WORDS):
            self.layout.add_segment(SegmentKind.PARAGRAPH, start, end)
            self.paragraphs.append(_Paragraph(start, start, end, None))

    def _without_heading(self, start: int, end: int, *, free: bool, headed: bool) -> int:
        """Lay out the headings in which a stretch ends, one under the other; return where the first begins."""
        found: list[_Range] = []
        while headed and len(found) < _MOST_HEADINGS:
            _, end = self.flat.trim(start, end)
            heading = find_heading(self.flat, start, end, free=free)
            if heading is None:
                break
            self.layout.add_segment(SegmentKind.HEADING, heading, end)
            found.insert(0, (heading, end))
            end = heading
        self.headings += found
        return self.flat.trim(start, end)[1]

    def _read_marks(self, start: int) -> tuple[Span, ...]:
        """Mark what stands inside the segments; return where the redactions are."""
        layout, flat = self.layout, self.flat
        spans: list[Span] = []
        for first, last in find_redactions(flat):
            layout.add_mark(MarkKind.REDACTION, first, last, f"/redaction/spans/{len(spans)}")
            spans.append(flat.span(first, last))
        for kind, first, last in find_asides(
            flat, start, [(each.start, each.text, each.end) for each in self.paragraphs]
        ):
            layout.add_mark(kind, first, last)
        for first, last, which in find_mentions(flat, start, [each.label for each in self.head.references]):
            layout.add_mark(MarkKind.REFERENCE_MENTION, first, last, None if which is None else f"/references/{which}")
        return tuple(spans)

    def _settled_paragraphs(self, segments: tuple[Segment, ...]) -> Iterator[Paragraph]:
        """Yield the paragraphs; each ends where the next thing begins, the white space between them included."""
        flat = self.flat
        starts = [segment.start for segment in segments]
        begins = flat.offsets([each.start for each in self.paragraphs])
        lasts = flat.offsets([flat.trim(each.start, each.end)[1] - 1 for each in self.paragraphs])
        for each, begin, last in zip(self.paragraphs, begins, lasts, strict=True):
            place = bisect_right(starts, last)
            spaced = place < len(segments) - 1 and segments[place].kind is SegmentKind.SPACE
            yield Paragraph(
                number=each.found.number if each.found else None,
                portion=each.found.portion if each.found else None,
                start=begin,
                end=segments[place if spaced else place - 1].end,
            )

    def _false_pilcrows(self) -> Iterator[int]:
        """Yield where a pilcrow stands, in the source, that opens no paragraph."""
        true = {each.start for each in self.paragraphs}
        at = self.flat.text.find("¶")
        while at >= 0:
            if at not in true:
                yield self.flat.offset(at)
            at = self.flat.text.find("¶", at + 1)

    def _sections(self) -> Iterator[Section]:
        flat = self.flat
        for place, (start, end) in enumerate(self.headings):
            title = flat.text[start:end].strip(" -=_‐*~")
            final = place + 1 == len(self.headings)
            last = flat.offset(len(flat) - 1) + 1 if final else flat.offset(self.headings[place + 1][0])
            yield Section(heading=title, start=flat.offset(start), end=last)
