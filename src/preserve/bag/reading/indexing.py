"""From a scan of a tarred bag to its member index, and to what is wrong with the index beside it.

Places come from the headers of the tar and digests from the manifests; files that no manifest lists are hashed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from preserve.bag.containers import Container, Entry, printable
from preserve.bag.model import BagPath, Form, strongest
from preserve.bag.reading.member_index import IndexedMember, IndexRows, MemberIndex, index_path, open_index
from preserve.bag.reading.scan import ScannedBag
from preserve.digests import MultiDigest
from preserve.errors import BagError
from preserve.findings import Finding

__all__ = ["check_index", "check_plain_tar", "make_index"]


def make_index(bag: ScannedBag) -> MemberIndex:
    """Return the index of a plain tar, made from its headers and manifests.

    Args:
        bag: A scan of the tar; whether the bag is valid is for ``verify`` to say.

    Raises:
        BagError: It is no plain tar, has no manifest that we understand, or a file could not be read or has a name that
            no index can hold.
    """
    digests = _ExpectedDigests(bag)
    members = {}
    for path, entry in _files(bag):
        try:
            members[BagPath(path).value] = IndexedMember(entry.place, entry.size, digests[path])
        except ValueError as error:
            raise BagError(f"an index cannot name the file {printable(path)!r}: {error}") from error
    return MemberIndex(digests.algorithm, members)


def _files(bag: ScannedBag) -> Iterable[tuple[str, Entry]]:
    return chain(bag.payload.items(), bag.tags.items())


def check_plain_tar(container: Container) -> None:
    """Make sure that an index can be made of what lies in a container.

    Raises:
        BagError: It is no plain tar.
    """
    if container.form is not Form.TAR or not container.random_access:
        raise BagError(
            "only a plain tar can have an index", hint="To make one of this bag: preserve bag convert BAG --form tar"
        )


class _ExpectedDigests:
    """The digests that the files of a bag should have: as its manifests give them, or as the others have them.

    Args:
        bag: A scan of a plain tar.

    Attributes:
        algorithm: The strongest of the payload manifests.

    Raises:
        BagError: It is no plain tar, has no manifest that we understand, or a file could not be read.
    """

    def __init__(self, bag: ScannedBag) -> None:
        check_plain_tar(bag.container)
        algorithm = strongest(each.algorithm for each in bag.manifests if each.algorithm)
        if algorithm is None:
            raise BagError("no payload manifest can be read: there is nothing to take digests from")
        self._claims, self.algorithm = (bag.claims.expected, bag.tag_claims.expected), algorithm
        self._others: dict[str, str] = {}
        others = [entry for path, entry in _files(bag) if self._stated(path) is None]
        try:
            for entry, chunks in bag.container.contents(others):
                digest = MultiDigest((algorithm,))
                for chunk in chunks:
                    digest.update(chunk)
                self._others[entry.path] = digest.hexdigests()[algorithm]
        except OSError as error:
            raise BagError(f"{printable(entry.path)} could not be read: {error.strerror}") from error

    def _stated(self, path: str) -> str | None:
        return next((each[path].get(self.algorithm) for each in self._claims if path in each), None)

    def __getitem__(self, path: str) -> str:
        return self._stated(path) or self._others[path]


def check_index(bag: ScannedBag, path: Path) -> Iterator[Finding]:
    """Give the finding that the index beside a tar, where there is one, is not that of the tar.

    Args:
        bag: A scan of the bag, in any form.
        path: Where the bag lies.
    """
    if bag.form is not Form.TAR:
        return
    beside = index_path(path)
    if not os.path.lexists(beside):
        return
    try:
        with open_index(beside, bag.container.limits) as rows:
            wrong = _difference(rows, bag)
    except BagError as error:
        wrong = error.message
    if wrong is not None:
        yield Finding.of("member-index-differs", beside.name, wrong)


def _difference(rows: IndexRows, bag: ScannedBag) -> str | None:
    """Say how an index differs from that of a tar; row by row, as a hostile one may have many."""
    digests = _ExpectedDigests(bag)
    if rows.algorithm != digests.algorithm:
        return f"it has {rows.algorithm}, the manifests {digests.algorithm}"
    wrong, first, known = 0, "", 0
    for path, member in rows:
        entry = bag.files.get(path)
        known += entry is not None
        if entry is None or member != (entry.place, entry.size, digests[path]):
            wrong, first = wrong + 1, first or path
    lacking = len(bag.payload) + len(bag.tags) - known
    said = [f"{wrong} rows are not those of the tar, the first for {printable(first)!r}"] if wrong else []
    said += [f"{lacking} files of the tar have no row"] if lacking else []
    return "; ".join(said) or None
