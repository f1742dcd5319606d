"""The event log: append-only files of JSON lines, each line holding the digest of the line before it.

What the events mean is for ``catalogue``, who may append for ``lock``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from preserve.archive.events import GENESIS, LINE_LIMIT, LogEvent, LoggedEvent, Position, encode_event
from preserve.archive.layout import EVENTS
from preserve.digests import sha256
from preserve.errors import ArchiveError
from preserve.findings import Finding
from preserve.octets import make_folders, sync_folder, translate_os_errors, write_all, write_new
from preserve.provenance import Software

__all__ = ["EventLog", "LogHead"]

FILE_LIMIT = 64 << 20
"""Bytes at which a file is followed by a new one."""
_TAIL = 1 << 16
"""Bytes read at a time when the last line is looked for from the end of a file."""
_RESTORE = "Restore the events folder from a copy of the archive; preserve validate shows what is wrong in its files."


@dataclass(frozen=True, slots=True)
class LogHead:
    """The end of a log.

    Attributes:
        seq: The number of the last line; 0 for an empty log.
        digest: Its SHA-256; the genesis value for an empty log.
        file: The file that holds it, below the root; empty for an empty log.
        end: Where the next line begins in that file, in bytes.
    """

    seq: int = 0
    digest: str = GENESIS
    file: str = ""
    end: int = 0


class EventLog:
    """The event log of one archive.

    Only the holder of the writer's lock may call :meth:`mend` and :meth:`append`. A last line without a line feed is
    one that a crash cut short: it was never acknowledged, so reading passes over it and :meth:`mend` sets it aside.

    Args:
        root: The archive's root.
        software: The agent of every event.
    """

    def __init__(self, root: Path, software: Software) -> None:
        self._root = root
        self._software = software
        self._head: LogHead | None = None

    def files(self) -> list[str]:
        """Return the paths of the files below the root, in the order of the chain.

        Raises:
            ArchiveError: They could not be listed.
        """
        with translate_os_errors("could not list the events of", self._root):
            paths = (self._root / EVENTS).glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/*.jsonl")
            # By the number of the first line, not by the folder: a clock that was set back must not reorder the chain.
            return sorted((path.relative_to(self._root).as_posix() for path in paths), key=_number)

    def head(self) -> LogHead:
        """Return the end of the log on the disk; an unfinished line does not count.

        Raises:
            ArchiveError: The last line could not be read, or is not one of an event log.
        """
        for file in reversed(self.files()):
            if (head := self._head_of(file)) is not None:
                return head
        return LogHead()

    def _head_of(self, file: str) -> LogHead | None:
        path = self._root / file
        with translate_os_errors("could not read", path), path.open("rb") as stream:
            end = _last_line_end(stream.fileno())
            if end == 0:
                return None
            start = _line_start(stream.fileno(), end - 1)
            stream.seek(start)
            event = _decode(stream.read(end - start), Position(file, start, end - start))
        return LogHead(event.seq, event.digest, file, end)

    def unfinished_line(self) -> tuple[str, int] | None:
        """Return the file whose last line is unfinished, and how many bytes that has; ``None`` if there is no such."""
        files = self.files()
        if not files:
            return None
        path = self._root / files[-1]
        with translate_os_errors("could not read", path), path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            length = size - _last_line_end(stream.fileno())
        return (files[-1], length) if length else None

    def mend(self) -> str | None:
        """Set an unfinished last line aside in a file of its own, beside that of the log.

        Returns:
            The path of that file below the root; ``None`` if there was nothing to mend.

        Raises:
            ArchiveError: The log could not be read or written.
        """
        self._head = None
        unfinished = self.unfinished_line()
        if unfinished is None:
            return None
        file, length = unfinished
        path = self._root / file
        with translate_os_errors("could not set aside the unfinished last line of", path), path.open("r+b") as stream:
            end = os.fstat(stream.fileno()).st_size - length
            stream.seek(end)
            aside = _free_name(path)
            # First the copy, synced, then the cut: of what was written nothing is ever thrown away.
            write_new(aside, (stream.read(length),))
            stream.truncate(end)
            os.fsync(stream.fileno())
        return aside.relative_to(self._root).as_posix()

    def append(self, events: Sequence[LogEvent]) -> list[LoggedEvent]:
        """Write the lines of some events and sync them, once for all; when this returns they are on the disk.

        Raises:
            ArchiveError: The log could not be written, and has none of these lines; or an event is too large.
        """
        if not events:
            return []
        head = self._head or self.head()
        file, start, fresh = self._place(head, events[0].at)
        lines, logged = [], []
        seq, digest, offset = head.seq, head.digest, start
        for event in events:
            seq += 1
            line = encode_event(event, seq=seq, previous=digest, software=self._software)
            # Read back from its line, so that what is folded now is what a rebuild will fold.
            logged.append(LoggedEvent.decode(line, Position(file, offset, len(line))))
            digest = logged[-1].digest
            offset += len(line)
            lines.append(line)
        self._write(file, b"".join(lines), start, fresh=fresh)
        self._head = LogHead(seq, digest, file, offset)
        return logged

    def _place(self, head: LogHead, at: str) -> tuple[str, int, bool]:
        folder = f"{EVENTS}/{at[:4]}/{at[5:7]}"
        if head.file.startswith(folder + "/") and head.end < FILE_LIMIT:
            return head.file, head.end, False
        return f"{folder}/{head.seq + 1:012d}.jsonl", 0, True

    def _write(self, file: str, data: bytes, start: int, *, fresh: bool) -> None:
        path = self._root / file
        with translate_os_errors("could not write", path):
            if fresh:
                make_folders(path.parent, self._root)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
            try:
                os.lseek(descriptor, start, os.SEEK_SET)
                write_all(descriptor, data)
                os.fsync(descriptor)
            except BaseException:
                # A full disk, or Ctrl-C: half of these lines must not be there for the next reader.
                self._head = None
                os.ftruncate(descriptor, start)
                raise
            finally:
                os.close(descriptor)
            if fresh:
                sync_folder(path.parent)  # A new name is on the disk only when its folder is.

    def read(self, after: LogHead | None = None) -> Iterator[LoggedEvent]:
        """Yield the events after a place, oldest first; pass over an unfinished last line.

        Raises:
            ArchiveError: A line could not be read, is not one of an event log, or does not follow the one before it.
        """
        seq, digest = (after.seq, after.digest) if after else (0, GENESIS)
        first = _number(after.file) if after and after.file else 0
        for file in self.files():
            if _number(file) < first:
                continue
            start = after.end if after and file == after.file else 0
            for line, position in self._lines(file, start):
                event = _decode(line, position)
                if event.previous != digest or event.seq != seq + 1:
                    raise ArchiveError(
                        f"{file}, byte {position.offset}: line {event.seq} does not follow line {seq}", hint=_RESTORE
                    )
                seq, digest = event.seq, event.digest
                yield event

    def event_at(self, position: Position) -> LoggedEvent:
        """Return the event at a place.

        Raises:
            ArchiveError: It could not be read, or is none.
        """
        path = self._root / position.file
        with translate_os_errors("could not read", path), path.open("rb") as stream:
            stream.seek(position.offset)
            return _decode(stream.read(position.length), position)

    def _lines(self, file: str, start: int) -> Iterator[tuple[bytes, Position]]:
        path = self._root / file
        with translate_os_errors("could not read", path), path.open("rb") as stream:
            stream.seek(start)
            while line := stream.readline(LINE_LIMIT):
                if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
                    raise ArchiveError(
                        f"{file}, byte {start}: the line has more than {LINE_LIMIT} bytes", hint=_RESTORE
                    )
                if not line.endswith(b"\n"):
                    return
                yield line, Position(file, start, len(line))
                start += len(line)

    def verify(self, known: LogHead | None = None) -> Iterator[Finding]:
        """Check every line and the whole chain.

        Args:
            known: A place in the log that is known from elsewhere, from the catalogue. A log that ends before it, or
                has another line there, was cut or rewritten.

        Raises:
            ArchiveError: The log could not be read.
        """
        known = known or LogHead()
        end, met = LogHead(), known.seq == 0
        for file in self.files():
            for line, position in self._lines(file, 0):
                where = f"{file}:{position.offset}"
                try:
                    event = LoggedEvent.decode(line, position)
                except ValueError as error:
                    yield Finding.of("event-line-malformed", where, f"not a line of an event log: {error}")
                    # The chain goes on from the digest of these bytes: one bad line must not make all later ones bad.
                    end = LogHead(end.seq + 1, sha256(line.removesuffix(b"\n")))
                    continue
                yield from _link_faults(event, end, where)
                end = LogHead(event.seq, event.digest)
                met = met or (end.seq, end.digest) == (known.seq, known.digest)
        unfinished = self.unfinished_line()
        if unfinished is not None:
            file, length = unfinished
            yield Finding.of("event-line-unfinished", file, f"the last {length} bytes are not a whole line")
        if not met:
            says = f"the catalogue has seen line {known.seq} with digest {known.digest}; the log does not have it"
            yield Finding.of("event-log-cut", EVENTS, says)


def _link_faults(event: LoggedEvent, before: LogHead, where: str) -> Iterator[Finding]:
    if event.seq != before.seq + 1:
        yield Finding.of("event-sequence-broken", where, f"line {event.seq} comes after line {before.seq}")
    if event.previous != before.digest:
        says = f"line {event.seq} follows a line with digest {event.previous}; the one before it has {before.digest}"
        yield Finding.of("event-chain-broken", where, says)


def _number(file: str) -> int:
    stem = file.rsplit("/", 1)[-1].removesuffix(".jsonl")
    return int(stem) if stem.isascii() and stem.isdigit() else 0


def _decode(line: bytes, position: Position) -> LoggedEvent:
    try:
        return LoggedEvent.decode(line, position)
    except ValueError as error:
        raise ArchiveError(
            f"{position.file}, byte {position.offset}: not a line of an event log: {error}", hint=_RESTORE
        ) from error


def _line_start(descriptor: int, end: int) -> int:
    """Return the offset after the last line feed before ``end``, reading backwards; 0 if there is none."""
    while end > 0:
        start = max(0, end - _TAIL)
        at = os.pread(descriptor, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0


def _last_line_end(descriptor: int) -> int:
    return _line_start(descriptor, os.fstat(descriptor).st_size)


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.unfinished-{number}")).exists():
        number += 1
    return aside
