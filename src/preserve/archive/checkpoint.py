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
from preserve.archive.events import is_digest, is_log_file
from preserve.archive.layout import CHECKPOINT, NEW_CHECKPOINT
from preserve.digests import sha256
from preserve.octets import hold_folder, write_new

__all__ = ["encode_checkpoint", "read_checkpoint", "write_checkpoint"]

_LIMIT = 4096
"""Bytes of the file that are read; it has some three hundred."""
_MOST = (1 << 63) - 1
"""The greatest number of a line, and the greatest offset: SQLite and file systems hold no greater one."""


def encode_checkpoint(head: LogHead) -> bytes:
    """Return the bytes of the file for a place."""
    fields: dict[str, object] = {"seq": head.seq, "digest": head.digest, "file": head.file, "end": head.end}
    return json.dumps(fields | {"sum": _sum(fields)}).encode() + b"\n"


def _sum(fields: dict[str, object]) -> str:
    # RFC 8785, for members that are all integers and ASCII.
    return sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode())


def write_checkpoint(root: Path, head: LogHead) -> None:
    """Keep a place up to which the log was checked; where it cannot be kept, the next check is a longer one.

    A link or a pipe at its place is replaced. A folder there is left alone, and nothing is kept.
    """
    # A write that is on the disk has not failed because this could not be noted.
    with suppress(OSError), hold_folder(root, root) as (held, _):
        with suppress(FileNotFoundError):
            os.unlink(NEW_CHECKPOINT, dir_fd=held)
        # Not synced, for speed: after a loss of power the file may be empty, or torn, and then it says nothing.
        write_new(NEW_CHECKPOINT, (encode_checkpoint(head),), sync=False, dir_fd=held)
        os.replace(NEW_CHECKPOINT, CHECKPOINT, src_dir_fd=held, dst_dir_fd=held)


def read_checkpoint(root: Path) -> LogHead | None:
    """Return the place up to which the log was checked; ``None`` if none is kept, or none that can be read.

    What is torn says nothing, lest half of one place and half of another be taken for a line that was lost.
    """
    try:
        descriptor = os.open(root / CHECKPOINT, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            data = os.read(descriptor, _LIMIT) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
        finally:
            os.close(descriptor)
        fields = json.loads(data)
        seq, digest, file, end = (fields[name] for name in ("seq", "digest", "file", "end"))
        whole = fields.pop("sum") == _sum(fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not (whole and _is_count(seq) and _is_count(end) and is_digest(digest) and (file == "" or is_log_file(file))):
        return None
    return LogHead(seq, digest, file, end)


def _is_count(value: object) -> bool:
    # Not isinstance: "true" is an int of Python.
    return type(value) is int and 0 <= value <= _MOST
