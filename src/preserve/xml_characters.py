"""Text in XML 1.0: which characters a document can hold, and how markup is told from text where strings are joined.

The TEI and the PREMIS of every cable are written as strings: as a tree of lxml, the one takes twice as long and the
other six times (measured). All escaping of both is here. A reader gets back each character that XML can hold, also a
carriage return: it is written as ``&#13;``, since a parser makes a bare one a line feed (XML 1.0 2.11).
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["escape_attribute", "escape_content", "find_unencodable", "is_plain", "replace_unencodable"]

# XML 1.0 2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]. All else cannot stand
# in a document, not even as a reference (4.1, Legal Character).
_FORBIDDEN = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff"
_UNENCODABLE = re.compile(f"[{_FORBIDDEN}]")
# ">" has to be escaped only in "]]>" (2.4). Escaped everywhere, no reader has to look for that.
_IN_CONTENT = re.compile(f"[&<>\\r{_FORBIDDEN}]")
# 3.3.3: a parser makes a bare tab or line feed in the value of an attribute a space.
_IN_ATTRIBUTE = re.compile(f'[&<>"\\t\\n\\r{_FORBIDDEN}]')
# All that content can hold as it is. Most texts have nothing else, and to match that is quicker than to search for the
# rest.
_match_plain = re.compile("[\t\n -%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*").fullmatch
_SHORT = 128
"""Characters up to which methods of a string are quicker than an expression: identifiers, dates, most labels."""
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_REPLACEMENT = "\ufffd"


def is_plain(text: str) -> bool:
    """Return whether a text can stand as the content of an element as it is."""
    return _match_plain(text) is not None


def find_unencodable(text: str) -> frozenset[str]:
    """Return the characters of a text that XML cannot hold."""
    return frozenset(_UNENCODABLE.findall(text))


def replace_unencodable(text: str) -> str:
    """Return a text with U+FFFD for each character that XML cannot hold; nothing is escaped."""
    return _UNENCODABLE.sub(_REPLACEMENT, text)


def _replace(match: re.Match[str]) -> str:
    return _MARKUP.get(match[0], _REPLACEMENT)


def escape_content(text: str, stand_in: Callable[[str], str] | None = None) -> str:
    """Return a text as the content of an element.

    Args:
        text: Any characters.
        stand_in: Gives the XML that stands for a character that XML cannot hold; U+FFFD when it is not given.
    """
    if len(text) <= _SHORT and text.isascii() and text.isprintable():
        if "&" not in text and "<" not in text and ">" not in text:
            return text
    elif _match_plain(text):
        return text
    if stand_in is None:
        return _IN_CONTENT.sub(_replace, text)
    return _IN_CONTENT.sub(lambda match: _MARKUP.get(match[0]) or stand_in(match[0]), text)


def escape_attribute(value: str) -> str:
    """Return a value as it stands between the double quotes of an attribute."""
    return _IN_ATTRIBUTE.sub(_replace, value)
