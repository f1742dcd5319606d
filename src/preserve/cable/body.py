"""The text of a cable: numbered paragraphs, headings, signature, and what stands behind it.

Scope: where each begins and ends, without line starts. Not in scope: the head (``cable.labels``), and the asides
inside paragraphs (``cable.asides``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from preserve.cable import vocabulary
from preserve.cable.flat import Flat
from preserve.cable.record import SegmentKind

__all__ = ["FoundParagraph", "Tail", "heading_start", "read_paragraphs", "read_tail"]

# Both begin with what the engine finds quickest: a literal, or else a set of characters.
_NUMBER = re.compile(r" [0-9]{1,3}[a-z]? ?[.)]")
_NUMBER_ANYWHERE = re.compile(r"[0-9][0-9]?[0-9]?[a-z]? ?[.)]")
# A pilcrow, what a wrong decoding made of it, and the sign that stands for it elsewhere; in UTF-8 read as Latin-1 it
# has a letter before it.
_PILCROWS = "¶\ufffd§"
_BEFORE_NUMBER = " " + _PILCROWS
_LETTER_OF_PILCROW = "Â"
# The levels that open a portion mark are few; what follows is an open vocabulary: S/NF, C/Rel Aus, S//REL TO USA,
# FVEY, C - ENTIRE TEXT. "(b)", "(Iran)" and "(U.S.)" in that place are text.
_LEVEL = r"(?:UNCLASSIFIED|UNCLAS|CONFIDENTIAL|SECRET|SBU|LOU|FOUO|TS|C|S|U|sbu|u|c|s)"
_PORTION = re.compile(rf" ?[(\[] ?({_LEVEL}(?:(?: ?//? ?| ?- ?| (?=NF|REL))[A-Za-z][A-Za-z ,/]{{0,40}})?) ?[)\]]")
_HALF_PORTION = re.compile(rf" ?({_LEVEL})\)")
_MOST_SKIPPED = 10
"""How many numbers may be missing before a marked one: cables are excised and renumbered (77 of 1,295 pages)."""

_SENTENCE_END = frozenset(".?!:;\"”')]*=-_‐")


@dataclass(frozen=True, slots=True)
class FoundParagraph:
    """The opening of a numbered paragraph, in flat offsets.

    Attributes:
        number: Its number; ``None`` for a later part of the paragraph before it, as ``2b.``.
        letter: That of a part, as ``a`` of ``2a.``; empty for a whole paragraph.
        start: Where it begins: at the number, or the pilcrow before it.
        label: One past the number and its point.
        portion: The mark in normal form; ``None`` without one.
        mark: The range of the mark, parentheses included; empty without one.
    """

    number: int | None
    letter: str
    start: int
    label: int
    portion: str | None
    mark: tuple[int, int]


def read_paragraphs(flat: Flat, start: int) -> list[FoundParagraph]:
    """Return the numbered paragraphs behind the head.

    Numbers with a portion mark make an ascending chain; where numbers are missing in it, unmarked ones fill the gap,
    each the next expected one and at a sentence's beginning. So ``1.4 (b)``, dates and "June of 2007." are text.

    Args:
        flat: The text.
        start: Flat offset behind the labels ``TAGS`` and ``SUBJECT``.
    """
    candidates = _candidates(flat, start)
    return _filled(
        flat, candidates, _chain([each for each in candidates if each.portion is not None and not each.letter])
    )


def _candidates(flat: Flat, start: int) -> list[FoundParagraph]:
    """Return every number that looks like that of a paragraph, with its pilcrow and its mark, in order."""
    text = flat.text
    pilcrows = start == 0 or any(sign in text for sign in _PILCROWS)
    found = []
    for match in (_NUMBER_ANYWHERE if pilcrows else _NUMBER).finditer(text, max(0, start - 1)):
        at, end = match.end() - len(match[0].lstrip()), match.end()
        if at > 0 and text[at - 1] not in _BEFORE_NUMBER:
            continue
        if end < len(text) and (text[end].isdigit() or text[end] in ".,/%"):
            continue
        printed = match[0].strip(" .)")
        letter = printed[-1] if printed[-1].isalpha() else ""
        number = int(printed.removesuffix(letter))
        if number == 0 or at < start:
            continue
        if at > 0 and text[at - 1] != " ":
            at -= 1 + (text[max(0, at - 2) : at - 1] == _LETTER_OF_PILCROW)
        elif at > 1 and text[at - 2] in _PILCROWS:
            at -= 2
        mark = _PORTION.match(text, end) or _HALF_PORTION.match(text, end)
        portion = None if mark is None else _normal(mark[1])
        begins = end if mark is None else mark.start() + (text[mark.start()] == " ")
        found.append(FoundParagraph(number, letter, at, end, portion, (begins, end if mark is None else mark.end())))
    return found


_AROUND_SLASH = re.compile(r" ?(//?) ?")
_DASHED = re.compile(r" ?- ?(?=(?:NF|NOFORN|REL|FOUO|SBU)(?![A-Z]))")


@lru_cache(maxsize=1024)
def _normal(mark: str) -> str:
    """Return a portion mark in normal form: upper case, no space around slashes, no statement on the entire text."""
    dashed = _DASHED.sub("/", mark.upper())
    return _AROUND_SLASH.sub(r"\1", dashed).split(" -")[0].split("-")[0].strip()


def _chain(marked: list[FoundParagraph]) -> list[FoundParagraph]:
    """Return the marked paragraphs whose numbers ascend; a number is skipped only when it comes nowhere later."""
    last_place = {each.number: place for place, each in enumerate(marked)}
    chain: list[FoundParagraph] = []
    last = 0
    for place, each in enumerate(marked):
        if each.number is None or not last < each.number <= last + 1 + _MOST_SKIPPED:
            continue
        if any(last_place.get(number, -1) > place for number in range(last + 1, each.number)):
            continue
        chain.append(each)
        last = each.number
    return chain


def _filled(flat: Flat, candidates: list[FoundParagraph], chain: list[FoundParagraph]) -> list[FoundParagraph]:
    """Return the chain with the unmarked paragraphs whose numbers it lacks."""
    filled: list[FoundParagraph] = []
    following = iter([*chain, None])
    ahead = next(following)
    last = 0
    for each in candidates:
        number = each.number or 0
        free = number == last + 1 and (ahead is None or ahead.number is None or number < ahead.number)
        if ahead is not None and each.start == ahead.start:
            filled.append(ahead)
            last = number
            ahead = next(following)
        elif each.letter:
            follows = (free and each.letter == "a") or number == last > 0
            if follows and (each.portion is not None or _opens(flat, each)):
                filled.append(each if free else replace(each, number=None))
                last = number
        elif free and _opens(flat, each):
            filled.append(each)
            last = number
    return filled


def _opens(flat: Flat, candidate: FoundParagraph) -> bool:
    """Return whether an unmarked number stands where a paragraph can begin."""
    text, at = flat.text, candidate.start
    if text[at] in _PILCROWS or at == 0 or flat.upper.startswith(" CLASSIFIED BY", candidate.label):
        return True
    if candidate.label < len(text) and text[candidate.label : candidate.label + 2].strip()[:1].islower():
        return False
    if text[at - 2] in _SENTENCE_END:
        return True
    word = text[text.rfind(" ", max(0, at - 30), at - 1) + 1 : at - 1]
    if candidate.number == 1:
        # What stands before the first one is the head, whose values end without a point.
        return word.upper() not in _COUNTED
    return len(word) > 1 and word.isupper() and word.isalpha() and not text[max(0, at - 300) : at].isupper()


_COUNTED = frozenset({"ARTICLE", "CHAPTER", "ITEM", "NO", "NUMBER", "PARA", "PARAGRAPH", "PART", "SECTION"})

_RULE = "-=_‐*~"
_WINDOW = 120
_BREAKS = (". ", "? ", "! ", '." ', '?" ', ".) ", ".' ", ".” ")
_HEADING_WORDS = frozenset({"SUMMARY", "INTRODUCTION", "COMMENT", "BACKGROUND"})


def heading_start(flat: Flat, start: int, end: int, *, free: bool) -> int | None:
    """Return where the heading begins that ends a stretch; ``None`` when none does.

    A heading is what stands over a rule, between two rules, or, in capitals, behind the last sentence.

    Args:
        flat: The text.
        start: Flat offset of the stretch.
        end: One past it.
        free: Whether the heading may begin where the stretch does (it may not in a paragraph).
    """
    start, end = flat.trim(start, end)
    text = flat.text
    ruled = _rule_start(text, start, end)
    has_rule = end - ruled >= 3
    if not has_rule:
        ruled = end
    _, title_end = flat.trim(start, ruled)
    if title_end <= start:
        return None
    window = max(start, title_end - _WINDOW)
    floor = start if free and start == window else None
    return (_over_rule if has_rule else _in_capitals)(flat, window, title_end, floor)


def _rule_start(text: str, start: int, end: int) -> int:
    """Return where the rule begins in which a range ends; long ones are broken: ``------- ---``."""
    while end > start and (text[end - 1] in _RULE or (text[end - 1] == " " and text[end - 2] in _RULE)):
        end -= 1
    return end


def _after_sentence(flat: Flat, window: int, end: int) -> int | None:
    places = ((flat.text.rfind(mark, window, end), len(mark)) for mark in _BREAKS)
    return max((at + length for at, length in places if at >= 0), default=None)


def _over_rule(flat: Flat, window: int, end: int, floor: int | None) -> int | None:
    """Return the start of ``Title ----`` or ``---- Title ----``, its first rule included."""
    text = flat.text
    upper_rule = max(text.rfind(rule * 3, window, end) for rule in _RULE)
    if upper_rule >= 0:
        begin = _rule_start(text, window, upper_rule)
        return begin + (text[begin] == " ")
    return _in_capitals(flat, window, end, floor) or _after_sentence(flat, window, end) or floor


def _in_capitals(flat: Flat, window: int, end: int, floor: int | None) -> int | None:
    """Return the start of the words without lower-case letters that stand behind the last sentence."""
    text = flat.text
    if end <= window or text[end - 1] in ".!?;,":
        return None
    last_word = (
        flat.upper[text.rfind(" ", window, end) + 1 : end] if " " in text[window:end] else flat.upper[window:end]
    )
    at = end
    while at > window:
        space = text.rfind(" ", window, at)
        begin = space + 1 if space >= 0 else window
        word = text[begin:at]
        closed = word.rstrip("\"')”")
        if word != word.upper() or (at < end and closed[-1:] in (".", "?", "!") and "." not in closed[:-1]):
            break
        at = begin - 1 if space >= 0 else window
        if space < 0:
            break
    begin = at + 1 if at < end and at > window else at
    if begin >= end:
        # "Summary" alone, in title case, behind a sentence.
        begin = end - len(last_word)
        if last_word not in _HEADING_WORDS:
            return None
    letters = set(filter(str.isalpha, text[begin:end]))
    if len(letters) < 3 or text[begin] == "(" or text.startswith("END ", begin):
        return None
    bounded = begin == floor or (begin >= 2 and text[begin - 2] in _SENTENCE_END)
    return begin if bounded else None


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a body, in flat offsets.

    Attributes:
        end: One past the last paragraph.
        signature: The range of all names; ``None`` where there are none.
        signers: The range of each signer.
        pieces: What else stands there, in order: kind, start, end.
    """

    end: int
    signature: tuple[int, int] | None
    signers: tuple[tuple[int, int], ...]
    pieces: tuple[tuple[SegmentKind, int, int], ...]


_TAIL = 600
_BOILERPLATE = (
    r"(?:(?:Please )?[Vv]isit |VISIT )[A-Za-z'’ ]{0,60}(?:Classified|CLASSIFIED) (?:Web ?[Ss]ite|WEB ?SITE)"
    r"[^\n]{0,20}? ?https?:[^ ]{1,120}(?: (?:fm|m|cfm|[a-z]{1,3}|ed_Kingdom))?"
)
# What stands behind a signature, or instead of one: a literal that it holds, and a pattern that ends with the text.
_BEHIND: tuple[tuple[SegmentKind, str, re.Pattern[str]], ...] = (
    (SegmentKind.TERMINATOR, "NNNN", re.compile(r"(?:^| )(NNNN)$")),
    (SegmentKind.TERMINATOR, "##", re.compile(r"(##+)$")),
    (SegmentKind.TERMINATOR, "nd ", re.compile(r"(?:^| )(End (?:of )?[Cc]able [Tt]ext\.?)$")),
    (SegmentKind.TERMINATOR, "ND ", re.compile(r"(?:^| )(END (?:OF )?CABLE TEXT\.?)$")),
    (SegmentKind.RESIDUE, "...", re.compile(r"(?<= )(\.{3})$")),
    (SegmentKind.CAPTION, "SIPDIS", re.compile(r"(?:^| )(SIPDIS)$")),
    (SegmentKind.RESIDUE, "Track impresi", re.compile(r"(?:^| )(Track impresi[óo]n.*)$")),
    (SegmentKind.RESIDUE, "EPET @", re.compile(r"(?:^| )(EPET @ EL PA[IÍ]S)$")),
    (SegmentKind.RESIDUE, "ID:", re.compile(r"(?:^| )(ID: ?\d{1,6})$")),
    (
        SegmentKind.RESIDUE,
        " - ",
        re.compile(r"(?:^| )(\d{4}[A-Z]{3,7}\d{4,6} - (?:UNCLASSIFIED|CONFIDENTIAL|SECRET))$"),
    ),
    (SegmentKind.PAGE_BANNER, "UNCLASSIFIED", re.compile(r"(?:^| )(UNCLASSIFIED)$")),
    (SegmentKind.PAGE_BANNER, "CONFIDENTIAL", re.compile(r"(?:^| )(CONFIDENTIAL)$")),
    (SegmentKind.PAGE_BANNER, "SECRET", re.compile(r"(?:^| )(SECRET)$")),
    (SegmentKind.OTHER, "http", re.compile(rf"(?:^| )({_BOILERPLATE})$")),
)
_NOT_NAMES = frozenset(
    re.findall(
        "[A-Z]+",
        "ACTION AND BEGIN CABLE COMMENT CONFIDENTIAL END EXDIS FOR IN MESSAGE NNNN NOFORN NOTAL NOTE OF REQUEST SECRET "
        "SENSITIVE SIPDIS SUMMARY TABLE TEXT THE TO UNCLAS UNCLASSIFIED UNQUOTE",
    )
)
_CLOSING_WORDS = frozenset({"COMMENT", "NOTE", "SUMMARY", "TEXT", "UNQUOTE"})
_NAME = re.compile(r"(?:[A-Z]['’])?[A-Z]{2,}(?:[-'’][A-Z]+)*|[A-Z]\.|[JS]R\.")
_TITLED_NAME = re.compile(r"(?:Mc|Mac|O['’]|De|Van)?[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?")
_URL_END = re.compile(r"https?:[^ ]{1,120}(?: [a-z_A-Z]{1,12})?$")
_MOST_NAMES = 3


def read_tail(flat: Flat, start: int, *, whole: bool, subject: str = "") -> Tail:
    """Return what ends a body: signers, terminators, boilerplate, residue.

    Args:
        flat: The text.
        start: Flat offset before which nothing is the tail: behind the last paragraph's number.
        whole: Whether the source holds the end of the cable; of a cut one the last word is nobody's name.
        subject: In upper case: some copies repeat its beginning behind the signature.
    """
    end = len(flat)
    pieces: list[tuple[SegmentKind, int, int]] = []
    signature: tuple[int, int] | None = None
    signers: list[tuple[int, int]] = []
    while end > start:
        _, end = flat.trim(start, end)
        window = max(start, end - _TAIL)
        names = _names(flat, window, end) if whole and signature is None else []
        if names:
            signature = (names[0][0], names[-1][1])
            signers = _signers(flat, names)
            end = signature[0]
            continue
        piece = _behind(flat, window, end) or _cut_subject(flat, window, end, subject)
        if piece is None:
            break
        pieces.append(piece)
        end = piece[1]
    return Tail(flat.trim(start, end)[1], signature, tuple(signers), tuple(reversed(pieces)))


def _behind(flat: Flat, window: int, end: int) -> tuple[SegmentKind, int, int] | None:
    for kind, literal, pattern in _BEHIND:
        if flat.text.find(literal, window, end) >= 0:
            match = pattern.search(flat.text, window, end)
            if match is not None:
                return kind, match.start(1), end
    return None


_LONGEST_CUT = 90
_SHORTEST_CUT = 8


def _cut_subject(flat: Flat, window: int, end: int, subject: str) -> tuple[SegmentKind, int, int] | None:
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
    re.findall(
        "[A-Z]+",
        "AL BEN BIN DA DE DEL DELLA DEN DER DI DO DOS DU EL LA LE LOS MAC MC SAN ST VAN VON",
    )
)
_SUFFIXES = frozenset(["JR", "JR.", "SR", "SR.", "II", "III", "IV"])


def _signers(flat: Flat, names: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the signers of a signature: a particle or an initial is of the name behind it, ``JR`` of that before."""
    signers: list[tuple[int, int]] = []
    joins = False
    for first, last in names:
        word = flat.text[first:last]
        if signers and (joins or word in _SUFFIXES):
            signers[-1] = (signers[-1][0], last)
        elif not any(flat.text[begin:end] == word for begin, end in signers):
            signers.append((first, last))
        joins = word in _PARTICLES or word.endswith(".")
    return signers


def _names(flat: Flat, window: int, end: int) -> list[tuple[int, int]]:
    """Return the names in which a stretch ends: capitals behind a sentence, or one name in title case."""
    words: list[tuple[int, int]] = []
    at = end
    while at > window and len(words) <= _MOST_NAMES:
        begin = flat.text.rfind(" ", window, at) + 1 or window
        word = flat.text[begin:at]
        if _NAME.fullmatch(word) is None or word in _NOT_NAMES or not word.strip("X"):
            break
        words.insert(0, (begin, at))
        at = begin - 1
    if not words:
        begin = flat.text.rfind(" ", window, end) + 1 or window
        if _TITLED_NAME.fullmatch(flat.text, begin, end) is None or flat.upper[begin:end] in _NOT_NAMES:
            return []
        words = [(begin, end)]
    if len(words) > _MOST_NAMES or not _closed_before(flat, window, words[0][0]):
        return []
    return words


_END_OF_PART = re.compile(
    r"(?<![A-Z])END (?:OF )?(?:PART|SECTION|CABLE|MESSAGE|REPORT|TRANSCRIPT|LIST)(?: [A-Z0-9]{1,8})?$"
)
_GROUP = re.compile(r"GP-\d")
_TITLES = frozenset(
    re.findall(
        "[A-Z]+",
        "AMBASSADOR BROTHER CHANCELLOR CHIEF COLONEL CONGRESSMAN COUNSELOR DIRECTOR DOCTOR FATHER "
        "GENERAL GOVERNOR JUDGE KING MAJOR MAYOR MINISTER OFFICER PRESIDENT PRINCE PRINCESS PROFESSOR "
        "QUEEN REPRESENTATIVE SECRETARY SENATOR SHEIKH SULTAN THE",
    )
)


def _is_surname(flat: Flat, start: int) -> bool:
    """Return whether a word in capitals is long enough for a name, and no organization."""
    word = flat.text[start : max(start, flat.text.find(" ", start)) if " " in flat.text[start:] else len(flat)]
    return len(word) >= 5 and word.isupper() and word not in vocabulary.organization_tags()


def _closed_before(flat: Flat, window: int, start: int) -> bool:
    """Return whether the text before a name is closed: a sentence, a redaction, an address, or nothing."""
    if start <= window + 1:
        return False
    before = flat.text[max(window, start - 150) : start - 1]
    last_word = before.rsplit(" ", 1)[-1]
    if last_word.upper() in _CLOSING_WORDS or _END_OF_PART.search(before.upper()) or _GROUP.fullmatch(last_word):
        return True
    if _TITLED_NAME.fullmatch(last_word) and last_word.upper() not in _TITLES:
        # A letter that is quoted at the end closes with a date or a place, without a point.
        return _is_surname(flat, start)
    return before[-1:] in _SENTENCE_END or before[-4:].upper() == "XXXX" or _URL_END.search(before) is not None
