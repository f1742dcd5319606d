"""The addressees of a routing header: each one's indicator, name, precedence and message number (MCN).

The fields ``TO`` and ``INFO`` are found by ``routing_header``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from preserve.cable import vocabulary
from preserve.cable.record import Recipient
from preserve.cable.text import Flat

__all__ = ["read_recipients"]


def read_recipients(flat: Flat, start: int, end: int) -> Iterator[Recipient]:
    """Yield the addressees of a field; those behind ``XMT`` are excluded from the collective before it.

    Args:
        flat: The header.
        start: Flat offset behind the label.
        end: One past the field.
    """
    pending: Recipient | None = None
    excluded: list[str] = []
    excluding = behind = False
    for name in _addressees(flat, *flat.trim(start, end)):
        if name == "XMT" or name.startswith("XMT "):
            excluding, behind = True, name == "XMT"
            excluded.extend(filter(None, (name[4:],)))
            continue
        if behind or (excluding and "/" not in name.split(" ")[0]):
            excluded.append(name)
            behind = False
            continue
        if pending is not None:
            yield _with_excluded(pending, excluded)
        pending, excluded, excluding = _recipient(name), [], False
    if pending is not None:
        yield _with_excluded(pending, excluded)


def _addressees(flat: Flat, start: int, end: int) -> Iterator[str]:
    if start >= end:
        return
    # By lines where the field has them, because a header has one addressee on each. By words only where it has been
    # flattened: there names without an indicator cannot always be told apart.
    begins = sorted({start, *(_by_lines(flat, start, end) or _by_words(flat, start, end))})
    for first, last in zip(begins, [*begins[1:], end], strict=True):
        part = flat.text[first:last].strip()
        if part:
            yield part


# PIORITY is a misprint that headers have.
_PRECEDENCES = ("FLASH", "IMMEDIATE", "PRIORITY", "PIORITY", "ROUTINE")
_WORDS = rf"(?:NIACT IMMEDIATE|{'|'.join(_PRECEDENCES)})"
_INDICATOR = re.compile(r"(?<= )(?=R[A-Z]{3,7}/)")
# A line that goes on with the addressee of the line before.
_CONTINUED = re.compile(rf"(?:{_WORDS}|\d{{3,6}}|COLLECTIVE|WASHDC|WASHINGTON|DC)(?![^ ])")


def _by_lines(flat: Flat, start: int, end: int) -> set[int]:
    """Return where the addressees begin in a field that has its lines; empty for a field that has none."""
    first, last = flat.offset(start), flat.offset(end - 1)
    cuts: set[int] = set()
    at = flat.source.find("\n", first, last)
    while at >= 0:
        place, _ = flat.trim(flat.place(at), end)
        if _CONTINUED.match(flat.upper, place, end) is None:
            cuts.add(place)
        at = flat.source.find("\n", at + 1, last)
    if cuts:
        cuts.update(match.start() for match in _INDICATOR.finditer(flat.text, start, end))
    return cuts


@lru_cache(maxsize=1)
def _next() -> re.Pattern[str]:
    """Return the pattern of what the next addressee begins with: a routing indicator, a post, or an agency."""
    names = rf"{vocabulary.words_pattern('addressees')}|USCINC[A-Z]{{2,8}}|(?<!THE )WHITE HOUSE|(?<!OF )TREASURY"
    return re.compile(rf"(?<= )(?:(?=R[A-Z]{{3,7}}/)|(?=(?:{names}) ))")


# An addressee ends behind a precedence and a message number, or a collective. Headers of the old system have no
# indicators that the next one could begin with.
_BEHIND = re.compile(rf" (?:{_WORDS}(?: \d{{3,6}})?|\d{{4,6}}|COLLECTIVE(?! {_WORDS}| \d{{4,6}}))(?= |$)")
_POST = re.compile(
    r"(?:AMEMBASSY|AMCONSUL|AMCONGEN|USMISSION) ((?:[A-Z']+ ){1,4})(?=(?:[A-Z]+ ){0,6}COLLECTIVE(?![^ ]))"
)


def _by_words(flat: Flat, start: int, end: int) -> set[int]:
    cuts = {match.start() for match in _next().finditer(flat.text, start, end)}
    cuts.update(match.end() + 1 for match in _BEHIND.finditer(flat.text, start, end) if match.end() < end)
    for match in _POST.finditer(flat.text, start, end):
        # "AMEMBASSY LONDON EU COLLECTIVE" are two: the name of a post ends where the table says.
        words = match[1].split()
        known = (count for count in range(len(words), 0, -1) if _is_station("".join(words[:count])))
        count = next(known, None)
        if count is not None:
            cuts.add(match.start(1) + len(" ".join(words[:count])) + 1)
    return cuts


def _is_station(name: str) -> bool:
    return vocabulary.canonical_station(name) in vocabulary.stations()


def _recipient(text: str) -> Recipient:
    words = text.split(" ")
    mcn = words.pop() if len(words) > 1 and words[-1].isdigit() and len(words[-1]) >= 3 else None
    precedence = None
    if len(words) > 1 and words[-1] in _PRECEDENCES:
        precedence = words.pop().replace("PIORITY", "PRIORITY")
        if precedence == "IMMEDIATE" and len(words) > 1 and words[-1] == "NIACT":
            precedence = f"{words.pop()} {precedence}"
    route, slash, name = " ".join(words).partition("/")
    if not slash or " " in route or not name:
        route, name = "", " ".join(words)
    return Recipient(text=text, route=route or None, name=name, precedence=precedence, mcn=mcn)


def _with_excluded(recipient: Recipient, excluded: list[str]) -> Recipient:
    if not excluded:
        return recipient
    return replace(recipient, excluded=tuple(excluded))
