"""The end of a body: what communication centres, drafters' templates and copies put before or behind the names.

The names themselves are read by ``signed_by``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from preserve.cable.record import SegmentKind
from preserve.cable.rules.signed_by import find_names, join_names
from preserve.cable.text import Flat

__all__ = ["Closing", "read_closing"]

_Range = tuple[int, int]
_Piece = tuple[SegmentKind, int, int]
_Known = Sequence[tuple[SegmentKind, Sequence[str], re.Pattern[str]]]
"""Kinds of piece: literals, one of which a piece holds (asking for these is quick), and a pattern that ends with it."""

_WINDOW = 600
"""Flat characters of one piece of the end, at most."""
_MOST_PIECES = 30
"""Pieces besides the names, at most: real ends have six."""


class Closing(NamedTuple):
    """The end of a body, in flat offsets.

    Attributes:
        end: One past the last paragraph.
        signature: The range of all names; ``None`` where there are none.
        signers: The range of each signer.
        pieces: What else stands there, in order: kind, start, end.
    """

    end: int
    signature: _Range | None
    signers: tuple[_Range, ...]
    pieces: tuple[_Piece, ...]


_LEVEL = (
    r"(?:UNCLASSIFIED|UNCLAS|CONFIDENTIAL|(?:TOP )?SECRET|LIMITED OFFICIAL USE"
    r"|C O N F I D E N T I A L|S E C R E T|U N C L A S)"
    r"(?: ?/{1,2} ?(?:NOFORN|FOUO|FOR OFFICIAL USE ONLY)| NOFORN| EXDIS| NODIS)?"
)
_ADDRESS = r"https?:[^ ]{1,150}(?: [a-z_A-Z/.]{1,12})?"
# What stands behind a signature, or instead of one.
_BEHIND: _Known = (
    (SegmentKind.TERMINATOR, ("NNNN",), re.compile(r"(?:^| )(NNNN(?: ?[A-Z]{4}VZCZ)?)$")),
    (SegmentKind.TERMINATOR, ("##",), re.compile(r"(##+)$")),
    (SegmentKind.TERMINATOR, ("#",), re.compile(r"(?:^| )((?:BT )?#\d{3,5})$")),
    (
        SegmentKind.TERMINATOR,
        ("nd ", "ND "),
        re.compile(r"(?:^| )(End (?:of )?[Cc]able(?: [Tt]ext)?\.?|END (?:OF )?CABLE(?: TEXT)?\.?)$"),
    ),
    (SegmentKind.RESIDUE, ("...",), re.compile(r"(?<= )(\.{3})$")),
    (SegmentKind.CAPTION, ("SIPDIS",), re.compile(r"(?:^| )(SIPDIS)$")),
    (SegmentKind.RESIDUE, ("Track impresi",), re.compile(r"(?:^| )(Track impresi[óo]n.*)$")),
    (SegmentKind.RESIDUE, ("EPET @",), re.compile(r"(?:^| )(EPET @ EL PA[IÍ]S)$")),
    (SegmentKind.RESIDUE, ("ID:",), re.compile(r"(?:^| )(ID: ?\d{1,6})$")),
    (SegmentKind.RESIDUE, (" - ",), re.compile(rf"(?:^| )(\d{{4}}[A-Z]{{3,7}}\d{{4,6}} - {_LEVEL})$")),
    (SegmentKind.PAGE_BANNER, ("UNCLAS", "CONFIDENTIAL", "SECRET", "OFFICIAL", "C O N", "S E C", "U N C"),
     re.compile(rf"(?:^| )({_LEVEL})$")),
    (
        SegmentKind.OTHER,
        ("http",),
        re.compile(
            r"(?:^| )((?:(?:Please )?[Vv]isit |VISIT )[A-Za-z'’ ]{0,60}(?:Classified|CLASSIFIED)"
            rf" (?:Web ?[Ss]ite|WEB ?SITE).{{0,20}}? ?{_ADDRESS})$"
        ),
    ),
)  # fmt: skip
# What is read before any name, because its last words are capitals too.
_IN_CAPITALS: _Known = ((SegmentKind.TERMINATOR, ("CABLE ENDS",), re.compile(r"(?:^| )(=* ?CABLE ENDS ?=*)$")),)
# What is such a piece only where a name stands before it: elsewhere a number may be a table's, an address the text's.
_BEHIND_A_NAME: _Known = (
    (
        SegmentKind.PAGE_BANNER,
        ("",),
        re.compile(r" ((?:[Pp]age |PAGE |- )?\d{1,3}(?: of \d{1,3}| OF \d{1,3}|/\d{1,3}| -)?)$"),
    ),
    (SegmentKind.TERMINATOR, ("BT", "NQUOTE", "NQTE"), re.compile(r" (BT|(?:END )?(?:UNQUOTE|UNQTE|Unquote)\.?)$")),
    (SegmentKind.TERMINATOR, ("---", "===", "___", "***"), re.compile(r" ([-=_*]{3,}(?: [-=_*]+)*)$")),
    (
        SegmentKind.OTHER,
        ("http", "www."),
        re.compile(
            r" ((?:Please |To )?(?:[Vv]isit|VISIT|[Vv]iew|VIEW|See|SEE) [^.!?]{0,160}?"
            rf"(?:{_ADDRESS}|www\.[^ ]{{1,150}}))$"
        ),
    ),
)  # fmt: skip


def read_closing(flat: Flat, start: int, *, whole: bool, subject: str = "") -> Closing:
    """Return what ends a body: signers, terminators, boilerplate and residue.

    Args:
        flat: The text.
        start: Flat offset before which nothing is the end: behind the last paragraph's number.
        whole: Whether the source holds the end of the cable; of a cut one the last word is nobody's name.
        subject: In upper case: some copies repeat its beginning behind the signature.
    """
    # First only the pieces that are certain by their own form. A page number, a rule or an address is doubtful, because
    # a table or the text may end with one: it is taken off only where a name then stands before it.
    certain = _take_off(flat, start, subject, _BEHIND, named=whole)
    if certain.signature is not None or not whole:
        return certain
    doubtful = _take_off(flat, start, subject, (*_BEHIND, *_BEHIND_A_NAME), named=True)
    return certain if doubtful.signature is None else doubtful


def _take_off(flat: Flat, start: int, subject: str, known: _Known, *, named: bool) -> Closing:
    """Take pieces and names off the end until neither is there."""
    end = len(flat)
    pieces: list[_Piece] = []
    signature: _Range | None = None
    signers: tuple[_Range, ...] = ()
    while end > start and len(pieces) < _MOST_PIECES:
        # A piece that ends like a name is asked for before the names; of every other piece the last word is no name by
        # its form or by the table. Names are read once, because capitals before a signature belong to the text.
        _, end = flat.trim(start, end)
        window = max(start, end - _WINDOW)
        piece = _piece(flat, window, end, _IN_CAPITALS)
        names = find_names(flat, window, end) if named and signature is None and piece is None else []
        if names:
            signature = (names[0][0], end)
            signers = join_names(flat, names)
            end = signature[0]
            continue
        piece = piece or _piece(flat, window, end, known) or _cut_subject(flat, window, end, subject)
        if piece is None:
            break
        pieces.append(piece)
        end = piece[1]
    return Closing(flat.trim(start, end)[1], signature, signers, tuple(reversed(pieces)))


def _piece(flat: Flat, window: int, end: int, known: _Known) -> _Piece | None:
    """Return the piece in which a stretch ends; ``None`` when it ends otherwise."""
    holds = flat.text[window:end].__contains__
    for kind, literals, pattern in known:
        if any(map(holds, literals)):
            match = pattern.search(flat.text, window, end)
            if match is not None:
                return kind, match.start(1), end
    return None


_LONGEST_CUT = 90
_SHORTEST_CUT = 8


def _cut_subject(flat: Flat, window: int, end: int, subject: str) -> _Piece | None:
    """Return the piece of the subject, cut with three points, that some copies have behind the signature."""
    if not subject or not flat.text.endswith("...", window, end):
        return None
    last, begin = end - 3, None
    at = last
    while at > max(window, end - _LONGEST_CUT):
        at = flat.text.rfind(" ", window, at - 1) + 1 or window
        if flat.upper[at:last].rstrip() not in subject:
            break
        begin = at
    if begin is None or last - begin < _SHORTEST_CUT:
        return None
    return SegmentKind.RESIDUE, begin, end
