"""The worst cases of the grammar: a megabyte of each awkward pattern, and how the time grows with the length.

Scope: the grammar, whatever the text is: as a body, as a body behind a good head, and as a routing header. Not in
scope: the readers, which see bytes (``fuzz``), and ordinary cables (``stages``).

Time that is linear in the length doubles when the length does: a growth of 2.0. A growth near 4 is a fault of ours.

Usage: python -m benchmarks.worst [--size 1000000] [--repeat 2] [--only TEXT]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from preserve.cable.grammar import read_body
from preserve.cable.record.identifier import parse_identifier
from preserve.cable.rules.routing_header import read_header, split_header

__all__ = ["PATTERNS", "PLACES", "Case", "measured"]

_CABLE = parse_identifier("05STRELSAU112")
_HEAD = (
    "C O N F I D E N T I A L SECTION 01 OF 02 STRELSAU 000112\n\nSIPDIS\n\nDEPT FOR EUR/CNE\n\n"
    "E.O. 12958: DECL: 11/18/2015\nTAGS: PGOV, PREL, RZ\nSUBJECT: THE BRIDGE OF ZENDA\n\nREF: A. 04 STRELSAU 4144\n"
)
_TRANSMISSION = (
    "VZCZCXRO0417\nOO RUEHZE\nDE RUEHSZ #0112/01 0531640\nZNY SSSSS ZZH\nO P 221640Z FEB 07\nFM AMEMBASSY STRELSAU\n"
    "TO RUEHC/SECSTATE WASHDC IMMEDIATE 5521\nINFO "
)
_BODY = "1. (C) The king came to town.\n\n2. (C) He left.\n\nORMSBY\n"

PATTERNS: dict[str, str] = {
    "spaces": " ",
    "line breaks": "\n",
    "CRLF": "\r\n",
    "tabs": "\t",
    "form feeds": "\f",
    "NBSP": "\u00a0",
    "space and line break": " \n",
    "space and NBSP": "x \u00a0",
    "NULs": "\0",
    "letters": "x",
    "capitals": "A",
    "one-letter lines": "x\n",
    "one-letter lines, two breaks": "x\n\n",
    "one-letter lines, capitals": "A\n",
    "words": "castle ",
    "words in capitals": "CASTLE ",
    "a sentence": "The king came to town. ",
    "digits": "7",
    "numbers": "1234567 ",
    "sharp s": "ß",
    "micro sign": "µ",
    "pilcrows": "¶",
    "pilcrow and number": "¶1. ",
    "combining characters": "e\u0301",
    "combining characters alone": "\u0301",
    "astral characters": "\U0001f4dc",
    "astral and spaces": "\U0001f4dc  ",
    "lone surrogates": "\ud800",
    "parentheses": "(",
    "closing parentheses": ")",
    "both parentheses": "( ) ",
    "nested parentheses": "((((",
    "brackets": "[",
    "[NAME ": "[NAME ",
    "(C)": "(C) ",
    "paragraph number": "1. ",
    "paragraphs, one number": "1. (U) ",
    "paragraphs, high number": "999. (U) ",
    "parts of a paragraph": "2a. (C) ",
    "signs of paragraphs": "§1. (C) ",
    "half marks": "1. C) ",
    "open marks": "1. (C/",
    "SIPDIS": "SIPDIS ",
    "stray captions": "Secretary of State and the other ones SIPDIS ",
    "E.O.": "E.O. ",
    "E.O. 12958:": "E.O. 12958: ",
    "EO": "EO",
    "TAGS:": "TAGS: ",
    "TAGS in the text": "tags ",
    "tags": "PGOV ",
    "tags run together": "PGOVPREL",
    "tags with commas": "TAGS: A, ",
    "SUBJECT:": "SUBJECT: ",
    "SUBJECT": "SUBJECT ",
    "SU": "SU",
    "REF:": "REF: ",
    "REF": "REF",
    "reftel": "(reftel) ",
    "references": "STATE 123 ",
    "references with letters": "A. STATE 1 B. ZENDA 2 ",
    "letters of references": "A. ",
    "AND": "AND 12 ",
    "letters and points": "A.B.C.",
    "Classified By:": "Classified By: ",
    "reasons": "1.4 (b) ",
    "REASON": "REASON ",
    "(U) Classified By:": "(U) CLASSIFIED BY ",
    "END SUMMARY": "END SUMMARY ",
    "SUMMARY": "SUMMARY ",
    "SUMMARY:": "SUMMARY: ",
    "notes": "(NOTE: ",
    "notes and their ends": "(Note: x. End note.) ",
    "COMMENT": "COMMENT. ",
    "rules": "-----",
    "hyphens and spaces": "- ",
    "equals": "=",
    "headings": "---- A HEADING ---- ",
    "X": "XXXXXXXX",
    "x and space": "XXXX ",
    "slashes": "//",
    "backslashes": "\\",
    "backslashes and spaces": "\\ ",
    "angle brackets": "<",
    "closing angle brackets": "<b ",
    "<<": "<<1",
    "markup": "<br>",
    "ampersands": "&",
    "minutes": "10:00 ",
    "rows": "2007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET 04ZENDA2|",
    "stamps": "Declassified/Released US Department of State ",
    "SECRET": "SECRET ",
    "S E C R E T": "S E C R E T ",
    "S": "S ",
    "C O N F": "C O N F I D E N T I A ",
    "UNCLAS": "UNCLAS",
    "SECTION": "SECTION 01 OF 02",
    "banners of sections": "S E C R E T SECTION 02 OF 02 STRELSAU 112 ",
    "repeated heads": _HEAD.replace("01 OF", "02 OF"),
    "repeated headers": _TRANSMISSION,
    "page marks": "STRELSAU 00000112 002 OF 003 ",
    "ends of page marks": " OF 003",
    "page banners": "PAGE 02 STRELS 00112 01 OF 02 221640Z ",
    "openings of page banners": "PAGE 02 STRELS ",
    "attention": "STATE FOR A ",
    "PASS": "PASS ",
    "corrected copy": "C O R R E C T E D ",
    "signers": "ORMSBY ",
    "particles": "DE ",
    "NNNN": "NNNN ",
    "##": "#",
    "points": "...",
    "websites": "Visit Classified Website: http ",
    "precedences": "O ",
    "relays": "OO RUEHC ",
    "times": "O 221640Z ",
    "FM": "FM ",
    "TO": "TO ",
    "XMT": "XMT ",
    "addressees": "RUEHC/SECSTATE WASHDC IMMEDIATE 5521 ",
    "routes": "RUEHC/",
    "collectives": "POSTS COLLECTIVE ",
    "VZCZC": "VZCZC",
}
"""What each text repeats, by its name."""

PLACES: dict[str, Callable[[str], object]] = {
    "body": lambda text: read_body(text, _CABLE),
    "behind a head": lambda text: read_body(_HEAD + text, _CABLE),
    "between head and text": lambda text: read_body(f"{_HEAD}{text}\n\n{_BODY}", _CABLE),
    "behind a text": lambda text: read_body(f"{_HEAD}\n{_BODY}{text}", _CABLE),
    "header": read_header,
    "in a header": lambda text: (read_header(_TRANSMISSION + text), split_header(_TRANSMISSION + text)),
}
"""Where the text stands, and what is done with it."""


@dataclass(frozen=True, slots=True)
class Case:
    """What one pattern took in one place.

    Attributes:
        pattern: Its name.
        place: Where it stood.
        seconds: By length, in characters: a quarter, a half, the whole.
    """

    pattern: str
    place: str
    seconds: dict[int, float]

    @property
    def slowest(self) -> float:
        """The seconds of the greatest length."""
        return max(self.seconds.values())

    @property
    def growth(self) -> float:
        """By what the time is multiplied when the length is doubled: the mean of both doublings."""
        least, greatest = min(self.seconds), max(self.seconds)
        return math.sqrt(self.seconds[greatest] / max(self.seconds[least], _TICK))


def measured(pattern: str, place: str, size: int, repeat: int) -> Case:
    """Measure one pattern in one place: the fastest of some runs at each of three lengths."""
    seconds = {}
    for length in (size // 4, size // 2, size):
        repeated = PATTERNS[pattern] * (length // len(PATTERNS[pattern]) + 1)
        text = repeated[:length]
        seconds[length] = min(_seconds(PLACES[place], text) for _ in range(repeat))
    return Case(pattern, place, seconds)


def _seconds(work: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    work(text)
    return time.process_time() - start


def main() -> None:
    """Measure every pattern in every place; print a line each, then the slowest and the steepest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1_000_000, help="characters of the longest text")
    parser.add_argument("--repeat", type=int, default=2, help="runs of which the fastest counts")
    parser.add_argument("--only", default="", help="patterns whose name has this in it")
    arguments = parser.parse_args()
    cases = []
    lengths = "".join(f"{arguments.size // part:>12,}" for part in (4, 2, 1))
    print(f"seconds of processor time by characters\n\n{'pattern':<32}{'place':<24}{lengths}{'growth':>8}")
    for pattern in (name for name in PATTERNS if arguments.only in name):
        for place in PLACES:
            case = measured(pattern, place, arguments.size, arguments.repeat)
            cases.append(case)
            print(_line(case), flush=True)
    print("\nthe slowest")
    for case in sorted(cases, key=lambda case: -case.slowest)[:_SHOWN]:
        print(_line(case))
    print(f"\nthe steepest of those that take {_NOTICEABLE:g} s")
    for case in sorted((case for case in cases if case.slowest >= _NOTICEABLE), key=lambda case: -case.growth)[:_SHOWN]:
        print(_line(case))


_SHOWN = 10
_TICK = 1e-6
_NOTICEABLE = 0.02
"""Seconds below which a growth says nothing."""


def _line(case: Case) -> str:
    seconds = "".join(f"{value:12.3f}" for value in case.seconds.values())
    return f"{case.pattern:<32}{case.place:<24}{seconds}{case.growth:8.2f}"


if __name__ == "__main__":
    main()
