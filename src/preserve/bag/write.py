"""Write bags: staged beside their place, hashed while they are written, synced, checked, and renamed into view.

Scope: new bags from bytes in memory, as a folder or as one tar, the same bytes for the same input. Not in scope: what a
bag holds (``package``), where it belongs (``archive``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from preserve.bag.durable import rename_new, sync_folders, sync_trees
from preserve.bag.model import Depth, Form, NewBag, PayloadFile, WrittenBag, strongest
from preserve.bag.stage import Stage
from preserve.bag.tagfiles import DECLARATION, format_info, format_manifest, ordered_info
from preserve.bag.tarball import END, member_head, padding
from preserve.bag.verify import verify
from preserve.digests import ALGORITHMS, algorithm_name, digest_bytes, sha256
from preserve.errors import ArchiveError, BagError, UsageError

__all__ = ["publish", "stage_bag", "write_bag"]

_FILE_MODE = 0o644
_FOLDER_MODE = 0o755
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def stage_bag(
    bag: NewBag, stage: Path, *, algorithms: Sequence[str] = ("sha512",), form: Form = Form.DIRECTORY
) -> WrittenBag:
    """Write a whole bag into a stage, where nobody looks for bags.

    Args:
        bag: What to write. Its name must be new in the stage.
        stage: The folder of a :class:`preserve.bag.stage.Stage`.
        algorithms: Of the payload and tag manifests, in any spelling and order; all in one pass over the bytes.
        form: A folder, or one tar with the folder in it.

    Returns:
        The bag, with its path in the stage.

    Raises:
        ArchiveError: It could not be written, as on a full disk; nothing of it is left in the stage.
        UsageError: There is no algorithm, an unknown one, or one twice.
    """
    names = _algorithm_names(algorithms)
    target = stage / (f"{bag.name}.tar" if form is Form.TAR else bag.name)
    with _as_archive_error(f"the bag {bag.name}", stage):
        sink: _Sink = _TarSink(target, bag.name) if form is Form.TAR else _FolderSink(target)
        try:
            seal, size = _write(bag, names, sink)
        except BaseException:
            sink.discard()
            raise
    octets = sum(len(file.data) for file in bag.files)
    return WrittenBag(bag.name, target, form, seal, len(bag.files), octets, size)


def publish(
    staged: Sequence[tuple[WrittenBag, Path]], *, check: Depth | None = Depth.COMPLETE
) -> tuple[WrittenBag, ...]:
    """Let staged bags appear in their final places, whole, and for good.

    All are synced at once, each is checked, each is renamed in one step, and the folders that now hold them are synced.
    When this returns, the bags survive a loss of power. An existing name is never replaced: when one of the final
    places is taken, nothing is renamed.

    Args:
        staged: Staged bags and their final paths, on the file system of the stage. Missing folders are made.
        check: How deep each stage is verified before it appears; ``None`` when the caller has verified them.

    Returns:
        The bags with their final paths, in the order given.

    Raises:
        ArchiveError: A place is taken, or the disk did not take something. Bags whose final path is there were
            published, the others were not.
    """
    _check_free([target for _bag, target in staged])
    done = []
    if not staged:
        return ()
    stages = sorted({bag.path.parent for bag, _target in staged})
    with _as_archive_error("a batch of bags", stages[0]):
        sync_trees(stages)
    if check is not None:
        for bag, _target in staged:
            _check_staged(bag, check)
    folders = set[Path]()
    try:
        for bag, target in staged:
            with _as_archive_error(f"the bag {bag.name}", target.parent):
                folders.update(_make_folders(target.parent))
                _appear(bag.path, target)
            done.append(replace(bag, path=target))
    finally:
        with _as_archive_error("the names of bags", staged[0][1].parent):
            sync_folders(sorted(folders))
    return tuple(done)


def write_bag(
    bag: NewBag,
    parent: Path,
    *,
    algorithms: Sequence[str] = ("sha512",),
    form: Form = Form.DIRECTORY,
    reread: bool = False,
) -> WrittenBag:
    """Write one bag as ``parent/<name>`` or ``parent/<name>.tar``: stage it, check it, publish it.

    Args:
        bag: What to write.
        parent: An existing folder.
        algorithms: Of the manifests.
        form: A folder or a tar.
        reread: Check every bit of what was written before it appears.

    Raises:
        ArchiveError: The name is taken, or it could not be written; nothing of it is left behind.
        UsageError: The algorithms are off.
    """
    with Stage(parent) as stage:
        staged = stage_bag(bag, stage.path, algorithms=algorithms, form=form)
        return publish([(staged, parent / staged.path.name)], check=Depth.FULL if reread else Depth.COMPLETE)[0]


class _Sink(Protocol):
    """Takes the files of one bag, in sorted order of their folders."""

    def folder(self, path: str) -> None: ...
    def file(self, path: str, data: bytes) -> None: ...
    def close(self) -> int: ...
    def discard(self) -> None: ...


def _write(bag: NewBag, algorithms: tuple[str, ...], sink: _Sink) -> tuple[str, int]:
    """Write the files of a bag in the order of their paths; return its seal and its size in octets."""
    files = sorted(bag.files, key=lambda file: file.path.value)
    info = format_info(ordered_info((*bag.info, *_counts(files))))
    tags = {"bag-info.txt": info, "bagit.txt": DECLARATION}
    for name, data in tags.items():
        sink.file(name, data)
    payload = list(_write_payload(files, algorithms, sink))
    for algorithm in algorithms:
        name = f"manifest-{algorithm}.txt"
        tags[name] = format_manifest((path, digests[algorithm]) for path, digests in payload)
        sink.file(name, tags[name])
    tag_digests = [(name, digest_bytes(data, algorithms)) for name, data in tags.items()]
    seals = {}
    for algorithm in algorithms:
        data = format_manifest((name, digests[algorithm]) for name, digests in tag_digests)
        seals[algorithm] = sha256(data)
        sink.file(f"tagmanifest-{algorithm}.txt", data)
    return seals[strongest(algorithms) or algorithms[0]], sink.close()


def _write_payload(
    files: Sequence[PayloadFile], algorithms: tuple[str, ...], sink: _Sink
) -> Iterator[tuple[str, dict[str, str]]]:
    sink.folder("data")
    made = {"data"}
    for file in files:
        path = f"data/{file.path.value}"
        for folder in _parents(path):
            if folder not in made:
                sink.folder(folder)
                made.add(folder)
        # The same octets in memory are hashed and written: what is on the disk is never read back to be hashed.
        sink.file(path, file.data)
        yield path, digest_bytes(file.data, algorithms)


def _parents(path: str) -> Iterator[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _counts(files: Sequence[PayloadFile]) -> tuple[tuple[str, str], ...]:
    octets = sum(len(file.data) for file in files)
    return ("Payload-Oxum", f"{octets}.{len(files)}"), ("Bag-Size", _size(octets))


def _size(octets: int) -> str:
    """Say a size for people (RFC 8493 2.2.2, Bag-Size): of the payload, as the tag files tell it themselves."""
    number, unit = float(octets), 0
    while number >= 999.95 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{octets} B" if not unit else f"{number:.1f} {_UNITS[unit]}"


def _algorithm_names(algorithms: Sequence[str]) -> tuple[str, ...]:
    names = tuple(sorted(algorithm_name(each) for each in algorithms))
    if not names:
        raise UsageError("a bag needs a digest algorithm", hint="Name at least one, as sha512.")
    if len({ALGORITHMS[name] for name in names}) < len(names):
        raise UsageError(f"a digest algorithm is named twice: {', '.join(names)}", hint="Name each once.")
    return names


class _FolderSink:
    """Writes a bag as a folder."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._size = 0
        self._make(self._root)

    @staticmethod
    def _make(path: str) -> None:
        os.mkdir(path)  # noqa: PTH102 - strings: this runs for every folder of every bag
        os.chmod(path, _FOLDER_MODE)  # noqa: PTH101 - whatever the umask is

    def folder(self, path: str) -> None:
        self._make(f"{self._root}/{path}")

    def file(self, path: str, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(f"{self._root}/{path}", flags, _FILE_MODE)
        try:
            os.fchmod(descriptor, _FILE_MODE)
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
        self._size += len(data)

    def close(self) -> int:
        return self._size

    def discard(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)


class _TarSink:
    """Writes a bag as one tar, straight from memory, without a folder in between."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name, self._size = path, name, 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(path, flags, _FILE_MODE)
        try:
            os.fchmod(self._file, _FILE_MODE)
            self._put(member_head(f"{name}/", folder=True))
        except BaseException:
            self.discard()
            raise

    def _put(self, data: bytes) -> None:
        _write_all(self._file, data)
        self._size += len(data)

    def folder(self, path: str) -> None:
        self._put(member_head(f"{self._name}/{path}/", folder=True))

    def file(self, path: str, data: bytes) -> None:
        head = member_head(f"{self._name}/{path}", size=len(data))
        self._put(head + data + b"\0" * padding(len(data)))

    def close(self) -> int:
        self._put(END)
        os.close(self._file)
        self._file = -1
        return self._size

    def discard(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        with suppress(OSError):
            self._path.unlink()


def _write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _check_staged(bag: WrittenBag, depth: Depth) -> None:
    """Hold what lies in the stage against what was written: its seal, its names, its sizes, and all bits on request."""
    try:
        report = verify(bag.path, depth=depth, seal=bag.seal)
    except BagError as error:
        raise ArchiveError(f"the staged bag {bag.name} cannot be read: {error.message}", hint=error.hint) from error
    if not report.valid or (report.files, report.bytes) != (bag.files, bag.bytes):
        reason = next((f"{each.where}: {each.message}" for each in report.findings if each.severity == "error"), "")
        raise ArchiveError(
            f"the staged bag {bag.name} is not what was written: {reason or 'its counts differ'}",
            hint="Nothing was published. Check the disk and its log, then run again.",
        )


def _check_free(targets: Sequence[Path]) -> None:
    taken = {target for target in targets if os.path.lexists(target)}
    if len(set(targets)) < len(targets):
        taken.update(target for target in targets if targets.count(target) > 1)
    if taken:
        names = ", ".join(str(target) for target in sorted(taken)[:3])
        raise _taken(f"{names}{' and others' if len(taken) > 3 else ''}")


def _taken(names: str) -> ArchiveError:
    return ArchiveError(
        f"already there: {names}", hint="A bag is never replaced: choose another name or place, or a new version."
    )


def _make_folders(folder: Path) -> Iterator[Path]:
    """Make a folder and those above it; give every folder in which a name was made or will be."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    yield folder
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        yield each


def _appear(source: Path, target: Path) -> None:
    try:
        rename_new(source, target)
    except FileExistsError as error:
        raise _taken(str(target)) from error


@contextmanager
def _as_archive_error(what: str, where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(
            f"{what} could not be written in {where}: {error.strerror or error}",
            hint="Make room or mend the disk, then run again; nothing half-written is visible.",
        ) from error
