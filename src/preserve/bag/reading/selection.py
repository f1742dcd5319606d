"""Which payload files of a bag somebody means, by pattern or by index, and in which order they are read."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from preserve.bag.containers import Container, Entry, EntryKind
from preserve.bag.model import Form
from preserve.bag.reading.manifests import PAYLOAD
from preserve.bag.reading.member_index import MemberIndex
from preserve.bag.reading.scan import ScannedBag
from preserve.errors import BagError, UsageError
from preserve.findings import Finding

__all__ = ["files_by_index", "listing_stops", "payload_names", "read_in_order", "select_paths"]

_STOPS: Final = frozenset(
    {"compression-damaged", "limit-exceeded", "tar-corrupt", "tar-sparse", "tar-truncated", "zip-corrupt"}
)
"""The findings that may keep a listing from coming to all files."""


def payload_names(bag: ScannedBag) -> set[str]:
    """Return the paths of all payload files: those that are there, and those that a manifest or ``fetch.txt`` lists."""
    listed = chain(bag.claims.missing, bag.fetch or ())
    return {*bag.payload, *(each for each in listed if each.startswith(PAYLOAD))}


def listing_stops(bag: ScannedBag) -> list[Finding]:
    """Return the findings that kept the listing of a bag from coming to all of its files."""
    return [each for each in bag.findings if each.code in _STOPS and each.where not in bag.tags]


def select_paths(paths: Iterable[str], patterns: Iterable[str], stopped: Sequence[Finding] = ()) -> list[str]:
    """Return the paths that fit a pattern, sorted.

    Args:
        paths: Paths of payload files, ``data/`` included.
        patterns: Patterns of the paths below ``data/``, where a star stands for ``/`` too; or such a path itself, even
            if it has stars and brackets in it.
        stopped: The findings that kept us from knowing all paths.

    Raises:
        BagError: No path fits one of the patterns, and not all paths are known.
        UsageError: No path fits one of the patterns.
    """
    below = {path: path.removeprefix(PAYLOAD) for path in paths}
    chosen = set[str]()
    for pattern in patterns:
        fits = {path for path, name in below.items() if name == pattern or fnmatch.fnmatchcase(name, pattern)}
        if not fits:
            raise _fits_nothing(pattern, stopped)
        chosen |= fits
    return sorted(chosen)


def _fits_nothing(pattern: str, stopped: Sequence[Finding]) -> BagError | UsageError:
    says = f"no file of the payload fits {pattern!r}"
    if stopped:
        why = f"{stopped[0].code} at {stopped[0].where}: {stopped[0].message}"
        return BagError(
            f"{says}, as far as the bag could be listed ({why})", hint="See all of it: preserve verify BAG."
        )
    if pattern.startswith(PAYLOAD):
        return UsageError(says, hint=f"Patterns are of paths below {PAYLOAD}: {pattern.removeprefix(PAYLOAD)!r}.")
    return UsageError(says, hint="See 'preserve bag list' for the paths.")


def read_in_order(container: Container, wanted: Sequence[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
    """Give the bytes of files in the order given; from a compressed tar, which is read once, in its own order."""
    if container.random_access:
        for entry in wanted:
            yield from container.contents((entry,))
    else:
        yield from container.contents(wanted)


def files_by_index(
    path: Path, container: Container, index: MemberIndex
) -> tuple[dict[str, Entry], dict[str, dict[str, str]]]:
    """Return the payload of a plain tar as its index has it: the files, and their digests by algorithm, both by path.

    Args:
        path: Where the tar lies.
        container: The open tar.
        index: Its index.

    Raises:
        BagError: It is no plain tar.
    """
    if container.form is not Form.TAR or not container.random_access:
        raise BagError(f"{path} is no plain tar: an index is of no use for it")
    payload = {name: member for name, member in index.members.items() if name.startswith(PAYLOAD)}
    files = {name: Entry(name, EntryKind.FILE, member.length, member.offset) for name, member in payload.items()}
    return files, {name: {index.algorithm: member.digest} for name, member in payload.items()}
