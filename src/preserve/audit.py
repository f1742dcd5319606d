"""The audit of an archive: is every bag where it must be, and is every bit what it was?

There is a check of one bag, made for workers; the order in which bags are due; the events of the checks; and the sweep
between catalogue and store. That the event log is whole, and the catalogue what follows from it, is checked first
(:meth:`preserve.archive.Archive.check_log`), because the list of the bags and their seals come from there. Nothing is
repaired here.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from preserve.archive import (
    Archive,
    EventOutcome,
    Location,
    LogEvent,
    LoggedEvent,
    LogReport,
    MissingBag,
    Order,
    StoredBag,
    StrayEntry,
    UnknownBag,
    describe_absence,
)
from preserve.bag import INDEX_SUFFIX, Depth, Verdict, index_path, read_index, verify
from preserve.engine import Lost, map_batches
from preserve.errors import BagError, LogError
from preserve.findings import Finding
from preserve.provenance import EventType

__all__ = [
    "FINDINGS_LIMIT",
    "AuditResult",
    "AuditTask",
    "audit_bags",
    "check_bag",
    "due_bags",
    "make_task",
    "record_checks",
    "refuse_broken_log",
    "sweep_archive",
]

FINDINGS_LIMIT = 1000
"""Findings of one bag that are kept, at most; a result says how many there were."""

_OUTCOMES = {
    Verdict.VALID: EventOutcome.SUCCESS,
    Verdict.INVALID: EventOutcome.FAIL,
    Verdict.INCOMPLETE: EventOutcome.FAIL,
    # An unreadable disk is not proof of loss.
    Verdict.UNREADABLE: EventOutcome.UNKNOWN,
}
_SAYS = {
    EventOutcome.SUCCESS: "Every file agrees with the manifests, and the tag manifest with its seal.",
    EventOutcome.FAIL: "The bag is not what it was when it was stored.",
    EventOutcome.UNKNOWN: "The bag could not be read to its end.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTask:
    """One bag to be checked.

    Attributes:
        root: The archive's root.
        place: Its place below that.
        seal: The SHA-256 of its tag manifest when it was stored.
        index: The SHA-256 of its member index then; ``None`` if it came without one.
    """

    root: Path
    place: Location
    seal: str
    index: str | None = None

    @property
    def name(self) -> str:
        """The name of the bag."""
        return self.place.name

    @property
    def version(self) -> int:
        """Its version."""
        return self.place.version

    @property
    def location(self) -> str:
        """Its place below the archive's root, as text."""
        return self.place.path

    @property
    def path(self) -> Path:
        """Where it is read."""
        return self.root / self.place.path


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What a check found.

    Attributes:
        name: The name of the bag.
        version: Its version.
        location: Its place below the archive's root.
        outcome: Success or fail; unknown if the bag could not be read.
        present: Whether something lies at its place.
        depth: How deep the check was.
        files: The number of payload files that it saw.
        bytes: The bytes of these.
        findings: What is wrong, the gravest first, at most :data:`FINDINGS_LIMIT`.
        found: How many findings there were.
    """

    name: str
    version: int
    location: str
    outcome: EventOutcome
    present: bool
    depth: Depth
    files: int = 0
    bytes: int = 0
    findings: tuple[Finding, ...] = ()
    found: int = 0

    @property
    def label(self) -> str:
        """The name that people use, with the version: ``07STRELSAU42/v1``."""
        return f"{self.name}/v{self.version}"


def make_task(stored: StoredBag) -> AuditTask:
    """Return what a worker needs to check a stored bag."""
    return AuditTask(root=stored.root, place=stored.location, seal=stored.seal, index=stored.index)


def refuse_broken_log(log: LogReport) -> None:
    """Go no further where the event log cannot be believed: neither the list of bags nor their seals can be either.

    Args:
        log: What :meth:`preserve.archive.Archive.check_log` found, which comes first in every audit.

    Raises:
        LogError: The log was changed.
    """
    if log.broken:
        raise LogError(
            "the event log is not the one that was written, so no bag was checked",
            hint="Restore the events folder from a copy; or pass over what was changed with: "
            "preserve catalogue rebuild.",
        )


def due_bags(archive: Archive) -> Iterator[AuditTask]:
    """Yield every bag of an archive: first those that were never checked, then by the last check, oldest first.

    Raises:
        ArchiveError: The catalogue could not be read.
        LogError: The event log says something else of a bag than the catalogue.
    """
    return (make_task(archive.confirm(stored)) for stored in archive.bags(Order.DUE))


def check_bag(one: AuditTask) -> AuditResult:
    """Check one bag in full: every bit against every manifest, and the tag manifest against the seal.

    It is made for workers: it only reads, whatever goes wrong is its result, and it can be imported by name.
    """
    try:
        absent = describe_absence(one.root, one.place)
        if absent is not None:
            return _result(one, EventOutcome.FAIL, [Finding.of("bag-missing", one.location, absent)], present=False)
        report = verify(one.path, depth=Depth.FULL, seal=one.seal)
        of_index = list(_of_index(one))
    except (BagError, OSError) as error:
        return _result(
            one, EventOutcome.UNKNOWN, [Finding.of("bag-unreadable", one.location, str(error))], present=True
        )
    outcome = _OUTCOMES[report.verdict]
    findings = [each for each in report.findings if each.code != _BY_DESIGN or report.name != one.name] + of_index
    return _result(one, outcome, findings, present=True, files=report.files, octets=report.bytes)


def _of_index(one: AuditTask) -> Iterator[Finding]:
    """Find a member index that is missing or is not the one with which the bag came; the bag is whole without it."""
    if one.index is None:
        return
    beside = index_path(one.path)
    try:
        there = read_index(beside)[1]
    except BagError as error:
        yield Finding.of("member-index-differs", f"{one.location}{INDEX_SUFFIX}", error.message)
        return
    if there != one.index:
        says = f"it came with an index of SHA-256 {one.index}, this one has {there}"
        yield Finding.of("member-index-differs", f"{one.location}{INDEX_SUFFIX}", says)


_BY_DESIGN = "archive-name-differs"
"""In an archive a tar or zip is named by its version, as ``v1.tar``, while its top folder has the bag's name."""


def _result(
    one: AuditTask,
    outcome: EventOutcome,
    findings: Sequence[Finding],
    *,
    present: bool,
    files: int = 0,
    octets: int = 0,
) -> AuditResult:
    worst_first = sorted(findings, key=lambda each: (-each.severity.weight, each.where, each.code))
    return AuditResult(
        name=one.name,
        version=one.version,
        location=one.location,
        outcome=outcome,
        present=present,
        depth=Depth.FULL,
        files=files,
        bytes=octets,
        findings=tuple(worst_first[:FINDINGS_LIMIT]),
        found=len(findings),
    )


def audit_bags(archive: Archive, tasks: Iterable[AuditTask], *, jobs: int = 1) -> Generator[AuditResult, None, None]:
    """Check bags in workers, log each check, and yield its result.

    A batch is in the log before the first of its results is yielded, so a run can be cut short anywhere.

    Raises:
        ArchiveError: The log or the catalogue could not be written.
    """
    with closing(map_batches(check_bag, tasks, jobs=jobs)) as batches:
        for batch in batches:
            results = [
                # Its worker died: nobody can tell.
                _result(outcome.item, EventOutcome.UNKNOWN, (), present=True)
                if isinstance(outcome, Lost)
                else outcome.result
                for outcome in batch
            ]
            record_checks(archive, results)
            yield from results


def record_checks(archive: Archive, results: Sequence[AuditResult]) -> list[LoggedEvent]:
    """Log a ``fixity check`` for each result and fold it into the catalogue, all of them in one step.

    Raises:
        ArchiveError: The log or the catalogue could not be written.
    """
    return archive.log([_event(each, archive.now()) for each in results])


def _event(result: AuditResult, at: str) -> LogEvent:
    data: dict[str, object] = {
        "depth": result.depth.value,
        "present": result.present,
        "files": result.files,
        "bytes": result.bytes,
    }
    if result.outcome is not EventOutcome.SUCCESS:
        data["findings"] = [
            {"code": each.code, "where": each.where, "message": each.message} for each in result.findings
        ]
        data["found"] = result.found
    return LogEvent(
        type=EventType.FIXITY_CHECK.label,
        at=at,
        detail=_SAYS[result.outcome],
        outcome=result.outcome,
        bag=result.name,
        version=result.version,
        data=data,
    )


def sweep_archive(archive: Archive) -> Iterator[Finding]:
    """Yield each bag that the catalogue knows and the store lacks, and what the store has beyond; open no bag.

    Raises:
        ArchiveError: The catalogue or the store could not be read.
    """
    for difference in archive.differences():
        match difference:
            case MissingBag(stored):
                yield Finding.of("bag-missing", stored.location.path, f"{stored.label} does not lie at its place")
            case UnknownBag(location):
                yield Finding.of("bag-unknown", location.path, "it is not in the event log")
            case StrayEntry(path, says):
                yield Finding.of("archive-stray", path, says)
