"""JSON as text: reading it within bounds, and finding the line and column of a value.

JSON is that of RFC 8259, strictly: no repeated name, no ``NaN``. The standard library reads it. Only when something is
wrong is the text walked a second time, sign by sign in Python, to find the place; so files without faults cost next to
nothing. Nothing here recurses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from preserve.contracts import json_pointer
from preserve.findings import Finding

__all__ = [
    "DEEPEST",
    "LONGEST_NUMBER",
    "MOST_VALUES",
    "DocumentPlace",
    "NotJsonError",
    "find_places",
    "place_at",
    "read_json",
]

DEEPEST = 64
"""Levels of nesting that are read; the deepest of our documents have about ten."""

MOST_VALUES = 2_000_000
"""Values that one text may hold, by its commas and brackets; this bounds the memory that reading takes."""

LONGEST_NUMBER = 4300
"""Digits of the longest integer that is read: Python's own bound, as the time grows as the square of the length."""


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """A place in a text: line and column, both from 1, the column in characters."""

    line: int
    column: int


class NotJsonError(Exception):
    """A text that cannot be read as JSON, with its finding and the offset of the fault."""

    def __init__(self, finding: Finding, offset: int) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.offset = offset


@dataclass(slots=True)
class _Open:
    """An object or array that the walk is in, and the member or item that it is at."""

    is_object: bool
    item: int = 0
    name: str = ""
    offset: int = 0
    """Where the name begins."""
    repeated: bool = False
    names: set[str] = field(default_factory=set)

    @property
    def step(self) -> str | int:
        """The step of a pointer to that member or item."""
        return self.name if self.is_object else self.item

    def meet(self, name: str, offset: int) -> None:
        """Go to the next member."""
        self.name, self.offset, self.repeated = name, offset, name in self.names
        self.names.add(name)


@dataclass(slots=True)
class _Sought:
    """A step of the pointers that are sought, the steps below it, and its offset once the walk has met it."""

    below: dict[str, _Sought] = field(default_factory=dict)
    offset: int | None = None


# Possessive quantifiers: an unfinished string fails at once, and no string takes more time than its length.
_TOKEN = re.compile(r'[ \t\n\r]*+("[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++)', re.DOTALL)


def read_json(text: str) -> object:
    """Return the value of a JSON text.

    Raises:
        NotJsonError: It is not JSON, repeats a name in an object, or goes beyond the bounds of this module. The
            finding is ``json-malformed``, ``json-repeated-name``, ``json-byte-order-mark`` or ``json-limit``.
    """
    if text.startswith("\ufeff"):
        raise NotJsonError(Finding.of("json-byte-order-mark", "", "it begins with a byte order mark, U+FEFF"), 0)
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        raise NotJsonError(Finding.of("json-limit", "", f"more than {MOST_VALUES:,} values"), 0)
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise NotJsonError(Finding.of("json-malformed", "", _plain(error.msg)), error.pos) from None
    except (ValueError, RecursionError):
        raise _odd(text) from None
    if _deeper_than(value, DEEPEST):
        raise _odd(text)
    return value


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a repeated name")  # the walk finds where
    return members


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _plain(says: str) -> str:
    return f"{says[0].lower()}{says[1:]}"


def _deeper_than(value: object, levels: int) -> bool:
    level: list[object] = [value]
    for _ in range(levels):
        level = [
            item
            for each in level
            for item in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def _odd(text: str) -> NotJsonError:
    """Return what the walk meets first of what the standard library reads and JSON, or we, do not."""
    for offset, sign, stack in _walk(text):
        if stack and stack[-1].repeated:
            says = f"the object has the name {_shown(stack[-1].name)} twice; the first value would be lost"
            return NotJsonError(Finding.of("json-repeated-name", _where(stack), says), offset)
        if len(stack) >= DEEPEST and sign in "[{":
            return NotJsonError(Finding.of("json-limit", "", f"nested deeper than {DEEPEST} levels"), offset)
        if sign[0] in "-0123456789" and len(sign) > LONGEST_NUMBER:
            return NotJsonError(
                Finding.of("json-limit", _where(stack), f"a number of {len(sign):,} characters"), offset
            )
        # The standard library takes these where a longer word begins with them, too.
        if sign.startswith(("NaN", "Infinity", "-Infinity")):
            return NotJsonError(Finding.of("json-malformed", _where(stack), f"{sign[:20]} is no value of JSON"), offset)
    return NotJsonError(Finding.of("json-malformed", "", "it cannot be read"), 0)


def _where(stack: list[_Open]) -> str:
    return json_pointer(each.step for each in stack)


def _shown(name: str) -> str:
    text = repr(name)
    return text if len(text) <= 80 else f"{text[:77]}..."


def find_places(text: str, pointers: Collection[str]) -> dict[str, DocumentPlace]:
    """Return the place of each JSON Pointer; one that leads to nothing has the place of the nearest value above it.

    Args:
        text: JSON, as :func:`read_json` reads it.
        pointers: As findings have them; ``""`` for the whole.
    """
    whole = _Sought()
    ends = {each: _way(whole, each) for each in pointers}
    inside: list[_Sought | None] = [whole]
    for offset, sign, stack in _walk(text):
        del inside[len(stack) + 1 :]
        sought = inside[-1]
        if stack and sought is not None:
            sought = sought.below.get(str(stack[-1].step))
        if sought is not None and sought.offset is None:
            sought.offset = offset
        if sign in "[{":
            inside.append(sought)
    nearest = {
        each: next(step.offset for step in reversed(way) if step.offset is not None) for each, way in ends.items()
    }
    lines = _lines_of(text, nearest.values())
    return {each: lines[offset] for each, offset in nearest.items()}


def _way(whole: _Sought, where: str) -> list[_Sought]:
    """Return the steps to a pointer, from the whole text on; steps that are not there yet are made."""
    way = [whole]
    for step in where.split("/")[1:]:
        way.append(way[-1].below.setdefault(step.replace("~1", "/").replace("~0", "~"), _Sought()))
    return way


def place_at(text: str, offset: int) -> DocumentPlace:
    """Return the line and column of an offset."""
    return _lines_of(text, [offset])[offset]


def _lines_of(text: str, offsets: Iterable[int]) -> Mapping[int, DocumentPlace]:
    found_at: dict[int, DocumentPlace] = {}
    line, start, at = 1, 0, 0
    for offset in sorted(set(offsets)):
        line += text.count("\n", at, offset)
        start = max(start, text.rfind("\n", at, offset) + 1)
        at = offset
        found_at[offset] = DocumentPlace(line, offset - start + 1)
    return found_at


def _walk(text: str) -> Iterator[tuple[int, str, list[_Open]]]:
    """Yield every value of a text, a container before what it holds, as far as the text is JSON.

    Yields:
        The offset at which the value begins, or the name of a member; its first sign; and what it stands in, outermost
        first. The list is that of the walk, and changes as the walk goes on.
    """
    stack: list[_Open] = []
    expects_name = False
    at = 0
    while (match := _TOKEN.match(text, at)) is not None:
        sign, offset, at = match[1], match.start(1), match.end()
        if sign in "}]":
            stack.pop()
            expects_name = False
        elif sign == ",":
            expects_name = stack[-1].is_object
            stack[-1].item += 1
        elif sign == ":":
            expects_name = False
        elif expects_name:
            stack[-1].meet(json.loads(sign), offset)
        else:
            yield stack[-1].offset if stack and stack[-1].is_object else offset, sign, stack
            if sign in "[{":
                stack.append(_Open(sign == "{"))
                expects_name = sign == "{"
