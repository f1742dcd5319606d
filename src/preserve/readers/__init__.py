"""Readers: one a source format, each registered as an entry point of the group ``preserve.readers``.

Scope: the item that is read, the protocol of a reader, and the choice among readers. Not in scope: the formats; each
module of this room is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from preserve import plugins
from preserve.cable.page import Page
from preserve.errors import NotACableError

__all__ = ["GROUP", "Reader", "SourceItem", "choose", "registered"]

GROUP = "preserve.readers"


@dataclass(frozen=True, slots=True)
class SourceItem:
    """The bytes of one captured source, as received.

    Attributes:
        name: The file's own name, without folders; ``stdin`` for standard input.
        data: Every byte.
        where: How messages name it: the path as the user gave it.
    """

    name: str
    data: bytes
    where: str


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


def registered() -> Mapping[str, Reader]:
    """Return every registered reader by name, sorted by name."""
    return {name: cast("type[Reader]", plugins.load(GROUP, name))() for name in plugins.names(GROUP)}


def choose(item: SourceItem, readers: Mapping[str, Reader]) -> Reader:
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
