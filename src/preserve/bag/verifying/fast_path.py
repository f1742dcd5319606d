"""The fast path: a folder or small tar in which everything is by the book, verified in one straight pass.

It takes bags as most tools write them and as we do, and tars only as we do: small files, names of letters, digits,
``.``, ``_`` and ``-``, strong algorithms, every manifest listing every file, every digest right, and nothing that any
check would remark on. Of such a bag there is only one report, and here it costs little more than reading and hashing.

Of any other bag the fast path says nothing, and ``verify`` makes every check and says what is the matter. Neither
relies on the other: the tests compare the two for every fixture, every damaged bag and every bag of ours.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from preserve.bag.containers import READ_FLAGS, base_name, is_system_file
from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import BagReport, Depth, Form, Verdict, strongest
from preserve.bag.reading import DECLARATION, INDEX_SUFFIX, PAYLOAD, read_plain_info, read_plain_manifest
from preserve.digests import ALGORITHMS, CHUNK, WEAK, digest_bytes, sha256
from preserve.octets import BLOCK, END, member_head, padding

__all__ = ["verify_fast"]

_DECLARATIONS: Final[Mapping[bytes, str]] = {
    DECLARATION: "1.0",
    DECLARATION.replace(b"1.0", b"0.97"): "0.97",
}
"""How ``bagit.txt`` is written by the book, and the version that it declares."""

_MANIFEST: Final = re.compile(r"(tag)?manifest-(.+)\.txt")
_STRONG: Final = ALGORITHMS.keys() - WEAK


class _Files(NamedTuple):
    """The files of a bag.

    Attributes:
        name: The name of the bag.
        form: Its form.
        sizes: The size of each file in bytes, by path.
        read: Returns the bytes of a file.
    """

    name: str
    form: Form
    sizes: Mapping[str, int]
    read: Callable[[str], bytes]


class _ListedFile(NamedTuple):
    size: int
    inode: int
    volume: int


def verify_fast(path: Path, depth: Depth, limits: Limits = LIMITS) -> BagReport | None:
    """Verify a bag by the fast path: every bit of it or, at depth ``complete``, all but the bits of the payload.

    Args:
        path: The folder or tar.
        depth: ``full`` or ``complete``.
        limits: How large a bag may be for it.

    Returns:
        The report, without findings; ``None`` when there would be any, or when the bag is in any way uncommon.
    """
    root = os.fspath(path)
    try:
        files = _read_tar(root, limits) if root.endswith(Form.TAR.suffix) else _list_folder(root, limits)
        return _report(path, depth, files, limits) if files else None
    except (OSError, ValueError):
        return None  # something could not be read, or the path is none: the checks say what is the matter


def _list_folder(root: str, limits: Limits) -> _Files | None:
    files = _listing(root, limits.table_entries)
    if not files:
        return None
    sizes = {name: file.size for name, file in files.items()}
    return _Files(base_name(root), Form.DIRECTORY, sizes, lambda name: _read_file(root, name, files[name]))


def _read_tar(path: str, limits: Limits) -> _Files | None:
    """Read a small tar, every header of which is as we write it; ``None`` for others, and for one with an index."""
    if os.path.lexists(path + INDEX_SUFFIX):
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > limits.fast_tar:
            return None
        tar = os.read(descriptor, state.st_size)
    finally:
        os.close(descriptor)
    name = os.path.basename(path).removesuffix(Form.TAR.suffix)  # noqa: PTH119 - strings: this runs for every bag
    places = _members(tar, f"{name}/")
    if places is None:
        return None
    sizes = {path: size for path, (_at, size) in places.items()}
    return _Files(name, Form.TAR, sizes, lambda path: tar[places[path][0] : sum(places[path])])


def _members(tar: bytes, top: str) -> dict[str, tuple[int, int]] | None:
    """Return where the files below the top folder of a tar lie, and their sizes; ``None`` when it is not as ours."""
    places: dict[str, tuple[int, int]] = {}
    folders = set[str]()
    at = 0
    while tar[at : at + 1] not in {b"", b"\0"}:
        block = tar[at : at + BLOCK]
        # The header is made again from what it says, and compared whole: nothing odd can hide in it.
        path = block[:100].rstrip(b"\0").decode("ascii")
        is_folder, size = path.endswith("/"), int(block[124:135], 8)
        inner = path.removeprefix(top)
        if block != member_head(path, folder=is_folder, size=size) or not path.startswith(top) or inner in places:
            return None
        at += BLOCK
        if is_folder:
            folders.add(inner.removesuffix("/"))
        else:
            places[inner] = at, size
        at += size + padding(size)
    full = {""}
    for inner in places:
        folder = inner.rpartition("/")[0]
        while folder not in full:
            full.add(folder)
            folder = folder.rpartition("/")[0]
    # An empty folder would be a finding.
    return places if tar[at:] == END and folders <= full else None


def _listing(root: str, most: int) -> dict[str, _ListedFile] | None:
    """List a folder; ``None`` when it holds a large file, something that is no file, an empty folder, or very much."""
    files: dict[str, _ListedFile] = {}
    pending = [("", os.stat(root))]  # noqa: PTH116 - strings: this runs for every bag
    while pending:
        inside, known = pending.pop()
        empty = True
        descriptor = os.open(f"{root}/{inside}".rstrip("/"), READ_FLAGS | os.O_DIRECTORY)
        try:
            if not os.path.samestat(os.fstat(descriptor), known):
                return None  # something else was put there since it was listed
            with os.scandir(descriptor) as items:
                for item in items:
                    empty = False
                    state = item.stat(follow_symlinks=False)
                    if stat.S_ISDIR(state.st_mode) and len(pending) < most:
                        pending.append((f"{inside}{item.name}/", state))
                        continue
                    if state.st_size > CHUNK or not stat.S_ISREG(state.st_mode) or len(files) > most:
                        return None
                    files[inside + item.name] = _ListedFile(state.st_size, state.st_ino, state.st_dev)
        finally:
            os.close(descriptor)
        if empty:
            return None
    return files


def _report(path: Path, depth: Depth, files: _Files, limits: Limits) -> BagReport | None:
    sizes = files.sizes
    payload = {name for name in sizes if name.startswith(PAYLOAD)}
    if sum(sizes[name] for name in sizes.keys() - payload) > limits.fast_tag_files:
        return None
    tags = {name: files.read(name) for name in sizes if name not in payload}
    version = _DECLARATIONS.get(tags.get("bagit.txt", b""))
    info = read_plain_info(tags.get("bag-info.txt", b""), limits)
    manifests = _manifests(tags)
    if version is None or info is None or manifests is None or not payload or "fetch.txt" in tags:
        return None
    sealed = tags.keys() - {f"tagmanifest-{each}.txt" for each in manifests.tags}
    listed_tags = _expected_digests(manifests.tags, sealed, of_tags=True)
    listed = _expected_digests(manifests.payload, payload, of_tags=False)
    size = sum(sizes[name] for name in payload)
    if listed_tags is None or listed is None or not _is_unremarkable(sizes, info, f"{size}.{len(payload)}"):
        return None
    if any(digest_bytes(tags[name], manifests.tags) != digests for name, digests in listed_tags):
        return None
    if depth is Depth.FULL and any(
        digest_bytes(files.read(name), manifests.payload) != digests for name, digests in listed
    ):
        return None
    return BagReport(
        name=files.name,
        path=path,
        form=files.form,
        bagit_version=version,
        depth=depth,
        verdict=Verdict.VALID,
        findings=(),
        files=len(payload),
        bytes=size,
        seal=sha256(manifests.tags[strongest(manifests.tags) or ""]),
        info=info,
    )


def _read_file(root: str, name: str, file: _ListedFile) -> bytes:
    """Read a file whole.

    Raises:
        OSError: It could not be read, or is no longer what was listed.
    """
    descriptor = os.open(f"{root}/{name}", READ_FLAGS)
    try:
        state = os.fstat(descriptor)
        data = os.read(descriptor, file.size + 1)  # one byte more: it may have grown
    finally:
        os.close(descriptor)
    if (len(data), state.st_ino, state.st_dev) != file or not stat.S_ISREG(state.st_mode):
        raise OSError(None, "it changed while the bag was looked at")
    return data


class _Manifests(NamedTuple):
    """The bytes of the manifests, by algorithm."""

    payload: dict[str, bytes]
    tags: dict[str, bytes]


def _manifests(tags: Mapping[str, bytes]) -> _Manifests | None:
    """Return the manifests; ``None`` when one is missing, or its algorithm would be a finding."""
    found = _Manifests({}, {})
    for name, data in tags.items():
        match = _MANIFEST.fullmatch(name)
        if match is None:
            continue
        if match[2] not in _STRONG:
            return None
        (found.tags if match[1] else found.payload)[match[2]] = data
    return found if found.payload and found.tags else None


def _expected_digests(
    manifests: Mapping[str, bytes], names: set[str], *, of_tags: bool
) -> Iterator[tuple[str, dict[str, str]]] | None:
    """Give each file with its digests by algorithm; ``None`` when a manifest does not list exactly these files."""
    lists = {}
    for algorithm, data in manifests.items():
        entries = read_plain_manifest(data, algorithm, of_tags=of_tags)
        if entries is None or entries.keys() != names:
            return None
        lists[algorithm] = entries
    return ((name, {algorithm: entries[name] for algorithm, entries in lists.items()}) for name in names)


def _is_unremarkable(files: Collection[str], info: tuple[tuple[str, str], ...], oxum: str) -> bool:
    """Tell whether no check has anything to say of the names and counts of a bag whose manifests list all of it."""
    if len({name.lower() for name in files}) < len(files) or any(map(is_system_file, files)):
        return False
    stated = [value for label, value in info if label.lower() == "payload-oxum"]
    return stated in ([], [oxum])
