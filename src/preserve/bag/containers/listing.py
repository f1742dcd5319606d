"""Where the files of a bag lie, looked at without unpacking and without leaving the bag.

``folder``, ``tar``, ``tar_stream`` and ``zip`` meet the protocol :class:`Container`. An object store needs one more
class, its line in ``opening``, and nothing elsewhere.

A container lists once. Only what it listed is ever opened, so no path that somebody wrote into a tag file reaches the
file system.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import nsmallest
from typing import NamedTuple, Protocol

from preserve.bag.containers.entry import Entry, EntryKind, is_system_file, printable, refusal
from preserve.bag.containers.table import Entries
from preserve.bag.model import Form, path_fault
from preserve.findings import Finding, Severity

__all__ = [
    "ANYWHERE",
    "MAX_ENTRIES",
    "MAX_NAMES",
    "MAX_PATH",
    "Container",
    "Listing",
    "below_the_top",
    "enter",
]

MAX_ENTRIES = 1_200_000
"""Files and folders that we list in one bag, a million files among them; more give the finding ``limit-exceeded``."""

MAX_NAMES = 96 << 20
"""Characters that the paths of all of them may have; no disk has a bag near that."""

MAX_PATH = 32_767
"""Characters of the longest path of an archive that is looked at: what Windows takes; Linux takes 4,096 octets."""

ANYWHERE = ""
"""Stands among the folders that could not be listed when not even the base directory was, to its end."""

_NOT_PLAIN = re.compile(r"(?:\A|/)\.?(?:/|\Z)")
"""An empty or ``.`` part of a path; also what ends the path of a folder."""


class Listing(NamedTuple):
    """All that a container holds.

    Attributes:
        name: The name of the bag's base directory.
        entries: Every entry by path.
        findings: What is wrong with the container itself.
        unread: Folders that could not be listed: what lies below them is not known; :data:`ANYWHERE` among them when
            the listing ends too early.
    """

    name: str
    entries: Mapping[str, Entry]
    findings: tuple[Finding, ...]
    unread: Collection[str] = ()


class Container(Protocol):
    """Somewhere that the files of one bag lie."""

    @property
    def form(self) -> Form:
        """Directory, tar, compressed tar or zip."""

    @property
    def media_types(self) -> frozenset[str]:
        """The media types of its form, any of which a profile may accept; empty for a folder."""

    @property
    def random_access(self) -> bool:
        """Whether files can be read in any order, several at once."""

    def listing(self) -> Listing:
        """List everything, in one pass.

        Raises:
            BagError: The container itself could not be read.
        """

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the octets of files of the listing, each once, in whatever order suits the container.

        Only the iterator of a file's octets raises OSError: the file could not be read, or is no longer what was
        listed. An iterator is good until the next file is asked for.
        """

    def digests_of(self, entry: Entry) -> Mapping[str, str] | None:
        """Return the digests of a file by algorithm, where listing was the one chance to read it; else ``None``."""

    def close(self) -> None:
        """Let go of what it holds open."""


def enter(member: Entry, entries: Entries, findings: list[Finding], remark: Finding | None = None) -> Entry | None:
    """Take a member of an archive into what it lists, and say what is wrong with it.

    Args:
        member: As the archive has it; its path may be anything.
        entries: Gets it, under its path with empty and ``.`` parts left out.
        findings: Get what is wrong.
        remark: What the archive's own format has against it; said in place of why it is never opened.

    Returns:
        What was entered; ``None`` when its path leads nowhere in a bag.
    """
    path, kind, size, place, volume = member
    if len(path) > MAX_PATH:
        says = f"the member's path has {len(path)} characters, more than any system takes; it is not looked at"
        findings.append(Finding.of("member-unsafe", printable(path), says))
        return None
    fault = path_fault(path)
    if fault is not None:
        findings.append(Finding.of("member-unsafe", printable(path), f"the member's path {fault}; it is not looked at"))
        return None
    if _NOT_PLAIN.search(path):
        path = "/".join(part for part in path.split("/") if part not in {"", "."})
    if not path:
        return None  # "./", the folder that was packed from within
    if remark is not None or kind is not EntryKind.FILE:
        said = remark or refusal(kind, printable(member.path))
        findings.extend(() if said is None else (said,))
        size = size if kind is EntryKind.FILE else 0
    if path in entries and not (kind is EntryKind.FOLDER and entries[path].kind is EntryKind.FOLDER):
        findings.append(
            Finding.of("member-twice", printable(member.path), "the archive holds two members of this path")
        )
    entries[path] = entered = Entry(path, kind, size, place, volume)
    return entered


def below_the_top(
    entries: Entries, name: str, suffixes: tuple[str, ...], findings: list[Finding], *, cut: bool = False
) -> Listing:
    """Return what an archive holds below its one top folder, the base directory of the bag.

    Args:
        entries: All that it holds, by path; emptied, as a million entries are not to be held twice.
        name: Its file name; empty when it has none.
        suffixes: What its file name may have after the name of the bag.
        findings: What was found so far; what the top has wrong is added.
        cut: Whether it may hold more, which was not looked at.
    """
    top = _top(entries, findings)
    if top and name and not (name.startswith(top) and name[len(top) :].lower() in {"", *suffixes}):
        says = f"the base directory is {printable(top)!r}, the archive {name!r}"
        findings.append(Finding.of("archive-name-differs", name, says))
    inside = f"{top}/" if top else ""
    below = type(entries)()
    for path, entry in _emptied(entries) if isinstance(entries, dict) else entries.items():
        if path.startswith(inside) and path != inside:
            inner = path[len(inside) :]
            below[inner] = Entry(inner, entry.kind, entry.size, entry.place, entry.volume)
    plain = next((name.removesuffix(suffix) for suffix in suffixes if name.endswith(suffix)), name)
    return Listing(top or plain, below, tuple(findings), (ANYWHERE,) if cut else ())


def _emptied(entries: dict[str, Entry]) -> Iterator[tuple[str, Entry]]:
    for path in list(entries):
        yield path, entries.pop(path)


def _top(entries: Mapping[str, Entry], findings: list[Finding]) -> str:
    """Return the base directory: the one top folder; ``""`` when the bag was packed from within."""
    tops = {path.split("/", 1)[0] for path in entries}
    if "bagit.txt" in entries:
        says = "bagit.txt lies at the top: the bag was packed from within its base directory"
        findings.append(Finding.of("archive-no-base-directory", "bagit.txt", says))
        return ""
    ours = {top for top in tops if not is_system_file(top)}
    if len(tops) > 1:
        names = ", ".join(printable(top) for top in nsmallest(5, tops))
        says = f"the archive holds {len(tops)} things at its top: {names}"
        # The zip of a Mac has a folder for what Linux has no place for: beside the bag, not in it.
        softer = Severity.WARNING if len(ours) == 1 else None
        findings.append(Finding.of("archive-several-tops", "", says, severity=softer))
    return min((top for top in tops if f"{top}/bagit.txt" in entries), default=min(ours or tops, default=""))
