"""Repeated heads: each section of a long cable was sent with its own head, and copies keep them all in the text.

A cable of 2000 has its header, captions, ``E.O.``, ``TAGS`` and ``SUBJECT`` seven times. Each repeated head is marked,
so that the first one and the text are read without it; only the tags that it has besides are taken from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from preserve.cable.record import Tag
from preserve.cable.rules.tags import read_tags
from preserve.cable.text import Flat

__all__ = ["find_later_sections", "find_repeated_heads", "read_repeated_tags"]

_NUMBERED = re.compile(r"(?:SECTION ?0?(\d{1,2}) ?OF|FINAL SECTION OF) ?0?(\d{1,2}) ")
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


def find_later_sections(flat: Flat, head: int) -> list[tuple[int, int]]:
    """Return the flat range of the banner of each section behind the first, in order.

    Such a banner says ``SECTION 02 OF 03``. It has a level before it, and behind it a post with the serial of the
    first one: without the serial, a section of another cable that is quoted would be one of this.

    Args:
        flat: The text.
        head: Flat offset behind the first banner.
    """
    found: list[tuple[int, int]] = []
    at = flat.upper.find("SECTION", head)
    if at < 0:
        return found
    first = _NUMBERED.search(flat.upper, 0, head)
    serial = _serial_before(flat, head)
    cursor = head
    while at >= 0:
        match = _NUMBERED.match(flat.upper, at) or _NUMBERED.match(flat.upper, max(0, at - 6))
        following = at + 7
        if match is not None and match.start() >= cursor and (first is None or match[1] != first[1]):
            level = _LEVEL_BEFORE.search(flat.upper, max(cursor, match.start() - _LONGEST_LEVEL), match.start())
            named = _REFERENCE.match(flat.upper, match.end())
            if level is not None and named is not None and int(named[1]) == serial:
                found.append((level.start(), named.end()))
                following = cursor = named.end()
        at = flat.upper.find("SECTION", following)
    return found


_SERIAL = re.compile(r"(\d{1,7})$")


def _serial_before(flat: Flat, end: int) -> int | None:
    match = _SERIAL.search(flat.text, max(0, end - 7), end)
    return None if match is None else int(match[1])


def find_repeated_heads(flat: Flat, later: Sequence[tuple[int, int]], head: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each repeated head, which reaches as far as its words are those of the first head.

    Args:
        flat: The text.
        later: The banners of the later sections.
        head: Flat offset behind the first banner.
        end: Flat offset where the first head ends.
    """
    words = flat.upper[head : min(end, head + _LONGEST_HEAD)].split()
    cursor = max(head, end)
    for place, (banner, behind) in enumerate(later):
        if banner >= cursor:
            start = _header_start(flat, cursor, banner)
            limit = later[place + 1][0] if place + 1 < len(later) else len(flat)
            cursor = _common_end(flat, words, behind, limit)
            yield start, cursor


def _header_start(flat: Flat, floor: int, banner: int) -> int:
    """Return where the transmission lines before a repeated banner begin; where the banner does if it has none."""
    floor = max(floor, banner - _LONGEST_HEADER)
    sender = _SENDER.search(flat.upper, floor, banner)
    if sender is None:
        return banner
    header = _HEADER.search(flat.upper, floor, sender.start())
    return sender.start() if header is None else header.start()


_LABEL = re.compile(r"(?:E\.?O\.?|EO|TAGS|SUBJECT|SUBJ|REFS?|REFTELS?|CLASSIFIED) ?:?$")
_NEAR = 300
"""Flat characters in which the next label stands where words differ: those of a value, not those of a paragraph."""
_MOST_SKIPPED = 4
_FEWEST_EQUAL = 3
"""Words that must be equal again behind a misprint, an added tag or another number."""


def _common_end(flat: Flat, words: Sequence[str], start: int, limit: int) -> int:
    """Return where the words behind a repeated banner stop being those of the first head."""
    # Where the words differ, three equal ones a little further on come first: a misprint or an added tag is small. Only
    # then the next label, behind which the words may be equal again although a whole value before it is another one.
    end, place = _equal_end(flat, words, 0, start)
    while place < len(words):
        again = _again(flat, words, place, end) or _next_label(flat, words, place, end, min(limit, end + _NEAR))
        if again is None:
            break
        end, place = _equal_end(flat, words, *again)
    return end


def _equal_end(flat: Flat, words: Sequence[str], place: int, at: int) -> tuple[int, int]:
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


def _again(flat: Flat, words: Sequence[str], place: int, at: int) -> tuple[int, int] | None:
    """Return from which word of the first head, and from which offset, three words are equal again."""
    ahead = flat.upper[at : at + 40 * (_MOST_SKIPPED + _FEWEST_EQUAL)].split(" ")
    offsets = [at]
    for word in ahead:
        offsets.append(offsets[-1] + len(word) + 1)
    for skipped in range(1, 2 * _MOST_SKIPPED + 1):
        for here in range(max(0, skipped - _MOST_SKIPPED), min(skipped, _MOST_SKIPPED) + 1):
            there = skipped - here + (ahead[0] == "")
            equal = words[place + here : place + here + _FEWEST_EQUAL]
            if len(equal) == _FEWEST_EQUAL and equal == ahead[there : there + _FEWEST_EQUAL]:
                return place + here, offsets[there]
    return None


_MOST_LABELS = 8
_PARAGRAPH = re.compile(r" \d{1,3}\. ?\(")


def _next_label(flat: Flat, words: Sequence[str], place: int, at: int, end: int) -> tuple[int, int] | None:
    """Return the place of the next label of the first head, and its offset, if it stands near in this one too."""
    paragraph = _PARAGRAPH.search(flat.text, at, end)
    end = end if paragraph is None else paragraph.start()
    labels = (later for later in range(place, len(words)) if _LABEL.match(words[later]))
    for later in islice(labels, _MOST_LABELS):
        found = flat.upper.find(f" {words[later]} ", at, end)
        if found >= 0:
            return later, found + 1
    return None


_TAGS = re.compile(r"(?<![^ ])TAGS?:? ")
_TAGS_END = re.compile(r" (?:SUBJECT|SUBJ|REFS?|CLASSIFIED BY|E\.O\.) ?:?")


def read_repeated_tags(flat: Flat, start: int, end: int) -> Iterator[Tag]:
    """Yield the tags of a repeated head."""
    label = _TAGS.search(flat.upper, start, end)
    if label is not None:
        stop = _TAGS_END.search(flat.upper, label.end(), end)
        for each in read_tags(flat, label.end(), end if stop is None else stop.start()):
            yield each.tag
