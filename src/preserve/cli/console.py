"""What the verbs print: outcomes to stdout, messages and progress to stderr.

Scope: the two streams and the bar. Not in scope: the words of an outcome; ``report`` has them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Final

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

from preserve.progress import SILENT, Progress

__all__ = ["binary_stdout", "progress_bar", "say", "say_bytes", "say_error", "say_json", "say_note"]


_HALVES: Final = re.compile("[\ud800-\udfff]")


def say(text: str) -> None:
    """Print one outcome for people, to stdout."""
    sys.stdout.write(_printable(text) + "\n")


def say_json(line: Mapping[str, object]) -> None:
    """Print one outcome for programs: a JSON object on one line, to stdout."""
    text = json.dumps(line, ensure_ascii=False, separators=(", ", ": "))
    # RFC 8259 8.2: half of a character is no text to other programs. A name that is not UTF-8 is told as elsewhere.
    sys.stdout.write(_HALVES.sub(lambda half: f"\\{_escape(ord(half[0]))}", text) + "\n")


def say_bytes(data: bytes) -> None:
    """Print a document as it is, to stdout."""
    binary_stdout().write(data)


def binary_stdout() -> BinaryIO:
    """Return stdout for bytes, behind all that was printed to it as text."""
    sys.stdout.flush()
    return sys.stdout.buffer


def say_error(message: str, *, hint: str = "") -> None:
    """Tell what stopped us and what to do next, on stderr."""
    say_note(f"preserve: {message}" + (f"\n  {hint}" if hint else ""))


def say_note(message: str) -> None:
    """Tell something by the way, on stderr."""
    # Where both streams go into one pipe, lines must stand in the order in which they were printed. Python flushes
    # stderr at each line feed, stdout only when its buffer is full: that is flushed here, and not at each outcome,
    # of which there may be millions.
    sys.stdout.flush()
    sys.stderr.write(_printable(message) + "\n")


def _printable(text: str) -> str:
    """Make what a file name or a text holds harmless to a terminal, line breaks of ours kept."""
    return "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))


def _escaped(line: str) -> str:
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in line)


def _escape(code: int) -> str:
    # PEP 383: a byte of a name that is not UTF-8.
    return f"\\x{code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code:02x}"


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
def progress_bar(verb: str, *, json_lines: bool, in_bytes: bool = False) -> Iterator[Progress]:
    """Draw a bar with rate and time left on stderr, only when that is a terminal and people read the output.

    Args:
        verb: What is under way.
        json_lines: Programs read the output.
        in_bytes: Count bytes, not items.
    """
    console = Console(stderr=True)
    if json_lines or not console.is_terminal:
        yield SILENT
        return
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
        console=console,
        transient=True,
        redirect_stdout=together,
        redirect_stderr=together,
    ) as bar:
        yield _Drawn(bar, verb, in_bytes=in_bytes)
