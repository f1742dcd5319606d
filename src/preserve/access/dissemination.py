"""Taking cables out of stored bags, for somebody to read: the way to what OAIS calls dissemination packages.

Scope: the files of some cables of one bag, each verified, into a new folder. Not in scope: formats of others
(``export``), carrying whole bags (``deposit``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from preserve.archive import StoredBag
from preserve.bag import Extracted, extract_bag, extract_indexed, index_path, read_index
from preserve.errors import ArchiveError, BagError
from preserve.package import portable_name
from preserve.progress import SILENT, Progress
from preserve.provenance import FileRole

__all__ = ["take_out"]


def take_out(
    stored: StoredBag, name: str, folder: Path, *, roles: Sequence[FileRole] = (), progress: Progress = SILENT
) -> Extracted:
    """Take the files of a cable, or of all cables of a bag, out of a stored bag into a new folder.

    A tar that came with a member index is read by it, when the index is still the one of the event log: then only the
    octets of these files are read. Otherwise the bag is opened, held against its seal, and the files against its
    manifests.

    Args:
        stored: The bag.
        name: What was asked for: a cable in it, or the bag itself.
        folder: The new folder.
        roles: Which files; none for all.
        progress: Hears of the octets.

    Raises:
        ArchiveError: The bag is not at its place, or the folder could not be written.
        BagError: The bag could not be opened.
        UsageError: The cable has no file of a role.
    """
    absent = stored.describe_absence()
    if absent:
        raise ArchiveError(
            f"{stored.label} is not at {stored.path}: {absent}", hint=f"Run: preserve audit {stored.name}"
        )
    patterns = [f"{role}/{part}.*" for role in roles or ("*",) for part in _names(stored, name)]
    if stored.index is not None:
        try:
            index, sha256 = read_index(index_path(stored.path))
        except BagError:
            sha256 = ""  # without it, or with another, the bag is read as any bag; an audit tells of it
        if sha256 == stored.index:
            return extract_indexed(stored.path, folder, index, patterns=patterns, progress=progress)
    done = extract_bag(stored.path, folder, patterns=patterns, seal=stored.seal, progress=progress)
    return replace(done, findings=tuple(each for each in done.findings if each.code != "archive-name-differs"))


def _names(stored: StoredBag, name: str) -> list[str]:
    asked = stored.asked(name)
    return ["*"] if len(asked) == len(stored.cables) else [portable_name(each.identifier) for each in asked]
