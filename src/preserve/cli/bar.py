"""The bar that shows how far a verb is, with its rate and the time left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress as Bar,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from preserve.progress import Progress

__all__ = ["draw_bar"]


class _Drawn:
    def __init__(self, bar: Bar, verb: str, *, in_bytes: bool) -> None:
        self._bar, self._in_bytes = bar, in_bytes
        self._task = bar.add_task(verb, total=None)

    def total(self, items: int | None) -> None:
        self._bar.update(self._task, total=items)

    def advance(self, item: str, nbytes: int = 0) -> None:
        del item
        self._bar.advance(self._task, nbytes if self._in_bytes else 1)


@contextmanager
def draw_bar(verb: str, *, in_bytes: bool) -> Iterator[Progress]:
    """Draw a bar on stderr, which is a terminal.

    Args:
        verb: What is under way.
        in_bytes: Count bytes, not items.
    """
    counted = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(),)
    # Where stdout is the same terminal, its lines go above the bar; where it is a file or a pipe, it is left alone.
    together = sys.stdout.isatty()
    with Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        *counted,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=together,
        redirect_stderr=together,
    ) as bar:
        yield _Drawn(bar, verb, in_bytes=in_bytes)
