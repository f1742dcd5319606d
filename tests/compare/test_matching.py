"""The work of matching, for sequences that were made to be hard to match."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from preserve.compare.matching import align


class _Counted(str):
    """A word that counts how often it is looked at."""

    __slots__ = ()
    looks = 0

    def __eq__(self, other: object) -> bool:
        _Counted.looks += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        _Counted.looks += 1
        return str.__hash__(self)


def _fibonacci(size: int) -> list[str]:
    one, two = ["a"], ["a", "b"]
    while len(two) < size:
        one, two = two, two + one
    return two[:size]


def _nested(size: int) -> list[str]:
    """Words of which few are once in the whole, and more in each part."""
    return [str(at % (size >> min(12, at.bit_length()) or 1)) for at in range(size)]


HOSTILE: dict[str, Callable[[int], tuple[Sequence[str], Sequence[str]]]] = {
    "one word": lambda size: (["a"] * size, ["b"] + ["a"] * size + ["c"]),
    "two words": lambda size: (["a", "b"] * (size // 2), ["b", "a", "a"] * (size // 3)),
    "all once": lambda size: ([str(at) for at in range(size)], [str(at) for at in reversed(range(size))]),
    "all other": lambda size: ([f"a{at}" for at in range(size)], [f"b{at}" for at in range(size)]),
    "shifted": lambda size: ([str(at) for at in range(size)], [str(at + 1) for at in range(size)]),
    "interleaved": lambda size: (
        [str(at // 2) if at % 2 else "a" for at in range(size)],
        [str(at // 2) if at % 2 else "b" for at in range(size)],
    ),
    "fibonacci": lambda size: (_fibonacci(size), _fibonacci(size + 7)[7:]),
    "nested": lambda size: (_nested(size), ["x", *_nested(size)[::-1]]),
    "peeled": lambda size: (
        [str(min(at, size - at)) for at in range(size)],
        [str(min(at, size - at) ^ 1) for at in range(size)],
    ),
}


@pytest.mark.parametrize("pattern", HOSTILE)
def test_the_work_of_matching_grows_as_the_texts_do(pattern: str) -> None:
    looks = []
    for size in (2_000, 8_000):
        old, new = ([_Counted(word) for word in words] for words in HOSTILE[pattern](size))
        _Counted.looks = 0
        align(old, new)
        looks.append(_Counted.looks)
    assert looks[1] < 5 * looks[0] + 1_000
    assert looks[1] < 300 * 8_000
