"""Which bags and cables are given out: those that are named, or all; restricted ones only where that is asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from preserve.access.export import BagSelection, describe_stored, read_cables
from preserve.archive import MissingArchiveError, UnknownBagError, open_archive
from preserve.description import Description
from preserve.errors import UsageError
from preserve.settings import Settings

__all__ = ["describe_public", "newest_bags", "select_bag"]

_LABEL = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/v[0-9]+)?")
"""What can be the name of a bag in an archive, or of one version of it; a path is written in other ways too."""


def select_bag(name: str, root: Path) -> BagSelection:
    """Return the bag that a name means: what lies at the path, else the newest version in the archive.

    Args:
        name: A path, a bag of the archive, one version of it, or a cable.
        root: The root of the archive.

    Raises:
        ArchiveError: There is no such path, and no archive that has such a bag; or the archive could not be asked.
        UsageError: The name means both.
    """
    there = os.path.exists(name)  # noqa: PTH110 - Path.exists raises for a name that no disk can have
    if there and not _LABEL.fullmatch(name):
        return BagSelection(name, Path(name))
    try:
        with open_archive(root) as archive:
            stored = archive.find(name)[-1]
    except (MissingArchiveError, UnknownBagError):
        # No other error: a damaged archive may have the bag, and one of the current folder must not pass for it.
        if there:
            return BagSelection(name, Path(name))
        raise
    if there:
        # Whoever filled the current folder could else have his bag taken for the one that the archive vouches for.
        raise UsageError(
            f"{name} is stored in the archive, and lies in the current folder too",
            hint=f"Write ./{name} for the one that lies here; for the stored one, go to another folder.",
        )
    return BagSelection.of(stored, name)


def newest_bags(root: Path) -> Iterator[BagSelection]:
    """Yield the newest version of every bag of an archive.

    Raises:
        ArchiveError: There is no archive, or it could not be read.
    """
    with open_archive(root) as archive:
        for _, versions in groupby(archive.bags(), key=lambda stored: stored.name):
            *_, newest = versions
            yield BagSelection.of(archive.confirm(newest))


def describe_public(
    bags: Iterable[BagSelection], settings: Settings, *, include_restricted: bool, left_out: list[str]
) -> Iterator[Description]:
    """Yield the description of each cable for a list that anybody may copy (docs/decisions/0014, rule 5).

    Args:
        bags: The bags.
        settings: Whose institution gives the cables out.
        include_restricted: Whether restricted cables are described too.
        left_out: Where the label of the bag of each restricted cable is put that is not.

    Raises:
        BagError: A bag is not what it was, or holds no cables.
        ArchiveError: A bag could not be read.
    """
    for bag in bags:
        for held in read_cables(bag):
            if held.cable.rights.access == "restricted" and not include_restricted:
                left_out.append(bag.label)
            else:
                yield describe_stored(held, settings)
