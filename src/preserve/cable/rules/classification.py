"""The security marking as printed: banner, executive order, declassification instruction, classifier, reasons.

Scope: reading the marking. Not in scope: judging it; nothing here, or anywhere, says that a cable is declassified.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from preserve.cable.record import Banner, DeclassifyOn, MessageReference
from preserve.cable.text import Flat

__all__ = [
    "LEVELS",
    "Authority",
    "FoundBanner",
    "StatedLevel",
    "find_classifiers",
    "read_authority",
    "read_banner",
    "read_date",
    "read_level",
    "read_reasons",
    "rejoin_name",
]

LEVELS = (
    "UNCLASSIFIED",
    "UNCLASSIFIED//FOR OFFICIAL USE ONLY",
    "LIMITED OFFICIAL USE",
    "CONFIDENTIAL",
    "SECRET",
    "TOP SECRET",
)
"""Every level that a table or a banner prints, in full."""


def _spaced(word: str) -> str:
    """Return a pattern for a word with or without a space between its letters, its first letter perhaps doubled."""
    return f"{word[0]}?" + " ?".join(word.replace(" ", ""))


_LEVEL_PATTERNS = {
    "TOP SECRET": _spaced("TOP SECRET"),
    "LIMITED OFFICIAL USE": _spaced("LIMITED OFFICIAL USE"),
    "CONFIDENTIAL": _spaced("CONFIDENTIAL"),
    "SECRET": _spaced("SECRET"),
    "UNCLASSIFIED": _spaced("UNCLAS") + "(?: ?S ?I ?F ?I ?E ?D)?",
}
_LEVEL = "|".join(f"(?P<L{at}>{pattern})" for at, pattern in enumerate(_LEVEL_PATTERNS.values()))
_HANDLING = r"NOFORN|FOR OFFICIAL USE ONLY|FOUO|EFTO|E F T O|N O F O R N|EXDIS|NODIS|SBU|SENSITIVE"
# The words that follow a banner without a reference; they are not posts.
_POST_WORD = r"(?!SIPDIS|SECTION|E\.|EO |SENSITIVE|NOFORN|TAGS|SUBJ|REF\b|FOR )[A-Z][A-Z'.-]{0,24}"
# A banner: level, handling, section, then post and serial, as "S E C R E T SECTION 01 OF 03 KUALA LUMPUR 001403".
# Post of the old system and of the new: measured, four words at most, a serial of up to seven digits.
_BANNER = re.compile(
    rf"(?<![A-Z])(?P<level>{_LEVEL})(?P<handling>(?: ?/?/? ?(?:{_HANDLING}))*)"
    rf"(?: ?SECTION ?\d{{1,2}} ?OF ?\d{{1,3}}(?P<more>(?: ?/?/? ?(?:{_HANDLING}))*))? "
    rf"(?P<mrn>(?P<post>{_POST_WORD}(?: {_POST_WORD}){{0,3}}?) ?(?P<serial>\d{{1,7}}))(?![\d/.])"
)
_BARE = re.compile(rf"(?P<level>{_LEVEL})(?P<handling>(?: ?/?/? ?(?:{_HANDLING}))*)(?![A-Z])")
_HANDLING_WORD = re.compile(_HANDLING)


@dataclass(frozen=True, slots=True)
class FoundBanner:
    """A banner and where it is, in flat offsets."""

    banner: Banner
    reference: MessageReference | None
    start: int
    level_end: int
    reference_start: int
    end: int


def _level_of(match: re.Match[str]) -> str:
    for at, level in enumerate(_LEVEL_PATTERNS):
        if match[f"L{at}"] is not None:
            return level
    raise AssertionError("a banner has a level")  # pragma: no cover


def read_banner(flat: Flat, limit: int) -> FoundBanner | None:
    """Return the banner of a body: the level with post and serial, or a bare level as the very first word.

    Args:
        flat: The text.
        limit: Flat offset before which it ends: that of the first label. Distribution lines, a newspaper's dateline
            or a page banner may stand before it.
    """
    match = _BANNER.search(flat.upper, 0, limit)
    if match is None:
        match = _BARE.match(flat.upper)
        if match is None:
            return None
        banner = Banner(text=flat.text[: match.end()], level=_level_of(match), handling=_handling(match["handling"]))
        return FoundBanner(banner, None, 0, match.end(), match.end(), match.end())
    start, level_end = match.start(), match.end("handling")
    handling = _handling(f"{match['handling']} {match['more'] or ''}")
    banner = Banner(text=flat.text[start:level_end], level=_level_of(match), handling=handling)
    reference = MessageReference(
        text=flat.text[match.start("mrn") : match.end("mrn")],
        post=flat.text[match.start("post") : match.end("post")],
        serial=int(match["serial"]),
    )
    return FoundBanner(banner, reference, start, level_end, match.start("mrn"), match.end())


def _handling(words: str) -> tuple[str, ...]:
    joined = (
        word.replace(" ", "") if " " in word and len(word) < 14 else word for word in _HANDLING_WORD.findall(words)
    )
    return tuple(dict.fromkeys(joined))


@dataclass(frozen=True, slots=True)
class StatedLevel:
    """A classification cell taken apart: ``SECRET//NOFORN`` is the level ``SECRET`` with the handling ``NOFORN``."""

    level: str
    handling: tuple[str, ...]


def read_level(cell: str) -> StatedLevel | None:
    """Return the level that a classification cell states; ``None`` when it is none of :data:`LEVELS`."""
    words = " ".join(cell.upper().split())
    if words in LEVELS:
        return StatedLevel(words, ())
    level, _, handling = words.partition("//")
    if level not in LEVELS:
        return None
    return StatedLevel(level, tuple(part.strip() for part in handling.split("//") if part.strip()))


_ORDER = re.compile(r"(?:E\. ?[O0]\.?|EO\.?|EXECUTIVE ORDER)(?=[ :-]*1)")
_NUMBER = re.compile(r"[: -]*(1\d,?\d{2,3})")
# What drafters put on the same line: the reasons, a caption.
_NOT_OF_ORDER = re.compile(r"[ ,;]*(?<![A-Z])(?:REASONS?(?![A-Z])|SIPDIS$)")
_DECL = re.compile(r"DEC+L+(?:ASSIFY|ASSIFICATION)?(?: ?ON)?(?![A-Z])[ .:;,]*")
_DATE = re.compile(r"(?<!\d)(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?!\d)")


@dataclass(frozen=True, slots=True)
class Authority:
    """What the ``E.O.`` line says.

    Attributes:
        order: The executive order, as ``E.O. 12958``.
        declassify_on: The instruction.
        date: The flat range of its date; empty where it has none.
    """

    order: str | None
    declassify_on: DeclassifyOn | None
    date: tuple[int, int]


def read_authority(flat: Flat, start: int, end: int, year: int) -> Authority:
    """Read the ``E.O.`` line.

    Args:
        flat: The text.
        start: Flat offset of its label.
        end: One past its last character.
        year: The year of the cable, which decides the century of a two-digit one.
    """
    label = _ORDER.search(flat.upper, start, end)
    at = start if label is None else label.end()
    number = _NUMBER.match(flat.upper, at, end)
    at = at if number is None else number.end()
    decl = _DECL.search(flat.upper, at, end)
    at = at if decl is None else decl.end()
    while at < end and flat.text[at] in " :;,.":
        at += 1
    at += 4 * flat.upper.startswith("(U) ", at)
    besides = _NOT_OF_ORDER.search(flat.upper, at, end)
    at, end = flat.trim(at, end if besides is None else besides.start())
    text = flat.text[at:end]
    instruction = DeclassifyOn(text=text, date=read_date(text, year)) if text else None
    printed = _DATE.search(flat.text, at, end) if instruction and instruction.date else None
    order = None if number is None else f"E.O. {number[1].replace(',', '')}"
    return Authority(order, instruction, (at, at) if printed is None else printed.span())


def read_date(text: str, year: int) -> str | None:
    """Return the first date of a text as ``YYYY-MM-DD``; ``None`` when it holds none that exists.

    Args:
        text: As ``12/02/2015``, ``2020/02/23``, ``6/3/08``, ``07-15-13``: month before day, or the year first.
        year: The year of the cable: a two-digit year is the first such year from then on.
    """
    if text.upper().startswith("DNG"):
        # A date of downgrading is none of declassification.
        return None
    match = _DATE.search(text)
    if match is None:
        whole = _DIGITS.fullmatch(text)
        return _named_date(text.upper(), year) if whole is None else _date(whole.groups(), year)
    first, _, second, third = match.groups()
    if len(first) == 4:
        parts = (first, second, third)
    elif len(first) <= 2 and len(third) in (2, 4):
        parts = (third, first, second)
    else:
        return None
    return _date(parts, year)


_DIGITS = re.compile(r"([12]\d{3})(\d{2})(\d{2})")
_DAY_MONTH = re.compile(r"(?<![^ ])(\d{1,2}) ?([A-Z]{3})[A-Z]{0,6},? ?(\d{4}|\d{2})(?!\d)")
_MONTH_DAY = re.compile(r"(?<![^ ])([A-Z]{3})[A-Z]{0,6} (\d{1,2}),? (\d{4})(?!\d)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _named_date(text: str, year: int) -> str | None:
    """Return the date that a text begins with: ``31 December 2015`` or ``DECEMBER 31, 2015``."""
    for pattern, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        match = pattern.match(text)
        if match is not None and match[order[1]] in _MONTHS:
            return _date((match[order[0]], str(_MONTHS.index(match[order[1]]) + 1), match[order[2]]), year)
    return None


def _date(parts: Sequence[str], year: int) -> str | None:
    stated, month, day = (int(part) for part in parts)
    if len(parts[0]) == 2:
        stated += year - year % 100
        if stated < year:
            stated += 100
    try:
        # A year like 3018 is damage, and no date that a record can state.
        return date(stated, month, day).isoformat() if 1000 <= stated < 3000 else None
    except ValueError:
        return None


_REASON_WORD = re.compile(
    r"(?:,? ?F ?O ?R )?(?:THE )?(?:FOLLOWING )?(?<![A-Z])R ?E ?A ?S ?O ?N ?S?\b"
    r"|,? ?(?:DUE TO |UNDER |PER |FOR )?E\.?O\.? ?1\d{4}|,? ?FOR (?=1\d{4} )"
    r"|,? ?(?:DUE TO|UNDER|PER|PURSUANT TO|FOR) (?=1[.,] ?[4-6]|SE ?CTION 1|E\.?O\.? ?1)"
)
_REASONS = re.compile(
    r"(?<![\d.])1[.,] ?[4-6](?!\d)(?: |[,;&()/-]|\.(?=[A-H]\b)|AND\b|[A-H](?![A-Z']|\. ?[A-Z])|1\. ?[4-6](?!\d))*"
)
_REASON_PART = re.compile(r"1[.,] ?([4-6])|\b([A-H])\b")
_LONGEST_CLASSIFIER = 300
_REPEATED = re.compile(r"(?:CLASSIFIED ?BY ?:? ?)+")


def read_reasons(flat: Flat, start: int, end: int) -> tuple[tuple[str, ...], tuple[int, int]] | None:
    """Return the reasons of a classification in normal form, as ``1.4(b)``, and where the phrase is.

    E.O. 12958 1.4 lists the reasons (a) to (h); before 2003 they stood in 1.5.
    """
    match = _REASONS.search(flat.upper, start, end)
    if match is None:
        return None
    phrase = match[0].rstrip(" ,;&(/-")
    section, lettered, reasons = "", False, []
    for number, letter in _REASON_PART.findall(phrase):
        if number:
            if section and not lettered:
                reasons.append(f"1.{section}")
            section, lettered = number, False
        else:
            reasons.append(f"1.{section}({letter.lower()})")
            lettered = True
    if not lettered:
        reasons.append(f"1.{section}")
    return tuple(dict.fromkeys(reasons)), (match.start(), match.start() + len(phrase))


def find_classifiers(flat: Flat, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the classifiers stand after the label: up to the reasons, verbatim with title and office.

    Args:
        flat: The text.
        start: Flat offset after the label.
        end: Where the line ends at the latest.
    """
    end = min(end, start + _LONGEST_CLASSIFIER)
    repeated = _REPEATED.match(flat.upper, start, end)
    start = start if repeated is None else repeated.end()
    if flat.upper.startswith("SECTION ", start):
        return []
    reason = _REASON_WORD.search(flat.upper, start, end) or _REASONS.search(flat.upper, start, end)
    stop = end if reason is None else reason.start()
    while start < stop and flat.text[start] in " :;,.-":
        start += 1
    while start < stop and flat.text[stop - 1] in " :;,.-(" and not _SUFFIX.search(flat.upper, start, stop):
        stop -= 1
    if start >= stop:
        return []
    return _persons(flat, start, stop)


_SUFFIX = re.compile(r"(?<![A-Z])(?:JR|SR)\.$")
_AND = re.compile(r" AND ")
_OFFICES = frozenset(
    re.findall(
        "[A-Z]+",
        "ADVISER ADVISOR AFFAIRS BUREAU CHARGE CHIEF COMMERCIAL CONSUL CONSULAR COUNSELOR DIPLOMACY DIRECTOR ECONOMIC "
        "ENERGY ENVIRONMENT EUROPEAN GENERAL LABOR MILITARY MISSION OFFICE OFFICER POLITICAL PUBLIC REGIONAL SCIENCE "
        "SECTION SECURITY TRADE UNIT",
    )
)
"""Words of offices: what ends with one is no person's name."""


def _persons(flat: Flat, start: int, end: int) -> list[tuple[int, int]]:
    """Return the classifiers of a line apart: ``A. KESTREL, ACTING AND S/CT DAS B. ORLOW`` are two.

    Each part ends with a name; the first may have its office behind a comma.
    """
    for joined in _AND.finditer(flat.upper, start, end):
        named, comma, _ = flat.upper[start : joined.start()].partition(",")
        left, right = named.split(" "), flat.upper[joined.end() : end].split(" ")
        enough = len(left) > 1 and len(right) > 1 + bool(comma)
        if enough and _ends_with_name(right) and (comma or _ends_with_name(left)):
            return [(start, joined.start()), (joined.end(), end)]
    return [(start, end)]


def _ends_with_name(words: Sequence[str]) -> bool:
    """Return whether the last two words are no office: ``Bureau of Rivers`` is one."""
    return words[-1].isalpha() and _OFFICES.isdisjoint(words[-2:]) and {"FOR", "OF"}.isdisjoint(words[-3:])


_BROKEN_END = re.compile(r"(?<=[a-z]) (?=[a-z]$)")


def rejoin_name(text: str) -> str:
    """Return a classifier with the last letter that a line's end broke off: ``Charles O. Blah a``."""
    return _BROKEN_END.sub("", text)
