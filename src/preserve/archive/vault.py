"""The archive as its users see it: putting bags in, finding them, and logging what happens to them.

The order of every change is: announce (``intent``), publish the bags, log the events, fold them into the catalogue,
clear the announcement. So whatever the moment of a crash, what has become visible was announced, and the next writer
completes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from preserve.archive import founding, intent
from preserve.archive.catalogue import Condition, Order
from preserve.archive.events import LogEvent, LoggedEvent
from preserve.archive.filesystem import FilesystemStore
from preserve.archive.ingestion import ingestion_event
from preserve.archive.inventory import MissingBag, UnknownBag, take_inventory
from preserve.archive.layout import INTENT, timestamp
from preserve.archive.ledger import Ledger
from preserve.archive.lock import BusyError, hold_lock
from preserve.archive.model import Arrival, Incoming, StoredBag, StoreOutcome
from preserve.archive.recovery import adopt_bags, complete_announced
from preserve.archive.store import Store, StrayEntry
from preserve.bag import Form, sweep_stages
from preserve.clock import Clock
from preserve.errors import ArchiveError
from preserve.findings import Finding
from preserve.octets import may_write
from preserve.provenance import Software, this_software

__all__ = ["Archive", "Rebuilt"]

PATIENCE = 10.0
"""Seconds that a writer waits for another one."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuilt catalogue holds, and what was found on the way.

    Attributes:
        bags: The number of bags; each version counts.
        cables: The number of cables in them.
        adopted: Bags that lay in the store without an event; each has one now.
        findings: Why other things among the bags could not be taken in.
    """

    bags: int
    cables: int
    adopted: int
    findings: tuple[Finding, ...]


class Archive:
    """An open archive. Use it as a context manager, or close it; one thread at a time.

    Args:
        root: Its folder, which must be an archive.
        clock: Tells the time of every event.
        software: The agent of every event; this program unless given.
        patience: Seconds to wait for another writer.
        store: Where bags lie; below ``root`` unless given.

    Attributes:
        root: Its folder.
        about: What its ``archive.json`` says.
        store: Where bags lie.

    Raises:
        ArchiveError: The folder is no archive, or of a layout that this program does not know.
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
        self._ledger = Ledger(root, software or this_software(), lambda: timestamp(clock.now()))
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
        self._ledger.close()

    def now(self) -> str:
        """Return the time as events have it."""
        return self._ledger.now()

    # Writing

    @contextmanager
    def writing(self, *, patience: float | None = None) -> Iterator[None]:
        """Be the one writer while the block runs; blocks may be nested. Readers are never kept waiting.

        On entry the archive is brought into step: dead stages are removed, an unfinished line of the log is set
        aside, a batch that was cut short is completed, and the catalogue takes in what it lacks.

        Args:
            patience: Seconds to wait for another writer; those of the archive unless given.

        Raises:
            ArchiveError: Another process is writing, or the log and the catalogue contradict each other.
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
        """Store staged bags: let all that are new appear, log them, and fold them into the catalogue.

        A bag whose sources are those of a stored version of its name is ``unchanged``; other sources make the next
        version. When this returns, every stored bag and its event are on the disk.

        Args:
            batch: Bags that were staged below ``store.stages`` and verified there; a hundred or so at a time.

        Returns:
            One outcome for each, in order.

        Raises:
            ArchiveError: The store, the log or the catalogue could not be written. The next writer completes the
                bags of the batch that had appeared; put again, they are unchanged.
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
                self._ledger.append(events)
                intent.clear_intent(self.root)
            return outcomes

    def log(self, events: Sequence[LogEvent]) -> list[LoggedEvent]:
        """Log events; when this returns they are on the disk and folded into the catalogue.

        Raises:
            ArchiveError: The log or the catalogue could not be written.
        """
        with self.writing(), self._change():
            return self._ledger.append(events)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Bring the archive into step first, if a change before this one failed half-way."""
        self._settle()
        # Without "finally": if the block raises, the archive stays out of step, and the next change settles it first.
        self._settled = False
        yield
        self._settled = True

    def _plan(self, batch: Sequence[Incoming]) -> list[StoreOutcome]:
        known: dict[str, list[StoredBag]] = {}
        for stored in self._ledger.catalogue.find_by_names(each.staged.name for each in batch):
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
            # A bag travels. On a file system that does not tell letter cases apart the two would be one.
            says = f"the archive has a bag {clash}, which differs in letter case only"
            return StoreOutcome(arrival=Arrival.REJECTED, findings=(Finding.of("bag-name-clash", name, says),))
        same = next((each for each in others if each.source_key == incoming.source_key), None)
        if same is not None:
            return StoreOutcome(arrival=Arrival.UNCHANGED, stored=same)
        location = incoming.location(max((each.version for each in others), default=0) + 1)
        # A place may be taken without the catalogue's knowledge, by a bag that nobody logged; it is left alone.
        while any(self.store.has(replace(location, form=form)) for form in Form):
            location = replace(location, version=location.version + 1)
        return StoreOutcome(arrival=Arrival.STORED, stored=incoming.stored(self.root, location, self.now()))

    # Bringing into step

    def make_ready(self) -> None:
        """Make the archive fit for reading: make a missing catalogue, and complete what a crash left if nobody writes.

        Raises:
            ArchiveError: The catalogue is damaged, or missing and could not be made.
        """
        condition = self._ledger.catalogue.condition()
        if condition is Condition.DAMAGED:
            raise ArchiveError(
                f"the catalogue of {self.root} is damaged", hint="Run: preserve catalogue rebuild. No bag is concerned."
            )
        if condition is Condition.UNUSABLE:
            self._ledger.catalogue.use_private_copy()
            self._ledger.catalogue.fold(self._ledger.log.read(self._ledger.catalogue.head()))
        elif condition is not Condition.GOOD:
            self.rebuild()
        elif self._is_behind() and may_write(self.root):
            try:
                with self.writing(patience=0):
                    pass  # Entering it is what brings the archive into step.
            except BusyError:
                return  # The writer is at it.

    def _is_behind(self) -> bool:
        note = self.root / INTENT
        return (note.exists() and note.stat().st_size > 0) or self._ledger.is_behind()

    def _settle(self) -> None:
        if self._settled:
            return
        self._ledger.catch_up()
        complete_announced(self.root, self.store, self._ledger)
        self._settled = True

    def rebuild(self) -> Rebuilt:
        """Make the catalogue again from the event log, and take in the bags that lie in the store without an event.

        Raises:
            ArchiveError: Another process is writing; the log is broken; the catalogue could not be written.
        """
        with hold_lock(self.root, patience=self._patience):
            self._ledger.rebuild()
            complete_announced(self.root, self.store, self._ledger)
            adopted, findings = adopt_bags(self.differences(), self.store, self._ledger)
            return Rebuilt(*self.count(), adopted, findings)

    # Reading

    def bags(self, order: Order = Order.NAME) -> Iterator[StoredBag]:
        """Yield every version of every bag, sorted, a page at a time.

        Raises:
            ArchiveError: The catalogue could not be read.
        """
        return self._ledger.catalogue.bags(order)

    def count(self) -> tuple[int, int]:
        """Return the number of bags (each version counts) and of the cables in them."""
        return self._ledger.catalogue.count()

    def versions(self, name: str) -> list[StoredBag]:
        """Return the versions of a bag, oldest first; none when there is no such bag."""
        return self._ledger.catalogue.versions(name)

    def latest(self, name: str) -> StoredBag | None:
        """Return the newest version of a bag; ``None`` when there is no such bag."""
        versions = self.versions(name)
        return versions[-1] if versions else None

    def find_by_source(self, sha256: str) -> list[StoredBag]:
        """Return the bags with a cable that was made of the source with this SHA-256."""
        return self._ledger.catalogue.find_by_source(sha256)

    def find(self, text: str) -> list[StoredBag]:
        """Return the bags with a name, or with a cable of an identifier; if ``/v2`` follows, only that version.

        Bags come in the order in which they were stored: the last is the newest.

        Raises:
            ArchiveError: There is none; the message suggests similar names.
        """
        name, slash, number = text.rpartition("/v")
        wanted = int(number) if slash and number.isascii() and number.isdigit() else None
        name = name if wanted is not None else text
        stored = self._ledger.catalogue.find(name) or self._ledger.catalogue.find(name.upper())
        if not stored:
            near = self._ledger.catalogue.similar_names(name.upper())
            hint = f"Is it one of these: {', '.join(near)}?" if near else "To see all, run: preserve list."
            raise ArchiveError(f"the archive {self.root} has no bag or cable {name}", hint=hint)
        matching = [each for each in stored if wanted in {None, each.version}]
        if not matching:
            there = ", ".join(each.label for each in stored)
            raise ArchiveError(f"the archive has no version {wanted} of {name}", hint=f"It has {there}.")
        return matching

    def events(self, stored: StoredBag) -> Iterator[LoggedEvent]:
        """Yield the events of one version of a bag, oldest first.

        Raises:
            ArchiveError: The log could not be read.
        """
        for line in self._ledger.catalogue.positions(stored.name, stored.version):
            yield self._ledger.log.event_at(line.position)

    def verify_log(self) -> Iterator[Finding]:
        """Check the whole event log: every line, the chain, and its end against the catalogue.

        Raises:
            ArchiveError: The log could not be read.
        """
        return self._ledger.log.verify(self._ledger.catalogue.head())

    def differences(self) -> Iterator[MissingBag | UnknownBag | StrayEntry]:
        """Yield what the catalogue knows and the store lacks, and the other way round.

        Raises:
            ArchiveError: The catalogue or the store could not be read.
        """
        return take_inventory(self.bags(Order.PLACE), self.store.walk())

    def dump(self) -> Iterator[str]:
        """Yield the content of the catalogue, a line a row, in an order that follows from the content."""
        return self._ledger.catalogue.dump()
