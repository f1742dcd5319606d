"""What is found in a record: where page and text say different things, and what is missing, odd or inferred.

Both sides of a difference are kept, and neither is corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable.grammar import ParsedBody
from preserve.cable.record import (
    Basis,
    Cable,
    Identifier,
    MarkKind,
    MessageReference,
    is_identifier,
    is_known_station,
    parse_identifier,
)
from preserve.cable.rules import read_level, says_redacted, tag_words
from preserve.cable.text import Page
from preserve.cable.vocabulary import SHORTEST_CUT, canonical_station
from preserve.findings import Finding

__all__ = ["find_differences", "find_oddities"]


def find_differences(page: Page, cable: Cable, identifier: Identifier) -> Iterator[Finding]:
    """Yield where page and text, or two parts of the text, say different things."""
    marking = cable.classification
    if marking and marking.banner and page.classification and _base(marking.level) != _base(marking.banner.level):
        yield Finding.of(
            "classification-differs",
            "/classification/banner/level",
            f"the page's table says {marking.text}, the banner {marking.banner.level}",
        )
    if cable.message_reference is not None:
        yield from _message_reference(page, cable.message_reference, identifier)
    yield from _subject(page, cable)
    yield from _tags(page, cable)
    if cable.redaction.spans and page.redacted and not says_redacted(page.redacted):
        yield Finding.of(
            "redaction-differs",
            "/redaction/status",
            f"the page says that nothing was redacted; the text has {len(cable.redaction.spans)} redacted places",
        )
    yield from _references(page, cable)
    sent, created = cable.transmission and cable.transmission.sent, cable.created
    if sent and created and sent[:10] != created.value[:10]:
        yield Finding.of(
            "created-differs", "/created", f"the page's table says {created.text}, the date-time group {sent}"
        )


def _subject(page: Page, cable: Cable) -> Iterator[Finding]:
    heading = page.capture.heading
    # A mirror page's heading is the first line of a wrapped subject: that the subject goes on is no difference.
    words = _words(_PORTION.sub("", heading or ""))
    if heading and cable.subject and _words(cable.subject)[: len(words)] != words:
        yield Finding.of(
            "subject-differs", "/subject", "the page's heading and the text's SUBJECT have different words"
        )


def _tags(page: Page, cable: Cable) -> Iterator[Finding]:
    if page.tags and cable.tags and cable.tags[0].basis is not Basis.TABLE:
        table, text = tag_words([page.tags]), tag_words(tag.value for tag in cable.tags)
        if table != text:
            yield Finding.of(
                "tags-differ", "/tags", f"the page's table has {', '.join(table)}; the text has {', '.join(text)}"
            )


def _references(page: Page, cable: Cable) -> Iterator[Finding]:
    stated = {each.identifier for each in cable.references if each.identifier}
    listed = set(filter(None, map(_as_identifier, (page.references or "").split("|"))))
    in_text = any(each.identifier_basis is not Basis.TABLE for each in cable.references)
    if in_text and listed and stated != listed:
        yield Finding.of(
            "references-differ",
            "/references",
            f"only the list of the source has {_listed(listed - stated)}; only the text has {_listed(stated - listed)}",
        )


def _message_reference(page: Page, named: MessageReference, identifier: Identifier) -> Iterator[Finding]:
    """Yield that the banner names another cable: a slip if post or serial is right, and else perhaps another text."""
    if not named.post:
        return
    same_post = _is_of(named.post, identifier.station)
    same_serial = named.serial == identifier.serial
    if same_post and same_serial:
        return
    says = f"the banner says {named.text}, the page {page.identifier}"
    if same_post or same_serial or not is_known_station(canonical_station(named.post)):
        yield Finding.of("message-reference-differs", "/message_reference", says)
    else:
        yield Finding.of("wrong-body", "/body", says)


def _is_of(post: str, own: str) -> bool:
    """Return whether a post of the text is the station of an identifier; either may be cut to six characters."""
    name = canonical_station(post)
    if name == own:
        return True
    if len(post.strip()) >= SHORTEST_CUT and own.startswith(name):
        return True
    return not is_known_station(own) and len(own) >= _SHORTEST_OWN and name.startswith(own)


_SHORTEST_OWN = 5
"""Letters of the shortest cut name: six characters with a space, as of ``NEW DE``."""


def find_oddities(page: Page, cable: Cable, identifier: Identifier, read: ParsedBody) -> Iterator[Finding]:
    """Yield what is missing, odd or inferred in the record."""
    if cable.received_identifier is not None:
        yield Finding.of(
            "identifier-canonicalised",
            "/identifier",
            f"received {cable.received_identifier}, filed as {cable.identifier}",
        )
    yield from _created(page, cable)
    yield from _marking(page, cable)
    if cable.subject is None:
        yield Finding.of("subject-missing", "/subject", "the text has no SUBJECT line")
    if not is_known_station(identifier.station) and not _is_corroborated(cable, identifier):
        yield Finding.of("station-unknown", "/identifier", f"no table knows the station {identifier.station}")
    if "tail" in cable.completeness.missing:
        yield Finding.of("text-truncated", "/body", "the text ends before the cable does")
    yield from _insertions(read)
    yield from _ambiguous_tags(cable, read)
    for place, mark in enumerate(cable.body.marks):
        if mark.kind is MarkKind.STRAY_CAPTION:
            yield Finding.of(
                "stray-caption", f"/body/marks/{place}", f"{cable.body.text[mark.start : mark.end]} at {mark.start}"
            )
    numbers = [each.number for each in cable.body.paragraphs if each.number is not None]
    absent = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if absent:
        listed = ", ".join(map(str, absent))
        yield Finding.of("paragraph-number-skipped", "/body/paragraphs", f"no paragraph is numbered {listed}")


def _created(page: Page, cable: Cable) -> Iterator[Finding]:
    if page.created and cable.created is None:
        yield Finding.of(
            "created-unreadable",
            "/created",
            f"{page.created[:60]!r} is neither YYYY-MM-DD HH:MM, with or without seconds, nor M/D/YYYY H:MM",
        )
    if page.minutes_unreliable and cable.created is not None:
        source = _MINUTES.get(cable.created.reliability, "nothing tells the true ones")
        yield Finding.of("minutes-unreliable", "/created/value", f"pages of this kind print false minutes; {source}")


_MINUTES = {
    "dtg-confirmed": "these are those of the date-time group",
    "dateline-confirmed": "these are those of the newspaper's dateline",
}


def _ambiguous_tags(cable: Cable, read: ParsedBody) -> Iterator[Finding]:
    if read.ambiguous_tags:
        phrases = "; ".join(read.ambiguous_tags)
        yield Finding.of(
            "tags-ambiguous", "/tags", f"the list has no commas to say where a tag ends: {phrases}"[:_LONGEST]
        )
    if cable.tags and cable.tags[0].basis is Basis.TABLE:
        yield Finding.of(
            "tags-ambiguous", "/tags", "only the page's table has tags; it does not say where a phrase ends"
        )


def _marking(page: Page, cable: Cable) -> Iterator[Finding]:
    """Yield a level that nobody knows, and classifiers without a name; the text of a classifier is not repeated."""
    if page.classification and read_level(page.classification) is None:
        yield Finding.of("classification-unknown", "/classification", f"{page.classification[:60]!r} is no known level")
    for place, name in enumerate(cable.classification.classified_by if cable.classification else ()):
        if _UNCLEAR.fullmatch(name):
            where = f"/classification/classified_by/{place}"
            yield Finding.of("classifier-unclear", where, f"one word of {len(name)} characters")


def _is_corroborated(cable: Cable, identifier: Identifier) -> bool:
    """Return whether the banner or the origin names the station too: a post that no table knows is a post."""
    places = (cable.message_reference and cable.message_reference.post, cable.origin and cable.origin.place)
    return any(_is_of(place, identifier.station) for place in places if place)


_UNCLEAR = re.compile(r"[a-z][a-z0-9._-]*|[Xx]{4,}")
_LONGEST = 300


def _insertions(read: ParsedBody) -> Iterator[Finding]:
    """Yield what stands in the text without being part of it, one finding for each kind."""
    kinds = (
        ("text-residue", len(read.residue), [span.start for span in read.residue]),
        ("section-repeat", len(read.repeats), [span.start for span in read.repeats]),
        ("pilcrow-false", len(read.false_pilcrows), list(read.false_pilcrows)),
    )
    for code, count, places in kinds:
        if count:
            shown = ", ".join(map(str, places[:_SHOWN])) + (", ..." if count > _SHOWN else "")
            yield Finding.of(code, "/body", f"{count} at {shown}")


_SHOWN = 10


def _as_identifier(text: str) -> str | None:
    name = "".join(text.split()).upper()
    return str(parse_identifier(name)) if is_identifier(name) else None


def _listed(values: set[str]) -> str:
    return ", ".join(sorted(values)) or "none"


def _base(level: str) -> str:
    return level.partition("//")[0]


_WORD = re.compile(r"\w+")
# The portion mark of the subject; in headings the parenthesis that opens it is lost.
_PORTION = re.compile(r"^\(?(?:U|C|S|SBU|C/NF|S/NF|C//NF|S//NF|U//FOUO)\) ?")


def _words(text: str) -> list[str]:
    """Return the words of a heading for comparing: without case, hyphens and quotation marks."""
    return _WORD.findall(text.casefold())
