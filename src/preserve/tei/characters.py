"""Characters of a TEI document: escaping, and those that XML 1.0 cannot hold.

Scope: text and attribute values as they stand in the bytes; ``<g>`` and ``<charDecl>`` (TEI P5, chapter 5). Not in
scope: which element holds what.

The text of a cable survives whole: a carriage return is written as ``&#13;`` (XML 1.0 2.11 would make it a line feed),
and a character outside the production Char (XML 1.0 2.2) is written as ``<g ref="#char-0007"/>`` and declared in
``<charDecl>`` with its code point. In the header and in attributes, which describe, such a character is U+FFFD; the
record holds it.
"""

from __future__ import annotations

import re

__all__ = ["WHITE_SPACE", "attribute", "char_id", "described", "is_plain", "name_part", "transcribed", "unencodable"]

WHITE_SPACE = " \t\r\n"
"""White space as XML 1.0 2.3 has it (production S)."""

# XML 1.0 2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
_FORBIDDEN = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff"
_UNENCODABLE = re.compile(f"[{_FORBIDDEN}]")
_IN_TEXT = re.compile(f"[&<>\\r{_FORBIDDEN}]")
# All other characters. Most texts have no others, and to match what is there is quicker than to search what is not.
_PLAIN = re.compile("[\t\n -%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
_IN_ATTRIBUTE = re.compile(f'[&<>"\\t\\n\\r{_FORBIDDEN}]')
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9.]+")


def char_id(character: str) -> str:
    """Return the ``xml:id`` that declares a character: ``char-`` and its code point in hexadecimal."""
    return f"char-{ord(character):04X}"


def unencodable(text: str) -> frozenset[str]:
    """Return the characters of a text that XML 1.0 cannot hold."""
    return frozenset(_UNENCODABLE.findall(text))


def _as_glyph(match: re.Match[str]) -> str:
    character = match[0]
    return _MARKUP.get(character) or f'<g ref="#{char_id(character)}"/>'


def _as_replacement(match: re.Match[str]) -> str:
    return _MARKUP.get(match[0], "\ufffd")


def is_plain(text: str) -> bool:
    """Return whether a text is element content as it is."""
    return _PLAIN.fullmatch(text) is not None


def transcribed(text: str) -> str:
    """Return text of the cable as element content that gives every character back."""
    return text if _PLAIN.fullmatch(text) else _IN_TEXT.sub(_as_glyph, text)


def described(text: str) -> str:
    """Return text about the cable as element content."""
    return text if _PLAIN.fullmatch(text) else _IN_TEXT.sub(_as_replacement, text)


def attribute(value: str) -> str:
    """Return a value as it stands between the double quotes of an attribute."""
    return _IN_ATTRIBUTE.sub(_as_replacement, value)


def name_part(value: str) -> str:
    """Return a value as a part of an ``xml:id`` (an NCName): letters, digits, points, hyphens for all else."""
    return _NOT_A_NAME.sub("-", value).strip("-") or "x"
