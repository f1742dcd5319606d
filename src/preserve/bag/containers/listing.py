"""A listing in the making: what a container holds, entered one by one, within limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import nsmallest

from preserve.bag.containers.container import ANYWHERE, Listing
from preserve.bag.containers.entry import Entry, EntryKind, is_system_file, printable, refusal
from preserve.bag.containers.entry_table import Entries, to_table
from preserve.bag.limits import BoundedList, Limits
from preserve.bag.model import path_fault
from preserve.findings import Finding, Severity

__all__ = ["ListingBuilder"]

_NOT_PLAIN = re.compile(r"(?:\A|/)\.?(?:/|\Z)")
"""An empty or ``.`` part of a path; also what ends the path of a folder."""


class ListingBuilder:
    """Collects the entries of a container, and what is wrong with them.

    Args:
        limits: How much is kept.

    Attributes:
        entries: The entries so far, by path.
        findings: What is wrong so far.
        characters: How many characters their paths have together.
        limits: How much is kept.
    """

    __slots__ = ("characters", "entries", "findings", "limits")

    def __init__(self, limits: Limits) -> None:
        self.entries: Entries = {}
        self.findings: list[Finding] = BoundedList[Finding](limits=limits)
        self.characters = 0
        self.limits = limits

    @property
    def is_full(self) -> bool:
        """Whether more is listed than the limits allow."""
        return len(self.entries) > self.limits.entries or self.characters > self.limits.paths

    def add(self, entry: Entry) -> None:
        """Add an entry under its path."""
        entries = self.entries
        entries[entry.path] = entry
        self.characters += len(entry.path)
        if isinstance(entries, dict) and (
            len(entries) >= self.limits.table_entries or self.characters >= self.limits.table_paths
        ):
            self.entries = to_table(entries)

    def add_member(self, member: Entry, remark: Finding | None = None) -> Entry | None:
        """Add a member of an archive, and say what is wrong with it.

        Args:
            member: As the archive has it; its path may be anything. Empty and ``.`` parts are left out of it.
            remark: What the archive's own format has against it, said in place of why it is never opened.

        Returns:
            The entry; ``None`` when its path leads nowhere in a bag.
        """
        path, kind, size, place, volume = member
        if len(path) > self.limits.member_path:
            self._add_unsafe(path, f"has {len(path)} characters, more than any system takes")
            return None
        fault = path_fault(path)
        if fault is not None:
            self._add_unsafe(path, fault)
            return None
        if _NOT_PLAIN.search(path):
            path = "/".join(part for part in path.split("/") if part not in {"", "."})
        if not path:
            return None  # "./", the folder that was packed from within
        if remark is not None or kind is not EntryKind.FILE:
            said = remark or refusal(kind, printable(member.path))
            self.findings.extend(() if said is None else (said,))
            size = size if kind is EntryKind.FILE else 0
        # Archives may hold two members of one path; those who unpack take the last. Folders may come again.
        entries = self.entries
        if path in entries and not (kind is EntryKind.FOLDER and entries[path].kind is EntryKind.FOLDER):
            says = "the archive holds two members of this path"
            self.findings.append(Finding.of("member-twice", printable(member.path), says))
        entry = Entry(path, kind, size, place, volume)
        self.add(entry)
        return entry

    def _add_unsafe(self, path: str, fault: str) -> None:
        says = f"the member's path {fault}; it is not looked at"
        self.findings.append(Finding.of("member-unsafe", printable(path), says))

    def finish(self, name: str, unread: list[str]) -> Listing:
        """Return the listing of a folder.

        Args:
            name: The name of the base directory.
            unread: Folders that could not be listed.
        """
        return Listing(name, self.entries, tuple(self.findings), tuple(unread))

    def finish_archive(self, name: str, suffixes: tuple[str, ...], *, cut: bool = False) -> Listing:
        """Return what an archive holds below its one top folder, the base directory of the bag.

        Args:
            name: The file name of the archive; empty when it has none.
            suffixes: What the file name may have after the name of the bag.
            cut: Whether the archive may hold more, which was not looked at.
        """
        entries = self.entries
        top = self._top()
        if top and name and not (name.startswith(top) and name[len(top) :].lower() in {"", *suffixes}):
            says = f"the base directory is {printable(top)!r}, the archive {name!r}"
            self.findings.append(Finding.of("archive-name-differs", name, says))
        inside = f"{top}/" if top else ""
        below = type(entries)()
        # A dictionary is emptied on the way: a million entries are not to be held twice.
        for path, entry in _emptied(entries) if isinstance(entries, dict) else entries.items():
            if path.startswith(inside) and path != inside:
                inner = path[len(inside) :]
                below[inner] = Entry(inner, entry.kind, entry.size, entry.place, entry.volume)
        bare = next((name.removesuffix(suffix) for suffix in suffixes if name.endswith(suffix)), name)
        return Listing(top or bare, below, tuple(self.findings), (ANYWHERE,) if cut else ())

    def _top(self) -> str:
        """Return the base directory: the one top folder, or ``""`` when the bag was packed from within."""
        tops = {path.split("/", 1)[0] for path in self.entries}
        if "bagit.txt" in self.entries:
            says = "bagit.txt lies at the top: the bag was packed from within its base directory"
            self.findings.append(Finding.of("archive-no-base-directory", "bagit.txt", says))
            return ""
        ours = {top for top in tops if not is_system_file(top)}
        if len(tops) > 1:
            names = ", ".join(printable(top) for top in nsmallest(5, tops))
            says = f"the archive holds {len(tops)} things at its top: {names}"
            # A zip made on a Mac has a folder for what Linux has no place for. It lies beside the bag, not in it.
            softer = Severity.WARNING if len(ours) == 1 else None
            self.findings.append(Finding.of("archive-several-tops", "", says, severity=softer))
        return min((top for top in tops if f"{top}/bagit.txt" in self.entries), default=min(ours or tops, default=""))


def _emptied(entries: dict[str, Entry]) -> Iterator[tuple[str, Entry]]:
    for path in list(entries):
        yield path, entries.pop(path)
