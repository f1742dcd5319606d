"""The event log: append-only files of JSON lines, each line holding the digest of the line before it.

Scope: appending durably, reading, the chain, and a last line that a crash left unfinished. Not in scope: what the
events mean (``catalogue`` folds them), and who may append (``lock``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from preserve.archive.events import GENESIS, LogEvent, LoggedEvent, Position, encode_event
from preserve.archive.layout import EVENTS
from preserve.digests import sha256
from preserve.errors import ArchiveError
from preserve.findings import Finding
from preserve.octets import make_folders, sync_folder, translate_os_errors, write_all, write_new
from preserve.provenance import Software

__all__ = ["EventLog", "LogHead"]

FILE_LIMIT = 64 << 20
"""A file that has grown to this many bytes is followed by a new one."""
LINE_LIMIT = 64 << 20
"""No line is longer than this many bytes."""
_TAIL = 1 << 16
_RESTORE = "Restore the events folder from a copy of the archive; preserve validate shows what is wrong in its files."


@dataclass(frozen=True, slots=True)
class LogHead:
    """The end of a log.

    Attributes:
        seq: The number of the last line; 0 for an empty log.
        digest: Its SHA-256; the genesis value for an empty log.
        file: The file that holds it, below the root; empty for an empty log.
        end: The first byte after it.
    """

    seq: int = 0
    digest: str = GENESIS
    file: str = ""
    end: int = 0


class EventLog:
    """The event log of one archive.

    Only the holder of the writer's lock may call :meth:`mend` and :meth:`append`.

    Args:
        root: The archive's root.
        software: The agent of every event.
    """

    def __init__(self, root: Path, software: Software) -> None:
        self._root = root
        self._software = software
        self._head: LogHead | None = None

    def files(self) -> list[str]:
        """Return the paths of the files below the root, in the order of the chain."""
        with translate_os_errors("could not list the events of", self._root):
            found_files = (self._root / EVENTS).glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/*.jsonl")
            return sorted((path.relative_to(self._root).as_posix() for path in found_files), key=_number)

    def head(self) -> LogHead:
        """Return the end of the log on disk, an unfinished line not counted.

        Raises:
            ArchiveError: The last line is not one of an event log.
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

    def torn(self) -> tuple[str, int] | None:
        """Return the file whose last line is unfinished, and the bytes of that line; ``None`` when all are whole."""
        files = self.files()
        if not files:
            return None
        path = self._root / files[-1]
        with translate_os_errors("could not read", path), path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            length = size - _last_line_end(stream.fileno())
        return (files[-1], length) if length else None

    def mend(self) -> str | None:
        """Set an unfinished last line aside, in a file of its own beside the log.

        Returns:
            The path of that file below the root; ``None`` when there was nothing to mend.

        Raises:
            ArchiveError: The log could not be read or written.
        """
        self._head = None
        torn = self.torn()
        if torn is None:
            return None
        file, length = torn
        path = self._root / file
        with translate_os_errors("could not set aside the unfinished last line of", path), path.open("r+b") as stream:
            end = os.fstat(stream.fileno()).st_size - length
            stream.seek(end)
            aside = _free_name(path)
            write_new(aside, (stream.read(length),))
            stream.truncate(end)
            os.fsync(stream.fileno())
        return aside.relative_to(self._root).as_posix()

    def append(self, events: Sequence[LogEvent]) -> list[LoggedEvent]:
        """Write the lines of some events and sync them once; when this returns they are on the disk.

        Raises:
            ArchiveError: The log could not be written; what was written of these lines is taken back.
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
            if len(line) > LINE_LIMIT:
                raise ArchiveError(f"an event of {event.bag} needs {len(line)} bytes", hint="Make smaller groups.")
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
                self._head = None
                os.ftruncate(descriptor, start)
                raise
            finally:
                os.close(descriptor)
            if fresh:
                sync_folder(path.parent)

    def read(self, after: LogHead | None = None) -> Iterator[LoggedEvent]:
        """Yield the events after a place, oldest first; an unfinished last line is passed over.

        Raises:
            ArchiveError: A line is not one of an event log, or does not follow the one before it.
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

    def at(self, position: Position) -> LoggedEvent:
        """Return the event at a place.

        Raises:
            ArchiveError: There is none.
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
                    raise ArchiveError(f"{file}, byte {start}: a line of more than {LINE_LIMIT} bytes", hint=_RESTORE)
                if not line.endswith(b"\n"):
                    return
                yield line, Position(file, start, len(line))
                start += len(line)

    def verify(self, known: LogHead | None = None) -> Iterator[Finding]:
        """Check every line and the whole chain.

        Args:
            known: A place in the log that is known from elsewhere (the catalogue): a log that ends before it, or has
                another line there, was cut or rewritten.

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
                    end = LogHead(end.seq + 1, sha256(line.removesuffix(b"\n")))
                    continue
                yield from _link_faults(event, end, where)
                end = LogHead(event.seq, event.digest)
                met = met or (end.seq, end.digest) == (known.seq, known.digest)
        torn = self.torn()
        if torn is not None:
            yield Finding.of("event-line-unfinished", torn[0], f"the last {torn[1]} bytes are not a whole line")
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
    """Return the offset after the last line feed before ``end``, reading backwards; 0 when there is none."""
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
