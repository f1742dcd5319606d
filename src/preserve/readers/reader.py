"""What a reader is: the items that it reads, the protocol that it meets, and how an item gets to the right one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from preserve import plugins
from preserve.cable import Page, SourceContainer
from preserve.errors import NotACableError, SourceError

__all__ = ["GROUP", "Excuse", "FileStamp", "Reader", "SourceItem", "SourceRef", "read_page", "registered_readers"]

GROUP = "preserve.readers"
"""The group of entry points that readers are registered in."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """The state of a file by which a later change shows.

    Nobody can set a ctime, so that a file that was changed and given its old times is known too.

    Attributes:
        size: In bytes.
        mtime: When its bytes changed last, in nanoseconds since 1970.
        ctime: When its bytes or its inode changed last, likewise.
        inode: Its number in the file system.
    """

    size: int
    mtime: int
    ctime: int
    inode: int

    @classmethod
    def of(cls, descriptor: int) -> FileStamp:
        """Return the stamp of an open file."""
        status = os.fstat(descriptor)
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class SourceItem:
    """The bytes of one captured source, as received.

    Attributes:
        name: The file's own name, without folders; ``stdin`` for standard input.
        data: Every byte.
        where: How messages name it: the path as the user gave it.
        path: The names of its folders and its own, as far as they are known, with ``/`` between. A release may be
            named there.
        release: The release that the user says the source belongs to.
        container: The larger file that it was part of.
    """

    name: str
    data: bytes
    where: str
    path: str = ""
    release: str | None = None
    container: SourceContainer | None = None


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where one item is, before anything is read.

    Attributes:
        where: How messages name it.
        path: The file; ``None`` when the bytes are already here.
        data: The bytes, where they had to be read already: from standard input, or from an archive of files.
        trouble: Why it cannot be read, where that was found on the way to it.
        release: The release that the user says it belongs to.
        container: The larger file that it is part of.
        length: How many bytes of the file at ``path`` it has, from ``container.offset`` on; ``None`` for all of them.
        stamp: The state of the file at ``path`` when its rows were found; a row of another state is not read.
        hint: What to do about the trouble, a sentence; empty when there is nothing to add.
    """

    where: str
    path: Path | None = None
    data: bytes | None = None
    trouble: str | None = None
    release: str | None = None
    container: SourceContainer | None = None
    length: int | None = None
    stamp: FileStamp | None = None
    hint: str = ""

    @classmethod
    def unreadable(cls, where: str, error: SourceError, *, release: str | None = None) -> SourceRef:
        """Return a reference to what an error stopped us from reading."""
        trouble = error.message.removeprefix(f"{where}: ")
        return cls(where, trouble=trouble, release=release, hint=error.hint)


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a reader does not take an item.

    Attributes:
        reason: A clause for people, of printable characters, about the item: ``it is empty``. The message that names
            the item joins the reasons of all readers.
    """

    reason: str


class Reader(Protocol):
    """Reads one format.

    A reader is a class without arguments, registered as an entry point of the group ``preserve.readers``. Ours are
    registered in the same way as those of other packages::

        [project.entry-points."preserve.readers"]
        dispatch = "ruritania.dispatch:DispatchReader"

    It answers once for each item: with a way to read it, or with the reason why it does not take it. What it learns
    while it looks, such as the decoded text, it hands on to the way to read::

        class DispatchReader:
            name = "dispatch"
            describes = "a dispatch of the Ruritanian foreign ministry"

            def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
                if not item.data.startswith(b"DISPATCH "):
                    return Excuse("it does not begin with DISPATCH")
                return partial(_page, item, item.data.decode("utf-8", "replace"))

        def _page(item: SourceItem, text: str) -> Page:
            ...

    A reader keeps no state: the same item always gives the same page. It takes an item only when the item is plainly
    of its format, as the first reader that takes an item is the one that reads it.
    """

    name: str
    """The name of the entry point; the pages say it as ``capture.format``."""
    describes: str
    """The format, in one line for people."""

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        """Say whether an item is of the format.

        Args:
            item: Any bytes: every reader is asked about every item, until one takes it.

        Returns:
            A function that reads the page, or an excuse. An item that is of the format but damaged is taken. The
            function raises :class:`preserve.errors.SourceError`, and nothing else, when the damage is too great.
        """


def registered_readers() -> Mapping[str, Reader]:
    """Return every registered reader by its name, sorted."""
    # Sorted names, so that the order in which readers are asked does not depend on how packages were installed.
    return {name: cast("type[Reader]", plugins.load_plugin(GROUP, name))() for name in plugins.plugin_names(GROUP)}


def read_page(item: SourceItem, readers: Mapping[str, Reader]) -> Page:
    """Read an item with the first reader that takes it.

    Raises:
        NotACableError: No reader takes it; the message holds the reason of each.
        SourceError: A reader takes it, and it is too damaged to be read.
    """
    excuses = []
    for name, reader in readers.items():
        answer = reader.recognise(item)
        if not isinstance(answer, Excuse):
            return answer()
        excuses.append(f"{name}: {answer.reason}")
    reasons = "; ".join(excuses) or "none is registered"
    raise NotACableError(
        f"no reader takes {item.where} ({reasons})", hint="Give a captured page of a cable, as the site served it."
    )
