"""The stretches inside a segment as phrase-level TEI: what each kind of mark becomes.

Scope: slicing one stretch of text by its marks. Not in scope: blocks (:mod:`preserve.tei.division`).

No character is lost or added: an element only ever wraps a slice of the text. Where TEI allows less inside an
element than the marks hold (``<idno>`` takes no phrases, ``<desc>`` no ``<g>``, ``<label>`` stands only in a
paragraph), a ``<seg>`` of the same meaning takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from preserve.cable.record import Mark, MarkKind
from preserve.errors import RecordError
from preserve.tei.anchors import BY_PACKAGER, Anchors, telegram_uri
from preserve.tei.characters import attribute, transcribed

__all__ = ["SEG_TYPES", "in_order", "stretch"]

SEG_TYPES: Mapping[MarkKind, str] = {
    MarkKind.NUMBER: "number",
    MarkKind.PORTION: "portionMark",
    MarkKind.SUMMARY: "summary",
    MarkKind.NOTE: "note",
    MarkKind.COMMENT: "comment",
}
"""Kinds of mark that are a ``<seg>`` of this type and nothing more."""

_Writer = Callable[[Mark, str, str, Anchors], str]
"""Takes a mark, its content as XML, its text as printed, and the targets."""


def _seg(kind: str, content: str, ana: str = "") -> str:
    return f'<seg type="{kind}"{ana}>{content}</seg>'


def _ana(*xml_ids: str | None) -> str:
    pointers = " ".join(f"#{xml_id}" for xml_id in xml_ids if xml_id)
    return f' ana="{pointers}"' if pointers else ""


def _level(_mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _seg("classification", content, _ana(anchors.level()))


def _message_reference(_mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    return _seg("mrn", content) if "<" in content else f'<idno type="mrn">{content}</idno>'


def _caption(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _seg("caption", content, _ana(anchors.caption(mark)))


def _stray_caption(_mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    return f'<surplus reason="autoInsertedCaption">{content}</surplus>'


def _page_banner(_mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    return f'<fw type="pageBanner">{content}</fw>'


def _date(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _dated("declassification", anchors.declassify_on(mark), content)


def _dtg(_mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _dated("dtg", anchors.sent(), content)


def _dated(kind: str, value: str | None, content: str) -> str:
    when = f' when="{value}"' if value else ""
    return f'<date type="{kind}"{when}>{content}</date>'


def _tag(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return f"<term{_ana(anchors.tag(mark))}>{content}</term>"


def _subject(_mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    return f'<title type="subject">{content}</title>'


def _reference(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    carried = anchors.reference(mark)
    if carried is None:
        return f'<ref type="mention">{content}</ref>'
    index, reference = carried
    first = anchors.references.get(index)
    # An interrupted reference has several marks: the first is the anchor, the others point at it.
    place = (
        f' xml:id="ref-{index + 1}"'
        if mark is first and not anchors.prefix
        else (f' corresp="#ref-{index + 1}"' if first else "")
    )
    kind = "telegram" if reference.kind == "telegram" else "document"
    target = cert = ""
    if reference.identifier is not None:
        target = f' target="{attribute(telegram_uri(reference.identifier))}"'
        cert = BY_PACKAGER[reference.identifier_basis] if reference.identifier_basis else ""
    return f'<ref{place} type="{kind}"{target}{cert}>{content}</ref>'


def _mention(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    carried = anchors.reference(mark)
    target = f' target="#ref-{carried[0] + 1}"' if carried and carried[0] in anchors.references else ""
    return f'<ref type="mention"{target}>{content}</ref>'


def _classifier(mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    # A person is named as one only where the record says that the text names one.
    return f"<persName>{content}</persName>" if mark.target else _seg("classifier", content)


def _signer(mark: Mark, content: str, _printed: str, _anchors: Anchors) -> str:
    return f"<persName>{content}</persName>" if mark.target else _seg("signer", content)


def _reason(mark: Mark, content: str, _printed: str, anchors: Anchors) -> str:
    return _seg("reason", content, _ana(*anchors.reasons(mark)))


def _redaction(_mark: Mark, content: str, printed: str, anchors: Anchors) -> str:
    # A run of X has the length of what it covers, or says that it has; "[NAME REMOVED]" says nothing of length.
    run = "".join(printed.split())
    extent = f'quantity="{len(run)}"' if run and set(run) <= {"X", "x"} else 'extent="unknown"'
    gap = f'<gap reason="redacted" unit="chars" {extent} resp="#{anchors.redacted_by}"'
    # TEI P5: <desc> takes no <g>, and no phrases of a transcription.
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


def in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks sorted by start, the longer first, none twice, without those that cover nothing."""
    once = {id(mark): mark for mark in marks if mark.start < mark.end}
    return tuple(sorted(once.values(), key=lambda mark: (mark.start, -mark.end)))


def stretch(
    text: str, start: int, end: int, marks: Sequence[Mark], anchors: Anchors, *, paragraph: bool = False
) -> str:
    """Return one stretch of a text as XML.

    Args:
        text: The whole text.
        start: First code point of the stretch.
        end: One past its last.
        marks: The marks inside it, :func:`in_order`.
        anchors: The targets of the record.
        paragraph: The stretch is a ``<p>``: a number is its ``<label>``.

    Raises:
        RecordError: Two marks cross, or one leaves the stretch.
    """
    parts: list[str] = []
    at = 0
    while at < len(marks):
        mark = marks[at]
        at += 1
        if mark.start < start or mark.end > end:
            raise RecordError(f"the mark {mark.kind} at {mark.start}-{mark.end} leaves its place {start}-{end}")
        if mark.start > start:
            parts.append(transcribed(text[start : mark.start]))
        inside = at
        while at < len(marks) and marks[at].start < mark.end:
            at += 1
        printed = text[mark.start : mark.end]
        content = (
            transcribed(printed) if inside == at else stretch(text, mark.start, mark.end, marks[inside:at], anchors)
        )
        parts.append(_element(mark, content, printed, anchors, paragraph=paragraph))
        start = mark.end
    if start < end:
        parts.append(transcribed(text[start:end]))
    return "".join(parts)


def _element(mark: Mark, content: str, printed: str, anchors: Anchors, *, paragraph: bool) -> str:
    if paragraph and mark.kind is MarkKind.NUMBER:
        return f"<label>{content}</label>"
    seg_type = SEG_TYPES.get(mark.kind)
    return _seg(seg_type, content) if seg_type else _WRITERS[mark.kind](mark, content, printed, anchors)
