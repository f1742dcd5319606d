"""From a record to a description: derived, never invented, and without persons.

Scope: which facts of a record are told at all, and in what words. Not in scope: how a target spells them.

The rules (``docs/decisions/0014-what-metadata-tells.md``): the title is formal; the subject line is a line of the
text and is told where the text is, in open cables only; of the TAGS only the codes of the closed lists are told;
signers, classifiers, attention lines and the tags of persons never are; the marking is told as printed and is no
statement on access.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable import Basis, Cable, is_identifier, organization_tags, parse_identifier, program_tags, subject_tags
from preserve.description.model import BagFacts, Description, Holder, Keyword, SourceRelease
from preserve.description.text import format_day, one_line
from preserve.provenance import ACCESS_WORDS

__all__ = ["describe_cable"]

_GEOGRAPHIC = re.compile(r"[A-Z]{2}")
# What follows these words in an address may be a person: "SECSTATE WASHDC FOR A. HOPE".
_FOR_SOMEBODY = re.compile(r"\b(?:FOR|ATTN|ATTENTION|PASS|EYES|FROM|C/O)\b.*|[,;:(].*", re.IGNORECASE | re.DOTALL)

_REDACTION = {
    "not-redacted": "Its source states that nothing was redacted.",
    "redacted": "Its source shows redactions.",
    "unknown": "Whether its source was redacted is not known.",
}
_COMPLETENESS = {
    "complete": "Its source holds the whole telegram.",
    "partial": "Its source holds a part of the telegram.",
    "unknown": "Whether its source holds the whole telegram is not known.",
}
_HOLDS = "The package holds the source as received, a normalized record, a TEI rendering and their provenance."


def describe_cable(cable: Cable, bag: BagFacts, holder: Holder, *, embargo_until: str | None = None) -> Description:
    """Return the description of a cable in a bag.

    Args:
        cable: The record.
        bag: What the bag says of itself.
        holder: The institution.
        embargo_until: The day on which the embargo of an embargoed cable ends, ``YYYY-MM-DD``; of others it is not
            told.
    """
    rights = cable.rights
    until = embargo_until if rights.access == "embargoed" else None
    date = format_day(cable.created.value) if cable.created else None
    creator, inferred = _creator(cable)
    release = _release(cable)
    notes = tuple(_notes(cable, release))
    title = f"Telegram {cable.identifier} from {creator}" + (f", {date}" if date else "")
    return Description(
        identifier=cable.identifier,
        title=title,
        subject_line=one_line(cable.subject) if rights.access == "open" else None,
        creator=creator,
        creator_inferred=inferred,
        recipients=tuple(_recipients(cable)),
        place=one_line(cable.origin.place) if cable.origin else None,
        date=date,
        year=None if date else _year(cable),
        keywords=tuple(dict.fromkeys(_keywords(cable))),
        references=tuple(dict.fromkeys(_references(cable))),
        release=release,
        marking=_marking(cable),
        notes=notes,
        abstract=" ".join([f"{title}.", _HOLDS, *notes]),
        access=rights.access,
        access_says=ACCESS_WORDS[rights.access][1] + (f" It is to end on {until}." if until else ""),
        embargo_until=until,
        copyright=one_line(rights.copyright) or "not stated",
        rights_statement=one_line(rights.statement),
        advisory=one_line(rights.advisory),
        source_sha256=cable.provenance.source.sha256,
        holder=holder,
        bag=bag,
    )


def _creator(cable: Cable) -> tuple[str, bool]:
    """Return the post that sent it, and whether only the identifier names it."""
    stated = one_line(cable.origin.name) if cable.origin else None
    if stated:
        return stated, False
    identifier = cable.identifier
    return (parse_identifier(identifier).station if is_identifier(identifier) else identifier), True


def _year(cable: Cable) -> str | None:
    return str(parse_identifier(cable.identifier).full_year) if is_identifier(cable.identifier) else None


def _recipients(cable: Cable) -> Iterator[str]:
    for recipient in cable.transmission.action if cable.transmission else ():
        name = one_line(_FOR_SOMEBODY.sub("", recipient.name))
        if name:
            yield name


def _keywords(cable: Cable) -> Iterator[Keyword]:
    """Yield the codes of the lists. Any other word, whatever its kind, may be the name of a person."""
    for tag in cable.tags:
        value = tag.value.upper()
        listed = {"subject": subject_tags(), "program": program_tags(), "organization": organization_tags()}
        if value in listed.get(tag.kind, ()) or (tag.kind == "geographic" and _GEOGRAPHIC.fullmatch(value)):
            yield Keyword(value, tag.kind)


def _references(cable: Cable) -> Iterator[str]:
    """Yield the cables that the text names in full; no target has a place for what was inferred."""
    for reference in cable.references:
        if reference.identifier and reference.identifier_basis is Basis.STATED:
            yield reference.identifier


def _release(cable: Cable) -> SourceRelease | None:
    release = cable.provenance.release
    name = one_line(release.name or release.text) if release else None
    return SourceRelease(name, format_day(release.date)) if release and name else None


def _marking(cable: Cable) -> str | None:
    return one_line(cable.classification.text) if cable.classification else None


def _notes(cable: Cable, release: SourceRelease | None) -> Iterator[str]:
    if release:
        yield f"Its source is the release {release}."
    yield _REDACTION[cable.redaction.status]
    yield _COMPLETENESS[cable.completeness.status]
    marking = _marking(cable)
    if marking:
        yield f"The originator marked it {marking}; the marking is given as printed."
