"""The labels of the head of a body: ``E.O.``, ``TAGS``, ``SUBJECT``, ``REF``, ``Classified By``.

A label is known by its word and by what stands around it, never by the beginning of a line, because a flattened body
has no lines. What a value means is read by the rule of its field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["Label", "find_value_end", "read_labels"]

_HEAD = 20_000
"""Flat characters in which the labels stand, at most; the longest head measured is a tenth of it."""

# Each label is looked for by a literal, which is quick, and then matched where the literal stands.
# Measured on 1,295 pages: TAGS: 879, TAGS 400, Tags: 8, TAG 5, TAG: 2, and misprints; SUBJECT: 1,273, none 10,
# Subject: 9, SUBJ: 1; REF: 700, Ref: 17, REF 9, REFS: 7.
_AUTHORITY = re.compile(r"(?:E\. ?[O0]\.?|EO\.?|EXECUTIVE ORDER) ?[:-]? ?(?=1\d{3}|1\d,\d{3})")
# Behind the classifier an order is named once more, for the reasons; the line of its own goes on so.
_STATED = re.compile(r"[\d,]{4,6}(?: ?: ?| )(?:DEC+L|N/?A(?![A-Z])|OADR|X\d)")
_SUBJECT = re.compile(r"(?:SUBJECT|SUBJ|UBJECT)(?: ?\((?:U|SBU)\))? ?[:;]")
_BARE_SUBJECT = re.compile(r"SUBJECT ")
_REFERENCES = re.compile(
    r"REF(?:S|\(S\)|TELS?|ERENCES?)?\.? ?[:;]|REF\. (?=[A-Z])|"
    r"REFS? (?=\(?[A-Z][.):]|\(?'?\d{2,4} ?[A-Z]|[A-Z][A-Z'. -]{2,30}? ?\d{1,7}(?![\d.)]))"
)
_CLASSIFIED = re.compile(r"CLASSIFIED ?BY(?![A-Z])")
_FIRST_PARAGRAPH = re.compile(r"(?<=[ ¶])1[.)] ?\((?:U|S|C|SBU|LOU|TS)[)/ ]")
_MARK_BEFORE = re.compile(r"\((?:U|SBU|C|S)\) ?$")
_COLON = re.compile(r"[ :;,.]*")

# What ends a value where no label does: a rule, a summary, a statement on the whole cable. The first set has the first
# character of each, so that the engine passes over the others quickly.
_STOP = re.compile(
    r"(?=[-=_(/BCDNPRST])(?:[-=_]{4,}|(?<![A-Z])(?:BEGIN |// ?)?SUMMARY ?(?=[:.=/-]|$|¶|1[.)])|(?<![A-Z])BEGIN SUMMARY"
    r"|\(U\) (?:THIS|SENSITIVE|PLEASE|NOT FOR)|(?<![A-Z\"'(])THIS (?:IS AN? (?:ACTION|JOINT)"
    r"|(?:MESSAGE|CABLE|REPORT|DOCUMENT) (?:IS|CONTAINS|HAS))"
    r"|(?<![A-Z])(?:PLEASE (?:PROTECT|HANDLE|TREAT)|NOT FOR INTERNET|SENSITIVE BUT(?![A-Z]))"
    r"|(?<![A-Z])(?:DERIVED FROM ?:|REASONS? ?:(?= ?1\.))"
    r"|C O R R E C T E D|CORRECTED COPY|C O N F I D E N T I A L|S E C R E T(?![A-Z]))"
)


@lru_cache(maxsize=1)
def _tags() -> re.Pattern[str]:
    words = vocabulary.words_pattern("misspelt_tags")
    return re.compile(rf"(?:TAGS?|{words})(?: ?\((?:U|SBU)\))? ?[:;]|TAGS?[,.]? ")


@lru_cache(maxsize=1)
def _misspelt_subject() -> re.Pattern[str]:
    return re.compile(rf"(?:{vocabulary.words_pattern('misspelt_subject')}) ?[:;]")


@lru_cache(maxsize=1)
def _misspelt_classified() -> re.Pattern[str]:
    return re.compile(rf"(?:{vocabulary.words_pattern('misspelt_classified')}) ?BY ?:")


class Label(NamedTuple):
    """A label of the head, in flat offsets.

    Attributes:
        name: ``authority``, ``tags``, ``subject``, ``references`` or ``classified``.
        start: Where the label begins.
        value: Where its value begins.
    """

    name: str
    start: int
    value: int


_Place = tuple[int, int]
"""Where a label begins, and one past its own characters."""


def read_labels(flat: Flat) -> list[Label]:
    """Return the labels of the head in order: each at most once, except ``REF``, which may open several blocks."""
    authority = _first(flat, ("E.O", "E. O", "EO", "E.0", "EXECUTIVE ORDER"), _AUTHORITY, 0)
    tags = _find_tags(flat, authority)
    subject = _find_subject(flat, tags)
    # REF and Classified By count only behind TAGS or SUBJECT, because before these such words are running text.
    begin = min((found[0] for found in (tags, subject) if found is not None), default=None)
    references = None if begin is None else _find_references(flat, begin)
    classified = None if begin is None else _find_classified(flat, begin)
    later = min((found[0] for found in (references, classified) if found is not None), default=len(flat))
    if authority is not None and authority[0] > later and _STATED.match(flat.upper, authority[1]) is None:
        # An order that is named behind the classifier is that of the reasons.
        authority = None
    found = [
        Label(name, place[0], _value_start(flat, name, place[1]))
        for name, place in zip(_NAMES, (authority, tags, subject, references, classified), strict=True)
        if place is not None
    ]
    found = [_with_mark(flat, _with_letter(flat, label)) for label in found]
    return sorted([*found, *_more(flat, found)], key=lambda label: label.start)


# In each of the next four, the usual spelling comes first and the misspelt ones last: a misspelling that stands in the
# text ("TAS", "SUBJEC") must not be the label of a cable that has the right one. Between them, what is the stronger
# sign comes first: a colon before none.


def _find_tags(flat: Flat, authority: _Place | None) -> _Place | None:
    misspelt = [word for word in vocabulary.words("misspelt_tags") if not word.startswith("TAG")]
    return _first(flat, ("TAG",), _tags(), 0, _bare_tags(flat, authority)) or _first(flat, misspelt, _tags(), 0)


def _find_subject(flat: Flat, tags: _Place | None) -> _Place | None:
    subject = _first(flat, ("SUBJ",), _SUBJECT, 0) or _first(flat, ("UBJECT",), _SUBJECT, 0)
    if subject is None and tags is not None:
        # Without a colon (10 of 1,295 pages) the word is a label behind TAGS only, and in capitals: it is common.
        subject = _first(flat, ("SUBJECT",), _BARE_SUBJECT, tags[1], _in_capitals(flat))
        misspelt = vocabulary.words("misspelt_subject")
        subject = subject or _first(flat, misspelt, _misspelt_subject(), tags[1])
    if tags and subject and _FIRST_PARAGRAPH.search(flat.upper, tags[1], max(tags[1], subject[0])):
        # A cable without a subject, whose text has the word. 15 cables without one are known.
        return None
    return subject


def _find_references(flat: Flat, begin: int) -> _Place | None:
    # Before TAGS and SUBJECT only with a colon and in capitals or title case; behind them in any form.
    before = _first(flat, ("REF",), _AGAIN, 0, _in_capitals_or_title(flat, begin))
    return before or _first(flat, ("REF",), _REFERENCES, begin, _reference(flat))


def _find_classified(flat: Flat, begin: int) -> _Place | None:
    before = _first(flat, ("CLASSIFIED BY:",), _CLASSIFIED, 0, lambda match: match.start() < begin)
    behind = before or _first(flat, ("CLASSIFIED",), _CLASSIFIED, begin)
    return behind or _first(flat, vocabulary.words("misspelt_classified"), _misspelt_classified(), begin)


def _with_mark(flat: Flat, label: Label) -> Label:
    """Return a label with the portion mark before it: ``(U) Classified by``, ``(U) SUBJECT:``."""
    mark = _MARK_BEFORE.search(flat.upper, max(0, label.start - 6), label.start)
    return label if mark is None else Label(label.name, mark.start(), label.value)


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
    """Yield the later labels ``REF:`` of a head, but none inside an item, as in ``A. REF: ZENDA 12``."""
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
    literals: Iterable[str],
    pattern: re.Pattern[str],
    start: int,
    takes: Callable[[re.Match[str]], bool] | None = None,
) -> _Place | None:
    """Return the first place where a pattern, which begins with one of the literals, matches a word's beginning."""
    upper, end = flat.upper, min(len(flat), _HEAD)
    best: _Place | None = None
    for literal in literals:
        last = end if best is None else best[0] + len(literal) - 1
        at = upper.find(literal, start, last)
        while at >= 0:
            match = pattern.match(upper, at, end)
            if match is not None and not _is_glued(flat, match) and (takes is None or takes(match)):
                best = match.span()
                break
            at = upper.find(literal, at + 1, last)
    return best


def _is_glued(flat: Flat, match: re.Match[str]) -> bool:
    """Return whether a match stands directly behind a word, and is not a label that may stand there.

    ``EGYPTREF: CAIRO 493`` and ``CAIROClassified By:`` are labels that may.
    """
    at = match.start()
    return at > 0 and flat.upper[at - 1].isalpha() and not _may_be_glued(flat, match)


def _may_be_glued(flat: Flat, match: re.Match[str]) -> bool:
    at = match.start()
    if match[0].startswith("REF"):
        return match[0] in ("REF:", "REFS:", "REFTEL:", "REFTELS:")
    if flat.upper.startswith("CLASSIFIED BY:", at) and not flat.upper.endswith(("UN", "DE"), 0, at):
        return True
    return flat.text.startswith("Cl", at) and flat.text[at - 1].isupper()


_LONGEST_AUTHORITY = 60
"""Flat characters of an ordinary E.O. line, behind which even lower-case ``tags`` is the label."""


def _bare_tags(flat: Flat, authority: _Place | None) -> Callable[[re.Match[str]], bool]:
    """Return what tells whether ``TAGS`` is a label: without a colon it is one only behind the E.O. line."""

    def takes(match: re.Match[str]) -> bool:
        if match[0].rstrip()[-1] in ":;":
            return True
        if authority is None or authority[0] >= match.start():
            return False
        return flat.text.startswith("TA", match.start()) or match.start() - authority[0] < _LONGEST_AUTHORITY

    return takes


def _in_capitals_or_title(flat: Flat, end: int) -> Callable[[re.Match[str]], bool]:
    return lambda match: match.start() < end and flat.text.startswith(("REF", "Ref"), match.start())


def _in_capitals(flat: Flat) -> Callable[[re.Match[str]], bool]:
    return lambda match: flat.text.startswith("SUBJECT", match.start())


def _reference(flat: Flat) -> Callable[[re.Match[str]], bool]:
    return lambda match: ":" in match[0] or flat.text.startswith("REF", match.start())


def _value_start(flat: Flat, name: str, end: int) -> int:
    if name == "authority":
        return end
    colon = _COLON.match(flat.text, end)
    return end if colon is None else colon.end()


def find_value_end(flat: Flat, label: Label, limit: int) -> int:
    """Return where the value of a label ends at the latest: before a rule, a summary, or a statement on the cable.

    Args:
        flat: The text.
        label: The label.
        limit: Where the next label or the first paragraph stands.
    """
    for stop in _STOP.finditer(flat.upper, label.value, limit):
        before = flat.upper[max(label.value, stop.start() - 20) : stop.start()].split(" ")[-2:-1]
        summary = stop[0].startswith("SUMMARY") and not vocabulary.words("before_summary").isdisjoint(before)
        # The reasons may stand on the line of the order.
        reasons = label.name == "authority" and stop[0].startswith("REASON")
        if not summary and not reasons and (stop.start() > label.value or label.name != "subject"):
            return stop.start()
    return limit
