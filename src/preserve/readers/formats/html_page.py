"""HTML as captured pages have it: their characters, tags and character references, taken apart without a tree.

Bytes become characters; a page gives its tags in order, the text of a stretch, and the text of a ``pre``, in which the
site's own markup and the markup that is part of the text must be told apart. What a page means is each reader's work.

No tree is built, so nothing is nested, moved, mended or dropped. No document type is read, no entity of its own is
expanded, nothing is fetched. Each pattern needs time linear in the length of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.entities import html5

from preserve.findings import Finding
from preserve.readers.reader import Excuse
from preserve.readers.source_bytes import BOM, byte_order_mark, bytes_excuse

__all__ = [
    "DecodedPage",
    "HtmlTag",
    "VerbatimText",
    "decode_page",
    "decode_references",
    "find_tags",
    "html_excuse",
    "inline_text",
    "missing_mark",
    "split_markup",
    "verbatim_text",
]


def html_excuse(data: bytes) -> Excuse | None:
    """Return why bytes are no HTML page at all; ``None`` when they may be one."""
    return bytes_excuse(data) or (None if b"<" in data else Excuse("it is not HTML: it has no tag"))


def missing_mark(data: bytes, *marks: tuple[re.Pattern[str], str]) -> Excuse | None:
    """Return the excuse for the first mark that a page does not have; ``None`` when it has all of them.

    Args:
        data: The page.
        marks: Patterns of ASCII characters by which a format is known, each with the reason when it is missing.
    """
    # Latin-1 decodes at the speed of a copy, and the marks are ASCII, which is the same in every encoding met here.
    text = data.decode("latin-1")
    return next((Excuse(reason) for pattern, reason in marks if pattern.search(text) is None), None)


@dataclass(frozen=True, slots=True)
class DecodedPage:
    """The characters of a page.

    Attributes:
        text: All of them, without a byte order mark.
        encoding: The encoding that they were read in, as ``utf-8``.
        findings: What was odd about the bytes.
    """

    text: str
    encoding: str
    findings: tuple[Finding, ...]


_DECLARED = re.compile(rb"""(?:encoding|charset)\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_.:-]{1,40})""")
_LATIN = frozenset({"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252", "cp1252"})
_ESCAPED = re.compile("[\udc80-\udcff]")


def decode_page(data: bytes) -> DecodedPage:
    """Return the characters of a page; no byte is lost, whatever the bytes are.

    A page that is UTF-8 throughout is read so. Else it is read as windows-1252, if it declares that or Latin-1, which
    are one to the Encoding Standard (4.2). Else it is read as UTF-8, in which each byte that is no UTF-8 is read as
    windows-1252 and told in a finding. A byte for which windows-1252 has no character becomes the control character of
    its number, as the Encoding Standard (9.1) says.
    """
    notes = byte_order_mark(data)
    data = data.removeprefix(BOM)
    try:
        return DecodedPage(data.decode("utf-8"), "utf-8", notes)
    except UnicodeDecodeError as error:
        first = error.start
    declared = _DECLARED.search(data, 0, 4096)
    if declared is not None and declared[1].decode("ascii").lower() in _LATIN:
        return DecodedPage("".join(map(_windows_1252, data)), "windows-1252", notes)
    text, count = _ESCAPED.subn(
        lambda odd: _windows_1252(ord(odd[0]) - 0xDC00), data.decode("utf-8", "surrogateescape")
    )
    says = f"{count} bytes are not UTF-8, the first is byte {first}; they were read as windows-1252"
    return DecodedPage(text, "utf-8", (*notes, Finding.of("encoding-repaired", "/provenance/source", says)))


def _windows_1252(byte: int) -> str:
    return _WINDOWS_1252[byte]


def _table() -> tuple[str, ...]:
    # Python has no character for the five bytes that the Encoding Standard maps to controls.
    return tuple(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


_WINDOWS_1252 = _table()

_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{0,31}));")


def decode_references(text: str) -> str:
    """Return a text with its character references decoded, those that HTML names and those by number.

    What is no reference is kept as it is: ``&D;``, ``AT&T``, a number that no character has. A reference must end in
    ``;``, as old texts have ``&`` without meaning one.
    """
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name is not None:
        return html5.get(name + ";", match[0])
    number = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if number in range(0x80, 0xA0):
        # HTML 13.2.5.80: these numbers are read as windows-1252, whatever the page is in.
        return _WINDOWS_1252[number]
    if number == 0 or number in range(0xD800, 0xE000) or number > 0x10FFFF:
        return match[0]
    return chr(number)


@dataclass(frozen=True, slots=True)
class HtmlTag:
    """One tag.

    Attributes:
        name: Its name, in small letters.
        closing: Whether it is an end tag.
        inside: What stands between the name and ``>``.
        start: The place of its first character.
        end: The place after its last character.
    """

    name: str
    closing: bool
    inside: str
    start: int
    end: int

    def attribute(self, name: str) -> str | None:
        """Return the value of an attribute, its references decoded; ``None`` when the tag has none of that name."""
        for match in _ATTRIBUTE.finditer(self.inside):
            if match[1].lower() == name:
                value = next((each for each in match.groups()[1:] if each is not None), "")
                return decode_references(value)
        return None


_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'<>]++)))?""")
# Comments, document types with what they declare, instructions, scripts and styles match without a name and are passed
# over. A tag ends before the next "<", even in quotes, so that a quotation mark that nobody closes costs no time.
_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<!DOCTYPE[^<>\[]*+(?:\[.*?(?:\]\s*+>|\Z)|>)?|<[!?][^<>]*+>?"""
    r"""|<(?:script|style)\b[^<>]*+>.*?(?:</(?:script|style)\s*+>|\Z)"""
    r"""|<(/?)([A-Za-z][A-Za-z0-9:]*+)((?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>""",
    re.DOTALL | re.IGNORECASE,
)


def split_markup(text: str, start: int = 0, end: int | None = None) -> Iterator[HtmlTag | str]:
    """Yield the tags of a stretch and the text between them, in order.

    Comments, declarations, scripts and styles are left out. References are as the page has them.
    """
    end = len(text) if end is None else end
    at = start
    for match in _TAG.finditer(text, start, end):
        if match.start() > at:
            yield text[at : match.start()]
        at = match.end()
        if match[2] is not None:
            yield HtmlTag(match[2].lower(), match[1] == "/", match[3], match.start(), at)
    if end > at:
        yield text[at:end]


def find_tags(text: str, start: int = 0, end: int | None = None) -> Iterator[HtmlTag]:
    """Yield the tags of a stretch in order."""
    for piece in split_markup(text, start, end):
        if isinstance(piece, HtmlTag):
            yield piece


def inline_text(text: str, start: int = 0, end: int | None = None) -> str:
    """Return the text of a stretch as on one line of a browser: no tags, references decoded, spaces single."""
    return " ".join(decode_references(_TAG.sub(_space, text[start:end])).split())


_INLINE = frozenset(
    {"a", "abbr", "b", "code", "em", "font", "i", "q", "s", "small", "span", "strong", "sub", "sup", "u"}
)


def _space(tag: re.Match[str]) -> str:
    return "" if tag[2] is None or tag[2].lower() in _INLINE else " "


@dataclass(frozen=True, slots=True)
class VerbatimText:
    """The text of a stretch, in which all but the site's own markup is text.

    Attributes:
        text: Every character but that markup.
        residue: Each piece of markup that was kept because it is not the site's, and its place in ``text``.
    """

    text: str
    residue: tuple[tuple[int, str], ...]

    def finding(self, where: str) -> Finding | None:
        """Return the finding on the residue; ``None`` when there is none."""
        if not self.residue:
            return None
        shown = ", ".join(f"{piece[:40]!r} at {place}" for place, piece in self.residue[:5])
        more = "" if len(self.residue) <= 5 else f", and {len(self.residue) - 5} more"
        return Finding.of("html-residue", where, f"markup in the text is kept as text: {shown}{more}")


# "<<218634>>", "</td>", "<br>", "<a href='http://...'>" are markup, or look like it; "a < b" does not.
_PIECE = re.compile(
    r"""&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});|<(?:[/!?A-Za-z](?:[^<>]{0,400}+>)?|<)""",
    re.X,
)


def verbatim_text(source: str, is_chrome: Callable[[str], bool]) -> VerbatimText:
    """Return the text of a stretch of which no character may be lost, as a ``pre``.

    Character references are decoded. A tag is left out only when it is the site's own, and an end tag when the start
    tag that it ends is. All other markup is text.

    Args:
        source: The stretch as the page has it.
        is_chrome: Tells whether a start tag, verbatim, is the site's own.
    """
    # Nearly all references are line feeds in this form, 204,664 in 1,295 pages: replacing them first saves most work.
    source = source.replace("&#x000A;", "\n")
    parts: list[str] = []
    residue: list[tuple[int, str]] = []
    open_tags: dict[str, list[bool]] = {}
    length = at = 0
    for match in _PIECE.finditer(source):
        piece = match[0]
        kept = decode_references(piece) if piece[0] == "&" else "" if _is_chrome(piece, open_tags, is_chrome) else piece
        before = source[at : match.start()]
        length += len(before)
        if kept == piece:
            residue.append((length, piece))
        parts += (before, kept)
        length += len(kept)
        at = match.end()
    parts.append(source[at:])
    return VerbatimText("".join(parts), tuple(residue))


_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*+)")


def _is_chrome(piece: str, open_tags: dict[str, list[bool]], is_chrome: Callable[[str], bool]) -> bool:
    """Return whether a tag is the site's own, and note what it opens or closes."""
    name = _NAME.match(piece)
    if name is None or not piece.endswith(">"):
        return False
    opened = open_tags.setdefault(name[1].lower(), [])
    if piece[1] != "/":
        opened.append(is_chrome(piece))
        return opened[-1]
    return bool(opened) and opened.pop()
