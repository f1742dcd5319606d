"""One cable a file, as plain text: bare, or after one of three small tables that are met in the wild.

A bare text begins with its routing header, its banner, or a newspaper's dateline. The tables are that of El País, whose
labels do not mean what they seem to; a listing of five lines without labels; and the text copy of a WikiLeaks page.

This reader is the most modest one: it does not take a text that is not plainly a cable. The identifier is that of the
table, else that of the file's name; else it is put together from the banner and the year of the date-time group.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from preserve.cable import (
    Article,
    CaptureSource,
    FoundBanner,
    Page,
    PageCapture,
    Row,
    canonical_station,
    flatten,
    is_identifier,
    opens_header,
    parse_identifier,
    read_banner,
    read_header,
    read_labels,
    split_header,
    stations,
)
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.findings import Finding
from preserve.readers.formats.aad_text import document_number
from preserve.readers.formats.clock import repeats_hour
from preserve.readers.formats.decoding import DecodedText, decode_text, text_excuse
from preserve.readers.formats.partial_extract import PARTIAL, PARTIAL_WHOLE
from preserve.readers.formats.release import release_of
from preserve.readers.reader import Excuse, SourceItem

__all__ = ["PlainTextReader"]

_HEAD = 100_000
"""The first characters, in which a table is looked for; the navigation of a site may stand before it."""
_HEAD_WITHOUT_LABELS = 600

_CABLEBROWSER_ROW = re.compile(r"(?:^|\n)[ \t]{0,20}\|?[ \t]{0,20}Identifier:")
_DATELINE = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{1,2} [A-Z][a-z]{2,8} (?P<year>\d{4}), \d\d:\d\d(?!\S)"
)
_PAGE_LINE = re.compile(r"PAGE \d\d [A-Z][A-Z .']{1,30}? \d{4,6}(?!\d)")


class PlainTextReader:
    """Reads files that hold the text of one cable."""

    name = "plain_text"
    describes = "the text of one cable, bare or after the table of a newspaper, a listing or a copied page"

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        """Take the text of a cable, however damaged it is.

        Reading it fails when no text follows its routing header, or when nothing says which cable it is.
        """
        if excuse := text_excuse(item.data):
            return excuse
        decoded = decode_text(item.data)
        layout = _layout(item.name, decoded.text)
        return layout if isinstance(layout, Excuse) else partial(_page, item, decoded, layout)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What a table before the text says, and the text after it."""

    rendering: str
    content: str
    identifier: str | None = None
    origin: str | None = None
    created: str | None = None
    classification: str | None = None
    references: str | None = None
    minutes_unreliable: bool = False
    title: str | None = None
    rows: tuple[Row, ...] = ()
    articles: tuple[Article, ...] = ()


def _layout(name: str, text: str) -> _Layout | Excuse:
    """Return the first layout that a text has, or why it is no text of a cable."""
    if "Identifier:" in text and _CABLEBROWSER_ROW.search(text):
        return Excuse("it has a row 'Identifier:', as a page of the cablebrowser site has")
    if document_number(name, text) is not None:
        return Excuse("it is a document of the National Archives, for which there is another reader")
    layout = next((layout for read in _LAYOUTS if (layout := read(text)) is not None), None)
    return layout or Excuse(
        "it begins neither with a routing header, nor with a banner and the labels of a cable, nor with a table"
    )


# Every run of white space is bounded or possessive: the time is linear whatever the text is.
_GAP = r"[\s|:]{1,100}+"
_NEWSPAPER = re.compile(
    rf"(?:^|[\n|])[ \t|]{{0,100}}+ID{_GAP}(?P<row>\d{{1,9}}){_GAP}"
    rf"Date{_GAP}(?P<date>\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?){_GAP}"
    rf"Origin{_GAP}(?P<identifier>\w{{4,60}}){_GAP}"
    rf"Source{_GAP}(?P<post>[^\n|]{{1,80}}?){_GAP}"
    rf"Classification{_GAP}(?P<level>[^\n|]{{1,60}}?){_GAP}"
    rf"Dunno[\s|:]{{0,100}}+(?P<references>[^\n]{{0,2000}}?)[\s|]{{0,100}}+(?<=[\s|])Destination[\s|:]{{0,100}}+"
)


def _newspaper(text: str) -> _Layout | None:
    """Read the table of El País: ``Origin`` is the identifier, ``Source`` the post, ``Destination`` the header."""
    match = _NEWSPAPER.search(text, 0, _HEAD) if "Dunno" in text else None
    if match is None or not is_identifier(match["identifier"]):
        return None
    references = match["references"].strip(" \t\r|") or None
    values = (match["row"], match["date"], match["identifier"], match["post"], match["level"], references or "")
    labels = ("ID", "Date", "Origin", "Source", "Classification", "Dunno")
    return _Layout(
        rendering="newspaper table",
        content=text[match.end() :],
        identifier=match["identifier"],
        origin=match["post"],
        created=match["date"],
        classification=match["level"],
        references=references,
        title=text[: match.start()].strip().split("\n")[0].strip() or None,
        rows=tuple(Row(label=label, value=value) for label, value in zip(labels, values, strict=True)),
    )


_RUBY_DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Z]{1,5}) \d{4}")


def _listing(text: str) -> _Layout | None:
    """Read five lines without labels: identifier, title, date (its time is lost), classification, origin.

    The text follows, with the end of its header glued to its body: ``WASHINGTON DCUNCLAS SECTION 01``.
    """
    lines = text.lstrip().split("\n", 5)
    if len(lines) < 5:
        return None
    identifier, title, date, level, origin = (line.strip() for line in lines[:5])
    if not is_identifier(identifier) or not _RUBY_DATE.fullmatch(date):
        return None
    return _Layout(
        rendering="listing",
        content=lines[5] if len(lines) == 6 else "",
        identifier=identifier,
        origin=origin or None,
        created=date,
        classification=level or None,
        title=title or None,
        rows=tuple(Row(label=f"line {place + 1}", value=line.strip()) for place, line in enumerate(lines[:5])),
    )


_STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d"
_COPY = re.compile(
    r"Reference ID\s{1,50}+Created\s{1,50}+Released\s{1,50}+Classification\s{1,50}+Origin\s{1,50}+"
    rf"(?P<identifier>\w{{4,60}})\s{{1,50}}+(?P<created>{_STAMP})\s{{1,50}}+(?P<released>{_STAMP})\s{{1,50}}+"
    r"(?P<level>(?:TOP SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED)(?://(?:NOFORN|FOR OFFICIAL USE ONLY))?)\s{1,50}+"
    r"(?P<origin>[^\n]{2,80}?)"
    r"(?=[ \t\r]{0,50}(?:\n|\Z)|\s(?:VZCZC|This record is a|Appears in these|(?:[ZOPR] )+\d{6}Z|[ZOPR]{2} RU))"
)
_TITLE = re.compile(r"Viewing cable \w{4,60},[^\n]{0,500}")
_ARTICLES = re.compile(r"\s{0,100}+Appears in these articles:\s{0,100}+((?:https?://\S{1,2000}+\s{0,100}+){1,200}+)")


def _copy(text: str) -> _Layout | None:
    """Read the text copy of a WikiLeaks page, in which the table has become a line of labels and a line of values."""
    match = _COPY.search(text, 0, _HEAD) if "Reference ID" in text else None
    if match is None or not is_identifier(match["identifier"]):
        return None
    title = _TITLE.search(text, 0, match.start())
    articles = _ARTICLES.match(text, match.end())
    names = ("identifier", "created", "released", "level", "origin")
    labels = ("Reference ID", "Created", "Released", "Classification", "Origin")
    return _Layout(
        rendering="copied page",
        content=text[match.end() if articles is None else articles.end() :],
        identifier=match["identifier"],
        origin=match["origin"],
        created=match["created"],
        classification=match["level"],
        minutes_unreliable=all(
            repeats_hour(int(stamp[-5:-3]), int(stamp[-2:])) for stamp in match.group("created", "released")
        ),
        title=None if title is None else title[0].strip(),
        rows=tuple(Row(label=label, value=match[name]) for label, name in zip(labels, names, strict=True)),
        articles=() if articles is None else tuple(Article(address=each) for each in articles[1].split()),
    )


def _bare(text: str) -> _Layout | None:
    """Read a text without a table, when it begins as a cable does."""
    content = text.strip()
    printed = _DATELINE.match(content)
    rest = content if printed is None else content[printed.end() :].lstrip()
    layout = _Layout(rendering="text", content=content)
    if opens_header(rest):
        return layout if printed is None else _Layout(rendering="text", content=rest, title=printed[0])
    if rest.startswith(PARTIAL):
        return layout
    flat = flatten(rest)
    labels = {label.name for label in read_labels(flat)}
    # One of these words with a colon may be in any letter, two of them are in a cable.
    if len(labels & {"authority", "tags", "subject"}) < 2:
        return None
    banner = _banner(rest)
    starts = (banner is not None and banner.start == 0) or _PAGE_LINE.match(flat.upper)
    return layout if starts else None


# The bare text last: a text with a table may begin as a cable does too.
_LAYOUTS: tuple[Callable[[str], _Layout | None], ...] = (_newspaper, _listing, _copy, _bare)


def _banner(text: str) -> FoundBanner | None:
    flat = flatten(text)
    labels = read_labels(flat)
    return read_banner(flat, labels[0].start if labels else min(len(flat), _HEAD_WITHOUT_LABELS))


def _page(item: SourceItem, decoded: DecodedText, layout: _Layout) -> Page:
    content = layout.content.strip()
    partial, content = _split_partial(content)
    begin = split_header(content)
    header, body = content[:begin].strip() or None, content[begin:]
    # A header that does not end was cut: all of it would be the body. One with labels has its body glued to it.
    if not body or (begin == 0 and opens_header(body) and not read_labels(flatten(body))):
        raise SourceError(
            f"{item.where}: it holds no text of the cable{' after the routing header' if body else ''}",
            hint="Is the file cut? Get it again from where it came.",
        )
    identifier, notes = layout.identifier, list(decoded.findings)
    if identifier is None:
        identifier, note = _identify(item, header, body, layout.title)
        notes += note
    return Page(
        identifier=identifier,
        origin=layout.origin,
        created=layout.created,
        classification=layout.classification,
        references=layout.references,
        partial=partial,
        header=header,
        body=body,
        line_breaks="kept" if "\n" in body else "flattened",
        minutes_unreliable=layout.minutes_unreliable,
        release=release_of(item),
        capture=PageCapture(
            format=PlainTextReader.name,
            rendering=layout.rendering,
            title=layout.title,
            table=layout.rows,
            articles=layout.articles,
        ),
        source=CaptureSource(
            name=item.name,
            size=len(item.data),
            sha256=sha256(item.data),
            media_type="text/plain",
            encoding=decoded.encoding,
            container=item.container,
        ),
        findings=tuple(notes),
    )


def _split_partial(content: str) -> tuple[str | None, str]:
    """Return the sentence that calls the record partial, and the text after it."""
    for sentence in (PARTIAL_WHOLE, PARTIAL):
        if content.startswith(sentence):
            return sentence, content[len(sentence) :].lstrip()
    return None, content


_STEM = re.compile(r"(?:19|20)?\d\d[A-Z]{2,50}\d{1,7}(?![A-Z0-9])", re.ASCII)


def _identify(item: SourceItem, header: str | None, body: str, title: str | None) -> tuple[str, list[Finding]]:
    """Return the identifier of a text without a table: that of its name, else of the banner with the year of sending.

    Raises:
        SourceError: Neither says it; the message tells what is missing.
    """
    banner = _banner(body)
    reference = banner.reference if banner else None
    post = canonical_station(reference.post) if reference and reference.post else None
    name = item.name.upper()
    stem = name.rpartition(".")[0] or name
    match = _STEM.match(name)
    named = stem if is_identifier(stem) else (match[0] if match and is_identifier(match[0]) else None)
    # The name comes first, as a banner has no year. It counts only with the post of the banner or a known one, as the
    # name of a file 10MB1.txt has the form of an identifier too.
    if (
        named is not None
        and (own := parse_identifier(named).station) is not None
        and (own == post or own in stations())
    ):
        note = Finding.of("identifier-from-name", "/identifier", f"only the name of the file says {named}")
        return named, [] if own == post else [note]
    year = _year(header, body, title)
    if reference is not None and post and reference.serial and year:
        made = f"{year[-2:]}{post}{reference.serial}"
        if is_identifier(made):
            says = f"the banner says {reference.text}, the date-time group or the dateline {year}"
            return made, [Finding.of("identifier-inferred", "/identifier", says)]
    lacking = (
        "no banner with post and serial" if not (post and reference and reference.serial) else "nothing with a year"
    )
    raise SourceError(
        f"{item.where}: nothing says which cable it is: its name is no identifier, and it has {lacking}",
        hint="Name the file as the cable, year, post and serial: 07STATE1234.txt.",
    )


def _year(header: str | None, body: str, title: str | None) -> str | None:
    """Return the year of the date-time group, else of the newspaper's dateline.

    Other dates do not count, as that of declassification may be of any later year.
    """
    sent = read_header(header)[1].sent if header else None
    if sent is not None:
        return sent[:4]
    printed = _DATELINE.match(title or "") or _DATELINE.match(body)
    return printed["year"] if printed else None
