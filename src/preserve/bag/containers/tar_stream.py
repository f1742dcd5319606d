"""Tars that can only be read on: compressed ones, and those that come as a stream.

Scope: one pass to list, in which the tag files are kept, and a second for the payload where there can be one. Not in
scope: headers (``tar_members``), the forms of compression (``decompression``).

A stream passes once, before its manifests have said which algorithms they use. So its payload is hashed while it passes
with those of the manifests that came before it, or with :data:`COMMON` when none did.
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

from preserve.bag.containers.entry import Entry
from preserve.bag.containers.listing import MAX_ENTRIES, Listing
from preserve.bag.containers.tar_listing import tar_listing
from preserve.bag.model import Form
from preserve.digests import ALGORITHMS, DIGITS, MultiDigest
from preserve.errors import UnreadableBagError
from preserve.octets import CutShortError, Decompressed, ForwardOctets, Readable, member_octets

__all__ = ["COMMON", "PackedTarContainer", "StreamedTarContainer"]

COMMON = ("md5", "sha1", "sha256", "sha512")
"""The algorithms that the payload of a stream is hashed with while nothing says which it needs."""

_KEPT = 32 << 20
"""Octets of tag files that are kept from the first pass."""

_MOST_DIGESTS = 64 << 20
"""Octets of digests of a stream that are kept: of half a million files, when nothing says which they need."""

_EACH = 200
"""Octets that keeping one takes beside its own."""


def _tarred(compression: str) -> frozenset[str]:
    # No registered types; the profiles of bdbag and of the Research Data Alliance have them.
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


_FEW = 100_000
_LEAST = 32
"""Members of a compressed tar that are always listed; of more, how many compressed octets each has at least."""


class _Forward(ForwardOctets):
    """A tar that is read on only."""

    __slots__ = ()

    @property
    def most(self) -> int:
        """How many members may be listed: of empty files a few octets make as many as one likes."""
        if not isinstance(self._stream, Decompressed):
            return MAX_ENTRIES
        return min(MAX_ENTRIES, max(_FEW, self._stream.taken // _LEAST))


class _TagFiles:
    """The octets of small tag files, by offset, kept while they pass."""

    __slots__ = ("_left", "kept")

    def __init__(self) -> None:
        self._left = _KEPT
        self.kept: dict[int, bytes] = {}

    def keep(self, octets: _Forward, entry: Entry) -> None:
        """Keep a file that passes, when it is no payload and there is room.

        Raises:
            OSError: It could not be read to its end.
        """
        if _PAYLOAD.match(entry.path) or entry.size + _EACH > self._left:
            return
        self.kept[entry.place] = b"".join(member_octets(octets, entry.place, entry.size))
        self._left -= entry.size + _EACH


class _Hashed:
    """The digests of files that passed, by offset, in few octets: a stream may have a million files."""

    __slots__ = ("_ends", "_known", "_octets", "_places", "_ways")

    def __init__(self) -> None:
        self._places, self._ends, self._ways = array("Q"), array("Q", (0,)), array("H")
        self._octets = bytearray()
        self._known: dict[tuple[str, ...], int] = {}

    @property
    def full(self) -> bool:
        """Whether there is no room for more."""
        return len(self._octets) >= _MOST_DIGESTS

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
    # The others are read and never written: they are tars.
    return Form.TAR_ZST if compression == "zstd" else Form.TAR


class PackedTarContainer:
    """A bag as a compressed tar.

    Args:
        path: The file.
        form: Its compression, a key of :data:`preserve.octets.decompression.MAGIC`.
        suffixes: What its name may have after the name of the bag.
    """

    __slots__ = ("_compression", "_file", "_path", "_suffixes", "_tags", "form")

    random_access = False

    def __init__(self, path: Path, compression: str, suffixes: tuple[str, ...]) -> None:
        self.form = _form(compression)
        self._path, self._compression, self._suffixes = path, compression, suffixes
        self._tags = _TagFiles()
        self._file: BinaryIO | None = None

    @property
    def media_types(self) -> frozenset[str]:
        """The media types of its form of compression, as profiles name them."""
        return _MEDIA[self._compression]

    def listing(self) -> Listing:
        """List the members below the one top folder, in one pass over all octets."""
        try:
            octets = self._pass()
            return tar_listing(octets, self._path.name, self._suffixes, lambda entry: self._keep(octets, entry))
        except OSError as error:
            raise UnreadableBagError(f"{self._path} could not be read: {error.strerror}") from error

    def _keep(self, octets: _Forward, entry: Entry) -> None:
        with suppress(CutShortError):
            self._tags.keep(octets, entry)

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of listed members: in one more pass, as they are listed in their order, or in two."""
        octets: _Forward | None = None
        behind = []
        for entry in sorted(wanted, key=lambda entry: entry.place) if isinstance(wanted, Sequence) else wanted:
            if entry.place in self._tags.kept:
                yield entry, iter((self._tags.kept[entry.place],))
                continue
            octets = octets or self._pass()
            if entry.place < octets.end:
                behind.append(entry)
            else:
                yield entry, member_octets(octets, entry.place, entry.size)
        if behind:
            octets = self._pass()
            for entry in sorted(behind, key=lambda entry: entry.place):
                yield entry, member_octets(octets, entry.place, entry.size)

    def _pass(self) -> _Forward:
        """Begin another pass; the one before is over."""
        self.close()
        self._file = self._path.open("rb")
        return _Forward(Decompressed(self._file, self._compression))

    def digests_of(self, _entry: Entry) -> None:
        """Know nothing: there can be another pass."""

    def close(self) -> None:
        """End the pass that there is."""
        if self._file is not None:
            self._file.close()


class StreamedTarContainer:
    """A bag as a tar that passes once.

    Args:
        stream: Its octets, compressed or not; it is not closed.
        compression: A key of :data:`preserve.octets.decompression.MAGIC`; ``None`` for a plain tar.
    """

    __slots__ = ("_digests", "_named", "_octets", "_stopped", "_tags", "form", "media_types")

    random_access = False

    def __init__(self, stream: Readable, compression: str | None) -> None:
        self.form = _form(compression)
        self._octets = _Forward(Decompressed(stream, compression) if compression else stream)
        self.media_types = _MEDIA[compression]
        self._tags = _TagFiles()
        self._named: set[str] = set()
        self._digests = _Hashed()
        self._stopped: dict[int, OSError] = {}

    def listing(self) -> Listing:
        """List the members below the one top folder, hashing the payload as it passes."""
        try:
            return tar_listing(self._octets, "", (), self._take)
        except OSError as error:
            raise UnreadableBagError(f"the stream could not be read: {error.strerror}") from error

    def _take(self, entry: Entry) -> None:
        """Take what is wanted of a file that passes; keep what stopped that."""
        try:
            self._pass(entry)
        except OSError as error:
            self._stopped[entry.place] = error
            if not isinstance(error, CutShortError):
                raise

    def _pass(self, entry: Entry) -> None:
        manifest = _MANIFEST.fullmatch(entry.path)
        if manifest is not None and manifest[1] in ALGORITHMS:
            self._named.add(manifest[1])
        if not _PAYLOAD.match(entry.path):
            self._tags.keep(self._octets, entry)
            return
        if self._digests.full:
            return
        digest = MultiDigest(sorted(self._named) or COMMON)
        for chunk in member_octets(self._octets, entry.place, entry.size):
            digest.update(chunk)
        self._digests.add(entry.place, digest.hexdigests())

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of tag files; a payload file has passed."""
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
