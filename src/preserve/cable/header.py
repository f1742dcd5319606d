"""The routing header (ACP-127 and its kin): sender, addressees, precedence, date-time group.

Scope: where a header ends and the body begins, and what its lines say, with or without line starts. Not in scope:
the head of the body (``cable.labels``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from preserve.cable.flat import Flat, flatten
from preserve.cable.layout import Hole, Layout
from preserve.cable.record import Header, MarkKind, Recipient, SegmentKind, Transmission
from preserve.cable.running import page_banners
from preserve.digests import sha256

__all__ = ["opens_header", "read_header", "split_header"]

# Measured on 1,295 pages: VZCZC first 1,117, date-time group first 60, INFO distribution first 18.
_FIRST = re.compile(
    r"\s*(?:VZCZC|(?:[ZOPRM]{2}\s)+(?:RU|RH)[A-Z]{2}|DE\sRU|(?:[ZOPRM]\s)+\d{6}Z\s|FM\s[A-Z]|(?:ORIGIN|ACTION|INFO)\s+[A-Z]{1,5}-\d\d)"
)
_SENDER = re.compile(r"(?<!\S)FM\s")


def _spaced(word: str) -> str:
    return r"\s?".join(word)


_LEVEL = "|".join(
    _spaced(word) for word in ("UNCLASSIFIED", "UNCLAS", "CONFIDENTIAL", "TOPSECRET", "SECRET", "LIMITEDOFFICIALUSE")
)
# The banner is the first level behind FM with post and serial, or section, near it; old copies glue it to the last
# addressee ("WASHINGTON DCUNCLAS SECTION 01"). Its first letter may be doubled ("SS E C R E T").
_BANNER = re.compile(
    rf"(?:{_LEVEL})(?=\s)(?!\s+SERVICE)(?:[\s/A-Z]{{0,40}}?SECTION\s\d\d\sOF\s\d\d|[\s/A-Z'.-]{{1,60}}?\d{{3,7}}(?![\d/]))"
)


def opens_header(text: str, start: int = 0) -> bool:
    """Return whether a text begins, from an offset on, as a routing header does."""
    return _FIRST.match(text, start) is not None


def split_header(text: str) -> int:
    """Return where the body begins in a text that a routing header may open; 0 when none does.

    Args:
        text: The text behind the page's own table.
    """
    if not opens_header(text):
        return 0
    sender = _SENDER.search(text)
    if sender is None:
        return 0
    banner = _BANNER.search(text, sender.end())
    if banner is None:
        return 0
    at = banner.start()
    return at - 1 if text[at - 1] == text[at] and not text[at - 2].isalpha() else at


_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_GROUP = re.compile(
    r"(?P<precedence>(?:[ZOPRM] )+)(?P<dtg>(\d{2})(\d{2})(\d{2})Z ([A-Z]{3}) (\d{2}|\d{4}))(?: Z[A-Z]{2})*(?![^ ])"
)
_PRECEDENCE = {"Z": "FLASH", "O": "IMMEDIATE", "P": "PRIORITY", "R": "ROUTINE", "M": "DEFERRED"}
_WORDS = r"(?:NIACT IMMEDIATE|FLASH|IMMEDIATE|PRIORITY|PIORITY|ROUTINE)"
_FIELD = re.compile(r"(?<![^ ])(FM|TO|INFO) ")
_KINDS = {"FM": SegmentKind.FROM, "TO": SegmentKind.TO, "INFO": SegmentKind.INFO}


def read_header(text: str) -> tuple[Header, Transmission]:
    """Return the header's layout and what it states.

    Args:
        text: The header as the page has it.
    """
    flat = flatten(text)
    spans = [flat.span(*place) for place in page_banners(flat, "")]
    if spans:
        flat = flatten(text, spans)
    layout = Layout(flat, [Hole(span, SegmentKind.PAGE_BANNER, MarkKind.PAGE_BANNER) for span in spans])
    group = _GROUP.search(flat.upper)
    ranges = _fields(flat, 0 if group is None else group.end())
    first = min([len(flat), *(start for start, _, _ in ranges.values())])
    if group is not None:
        layout.segment(SegmentKind.TRANSMISSION, 0, group.start())
        layout.segment(SegmentKind.PRECEDENCE, group.start(), group.end())
        layout.mark(MarkKind.DTG, group.start("dtg"), group.end("dtg"), "/transmission/dtg")
    else:
        layout.segment(SegmentKind.TRANSMISSION, 0, first)
    for name, (start, _, end) in ranges.items():
        layout.segment(_KINDS[name], start, end)
    segments, marks = layout.settle()
    transmission = Transmission(
        dtg=None if group is None else group["dtg"],
        sent=None if group is None else _sent(group),
        precedence=() if group is None else tuple(_PRECEDENCE[letter] for letter in group["precedence"].split()),
        sender=_sender(flat, ranges.get("FM")),
        action=tuple(_recipients(flat, ranges.get("TO"))),
        info=tuple(_recipients(flat, ranges.get("INFO"))),
    )
    return Header(
        text=text, sha256=sha256(text.encode("utf-8", "surrogatepass")), segments=segments, marks=marks
    ), transmission


def _fields(flat: Flat, start: int) -> dict[str, tuple[int, int, int]]:
    """Return label, value and end of FM, TO and INFO, each at its first place, in that order."""
    found: list[tuple[str, int, int]] = []
    for match in _FIELD.finditer(flat.upper, start):
        if len(found) < 3 and all(name != match[1] for name, _, _ in found) and (found or match[1] == "FM"):
            found.append((match[1], match.start(), match.end()))
    ends = [*(begin for _, begin, _ in found), len(flat)][1:]
    return {name: (begin, value, end) for (name, begin, value), end in zip(found, ends, strict=True)}


def _sent(group: re.Match[str]) -> str | None:
    day, hour, minute, month, year = group[3], group[4], group[5], group[6], group[7]
    if month not in _MONTHS:
        return None
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 60 else 2000)
    try:
        return datetime(full, _MONTHS.index(month) + 1, int(day), int(hour), int(minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None


def _sender(flat: Flat, field: tuple[int, int, int] | None) -> str | None:
    if field is None:
        return None
    start, end = flat.trim(field[1], field[2])
    return flat.text[start:end] or None


# Where the next addressee begins: at a routing indicator, at a station or an agency; and behind a precedence and a
# message number, or a collective. Headers of the old system have no indicators.
_NEXT = re.compile(
    r"(?<= )(?:(?=R[A-Z]{3,7}/)|(?=(?:AMEMBASSY|AMCONSUL|AMCONGEN|AMINSTITUTE|USMISSION|USINT|USLO|USOFFICE|SECSTATE"
    r"|SECDEF|DEPT OF|DEPARTMENT OF|JOINT STAFF|CJCS|JCS|CIA|DIA|DIRNSA|NSC|FBI|HQ|CDR|CDRUSCENTCOM|USCINC[A-Z]{2,8}"
    r"|WHITE HOUSE|TREASURY|XMT) ))"
)
_BEHIND = re.compile(rf" (?:{_WORDS}(?: \d{{4,6}})?|\d{{4,6}}|COLLECTIVE(?! {_WORDS}| \d{{4,6}}))(?= |$)")


def _recipients(flat: Flat, field: tuple[int, int, int] | None) -> Iterator[Recipient]:
    """Yield the addressees of a field; those behind ``XMT`` are excluded from the one before."""
    if field is None:
        return
    start, end = flat.trim(field[1], field[2])
    pending: Recipient | None = None
    excluded: list[str] = []
    excluding = False
    for text in _addressees(flat.text[start:end]):
        name = text
        if name == "XMT" or name.startswith("XMT "):
            excluding, name = True, name[4:]
            if not name:
                continue
        if excluding and "/" not in name.split(" ")[0]:
            excluded.append(name)
            continue
        if pending is not None:
            yield _with_excluded(pending, excluded)
        pending, excluded, excluding = _recipient(name), [], False
    if pending is not None:
        yield _with_excluded(pending, excluded)


def _addressees(text: str) -> Iterator[str]:
    cuts = {match.start() for match in _NEXT.finditer(text)} | {match.end() + 1 for match in _BEHIND.finditer(text)}
    begins = sorted({0, *cuts})
    for first, last in zip(begins, [*begins[1:], len(text)], strict=True):
        part = text[first:last].strip()
        if part:
            yield part


def _recipient(text: str) -> Recipient:
    words = text.split(" ")
    mcn = words.pop() if len(words) > 1 and words[-1].isdigit() and len(words[-1]) >= 4 else None
    precedence = None
    if len(words) > 1 and words[-1] in ("FLASH", "IMMEDIATE", "PRIORITY", "PIORITY", "ROUTINE"):
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
