"""The SQLite file of the catalogue: its condition, its transactions, and its errors in words of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event as listen, select
from sqlalchemy.exc import DBAPIError

from preserve.archive.catalogue.tables import SCHEMA_VERSION, state
from preserve.archive.layout import CATALOGUE
from preserve.errors import ArchiveError
from preserve.octets import may_write

__all__ = ["Condition", "Database"]

_REBUILD = "Run: preserve catalogue rebuild. No bag is concerned."
_PATIENCE_MS = 30_000
"""Milliseconds that a connection waits for another one that holds the file."""
_DAMAGE = ("not a database", "malformed", "no such table", "no such column")
"""What SQLite says of a file that is not, or no longer, a catalogue."""


class Condition(StrEnum):
    """The condition of the file."""

    GOOD = "good"
    MISSING = "missing"
    OLDER = "older"
    """Of an older version of the tables."""
    DAMAGED = "damaged"


class Database:
    """The file of one catalogue. Close it, or the file stays open.

    Args:
        root: The archive's root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / CATALOGUE
        self._engine = create_engine("sqlite://", creator=self._connect)
        # SQLAlchemy leaves BEGIN to sqlite3, which begins none before DDL; a rebuild makes its tables in a transaction.
        listen.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a missing catalogue is rebuilt on purpose; a query must not make an empty one. On a read-only file
        # system WAL has no place for its shared memory; "immutable" says that nobody writes, which is then true.
        mode = "rw" if may_write(self._root) and may_write(self._path) else "ro&immutable=1"
        connection = sqlite3.connect(f"file:{quote(str(self._path))}?mode={mode}", uri=True, check_same_thread=False)
        connection.isolation_level = None  # sqlite3 begins none of its own: see __init__
        connection.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        # NORMAL: with WAL the file stays whole after a power failure, but may lack the last transactions. The event
        # log, which is synced, gives them back; so each batch saves a sync of the catalogue.
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def condition(self) -> Condition:
        """Tell in what condition the file is.

        Raises:
            ArchiveError: A newer program made it, or it could not be read.
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
            raise _archive_error(error, self._path) from error
        if version is None:
            return Condition.DAMAGED
        if version > SCHEMA_VERSION:
            raise ArchiveError(
                f"{self._path} is of version {version}; this program knows {SCHEMA_VERSION}",
                hint="Use the newer preserve, or delete the catalogue: this one then makes it again.",
            )
        return Condition.GOOD if version == SCHEMA_VERSION else Condition.OLDER

    def make_ready(self) -> None:
        """Make a file that tables can be made in, unless there is one; remove one that is damaged or older.

        Raises:
            ArchiveError: It could not be made.
        """
        if self.condition() in {Condition.DAMAGED, Condition.OLDER}:
            self.close()
            # The catalogue goes last: a -wal that outlived it would be replayed into the next file of its name.
            for suffix in ("-wal", "-shm", ""):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        if not self._path.exists():
            try:
                connection = sqlite3.connect(self._path)
                # WAL: readers never wait for the writer, nor the writer for them. The file remembers it.
                connection.execute("PRAGMA journal_mode=WAL")
                connection.close()
            except sqlite3.Error as error:
                raise ArchiveError(
                    f"could not make the catalogue {self._path}: {error}", hint="Check the disk and its rights."
                ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run a block that reads.

        Raises:
            ArchiveError: The file could not be read.
        """
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise _archive_error(error, self._path) from error

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Run a block as one transaction: all of it holds, or after an error nothing.

        Raises:
            ArchiveError: The file could not be written.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise _archive_error(error, self._path) from error


def _is_damage(error: DBAPIError) -> bool:
    return any(words in str(error.orig) for words in _DAMAGE)


def _archive_error(error: DBAPIError, path: Path) -> ArchiveError:
    says = str(error.orig)
    if _is_damage(error):
        return ArchiveError(f"the catalogue {path} is damaged: {says}", hint=_REBUILD)
    if "disk is full" in says:
        return ArchiveError(
            f"could not write the catalogue {path}: the disk is full", hint="Make room; nothing is lost."
        )
    if "readonly" in says or "unable to open" in says:
        return ArchiveError(
            f"could not open the catalogue {path}: {says}", hint="Check the rights on it and its folder."
        )
    return ArchiveError(f"could not use the catalogue {path}: {says}", hint=_REBUILD)
