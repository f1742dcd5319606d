"""What a reader is: the item that it reads, the protocol that it meets, and the choice among the registered ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from preserve import plugins
from preserve.cable import Page, SourceContainer
from preserve.errors import NotACableError

__all__ = ["GROUP", "Reader", "SourceItem", "SourceRef", "choose_reader", "registered_readers"]

GROUP = "preserve.readers"


@dataclass(frozen=True, slots=True)
class SourceItem:
    """The bytes of one captured source, as received.

    Attributes:
        name: The file's own name, without folders; ``stdin`` for standard input.
        data: Every byte.
        where: How messages name it: the path as the user gave it.
        path: The names of folders and file, as far as they are known, with ``/`` between: where a release may be named.
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
        trouble: Why it cannot be read, when walking has found that already.
        release: The release that the user says it belongs to.
        container: The larger file that it is part of.
        length: With ``container.offset`` the bytes that it has of the file at ``path``; ``None`` for all.
    """

    where: str
    path: Path | None = None
    data: bytes | None = None
    trouble: str | None = None
    release: str | None = None
    container: SourceContainer | None = None
    length: int | None = None


class Reader(Protocol):
    """Reads one format.

    Implementations are stateless: the same item always gives the same page. They raise nothing but
    :class:`preserve.errors.SourceError`, whatever the bytes are.
    """

    name: str
    """The name of the entry point."""
    describes: str
    """One line for people: what the format is."""

    def declines(self, item: SourceItem) -> str | None:
        """Return why this item is not of the format, in words; ``None`` when it is."""

    def read(self, item: SourceItem) -> Page:
        """Return the parts of the page.

        Raises:
            SourceError: The item is of the format, but too damaged to be read.
        """


def registered_readers() -> Mapping[str, Reader]:
    """Return every registered reader by name, sorted by name."""
    return {name: cast("type[Reader]", plugins.load_plugin(GROUP, name))() for name in plugins.plugin_names(GROUP)}


def choose_reader(item: SourceItem, readers: Mapping[str, Reader]) -> Reader:
    """Return the first reader that takes the item.

    Raises:
        NotACableError: All declined; the message holds each reason.
    """
    excuses = []
    for name, reader in readers.items():
        excuse = reader.declines(item)
        if excuse is None:
            return reader
        excuses.append(f"{name}: {excuse}")
    reasons = "; ".join(excuses) or "none is registered"
    raise NotACableError(
        f"no reader takes {item.where} ({reasons})", hint="Give a captured page of a cable, as the site served it."
    )
