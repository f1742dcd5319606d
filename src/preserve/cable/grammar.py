"""The grammar of one body: every rule of this room applied in order, to fields, segments and marks.

Scope: the order of the rules and what one tells the next. Not in scope: the rules (each in its module), and what the
page says besides (``cable.normalize``).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from preserve.cable.asides import read_asides, read_mentions
from preserve.cable.body import FoundParagraph, heading_start, read_paragraphs, read_tail
from preserve.cable.classification import (
    Authority,
    FoundBanner,
    joined_name,
    read_authority,
    read_banner,
    read_classifiers,
    read_reasons,
)
from preserve.cable.flat import Flat, flatten, narrowed
from preserve.cable.header import opens_header
from preserve.cable.identifier import Identifier
from preserve.cable.labels import Label, attention_items, caption_ranges, read_labels, subject_end, value_end
from preserve.cable.layout import Hole, Layout
from preserve.cable.record import Mark, MarkKind, Paragraph, Reference, Section, Segment, SegmentKind, Span, Tag
from preserve.cable.references import read_references
from preserve.cable.running import STRAY, dateline, page_banners, redactions, residue, stray_captions
from preserve.cable.sections import section_repeats
from preserve.cable.tags import read_tags

__all__ = ["Understood", "understand"]

_Range = tuple[int, int]
_KINDS = {
    "authority": SegmentKind.DECLASSIFICATION,
    "tags": SegmentKind.TAGS,
    "subject": SegmentKind.SUBJECT,
    "references": SegmentKind.REFERENCES,
    "classified": SegmentKind.CLASSIFIED_BY,
}
_HEAD_WITHOUT_LABELS = 600
"""Flat characters searched for a banner and captions where no label tells where the head ends."""
_FREE_VALUE = 300
"""Flat characters that a value has at most where neither a label nor a paragraph follows."""
_FEWEST_WORDS = 8
"""Words that make unnumbered text a paragraph rather than a stray line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
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


def understand(text: str, identifier: Identifier, *, heading: str | None = None, whole: bool = True) -> Understood:
    """Read a body. Never raises, whatever the text is; time and memory are linear in its length.

    Args:
        text: The body as received.
        identifier: The cable's own, for the years that its references and dates leave out.
        heading: The page's own heading, where a subject has no end.
        whole: Whether the source holds the end of the cable.
    """
    flat = flatten(text)
    holes = _merged(_running(flat, identifier))
    if holes:
        flat = narrowed(flat, _spans(holes), _spans(holes))
    grammar = _Grammar(flat, holes, identifier, heading, whole=whole)
    more = [*grammar.repeated_heads(), *grammar.stray_captions()]
    if more:
        more = _merged(more)
        holes = _merged([*holes, *more])
        flat = narrowed(flat, _spans(holes), _spans(more))
        grammar = _Grammar(flat, holes, identifier, heading, whole=whole)
    return grammar.read()


def _spans(holes: Iterable[Hole]) -> list[Span]:
    return [hole.span for hole in holes]


def _running(flat: Flat, identifier: Identifier) -> Iterator[Hole]:
    """Yield the running matter that is known by itself; what only the head tells is found later."""
    for start, end in page_banners(flat, identifier.station):
        yield Hole(flat.span(start, end), SegmentKind.PAGE_BANNER, MarkKind.PAGE_BANNER)
    for start, end in residue(flat):
        yield Hole(flat.span(start, end), SegmentKind.RESIDUE, MarkKind.PAGE_BANNER, "text-residue")


def _merged(holes: Iterable[Hole]) -> list[Hole]:
    """Return holes in order and apart: one that begins inside another is part of it."""
    merged: list[Hole] = []
    for hole in sorted(holes, key=lambda hole: (hole.span.start, -hole.span.end)):
        if merged and hole.span.start < merged[-1].span.end:
            last = merged[-1]
            merged[-1] = replace(last, span=Span(last.span.start, max(last.span.end, hole.span.end)))
        else:
            merged.append(hole)
    return merged


class _Grammar:
    """The state of one reading: all offsets are flat ones until the layout is settled."""

    def __init__(
        self, flat: Flat, holes: list[Hole], identifier: Identifier, heading: str | None, *, whole: bool
    ) -> None:
        self.flat = flat
        self.holes = holes
        self.identifier = identifier
        self.heading = heading
        self.whole = whole
        self.layout = Layout(flat, holes)
        self.labels = read_labels(flat)
        self.head = self.labels[0].start if self.labels else min(len(flat), _HEAD_WITHOUT_LABELS)
        self.banner = read_banner(flat, self.head)
        behind = max((label.value for label in self.labels if label.name in ("tags", "subject")), default=0)
        self.found = read_paragraphs(flat, max(behind, self.banner.end if self.banner else 0))
        self.first = self.found[0].start if self.found else len(flat)
        self.labels = [label for label in self.labels if label.start < self.first]
        self.opening = 0
        self.authority: Authority | None = None
        self.captions: list[str] = []
        self.attention: list[str] = []
        self.subject: str | None = None
        self.tags: list[Tag] = []
        self.ambiguous_tags: list[str] = []
        self.references: list[Reference] = []
        self.classified_by: list[str] = []
        self.reasons: tuple[str, ...] = ()
        self.paragraphs: list[_Paragraph] = []
        self.headings: list[_Range] = []

    def repeated_heads(self) -> Iterator[Hole]:
        """Yield the heads that later sections repeat."""
        if self.banner is None or not self.labels:
            return
        end = self.first if self.found else min(len(self.flat), self.labels[-1].value + _FREE_VALUE)
        for start, last in section_repeats(self.flat, self.banner.end, end):
            yield Hole(self.flat.span(start, last), SegmentKind.PAGE_BANNER, MarkKind.PAGE_BANNER, "section-repeat")

    def stray_captions(self) -> Iterator[Hole]:
        """Yield the captions that software inserted into the text."""
        if STRAY not in self.flat.text:
            return
        behind = frozenset(
            self.flat.place(hole.span.end) for hole in self.holes if hole.segment is SegmentKind.PAGE_BANNER
        )
        for start, last in stray_captions(self.flat, self.head, behind):
            yield Hole(self.flat.span(start, last), None, MarkKind.STRAY_CAPTION)

    def read(self) -> Understood:
        """Apply the rules."""
        printed = dateline(self.flat)
        if printed is not None:
            self.layout.segment(SegmentKind.RESIDUE, *printed)
            self.opening = self.flat.trim(printed[1], len(self.flat))[0]
        self._read_opening()
        end = self._read_values()
        tail = read_tail(
            self.flat,
            max(end, self.found[-1].label if self.found else 0),
            whole=self.whole,
            subject=(self.subject or "").upper(),
        )
        for kind, start, last in tail.pieces:
            self.layout.segment(kind, start, last)
        if tail.signature:
            self.layout.segment(SegmentKind.SIGNATURE, *tail.signature)
        signed_by = []
        for place, (start, last) in enumerate(tail.signers):
            signed_by.append(self.flat.text[start:last])
            self.layout.mark(MarkKind.SIGNER, start, last, f"/signed_by/{place}")
        self._read_paragraphs(end, tail.end)
        self._read_classifier_in_text()
        spans = self._read_marks(end)
        segments, marks = self.layout.settle()
        return Understood(
            segments=segments,
            marks=marks,
            paragraphs=tuple(self._settled_paragraphs(segments)),
            sections=tuple(self._sections()),
            redactions=spans,
            banner=self.banner,
            authority=self.authority,
            captions=tuple(self.captions),
            attention=tuple(self.attention),
            subject=self.subject,
            tags=tuple(self.tags),
            references=tuple(self.references),
            classified_by=tuple(self.classified_by),
            reasons=self.reasons,
            signed_by=tuple(signed_by),
            dateline=None if printed is None else self.flat.text[slice(*printed)],
            residue=tuple(hole.span for hole in self.holes if hole.code == "text-residue"),
            repeats=tuple(hole.span for hole in self.holes if hole.code == "section-repeat"),
            false_pilcrows=tuple(self._false_pilcrows()),
            ambiguous_tags=tuple(self.ambiguous_tags),
        )

    def _read_opening(self) -> None:
        """Read banner, captions and attention lines: what stands before the first label."""
        start = 0
        if self.banner is not None:
            banner, start = self.banner, self.banner.end
            if banner.start and opens_header(self.flat.text, self.opening):
                self.layout.segment(SegmentKind.TRANSMISSION, self.opening, banner.start)
            self.layout.segment(SegmentKind.BANNER, banner.start, banner.end)
            self.layout.mark(MarkKind.LEVEL, banner.start, banner.level_end, "/classification/banner")
            self.layout.mark(MarkKind.MESSAGE_REFERENCE, banner.reference_start, banner.end, "/message_reference")
        if not self.labels:
            return
        cursor = start
        for first, last in caption_ranges(self.flat, start, self.head):
            self._read_attention(cursor, first)
            caption = self.flat.text[first:last]
            if caption not in self.captions:
                self.captions.append(caption)
            self.layout.segment(SegmentKind.CAPTION, first, last)
            self.layout.mark(MarkKind.CAPTION, first, last, f"/captions/{self.captions.index(caption)}")
            cursor = last
        self._read_attention(cursor, self.head)

    def _read_attention(self, start: int, end: int) -> None:
        for first, last in attention_items(self.flat, start, end):
            self.attention.append(self.flat.text[first:last])
            self.layout.segment(SegmentKind.ATTENTION, first, last)

    def _read_values(self) -> int:
        """Read the value of every label; return where the head ends."""
        end = self.banner.end if self.banner else 0
        for place, label in enumerate(self.labels):
            last = place + 1 == len(self.labels)
            limit = self.first if last else self.labels[place + 1].start
            closed = not last or bool(self.found)
            end = value_end(self.flat, label, limit)
            if not closed:
                end = min(end, label.value + _FREE_VALUE)
            end = self._read_value(label, end, closed=closed)
            self.layout.segment(_KINDS[label.name], label.start, end)
        return end

    def _read_value(self, label: Label, end: int, *, closed: bool) -> int:
        """Read one value and return where it ends."""
        match label.name:
            case "authority":
                self.authority = read_authority(self.flat, label.start, end, self.identifier.full_year)
                self.layout.mark(MarkKind.DATE, *self.authority.date, "/classification/declassify_on")
            case "tags":
                self._read_tags(label, end)
            case "subject":
                end = end if closed else subject_end(self.flat, label.value, end, self.heading)
                self._read_subject(label, end)
            case "references":
                return self._read_references(label, end, closed=closed)
            case _:
                return self._read_classified(label.value, end)
        return end

    def _read_tags(self, label: Label, end: int) -> None:
        places: dict[str, int] = {}
        for each in read_tags(self.flat, label.value, end):
            if each.ambiguous:
                self.ambiguous_tags.append(each.tag.value)
            place = places.setdefault(each.tag.value, len(self.tags))
            if place == len(self.tags):
                self.tags.append(each.tag)
            self.layout.mark(MarkKind.TAG, each.start, each.end, f"/tags/{place}")

    def _read_subject(self, label: Label, end: int) -> None:
        start = label.value
        mark = _PORTION_OF_SUBJECT.match(self.flat.upper, start, end)
        start = start if mark is None else mark.end()
        while end > start and self.flat.text[end - 1] in " -=_":
            end -= 1
        self.layout.mark(MarkKind.SUBJECT, start, end, "/subject")
        # A word broken at its hyphen is one word again; "pre- and post-war" is not a broken word.
        said = _BROKEN_WORD.sub("-", " ".join(self.flat.text[start:end].split()))
        self.subject = html.unescape(said) or None

    def _read_references(self, label: Label, end: int, *, closed: bool) -> int:
        found = read_references(self.flat, label.value, end, self.identifier.year, closed=closed)
        before = {each.identifier: place for place, each in enumerate(self.references) if each.identifier}
        for each in found:
            # A second block may name a cable again: it is one reference with two marks.
            place = before.get(each.reference.identifier or "", len(self.references))
            if place == len(self.references):
                self.references.append(each.reference)
            self.layout.mark(MarkKind.REFERENCE, each.start, each.end, f"/references/{place}")
        if not found:
            return end if closed else label.value
        rest = _REST_OF_REFERENCES.match(self.flat.upper, found[-1].end, end)
        last = found[-1].end if rest is None else rest.end()
        # A letter and a number that nothing was made of are of the block; words are what follows it.
        return last if _WORD.search(self.flat.text, last, end) else end

    def _read_classified(self, start: int, end: int) -> int:
        """Read classifier and reasons between a label and the end of its stretch; return where the line ends."""
        for classifier in read_classifiers(self.flat, start, end):
            self.classified_by.append(joined_name(self.flat.text[slice(*classifier)]))
            self.layout.mark(
                MarkKind.CLASSIFIER, *classifier, f"/classification/classified_by/{len(self.classified_by) - 1}"
            )
        reasons = read_reasons(self.flat, start, end)
        if reasons is None:
            return end
        self.reasons, (first, last) = reasons
        self.layout.mark(MarkKind.REASON, first, last, "/classification/reasons")
        return last + (self.flat.text[last : last + 1] == ".")

    def _read_classifier_in_text(self) -> None:
        """Read the classifier where a first paragraph names it, as it does in the cables of the 1990s."""
        if self.classified_by or self.reasons or not self.paragraphs:
            return
        paragraph = self.paragraphs[0]
        label = _CLASSIFIED_BY.search(self.flat.upper, paragraph.text, min(paragraph.end, paragraph.text + 400))
        if label is not None:
            self._read_classified(label.end(), paragraph.end)

    def _read_paragraphs(self, start: int, end: int) -> None:
        """Lay out what stands between the head and the tail."""
        self._read_unnumbered(start, self.found[0].start if self.found else end)
        for place, each in enumerate(self.found):
            final = place + 1 == len(self.found)
            last = end if final else self.found[place + 1].start
            last = self._without_heading(each.mark[1], last, free=False, headed=not final)
            if each.start >= last:
                continue
            self.layout.segment(SegmentKind.PARAGRAPH, each.start, last)
            self.layout.mark(MarkKind.NUMBER, each.start, each.label)
            self.layout.mark(MarkKind.PORTION, *each.mark)
            text = each.mark[1] + (self.flat.text[each.mark[1] : each.mark[1] + 1] == " ")
            self.paragraphs.append(_Paragraph(each.start, text, last, each))

    def _read_unnumbered(self, start: int, end: int) -> None:
        """Lay out a stretch without a number: a paragraph if it is long enough, then perhaps a heading."""
        if not self.labels:
            return
        start, end = self.flat.trim(start, end)
        end = self._without_heading(start, end, free=True, headed=bool(self.found))
        start, end = self.flat.trim(start, end)
        if start < end and self.flat.text.count(" ", start, end) + 1 >= _FEWEST_WORDS:
            self.layout.segment(SegmentKind.PARAGRAPH, start, end)
            self.paragraphs.append(_Paragraph(start, start, end, None))

    def _without_heading(self, start: int, end: int, *, free: bool, headed: bool) -> int:
        """Lay out the heading in which a stretch ends; return where it begins."""
        _, end = self.flat.trim(start, end)
        heading = heading_start(self.flat, start, end, free=free) if headed else None
        if heading is None:
            return end
        self.layout.segment(SegmentKind.HEADING, heading, end)
        self.headings.append((heading, end))
        return self.flat.trim(start, heading)[1]

    def _read_marks(self, start: int) -> tuple[Span, ...]:
        """Mark what stands inside the segments; return where the redactions are."""
        layout, flat = self.layout, self.flat
        spans: list[Span] = []
        for first, last in redactions(flat):
            layout.mark(MarkKind.REDACTION, first, last, f"/redaction/spans/{len(spans)}")
            spans.append(flat.span(first, last))
        for kind, first, last in read_asides(
            flat, start, [(each.start, each.text, each.end) for each in self.paragraphs]
        ):
            layout.mark(kind, first, last)
        for first, last, which in read_mentions(flat, start, [each.label for each in self.references]):
            layout.mark(MarkKind.REFERENCE_MENTION, first, last, None if which is None else f"/references/{which}")
        return tuple(spans)

    def _settled_paragraphs(self, segments: tuple[Segment, ...]) -> Iterator[Paragraph]:
        """Yield the paragraphs; each ends where the next thing begins, the white space between them included."""
        flat = self.flat
        for each in self.paragraphs:
            _, end = flat.trim(each.start, each.end)
            place = bisect_right(segments, flat.offset(end - 1), key=_segment_start)
            spaced = place < len(segments) - 1 and segments[place].kind is SegmentKind.SPACE
            yield Paragraph(
                number=each.found.number if each.found else None,
                portion=each.found.portion if each.found else None,
                start=flat.offset(each.start),
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


def _segment_start(segment: Segment) -> int:
    return segment.start


@dataclass(frozen=True, slots=True)
class _Paragraph:
    start: int
    text: int
    end: int
    found: FoundParagraph | None


_PORTION_OF_SUBJECT = re.compile(r"\((?:U|C|S|SBU|TS|LOU)(?:/{1,2}[A-Z]{2,12})*\) ?")
_REST_OF_REFERENCES = re.compile(r"(?: ?(?:(?:AND|&) PREVIOUS|\(?(?:NOTAL|EXDIS|NODIS)\)?|[\]).,;]))*")
_WORD = re.compile(r"[^\W\d]{3}")
_BROKEN_WORD = re.compile(r"(?<=\w)- (?=\w)(?!AND |OR |TO |and |or |to )")
_CLASSIFIED_BY = re.compile(r"CLASSIFIED ?BY ?:? ?")
