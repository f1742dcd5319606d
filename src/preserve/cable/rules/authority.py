"""The ``E.O.`` line: the executive order that a cable is classified under, and when to declassify it.

The line is recorded as it is printed. Nothing here, or anywhere, says that a cable is declassified.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from preserve.cable.record import DeclassifyOn
from preserve.cable.rules.declassify_on import find_date, read_date
from preserve.cable.text import Flat

__all__ = ["Authority", "read_authority"]

# Measured: 65 shapes of the label. Orders 11652, 12065, 12356, 12958, and misprints of them: 12598, 1295.
_ORDER = re.compile(r"(?:E\. ?[O0]\.?|EO\.?|EXECUTIVE ORDER)(?=[ :-]*1)")
_NUMBER = re.compile(r"[: -]*(1\d,?\d{2,3})")
_DECL = re.compile(r"DEC+L+(?:ASSIFY|ASSIFICATION)?(?: ?ON)?(?![A-Z])[ .:;,]*")
# What drafters put on the same line: the reasons, a caption.
_NOT_OF_ORDER = re.compile(r"[ ,;]*(?<![A-Z])(?:REASONS?(?![A-Z])|SIPDIS$)")


class Authority(NamedTuple):
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
    # Label, number and DECL are taken off the front one after the other, and each may be missing ("EO 12958 OADR" has
    # no DECL). What is left is the instruction, verbatim, whatever it says ("N/A", "X1", "CLOSURE OF ICTY").
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
    date = find_date(flat, at, end) if instruction and instruction.date else None
    order = None if number is None else f"E.O. {number[1].replace(',', '')}"
    return Authority(order, instruction, date or (at, at))
