"""The bar of a verb that moves octets: how many, how fast, how long yet.

Scope: drawing on stderr, when that is a terminal and people read the output. Not in scope: bars that count items
(``console``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bar

from preserve.progress import SILENT, Progress

__all__ = ["transfer_bar"]


class _Octets:
    def __init__(self, bar: Bar, verb: str) -> None:
        self._bar = bar
        self._task = bar.add_task(verb, total=None)

    def total(self, items: int | None) -> None:
        self._bar.update(self._task, total=items)

    def advance(self, item: str, nbytes: int = 0) -> None:
        del item
        self._bar.advance(self._task, nbytes)


@contextmanager
def transfer_bar(verb: str, *, json_lines: bool) -> Iterator[Progress]:
    """Draw a bar of octets; its total is in octets too."""
    console = Console(stderr=True)
    if json_lines or not console.is_terminal:
        yield SILENT
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Bar(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        yield _Octets(bar, verb)
