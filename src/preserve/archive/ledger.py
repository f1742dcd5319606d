"""What an archive knows of its bags: the event log, and the catalogue that is folded from it, kept in step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from preserve.archive.catalogue import Catalogue, Condition
from preserve.archive.checkpoint import read_checkpoint, write_checkpoint
from preserve.archive.eventlog import EventLog, LogCheck, LogHead, log_cut, passed_over
from preserve.archive.events import LogEvent, LoggedEvent
from preserve.archive.ingestion import stored_bag
from preserve.archive.layout import DISTRUSTED
from preserve.archive.model import StoredBag
from preserve.errors import ArchiveError, LogError
from preserve.findings import Finding
from preserve.octets import translate_os_errors
from preserve.provenance import EventType, Software

__all__ = ["Ledger"]

_MOST = 1 << 53
"""Lines that no log has: the schema of events bounds their numbers below it."""


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
        self._distrusted = root / DISTRUSTED
        self._unfolded: list[LoggedEvent] = []
        self._read: LoggedEvent | None = None

    def close(self) -> None:
        """Close the catalogue."""
        self.catalogue.close()

    def announce(self, event: LogEvent) -> None:
        """Log, synced, what is about to happen; it is folded together with the events of what has happened."""
        self._unfolded = self.log.append([event])

    def append(self, events: Sequence[LogEvent]) -> list[LoggedEvent]:
        """Append events to the log, synced, and fold them into the catalogue."""
        logged = self.log.append(events)
        if logged:
            self.catalogue.fold([*self._unfolded, *logged])
            self._unfolded = []
        return logged

    def is_behind(self) -> bool:
        """Tell whether there is something to catch up with: an unfinished line, or events that were not folded."""
        try:
            return self.log.unfinished_line() is not None or self.log.head() != self.catalogue.head()
        except LogError:
            return False  # A broken log is no reason not to read: a check of it says where, and a writer refuses it.

    def catch_up(self) -> None:
        """Set an unfinished line aside, check the chain from the last place that was checked, and fold what is new.

        Raises:
            LogError: The log lacks a line that was seen there, or a line cannot be believed.
        """
        self._unfolded = []
        aside = self.log.mend()
        self._fold_unseen()
        self._trust()
        # Only now: the note is itself an event, and follows on all others.
        self._note_aside(aside)

    def read_privately(self) -> None:
        """Go on with a private catalogue that is in step with the log; nothing in the archive is written.

        Raises:
            LogError: The log lacks a line that was seen there, or a line cannot be believed.
        """
        self.catalogue.use_private_copy()
        try:
            self._fold_unseen()
        except LogError:
            raise
        except ArchiveError:
            # The file that was copied is damaged in a place that nobody had looked at.
            self.make_index()

    def _fold_unseen(self) -> None:
        known, places = self.catalogue.head(), self._checked_places()
        self._hold(places)
        # An archive that keeps no checkpoint, as an older program leaves it, is checked whole, once.
        whole = len(places) < 2 or os.path.lexists(self._distrusted)
        start = LogHead() if whole else min(places, key=lambda place: place.seq)
        # By all that the end says, not by its number alone, which is what its last line states of itself.
        if start != known or known != self.log.head():
            self.catalogue.fold(each for each in self.log.read(start) if each.seq > known.seq)
            self.log.resume()

    def _hold(self, places: Sequence[LogHead]) -> None:
        """Make sure that the log holds places that it held once.

        Raises:
            LogError: It does not.
        """
        for place in places:
            if not self.log.holds(place):
                raise LogError(
                    f"the event log of {self._root} does not have line {place.seq} as it was seen: lines were lost or "
                    "replaced",
                    hint="Restore the events folder from a copy; or accept the loss with: preserve catalogue rebuild.",
                )

    def _checked_places(self) -> list[LogHead]:
        """Return the places of the log that were seen: the catalogue's, then that of the checkpoint if there is one."""
        try:
            known = self.catalogue.head() if self.catalogue.condition() is Condition.GOOD else LogHead()
        except ArchiveError:
            known = LogHead()  # A catalogue that cannot be read, or that a newer program made, has seen nothing.
        checked = read_checkpoint(self._root)
        return [known] if checked is None else [known, checked]

    def remake_index(self, differs: str) -> None:
        """Make the catalogue again because it said something else than the log, and note that.

        Args:
            differs: What it said otherwise, in words.

        Raises:
            LogError: A line of the log cannot be believed.
        """
        self.make_index()
        says = f"The catalogue was not what follows from the event log, and was made again: {differs}."
        self._note(says, {"catalogue": differs})

    def keep_checkpoint(self) -> None:
        """Remember that the chain was checked up to the end that the catalogue holds."""
        write_checkpoint(self._root, self.catalogue.head())

    def distrust(self) -> None:
        """Have the next writer check the log from its first line. What was seen of it stays known.

        Raises:
            ArchiveError: It could not be noted.
        """
        with translate_os_errors("could not write", self._distrusted):
            os.close(os.open(self._distrusted, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644))

    def _trust(self) -> None:
        # What cannot be removed, as a folder of other hands, only makes every check a whole one.
        with suppress(OSError):
            self._distrusted.unlink(missing_ok=True)

    def make_index(self) -> None:
        """Make the catalogue again from the log.

        Raises:
            LogError: The log lacks a line that was seen there, or a line cannot be believed.
        """
        self._hold(self._checked_places())
        self.catalogue.rebuild(self.log.read())

    def rebuild(self) -> tuple[Finding, ...]:
        """Make the catalogue again from what can be believed of the log, also where either is damaged.

        What is passed over, and what had been seen and is lost, is noted in the log.

        Returns:
            Why lines of the log were passed over.
        """
        # A number that no line can have was never seen: other hands wrote the catalogue.
        places = [place for place in self._checked_places() if place.seq < _MOST]
        seen = max(places, key=lambda place: place.seq, default=LogHead())
        held = self.log.holds(seen)
        aside = self.log.mend()
        check = LogCheck()
        self.catalogue.rebuild(self.log.read(check=check))
        self.log.resume()
        self._trust()
        self._note_aside(aside)
        if check.faults:
            names = list({each.key: each.as_json() for each in check.faults}.values())
            says = f"Lines of the event log that cannot be believed are passed over: {len(names)}."
            self._note(says, {"passed_over": names})
        if not held:
            left = self.catalogue.head().seq
            says = f"Line {seen.seq} of the event log had been seen and is not there. Made again from what is there."
            self._note(says, {"seen": seen.seq, "digest": seen.digest, "left": left})
        return tuple(passed_over(each) for each in check.faults)

    def compare(self) -> tuple[tuple[Finding, ...], str | None]:
        """Check the whole log, and compare the catalogue with it up to the line that the catalogue holds.

        Returns:
            What is wrong with the log, and what the catalogue says otherwise, in words; ``None`` if it says the same.
        """
        check = LogCheck()
        # To the end of the files, whatever the catalogue says of the end.
        events = self.log.read(check=check)
        differs = self.catalogue.compare(lambda head: takewhile(lambda each: each.seq <= head.seq, events))
        for _ in events:
            pass  # The comparison ends at the first difference, the check of the log at its last line.
        lost = {place.digest: place for place in self._checked_places() if not self.log.holds(place)}.values()
        return (*self.log.findings(check), *map(log_cut, lost)), None if check.faults else differs

    def confirm(self, stored: StoredBag) -> StoredBag:
        """Return a bag of the catalogue if its ingestion in the log says the same of it.

        Raises:
            LogError: It says something else, or cannot be read.
        """
        logged = self._ingestion(stored.seq)
        # When it was seen and checked follows from later events; no bag is opened by it.
        later = {name: getattr(stored, name) for name in ("last_seen", "last_checked", "last_ok", "outcome")}
        if logged is None or replace(stored_bag(self._root, logged), **later) != stored:
            raise LogError(
                f"the catalogue says something else of {stored.label} than the event log",
                hint="The log is the truth. Run: preserve catalogue rebuild, then preserve audit.",
            )
        return stored

    def events_of(self, name: str, version: int) -> Iterator[LoggedEvent]:
        """Yield the events of one version of a bag, oldest first.

        Raises:
            LogError: A line is not the one that was logged.
        """
        for line in self.catalogue.positions(name, version):
            logged = self.log.event_at(line.position, line.seq, line.digest, self._checked_places)
            if (logged.event.bag, logged.event.version) != (name, version):
                raise LogError(
                    f"the catalogue names line {logged.seq} of the event log for {name}/v{version}, of which it is not",
                    hint="Run: preserve catalogue rebuild.",
                )
            yield logged

    def last_announcement(self) -> LoggedEvent | None:
        """Return the last event that announced bags; ``None`` if there was none."""
        line = self.catalogue.last_announcement()
        return None if line is None else self.log.event_at(line.position, line.seq, line.digest, self._checked_places)

    def _ingestion(self, seq: int) -> LoggedEvent | None:
        if self._read is not None and self._read.seq == seq:
            return self._read  # A bag of a group is asked for by one cable after the other.
        line = self.catalogue.position_of(seq)
        logged = None if line is None else self.log.event_at(line.position, line.seq, line.digest, self._checked_places)
        self._read = logged
        return logged if logged is not None and logged.event.type == EventType.INGESTION.label else None

    def _note_aside(self, aside: str | None) -> None:
        if aside is not None:
            self._note(f"An unfinished line at the end of the event log was set aside as {aside}.", {"aside": aside})

    def _note(self, detail: str, data: Mapping[str, object]) -> None:
        self.append([LogEvent(type=EventType.METADATA_MODIFICATION.label, at=self.now(), detail=detail, data=data)])
