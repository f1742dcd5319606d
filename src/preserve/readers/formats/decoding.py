"""Plain text as bytes: what is no text, and in which encoding a text is read.

Line ends stay as they are: a carriage return is a character of the text, and the record and its TEI keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

from preserve.findings import Finding
from preserve.readers.reader import Excuse
from preserve.readers.source_bytes import BOM, binary_excuse, byte_order_mark, bytes_excuse

__all__ = ["DecodedText", "decode_text", "text_excuse"]

_MARKUP = (b"<!doctype", b"<html", b"<body", b"<table", b"<?xml")
_HEAD = 4096
"""Bytes in which a document of another kind shows what it is. Further down, texts have stray tags too."""

_UNDEFINED = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
"""Bytes that Windows-1252 does not define."""


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text, the encoding that it was read in, and what was odd about its bytes."""

    text: str
    encoding: str
    findings: tuple[Finding, ...]


def text_excuse(data: bytes) -> Excuse | None:
    """Return why bytes are no plain text; ``None`` when they may be."""
    return bytes_excuse(data) or binary_excuse(data) or _kind_excuse(data[:_HEAD].removeprefix(BOM).lstrip().lower())


def _kind_excuse(head: bytes) -> Excuse | None:
    if (tag := next((tag for tag in _MARKUP if tag in head), None)) is not None or head.startswith(b"<"):
        return Excuse(f"it is HTML or XML ({(tag or b'<').decode('ascii')}), not text")
    if head.startswith((b"{", b"[")):
        return Excuse("it is JSON or its like, not text")
    return Excuse("it begins with a quotation mark, as a table of values does") if head.startswith(b'"') else None


def decode_text(data: bytes) -> DecodedText:
    """Return the text of some bytes, read as UTF-8, else as Windows-1252, else as Latin-1.

    This never fails, as Latin-1 has a character for each byte.
    """
    notes = []
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        # Latin-1 has a character for each byte, but such texts were meant as Windows-1252, which has none for five.
        encoding = "iso-8859-1" if _UNDEFINED.intersection(data) else "windows-1252"
        text = data.decode(encoding)
        says = f"byte {error.start} is not UTF-8: the text was read as {encoding}"
        notes.append(Finding.of("encoding-repaired", "/provenance/source/encoding", says))
    notes += byte_order_mark(data)
    if lost := text.count("\ufffd"):
        says = f"{lost} characters are U+FFFD: they were lost before the capture"
        notes.append(Finding.of("characters-lost", "/body/text", says))
    if feeds := text.strip().count("\f"):
        notes.append(Finding.of("form-feeds", "/body/text", f"{feeds} form feeds are in the text"))
    return DecodedText(text, encoding, tuple(notes))
