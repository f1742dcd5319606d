"""Damage to event logs: to the bytes of a line, to its members, and to the lines of a log.

Each function takes bytes and chance and returns bytes. ``logs`` tries what comes of it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.fuzz.bag_damage import EVIL, PATHS
from tests.fuzz.mutations import mutated

from preserve.digests import sha256

__all__ = ["damaged_line", "damaged_log"]

Chance = random.Random

_HEX = "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"
_PLACES = tuple(
    f"bags/{rest}"
    for rest in (
        *("STRELSAU/2007/07STRELSAU1/v1", "STRELSAU/2007/07STRELSAU1/v2", "STRELSAU/2007/07STRELSAU1/v1.tar"),
        *("STRELSAU/2007/07STRELSAU3/v1.tar.zst", "ZENDA/2007/07ZENDA1/v1", "_/0000/x/v999999999"),
        *("_/0000/x/v1000000000", "../../bag/v1", "STRELSAU/2007/../v1", "STRELSAU/2007/07STRELSAU1"),
        *("//2007/07STRELSAU1/v1", "A/2007/.stage-x/v1"),
    )
)  # fmt: skip
_WORDS = (
    *("", "x", "\n", "a\nb", "\x1b[2J", "\0", "\ud800", "\udfff", "\u202e", "٣", "1", "true", "x" * 5000, "[" * 200),
    *("ingestion", "ingestion start", "fixity check", "transfer", "metadata modification", "deaccession", "success"),
    *("1.0.0", "1.1.0", "1.9.0", "2.0.0", "2026-02-31T09:30:00Z", "9999-12-31T23:59:59Z", "0" * 64, _HEX, _HEX.upper()),
    *("07STRELSAU1", "07strelsau1", "07STRELSAU2", "07ZENDA1", ".", "..", EVIL, *PATHS, *_PLACES),
)  # fmt: skip
_NUMBERS = (
    0,
    1,
    2,
    -1,
    True,
    1.0,
    1.5,
    1e308,
    float("inf"),
    float("nan"),
    10**9,
    2**53,
    2**63 - 1,
    2**63,
    10**30,
    10**4000,
)
_SHAPES: tuple[Any, ...] = (None, [], {}, [[]], [None], {"": 0}, [{}], ["x"], {"location": _PLACES[0], "seal": _HEX})
_RAW = (
    b"[" * 100 + b"]" * 100,
    b"[" * 5000,
    b"9" * 5000,
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"\xff",
    b"\\ud800",
    b"\r",
    b"",
)
_ANNOUNCEMENTS: tuple[Any, ...] = (
    {"bags": [{"location": place, "seal": _HEX} for place in _PLACES[:3]]},
    {"bags": [{"location": _PLACES[4], "seal": _HEX, "index": _HEX}]},
    {"bags": []},
    {"bags": _PLACES},
    {"bags": [{"location": "../x", "seal": _HEX}]},
    [],
)
_NAMES = (
    "location",
    "seal",
    "index",
    "bags",
    "cables",
    "found",
    "completed",
    "novel",
    "seq",
    "bag",
    "version",
    "profiles",
)


def damaged_line(chance: Chance, _name: str, line: bytes, others: Sequence[bytes]) -> bytes:
    """Damage one line; it stays one line."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        match chance.randrange(6):
            case 0:
                line = mutated(chance, line, others).replace(b"\n", b" ")
            case 1:
                at = chance.randint(0, len(line))
                line = line[:at] + chance.choice(_RAW) + line[at + chance.choice((0, 1, 8)) :]
            case _:
                line = _with_other_members(chance, line)
    return line


def _with_other_members(chance: Chance, line: bytes) -> bytes:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return line
    place = value
    for _ in range(8):
        inner = [each for each in _inside(place) if isinstance(each, dict | list) and each]
        if not inner or not chance.randrange(3):
            break
        place = chance.choice(inner)
    twice = False
    if isinstance(place, dict) and place:
        twice = _change_object(chance, place)
    elif isinstance(place, list):
        _change_list(chance, place)
    try:
        text = json.dumps(value, ensure_ascii=bool(chance.randrange(2)), separators=(",", ":"))
    except (ValueError, RecursionError):
        return line
    if twice:
        text = text.replace('"twice":', f'"{chance.choice([*place])}":')
    return text.encode("utf-8", "surrogatepass")


def _inside(value: Any) -> Sequence[Any]:
    return [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []


def _value(chance: Chance) -> Any:
    return chance.choice(chance.choice((_WORDS, _NUMBERS, _SHAPES, _PLACES, _ANNOUNCEMENTS)))


def _change_object(chance: Chance, place: dict[str, Any]) -> bool:
    """Change a member; return whether one must be there twice."""
    name = chance.choice([*place])
    match chance.randrange(7):
        case 0:
            del place[name]
        case 1:
            place[chance.choice(_NAMES)] = _value(chance)
        case 2:
            place[chance.choice(_NAMES)] = place.pop(name)
        case 3:
            place["twice"] = _value(chance)
            return True
        case 4:
            items = [*place.items()]
            chance.shuffle(items)
            place.clear()
            place.update(items)
        case _:
            place[name] = _value(chance)
    return False


def _change_list(chance: Chance, place: list[Any]) -> None:
    match chance.randrange(4):
        case 0:
            place.append(_value(chance))
        case 1:
            place *= chance.choice((0, 2, 50))
        case 2 if place:
            place.pop(chance.randrange(len(place)))
        case _ if place:
            place[chance.randrange(len(place))] = _value(chance)


# --- whole logs ---


def damaged_log(chance: Chance, _name: str, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage some lines of a log, or what lines it has; half of the time the chain is made right again."""
    lines = data.splitlines()
    for _ in range(chance.choice((1, 1, 2, 3))):
        if lines:
            lines = chance.choice(_LOG_DAMAGES)(chance, lines)
    if chance.randrange(2):
        lines = _chained(lines)
    whole = b"".join(line + b"\n" for line in lines)
    match chance.randrange(12):
        case 0:
            return whole[: chance.randint(0, len(whole))]
        case 1:
            return mutated(chance, whole, others)
        case _:
            return whole


def _line(chance: Chance, lines: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(lines))
    return [*lines[:at], damaged_line(chance, "", lines[at], lines), *lines[at + 1 :]]


def _fewer(chance: Chance, lines: list[bytes]) -> list[bytes]:
    start = chance.randrange(len(lines))
    return lines[:start] + lines[start + chance.choice((1, 1, 2, len(lines))) :]


def _again(chance: Chance, lines: list[bytes]) -> list[bytes]:
    at = chance.randint(0, len(lines))
    return lines[:at] + [chance.choice(lines)] * chance.choice((1, 2, 30)) + lines[at:]


def _order(chance: Chance, lines: list[bytes]) -> list[bytes]:
    return chance.sample(lines, len(lines))


def _announcement(chance: Chance, lines: list[bytes]) -> list[bytes]:
    """Put a line in that announces bags: some that are there, some that are not, some in other places."""
    at = chance.randint(0, len(lines))
    try:
        line = json.loads(chance.choice(lines))
    except (ValueError, RecursionError):
        return lines
    if not isinstance(line, dict):
        return lines
    announced = {name: value for name, value in line.items() if name not in {"bag", "version"}}
    announced |= {"type": "ingestion start", "outcome": "success", "data": chance.choice(_ANNOUNCEMENTS)}
    return [*lines[:at], json.dumps(announced, separators=(",", ":")).encode(), *lines[at:]]


_LOG_DAMAGES: tuple[Callable[[Chance, list[bytes]], list[bytes]], ...] = (
    *(_line, _line, _line, _line, _fewer, _again, _order, _announcement, _announcement),
)


def _chained(lines: Sequence[bytes]) -> list[bytes]:
    """Give the lines the numbers and digests that a chain has, as whoever rewrites a log would."""
    chained, previous = list[bytes](), "0" * 64
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            value |= {"seq": number, "previous": previous}
            line = json.dumps(value, separators=(",", ":")).encode()
        chained.append(line)
        previous = sha256(line)
    return chained
