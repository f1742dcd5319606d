"""The text of a segment with its marks as phrases of TEI.

No character is lost or added, since an element only ever wraps a slice of the text. Where TEI allows less inside an
element than a mark holds (``<idno>`` takes no phrases, ``<desc>`` no ``<g>``, and ``<label>`` stands only in a
paragraph and its asides), a ``<seg>`` with the same meaning takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from preserve.cable import Mark, MarkKind
from preserve.errors import RecordError
from preserve.tei.anchors import Anchors, telegram_uri
from preserve.tei.certainty import AUTO_INSERTED, BY_BASIS
from preserve.xml_characters import escape_attribute

__all__ = ["ASIDES", "SEG_TYPES", "Phrases"]

ASIDES: Mapping[MarkKind, str] = {
    MarkKind.SUMMARY: "summary",
    MarkKind.NOTE: "note",
    MarkKind.COMMENT: "comment",
}
"""The type of the ``<seg>`` for each kind of mark that may go over several paragraphs."""

SEG_TYPES: Mapping[MarkKind, str] = {**ASIDES, MarkKind.NUMBER: "number", MarkKind.PORTION: "portionMark"}
"""The type of the ``<seg>`` for each kind of mark that becomes one and carries no field."""

_Writer = Callable[[Mark, str, str, Anchors], str]
"""Takes a mark, its content as XML, its text as printed, and the targets of the record; gives the element."""


def _seg(kind: str, content: str, more: str = "") -> str:
    return f'<seg type="{kind}"{more}>{content}</seg>'


def _ana(*xml_ids: str | None) -> str:
    pointers = " ".join(f"#{xml_id}" for xml_id in xml_ids if xml_id)
    return f' ana="{pointers}"' if pointers else ""


def _level(_mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _seg("classification", content, _ana(*anchors.taxonomies.banner))


def _message_reference(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    place = anchors.place(mark)
    # An escaped text has no "<", so one in the content begins an element, which TEI P5 does not allow in <idno>.
    return _seg("mrn", content, place) if "<" in content else f'<idno type="mrn"{place}>{content}</idno>'


def _caption(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _seg("caption", content, _ana(anchors.caption(mark)))


def _stray_caption(_mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    return f'<surplus reason="autoInsertedCaption"{AUTO_INSERTED}>{content}</surplus>'


def _page_banner(_mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    return f'<fw type="pageBanner">{content}</fw>'


def _date(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _dated("declassification", anchors.place(mark), anchors.declassify_on(mark), content)


def _dtg(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _dated("dtg", anchors.place(mark), anchors.sent(), content)


def _dated(kind: str, place: str, value: str | None, content: str) -> str:
    when = f' when="{value}"' if value else ""
    return f'<date type="{kind}"{place}{when}>{content}</date>'


def _tag(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return f"<term{_ana(anchors.tag(mark))}>{content}</term>"


def _subject(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return f'<title type="subject"{anchors.place(mark)}>{content}</title>'


def _reference(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    carried = anchors.reference(mark)
    # The text refers to something that the list of references does not have.
    if carried is None:
        return f'<ref type="mention">{content}</ref>'
    reference = carried[1]
    kind = "telegram" if reference.kind == "telegram" else "document"
    label = f' n="{escape_attribute(reference.label)}"' if reference.label else ""
    target = by = ""
    if reference.identifier is not None:
        target = f' target="{escape_attribute(telegram_uri(reference.identifier))}"'
        by = BY_BASIS[reference.identifier_basis] if reference.identifier_basis else ""
    return f'<ref{anchors.place(mark)} type="{kind}"{label}{target}{by}>{content}</ref>'


def _mention(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    carried = anchors.reference(mark)
    name = f"ref-{carried[0] + 1}" if carried else ""
    target = f' target="#{name}"' if name in anchors.anchored else ""
    return f'<ref type="mention"{target}>{content}</ref>'


def _classifier(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _person("classifier", anchors.place(mark), content)


def _signer(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _person("signer", anchors.place(mark), content)


def _person(role: str, place: str, content: str) -> str:
    # A person is named as one only where the record says that the text names one.
    return f"<persName{place}>{content}</persName>" if place else _seg(role, content)


def _reason(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _seg("reason", content, _ana(*anchors.reasons(mark)))


def _redaction(mark: Mark, content: str, printed: str, anchors: Anchors) -> str:
    # A run of X claims the length of what it covers; "[NAME REMOVED]" says nothing of length.
    run = "".join(printed.split())
    extent = f'quantity="{len(run)}"' if run and set(run) <= {"X", "x"} else 'extent="unknown"'
    gap = f'<gap reason="redacted"{anchors.place(mark)} unit="chars" {extent}{anchors.redacted}'
    # TEI P5 desc has macro.limitedContent: neither <g> nor the phrases of a transcription.
    if "<" in content:
        return _seg("redacted", f"{gap}/>{content}")
    return f"{gap}><desc>{content}</desc></gap>"


_WRITERS: Mapping[MarkKind, _Writer] = {
    MarkKind.LEVEL: _level,
    MarkKind.MESSAGE_REFERENCE: _message_reference,
    MarkKind.CAPTION: _caption,
    MarkKind.STRAY_CAPTION: _stray_caption,
    MarkKind.DATE: _date,
    MarkKind.TAG: _tag,
    MarkKind.SUBJECT: _subject,
    MarkKind.REFERENCE: _reference,
    MarkKind.REFERENCE_MENTION: _mention,
    MarkKind.CLASSIFIER: _classifier,
    MarkKind.REASON: _reason,
    MarkKind.REDACTION: _redaction,
    MarkKind.PAGE_BANNER: _page_banner,
    MarkKind.SIGNER: _signer,
    MarkKind.DTG: _dtg,
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """A text that can be written stretch by stretch.

    Attributes:
        text: Every character.
        anchors: The targets of the record.
        fragments: Which part of a longer aside a mark is, by the ``id()`` of the mark.
        escape: Makes a slice of the text the content of an element.
    """

    text: str
    anchors: Anchors
    fragments: Mapping[int, str]
    escape: Callable[[str], str]

    def write(self, start: int, end: int, marks: Sequence[Mark], *, paragraph: bool = False) -> str:
        """Return a stretch of the text as XML.

        Args:
            start: The first code point of the stretch.
            end: One past its last code point.
            marks: The marks inside it, sorted as :func:`preserve.tei.pieces.sort_marks` does.
            paragraph: Whether the stretch is a ``<p>`` or an aside in one, where a number is a ``<label>``.

        Raises:
            RecordError: Two marks cross, or one leaves the stretch.
        """
        text, escape = self.text, self.escape
        if not marks:
            return escape(text[start:end])
        parts: list[str] = []
        at = 0
        while at < len(marks):
            mark = marks[at]
            at += 1
            if mark.start < start or mark.end > end:
                raise RecordError(f"the mark {mark.kind} at {mark.start}-{mark.end} leaves its place {start}-{end}")
            if mark.start > start:
                parts.append(escape(text[start : mark.start]))
            inside = at
            while at < len(marks) and marks[at].start < mark.end:
                at += 1
            printed = text[mark.start : mark.end]
            if inside == at:
                content = escape(printed)
            else:
                # An aside becomes a <seg> that may hold the <label> of a paragraph, as no other phrase may.
                in_aside = paragraph and mark.kind in ASIDES
                content = self.write(mark.start, mark.end, marks[inside:at], paragraph=in_aside)
            parts.append(self._element(mark, content, printed, paragraph=paragraph))
            start = mark.end
        if start < end:
            parts.append(escape(text[start:end]))
        return "".join(parts)

    def _element(self, mark: Mark, content: str, printed: str, *, paragraph: bool) -> str:
        kind = mark.kind
        if paragraph and kind is MarkKind.NUMBER:
            return f"<label>{content}</label>"
        seg_type = SEG_TYPES.get(kind)
        if seg_type is None:
            return _WRITERS[kind](mark, content, printed, self.anchors)
        part = self.fragments.get(id(mark))
        return _seg(seg_type, content, f' part="{part}"' if part else "")
