"""The bag of a group of cables, made of what was set aside (an archival information collection in the words of OAIS).

Scope: what a worker does with the waiting cables of one bag: a total function from them to a staged bag. Not in scope:
which cables wait together (``grouping``), and making the bag visible (``batch``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from preserve.errors import PreserveError, internal_error
from preserve.ingest.one_cable import collect
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.ingest.prepare import IngestPlan, Prepared, opened, stage_whole, unchanged
from preserve.ingest.waiting import WaitingCable, WaitingFile, take_up
from preserve.octets import translate_os_errors
from preserve.provenance import FileRole

__all__ = ["Bound", "Portion", "bind", "failed"]


@dataclass(frozen=True, slots=True)
class Portion:
    """Waiting cables that are to become one bag.

    Attributes:
        name: Of the bag.
        places: Their files in the stage.
    """

    name: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A worker's answer.

    Attributes:
        prepared: The staged bag and the outcomes that hold with it; there is none where every cable is stored already.
        left: Files of cables whose names are those of others in the bag: they wait for the next one.
    """

    prepared: Prepared
    left: tuple[str, ...] = ()


def bind(plan: IngestPlan, portion: Portion) -> Bound:
    """Make the bag of some waiting cables, short of making it visible.

    Total, and repeatable: the cables stay where they were set aside, as a worker may die and its task be done again.
    """
    try:
        return _bind(plan, portion)
    except PreserveError as error:
        return failed(plan, portion, error)
    except Exception as error:  # the last line of defence, as for one item
        return failed(plan, portion, internal_error(error, portion.name))


def failed(plan: IngestPlan, portion: Portion, error: PreserveError) -> Bound:
    """Return the outcomes of cables whose bag could not be made."""
    outcomes = []
    for name in portion.places:
        try:
            outcome = take_up(plan.stage / name)[0].outcome
        except Exception:  # a half-written file, or none: only its name is left to tell
            outcome = ItemOutcome(source=f"a cable of {portion.name}", fate=Fate.FAILED)
        outcomes.append(
            replace(outcome, fate=Fate.FAILED, bag=portion.name, error=str(error), exit_code=error.exit_code)
        )
    return Bound(Prepared(tuple(outcomes)))


def _bind(plan: IngestPlan, portion: Portion) -> Bound:
    members: dict[str, tuple[WaitingCable, tuple[WaitingFile, ...]]] = {}
    outcomes, left = list[ItemOutcome](), list[str]()
    for name in portion.places:
        with translate_os_errors(f"could not write the bag {portion.name} in", plan.stage):
            waiting, files = take_up(plan.stage / name)
        sha256 = waiting.described.source_sha256
        if plan.archive is not None and (stored := opened(plan.archive).from_source(sha256)):
            outcomes.append(unchanged(waiting.outcome.source, stored[-1], sha256))
            continue
        # As file systems that do not mind letter case would have it.
        key = waiting.described.files[FileRole.RECORD].lower()
        if key not in members:
            members[key] = waiting, files
            outcomes.append(replace(waiting.outcome, bag=portion.name))
        elif members[key][0].described.source_sha256 == sha256:
            outcomes.append(replace(waiting.outcome, bag=portion.name, fate=Fate.UNCHANGED))
        else:
            left.append(name)
    prepared = Prepared(tuple(outcomes))
    if members:
        prepared = _staged(plan, portion, [members[key] for key in sorted(members)], prepared)
    return Bound(prepared, tuple(left))


def _staged(
    plan: IngestPlan, portion: Portion, members: list[tuple[WaitingCable, tuple[WaitingFile, ...]]], prepared: Prepared
) -> Prepared:
    bag = collect(
        portion.name,
        [waiting.described for waiting, _files in members],
        [waiting.member for waiting, _files in members],
        chain.from_iterable(files for _waiting, files in members),
        plan.packager.start(),
    )
    staged = stage_whole(plan, bag, portion.name)
    return replace(prepared, staged=staged, entries=tuple(waiting.entry for waiting, _files in members))
