"""What ``make test`` runs of the long tests, and what it leaves to ``make test-all``.

``pytest --all`` runs everything. Without it these run in part, and always the same part:

* a test of many parameters that bears ``@pytest.mark.long("NAME", share=0.1)``: one for each value of the parameters
  that are named, and a share of the others;
* a loop over kills or made-up inputs, whose number is ``part(NUMBER)``;
* a property, which tries a quarter of its examples: of Hypothesis' hundred, or of ``examples(NUMBER)``.

And the tests of the command line fork a process that has imported ``preserve`` already, where ``--all`` starts the
command each time (``tests/cli/command.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from hypothesis import settings

__all__ = ["LongTest", "choose", "examples", "part", "runs_all", "select"]

_PART = 4
_all = False


@dataclass(frozen=True, slots=True)
class LongTest:
    """A test that is one of many of its function.

    Attributes:
        name: Its id.
        group: The function and the values of which each is to be tested.
        share: Of the others, from 0 to 1.
    """

    name: str
    group: tuple[str, ...]
    share: float


def select(*, everything: bool) -> None:
    """Say once, before tests are collected, whether all of them run."""
    global _all
    _all = everything


def runs_all() -> bool:
    """Return whether all tests run."""
    return _all


def part(number: int) -> int:
    """Return how many of so many inputs or rounds are tried."""
    return number if _all else max(1, number // _PART)


def examples(number: int) -> settings:
    """Return the settings of a property that tries so many examples."""
    return settings(max_examples=part(number))


def choose(tests: Iterable[LongTest]) -> set[str]:
    """Return the names of the tests that run: the first of each group, and the share, by a hash of the name.

    A name keeps its place among the others whatever is added, so that what runs today runs tomorrow.
    """
    met: set[tuple[str, ...]] = set()
    chosen: set[str] = set()
    for test in sorted(tests, key=_rank):
        if test.group not in met or _rank(test) < test.share:
            met.add(test.group)
            chosen.add(test.name)
    return chosen


def _rank(test: LongTest) -> float:
    return crc32(test.name.encode()) / (1 << 32)
