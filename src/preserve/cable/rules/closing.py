"""The end of a body: who signed, and what communication centres, drafters' templates and copies put there besides.

Scope: the names behind the last sentence, and every piece that may stand before or behind them, without line starts.
Not in scope: page banners and residue known by themselves (``cable.running``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from preserve.cable import vocabulary
from preserve.cable.record import SegmentKind
from preserve.cable.rules.headings import SENTENCE_END
from preserve.cable.text import Flat

__all__ = ["Closing", "read_closing"]

_Range = tuple[int, int]
_Piece = tuple[SegmentKind, int, int]

_TAIL = 600
"""Flat characters of one piece of the end, at most."""
_MOST_PIECES = 30
"""Pieces besides the names, at most: real ends have six."""


@dataclass(frozen=True, slots=True)
class Closing:
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
# What stands behind a signature, or instead of one: literals, one of which it holds, and a pattern that ends there.
_BEHIND: tuple[tuple[SegmentKind, tuple[str, ...], re.Pattern[str]], ...] = (
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
# What is read before any name: its last words are capitals too.
_IN_CAPITALS = ((SegmentKind.TERMINATOR, ("CABLE ENDS",), re.compile(r"(?:^| )(=* ?CABLE ENDS ?=*)$")),)
# What is such a piece only where a name stands before it: elsewhere a number may be a table's, an address the text's.
_BEHIND_A_NAME: tuple[tuple[SegmentKind, tuple[str, ...], re.Pattern[str]], ...] = (
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
    """Return what ends a body: signers, terminators, boilerplate, residue.

    Args:
        flat: The text.
        start: Flat offset before which nothing is the tail: behind the last paragraph's number.
        whole: Whether the source holds the end of the cable; of a cut one the last word is nobody's name.
        subject: In upper case: some copies repeat its beginning behind the signature.
    """
    certain = _read(flat, start, subject, _BEHIND, named=whole)
    if certain.signature is not None or not whole:
        return certain
    doubtful = _read(flat, start, subject, (*_BEHIND, *_BEHIND_A_NAME), named=True)
    return certain if doubtful.signature is None else doubtful


def _read(
    flat: Flat,
    start: int,
    subject: str,
    known: Sequence[tuple[SegmentKind, tuple[str, ...], re.Pattern[str]]],
    *,
    named: bool,
) -> Closing:
    """Take pieces and names off the end until neither is there."""
    end = len(flat)
    pieces: list[_Piece] = []
    signature: _Range | None = None
    signers: list[_Range] = []
    while end > start and len(pieces) < _MOST_PIECES:
        _, end = flat.trim(start, end)
        window = max(start, end - _TAIL)
        piece = _behind(flat, window, end, _IN_CAPITALS)
        names = _names(flat, window, end) if named and signature is None and piece is None else []
        if names:
            signature = (names[0][0], end)
            signers = _signers(flat, names)
            end = signature[0]
            continue
        piece = piece or _behind(flat, window, end, known) or _cut_subject(flat, window, end, subject)
        if piece is None:
            break
        pieces.append(piece)
        end = piece[1]
    return Closing(flat.trim(start, end)[1], signature, tuple(signers), tuple(reversed(pieces)))


def _behind(
    flat: Flat, window: int, end: int, known: Sequence[tuple[SegmentKind, tuple[str, ...], re.Pattern[str]]]
) -> _Piece | None:
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


_PARTICLES = frozenset(
    re.findall("[A-Z]+", "AL BEN BIN DA DE DEL DELLA DEN DER DI DO DOS DU EL LA LE LOS MAC MC SAN ST VAN VON")
)
_SUFFIXES = frozenset(["JR", "JR.", "SR", "SR.", "II", "III", "IV"])


def _signers(flat: Flat, names: list[_Range]) -> list[_Range]:
    """Return the signers of a signature: a particle or an initial is of the name behind it, ``JR`` of that before."""
    signers: list[_Range] = []
    joins = False
    for first, last in names:
        word = flat.text[first:last]
        if signers and (joins or word in _SUFFIXES):
            signers[-1] = (signers[-1][0], last)
        elif not any(flat.text[begin:end] == word for begin, end in signers):
            signers.append((first, last))
        joins = flat.upper[first:last] in _PARTICLES or word.endswith(".")
    return signers


_NAME = re.compile(r"(?:[A-Z]['’])?(?:M[Aa]?c)?[A-Z]{2,}(?:[-'’][A-Z]+)*|[A-Z]\.|[JS]R\.")
_TITLED_NAME = re.compile(r"(?:Mc|Mac|O['’]|D['’]|De|Van)?[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?")
_SMALL_NAME = re.compile(r"[a-z]{4,}(?:-[a-z]{2,})?")
_MOST_NAMES = 3


def _names(flat: Flat, window: int, end: int) -> list[_Range]:
    """Return the names in which a stretch ends: capitals behind a sentence, or one in title case or small letters."""
    text = flat.text
    words: list[_Range] = []
    at = end
    while at > window and len(words) <= _MOST_NAMES:
        begin = text.rfind(" ", window, at) + 1 or window
        word = text[begin:at]
        if _NAME.fullmatch(word) is None or word in vocabulary.not_names() or not word.strip("X"):
            break
        words.insert(0, (begin, at))
        at = begin - 1
    if not words:
        words = _one_name(flat, window, end)
    if not words or len(words) > _MOST_NAMES or not _closed_before(flat, window, words[0][0]):
        return []
    return words


def _one_name(flat: Flat, window: int, end: int) -> list[_Range]:
    """Return the name in title case, with its particles, or in small letters, in which a stretch ends."""
    begin = flat.text.rfind(" ", window, end) + 1 or window
    if flat.upper[begin:end] in vocabulary.not_names():
        return []
    if _TITLED_NAME.fullmatch(flat.text, begin, end) is None:
        small = _SMALL_NAME.fullmatch(flat.text, begin, end) is not None and _ended(flat, window, begin)
        return [(begin, end)] if small else []
    words = [(begin, end)]
    while begin > window + 1:
        last = begin - 1
        begin = flat.text.rfind(" ", window, last) + 1 or window
        if flat.upper[begin:last] not in _PARTICLES or not flat.text[begin].isupper():
            break
        words.insert(0, (begin, last))
    return words


_FAREWELL = re.compile(
    r"(?:^| )(?:[Bb]est|[Rr]egards|[Ss]incerely|[Tt]hanks|[Cc]heers|[Yy]ours)(?: [a-z]{2,10}){0,2},? [A-Z][a-z]+$"
)


def _ended(flat: Flat, window: int, start: int) -> bool:
    """Return whether a sentence, or the farewell of a letter, ended before a word in small letters."""
    before = flat.text[max(window, start - 80) : start - 1]
    last_word = before.rsplit(" ", 1)[-1]
    if "/" in last_word or "@" in last_word or "www" in last_word:
        return False
    return before[-1:] in (".", "!", "?") or before[-2:] in ('."', ".)") or _FAREWELL.search(before) is not None


_CLOSING_WORDS = frozenset({"COMMENT", "CONSIDERED", "NOTE", "SUMMARY", "TEXT", "UNQUOTE"})
_END_OF_PART = re.compile(
    r"(?<![A-Z])END (?:OF )?(?:PART|SECTION|CABLE|MESSAGE|REPORT|TRANSCRIPT|LIST)(?: [A-Z0-9]{1,8})?$"
)
_GROUP = re.compile(r"GP-\d")
_URL_END = re.compile(r"https?:[^ ]{1,120}(?: [a-z_A-Z]{1,12})?$")
_TITLES = frozenset(
    re.findall(
        "[A-Z]+",
        "AMBASSADOR BROTHER CHANCELLOR CHIEF COLONEL CONGRESSMAN COUNSELOR DIRECTOR DOCTOR FATHER GENERAL GOVERNOR "
        "JUDGE KING MAJOR MAYOR MINISTER OFFICER PRESIDENT PRINCE PRINCESS PROFESSOR QUEEN REPRESENTATIVE SECRETARY "
        "SENATOR SHEIKH SULTAN THE",
    )
)


def _closed_before(flat: Flat, window: int, start: int) -> bool:
    """Return whether the text before a name is closed: a sentence, a redaction, an address, or nothing."""
    if start <= window + 1:
        return False
    before = flat.text[max(window, start - 150) : start - 1]
    last_word = before.rsplit(" ", 1)[-1]
    if last_word.upper() in _CLOSING_WORDS or _END_OF_PART.search(before.upper()) or _GROUP.fullmatch(last_word):
        return True
    if _FAREWELL.search(before):
        return True
    if _TITLED_NAME.fullmatch(last_word) and last_word.upper() not in _TITLES:
        # A letter that is quoted at the end closes with a date or a place, without a point.
        return _is_surname(flat, start)
    return before[-1:] in SENTENCE_END or before[-4:].upper() == "XXXX" or _URL_END.search(before) is not None


def _is_surname(flat: Flat, start: int) -> bool:
    """Return whether a word in capitals is long enough for a name, and no organization."""
    end = flat.text.find(" ", start)
    word = flat.text[start : end if end >= 0 else len(flat)]
    return len(word) >= 5 and word.isupper() and word not in vocabulary.organization_tags()
