"""The subject: its words on one line, and where it ends when no label says so.

Its own label, and the label, rule or statement that ends most subjects, are found by ``labels``.
"""

from __future__ import annotations

import html
import re

from preserve.cable import vocabulary
from preserve.cable.text import Flat

__all__ = ["closed_subject_end", "open_subject_end", "read_subject"]

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_SENTENCE = re.compile(r"[.?!](?= [A-Z\"(])")
_CAPITALS = re.compile(r"[^ a-z]+(?: [^ a-z]+)+(?= |$)")
_SURELY = 12
"""Characters in capitals that are a subject; fewer may begin one in title case: ``US AND UK Views``."""
_TEXT = re.compile(r" [A-Z][a-z]* (?!(?:of|in|to|on|at|by|the|and|for|from|with|over) )[a-z]{2,} ")
_LONGEST_SUBJECT = 400


def open_subject_end(flat: Flat, start: int, limit: int, heading: str | None) -> int:
    """Return where a subject ends that neither a label nor a paragraph number follows.

    Args:
        flat: The text.
        start: Flat offset of the subject.
        limit: Where it ends at the latest.
        heading: The page's own heading.
    """
    said = " ".join((heading or "").split()).upper()
    least = start + len(said) if said and flat.upper.startswith(said, start) else start
    limit = min(limit, start + _LONGEST_SUBJECT)
    if start >= limit:
        return limit
    # 1. The page's own heading, because it states the subject from outside the text. Where it may be only the first
    # line of a wrapped subject, it tells no more than that the subject is at least so long.
    if least > start and not _is_full(flat, start, least):
        return least
    # 2. A blank line, because one stands behind the head. A flattened text has none, so this cannot be all.
    blank = _blank_line(flat, max(start, least - 1), limit)
    if blank is not None:
        return flat.trim(start, flat.place(blank.start()))[1]
    # 3. The end of the capitals, because subjects are mostly in capitals and texts are not. Where all of the text is in
    # capitals they tell nothing, and a short run of them may be a name that a subject in title case begins with.
    capitals = _CAPITALS.match(flat.text, start, limit)
    if capitals is not None and capitals.end() == limit:
        capitals = None
    if least > start:
        return least if capitals is None else max(least, capitals.end())
    if capitals is not None and (capitals.end() - start > _SURELY or _TEXT.match(flat.text, capitals.end(), limit)):
        return capitals.end()
    # 4. The end of the first sentence, last, because that sentence may be the text's own.
    sentence = _SENTENCE.search(flat.text, start, limit)
    return limit if sentence is None else sentence.start()


_SINGLE_BREAK = re.compile(r"[^\s][ \t\r]*\n[ \t]*[^\s]")


def _blank_line(flat: Flat, start: int, end: int) -> re.Match[str] | None:
    """Return the first blank line of a range; ``None`` also where a blank line follows every line of the head."""
    first, last = flat.offset(start), flat.offset(end - 1) + 1
    if _SINGLE_BREAK.search(flat.source, 0, last) is None:
        return None
    return _BLANK_LINE.search(flat.source, first, last)


_FULL_LINE = 62


def _is_full(flat: Flat, start: int, end: int) -> bool:
    """Return whether a page's heading may be only the first line of a subject, as the next word did not fit on it.

    Drafters' lines have 55 to 69 characters.
    """
    following = flat.text.find(" ", end + 1)
    return len("SUBJECT: ") + (following if following >= 0 else len(flat)) - start > _FULL_LINE


_FEWEST_WORDS = 8


def closed_subject_end(flat: Flat, start: int, end: int, heading: str | None) -> int:
    """Return where a subject ends that seems to reach to the next label, paragraph, or rule under a heading.

    What stands between may be no subject: a heading, or text without a number.

    Args:
        flat: The text.
        start: Flat offset of the subject.
        end: Where the next thing begins that the outline knows.
        heading: The page's own heading.
    """
    value = flat.text[start:end].rstrip()
    ruled = flat.text.startswith(("---", "===", "___"), end)
    # 1. The page's own heading, as in an open subject; but only before a rule, because a title then stands over the
    # rule, and the heading tells it from the subject.
    said = " ".join((heading or "").split()).upper()
    whole = said and len(said) < len(value) and flat.upper.startswith(said + " ", start)
    if ruled and whole and not _is_full(flat, start, start + len(said)):
        return start + len(said)
    # 2. A blank line, but only where a title or a whole sentence stands behind it: what follows is known here, and the
    # subject mostly reaches to it.
    blank = _blank_line(flat, start, end) if value else None
    behind = 0 if blank is None else flat.trim(start, flat.place(blank.start()))[1]
    rest = flat.text[behind:end].split() if blank is not None else []
    if behind > start and (ruled or (len(rest) >= _FEWEST_WORDS and rest[-1].endswith("."))):
        return behind
    # 3. A last word that titles the text under the rule, for texts that have lost their lines.
    before, _, last_word = value.rpartition(" ")
    if ruled and before and last_word in vocabulary.words("first_headings"):
        return start + len(before)
    # 4. The end of the capitals, last, because a subject in title case may begin with capitals too; so only where a
    # sentence goes on behind them.
    capitals = _CAPITALS.match(flat.text, start, end)
    if capitals is not None and _TEXT.match(flat.text, capitals.end(), end) and capitals[0][-1] not in ":,-&":
        return capitals.end()
    return end


_PORTION = re.compile(
    r"(?:\((?:UNCLASSIFIED|CONFIDENTIAL|SECRET|U|C|S|SBU|TS|LOU|FOUO)"
    r"(?: ?/{1,2} ?(?:NF|NOFORN|FOUO|SBU|FGI|ORCON|OC|LES|REL(?: TO)? [A-Z ,]{2,30})| NF)*"
    r"|(?:U|C|S|SBU)(?:/{1,2}NF)?)\) ?"
)
# A word that was broken at its hyphen is one word again; "pre- and post-war" is not a broken word.
_BROKEN_WORD = re.compile(r"(?<=\w)- (?=\w)(?!AND |OR |TO |and |or |to )")


def read_subject(flat: Flat, start: int, end: int) -> tuple[str | None, tuple[int, int]]:
    """Return the subject on one line, and its flat range, without its portion mark and without a rule behind it."""
    mark = _PORTION.match(flat.upper, start, end)
    start = start if mark is None else mark.end()
    while end > start and flat.text[end - 1] in " -=_":
        end -= 1
    return html.unescape(_BROKEN_WORD.sub("-", flat.text[start:end].strip(" "))) or None, (start, end)
