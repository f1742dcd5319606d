"""Many sources: into an archive, or into a folder.

Scope: mapping ``prepare`` through the engine, and writing down what comes back, batch by batch, in the order of the
sources. An outcome is given only when it holds; one bad item never stops the others, a place that can no longer be
written does. Not in scope: one item.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from preserve.archive import Archive, Arrival, Incoming
from preserve.archive import Outcome as PutOutcome
from preserve.bag.model import Depth, WrittenBag
from preserve.bag.stage import Stage, sweep
from preserve.bag.verify import verify
from preserve.bag.write import publish
from preserve.clock import Clock
from preserve.engine import Done, Lost, died, map_batches
from preserve.errors import ArchiveError, ExitCode, PreserveError
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.ingest.prepare import Plan, Prepared, prepare, stopped, unchanged
from preserve.package import profiles
from preserve.progress import SILENT, Progress
from preserve.provenance.software import Software
from preserve.readers import SourceRef
from preserve.settings import Settings

__all__ = ["ingest", "pack"]


def ingest(
    archive: Archive,
    refs: Iterable[SourceRef],
    *,
    settings: Settings,
    clock: Clock,
    software: Software,
    jobs: int = 1,
    access_copy: bool = False,
    progress: Progress = SILENT,
) -> Generator[ItemOutcome, None, None]:
    """Package sources and store their bags; an outcome is given only after its bag is durable.

    Run again after an interruption it goes on where it stopped: what is stored comes back as unchanged. Close the
    generator when you stop early: it ends the workers and removes the stage.

    Raises:
        ArchiveError: The archive cannot be written (any more); the outcomes given until then hold.
    """
    with archive.writing(), Stage(archive.store.stages) as stage:
        plan = Plan(
            settings=settings,
            clock=clock,
            software=software,
            stage=stage.path,
            archive=archive.root,
            access_copy=access_copy,
        )
        with closing(map_batches(partial(prepare, plan), refs, jobs=jobs, weigh=_carried)) as batches:
            for batch in batches:
                prepared = [_answer(outcome) for outcome in batch]
                yield from _watched(_put(archive, prepared, profiles(settings)), progress)


def pack(
    folder: Path,
    refs: Iterable[SourceRef],
    *,
    settings: Settings,
    clock: Clock,
    software: Software,
    jobs: int = 1,
    access_copy: bool = False,
    progress: Progress = SILENT,
) -> Generator[ItemOutcome, None, None]:
    """Package sources into a folder, one bag a cable, no archive.

    Raises:
        ArchiveError: The folder cannot be written (any more); the outcomes given until then hold.
    """
    _make(folder)
    sweep(folder)
    with Stage(folder) as stage:
        plan = Plan(settings=settings, clock=clock, software=software, stage=stage.path, access_copy=access_copy)
        with closing(map_batches(partial(prepare, plan), refs, jobs=jobs, weigh=_carried)) as batches:
            for batch in batches:
                prepared = [_answer(outcome) for outcome in batch]
                yield from _watched(_place(folder, prepared), progress)


def _carried(ref: SourceRef) -> int:
    return len(ref.data or b"")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(
            f"{folder} cannot be made: {error.strerror}", hint="Name a folder that you may write."
        ) from error


def _watched(outcomes: Iterable[ItemOutcome], progress: Progress) -> Iterator[ItemOutcome]:
    """Pass outcomes on, and stop the run at the first that says that nothing more can be written."""
    halted = None
    for outcome in outcomes:
        progress.advance(outcome.source)
        halted = halted or (outcome if outcome.exit_code is ExitCode.ARCHIVE else None)
        yield outcome
    if halted is not None:
        raise ArchiveError(
            f"stopped: {(halted.error or halted.source).rstrip('.')}",
            hint="Nothing half-written is left. Mend the place and run the same command again.",
        )


def _answer(outcome: Done[SourceRef, Prepared] | Lost[SourceRef]) -> Prepared:
    if isinstance(outcome, Done):
        return outcome.result
    return Prepared(stopped(outcome.item, Fate.FAILED, died(outcome.item.where)))


def _put(archive: Archive, prepared: list[Prepared], claimed: tuple[str, ...]) -> Iterator[ItemOutcome]:
    """Store the staged bags of a batch in one go; this process is the one writer."""
    incoming = [
        Incoming(staged=each.staged, cables=(each.entry,), profiles=claimed)
        for each in prepared
        if each.staged is not None and each.entry is not None
    ]
    results = iter(archive.put(incoming))
    _clear(prepared)
    for each in prepared:
        yield each.outcome if each.staged is None else _stored(each.outcome, next(results))


def _clear(prepared: list[Prepared]) -> None:
    """Remove the places in the stage, with what was not wanted: a stage must not grow with the corpus."""
    for each in prepared:
        if each.staged is not None:
            shutil.rmtree(each.staged.path.parent, ignore_errors=True)


def _stored(outcome: ItemOutcome, put: PutOutcome) -> ItemOutcome:
    if put.arrival is Arrival.UNCHANGED and put.stored is not None:
        return replace(unchanged(outcome.source, put.stored), findings=outcome.findings)
    if put.stored is None:
        return replace(
            outcome, fate=Fate.REJECTED, findings=outcome.findings + put.findings, exit_code=ExitCode.INVALID
        )
    stored = put.stored
    return replace(outcome, version=stored.version, path=stored.path, seal=stored.seal)


def _place(folder: Path, prepared: list[Prepared]) -> Iterator[ItemOutcome]:
    """Put the staged bags of a batch into a folder, each under a name that is free."""
    taken: set[Path] = set()
    fresh: list[tuple[WrittenBag, Path]] = []
    for each in prepared:
        if each.staged is not None:
            target = folder / each.staged.path.name
            if target not in taken and not target.exists():
                fresh.append((each.staged, target))
            taken.add(target)
    published = {bag.path: bag for bag in publish(fresh, check=Depth.OXUM)}
    _clear(prepared)
    for each in prepared:
        if each.staged is None:
            yield each.outcome
        elif (bag := published.pop(folder / each.staged.path.name, None)) is not None:
            yield replace(each.outcome, path=bag.path, seal=bag.seal)
        else:
            yield _already_there(each.outcome, folder / each.staged.path.name)


def _already_there(outcome: ItemOutcome, target: Path) -> ItemOutcome:
    """Say whether what has the name already is a bag of the same source; nothing is ever replaced."""
    try:
        there = verify(target, depth=Depth.OXUM)
    except PreserveError:
        there = None
    if there is not None and ("Source-SHA256", outcome.source_sha256) in there.info:
        return replace(outcome, fate=Fate.UNCHANGED, path=target, seal=there.seal)
    error = (
        f"{target} is there already and is not of this source. "
        "Pack into another folder, or ingest into an archive, which keeps versions."
    )
    return replace(outcome, fate=Fate.REJECTED, error=error, exit_code=ExitCode.INVALID)
