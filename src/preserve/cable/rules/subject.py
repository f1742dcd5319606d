"""The end of a subject that nothing else ends, or that takes in what stands behind it.

Scope: where the subject line ends, by the page's heading, a blank line, its capitals or its first sentence. Not in
scope: where it begins, and ends before a label, a rule or a statement (``cable.labels``).
"""

from __future__ import annotations

import re

from preserve.cable.text import Flat

__all__ = ["closed_subject_end", "open_subject_end"]

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_SENTENCE = re.compile(r"[.?!](?= [A-Z\"(])")
_CAPITALS = re.compile(r"[^ a-z]+(?: [^ a-z]+)+(?= |$)")
_SURELY = 12
"""Characters in capitals that are a subject; fewer may begin one in title case: ``US AND UK Views``."""
_TEXT = re.compile(r" [A-Z][a-z]* (?!(?:of|in|to|on|at|by|the|and|for|from|with|over) )[a-z]{2,} ")
_LONGEST_SUBJECT = 400


def open_subject_end(flat: Flat, start: int, limit: int, heading: str | None) -> int:
    """Return where a subject ends that neither a label nor a paragraph number follows.

    In this order: where the page's own heading says; at a blank line, if the text still has its lines; where the
    capitals end; at the end of the first sentence.
    """
    said = " ".join((heading or "").split()).upper()
    least = start + len(said) if said and flat.upper.startswith(said, start) else start
    limit = min(limit, start + _LONGEST_SUBJECT)
    if start >= limit:
        return limit
    if least > start and not _is_full(flat, start, least):
        return least
    blank = _blank_line(flat, max(start, least - 1), limit)
    if blank is not None:
        return flat.trim(start, flat.place(blank.start()))[1]
    capitals = _CAPITALS.match(flat.text, start, limit)
    if capitals is not None and capitals.end() == limit:
        # All of the text is in capitals.
        capitals = None
    if least > start:
        return least if capitals is None else max(least, capitals.end())
    if capitals is not None and (capitals.end() - start > _SURELY or _TEXT.match(flat.text, capitals.end(), limit)):
        return capitals.end()
    sentence = _SENTENCE.search(flat.text, start, limit)
    return limit if sentence is None else sentence.start()


_SINGLE_BREAK = re.compile(r"[^\s][ \t\r]*\n[ \t]*[^\s]")


def _blank_line(flat: Flat, start: int, end: int) -> re.Match[str] | None:
    """Return the first blank line of a range; none where every line of the head is followed by one."""
    first, last = flat.offset(start), flat.offset(end - 1) + 1
    if _SINGLE_BREAK.search(flat.source, 0, last) is None:
        return None
    return _BLANK_LINE.search(flat.source, first, last)


_FULL_LINE = 62


def _is_full(flat: Flat, start: int, end: int) -> bool:
    """Return whether a page's heading may be the first line only of a subject: the next word did not fit on it."""
    following = flat.text.find(" ", end + 1)
    return len("SUBJECT: ") + (following if following >= 0 else len(flat)) - start > _FULL_LINE


_OPENS_TEXT = frozenset(re.findall("[A-Z]+", "BACKGROUND COMMENT INTRODUCTION OVERVIEW SUMMARY"))
_FEWEST_WORDS = 8


def closed_subject_end(flat: Flat, start: int, end: int, heading: str | None) -> int:
    """Return where a subject ends that seems to reach to the first paragraph, or to the rule under a heading.

    What stands between is no subject: a heading, or text without a number. The page's own heading tells, a blank line,
    or the end of the capitals.
    """
    value = flat.text[start:end].rstrip()
    ruled = flat.text.startswith(("---", "===", "___"), end)
    said = " ".join((heading or "").split()).upper()
    blank = _blank_line(flat, start, end) if value else None
    behind = 0 if blank is None else flat.trim(start, flat.place(blank.start()))[1]
    whole = said and len(said) < len(value) and flat.upper.startswith(said + " ", start)
    if ruled and whole and not _is_full(flat, start, start + len(said)):
        return start + len(said)
    rest = flat.text[behind:end].split() if blank is not None else []
    if behind > start and (ruled or (len(rest) >= _FEWEST_WORDS and rest[-1].endswith("."))):
        return behind
    if ruled and value.rsplit(" ", 1)[-1] in _OPENS_TEXT and " " in value:
        return start + len(value.rsplit(" ", 1)[0])
    capitals = _CAPITALS.match(flat.text, start, end)
    if capitals is not None and _TEXT.match(flat.text, capitals.end(), end) and capitals[0][-1] not in ":,-&":
        return capitals.end()
    return end
