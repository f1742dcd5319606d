"""The record of one cable: frozen values, each stated by the source or marked with its basis.

They are, field by field, the properties of ``schemas/cable-record-1.0.0.schema.json``. Three rules hold everywhere.
What the source does not state is absent (``None`` or an empty tuple), never guessed. Offsets are Unicode code points,
start included, end excluded. Texts are verbatim.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from preserve.findings import Finding

__all__ = [
    "SCHEMA_VERSION",
    "Access",
    "Article",
    "Banner",
    "Basis",
    "Body",
    "Cable",
    "CaptureSource",
    "Classification",
    "Completeness",
    "Created",
    "DeclassifyOn",
    "Header",
    "Mark",
    "MarkKind",
    "MessageReference",
    "Origin",
    "PageCapture",
    "Paragraph",
    "Provenance",
    "Recipient",
    "Redaction",
    "Reference",
    "Release",
    "Rights",
    "Row",
    "Section",
    "Segment",
    "SegmentKind",
    "SourceContainer",
    "Span",
    "Tag",
    "Transmission",
]

SCHEMA_VERSION = "1.0.0"

Access = Literal["open", "restricted", "embargoed", "metadata-only"]
"""Who may see a cable: the institution's decision."""


class Basis(StrEnum):
    """Where a value comes from, weakest last."""

    STATED = "stated"
    """The text of the cable says it."""
    TABLE = "table"
    """Only the page's own table says it."""
    INFERRED_YEAR = "inferred-year"
    """The text says it but for the year, which is the year of this cable."""
    INFERRED = "inferred"
    """A rule of the grammar draws it from what is stated."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of code points, start included, end excluded."""

    start: int
    end: int


class SegmentKind(StrEnum):
    """What a stretch of the text is. The segments of a text partition it: each character is in exactly one."""

    BANNER = "banner"
    """The classification line with the message reference, as ``C O N F I D E N T I A L ALMATY 004281``."""
    CAPTION = "caption"
    """A caption, as ``SIPDIS`` or ``SENSITIVE``."""
    ATTENTION = "attention"
    """An attention line, as ``DEPARTMENT FOR EUR/CACEN, J. MUDGE``."""
    DECLASSIFICATION = "declassification"
    """The ``E.O.`` line."""
    TAGS = "tags"
    SUBJECT = "subject"
    REFERENCES = "references"
    CLASSIFIED_BY = "classified-by"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    SIGNATURE = "signature"
    TERMINATOR = "terminator"
    """``NNNN`` and its like."""
    PAGE_BANNER = "page-banner"
    """Running matter: ``PAGE 02 ...`` and its like."""
    RESIDUE = "residue"
    """What a database, a newspaper or a site left in the text."""
    TRANSMISSION = "transmission"
    """A line of the routing header that is none of the next four."""
    PRECEDENCE = "precedence"
    """The line with precedence and date-time group."""
    FROM = "from"
    TO = "to"
    INFO = "info"
    OTHER = "other"
    """Text that no rule knows: kept, never dropped."""
    SPACE = "space"
    """White space between segments."""


class MarkKind(StrEnum):
    """What a stretch inside a segment is. Marks nest or are apart; they never cross."""

    LEVEL = "level"
    """The classification words of the banner."""
    MESSAGE_REFERENCE = "message-reference"
    CAPTION = "caption"
    STRAY_CAPTION = "stray-caption"
    """A caption that software inserted into running text."""
    DATE = "date"
    """The date on which to declassify."""
    TAG = "tag"
    SUBJECT = "subject"
    REFERENCE = "reference"
    REFERENCE_MENTION = "reference-mention"
    """A later mention of a reference, as ``(reftel)``."""
    CLASSIFIER = "classifier"
    REASON = "reason"
    NUMBER = "number"
    """The number of a paragraph with its point."""
    PORTION = "portion"
    """The portion mark, parentheses included."""
    SUMMARY = "summary"
    NOTE = "note"
    COMMENT = "comment"
    REDACTION = "redaction"
    PAGE_BANNER = "page-banner"
    """Running matter that fell inside a segment."""
    SIGNER = "signer"
    DTG = "dtg"


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of the partition."""

    kind: SegmentKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One stretch inside the text that a field, or the TEI, rests on.

    Attributes:
        kind: What it is.
        start: Its first code point.
        end: One past its last.
        target: A JSON Pointer (RFC 6901) to the field that it carries, as ``/tags/0``; ``None`` when it carries none.
            A field whose text is interrupted has several marks with one target.
    """

    kind: MarkKind
    start: int
    end: int
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReference:
    """The message reference number as printed in the banner, and its parts."""

    text: str
    post: str | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who sent it: the name as on the page; the station as in the identifier; the place when the name holds one."""

    name: str
    station: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """When it was made, as the page has it.

    Attributes:
        text: Verbatim.
        value: Local date and time ``YYYY-MM-DDTHH:MM:SS`` without a zone.
        zone: ``Z`` only when the source says so.
        reliability: ``stated``; ``dtg-confirmed`` when the date-time group agrees, ``dateline-confirmed`` when the
            dateline of a newspaper does: where the page is of a kind whose minutes are known to be false, they are
            then those of the group or the dateline; ``minutes-unreliable`` when nothing tells them.
    """

    text: str
    value: str
    zone: Literal["unknown", "Z"] = "unknown"
    reliability: Literal["stated", "dtg-confirmed", "dateline-confirmed", "minutes-unreliable"] = "stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One addressee of the routing header."""

    text: str
    route: str | None = None
    name: str
    precedence: str | None = None
    mcn: str | None = None
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """What the routing header states (ACP-127 and its kin).

    Attributes:
        dtg: The date-time group verbatim, as ``131503Z MAR 08``.
        sent: The date-time group as ``YYYY-MM-DDTHH:MM:SSZ``.
        precedence: The precedences of the message, spelled out, highest first.
        sender: The ``FM`` line's station.
        action: ``TO`` addressees.
        info: ``INFO`` addressees.
    """

    dtg: str | None = None
    sent: str | None = None
    precedence: tuple[str, ...] = ()
    sender: str | None = None
    action: tuple[Recipient, ...] = ()
    info: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """The classification as the banner of the body prints it."""

    text: str
    level: str
    handling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclassifyOn:
    """The drafter's instruction when to declassify: verbatim, and the date when it is one. Never applied."""

    text: str
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The security marking as printed; never computed.

    Attributes:
        level: The level that the page's table states, else the banner's: ``UNCLASSIFIED``,
            ``UNCLASSIFIED//FOR OFFICIAL USE ONLY``, ``LIMITED OFFICIAL USE``, ``CONFIDENTIAL``, ``SECRET``,
            ``TOP SECRET``.
        text: What states the level, verbatim.
        handling: Handling words, as ``NOFORN``.
        banner: What the body's banner says; a difference is a finding, both are kept.
        authority: The executive order, as ``E.O. 12958``.
        declassify_on: The instruction of the E.O. line.
        classified_by: Each classifier, verbatim.
        reasons: As ``1.4(b)``.
    """

    level: str
    text: str
    handling: tuple[str, ...] = ()
    banner: Banner | None = None
    authority: str | None = None
    declassify_on: DeclassifyOn | None = None
    classified_by: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One of the TAGS (Traffic Analysis by Geography and Subject)."""

    value: str
    kind: Literal["subject", "program", "geographic", "organization", "person", "term", "unknown"]
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference of the REF block.

    Attributes:
        label: Its letter, as ``A``, where it has one.
        text: Verbatim, wrapped lines joined.
        kind: ``telegram`` for a cable, ``other`` for a report, a mail, a regulation.
        identifier: The canonical identifier of a cable.
        identifier_basis: Whether its year is stated or inferred; ``table`` when only the list of the source beside the
            text has it.
    """

    label: str | None = None
    text: str
    kind: Literal["telegram", "other"]
    identifier: str | None = None
    identifier_basis: Literal[Basis.STATED, Basis.TABLE, Basis.INFERRED_YEAR] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What the page says of redaction, and where the text shows it. Never undone.

    Attributes:
        status: ``redacted`` when the page or the text shows it; ``not-redacted`` only when the page says so.
        agent: Who redacted or did not, as the statement names it.
        text: The statement verbatim.
        spans: Where the body holds runs of X or bracketed removals.
    """

    status: Literal["not-redacted", "redacted", "unknown"]
    agent: str | None = None
    text: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Whether the source holds the whole cable.

    Attributes:
        status: ``complete``, ``partial`` or ``unknown``.
        text: The page's sentence verbatim.
        missing: ``routing-header`` or ``tail``.
    """

    status: Literal["complete", "partial", "unknown"]
    text: str | None = None
    missing: tuple[Literal["routing-header", "tail"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The routing header where the source has one, apart from the body."""

    text: str
    sha256: str
    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph, its number and portion mark included in the range.

    Attributes:
        number: As printed; ``None`` for an unnumbered one.
        portion: The mark in normal form, as ``C`` or ``S//NF``; an open vocabulary.
        start: First code point in ``body.text``.
        end: One past the last.
    """

    number: int | None = None
    portion: str | None = None
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One headed part of the body: the heading verbatim, and the range from the heading to the next or the end."""

    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The text of the cable, verbatim.

    Attributes:
        text: Every character, from the banner to the last mark.
        sha256: Of the text in UTF-8.
        line_breaks: ``kept`` or ``flattened`` (the source has the body on one line).
        segments: The partition of the text, in order, without gaps.
        marks: Ranges inside it, sorted by start, the longer first.
        paragraphs: In order.
        sections: Headed parts, in order.
    """

    text: str
    sha256: str
    line_breaks: Literal["kept", "flattened"]
    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The release that the source belongs to, verbatim, and its parts.

    Attributes:
        text: What says it, verbatim: the page's last line, the folder's name, or the user's flag.
        name: As ``cablebrowser-2`` or ``cablegate-201012102105``.
        date: ``YYYY-MM-DD``.
        basis: Whether the page says it, the path that it was found under, or the user.
    """

    text: str
    name: str | None = None
    date: str | None = None
    basis: Literal["page", "path", "flag"] = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the page's own table, verbatim."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A press article that the page says the cable appears in."""

    address: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCapture:
    """What the page says besides the cable, verbatim.

    Attributes:
        format: The reader that read it, as ``cablebrowser``.
        rendering: How the page was turned into text, as ``flattened`` or ``lines``.
        title: The page's title line.
        heading: The page's heading (the subject, joined to one line).
        disclaimer: The site's own disclaimer.
        table: Its rows in order.
        articles: The articles that it lists.
    """

    format: str
    rendering: str
    title: str | None = None
    heading: str | None = None
    disclaimer: str | None = None
    table: tuple[Row, ...] = ()
    articles: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContainer:
    """The larger file that the source was part of.

    Attributes:
        name: Its own name, without folders, as ``cables.csv`` or ``cablegate-201012102105.7z``.
        sha256: Of all its bytes.
        member: The path of the source inside it, for an archive of files.
        offset: The first byte of the source inside it, for a file of rows.
    """

    name: str
    sha256: str
    member: str | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSource:
    """The bytes that were read.

    Attributes:
        name: The name of the file as received, without folders.
        size: In bytes.
        sha256: Of all bytes.
        media_type: As ``text/plain``.
        encoding: As ``utf-8``.
        container: The larger file that it was part of; ``None`` for a file of its own.
    """

    name: str
    size: int
    sha256: str
    media_type: str
    encoding: str
    container: SourceContainer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the record comes from: release, page, bytes."""

    release: Release | None = None
    page: PageCapture
    source: CaptureSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Copyright, access and what the institution says of it; the marking is apart, in ``Classification``."""

    copyright: str
    access: Access = "restricted"
    statement: str | None = None
    advisory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """One US diplomatic cable as one captured source has it.

    Attributes:
        identifier: Canonical: two-digit year, post, serial without leading zeros, as ``05ALMATY4281``.
        received_identifier: As the source has it, only when it differs.
        signed_by: Each signer, verbatim.
        findings: What the reader and the grammar noticed; ``where`` is a JSON Pointer into the record.
    """

    identifier: str
    received_identifier: str | None = None
    message_reference: MessageReference | None = None
    subject: str | None = None
    origin: Origin | None = None
    created: Created | None = None
    transmission: Transmission | None = None
    classification: Classification | None = None
    captions: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    references: tuple[Reference, ...] = ()
    signed_by: tuple[str, ...] = ()
    redaction: Redaction
    completeness: Completeness
    header: Header | None = None
    body: Body
    provenance: Provenance
    rights: Rights
    findings: tuple[Finding, ...] = ()
