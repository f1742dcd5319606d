"""Which of the long tests run: nothing loses its last test, and what runs today runs tomorrow."""

from __future__ import annotations

from itertools import product

import pytest
from tests import selection
from tests.selection import LongTest, choose, examples, part

FORMS = ("folder", "tar", "zip")
FIXTURES = tuple(f"fixture {number}" for number in range(40))


def long_tests(share: float = 0.0, *, fixtures: tuple[str, ...] = FIXTURES) -> list[LongTest]:
    """Return a test of each fixture in each form, where each fixture is to be tested in some form."""
    return [LongTest(f"test[{name}-{form}]", ("test", name), share) for name, form in product(fixtures, FORMS)]


def test_one_of_each_group_runs() -> None:
    chosen = choose(long_tests())
    assert sorted(name.partition("-")[0] for name in chosen) == sorted(f"test[{name}" for name in FIXTURES)
    assert {name.partition("-")[2] for name in chosen} == {f"{form}]" for form in FORMS}


def test_a_share_of_the_others_runs_too() -> None:
    few, some, every = (choose(long_tests(share)) for share in (0.0, 0.5, 1.0))
    assert few < some < every
    assert len(every) == len(FIXTURES) * len(FORMS)
    assert 0.4 < len(some) / len(every) < 0.8


def test_the_order_of_the_tests_and_new_tests_change_nothing() -> None:
    assert choose(reversed(long_tests(0.3))) == choose(long_tests(0.3))
    assert choose(long_tests(0.3)) < choose(long_tests(0.3, fixtures=(*FIXTURES, "a new fixture")))


@pytest.mark.parametrize("everything", [True, False])
def test_inputs_and_examples(everything: bool) -> None:
    before = selection.runs_all()
    try:
        selection.select(everything=everything)
        assert (part(200), part(3), examples(40).max_examples) == ((200, 3, 40) if everything else (50, 1, 10))
    finally:
        selection.select(everything=before)
