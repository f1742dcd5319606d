"""The engine: order, flat memory, Ctrl-C's quiet workers, and an item that kills its worker."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator

from hypothesis import given, strategies as st

from preserve.engine import BATCH_BYTES, Done, Lost, item_results, map_batches, worker_died_error
from preserve.errors import SourceError


def double(number: int) -> int:
    return number * 2


def whoami(_: int) -> int:
    return os.getpid()


def die_at_seven(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@given(st.lists(st.integers()), st.integers(min_value=1, max_value=7))
def test_here_the_results_come_in_the_order_of_the_items_in_batches(items: list[int], batch: int) -> None:
    batches = list(map_batches(double, items, jobs=1, batch=batch))
    assert [outcome for part in batches for outcome in part] == [Done(item, item * 2) for item in items]
    assert all(len(part) == batch for part in batches[:-1])


@given(st.lists(st.integers(0, BATCH_BYTES), max_size=30))
def test_a_task_ends_when_its_items_are_heavy(weights: list[int]) -> None:
    batches = [
        [outcome.item for outcome in part] for part in map_batches(double, weights, jobs=1, batch=10, weigh=lambda n: n)
    ]
    assert [weight for part in batches for weight in part] == weights
    assert all(sum(part[:-1]) < BATCH_BYTES and len(part) <= 10 for part in batches)


def test_processes_give_the_same_in_the_same_order() -> None:
    items = range(50)
    here = list(map_batches(double, items, jobs=1, batch=4))
    assert list(map_batches(double, items, jobs=2, batch=4)) == here


def test_few_items_stay_in_this_process() -> None:
    [[done]] = map_batches(whoami, [1], jobs=8)
    assert done == Done(1, os.getpid())


def test_many_items_leave_this_process() -> None:
    pids = {
        done.result
        for part in map_batches(whoami, range(8), jobs=2, batch=2)
        for done in part
        if isinstance(done, Done)
    }
    assert pids
    assert os.getpid() not in pids


def test_items_are_drawn_only_as_needed() -> None:
    drawn = 0

    def items() -> Iterator[int]:
        nonlocal drawn
        for number in range(1000):
            drawn += 1
            yield number

    batches = map_batches(double, items(), jobs=2, batch=5)
    next(batches)
    # Two workers, two tasks each in flight, and the five plus one that decided for processes.
    assert drawn <= 2 * 2 * 5 + 6
    batches.close()


def test_only_the_item_that_kills_its_worker_is_lost() -> None:
    outcomes = [outcome for part in map_batches(die_at_seven, range(20), jobs=2, batch=3) for outcome in part]
    assert outcomes == [Lost(n) if n == 7 else Done(n, n) for n in range(20)]


def test_what_is_lost_is_answered_in_its_place_and_the_batches_are_closed() -> None:
    closed = []

    def batches() -> Generator[list[Done[str, str | SourceError] | Lost[str]], None, None]:
        try:
            yield [Done("a", "fine"), Lost("b")]
            yield [Done("c", "fine")]
        finally:
            closed.append(True)

    answers = item_results(batches(), worker_died_error)
    assert next(answers) == ("a", "fine")
    lost, error = next(answers)
    assert lost == "b"
    assert isinstance(error, SourceError)
    assert error.message == "b: the worker died of it, twice"
    answers.close()
    assert closed == [True]
