"""Many sources, batch by batch, into an archive or into a folder.

Outcomes come in the order of the sources; those of groups in the order of the groups. An outcome is given only when it
holds. One bad item never stops the others, but a place that can no longer be written does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from preserve.archive import Archive, Arrival, Incoming, StoreOutcome as PutOutcome
from preserve.bag import Depth, Stage, WrittenBag, index_path, publish, sweep_stages, verify
from preserve.engine import Done, item_results, map_batches, worker_died_error
from preserve.errors import ArchiveError, ExitCode, PreserveError
from preserve.ingest.collection import Portion, PortionResult, bag_portion, fail_portion
from preserve.ingest.grouping import Group, Grouping
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.ingest.prepare import IngestPlan, Preparation, error_outcome, prepare, unchanged_outcome
from preserve.octets import make_folders
from preserve.package import Packager, profile_identifiers
from preserve.progress import SILENT, Progress
from preserve.provenance import bag_uuid
from preserve.readers import SourceRef

__all__ = ["ingest", "pack"]

_Keep = Callable[[list[Preparation]], Iterator[ItemOutcome]]
"""Lets the staged bags of a batch appear, and gives the outcome of each source."""


def ingest(
    archive: Archive,
    refs: Iterable[SourceRef],
    packager: Packager,
    *,
    jobs: int = 1,
    access_copy: bool = False,
    progress: Progress = SILENT,
) -> Generator[ItemOutcome, None, None]:
    """Package sources and store their bags; an outcome is given only after its bag is durable.

    After an interruption, run it again: what is stored comes back as unchanged. Close the generator if you stop early:
    that ends the workers and removes the stage.

    Args:
        archive: Where the bags go.
        refs: The sources, drawn as needed.
        packager: Who makes the bags.
        jobs: Worker processes; with 1 this process does the work.
        access_copy: Put the page for people into each bag.
        progress: Told of each source.

    Raises:
        ArchiveError: The archive cannot be written, or no longer; the outcomes given until then hold.
    """
    with archive.writing(), Stage(archive.store.stages) as stage:
        plan = IngestPlan(packager=packager, stage=stage, archive=archive.root, access_copy=access_copy)
        keep = partial(_put, archive, profile_identifiers(packager.settings))
        yield from _run(plan, refs, keep, lambda name: not archive.versions(name), jobs, progress)


def pack(
    folder: Path,
    refs: Iterable[SourceRef],
    packager: Packager,
    *,
    jobs: int = 1,
    access_copy: bool = False,
    progress: Progress = SILENT,
) -> Generator[ItemOutcome, None, None]:
    """Package sources into a folder, without an archive; as :func:`ingest` otherwise.

    Nothing here knows what was packed before: if two sources are equal byte for byte, and come into two bags of one
    group, both bags have them.

    Args:
        folder: Where the bags go; made if need be.
        refs: The sources, drawn as needed.
        packager: Who makes the bags.
        jobs: Worker processes; with 1 this process does the work.
        access_copy: Put the page for people into each bag.
        progress: Told of each source.

    Raises:
        ArchiveError: The folder cannot be written, or no longer; the outcomes given until then hold.
    """
    _make(folder)
    sweep_stages(folder)
    with Stage(folder) as stage:
        plan = IngestPlan(packager=packager, stage=stage, access_copy=access_copy)
        yield from _run(plan, refs, partial(_place, folder), lambda _name: True, jobs, progress)


def _run(
    plan: IngestPlan,
    refs: Iterable[SourceRef],
    keep: _Keep,
    is_free: Callable[[str], bool],
    jobs: int,
    progress: Progress,
) -> Iterator[ItemOutcome]:
    groups = None if plan.grouping is None else _Groups(plan, plan.grouping, is_free, jobs)
    with closing(map_batches(partial(prepare, plan), refs, jobs=jobs, weigh=_carried_bytes)) as batches:
        for batch in batches:
            prepared = []
            for outcome in batch:
                prepared.append(outcome.result if isinstance(outcome, Done) else _lost(outcome.item))
                progress.advance(outcome.item.where)
            yield from _stop_if_unwritable(keep([each.reached_by(plan.stage.path) for each in prepared]))
            if groups is not None:
                groups.take(prepared)
                yield from _stop_if_unwritable(groups.keep_full(keep))
    if groups is not None:
        yield from _stop_if_unwritable(groups.keep_rest(keep))


def _lost(ref: SourceRef) -> Preparation:
    return Preparation((error_outcome(ref, Fate.FAILED, worker_died_error(ref.where)),))


class _Groups:
    """The cables that wait, by group: some hundred bytes for each in memory, all else in the stage."""

    def __init__(self, plan: IngestPlan, grouping: Grouping, is_free: Callable[[str], bool], jobs: int) -> None:
        self._plan, self._most, self._is_free, self._jobs = plan, grouping.most, is_free, jobs
        self._waiting: dict[Group, list[str]] = {}
        self._numbers: dict[str, int] = {}

    def take(self, prepared: Iterable[Preparation]) -> None:
        """Add the cables that were set aside to those that wait."""
        for each in prepared:
            if each.waiting is not None:
                group, name = each.waiting
                self._waiting.setdefault(group, []).append(name)

    def keep_full(self, keep: _Keep) -> Iterator[ItemOutcome]:
        """Make and keep a bag of every group that has enough cables for one, until no group has."""
        while full := [group for group, names in self._waiting.items() if len(names) >= self._most]:
            yield from self._keep(full, keep)

    def keep_rest(self, keep: _Keep) -> Iterator[ItemOutcome]:
        """Make and keep bags of all that waits."""
        while self._waiting:
            # By name, so that the bags do not depend on the order of the sources. One bag of each group at a time:
            # what is left over from it comes into the next.
            yield from self._keep(sorted(self._waiting, key=lambda group: (group.stem, str(group.release))), keep)

    def _keep(self, groups: Iterable[Group], keep: _Keep) -> Iterator[ItemOutcome]:
        todo = iter(groups)
        while some := list(islice(todo, _AT_ONCE)):
            portions = [(self._portion(group), group) for group in some]
            prepared = [self._take_out(group, result) for group, result in self._make(portions)]
            yield from keep([each.reached_by(self._plan.stage.path) for each in prepared])

    def _portion(self, group: Group) -> Portion:
        # Two releases may share a stem; so numbers are of the stem, and one that an earlier run took is passed over.
        number = self._numbers.get(group.stem, 0) + 1
        while not self._is_free(group.name(number)):
            number += 1
        self._numbers[group.stem] = number
        return Portion(group.name(number), tuple(self._waiting[group][: self._most]))

    def _make(self, portions: list[tuple[Portion, Group]]) -> Iterator[tuple[Group, PortionResult]]:
        bags = item_results(
            map_batches(
                partial(bag_portion, self._plan), [portion for portion, _group in portions], jobs=self._jobs, batch=1
            ),
            lambda portion: fail_portion(self._plan, portion, worker_died_error(portion.name)),
        )
        for (portion, group), (_same, result) in zip(portions, bags, strict=True):
            stage = self._plan.stage.path
            for name in set(portion.places).difference(result.left):
                (stage / name).unlink(missing_ok=True)
            yield group, result

    def _take_out(self, group: Group, result: PortionResult) -> Preparation:
        rest = [*result.left, *self._waiting[group][self._most :]]
        if rest:
            self._waiting[group] = rest
        else:
            del self._waiting[group]
        return result.prepared


_AT_ONCE = 16
"""Bags of groups that are staged before they are kept; each may hold thousands of cables."""


def _carried_bytes(ref: SourceRef) -> int:
    return len(ref.data or b"")


def _make(folder: Path) -> None:
    try:
        make_folders(folder)
    except OSError as error:
        raise ArchiveError(
            f"could not make the folder {folder}: {error.strerror}", hint="Name a folder that you may write."
        ) from error


def _stop_if_unwritable(outcomes: Iterable[ItemOutcome]) -> Iterator[ItemOutcome]:
    """Pass the outcomes of a batch on, and then stop the run if one of them says that nothing more can be written."""
    halted = None
    for outcome in outcomes:
        halted = halted or (outcome if outcome.exit_code is ExitCode.ARCHIVE else None)
        yield outcome
    if halted is not None:
        raise ArchiveError(
            f"stopped: {(halted.error or halted.source).rstrip('.')}",
            hint="Nothing half-written is left. Mend the place and run the same command again.",
        )


def _put(archive: Archive, profiles: tuple[str, ...], prepared: list[Preparation]) -> Iterator[ItemOutcome]:
    """Store the staged bags of a batch in one step; this process is the one writer."""
    incoming = [
        Incoming(staged=each.staged, cables=each.entries, profiles=profiles)
        for each in prepared
        if each.staged is not None
    ]
    results = iter(archive.put(incoming))
    _clear(prepared)
    for each in prepared:
        if each.staged is None:
            yield from each.outcomes
        else:
            put = next(results)
            yield from (_stored(outcome, put) for outcome in each.outcomes)


def _clear(prepared: list[Preparation]) -> None:
    """Remove what is left of a batch in the stage: a stage must not grow with the corpus."""
    for each in prepared:
        if each.staged is not None:
            shutil.rmtree(each.staged.path.parent, ignore_errors=True)


def _stored(outcome: ItemOutcome, put: PutOutcome) -> ItemOutcome:
    if outcome.path is not None:
        return outcome  # This cable was stored before; the others of its group are in the new bag.
    if put.arrival is Arrival.UNCHANGED and put.stored is not None:
        there = unchanged_outcome(outcome.source, put.stored, outcome.source_sha256 or "")
        return replace(there, findings=outcome.findings)
    if put.stored is None:
        return replace(
            outcome, fate=Fate.REJECTED, findings=outcome.findings + put.findings, exit_code=ExitCode.INVALID
        )
    stored = put.stored
    return replace(outcome, version=stored.version, path=stored.path, seal=stored.seal)


def _place(folder: Path, prepared: list[Preparation]) -> Iterator[ItemOutcome]:
    """Let the staged bags of a batch appear in a folder, each under its name if that is free."""
    taken: set[Path] = set()
    fresh: list[tuple[WrittenBag, Path]] = []
    for each in prepared:
        if each.staged is not None:
            target = folder / each.staged.path.name
            if target not in taken and not (os.path.lexists(target) or os.path.lexists(index_path(target))):
                fresh.append((each.staged, target))
            taken.add(target)
    # OXUM: every bit of each was verified when it was staged; here the counts show that it is still whole.
    published = {bag.path: bag for bag in publish(fresh, check=Depth.OXUM)}
    _clear(prepared)
    for each in prepared:
        if each.staged is None:
            yield from each.outcomes
        elif (bag := published.pop(folder / each.staged.path.name, None)) is not None:
            yield from (replace(outcome, path=bag.path, seal=bag.seal) for outcome in each.outcomes)
        else:
            yield from _already_there(each, folder / each.staged.path.name)


def _already_there(prepared: Preparation, target: Path) -> Iterator[ItemOutcome]:
    """Give the outcomes of a bag whose name is taken: by a bag of the same sources, or by something else."""
    try:
        there = verify(target, depth=Depth.OXUM)
    except PreserveError:
        there = None
    # The UUID follows from the cables and their sources, so an equal one means equal sources.
    uuid = bag_uuid([(entry.identifier, entry.source_sha256) for entry in prepared.entries])
    if there is not None and ("External-Identifier", f"urn:uuid:{uuid}") in there.info:
        same = there.seal
        yield from (replace(each, fate=Fate.UNCHANGED, path=target, seal=same) for each in prepared.outcomes)
        return
    whose = "is not made of this source" if len(prepared.entries) == 1 else "is not made of these sources"
    error = (
        f"{target} is there already and {whose}. "
        "Pack into another folder, or ingest into an archive, which keeps versions."
    )
    for each in prepared.outcomes:
        yield replace(each, fate=Fate.REJECTED, error=error, exit_code=ExitCode.INVALID)
