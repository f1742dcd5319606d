"""Asides of the drafter: summary, note and comment, each from its opening words to its closing ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from preserve.cable import vocabulary
from preserve.cable.record import MarkKind
from preserve.cable.text import Flat

__all__ = ["find_asides"]

_WORDS = {"SUMMARY": MarkKind.SUMMARY, "NOTE": MarkKind.NOTE, "COMMENT": MarkKind.COMMENT}
# Measured on 1,295 pages: a summary opens with a colon, a rule, a slash and another word, or "and table of contents";
# it is closed by its own word 881 times, a comment 326 times.
_OPENING = re.compile(r"(?:(?:/| AND )[A-Z ]{1,40})?(?: ?\(CONT[A-Z'.]*\))? ?(?:[:.=–-]|¶|1[.)])")
_CLOSING = ("END ", "END OF ", "END BIO ", "END EMBASSY ", "END POST ", "END EXECUTIVE ")
_CLOSED = re.compile(r"(?:(?:/| AND )[A-Z ]{1,40}(?=[.)\]]))?\.?[)\]]?")
_BEFORE = frozenset(".?!:;\"”')]*=-_‐(¶")
_FARTHEST_EVENT = 40
"""Events among which the end of an aside is looked for, so that work stays linear."""


class _Event(NamedTuple):
    start: int
    end: int
    word: str
    closes: bool


class _Paragraph(NamedTuple):
    start: int
    text: int
    end: int


@lru_cache(maxsize=1)
def _owner() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Z])(?:{vocabulary.words_pattern('aside_owners')}) $")


def find_asides(
    flat: Flat, start: int, paragraphs: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[MarkKind, int, int]]:
    """Yield each aside: its kind and flat range, the opening and closing words included.

    Args:
        flat: The text.
        start: Flat offset behind the head.
        paragraphs: Start, start of the text, and end of each paragraph, in order.
    """
    # The surest end comes first. 1. The closing words of the same kind, unless another aside of that kind opens before
    # them: "End summary" was measured 881 times. 2. Without these, the parenthesis that closes the one that the aside
    # opened with, or the end of the paragraph that it opens. 3. Without either there is no mark, because an aside
    # without an end would take in the rest of the text. Closing words of a summary that nothing opens are taken for
    # those of the first paragraph, where a summary stands.
    bounds = [_Paragraph(*each) for each in paragraphs]
    events = _events(flat, start)
    opened: dict[str, int] = {}
    texts = {each.text: each.end for each in bounds}
    summarised = False
    for place, event in enumerate(events):
        kind = _WORDS[event.word]
        if not event.closes:
            if _is_closed_later(events, place):
                opened[event.word] = place
                continue
            opened.pop(event.word, None)
            limit = events[place + 1].start if place + 1 < len(events) else len(flat)
            last = _unclosed(flat, event.start, limit, bounds, texts)
            if last is not None:
                yield kind, event.start, last
        elif event.word in opened:
            yield kind, events[opened.pop(event.word)].start, event.end
            summarised = summarised or kind is MarkKind.SUMMARY
        elif kind is MarkKind.SUMMARY and not summarised and bounds and bounds[0].text < event.start:
            # Only once: other closing words further down close nothing.
            yield kind, bounds[0].text, event.end
            summarised = True


def _events(flat: Flat, start: int) -> list[_Event]:
    """Return the opening and closing words in order."""
    upper, events = flat.upper, []
    for word in _WORDS:
        at = upper.find(word, start)
        while at >= 0:
            end = at + len(word)
            if (at == 0 or not upper[at - 1].isalpha()) and not upper[end : end + 1].isalpha():
                event = _closing(flat, at, end, word) or _opening(flat, at, end, word, start)
                if event is not None:
                    events.append(event)
            at = upper.find(word, end)
    return sorted(events)


def _closing(flat: Flat, at: int, end: int, word: str) -> _Event | None:
    upper = flat.upper
    for closing in _CLOSING:
        begin = at - len(closing)
        if begin >= 0 and upper.startswith(closing, begin) and (begin == 0 or not upper[begin - 1].isalpha()):
            closed = _CLOSED.match(upper, end)
            return _Event(begin, end if closed is None else closed.end(), word, closes=True)
    return None


def _opening(flat: Flat, at: int, end: int, word: str, start: int) -> _Event | None:
    upper = flat.upper
    begins = at >= 6 and upper.startswith("BEGIN ", at - 6)
    if not begins and _OPENING.match(upper, end) is None:
        return None
    begin = at - 6 if begins else at
    whose = _owner().search(upper, max(start, begin - 24), begin)
    begin = begin if whose is None else whose.start()
    if begin > 0 and flat.text[begin - 1] in "([":
        return _Event(begin - 1, end, word, closes=False)
    if begin > start + 1 and flat.text[begin - 2] not in _BEFORE:
        return None
    return _Event(begin, end, word, closes=False)


def _is_closed_later(events: Sequence[_Event], place: int) -> bool:
    """Return whether the next event of the same word closes it."""
    word = events[place].word
    later = (event for event in events[place + 1 : place + _FARTHEST_EVENT] if event.word == word)
    return next((event.closes for event in later), False)


def _unclosed(
    flat: Flat, begin: int, limit: int, paragraphs: Sequence[_Paragraph], texts: dict[int, int]
) -> int | None:
    """Return where an aside ends that no words close; ``None`` when nothing tells."""
    if flat.text[begin] in "([":
        at = bisect_right(paragraphs, begin, key=lambda paragraph: paragraph.start) - 1
        stop = min(limit, paragraphs[at].end) if at >= 0 else limit
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
