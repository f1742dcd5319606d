"""The fields of the head: banner, captions, attention lines, and the value of every label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from preserve.cable.grammar.outline import FREE_VALUE, Outline
from preserve.cable.record import Identifier, MarkKind, Reference, SegmentKind, Tag
from preserve.cable.rules import (
    Authority,
    Label,
    closed_subject_end,
    find_attention,
    find_captions,
    find_classifiers,
    find_label_in_text,
    find_value_end,
    open_subject_end,
    opens_header,
    read_authority,
    read_reasons,
    read_references,
    read_subject,
    read_tags,
    rejoin_name,
)
from preserve.cable.text import Flat, Layout

__all__ = ["Classified", "HeadFields", "read_classified_in_text", "read_head"]

_KINDS = {
    "authority": SegmentKind.DECLASSIFICATION,
    "tags": SegmentKind.TAGS,
    "subject": SegmentKind.SUBJECT,
    "references": SegmentKind.REFERENCES,
    "classified": SegmentKind.CLASSIFIED_BY,
}
_LONGEST_LIST = 20_000
"""Flat characters in which tags and references are looked for behind their label."""
_REST_OF_REFERENCES = re.compile(r"(?: ?(?:(?:AND|&) PREVIOUS|\(?(?:NOTAL|EXDIS|NODIS)\)?|[\]).,;]))*")
_WORD = re.compile(r"[^\W\d]{3}")


@dataclass(slots=True)
class HeadFields:
    """The fields of one head.

    Attributes:
        end: Where the head ends, a flat offset.
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

    end: int = 0
    authority: Authority | None = None
    captions: dict[str, int] = field(default_factory=dict)
    attention: list[str] = field(default_factory=list)
    subject: str | None = None
    tags: list[Tag] = field(default_factory=list)
    ambiguous_tags: list[str] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    classified_by: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Classified(NamedTuple):
    """Who classified a cable, for which reasons, and where the line that says so ends."""

    by: tuple[str, ...]
    reasons: tuple[str, ...]
    end: int


def read_head(
    flat: Flat,
    layout: Layout,
    outline: Outline,
    identifier: Identifier,
    *,
    start: int = 0,
    heading: str | None = None,
    later_tags: Iterable[Tag] = (),
) -> HeadFields:
    """Read the head of a body, and lay out each field where it stands.

    Args:
        flat: The text.
        layout: Where segments and marks are added.
        outline: Where the parts of the text stand.
        identifier: The cable's own, for the years that references and dates leave out.
        start: Where the body begins, a newspaper's line left aside.
        heading: The page's own heading, where a subject has no end.
        later_tags: The tags of the heads that later sections repeat.
    """
    reader = _HeadReader(flat, layout, outline, identifier, heading)
    reader.read_opening(start)
    reader.read_labels()
    fields = reader.fields
    known = set(fields.tags)
    fields.tags += {tag.value: tag for tag in later_tags if tag not in known}.values()
    return fields


def read_classified_in_text(flat: Flat, layout: Layout, start: int, end: int) -> Classified | None:
    """Read the classifier that a first paragraph names, as in cables of the 1990s; ``None`` when it names none."""
    value = find_label_in_text(flat, start, end)
    return None if value is None else _read_classified(flat, layout, value, end)


def _read_classified(flat: Flat, layout: Layout, start: int, end: int) -> Classified:
    """Read classifiers and reasons between a label and the end of its stretch."""
    names: list[str] = []
    for place, classifier in enumerate(find_classifiers(flat, start, end)):
        names.append(rejoin_name(flat.text[slice(*classifier)]))
        layout.add_mark(MarkKind.CLASSIFIER, *classifier, f"/classification/classified_by/{place}")
    reasons, last = _read_reasons(flat, layout, start, end)
    if last is not None:
        end = last + (flat.text[last : last + 1] == ".")
    return Classified(tuple(names), reasons, end)


def _read_reasons(flat: Flat, layout: Layout, start: int, end: int) -> tuple[tuple[str, ...], int | None]:
    """Read the reasons of a stretch; return them, and where they end."""
    found = read_reasons(flat, start, end)
    if found is None:
        return (), None
    reasons, (first, last) = found
    layout.add_mark(MarkKind.REASON, first, last, "/classification/reasons")
    return reasons, last


class _HeadReader:
    """Collects the fields of one head; all offsets are flat ones."""

    def __init__(
        self, flat: Flat, layout: Layout, outline: Outline, identifier: Identifier, heading: str | None
    ) -> None:
        self.fields = HeadFields(end=outline.behind_banner)
        self._flat = flat
        self._layout = layout
        self._outline = outline
        self._identifier = identifier
        self._heading = heading

    def read_opening(self, start: int) -> None:
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
        # Captions before attention lines, because their words are known: what is left between them addresses somebody,
        # or is other text.
        for first, last in self._read_captions(cursor, end):
            self._read_attention(cursor, first)
            cursor = last
        self._read_attention(cursor, end)

    def read_labels(self) -> None:
        """Read the value of every label, in the order of the text."""
        labels = self._outline.labels
        for label, following in zip(labels, [*labels[1:], None], strict=False):
            self.fields.end = self._read_stretch(label, following)

    def _read_captions(self, start: int, end: int) -> list[tuple[int, int]]:
        """Read the captions of a stretch; return where each stands."""
        captions = self.fields.captions
        found = list(find_captions(self._flat, start, end))
        for first, last in found:
            place = captions.setdefault(self._flat.text[first:last], len(captions))
            self._layout.add_segment(SegmentKind.CAPTION, first, last)
            self._layout.add_mark(MarkKind.CAPTION, first, last, f"/captions/{place}")
        return found

    def _read_attention(self, start: int, end: int) -> None:
        for first, last in find_attention(self._flat, start, end):
            self.fields.attention.append(self._flat.text[first:last])
            self._layout.add_segment(SegmentKind.ATTENTION, first, last)

    def _read_stretch(self, label: Label, following: Label | None) -> int:
        """Read what stands between two labels, or behind the last one; return where its value ends."""
        limit = self._outline.first if following is None else following.start
        closed = following is not None or bool(self._outline.paragraphs)
        end = find_value_end(self._flat, label, limit)
        if not closed:
            end = min(end, label.value + FREE_VALUE)
        end = self._read_value(label, end, closed=closed)
        self._layout.add_segment(_KINDS[label.name], label.start, end)
        if following is not None:
            self._read_captions(end, limit)
        return end

    def _read_value(self, label: Label, end: int, *, closed: bool) -> int:
        """Read one value and return where it ends."""
        flat, layout, fields = self._flat, self._layout, self.fields
        match label.name:
            case "authority":
                fields.authority = read_authority(flat, label.start, end, self._identifier.full_year)
                layout.add_mark(MarkKind.DATE, *fields.authority.date, "/classification/declassify_on")
                reasons, _ = _read_reasons(flat, layout, label.value, end)
                fields.reasons = reasons or fields.reasons
            case "tags":
                self._read_tags(label, end)
            case "subject":
                ends = closed_subject_end if closed else open_subject_end
                end = ends(flat, label.value, end, self._heading)
                fields.subject, place = read_subject(flat, label.value, end)
                layout.add_mark(MarkKind.SUBJECT, *place, "/subject")
            case "references":
                return self._read_references(label, end, closed=closed)
            case _:
                fields.classified_by, reasons, end = _read_classified(flat, layout, label.value, end)
                fields.reasons = reasons or fields.reasons
        return end

    def _read_tags(self, label: Label, end: int) -> None:
        fields = self.fields
        places: dict[str, int] = {}
        for each in read_tags(self._flat, label.value, min(end, label.value + _LONGEST_LIST)):
            if each.ambiguous:
                fields.ambiguous_tags.append(each.tag.value)
            place = places.setdefault(each.tag.value, len(fields.tags))
            if place == len(fields.tags):
                fields.tags.append(each.tag)
            self._layout.add_mark(MarkKind.TAG, each.start, each.end, f"/tags/{place}")

    def _read_references(self, label: Label, end: int, *, closed: bool) -> int:
        flat, references = self._flat, self.fields.references
        after = references[-1].label if references else None
        limit = min(end, label.value + _LONGEST_LIST)
        found = read_references(flat, label.value, limit, self._identifier.year, closed=closed, after=after)
        before = {each.identifier: place for place, each in enumerate(references) if each.identifier}
        for each in found:
            # A second block may name a cable again: it is one reference with two marks.
            place = before.get(each.reference.identifier or "", len(references))
            if place == len(references):
                references.append(each.reference)
            self._layout.add_mark(MarkKind.REFERENCE, each.start, each.end, f"/references/{place}")
        if not found:
            return end if closed else label.value
        rest = _REST_OF_REFERENCES.match(flat.upper, found[-1].end, end)
        last = found[-1].end if rest is None else rest.end()
        # A letter or a number that no reference was made of belongs to the block; words are what follows it.
        return last if _WORD.search(flat.text, last, end) else end
