"""What an archive knows of its bags: the event log, and the catalogue that is folded from it, kept in step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from preserve.archive.catalogue import Catalogue, Condition
from preserve.archive.eventlog import EventLog, LogHead
from preserve.archive.events import LogEvent, LoggedEvent
from preserve.errors import ArchiveError
from preserve.provenance import EventType, Software

__all__ = ["Ledger"]


class Ledger:
    """The event log and the catalogue of one archive. Close it, or the file of the catalogue stays open.

    Only the holder of the writer's lock may append, take notes, catch up or rebuild. Every method may raise
    :class:`preserve.errors.ArchiveError`: the log or the catalogue could not be read or written.

    Args:
        root: The archive's root.
        software: The agent of every event.
        now: Tells the time as events have it.

    Attributes:
        now: Tells the time as events have it.
        log: The event log.
        catalogue: The catalogue.
    """

    def __init__(self, root: Path, software: Software, now: Callable[[], str]) -> None:
        self._root = root
        self.now = now
        self.log = EventLog(root, software)
        self.catalogue = Catalogue(root)

    def close(self) -> None:
        """Close the catalogue."""
        self.catalogue.close()

    def append(self, events: Sequence[LogEvent]) -> list[LoggedEvent]:
        """Append events to the log, synced, and fold them into the catalogue."""
        logged = self.log.append(events)
        if logged:
            self.catalogue.fold(logged)
        return logged

    def is_behind(self) -> bool:
        """Tell whether there is something to catch up with: an unfinished line, or events that were not folded."""
        try:
            return self.log.unfinished_line() is not None or self.log.head().seq > self.catalogue.head().seq
        except ArchiveError:
            return False  # A broken log is no reason not to read: a check of it says where, and a writer refuses it.

    def catch_up(self) -> None:
        """Set an unfinished line aside, and fold what the catalogue has not seen.

        Raises:
            ArchiveError: The log is shorter than what the catalogue has seen of it, or another log.
        """
        aside = self.log.mend()
        known, end = self.catalogue.head(), self.log.head()
        if known.seq > end.seq or (known.seq == end.seq and known.digest != end.digest):
            raise ArchiveError(
                f"the event log of {self._root} ends with line {end.seq}, the catalogue has seen line {known.seq}: "
                "lines were lost or replaced",
                hint="Restore the events folder from a copy; or accept the loss with: preserve catalogue rebuild.",
            )
        if known.seq < end.seq:
            self.catalogue.fold(self.log.read(known))
        # Only now: the note is itself an event, and follows on all others.
        self._note_aside(aside)

    def rebuild(self) -> None:
        """Make the catalogue again from the log, also where it is damaged, and note what was lost.

        Raises:
            ArchiveError: The log is broken.
        """
        seen = self.catalogue.head() if self.catalogue.condition() is Condition.GOOD else LogHead()
        aside = self.log.mend()
        end = self.catalogue.rebuild(self.log.read())
        self._note_aside(aside)
        if seen.seq > end.seq:
            says = f"The catalogue had seen {seen.seq} lines; the log has {end.seq}. Made again from what is there."
            self._note(says, {"seen": seen.seq, "digest": seen.digest, "left": end.seq})

    def _note_aside(self, aside: str | None) -> None:
        if aside is not None:
            self._note(f"An unfinished line at the end of the event log was set aside as {aside}.", {"aside": aside})

    def _note(self, detail: str, data: Mapping[str, object]) -> None:
        self.append([LogEvent(type=EventType.METADATA_MODIFICATION.label, at=self.now(), detail=detail, data=data)])
