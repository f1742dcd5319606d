"""Running matter and other insertions: page banners and marks, stray captions, redactions.

Scope: what stands in the text without being of it, found anywhere. Not in scope: removing any of it; it is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable import vocabulary
from preserve.cable.flat import Flat

__all__ = ["dateline", "page_banners", "redactions", "stray_captions"]

# New system: "GENEVA 00002654 001.2 OF 004". Found by its digits; the post before them is read backwards.
_PAGE_MARK = re.compile(r"[0-9]{5,8} [0-9]{3}(?:\.[0-9])? OF [0-9]{3}")
# Old system: "PAGE 02 HARARE 06677 01 OF 03 291400Z".
_PAGE_BANNER = re.compile(r"PAGE \d\d [A-Z][A-Z' .]{1,30}? \d{4,6}(?: \d\d OF \d\d)?(?: \d{6}Z)?")
_LEVEL_BEFORE = re.compile(r"(?:UNCLASSIFIED|CONFIDENTIAL|SECRET|LIMITED OFFICIAL USE) $")
_POST_BEFORE = re.compile(r"(?<![^ ])[A-Z][A-Z'.]*(?: [A-Z][A-Z'.]*){0,3} $")
_LONGEST_POST = 40

_RUN_OF_X = re.compile(r"[Xx]{4,}")
_REMOVED = re.compile(r"\[[A-Za-z][A-Za-z ,/'-]{0,40} (?:REMOVED|Removed|removed|REDACTED|Redacted|redacted)\]")

_STRAY = "SIPDIS"
# Measured on 72 occurrences in 1,295 pages: in 65 a classification word starts 15-89 characters before, on the line
# above; software inserted the caption after any line that began with such a word.
_NEAREST, _FARTHEST = 15, 89
_TRIGGERS = ("SECRET", "CONFIDENTIAL", "UNCLAS")


def page_banners(flat: Flat, own: str) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each page banner and page mark.

    Args:
        flat: The text.
        own: The cable's own station, whose name page marks cut short: ``KUALA LUMP 00001403 002 OF 003``.
    """
    if " OF 0" in flat.upper:
        for match in _PAGE_MARK.finditer(flat.upper):
            yield _with_post(flat, match.start(), own), match.end()
    if "PAGE 0" in flat.upper:
        for match in _PAGE_BANNER.finditer(flat.text):
            level = _LEVEL_BEFORE.search(flat.text, max(0, match.start() - 24), match.start())
            yield match.start() if level is None else level.start(), match.end()


def _with_post(flat: Flat, start: int, own: str) -> int:
    """Return where the post's name before a page mark begins: the longest known one, else the last word."""
    before = _POST_BEFORE.search(flat.text, max(0, start - _LONGEST_POST), start)
    if before is None:
        return start
    words = before[0].split()
    for count in range(len(words), 0, -1):
        name = vocabulary.station("".join(words[-count:]))
        if name in vocabulary.stations() or (len(name) > 3 and own.startswith(name)):
            return start - len(" ".join(words[-count:])) - 1
    return start - len(words[-1]) - 1


_DATELINE = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{1,2} [A-Z][a-z]{2,8} \d{4}, \d\d:\d\d(?![^ ])")


def dateline(flat: Flat) -> tuple[int, int] | None:
    """Return the range of the line that a newspaper put before the text: ``Wednesday, 29 November 2000, 13:59``."""
    match = _DATELINE.match(flat.text)
    return None if match is None else match.span()


def stray_captions(flat: Flat, start: int) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each caption that software inserted into the text.

    A ``SIPDIS`` without a classification word on the line above is a genuine mention, and is left alone.

    Args:
        flat: The text.
        start: Flat offset behind the captions of the head.
    """
    at = flat.text.find(_STRAY, start)
    while at >= 0:
        end = at + len(_STRAY)
        alone = (at == 0 or flat.text[at - 1] == " ") and (end == len(flat) or flat.text[end] == " ")
        first, last = max(0, at - _FARTHEST), at - _NEAREST
        if alone and last >= 0 and any(flat.upper.find(word, first, last + len(word)) >= 0 for word in _TRIGGERS):
            yield at, end
        at = flat.text.find(_STRAY, end)


def redactions(flat: Flat) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each redaction: a run of X, or a bracketed removal such as ``[NAME REMOVED]``."""
    if "XXXX" in flat.upper:
        for match in _RUN_OF_X.finditer(flat.text):
            yield match.start(), match.end()
    if "[" in flat.text:
        for match in _REMOVED.finditer(flat.text):
            yield match.start(), match.end()
