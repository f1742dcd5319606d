"""The tables of the catalogue, in one version.

A catalogue can be deleted and made again, so an older schema is not migrated: it is rebuilt.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint

__all__ = ["METADATA", "SCHEMA_VERSION", "bag", "cable", "event", "state"]

SCHEMA_VERSION = 2
METADATA = MetaData()

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
    Index("event_bag", "name", "version", "seq"),
)
