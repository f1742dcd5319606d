"""The pages of the Public Library of US Diplomacy, ``plusd/cables/<number>_<collection>.html``.

The synopsis (pairs of a key and a value), its title and the text of the document are read, verbatim. The texts of 1973
to 1979 end with a statement of the archives, which stays in the text.

Known of the synopsis: ``table#synopsis`` with a ``div.s_key`` and a ``div.s_val`` in a cell, the title in its first
row, codes with glosses in ``TAGS``, dates as ``2010 February 26, 11:30 (Friday)``. The container of the text was never
seen: it is taken to be the longest ``pre`` after the synopsis, else the longest element whose ``id`` or ``class`` has
``text`` in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from preserve.cable import MONTHS, CaptureSource, Page, PageCapture, Release, Row, is_identifier, split_header
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.findings import Finding
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
from preserve.readers.formats.release import release_of
from preserve.readers.reader import Excuse, SourceItem

__all__ = ["PlusdHtmlReader"]

_AS_SERVED = "Give the page of the library as the site served it."
# Every run of characters is bounded or possessive: the time is linear, whatever the page is.
_TABLE = re.compile(
    r"""<table\b[^<>]{0,200}?\bid\s{0,9}=\s{0,9}(?:'synopsis'|"synopsis"|synopsis(?=[\s>]))[^<>]{0,200}>""",
    re.IGNORECASE,
)
_KEY = re.compile(r"""<div\b[^<>]{0,200}?\bclass\s{0,9}=\s{0,9}["']?s_key\b""", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{0,2000}+)</title", re.IGNORECASE)
_COLLECTION = re.compile(r"_([a-z])\Z", re.ASCII)


class PlusdHtmlReader:
    """Reads the pages of the Public Library of US Diplomacy."""

    name = "plusd_html"
    describes = "a page of the Public Library of US Diplomacy (plusd/cables/<number>_<collection>.html)"

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        """Take a page of the library, however damaged it is.

        Reading it fails when it holds no text, as the page of a withdrawn document, or when its canonical ID is no
        identifier.
        """
        excuse = html_excuse(item.data) or missing_mark(
            item.data, (_TABLE, "it has no table 'synopsis'"), (_KEY, "its synopsis has no keys")
        )
        return excuse or partial(_page, item)


@dataclass(frozen=True, slots=True)
class _Synopsis:
    title: str | None
    rows: tuple[Row, ...]
    end: int

    def value(self, *labels: str) -> str | None:
        """Return the value of the first of some labels that has one."""
        # Reversed, so that of two rows of one label the first counts.
        values = {row.label.rstrip(":").casefold(): row.value for row in reversed(self.rows) if row.value}
        return next((values[label] for label in labels if label in values), None)


def _synopsis(text: str) -> _Synopsis:
    """Return the pairs of key and value in order, and the title, which is what the first row says without a key."""
    opening = _TABLE.search(text)
    start = 0 if opening is None else opening.end()
    title: str | None = None
    key: str | None = None
    rows: list[Row] = []
    opened: HtmlTag | None = None
    row_start = end = start
    for tag in find_tags(text, start):
        if opened is not None and tag.name == "div":
            content = inline_text(text, opened.end, tag.start)
            if _role(opened) == "s_key":
                key = content
            elif key is not None:
                rows.append(Row(label=key, value=content))
                key = None
            opened = None
        if tag.name == "div" and not tag.closing and _role(tag) is not None:
            opened = tag
        if tag.name == "tr" and not tag.closing:
            row_start = tag.end
        elif tag.name == "tr" and title is None and not rows:
            title = inline_text(text, row_start, tag.start) or None
        end = tag.end
        if tag.name == "table" and tag.closing:
            break
    return _Synopsis(title, tuple(rows), end)


def _role(tag: HtmlTag) -> str | None:
    return next((name for name in (tag.attribute("class") or "").split() if name in ("s_key", "s_val")), None)


_PRE = re.compile(r"<pre(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_PRE_END = re.compile(r"</pre\s{0,9}>", re.IGNORECASE)
_BREAK = re.compile(r"(?:<br\s{0,9}/?\s{0,9}>|</p\s{0,9}>)(\r?\n)?", re.IGNORECASE)
_CHROME = re.compile(r"<(?:a|p|div|span|code)(?:\s[^<>]{0,400})?>", re.IGNORECASE)


def _text(text: str, start: int) -> tuple[VerbatimText, bool]:
    """Return the text of the document after a place of the page, and whether its container has an end."""
    found_texts = list(_preformatted(text, start)) or list(_divisions(text, start))
    if not found_texts:
        return VerbatimText("", ()), True
    begin, end, closed = max(found_texts, key=lambda each: each[1] - each[0])
    source = _BREAK.sub(lambda found: found[1] or "\n", text[begin:end])
    return verbatim_text(source, lambda tag: _CHROME.fullmatch(tag) is not None), closed


def _preformatted(text: str, start: int) -> Iterator[tuple[int, int, bool]]:
    """Yield where the content of each ``pre`` begins and ends, and whether it has an end."""
    while (opening := _PRE.search(text, start)) is not None:
        ending = _PRE_END.search(text, opening.end())
        if ending is None:
            yield opening.end(), len(text), False
            return
        yield opening.end(), ending.start(), True
        start = ending.end()


def _divisions(text: str, start: int) -> Iterator[tuple[int, int, bool]]:
    """Yield where the content of each outermost ``div`` of a text begins and ends, and whether it has an end."""
    opened: HtmlTag | None = None
    depth = 0
    for tag in find_tags(text, start):
        if tag.name != "div":
            continue
        depth += -1 if tag.closing else 1
        if opened is None and not tag.closing and _says_text(tag):
            opened, depth = tag, 0
        elif opened is not None and depth < 0:
            yield opened.end, tag.start, True
            opened = None
    if opened is not None:
        yield opened.end, len(text), False


def _says_text(tag: HtmlTag) -> bool:
    return "text" in f"{tag.attribute('id') or ''} {tag.attribute('class') or ''}".casefold()


_DATE = re.compile(r"(\d{4}) ([A-Z][a-z]{2,8}) (\d{1,2})(?:, (\d{1,2}):(\d\d))?", re.ASCII)


def _created(text: str | None) -> str | None:
    """Return a date as ``2010-02-26 11:30``, or as it is when it has another form. The table keeps it verbatim."""
    match = _DATE.match(text or "")
    if match is None or match[2].upper() not in MONTHS:
        return text
    numbers = int(match[1]), MONTHS.index(match[2].upper()) + 1, int(match[3]), int(match[4] or 0), int(match[5] or 0)
    try:
        return datetime(*numbers).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text


def _codes(text: str | None) -> str | None:
    """Return the codes of the tags: ``AE, ECON`` for ``AE - United Arab Emirates | ECON - Economic Affairs``."""
    if text is None:
        return None
    return ", ".join(part.partition(" - ")[0].strip() for part in text.split("|") if part.strip()) or None


def _page(item: SourceItem) -> Page:
    page = decode_page(item.data)
    synopsis = _synopsis(page.text)
    stated = synopsis.value("canonical id") or ""
    collection = _COLLECTION.search(stated)
    identifier = stated if collection is None else stated[: collection.start()]
    if not is_identifier(identifier):
        raise SourceError(
            f"{item.where}: {stated[:60]!r} is no identifier of a cable", hint=f"Is the page cut? {_AS_SERVED}"
        )
    text, closed = _text(page.text, synopsis.end)
    content = text.text.strip()
    if not content:
        raise SourceError(f"{item.where}: the page of {identifier} holds no text of the cable", hint=_AS_SERVED)
    notes: list[Finding] = [*page.findings]
    if not closed:
        notes.append(Finding.of("page-truncated", "/body", "the page ends in the midst of the text"))
    residue = text.finding("/body/text")
    notes += [] if residue is None else [residue]
    at = split_header(content)
    created = _created(synopsis.value("date"))
    title = _TITLE.search(page.text)
    return Page(
        identifier=identifier,
        origin=synopsis.value("from"),
        created=created,
        classification=synopsis.value("original classification", "classification"),
        tags=_codes(synopsis.value("tags")),
        header=content[:at].strip() or None,
        body=content[at:],
        line_breaks="kept" if "\n" in content[at:] else "flattened",
        # Of 1973 to 1979 the archives know only the days; the library prints midnight.
        minutes_unreliable=bool(created and created.endswith(" 00:00") and collection and collection[1] != "a"),
        release=release_of(item) or _collection_release(stated, collection),
        capture=PageCapture(
            format=PlusdHtmlReader.name,
            rendering="html",
            title=None if title is None else inline_text(title[1]) or None,
            heading=synopsis.title,
            table=synopsis.rows,
        ),
        source=CaptureSource(
            name=item.name,
            size=len(item.data),
            sha256=sha256(item.data),
            media_type="text/html",
            encoding=page.encoding,
            container=item.container,
        ),
        findings=tuple(notes),
    )


def _collection_release(stated: str, collection: re.Match[str] | None) -> Release | None:
    """Return the collection as the release; the letter after the number names it."""
    return None if collection is None else Release(text=stated, name=f"plusd{collection[0]}")
