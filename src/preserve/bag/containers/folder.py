"""Folders: the container that reads a bag where it lies, following no link."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from preserve.bag.containers.container import ANYWHERE, Listing
from preserve.bag.containers.entry import Entry, EntryKind, printable, refusal
from preserve.bag.containers.listing import ListingBuilder
from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import Form
from preserve.errors import UnreadableBagError
from preserve.findings import Finding
from preserve.octets import read_chunks

__all__ = ["READ_FLAGS", "DirectoryContainer", "base_name"]

# O_NONBLOCK: what was a file when it was listed may be a FIFO by now, and opening one waits for a writer.
READ_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""How a listed file is opened."""


class DirectoryContainer:
    """A bag as a folder.

    Args:
        path: The folder. It may be reached through a link, as its name comes from the caller and not from the bag.
        limits: How much of it is read and kept.
    """

    __slots__ = ("_root", "limits")

    form = Form.DIRECTORY
    media_types = frozenset[str]()
    random_access = True

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self._root = os.fspath(path)
        self.limits = limits

    def listing(self) -> Listing:
        """List the folder, following no link."""
        builder = ListingBuilder(self.limits)
        unread: list[str] = []
        pending = [""]
        with closing(_Beneath(self._root)) as beneath:
            while pending:
                folder = pending.pop()
                try:
                    with closing(_scan(beneath, folder)) as listed:
                        for entry in listed:
                            if entry.kind is EntryKind.FOLDER:
                                pending.append(entry.path)
                            elif entry.kind is not EntryKind.FILE and (
                                said := refusal(entry.kind, printable(entry.path))
                            ):
                                builder.findings.append(said)
                            builder.add(entry)
                            if builder.is_full:
                                break
                except OSError as error:
                    if not folder:
                        says = f"{self._root} could not be listed: {error.strerror}"
                        raise UnreadableBagError(says, hint="Check its rights and its disk, then run again.") from error
                    unread.append(folder)
                    says = f"it could not be listed: {error.strerror}"
                    builder.findings.append(Finding.of("folder-unreadable", printable(folder), says))
                if builder.is_full:
                    builder.findings.append(self._limit_exceeded(folder))
                    unread.append(ANYWHERE)
                    break
        return builder.finish(base_name(self._root), unread)

    def _limit_exceeded(self, folder: str) -> Finding:
        most = f"{self.limits.entries} files and folders, or {self.limits.paths} characters of their paths"
        return Finding.of("limit-exceeded", printable(folder), f"over {most}; the rest is not looked at")

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the bytes of listed files."""
        with closing(_Beneath(self._root)) as beneath:
            for entry in wanted:
                yield entry, _read(beneath, entry)

    def digests_of(self, _entry: Entry) -> None:
        """Return nothing: every file can be read at any time."""

    def close(self) -> None:
        """Do nothing: nothing is held open between files."""


class _Beneath:
    """What lies beneath a folder, opened part by part: no link on the way is followed, whenever it was put there.

    O_NOFOLLOW looks at the last part of a path only, so a folder that became a link after the listing would lead out of
    the bag. The folder that was opened last is kept open: the files of a bag mostly come folder by folder.

    Args:
        root: The folder.
    """

    __slots__ = ("_at", "_folder", "_root")

    def __init__(self, root: str) -> None:
        self._root = root
        self._folder, self._at = "", -1

    def open(self, path: str, flags: int) -> int:
        """Open something.

        Raises:
            OSError: It could not be opened, or a part of the path is a link.
        """
        folder, _, name = path.rpartition("/")
        if self._at < 0 or folder != self._folder:
            self._enter(folder)
        return os.open(name or ".", flags | READ_FLAGS, dir_fd=self._at)

    def _enter(self, folder: str) -> None:
        if self._at < 0 or not folder.startswith(f"{self._folder}/" if self._folder else ""):
            self.close()
            self._at = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in folder[len(self._folder) :].split("/"):
            if part:
                below = os.open(part, os.O_DIRECTORY | READ_FLAGS, dir_fd=self._at)
                os.close(self._at)
                self._at = below
                self._folder = f"{self._folder}/{part}" if self._folder else part

    def close(self) -> None:
        """Close the folder that was opened last."""
        if self._at >= 0:
            os.close(self._at)
        self._folder, self._at = "", -1


def _scan(beneath: _Beneath, folder: str) -> Generator[Entry, None, None]:
    inside = f"{folder}/" if folder else ""
    descriptor = beneath.open(folder, os.O_DIRECTORY)
    try:
        with os.scandir(descriptor) as items:
            for item in items:
                path = inside + item.name
                if item.is_dir(follow_symlinks=False):
                    yield Entry(path, EntryKind.FOLDER, 0, 0)
                    continue
                state = item.stat(follow_symlinks=False)
                kind = EntryKind.FILE if stat.S_ISREG(state.st_mode) else _other_kind(state.st_mode)
                yield Entry(path, kind, state.st_size, state.st_ino, state.st_dev)
    finally:
        os.close(descriptor)


def _read(beneath: _Beneath, entry: Entry) -> Iterator[bytes]:
    descriptor = beneath.open(entry.path, 0)
    try:
        state = os.fstat(descriptor)
        # Another file may lie there by now: its inode tells.
        if (state.st_ino, state.st_dev) != (entry.place, entry.volume) or not stat.S_ISREG(state.st_mode):
            raise OSError(None, "it changed while the bag was looked at")
        left = entry.size
        # One byte more than there should be: what grew since is not what was listed.
        for chunk in read_chunks(descriptor, entry.size + 1):
            left -= len(chunk)
            if left < 0:
                raise OSError(None, "it grows while it is read")
            yield chunk
    finally:
        os.close(descriptor)


def base_name(root: str) -> str:
    """Return the name of a bag's base directory, however the caller came to it."""
    path = Path(root)
    # Only a link, or a path that ends in '..', needs the file system to tell its name.
    return path.resolve().name if path.is_symlink() or path.name in {"", ".."} else path.name


def _other_kind(mode: int) -> EntryKind:
    return EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.SPECIAL
