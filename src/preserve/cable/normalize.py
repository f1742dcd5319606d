"""From the parts of a page to the record.

Scope: putting together what the page states and what the grammar read, and cross-checking them. Not in scope: the
rules (``cable.grammar`` and its rooms), files and formats (``readers``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from preserve.cable import identifier as identifiers
from preserve.cable.classification import read_level
from preserve.cable.flat import flatten
from preserve.cable.grammar import Understood, understand
from preserve.cable.header import read_header
from preserve.cable.identifier import Identifier
from preserve.cable.page import Page
from preserve.cable.record import (
    Basis,
    Body,
    Cable,
    Classification,
    Completeness,
    Created,
    MarkKind,
    Origin,
    Provenance,
    Redaction,
    Rights,
    Tag,
    Transmission,
)
from preserve.cable.tags import read_tags, tag_words
from preserve.cable.vocabulary import station
from preserve.digests import sha256
from preserve.findings import Finding, found

__all__ = ["normalize"]


def normalize(page: Page, rights: Rights) -> Cable:
    """Return the record of a page. Whatever the text is, there is one.

    Args:
        page: The parts of the page, as a reader found them.
        rights: The institution's statement, put into the record as it is.

    Raises:
        ValueError: The page's identifier is none; no reader hands on such a page.
    """
    identifier = identifiers.parse(page.identifier)
    read = understand(page.body, identifier, heading=page.capture.heading, whole=not _is_cut(page))
    header, transmission = read_header(page.header) if page.header and page.header.strip() else (None, None)
    cable = Cable(
        identifier=str(identifier),
        received_identifier=page.identifier if page.identifier != str(identifier) else None,
        message_reference=read.banner.reference if read.banner else None,
        subject=read.subject,
        origin=_origin(page, identifier),
        created=_created(page, transmission),
        transmission=transmission,
        classification=_classification(page, read),
        captions=read.captions,
        attention=read.attention,
        tags=read.tags or _table_tags(page),
        references=read.references,
        signed_by=read.signed_by,
        redaction=_redaction(page, read),
        completeness=_completeness(page),
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
    notes = [*page.findings, *_cross_checks(page, cable, identifier), *_notes(page, cable)]
    return replace(cable, findings=tuple(sorted(notes, key=lambda finding: (finding.code, finding.where))))


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


def _created(page: Page, transmission: Transmission | None) -> Created | None:
    match = _CREATED.fullmatch(page.created.strip()) if page.created else None
    if match is None or page.created is None:
        return None
    try:
        # The page states no zone.
        moment = datetime.fromisoformat(match[0])
    except ValueError:
        return None
    value = moment.isoformat(timespec="seconds")
    if page.minutes_unreliable:
        return Created(text=page.created, value=value, reliability="minutes-unreliable")
    confirmed = transmission is not None and (transmission.sent or "")[:16] == value[:16]
    return Created(text=page.created, value=value, reliability="dtg-confirmed" if confirmed else "stated")


def _classification(page: Page, read: Understood) -> Classification | None:
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


_NOT_REDACTED = re.compile(r"\b(?:not|never)\b[^.]{0,40}\bredacted\b|\bunredacted\b", re.IGNORECASE)
_REDACTED = re.compile(r"\bredact", re.IGNORECASE)
_AGENT = re.compile(r"\bby\s+(\S[^.,;]{0,60}?)\s*(?:[.,;]|$)", re.IGNORECASE)


def _redaction(page: Page, read: Understood) -> Redaction:
    statement = page.redacted
    agent = _AGENT.search(statement) if statement else None
    name = None if agent is None else agent[1]
    if name is not None and name.casefold() == "wikileaks":
        name = "WikiLeaks"
    if read.redactions or (statement and _says_redacted(statement)):
        return Redaction(status="redacted", agent=name, text=statement, spans=read.redactions)
    if statement and _NOT_REDACTED.search(statement):
        return Redaction(status="not-redacted", agent=name, text=statement)
    return Redaction(status="unknown", agent=name, text=statement)


def _says_redacted(statement: str) -> bool:
    return _NOT_REDACTED.search(statement) is None and _REDACTED.search(statement) is not None


def _completeness(page: Page) -> Completeness:
    missing: list[Literal["routing-header", "tail"]] = []
    if page.partial:
        missing.append("routing-header")
    if _is_cut(page) or page.body.rstrip().endswith("..."):
        missing.append("tail")
    if missing:
        return Completeness(status="partial", text=page.partial, missing=tuple(missing))
    return Completeness(status="complete" if page.header else "unknown")


def _cross_checks(page: Page, cable: Cable, identifier: Identifier) -> Iterator[Finding]:
    """Yield where page and text, or two parts of the text, say different things; both are kept."""
    marking = cable.classification
    if marking and marking.banner and page.classification and _base(marking.level) != _base(marking.banner.level):
        yield found(
            "classification-differs",
            "/classification/banner/level",
            f"the page's table says {marking.text}, the banner {marking.banner.level}",
        )
    named = cable.message_reference
    own = (station(identifier.station), identifier.serial)
    if named and named.post and (station(named.post), named.serial) != own:
        yield found(
            "message-reference-differs",
            "/message_reference",
            f"the banner says {named.text}, the page {page.identifier}",
        )
    heading = page.capture.heading
    if heading and cable.subject and _words(heading) != _words(cable.subject):
        yield found("subject-differs", "/subject", "the page's heading and the text's SUBJECT have different words")
    if page.tags and cable.tags and cable.tags[0].basis is not Basis.TABLE:
        table, text = tag_words([page.tags]), tag_words(tag.value for tag in cable.tags)
        if table != text:
            yield found(
                "tags-differ", "/tags", f"the page's table has {', '.join(table)}; the text has {', '.join(text)}"
            )
    if cable.redaction.spans and page.redacted and not _says_redacted(page.redacted):
        yield found(
            "redaction-differs",
            "/redaction/status",
            f"the page says that nothing was redacted; the text has {len(cable.redaction.spans)} redacted places",
        )
    sent, created = cable.transmission and cable.transmission.sent, cable.created
    if sent and created and sent[:10] != created.value[:10]:
        yield found("created-differs", "/created", f"the page's table says {created.text}, the date-time group {sent}")


def _notes(page: Page, cable: Cable) -> Iterator[Finding]:
    """Yield what is missing, odd or inferred in the record."""
    if cable.received_identifier is not None:
        yield found(
            "identifier-canonicalised",
            "/identifier",
            f"received {cable.received_identifier}, filed as {cable.identifier}",
        )
    if page.created and cable.created is None:
        yield found("created-unreadable", "/created", f"{page.created[:60]!r} is not YYYY-MM-DD HH:MM:SS")
    if page.minutes_unreliable and cable.created is not None:
        yield found("minutes-unreliable", "/created/value", "pages of this kind print false minutes")
    if page.classification and read_level(page.classification) is None:
        yield found("classification-unknown", "/classification", f"{page.classification[:60]!r} is no known level")
    if cable.subject is None:
        yield found("subject-missing", "/subject", "the text has no SUBJECT line")
    if cable.tags and cable.tags[0].basis is Basis.TABLE:
        yield found("tags-ambiguous", "/tags", "only the page's table has tags; it does not say where a phrase ends")
    for place, mark in enumerate(cable.body.marks):
        if mark.kind is MarkKind.STRAY_CAPTION:
            yield found(
                "stray-caption", f"/body/marks/{place}", f"{cable.body.text[mark.start : mark.end]} at {mark.start}"
            )
    numbers = [each.number for each in cable.body.paragraphs if each.number is not None]
    absent = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if absent:
        listed = ", ".join(map(str, absent))
        yield found("paragraph-number-skipped", "/body/paragraphs", f"no paragraph is numbered {listed}")


def _base(level: str) -> str:
    return level.partition("//")[0]


_WORD = re.compile(r"\w+")


def _words(text: str) -> list[str]:
    """Return the words of a heading as they compare: case, hyphens and quotation marks aside."""
    return _WORD.findall(text.casefold())
