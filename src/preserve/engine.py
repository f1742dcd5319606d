"""The engine: maps a function over many items, here or in local processes, and gives results in the items' order.

Tasks have about a hundred items, and only a few are in flight, so memory stays flat. A worker that dies takes nothing
with it but the item that killed it. What comes back is for the caller to write down: its process is the one writer.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_all_start_methods, get_context, parent_process, util
from typing import Generic, TypeVar

from preserve.errors import SourceError

__all__ = ["BATCH_BYTES", "BATCH_ITEMS", "Done", "Lost", "cores", "item_results", "map_batches", "worker_died_error"]

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_ITEMS = 100
"""Items of a task, at most. Measured, in small items a second: 4,305 in tasks of one, 28,119 in tasks of a hundred."""

BATCH_BYTES = 16 << 20
"""Bytes that the items of a task carry when it ends: members of an archive travel with their bytes."""

_AHEAD = 2
"""Tasks in flight for each worker: one that it works at, one that waits."""


@dataclass(frozen=True, slots=True)
class Done(Generic[Item, Result]):
    """An item, and the result of the function."""

    item: Item
    result: Result


@dataclass(frozen=True, slots=True)
class Lost(Generic[Item]):
    """An item of which a worker died, twice: killed from outside, out of memory, or by a crash below Python."""

    item: Item


Outcome = Done[Item, Result] | Lost[Item]


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _weightless(_: object) -> int:
    return 0


def map_batches(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int,
    batch: int = BATCH_ITEMS,
    weigh: Callable[[Item], int] = _weightless,
) -> Generator[list[Outcome[Item, Result]], None, None]:
    """Map a function over items and give the outcomes in the order of the items, one task at a time.

    The function must be importable by name, and total: what goes wrong with an item is its result. With ``jobs=1``, or
    items for one task only, this process does the work. No more than two tasks for each worker are in flight, so
    neither items nor results pile up.

    Args:
        function: It and its results must be picklable if ``jobs`` is more than one. It may be called twice with an
            item: when a worker dies, its tasks are done again.
        items: Any number of them, drawn as needed.
        jobs: Worker processes.
        batch: Items of a task, at most.
        weigh: Returns the bytes that an item carries with it; a task ends at :data:`BATCH_BYTES` of them.

    Returns:
        A generator. Close it if you stop early: that drops the tasks that wait, and ends the workers.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; running tasks were waited for, waiting ones dropped.
    """
    parts = _batches(items, batch, weigh)
    # Two are drawn to learn whether there is more than one task: starting processes for one would only cost time.
    first, second = next(parts, None), next(parts, None)
    everything = chain((part for part in (first, second) if part is not None), parts)
    if jobs <= 1 or second is None:
        for part in everything:
            yield [Done(item, function(item)) for item in part]
        return
    yield from _map_in_processes(function, everything, jobs)


def item_results(
    batches: Generator[list[Outcome[Item, Result]], None, None], lost: Callable[[Item], Result]
) -> Generator[tuple[Item, Result], None, None]:
    """Yield each item with its result; closing this closes the batches.

    Args:
        batches: What :func:`map_batches` returned.
        lost: Returns the result of an item of which a worker died, twice.
    """
    with closing(batches):
        for batch in batches:
            for outcome in batch:
                yield outcome.item, outcome.result if isinstance(outcome, Done) else lost(outcome.item)


def worker_died_error(what: str) -> SourceError:
    """Return the error that is the result of a lost item.

    Args:
        what: The item, as the user named it.
    """
    return SourceError(
        f"{what}: the worker died of it, twice",
        hint="It ran out of memory, or was killed from outside. Try this one alone, with --jobs 1.",
    )


def _batches(items: Iterable[Item], size: int, weigh: Callable[[Item], int]) -> Iterator[Sequence[Item]]:
    part: list[Item] = []
    weight = 0
    for item in items:
        part.append(item)
        weight += weigh(item)
        if len(part) == size or weight >= BATCH_BYTES:
            yield part
            part, weight = [], 0
    if part:
        yield part


def _apply(function: Callable[[Item], Result], part: Sequence[Item]) -> list[Result]:
    return [function(item) for item in part]


# multiprocessing starts its fork server and its resource tracker with "python -c", which puts the current folder first
# on their path: a socket.py among captured pages would run. -P leaves the folder out. PYTHONSAFEPATH would do the same,
# but not for an interpreter that ignores its environment (-E), and it would have to be set for all other children too.
# The change stays, because multiprocessing starts a helper again, at any time, when it finds it dead.
_interpreter_flags: Callable[[], list[str]] = util._args_from_interpreter_flags  # type: ignore[attr-defined]
util._args_from_interpreter_flags = lambda: ["-P", *_interpreter_flags()]  # type: ignore[attr-defined]


@contextmanager
def _absolute_path() -> Iterator[None]:
    """Take the current folder out of ``sys.path``, of which a worker that is started gets a copy.

    An interactive interpreter and ``python -c`` have it there as the empty string, which multiprocessing would replace
    by its name.
    """
    whole = sys.path[:]
    sys.path[:] = [place for place in whole if os.path.isabs(place)]  # noqa: PTH117 - an entry need not be a path
    try:
        yield
    finally:
        sys.path[:] = whole


def _begin_worker() -> None:
    # Ctrl-C reaches the whole process group; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()


def _end_with_parent() -> None:
    """Have the system end this process when its parent has ended, whatever it is doing then.

    A worker holds both ends of the queue that it reads from, so it would wait for ever for a task of a parent that was
    killed. The fork server and the resource tracker end by themselves when the last worker has.
    """
    parent = parent_process()
    if parent is None:
        return
    # The parent holds the other end of this pipe as long as it lives. POSIX, open(): O_ASYNC sends SIGIO when something
    # happens to a pipe, and what SIGIO does unless somebody asks for more is to end the process. A thread that waits
    # for the parent would not get its turn while a regular expression or a parser runs.
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, os.O_ASYNC)
    if not parent.is_alive():
        os._exit(1)


def _pool(jobs: int) -> ProcessPoolExecutor:
    # Never a plain fork: the parent may have threads (a progress bar), and a fork copies their locks.
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(max_workers=jobs, mp_context=get_context(method), initializer=_begin_worker)


def _submit(pool: ProcessPoolExecutor, function: Callable[[Item], Result], item: Item) -> Future[Result]:
    """Give a pool a task; this is where the pool starts its workers."""
    with _absolute_path():
        return pool.submit(function, item)


def _map_in_processes(
    function: Callable[[Item], Result], parts: Iterator[Sequence[Item]], jobs: int
) -> Generator[list[Outcome[Item, Result]], None, None]:
    pool = _pool(jobs)
    waiting: deque[Sequence[Item]] = deque()
    futures: deque[Future[list[Result]]] = deque()
    try:
        while True:
            try:
                while len(waiting) < jobs * _AHEAD and (part := next(parts, None)) is not None:
                    waiting.append(part)
                    futures.append(_submit(pool, partial(_apply, function), part))
                if not waiting:
                    return
                results = futures[0].result()
            except BrokenProcessPool:
                # All tasks in flight fail together, and nothing says which item killed the worker: each is tried alone.
                pool.shutdown(wait=True, cancel_futures=True)
                futures.clear()
                while waiting:
                    yield _one_by_one(function, waiting.popleft())
                pool = _pool(jobs)
                continue
            futures.popleft()
            yield [Done(item, result) for item, result in zip(waiting.popleft(), results, strict=True)]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_by_one(function: Callable[[Item], Result], part: Sequence[Item]) -> list[Outcome[Item, Result]]:
    """Map the items of a task that a dead worker left, each alone, so that only the one that kills is lost."""
    outcomes: list[Outcome[Item, Result]] = []
    pool = _pool(1)
    try:
        for item in part:
            try:
                outcomes.append(Done(item, _submit(pool, function, item).result()))
            except BrokenProcessPool:
                outcomes.append(Lost(item))
                pool.shutdown(wait=True)
                pool = _pool(1)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return outcomes
