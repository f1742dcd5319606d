"""The one writer of bags: which files a bag has, in which order they are written, and what its manifests list.

Files come from memory or as streams. Each is hashed while it is written, so what is on the disk is never read back to
be hashed, and memory does not grow with the size of a file. How the bytes lie on the disk is for ``sinks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from preserve.bag.model import Form, WrittenBag, strongest
from preserve.bag.reading import IndexedMember, MemberIndex, index_path, read_as_listed
from preserve.bag.writing.sinks import open_sink
from preserve.bag.writing.tagfiles import format_manifest
from preserve.digests import ALGORITHMS, MultiDigest, algorithm_name, digest_bytes, sha256
from preserve.errors import UsageError
from preserve.octets import translate_os_errors, write_new
from preserve.progress import SILENT, Progress

__all__ = ["BagWriter", "manifest_algorithms", "open_writer"]

_Digests = dict[str, str]


class BagWriter:
    """Writes one bag.

    The caller writes the tag files first, then the payload in the order of its paths, and then calls :meth:`finish`,
    which writes the manifests. RFC 8493 asks for no order. Manifests come last because they hold the digests of what
    was written before them.

    Args:
        target: Where the bag is written; nothing is there yet.
        name: The name of the bag, which is its top folder in an archive.
        form: A folder, a tar or a zip.
        algorithms: The algorithms of the payload and tag manifests, in BagIt's names.
        progress: Told of every byte that is streamed.

    Raises:
        OSError: The target could not be made.
    """

    __slots__ = (
        "_algorithms",
        "_bag",
        "_folders",
        "_members",
        "_payload",
        "_progress",
        "_sink",
        "_size",
        "_strongest",
        "_tags",
        "finished",
    )

    def __init__(
        self, target: Path, name: str, form: Form, algorithms: Sequence[str], progress: Progress = SILENT
    ) -> None:
        self._bag = name, target, form
        self._algorithms, self._progress = tuple(algorithms), progress
        self._strongest = strongest(self._algorithms) or self._algorithms[0]
        self._folders = set[str]()
        self._tags: list[tuple[str, _Digests]] = []
        self._payload: list[tuple[str, _Digests]] = []
        self._size = 0
        self._members: dict[str, IndexedMember] = {}
        self.finished = False
        self._sink = open_sink(form, target, name)

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it, unless they are there."""
        if path in self._folders:
            return
        above = path.rpartition("/")[0]
        if above:
            self.make_folder(above)
        self._folders.add(path)
        self._sink.add_folder(path)

    def write_tag_file(self, path: str, data: bytes) -> None:
        """Write a tag file from memory."""
        self._tags.append((path, self._write(path, data)))

    def write_payload_file(self, path: str, data: bytes, known: Mapping[str, str] | None = None) -> None:
        """Write a payload file from memory.

        Args:
            path: Its path in the bag, ``data/`` included.
            data: The bytes.
            known: Digests of these very bytes by algorithm; those are not computed again.
        """
        self._payload.append((path, self._write(path, data, known)))
        self._size += len(data)

    def stream_tag_file(self, path: str, size: int, chunks: Iterable[bytes], also: Iterable[str] = ()) -> _Digests:
        """Write a tag file as its bytes come; see :meth:`stream_payload_file`."""
        digests = self._stream(path, size, chunks, also)
        self._tags.append((path, digests))
        return digests

    def stream_payload_file(self, path: str, size: int, chunks: Iterable[bytes], also: Iterable[str] = ()) -> _Digests:
        """Write a payload file as its bytes come.

        Args:
            path: Its path in the bag, ``data/`` included.
            size: How many bytes it has.
            chunks: The bytes.
            also: Algorithms to hash it with beside those of the manifests.

        Returns:
            Its digest by algorithm.

        Raises:
            UnreadableFileError: It could not be read, or is not what was listed.
            OSError: It could not be written.
        """
        digests = self._stream(path, size, chunks, also)
        self._payload.append((path, digests))
        self._size += size
        return digests

    def finish(self, *, index: bool = False) -> WrittenBag:
        """Write the manifests and close the bag.

        Args:
            index: Write the member index beside it too, where its form has places to tell: a plain tar.

        Raises:
            OSError: Something could not be written.
        """
        self.make_folder("data")  # RFC 8493 2.1.2: the folder is required, also of a bag without payload
        for algorithm in self._algorithms:
            manifest = format_manifest((path, digests[algorithm]) for path, digests in self._payload)
            self.write_tag_file(f"manifest-{algorithm}.txt", manifest)
        seal = ""
        for algorithm in self._algorithms:
            # RFC 8493 2.2.1: a tag manifest lists no tag manifest. So these do not join the list of tag files.
            manifest = format_manifest((path, digests[algorithm]) for path, digests in self._tags)
            self._write(f"tagmanifest-{algorithm}.txt", manifest)
            if algorithm == self._strongest:
                seal = sha256(manifest)
        name, target, form = self._bag
        size = self._sink.close()
        beside = self._write_index(target) if index and self._members else (None, None)
        self.finished = True
        return WrittenBag(name, target, form, seal, len(self._payload), self._size, size, *beside)

    def discard(self) -> None:
        """Remove what was written."""
        self._sink.discard()

    def _write(self, path: str, data: bytes, known: Mapping[str, str] | None = None) -> _Digests:
        self._make_parent(path)
        self._sink.add_file(path, data)
        digests = digest_bytes(data, self._algorithms, known)
        self._note_place(path, len(data), digests)
        return digests

    def _stream(self, path: str, size: int, chunks: Iterable[bytes], also: Iterable[str]) -> _Digests:
        self._make_parent(path)
        digest = MultiDigest(sorted({*self._algorithms, *also}))

        def hashed() -> Iterator[bytes]:
            for chunk in read_as_listed(path, size, chunks, self._progress):
                digest.update(chunk)
                yield chunk

        self._sink.add_stream(path, size, hashed())
        digests = digest.hexdigests()
        self._note_place(path, size, digests)
        return digests

    def _make_parent(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder and folder not in self._folders:
            self.make_folder(folder)

    def _note_place(self, path: str, size: int, digests: Mapping[str, str]) -> None:
        if self._sink.last_offset is not None:
            self._members[path] = IndexedMember(self._sink.last_offset, size, digests[self._strongest])

    def _write_index(self, tar: Path) -> tuple[Path, str]:
        place, data = index_path(tar), MemberIndex(self._strongest, self._members).encode()
        write_new(place, (data,), mode=0o644, sync=False)
        return place, sha256(data)


@contextmanager
def open_writer(
    target: Path, name: str, form: Form, algorithms: Sequence[str], progress: Progress = SILENT
) -> Iterator[BagWriter]:
    """Open the writer of a bag; a bag that is not finished when the block ends is removed.

    Args:
        target: As for :class:`BagWriter`, as are the others.
        name: The name of the bag.
        form: Its form.
        algorithms: Those of its manifests.
        progress: Told of every byte that is streamed.

    Raises:
        ArchiveError: Something could not be written, as on a full disk.
    """
    with translate_os_errors(f"could not write the bag {name} in", target.parent):
        writer = BagWriter(target, name, form, algorithms, progress)
        try:
            yield writer
        finally:
            if not writer.finished:
                writer.discard()


def manifest_algorithms(algorithms: Iterable[str]) -> tuple[str, ...]:
    """Return BagIt's names of the algorithms of a new bag, sorted.

    Args:
        algorithms: Their names in any spelling and order.

    Raises:
        UsageError: There is no algorithm, an unknown one, or one twice.
    """
    names = tuple(sorted(algorithm_name(each) for each in algorithms))
    if not names:
        raise UsageError("a bag needs a digest algorithm", hint="Name at least one, as sha512.")
    # BagIt has two names for one algorithm, as blake2b and blake2b512.
    if len({ALGORITHMS[name] for name in names}) < len(names):
        raise UsageError(f"a digest algorithm is named twice: {', '.join(names)}", hint="Name each once.")
    return names
