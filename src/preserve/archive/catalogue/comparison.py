"""Comparing the tables with the event log: do they hold what a fold of its events gives, and nothing else?

Rows of events and cables follow from one line each and come in its order, so they are compared while the log is read.
What becomes of a bag follows from many lines: bags are folded into a scratch database by the code that folds them into
the catalogue, and compared at the end. Memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.schema import CreateTable

from preserve.archive.catalogue.database import open_scratch
from preserve.archive.catalogue.folding import end_of, fold_bags, in_parts, state_row
from preserve.archive.catalogue.rows import EventRows, Values
from preserve.archive.catalogue.tables import bag, cable, event, state
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LoggedEvent

__all__ = ["differences"]

_WORDS = {
    "name": "bag",
    "last_checked": "time of its last check",
    "last_ok": "time of its last good check",
    "last_seen": "time when it was last seen",
    "file": "file of the log",
    "offset": "offset in that file",
}
"""How columns are called whose names are no words for people."""


def differences(connection: Connection, root: Path, events: Iterable[LoggedEvent]) -> Iterator[str]:
    """Yield what differs between the tables and a fold of all events, in words; the first is sure, others may follow.

    Args:
        connection: Of the catalogue.
        root: The archive's root.
        events: All events of the log, from its first line.

    Raises:
        ArchiveError: A line of the log cannot be folded.
    """
    lines, cables = _Stream(connection, event), _Stream(connection, cable)
    head = LogHead()
    with open_scratch() as scratch:
        scratch.execute(CreateTable(bag))
        for part in in_parts(events):
            rows = EventRows.of(root, part)
            yield from lines.differ(rows.events)
            yield from cables.differ(rows.cables)
            fold_bags(scratch, rows)
            head = end_of(part)
        yield from lines.differ_at_end()
        yield from cables.differ_at_end()
        bags = _Stream(connection, bag)
        yield from bags.differ(map(tuple, scratch.execute(_in_order(bag))))
        yield from bags.differ_at_end()
    ends = [tuple(row) for row in connection.execute(select(state).limit(2))]
    if ends != [tuple(state_row(head).values())]:
        yield "it has another end of the log"
    # The tables are right. Questions go through indexes, which hostile hands can have made to leave rows out.
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all() != ["ok"]:
        yield "its indexes are not those of its tables"


def _in_order(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


class _Stream:
    """The rows of a table of the catalogue, in the order of their keys, against those that there must be."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._table = table
        self._columns = tuple(column.name for column in table.columns)
        self._key = len(table.primary_key.columns)  # The first columns of each table.
        rows: Iterator[Row[Any] | None] = iter(connection.execute(_in_order(table)))
        self._rows = chain(rows, repeat(None))

    def differ(self, expected: Iterable[Values]) -> Iterator[str]:
        """Yield what is different in the next rows; these are the expected ones, with all columns, in their order."""
        for must in expected:
            row = next(self._rows)
            if row is None or tuple(row) != must:
                yield self._describe(row, must)

    def differ_at_end(self) -> Iterator[str]:
        """Yield whether there are more rows."""
        if next(self._rows) is not None:
            yield f"it has {_unknown(self._table)} that the log does not know"

    def _describe(self, row: Row[Any] | None, must: Values) -> str:
        # Of the row nothing is quoted: hostile hands may have written it.
        keys = must[: self._key]
        there = tuple(row)[: self._key] if row is not None else None
        if there is None or (all(type(each) is int for each in there) and there > keys):
            return f"it lacks {_known(self._table, must)}"
        if there != keys:
            return f"it has {_unknown(self._table)} that the log does not know"
        column = next(name for name, value, ours in zip(self._columns, row or (), must, strict=True) if value != ours)
        return f"{_known(self._table, must)} has another {_WORDS.get(column, column.replace('_', ' '))}"


def _unknown(table: Table) -> str:
    return {event: "a line", cable: "a cable"}.get(table, "a bag")


def _known(table: Table, must: Values) -> str:
    if table is event:
        return f"line {must[0]}"
    if table is cable:
        return f"cable {must[1]} of the bag of line {must[0]}"
    return f"the bag {must[1]}/v{must[3]} of line {must[0]}"
