"""The member index of a tarred bag: where each file begins, how long it is, and its digest.

Scope: the file beside a tar (``NAME.tar.index.csv``): its octets, making it again, holding it against the tar. Not in
scope: which bags have one (``write``, the command line), taking files out by it (``extract``), walking the headers of a
tar (``tar_members``), which needs no index.

With an index, a file of a large bag is read by one ranged read, on a disk or where an object store keeps the tar, and
verified by it. The index is derived: it can be made again from the tar alone. Who trusts it trusts whoever wrote it: an
archive notes its digest in the event log.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from preserve.bag.containers import shown
from preserve.bag.look import Bag
from preserve.bag.model import BagPath, Form, strongest
from preserve.digests import ALGORITHMS, DIGITS, MultiDigest, sha256
from preserve.errors import BagError
from preserve.findings import Finding, found

__all__ = [
    "INDEX_SUFFIX",
    "MAX_INDEX",
    "Member",
    "MemberIndex",
    "disagreements",
    "index_of",
    "index_path",
    "read_index",
]

INDEX_SUFFIX: Final = ".index.csv"
"""What the name of an index has after that of its tar."""
MAX_INDEX: Final = 256 << 20
"""Octets of the largest index that is read; that of 10,000 cables has some 10 million."""

_HINT: Final = "Make it again with: preserve bag index BAG.tar"
_COLUMNS: Final = ("path", "offset", "length")
_SPECIAL: Final = re.compile(r"[\",\r\n]")
_HEX: Final = frozenset("0123456789abcdef")


class Member(NamedTuple):
    """One file of a tarred bag.

    Attributes:
        offset: Of its first octet in the tar.
        length: In octets.
        digest: Lower-case hexadecimal.
    """

    offset: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class MemberIndex:
    """The files of a tarred bag.

    Attributes:
        algorithm: BagIt's name of the algorithm of the digests.
        members: By path in the bag.
    """

    algorithm: str
    members: Mapping[str, Member]

    def encode(self) -> bytes:
        """Return the file: CSV (RFC 4180) in UTF-8 with line feeds, a row a file, sorted by path."""
        rows = [f"path,offset,length,{self.algorithm}\n"]
        for path in sorted(self.members):
            offset, length, digest = self.members[path]
            rows.append(f"{_quoted(path)},{offset},{length},{digest}\n")
        return "".join(rows).encode()

    @classmethod
    def decode(cls, data: bytes, where: str) -> MemberIndex:
        """Read the file of an index.

        Args:
            data: Its octets; anybody may have written them.
            where: How messages name it.

        Raises:
            BagError: It is none, or names a path, a place or a digest that cannot be.
        """
        try:
            return _decoded(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
        except (ValueError, csv.Error) as error:
            raise BagError(f"{where} is no index of a tar: {error}", hint=_HINT) from error


def _quoted(path: str) -> str:
    # Not with the library: where lines end in a line feed it leaves a carriage return bare, and reads it as an end.
    doubled = path.replace('"', '""')
    return f'"{doubled}"' if _SPECIAL.search(path) else path


def _decoded(rows: Iterator[list[str]]) -> MemberIndex:
    head = next(rows, [])
    if len(head) != 4 or tuple(head[:3]) != _COLUMNS or head[3] not in ALGORITHMS:
        raise ValueError("its first line does not name the columns")
    members: dict[str, Member] = {}
    for row in rows:
        path, member = _member(row, head[3])
        if path in members:
            raise ValueError(f"{shown(path)!r} stands twice")
        members[path] = member
    return MemberIndex(head[3], members)


def _member(row: list[str], algorithm: str) -> tuple[str, Member]:
    if len(row) != 4:
        raise ValueError(f"a row has {len(row)} fields")
    path, offset, length, digest = row
    if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in (offset, length)):
        raise ValueError(f"{shown(path)!r} has no place")
    if len(digest) != DIGITS[algorithm] or set(digest) - _HEX:
        raise ValueError(f"{shown(path)!r} has no {algorithm}")
    return BagPath(path).value, Member(int(offset), int(length), digest)


def index_path(tar: Path) -> Path:
    """Return where the index of a tar lies."""
    return tar.with_name(tar.name + INDEX_SUFFIX)


def read_index(path: Path) -> tuple[MemberIndex, str]:
    """Read an index, and the SHA-256 of its file.

    Raises:
        BagError: It is not there, could not be read, is larger than any, or is none.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(MAX_INDEX + 1)
    except OSError as error:
        raise BagError(f"the index {path} could not be read: {error.strerror}", hint=_HINT) from error
    if len(data) > MAX_INDEX:
        raise BagError(f"the index {path} has over {MAX_INDEX} octets; it is not read", hint=_HINT)
    return MemberIndex.decode(data, str(path)), sha256(data)


def index_of(bag: Bag) -> MemberIndex:
    """Make the index of a plain tar again, from its headers and manifests.

    Args:
        bag: A look at it; whether it is valid is for ``verify`` to say.

    Raises:
        BagError: It is no plain tar, has no manifest that we understand, or a file could not be read.
    """
    algorithm = strongest(each.algorithm for each in bag.manifests if each.algorithm)
    if bag.form is not Form.TAR or not bag.container.random_access:
        raise BagError("only a plain tar can have an index", hint="See: preserve bag convert BAG --form tar")
    if algorithm is None:
        raise BagError("no payload manifest can be read: there is nothing to take digests from")
    claims = (*bag.claims.expected.items(), *bag.tag_claims.expected.items())
    stated = {path: digests[algorithm] for path, digests in claims if algorithm in digests}
    others = [entry for path, entry in bag.files.items() if path not in stated]
    try:
        for entry, chunks in bag.container.contents(others):
            digest = MultiDigest((algorithm,))
            for chunk in chunks:
                digest.update(chunk)
            stated[entry.path] = digest.hexdigests()[algorithm]
    except OSError as error:
        raise BagError(f"{entry.path} could not be read: {error.strerror}") from error
    return MemberIndex(
        algorithm, {path: Member(entry.place, entry.size, stated[path]) for path, entry in bag.files.items()}
    )


def disagreements(bag: Bag, path: Path) -> Iterator[Finding]:
    """Say whether the index beside a tar, where there is one, is that of the tar.

    Args:
        bag: A look at it.
        path: Where it lies.
    """
    beside = index_path(path)
    if bag.form is not Form.TAR or not os.path.lexists(beside):
        return
    try:
        there, made = read_index(beside)[0], index_of(bag)
    except BagError as error:
        yield found("member-index-differs", beside.name, error.message)
        return
    if there.algorithm != made.algorithm:
        yield found("member-index-differs", beside.name, f"it has {there.algorithm}, the manifests {made.algorithm}")
        return
    wrong = [name for name in made.members.keys() | there.members if made.members.get(name) != there.members.get(name)]
    if wrong:
        says = f"{len(wrong)} rows are not those of the tar, the first for {shown(min(wrong))!r}"
        yield found("member-index-differs", beside.name, says)
