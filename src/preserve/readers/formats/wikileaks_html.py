"""The pages of the WikiLeaks mirrors, ``cable/YYYY/MM/ID.html``, as they were in 2010 and in 2011.

The table of five cells, the articles that the page lists and its heading are read, and the two ``pre``, the routing
header and the body, of which every character is kept. Some copies have one ``pre`` for both.

Measured on 1,295 pages: the site put ``<a id='par1' href='#par1'>¶</a>`` before what looked like a numbered paragraph,
and linked each of the TAGS; it escaped nothing. So its own anchors are left out (what they hold is kept, the pilcrow
too). All other markup inside a ``pre`` was in the text before the site was, and is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from preserve.cable import Article, CaptureSource, Page, PageCapture, Release, Row, is_identifier, split_header
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.findings import Finding
from preserve.readers.formats.clock import repeats_hour
from preserve.readers.formats.html_page import (
    HtmlTag,
    VerbatimText,
    decode_page,
    find_tags,
    html_excuse,
    inline_text,
    missing_mark,
    verbatim_text,
)
from preserve.readers.formats.partial_extract import split_partial
from preserve.readers.formats.release import release_of
from preserve.readers.reader import Excuse, SourceItem

__all__ = ["WikileaksHtmlReader"]

_AS_SERVED = "Give the page of the mirror as it is."
_LABELS = ("Reference ID", "Created", "Released", "Classification", "Origin")
# Every run of characters is bounded or possessive: the time is linear, whatever the page is.
_TABLE = re.compile(r"""<table\b[^<>]{0,200}?\bclass\s{0,9}=\s{0,9}(?:'cable'|"cable"|cable(?=[\s>]))""", re.IGNORECASE)
_LABEL = re.compile(r"<th[^<>]{0,200}>\s*+Reference ID\s*+</th", re.IGNORECASE)
_HEADING = re.compile(r"<h3[^<>]{0,200}>\s*+Viewing cable\b((?:[^<]|<(?!/?h3\b)){0,4000}+)</h3\s*+>", re.IGNORECASE)
_PRE = re.compile(r"<pre(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_PRE_END = re.compile(r"</pre\s{0,9}>(?=\s*+(?:</?(?:code|div|body|html)\b|<pre\b|\Z))", re.IGNORECASE)
_BARE_PRE_END = re.compile(r"</pre\s{0,9}>", re.IGNORECASE)


class WikileaksHtmlReader:
    """Reads the pages of the WikiLeaks mirrors."""

    name = "wikileaks_html"
    describes = "a page of a WikiLeaks mirror of 2010 or 2011 (cable/YYYY/MM/ID.html)"

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        """Take a page of a mirror, however damaged it is.

        Reading it fails when it is cut before the text of the cable, or when its reference ID is no identifier.
        """
        excuse = html_excuse(item.data) or missing_mark(
            item.data, (_TABLE, "it has no table of class 'cable'"), (_LABEL, "its table has no cell 'Reference ID'")
        )
        return excuse or partial(_page, item)


@dataclass(frozen=True, slots=True)
class _Table:
    rows: tuple[Row, ...]
    cells: dict[str, str]
    articles: tuple[Article, ...]
    start: int
    end: int


def _table(text: str) -> _Table:
    """Return the table: five labels, five values, and in some pages a cell with links to articles."""
    opening = _TABLE.search(text)
    start = 0 if opening is None else opening.start()
    first_pre = _PRE.search(text, start)
    limit = len(text) if first_pre is None else first_pre.start()
    labels: list[str] = []
    values: list[str] = []
    articles: list[Article] = []
    end = start
    for name, inside_start, inside_end in _cells(text, start, limit):
        content = inline_text(text, inside_start, inside_end)
        if name == "th":
            labels.append(content)
        elif len(values) < len(labels):
            # The text and not the attribute "title": the title of the classification is one level off on every page.
            values.append(content)
        else:
            articles += _articles(text, inside_start, inside_end)
        end = inside_end
    rows = tuple(Row(label=label, value=value) for label, value in zip(labels, values, strict=False))
    # Reversed, so that of two rows of one label the first counts.
    return _Table(rows, {row.label: row.value for row in reversed(rows)}, tuple(articles), start, end)


def _cells(text: str, start: int, limit: int) -> Iterator[tuple[str, int, int]]:
    """Yield the name of each cell of a table, and where its content begins and ends."""
    opened: HtmlTag | None = None
    for tag in find_tags(text, start, limit):
        if opened is not None and tag.name in ("td", "th", "tr", "table"):
            yield opened.name, opened.end, tag.start
            opened = None
        if tag.name in ("td", "th") and not tag.closing:
            opened = tag
        if tag.name == "table" and tag.closing:
            return


def _articles(text: str, start: int, end: int) -> Iterator[Article]:
    """Yield the articles that a cell links to. Some addresses are junk, as ``http://not``, and are kept as they are."""
    links = [tag for tag in find_tags(text, start, end) if tag.name == "a"]
    for place, tag in enumerate(links):
        address = None if tag.closing else tag.attribute("href")
        if address is not None:
            after = links[place + 1].start if place + 1 < len(links) else end
            title = inline_text(text, tag.end, after)
            yield Article(address=address, title=title if title not in ("", address) else None)


# The site's own: "<a id='par1' href='#par1'>", "<a href='/tag/PGOV_0.html'>", and what mirrors and browsers make of it.
_CHROME = re.compile(
    r"""<a (?:id=["']par\w{1,20}["'] )?href=["'](?:[^"'<>]{0,400}/)?"""
    r"""(?:[^"'<>/]{0,400}#par\w{1,20}|tag/[^"'<>/]{1,200}\.html)["']>"""
)


def _is_chrome(tag: str) -> bool:
    return _CHROME.fullmatch(tag) is not None


def _blocks(text: str, start: int) -> Iterator[tuple[str, bool]]:
    """Yield the source of each ``pre`` after the table, and whether it has an end.

    A ``</pre>`` in the midst of a text is part of the text: those of the page stand before ``</code>`` and the like. If
    none does, any ``</pre>`` is the end.
    """
    ends = _PRE_END
    while (opening := _PRE.search(text, start)) is not None:
        ending = ends.search(text, opening.end())
        if ending is None and ends is _PRE_END:
            ends = _BARE_PRE_END
            ending = ends.search(text, opening.end())
        if ending is None:
            yield text[opening.end() :], False
            return
        yield text[opening.end() : ending.start()], True
        start = ending.end()


# Markup of the site that the end of a cut page cuts through. A bare "&" or "<" may be text, and is kept.
_CUT = re.compile(r"(?:<(?:a(?: [^<>]{0,400})?|/(?:a|p|pr|pre)?)|&#(?:x0{0,3}A?)?)\Z")


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of the cable in its parts, with the findings on them."""

    partial: str | None
    header: str | None
    body: str
    findings: tuple[Finding, ...]


def _text(text: str, start: int) -> _Text:
    """Return what the ``pre`` hold: the first the header, or the statement that there is none; the others the body."""
    blocks = list(_blocks(text, start))
    notes = []
    if blocks and not blocks[-1][1]:
        source = blocks[-1][0]
        cut = _CUT.search(source)
        blocks[-1] = (source if cut is None else source[: cut.start()], False)
        says = "" if cut is None else f", inside {cut[0][:60]!r}"
        notes.append(Finding.of("page-truncated", "/body", f"the page ends in the midst of the text{says}"))
    texts = [verbatim_text(source, _is_chrome) for source, _ in blocks]
    if len(texts) > 1:
        partial, header = split_partial(texts[0].text)
        # No page with a third one is known. If there is one, it is text.
        body = "\n".join(each.text for each in texts[1:])
        notes += _residue(texts[0], "/header/text") + [
            note for each in texts[1:] for note in _residue(each, "/body/text")
        ]
    else:
        partial, content = split_partial(texts[0].text if texts else "")
        at = split_header(content)
        header, body = content[:at], content[at:]
        notes += [note for each in texts for note in _residue(each, "/body/text")]
    return _Text(partial, header if header.strip() else None, body, tuple(notes))


def _residue(text: VerbatimText, where: str) -> list[Finding]:
    note = text.finding(where)
    return [] if note is None else [note]


_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[ T](\d\d):(\d\d)(?::\d\d)?", re.ASCII)
_RIGHT_SINCE = "2011-08-01"


def _has_false_minutes(created: str, released: str, release: Release | None) -> bool:
    """Return whether the minutes of both times repeat the hour, on a page of before they were right."""
    if release is not None and release.date is not None and release.date >= _RIGHT_SINCE:
        return False
    clocks = [match for match in map(_CLOCK.fullmatch, (created, released)) if match is not None]
    return bool(clocks) and all(repeats_hour(int(clock[1]), int(clock[2])) for clock in clocks)


def _page(item: SourceItem) -> Page:
    page = decode_page(item.data)
    table = _table(page.text)
    identifier = table.cells.get("Reference ID", "")
    if not is_identifier(identifier):
        raise SourceError(
            f"{item.where}: {identifier[:60]!r} is no identifier of a cable", hint=f"Is the page cut? {_AS_SERVED}"
        )
    text = _text(page.text, table.end)
    if not text.body.strip():
        raise SourceError(f"{item.where}: the page of {identifier} holds no text of the cable", hint=_AS_SERVED)
    absent = [label for label in _LABELS if not table.cells.get(label)]
    notes = [*page.findings, *text.findings]
    if absent:
        notes.append(Finding.of("table-incomplete", "/provenance/page/table", f"no value for {', '.join(absent)}"))
    capture, capture_notes = _capture(page.text[: table.start], table, identifier)
    release = release_of(item)
    created = table.cells.get("Created", "")
    return Page(
        identifier=identifier,
        origin=table.cells.get("Origin") or None,
        created=created or None,
        classification=table.cells.get("Classification") or None,
        partial=text.partial,
        header=text.header,
        body=text.body,
        line_breaks="kept" if "\n" in text.body else "flattened",
        minutes_unreliable=_has_false_minutes(created, table.cells.get("Released", ""), release),
        release=release,
        capture=capture,
        source=CaptureSource(
            name=item.name,
            size=len(item.data),
            sha256=sha256(item.data),
            media_type="text/html",
            encoding=page.encoding,
            container=item.container,
        ),
        findings=(*notes, *capture_notes),
    )


def _capture(text: str, table: _Table, identifier: str) -> tuple[PageCapture, list[Finding]]:
    """Return the rest of the page. The heading is the first line of the subject, sometimes without its first "("."""
    match = _HEADING.search(text)
    said = "" if match is None else verbatim_text(match[1], lambda _: False).text.strip()
    named, _, heading = said.partition(",")
    notes = []
    if match is not None and named.strip() != identifier:
        notes.append(Finding.of("title-differs", "/provenance/page/title", f"the heading does not name {identifier}"))
    capture = PageCapture(
        format=WikileaksHtmlReader.name,
        rendering="html",
        title=None if match is None else f"Viewing cable {said}",
        heading=heading.strip() or None,
        table=table.rows,
        articles=table.articles,
    )
    return capture, notes
