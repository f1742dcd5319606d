"""The archive: one store, one event log and one catalogue kept in step.

Scope: putting bags in, finding them, logging events, and bringing an archive that a crash left behind back into
step. Not in scope: looking into bags (``audit``), carrying them elsewhere (``deposit``).

The order of every change is: announce (``intent``), publish the bags, log the events, fold them into the catalogue,
clear the announcement. Whatever the moment of a crash, the next writer completes what had become visible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from preserve.archive import founding, intent
from preserve.archive.adoption import examine_stray
from preserve.archive.catalogue import Catalogue, Condition, Order
from preserve.archive.eventlog import EventLog, LogHead
from preserve.archive.events import LogEvent, LoggedEvent
from preserve.archive.filesystem import FilesystemStore
from preserve.archive.ingestion import ingestion_event
from preserve.archive.inventory import MissingBag, UnknownBag, take_inventory
from preserve.archive.layout import INTENT, Location, timestamp
from preserve.archive.lock import BusyError, hold_lock
from preserve.archive.model import Arrival, Incoming, StoredBag, StoreOutcome
from preserve.archive.store import Store, StrayEntry
from preserve.bag import Depth, Form, index_path, sweep_stages, verify, write_index
from preserve.clock import Clock
from preserve.errors import ArchiveError
from preserve.findings import Finding
from preserve.octets import may_write
from preserve.provenance import EventType, Software, this_software

__all__ = ["Archive", "Rebuilt"]

PATIENCE = 10.0
"""Seconds that a writer waits for another one."""
_ADOPT = 100
"""Bags taken into the catalogue at a time."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuilt catalogue holds.

    Attributes:
        bags: Versions of bags.
        cables: Cables in them.
        adopted: Bags that lay in the store without an event; each has one now.
        findings: What lies among the bags and could not be taken in.
    """

    bags: int
    cables: int
    adopted: int
    findings: tuple[Finding, ...]


class Archive:
    """An archive that is open. Use it as a context manager, or close it; one thread at a time.

    Args:
        root: Its folder, which must be an archive.
        clock: What tells the time of every event.
        software: The agent of every event.
        patience: Seconds to wait for another writer.
        store: Where bags lie; below ``root`` unless given.
    """

    def __init__(
        self,
        root: Path,
        *,
        clock: Clock,
        software: Software | None = None,
        patience: float = PATIENCE,
        store: Store | None = None,
    ) -> None:
        self.root = root
        self.about = founding.check_archive(root)
        self.store: Store = store or FilesystemStore(root)
        self._clock = clock
        self._log = EventLog(root, software or this_software())
        self._catalogue = Catalogue(root)
        self._patience = patience
        self._depth = 0
        self._settled = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalogue."""
        self._catalogue.close()

    def now(self) -> str:
        """Return the time as events have it."""
        return timestamp(self._clock.now())

    # Writing

    @contextmanager
    def writing(self, *, patience: float | None = None) -> Iterator[None]:
        """Be the one writer while the block runs; may be nested. Readers are never kept waiting.

        On entry the archive is brought into step: dead stages are removed, an unfinished line of the log is set
        aside, bags of a batch that was cut short are completed, the catalogue takes in what it lacks.

        Args:
            patience: Seconds to wait for another writer, unless those of the archive.

        Raises:
            ArchiveError: Another process is writing; or log and catalogue contradict each other.
        """
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        with hold_lock(self.root, patience=self._patience if patience is None else patience):
            sweep_stages(self.store.stages)
            founding.keep_schemas(self.root)
            self._settle()
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0
                self._settled = False

    def put(self, batch: Sequence[Incoming]) -> list[StoreOutcome]:
        """Store staged bags: all that are new appear, are logged and are indexed, or the archive says why not.

        A bag whose source is that of a stored version of the same name is ``unchanged``; another source makes the
        next version. When this returns, every stored bag and its event are on the disk.

        Args:
            batch: Bags staged below ``store.stages`` and verified there; a hundred or so at a time.

        Returns:
            One outcome for each, in order.

        Raises:
            ArchiveError: The store, the log or the catalogue could not be written. Bags of the batch that had
                already appeared are completed by the next writer, and are then unchanged.
        """
        with self.writing(), self._change():
            outcomes = self._plan(batch)
            new = [
                (each, out.stored) for each, out in zip(batch, outcomes, strict=True) if out.arrival is Arrival.STORED
            ]
            placed = [(each, stored.location) for each, stored in new if stored is not None]
            if placed:
                events = [ingestion_event(each, location, self.now()) for each, location in placed]
                intent.write_intent(self.root, events)
                self.store.publish([(each.staged, location) for each, location in placed])
                self._append(events)
                intent.clear_intent(self.root)
            return outcomes

    def log(self, events: Sequence[LogEvent]) -> list[LoggedEvent]:
        """Append events; they are on the disk when this returns, and folded into the catalogue.

        Raises:
            ArchiveError: The log or the catalogue could not be written.
        """
        with self.writing(), self._change():
            return self._append(events)

    def _append(self, events: Sequence[LogEvent]) -> list[LoggedEvent]:
        logged = self._log.append(events)
        if logged:
            self._catalogue.fold(logged)
        return logged

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Bring the archive into step first if a change before this one failed half-way."""
        self._settle()
        self._settled = False
        yield
        self._settled = True

    def _plan(self, batch: Sequence[Incoming]) -> list[StoreOutcome]:
        known: dict[str, list[StoredBag]] = {}
        for stored in self._catalogue.named(each.staged.name for each in batch):
            known.setdefault(stored.name.lower(), []).append(stored)
        outcomes = []
        for incoming in batch:
            others = known.setdefault(incoming.staged.name.lower(), [])
            outcome = self._judge(incoming, others)
            if outcome.arrival is Arrival.STORED and outcome.stored is not None:
                others.append(outcome.stored)
            outcomes.append(outcome)
        return outcomes

    def _judge(self, incoming: Incoming, others: Sequence[StoredBag]) -> StoreOutcome:
        name = incoming.staged.name
        clash = next((each.name for each in others if each.name != name), None)
        if clash is not None:
            # A bag travels to file systems that do not mind letter case; there, both would be one.
            says = f"the archive has a bag {clash}, which differs in letter case only"
            return StoreOutcome(arrival=Arrival.REJECTED, findings=(Finding.of("bag-name-clash", name, says),))
        same = next((each for each in others if each.source_key == incoming.source_key), None)
        if same is not None:
            return StoreOutcome(arrival=Arrival.UNCHANGED, stored=same)
        location = incoming.location(max((each.version for each in others), default=0) + 1)
        while any(self.store.has(replace(location, form=form)) for form in Form):
            location = replace(location, version=location.version + 1)
        return StoreOutcome(arrival=Arrival.STORED, stored=incoming.stored(self.root, location, self.now()))

    # Bringing into step

    def ready(self) -> None:
        """Make the archive fit for reading: make a missing catalogue, complete what a crash left if nobody writes.

        Raises:
            ArchiveError: The catalogue is damaged or missing and could not be made.
        """
        condition = self._catalogue.condition()
        if condition is Condition.DAMAGED:
            raise ArchiveError(
                f"the catalogue of {self.root} is damaged", hint="Run: preserve catalogue rebuild. No bag is concerned."
            )
        if condition is not Condition.GOOD:
            self.rebuild()
        elif self._is_behind() and may_write(self.root):
            try:
                with self.writing(patience=0):
                    pass
            except BusyError:
                return  # The writer is at it.

    def _is_behind(self) -> bool:
        note = self.root / INTENT
        if note.exists() and note.stat().st_size:
            return True
        try:
            return self._log.torn() is not None or self._log.head().seq > self._catalogue.head().seq
        except ArchiveError:
            return False  # A broken log: verify_log says where; the next writer refuses.

    def _settle(self) -> None:
        if self._settled:
            return
        aside = self._log.mend()
        self._catch_up()
        if aside is not None:
            self._note(f"An unfinished line at the end of the event log was set aside as {aside}.", {"aside": aside})
        self._complete()
        self._settled = True

    def _note(self, says: str, data: Mapping[str, object]) -> None:
        self._append([LogEvent(type=EventType.METADATA_MODIFICATION.label, at=self.now(), detail=says, data=data)])

    def _catch_up(self) -> None:
        known, end = self._catalogue.head(), self._log.head()
        if known.seq > end.seq or (known.seq == end.seq and known.digest != end.digest):
            raise ArchiveError(
                f"the event log of {self.root} ends with line {end.seq}, the catalogue has seen line {known.seq}: "
                "lines were lost or replaced",
                hint="Restore the events folder from a copy; or accept the loss with: preserve catalogue rebuild.",
            )
        if known.seq < end.seq:
            self._catalogue.fold(self._log.read(known))

    def _complete(self) -> None:
        """Log what was announced and has appeared: each bag was whole before it could be seen, and is verified here."""
        events = intent.read_intent(self.root)
        if not events:
            return
        logged = {(each.name, each.version) for each in self._catalogue.named(event.bag or "" for event in events)}
        missing = [event for event in events if (event.bag, event.version) not in logged and self._appeared(event)]
        self._append([replace(event, data={**event.data, "completed": True}) for event in missing])
        intent.clear_intent(self.root)

    def _appeared(self, event: LogEvent) -> bool:
        location = Location.parse(str(event.data["location"]))
        if not self.store.has(location):
            return False
        path = self.store.path(location)
        if not verify(path, depth=Depth.FULL, seal=str(event.data["seal"])).valid:
            return False
        if "index" in event.data and not index_path(path).exists():
            write_index(path, self.store.stages)  # the process was stopped between the tar and its index
        return True

    def rebuild(self) -> Rebuilt:
        """Make the catalogue again from the event log, and take in the bags that lie in the store without an event.

        Raises:
            ArchiveError: Another process is writing; the log is broken; the catalogue could not be written.
        """
        with hold_lock(self.root, patience=self._patience):
            seen = self._catalogue.head() if self._catalogue.condition() is Condition.GOOD else LogHead()
            aside = self._log.mend()
            end = self._catalogue.rebuild(self._log.read())
            if aside is not None:
                self._note(
                    f"An unfinished line at the end of the event log was set aside as {aside}.", {"aside": aside}
                )
            if seen.seq > end.seq:
                says = f"The catalogue had seen {seen.seq} lines; the log has {end.seq}. Made again from what is there."
                self._note(says, {"seen": seen.seq, "digest": seen.digest, "left": end.seq})
            self._complete()
            adopted, findings = self._adopt()
            bags, cables = self._catalogue.count()
            return Rebuilt(bags, cables, adopted, findings)

    def _adopt(self) -> tuple[int, tuple[Finding, ...]]:
        adopted, findings, events = 0, list[Finding](), list[LogEvent]()
        for difference in self.differences():
            if isinstance(difference, MissingBag):
                continue  # A rebuilt catalogue still knows it; an audit says that it is missing.
            if isinstance(difference, StrayEntry):
                findings.append(Finding.of("archive-stray", difference.path, difference.says))
                continue
            result = examine_stray(self.store.path(difference.location), difference.location, self.now())
            if isinstance(result, Finding):
                findings.append(result)
            else:
                events.append(result)
            if len(events) == _ADOPT:
                adopted += len(self._append(events))
                events = []
        return adopted + len(self._append(events)), tuple(findings)

    # Reading

    def bags(self, order: Order = Order.NAME) -> Iterator[StoredBag]:
        """Yield every version of every bag, sorted, a page at a time.

        Raises:
            ArchiveError: The catalogue could not be read.
        """
        return self._catalogue.bags(order)

    def count(self) -> tuple[int, int]:
        """Return how many bags (versions) and how many cables in them the archive has."""
        return self._catalogue.count()

    def versions(self, name: str) -> list[StoredBag]:
        """Return the versions of a bag, oldest first; none when there is no such bag."""
        return self._catalogue.versions(name)

    def latest(self, name: str) -> StoredBag | None:
        """Return the newest version of a bag; ``None`` when there is no such bag."""
        versions = self.versions(name)
        return versions[-1] if versions else None

    def from_source(self, sha256: str) -> list[StoredBag]:
        """Return the bags that hold a cable made of the source with this SHA-256."""
        return self._catalogue.from_source(sha256)

    def find(self, text: str) -> list[StoredBag]:
        """Return the bags of a name, or holding a cable of an identifier; with ``/v2`` at its end only that version.

        Bags are in the order in which they were stored: the last is the newest.

        Raises:
            ArchiveError: There is none; the message names what is like it.
        """
        name, slash, number = text.rpartition("/v")
        wanted = int(number) if slash and number.isascii() and number.isdigit() else None
        name = name if wanted is not None else text
        stored = self._catalogue.holding(name) or self._catalogue.holding(name.upper())
        if not stored:
            near = self._catalogue.like(name.upper())
            hint = f"Is it one of these: {', '.join(near)}?" if near else "preserve list names all."
            raise ArchiveError(f"the archive {self.root} has no bag or cable {name}", hint=hint)
        matching = [each for each in stored if wanted in {None, each.version}]
        if not matching:
            there = ", ".join(each.label for each in stored)
            raise ArchiveError(f"the archive has no version {wanted} of {name}", hint=f"It has {there}.")
        return sorted(matching, key=lambda each: each.created)

    def events(self, stored: StoredBag) -> Iterator[LoggedEvent]:
        """Yield the events of one version of a bag, oldest first.

        Raises:
            ArchiveError: The log could not be read.
        """
        for position in self._catalogue.positions(stored.name, stored.version):
            yield self._log.at(position)

    def verify_log(self) -> Iterator[Finding]:
        """Check the whole event log: every line, the chain, and its end against the catalogue.

        Raises:
            ArchiveError: It could not be read.
        """
        return self._log.verify(self._catalogue.head())

    def differences(self) -> Iterator[MissingBag | UnknownBag | StrayEntry]:
        """Yield what the catalogue knows and the store lacks, and the other way round."""
        return take_inventory(self.bags(Order.PLACE), self.store.walk())

    def dump(self) -> Iterator[str]:
        """Yield the content of the catalogue, a line a row, in an order that follows from the content."""
        return self._catalogue.dump()
