"""Who signed a cable: the names that stand behind its last sentence."""

from __future__ import annotations

import re

from preserve.cable import vocabulary
from preserve.cable.rules.headings import SENTENCE_END
from preserve.cable.text import Flat

__all__ = ["find_names", "join_names"]

_Range = tuple[int, int]

_NAME = re.compile(r"(?:[A-Z]['’])?(?:M[Aa]?c)?[A-Z]{2,}(?:[-'’][A-Z]+)*|[A-Z]\.|[JS]R\.")
_TITLED_NAME = re.compile(r"(?:Mc|Mac|O['’]|D['’]|De|Van)?[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?")
_SMALL_NAME = re.compile(r"[a-z]{4,}(?:-[a-z]{2,})?")
_MOST_NAMES = 3


def find_names(flat: Flat, window: int, end: int) -> list[_Range]:
    """Return the flat range of each word of the names that end a stretch; none when it ends otherwise."""
    # Capitals first, because names are signed so. A single name in title case or small letters is asked for only where
    # there are none, because any text may end with such a word. All count only where the text before them is closed.
    text = flat.text
    words: list[_Range] = []
    at = end
    while at > window and len(words) <= _MOST_NAMES:
        begin = text.rfind(" ", window, at) + 1 or window
        word = text[begin:at]
        if _NAME.fullmatch(word) is None or word in vocabulary.not_names() or not word.strip("X"):
            break
        words.insert(0, (begin, at))
        at = begin - 1
    if not words:
        words = _one_name(flat, window, end)
    if not words or len(words) > _MOST_NAMES or not _is_closed_before(flat, window, words[0][0]):
        return []
    return words


def join_names(flat: Flat, names: list[_Range]) -> tuple[_Range, ...]:
    """Return the signers, each once: a particle or an initial joins the name behind it, ``JR`` the one before it."""
    signers: list[_Range] = []
    joins = False
    for first, last in names:
        word = flat.text[first:last]
        if signers and (joins or word in vocabulary.words("name_suffixes")):
            signers[-1] = (signers[-1][0], last)
        elif not any(flat.text[begin:end] == word for begin, end in signers):
            signers.append((first, last))
        joins = flat.upper[first:last] in vocabulary.words("particles") or word.endswith(".")
    return tuple(signers)


def _one_name(flat: Flat, window: int, end: int) -> list[_Range]:
    """Return the name that ends a stretch: in title case, with its particles, or in small letters."""
    begin = flat.text.rfind(" ", window, end) + 1 or window
    if flat.upper[begin:end] in vocabulary.not_names():
        return []
    if _TITLED_NAME.fullmatch(flat.text, begin, end) is None:
        small = _SMALL_NAME.fullmatch(flat.text, begin, end) is not None and _is_sentence_over(flat, window, begin)
        return [(begin, end)] if small else []
    words = [(begin, end)]
    while begin > window + 1:
        last = begin - 1
        begin = flat.text.rfind(" ", window, last) + 1 or window
        if flat.upper[begin:last] not in vocabulary.words("particles") or not flat.text[begin].isupper():
            break
        words.insert(0, (begin, last))
    return words


_FAREWELL = re.compile(
    r"(?:^| )(?:[Bb]est|[Rr]egards|[Ss]incerely|[Tt]hanks|[Cc]heers|[Yy]ours)(?: [a-z]{2,10}){0,2},? [A-Z][a-z]+$"
)


def _is_sentence_over(flat: Flat, window: int, start: int) -> bool:
    """Return whether a sentence, or the farewell of a letter, ended before a word in small letters."""
    before = flat.text[max(window, start - 80) : start - 1]
    last_word = before.rsplit(" ", 1)[-1]
    if "/" in last_word or "@" in last_word or "www" in last_word:
        return False
    return before[-1:] in (".", "!", "?") or before[-2:] in ('."', ".)") or _FAREWELL.search(before) is not None


_END_OF_PART = re.compile(
    r"(?<![A-Z])END (?:OF )?(?:PART|SECTION|CABLE|MESSAGE|REPORT|TRANSCRIPT|LIST)(?: [A-Z0-9]{1,8})?$"
)
_GROUP = re.compile(r"GP-\d")
_URL_END = re.compile(r"https?:[^ ]{1,120}(?: [a-z_A-Z]{1,12})?$")


def _is_closed_before(flat: Flat, window: int, start: int) -> bool:
    """Return whether the text before a name is closed by a sentence, a redaction, an address or a closing word."""
    if start <= window + 1:
        return False
    # What closes a text without a point comes first, because the last question asks for a point. Before it, a word in
    # title case: a letter that is quoted at the end closes with a date or a place, and no point; but behind a title
    # ("Foreign Minister STRAKENCZ") the capitals belong to the sentence.
    before = flat.text[max(window, start - 150) : start - 1]
    last_word = before.rsplit(" ", 1)[-1]
    upper = last_word.upper()
    if upper in vocabulary.words("closing_words") or _END_OF_PART.search(before.upper()) or _GROUP.fullmatch(last_word):
        return True
    if _FAREWELL.search(before):
        return True
    if _TITLED_NAME.fullmatch(last_word) and upper not in vocabulary.words("titles"):
        return _is_surname(flat, start)
    return before[-1:] in SENTENCE_END or before[-4:].upper() == "XXXX" or _URL_END.search(before) is not None


def _is_surname(flat: Flat, start: int) -> bool:
    """Return whether a word in capitals is long enough for a name, and no organization."""
    end = flat.text.find(" ", start)
    word = flat.text[start : end if end >= 0 else len(flat)]
    return len(word) >= 5 and word.isupper() and word not in vocabulary.organization_tags()
