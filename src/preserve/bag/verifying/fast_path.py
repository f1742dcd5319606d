"""Plain bags: folders and small tars in which everything is by the book, verified in one straight pass.

Scope: bags as most tools write them and as we do, tars only as we do: small files, names of letters, digits, ``.``,
``_`` and ``-``, strong algorithms, every manifest listing every file, every digest right; nothing that any check would
remark on. Of such a bag there is only one report, and here it costs little more than the reading and hashing. Not in
scope: everything else: then there is no report, and ``verify`` looks with care and says what is the matter. Neither
trusts the other: the tests hold both against each other for every fixture, every damaged bag and every bag of ours.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from preserve.bag.containers import MANY, READ, base_name, is_system_file
from preserve.bag.model import BagReport, Depth, Form, Verdict, strongest
from preserve.bag.reading import DECLARATION, INDEX_SUFFIX, PAYLOAD, read_plain_info, read_plain_manifest
from preserve.digests import ALGORITHMS, CHUNK, WEAK, digest_bytes, sha256
from preserve.octets import BLOCK, END, member_head, padding

__all__ = ["verify_plainly"]

_MOST_TAGS: Final = 16 << 20
"""Octets that the tag files of a plain bag have at most, all together: they are held at once."""

_DECLARATIONS: Final[Mapping[bytes, str]] = {
    DECLARATION: "1.0",
    DECLARATION.replace(b"1.0", b"0.97"): "0.97",
}
"""How bagit.txt is written by the book, and the version that it declares."""

_MANIFEST: Final = re.compile(r"(tag)?manifest-(.+)\.txt")
_STRONG: Final = ALGORITHMS.keys() - WEAK


_MOST_TAR: Final = 8 << 20
"""Octets that a plain tar has at most: it is read at once."""


class _Held(NamedTuple):
    """The files of a bag: its name and form, their sizes, and what reads one."""

    name: str
    form: Form
    sizes: Mapping[str, int]
    octets: Callable[[str], bytes]


class _File(NamedTuple):
    size: int
    inode: int
    volume: int


_Files = dict[str, _File]


def verify_plainly(path: Path, depth: Depth) -> BagReport | None:
    """Verify a bag that is plain, every bit of it or, at depth ``complete``, all but the payload's bits.

    Args:
        path: The folder or tar.
        depth: ``full`` or ``complete``.

    Returns:
        The report, without findings; ``None`` when there would be any, or when the bag is in any way uncommon.
    """
    root = os.fspath(path)
    try:
        held = _in_tar(root) if root.endswith(Form.TAR.suffix) else _in_folder(root)
        return _report(path, depth, held) if held else None
    except (OSError, ValueError):
        return None  # what could not be read, or is no path at all, the careful look says


def _in_folder(root: str) -> _Held | None:
    files = _listing(root)
    if not files:
        return None
    sizes = {name: file.size for name, file in files.items()}
    return _Held(base_name(root), Form.DIRECTORY, sizes, lambda name: _octets(root, name, files[name]))


def _in_tar(path: str) -> _Held | None:
    """Look at a small tar, every header of which is as we write it; ``None`` for others, and beside an index."""
    if os.path.lexists(path + INDEX_SUFFIX):
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > _MOST_TAR:
            return None
        octets = os.read(descriptor, state.st_size)
    finally:
        os.close(descriptor)
    name = os.path.basename(path).removesuffix(Form.TAR.suffix)  # noqa: PTH119 - strings: this runs for every bag
    places = _members(octets, f"{name}/")
    if places is None:
        return None
    sizes = {path: size for path, (_at, size) in places.items()}
    return _Held(name, Form.TAR, sizes, lambda path: octets[places[path][0] : sum(places[path])])


def _members(octets: bytes, top: str) -> dict[str, tuple[int, int]] | None:
    """Return where the files below the top folder of a tar lie, and their sizes."""
    places: dict[str, tuple[int, int]] = {}
    folders = set[str]()
    at = 0
    while octets[at : at + 1] not in {b"", b"\0"}:
        block = octets[at : at + BLOCK]
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
    # An empty folder is remarked on.
    return places if octets[at:] == END and folders <= full else None


def _listing(root: str) -> _Files | None:
    """List a folder; ``None`` when it holds a large file, something that is no file, an empty folder, or very much."""
    files: _Files = {}
    pending = [("", os.stat(root))]  # noqa: PTH116 - strings: this runs for every bag
    while pending:
        inside, known = pending.pop()
        empty = True
        descriptor = os.open(f"{root}/{inside}".rstrip("/"), READ | os.O_DIRECTORY)
        try:
            if not os.path.samestat(os.fstat(descriptor), known):
                return None  # something else was put there since
            with os.scandir(descriptor) as items:
                for item in items:
                    empty = False
                    state = item.stat(follow_symlinks=False)
                    if stat.S_ISDIR(state.st_mode) and len(pending) < MANY:
                        pending.append((f"{inside}{item.name}/", state))
                        continue
                    if state.st_size > CHUNK or not stat.S_ISREG(state.st_mode) or len(files) > MANY:
                        return None
                    files[inside + item.name] = _File(state.st_size, state.st_ino, state.st_dev)
        finally:
            os.close(descriptor)
        if empty:
            return None
    return files


def _report(path: Path, depth: Depth, held: _Held) -> BagReport | None:
    payload = {name for name in held.sizes if name.startswith(PAYLOAD)}
    if sum(held.sizes[name] for name in held.sizes.keys() - payload) > _MOST_TAGS:
        return None
    tags = {name: held.octets(name) for name in held.sizes if name not in payload}
    version = _DECLARATIONS.get(tags.get("bagit.txt", b""))
    info = read_plain_info(tags.get("bag-info.txt", b""))
    sums = _manifests(tags)
    if version is None or info is None or sums is None or not payload or "fetch.txt" in tags:
        return None
    listed = _agreed(sums.tags, tags.keys() - {f"tagmanifest-{each}.txt" for each in sums.tags}, of_tags=True)
    contents = _agreed(sums.payload, payload, of_tags=False)
    octets = sum(held.sizes[name] for name in payload)
    if listed is None or contents is None or not _is_quiet(held.sizes, info, f"{octets}.{len(payload)}"):
        return None
    if any(digest_bytes(tags[name], sums.tags) != digests for name, digests in listed):
        return None
    if depth is Depth.FULL and any(
        digest_bytes(held.octets(name), sums.payload) != digests for name, digests in contents
    ):
        return None
    return BagReport(
        name=held.name,
        path=path,
        form=held.form,
        bagit_version=version,
        depth=depth,
        verdict=Verdict.VALID,
        findings=(),
        files=len(payload),
        bytes=octets,
        seal=sha256(sums.tags[strongest(sums.tags) or ""]),
        info=info,
    )


def _octets(root: str, name: str, file: _File) -> bytes:
    """Read a file whole.

    Raises:
        OSError: It could not be read, or is no longer what was listed.
    """
    descriptor = os.open(f"{root}/{name}", READ)
    try:
        state = os.fstat(descriptor)
        data = os.read(descriptor, file.size + 1)
    finally:
        os.close(descriptor)
    if (len(data), state.st_ino, state.st_dev) != file or not stat.S_ISREG(state.st_mode):
        raise OSError(None, "it changed while the bag was looked at")
    return data


class _Manifests(NamedTuple):
    """The octets of the manifests by algorithm."""

    payload: dict[str, bytes]
    tags: dict[str, bytes]


def _manifests(tags: Mapping[str, bytes]) -> _Manifests | None:
    """Return the manifests; ``None`` when one is missing, or of an algorithm that somebody would remark on."""
    found = _Manifests({}, {})
    for name, octets in tags.items():
        match = _MANIFEST.fullmatch(name)
        if match is None:
            continue
        if match[2] not in _STRONG:
            return None
        (found.tags if match[1] else found.payload)[match[2]] = octets
    return found if found.payload and found.tags else None


def _agreed(
    sums: Mapping[str, bytes], names: set[str], *, of_tags: bool
) -> Iterator[tuple[str, dict[str, str]]] | None:
    """Give each file with its digests by algorithm; ``None`` when a manifest does not list just these files."""
    lists = {}
    for algorithm, octets in sums.items():
        entries = read_plain_manifest(octets, algorithm, of_tags=of_tags)
        if entries is None or entries.keys() != names:
            return None
        lists[algorithm] = entries
    return ((name, {algorithm: entries[name] for algorithm, entries in lists.items()}) for name in names)


def _is_quiet(files: Collection[str], info: tuple[tuple[str, str], ...], oxum: str) -> bool:
    """Tell whether nothing can be said of the names and counts of a bag whose manifests list all of it."""
    if len({name.lower() for name in files}) < len(files) or any(map(is_system_file, files)):
        return False
    stated = [value for label, value in info if label.lower() == "payload-oxum"]
    return stated in ([], [oxum])
