"""The cablebrowser page as HTML, turned into the lines of its text rendering, which ``cablebrowser`` reads.

There title, heading, disclaimer, rows, routing header, body and last line are found by their labels and words.

The markup of these pages was never seen. So nothing is asked of it but that a label and its value stand in this order
(in cells, in a list of terms, in lines), and that the body follows them: in ``pre``, of which no character is lost, or
in paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from preserve.findings import Finding
from preserve.readers.formats.html_page import (
    HtmlTag,
    decode_page,
    decode_references,
    missing_mark,
    split_markup,
    verbatim_text,
)
from preserve.readers.reader import Excuse

__all__ = ["RenderedPage", "cablebrowser_excuse", "render_lines"]

_LABEL = re.compile(r">\s{0,40}Identifier:", re.IGNORECASE)
_OTHER_LABEL = re.compile(r">\s{0,40}(?:Wikileaks|Origin|Created|Classification|Redacted):", re.IGNORECASE)
_PRE_END = re.compile(r"</pre\s{0,9}>", re.IGNORECASE)

_BREAKING_NAMES = """
address article aside blockquote body caption center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 head header hr
html li main nav ol p pre section table tbody tfoot thead title tr ul
"""
_OTHER_NAMES = """
a abbr b base big br button cite code col colgroup del em font i iframe img input ins kbd label legend link meta
noscript object option q s samp select small span strike strong sub sup td textarea th tt u
"""
_BREAKING = frozenset(_BREAKING_NAMES.split())
"""Elements that end a line of text; the text runs on through all others."""
_HEADINGS = frozenset({"title", "h1", "h2", "h3", "h4", "h5", "h6"})
_ELEMENTS = _BREAKING.union(_OTHER_NAMES.split())


def cablebrowser_excuse(data: bytes) -> Excuse | None:
    """Return why HTML is no cablebrowser page; ``None`` when it has the labels of one, each first in its element."""
    return missing_mark(
        data,
        (_LABEL, "it has no row 'Identifier:'"),
        (_OTHER_LABEL, "it has no other row of a cablebrowser page than 'Identifier:'"),
    )


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as lines of text.

    Attributes:
        text: The lines.
        encoding: The encoding that the bytes were read in.
        findings: What was odd about bytes and markup.
    """

    text: str
    encoding: str
    findings: tuple[Finding, ...]


def render_lines(data: bytes, labels: Iterable[str]) -> RenderedPage:
    """Return the page as the lines that a browser would show.

    Args:
        data: The page.
        labels: The labels of its rows, as ``Identifier:``. A label and what follows it are put on one line.
    """
    page = decode_page(data)
    lines = _Lines(page.text, frozenset(labels))
    lines.read()
    return RenderedPage(lines.text(), page.encoding, (*page.findings, *lines.findings))


_PIECES_OF_A_LABEL = 16
"""The most stretches of text between tags that a label is made of."""


@dataclass(slots=True)
class _Lines:
    """The lines as they grow, while ``read`` goes through the page once."""

    source: str
    labels: frozenset[str]
    findings: list[Finding] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _line: list[str] = field(default_factory=list)
    _element: str = ""
    _after_rows: bool = False
    _among_rows: bool = False
    _unknown_label: str = ""
    _after_break: bool = False
    _seen: set[str] = field(default_factory=set)

    def text(self) -> str:
        return "".join(self._parts)

    def read(self) -> None:
        at = 0
        while at < len(self.source):
            at = self._read_to_pre(at)
        self._end_row()

    def _read_to_pre(self, at: int) -> int:
        """Read up to the end of the next ``pre``, or of the page; return where that is."""
        for piece in split_markup(self.source, at):
            if isinstance(piece, str):
                self._take(piece)
            elif piece.name == "pre" and not piece.closing:
                self._end_row()
                return self._take_pre(piece.end)
            else:
                self._obey(piece)
        return len(self.source)

    def _take_pre(self, start: int) -> int:
        ending = _PRE_END.search(self.source, start)
        end = len(self.source) if ending is None else ending.start()
        text = verbatim_text(_with_line_feeds(self.source[start:end]), _is_link)
        note = text.finding("/body/text")
        self.findings += [] if note is None else [note]
        self._parts += (text.text, "\n")
        return end if ending is None else ending.end()

    def _take(self, source: str) -> None:
        """Take what stands between two tags. A line feed after a ``br`` belongs to the ``br``."""
        if self._after_break:
            source = source.removeprefix("\r").removeprefix("\n")
            self._after_break = False
        text = decode_references(source)
        # A row without a value ends where the next label begins.
        if self._waiting() is not None and self._is_label(text):
            self._end_row()
        if text.strip() or (text and self._line):
            self._line.append(text)

    def _obey(self, tag: HtmlTag) -> None:
        if tag.name not in _ELEMENTS:
            # "<<218634>>", "<name@example>": this is no element of HTML, so it is text.
            self._line.append(self.source[tag.start : tag.end])
        elif tag.name == "br":
            if self._after_rows and not self._line:
                self._parts.append("\n")
            self._end_line()
            self._after_break = True
        elif tag.name in ("td", "th"):
            # Where a cell begins, among the rows, after one that ends in a colon, that one was a label unknown to us.
            said = self._beginning()
            if not tag.closing and self._among_rows and said.endswith(":") and said not in self.labels:
                self._unknown_label = said
                self._line.clear()
            self._line += [" "] if self._line else []
        elif tag.name in ("tr", "table"):
            self._end_row()
        elif tag.name in _BREAKING:
            self._end_line()
            self._element = "" if tag.closing else tag.name
            if tag.name == "p" and tag.closing and self._after_rows:
                self._parts.append("\n")

    def _is_label(self, text: str) -> bool:
        return text.partition(":")[0].strip() + ":" in self.labels

    def _beginning(self) -> str:
        """Return the line so far if it may be a label; joining a longer one at each tag would take quadratic time."""
        return "".join(self._line).strip() if len(self._line) <= _PIECES_OF_A_LABEL else ""

    def _waiting(self) -> str | None:
        """Return the label that has no value yet."""
        said = self._beginning()
        return said if said in self.labels else None

    def _end_line(self) -> None:
        """End a line, unless a label waits for its value."""
        if self._waiting() is None:
            self._end_row()

    def _end_row(self) -> None:
        line = "".join(self._line).strip("\r\n")
        self._line.clear()
        said = " ".join(line.split())
        label, self._unknown_label = self._unknown_label, ""
        if label:
            # Written as in the flattened rendering, where a row is known by its bars, whatever its label is.
            self._parts.append(f"| {label} | {said} |\n")
        elif said and self._is_label(said):
            self._after_rows = self._among_rows = True
            self._parts += (said, "\n")
        elif said and self._after_rows:
            self._among_rows = False
            self._parts += (line, "\n")
        elif said and (self._element in _HEADINGS or said.startswith("Disclaimer")) and said not in self._seen:
            # What else stands before the rows are menus of the site.
            self._seen.add(said)
            self._parts += (said, "\n")


_LINE_BREAK = re.compile(r"<br\s{0,9}/?\s{0,9}>(\r?\n)?", re.IGNORECASE)


def _with_line_feeds(source: str) -> str:
    return _LINE_BREAK.sub(lambda found: found[1] or "\n", source)


def _is_link(tag: str) -> bool:
    return tag[:3].lower() in ("<a ", "<a>")
