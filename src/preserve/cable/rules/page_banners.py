"""Page banners and page marks: what communication centres put between the pages of a cable.

They may stand anywhere, even inside the list of TAGS or of addressees. They are marked, and never removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["find_page_banners"]

# New system: "STRELSAU 00002654 001.2 OF 004" (147 of 1,295 pages). Found by its end; what stands before that is read
# backwards.
_END_OF_PAGE_MARK = re.compile(r" OF [0-9]{3}")
_PAGE_MARK = re.compile(r"[0-9]{5,8} [0-9]{3}(?:\.[0-9])? OF [0-9]{3}")
_LONGEST_BEGINNING = 14
# Old system: "PAGE 02 STRELS 06677 01 OF 03 291400Z".
_PAGE_BANNER = re.compile(r"PAGE \d\d [A-Z][A-Z' .]{1,30}? \d{4,6}(?: \d\d OF \d\d)?(?: \d{6}Z)?")
# The level stands at the foot of one page and at the head of the next.
_LEVEL_BEFORE = re.compile(r"(?:(?<![^ ])(?:UNCLASSIFIED|CONFIDENTIAL|SECRET|LIMITED OFFICIAL USE) (?:SIPDIS )?){1,2}$")
_LONGEST_LEVELS = 58
_POST_BEFORE = re.compile(r"(?<![^ ])[A-Z][A-Z'.]*(?: [A-Z][A-Z'.]*){0,3} $")
_LONGEST_POST = 40


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
            yield _post_start(flat, match.start(), own), end


def _post_start(flat: Flat, start: int, own: str) -> int:
    """Return where the post's name before a page mark begins: the longest known one, or else the last word."""
    before = _POST_BEFORE.search(flat.text, max(0, start - _LONGEST_POST), start)
    if before is None:
        return start
    words = before[0].split()
    for count in range(len(words), 0, -1):
        name = vocabulary.canonical_station("".join(words[-count:]))
        if name in vocabulary.stations() or (len(name) > 3 and own.startswith(name)):
            return start - len(" ".join(words[-count:])) - 1
    return start - len(words[-1]) - 1
