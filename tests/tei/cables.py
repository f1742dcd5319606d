"""Made-up cables of Ruritania for the tests of the TEI room, built from marked-up text.

Scope: one cable with every kind of segment and mark. Not in scope: how a grammar finds them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from preserve.cable.record import (
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
    Segment,
    SegmentKind,
    SourceContainer,
    Span,
    Tag,
    Transmission,
)
from preserve.digests import sha256
from preserve.provenance.software import Software
from preserve.tei.encode import encode_tei

__all__ = ["DAY", "SOFTWARE", "bare", "document_text", "encoded", "full", "marked", "spanning"]

SOFTWARE = Software("preserve", "0.1.0", "0123456789abcdef0123456789abcdef01234567")
DAY = datetime.date(2026, 11, 23)

K, M = SegmentKind, MarkKind
Part = str | tuple[MarkKind, str | None, "Inline"]
Inline = str | list["Part"]


def marked(pieces: Iterable[tuple[SegmentKind, Inline]]) -> tuple[str, tuple[Segment, ...], tuple[Mark, ...]]:
    """Return text, segments and marks of a list of segments, each text or a list of texts and (kind, target, inner)."""
    parts: list[str] = []
    segments: list[Segment] = []
    marks: list[Mark] = []

    def here() -> int:
        return sum(map(len, parts))

    def add(inline: Inline) -> None:
        for part in [inline] if isinstance(inline, str) else inline:
            if isinstance(part, str):
                parts.append(part)
                continue
            kind, target, inner = part
            start = here()
            add(inner)
            marks.append(Mark(kind=kind, start=start, end=here(), target=target))

    for kind, inline in pieces:
        start = here()
        add(inline)
        segments.append(Segment(kind=kind, start=start, end=here()))
    return "".join(parts), tuple(segments), tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))


_ROUTING: list[tuple[SegmentKind, Inline]] = [
    (K.TRANSMISSION, "VZCZCXRO0017\n"),
    (K.PRECEDENCE, ["PP RUEHSU\nP ", (M.DTG, "/transmission/dtg", "131503Z MAR 02")]),
    (K.SPACE, "\n"),
    (K.FROM, "FM AMEMBASSY STRELSAU"),
    (K.SPACE, "\n"),
    (K.TO, "TO RUEHC/SECSTATE WASHDC PRIORITY 3217"),
    (K.SPACE, "\n"),
    (K.PAGE_BANNER, "PAGE 02 STRELS 00017"),
    (K.SPACE, "\n"),
    (K.INFO, "INFO RUEHZD/AMEMBASSY ZENDA"),
]

_TEXT: list[tuple[SegmentKind, Inline]] = [
    (K.BANNER, [(M.LEVEL, "/classification/banner/level", "C O N F I D E N T I A L"), " ",
                (M.MESSAGE_REFERENCE, "/message_reference", "STRELSAU 000017")]),
    (K.SPACE, "\n\n"),
    (K.CAPTION, [(M.CAPTION, "/captions/0", "SIPDIS")]),
    (K.SPACE, "\n"),
    (K.ATTENTION, "DEPARTMENT FOR EUR/RUR, A. HOPE"),
    (K.SPACE, "\n"),
    (K.DECLASSIFICATION, ["E.O. 12958: DECL: ", (M.DATE, "/classification/declassify_on/date", "03/13/2012")]),
    (K.SPACE, "\n"),
    (K.TAGS, ["TAGS: ", (M.TAG, "/tags/0", "PGOV"), ", ", (M.TAG, "/tags/1", "RU"), ", ",
              (M.TAG, "/tags/2", "2002 Coronation"), ", ", (M.TAG, None, "????")]),
    (K.SPACE, "\n"),
    (K.SUBJECT, ["SUBJECT: ", (M.SUBJECT, "/subject", "RURITANIA: A CORONATION & ITS\n<RUMORS>")]),
    (K.SPACE, "\n"),
    (K.REFERENCES, ["REF: A. ", (M.REFERENCE, "/references/0", "STRELSAU 9"), " B. ",
                    (M.REFERENCE, "/references/1", "ZENDA LETTER OF"),
                    (M.PAGE_BANNER, None, " PAGE 02 "), (M.REFERENCE, "/references/1", "MARCH 1")]),
    (K.SPACE, "\n"),
    (K.CLASSIFIED_BY, ["Classified By: ", (M.CLASSIFIER, "/classification/classified_by/0", "DCM Anthony Hope"),
                       ", reasons ", (M.REASON, "/classification/reasons", "1.4 (B) and (D)"), "."]),
    (K.SPACE, "\n\n"),
    (K.PARAGRAPH, [(M.NUMBER, "/body/paragraphs/0/number", "1."), " ",
                   (M.PORTION, "/body/paragraphs/0/portion", "(C)"), " ",
                   (M.SUMMARY, None, ["Summary: The Secretary of the Palace ",
                                      (M.STRAY_CAPTION, None, "SIPDIS"), " Guard met ",
                                      (M.REDACTION, "/redaction/spans/0", "XXXXXXXXXXXX"), ". End summary."])]),
    (K.SPACE, "\n\n"),
    (K.HEADING, "THE CORONATION"),
    (K.SPACE, "\n"),
    (K.PARAGRAPH, [(M.NUMBER, "/body/paragraphs/1/number", "2."), " ",
                   (M.PORTION, "/body/paragraphs/1/portion", "(S//NF)"),
                   " It was held (", (M.REFERENCE_MENTION, "/references/0", "ref A"), "). ",
                   (M.NOTE, None, ["(Note: ", (M.REDACTION, "/redaction/spans/1", "[NAME REMOVED]"),
                                   " was there. End note.)"])]),
    (K.SPACE, "\n"),
    (K.PAGE_BANNER, "STRELSAU 00000017  002 OF 002"),
    (K.SPACE, "\n\n\f\n"),
    (K.PARAGRAPH, [(M.COMMENT, None, "Comment: All is well. End comment.")]),
    (K.SPACE, "\n"),
    (K.OTHER, "Visit the Strelsau website."),
    (K.SPACE, "\n"),
    (K.SIGNATURE, [(M.SIGNER, "/signed_by/0", "RASSENDYLL")]),
    (K.SPACE, "\n"),
    (K.TERMINATOR, "NNNN"),
    (K.SPACE, "\n"),
    (K.RESIDUE, "<<4711>>\r\n"),
]  # fmt: skip


def full() -> Cable:
    """Return a cable with every kind of segment and mark, and nearly every field."""
    text, segments, marks = marked(_TEXT)
    routing, lines, routing_marks = marked(_ROUTING)
    bounds = [(each.start, each.end) for each in segments if each.kind is K.PARAGRAPH]
    stated: list[tuple[int | None, str | None]] = [(1, "C"), (2, "S//NF"), (None, None)]
    return replace(
        bare(text),
        message_reference=MessageReference(text="STRELSAU 000017", post="STRELSAU", serial=17),
        subject="RURITANIA: A CORONATION & ITS <RUMORS>",
        origin=Origin(name="Embassy Strelsau", station="STRELSAU", place="Strelsau"),
        created=Created(text="2002-03-13 15:03:00", value="2002-03-13T15:03:00"),
        transmission=Transmission(
            dtg="131503Z MAR 02",
            sent="2002-03-13T15:03:00Z",
            precedence=("PRIORITY",),
            sender="AMEMBASSY STRELSAU",
            action=(
                Recipient(
                    text="RUEHC/SECSTATE WASHDC PRIORITY 3217",
                    route="RUEHC",
                    name="SECSTATE WASHDC",
                    precedence="PRIORITY",
                    mcn="3217",
                ),
            ),
            info=(Recipient(text="RUEHZD/AMEMBASSY ZENDA", route="RUEHZD", name="AMEMBASSY ZENDA"),),
        ),
        classification=Classification(
            level="CONFIDENTIAL",
            text="CONFIDENTIAL",
            handling=("NOFORN",),
            banner=Banner(text="C O N F I D E N T I A L", level="CONFIDENTIAL"),
            authority="E.O. 12958",
            declassify_on=DeclassifyOn(text="03/13/2012", date="2012-03-13"),
            classified_by=("DCM Anthony Hope",),
            reasons=("1.4(b)", "1.4(d)"),
        ),
        captions=("SIPDIS",),
        attention=("DEPARTMENT FOR EUR/RUR, A. HOPE",),
        tags=(
            Tag(value="PGOV", kind="subject", basis=Basis.STATED),
            Tag(value="RU", kind="geographic", basis=Basis.TABLE),
            Tag(value="2002 Coronation", kind="term", basis=Basis.STATED),
        ),
        references=(
            Reference(
                label="A",
                text="STRELSAU 9",
                kind="telegram",
                identifier="02STRELSAU9",
                identifier_basis=Basis.INFERRED_YEAR,
            ),
            Reference(label="B", text="ZENDA LETTER OF MARCH 1", kind="other"),
        ),
        signed_by=("RASSENDYLL",),
        redaction=Redaction(
            status="redacted",
            text="Names were removed by the publisher.",
            spans=tuple(Span(mark.start, mark.end) for mark in marks if mark.kind is M.REDACTION),
        ),
        completeness=Completeness(
            status="partial", text="This record is a partial extract.", missing=("routing-header", "tail")
        ),
        header=Header(text=routing, sha256=sha256(routing.encode()), segments=lines, marks=routing_marks),
        body=Body(
            text=text,
            sha256=sha256(text.encode()),
            line_breaks="kept",
            segments=segments,
            marks=marks,
            paragraphs=tuple(
                Paragraph(number=number, portion=portion, start=start, end=end)
                for (number, portion), (start, end) in zip(stated, bounds, strict=True)
            ),
        ),
        provenance=Provenance(
            release=Release(
                text="Latest source of this page is browser-2, released 2011-10-04", name="browser-2", date="2011-10-04"
            ),
            page=PageCapture(
                format="cablebrowser",
                rendering="lines",
                title="US embassy cable - 02STRELSAU17",
                disclaimer="Disclaimer: a made-up site.",
                table=(Row(label="Identifier:", value="02STRELSAU17"),),
            ),
            source=_source("02STRELSAU17 (1).txt"),
        ),
        rights=Rights(
            copyright="http://rightsstatements.org/vocab/NoC-US/1.0/",
            statement="A work of the US Government.",
            advisory="Marked classified by its originator.",
        ),
    )


_SPANNING: list[tuple[SegmentKind, Inline]] = [
    (K.TRANSMISSION, "VZCZCXYZ0060"),
    (K.SPACE, "\n"),
    (K.PRECEDENCE, ["O ", (M.DTG, "/transmission/dtg", "131503Z MAR 02")]),
    (K.SPACE, "\n"),
    (K.FROM, "FM AMEMBASSY STRELSAU"),
    (K.SPACE, "\n"),
    (K.TO, "TO RUEHRUR/RURITANIA COLLECTIVE NIACT IMMEDIATE XMT AMEMBASSY ZENDA"),
    (K.SPACE, "\n"),
    (K.BANNER, [(M.LEVEL, "/classification/banner", "SECRET NOFORN"), " ",
                (M.MESSAGE_REFERENCE, "/message_reference", "STRELSAU 000018")]),
    (K.SPACE, "\n"),
    (K.SUBJECT, ["SUBJECT: ", (M.SUBJECT, "/subject", "A LONG SUMMARY")]),
    (K.SPACE, "\n"),
    (K.REFERENCES, ["REF: ", (M.REFERENCE, "/references/0", "STRELSAU"), " (NOTAL)"]),
    (K.SPACE, "\n"),
    (K.PARAGRAPH, [(M.NUMBER, None, "1."), " ", (M.SUMMARY, None, "SUMMARY: The first of three.")]),
    (K.SPACE, "\n"),
    (K.PAGE_BANNER, "STRELSAU 00000018  002 OF 002"),
    (K.SPACE, "\n"),
    (K.PARAGRAPH, [(M.SUMMARY, None, [(M.NUMBER, None, "2."), " The second; ",
                                      (M.REDACTION, "/redaction/spans/0", "XXXX"), " spoke."])]),
    (K.SPACE, "\n"),
    (K.PARAGRAPH, [(M.SUMMARY, None, [(M.NUMBER, None, "3."), " The last. END SUMMARY."])]),
    (K.SPACE, "\n"),
    (K.PARAGRAPH, [(M.NUMBER, None, "4."), " All is well. ", (M.NOTE, None, "NOTE: It is not. END NOTE.")]),
    (K.SPACE, "\n"),
    (K.PARAGRAPH, [(M.NOTE, None, "NOTE: This is another one. END NOTE.")]),
    (K.SPACE, "\n"),
    (K.SIGNATURE, [(M.SIGNER, "/signed_by/0", "RASSENDYLL")]),
]  # fmt: skip


def spanning() -> Cable:
    """Return a cable out of a container, with what :func:`full` leaves out.

    Asides go over several paragraphs, the routing header stands in the text, the path tells the release, the text alone
    shows that it is redacted, and nothing tells which telegram the reference is.
    """
    text, segments, marks = marked(_SPANNING)
    bounds = [(each.start, each.end) for each in segments if each.kind is K.PARAGRAPH]
    source = replace(
        _source("02STRELSAU18.html"),
        media_type="text/html",
        container=SourceContainer(
            name="pages.7z", sha256=sha256(b"pages"), member="cable/2002/03/02STRELSAU18.html", offset=512
        ),
    )
    return replace(
        bare(text),
        identifier="02STRELSAU18",
        message_reference=MessageReference(text="STRELSAU 000018", post="STRELSAU", serial=18),
        subject="A LONG SUMMARY",
        created=Created(text="2002-03-13 15:15", value="2002-03-13T15:03:00", reliability="dtg-confirmed"),
        transmission=Transmission(
            dtg="131503Z MAR 02",
            sent="2002-03-13T15:03:00Z",
            precedence=("IMMEDIATE",),
            sender="AMEMBASSY STRELSAU",
            action=(
                Recipient(
                    text="RUEHRUR/RURITANIA COLLECTIVE NIACT IMMEDIATE",
                    route="RUEHRUR",
                    name="RURITANIA COLLECTIVE",
                    precedence="NIACT IMMEDIATE",
                    excluded=("AMEMBASSY ZENDA",),
                ),
            ),
        ),
        classification=Classification(
            level="SECRET",
            text="SECRET//NOFORN",
            handling=("NOFORN",),
            banner=Banner(text="SECRET NOFORN", level="SECRET", handling=("NOFORN",)),
        ),
        references=(Reference(text="STRELSAU", kind="telegram"),),
        signed_by=("RASSENDYLL",),
        redaction=Redaction(
            status="redacted",
            spans=tuple(Span(mark.start, mark.end) for mark in marks if mark.kind is M.REDACTION),
        ),
        completeness=Completeness(status="complete"),
        body=replace(
            bare(text).body,
            line_breaks="kept",
            segments=segments,
            marks=marks,
            paragraphs=tuple(
                Paragraph(number=number, start=start, end=end)
                for number, (start, end) in zip([1, 2, 3, 4, None], bounds, strict=True)
            ),
        ),
        provenance=Provenance(
            release=Release(text="cablegate-200203", name="cablegate-200203", basis="path"),
            page=PageCapture(format="wikileaks_html", rendering="html"),
            source=source,
        ),
    )


def bare(text: str = "") -> Cable:
    """Return a cable of which nothing is known but its text."""
    return Cable(
        identifier="02STRELSAU17",
        redaction=Redaction(status="unknown"),
        completeness=Completeness(status="unknown"),
        body=Body(text=text, sha256=sha256(text.encode("utf-8", "replace")), line_breaks="flattened"),
        provenance=Provenance(page=PageCapture(format="plain_text", rendering="flattened"), source=_source("a.txt")),
        rights=Rights(copyright="see the deposit agreement"),
    )


def _source(name: str) -> CaptureSource:
    return CaptureSource(name=name, size=2048, sha256=sha256(name.encode()), media_type="text/plain", encoding="utf-8")


def encoded(cable: Cable) -> bytes:
    """Return the document of a cable, made as every test here makes it."""
    return encode_tei(
        cable,
        software=SOFTWARE,
        date=DAY,
        source_path=f"../source/{cable.provenance.source.name}",
        authority="National Archives of Ruritania",
    )


def document_text(tei: bytes) -> str:
    """Return the text of the document division, each ``<g>`` as the character that ``<charDecl>`` says it is."""
    root = etree.fromstring(tei)
    characters = {
        f"#{char.get('{http://www.w3.org/XML/1998/namespace}id')}": chr(int(char[0].get("value", ""), 16))
        for char in root.iter("{*}char")
    }

    def text_of(element: etree._Element) -> str:
        inside = "".join(text_of(child) + (child.tail or "") for child in element)
        return characters.get(element.get("ref", ""), "") + (element.text or "") + inside

    [division] = root.findall(".//{*}div[@type='document']")
    return text_of(division)
