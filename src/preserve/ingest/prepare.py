"""What a worker does with one source: all of it, short of making the bag visible.

Scope: a total function from a source to an outcome or a staged bag. Not in scope: the archive's log and catalogue;
one process writes those (``batch``).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from preserve.archive import Archive, CableEntry, StoredBag, open_archive
from preserve.bag.model import Form, WrittenBag
from preserve.bag.profile import Profile
from preserve.bag.verify import verify
from preserve.bag.write import stage_bag
from preserve.clock import Clock
from preserve.digests import sha256
from preserve.errors import ArchiveError, ExitCode, NotACableError, PreserveError, internal_error
from preserve.findings import Severity, worst
from preserve.ingest.flow import render, understand
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.package import bag_name, new_bag, profiles
from preserve.provenance.software import Software
from preserve.readers import SourceRef
from preserve.readers.sources import load
from preserve.settings import Settings

__all__ = ["Plan", "Prepared", "prepare", "stopped", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every item of a run is done with.

    Attributes:
        settings: The institution's.
        clock: Tells when.
        software: The agent.
        stage: The folder in which bags are prepared; on the file system of their place.
        archive: The archive whose stored sources are not packaged again; ``None`` outside one.
        access_copy: Put the page for people into each bag.
    """

    settings: Settings
    clock: Clock
    software: Software
    stage: Path
    archive: Path | None = None
    access_copy: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A worker's answer: an outcome that stands, or a staged bag for the one writer."""

    outcome: ItemOutcome
    staged: WrittenBag | None = None
    entry: CableEntry | None = None


def prepare(plan: Plan, ref: SourceRef) -> Prepared:
    """Do all that one item needs short of making it visible; total, so that one bad item never stops a batch."""
    try:
        return _prepare_item(plan, ref)
    except NotACableError as error:
        return Prepared(stopped(ref, Fate.REJECTED, error))
    except PreserveError as error:
        return Prepared(stopped(ref, Fate.FAILED, error))
    except Exception as error:  # the last line of defence: a fault of ours in one item must not lose the others
        return Prepared(stopped(ref, Fate.FAILED, internal_error(error, ref.where)))


def _prepare_item(plan: Plan, ref: SourceRef) -> Prepared:
    item = load(ref)
    if plan.archive is not None and (stored := _opened(plan.archive).from_source(sha256(item.data))):
        return Prepared(unchanged(ref.where, stored[-1]))
    understood = understand(item, plan.settings)
    at = plan.clock.now()
    rendered = render(understood, settings=plan.settings, software=plan.software, at=at, access_copy=plan.access_copy)
    cable = understood.cable
    described = ItemOutcome(
        source=ref.where,
        fate=Fate.STORED,
        identifier=cable.identifier,
        bag=bag_name(cable),
        source_sha256=cable.provenance.source.sha256,
        findings=rendered.findings,
    )
    if worst(rendered.findings) is Severity.ERROR:
        return Prepared(replace(described, fate=Fate.REJECTED, exit_code=ExitCode.INVALID))
    bag = new_bag(rendered.parts, settings=plan.settings, software=plan.software, bagged=at.date())
    # A folder of its own: two sources of one cable have bags of one name.
    place = Path(tempfile.mkdtemp(dir=plan.stage))
    staged = stage_bag(bag, place, algorithms=plan.settings.bags.digests, form=Form(plan.settings.bags.form))
    profile = Profile.ours() if profiles(plan.settings) else None
    if not (report := verify(staged.path, profile=profile)).valid:
        fault = next(finding for finding in report.findings if finding.severity is Severity.ERROR)
        raise ArchiveError(
            f"{ref.where}: its bag, just written, reads back {report.verdict.value} ({fault.message})",
            hint="Check the disk and the memory.",
        )
    return Prepared(described, staged, CableEntry.of(cable))


@lru_cache(maxsize=1)
def _opened(root: Path) -> Archive:
    """Return the archive, opened once in each worker, for reading only."""
    return open_archive(root)


def stopped(ref: SourceRef, fate: Fate, error: PreserveError) -> ItemOutcome:
    """Return the outcome of a source that an error ended."""
    code = ExitCode.SOURCE if fate is Fate.REJECTED else error.exit_code
    return ItemOutcome(source=ref.where, fate=fate, error=str(error), exit_code=code)


def unchanged(source: str, stored: StoredBag) -> ItemOutcome:
    """Return the outcome of a source that is stored already."""
    return ItemOutcome(
        source=source,
        fate=Fate.UNCHANGED,
        identifier=stored.cables[0].identifier,
        bag=stored.name,
        version=stored.version,
        path=stored.path,
        seal=stored.seal,
    )
