"""Headings between the paragraphs of a cable: over a rule, between two rules, or in capitals behind a sentence."""

from __future__ import annotations

import re

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["SENTENCE_END", "find_heading", "read_title"]

SENTENCE_END = frozenset(".?!:;\"”')]*=-_‐")
"""Characters behind which something new may begin: of a sentence, a quotation, an aside, a rule."""

# The fourth is the hyphen of Unicode (U+2010), which some copies have in their rules.
_RULE = "-=_‐*~"
_RULES = (*(sign * 3 for sign in _RULE), "- - -")
_WINDOW = 120
_BREAKS = (". ", "XXXX ", "? ", "! ", '." ', '?" ', ".) ", ".' ", ".” ")


def read_title(flat: Flat, start: int, end: int) -> str:
    """Return the words of a heading, without its rules."""
    return flat.text[start:end].strip(f" {_RULE}")


def find_heading(flat: Flat, start: int, end: int, *, free: bool) -> int | None:
    """Return where the heading begins that ends a stretch; ``None`` when none does.

    Args:
        flat: The text.
        start: Flat offset of the stretch.
        end: One past it.
        free: Whether the heading may begin where the stretch does (it may not in a paragraph).
    """
    start, end = flat.trim(start, end)
    text = flat.text
    ruled = _rule_start(text, start, end)
    has_rule = end - ruled >= 3
    if not has_rule:
        ruled = end
    _, title_end = flat.trim(start, ruled)
    if title_end <= start:
        return None
    window = max(start, title_end - _WINDOW)
    floor = start if free and start == window else None
    return (_over_rule if has_rule else _in_capitals)(flat, window, title_end, floor)


def _rule_start(text: str, start: int, end: int) -> int:
    """Return where the rule begins that ends a range; a long one may be broken: ``------- ---``."""
    while end > start and (text[end - 1] in _RULE or (text[end - 1] == " " and text[end - 2] in _RULE)):
        end -= 1
    return end


def _after_sentence(flat: Flat, window: int, end: int) -> int | None:
    places = ((flat.text.rfind(mark, window, end), len(mark)) for mark in _BREAKS)
    return max((at + length for at, length in places if at >= 0), default=None)


def _over_rule(flat: Flat, window: int, end: int, floor: int | None) -> int | None:
    """Return the start of ``Title ----`` or ``---- Title ----``, its first rule included."""
    # A rule above comes first, because it says where any title begins. Without one, the capitals come before the end of
    # the last sentence, because a title in capitals may hold an abbreviation with a point.
    text = flat.text
    upper_rule = max(text.rfind(rule, window, end) for rule in _RULES)
    if upper_rule >= 0:
        begin = _rule_start(text, window, upper_rule)
        return begin + (text[begin] == " ")
    return _in_capitals(flat, window, end, floor) or _after_sentence(flat, window, end) or floor


# "NGOs", "1990s", "McCAIN", "MONUMENT(al)".
_NEARLY_CAPITALS = re.compile(
    r"[\"'(]?(?:[A-Z]{2,}s|\d{2,4}s|Mc[A-Z]{2,}|[A-Z]{3,}\([a-z]{1,4}\))(?:['’]s?)?[\"'),:?]*"
)


def _in_capitals(flat: Flat, window: int, end: int, floor: int | None) -> int | None:
    """Return the start of the words in capitals that stand behind the last sentence."""
    text = flat.text
    if end <= window or text[end - 1] in ".!;," or (text[end - 1] == "?" and text[window:end].isupper()):
        return None
    begin = _capitals_start(text, window, end)
    if begin >= end:
        # One of the few headings of one word, in title case, behind a sentence.
        begin = max(window, text.rfind(" ", window, end) + 1)
        if flat.upper[begin:end] not in vocabulary.words("one_word_headings"):
            return None
    letters = set(filter(str.isalpha, text[begin:end]))
    if len(letters) < 3 or text[begin] == "(" or text.startswith("END ", begin):
        return None
    bounded = begin == floor or (begin >= 2 and text[begin - 2] in SENTENCE_END)
    return begin if bounded else None


def _capitals_start(text: str, window: int, end: int) -> int:
    """Return where the last words in capitals begin; ``end`` when the last word is in small letters.

    They reach back no further than to a word that closes a sentence.
    """
    begin = end
    while begin > window:
        last = begin - 1 if begin < end else end
        first = text.rfind(" ", window, last) + 1 or window
        word = text[first:last]
        closed = word.rstrip("\"')”")
        capitals = word == word.upper() or _NEARLY_CAPITALS.fullmatch(word) is not None
        if not capitals or (last < end and closed[-1:] in (".", "?", "!") and "." not in closed[:-1]):
            break
        begin = first
    return begin
