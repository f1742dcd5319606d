"""The bag of a group of cables, made of what was set aside: in the words of OAIS, an archival information collection.

It is what a worker does with the waiting cables of one bag. Which cables wait together is for ``grouping``, letting the
bag appear for ``batch``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from preserve.errors import PreserveError, internal_error
from preserve.ingest.one_cable import assemble_bag
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.ingest.prepare import IngestPlan, Preparation, stage_and_verify, unchanged_outcome, worker_archive
from preserve.ingest.waiting import WaitingCable, WaitingFile, read_waiting_cable
from preserve.octets import translate_os_errors
from preserve.provenance import FileRole

__all__ = ["Portion", "PortionResult", "bag_portion", "fail_portion"]


@dataclass(frozen=True, slots=True)
class Portion:
    """Waiting cables that are to become one bag.

    Attributes:
        name: The name of the bag.
        places: The names of their files in the stage.
    """

    name: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortionResult:
    """What a worker made of a portion.

    Attributes:
        prepared: The staged bag, and the outcomes that hold once it is stored; no bag if every cable is stored already.
        left: The files of cables whose names others in the bag have: they wait for the next bag.
    """

    prepared: Preparation
    left: tuple[str, ...] = ()


def bag_portion(plan: IngestPlan, portion: Portion) -> PortionResult:
    """Make the bag of some waiting cables, and stage it.

    It is total, and may be called again: the cables stay where they were set aside, because a worker may die and its
    task be done again.
    """
    try:
        return _bind(plan, portion)
    except PreserveError as error:
        return fail_portion(plan, portion, error)
    except Exception as error:  # the last line of defence, as in prepare
        return fail_portion(plan, portion, internal_error(error, portion.name))


def fail_portion(plan: IngestPlan, portion: Portion, error: PreserveError) -> PortionResult:
    """Return the outcomes of cables whose bag could not be made."""
    outcomes = []
    for name in portion.places:
        try:
            outcome = read_waiting_cable(plan.stage.path / name, plan.packager)[0].outcome
        except Exception:  # the file is half-written, or gone: only the bag can be named
            outcome = ItemOutcome(source=f"a cable of {portion.name}", fate=Fate.FAILED)
        outcomes.append(
            replace(outcome, fate=Fate.FAILED, bag=portion.name, error=str(error), exit_code=error.exit_code)
        )
    return PortionResult(Preparation(tuple(outcomes)))


def _bind(plan: IngestPlan, portion: Portion) -> PortionResult:
    members: dict[str, tuple[WaitingCable, tuple[WaitingFile, ...]]] = {}
    outcomes, left = list[ItemOutcome](), list[str]()
    stage = plan.stage.path
    for name in portion.places:
        with translate_os_errors(f"could not write the bag {portion.name} in", plan.stage.place):
            waiting, files = read_waiting_cable(stage / name, plan.packager)
        sha256 = waiting.summary.source_sha256
        if plan.archive is not None and (stored := worker_archive(plan.archive).find_by_source(sha256)):
            outcomes.append(unchanged_outcome(waiting.outcome.source, stored[-1], sha256))
            continue
        # In lower case: on a file system that does not tell letter cases apart the two would be one file.
        key = waiting.summary.files[FileRole.RECORD].lower()
        if key not in members:
            members[key] = waiting, files
            outcomes.append(replace(waiting.outcome, bag=portion.name))
        elif members[key][0].summary.source_sha256 == sha256:
            outcomes.append(replace(waiting.outcome, bag=portion.name, fate=Fate.UNCHANGED))
        else:
            left.append(name)
    prepared = Preparation(tuple(outcomes))
    if members:
        prepared = _staged(plan, portion, [members[key] for key in sorted(members)], prepared)
    return PortionResult(prepared, tuple(left))


def _staged(
    plan: IngestPlan,
    portion: Portion,
    members: list[tuple[WaitingCable, tuple[WaitingFile, ...]]],
    prepared: Preparation,
) -> Preparation:
    bag = assemble_bag(
        portion.name,
        [waiting.summary for waiting, _files in members],
        [waiting.member for waiting, _files in members],
        chain.from_iterable(files for _waiting, files in members),
        plan.packager.start(),
    )
    staged = stage_and_verify(plan, bag, portion.name)
    return replace(prepared, staged=staged, entries=tuple(waiting.entry for waiting, _files in members))
