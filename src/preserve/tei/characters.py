"""Characters of a TEI document: those of the cable that XML cannot hold, and those of an ``xml:id``.

The text of a cable survives whole: a character that XML cannot hold is written as ``<g ref="#char-0007"/>``, and
``<charDecl>`` declares it by its code point (TEI P5, chapter 5). In the header and in attributes, which describe, such
a character is U+FFFD (:mod:`preserve.xml_characters`); the record keeps it.
"""

from __future__ import annotations

import re

from preserve.xml_characters import escape_content

__all__ = ["WHITE_SPACE", "char_id", "name_part", "transcribe"]

WHITE_SPACE = " \t\r\n"
"""White space as XML 1.0 2.3 has it (production S)."""

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9.]+")


def char_id(character: str) -> str:
    """Return the ``xml:id`` of the declaration of a character: ``char-`` and its code point in hexadecimal."""
    return f"char-{ord(character):04X}"


def _glyph(character: str) -> str:
    return f'<g ref="#{char_id(character)}"/>'


def transcribe(text: str) -> str:
    """Return text of the cable as the content of an element from which every character can be read back."""
    return escape_content(text, _glyph)


def name_part(value: str) -> str:
    """Return a value as a part of an ``xml:id`` (an NCName): letters, digits and points, with hyphens for all else."""
    return _NOT_A_NAME.sub("-", value).strip("-") or "x"
