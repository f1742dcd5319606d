"""What the verbs print: outcomes to stdout, messages and progress to stderr; ``report`` has the words of outcomes.

Names and texts come from strangers. Whatever people read goes through :func:`printable_text`, line by line, so that
nothing in it acts on a terminal, or looks like a line of ours.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

from preserve.printable_text import printable_text
from preserve.progress import SILENT, Progress

__all__ = ["binary_stdout", "progress_bar", "say", "say_bytes", "say_error", "say_json", "say_note"]


_ACTING: Final = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""The characters that act on a terminal or on a reader of lines, as far as JSON does not escape them itself (C0)."""


def say(*lines: str) -> None:
    """Print the lines of one outcome for people, to stdout."""
    sys.stdout.write("".join([f"{printable_text(line)}\n" for line in lines]))


def say_json(line: Mapping[str, object]) -> None:
    """Print one outcome for programs: a JSON object on one line, to stdout."""
    text = json.dumps(line, ensure_ascii=False, separators=(", ", ": "))
    sys.stdout.write(_ACTING.sub(_json_escape, text) + "\n")


def _json_escape(match: re.Match[str]) -> str:
    # RFC 8259 7: any character may be escaped. 8.2: other programs may refuse half of a surrogate pair, so a name that
    # is not UTF-8 is shown as people are shown it.
    char = match[0]
    return json.dumps(printable_text(char) if "\ud800" <= char <= "\udfff" else char)[1:-1]


def say_bytes(data: bytes) -> None:
    """Print a document as it is, to stdout; on a terminal as :func:`binary_stdout` says."""
    binary_stdout().write(data)


def binary_stdout() -> BinaryIO:
    """Return stdout for bytes, behind all that was printed to it as text.

    They go through as they are, except to a terminal: it is shown the characters that would act on it as escapes.
    """
    sys.stdout.flush()
    return cast(BinaryIO, _Shown(sys.stdout.buffer)) if sys.stdout.isatty() else sys.stdout.buffer


class _Shown(io.RawIOBase):
    """A stream of UTF-8 for a terminal, in pieces of any length."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._decoder = out, codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def write(self, data: bytes) -> int:  # type: ignore[override]  # it is given nothing but bytes
        text = self._decoder.decode(data)
        # Documents have lines and tabs of their own, and neither does any harm.
        shown = "".join([char if char in "\n\t" else printable_text(char) for char in text])
        self._out.write(shown.encode())
        return len(data)


def say_error(message: str, *, hint: str = "") -> None:
    """Print what stopped us, and what to do next, to stderr."""
    say_note(f"preserve: {message}", *([f"  {hint}"] if hint else []))


def say_note(*lines: str) -> None:
    """Print the lines of a remark to stderr."""
    # Where both streams go into one pipe, lines must stand in the order in which they were printed. Python flushes
    # stderr at each line feed, stdout only when its buffer is full: that is flushed here, and not at each outcome,
    # of which there may be millions.
    sys.stdout.flush()
    sys.stderr.write("".join([f"{printable_text(line)}\n" for line in lines]))


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
