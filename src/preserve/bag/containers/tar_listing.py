"""Tars, listed: from the headers of one to what a bag holds.

Where the bytes come from is for ``tar`` and ``tar_stream``; how a header is read, for ``octets``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from preserve.bag.containers.entry import Entry, EntryKind, printable
from preserve.bag.containers.listing import MAX_NAMES, Listing, below_the_top, enter
from preserve.bag.containers.table import MANY, MANY_NAMES, Entries, to_table
from preserve.bag.limits import Bounded
from preserve.findings import Finding
from preserve.octets import BrokenTarError, Damaged, Expands, Octets, TarFault, TarMember, read_members

__all__ = ["Listable", "tar_listing"]


class Listable(Octets, Protocol):
    """The bytes of a tar, of which so many members may be listed."""

    @property
    def most(self) -> int:
        """How many members may be listed of what was read so far."""


def tar_listing(
    octets: Listable, name: str, suffixes: tuple[str, ...], passing: Callable[[Entry], None] | None = None
) -> Listing:
    """List the members below the one top folder, in one pass over the headers.

    Args:
        octets: The tar.
        name: Its file name.
        suffixes: What its file name may have after the name of the bag.
        passing: Called with each file as the walk passes its octets, its path still with the top folder.

    Raises:
        OSError: The octets could not be read.
    """
    findings: list[Finding] = Bounded[Finding]()
    entries: Entries = {}
    names, cut = 0, False
    try:
        for member in read_members(octets):
            if isinstance(member, TarFault):
                findings.append(_finding(member))
                continue
            listed = Entry(member.path, _kind(member), member.size, member.start)
            entry = enter(listed, entries, findings, _sparse(member))
            names += len(member.path) if entry is not None else 0
            if len(entries) >= MANY or names >= MANY_NAMES:
                entries = to_table(entries)
            if len(entries) > octets.most or names > MAX_NAMES:
                what = f"{octets.most} members" if len(entries) > octets.most else f"{MAX_NAMES} characters of names"
                says = f"over {what}; the rest is not looked at"
                findings.append(Finding.of("limit-exceeded", f"octet {member.start}", says))
                cut = True
                break
            if passing is not None and entry is not None and entry.kind is EntryKind.FILE:
                passing(entry)
    except BrokenTarError as error:
        cut = error.fault.code == "limit-exceeded"
        findings.append(_finding(error.fault))
    except Damaged as error:
        findings.append(Finding.of("compression-damaged", name, f"{error.strerror}; the rest is not looked at"))
    except Expands as error:
        cut = True
        findings.append(Finding.of("limit-exceeded", name, f"{error.strerror}; the rest is not looked at"))
    return below_the_top(entries, name, suffixes, findings, cut=cut)


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
    return Finding.of("tar-sparse", printable(member.path), "the member is sparse; its octets are not looked at")
