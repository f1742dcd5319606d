"""What the verbs print: outcomes to stdout, messages and progress to stderr; ``report`` has the words of outcomes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Final

from preserve.progress import SILENT, Progress

__all__ = ["binary_stdout", "progress_bar", "say", "say_bytes", "say_error", "say_json", "say_note"]


_HALVES: Final = re.compile("[\ud800-\udfff]")


def say(text: str) -> None:
    """Print one outcome for people, to stdout."""
    sys.stdout.write(_printable(text) + "\n")


def say_json(line: Mapping[str, object]) -> None:
    """Print one outcome for programs: a JSON object on one line, to stdout."""
    text = json.dumps(line, ensure_ascii=False, separators=(", ", ": "))
    # RFC 8259 8.2: other programs may refuse half of a surrogate pair. A name that is not UTF-8 is shown as elsewhere.
    sys.stdout.write(_HALVES.sub(lambda half: f"\\{_escape(ord(half[0]))}", text) + "\n")


def say_bytes(data: bytes) -> None:
    """Print a document as it is, to stdout."""
    binary_stdout().write(data)


def binary_stdout() -> BinaryIO:
    """Return stdout for bytes, behind all that was printed to it as text."""
    sys.stdout.flush()
    return sys.stdout.buffer


def say_error(message: str, *, hint: str = "") -> None:
    """Print what stopped us, and what to do next, to stderr."""
    say_note(f"preserve: {message}" + (f"\n  {hint}" if hint else ""))


def say_note(message: str) -> None:
    """Print a remark to stderr."""
    # Where both streams go into one pipe, lines must stand in the order in which they were printed. Python flushes
    # stderr at each line feed, stdout only when its buffer is full: that is flushed here, and not at each outcome,
    # of which there may be millions.
    sys.stdout.flush()
    sys.stderr.write(_printable(message) + "\n")


def _printable(text: str) -> str:
    """Make what a file name or a text holds harmless to a terminal; line breaks of ours stay."""
    return "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))


def _escaped(line: str) -> str:
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in line)


def _escape(code: int) -> str:
    # PEP 383: a byte of a name that is not UTF-8.
    return f"\\x{code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code:02x}"


@contextmanager
def progress_bar(verb: str, *, json_lines: bool, in_bytes: bool = False) -> Iterator[Progress]:
    """Show the progress of a verb on stderr, only when that is a terminal and people read the output.

    Args:
        verb: What is under way.
        json_lines: Whether programs read the output.
        in_bytes: Count bytes, not items.
    """
    if json_lines or not sys.stderr.isatty():
        yield SILENT
        return
    # The library that draws takes a tenth of the start of a verb, and most runs have no terminal.
    from preserve.cli.bar import draw_bar

    with draw_bar(verb, in_bytes=in_bytes) as progress:
        yield progress
