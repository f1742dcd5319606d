"""The sentence that calls a record a partial extract of the cable: its words, and cutting it off a routing header."""

from __future__ import annotations

import re

__all__ = ["PARTIAL", "PARTIAL_WHOLE", "split_partial"]

PARTIAL = "This record is a partial extract of the original cable."
PARTIAL_WHOLE = f"{PARTIAL} The full text of the original cable is not available."
"""The sentence with the one that follows it, unless that was cut off."""

_STATEMENT = re.compile(
    r"\s*+(This record is a partial extract of the original cable\.(?:\s++The full text of the original cable is not"
    r" available\.)?|[^\n]{0,100}?\bpartial extract\b[^\n]{0,300})"
)


def split_partial(header: str) -> tuple[str | None, str]:
    """Return the statement that a record is partial, and what follows it, which may be old distribution lines."""
    match = _STATEMENT.match(header)
    return (None, header) if match is None else (match[1], header[match.end() :].lstrip())
