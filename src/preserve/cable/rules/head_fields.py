"""The head of a body, read: banner, captions, attention lines, and the value of every label.

Scope: the fields of the head, each laid out where it stands. Not in scope: where labels and banner are
(``cable.outline``), the rules of each value (each in its module), and the text behind the head (``cable.grammar``).
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterable, Iterator

from preserve.cable.record import Identifier, MarkKind, Reference, SegmentKind, Tag
from preserve.cable.rules.captions import find_attention, find_captions
from preserve.cable.rules.classification import Authority, find_classifiers, read_authority, read_reasons, rejoin_name
from preserve.cable.rules.labels import Label, find_value_end
from preserve.cable.rules.outline import FREE_VALUE, Outline
from preserve.cable.rules.references import read_references
from preserve.cable.rules.routing_header import opens_header
from preserve.cable.rules.subject import closed_subject_end, open_subject_end
from preserve.cable.rules.tags import read_tags
from preserve.cable.text import Flat, Layout

__all__ = ["HeadFields"]

_KINDS = {
    "authority": SegmentKind.DECLASSIFICATION,
    "tags": SegmentKind.TAGS,
    "subject": SegmentKind.SUBJECT,
    "references": SegmentKind.REFERENCES,
    "classified": SegmentKind.CLASSIFIED_BY,
}
_LONGEST_LIST = 20_000
"""Flat characters in which tags and references are looked for behind their label."""
_PORTION_OF_SUBJECT = re.compile(
    r"(?:\((?:UNCLASSIFIED|CONFIDENTIAL|SECRET|U|C|S|SBU|TS|LOU|FOUO)"
    r"(?: ?/{1,2} ?(?:NF|NOFORN|FOUO|SBU|FGI|ORCON|OC|LES|REL(?: TO)? [A-Z ,]{2,30})| NF)*"
    r"|(?:U|C|S|SBU)(?:/{1,2}NF)?)\) ?"
)
_REST_OF_REFERENCES = re.compile(r"(?: ?(?:(?:AND|&) PREVIOUS|\(?(?:NOTAL|EXDIS|NODIS)\)?|[\]).,;]))*")
_WORD = re.compile(r"[^\W\d]{3}")
_BROKEN_WORD = re.compile(r"(?<=\w)- (?=\w)(?!AND |OR |TO |and |or |to )")
_CLASSIFIED_BY = re.compile(r"CLASSIFIED ?BY ?:? ?")
_NEAR = 400
"""Flat characters of a first paragraph in which a classifier is looked for."""


class HeadFields:
    """The fields of one head, collected while it is read; all offsets are flat ones.

    Attributes:
        authority: What the ``E.O.`` line says.
        captions: Each caption, and its place among them.
        attention: The attention lines.
        subject: The subject, on one line.
        tags: The tags, each once.
        ambiguous_tags: Those of which nothing says where they begin or end.
        references: The references, each once.
        classified_by: The classifiers.
        reasons: The reasons, in normal form.
    """

    def __init__(self, flat: Flat, layout: Layout, outline: Outline, identifier: Identifier) -> None:
        self.authority: Authority | None = None
        self.captions: dict[str, int] = {}
        self.attention: list[str] = []
        self.subject: str | None = None
        self.tags: list[Tag] = []
        self.ambiguous_tags: list[str] = []
        self.references: list[Reference] = []
        self.classified_by: list[str] = []
        self.reasons: tuple[str, ...] = ()
        self._flat = flat
        self._layout = layout
        self._outline = outline
        self._identifier = identifier

    def read(self, start: int, heading: str | None, later_tags: Iterable[Tag]) -> int:
        """Read all of the head; return where it ends.

        Args:
            start: Where the body begins, a newspaper's line left aside.
            heading: The page's own heading, where a subject has no end.
            later_tags: The tags of the heads that later sections repeat.
        """
        self._read_opening(start)
        end = self._outline.behind_banner
        labels = self._outline.labels
        for label, following in zip(labels, [*labels[1:], None], strict=False):
            end = self._read_stretch(label, following, heading)
        known = set(self.tags)
        self.tags += {tag.value: tag for tag in later_tags if tag not in known}.values()
        return end

    def _read_opening(self, start: int) -> None:
        """Read banner, captions and attention lines: what stands before the first label."""
        outline, cursor = self._outline, self._outline.behind_banner
        if outline.banner is not None:
            banner = outline.banner
            if banner.start and opens_header(self._flat.text, start):
                self._layout.add_segment(SegmentKind.TRANSMISSION, start, banner.start)
            self._layout.add_segment(SegmentKind.BANNER, banner.start, banner.end)
            self._layout.add_mark(MarkKind.LEVEL, banner.start, banner.level_end, "/classification/banner")
            self._layout.add_mark(MarkKind.MESSAGE_REFERENCE, banner.reference_start, banner.end, "/message_reference")
        end = outline.head
        if not outline.labels:
            end = outline.first if outline.paragraphs else cursor
        for first, last in self._read_captions(cursor, end):
            self._read_attention(cursor, first)
            cursor = last
        self._read_attention(cursor, end)

    def _read_captions(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Read the captions of a stretch; yield where each stands."""
        for first, last in find_captions(self._flat, start, end):
            place = self.captions.setdefault(self._flat.text[first:last], len(self.captions))
            self._layout.add_segment(SegmentKind.CAPTION, first, last)
            self._layout.add_mark(MarkKind.CAPTION, first, last, f"/captions/{place}")
            yield first, last

    def _read_attention(self, start: int, end: int) -> None:
        for first, last in find_attention(self._flat, start, end):
            self.attention.append(self._flat.text[first:last])
            self._layout.add_segment(SegmentKind.ATTENTION, first, last)

    def _read_stretch(self, label: Label, following: Label | None, heading: str | None) -> int:
        """Read what stands between two labels, or behind the last one; return where the value ends."""
        limit = self._outline.first if following is None else following.start
        closed = following is not None or bool(self._outline.paragraphs)
        end = find_value_end(self._flat, label, limit)
        if not closed:
            end = min(end, label.value + FREE_VALUE)
        end = self._read_value(label, end, heading, closed=closed)
        self._layout.add_segment(_KINDS[label.name], label.start, end)
        if following is not None:
            deque(self._read_captions(end, limit), maxlen=0)
        return end

    def _read_value(self, label: Label, end: int, heading: str | None, *, closed: bool) -> int:
        """Read one value and return where it ends."""
        match label.name:
            case "authority":
                self.authority = read_authority(self._flat, label.start, end, self._identifier.full_year)
                self._layout.add_mark(MarkKind.DATE, *self.authority.date, "/classification/declassify_on")
                self._read_reasons(label.value, end)
            case "tags":
                self._read_tags(label, end)
            case "subject":
                ends = closed_subject_end if closed else open_subject_end
                end = ends(self._flat, label.value, end, heading)
                self._read_subject(label, end)
            case "references":
                return self._read_references(label, end, closed=closed)
            case _:
                return self._read_classified(label.value, end)
        return end

    def _read_tags(self, label: Label, end: int) -> None:
        places: dict[str, int] = {}
        for each in read_tags(self._flat, label.value, min(end, label.value + _LONGEST_LIST)):
            if each.ambiguous:
                self.ambiguous_tags.append(each.tag.value)
            place = places.setdefault(each.tag.value, len(self.tags))
            if place == len(self.tags):
                self.tags.append(each.tag)
            self._layout.add_mark(MarkKind.TAG, each.start, each.end, f"/tags/{place}")

    def _read_subject(self, label: Label, end: int) -> None:
        text, start = self._flat.text, label.value
        mark = _PORTION_OF_SUBJECT.match(self._flat.upper, start, end)
        start = start if mark is None else mark.end()
        while end > start and text[end - 1] in " -=_":
            end -= 1
        self._layout.add_mark(MarkKind.SUBJECT, start, end, "/subject")
        # A word broken at its hyphen is one word again; "pre- and post-war" is not a broken word.
        self.subject = html.unescape(_BROKEN_WORD.sub("-", text[start:end].strip(" "))) or None

    def _read_references(self, label: Label, end: int, *, closed: bool) -> int:
        flat = self._flat
        after = self.references[-1].label if self.references else None
        limit = min(end, label.value + _LONGEST_LIST)
        found = read_references(flat, label.value, limit, self._identifier.year, closed=closed, after=after)
        before = {each.identifier: place for place, each in enumerate(self.references) if each.identifier}
        for each in found:
            # A second block may name a cable again: it is one reference with two marks.
            place = before.get(each.reference.identifier or "", len(self.references))
            if place == len(self.references):
                self.references.append(each.reference)
            self._layout.add_mark(MarkKind.REFERENCE, each.start, each.end, f"/references/{place}")
        if not found:
            return end if closed else label.value
        rest = _REST_OF_REFERENCES.match(flat.upper, found[-1].end, end)
        last = found[-1].end if rest is None else rest.end()
        # A letter and a number that nothing was made of are of the block; words are what follows it.
        return last if _WORD.search(flat.text, last, end) else end

    def _read_classified(self, start: int, end: int) -> int:
        """Read classifier and reasons between a label and the end of its stretch; return where the line ends."""
        for classifier in find_classifiers(self._flat, start, end):
            target = f"/classification/classified_by/{len(self.classified_by)}"
            self.classified_by.append(rejoin_name(self._flat.text[slice(*classifier)]))
            self._layout.add_mark(MarkKind.CLASSIFIER, *classifier, target)
        last = self._read_reasons(start, end)
        return end if last is None else last + (self._flat.text[last : last + 1] == ".")

    def _read_reasons(self, start: int, end: int) -> int | None:
        """Read the reasons of a stretch; return where they end."""
        reasons = read_reasons(self._flat, start, end)
        if reasons is None:
            return None
        self.reasons, (first, last) = reasons
        self._layout.add_mark(MarkKind.REASON, first, last, "/classification/reasons")
        return last

    def read_classifier_in_text(self, start: int, end: int) -> None:
        """Read the classifier where a first paragraph names it, as it does in the cables of the 1990s."""
        if self.classified_by or self.reasons:
            return
        label = _CLASSIFIED_BY.search(self._flat.upper, start, min(end, start + _NEAR))
        if label is not None:
            self._read_classified(label.end(), end)
