"""Bags whose files come as streams: hashed while they are written, in memory that does not grow with their size.

Scope: the order of what is written, the manifests, and what to prepare before. Not in scope: where the files come from
(``make``, ``convert``), the octets on the disk (``sinks``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from preserve.bag.model import strongest
from preserve.bag.reading import IndexedMember, MemberIndex, check_size, format_manifest
from preserve.bag.writing.sinks import Sink
from preserve.bag.writing.stage import sweep_stages
from preserve.digests import MultiDigest, digest_bytes, sha256
from preserve.errors import ArchiveError
from preserve.progress import SILENT, Progress

__all__ = ["StreamWriter", "lies_in", "prepare_ground"]


class StreamWriter:
    """Writes one bag: first the tag files, then the payload, then the manifests.

    Args:
        sink: What takes the files; who opened it discards it when anything is raised here.
        algorithms: Of the manifests, BagIt's names.
        progress: Hears of every octet that passes.
    """

    __slots__ = ("_algorithms", "_best", "_folders", "_members", "_payload", "_progress", "_sink", "_tags")

    def __init__(self, sink: Sink, algorithms: Sequence[str], progress: Progress = SILENT) -> None:
        self._sink, self._algorithms, self._progress = sink, tuple(algorithms), progress
        self._best = strongest(self._algorithms) or self._algorithms[0]
        self._members: dict[str, IndexedMember] = {}
        self._folders = set[str]()
        self._tags: list[tuple[str, dict[str, str]]] = []
        self._payload: list[tuple[str, dict[str, str]]] = []

    def folder(self, path: str) -> None:
        """Make a folder and those above it, where they are not there yet."""
        at = path.find("/")
        while at >= 0:
            self._folder(path[:at])
            at = path.find("/", at + 1)
        self._folder(path)

    def _folder(self, path: str) -> None:
        if path not in self._folders:
            self._folders.add(path)
            self._sink.folder(path)

    def tag(self, path: str, data: bytes) -> None:
        """Write a tag file, from memory."""
        folder, _, _name = path.rpartition("/")
        if folder:
            self.folder(folder)
        self._tags.append((path, self._file(path, data)))

    def _file(self, path: str, data: bytes) -> dict[str, str]:
        self._sink.file(path, data)
        digests = digest_bytes(data, self._algorithms)
        self._note(path, len(data), digests)
        return digests

    def _note(self, path: str, size: int, digests: Mapping[str, str]) -> None:
        if self._sink.place is not None:
            self._members[path] = IndexedMember(self._sink.place, size, digests[self._best])

    def tag_stream(self, path: str, size: int, chunks: Iterable[bytes], also: Iterable[str] = ()) -> dict[str, str]:
        """Write a tag file as it comes; return its digests, also those of more algorithms."""
        digests = self._stream(path, size, chunks, also)
        self._tags.append((path, digests))
        return digests

    def payload(self, path: str, size: int, chunks: Iterable[bytes], also: Iterable[str] = ()) -> dict[str, str]:
        """Write a payload file as it comes; return its digests, also those of more algorithms.

        Raises:
            UnreadError: It is not what was listed.
            OSError: It could not be written.
        """
        digests = self._stream(path, size, chunks, also)
        self._payload.append((path, digests))
        return digests

    def _stream(self, path: str, size: int, chunks: Iterable[bytes], also: Iterable[str]) -> dict[str, str]:
        folder, _, _name = path.rpartition("/")
        if folder:
            self.folder(folder)
        digest = MultiDigest(sorted({*self._algorithms, *also}))

        def hashed() -> Iterator[bytes]:
            for chunk in check_size(path, size, chunks, self._progress):
                digest.update(chunk)
                yield chunk

        self._sink.stream(path, size, hashed())
        digests = digest.hexdigests()
        self._note(path, size, digests)
        return digests

    def end(self) -> tuple[str, int]:
        """Write the manifests; return the seal, and the octets of all files or of the archive."""
        self.folder("data")
        for algorithm in self._algorithms:
            listed = ((path, digests[algorithm]) for path, digests in self._payload)
            self.tag(f"manifest-{algorithm}.txt", format_manifest(listed))
        seals = {}
        for algorithm in self._algorithms:
            data = format_manifest((path, digests[algorithm]) for path, digests in self._tags)
            seals[algorithm] = sha256(data)
            self._file(f"tagmanifest-{algorithm}.txt", data)
        return seals[self._best], self._sink.close()

    @property
    def members(self) -> MemberIndex:
        """Where the files that were written lie; none where the sink does not tell places."""
        return MemberIndex(self._best, self._members)


def lies_in(place: Path, other: Path) -> bool:
    """Tell whether a place, there or not, is another one or lies below it; links count as what they lead to."""
    # Path.resolve would raise where links lead in a circle.
    return Path(os.path.realpath(place)).is_relative_to(os.path.realpath(other))


def prepare_ground(folder: Path, octets: int) -> Path:
    """Return where to stage what is to appear in a folder: the folder, or the nearest above it that is there.

    What an interrupted run left there is removed.

    Args:
        folder: It may be missing.
        octets: How many will be written, at least.

    Raises:
        ArchiveError: There is a file in its place, it cannot be reached, there is not so much room, or what was left
            could not be removed.
    """
    ground = Path(os.path.abspath(folder))  # noqa: PTH100 - a link on the way is the caller's
    try:
        while not ground.is_dir():
            if os.path.lexists(ground):
                raise ArchiveError(f"{ground} is not a folder", hint="Choose another place; nothing was written.")
            ground = ground.parent
    except OSError as error:
        # As where a folder above may not be entered, or a name is too long.
        raise ArchiveError(
            f"{folder} cannot be a folder of new bags: {error.strerror}", hint="Choose another place."
        ) from error
    sweep_stages(ground)
    free = shutil.disk_usage(ground).free
    if octets > free:
        raise ArchiveError(
            f"{octets} octets are to be written in {ground}, which has room for {free}",
            hint="Make room, or choose another place; nothing was written.",
        )
    return ground
