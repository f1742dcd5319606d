"""What a worker does with one source: it ends with an outcome, a staged bag, or a cable set aside for its group.

The bag does not appear here, and the archive's log and catalogue are only read: one process writes those (``batch``).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Self

from preserve.archive import Archive, CableEntry, StoredBag, open_archive
from preserve.bag import Form, NewBag, Profile, Stage, WrittenBag, stage_bag, verify
from preserve.digests import sha256
from preserve.errors import ArchiveError, ExitCode, NotACableError, PreserveError, internal_error
from preserve.findings import Severity, worst
from preserve.ingest.grouping import Group, Grouping
from preserve.ingest.one_cable import RenderedCable, bag_of_one, normalize_source, render_cable
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.ingest.waiting import write_waiting_cable
from preserve.octets import translate_os_errors
from preserve.package import Packager, Packaging, bag_name, profile_identifiers
from preserve.readers import SourceRef, load_source
from preserve.settings import Settings

__all__ = [
    "IngestPlan",
    "Preparation",
    "error_outcome",
    "prepare",
    "stage_and_verify",
    "unchanged_outcome",
    "worker_archive",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPlan:
    """What is the same for every item of a run.

    Attributes:
        packager: Who makes the bags.
        stage: Where bags are staged, on the file system on which they will appear.
        archive: The archive whose stored sources are not packaged again; ``None`` outside one.
        access_copy: Put the page for people into each bag.
    """

    packager: Packager
    stage: Stage
    archive: Path | None = None
    access_copy: bool = False

    @property
    def settings(self) -> Settings:
        """The institution's."""
        return self.packager.settings

    @property
    def grouping(self) -> Grouping | None:
        """Which cables go into one bag; ``None`` for one bag for each cable."""
        return Grouping.of(self.settings.bags.group)


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a worker made of a source: an outcome that holds, a staged bag, or a cable that waits for its group.

    Attributes:
        outcomes: One for each source; with a staged bag they hold once it is stored.
        staged: The bag, for the one writer; its paths are relative to the stage, which each process reaches in its own
            way.
        entries: What the catalogue will say of its cables.
        waiting: The group of a cable that waits, and the name of its file in the stage.
    """

    outcomes: tuple[ItemOutcome, ...]
    staged: WrittenBag | None = None
    entries: tuple[CableEntry, ...] = ()
    waiting: tuple[Group, str] | None = None

    def reached_by(self, stage: Path) -> Self:
        """Return it with the paths of the staged bag as this process reaches them.

        Args:
            stage: The path of the stage in this process.
        """
        bag = self.staged
        if bag is None:
            return self
        return replace(self, staged=replace(bag, path=stage / bag.path, index=bag.index and stage / bag.index))


def prepare(plan: IngestPlan, ref: SourceRef) -> Preparation:
    """Do all that one item needs, short of letting its bag appear. It is total: one bad item never stops a batch."""
    try:
        return _prepare_item(plan, ref)
    except NotACableError as error:
        return Preparation((error_outcome(ref, Fate.REJECTED, error),))
    except PreserveError as error:
        return Preparation((error_outcome(ref, Fate.FAILED, error),))
    except Exception as error:  # the last line of defence: a fault of ours in one item must not lose the others
        return Preparation((error_outcome(ref, Fate.FAILED, internal_error(error, ref.where)),))


def _prepare_item(plan: IngestPlan, ref: SourceRef) -> Preparation:
    item = load_source(ref)
    if plan.archive is not None and (stored := worker_archive(plan.archive).find_by_source(sha256(item.data))):
        return Preparation((unchanged_outcome(ref.where, stored[-1], sha256(item.data)),))
    normalized = normalize_source(item, plan.settings)
    packaging = plan.packager.start()
    rendered = render_cable(normalized, packaging, access_copy=plan.access_copy)
    cable = normalized.cable
    outcome = ItemOutcome(
        source=ref.where,
        fate=Fate.STORED,
        identifier=cable.identifier,
        bag=bag_name(cable),
        source_sha256=cable.provenance.source.sha256,
        findings=rendered.findings,
    )
    if worst(rendered.findings) is Severity.ERROR:
        return Preparation((replace(outcome, fate=Fate.REJECTED, exit_code=ExitCode.INVALID),))
    if plan.grouping is not None:
        return _wait(plan, plan.grouping, outcome, rendered, packaging)
    return _stage(plan, outcome, rendered, packaging)


def _wait(
    plan: IngestPlan, grouping: Grouping, outcome: ItemOutcome, rendered: RenderedCable, packaging: Packaging
) -> Preparation:
    cable = rendered.parts.cable
    with translate_os_errors(f"could not write {outcome.source}, set aside for its group, in", plan.stage.place):
        place = write_waiting_cable(plan.stage.path, outcome, rendered.parts, packaging.at)
    group = grouping.group(CableEntry.of(cable), cable.provenance.release)
    return Preparation((), waiting=(group, place.name))


def _stage(plan: IngestPlan, outcome: ItemOutcome, rendered: RenderedCable, packaging: Packaging) -> Preparation:
    bag = bag_of_one(rendered, packaging)
    return Preparation((outcome,), stage_and_verify(plan, bag, outcome.source), (CableEntry.of(rendered.parts.cable),))


def stage_and_verify(plan: IngestPlan, bag: NewBag, what: str) -> WrittenBag:
    """Write a bag into the stage, verify every bit of it and the profile that it claims, and return it as staged.

    Args:
        plan: The plan of the run.
        bag: What to write.
        what: What it is made of, for messages.

    Raises:
        ArchiveError: It could not be written, or what was written does not read back as it should.
    """
    stage = plan.stage.path
    with translate_os_errors(f"could not write the bag {bag.name} in", plan.stage.place):
        # A folder of its own: two sources of one cable have bags of one name.
        place = Path(tempfile.mkdtemp(dir=stage))
    staged = stage_bag(
        bag,
        place,
        algorithms=plan.settings.bags.digests,
        form=Form(plan.settings.bags.form),
        index=plan.grouping is not None,
    )
    profile = Profile.ours() if profile_identifiers(plan.settings) else None
    if not (report := verify(staged.path, profile=profile)).valid:
        fault = next(finding for finding in report.findings if finding.severity is Severity.ERROR)
        raise ArchiveError(
            f"{what}: its bag, just written, reads back {report.verdict.value} ({fault.message})",
            hint="Check the disk and the memory.",
        )
    index = None if staged.index is None else staged.index.relative_to(stage)
    return replace(staged, path=staged.path.relative_to(stage), index=index)


@lru_cache(maxsize=1)
def worker_archive(root: Path) -> Archive:
    """Return the archive, opened once in each worker, for reading only."""
    # A worker has no place of its own between two items; opening the catalogue for each would cost more than asking it.
    return open_archive(root)


def error_outcome(ref: SourceRef, fate: Fate, error: PreserveError) -> ItemOutcome:
    """Return the outcome of a source that ended with an error."""
    code = ExitCode.SOURCE if fate is Fate.REJECTED else error.exit_code
    return ItemOutcome(source=ref.where, fate=fate, error=str(error), exit_code=code)


def unchanged_outcome(source: str, stored: StoredBag, sha256: str) -> ItemOutcome:
    """Return the outcome of a source that is stored already.

    Args:
        source: As the user named it.
        stored: The bag with a cable that was made of it.
        sha256: The SHA-256 of its bytes.
    """
    cable = next((each for each in stored.cables if each.source_sha256 == sha256), stored.cables[0])
    return ItemOutcome(
        source=source,
        fate=Fate.UNCHANGED,
        identifier=cable.identifier,
        bag=stored.name,
        version=stored.version,
        path=stored.path,
        seal=stored.seal,
    )
