"""The reasons of a classification, as ``1.4(b)``.

E.O. 12958 1.4 lists the reasons (a) to (h); before 2003 they stood in 1.5.
"""

from __future__ import annotations

import re

from preserve.cable.text import Flat

__all__ = ["find_reasons", "read_reasons"]

_REASONS = re.compile(
    r"(?<![\d.])1[.,] ?[4-6](?!\d)(?: |[,;&()/-]|\.(?=[A-H]\b)|AND\b|[A-H](?![A-Z']|\. ?[A-Z])|1\. ?[4-6](?!\d))*"
)
_REASON_PART = re.compile(r"1[.,] ?([4-6])|\b([A-H])\b")
# What leads over from a classifier to the reasons.
_REASON_WORD = re.compile(
    r"(?:,? ?F ?O ?R )?(?:THE )?(?:FOLLOWING )?(?<![A-Z])R ?E ?A ?S ?O ?N ?S?\b"
    r"|,? ?(?:DUE TO |UNDER |PER |FOR )?E\.?O\.? ?1\d{4}|,? ?FOR (?=1\d{4} )"
    r"|,? ?(?:DUE TO|UNDER|PER|PURSUANT TO|FOR) (?=1[.,] ?[4-6]|SE ?CTION 1|E\.?O\.? ?1)"
)


def find_reasons(flat: Flat, start: int, end: int) -> int | None:
    """Return where a line begins to speak of its reasons; ``None`` when it does not."""
    # The word "reasons" comes first, because it stands before the numbers and belongs to them: "for reasons 1.4 (b)".
    # Some lines have the numbers only: "DCM ORLOW 1.4 (b)".
    match = _REASON_WORD.search(flat.upper, start, end) or _REASONS.search(flat.upper, start, end)
    return None if match is None else match.start()


def read_reasons(flat: Flat, start: int, end: int) -> tuple[tuple[str, ...], tuple[int, int]] | None:
    """Return the reasons in normal form, each once, and the flat range of the phrase; ``None`` without a phrase."""
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
