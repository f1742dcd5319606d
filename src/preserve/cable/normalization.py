"""From the parts of a page to the record: what the page states and what the grammar read, put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from preserve.cable.checks import find_differences, find_oddities
from preserve.cable.grammar import ParsedBody, read_body
from preserve.cable.record import (
    Basis,
    Body,
    Cable,
    Classification,
    Completeness,
    Provenance,
    Reference,
    Rights,
    Tag,
    is_identifier,
    parse_identifier,
)
from preserve.cable.rules import read_created, read_header, read_level, read_origin, read_redaction, read_tags
from preserve.cable.text import Page, flatten
from preserve.digests import sha256

__all__ = ["normalize"]


def normalize(page: Page, rights: Rights) -> Cable:
    """Return the record of a page. Whatever the text is, there is one.

    Args:
        page: The parts of the page, as a reader found them.
        rights: The institution's statement, put into the record as it is.

    Raises:
        ValueError: The page's identifier is none; no reader hands on such a page.
    """
    identifier = parse_identifier(page.identifier)
    read = read_body(page.body, identifier, heading=page.capture.heading, whole=not _is_cut(page))
    header, transmission = read_header(page.header) if page.header and page.header.strip() else (None, None)
    cable = Cable(
        identifier=str(identifier),
        received_identifier=page.identifier if page.identifier != str(identifier) else None,
        message_reference=read.banner.reference if read.banner else None,
        subject=read.subject,
        origin=read_origin(page.origin, identifier.station),
        created=read_created(
            page.created,
            minutes_unreliable=page.minutes_unreliable,
            sent=transmission.sent if transmission else None,
            dateline=read.dateline,
        ),
        transmission=transmission,
        classification=_classification(page, read),
        captions=read.captions,
        attention=read.attention,
        # The list of the body before the table's, because only its commas say where a tag ends ("PGOV, 2005 Election").
        tags=read.tags or _table_tags(page),
        # The REF block before the list beside the text, because it has letters, and references that are no cables.
        references=read.references or _table_references(page),
        signed_by=read.signed_by,
        redaction=read_redaction(page.redacted, read.redactions),
        completeness=_completeness(page, read),
        header=header,
        body=Body(
            text=page.body,
            sha256=sha256(page.body.encode("utf-8", "surrogatepass")),
            line_breaks=page.line_breaks,
            segments=read.segments,
            marks=read.marks,
            paragraphs=read.paragraphs,
            sections=read.sections,
        ),
        provenance=Provenance(release=page.release, page=page.capture, source=page.source),
        rights=rights,
    )
    seen = [
        *page.findings,
        *find_differences(page, cable, identifier),
        *find_oddities(page, cable, identifier, read),
    ]
    return replace(cable, findings=tuple(sorted(seen, key=lambda finding: (finding.code, finding.where))))


def _is_cut(page: Page) -> bool:
    return any(finding.code == "page-truncated" for finding in page.findings)


def _classification(page: Page, read: ParsedBody) -> Classification | None:
    """Return the marking; ``None`` when neither the table nor the text states a level."""
    # The table's level first, if it is a known one, because every page has it; the banner may be that of another cable
    # (table and banner disagree on about 1% of pages: both are kept, and a finding tells). What the table says in other
    # words comes last: it is verbatim, and no level.
    stated = read_level(page.classification) if page.classification else None
    banner = read.banner.banner if read.banner else None
    if stated is not None and page.classification is not None:
        level, text, handling = stated.level, page.classification, stated.handling
    elif banner is not None:
        level, text, handling = banner.level, banner.text, banner.handling
    elif page.classification:
        level, text, handling = page.classification, page.classification, ()
    else:
        return None
    return Classification(
        level=level,
        text=text,
        handling=handling,
        banner=banner,
        authority=read.authority.order if read.authority else None,
        declassify_on=read.authority.declassify_on if read.authority else None,
        classified_by=read.classified_by,
        reasons=read.reasons,
    )


def _table_tags(page: Page) -> tuple[Tag, ...]:
    """Return the tags of the page's table, for a body without a list; the cell does not say where a phrase ends."""
    if not page.tags:
        return ()
    cell = flatten(page.tags)
    tags = (each.tag for each in read_tags(cell, 0, len(cell), basis=Basis.TABLE))
    return tuple({tag.value: tag for tag in tags}.values())


def _table_references(page: Page) -> tuple[Reference, ...]:
    """Return the references that the source lists beside the text, as a row of ``cables.csv`` does, joined by ``|``."""
    listed = (part.strip() for part in (page.references or "").split("|"))
    return tuple(dict.fromkeys(_table_reference(part) for part in listed if part))


def _table_reference(text: str) -> Reference:
    name = "".join(text.split()).upper()
    if not is_identifier(name):
        return Reference(text=text, kind="other")
    return Reference(text=text, kind="telegram", identifier=str(parse_identifier(name)), identifier_basis=Basis.TABLE)


def _completeness(page: Page, read: ParsedBody) -> Completeness:
    """Return whether the source holds the whole cable.

    A "partial extract" lacks its routing header only; its body is usually whole.
    """
    missing: list[Literal["routing-header", "tail"]] = []
    if page.partial:
        missing.append("routing-header")
    # Three points behind a signature are the copy's, not the cable's.
    if _is_cut(page) or (page.body.rstrip().endswith(("...", "…")) and not read.signed_by):
        missing.append("tail")
    if missing:
        return Completeness(status="partial", text=page.partial, missing=tuple(missing))
    return Completeness(status="complete" if page.header else "unknown")
