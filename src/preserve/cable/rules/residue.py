"""Residue: what databases, newspapers and sites left in a text. It is marked, and never removed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable.text import Flat

__all__ = ["find_residue"]

_CLASS = r"(?:UNCLASSIFIED|CONFIDENTIAL|SECRET|CO\.{2,3})(?://[A-Z ]{4,24}[A-Z])?"
_ORIGIN = r"[A-Z][A-Za-z]{1,20}(?: [A-Z][A-Za-z]{1,20}){0,4}"
_MRN = r"\d\d[A-Z]{2,30}\d{1,7}"
# The stamp of the systematic review, with the name of who directed it and its day.
_REVIEW = re.compile(
    r"(?:[A-Z][a-z]{1,20} [A-Z]\. [A-Z][a-z]{1,20} )?(?i:Declassified/Released (?:by )?(?:the )?US Department of State"
    r"(?: EO Systematic Review)?)(?: \d{1,2} [A-Z][A-Za-z]{2,8} \d{4})?"
)
_REVIEW_SIGNS = ("eclassified/", "DECLASSIFIED/")
# The number that the press used ("<<218634>>"), alone or with its row; a row with tabs; markup; a backslash for the end
# of a line. Each by a literal, which is quick where it is one character or a rare one; how many characters stand before
# the literal; and a pattern.
_RESIDUE: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    (
        "<",
        0,
        re.compile(
            rf"<<\d{{1,6}}>>(?: \d{{1,2}}/\d{{1,2}}/\d{{4}} \d{{1,2}}:\d\d(?: {_MRN}(?: {_ORIGIN}? {_CLASS})?)?)?"
        ),
    ),
    (
        ":00 ",
        16,
        re.compile(
            rf"(?<![^ ])\d{{4}}-\d\d-\d\d \d\d:\d\d:00 {_MRN} {_ORIGIN}? {_CLASS}"
            rf"(?: {_MRN}(?:\|{_MRN}){{0,40}})?(?![^ ])"
        ),
    ),
    ("<", 0, re.compile(r"</?(?:br|strong|em|b|i|p|td|tr|th|table|div|span|pre|code)(?: [^<>]{0,100})?/?>")),
    ("&", 0, re.compile(r"&D;")),
    ("\\", 0, re.compile(r"\\(?![^ ])")),
)


def find_residue(flat: Flat) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each thing that a database or a site left in the text; ranges may overlap."""
    text = flat.text
    for literal, before, pattern in _RESIDUE:
        end, at = 0, text.find(literal)
        while at >= 0:
            match = pattern.match(text, at - before) if at - before >= end else None
            if match is not None:
                end = match.end()
                yield match.span()
            at = text.find(literal, max(at + 1, end))
    if any(sign in text for sign in _REVIEW_SIGNS):
        for match in _REVIEW.finditer(text):
            yield match.span()
