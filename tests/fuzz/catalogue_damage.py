"""Damage to a catalogue: its cells, its rows, its schema, its pages.

Each function takes bytes and chance and returns bytes. ``mutations`` is for bytes of any kind; ``catalogue`` tries what
comes of it.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from tests.fuzz.mutations import mutated

__all__ = ["damaged_file", "damaged_wal"]

Chance = random.Random

_TABLES = ("state", "bag", "cable", "event")
_VALUES = (
    *(None, 0, 1, -1, 7, 1 << 31, (1 << 63) - 1, -(1 << 63), 0.5, float("inf"), 1e300, "", " ", "x", "NULL", "1", "-1"),
    *("07STRELSAU1", "STRELSAU", "..", "../../x", "/etc/passwd", "a/b", "_", "_several", "0000", "v1", ".x", "x" * 300),
    *("directory", "tar", "tar.zst", "pass", "fail", "unknown", "success", "ingestion start", "2026-01-31T09:30:00Z"),
    *("2026-01-31", "9999-99-99T99:99:99Z", "2026-01-31T09:30:00Z\n", "a" * 64, "A" * 64, "a" * 64 + "\n", "0" * 64),
    *(
        "events/2026/01/000000000001.jsonl",
        "events/2026/01/000000000001.jsonl\n",
        "../events/2026/01/000000000001.jsonl",
    ),
    *(
        "/dev/zero",
        "events/../archive.json",
        "\0",
        "a\0b",
        "\x1b[2J",
        "\u202e",
        "\udbff".encode("utf-8", "replace").decode(),
    ),
    *(b"", b"\0", b"\xff" * 32, b"a" * 64, bytes(5000), "\U0010ffff", "x" * 200_000),
)
_SCHEMA = (
    "CREATE TABLE more (x)",
    "CREATE VIEW more AS SELECT * FROM bag",
    "CREATE VIEW more AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    "CREATE TRIGGER more AFTER INSERT ON event BEGIN DELETE FROM bag; END",
    "CREATE INDEX more ON bag (hex(zeroblob(100000)))",
    "CREATE VIRTUAL TABLE more USING fts5(x)",
    "CREATE VIRTUAL TABLE more USING dbstat",
    "DROP TABLE bag", "DROP TABLE cable", "DROP TABLE event", "DROP TABLE state", "DROP INDEX bag_due", "ANALYZE",
    "DROP INDEX event_announced", "DROP INDEX cable_identifier", "ALTER TABLE bag RENAME COLUMN seal TO sael",
    "DELETE FROM sqlite_master", "DELETE FROM sqlite_master WHERE type = 'index'", "PRAGMA journal_mode=DELETE",
    "PRAGMA user_version = -1", "PRAGMA application_id = 7", "VACUUM", "REINDEX", "PRAGMA auto_vacuum=FULL",
)  # fmt: skip
_CLAUSES = (
    ("NOT NULL", ""), ("VARCHAR", "BLOB"), ("VARCHAR", "REAL"), ("INTEGER", "TEXT"), ("PRIMARY KEY", "UNIQUE"),
    (" ", "\n"), ("seal", "lease"), ("(name", "(seal"), ("CREATE INDEX", "CREATE UNIQUE INDEX"),
    (")", ") WITHOUT ROWID"), ("ON bag", "ON cable"), ("VARCHAR", "VARCHAR COLLATE NOCASE"),
    (")", ", CHECK (length(hex(zeroblob(1000000))) > 0))"),
    ("seal VARCHAR NOT NULL", "seal VARCHAR AS (hex(zeroblob(100000000)))"), ("CREATE TABLE", "CREATE VIRTUAL TABLE"),
)  # fmt: skip


def damaged_file(chance: Chance, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage the file of a catalogue by SQL, by pages, by bytes, or by several of these."""
    for _ in range(chance.choice((1, 1, 2))):
        match chance.randrange(8):
            case 0:
                data = mutated(chance, data, others)
            case 1 | 2:
                data = _poked(chance, data)
            case _:
                data = _changed(chance, data)
    return data


def damaged_wal(chance: Chance, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage a write-ahead log; mostly what its checksums tell of, which SQLite then takes for its end."""
    return mutated(chance, data, others) if chance.randrange(2) else _poked(chance, data)


def _changed(chance: Chance, data: bytes) -> bytes:
    """Change a file by SQL; what SQLite does not take is left out."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "c"
        path.write_bytes(data)
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA writable_schema=ON")
            connection.set_progress_handler(lambda: 1, 3_000_000)
            for _ in range(chance.choice((1, 1, 1, 2, 4))):
                with suppress(sqlite3.Error):
                    _change(chance, connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def _change(chance: Chance, connection: sqlite3.Connection) -> None:
    table = chance.choice(_TABLES)
    columns = [each[1] for each in connection.execute(f"PRAGMA table_info({table})")]
    rows = connection.execute(f"SELECT rowid, * FROM {table}").fetchall()
    match chance.randrange(8) if rows else 0:
        case 0:
            connection.execute(chance.choice(_SCHEMA))
        case 1:
            old, new = chance.choice(_CLAUSES)
            names = [each[0] for each in connection.execute("SELECT name FROM sqlite_master")] or [""]
            query = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?"
            connection.execute(query, (old, new, chance.choice(names)))
        case 2:
            column, value = (
                chance.choice(("type", "name", "tbl_name", "rootpage", "sql")),
                chance.choice((*_VALUES, 2, 3, 9)),
            )
            names = [each[0] for each in connection.execute("SELECT name FROM sqlite_master")] or [""]
            connection.execute(f"UPDATE sqlite_master SET {column} = ? WHERE name = ?", (value, chance.choice(names)))
        case 3:
            connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (chance.choice(rows)[0],))
        case 4:
            values = [chance.choice((each, each, chance.choice(_VALUES))) for each in chance.choice(rows)[1:]]
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
        case _:
            # Of a BLOB that is cast to TEXT the bytes may be no text at all.
            value = chance.choice(("?", "?", "?", "CAST(? AS TEXT)", "CAST(x'ff80' AS TEXT)", "zeroblob(3000000)"))
            query = f'UPDATE {table} SET "{chance.choice(columns)}" = {value} WHERE rowid = ?'
            given = [chance.choice(_VALUES)] if "?" in value else []
            connection.execute(query, (*given, chance.choice(rows)[0]))


def _poked(chance: Chance, data: bytes) -> bytes:
    """Change fields of the header and of pages, or swap pages (https://sqlite.org/fileformat2.html)."""
    poked = bytearray(data)
    pages = max(1, len(poked) // 4096)
    for _ in range(chance.choice((1, 1, 2, 5))):
        page = chance.randrange(pages) * 4096
        match chance.randrange(5):
            case 0:
                at, size = chance.choice(
                    ((16, 2), (18, 1), (19, 1), (20, 1), (28, 4), (32, 4), (36, 4), (40, 4), (44, 4), (56, 4))
                )
            case 1:
                at, size = (
                    page + (100 if page == 0 else 0) + chance.choice((0, 1, 3, 5, 7, 8)),
                    chance.choice((1, 2, 4)),
                )
            case 2:
                at, size = page + (108 if page == 0 else 8) + 2 * chance.randrange(40), 2
            case 3:
                at, size = page + chance.randrange(4096), chance.choice((1, 2, 4, 9))
            case _:
                other = chance.randrange(pages) * 4096
                poked[page : page + 4096] = poked[other : other + 4096]
                continue
        number = chance.choice(
            (0, 1, 2, 5, 10, 13, 0x81, pages, pages + 1, (1 << 31) - 1, -1, chance.randrange(1 << 32))
        )
        poked[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, "big")
    return bytes(poked)
