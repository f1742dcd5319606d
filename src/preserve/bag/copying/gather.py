"""The files that are to be bagged: a walk over folders and files of anybody, with every reason not to bag them.

Nothing that is walked over is changed, and nothing but plain files is opened. A file is read later, by
:func:`read_source`, and must then be what was listed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from preserve.bag.containers import READ_FLAGS, printable
from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import path_fault
from preserve.bag.reading import normal_form
from preserve.errors import SourceError, UsageError
from preserve.findings import Finding, Severity
from preserve.octets import read_chunks

__all__ = ["Gathered", "Hidden", "Links", "SourceFile", "gather_files", "read_source"]

_Identity = tuple[int, int]
"""The device and inode of a folder."""


class Hidden(StrEnum):
    """What becomes of names that start with a dot."""

    INCLUDE = "include"
    SKIP = "skip"
    REFUSE = "refuse"


class Links(StrEnum):
    """What becomes of symbolic links; a link that is followed is bagged as what it leads to."""

    REFUSE = "refuse"
    FOLLOW_INSIDE = "follow-inside"
    SKIP = "skip"


class SourceFile(NamedTuple):
    """A file that is to be bagged.

    Attributes:
        path: Its path in the bag, ``data/`` included.
        place: Where it lies.
        size: How many bytes it has.
        state: Device, inode, size and time of the last change in nanoseconds, when it was listed.
    """

    path: str
    place: str
    size: int
    state: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a walk found.

    Attributes:
        files: The files that are to be bagged, sorted by path in the bag.
        empty: Folders in which nothing is to be bagged, as paths in the bag.
        hidden: How many names that start with a dot were taken in.
        left_out: What was left out by the policies, as paths in the bag.
        findings: Errors are reasons not to make the bag; notes are of empty folders.
    """

    files: tuple[SourceFile, ...]
    empty: tuple[str, ...]
    hidden: int
    left_out: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def size(self) -> int:
        """How many bytes all files have together."""
        return sum(file.size for file in self.files)


def gather_files(
    sources: Sequence[Path],
    *,
    hidden: Hidden = Hidden.INCLUDE,
    links: Links = Links.REFUSE,
    limits: Limits = LIMITS,
) -> Gathered:
    """Walk over what is to be bagged, and report everything that speaks against it, not only the first thing.

    One folder alone gives its content; several sources, or a file, keep their names.

    Args:
        sources: Files and folders. One that is a link is followed: its name comes from the caller.
        hidden: What becomes of names that start with a dot; a source itself may have one.
        links: What becomes of symbolic links below the sources.
        limits: How many files and folders are taken.

    Raises:
        SourceError: A source is not there.
        UsageError: Two sources have one name, here or on a system that knows no case.
    """
    walk = _Walk(hidden, links, limits.entries)
    alone = len(sources) == 1 and os.path.isdir(sources[0])  # noqa: PTH112 - Path.is_dir raises where we may not look
    for source, name in _named(sources):
        try:
            root = os.path.realpath(source, strict=True)
        except OSError as error:
            raise SourceError(
                f"{source} could not be read: {error.strerror}", hint="Name what is there, and may be read."
            ) from error
        path = "data" if alone else f"data/{name}"
        if alone or walk.check_name(name, path):
            walk.take_source(root, path)
    files = sorted(walk.files)
    full = {file.path for file in files} | set(walk.folders)
    parents = {path.rpartition("/")[0] for path in full}
    empty = tuple(sorted(path for path in walk.folders if path not in parents and path != "data"))
    findings = [*walk.findings, *_collisions(files)]
    findings += [
        Finding.of("empty-folder", printable(path), "it is empty, and no manifest can say so") for path in empty
    ]
    return Gathered(tuple(files), empty, walk.hidden_taken, tuple(walk.left_out), tuple(sorted(findings)))


def _named(sources: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Give each source with the name that it has in the bag."""
    names: dict[str, Path] = {}
    for source in sources:
        # Only the disk knows the names of 'a/..' and '.'.
        name = source.name if source.name not in {"", ".."} else source.resolve().name
        other = names.setdefault(normal_form(name).casefold(), source)
        if other is not source:
            raise UsageError(
                f"{other} and {source} would both be data/{name}", hint="Rename one, or bag the folder that holds them."
            )
        yield source, name


@dataclass(slots=True)
class _Walk:
    """A walk under way."""

    hidden: Hidden
    links: Links
    most: int
    files: list[SourceFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    hidden_taken: int = 0
    _root: str = ""
    _pending: list[tuple[str, str, frozenset[_Identity]]] = field(default_factory=list)

    def take_source(self, root: str, path: str) -> None:
        """Take a source and everything below it."""
        self._root = root
        self._take(root, path, os.lstat(root), frozenset())
        while self._pending:
            self._folder(*self._pending.pop())
            if len(self.files) + len(self.folders) > self.most:
                self._refuse("limit-exceeded", path, f"over {self.most} files and folders")
                return

    def _refuse(self, code: str, path: str, says: str) -> None:
        self.findings.append(Finding.of(code, printable(path), says, severity=Severity.ERROR))

    def _folder(self, place: str, path: str, above: frozenset[_Identity]) -> None:
        try:
            with os.scandir(place) as items:
                self.folders.append(path)
                for item in items:
                    self._item(item, f"{path}/{item.name}", above)
        except OSError as error:
            self._refuse("folder-unreadable", path, f"{printable(place)} could not be listed: {error.strerror}")

    def _item(self, item: os.DirEntry[str], path: str, above: frozenset[_Identity]) -> None:
        is_hidden = item.name.startswith(".")
        if is_hidden and self.hidden is Hidden.SKIP:
            self.left_out.append(path)
            return
        if is_hidden and self.hidden is Hidden.REFUSE:
            self._refuse("hidden-file", path, "its name starts with a dot")
            return
        if self.check_name(item.name, path):
            self.hidden_taken += is_hidden
            if item.is_symlink():
                self._link(item.path, path, above)
            else:
                self._take(item.path, path, item.stat(follow_symlinks=False), above)

    def check_name(self, name: str, path: str) -> bool:
        """Tell whether a manifest can name a file or folder, and refuse it when none can."""
        fault = path_fault(path)
        if not _is_text(name):
            self._refuse("name-not-utf8", path, "its name is not UTF-8")
        elif fault is not None:
            self._refuse("path-leaves-bag", path, f"the path {fault}")
        else:
            return True
        return False

    def _link(self, place: str, path: str, above: frozenset[_Identity]) -> None:
        if self.links is Links.SKIP:
            self.left_out.append(path)
            return
        try:
            real = os.path.realpath(place, strict=True)
            state = os.lstat(real)
            target = printable(str(Path(place).readlink()))
        except OSError as error:
            self._refuse("link-in-bag", path, f"it is a link that leads nowhere: {error.strerror}")
            return
        if self.links is Links.REFUSE:
            self._refuse("link-in-bag", path, f"it is a link to {target}")
        elif os.path.commonpath((self._root, real)) != self._root:
            self._refuse("link-in-bag", path, f"it is a link to {target}, outside of the source")
        elif (state.st_dev, state.st_ino) in above:
            self._refuse("link-in-bag", path, f"it is a link to {target}, a folder that it lies in")
        else:
            self._take(real, path, state, above)

    def _take(self, place: str, path: str, state: os.stat_result, above: frozenset[_Identity]) -> None:
        if stat.S_ISDIR(state.st_mode):
            self._pending.append((place, path, above | {(state.st_dev, state.st_ino)}))
        elif not stat.S_ISREG(state.st_mode):
            self._refuse("special-file", path, "it is neither a file nor a folder")
        else:
            try:
                # Only opening tells whether it can be read. All files are tried, as all that cannot be are reported.
                os.close(os.open(place, READ_FLAGS))
            except OSError as error:
                self._refuse("payload-unreadable", path, f"{printable(place)} could not be opened: {error.strerror}")
                return
            self.files.append(SourceFile(path, place, state.st_size, _state_of(state)))


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _state_of(state: os.stat_result) -> tuple[int, int, int, int]:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


def _collisions(files: Sequence[SourceFile]) -> Iterator[Finding]:
    """RFC 8493 6.1: names that another system takes for one name; there, one of the files would be lost."""
    first: dict[str, str] = {}
    for file in files:
        other = first.setdefault(normal_form(file.path).casefold(), file.path)
        if other == file.path:
            continue
        by_form = normal_form(other) == normal_form(file.path)
        code, differs = ("names-differ-by-form", "normalisation form") if by_form else ("names-differ-by-case", "case")
        says = f"{other!a} differs only in {differs}: elsewhere both would be one file"
        yield Finding.of(code, printable(file.path), says, severity=Severity.ERROR)
    for folded, path in first.items():
        at = folded.find("/")
        while at >= 0:
            if folded[:at] in first:
                says = f"it lies in a folder that differs from the file {first[folded[:at]]!a} only in case or form"
                yield Finding.of("names-differ-by-case", printable(path), says, severity=Severity.ERROR)
            at = folded.find("/", at + 1)


def read_source(file: SourceFile) -> Iterator[bytes]:
    """Give the bytes of a file that was listed.

    Raises:
        OSError: It could not be read, or is no longer what was listed, before it was read or after.
    """
    descriptor = os.open(file.place, READ_FLAGS)
    try:
        _check_unchanged(descriptor, file)
        yield from read_chunks(descriptor, file.size + 1)  # one byte more: it may have grown
        _check_unchanged(descriptor, file)
    finally:
        os.close(descriptor)


def _check_unchanged(descriptor: int, file: SourceFile) -> None:
    if _state_of(os.fstat(descriptor)) != file.state:
        raise OSError(None, "it changed while the bag was made")
