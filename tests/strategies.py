"""Hypothesis strategies that several rooms share: whole, coherent, made-up cables.

Scope: records that meet the schema and their own promises (segments partition the text, marks lie inside segments and
never cross, digests are those of the texts). Not in scope: texts that read like cables; the grammar's tests have those.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypeVar, get_args

from hypothesis import strategies as st

from preserve.cable.record import (
    Access,
    Banner,
    Basis,
    Body,
    Cable,
    CaptureSource,
    Classification,
    Completeness,
    Created,
    DeclassifyOn,
    Header,
    Mark,
    MarkKind,
    MessageReference,
    Origin,
    PageCapture,
    Paragraph,
    Provenance,
    Recipient,
    Redaction,
    Reference,
    Release,
    Rights,
    Row,
    Section,
    Segment,
    SegmentKind,
    Span,
    Tag,
    Transmission,
)
from preserve.digests import sha256
from preserve.findings import Finding, Severity

__all__ = ["ANY_TEXT", "XML_TEXT", "cables", "identifiers", "spans_of"]

Item = TypeVar("Item")
Texts = st.SearchStrategy[str]

ANY_TEXT = st.characters(exclude_categories=["Cs"])
"""Every character that UTF-8 can write, NUL included."""

XML_TEXT = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n", exclude_characters="\ufffe\uffff")
"""Characters that XML 1.0 can hold and reads back unchanged (so no carriage return)."""

_DIGEST = st.binary(max_size=4).map(sha256)
_PLACES = st.integers(0, 2**53 - 1)


def _times(form: str) -> Texts:
    return st.datetimes(datetime(1966, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.strftime(form))


_DATES = _times("%Y-%m-%d")


def identifiers() -> Texts:
    """Make canonical identifiers of made-up posts."""
    posts = st.sampled_from(["STRELSAU", "ZENDA", "HENTZAU", "RURITANIANEMBASSYX"])
    return st.builds("{:02}{}{}".format, st.integers(0, 99), posts, st.integers(1, 9_999_999))


def spans_of(length: int) -> st.SearchStrategy[tuple[int, int]]:
    """Make ranges inside a text of so many code points, start before end."""
    return st.tuples(st.integers(0, length - 1), st.integers(1, length)).filter(lambda pair: pair[0] < pair[1])


def _few(items: st.SearchStrategy[Item]) -> st.SearchStrategy[tuple[Item, ...]]:
    return st.lists(items, max_size=2).map(tuple)


@st.composite
def _marks(draw: st.DrawFn, segments: tuple[Segment, ...]) -> tuple[Mark, ...]:
    """Draw marks of which none crosses a segment or another mark, sorted by start, the longer first."""
    found: list[Mark] = []
    for segment in segments:
        for start, end in draw(st.lists(spans_of(segment.end - segment.start), max_size=2)):
            mark = Mark(
                kind=draw(st.sampled_from(MarkKind)),
                start=segment.start + start,
                end=segment.start + end,
                target=draw(st.none() | st.sampled_from(["/subject", "/tags/0", "/classification/reasons/1"])),
            )
            if not any(_cross(mark, other) for other in found):
                found.append(mark)
    return tuple(sorted(found, key=lambda mark: (mark.start, -mark.end)))


def _cross(one: Mark, other: Mark) -> bool:
    return one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end


@st.composite
def _partitions(draw: st.DrawFn, texts: Texts) -> tuple[str, tuple[Segment, ...]]:
    pieces = draw(st.lists(st.tuples(st.sampled_from(SegmentKind), texts), min_size=1, max_size=5))
    segments, place = [], 0
    for kind, text in pieces:
        segments.append(Segment(kind=kind, start=place, end=place + len(text)))
        place += len(text)
    return "".join(text for _, text in pieces), tuple(segments)


@st.composite
def _bodies(draw: st.DrawFn, texts: Texts, words: Texts) -> Body:
    text, segments = draw(_partitions(texts))
    paragraphs = tuple(
        Paragraph(
            number=draw(st.none() | st.integers(0, 99)),
            portion=draw(st.none() | words),
            start=segment.start,
            end=segment.end,
        )
        for segment in segments
        if segment.kind is SegmentKind.PARAGRAPH
    )
    headings = [segment for segment in segments if segment.kind is SegmentKind.HEADING]
    ends = [*(segment.start for segment in headings[1:]), len(text)][: len(headings)]
    return Body(
        text=text,
        sha256=sha256(text.encode()),
        line_breaks=draw(st.sampled_from(["kept", "flattened"])),
        segments=segments,
        marks=draw(_marks(segments)),
        paragraphs=paragraphs,
        sections=tuple(
            Section(heading=text[segment.start : segment.end], start=segment.start, end=end)
            for segment, end in zip(headings, ends, strict=True)
        ),
    )


@st.composite
def _headers(draw: st.DrawFn, texts: Texts) -> Header:
    text, segments = draw(_partitions(texts))
    return Header(text=text, sha256=sha256(text.encode()), segments=segments, marks=draw(_marks(segments)))


def _classifications(words: Texts) -> st.SearchStrategy[Classification]:
    banners = st.builds(Banner, text=words, level=words, handling=_few(words))
    return st.builds(
        Classification,
        level=words,
        text=words,
        handling=_few(words),
        banner=st.none() | banners,
        authority=st.none() | words,
        declassify_on=st.none() | st.builds(DeclassifyOn, text=words, date=st.none() | _DATES),
        classified_by=_few(words),
        reasons=_few(words),
    )


def _transmissions(words: Texts) -> st.SearchStrategy[Transmission]:
    maybe = st.none() | words
    recipients = st.builds(
        Recipient, text=words, route=maybe, name=words, precedence=maybe, mcn=maybe, excluded=_few(words)
    )
    return st.builds(
        Transmission,
        dtg=maybe,
        sent=st.none() | _times("%Y-%m-%dT%H:%M:%SZ"),
        precedence=_few(words),
        sender=maybe,
        action=_few(recipients),
        info=_few(recipients),
    )


def _provenances(words: Texts) -> st.SearchStrategy[Provenance]:
    maybe = st.none() | words
    rows = st.builds(Row, label=words, value=st.just("") | words)
    return st.builds(
        Provenance,
        release=st.none() | st.builds(Release, text=words, name=maybe, date=st.none() | _DATES),
        page=st.builds(
            PageCapture,
            format=st.sampled_from(["cablebrowser", "plain_text"]),
            rendering=st.sampled_from(["flattened", "lines"]),
            title=maybe,
            heading=maybe,
            disclaimer=maybe,
            table=_few(rows),
        ),
        source=st.builds(
            CaptureSource,
            name=words.map(lambda name: name.replace("/", "-")),
            size=_PLACES,
            sha256=_DIGEST,
            media_type=st.sampled_from(["text/plain", "text/html", "application/xhtml+xml"]),
            encoding=st.sampled_from(["utf-8", "iso-8859-1"]),
        ),
    )


def _references(words: Texts) -> st.SearchStrategy[Reference]:
    maybe = st.none() | words
    bases = st.sampled_from([Basis.STATED, Basis.INFERRED_YEAR])
    return st.builds(Reference, label=maybe, text=words, kind=st.just("other")) | st.builds(
        Reference, label=maybe, text=words, kind=st.just("telegram"), identifier=identifiers(), identifier_basis=bases
    )


@st.composite
def cables(draw: st.DrawFn, characters: Texts = ANY_TEXT) -> Cable:
    """Make records that meet the schema and keep the promises of ``cable.record``.

    Args:
        draw: Hypothesis's.
        characters: The alphabet of all free texts.
    """
    words = st.text(characters, min_size=1, max_size=6)
    maybe = st.none() | words
    body = draw(_bodies(st.text(characters, min_size=1, max_size=12), words))
    cable = draw(
        st.builds(
            Cable,
            identifier=identifiers(),
            received_identifier=maybe,
            message_reference=st.none()
            | st.builds(MessageReference, text=words, post=maybe, serial=st.none() | st.integers(0, 10**6)),
            subject=maybe,
            origin=st.none() | st.builds(Origin, name=words, station=maybe, place=maybe),
            created=st.none()
            | st.builds(Created, text=words, value=_times("%Y-%m-%dT%H:%M:%S"), zone=..., reliability=...),
            transmission=st.none() | _transmissions(words),
            classification=st.none() | _classifications(words),
            captions=_few(words),
            attention=_few(words),
            tags=_few(st.builds(Tag, value=words, basis=st.sampled_from(Basis))),
            references=_few(_references(words)),
            signed_by=_few(words),
            redaction=st.builds(Redaction, agent=maybe, text=maybe, spans=st.just(())),
            completeness=st.builds(Completeness, text=maybe, missing=_few(st.sampled_from(["routing-header", "tail"]))),
            header=st.none() | _headers(words),
            body=st.just(body),
            provenance=_provenances(words),
            rights=st.builds(
                Rights,
                copyright=st.just("http://rightsstatements.org/vocab/NoC-US/1.0/"),
                access=st.sampled_from(get_args(Access)),
                statement=maybe,
                advisory=maybe,
            ),
            findings=_few(
                st.builds(
                    Finding,
                    code=st.sampled_from(["stray-caption", "record-invalid"]),
                    where=st.just("") | words,
                    message=words,
                    severity=st.sampled_from(Severity),
                )
            ),
        )
    )
    spans = draw(_few(spans_of(len(body.text)).map(lambda pair: Span(*pair))))
    return replace(cable, redaction=replace(cable.redaction, spans=spans))
