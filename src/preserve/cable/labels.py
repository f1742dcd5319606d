"""The head of a body: banner, captions, attention, ``E.O.``, ``TAGS``, ``SUBJECT``, ``REF``, ``Classified By``.

Scope: where each label and its value begin and end, without line starts: a flattened body has none. Not in scope:
what the values mean (``classification``, ``tags``, ``references``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from preserve.cable import vocabulary
from preserve.cable.flat import Flat

__all__ = ["Label", "attention_items", "caption_ranges", "read_labels", "subject_end", "value_end"]

_HEAD = 20_000
"""Flat characters in which the labels stand, at most; the longest head measured is a tenth of it."""

# Each label is looked for by a literal, which is quick, and then matched where the literal stands.
# Measured on 1,295 pages: TAGS: 879, TAGS 400, Tags: 8, TAG 5, TAG: 2, and misprints; SUBJECT: 1,273, none 10,
# Subject: 9, SUBJ: 1; REF: 700, Ref: 17, REF 9, REFS: 7. The misprints are looked for only where the label is missing.
_AUTHORITY = re.compile(r"(?:E\. ?O\.? ?:? ?|EO ?:? ?|EXECUTIVE ORDER ?)(?=1\d{3})")
_TAGS = re.compile(r"(?:TAGS?|TABS|TAGES|TAS|TGS|AGS) ?[:;]|TAGS?,? ")
_SUBJECT = re.compile(r"(?:SUBJECT|SUBJ|UBJECT) ?[:;]")
_BARE_SUBJECT = re.compile(r"SUBJECT ")
_REFERENCES = re.compile(r"REF(?:S|\(S\)|TELS?|ERENCES?)? ?:|REF\. (?=[A-Z])|REFS? (?=\(?[A-Z0-9])")
_CLASSIFIED = re.compile(r"CLASSIFIED ?BY(?![A-Z])")
_FIRST_PARAGRAPH = re.compile(r"(?<=[ ¶])1[.)] ?\((?:U|S|C|SBU|LOU|TS)[)/ ]")
_MARK_BEFORE = re.compile(r"\((?:U|SBU|C|S)\) ?$")
_COLON = re.compile(r"[ :;,.]*")

# What ends a value where no label does: a rule, a summary, a statement on the whole cable.
_STOP = re.compile(
    r"[-=_]{4,}|(?<![A-Z])(?:BEGIN SUMMARY|SUMMARY ?(?=[:.=-]|$|¶|1[.)]))|\(U\) (?:THIS|SENSITIVE)"
    r"|(?<![A-Z])SENSITIVE BUT(?![A-Z])|C O R R E C T E D|C O N F I D E N T I A L|S E C R E T(?![A-Z])"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the head, in flat offsets.

    Attributes:
        name: ``authority``, ``tags``, ``subject``, ``references`` or ``classified``.
        start: Where the label begins.
        value: Where its value begins.
    """

    name: str
    start: int
    value: int


def read_labels(flat: Flat) -> list[Label]:
    """Return the labels of the head in order, each at most once but ``REF``, of which there may be several blocks.

    ``REF`` and ``Classified By`` count only behind ``TAGS`` or ``SUBJECT``: before them such words are running text.
    """
    authority = _first(flat, ("E.O", "E. O", "EO", "EXECUTIVE ORDER"), _AUTHORITY, 0)
    tags = _first(flat, ("TAG",), _TAGS, 0, _bare_tags(flat, authority))
    tags = tags or _first(flat, ("TAB", "TAS", "TGS", "AGS"), _TAGS, 0)
    subject = _first(flat, ("SUBJ",), _SUBJECT, 0) or _first(flat, ("UBJECT",), _SUBJECT, 0)
    if subject is None and tags is not None:
        subject = _first(flat, ("SUBJECT",), _BARE_SUBJECT, tags[1], _in_capitals(flat))
    if tags and subject and _FIRST_PARAGRAPH.search(flat.upper, tags[1], max(tags[1], subject[0])):
        # A cable without a subject, whose text has the word.
        subject = None
    begin = min((found[0] for found in (tags, subject) if found is not None), default=None)
    references = classified = None
    if begin is not None:
        references = _first(flat, ("REF",), _REFERENCES, begin, _reference(flat))
        classified = _first(flat, ("CLASSIFIED",), _CLASSIFIED, begin)
        if classified is not None:
            mark = _MARK_BEFORE.search(flat.upper, max(0, classified[0] - 6), classified[0])
            classified = classified if mark is None else (mark.start(), classified[1])
    later = min((found[0] for found in (references, classified) if found is not None), default=len(flat))
    if authority is not None and authority[0] > later:
        authority = None
    found = [
        Label(name, place[0], _value_start(flat, name, place[1]))
        for name, place in zip(_NAMES, (authority, tags, subject, references, classified), strict=True)
        if place is not None
    ]
    return sorted([*map(partial(_with_letter, flat), found), *_more(flat, found)], key=lambda label: label.start)


_FIRST_LETTER = re.compile(r"(?<![^ ])A[.)] $")


def _with_letter(flat: Flat, label: Label) -> Label:
    """Return a label ``REF`` with the letter that was put before it: ``A. REF ZENDA 222 B. ZENDA 223``."""
    if label.name != "references":
        return label
    letter = _FIRST_LETTER.search(flat.upper, max(0, label.start - 3), label.start)
    return label if letter is None else Label(label.name, letter.start(), letter.start())


_AGAIN = re.compile(r"REF(?:S|\(S\)|TELS?|ERENCES?)? ?:")
_ITEM_BEFORE = re.compile(r"(?:(?<![^ ])[(\[]?[A-Z][.)\]:]|(?<![A-Z])REFS?:?|¶) ?$")
_MOST_BLOCKS = 20


def _more(flat: Flat, labels: list[Label]) -> Iterator[Label]:
    """Yield the later labels ``REF:`` of a head; not one inside an item, as ``A. REF: ZENDA 12``."""
    first = next((label for label in labels if label.name == "references"), None)
    if first is None:
        return
    end = min(len(flat), max(label.value for label in labels) + _NEAR)
    found = 0
    at = flat.upper.find("REF", first.value, end)
    while at >= 0 and found < _MOST_BLOCKS:
        match = _AGAIN.match(flat.upper, at, end)
        labelled = at > first.value and flat.upper[at - 1] == " " and flat.text.startswith(("REF", "Ref"), at)
        if match and labelled and _ITEM_BEFORE.search(flat.upper, max(first.value, at - 6), at) is None:
            yield Label("references", at, _value_start(flat, "references", match.end()))
            found += 1
        at = flat.upper.find("REF", at + 3, end)


_NEAR = 2_000
"""Flat characters behind the last label in which another ``REF:`` of the head can stand."""


_NAMES = ("authority", "tags", "subject", "references", "classified")


def _first(
    flat: Flat,
    literals: tuple[str, ...],
    pattern: re.Pattern[str],
    start: int,
    takes: Callable[[re.Match[str]], bool] | None = None,
) -> tuple[int, int] | None:
    """Return the first place where a pattern, which begins with one of the literals, matches a word's beginning."""
    upper, end = flat.upper, min(len(flat), _HEAD)
    best: tuple[int, int] | None = None
    for literal in literals:
        at = upper.find(literal, start, end)
        while at >= 0 and (best is None or at < best[0]):
            match = pattern.match(upper, at, end)
            glued = at > 0 and upper[at - 1].isalpha() and not _may_be_glued(flat, match)
            if match is not None and not glued and (takes is None or takes(match)):
                best = match.span()
                break
            at = upper.find(literal, at + 1, end)
    return best


def _may_be_glued(flat: Flat, match: re.Match[str] | None) -> bool:
    """Return whether a label may stand directly behind a word: ``EGYPTREF: CAIRO 493``, ``CAIROClassified By:``."""
    if match is None:
        return False
    at = match.start()
    return match[0] in ("REF:", "REFS:") or (flat.text.startswith("Cl", at) and flat.text[at - 1].isupper())


_LONGEST_AUTHORITY = 60
"""Flat characters of an ordinary E.O. line, behind which even lower-case ``tags`` is the label."""


def _bare_tags(flat: Flat, authority: tuple[int, int] | None) -> Callable[[re.Match[str]], bool]:
    """Return whether ``TAGS`` is a label: without a colon only behind the E.O. line."""

    def takes(match: re.Match[str]) -> bool:
        if match[0].rstrip()[-1] in ":;":
            return True
        if authority is None or authority[0] >= match.start():
            return False
        return flat.text.startswith("TA", match.start()) or match.start() - authority[0] < _LONGEST_AUTHORITY

    return takes


def _in_capitals(flat: Flat) -> Callable[[re.Match[str]], bool]:
    return lambda match: flat.text.startswith("SUBJECT", match.start())


def _reference(flat: Flat) -> Callable[[re.Match[str]], bool]:
    return lambda match: ":" in match[0] or flat.text.startswith("REF", match.start())


def _value_start(flat: Flat, name: str, end: int) -> int:
    if name == "authority":
        return end
    colon = _COLON.match(flat.text, end)
    return end if colon is None else colon.end()


def value_end(flat: Flat, label: Label, limit: int) -> int:
    """Return where the value of a label ends when no other label stands before the limit."""
    stop = _STOP.search(flat.upper, label.value, limit)
    return limit if stop is None else stop.start()


_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_SENTENCE = re.compile(r"[.?!](?= [A-Z\"(])")
_LONGEST_SUBJECT = 400


def subject_end(flat: Flat, start: int, limit: int, heading: str | None) -> int:
    """Return where a subject ends that neither a label nor a paragraph number follows.

    In this order: where the page's own heading says; at a blank line, if the text still has its lines; where the
    capitals end; at the end of the first sentence.
    """
    said = " ".join((heading or "").split()).upper()
    if said and flat.upper.startswith(said, start):
        return start + len(said)
    limit = min(limit, start + _LONGEST_SUBJECT)
    if start >= limit:
        return limit
    blank = _BLANK_LINE.search(flat.source, flat.offset(start), flat.offset(limit - 1) + 1)
    if blank is not None:
        return start + len(" ".join(flat.source[flat.offset(start) : blank.start()].split()))
    end = start
    for word in flat.text[start:limit].split(" "):
        if any(map(str.islower, word)):
            break
        end += len(word) + 1
    if end - start > 12:
        return min(end - 1, limit)
    sentence = _SENTENCE.search(flat.text, start, limit)
    return limit if sentence is None else sentence.start()


_CORRECTED = r"C ?O ?R ?R ?E ?C ?T ?E ?D ? ?C ?O ?P ?Y(?: ?(?:- ?[A-Z]+|\([A-Z ,]{1,40}\)))?"


@lru_cache(maxsize=1)
def _caption() -> re.Pattern[str]:
    words = "|".join(map(re.escape, vocabulary.captions()))
    return re.compile(rf"(?<![A-Za-z/.-])(?:{_CORRECTED}|(?:{words})(?![A-Za-z/-]))")


def caption_ranges(flat: Flat, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the flat range of each caption between the banner and the first label."""
    for match in _caption().finditer(flat.text, start, end):
        # "PASS TO CODEL SMITH" addresses somebody.
        if flat.text[max(start, match.start() - 5) : match.start()].split(" ")[-2:-1] not in (
            ["TO"],
            ["FOR"],
            ["PASS"],
        ):
            yield match.start(), match.end()


_ADDRESSED = re.compile(r"(?<![A-Z])(?:FOR|PASS|FROM)(?![A-Z])|^(?:DEPT|DEPARTMENT|STATE)(?![A-Z])")
_JOINERS = frozenset({"AND", "OR", "TO", "PASS", "PLEASE", "ALSO", "PLS", "&", "FOR"})


@lru_cache(maxsize=1)
def _addressee() -> re.Pattern[str]:
    places = "|".join(map(re.escape, (*vocabulary.spaced_places(), *vocabulary.spaced_addressees())))
    return re.compile(
        rf"(?<![^ ])(?:{places}|(?:DEPT|DEPARTMENT) OF [A-Z]{{1,30}}"
        r"|(?:AMEMBASSY|AMCONSUL|USMISSION|POST) [A-Z]{1,30}"
        r"|(?!(?:ALSO|PLEASE|PLS|AND|OR|TO|FOR|PASS|NOT) )[A-Z][A-Z/]{0,30})"
        r" (?:ALSO |PLEASE |PLS )?(?:FOR|PASS)(?![A-Z])"
    )


def attention_items(flat: Flat, start: int, end: int) -> list[tuple[int, int]]:
    """Return the attention lines of a stretch, each from its addressee on; none when it addresses nobody.

    5 FAH-2 H-252.1 calls them attention indicators: ``DEPT FOR EUR/CE``, ``STATE PASS USTR``.
    """
    start, end = flat.trim(start, end)
    if _ADDRESSED.search(flat.upper[start:end]) is None:
        return []
    begins = [start]
    for match in _addressee().finditer(flat.upper, start + 1, end):
        before = flat.upper[max(start, match.start() - 40) : match.start()].split()
        if before and before[-1] not in _JOINERS and not before[-1].endswith((",", "-", "/", ":")):
            begins.append(match.start())
    return [flat.trim(first, last) for first, last in zip(begins, [*begins[1:], end], strict=True)]
