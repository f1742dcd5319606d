"""Electronic telegrams of 1973-79 of the State Department as the National Archives (NARA) give them, as text.

An item is one document of the Central Foreign Policy Files from Access to Archival Databases: its text, and its list of
attributes or the fields of the listing before it, all verbatim. Scanned documents and the site's HTML are not read.

A document is known by its number: year, post cut to six letters, serial of five or six digits, as
``1978STREL01534``. The parts of such a text are read by their labels and may be missing; what no label tells apart is
text. The attribute ``Current Classification`` says what NARA did; the marking of the record is the original one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from preserve.cable import CaptureSource, Page, PageCapture, Row, is_identifier, opens_header, split_header
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.readers.formats.decoding import DecodedText, decode_text, text_excuse
from preserve.readers.formats.release import release_of
from preserve.readers.reader import Excuse, SourceItem

__all__ = ["AadTextReader", "document_number"]

_NUMBER = re.compile(r"(?:19[67]\d)[A-Z]{2,6}\d{5,6}", re.ASCII)
_NUMBER_ROW = re.compile(r"^[ \t]{0,40}Document Number[ \t]{0,40}:[ \t]{0,40}(\S{1,40})", re.MULTILINE)
# The first line of a page of the old system: "PAGE 01        STREL  01534  101412Z".
_FIRST_PAGE = re.compile(r"\s{0,400}+PAGE 0?1\s{1,40}[A-Z][A-Z ]{1,10}?\s{1,40}\d{4,6}")
_REVIEW = "US Department of State EO Systematic Review"
_MOST_BEFORE_HEADER = 1500
"""Characters within which the routing header begins, after the first page line and the distribution."""

# The labels of the attributes and of the listing, as the archives print them. A line without one continues a value.
_LABELS = frozenset(
    re.split(
        r"; ?",
        "Automatic Decaptioning; Capture Date; Channel Indicators; Concepts; Control Number; Copy; "
        "Current Classification; Decaption Date; Decaption Note; Disposition Action; Disposition Approved on Date; "
        "Disposition Authority; Disposition Case Number; Disposition Comment; Disposition Date; Disposition Event; "
        "Disposition History; Disposition Reason; Disposition Remarks; Document Number; Document Source; "
        "Document Unique ID; Draft Date; Drafter; Enclosure; Errors; Executive Order; Film Number; From; "
        "Handling Restrictions; Image Path; ISecure; Legacy Key; Line Count; Locator; Markings; Office; "
        "Original Classification; Original Handling Restrictions; Original Previous Classification; "
        "Original Previous Handling Restrictions; Page Count; Previous Channel Indicators; Previous Classification; "
        "Previous Handling Restrictions; Reference; Retention; Review Action; Review Authority; Review Comment; "
        "Review Content Flags; Review Date; Review Event; Review Exemptions; Review History; Review Markings; "
        "Review Media Identifier; Review Referrals; Review Release Date; Review Release Event; Review Transfer Date; "
        "Review Withdrawn Fields; Secure; Status; Subject; TAGS; To; Type; URL",
    )
)
_ABSENT = frozenset(("", "n/a", "N/A", "NA"))


class AadTextReader:
    """Reads the telegrams that the National Archives publish as text."""

    name = "aad_text"
    describes = "a telegram of 1973-79 as text, from the Access to Archival Databases of the US National Archives"

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        """Take a document of the archives, however damaged it is. Reading it fails when it holds no text."""
        if excuse := text_excuse(item.data):
            return excuse
        decoded = decode_text(item.data)
        number = document_number(item.name, decoded.text)
        if number is None:
            return Excuse(
                "nothing in it names a document of the Central Foreign Policy Files, as 1978STATE098163 would"
            )
        return partial(_page, item, number, decoded)


def document_number(name: str, text: str) -> str | None:
    """Return the number of the document that a text is, by its own row, else by its name; ``None`` for other texts.

    Args:
        name: The name of the file.
        text: The text.
    """
    row = _NUMBER_ROW.search(text) if "Document Number" in text else None
    if row is not None:
        return row[1] if _NUMBER.fullmatch(row[1]) and is_identifier(row[1]) else None
    # The name of a file alone proves nothing: the text must look like one of the archives' too.
    match = _NUMBER.match(name.upper())
    if match is None or not is_identifier(match[0]) or name[match.end() : match.end() + 1].isalnum():
        return None
    return match[0] if _FIRST_PAGE.match(text) or _REVIEW in text else None


@dataclass(frozen=True, slots=True)
class _Parts:
    rows: tuple[Row, ...]
    text: str


def _page(item: SourceItem, number: str, decoded: DecodedText) -> Page:
    parts = _split(decoded.text)
    if not parts.text:
        raise SourceError(
            f"{item.where}: the document {number} holds no text of the telegram",
            hint="Some are on microfilm only, or withdrawn: see its attribute Locator.",
        )
    # Reversed, so that of two rows of one label the first counts.
    cells = {row.label: row.value for row in reversed(parts.rows) if row.value not in _ABSENT}
    begin = _header_end(parts.text)
    header, body = parts.text[:begin].strip() or None, parts.text[begin:]
    return Page(
        identifier=number,
        origin=cells.get("From"),
        classification=cells.get("Original Classification"),
        tags=cells.get("TAGS"),
        references=cells.get("Reference"),
        header=header,
        body=body,
        line_breaks="kept" if "\n" in body else "flattened",
        release=release_of(item),
        capture=PageCapture(
            format=AadTextReader.name,
            rendering="lines" if "\n" in body else "flattened",
            heading=cells.get("Subject"),
            table=parts.rows,
        ),
        source=CaptureSource(
            name=item.name,
            size=len(item.data),
            sha256=sha256(item.data),
            media_type="text/plain",
            encoding=decoded.encoding,
            container=item.container,
        ),
        findings=decoded.findings,
    )


def _split(text: str) -> _Parts:
    """Return the rows and the text of the telegram. The rows follow it, under their title, or stand before it."""
    lines = [line for line in _AFTER_LINE_FEED.split(text) if line]
    titles = {line.strip(): place for place, line in enumerate(lines) if line.strip() in _TITLES}
    first = titles.get("Message Text", -1) + 1
    last = titles.get("Message Attributes", len(lines))
    rows = [*_rows(lines[: max(0, first - 1)]), *_rows(lines[last + 1 :])]
    if first == 0:
        before = _listing(lines[:last])
        rows, first = [*_rows(lines[:before]), *rows], before
    return _Parts(tuple(rows), "".join(lines[first:last]).strip())


_TITLES = ("Message Text", "Message Attributes")
_AFTER_LINE_FEED = re.compile(r"(?<=\n)")


def _listing(lines: Sequence[str]) -> int:
    """Return how many lines at the top are the fields of a listing; 0 when the number of the document is not there."""
    place, numbered = 0, False
    while place < len(lines) and (not lines[place].strip() or _label(lines[place]) is not None):
        numbered = numbered or _label(lines[place]) == "Document Number"
        place += 1
    return place if numbered else 0


def _label(line: str) -> str | None:
    label, colon, _ = line.partition(":")
    return label.strip() if colon and label.strip() in _LABELS else None


def _rows(lines: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a list. A line without a label continues the value before it."""
    label: str | None = None
    value: list[str] = []
    for line in lines:
        if (found := _label(line)) is not None:
            if label is not None:
                yield Row(label=label, value=" ".join(value))
            label, value = found, []
            line = line.partition(":")[2]
        if label is not None and line.strip():
            value.append(line.strip())
    if label is not None:
        yield Row(label=label, value=" ".join(value))


def _header_end(text: str) -> int:
    """Return where the body begins: after the first page line, the distribution and the routing header."""
    at = 0
    while 0 <= at < _MOST_BEFORE_HEADER:
        if opens_header(text[at : at + 200]):
            begin = split_header(text[at:])
            return at + begin if begin else 0
        at = text.find("\n", at) + 1 or -1
    return 0
