"""The event log: append-only files of JSON lines, each line holding the digest of the line before it.

A line is believed when the line after it holds its digest; the last one, when it is what was seen there before. What
the events mean is for ``catalogue``, who may append for ``lock``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from preserve.archive.events import GENESIS, LINE_LIMIT, LogEvent, LoggedEvent, Position, encode_event, is_log_file
from preserve.archive.ingestion import stored_bag
from preserve.archive.layout import EVENTS
from preserve.digests import sha256
from preserve.errors import ArchiveError, LogError
from preserve.findings import Finding
from preserve.octets import hold_folder, make_folders, sync_folder, translate_os_errors, write_all, write_new
from preserve.provenance import EventType, Software

__all__ = ["EventLog", "LogCheck", "LogFault", "LogHead", "log_cut", "passed_over"]

FILE_LIMIT = 64 << 20
"""Bytes at which a file is followed by a new one."""
FAULT_LIMIT = 1000
"""Faults of a log that are held; a log with more is not one that was damaged here and there."""
_TAIL = 1 << 16
"""Bytes read at a time when the last line is looked for from the end of a file."""
_PIECE = 1 << 20
"""Bytes of an unfinished line that are copied at a time."""
_RESTORE = (
    "Restore the events folder from a copy of the archive; preserve validate shows what is wrong in its files. "
    "Without a copy, preserve catalogue rebuild passes over the lines that cannot be believed, and says so in the log."
)
_BEYOND_REPAIR = (
    "Restore the events folder from a copy of the archive. Without a copy, set it aside under another name, outside of "
    "the archive, and run: preserve catalogue rebuild. Every valid bag is then taken in as it is now."
)
_MOST_LOST = 10_000_000
"""Lines that may be missing between two; a number that leaps further is no number."""
_BEGINS = re.compile(rb'\{"schema_version":"[0-9.]{1,14}","seq":[0-9]{1,19},"previous":"([0-9a-f]{64})",')
"""How our lines begin: enough to know what they say of the line before."""


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


@dataclass(frozen=True, slots=True)
class LogFault:
    """A line that cannot be believed.

    Attributes:
        finding: Why.
        position: Its place.
        digest: Its SHA-256 as it is now.
        by: The SHA-256 of the line after it, if that is what speaks against it.
    """

    finding: Finding
    position: Position
    digest: str
    by: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells this fault from others: once it is passed over, another one in the same place is not."""
        return self.position.file, self.position.offset, self.digest, self.by

    def as_json(self) -> dict[str, object]:
        """Return how the log names the line, once somebody has decided to pass over it."""
        place = self.position
        named = {"file": place.file, "offset": place.offset, "length": place.length, "digest": self.digest}
        return named if self.by is None else named | {"by": self.by}


@dataclass(slots=True)
class LogCheck:
    """What a reading of the log met beside its events.

    Attributes:
        faults: The lines that cannot be believed, and that nobody has decided to pass over, in their order.
        passed_over: Those of which a later line says that they are passed over.
    """

    faults: list[LogFault] = field(default_factory=list)
    passed_over: list[LogFault] = field(default_factory=list)


class EventLog:
    """The event log of one archive.

    Only the holder of the writer's lock may call :meth:`mend` and :meth:`append`. A last line without a line feed is
    one that a crash cut short: it was never acknowledged, so reading passes over it and :meth:`mend` sets it aside.
    No link is followed.

    Args:
        root: The archive's root.
        software: The agent of every event.
    """

    def __init__(self, root: Path, software: Software) -> None:
        self._root = root
        self._software = software
        self._head: LogHead | None = None
        self._walked = LogHead()

    def files(self) -> list[str]:
        """Return the paths of the files below the root, in the order of the chain; empty ones are none.

        Raises:
            ArchiveError: They could not be listed.
        """
        with translate_os_errors("could not list the events of", self._root):
            files = [
                file
                for year in _entries(self._root, EVENTS, folders=True)
                for month in _entries(self._root, year, folders=True)
                for file in _entries(self._root, month, folders=False)
                if is_log_file(file)
            ]
        # By the number of the first line, not by the folder: a clock that was set back must not reorder the chain.
        return sorted(files, key=_number)

    def head(self) -> LogHead:
        """Return the end of the log on the disk; an unfinished line does not count.

        Raises:
            ArchiveError: It could not be read, or ends with too many lines that are none of an event log.
        """
        unreadable, end = 0, LogHead()
        for file in reversed(self.files()):
            for line, position in self._lines_backwards(file):
                if not end.file:
                    end = LogHead(0, sha256(line.removesuffix(b"\n")), file, position.end)
                try:
                    return replace(end, seq=LoggedEvent.decode(line, position).seq + unreadable)
                except ValueError as error:
                    # It counts all the same: what is written next must follow on its bytes.
                    unreadable += 1
                    if unreadable > FAULT_LIMIT:
                        raise _not_believed([LogFault(_malformed(position, error), position, "")]) from error
        return replace(end, seq=unreadable)

    def _lines_backwards(self, file: str) -> Iterator[tuple[bytes, Position]]:
        with self._reading(file) as stream:
            end = _last_line_end(stream.fileno())
            while end > 0:
                start = _line_start(stream.fileno(), end - 1)
                stream.seek(start)
                yield stream.read(min(end - start, LINE_LIMIT)), Position(file, start, end - start)
                end = start

    def holds(self, head: LogHead) -> bool:
        """Tell whether a place that was the end of the log once is in it still, with the same line before it.

        Raises:
            ArchiveError: The log could not be read.
        """
        if head == LogHead():
            return True
        if head.file not in self.files():
            return False
        with self._reading(head.file) as stream:
            if not 0 < head.end <= os.fstat(stream.fileno()).st_size:
                return False
            start = _line_start(stream.fileno(), head.end - 1)
            stream.seek(start)
            line = stream.read(min(head.end - start, LINE_LIMIT))
        try:
            event = LoggedEvent.decode(line, Position(head.file, start, len(line)))
        except ValueError:
            return False
        return line.endswith(b"\n") and (event.seq, event.digest) == (head.seq, head.digest)

    def unfinished_line(self) -> tuple[str, int] | None:
        """Return the file whose last line is unfinished, and how many bytes that has; ``None`` if there is no such."""
        files = self.files()
        if not files:
            return None
        with self._reading(files[-1]) as stream:
            size = os.fstat(stream.fileno()).st_size
            length = size - _last_line_end(stream.fileno())
        return (files[-1], length) if length else None

    @property
    def walked(self) -> LogHead:
        """The last line that a reading has met: the end of the log, once it was read to its end."""
        return self._walked

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
        with translate_os_errors("could not set aside the unfinished last line of", path):
            with hold_folder(path.parent, self._root, make=False) as (folder, _made):
                descriptor = os.open(path.name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=folder)
            with os.fdopen(descriptor, "r+b") as stream:
                end = os.fstat(descriptor).st_size - length
                stream.seek(end)
                aside = _free_name(path)
                # First the copy, synced, then the cut: of what was written nothing is ever thrown away.
                write_new(aside, _pieces(stream, length))
                stream.truncate(end)
                os.fsync(descriptor)
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
            # From folder to folder by descriptor: another hand may put a link in the place of one at any moment.
            with hold_folder(path.parent, self._root) as (folder, _made):
                flags = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if fresh else 0)
                descriptor = os.open(path.name, flags, 0o644, dir_fd=folder)
            try:
                # Whatever the lock says: the line of another writer is never written over.
                if os.fstat(descriptor).st_size != start:
                    self._head = None
                    raise LogError(f"{file} does not end where this writer left it", hint=_RESTORE)
                self._put(descriptor, data, start)
            finally:
                os.close(descriptor)
            if fresh:
                sync_folder(path.parent)  # A new name is on the disk only when its folder is.

    def _put(self, descriptor: int, data: bytes, start: int) -> None:
        try:
            os.lseek(descriptor, start, os.SEEK_SET)
            write_all(descriptor, data)
            os.fsync(descriptor)
        except BaseException:
            # A full disk, or Ctrl-C: half of these lines must not be there for the next reader.
            self._head = None
            os.ftruncate(descriptor, start)
            raise

    def walk(self, after: LogHead | None = None) -> Iterator[LoggedEvent | LogFault]:
        """Yield every line after a place, oldest first: its event, or why a line cannot be believed.

        A line cannot be believed if it is none of an event log, if it has not the number that is its turn, or if the
        line after it holds another digest. An unfinished last line is passed over.

        Args:
            after: A place that the log holds; its beginning unless given.

        Raises:
            ArchiveError: The log could not be read.
        """
        self._walked = before = after or LogHead()
        line_before: tuple[Position, str] | None = None
        held: LoggedEvent | None = None
        for line, position in self._lines_after(before):
            digest, seq = sha256(line.removesuffix(b"\n")), before.seq + 1
            try:
                event = _read_line(line, position)
            except ValueError as error:
                # What cannot be read holds no digest, so it says nothing of the line before it.
                if held is not None:
                    yield held
                held = None
                yield LogFault(_malformed(position, error), position, digest)
            else:
                faults = [*self._data_faults(event), *_link_faults(event, before, line_before)]
                if event.previous == before.digest:
                    if held is not None:
                        yield held
                elif _may_follow(event, before):
                    seq = event.seq  # Lines are missing, or were moved: what follows goes by this number.
                yield from faults
                held = None if any(each.position == position for each in faults) else event
            before, line_before = LogHead(seq, digest, position.file, position.end), (position, digest)
            self._walked = before
        if held is not None:
            yield held

    def resume(self) -> None:
        """Have the next line follow on the last one that was walked over, whatever number it states."""
        self._head = self._walked

    def _data_faults(self, event: LoggedEvent) -> Iterator[LogFault]:
        if event.event.type == EventType.INGESTION.label:
            try:
                stored_bag(self._root, event)
            except ArchiveError as error:
                yield LogFault(_malformed(event.position, ValueError(error.message)), event.position, event.digest)

    def read(self, after: LogHead | None = None, *, check: LogCheck | None = None) -> Iterator[LoggedEvent]:
        """Yield the events after a place that can be believed, oldest first.

        Lines that a later line passes over are left out in silence: somebody has decided so.

        Args:
            after: A place that the log holds; its beginning unless given.
            check: Takes the lines that were left out.

        Raises:
            LogError: A line cannot be believed, and there is nothing to take it; or there are too many of them.
            ArchiveError: The log could not be read.
        """
        taken = check or LogCheck()
        for each in self.walk(after):
            if isinstance(each, LogFault):
                taken.faults.append(each)
                if len(taken.faults) > FAULT_LIMIT:
                    raise _not_believed(taken.faults, f"and more than {FAULT_LIMIT} others", _BEYOND_REPAIR)
                continue
            if each.event.type == EventType.METADATA_MODIFICATION.label:
                _pass_over(taken, each.event.data)
            yield each
        if taken.faults and check is None:
            raise _not_believed(taken.faults)

    def event_at(
        self, position: Position, seq: int, digest: str, known: Callable[[], Sequence[LogHead]] = tuple
    ) -> LoggedEvent:
        """Return the event at a place, if the line after it holds its digest.

        Args:
            position: The place, as the catalogue has it.
            seq: The number of the line there.
            digest: The SHA-256 of the line that was there.
            known: Returns the places of the log that were seen: what confirms its last line.

        Raises:
            LogError: Another line is there now, or nothing confirms it.
            ArchiveError: It could not be read.
        """
        where = f"{position.file}, byte {position.offset}"
        with self._reading(position.file) as stream:
            stream.seek(max(0, position.offset - 1))
            begins = position.offset == 0 or stream.read(1) == b"\n"
            line = stream.read(min(position.length, LINE_LIMIT))
            following = stream.readline(LINE_LIMIT)
        try:
            event = _read_line(line, position)
        except ValueError as error:
            raise LogError(f"{where}: not a line of an event log: {error}", hint=_RESTORE) from error
        if not begins or (event.seq, event.digest) != (seq, digest):
            raise LogError(f"{where}: the line is not the one that was logged there", hint=_RESTORE)
        if not self._confirms(event, following or self._first_line_after(position.file), known):
            raise LogError(f"{where}: the line was changed after the line that follows it was written", hint=_RESTORE)
        return event

    def _confirms(self, event: LoggedEvent, following: bytes, known: Callable[[], Sequence[LogHead]]) -> bool:
        """Tell whether what follows on a line holds its digest; nothing but known places confirm a last line."""
        if not following.endswith(b"\n"):
            return all(place.digest == event.digest for place in known() if place.seq == event.seq)
        if (begins := _BEGINS.match(following)) is not None:
            return begins[1].decode() == event.digest
        try:
            return LoggedEvent.decode(following, event.position).previous == event.digest
        except ValueError:
            return True  # As in a walk: what cannot be read says nothing of the line before it.

    def _first_line_after(self, file: str) -> bytes:
        for later in self.files():
            if _number(later) > _number(file):
                with self._reading(later) as stream:
                    return stream.readline(LINE_LIMIT)
        return b""

    @contextmanager
    def _reading(self, file: str) -> Iterator[BinaryIO]:
        # The name of a file may come from a catalogue that other hands have written.
        if not is_log_file(file):
            raise LogError(f"{file!r} is no file of an event log", hint="Run: preserve catalogue rebuild.")
        path = self._root / file
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        with translate_os_errors("could not read", path):
            with hold_folder(path.parent, self._root, make=False) as (folder, _made):
                descriptor = os.open(path.name, flags, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as stream:
                yield stream

    def _lines_after(self, place: LogHead) -> Iterator[tuple[bytes, Position]]:
        first = _number(place.file) if place.file else 0
        files = [file for file in self.files() if _number(file) >= first]
        for file in files:
            yield from self._lines(file, place.end if file == place.file else 0, is_last=file == files[-1])

    def _lines(self, file: str, start: int, *, is_last: bool) -> Iterator[tuple[bytes, Position]]:
        with self._reading(file) as stream:
            stream.seek(start)
            while line := stream.readline(LINE_LIMIT):
                if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
                    raise LogError(f"{file}, byte {start}: the line has more than {LINE_LIMIT} bytes", hint=_RESTORE)
                if is_last and not line.endswith(b"\n"):
                    return  # It is being written, or its writer was stopped.
                yield line, Position(file, start, len(line))
                start += len(line)

    def findings(self, check: LogCheck) -> Iterator[Finding]:
        """Yield what is wrong with a log that was read to its end.

        Args:
            check: What the reading met.

        Raises:
            ArchiveError: The log could not be read.
        """
        yield from (each.finding for each in check.faults)
        yield from map(passed_over, check.passed_over)
        unfinished = self.unfinished_line()
        if unfinished is not None:
            file, length = unfinished
            yield Finding.of("event-line-unfinished", file, f"the last {length} bytes are not a whole line")


def _malformed(position: Position, error: ValueError) -> Finding:
    return Finding.of(
        "event-line-malformed", f"{position.file}:{position.offset}", f"not a line of an event log: {error}"
    )


def _read_line(line: bytes, position: Position) -> LoggedEvent:
    if not line.endswith(b"\n"):
        raise ValueError("without its line feed")
    return LoggedEvent.decode(line, position)


def _may_follow(event: LoggedEvent, before: LogHead) -> bool:
    """Tell whether the number of a line that does not follow may be its own: lines before it may be lost."""
    return event.seq <= before.seq + _MOST_LOST


def _link_faults(event: LoggedEvent, before: LogHead, line_before: tuple[Position, str] | None) -> Iterator[LogFault]:
    """Find what a line contradicts in the line before it, and say which of the two cannot be believed for it."""
    place = event.position
    where, this = f"{place.file}:{place.offset}", (place, event.digest, None)
    other = this if line_before is None else (*line_before, event.digest)
    linked = event.previous == before.digest
    if event.seq != before.seq + 1:
        # Numbers go up where lines were removed: this line may be honest, but nothing confirms the one before it.
        itself = linked or event.seq <= before.seq or not _may_follow(event, before)
        says = f"line {event.seq} comes after line {before.seq}"
        yield LogFault(Finding.of("event-sequence-broken", where, says), *(this if itself else other))
    if not linked:
        says = (
            f"line {before.seq} was changed after line {event.seq} was written, or lines between them are gone: line "
            f"{event.seq} holds the digest {event.previous}, and the line before it has {before.digest}"
        )
        yield LogFault(Finding.of("event-chain-broken", where, says), *other)


def log_cut(place: LogHead) -> Finding:
    """Return what is wrong with a log that lacks a line which has been seen."""
    says = f"line {place.seq} with digest {place.digest} has been seen; the log does not have it"
    return Finding.of("event-log-cut", EVENTS, says)


def passed_over(fault: LogFault) -> Finding:
    """Return the finding of a line that a later line passes over."""
    return Finding.of("event-line-passed-over", fault.finding.where, fault.finding.message)


def _pass_over(check: LogCheck, data: Mapping[str, object]) -> None:
    """Set the faults aside that a line of the log names."""
    named = data.get("passed_over")
    keys = {
        tuple(each.get(name) for name in ("file", "offset", "digest", "by"))
        for each in (named if isinstance(named, list) and check.faults else ())
        if isinstance(each, dict) and all(isinstance(value, str | int) for value in each.values())
    }
    for fault in [each for each in check.faults if each.key in keys]:
        check.faults.remove(fault)
        check.passed_over.append(fault)


def _not_believed(faults: Sequence[LogFault], more: str = "", hint: str = "") -> LogError:
    first = faults[0].finding
    others = more or (f"and {len(faults) - 1} more" if len(faults) > 1 else "")
    return LogError(f"{first.where}: {first.message}{'; ' if others else ''}{others}", hint=hint or _RESTORE)


def _entries(root: Path, folder: str, *, folders: bool) -> Iterator[str]:
    """Yield the paths of the folders, or of the files, in a folder below the root; links are neither."""
    try:
        entries = os.scandir(root / folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            # An empty file has no line: a writer was stopped when it had made it.
            is_file = entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size > 0
            if entry.is_dir(follow_symlinks=False) if folders else is_file:
                yield f"{folder}/{entry.name}"


def _number(file: str) -> int:
    """Return the number of the first line of a file of the log."""
    return int(file.rsplit("/", 1)[-1].removesuffix(".jsonl"))


def _line_start(descriptor: int, end: int) -> int:
    """Return the offset after the last line feed before ``end``, reading backwards; 0 if there is none.

    Raises:
        LogError: It lies further back than a line may be long.
    """
    farthest = max(0, end - LINE_LIMIT)
    while end > farthest:
        start = max(farthest, end - _TAIL)
        at = os.pread(descriptor, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    if end > 0:
        raise LogError(f"the event log has a line of more than {LINE_LIMIT} bytes", hint=_BEYOND_REPAIR)
    return 0


def _last_line_end(descriptor: int) -> int:
    return _line_start(descriptor, os.fstat(descriptor).st_size)


def _pieces(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length and (piece := stream.read(min(length, _PIECE))):
        yield piece
        length -= len(piece)


def _free_name(path: Path) -> Path:
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.unfinished-{number}")):
        number += 1
    return aside
