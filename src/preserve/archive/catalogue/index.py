"""The index of an archive: folding events into the catalogue, and asking it.

Transactions and the file are for ``database``, the truth is for the event log (``archive.eventlog``) and the bags.
"""

from __future__ import annotations

import difflib
import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Row, bindparam, func, insert, select, union, update
from sqlalchemy.dialects.sqlite import insert as insert_once

from preserve.archive.catalogue.database import Condition, Database
from preserve.archive.catalogue.rows import bag_from_row, bag_row, cable_rows, check_row, event_row
from preserve.archive.catalogue.tables import METADATA, SCHEMA_VERSION, bag, cable, event, state
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LoggedEvent, Position
from preserve.archive.ingestion import stored_bag
from preserve.archive.model import StoredBag
from preserve.provenance import EventType

__all__ = ["Catalogue", "Order"]

_PAGE = 500
"""Bags fetched at a time."""
_FOLD = 1000
"""Events folded at a time."""
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

    # Folding

    def rebuild(self, events: Iterable[LoggedEvent]) -> LogHead:
        """Make the catalogue again from all events, in one transaction: readers see the old one until it is done.

        Returns:
            The end of the log that it now holds.
        """
        self._database.make_ready()
        with self._database.changing() as connection:
            METADATA.drop_all(connection)
            METADATA.create_all(connection)
            head = LogHead()
            connection.execute(insert(state), _state_row(head))
            return self._fold(connection, events, head)

    def fold(self, events: Iterable[LoggedEvent]) -> LogHead:
        """Take in the events that come after :meth:`head`, in one transaction, and return the new end."""
        with self._database.changing() as connection:
            return self._fold(connection, events, _head(connection))

    def _fold(self, connection: Connection, events: Iterable[LoggedEvent], head: LogHead) -> LogHead:
        drawn = iter(events)
        while part := list(islice(drawn, _FOLD)):
            self._fold_part(connection, part)
            last = part[-1]
            head = LogHead(last.seq, last.digest, last.position.file, last.position.end)
        connection.execute(update(state), _state_row(head))
        return head

    def _fold_part(self, connection: Connection, part: Sequence[LoggedEvent]) -> None:
        arrivals = [
            (each.seq, stored_bag(self._root, each)) for each in part if each.event.type == EventType.INGESTION.label
        ]
        checks = [check_row(each) for each in part if each.event.type == EventType.FIXITY_CHECK.label]
        _many(connection, insert(event), [event_row(each) for each in part])
        # The first ingestion of a version counts. A second one, in a log that was tampered with, must not stop us.
        _many(connection, insert_once(bag).on_conflict_do_nothing(), [bag_row(*each) for each in arrivals])
        _many(connection, insert(cable), [row for each in arrivals for row in cable_rows(*each)])
        _many(connection, _CHECKED, checks)

    def head(self) -> LogHead:
        """Return the end of the log that the catalogue holds."""
        with self._database.reading() as connection:
            return _head(connection)

    # Asking

    def count(self) -> tuple[int, int]:
        """Return the number of bags (each version counts) and of the cables in them."""
        with self._database.reading() as connection:
            bags = connection.execute(select(func.count()).select_from(bag)).scalar_one()
            return bags, connection.execute(select(func.count()).select_from(cable)).scalar_one()

    def bags(self, order: Order) -> Iterator[StoredBag]:
        """Yield every bag in an order, as they are when the first is asked for."""
        # Only the keys are held, 8 bytes for each bag, and no transaction: one that stays open while the caller takes
        # its time would keep the write-ahead log of the file from being emptied.
        with self._database.reading() as connection:
            ids = array("q", connection.execute(select(bag.c.id).order_by(*order.columns)).scalars())
        for start in range(0, len(ids), _PAGE):
            yield from self._fetch(ids[start : start + _PAGE])

    def _fetch(self, ids: Sequence[int]) -> list[StoredBag]:
        with self._database.reading() as connection:
            rows = {row.id: row for row in connection.execute(select(bag).where(bag.c.id.in_(ids)))}
            cables: defaultdict[int, list[Row[Any]]] = defaultdict(list)
            query = select(cable).where(cable.c.bag_id.in_(ids)).order_by(cable.c.bag_id, cable.c.number)
            for row in connection.execute(query):
                cables[row.bag_id].append(row)
        return [bag_from_row(self._root, rows[each], cables[each]) for each in ids]

    def versions(self, name: str) -> list[StoredBag]:
        """Return the versions of the bag of a name, oldest first."""
        return self._stored(select(bag.c.id).where(bag.c.name == name).order_by(bag.c.version))

    def find(self, identifier: str) -> list[StoredBag]:
        """Return the bags with a name, or with a cable of an identifier, canonical or received, by name and version."""
        ids = union(
            select(bag.c.id).where(bag.c.name == identifier),
            select(cable.c.bag_id).where(cable.c.identifier == identifier),
            select(cable.c.bag_id).where(cable.c.received_identifier == identifier),
        ).subquery()
        return self._stored(select(bag.c.id).where(bag.c.id.in_(select(ids.c.id))).order_by(bag.c.name, bag.c.version))

    def find_by_source(self, sha256: str) -> list[StoredBag]:
        """Return the bags with a cable that was made of the source with a digest, by name and version."""
        query = select(bag.c.id).join(cable, cable.c.bag_id == bag.c.id).where(cable.c.source_sha256 == sha256)
        return self._stored(query.distinct().order_by(bag.c.name, bag.c.version))

    def find_by_names(self, names: Iterable[str]) -> list[StoredBag]:
        """Return every version of the bags with some names, whatever their letter case, by name and version."""
        keys = sorted({name.lower() for name in names})
        return self._stored(select(bag.c.id).where(bag.c.name_key.in_(keys)).order_by(bag.c.name, bag.c.version))

    def _stored(self, query: Any) -> list[StoredBag]:
        with self._database.reading() as connection:
            ids = list(connection.execute(query).scalars())
        return self._fetch(ids)

    def positions(self, name: str, version: int) -> list[Position]:
        """Return the places in the log of the events of one version of a bag, oldest first."""
        query = select(event.c.file, event.c.offset, event.c.length)
        with self._database.reading() as connection:
            rows = connection.execute(
                query.where(event.c.name == name, event.c.version == version).order_by(event.c.seq)
            )
            return [Position(*row) for row in rows]

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
            return sorted({
                *connection.execute(query(bag.c.name)).scalars(),
                *connection.execute(query(cable.c.identifier)).scalars(),
            })  # fmt: skip

    def dump(self) -> Iterator[str]:
        """Yield the whole content, a JSON line a row, in an order that follows from the content alone."""
        for table in METADATA.sorted_tables:
            with self._database.reading() as connection:
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                    yield json.dumps([table.name, list(row)], ensure_ascii=False)


_CHECKED = (
    update(bag)
    .where(bag.c.name == bindparam("of_name"), bag.c.version == bindparam("of_version"))
    .values(
        last_checked=bindparam("at"),
        outcome=bindparam("result"),
        last_ok=func.coalesce(bindparam("ok_at"), bag.c.last_ok),
        last_seen=func.coalesce(bindparam("seen_at"), bag.c.last_seen),
    )
)


def _many(connection: Connection, statement: Any, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _state_row(head: LogHead) -> dict[str, object]:
    return {
        "schema_version": SCHEMA_VERSION,
        "seq": head.seq,
        "digest": head.digest,
        "file": head.file,
        "end": head.end,
    }


def _head(connection: Connection) -> LogHead:
    row = connection.execute(select(state)).one()
    return LogHead(row.seq, row.digest, row.file, row.end)
