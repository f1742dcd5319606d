"""Cables that wait for the others of their group: one file each in the stage of the run, so that they take no memory.

Which wait together is for ``grouping``, what becomes of them for ``collection``.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from preserve.archive import CableEntry
from preserve.bag import BagPath
from preserve.ingest.outcome import ItemOutcome
from preserve.package import CableFiles, CableSummary
from preserve.provenance import CrateMember

__all__ = ["WaitingCable", "WaitingFile", "read_waiting_cable", "write_waiting_cable"]

_HEAD = 8
"""Bytes that say how long the head is."""


@dataclass(frozen=True, slots=True)
class WaitingCable:
    """The head of the file of a cable that waits.

    Attributes:
        outcome: Its outcome, once its bag is stored.
        entry: What the catalogue will say of it.
        summary: What its bag will say of it.
        member: What the crate of its bag will say of it.
        files: Of each of its files, in the order in which they lie: the path below ``data/``, the size, the digests.
    """

    outcome: ItemOutcome
    entry: CableEntry
    summary: CableSummary
    member: CrateMember
    files: tuple[tuple[BagPath, int, Mapping[str, str]], ...]


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A payload file that waits: a :class:`preserve.bag.model.Payload`.

    Attributes:
        path: Below ``data/``.
        size: Its size in bytes.
        place: The file in which the cable was set aside.
        offset: Where it begins in that, in bytes.
        digests: Computed before it was set aside. If the disk gives other bytes back, the bag does not agree with its
            manifests, and is found out before it appears.
    """

    path: BagPath
    size: int
    place: Path
    offset: int
    digests: Mapping[str, str]

    @property
    def data(self) -> bytes:
        """Its bytes.

        Raises:
            OSError: They could not be read; the writer of the bag reports it.
        """
        with self.place.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


def write_waiting_cable(
    folder: Path, outcome: ItemOutcome, entry: CableEntry, parts: CableFiles, member: CrateMember
) -> Path:
    """Set a cable aside in a file of its own, and return that.

    Args:
        folder: The stage of the run.
        outcome: Its outcome, once its bag is stored.
        entry: What the catalogue will say of it.
        parts: Its files.
        member: What the crate of its bag will say of it.

    Raises:
        OSError: The file could not be written.
    """
    files = parts.files()
    sizes = tuple((file.path, file.size, file.digests) for file in files)
    head = pickle.dumps(WaitingCable(outcome, entry, CableSummary.of(parts), member, sizes))
    descriptor, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(len(head).to_bytes(_HEAD))
        file.write(head)
        file.writelines(each.data for each in files)
    return Path(name)


def read_waiting_cable(place: Path) -> tuple[WaitingCable, tuple[WaitingFile, ...]]:
    """Return a cable that was set aside, and its files, whose bytes stay on the disk.

    Raises:
        OSError: The file could not be read.
    """
    with place.open("rb") as file:
        length = int.from_bytes(file.read(_HEAD))
        # Unpickling runs code. This file is of our own making: only this user can write into a stage (rights 0700).
        waiting = cast("WaitingCable", pickle.loads(file.read(length)))  # noqa: S301
    files, offset = [], _HEAD + length
    for path, size, digests in waiting.files:
        files.append(WaitingFile(path, size, place, offset, digests))
        offset += size
    return waiting, tuple(files)
