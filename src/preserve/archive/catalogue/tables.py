"""The tables of the catalogue, in one version.

A catalogue can be deleted and made again, so an older schema is not migrated: it is rebuilt.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import UserDefinedType

__all__ = ["ANNOUNCED", "METADATA", "SCHEMA_VERSION", "bag", "cable", "event", "expected_schema", "one_line", "state"]

SCHEMA_VERSION = 4
METADATA = MetaData()


class _Octets(UserDefinedType[bytes]):
    """A BLOB that comes back as it lies there. ``LargeBinary`` would make ``bytes(n)`` of a hostile number n."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BLOB"


state = Table(
    "state",
    METADATA,
    Column("schema_version", Integer, nullable=False),
    # The end of the event log that the tables hold: see eventlog.LogHead.
    Column("seq", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("file", String, nullable=False),
    Column("end", Integer, nullable=False),
)

bag = Table(
    "bag",
    METADATA,
    # The number of the event with which the bag came in: so that a rebuilt catalogue has the same keys.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    # The name in lower case: bags whose names differ in letter case only must not come in.
    Column("name_key", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("post", String, nullable=False),
    Column("year", String, nullable=False),
    Column("form", String, nullable=False),
    Column("seal", String, nullable=False),
    Column("source_key", String, nullable=False),
    Column("files", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    # A JSON array of texts.
    Column("profiles", String, nullable=False),
    # The SHA-256 of the member index beside a tar.
    Column("member_index", String),
    Column("created", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("last_checked", String),
    Column("last_ok", String),
    Column("outcome", String),
    UniqueConstraint("name", "version"),
    Index("bag_name_key", "name_key"),
    Index("bag_place", "post", "year", "name", "version", "form"),
    Index("bag_due", "last_checked", "name", "version"),
)

cable = Table(
    "cable",
    METADATA,
    Column("bag_id", Integer, ForeignKey("bag.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("identifier", String, nullable=False),
    Column("received_identifier", String),
    Column("date", String),
    Column("post", String),
    Column("classification", String),
    Column("subject", String),
    Column("release", String),
    Column("source_sha256", String, nullable=False),
    Column("text_sha256", String, nullable=False),
    Index("cable_identifier", "identifier"),
    Index("cable_received_identifier", "received_identifier"),
    Index("cable_source", "source_sha256"),
)

event = Table(
    "event",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("name", String),
    Column("version", Integer),
    Column("type", String, nullable=False),
    Column("file", String, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    # The SHA-256 of the line, 32 bytes.
    Column("digest", _Octets, nullable=False),
    Index("event_bag", "name", "version", "seq"),
)

ANNOUNCED: ColumnElement[bool] = literal_column("type = 'ingestion start'")
"""An event announces an ingestion. Spelled out, not a parameter, so that SQLite knows the index below for it."""
Index("event_announced", event.c.seq, sqlite_where=ANNOUNCED)


@cache
def expected_schema() -> frozenset[tuple[str, str, str, str]]:
    """Return what ``sqlite_master`` holds in a whole catalogue: type, name, table, and SQL in one line."""
    dialect = sqlite.dialect()
    rows = set()
    for table in METADATA.sorted_tables:
        rows.add(("table", table.name, table.name, one_line(str(CreateTable(table).compile(dialect=dialect)))))
        for index in table.indexes:
            rows.add(("index", str(index.name), table.name, one_line(str(CreateIndex(index).compile(dialect=dialect)))))
    return frozenset(rows)


def one_line(sql: str) -> str:
    """Return SQL with a single space for each run of white space."""
    return " ".join(sql.split())
