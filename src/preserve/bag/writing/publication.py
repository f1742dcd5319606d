"""Publication: what lies in a stage appears in its place, synced, checked, in one step, and for good."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from preserve.bag.model import Depth, Form, WrittenBag
from preserve.bag.reading import index_path
from preserve.bag.verifying import verify
from preserve.errors import ArchiveError, BagError
from preserve.octets import hold_folder, rename_new, sync_folders, sync_trees, translate_os_errors

__all__ = ["check_free", "publication_names", "publish", "publish_path"]


def publish(
    staged: Sequence[tuple[WrittenBag, Path]], *, check: Depth | None = Depth.COMPLETE, root: Path | None = None
) -> tuple[WrittenBag, ...]:
    """Let staged bags appear in their final places, whole, and for good.

    All are synced at once, each is checked, each is renamed in one step, and the folders that now hold them are synced.
    When this returns, the bags survive a loss of power. An existing name is never replaced: when one of the final
    places is taken, nothing is renamed.

    Args:
        staged: Staged bags and their final paths, on the file system of the stage. Missing folders are made.
        check: How deep each stage is verified before it appears; ``None`` when the caller has verified them.
        root: The folder that the user named, which holds all final places: no link below it is followed. Unless it is
            given, the user named each place, and a link on the way is the user's.

    Returns:
        The bags with their final paths, in the order given.

    Raises:
        ArchiveError: A place is taken, or the disk did not take something. Bags whose final path is there were
            published, the others were not.
    """
    check_free([name for bag, target in staged for name in publication_names(target, index=bag.index is not None)])
    done = []
    if not staged:
        return ()
    stages = sorted({bag.path.parent for bag, _target in staged})
    with translate_os_errors("could not write a batch of bags in", stages[0]):
        sync_trees(stages)
    if check is not None:
        for bag, _target in staged:
            _check_staged(bag, check)
    folders = set[Path]()
    try:
        for bag, target in staged:
            with (
                translate_os_errors(f"could not write the bag {bag.name} in", target.parent),
                hold_folder(target.parent, root) as (held, changed),
            ):
                folders.update(changed, (target.parent,))
                _appear(bag.path, target, held)
                if bag.index is not None:
                    # After the tar: a tar without its index is still a bag, an index without its tar is nothing.
                    _appear(bag.index, index_path(target), held)
            done.append(replace(bag, path=target, index=bag.index and index_path(target)))
    finally:
        # Whatever stopped the loop: the bags that have appeared stay.
        with translate_os_errors("could not write the names of bags in", staged[0][1].parent):
            sync_folders(sorted(folders))
    return tuple(done)


def publication_names(target: Path, *, index: bool) -> list[Path]:
    """Return every name that a bag takes when it is published: its own, and that of an index beside a tar."""
    return [target, index_path(target)] if index and target.name.endswith(Form.TAR.suffix) else [target]


def publish_path(staged: Path, target: Path, root: Path | None = None) -> None:
    """Let one staged folder or file that is no bag appear in its place, whole and for good, as :func:`publish` does.

    Args:
        staged: What was staged.
        target: Its final path.
        root: As for :func:`publish`.

    Raises:
        ArchiveError: The place is taken, or the disk did not take something.
    """
    check_free([target])
    with (
        translate_os_errors(f"could not write {target.name} in", target.parent),
        hold_folder(target.parent, root) as (held, changed),
    ):
        sync_trees([staged.parent])
        _appear(staged, target, held)
        sync_folders(sorted({*changed, target.parent}))


def check_free(targets: Sequence[Path]) -> None:
    """Make sure that nothing is in the places of new bags.

    Raises:
        ArchiveError: Something is there, or two are to be in one place.
    """
    taken = {target for target in targets if os.path.lexists(target)}
    if len(set(targets)) < len(targets):
        taken.update(target for target in targets if targets.count(target) > 1)
    if taken:
        names = ", ".join(str(target) for target in sorted(taken)[:3])
        raise _taken(f"{names}{' and others' if len(taken) > 3 else ''}")


def _taken(names: str) -> ArchiveError:
    return ArchiveError(
        f"already there: {names}", hint="A bag is never replaced: choose another name or place, or a new version."
    )


def _check_staged(bag: WrittenBag, depth: Depth) -> None:
    """Compare what lies in the stage with what was written: its seal, names and sizes, and at full depth every bit."""
    try:
        report = verify(bag.path, depth=depth, seal=bag.seal)
    except BagError as error:
        raise ArchiveError(f"the staged bag {bag.name} cannot be read: {error.message}", hint=error.hint) from error
    wrong = [each for each in report.findings if each.severity == "error" or each.code == "member-index-differs"]
    if wrong or (report.files, report.bytes) != (bag.files, bag.bytes):
        reason = next((f"{each.where}: {each.message}" for each in wrong), "")
        raise ArchiveError(
            f"the staged bag {bag.name} is not what was written: {reason or 'its counts differ'}",
            hint="Nothing was published. Check the disk and its log, then run again.",
        )


def _appear(source: Path, target: Path, folder: int) -> None:
    try:
        rename_new(source, target, dir_fd=folder)
    except FileExistsError as error:
        raise _taken(str(target)) from error
