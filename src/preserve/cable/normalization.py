"""From the parts of a page to the record.

Scope: putting together what the page states and what the grammar read. Not in scope: the rules (``cable.grammar`` and
its rooms), what is found in the result (``cable.checks``), files and formats (``readers``).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Literal

from preserve.cable.checks import find_differences, find_oddities, says_not_redacted, says_redacted
from preserve.cable.grammar import ParsedBody, read_body
from preserve.cable.record import (
    Basis,
    Body,
    Cable,
    Classification,
    Completeness,
    Created,
    Identifier,
    Origin,
    Provenance,
    Redaction,
    Reference,
    Rights,
    Tag,
    Transmission,
    is_identifier,
    parse_identifier,
)
from preserve.cable.rules import read_header, read_level, read_tags
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
        origin=_origin(page, identifier),
        created=_created(page, transmission, read.dateline),
        transmission=transmission,
        classification=_classification(page, read),
        captions=read.captions,
        attention=read.attention,
        tags=read.tags or _table_tags(page),
        references=read.references or _table_references(page),
        signed_by=read.signed_by,
        redaction=_redaction(page, read),
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
    seen = [*page.findings, *find_differences(page, cable, identifier), *find_oddities(page, cable, identifier, read)]
    return replace(cable, findings=tuple(sorted(seen, key=lambda finding: (finding.code, finding.where))))


def _is_cut(page: Page) -> bool:
    return any(finding.code == "page-truncated" for finding in page.findings)


_TYPES = re.compile(
    r"(?:American Consulate|American Institute Taiwan,|Consulate General|Consulate|Embassy|Embasy|Iran RPO|REO"
    r"|US Interests Section|US Office|US Mission|USEU|USUN|UN)\s+(?=\S)"
)


def _origin(page: Page, identifier: Identifier) -> Origin | None:
    """Return the origin; the place is what the name holds besides its type, ``US Office Almaty`` being in Almaty."""
    if not page.origin or not page.origin.strip():
        return None
    kind = _TYPES.match(page.origin)
    return Origin(
        name=page.origin,
        station=identifier.station,
        place=None if kind is None else page.origin[kind.end() :],
    )


_CREATED = re.compile(r"[12]\d{3}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?", re.ASCII)
# As the rows of cables.csv have it, the month first: 11/18/2005 9:08.
_CREATED_US = re.compile(r"(\d{1,2})/(\d{1,2})/([12]\d{3}) (\d{1,2}):(\d\d)", re.ASCII)


def _moment(text: str) -> datetime | None:
    """Return the moment that a page states, without a zone: it states none."""
    try:
        if _CREATED.fullmatch(text):
            return datetime.fromisoformat(text)
        if (match := _CREATED_US.fullmatch(text)) is not None:
            month, day, year, hour, minute = map(int, match.groups())
            return datetime(year, month, day, hour, minute)
    except ValueError:
        return None
    return None


def _created(page: Page, transmission: Transmission | None, dateline: str | None) -> Created | None:
    moment = _moment(page.created.strip()) if page.created else None
    if moment is None or page.created is None:
        return None
    value = moment.isoformat(timespec="seconds")
    group = ((transmission.sent if transmission else None) or "")[:19]
    printed = _printed(dateline)
    authorities: tuple[tuple[str, Literal["dtg-confirmed", "dateline-confirmed"]], ...] = (
        (group, "dtg-confirmed"),
        (printed, "dateline-confirmed"),
    )
    for said, reliability in authorities:
        if said[:16] == value[:16]:
            return Created(text=page.created, value=value, reliability=reliability)
        if page.minutes_unreliable and said[:13] == value[:13]:
            return Created(text=page.created, value=said, reliability=reliability)
    return Created(
        text=page.created, value=value, reliability="minutes-unreliable" if page.minutes_unreliable else "stated"
    )


def _printed(dateline: str | None) -> str:
    """Return the moment of a newspaper's dateline, ``Wednesday, 29 November 2000, 13:59``; empty when it is none."""
    if dateline is None:
        return ""
    day, month, year, time = dateline.split(", ", 1)[1].replace(",", "").split(" ")
    try:
        moment = datetime.fromisoformat(f"{year}-{_MONTHS.index(month[:3]) + 1:02}-{int(day):02}T{time}")
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _classification(page: Page, read: ParsedBody) -> Classification | None:
    """Return the marking: the table's known level, else the banner's, else what the table says."""
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
    return tuple(dict.fromkeys(map(_table_reference, _listed(page))))


def _listed(page: Page) -> list[str]:
    return [part for part in (each.strip() for each in (page.references or "").split("|")) if part]


def _table_reference(text: str) -> Reference:
    name = "".join(text.split()).upper()
    if not is_identifier(name):
        return Reference(text=text, kind="other")
    return Reference(text=text, kind="telegram", identifier=str(parse_identifier(name)), identifier_basis=Basis.TABLE)


_AGENT = re.compile(r"\bby\s+(\S[^.,;]{0,60}?)\s*(?:[.,;]|$)", re.IGNORECASE)


def _redaction(page: Page, read: ParsedBody) -> Redaction:
    statement = page.redacted
    agent = _AGENT.search(statement) if statement else None
    name = None if agent is None else agent[1]
    if name is not None and name.casefold() == "wikileaks":
        name = "WikiLeaks"
    if read.redactions or (statement and says_redacted(statement)):
        return Redaction(status="redacted", agent=name, text=statement, spans=read.redactions)
    if statement and says_not_redacted(statement):
        return Redaction(status="not-redacted", agent=name, text=statement)
    return Redaction(status="unknown", agent=name, text=statement)


def _completeness(page: Page, read: ParsedBody) -> Completeness:
    missing: list[Literal["routing-header", "tail"]] = []
    if page.partial:
        missing.append("routing-header")
    # Three points behind a signature are the copy's, not the cable's.
    if _is_cut(page) or (page.body.rstrip().endswith(("...", "…")) and not read.signed_by):
        missing.append("tail")
    if missing:
        return Completeness(status="partial", text=page.partial, missing=tuple(missing))
    return Completeness(status="complete" if page.header else "unknown")
