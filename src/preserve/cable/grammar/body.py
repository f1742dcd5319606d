"""The reading of a body: every rule applied in its order, to fields, segments and marks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from preserve.cable.grammar.head import HeadFields, read_classified_in_text, read_head
from preserve.cable.grammar.holes import head_holes, leave_out, running_matter, stray_holes
from preserve.cable.grammar.outline import Outline, find_head_end, find_repeats, read_outline
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
    Authority,
    Closing,
    FoundBanner,
    FoundParagraph,
    find_asides,
    find_dateline,
    find_heading,
    find_mentions,
    find_redactions,
    read_closing,
    read_labels,
    read_repeated_tags,
    read_title,
)
from preserve.cable.text import Flat, Hole, Layout, flatten

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
    """What the grammar read in one body; offsets are those of the text as received.

    Fields that the record has too mean what they mean there.

    Attributes:
        redactions: The record's ``redaction.spans``.
        banner: The banner, and where it is.
        authority: What the ``E.O.`` line says.
        dateline: The line of a newspaper before the text.
        residue: What databases and sites left in the text.
        repeats: The heads that later sections repeat.
        false_pilcrows: Where pilcrows stand that open no paragraph.
        ambiguous_tags: Tags of which nothing says where they begin or end.
    """

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
    """Read a body. No text makes it fail, and its time and memory are linear in the length of the text.

    Args:
        text: The body as received.
        identifier: The cable's own, for the years that its references and dates leave out.
        heading: The page's own heading, where a subject has no end.
        whole: Whether the source holds the end of the cable.
    """
    # 1. Running matter that is known by itself goes first, because it interrupts everything: a page banner may stand
    #    inside the list of TAGS or between two references.
    flat = flatten(text)
    flat, holes = leave_out(flat, [], running_matter(flat, identifier.station))
    # 2. Stray captions need the labels, because before the first one a SIPDIS is the cable's own. Where any was left
    #    out, the labels are found anew, as all offsets behind it have moved.
    labels = read_labels(flat)
    strays = list(stray_holes(flat, holes, find_head_end(flat, labels)))
    if strays:
        flat, holes = leave_out(flat, holes, strays)
        labels = read_labels(flat)
    # 3. Repeated heads need the whole outline, because they are known by the first head that they repeat. Only without
    #    them is the text of a long cable one.
    outline = read_outline(flat, labels)
    repeated = list(find_repeats(flat, outline))
    tags = [tag for place in repeated for tag in read_repeated_tags(flat, *place)]
    if repeated:
        flat, holes = leave_out(flat, holes, head_holes(flat, repeated))
        outline = read_outline(flat, read_labels(flat))
    return _Reading(flat, holes, outline, identifier).read(heading, tags, whole=whole)


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
        self.identifier = identifier
        self.layout = Layout(flat, holes)
        self.paragraphs: list[_Paragraph] = []
        self.headings: list[_Range] = []

    def read(self, heading: str | None, later_tags: Iterable[Tag], *, whole: bool) -> ParsedBody:
        """Apply the rules from the outside in: to the head, to the closing, to what stands between, and inside that."""
        flat, layout, found = self.flat, self.layout, self.outline.paragraphs
        printed = self._read_dateline()
        start = 0 if printed is None else flat.trim(printed[1], len(flat))[0]
        head = read_head(
            flat, layout, self.outline, self.identifier, start=start, heading=heading, later_tags=later_tags
        )
        # The closing before the paragraphs, because the last one ends where it begins, and nothing else tells.
        behind = max(head.end, found[-1].label if found else 0)
        closing = read_closing(flat, behind, whole=whole, subject=(head.subject or "").upper())
        signed_by = tuple(self._read_closing(closing))
        self._read_paragraphs(head.end, closing.end)
        classified_by, reasons = head.classified_by, head.reasons
        # Cables of the 1990s name the classifier in the first paragraph; it counts only where the head names none.
        if self.paragraphs and not classified_by and not reasons:
            first = self.paragraphs[0]
            classified = read_classified_in_text(flat, layout, first.text, first.end)
            if classified is not None:
                classified_by, reasons = classified.by, classified.reasons
        # Marks last: an aside may end with its paragraph, and a mention needs the letters of the references.
        spans = self._read_marks(head)
        segments, marks = layout.settle()
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
            classified_by=classified_by,
            reasons=reasons,
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

    def _read_closing(self, closing: Closing) -> Iterator[str]:
        """Lay out what ends the body; yield the signers."""
        for kind, start, end in closing.pieces:
            self.layout.add_segment(kind, start, end)
        if closing.signature:
            self.layout.add_segment(SegmentKind.SIGNATURE, *closing.signature)
        for place, (start, end) in enumerate(closing.signers):
            self.layout.add_mark(MarkKind.SIGNER, start, end, f"/signed_by/{place}")
            yield self.flat.text[start:end]

    def _read_paragraphs(self, start: int, end: int) -> None:
        """Lay out what stands between the head and the closing."""
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
        """Lay out a stretch without a number: it is a paragraph if it is long enough, and may end in a heading."""
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
        """Lay out the headings that end a stretch, one under the other; return where the first of them begins."""
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

    def _read_marks(self, head: HeadFields) -> tuple[Span, ...]:
        """Mark what stands inside the segments; return where the redactions are."""
        layout, flat = self.layout, self.flat
        spans: list[Span] = []
        for first, last in find_redactions(flat):
            layout.add_mark(MarkKind.REDACTION, first, last, f"/redaction/spans/{len(spans)}")
            spans.append(flat.span(first, last))
        bounds = [(each.start, each.text, each.end) for each in self.paragraphs]
        for kind, first, last in find_asides(flat, head.end, bounds):
            layout.add_mark(kind, first, last)
        for first, last, which in find_mentions(flat, head.end, [each.label for each in head.references]):
            layout.add_mark(MarkKind.REFERENCE_MENTION, first, last, None if which is None else f"/references/{which}")
        return tuple(spans)

    def _settled_paragraphs(self, segments: tuple[Segment, ...]) -> Iterator[Paragraph]:
        """Yield the paragraphs. Each ends where the next thing begins, and has the white space before that."""
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
        """Yield the offsets in the source of the pilcrows that open no paragraph."""
        true = {each.start for each in self.paragraphs}
        at = self.flat.text.find("¶")
        while at >= 0:
            if at not in true:
                yield self.flat.offset(at)
            at = self.flat.text.find("¶", at + 1)

    def _sections(self) -> Iterator[Section]:
        flat = self.flat
        for place, (start, end) in enumerate(self.headings):
            final = place + 1 == len(self.headings)
            last = flat.offset(len(flat) - 1) + 1 if final else flat.offset(self.headings[place + 1][0])
            yield Section(heading=read_title(flat, start, end), start=flat.offset(start), end=last)
