"""The chain of an event log: numbers without gaps, and the digest of the line before in each line, across its files.

That a log has the end that it had is not for validation: only the archive knows which line it saw last.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from preserve.archive import GENESIS
from preserve.digests import sha256
from preserve.findings import Finding

__all__ = ["Chain", "LogPart", "is_log_file", "log_parts"]

_NAME = re.compile(r"[0-9]{12}\.jsonl")
_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"[0-9]{2}")
_TAIL = 1 << 16
"""Bytes that are first read when the last line of a file is looked for."""


@dataclass(frozen=True, slots=True)
class LogPart:
    """The place of a file in the log that it is a part of.

    Attributes:
        number: The number of its first line, by its name.
        before: The file before it; ``None`` for the first.
        last: Whether no file comes after it.
    """

    number: int
    before: Path | None
    last: bool


def is_log_file(below: Path) -> bool:
    """Tell whether the end of a path is that of a part of an event log: ``2026/01/000000000001.jsonl``."""
    *_, year, month, name = "", "", "", *below.parts
    return bool(_YEAR.fullmatch(year) and _MONTH.fullmatch(month) and _NAME.fullmatch(name))


def log_parts(folder: Path) -> dict[Path, LogPart]:
    """Return every part of the log in a folder, as an archive has it in ``events/``; no link is followed.

    A file without a byte is no part of a log: the chain goes on over it.

    Raises:
        OSError: A folder cannot be listed.
    """
    # By the number of the first line, as a clock that was set back puts a later file into an earlier folder.
    paths = sorted((int(path.stem), path) for path in _walk(folder))
    return {
        path: LogPart(number, paths[at - 1][1] if at else None, at == len(paths) - 1)
        for at, (number, path) in enumerate(paths)
    }


def _walk(folder: Path) -> Iterator[Path]:
    for month in (month for year in _folders(folder, _YEAR) for month in _folders(year, _MONTH)):
        with os.scandir(month) as entries:
            for entry in entries:
                whole = entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size > 0
                if whole and _NAME.fullmatch(entry.name):
                    yield month / entry.name


def _folders(folder: Path, name: re.Pattern[str]) -> list[Path]:
    with os.scandir(folder) as entries:
        return [
            folder / each.name for each in entries if each.is_dir(follow_symlinks=False) and name.fullmatch(each.name)
        ]


@dataclass(slots=True)
class Chain:
    """The number and the digest of the line before; ``None`` where they are not known."""

    seq: int | None = None
    digest: str | None = None

    @classmethod
    def into(cls, part: LogPart, longest: int) -> Self:
        """Return the chain as it comes into a file: from the beginning, or from the last line of the file before.

        Args:
            part: The file's place.
            longest: Bytes of a line that are read, at most.

        Raises:
            OSError: The file before it cannot be read.
        """
        if part.before is None:
            return cls(0, GENESIS)
        with part.before.open("rb") as stream:
            line = _last_line(stream, longest)
        if line is None:
            return cls()
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        return cls(_number(value), sha256(line))

    def follow(self, line: bytes, value: object) -> Iterator[Finding]:
        """Go on to a line, and yield each way in which it does not follow the line before.

        Args:
            line: Its bytes, with or without the line feed.
            value: The line as JSON.
        """
        seq = _number(value)
        previous = value.get("previous") if isinstance(value, dict) else None
        if seq == 1 and self.seq is None:
            self.digest = GENESIS
        if self.seq is not None and seq is not None and seq != self.seq + 1:
            yield Finding.of("event-sequence-broken", "/seq", f"line {seq} comes after line {self.seq}")
        elif self.digest is not None and isinstance(previous, str) and previous != self.digest:
            says = f"the digest of the line before it is {self.digest}"
            yield Finding.of("event-chain-broken", "/previous", says)
        self.skip(line)
        if seq is not None:
            self.seq = seq

    def skip(self, line: bytes) -> None:
        """Go on to a line that is not JSON; it counts as one line."""
        self.seq = None if self.seq is None else self.seq + 1
        self.digest = sha256(line.removesuffix(b"\n"))


def _number(value: object) -> int | None:
    """Return the number of a line, where it has one that can be counted on from."""
    seq = value.get("seq") if isinstance(value, dict) else None
    # Python reads greater ones, and refuses to print the greatest.
    return seq if type(seq) is int and abs(seq) < 1 << 63 else None


def _last_line(stream: BinaryIO, longest: int) -> bytes | None:
    """Return the last line that has a line feed, without it; ``None`` if there is none, or it is too long."""
    end, size = stream.seek(0, os.SEEK_END), _TAIL
    while True:
        start = stream.seek(max(0, end - size))
        tail = stream.read(end - start)
        stop = tail.rfind(b"\n")
        begin = tail.rfind(b"\n", 0, max(0, stop))
        if stop >= 0 and (begin >= 0 or start == 0):
            return tail[begin + 1 : stop]
        if start == 0 or size > 2 * longest:
            return None
        size *= 4
