"""Header and body of two records compared: each difference is white space, dateline, typography, redaction or words.

The result holds places and counts, and never a character of a text.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from preserve.cable import Cable
from preserve.compare.matching import HIDDEN, align
from preserve.compare.model import Change, RedactionChange, WordChange
from preserve.compare.words import Words, plain_keys, received_texts, split_cable, word_keys

__all__ = ["Difference", "compare_texts", "same_words"]

_LONGEST_RESPELT = 400
"""Characters, at most, of a stretch that is compared with entities decoded and in normal form too. A longer one is no
word in another spelling, and the normal form of a long run of combining marks takes more than linear time."""


@dataclass(slots=True)
class Difference:
    """The differences of two texts, each under one kind; filled while the texts are compared."""

    whitespace: int = 0
    typography: int = 0
    dateline: Change | None = None
    redactions: list[RedactionChange] = field(default_factory=list)
    words: list[WordChange] = field(default_factory=list)


def compare_texts(old: Cable, new: Cable) -> Difference:
    """Return what differs between the headers and bodies of two records; each differing character counts once."""
    difference = Difference()
    if received_texts(old) == received_texts(new):
        return difference
    (one, old_line), (two, new_line) = split_cable(old), split_cable(new)
    _compare_datelines(old_line, new_line, difference)
    at_old = at_new = 0
    ends = (len(one.keys), len(two.keys))
    for next_old, next_new in [*align(one.keys, two.keys), ends]:
        mine, theirs = (one, at_old, next_old), (two, at_new, next_new)
        if at_old == next_old and at_new == next_new:
            before, after = one.text[slice(*one.between(*mine[1:]))], two.text[slice(*two.between(*theirs[1:]))]
            _compare_gap(before, after, difference)
        else:
            _compare_run(mine, theirs, difference)
        if (next_old, next_new) != ends:
            _compare_matched(one, next_old, two, next_new, difference)
        at_old, at_new = next_old + 1, next_new + 1
    return difference


def same_words(one: str, other: str) -> bool:
    """Return whether two texts have the same words: they differ in white space and typography at most."""
    return one == other or word_keys(one) == word_keys(other) or _spelt_alike(one, other)


def _compare_datelines(old: str, new: str, difference: Difference) -> None:
    if old.split() == new.split():
        difference.whitespace += old != new
    else:
        difference.dateline = Change.CHANGED if old and new else Change.ADDED if new else Change.REMOVED


def _compare_gap(old: str, new: str, difference: Difference) -> None:
    if old != new:
        if "".join(old.split()) == "".join(new.split()):
            difference.whitespace += 1
        else:
            difference.typography += 1


def _compare_matched(one: Words, at_old: int, two: Words, at_new: int, difference: Difference) -> None:
    """Compare two items with one key: signs that are repeated more or less often, redactions of another length."""
    first, second = one.spans[at_old], two.spans[at_new]
    old, new = one.text[slice(*first)], two.text[slice(*second)]
    if old == new:
        return
    if one.keys[at_old] != HIDDEN:
        difference.typography += 1
    elif old.split() == new.split():
        difference.whitespace += 1
    else:
        places = {"old": one.place(*first), "new": two.place(*second)}
        difference.redactions.append(RedactionChange(change=Change.CHANGED, **places))


_Run = tuple[Words, int, int]


def _compare_run(old: _Run, new: _Run, difference: Difference) -> None:
    """Compare two stretches between matched words; one of them may be empty."""
    hidden_old, hidden_new = _hidden(old), _hidden(new)
    difference.redactions.extend(_unmatched(old[0], hidden_old, new[0], hidden_new))
    keys_old, keys_new = _visible(old), _visible(new)
    if len(hidden_old) != len(hidden_new):
        # What the side with more redactions still shows must be among the words of the other; the rest is hidden.
        more, fewer = (keys_old, keys_new) if len(hidden_old) > len(hidden_new) else (keys_new, keys_old)
        if not _within(more, fewer):
            difference.words.append(_words(old, new, len(hidden_new) - len(hidden_old)))
    # Words that white space splits or joins (``THE SE``, ``THESE``) are the same: pages break lines inside words.
    elif _joined(keys_old) == _joined(keys_new) or (not hidden_old and _spelt_alike(_around(old), _around(new))):
        if not hidden_old:
            _compare_gap(_around(old)[1:-1], _around(new)[1:-1], difference)
    else:
        difference.words.append(_words(old, new, 0))


def _unmatched(one: Words, hidden_old: list[int], two: Words, hidden_new: list[int]) -> Iterator[RedactionChange]:
    """Yield the redactions of a stretch in order, an old one with a new one as long as there are both."""
    for mine, theirs in zip_longest(hidden_old, hidden_new):
        old = None if mine is None else one.place(*one.spans[mine])
        new = None if theirs is None else two.place(*two.spans[theirs])
        change = Change.CHANGED if old and new else Change.REMOVED if old else Change.ADDED
        yield RedactionChange(change=change, old=old, new=new)


def _words(old: _Run, new: _Run, more_hidden: int) -> WordChange:
    """Return the change of words in a stretch; the place and count of what one side hides are not told."""
    hides_old, hides_new = more_hidden > 0, more_hidden < 0
    return WordChange(
        old=None if hides_old else old[0].place(*old[0].stretch(*old[1:])),
        new=None if hides_new else new[0].place(*new[0].stretch(*new[1:])),
        removed=None if hides_old else _count(old),
        added=None if hides_new else _count(new),
    )


def _hidden(run: _Run) -> list[int]:
    words, first, last = run
    return [at for at in range(first, last) if words.keys[at] == HIDDEN]


def _visible(run: _Run) -> list[str]:
    words, first, last = run
    return [key for key in words.keys[first:last] if key != HIDDEN]


def _count(run: _Run) -> int:
    return sum(key[0].isalnum() for key in _visible(run))


def _around(run: _Run) -> str:
    """Return what stands between the words around a stretch, and one character more at each end."""
    words, first, last = run
    start, end = words.between(first, last)
    before, after = words.text[max(0, start - 1) : start], words.text[end : end + 1]
    return f"{before or ' '}{words.text[start:end]}{after or ' '}"


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Return whether the whole has the items of a part in the same order, perhaps with others between them."""
    # "in" draws from the iterator up to the match, so each item is searched after the one before.
    rest = iter(whole)
    return all(key in rest for key in part)


def _joined(keys: Sequence[str]) -> str:
    """Return the words without space between them, except between digits: ``1 5`` is not ``15``."""
    pieces: list[str] = []
    for key in keys:
        if pieces and pieces[-1][-1].isdigit() and key[0].isdigit():
            pieces.append(" ")
        pieces.append(key)
    return "".join(pieces)


def _spelt_alike(one: str, other: str) -> bool:
    """Return whether two short texts have equal words once entities are decoded and letters in their plain form."""
    return max(len(one), len(other)) <= _LONGEST_RESPELT and _respelt(one) == _respelt(other)


def _respelt(text: str) -> str:
    return _joined(plain_keys(unicodedata.normalize("NFKC", html.unescape(text))))
