"""Entries and digests by path, in few bytes each: for bags of so many files that dictionaries would exhaust a machine.

A million entries take some 400 MB in a dictionary, and as much again for each manifest. Here their paths lie in one
piece of memory, and a hash table of numbers finds them. Small bags are held in dictionaries, which are faster.

Python keys its hash of bytes anew in each process, so nobody can choose paths that collide.
"""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from itertools import chain, compress

from preserve.bag.containers.entry import Entry, EntryKind

__all__ = [
    "DigestTable",
    "Entries",
    "EntryTable",
    "EntryTablePart",
    "PathSet",
    "new_digests",
    "new_path_set",
    "split_files",
    "to_table",
]

_FIRST_SLOTS = 1 << 12


class _Paths:
    """Paths, each once, numbered from 0 in the order in which they came.

    A hash table with open addressing: ``_slots`` has the number of a path plus one at the place that the hash of the
    path gives, or at the next free one after it; 0 is a free place. Its size is a power of two, so that a mask takes
    the hash to a place. The bytes of all paths lie one after another in ``_octets``; ``_ends`` says where each ends.
    """

    __slots__ = ("_ends", "_octets", "_slots")

    def __init__(self) -> None:
        self._octets = bytearray()
        self._ends = array("I", (0,))
        self._slots = array("I", bytes(4 * _FIRST_SLOTS))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, number: int) -> str:
        return self._octets[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")

    def number(self, path: str) -> int:
        """Return the number of a path; -1 when it is not here."""
        return self._slots[self._slot(path.encode("utf-8", "surrogatepass"))] - 1

    def enter(self, path: str) -> int:
        """Return the number of a path, and take the path in when it is not here."""
        key = path.encode("utf-8", "surrogatepass")
        at = self._slot(key)
        if self._slots[at]:
            return self._slots[at] - 1
        self._octets += key
        self._slots[at] = len(self._ends)
        self._ends.append(len(self._octets))
        if 3 * len(self._ends) > 2 * len(self._slots):  # more than two thirds full: chains of taken places grow long
            self._grow()
        return len(self) - 1

    def _slot(self, key: bytes) -> int:
        """Return the place of a path in the table, or the free one that it would take."""
        slots, ends, octets = self._slots, self._ends, self._octets
        mask, size = len(slots) - 1, len(key)
        at = hash(key) & mask
        while number := slots[at]:
            start = ends[number - 1]
            if ends[number] - start == size and octets.startswith(key, start):
                break
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        slots = array("I", bytes(8 * len(self._slots)))
        mask = len(slots) - 1
        for number in range(len(self)):
            at = hash(bytes(self._octets[self._ends[number] : self._ends[number + 1]])) & mask
            while slots[at]:
                at = (at + 1) & mask
            slots[at] = number + 1
        self._slots = slots


class _InOrder(Mapping[str, Entry]):
    """Entries by path that are given one after another without looking each up."""

    __slots__ = ()

    @abstractmethod
    def in_order(self) -> Iterator[tuple[str, Entry]]:
        """Give paths and entries in the order in which they came."""

    def items(self) -> ItemsView[str, Entry]:
        """Return the paths and entries, in order."""
        return _Items(self)

    def values(self) -> ValuesView[Entry]:
        """Return the entries, in order."""
        return _Values(self)


class _Items(ItemsView[str, Entry]):
    def __init__(self, entries: _InOrder) -> None:
        super().__init__(entries)
        self._entries = entries

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        return self._entries.in_order()


class _Values(ValuesView[Entry]):
    def __init__(self, entries: _InOrder) -> None:
        super().__init__(entries)
        self._entries = entries

    def __iter__(self) -> Iterator[Entry]:
        return (entry for _path, entry in self._entries.in_order())


class EntryTable(_InOrder):
    """Entries by path; more can be entered, none can be taken away.

    Attributes:
        paths: The paths, and their numbers.
    """

    __slots__ = ("_kinds", "_known", "_large", "_places", "_sizes", "paths")

    def __init__(self) -> None:
        self.paths = _Paths()
        self._sizes, self._places, self._kinds = array("Q"), array("Q"), array("H")
        self._known: dict[tuple[EntryKind, int], int] = {}
        # A header may give a size or place that 64 bits do not hold.
        self._large: dict[int, Entry] = {}

    def __setitem__(self, path: str, entry: Entry) -> None:
        number = self.paths.enter(path)
        kind = self._known.setdefault((entry.kind, entry.volume), len(self._known))
        if number == len(self._kinds):
            self._sizes.append(0)
            self._places.append(0)
            self._kinds.append(0)
        self._large.pop(number, None)
        try:
            self._sizes[number], self._places[number], self._kinds[number] = entry.size, entry.place, kind
        except OverflowError:
            self._large[number] = entry

    def __getitem__(self, path: str) -> Entry:
        number = self.paths.number(path)
        if number < 0:
            raise KeyError(path)
        return self._entry(number, path, tuple(self._known))

    def _entry(self, number: int, path: str, known: tuple[tuple[EntryKind, int], ...]) -> Entry:
        if number in self._large:
            return self._large[number]
        kind, volume = known[self._kinds[number]]
        return Entry(path, kind, self._sizes[number], self._places[number], volume)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.paths.number(path) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def in_order(self, chosen: bytearray | None = None) -> Iterator[tuple[str, Entry]]:
        """Give paths and entries in the order in which they came, all of them or those chosen: 1 for each number."""
        known = tuple(self._known)
        numbers = range(len(self.paths))
        for number in numbers if chosen is None else compress(numbers, chosen):
            path = self.paths[number]
            yield path, self._entry(number, path, known)


class EntryTablePart(_InOrder):
    """Some of the entries of a table.

    Args:
        table: The table.
        chosen: 1 for each number of the table that is in this part, 0 for the others.
    """

    __slots__ = ("_chosen", "_size", "table")

    def __init__(self, table: EntryTable, chosen: bytearray) -> None:
        self.table, self._chosen = table, chosen
        self._size = chosen.count(1)

    def number(self, path: str) -> int:
        """Return the number of a path in the table; -1 when it is not in this part of it."""
        number = self.table.paths.number(path)
        return number if number >= 0 and self._chosen[number] else -1

    def __getitem__(self, path: str) -> Entry:
        if path not in self:
            raise KeyError(path)
        return self.table[path]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.number(path) >= 0

    def __iter__(self) -> Iterator[str]:
        return compress(self.table.paths, self._chosen)

    def __len__(self) -> int:
        return self._size

    def in_order(self) -> Iterator[tuple[str, Entry]]:
        """Give the entries in the order of the table."""
        return self.table.in_order(self._chosen)


class DigestTable(Mapping[str, str]):
    """Digests by path, where most paths are those of files in a part of a table.

    Args:
        files: That part.
        size: How many bytes a digest has.
    """

    __slots__ = ("_at", "_files", "_octets", "_others", "_size")

    def __init__(self, files: EntryTablePart, size: int) -> None:
        self._files, self._size = files, size
        # For each file of the table, the number of its digest, from 1; 0 when it has none.
        self._at = array("I", bytes(4 * len(files.table)))
        self._octets = bytearray()
        self._others: dict[str, str] = {}

    def __setitem__(self, path: str, digest: str) -> None:
        number = self._files.number(path)
        if number < 0:
            self._others[path] = digest
        elif at := self._at[number]:
            self._octets[(at - 1) * self._size : at * self._size] = bytes.fromhex(digest)
        else:
            self._octets += bytes.fromhex(digest)
            self._at[number] = len(self._octets) // self._size

    def __getitem__(self, path: str) -> str:
        number = self._files.number(path)
        at = self._at[number] if number >= 0 else 0
        return self._octets[(at - 1) * self._size : at * self._size].hex() if at else self._others[path]

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str):
            return False
        number = self._files.number(path)
        return bool(self._at[number]) if number >= 0 else path in self._others

    def __iter__(self) -> Iterator[str]:
        return chain(compress(self._files.table.paths, self._at), self._others)

    def __len__(self) -> int:
        return len(self._octets) // self._size + len(self._others)


class PathSet:
    """A set of paths of a table; others that are added are forgotten."""

    __slots__ = ("_paths", "_there")

    def __init__(self, table: EntryTable) -> None:
        self._paths, self._there = table.paths, bytearray(len(table))

    def add(self, path: str) -> None:
        """Add a path."""
        number = self._paths.number(path)
        if number >= 0:
            self._there[number] = 1

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and (number := self._paths.number(path)) >= 0 and bool(self._there[number])


Entries = dict[str, Entry] | EntryTable
"""Entries by path, while they are listed."""


def to_table(entries: dict[str, Entry]) -> EntryTable:
    """Return entries as a table; the dictionary is emptied, so that they are not held twice."""
    table = EntryTable()
    for path in list(entries):
        table[path] = entries.pop(path)
    return table


def split_files(table: EntryTable, payload: str) -> tuple[EntryTablePart, EntryTablePart, EntryTablePart]:
    """Return the files of a table, those below a folder, and the others.

    Args:
        table: Everything that a bag holds.
        payload: The folder, with ``/`` at the end.
    """
    files, below, others = (bytearray(len(table)) for _each in range(3))
    for number, (path, entry) in enumerate(table.in_order()):
        if entry.kind is EntryKind.FILE:
            files[number] = 1
            (below if path.startswith(payload) else others)[number] = 1
    return EntryTablePart(table, files), EntryTablePart(table, below), EntryTablePart(table, others)


def new_digests(files: Mapping[str, Entry], digits: int, most: int) -> dict[str, str] | DigestTable:
    """Return an empty mapping for the digests of files.

    Args:
        files: The files.
        digits: Hexadecimal digits of a digest.
        most: Files up to which it is a dictionary.
    """
    return DigestTable(files, digits // 2) if isinstance(files, EntryTablePart) and len(files) > most else {}


def new_path_set(entries: Mapping[str, Entry]) -> set[str] | PathSet:
    """Return an empty set for paths of entries."""
    return PathSet(entries) if isinstance(entries, EntryTable) else set()
