"""The SQLite file of the catalogue: folding events into it, and asking it.

Scope: transactions and queries. Not in scope: the event log (``archive.eventlog``) and the bags. WAL mode: readers
never wait for the writer. The file is synced lazily: what a power failure takes from it, the log gives back.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, StrEnum
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    Column,
    Connection,
    Row,
    bindparam,
    create_engine,
    event as listen,
    func,
    insert,
    select,
    union,
    update,
)
from sqlalchemy.dialects.sqlite import insert as insert_once
from sqlalchemy.exc import DBAPIError

from preserve.archive.catalogue.rows import bag_from_row, bag_row, cable_rows, check_row, event_row
from preserve.archive.catalogue.tables import METADATA, SCHEMA_VERSION, bag, cable, event, state
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LoggedEvent, Position
from preserve.archive.ingestion import stored_bag
from preserve.archive.layout import CATALOGUE
from preserve.archive.model import StoredBag
from preserve.errors import ArchiveError
from preserve.octets import may_write
from preserve.provenance import EventType

__all__ = ["Catalogue", "Condition", "Order"]

REBUILD = "Run: preserve catalogue rebuild."
_PAGE = 500
"""Bags fetched at a time."""
_FOLD = 1000
"""Events folded at a time."""
_CANDIDATES = 5000
"""Names looked at for one that is like an unknown one."""
_PATIENCE_MS = 30_000


class Condition(StrEnum):
    """In what state the file is."""

    GOOD = "good"
    MISSING = "missing"
    OLDER = "older"
    """Of an older version of the tables."""
    DAMAGED = "damaged"


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

    Args:
        root: The archive's root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / CATALOGUE
        self._engine = create_engine("sqlite://", creator=self._connect)
        listen.listen(self._engine, "begin", _begin)

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a missing catalogue is rebuilt on purpose, never made empty by a query. On a read-only file system
        # WAL has no place for its shared memory; "immutable" says that nobody writes, which is then true.
        mode = "rw" if may_write(self._root) and may_write(self._path) else "ro&immutable=1"
        connection = sqlite3.connect(f"file:{quote(str(self._path))}?mode={mode}", uri=True, check_same_thread=False)
        # None: transactions begin where SQLAlchemy begins them, also before DDL.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def condition(self) -> Condition:
        """Tell in what state the file is.

        Raises:
            ArchiveError: A newer program made it, or it could not be looked at.
        """
        if not self._path.exists():
            return Condition.MISSING
        try:
            with self._engine.connect() as connection:
                names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
                if "state" not in names:
                    return Condition.MISSING if not names else Condition.DAMAGED
                version = connection.execute(select(state.c.schema_version)).scalar_one_or_none()
        except DBAPIError as error:
            if _is_damage(error):
                return Condition.DAMAGED
            raise _named(error, self._path) from error
        if version is None:
            return Condition.DAMAGED
        if version > SCHEMA_VERSION:
            raise ArchiveError(
                f"{self._path} is of version {version}; this program knows {SCHEMA_VERSION}",
                hint="Use the newer preserve, or delete the catalogue: this one then makes it again.",
            )
        return Condition.GOOD if version == SCHEMA_VERSION else Condition.OLDER

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise _named(error, self._path) from error

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise _named(error, self._path) from error

    # Folding

    def rebuild(self, events: Iterable[LoggedEvent]) -> LogHead:
        """Make the catalogue again from all events, in one transaction: readers see the old one until it is done.

        Raises:
            ArchiveError: It could not be written, or the log could not be read.
        """
        self._prepare_file()
        with self._changing() as connection:
            METADATA.drop_all(connection)
            METADATA.create_all(connection)
            head = LogHead()
            connection.execute(insert(state), _state_row(head))
            return self._fold(connection, events, head)

    def _prepare_file(self) -> None:
        if self.condition() in {Condition.DAMAGED, Condition.OLDER}:
            self.close()
            for suffix in ("-wal", "-shm", ""):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        if not self._path.exists():
            try:
                connection = sqlite3.connect(self._path)
                connection.execute("PRAGMA journal_mode=WAL")
                connection.close()
            except sqlite3.Error as error:
                raise ArchiveError(
                    f"could not make {self._path}: {error}", hint="Check the disk and its rights."
                ) from error

    def fold(self, events: Iterable[LoggedEvent]) -> LogHead:
        """Take in the events that come after :meth:`head`, in one transaction.

        Raises:
            ArchiveError: The catalogue could not be written.
        """
        with self._changing() as connection:
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
        # The first event of a version counts: a second one in a tampered log must not stop everything else.
        _many(connection, insert_once(bag).on_conflict_do_nothing(), [bag_row(*each) for each in arrivals])
        _many(connection, insert(cable), [row for each in arrivals for row in cable_rows(*each)])
        _many(connection, _CHECKED, checks)

    def head(self) -> LogHead:
        """Return the end of the log that the catalogue holds."""
        with self._reading() as connection:
            return _head(connection)

    # Asking

    def count(self) -> tuple[int, int]:
        """Return how many bags (versions) and how many cables in them there are."""
        with self._reading() as connection:
            bags = connection.execute(select(func.count()).select_from(bag)).scalar_one()
            return bags, connection.execute(select(func.count()).select_from(cable)).scalar_one()

    def bags(self, order: Order) -> Iterator[StoredBag]:
        """Yield every bag that is there when the first is asked for, in an order; 8 bytes a bag are held in memory."""
        with self._reading() as connection:
            ids = array("q", connection.execute(select(bag.c.id).order_by(*order.columns)).scalars())
        for start in range(0, len(ids), _PAGE):
            yield from self._fetch(ids[start : start + _PAGE])

    def _fetch(self, ids: Sequence[int]) -> list[StoredBag]:
        with self._reading() as connection:
            rows = {row.id: row for row in connection.execute(select(bag).where(bag.c.id.in_(ids)))}
            cables: defaultdict[int, list[Row[Any]]] = defaultdict(list)
            query = select(cable).where(cable.c.bag_id.in_(ids)).order_by(cable.c.bag_id, cable.c.number)
            for row in connection.execute(query):
                cables[row.bag_id].append(row)
        return [bag_from_row(self._root, rows[each], cables[each]) for each in ids]

    def versions(self, name: str) -> list[StoredBag]:
        """Return the versions of the bag of a name, oldest first."""
        return self._stored(select(bag.c.id).where(bag.c.name == name).order_by(bag.c.version))

    def holding(self, identifier: str) -> list[StoredBag]:
        """Return the bags of a name, or holding a cable of a canonical or received identifier, by name and version."""
        ids = union(
            select(bag.c.id).where(bag.c.name == identifier),
            select(cable.c.bag_id).where(cable.c.identifier == identifier),
            select(cable.c.bag_id).where(cable.c.received_identifier == identifier),
        ).subquery()
        return self._stored(select(bag.c.id).where(bag.c.id.in_(select(ids.c.id))).order_by(bag.c.name, bag.c.version))

    def from_source(self, sha256: str) -> list[StoredBag]:
        """Return the bags that hold a cable made of the source with a digest, by name and version."""
        query = select(bag.c.id).join(cable, cable.c.bag_id == bag.c.id).where(cable.c.source_sha256 == sha256)
        return self._stored(query.distinct().order_by(bag.c.name, bag.c.version))

    def named(self, names: Iterable[str]) -> list[StoredBag]:
        """Return every version of the bags of some names, letter case not minded, by name and version."""
        keys = sorted({name.lower() for name in names})
        return self._stored(select(bag.c.id).where(bag.c.name_key.in_(keys)).order_by(bag.c.name, bag.c.version))

    def _stored(self, query: Any) -> list[StoredBag]:
        with self._reading() as connection:
            ids = list(connection.execute(query).scalars())
        return self._fetch(ids)

    def positions(self, name: str, version: int) -> list[Position]:
        """Return where the events of one version of a bag are, oldest first."""
        query = select(event.c.file, event.c.offset, event.c.length)
        with self._reading() as connection:
            rows = connection.execute(
                query.where(event.c.name == name, event.c.version == version).order_by(event.c.seq)
            )
            return [Position(*row) for row in rows]

    def like(self, text: str) -> list[str]:
        """Return at most three names or identifiers that are like a text, the likest first."""
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

        with self._reading() as connection:
            return sorted({
                *connection.execute(query(bag.c.name)).scalars(),
                *connection.execute(query(cable.c.identifier)).scalars(),
            })  # fmt: skip

    def dump(self) -> Iterator[str]:
        """Yield the whole content, a JSON line a row, in an order that follows from the content alone."""
        for table in METADATA.sorted_tables:
            with self._reading() as connection:
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


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


_DAMAGE = ("not a database", "malformed", "no such table", "no such column")


def _is_damage(error: DBAPIError) -> bool:
    return any(words in str(error.orig) for words in _DAMAGE)


def _named(error: DBAPIError, path: Path) -> ArchiveError:
    says = str(error.orig)
    if _is_damage(error):
        return ArchiveError(f"the catalogue {path} is damaged: {says}", hint=REBUILD)
    if "disk is full" in says:
        return ArchiveError(
            f"could not write the catalogue {path}: the disk is full", hint="Make room; nothing is lost."
        )
    if "readonly" in says or "unable to open" in says:
        return ArchiveError(
            f"could not open the catalogue {path}: {says}", hint="Check the rights on it and its folder."
        )
    return ArchiveError(f"the catalogue {path}: {says}", hint=REBUILD)
