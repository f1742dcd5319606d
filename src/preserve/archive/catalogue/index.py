"""The index of an archive: folding events into the catalogue, asking it, and comparing it with the log.

Transactions and the file are for ``database``, the truth is for the event log (``archive.eventlog``) and the bags.
"""

from __future__ import annotations

import difflib
import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, func, insert, select, union, update

from preserve.archive.catalogue.comparison import differences
from preserve.archive.catalogue.database import Condition, Database, bytes_of
from preserve.archive.catalogue.folding import end_of, fold_all, in_parts, state_row
from preserve.archive.catalogue.rows import (
    EventRows,
    LoggedLine,
    RowError,
    bag_from_row,
    head_from_row,
    line_from_row,
    text_from_row,
)
from preserve.archive.catalogue.tables import ANNOUNCED, METADATA, bag, cable, event, state
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LoggedEvent
from preserve.archive.model import StoredBag

__all__ = ["Catalogue", "Order"]

_PAGE = 500
"""Bags fetched, or asked for by name, at a time."""
_Value = TypeVar("_Value")
_TEXTS = (str, bytes)
_CANDIDATES = 5000
"""Names looked at for one that is like an unknown one."""


class Order(Enum):
    """In what order bags are listed."""

    NAME = (bag.c.name, bag.c.version)
    PLACE = (bag.c.post, bag.c.year, bag.c.name, bag.c.version, bag.c.form)
    DUE = (func.coalesce(bag.c.last_checked, ""), bag.c.name, bag.c.version)
    """Never checked first, then by the time of the last check, oldest first."""

    @property
    def columns(self) -> tuple[Any, ...]:
        """The columns, the first deciding first."""
        return tuple(self.value)


class Catalogue:
    """The catalogue of one archive. Close it, or the file stays open.

    Every method but :meth:`close` may raise :class:`preserve.errors.ArchiveError`: the file could not be read or
    written, or is damaged.

    Args:
        root: The archive's root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._database = Database(root)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def condition(self) -> Condition:
        """Tell in what condition the file is; one that a newer program made is an error."""
        return self._database.condition()

    def use_private_copy(self) -> None:
        """Go on with a private database, in a temporary file, and touch nothing of the archive from here on.

        It begins as a copy of the archive's catalogue where that is good and can be read, and else empty: :meth:`head`
        says what to fold into it. It is for readers who cannot use the catalogue, or cannot bring it up to date.
        """
        if not self._database.use_private_copy():
            self.rebuild(())

    # Folding

    def rebuild(self, events: Iterable[LoggedEvent]) -> LogHead:
        """Make the catalogue again from all events, in one transaction: readers see the old one until it is done.

        Returns:
            The end of the log that it now holds.
        """
        self._database.make_ready()
        with self._database.remaking() as connection:
            METADATA.drop_all(connection)
            METADATA.create_all(connection)
            head = LogHead()
            connection.execute(insert(state), state_row(head))
            return self._fold(connection, events, head)

    def fold(self, events: Iterable[LoggedEvent]) -> LogHead:
        """Take in the events that come after :meth:`head`, in one transaction, and return the new end."""
        with self._database.changing() as connection:
            return self._fold(connection, events, _head(connection))

    def _fold(self, connection: Connection, events: Iterable[LoggedEvent], head: LogHead) -> LogHead:
        for part in in_parts(events):
            fold_all(connection, EventRows.of(self._root, part))
            head = end_of(part)
        connection.execute(update(state), state_row(head))
        return head

    def head(self) -> LogHead:
        """Return the end of the log that the catalogue holds."""
        with self._database.reading() as connection:
            return _head(connection)

    def compare(self, read: Callable[[LogHead], Iterable[LoggedEvent]]) -> str | None:
        """Say what first differs between the tables and what a fold of all events would give; ``None`` for nothing.

        Every column counts, and the indexes too. Memory stays flat: what becomes of the bags is folded into a
        temporary file.

        Args:
            read: Returns all events of the log, from its first line up to the end that the catalogue holds: another
                process may write while this goes on. They are not drawn beyond the first difference.
        """
        with self._database.reading() as connection:
            return next(differences(connection, self._root, read(_head(connection))), None)

    # Asking

    def count(self) -> tuple[int, int]:
        """Return the number of bags (each version counts) and of the cables in them."""
        with self._database.reading() as connection:
            # With a condition: without one SQLite counts pages in one step, and hostile pages might have no end.
            bags = connection.execute(select(func.count()).where(bag.c.id > 0)).scalar_one()
            return bags, connection.execute(select(func.count()).where(cable.c.bag_id > 0)).scalar_one()

    def bags(self, order: Order) -> Iterator[StoredBag]:
        """Yield every bag in an order, as they are when the first is asked for."""
        # Only the keys are held, 8 bytes for each bag, and no transaction: one that stays open while the caller takes
        # its time would keep the write-ahead log of the file from being emptied.
        with self._database.reading() as connection:
            ids = array("q", connection.execute(select(bag.c.id).order_by(*order.columns)).scalars())
        for page in _pages(ids):
            with self._database.reading() as connection:
                stored = self._fetch(connection, page)
            yield from stored

    def _fetch(self, connection: Connection, ids: Sequence[int]) -> list[StoredBag]:
        rows: dict[int, Row[Any]] = {}
        cables: defaultdict[int, list[Row[Any]]] = defaultdict(list)
        query = select(cable).where(cable.c.bag_id.in_(ids)).order_by(cable.c.bag_id, cable.c.number)
        for row in _all_within(connection, select(bag).where(bag.c.id.in_(ids))):
            rows[row.id] = row
        for row in _all_within(connection, query):
            cables[row.bag_id].append(row)
        if not rows.keys() >= {*ids}:
            raise RowError("an index has a bag that its table has not")
        return [bag_from_row(self._root, rows[each], cables[each]) for each in ids]

    def versions(self, name: str) -> list[StoredBag]:
        """Return the versions of the bag of a name, oldest first."""
        return self._stored(select(bag.c.id).where(bag.c.name == name))

    def find(self, identifier: str) -> list[StoredBag]:
        """Return the bags with a name, or with a cable of an identifier, canonical or received.

        Here, and wherever bags are found, the last is the newest, whatever clocks said: the versions of a name ascend,
        and names come in the order in which the latest of these came in.
        """
        ids = union(
            select(bag.c.id).where(bag.c.name == identifier),
            select(cable.c.bag_id).where(cable.c.identifier == identifier),
            select(cable.c.bag_id).where(cable.c.received_identifier == identifier),
        ).subquery()
        return self._stored(select(bag.c.id).where(bag.c.id.in_(select(ids.c.id))))

    def find_by_source(self, sha256: str) -> list[StoredBag]:
        """Return the bags with a cable that was made of the source with a digest, the newest last."""
        query = select(bag.c.id).join(cable, cable.c.bag_id == bag.c.id).where(cable.c.source_sha256 == sha256)
        return self._stored(query.distinct())

    def find_by_names(self, names: Iterable[str]) -> list[StoredBag]:
        """Return every version of the bags with some names, whatever their letter case, the newest last."""
        keys = sorted({name.lower() for name in names})
        return self._stored(*(select(bag.c.id).where(bag.c.name_key.in_(page)) for page in _pages(keys)))

    def _stored(self, *queries: Any) -> list[StoredBag]:
        with self._database.reading() as connection:
            ids = [each for query in queries for each in connection.execute(query).scalars()]
            stored = [each for page in _pages(ids) for each in self._fetch(connection, page)]
        latest: defaultdict[str, int] = defaultdict(int)
        for each in stored:
            latest[each.name] = max(latest[each.name], each.seq)
        return sorted(stored, key=lambda each: (latest[each.name], each.name, each.version))

    def positions(self, name: str, version: int) -> list[LoggedLine]:
        """Return the lines of the log with the events of one version of a bag, oldest first."""
        return self._lines(event.c.name == name, event.c.version == version)

    def position_of(self, seq: int) -> LoggedLine | None:
        """Return a line of the log; ``None`` when the catalogue does not hold it."""
        return next(iter(self._lines(event.c.seq == seq)), None)

    def last_announcement(self) -> LoggedLine | None:
        """Return the last line of the log that announces bags about to appear; ``None`` for no such."""
        with self._database.reading() as connection:
            row = connection.execute(select(event).where(ANNOUNCED).order_by(event.c.seq.desc()).limit(1)).one_or_none()
            return None if row is None else line_from_row(row)

    def _lines(self, *conditions: Any) -> list[LoggedLine]:
        with self._database.reading() as connection:
            return [
                line_from_row(row) for row in connection.execute(select(event).where(*conditions).order_by(event.c.seq))
            ]

    def similar_names(self, text: str) -> list[str]:
        """Return at most three names or identifiers that are like a text, the most similar first."""
        # Whoever mistypes mostly mistypes the end; a long beginning in common leaves few names to compare.
        for length in (6, 4, 2):
            near = difflib.get_close_matches(text, self._beginning(text[:length], len(text)), n=3, cutoff=0.75)
            if near:
                return near
        return []

    def _beginning(self, prefix: str, length: int) -> list[str]:
        """Return names and identifiers that begin alike and are about as long, at most :data:`_CANDIDATES` of each."""

        def query(column: Column[str]) -> Any:
            about = func.length(column).between(length - 1, length + 1)
            near = select(column).where(column >= prefix, column < prefix + "\U0010ffff", about).distinct()
            return near.order_by(column).limit(_CANDIDATES)

        with self._database.reading() as connection:
            found = {
                text for column in (bag.c.name, cable.c.identifier) for (text,) in connection.execute(query(column))
            }
            return sorted(map(text_from_row, found))

    def dump(self) -> Iterator[str]:
        """Yield the whole content, a JSON line a row, in an order that follows from the content alone."""
        for table in METADATA.sorted_tables:
            with self._database.reading() as connection:
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                    yield json.dumps([table.name, list(row)], ensure_ascii=False, default=bytes.hex)


def _pages(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield values by the page: SQLite takes a query with some ten thousands of them, and no more."""
    return (values[start : start + _PAGE] for start in range(0, len(values), _PAGE))


def _all_within(connection: Connection, query: Any) -> Iterator[Row[Any]]:
    """Yield rows that have no more text than the file has bytes: hostile rows can share the pages of a text."""
    left = None
    for row in connection.execute(query):
        left = bytes_of(connection) if left is None else left
        left -= sum([len(value) for value in row if value.__class__ in _TEXTS])
        if left < 0:
            raise RowError("its rows have more text than the file has bytes")
        yield row


def _head(connection: Connection) -> LogHead:
    rows = connection.execute(select(state).limit(2)).all()
    if len(rows) != 1:
        raise RowError("it says of no one line, or of several, that it is the end of the log")
    return head_from_row(rows[0])
