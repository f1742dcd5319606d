"""TAGS (Traffic Analysis by Geography and Subject): a list taken apart, and the kind of each tag.

The list is that of the body, between two labels, or that of the page's table.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from preserve.cable import vocabulary
from preserve.cable.record import Basis, Tag
from preserve.cable.text import Flat

__all__ = ["FoundTag", "read_tags", "tag_kind", "tag_words"]

Kind = Literal["subject", "program", "geographic", "organization", "person", "term", "unknown"]

_TOKEN = re.compile(r"[^ ,;()]+|[,;()]")
_GEOGRAPHIC = re.compile(r"[A-Z]{2}")
_PROGRAM = re.compile(r"K[A-Z]{3}")
_CODE = re.compile(r"[A-Z]{4}")
_LONGEST = 120
"""Characters of a list's one tag; what is longer is running text, not a tag."""
_QUOTES = "'\"’“”¶"
_REDACTED = re.compile(r"\[[A-Za-z ]{3,40}\]|X{4,}", re.IGNORECASE)
_PORTION = re.compile(r" ?\((?:U|SBU|C|S)\):?(?= )")


class FoundTag(NamedTuple):
    """A tag and its flat range; ambiguous when nothing says where its words begin or end."""

    tag: Tag
    start: int
    end: int
    ambiguous: bool = False


class _Word(NamedTuple):
    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def tag_kind(value: str) -> Kind:
    """Return the kind of a tag, as the record has it."""
    # A comma first, because only persons have one ("ORLOW, MIRIAM"), and no list could hold them all. Then the lists of
    # subjects (96) and programs (109), because they are closed: what they hold is certain. Two letters are a country or
    # area; the list of organizations leaves out those that have two letters. The shape of a program, K and three
    # letters, comes behind that list, because an organization may have it too (KANU).
    upper = value.upper()
    kinds: tuple[tuple[Kind, bool], ...] = (
        ("person", "," in value),
        ("subject", upper in vocabulary.subject_tags()),
        ("program", upper in vocabulary.program_tags()),
        ("geographic", _GEOGRAPHIC.fullmatch(upper) is not None),
        ("organization", upper in vocabulary.organization_tags()),
        ("program", _PROGRAM.fullmatch(value) is not None),
        ("unknown", value.isupper() and value.isalpha()),
    )
    return next((kind for kind, holds in kinds if holds), "term")


def _is_code(word: str) -> bool:
    return _CODE.fullmatch(word) is not None or tag_kind(word) not in ("unknown", "term")


def _pieces(words: Iterable[_Word]) -> Iterator[tuple[list[_Word], bool]]:
    """Yield what stands between commas, and whether it stood in parentheses; a person there keeps its comma."""
    piece: list[_Word] = []
    inside = False
    for word in words:
        if word.text in "()":
            if piece:
                yield piece, inside
            piece, inside = [], word.text == "("
        elif word.text in ",;" and not inside:
            if piece:
                yield piece, False
            piece = []
        else:
            piece.append(word)
    if piece:
        yield piece, inside


def _join(words: Sequence[_Word]) -> str:
    return " ".join(word.text for word in words).replace(" ,", ",").strip(", ;")


def _tag(value: str, basis: Basis) -> Tag:
    kind = tag_kind(value)
    known = value.upper() if kind not in ("person", "term", "unknown") else value
    return Tag(value=known, kind=kind, basis=basis)


_RUN_TOGETHER = re.compile(r"[A-Z]{6,80}")


@lru_cache(maxsize=4096)
def _run_together(word: str) -> tuple[str, ...]:
    """Return the codes that a word consists of: listed ones of four letters, with a country before or behind them."""
    if _RUN_TOGETHER.fullmatch(word) is None:
        return ()
    known = vocabulary.subject_tags() | vocabulary.program_tags()
    for lead, trail in ((0, 0), (0, 2), (2, 0), (2, 2)):
        inner = word[lead : len(word) - trail]
        codes = [inner[at : at + 4] for at in range(0, len(inner), 4)]
        if inner and all(code in known for code in codes):
            return tuple(filter(None, (word[:lead], *codes, word[len(word) - trail :] if trail else "")))
    return ()


_JOINED = re.compile(r"[/-]")


def _meant(words: Sequence[_Word], *, listed: bool) -> tuple[str, ...]:
    """Return what the one or two words stand for; empty when they stand for nothing but themselves."""
    # The table of repairs comes first, because its entries are exact. An organization is next: its name may look like
    # codes joined by a sign ("UNGA/C-6", "AL-1") and must not be cut. Then two pieces of a code that a line's end broke
    # ("EI NV"); then codes joined by a sign; then codes run together, last, because that rule cuts blindly.
    said = _join(words).upper()
    repaired = vocabulary.tag_repairs().get(said)
    if repaired is not None or said in vocabulary.organization_tags():
        return repaired or ()
    if len(words) == 2:
        whole = said.replace(" ", "")
        broken = _is_listed_code(whole) and (listed or not all(_is_code(word.text) for word in words))
        return (whole,) if broken else ()
    parts = tuple(_JOINED.split(said))
    if len(parts) > 1 and all(_is_listed_code(part) or _GEOGRAPHIC.fullmatch(part) for part in parts):
        return parts
    return _run_together(said)


def _is_listed_code(word: str) -> bool:
    return word in vocabulary.subject_tags() or word in vocabulary.program_tags()


_LONGEST_PHRASE = 4


def _split(words: Sequence[_Word], basis: Basis, *, listed: bool) -> Iterator[FoundTag]:
    """Take a piece without commas apart: known tags of one or several words, and what is left as one phrase each.

    Args:
        words: The words of the piece.
        basis: Where the list is from.
        listed: Whether the list has commas: without them nothing says where a phrase ends.
    """
    phrase: list[_Word] = []
    at = 0
    while at < len(words):
        taken, tags = _known(words, at, basis, listed=listed)
        if tags:
            yield from _phrase(phrase, basis, listed=listed)
            phrase.clear()
            group = words[at : at + taken]
            yield from (FoundTag(tag, group[0].start, group[-1].end) for tag in tags)
        elif phrase or words[at].text.upper() != "AND":
            phrase.append(words[at])
        at += taken
    yield from _phrase(phrase, basis, listed=listed)


def _phrase(words: Sequence[_Word], basis: Basis, *, listed: bool) -> Iterator[FoundTag]:
    """Yield words that no table knows as one tag, if there are any; without commas nothing tells where it ends."""
    value = _join(words)
    if value and len(value) <= _LONGEST:
        yield FoundTag(_tag(value, basis), words[0].start, words[-1].end, ambiguous=not listed and len(words) > 1)


def _known(words: Sequence[_Word], at: int, basis: Basis, *, listed: bool) -> tuple[int, Sequence[Tag]]:
    """Return how many words the known tags at a place take, and the tags; one word and no tag where none is known."""
    # The longest first: a phrase, then two words, then one, because each part may be a tag by itself.
    length = 0 if listed else _known_phrase(words, at)
    if length:
        return length, [_tag(_join(words[at : at + length]), basis)]
    for length in (2, 1):
        group = words[at : at + length]
        if len(group) == length and (meant := _meant(group, listed=listed)):
            return length, [_tag(value, Basis.INFERRED) for value in meant]
    return 1, [_tag(words[at].text, basis)] if _is_code(words[at].text) else []


def _known_phrase(words: Sequence[_Word], at: int) -> int:
    """Return the number of words of the longest known phrase that begins at a place; 0 when none does."""
    for length in range(min(_LONGEST_PHRASE, len(words) - at), 1, -1):
        if _join(words[at : at + length]).upper() in vocabulary.tag_phrases():
            return length
    return 0


def read_tags(flat: Flat, start: int, end: int, *, basis: Basis = Basis.STATED) -> list[FoundTag]:
    """Return the tags of a list in order, and a repeated one each time.

    Args:
        flat: The text.
        start: Flat offset after the label.
        end: One past the list.
        basis: Where the list is from.
    """
    words = list(_listed_words(flat, start, end))
    found: list[FoundTag] = []
    listed = any(word.text in ",;" for word in words)
    for piece, inside in _pieces(words):
        if inside and any(word.text == "," for word in piece):
            found.append(FoundTag(_tag(_join(piece), basis), piece[0].start, piece[-1].end))
        else:
            found.extend(_split([word for word in piece if word.text not in ",;"], basis, listed=listed))
    return found


def _start(span: tuple[int, int]) -> int:
    return span[0]


def _listed_words(flat: Flat, start: int, end: int) -> Iterator[_Word]:
    """Yield the words and separators of a list, without portion mark, redactions, signs and captions."""
    portion = _PORTION.match(flat.upper, start, end)
    at = start if portion is None else portion.end()
    redacted = [match.span() for match in _REDACTED.finditer(flat.text, at, end)]
    for match in _TOKEN.finditer(flat.text, at, end):
        place = bisect_right(redacted, match.start(), key=_start)
        if place and match.start() < redacted[place - 1][1]:
            continue
        if match[0] in ",;()":
            yield _Word(match[0], *match.span())
            continue
        initial = len(match[0]) == 2 and match[0][1] == "."
        first = match.start() + len(match[0]) - len(match[0].lstrip(_QUOTES))
        text = flat.text[first : match.end()].rstrip(_QUOTES + ("" if initial else ".:"))
        if any(map(str.isalnum, text)) and text.upper() not in vocabulary.words("no_tags"):
            yield _Word(text, first, first + len(text))


_WORD = re.compile(r"[^\s,;()]+")


def tag_words(values: Iterable[str]) -> list[str]:
    """Return the words of a list of tags, upper case and sorted: equal for lists that differ only by commas."""
    return sorted(word.upper() for value in values for word in _WORD.findall(value))
