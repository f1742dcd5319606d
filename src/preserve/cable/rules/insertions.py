"""Running matter and other insertions: page banners and marks, residue, stray captions, redactions.

Scope: what stands in the text without being of it, found anywhere. Not in scope: removing any of it; it is marked.
Heads that the sections of a cable repeat are in ``cable.sections``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["STRAY", "find_dateline", "find_page_banners", "find_redactions", "find_residue", "find_stray_captions"]

# New system: "GENEVA 00002654 001.2 OF 004". Found by its end; what stands before that is read backwards.
_END_OF_PAGE_MARK = re.compile(r" OF [0-9]{3}")
_PAGE_MARK = re.compile(r"[0-9]{5,8} [0-9]{3}(?:\.[0-9])? OF [0-9]{3}")
_LONGEST_BEGINNING = 14
# Old system: "PAGE 02 HARARE 06677 01 OF 03 291400Z".
_PAGE_BANNER = re.compile(r"PAGE \d\d [A-Z][A-Z' .]{1,30}? \d{4,6}(?: \d\d OF \d\d)?(?: \d{6}Z)?")
# The level stands at the foot of one page and at the head of the next.
_LEVEL_BEFORE = re.compile(r"(?:(?<![^ ])(?:UNCLASSIFIED|CONFIDENTIAL|SECRET|LIMITED OFFICIAL USE) (?:SIPDIS )?){1,2}$")
_LONGEST_LEVELS = 58
_POST_BEFORE = re.compile(r"(?<![^ ])[A-Z][A-Z'.]*(?: [A-Z][A-Z'.]*){0,3} $")
_LONGEST_POST = 40

_RUN_OF_X = re.compile(r"[Xx]{4,}")
_REMOVED = re.compile(r"\[[A-Za-z][A-Za-z ,/'-]{0,40} (?:REMOVED|Removed|removed|REDACTED|Redacted|redacted)\]")

STRAY = "SIPDIS"
"""The caption that software inserted into texts."""
# Measured on 72 occurrences in 1,295 pages: in 65 a classification word starts 15-89 characters before, on the line
# above; software inserted the caption after any line that began with such a word.
_NEAREST, _FARTHEST = 15, 89
_TRIGGERS = ("SECRET", "CONFIDENTIAL", "UNCLAS")


def find_page_banners(flat: Flat, own: str) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each page banner and page mark.

    Args:
        flat: The text.
        own: The cable's own station, whose name page marks cut short: ``KUALA LUMP 00001403 002 OF 003``.
    """
    if " OF 0" in flat.upper:
        yield from _page_marks(flat, own)
    if "PAGE 0" in flat.upper:
        for match in _PAGE_BANNER.finditer(flat.text):
            level = _LEVEL_BEFORE.search(flat.text, max(0, match.start() - _LONGEST_LEVELS), match.start())
            yield match.start() if level is None else level.start(), match.end()


def _page_marks(flat: Flat, own: str) -> Iterator[tuple[int, int]]:
    end = 0
    for found in _END_OF_PAGE_MARK.finditer(flat.upper):
        match = _PAGE_MARK.search(flat.upper, max(end, found.start() - _LONGEST_BEGINNING), found.end())
        if match is not None:
            end = match.end()
            yield _with_post(flat, match.start(), own), end


def _with_post(flat: Flat, start: int, own: str) -> int:
    """Return where the post's name before a page mark begins: the longest known one, else the last word."""
    before = _POST_BEFORE.search(flat.text, max(0, start - _LONGEST_POST), start)
    if before is None:
        return start
    words = before[0].split()
    for count in range(len(words), 0, -1):
        name = vocabulary.canonical_station("".join(words[-count:]))
        if name in vocabulary.stations() or (len(name) > 3 and own.startswith(name)):
            return start - len(" ".join(words[-count:])) - 1
    return start - len(words[-1]) - 1


_CLASS = r"(?:UNCLASSIFIED|CONFIDENTIAL|SECRET|CO\.{2,3})(?://[A-Z ]{4,24}[A-Z])?"
_ORIGIN = r"[A-Z][A-Za-z]{1,20}(?: [A-Z][A-Za-z]{1,20}){0,4}"
_MRN = r"\d\d[A-Z]{2,30}\d{1,7}"
# The stamp of the systematic review, with the name of who directed it and its day.
_REVIEW = re.compile(
    r"(?:[A-Z][a-z]{1,20} [A-Z]\. [A-Z][a-z]{1,20} )?(?i:Declassified/Released (?:by )?(?:the )?US Department of State"
    r"(?: EO Systematic Review)?)(?: \d{1,2} [A-Z][A-Za-z]{2,8} \d{4})?"
)
_REVIEW_SIGNS = ("eclassified/", "DECLASSIFIED/")
# What databases and sites left in texts: the number that the press used ("<<218634>>"), alone or with its row; a row
# with tabs; markup; a backslash for the end of a line. Each by a literal, which is quick where it is one character
# or a rare one; how many characters stand before the literal; and a pattern.
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
    """Yield the flat range of each thing that a database or a site left in the text; some may overlap."""
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


_DATELINE = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{1,2} [A-Z][a-z]{2,8} \d{4}, \d\d:\d\d(?![^ ])")


def find_dateline(flat: Flat) -> tuple[int, int] | None:
    """Return the range of the line that a newspaper put before the text: ``Wednesday, 29 November 2000, 13:59``."""
    match = _DATELINE.match(flat.text)
    return None if match is None else match.span()


def find_stray_captions(flat: Flat, start: int, behind: frozenset[int] = frozenset()) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each caption that software inserted into the text.

    A ``SIPDIS`` without a classification word on the line above, and not directly behind a page banner, which begins
    with such a word, is a genuine mention, and is left alone.

    Args:
        flat: The text.
        start: Flat offset behind the captions of the head.
        behind: Flat offsets directly behind page banners that the flat text leaves out.
    """
    at = flat.text.find(STRAY, start)
    while at >= 0:
        end = at + len(STRAY)
        alone = (at == 0 or flat.text[at - 1] == " ") and (end == len(flat) or flat.text[end] == " ")
        first, last = max(0, at - _FARTHEST), at - _NEAREST
        if alone and (at in behind or (last >= 0 and _triggered(flat, first, last))):
            yield at, end
        at = flat.text.find(STRAY, end)


def _triggered(flat: Flat, first: int, last: int) -> bool:
    return any(flat.upper.find(word, first, last + len(word)) >= 0 for word in _TRIGGERS)


def find_redactions(flat: Flat) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each redaction: a run of X, or a bracketed removal such as ``[NAME REMOVED]``."""
    if "XXXX" in flat.upper:
        for match in _RUN_OF_X.finditer(flat.text):
            yield match.start(), match.end()
    if "[" in flat.text:
        for match in _REMOVED.finditer(flat.text):
            yield match.start(), match.end()
