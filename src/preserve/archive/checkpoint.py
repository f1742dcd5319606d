"""The checkpoint: a line of the event log up to which its chain was checked, kept beside the catalogue.

A writer checks the chain from there, so a log of a million lines costs it nothing. The catalogue knows a place of its
own; both must be in the log, so whoever changes one of the two is found out by the other.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path

from preserve.archive.eventlog import LogHead
from preserve.archive.layout import CHECKPOINT
from preserve.octets import translate_os_errors, write_all

__all__ = ["read_checkpoint", "remove_checkpoint", "write_checkpoint"]

_LIMIT = 4096
"""Bytes of the file that are read; it has some two hundred."""


def write_checkpoint(root: Path, head: LogHead) -> None:
    """Keep a place up to which the log was checked.

    Raises:
        ArchiveError: It could not be written.
    """
    path = root / CHECKPOINT
    data = json.dumps({"seq": head.seq, "digest": head.digest, "file": head.file, "end": head.end}).encode() + b"\n"
    with translate_os_errors("could not write", path):
        # Overwritten in place, and not synced: what is half there says nothing, and costs one longer check.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        try:
            write_all(descriptor, data)
            os.ftruncate(descriptor, len(data))  # Not before: on a full disk the file keeps its block.
        finally:
            os.close(descriptor)


def remove_checkpoint(root: Path) -> None:
    """Forget the place: the next writer checks the log from its first line.

    Raises:
        ArchiveError: It could not be removed.
    """
    path = root / CHECKPOINT
    with translate_os_errors("could not remove", path), suppress(FileNotFoundError):
        path.unlink()


def read_checkpoint(root: Path) -> LogHead | None:
    """Return the place up to which the log was checked; ``None`` if none is kept, or none that can be read."""
    try:
        descriptor = os.open(root / CHECKPOINT, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            data = os.read(descriptor, _LIMIT) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
        finally:
            os.close(descriptor)
        fields = json.loads(data)
        seq, digest, file, end = (fields[name] for name in ("seq", "digest", "file", "end"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    # Not isinstance: "true" is an int of Python.
    if type(seq) is not int or type(end) is not int or not isinstance(digest, str) or not isinstance(file, str):
        return None
    return LogHead(seq, digest, file, end)
