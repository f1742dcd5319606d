"""The banner of a body, as ``C O N F I D E N T I A L STRELSAU 004281``: level, handling, message reference."""

from __future__ import annotations

import re
from typing import NamedTuple

from preserve.cable.record import Banner, MessageReference
from preserve.cable.text import Flat

__all__ = ["FoundBanner", "read_banner"]


def _spaced(word: str) -> str:
    """Return a pattern for a word, with or without spaces between its letters, and its first letter perhaps doubled."""
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
# Level, handling, section, then post and serial: "S E C R E T SECTION 01 OF 03 KUALA LUMPUR 001403". Posts have four
# words at most, and serials seven digits (measured, in the old system and the new).
_BANNER = re.compile(
    rf"(?<![A-Z])(?P<level>{_LEVEL})(?P<handling>(?: ?/?/? ?(?:{_HANDLING}))*)"
    rf"(?: ?SECTION ?\d{{1,2}} ?OF ?\d{{1,3}}(?P<more>(?: ?/?/? ?(?:{_HANDLING}))*))? "
    rf"(?P<mrn>(?P<post>{_POST_WORD}(?: {_POST_WORD}){{0,3}}?) ?(?P<serial>\d{{1,7}}))(?![\d/.])"
)
_BARE = re.compile(rf"(?P<level>{_LEVEL})(?P<handling>(?: ?/?/? ?(?:{_HANDLING}))*)(?![A-Z])")
_HANDLING_WORD = re.compile(_HANDLING)


class FoundBanner(NamedTuple):
    """A banner and where it is, in flat offsets.

    Attributes:
        banner: What it says.
        reference: The message reference; ``None`` when it has none.
        start: Where the level begins.
        level_end: One past the level and its handling.
        reference_start: Where the reference begins.
        end: One past the banner.
    """

    banner: Banner
    reference: MessageReference | None
    start: int
    level_end: int
    reference_start: int
    end: int


def read_banner(flat: Flat, limit: int) -> FoundBanner | None:
    """Return the banner of a body; ``None`` when it has none.

    Args:
        flat: The text.
        limit: Flat offset before which the banner ends: that of the first label.
    """
    # A level with post and serial comes first, wherever it stands before the labels: distribution lines, a newspaper's
    # dateline (119 of 1,295 pages) or a page banner may stand before it. A level alone is a banner only as the very
    # first word; anywhere else it may belong to one of these.
    match = _BANNER.search(flat.upper, 0, limit)
    if match is None:
        return _bare_banner(flat)
    start, level_end = match.start(), match.end("handling")
    handling = _handling(f"{match['handling']} {match['more'] or ''}")
    banner = Banner(text=flat.text[start:level_end], level=_level_of(match), handling=handling)
    reference = MessageReference(
        text=flat.text[match.start("mrn") : match.end("mrn")],
        post=flat.text[match.start("post") : match.end("post")],
        serial=int(match["serial"]),
    )
    return FoundBanner(banner, reference, start, level_end, match.start("mrn"), match.end())


def _bare_banner(flat: Flat) -> FoundBanner | None:
    match = _BARE.match(flat.upper)
    if match is None:
        return None
    end = match.end()
    banner = Banner(text=flat.text[:end], level=_level_of(match), handling=_handling(match["handling"]))
    return FoundBanner(banner, None, 0, end, end, end)


def _level_of(match: re.Match[str]) -> str:
    for at, level in enumerate(_LEVEL_PATTERNS):
        if match[f"L{at}"] is not None:
            return level
    raise AssertionError("a banner has a level")  # pragma: no cover


def _handling(words: str) -> tuple[str, ...]:
    """Return the handling words, each once; one with spaces between its letters (``E F T O``) is joined."""
    joined = (
        word.replace(" ", "") if " " in word and len(word) < 14 else word for word in _HANDLING_WORD.findall(words)
    )
    return tuple(dict.fromkeys(joined))
