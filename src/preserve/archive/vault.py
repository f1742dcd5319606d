"""The archive as its users see it: putting bags in, finding them, and logging what happens to them.

The order of every change is: announce the bags in the event log, publish them, log their events, fold all of these into
the catalogue. So whatever the moment of a crash, what has become visible was announced, and the next writer completes
it. The log is the truth: what the catalogue says of a bag is held against the log before the bag is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from preserve.archive import founding
from preserve.archive.catalogue import Condition, Order
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LogEvent, LoggedEvent
from preserve.archive.filesystem import FilesystemStore
from preserve.archive.ingestion import announcement, ingestion_event
from preserve.archive.inventory import MissingBag, UnknownBag, take_inventory
from preserve.archive.layout import CATALOGUE, timestamp
from preserve.archive.ledger import Ledger
from preserve.archive.lock import BusyError, hold_lock, is_locked
from preserve.archive.model import Arrival, Incoming, StoredBag, StoreOutcome, UnknownBagError
from preserve.archive.recovery import adopt_bags, complete_announced
from preserve.archive.store import Store, StrayEntry
from preserve.bag import Form, sweep_stages
from preserve.clock import Clock
from preserve.errors import ArchiveError, LogError
from preserve.findings import Finding, Severity, worst
from preserve.octets import may_write
from preserve.provenance import Software, this_software

__all__ = ["Archive", "LogReport", "Rebuilt"]

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


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a check of the event log, and of the catalogue against it, found.

    Attributes:
        head: The end of the log. Whoever keeps it elsewhere can tell later that no line before it was changed.
        broken: Whether the log is not the one that was written. Then nothing that it says can be believed.
        findings: What is wrong, errors and warnings.
    """

    head: LogHead
    broken: bool
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
        aside, the chain of the log is checked from the last place that was checked, the catalogue takes in what it
        lacks, and a batch that was cut short is completed.

        Args:
            patience: Seconds to wait for another writer; those of the archive unless given.

        Raises:
            ArchiveError: Another process is writing.
            LogError: The log is broken, or the log and the catalogue contradict each other.
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
            self._ledger.keep_checkpoint()

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
            if not placed:
                return outcomes
            self._ledger.announce(announcement(placed, self.now()))
            self.store.publish([(each.staged, location) for each, location in placed])
            logged = self._ledger.append([ingestion_event(each, location, self.now()) for each, location in placed])
            numbers = {(each.event.bag, each.event.version): each.seq for each in logged}
            return [_numbered(each, numbers) for each in outcomes]

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
            # Whoever is told "unchanged" may remove the source. A bag of this very batch has no line yet.
            return StoreOutcome(arrival=Arrival.UNCHANGED, stored=self.confirm(same) if same.seq else same)
        location = incoming.location(max((each.version for each in others), default=0) + 1)
        # A place may be taken without the catalogue's knowledge, by a bag that nobody logged; it is left alone.
        while any(self.store.has(replace(location, form=form)) for form in Form):
            location = replace(location, version=location.version + 1)
        return StoreOutcome(arrival=Arrival.STORED, stored=incoming.stored(self.root, location, self.now()))

    # Bringing into step

    def make_ready(self) -> None:
        """Make the archive fit for reading: bring the catalogue into step with the log.

        Where the catalogue in the archive cannot be used, or must not be written, a private one is made of the log.
        Nothing is taken in that the log does not have: that is for :meth:`rebuild`, which somebody must ask for.

        Raises:
            ArchiveError: The catalogue is damaged.
            LogError: The catalogue must be made again, and a line of the log cannot be believed.
        """
        condition = self._ledger.catalogue.condition()
        if condition is Condition.DAMAGED:
            raise ArchiveError(
                f"the catalogue of {self.root} is damaged", hint="Run: preserve catalogue rebuild. No bag is concerned."
            )
        fit = condition is Condition.GOOD
        if fit and (not self._ledger.is_behind() or is_locked(self.root)):
            return  # Whoever writes is about to bring it into step.
        if condition is Condition.UNUSABLE or not may_write(self.root):
            self._ledger.read_privately()
            return
        try:
            with hold_lock(self.root, patience=0):
                if not fit:
                    self._ledger.make_index()
                self._settle()
                self._ledger.keep_checkpoint()
        except LogError:
            # A broken log is no reason not to read by a catalogue that was made while it was whole: an audit says what
            # is wrong, a writer refuses it, and no bag is opened by a line that cannot be believed.
            if not fit:
                raise
        except ArchiveError as error:
            # A full disk, or a file system without locks, is no reason not to read. Whoever writes is about to bring
            # the catalogue into step.
            if not (fit and isinstance(error, BusyError)):
                self._ledger.read_privately()
        finally:
            self._settled = False

    def _settle(self) -> None:
        if self._settled:
            return
        self._ledger.catch_up()
        complete_announced(self.store, self._ledger)
        self._settled = True

    def rebuild(self) -> Rebuilt:
        """Make the catalogue again from the event log, and take in the bags that lie in the store without an event.

        Lines of the log that cannot be believed are passed over, and the log says so.

        Raises:
            ArchiveError: Another process is writing; the catalogue could not be written.
            LogError: The log is beyond repair.
        """
        with hold_lock(self.root, patience=self._patience):
            passed_over = self._ledger.rebuild()
            complete_announced(self.store, self._ledger)
            adopted, findings = adopt_bags(self.differences(), self.store, self._ledger)
            self._ledger.keep_checkpoint()
            return Rebuilt(*self.count(), adopted, (*passed_over, *findings))

    # Reading

    def bags(self, order: Order = Order.NAME) -> Iterator[StoredBag]:
        """Yield every version of every bag as the catalogue has it, sorted, a page at a time.

        Whoever opens a bag confirms it first, see :meth:`confirm`; the other questions confirm what they return.

        Raises:
            ArchiveError: The catalogue could not be read.
        """
        return self._ledger.catalogue.bags(order)

    def count(self) -> tuple[int, int]:
        """Return the number of bags (each version counts) and of the cables in them."""
        return self._ledger.catalogue.count()

    def confirm(self, stored: StoredBag) -> StoredBag:
        """Return a bag of the catalogue if the event log says the same of it.

        Raises:
            LogError: It says something else.
        """
        return self._ledger.confirm(stored)

    def versions(self, name: str) -> list[StoredBag]:
        """Return the versions of a bag, oldest first; none when there is no such bag."""
        return [self.confirm(each) for each in self._ledger.catalogue.versions(name)]

    def latest(self, name: str) -> StoredBag | None:
        """Return the newest version of a bag; ``None`` when there is no such bag."""
        versions = self.versions(name)
        return versions[-1] if versions else None

    def find_by_source(self, sha256: str) -> list[StoredBag]:
        """Return the bags with a cable that was made of the source with this SHA-256, the newest last."""
        return [self.confirm(each) for each in self._ledger.catalogue.find_by_source(sha256)]

    def find(self, text: str) -> list[StoredBag]:
        """Return the bags with a name, or with a cable of an identifier; if ``/v2`` follows, only that version.

        Bags come in the order in which they were stored, whatever their times say: the last is the newest.

        Raises:
            UnknownBagError: There is none; the message suggests similar names.
            LogError: The event log says something else of it than the catalogue.
        """
        name, slash, number = text.rpartition("/v")
        is_number = number.isascii() and number.isdigit() and len(number) < 10
        wanted = int(number) if slash and is_number else None
        name = name if wanted is not None else text
        stored = self._ledger.catalogue.find(name) or self._ledger.catalogue.find(name.upper())
        if not stored:
            near = self._ledger.catalogue.similar_names(name.upper())
            hint = f"Is it one of these: {', '.join(near)}?" if near else "To see all, run: preserve list."
            raise UnknownBagError(f"the archive {self.root} has no bag or cable {name}", hint=hint)
        matching = [each for each in stored if wanted in {None, each.version}]
        if not matching:
            there = ", ".join(each.label for each in stored)
            raise UnknownBagError(f"the archive has no version {wanted} of {name}", hint=f"It has {there}.")
        return [self.confirm(each) for each in matching]

    def events(self, stored: StoredBag) -> Iterator[LoggedEvent]:
        """Yield the events of one version of a bag, oldest first.

        Raises:
            LogError: A line is not the one that was logged.
            ArchiveError: The log could not be read.
        """
        return self._ledger.events_of(stored.name, stored.version)

    def check_log(self) -> LogReport:
        """Check the whole event log, and the catalogue against it.

        A catalogue that is not what follows from the log is made again, and the log says so. A broken log stays as it
        is; the next writer will check it from its first line, and refuse it.

        Raises:
            ArchiveError: Another process is writing; the log or the catalogue could not be read or written.
        """
        # The catalogue must be in step; why it cannot be, where the log is broken, is told below and in full.
        with suppress(LogError):
            if may_write(self.root):
                with self.writing():
                    pass
            else:
                self._ledger.read_privately()
        findings, differs = self._ledger.compare()
        head = self._ledger.log.walked
        broken = worst(findings) is Severity.ERROR
        if broken and may_write(self.root):
            self._ledger.distrust()
        elif not broken and differs is not None:
            findings = (*findings, Finding.of("catalogue-differs", CATALOGUE, differs))
            with self.writing():
                self._ledger.remake_index(differs)
        return LogReport(head, broken, findings)

    def differences(self) -> Iterator[MissingBag | UnknownBag | StrayEntry]:
        """Yield what the catalogue knows and the store lacks, and the other way round.

        Raises:
            ArchiveError: The catalogue or the store could not be read.
        """
        return take_inventory(self.bags(Order.PLACE), self.store.walk())

    def dump(self) -> Iterator[str]:
        """Yield the content of the catalogue, a line a row, in an order that follows from the content."""
        return self._ledger.catalogue.dump()


def _numbered(outcome: StoreOutcome, numbers: Mapping[tuple[str | None, int | None], int]) -> StoreOutcome:
    """Return an outcome whose bag, if it is a new one, knows the number of its event."""
    stored = outcome.stored
    if stored is None or stored.seq:
        return outcome
    return replace(outcome, stored=replace(stored, seq=numbers[stored.name, stored.version]))
