"""From a record to a description: which facts of a cable others are told, and in what words.

The rules of ``docs/decisions/0014-what-metadata-tells.md``:

* The title is formal. The subject line is a line of the text, and is told where the text is: of open cables only.
* No person is named: no signer, no classifier, no attention line, and of the TAGS only codes of the closed lists.
* The marking is given as printed, and says nothing of access.
* What the record does not state is not told.
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
# A person may follow these words in an address: "SECSTATE WASHDC FOR A. HOPE".
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
        holder: The institution that gives the description out.
        embargo_until: The day on which an embargo ends, ``YYYY-MM-DD``; not told of a cable without an embargo.
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
    """Return the post that sent the cable, and whether only the identifier names it."""
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
    """Yield the TAGS that are codes of a list: any other word may be the name of a person, whatever its kind says."""
    for tag in cable.tags:
        value = tag.value.upper()
        listed = {"subject": subject_tags(), "program": program_tags(), "organization": organization_tags()}
        if value in listed.get(tag.kind, ()) or (tag.kind == "geographic" and _GEOGRAPHIC.fullmatch(value)):
            yield Keyword(value, tag.kind)


def _references(cable: Cable) -> Iterator[str]:
    """Yield the cables that the text names in full: no target has a way to say that an identifier was inferred."""
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
