"""How much of one bag is read and kept: a hostile bag must exhaust neither memory nor time.

A :class:`Limits` goes in where a bag is opened or verified. Its container carries it to everything below.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from preserve.bag.model import Fault
from preserve.findings import Finding
from preserve.octets import FREE_EXPANSION

__all__ = ["LIMITS", "Allowance", "BoundedList", "Limits"]

_EACH = 250
"""Bytes that a line or a finding takes beside its text: objects, a digest, places in a list and a dictionary."""

_Item = TypeVar("_Item", bound=Fault | Finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits on one bag.

    What lies beyond a limit is not looked at; the finding ``limit-exceeded`` says so, and the bag is not judged. The
    limits named ``table_*``, ``fast_*`` and ``thread_*`` only choose between two ways to the same result.

    Attributes:
        entries: Files and folders that are listed, a million files among them.
        paths: Characters that the paths of all of them have together; no disk has a bag near that.
        member_path: Characters of the path of one member of an archive. Windows takes so many; Linux takes 4,096 bytes.
        table_entries: Entries up to which a dictionary holds them, which is faster; more are held in a table.
        table_paths: Characters of paths up to which it does.
        zip_table: Bytes of the table of contents of a zip, which the standard library reads in one piece: some 200,000
            members, in some 100 MB of memory.
        zip_members: Members of a zip: the library makes an object of 500 bytes and more of each, all at once.
        packed_members: Members of a compressed tar that are always listed. A few compressed bytes make as many empty
            members as one likes.
        packed_member: Of more members than that, compressed bytes that each has at least.
        free_expansion: Bytes that something compressed may become however small it was; beyond that, it may become
            :data:`preserve.octets.decompression.MOST_TIMES` times its size.
        kept_tag_files: Bytes of tag files that are kept from the first pass over a tar that is read once.
        kept_digests: Bytes of digests that are kept of a stream: of half a million files when nothing says which
            algorithms they need.
        whole_tag_file: Bytes up to which a tag file is read into memory before it is understood.
        info: Bytes of ``bag-info.txt``.
        info_lines: Lines of it.
        line: Characters of one line of a tag file; no file system takes a path near that.
        lines: Lines of one tag file: as many as the largest bag has files, and as many again that are wrong.
        manifests: Manifests of algorithms that we know: as many as there are algorithms, of payload and of tag files.
        absent_lines: Lines of one manifest that name no file of the bag, and files that are yet to be fetched.
        absent_bytes: Bytes that such lines take in memory, of all tag files together.
        index: Bytes of a member index; that of 10,000 cables has some 10 million.
        findings: Findings of a report, and faults of one tag file. Beyond, the first of each code is kept too.
        findings_bytes: Bytes that they take in memory.
        fast_tag_files: Bytes of all tag files of a bag that takes the fast path: they are held at once.
        fast_tar: Bytes of a tar that takes the fast path: it is read at once.
        thread_size: Bytes from which on a file is worth a thread.
        thread_files: Files up to which a bag is shared out among threads: of more, all are never held at once.
    """

    entries: int = 1_200_000
    paths: int = 96 << 20
    member_path: int = 32_767
    table_entries: int = 20_000
    table_paths: int = 8 << 20
    zip_table: int = 16 << 20
    zip_members: int = 160_000
    packed_members: int = 100_000
    packed_member: int = 32
    free_expansion: int = FREE_EXPANSION
    kept_tag_files: int = 32 << 20
    kept_digests: int = 64 << 20
    whole_tag_file: int = 8 << 20
    info: int = 16 << 20
    info_lines: int = 200_000
    line: int = 1 << 17
    lines: int = 2_500_000
    manifests: int = 32
    absent_lines: int = 100_000
    absent_bytes: int = 48 << 20
    index: int = 256 << 20
    findings: int = 50_000
    findings_bytes: int = 16 << 20
    fast_tag_files: int = 16 << 20
    fast_tar: int = 8 << 20
    thread_size: int = 4 << 20
    thread_files: int = 50_000


LIMITS = Limits()
"""The limits that hold unless others are given."""


class BoundedList(list[_Item]):
    """A list of findings or faults that keeps those that come first, and of the rest the first of each kind.

    So a verdict on what was kept is the verdict on all.

    Args:
        items: What it begins with.
        limits: How much it keeps.

    Attributes:
        left_off: How many were not kept.
    """

    def __init__(self, items: Iterable[_Item] = (), limits: Limits = LIMITS) -> None:
        super().__init__()
        self.left_off = 0
        self._most, self._room = limits.findings, limits.findings_bytes
        self._kinds = set[object]()
        self.extend(items)

    def append(self, item: _Item, /) -> None:
        """Keep an item when there is room for it, or none of its kind came before."""
        kind = (item.code, item.severity) if isinstance(item, Finding) else item.code
        if len(self) >= self._most or self._room < 0:
            if kind in self._kinds:
                self.left_off += 1
                return
        elif isinstance(item, Finding):
            self._room -= _EACH + sys.getsizeof(item.where) + sys.getsizeof(item.message)
        else:
            self._room -= _EACH + sys.getsizeof(item.says)
        self._kinds.add(kind)
        super().append(item)

    def extend(self, items: Iterable[_Item], /) -> None:
        """Keep items, as many as there is room for."""
        for item in items:
            self.append(item)


class Allowance:
    """The memory that lines which name no file may yet take, of all tag files of a bag together.

    Args:
        limits: How much it is at first.
    """

    __slots__ = ("_left",)

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._left = limits.absent_bytes

    def take(self, *texts: str) -> bool:
        """Take what some texts need, and tell whether there was as much."""
        self._left -= _EACH + sum(map(sys.getsizeof, texts))
        return self._left >= 0
