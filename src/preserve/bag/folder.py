"""Folders: the container that reads a bag where it lies, following no link.

Scope: listing and reading. Not in scope: other containers.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from preserve.bag.containers import MAX_ENTRIES, Entry, Kind, Listing, refusal, shown
from preserve.bag.model import Form
from preserve.bag.octets import chunks
from preserve.errors import UnreadableBagError
from preserve.findings import Finding, found

__all__ = ["READ", "DirectoryContainer", "base_name"]

# O_NONBLOCK: what was a file when it was listed may be a FIFO by now.
READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""How a listed file is opened."""


class DirectoryContainer:
    """A bag as a folder.

    Args:
        path: The folder; it may be reached through a link, as its name comes from the caller and not from the bag.
    """

    __slots__ = ("_root",)

    form = Form.DIRECTORY
    media_types = frozenset[str]()
    random_access = True

    def __init__(self, path: Path) -> None:
        self._root = os.fspath(path)

    def listing(self) -> Listing:
        """List the folder, following no link."""
        entries: dict[str, Entry] = {}
        findings: list[Finding] = []
        unread: list[str] = []
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                pending.extend(self._scan(folder, entries, findings))
            except OSError as error:
                if not folder:
                    raise UnreadableBagError(
                        f"{self._root} could not be listed: {error.strerror}",
                        hint="Check its rights and its disk, then run again.",
                    ) from error
                unread.append(folder)
                findings.append(found("folder-unreadable", shown(folder), f"it could not be listed: {error.strerror}"))
            if len(entries) > MAX_ENTRIES:
                findings.append(found("limit-exceeded", shown(folder), f"over {MAX_ENTRIES} files and folders"))
                break
        return Listing(base_name(self._root), entries, tuple(findings), tuple(unread))

    def _scan(self, folder: str, entries: dict[str, Entry], findings: list[Finding]) -> list[str]:
        folders = []
        inside = f"{folder}/" if folder else ""
        with os.scandir(f"{self._root}/{inside}") as items:
            for item in items:
                path = inside + item.name
                if item.is_dir(follow_symlinks=False):
                    folders.append(path)
                    entries[path] = Entry(path, Kind.FOLDER, 0, 0)
                    continue
                state = item.stat(follow_symlinks=False)
                kind = Kind.FILE if stat.S_ISREG(state.st_mode) else _other_kind(state.st_mode)
                if kind is not Kind.FILE and (said := refusal(kind, shown(path))) is not None:
                    findings.append(said)
                entries[path] = Entry(path, kind, state.st_size, state.st_ino, state.st_dev)
        return folders

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of listed files."""
        for entry in wanted:
            yield entry, self._read(entry)

    def _read(self, entry: Entry) -> Iterator[bytes]:
        descriptor = os.open(f"{self._root}/{entry.path}", READ)
        try:
            state = os.fstat(descriptor)
            # A folder of the path may have been replaced by a link since: then this is another file.
            if (state.st_ino, state.st_dev) != (entry.place, entry.volume) or not stat.S_ISREG(state.st_mode):
                raise OSError(None, "it changed while the bag was looked at")
            # One octet more than there should be: a file that grew since is not what was listed.
            yield from chunks(descriptor, entry.size + 1)
        finally:
            os.close(descriptor)

    def digests_of(self, _entry: Entry) -> None:
        """Know nothing: every file can be read at any time."""

    def close(self) -> None:
        """Do nothing: nothing is held open between files."""


def base_name(root: str) -> str:
    """Return the name of a bag's base directory, however the caller came to it."""
    path = Path(root)
    # Only a link, or a path that ends in '..', needs the file system to tell its name.
    return path.resolve().name if path.is_symlink() or path.name in {"", ".."} else path.name


def _other_kind(mode: int) -> Kind:
    return Kind.LINK if stat.S_ISLNK(mode) else Kind.SPECIAL
