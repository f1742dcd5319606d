"""Folding: what events do to the tables, part after part, so that any number of events needs the same memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice

from sqlalchemy import Connection, Table, bindparam, func, insert, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert as insert_once

from preserve.archive.catalogue.rows import EventRows, Values
from preserve.archive.catalogue.tables import SCHEMA_VERSION, bag, cable, event
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LoggedEvent

__all__ = ["end_of", "fold_all", "fold_bags", "in_parts", "state_row"]

_PART = 1000
"""Events folded at a time."""

_CHECKED = (
    update(bag)
    # A check counts for a bag that had come in: whatever the parts, the same events give the same tables.
    .where(bag.c.name == bindparam("of_name"), bag.c.version == bindparam("of_version"), bag.c.id < bindparam("of_seq"))
    .values(
        last_checked=bindparam("at"),
        outcome=bindparam("result"),
        last_ok=func.coalesce(bindparam("ok_at"), bag.c.last_ok),
        last_seen=func.coalesce(bindparam("seen_at"), bag.c.last_seen),
    )
)


def in_parts(events: Iterable[LoggedEvent]) -> Iterator[list[LoggedEvent]]:
    """Yield events in parts of a size that memory holds."""
    drawn = iter(events)
    while part := list(islice(drawn, _PART)):
        yield part


def fold_all(connection: Connection, rows: EventRows) -> None:
    """Put the rows of one part into all tables."""
    _insert(connection, event, rows.events)
    fold_bags(connection, rows)
    _insert(connection, cable, rows.cables)


def fold_bags(connection: Connection, rows: EventRows) -> None:
    """Put the rows of one part into table ``bag`` alone."""
    # The first ingestion of a version counts. A second one, in a log that was tampered with, must not stop us.
    _insert(connection, bag, rows.bags)
    if rows.checks:
        connection.execute(_CHECKED, rows.checks)


def end_of(part: Sequence[LoggedEvent]) -> LogHead:
    """Return the end of the log after a part."""
    last = part[-1]
    return LogHead(last.seq, last.digest, last.position.file, last.position.end)


def state_row(head: LogHead) -> dict[str, object]:
    """Return the row of table ``state`` for an end of the log."""
    return {
        "schema_version": SCHEMA_VERSION,
        "seq": head.seq,
        "digest": head.digest,
        "file": head.file,
        "end": head.end,
    }


def _insert(connection: Connection, table: Table, rows: list[Values]) -> None:
    if rows:
        connection.exec_driver_sql(_insertion(table), rows)


@cache
def _insertion(table: Table) -> str:
    """Return the SQL that inserts rows of a table. SQLAlchemy's own way with many rows takes longer than SQLite."""
    statement = insert_once(table).on_conflict_do_nothing() if table is bag else insert(table)
    return str(statement.compile(dialect=sqlite.dialect()))
