"""The cablebrowser page: as text in both renderings, flattened to one line and with its line breaks, and as HTML.

Title, disclaimer, heading, the table of seven rows, the statement that a record is partial, the routing header, the
body and the release in the last line are read, all verbatim. HTML is made into lines first (``cablebrowser_html``).

The flattened rendering has the table as ``| Identifier: | 05ALMATY4281 |`` rows and the body on one line. The other has
``Identifier: 05ALMATY4281`` lines and the body as it was sent. Anything between the two is read too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from preserve.cable import CaptureSource, Page, PageCapture, Release, Row, is_identifier, opens_header, split_header
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.findings import Finding
from preserve.readers.csv import begins_row
from preserve.readers.formats.cablebrowser_html import cablebrowser_excuse, render_lines
from preserve.readers.formats.partial_extract import PARTIAL, PARTIAL_WHOLE
from preserve.readers.formats.release import parse_day, release_of
from preserve.readers.reader import Excuse, SourceItem
from preserve.readers.source_bytes import BOM, binary_excuse, byte_order_mark, bytes_excuse

__all__ = ["CablebrowserReader"]

# Marks of any document with markup; a hostile one may have no more than the declaration of an entity.
_HTML = (b"<!doctype", b"<!entity", b"<html", b"<body", b"<table", b"<pre", b"<?xml")
_LABELS = ("Identifier", "Wikileaks", "Origin", "Created", "Classification", "Tags", "Redacted")
_ROW = {label + ":": label for label in _LABELS}
_AS_SERVED = "Give the page as the site served it, as UTF-8 text."

_TITLE = "US embassy cable"
_DISCLAIMER = "Disclaimer"
_FOOTER = "Latest source of this page is"
_SHORTEST_CUT = 6
"""The fewest characters that are taken for the beginning of the last line, or for a text."""


class CablebrowserReader:
    """Reads the pages of a cablebrowser site that were captured as text or as HTML."""

    name = "cablebrowser"
    describes = "a page of the cablebrowser site: as text, flattened to one line or with its line breaks, or as HTML"

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        """Take a page of the site, however damaged it is.

        Reading it fails when it is cut before the text of the cable, or when its identifier is none.
        """
        source = _source(item.data)
        return source if isinstance(source, Excuse) else partial(_page, item, source)


@dataclass(frozen=True, slots=True)
class _Source:
    """The page as lines, and how it became lines. ``rendering`` is ``None`` when the lines themselves show it."""

    text: str
    rendering: str | None
    media_type: str
    encoding: str
    findings: tuple[Finding, ...]


def _source(data: bytes) -> _Source | Excuse:
    """Return the page as lines, or why it is none."""
    if excuse := bytes_excuse(data):
        return excuse
    # Before anything else, as the text of a row may have lines that look like the rows of this site's table.
    if begins_row(data):
        return Excuse("it is a row of cables.csv, for which there is another reader")
    tag = _markup(data)
    return _text_source(data) if tag is None else _html_source(data, tag)


def _html_source(data: bytes, tag: str) -> _Source | Excuse:
    if excuse := cablebrowser_excuse(data):
        return Excuse(f"it is HTML or XML ({tag}), and {excuse.reason}")
    rendered = render_lines(data, _ROW)
    return _Source(rendered.text, "html", "text/html", rendered.encoding, rendered.findings)


def _text_source(data: bytes) -> _Source | Excuse:
    if excuse := binary_excuse(data):
        return excuse
    try:
        # Strictly: the site serves UTF-8, so that any other byte shows that the page is not as it was served.
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Excuse(f"byte {error.start} is not UTF-8; give the page as the site served it")
    if _IDENTIFIER_ROW.search(text) is None:
        return Excuse("it has no row 'Identifier:'")
    return _Source(text.removeprefix("\ufeff"), None, "text/plain", "utf-8", byte_order_mark(data))


# The row of the identifier, in either rendering, at the start of a line.
_IDENTIFIER_ROW = re.compile(r"(?:^|\n)[\ufeff \t]{0,20}\|?[ \t]{0,20}Identifier:")


def _markup(data: bytes) -> str | None:
    """Return the markup by which bytes are a document of another kind; ``None`` when they have none."""
    lower = data.lower()
    for tag in _HTML:
        if tag in lower:
            return tag.decode("ascii")
    return "<" if lower.removeprefix(BOM).lstrip().startswith(b"<") else None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the page: its text without the white space around it, and its place."""

    text: str
    start: int
    end: int


def _lines(text: str) -> Iterator[_Line]:
    """Yield the lines that are not blank. Only LF ends a line: a lone CR, or a form feed, is part of the text."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip()
        if line:
            yield _Line(line, start, end)
        start = end + 1


@dataclass(frozen=True, slots=True)
class _Table:
    rows: tuple[Row, ...]
    cells: dict[str, str]
    flattened: bool
    start: int
    end: int


def _row(line: str) -> tuple[str, str] | None:
    """Return label and value of a row in either rendering; ``None`` when the line is no row."""
    if line.startswith("|"):
        label, bar, value = line.removeprefix("|").partition("|")
        if not bar:
            label, _, value = label.partition(":")
            label += ":"
        return label.strip(), value.strip().removesuffix("|").strip()
    label, colon, value = line.partition(":")
    return (label + colon, value.strip()) if label + colon in _ROW else None


def _table(lines: list[_Line]) -> _Table | None:
    """Return the table: the row of the identifier and the rows after it; the last may be cut inside its label."""
    places = (place for place, line in enumerate(lines) if (_row(line.text) or ("", ""))[0] == "Identifier:")
    first = next(places, None)
    if first is None:
        return None
    rows: list[Row] = []
    last = first
    for place in range(first, len(lines)):
        row = _row(lines[place].text)
        if row is None:
            last += place + 1 == len(lines) and any(label.startswith(lines[place].text) for label in _ROW)
            break
        last = place
        if row[0].strip("-: |"):
            rows.append(Row(label=row[0], value=row[1]))
    # Reversed, so that of two rows of one label the first counts.
    cells = {_ROW[row.label]: row.value for row in reversed(rows) if row.label in _ROW}
    flattened = lines[first].text.startswith("|")
    return _Table(tuple(rows), cells, flattened, lines[first].start, lines[last].end)


def _page(item: SourceItem, source: _Source) -> Page:
    text = source.text
    table = _table(list(_lines(text)))
    if table is None:
        raise SourceError(f"{item.where}: the row 'Identifier:' of the page is damaged", hint=_AS_SERVED)
    identifier = table.cells["Identifier"]
    if not is_identifier(identifier):
        raise SourceError(
            f"{item.where}: {identifier[:60]!r} is no identifier of a cable", hint=f"Is the page cut? {_AS_SERVED}"
        )
    notes = list(source.findings)
    absent = [label for label in _LABELS if not table.cells.get(label)]
    if absent:
        notes.append(Finding.of("table-incomplete", "/provenance/page/table", f"no value for {', '.join(absent)}"))
    rest, release, release_notes = _split_release(text, table.end)
    partial, start = _split_partial(text, table.end, rest)
    content = text[start:rest].strip()
    begin = split_header(content)
    header, body = content[:begin].strip() or None, content[begin:]
    # What is left of a cut page may be a few letters, or a routing header without its end: neither is a text.
    cut = any(note.code == "page-truncated" for note in release_notes)
    if not body or (cut and not partial and (len(body) < _SHORTEST_CUT or (begin == 0 and opens_header(body)))):
        raise SourceError(f"{item.where}: the page of {identifier} holds no text of the cable", hint=_AS_SERVED)
    capture, capture_notes = _capture(text[: table.start], table, identifier, source.rendering)
    return Page(
        identifier=identifier,
        origin=table.cells.get("Origin") or None,
        created=table.cells.get("Created") or None,
        classification=table.cells.get("Classification") or None,
        tags=table.cells.get("Tags") or None,
        redacted=table.cells.get("Redacted") or None,
        partial=partial,
        header=header,
        body=body,
        line_breaks="kept" if "\n" in body else "flattened",
        release=release or release_of(item),
        capture=capture,
        source=CaptureSource(
            name=item.name,
            size=len(item.data),
            sha256=sha256(item.data),
            media_type=source.media_type,
            encoding=source.encoding,
            container=item.container,
        ),
        findings=(*notes, *release_notes, *capture_notes),
    )


def _split_release(text: str, start: int) -> tuple[int, Release | None, list[Finding]]:
    """Return where the last line begins, and the release that it names. A page without that line was cut."""
    # Where these words are last, as a text may quote them.
    at = text.rfind(_FOOTER, start)
    if at < 0 or not text[at - 1].isspace():
        return _split_cut_footer(text, start)
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    said = text[at:end].strip()
    name, comma, released = said.removeprefix(_FOOTER).partition(",")
    day = parse_day(released.strip().removeprefix("released").strip())
    release = Release(text=said, name=name.strip() or None, date=day)
    notes = []
    if not (name.strip() and comma and day):
        notes.append(Finding.of("release-incomplete", "/provenance/release", f"the last line is {said[:200]!r}"))
    if text[end:].strip():
        notes.append(
            Finding.of("text-after-release", "/provenance/page", f"{len(text[end:].strip())} characters follow it")
        )
    return at, release, notes


def _split_cut_footer(text: str, start: int) -> tuple[int, Release | None, list[Finding]]:
    """Return where the last line begins when only its first words are left, or nothing."""
    end = len(text.rstrip())
    at = max(text.rfind("\n", start, end) + 1, start)
    said = text[at:end].strip()
    if len(said) >= _SHORTEST_CUT and _FOOTER.startswith(said):
        note = Finding.of("release-incomplete", "/provenance/release", f"the last line is {said!r}")
        return at, None, [note]
    note = Finding.of("page-truncated", "/body", "the page has no last line that names its release: it is cut")
    return len(text), None, [note]


def _split_partial(text: str, start: int, end: int) -> tuple[str | None, int]:
    """Return the statement that the record is partial, and where it ends. If it is cut, nothing follows it."""
    at = start
    while at < end and text[at].isspace():
        at += 1
    line_end = text.find("\n", at, end)
    line_end = end if line_end < 0 else line_end
    line = text[at:line_end]
    if line.strip() and PARTIAL_WHOLE.startswith(line.strip()) and not text[line_end:end].strip():
        return line.strip(), line_end
    for sentence in (PARTIAL_WHOLE, PARTIAL):
        if line.startswith(sentence):
            return sentence, at + len(sentence)
    # Other words for the same, but no text that merely speaks of an extract.
    if "partial extract" in line[:200] and len(line) <= 400:
        return line.strip(), line_end
    return None, at


def _capture(text: str, table: _Table, identifier: str, rendering: str | None) -> tuple[PageCapture, list[Finding]]:
    """Return what stands before the table: title, disclaimer, heading, known by their first words."""
    title = disclaimer = None
    others = []
    for line in _lines(text):
        if title is None and line.text.startswith(_TITLE):
            title = line.text
        elif disclaimer is None and line.text.startswith(_DISCLAIMER):
            disclaimer = line.text
        else:
            others.append(line.text)
    notes = []
    if title is not None and not title.endswith(identifier):
        notes.append(Finding.of("title-differs", "/provenance/page/title", f"the title does not name {identifier}"))
    capture = PageCapture(
        format=CablebrowserReader.name,
        rendering=rendering or ("flattened" if table.flattened else "lines"),
        title=title,
        heading=" ".join(others) or None,
        disclaimer=disclaimer,
        table=table.rows,
    )
    return capture, notes
