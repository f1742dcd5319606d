"""Write bags: staged beside their place, hashed while they are written, synced, checked, and renamed into view.

Scope: new bags from bytes in memory, as a folder, a tar or a zip, the same bytes for the same input. Not in scope: what
a bag holds (``package``), where it belongs (``archive``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from preserve.bag.containers import open_container
from preserve.bag.model import Depth, Form, NewBag, Payload, WrittenBag, strongest
from preserve.bag.reading import (
    DECLARATION,
    IndexedMember,
    MemberIndex,
    check_plain_tar,
    format_info,
    format_manifest,
    index_path,
    make_index,
    scan_bag,
    sort_info,
)
from preserve.bag.verifying import verify
from preserve.bag.writing.sinks import Sink, open_sink
from preserve.bag.writing.stage import Stage
from preserve.digests import ALGORITHMS, algorithm_name, digest_bytes, sha256
from preserve.errors import ArchiveError, BagError, UsageError
from preserve.octets import rename_new, sync_folders, sync_trees, translate_os_errors, write_new

__all__ = [
    "algorithm_names",
    "check_free",
    "check_indexable",
    "payload_counts",
    "publish",
    "publish_path",
    "published_names",
    "stage_bag",
    "write_bag",
    "write_index",
    "write_index_beside",
]

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def stage_bag(
    bag: NewBag,
    stage: Path,
    *,
    algorithms: Sequence[str] = ("sha512",),
    form: Form = Form.DIRECTORY,
    index: bool = False,
) -> WrittenBag:
    """Write a whole bag into a stage, where nobody looks for bags.

    Args:
        bag: What to write. Its name must be new in the stage.
        stage: The folder of a :class:`preserve.bag.writing.stage.Stage`.
        algorithms: Of the payload and tag manifests, in any spelling and order; all in one pass over the bytes.
        form: A folder, or one tar or zip with the folder in it.
        index: Write a member index beside a tar.

    Returns:
        The bag, with its path in the stage.

    Raises:
        ArchiveError: It could not be written, as on a full disk; nothing of it is left in the stage.
        UsageError: There is no algorithm, an unknown one, or one twice.
    """
    names = algorithm_names(algorithms)
    target = stage / f"{bag.name}{form.suffix}"
    with translate_os_errors(f"could not write the bag {bag.name} in", stage):
        sink = open_sink(form, target, bag.name)
        try:
            seal, size, members = _write(bag, names, sink)
        except BaseException:
            sink.discard()
            raise
        octets = sum(file.size for file in bag.files)
        written = WrittenBag(bag.name, target, form, seal, len(bag.files), octets, size)
        return write_index_beside(written, members) if index else written


def write_index_beside(bag: WrittenBag, members: MemberIndex) -> WrittenBag:
    """Write the index of a staged bag beside it, when its form tells places; without the index there is no bag.

    Args:
        bag: The bag, in its stage.
        members: Where its files lie; none when the form does not tell.

    Raises:
        OSError: It could not be written; the bag is removed.
    """
    if not members.members:
        return bag
    place, data = index_path(bag.path), members.encode()
    try:
        write_new(place, (data,), mode=0o644, sync=False)
    except BaseException:
        bag.path.unlink()
        place.unlink(missing_ok=True)
        raise
    return replace(bag, index=place, index_sha256=sha256(data))


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
    check_free([name for bag, target in staged for name in published_names(target, index=bag.index is not None)])
    done = []
    if not staged:
        return ()
    stages = sorted({bag.path.parent for bag, _target in staged})
    with translate_os_errors("could not write a batch of bags in", stages[0]):
        sync_trees(stages)
    if check is not None:
        for bag, _target in staged:
            _check_staged(bag, check)
    folders = set[Path]()
    try:
        for bag, target in staged:
            with translate_os_errors(f"could not write the bag {bag.name} in", target.parent):
                folders.update(_make_folders(target.parent))
                _appear(bag.path, target)
                if bag.index is not None:
                    # After the tar: without it the tar is a bag all the same, the other way round there is no bag.
                    _appear(bag.index, index_path(target))
            done.append(replace(bag, path=target, index=bag.index and index_path(target)))
    finally:
        with translate_os_errors("could not write the names of bags in", staged[0][1].parent):
            sync_folders(sorted(folders))
    return tuple(done)


def published_names(target: Path, *, index: bool) -> list[Path]:
    """Return every name that a bag takes when it is published: its own, and that of an index beside a tar."""
    return [target, index_path(target)] if index and target.name.endswith(Form.TAR.suffix) else [target]


def publish_path(staged: Path, target: Path) -> None:
    """Let one staged folder or file that is no bag appear in its place, whole and for good, as :func:`publish` does.

    Raises:
        ArchiveError: The place is taken, or the disk did not take something.
    """
    check_free([target])
    with translate_os_errors(f"could not write {target.name} in", target.parent):
        sync_trees([staged.parent])
        folders = list(_make_folders(target.parent))
        _appear(staged, target)
        sync_folders(sorted(folders))


def check_indexable(tar: Path) -> None:
    """Make sure that a tar can have an index, and has none: before it is verified, which may take hours.

    Raises:
        ArchiveError: There is one already.
        BagError: It is no plain tar, or could not be opened.
    """
    with closing(open_container(tar)) as container:
        check_plain_tar(container)
    target = index_path(tar)
    if os.path.lexists(target):
        raise ArchiveError(f"already there: {target}", hint="To make it again from its tar, delete it first.")


def write_index(tar: Path, ground: Path) -> str:
    """Make the member index of a tar that is in its place, from the tar alone, and let it appear beside it.

    Args:
        tar: A bag that is known to be valid.
        ground: A folder on the same file system, to stage it in.

    Returns:
        The SHA-256 of the index.

    Raises:
        ArchiveError: There is one already, or it could not be written.
        BagError: It is no plain tar, or could not be read.
    """
    check_indexable(tar)
    target = index_path(tar)
    with closing(open_container(tar)) as container:
        data = make_index(scan_bag(container, Depth.COMPLETE)).encode()
    with Stage(ground) as stage:
        with translate_os_errors(f"could not write {target.name} in", ground):
            write_new(stage.path / target.name, (data,), mode=0o644, sync=False)
        publish_path(stage.path / target.name, target)
    return sha256(data)


def write_bag(
    bag: NewBag,
    parent: Path,
    *,
    algorithms: Sequence[str] = ("sha512",),
    form: Form = Form.DIRECTORY,
    reread: bool = False,
) -> WrittenBag:
    """Write one bag as ``parent/<name>``, ``.tar`` or ``.zip``: stage it, check it, publish it.

    Args:
        bag: What to write.
        parent: An existing folder.
        algorithms: Of the manifests.
        form: A folder, a tar or a zip.
        reread: Check every bit of what was written before it appears.

    Raises:
        ArchiveError: The name is taken, or it could not be written; nothing of it is left behind.
        UsageError: The algorithms are off.
    """
    with Stage(parent) as stage:
        staged = stage_bag(bag, stage.path, algorithms=algorithms, form=form)
        return publish([(staged, parent / staged.path.name)], check=Depth.FULL if reread else Depth.COMPLETE)[0]


def _write(bag: NewBag, algorithms: tuple[str, ...], sink: Sink) -> tuple[str, int, MemberIndex]:
    """Write the files of a bag in the order of their paths; return its seal, its size in octets, and its members.

    There are members where the sink can tell places.
    """
    best = strongest(algorithms) or algorithms[0]
    members: dict[str, IndexedMember] = {}

    def put(path: str, data: bytes, known: Mapping[str, str] | None = None) -> dict[str, str]:
        # The same octets in memory are hashed and written: what is on the disk is never read back to be hashed.
        sink.file(path, data)
        digests = digest_bytes(data, algorithms, known)
        if sink.place is not None:
            members[path] = IndexedMember(sink.place, len(data), digests[best])
        return digests

    files = sorted(bag.files, key=lambda file: file.path.value)
    counts = payload_counts(sum(file.size for file in files), len(files))
    info = format_info(sort_info((*bag.info, *counts)))
    tags = {"bag-info.txt": info, "bagit.txt": DECLARATION}
    tag_digests = {name: put(name, data) for name, data in tags.items()}
    payload = list(_write_payload(files, sink, put))
    for algorithm in algorithms:
        name = f"manifest-{algorithm}.txt"
        tag_digests[name] = put(name, format_manifest((path, digests[algorithm]) for path, digests in payload))
    seals = {}
    for algorithm in algorithms:
        data = format_manifest((name, digests[algorithm]) for name, digests in tag_digests.items())
        seals[algorithm] = sha256(data)
        put(f"tagmanifest-{algorithm}.txt", data)
    return seals[best], sink.close(), MemberIndex(best, members)


def _write_payload(
    files: Sequence[Payload], sink: Sink, put: Callable[[str, bytes, Mapping[str, str]], dict[str, str]]
) -> Iterator[tuple[str, dict[str, str]]]:
    sink.folder("data")
    made = {"data"}
    for file in files:
        path = f"data/{file.path.value}"
        for folder in _parents(path):
            if folder not in made:
                sink.folder(folder)
                made.add(folder)
        yield path, put(path, file.data, file.digests)


def _parents(path: str) -> Iterator[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def payload_counts(octets: int, files: int) -> tuple[tuple[str, str], ...]:
    """Return the fields of ``bag-info.txt`` that count the payload (RFC 8493 2.2.2)."""
    return ("Payload-Oxum", f"{octets}.{files}"), ("Bag-Size", _size(octets))


def _size(octets: int) -> str:
    """Say a size for people (RFC 8493 2.2.2, Bag-Size): of the payload, as the tag files tell it themselves."""
    number, unit = float(octets), 0
    while number >= 999.95 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{octets} B" if not unit else f"{number:.1f} {_UNITS[unit]}"


def algorithm_names(algorithms: Iterable[str]) -> tuple[str, ...]:
    """Return BagIt's names of the algorithms of a new bag, sorted.

    Raises:
        UsageError: There is no algorithm, an unknown one, or one twice.
    """
    names = tuple(sorted(algorithm_name(each) for each in algorithms))
    if not names:
        raise UsageError("a bag needs a digest algorithm", hint="Name at least one, as sha512.")
    if len({ALGORITHMS[name] for name in names}) < len(names):
        raise UsageError(f"a digest algorithm is named twice: {', '.join(names)}", hint="Name each once.")
    return names


def _check_staged(bag: WrittenBag, depth: Depth) -> None:
    """Hold what lies in the stage against what was written: its seal, its names, its sizes, and all bits on request."""
    try:
        report = verify(bag.path, depth=depth, seal=bag.seal)
    except BagError as error:
        raise ArchiveError(f"the staged bag {bag.name} cannot be read: {error.message}", hint=error.hint) from error
    wrong = [each for each in report.findings if each.severity == "error" or each.code == "member-index-differs"]
    if wrong or (report.files, report.bytes) != (bag.files, bag.bytes):
        reason = next((f"{each.where}: {each.message}" for each in wrong), "")
        raise ArchiveError(
            f"the staged bag {bag.name} is not what was written: {reason or 'its counts differ'}",
            hint="Nothing was published. Check the disk and its log, then run again.",
        )


def check_free(targets: Sequence[Path]) -> None:
    """Make sure that nothing is in the places of new bags.

    Raises:
        ArchiveError: Something is there, or two are to be in one place.
    """
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
