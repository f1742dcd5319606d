"""Asides of the drafter inside the paragraphs: summary, note, comment, and mentions of the references.

Scope: their ranges, by their opening and closing words. Not in scope: paragraphs, headings (``cable.body``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from preserve.cable.record import MarkKind
from preserve.cable.text import Flat

__all__ = ["find_asides", "find_mentions"]

_WORDS = {"SUMMARY": MarkKind.SUMMARY, "NOTE": MarkKind.NOTE, "COMMENT": MarkKind.COMMENT}
# Measured on 1,295 pages: a summary opens with a colon, a rule, a slash and another word, or "and table of contents";
# it is closed by its own word 881 times, a comment 326 times.
_OPENING = re.compile(r"(?:(?:/| AND )[A-Z ]{1,40})?(?: ?\(CONT[A-Z'.]*\))? ?(?:[:.=–-]|¶|1[.)])")
_CLOSING = ("END ", "END OF ", "END BIO ", "END EMBASSY ", "END POST ", "END EXECUTIVE ")
_CLOSED = re.compile(r"(?:(?:/| AND )[A-Z ]{1,40}(?=[.)\]]))?\.?[)\]]?")
_WHOSE = re.compile(
    r"(?<![A-Z])(?:EMBASSY|POST|CONSULATE|MISSION|BIO|BIOGRAPHIC|BIOGRAPHICAL|POLOFF|ECONOFF|AMBASSADOR'S|EXECUTIVE) $"
)
_BEFORE = frozenset(".?!:;\"”')]*=-_‐(¶")


def _events(flat: Flat, start: int) -> list[tuple[int, int, str, bool]]:
    """Return the opening and closing words in order: start, end, word, whether it closes."""
    upper, events = flat.upper, []
    for word in _WORDS:
        at = upper.find(word, start)
        while at >= 0:
            end = at + len(word)
            if (at == 0 or not upper[at - 1].isalpha()) and not upper[end : end + 1].isalpha():
                event = _event(flat, at, end, word, start)
                if event is not None:
                    events.append(event)
            at = upper.find(word, end)
    return sorted(events)


def _event(flat: Flat, at: int, end: int, word: str, start: int) -> tuple[int, int, str, bool] | None:
    upper = flat.upper
    for closing in _CLOSING:
        begin = at - len(closing)
        if begin >= 0 and upper.startswith(closing, begin) and (begin == 0 or not upper[begin - 1].isalpha()):
            closed = _CLOSED.match(upper, end)
            return begin, end if closed is None else closed.end(), word, True
    begins = at >= 6 and upper.startswith("BEGIN ", at - 6)
    if not begins and _OPENING.match(upper, end) is None:
        return None
    begin = at - 6 if begins else at
    whose = _WHOSE.search(upper, max(start, begin - 24), begin)
    begin = begin if whose is None else whose.start()
    if begin > 0 and flat.text[begin - 1] in "([":
        return begin - 1, end, word, False
    if begin > start + 1 and flat.text[begin - 2] not in _BEFORE:
        return None
    return begin, end, word, False


def find_asides(
    flat: Flat, start: int, paragraphs: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[MarkKind, int, int]]:
    """Yield each aside: its kind and flat range, the opening and closing words included.

    One that is not closed reaches to its closing parenthesis, or, where it opens a paragraph, to its end.

    Args:
        flat: The text.
        start: Flat offset behind the head.
        paragraphs: Start, start of the text, and end of each paragraph, in order.
    """
    events = _events(flat, start)
    opened: dict[str, int] = {}
    texts = {text: end for _, text, end in paragraphs}
    summarised = False
    for place, (begin, end, word, closes) in enumerate(events):
        if not closes:
            opened[word] = place
            if place + 1 < len(events) and events[place + 1][2] == word and events[place + 1][3]:
                continue
            if not _is_closed_later(events, place):
                opened.pop(word)
                limit = events[place + 1][0] if place + 1 < len(events) else len(flat)
                last = _unclosed(flat, begin, limit, paragraphs, texts)
                if last is not None:
                    yield _WORDS[word], begin, last
        elif word in opened:
            yield _WORDS[word], events[opened.pop(word)][0], end
            summarised = summarised or word == "SUMMARY"
        elif word == "SUMMARY" and not summarised and paragraphs and paragraphs[0][1] < begin:
            # The end of one whose beginning is not marked. Another one, further down, ends nothing.
            yield MarkKind.SUMMARY, paragraphs[0][1], end
            summarised = True


def _is_closed_later(events: list[tuple[int, int, str, bool]], place: int) -> bool:
    """Return whether the next event of the same word closes it."""
    word = events[place][2]
    for later in range(place + 1, min(place + 40, len(events))):
        if events[later][2] == word:
            return events[later][3]
    return False


def _unclosed(
    flat: Flat, begin: int, limit: int, paragraphs: Sequence[tuple[int, int, int]], texts: dict[int, int]
) -> int | None:
    if flat.text[begin] in "([":
        at = bisect_right(paragraphs, begin, key=lambda paragraph: paragraph[0]) - 1
        stop = min(limit, paragraphs[at][2]) if at >= 0 else limit
        return _closing_parenthesis(flat.text, begin, stop)
    return texts.get(begin)


_PARENTHESIS = re.compile(r"[()\[\]]")


def _closing_parenthesis(text: str, start: int, limit: int) -> int | None:
    depth = 0
    for match in _PARENTHESIS.finditer(text, start, limit):
        depth += 1 if match[0] in "([" else -1
        if depth == 0:
            return match.end()
    return None


_MENTION = re.compile(r"REF(?:TELS?(?: ([A-Z])(?![A-Z'’]))?|S? (?:\(([A-Z])\)|([A-Z])(?![A-Z'’])))(?![A-Z])")


def find_mentions(flat: Flat, start: int, letters: Sequence[str | None]) -> Iterator[tuple[int, int, int | None]]:
    """Yield each mention of a reference: flat range, and which reference it is where that is certain.

    Args:
        flat: The text.
        start: Flat offset behind the head.
        letters: The letter of each reference, in order.
    """
    at = flat.upper.find("REF", start)
    while at >= 0:
        match = _MENTION.match(flat.upper, at)
        if match is not None and (at == 0 or not flat.upper[at - 1].isalpha()):
            place = match.lastindex
            letter = match[place] if place else None
            begin, end = match.span()
            stated = place is None or flat.text[match.start(place)] == letter
            if stated:
                if begin > 0 and flat.text[begin - 1] == "(" and flat.text[end : end + 1] == ")":
                    begin, end = begin - 1, end + 1
                yield begin, end, _which(letter, letters)
        at = flat.upper.find("REF", at + 3)


def _which(letter: str | None, letters: Sequence[str | None]) -> int | None:
    if letter is None:
        return 0 if len(letters) == 1 else None
    return letters.index(letter) if letters.count(letter) == 1 else None
