"""The listing of a tar: from its headers to what a bag holds.

Where the bytes come from is for ``tar`` and ``tar_stream``; ``octets`` reads the headers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from preserve.bag.containers.container import Listing
from preserve.bag.containers.entry import Entry, EntryKind, printable
from preserve.bag.containers.listing import ListingBuilder
from preserve.bag.limits import Limits
from preserve.findings import Finding
from preserve.octets import BrokenTarError, Damaged, Expands, Octets, TarFault, TarMember, read_members

__all__ = ["ListableTar", "list_tar"]


class ListableTar(Octets, Protocol):
    """The bytes of a tar, of which only so many members are listed."""

    @property
    def most_members(self) -> int:
        """How many members may be listed of what was read so far."""


def list_tar(
    tar: ListableTar,
    name: str,
    suffixes: tuple[str, ...],
    limits: Limits,
    take: Callable[[Entry], None] | None = None,
) -> Listing:
    """List the members below the one top folder, in one pass over the headers.

    Args:
        tar: The tar.
        name: Its file name.
        suffixes: What its file name may have after the name of the bag.
        limits: How much is listed and kept.
        take: Called with each file as the walk passes its bytes. Its path still begins with the top folder.

    Raises:
        OSError: The bytes could not be read.
    """
    builder = ListingBuilder(limits)
    cut = False
    try:
        for member in read_members(tar):
            if isinstance(member, TarFault):
                builder.findings.append(_finding(member))
                continue
            listed = Entry(member.path, _kind(member), member.size, member.start)
            entry = builder.add_member(listed, _sparse(member))
            if len(builder.entries) > tar.most_members or builder.characters > limits.paths:
                builder.findings.append(_limit_exceeded(builder, tar.most_members, member.start))
                cut = True
                break
            if take is not None and entry is not None and entry.kind is EntryKind.FILE:
                take(entry)
    except BrokenTarError as error:
        cut = error.fault.code == "limit-exceeded"
        builder.findings.append(_finding(error.fault))
    except Damaged as error:
        says = f"{error.strerror}; the rest is not looked at"
        builder.findings.append(Finding.of("compression-damaged", name, says))
    except Expands as error:
        cut = True
        builder.findings.append(Finding.of("limit-exceeded", name, f"{error.strerror}; the rest is not looked at"))
    return builder.finish_archive(name, suffixes, cut=cut)


def _limit_exceeded(builder: ListingBuilder, most: int, offset: int) -> Finding:
    over = f"{most} members" if len(builder.entries) > most else f"{builder.limits.paths} characters of names"
    return Finding.of("limit-exceeded", f"byte {offset}", f"over {over}; the rest is not looked at")


def _finding(fault: TarFault) -> Finding:
    return Finding.of(fault.code, printable(fault.where), fault.says)


def _kind(member: TarMember) -> EntryKind:
    if member.is_file:
        return EntryKind.FILE
    if member.is_folder:
        return EntryKind.FOLDER
    return EntryKind.LINK if member.is_link else EntryKind.SPECIAL


def _sparse(member: TarMember) -> Finding | None:
    if not member.sparse:
        return None
    return Finding.of("tar-sparse", printable(member.path), "the member is sparse; its bytes are not looked at")
