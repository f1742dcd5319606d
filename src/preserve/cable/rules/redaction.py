"""Redactions: what the text shows, and what the page says of it. They are recorded, and never undone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable.record import Redaction, Span
from preserve.cable.text import Flat

__all__ = ["find_redactions", "read_redaction", "says_redacted"]

# Runs of 10 to 24 X were measured, 12 most often (1,992 times), of either case and mixed.
_RUN_OF_X = re.compile(r"[Xx]{4,}")
_REMOVED = re.compile(r"\[[A-Za-z][A-Za-z ,/'-]{0,40} (?:REMOVED|Removed|removed|REDACTED|Redacted|redacted)\]")


def find_redactions(flat: Flat) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each redaction: a run of X, or a bracketed removal such as ``[NAME REMOVED]``."""
    if "XXXX" in flat.upper:
        for match in _RUN_OF_X.finditer(flat.text):
            yield match.start(), match.end()
    if "[" in flat.text:
        for match in _REMOVED.finditer(flat.text):
            yield match.start(), match.end()


_SAYS_NOT = re.compile(r"\b(?:not|never)\b[^.]{0,40}\bredacted\b|\bunredacted\b", re.IGNORECASE)
_SAYS = re.compile(r"\bredact", re.IGNORECASE)
_AGENT = re.compile(r"\bby\s+(\S[^.,;]{0,60}?)\s*(?:[.,;]|$)", re.IGNORECASE)


def says_redacted(statement: str) -> bool:
    """Return whether a page's statement says that something was redacted."""
    return _SAYS_NOT.search(statement) is None and _SAYS.search(statement) is not None


def read_redaction(statement: str | None, spans: tuple[Span, ...]) -> Redaction:
    """Return what is known of redaction.

    Args:
        statement: The page's, verbatim.
        spans: The redactions that the text shows.
    """
    agent = _AGENT.search(statement) if statement else None
    name = None if agent is None else agent[1]
    if name is not None and name.casefold() == "wikileaks":
        name = "WikiLeaks"
    # What the text shows comes first: "This cable was not redacted" is one sentence for all pages of a site, and cannot
    # unsay what stands in one. That the two differ is a finding.
    if spans or (statement and says_redacted(statement)):
        return Redaction(status="redacted", agent=name, text=statement, spans=spans)
    if statement and _SAYS_NOT.search(statement):
        return Redaction(status="not-redacted", agent=name, text=statement)
    return Redaction(status="unknown", agent=name, text=statement)
