"""A text as words, signs that say something, and redactions: where each is, and by what key it is compared."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preserve.cable import Cable, Paragraph, Span, find_dateline, find_redactions, flatten
from preserve.compare.matching import HIDDEN
from preserve.compare.model import TextPlace
from preserve.compare.typography import PLAIN

__all__ = ["Words", "plain_keys", "received_texts", "split_cable", "word_keys"]

_TOKEN = re.compile(r"[^\W_]+|([^\w\s]|_)\1*")
"""A word, or a sign however often it is repeated: rules of dashes have no fixed length."""

_LONGEST_DATELINE = 200
"""Characters at the beginning of a text in which a dateline is looked for."""


@dataclass(frozen=True, slots=True)
class Words:
    """Header and body of a cable as one sequence of words, signs that say something, and redactions.

    They are one sequence, because two formats may part header and body at different places.

    Attributes:
        text: The header, a line break and the body, without the dateline.
        keys: By what each is compared.
        spans: Where each is in the text.
        cut: Where the dateline was, and how many characters it had.
        body: Where the body begins, the dateline counted in.
        numbered: The numbered paragraphs of the body, in order.
    """

    text: str
    keys: list[str]
    spans: list[tuple[int, int]]
    cut: tuple[int, int]
    body: int
    numbered: Sequence[Paragraph]

    def place(self, start: int, end: int) -> TextPlace:
        """Return the place of a range of the text in the header or the body, as these were received."""
        first, last = self._received(start), self._received(max(start, end - 1)) + (end > start)
        if first < self.body:
            return TextPlace(text="header", start=first, end=min(last, self.body - 1))
        first, last = first - self.body, last - self.body
        at = bisect_right(self.numbered, first, key=lambda each: each.start) - 1
        inside = at >= 0 and first < self.numbered[at].end
        return TextPlace(text="body", start=first, end=last, paragraph=self.numbered[at].number if inside else None)

    def _received(self, offset: int) -> int:
        at, length = self.cut
        return offset + length if offset >= at else offset

    def stretch(self, first: int, last: int) -> tuple[int, int]:
        """Return the range of some words; an empty one if there are none."""
        if first < last:
            return self.spans[first][0], self.spans[last - 1][1]
        at = self.spans[first - 1][1] if first else 0
        return at, at

    def between(self, first: int, last: int) -> tuple[int, int]:
        """Return the range between the word before some words and the word behind them."""
        start = self.spans[first - 1][1] if first else 0
        return start, self.spans[last][0] if last < len(self.spans) else len(self.text)


def received_texts(cable: Cable) -> tuple[str, str]:
    """Return header and body as they were received; the header is empty if there is none."""
    return cable.header.text if cable.header else "", cable.body.text


def split_cable(cable: Cable) -> tuple[Words, str]:
    """Return the words of a cable, and its dateline apart."""
    header, body = received_texts(cable)
    begin = len(header) + 1 if header else 0
    whole = f"{header}\n{body}" if header else body
    start, end = _dateline(header) or tuple(begin + at for at in _dateline(body) or (0, 0))
    text = whole[:start] + whole[end:]
    keys: list[str] = []
    spans: list[tuple[int, int]] = []
    _read_text(text, keys, spans)
    numbered = [each for each in cable.body.paragraphs if each.number is not None]
    return Words(text, keys, spans, (start, end - start), begin, numbered), whole[start:end]


def _dateline(text: str) -> tuple[int, int] | None:
    """Return the range of the dateline of a text, with the white space around it."""
    stripped = text.lstrip()
    flat = flatten(stripped[:_LONGEST_DATELINE])
    line = find_dateline(flat)
    if line is None:
        return None
    behind = stripped[flat.span(*line).end :]
    return 0, len(text) - len(behind.lstrip())


def _read_text(text: str, keys: list[str], spans: list[tuple[int, int]]) -> None:
    flat = flatten(text)
    cursor = 0
    for span in _apart(sorted(flat.span(*each) for each in find_redactions(flat))):
        _read_plain(text, cursor, span.start, keys, spans)
        keys.append(HIDDEN)
        spans.append((span.start, span.end))
        cursor = span.end
    _read_plain(text, cursor, len(text), keys, spans)


def _apart(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans that do not overlap the one before: ``[XXXXXXXX REMOVED]`` is one redaction."""
    cursor = 0
    for span in spans:
        if span.start >= cursor:
            yield span
            cursor = span.end


def _read_plain(text: str, start: int, end: int, keys: list[str], spans: list[tuple[int, int]]) -> None:
    for match in _TOKEN.finditer(text, start, end):
        key = match[0] if match[1] is None else _sign(text, match)
        if key:
            keys.append(key)
            spans.append(match.span())


def _sign(text: str, match: re.Match[str]) -> str:
    """Return by what a sign is compared; an empty string for one that carries no word where it stands."""
    sign = match[1]
    plain = PLAIN.get(sign)
    if plain is None:
        return sign
    before = text[match.start() - 1 : match.start()]
    if not text[match.end() : match.end() + 1].isdigit():
        return ""
    return plain if before.isdigit() or (plain == "-" and not before.isalnum()) else ""


def word_keys(text: str) -> list[str]:
    """Return the keys of the words of a text: texts with equal keys have equal words."""
    keys: list[str] = []
    _read_text(text, keys, [])
    return keys


def plain_keys(text: str) -> list[str]:
    """Return the keys of the words of a text whose redactions are taken for words."""
    keys: list[str] = []
    _read_plain(text, 0, len(text), keys, [])
    return keys
