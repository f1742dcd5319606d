"""Tars that can only be read forward: compressed ones, and those that come as a stream.

The first pass lists the tar and keeps its tag files. A second one reads the payload, where there can be one.

A stream passes once, and its payload may come before the manifests have said which algorithms they use. So the payload
is hashed while it passes, with the algorithms of the manifests that came before it, or with :data:`COMMON` when none
did.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from preserve.bag.containers.container import Listing
from preserve.bag.containers.entry import Entry
from preserve.bag.containers.tar_listing import list_tar
from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import Form
from preserve.digests import ALGORITHMS, DIGITS, MultiDigest
from preserve.errors import UnreadableBagError
from preserve.octets import CutShortError, Decompressed, ForwardOctets, Readable, member_octets

__all__ = ["COMMON", "PackedTarContainer", "StreamedTarContainer"]

COMMON = ("md5", "sha1", "sha256", "sha512")
"""The algorithms that the payload of a stream is hashed with while nothing says which it needs."""

_EACH = 200
"""Bytes that keeping a tag file takes beside its own."""


def _tarred(compression: str) -> frozenset[str]:
    # These types are not registered; the profiles of bdbag and of the Research Data Alliance name them.
    return frozenset({f"application/tar+{compression}", f"application/x-tar+{compression}"})


_MEDIA: Mapping[str | None, frozenset[str]] = {
    None: frozenset({"application/tar", "application/x-tar"}),
    "gzip": frozenset({"application/gzip", "application/x-gzip", "application/x-gtar"}) | _tarred("gzip"),
    "bzip2": frozenset({"application/bzip2", "application/x-bzip2"}) | _tarred("bzip2"),
    "xz": frozenset({"application/x-xz"}) | _tarred("xz"),
    "zstd": frozenset({"application/zstd"}) | _tarred("zstd"),
}

_MANIFEST = re.compile(r"[^/]+/manifest-([a-z0-9]+)\.txt")
_PAYLOAD = re.compile(r"(?:[^/]+/)?data/")


class _ForwardTar(ForwardOctets):
    """A tar that is read forward only.

    Args:
        stream: Its bytes, compressed or not.
        compression: A key of :data:`preserve.octets.decompression.MAGIC`; ``None`` for a plain tar.
        limits: How much of it is read.
    """

    __slots__ = ("_limits", "_packed")

    def __init__(self, stream: Readable, compression: str | None, limits: Limits) -> None:
        self._limits = limits
        self._packed = Decompressed(stream, compression, free=limits.free_expansion) if compression else None
        super().__init__(self._packed or stream)

    @property
    def most_members(self) -> int:
        """How many members may be listed: a few compressed bytes make as many empty ones as one likes."""
        if self._packed is None:
            return self._limits.entries
        paid_for = self._packed.taken // self._limits.packed_member
        return min(self._limits.entries, max(self._limits.packed_members, paid_for))


class _TagFiles:
    """The bytes of small tag files, by offset, kept while they pass.

    Args:
        room: How many bytes are kept.
    """

    __slots__ = ("_left", "kept")

    def __init__(self, room: int) -> None:
        self._left = room
        self.kept: dict[int, bytes] = {}

    def keep(self, tar: _ForwardTar, entry: Entry) -> None:
        """Keep a file that passes, when it is no payload and there is room.

        Raises:
            OSError: It could not be read to its end.
        """
        if _PAYLOAD.match(entry.path) or entry.size + _EACH > self._left:
            return
        self.kept[entry.place] = b"".join(member_octets(tar, entry.place, entry.size))
        self._left -= entry.size + _EACH


class _StreamDigests:
    """The digests of files that passed, by offset, in few bytes: a stream may have a million files.

    Args:
        room: How many bytes of digests are kept.
    """

    __slots__ = ("_ends", "_known", "_octets", "_places", "_room", "_ways")

    def __init__(self, room: int) -> None:
        self._places, self._ends, self._ways = array("Q"), array("Q", (0,)), array("H")
        self._octets = bytearray()
        self._known: dict[tuple[str, ...], int] = {}
        self._room = room

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more."""
        return len(self._octets) >= self._room

    def add(self, place: int, digests: Mapping[str, str]) -> None:
        """Keep the digests of the file that passed last."""
        self._places.append(place)
        self._ways.append(self._known.setdefault(tuple(digests), len(self._known)))
        self._octets += bytes.fromhex("".join(digests.values()))
        self._ends.append(len(self._octets))

    def get(self, place: int) -> dict[str, str] | None:
        """Return the digests of a file; ``None`` when it has not passed."""
        number = bisect_left(self._places, place)
        if number == len(self._places) or self._places[number] != place:
            return None
        text = self._octets[self._ends[number] : self._ends[number + 1]].hex()
        digests, at = {}, 0
        for algorithm in tuple(self._known)[self._ways[number]]:
            digests[algorithm] = text[at : at + DIGITS[algorithm]]
            at += DIGITS[algorithm]
        return digests


def _form(compression: str | None) -> Form:
    # The other forms of compression are read and never written: a bag in them counts as a tar.
    return Form.TAR_ZST if compression == "zstd" else Form.TAR


class PackedTarContainer:
    """A bag as a compressed tar.

    Args:
        path: The file.
        compression: A key of :data:`preserve.octets.decompression.MAGIC`.
        suffixes: What its name may have after the name of the bag.
        limits: How much of it is read and kept.
    """

    __slots__ = ("_compression", "_file", "_path", "_suffixes", "_tags", "form", "limits")

    random_access = False

    def __init__(self, path: Path, compression: str, suffixes: tuple[str, ...], limits: Limits = LIMITS) -> None:
        self.form, self.limits = _form(compression), limits
        self._path, self._compression, self._suffixes = path, compression, suffixes
        self._tags = _TagFiles(limits.kept_tag_files)
        self._file: BinaryIO | None = None

    @property
    def media_types(self) -> frozenset[str]:
        """The media types of its form of compression, as profiles name them."""
        return _MEDIA[self._compression]

    def listing(self) -> Listing:
        """List the members below the one top folder, in one pass over all bytes."""
        try:
            tar = self._start_pass()
            return list_tar(
                tar, self._path.name, self._suffixes, self.limits, lambda entry: self._keep_tag_file(tar, entry)
            )
        except OSError as error:
            raise UnreadableBagError(f"{self._path} could not be read: {error.strerror}") from error

    def _keep_tag_file(self, tar: _ForwardTar, entry: Entry) -> None:
        with suppress(CutShortError):  # the walk over the headers comes upon it too, and tells
            self._tags.keep(tar, entry)

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the bytes of listed members: in one more pass when they come in the order of the tar, else in two."""
        tar: _ForwardTar | None = None
        behind = []
        for entry in sorted(wanted, key=lambda entry: entry.place) if isinstance(wanted, Sequence) else wanted:
            if entry.place in self._tags.kept:
                yield entry, iter((self._tags.kept[entry.place],))
                continue
            tar = tar or self._start_pass()
            if entry.place < tar.end:
                behind.append(entry)
            else:
                yield entry, member_octets(tar, entry.place, entry.size)
        if behind:
            tar = self._start_pass()
            for entry in sorted(behind, key=lambda entry: entry.place):
                yield entry, member_octets(tar, entry.place, entry.size)

    def _start_pass(self) -> _ForwardTar:
        """Begin another pass; the one before is over."""
        self.close()
        self._file = self._path.open("rb")
        return _ForwardTar(self._file, self._compression, self.limits)

    def digests_of(self, _entry: Entry) -> None:
        """Return nothing: there can be another pass."""

    def close(self) -> None:
        """End the pass that there is."""
        if self._file is not None:
            self._file.close()


class StreamedTarContainer:
    """A bag as a tar that passes once.

    Args:
        stream: Its bytes, compressed or not; it is not closed.
        compression: A key of :data:`preserve.octets.decompression.MAGIC`; ``None`` for a plain tar.
        limits: How much of it is read and kept.
    """

    __slots__ = ("_algorithms", "_digests", "_stopped", "_tags", "_tar", "form", "limits", "media_types")

    random_access = False

    def __init__(self, stream: Readable, compression: str | None, limits: Limits = LIMITS) -> None:
        self.form, self.limits = _form(compression), limits
        self._tar = _ForwardTar(stream, compression, limits)
        self.media_types = _MEDIA[compression]
        self._tags = _TagFiles(limits.kept_tag_files)
        self._algorithms: set[str] = set()
        self._digests = _StreamDigests(limits.kept_digests)
        self._stopped: dict[int, OSError] = {}

    def listing(self) -> Listing:
        """List the members below the one top folder, hashing the payload as it passes."""
        try:
            return list_tar(self._tar, "", (), self.limits, self._take)
        except OSError as error:
            raise UnreadableBagError(f"the stream could not be read: {error.strerror}") from error

    def _take(self, entry: Entry) -> None:
        """Keep a tag file that passes and hash a payload file; note what stopped that."""
        try:
            if _PAYLOAD.match(entry.path):
                self._hash(entry)
            else:
                self._keep(entry)
        except OSError as error:
            self._stopped[entry.place] = error
            if not isinstance(error, CutShortError):
                raise

    def _keep(self, entry: Entry) -> None:
        manifest = _MANIFEST.fullmatch(entry.path)
        if manifest is not None and manifest[1] in ALGORITHMS:
            self._algorithms.add(manifest[1])
        self._tags.keep(self._tar, entry)

    def _hash(self, entry: Entry) -> None:
        if self._digests.is_full:
            return
        digest = MultiDigest(sorted(self._algorithms) or COMMON)
        for chunk in member_octets(self._tar, entry.place, entry.size):
            digest.update(chunk)
        self._digests.add(entry.place, digest.hexdigests())

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the bytes of tag files. A payload file has passed: reading it raises OSError."""
        for entry in wanted:
            kept = self._tags.kept.get(entry.place)
            yield entry, iter(partial(self._passed, entry), b"") if kept is None else iter((kept,))

    def digests_of(self, entry: Entry) -> Mapping[str, str] | None:
        """Return the digests of a payload file, taken as it passed."""
        return self._digests.get(entry.place)

    def close(self) -> None:
        """Do nothing: the stream is the caller's."""

    def _passed(self, entry: Entry) -> bytes:
        says = "it passed and was not kept: save the stream to a file, and verify that"
        raise self._stopped.get(entry.place) or OSError(None, says)
