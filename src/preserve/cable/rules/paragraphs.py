"""The numbered paragraphs of a text: where each begins, by number, pilcrow and portion mark."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from preserve.cable import vocabulary
from preserve.cable.rules.headings import SENTENCE_END
from preserve.cable.text import Flat

__all__ = ["FoundParagraph", "read_paragraphs"]

# Both begin with what the engine finds quickest: a literal, or else a set of characters.
_NUMBER = re.compile(r" [0-9]{1,3}[a-z]? ?[.)]")
_NUMBER_ANYWHERE = re.compile(r"[0-9][0-9]?[0-9]?[a-z]? ?[.)]")
# A pilcrow, what a wrong decoding made of it, and the sign that stands for it elsewhere; in UTF-8 read as Latin-1 it
# has a letter before it. A site put it before every line that begins with a number, and before lists by letter: it
# tells that a line begins, not that a paragraph does (62 pilcrows of 1,295 pages stand before years).
_PILCROWS = "¶\ufffd§"
_BEFORE_NUMBER = " " + _PILCROWS
_LETTER_OF_PILCROW = "Â"
_MOST_SKIPPED = 10
"""How many numbers may be missing before a marked one: cables are excised and renumbered (77 of 1,295 pages)."""


class FoundParagraph(NamedTuple):
    """The opening of a numbered paragraph, in flat offsets.

    Attributes:
        number: Its number; ``None`` for a later part of the paragraph before it, as ``2b.``.
        letter: That of a part, as ``a`` of ``2a.``; empty for a whole paragraph.
        start: Where it begins: at the number, or the pilcrow before it.
        label: One past the number and its point.
        portion: The mark in normal form; ``None`` without one.
        mark: The range of the mark, parentheses included; empty without one.
    """

    number: int | None
    letter: str
    start: int
    label: int
    portion: str | None
    mark: tuple[int, int]


def read_paragraphs(flat: Flat, start: int) -> list[FoundParagraph]:
    """Return the numbered paragraphs behind the head.

    Args:
        flat: The text.
        start: Flat offset behind the labels ``TAGS`` and ``SUBJECT``.
    """
    # Numbers with a portion mark come first, because no date, no sum and no "1.4 (b)" has one; on 1,295 pages 13,114
    # numbers have a mark, and 376 have none. They make an ascending chain. Only then may an unmarked number fill a gap
    # in the chain, if it is the next one expected and stands where a paragraph can begin: taken first, "June of 2007."
    # and the lists in the text would break the chain.
    candidates = _candidates(flat, start)
    chain = _chain([each for each in candidates if each.portion is not None and not each.letter])
    return _fill(flat, candidates, chain)


def _candidates(flat: Flat, start: int) -> list[FoundParagraph]:
    """Return every number that looks like that of a paragraph, with its pilcrow and its mark, in order."""
    text = flat.text
    pilcrows = start == 0 or any(sign in text for sign in _PILCROWS)
    found = []
    for match in (_NUMBER_ANYWHERE if pilcrows else _NUMBER).finditer(text, max(0, start - 1)):
        at, end = match.end() - len(match[0].lstrip()), match.end()
        if at > 0 and text[at - 1] not in _BEFORE_NUMBER:
            continue
        if end < len(text) and (text[end].isdigit() or text[end] in ".,/%"):
            continue
        printed = match[0].strip(" .)")
        letter = printed[-1] if printed[-1].isalpha() else ""
        number = int(printed.removesuffix(letter))
        if number == 0 or at < start:
            continue
        portion, mark = _portion(text, end)
        found.append(FoundParagraph(number, letter, _with_pilcrow(text, at), end, portion, mark))
    return found


def _with_pilcrow(text: str, at: int) -> int:
    """Return where a number begins with the pilcrow before it, if it has one."""
    if at > 0 and text[at - 1] != " ":
        return at - 1 - (text[max(0, at - 2) : at - 1] == _LETTER_OF_PILCROW)
    return at - 2 if at > 1 and text[at - 2] in _PILCROWS else at


# The levels that open a portion mark are few; what follows is an open vocabulary: S/NF, C/Rel Aus, S//REL TO USA,
# FVEY, C - ENTIRE TEXT. "(b)", "(Iran)" and "(U.S.)" in that place are text.
_LEVEL = r"(?:UNCLASSIFIED|UNCLAS|CONFIDENTIAL|SECRET|SBU|LOU|FOUO|TS|C|S|U|sbu|u|c|s)"
_PORTION = re.compile(rf" ?[(\[] ?({_LEVEL}(?:(?: ?//? ?| ?- ?| (?=NF|REL))[A-Za-z][A-Za-z ,/]{{0,40}})?) ?[)\]]")
# Pages lost the parenthesis that opens a mark 15 times.
_HALF_PORTION = re.compile(rf" ?({_LEVEL})\)")


def _portion(text: str, end: int) -> tuple[str | None, tuple[int, int]]:
    """Return the portion mark behind a number, in normal form, and its range; ``None`` and an empty range without."""
    mark = _PORTION.match(text, end) or _HALF_PORTION.match(text, end)
    if mark is None:
        return None, (end, end)
    return _normal(mark[1]), (mark.start() + (text[mark.start()] == " "), mark.end())


_AROUND_SLASH = re.compile(r" ?(//?) ?")
_DASHED = re.compile(r" ?- ?(?=(?:NF|NOFORN|REL|FOUO|SBU)(?![A-Z]))")


@lru_cache(maxsize=1024)
def _normal(mark: str) -> str:
    """Return a portion mark in normal form: upper case, no space around slashes, no statement on the entire text."""
    dashed = _DASHED.sub("/", mark.upper())
    return _AROUND_SLASH.sub(r"\1", dashed).split(" -")[0].split("-")[0].strip()


def _chain(marked: list[FoundParagraph]) -> list[FoundParagraph]:
    """Return the marked paragraphs whose numbers ascend; a number may be skipped only if it does not come later."""
    last_place = {each.number: place for place, each in enumerate(marked)}
    chain: list[FoundParagraph] = []
    last = 0
    for place, each in enumerate(marked):
        if each.number is None or not last < each.number <= last + 1 + _MOST_SKIPPED:
            continue
        if any(last_place.get(number, -1) > place for number in range(last + 1, each.number)):
            continue
        chain.append(each)
        last = each.number
    return chain


def _fill(flat: Flat, candidates: list[FoundParagraph], chain: list[FoundParagraph]) -> list[FoundParagraph]:
    """Return the chain with the unmarked paragraphs whose numbers it lacks."""
    filled: list[FoundParagraph] = []
    following = iter([*chain, None])
    ahead = next(following)
    last = 0
    for each in candidates:
        number = each.number or 0
        free = number == last + 1 and (ahead is None or ahead.number is None or number < ahead.number)
        if ahead is not None and each.start == ahead.start:
            filled.append(ahead)
            last = number
            ahead = next(following)
        elif each.letter:
            follows = (free and each.letter == "a") or number == last > 0
            if follows and (each.portion is not None or _opens(flat, each)):
                filled.append(each if free else each._replace(number=None))
                last = number
        elif (free or _skips(flat, each, last, ahead)) and _opens(flat, each):
            filled.append(each)
            last = number
    return filled


def _skips(flat: Flat, candidate: FoundParagraph, last: int, ahead: FoundParagraph | None) -> bool:
    """Return whether a number without a mark comes behind others that were left out: ``¶3.`` behind ``¶1.``.

    It has a pilcrow, which stands before a number that begins a line, and what it follows is closed: a sentence, a
    redaction, a rule, or the serial of another cable. A later marked number must not be lower.
    """
    text, at, number = flat.text, candidate.start, candidate.number or 0
    if last == 0 or not _has_pilcrow(text, at) or not last + 1 < number <= last + 1 + _MOST_SKIPPED:
        return False
    if ahead is not None and ahead.number is not None and ahead.number <= number:
        return False
    before = text[max(0, at - 30) : at].rstrip()
    return before[-1:] in SENTENCE_END or before[-4:].upper() == "XXXX" or _SERIAL_END.search(before) is not None


_SERIAL_END = re.compile(r"[A-Za-z] \d{3,7}$")


def _has_pilcrow(text: str, at: int) -> bool:
    return text[at] in _PILCROWS or (text[at] == _LETTER_OF_PILCROW and text[at + 1 : at + 2] in _PILCROWS)


def _opens(flat: Flat, candidate: FoundParagraph) -> bool:
    """Return whether an unmarked number stands where a paragraph can begin."""
    text, at = flat.text, candidate.start
    # First what tells that a line begins. Then what tells that no paragraph does: a small letter behind the number.
    # Only then does the end of a sentence before the number count, because a list inside the text has that too.
    if _has_pilcrow(text, at) or at == 0 or flat.upper.startswith(" CLASSIFIED BY", candidate.label):
        return True
    if candidate.label < len(text) and text[candidate.label : candidate.label + 2].strip()[:1].islower():
        return False
    if text[at - 2] in SENTENCE_END:
        return True
    word = text[text.rfind(" ", max(0, at - 30), at - 1) + 1 : at - 1]
    if candidate.number == 1:
        # What stands before the first one is the head, whose values end without a point.
        return word.upper() not in vocabulary.words("counted")
    # Behind any other it is a heading in capitals, unless all of the text is in capitals.
    return len(word) > 1 and word.isupper() and word.isalpha() and not text[max(0, at - 300) : at].isupper()
