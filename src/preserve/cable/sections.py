"""Sections of a long cable: each was sent with its own header, captions and labels, which copies keep in the text.

Scope: where such a repeated head stands. Not in scope: the first head (``cable.labels``), page banners
(``cable.running``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.cable.flat import Flat

__all__ = ["section_repeats"]

_NUMBERED = re.compile(r"SECTION ?0?(\d{1,2}) ?OF ?0?(\d{1,2}) ")
_LEVEL_BEFORE = re.compile(
    r"(?<![^ ])(?:U ?N ?C ?L ?A ?S(?: ?S ?I ?F ?I ?E ?D)?|C ?O ?N ?F ?I ?D ?E ?N ?T ?I ?A ?L"
    r"|(?:T ?O ?P )?S ?E ?C ?R ?E ?T|LIMITED OFFICIAL USE)"
    r"(?: ?/?/? ?(?:NOFORN|FOUO|FOR OFFICIAL USE ONLY|SENSITIVE|SBU|E F T O|N O F O R N)){0,3} $"
)
_LONGEST_LEVEL = 70
_REFERENCE = re.compile(r"[A-Z][A-Z'. -]{1,40}? ?0*(\d{1,7})(?![^ ])")
# A section has its own transmission and distribution lines before its banner.
_HEADER = re.compile(
    r"(?<![^ ])(?:VZCZC[A-Z]{3}|DE RU|(?:ORIGIN|ACTION) [A-Z]{1,5}-\d\d"
    r"|(?:[ZOPRM] ){1,4}\d{6}Z [A-Z]{3} \d\d)"
)
_SENDER = re.compile(r"(?<![^ ])FM [A-Z]")
_LONGEST_HEADER = 2_500
_LONGEST_HEAD = 6_000
_LABEL = re.compile(r"(?<![A-Z])(?:SUBJECT|SUBJ) ?:")
_NEAR = 1_500


def section_repeats(flat: Flat, head: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each repeated head, in order.

    A head is repeated where a banner says ``SECTION 02 OF 03`` with a level before it and a post with the serial of
    the first banner behind it; it reaches as far as its words are those of the first head.

    Args:
        flat: The text.
        head: Flat offset behind the first banner.
        end: Flat offset where the first head ends.
    """
    first = _NUMBERED.search(flat.upper, 0, head)
    at = flat.upper.find("SECTION", head)
    if at < 0:
        return
    serial = _serial_before(flat, head)
    words = flat.upper[head : min(end, head + _LONGEST_HEAD)].split()
    subject = next((place for place, word in enumerate(words) if _LABEL.match(word)), len(words))
    cursor = max(head, end)
    while at >= 0:
        match = _NUMBERED.match(flat.upper, at)
        following = at + 7
        if match is not None and at >= cursor and (first is None or match[1] != first[1]):
            level = _LEVEL_BEFORE.search(flat.upper, max(cursor, at - _LONGEST_LEVEL), at)
            named = _REFERENCE.match(flat.upper, match.end())
            if level is not None and named is not None and int(named[1]) == serial:
                start = _header_start(flat, cursor, level.start())
                following = cursor = _common_end(flat, words, subject, named.end())
                yield start, cursor
        at = flat.upper.find("SECTION", following)


_SERIAL = re.compile(r"(\d{1,7})$")


def _serial_before(flat: Flat, end: int) -> int | None:
    match = _SERIAL.search(flat.text, max(0, end - 7), end)
    return None if match is None else int(match[1])


def _header_start(flat: Flat, floor: int, banner: int) -> int:
    """Return where the transmission lines before a repeated banner begin; the banner itself where it has none."""
    floor = max(floor, banner - _LONGEST_HEADER)
    sender = _SENDER.search(flat.upper, floor, banner)
    if sender is None:
        return banner
    header = _HEADER.search(flat.upper, floor, sender.start())
    return sender.start() if header is None else header.start()


def _common_end(flat: Flat, words: list[str], subject: int, start: int) -> int:
    """Return where the words behind a repeated banner stop being those of the first head.

    Where they differ before ``SUBJECT:``, they are compared again from that label on.
    """
    end, place = _compared(flat, words, 0, start)
    label = _LABEL.search(flat.upper, end, end + _NEAR) if place <= subject < len(words) else None
    if label is not None:
        end, _ = _compared(flat, words, subject, label.start())
    return end


def _compared(flat: Flat, words: list[str], place: int, at: int) -> tuple[int, int]:
    """Return where the equal words end, and the place of the first that differs."""
    upper, end = flat.upper, at
    at += upper[at : at + 1] == " "
    while place < len(words):
        word = words[place]
        last = at + len(word)
        if not upper.startswith(word, at) or upper[last : last + 1].strip():
            break
        end, place, at = last, place + 1, last + 1
    return end, place
