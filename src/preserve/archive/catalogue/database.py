"""The SQLite file of the catalogue: its condition, its transactions, and its errors in words of ours.

Hostile hands may have written the file: its rows, its schema, its pages. So a connection is limited before it reads
anything, and nothing is asked before the schema has been compared with ours, text by text. What the rows say is checked
by ``rows``.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from itertools import chain, repeat
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event as listen
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from preserve.archive.catalogue.rows import RowError
from preserve.archive.catalogue.tables import SCHEMA_VERSION, expected_schema, one_line
from preserve.archive.events import LINE_LIMIT
from preserve.archive.layout import CATALOGUE
from preserve.errors import ArchiveError
from preserve.octets import may_write, translate_os_errors

__all__ = ["Condition", "Database", "bytes_of", "open_scratch"]

_REBUILD = "Run: preserve catalogue rebuild. No bag is concerned."
_PATIENCE_MS = 30_000
"""Milliseconds that a connection waits for another one that holds the file."""
_PRAGMAS = (
    f"busy_timeout={_PATIENCE_MS}",
    # https://sqlite.org/security.html, "Untrusted SQLite Database Files".
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
    # NORMAL: with WAL the file stays whole after a power failure, but may lack the last transactions. The event
    # log, which is synced, gives them back; so each batch saves a sync of the catalogue.
    "synchronous=NORMAL",
)
_LIMITS = {
    # A cell holds a part of one line of the log.
    sqlite3.SQLITE_LIMIT_LENGTH: LINE_LIMIT + (1 << 16),
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1 << 17,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}
_SCHEMA_ROWS = 100
"""Rows of ``sqlite_master`` that are looked at; a catalogue has some fifteen."""
_STEP = 10_000
"""Steps of SQLite's machine between two looks at how many a statement has taken."""
_STEPS_TO_OPEN = 10_000
"""Steps that reading the schema may take; that of ours takes some two hundred."""
_STEPS_FREE = 20_000_000
_STEPS_A_BYTE = 8
"""Steps that a statement may take: so many, and so many for each byte of the file. Sorting all rows takes far fewer.

Pages that point to each other in a ring, or to one page many times over, would be read for ever.
"""
_HOLLOW = 64 << 20
"""Bytes from which a file is refused that is almost all holes: copying it would fill a disk."""

_FILES = ("-wal", "-shm", "-journal", "")
"""What SQLite adds to the name of each file, in the order of removal: the catalogue goes last, as a -wal that outlived
it would be replayed into the next file of its name."""

_ERRORS = (sqlite3.Error, DBAPIError, UnicodeDecodeError)
"""What sqlite3 raises, and what SQLAlchemy makes of it; the last when SQLite quotes a hostile schema."""
_DAMAGE = {
    sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_INTERRUPT,
}  # fmt: skip
"""Errors that a catalogue of ours does not give, wherever it lies."""
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SHUT = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}


class Condition(StrEnum):
    """The condition of the file."""

    GOOD = "good"
    MISSING = "missing"
    OLDER = "older"
    """Of an older version of the tables."""
    DAMAGED = "damaged"
    """It is no catalogue, or its tables are not ours. Its rows are looked at only when they are read."""
    UNUSABLE = "unusable"
    """It may be good, but it cannot be opened here and now: no right, no space for what SQLite keeps beside it, a
    failing disk, or somebody who holds it."""


class _Guarded(sqlite3.Connection):
    """A connection to a file that hostile hands may have written. It begins no transaction of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.size = self._page = 0
        self.isolation_level = None
        for limit, most in _LIMITS.items():
            self.setlimit(limit, most)
        # SQLite parses the whole schema first, in a time that grows with the square of its rows.
        self._allow(_STEPS_TO_OPEN)
        for pragma in _PRAGMAS:
            self.execute(f"PRAGMA {pragma}")

    def begin(self, how: str) -> None:
        """Begin a transaction, and look how many bytes the database has."""
        self.execute(how)
        (pages,) = self.execute("PRAGMA page_count").fetchone()
        if not self._page:
            (self._page,) = self.execute("PRAGMA page_size").fetchone()
        self.size = pages * self._page

    def restart(self) -> None:
        """Give the next statement its steps; beyond them SQLite stops it as interrupted."""
        self._allow(_STEPS_FREE + _STEPS_A_BYTE * self.size)

    def _allow(self, steps: int) -> None:
        # Not a function of Python: in that a Ctrl-C would be raised, and be lost in SQLite.
        self.set_progress_handler(chain(repeat(0, steps // _STEP), repeat(1)).__next__, _STEP)


def _guarded(uri: str) -> _Guarded:
    return sqlite3.connect(uri, uri=True, check_same_thread=False, factory=_Guarded)


def _raw(connection: Connection) -> _Guarded:
    return cast("_Guarded", connection.connection.driver_connection)


def bytes_of(connection: Connection) -> int:
    """Return how many bytes the database of a connection has, as its transaction sees it."""
    return _raw(connection).size


def _make_engine(**options: Any) -> Engine:
    engine = create_engine("sqlite://", **options)

    # SQLAlchemy leaves BEGIN to sqlite3, which begins none before DDL; a rebuild makes its tables in a transaction.
    def begin(connection: Connection) -> None:
        _raw(connection).begin(connection.get_execution_options().get("begin", "BEGIN"))

    def restart(_: Connection, cursor: sqlite3.Cursor, *_more: object) -> None:
        cast("_Guarded", cursor.connection).restart()

    listen.listen(engine, "begin", begin)
    listen.listen(engine, "before_cursor_execute", restart)
    return engine


@contextmanager
def open_scratch() -> Iterator[Connection]:
    """Open an empty database that only this block knows; what does not fit in memory goes into a temporary file."""
    with closing(_guarded("")) as scratch:
        engine = _make_engine(creator=lambda: scratch, poolclass=StaticPool)
        with engine.begin() as connection:
            yield connection


class Database:
    """The file of one catalogue, or a private copy of it. Close it, or the file stays open.

    Args:
        root: The archive's root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / CATALOGUE
        self._where = f"the catalogue {self._path}"
        self._engine = _make_engine(creator=self._connect)
        self._private = False
        self._known_good = False

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def _uri(self, mode: str) -> str:
        return f"file:{quote(str(self._path))}?mode={mode}"

    def _connect(self) -> _Guarded:
        # mode=rw: a missing catalogue is rebuilt on purpose; a query must not make an empty one.
        return _guarded(self._uri("rw" if may_write(self._root) and may_write(self._path) else "ro"))

    def condition(self) -> Condition:
        """Tell in what condition the file is. A private copy is good.

        Raises:
            ArchiveError: A newer program made it, or it could not be looked at.
        """
        try:
            return self._examine()
        except _ERRORS as error:
            return Condition.DAMAGED if _is_damage(error) else Condition.UNUSABLE

    def _examine(self) -> Condition:
        if self._private:
            return Condition.GOOD
        with translate_os_errors("could not look at the catalogue", self._path):
            condition = self._examine_files()
        if condition is not Condition.GOOD:
            return condition
        with self._engine.connect() as connection:
            condition = _examine_tables(_raw(connection), self._where)
            # Only what we made is in WAL mode; in another mode a file beside it says what is to be undone.
            if condition is Condition.GOOD and _raw(connection).execute("PRAGMA journal_mode").fetchone() != ("wal",):
                return Condition.DAMAGED
        return condition

    def _examine_files(self) -> Condition:
        """Look at the files without opening one: SQLite follows links, and waits for ever at a FIFO."""
        if (there := self._lstat("")) is None:
            return Condition.MISSING
        # A rollback journal of another hand is played back before anything is read, and can have any file removed
        # that it names as its super-journal. A catalogue in WAL mode has none.
        plain = all(each is None or stat.S_ISREG(each.st_mode) for each in map(self._lstat, ("", "-wal", "-shm")))
        hollow = there.st_size > max(_HOLLOW, there.st_blocks << 13)  # A block has 512 bytes: 1/16 is there.
        return Condition.GOOD if plain and not hollow and self._lstat("-journal") is None else Condition.DAMAGED

    def _lstat(self, suffix: str) -> os.stat_result | None:
        try:
            return self._beside(suffix).lstat()
        except FileNotFoundError:
            return None

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def make_ready(self) -> None:
        """Make a file that tables can be made in, unless there is one; remove one that is damaged or older.

        Raises:
            ArchiveError: It could not be made.
        """
        if self._private:
            self._go_private(_guarded(""))  # The copy may have damaged pages.
            return
        if self._is_sound():
            return
        self.close()
        with translate_os_errors("could not remove the catalogue", self._path):
            self._refuse_folders()
            for suffix in _FILES:
                self._beside(suffix).unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                # WAL: readers never wait for the writer, nor the writer for them. The file remembers it.
                (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.Error as error:
            raise ArchiveError(
                f"could not make the catalogue {self._path}: {error}", hint="Check the disk and its rights."
            ) from error
        if mode != "wal":
            raise ArchiveError(
                f"could not make the catalogue {self._path}: its file system does not let processes share memory",
                hint="Put the archive on a local file system.",
            )

    def _refuse_folders(self) -> None:
        for suffix in _FILES:
            there = self._lstat(suffix)
            if there is not None and stat.S_ISDIR(there.st_mode):
                raise ArchiveError(
                    f"{self._beside(suffix)} is a folder", hint="Move it away and run preserve catalogue rebuild again."
                )

    def _is_sound(self) -> bool:
        """Tell whether tables can be dropped and made in the file: it takes changes, and its pages are whole."""
        try:
            if self._examine() is not Condition.GOOD:
                return False
            with self._transaction() as connection:
                connection.exec_driver_sql("PRAGMA user_version=0")
                # Not quick_check, which passes over pages that stop SQLite when it drops a table.
                return connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all() == ["ok"]
        except ArchiveError:
            return False  # Whoever makes the catalogue again wants one of this version.
        except _ERRORS as error:
            # A file can say of itself that it is not to be written to.
            says_so = _code(error) == sqlite3.SQLITE_READONLY and may_write(self._root) and may_write(self._path)
            if says_so or _is_damage(error):
                return False
            raise _archive_error(error, self._where) from error

    def use_private_copy(self) -> bool:
        """Go on with a private database, seeded from the file if that is good and can be read as it is at one moment.

        Nothing of the archive is written to from here on. The copy is in a temporary file that has no name.

        Returns:
            Whether it was seeded; else it has no tables yet.
        """
        self._where = "a private copy of the catalogue in the temporary folder"
        seeded = self._seed()
        self._go_private(seeded or _guarded(""))
        return seeded is not None

    def _go_private(self, private: _Guarded) -> None:
        self.close()
        self._engine = _make_engine(creator=lambda: private, poolclass=StaticPool)
        self._private = self._known_good = True

    def _seed(self) -> _Guarded | None:
        private = _guarded("")
        try:
            if self._copy_to(private) and _examine_tables(private, self._where) is Condition.GOOD:
                return private
        except (OSError, ArchiveError, *_ERRORS):
            pass  # Whatever it is: the log has everything.
        private.close()
        return None

    def _copy_to(self, private: sqlite3.Connection) -> bool:
        if self._examine_files() is not Condition.GOOD:
            return False
        before = self._trace()
        # Without bytes in a -wal the file is all there is. It can then be read where SQLite has no right or no space to
        # make its -shm; but as "immutable", without locks, so it must be the same file before and after.
        alone = before[1] is None
        with closing(_guarded(self._uri("ro") + ("&immutable=1" if alone else ""))) as shared:
            # "backup" waits for ever for who holds the file; a transaction that has begun to read waits its time.
            shared.execute("BEGIN")
            if _examine_tables(shared, self._where) is not Condition.GOOD:
                return False
            shared.backup(private)
        return not alone or self._trace() == before

    def _trace(self) -> list[tuple[int, ...] | None]:
        """Return what changes when somebody writes: of the file and of its -wal; ``None`` for one that is empty."""
        return [
            (each.st_ino, each.st_size, each.st_mtime_ns, each.st_ctime_ns) if each and each.st_size else None
            for each in map(self._lstat, ("", "-wal"))
        ]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run a block that reads, in one transaction: it sees one state of the file.

        Raises:
            ArchiveError: The file could not be read, or is damaged.
        """
        with self._translated():
            self._require_good()
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Run a block as one transaction: all of it holds, or after an error nothing.

        Raises:
            ArchiveError: The file could not be written, or is damaged.
        """
        with self._translated():
            self._require_good()
            with self._transaction() as connection:
                yield connection

    @contextmanager
    def remaking(self) -> Iterator[Connection]:
        """Run a block that drops and makes the tables as one transaction, in a file that :meth:`make_ready` left.

        Raises:
            ArchiveError: The file could not be written.
        """
        with self._translated(), self._transaction() as connection:
            yield connection
        self._known_good = True

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            # IMMEDIATE: SQLite waits for another writer when a transaction says at its beginning that it writes, not
            # when one that reads goes on to write (https://sqlite.org/lang_transaction.html).
            connection.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    def _require_good(self) -> None:
        if self._known_good:
            return
        condition = self._examine()
        if condition is not Condition.GOOD:
            raise ArchiveError(f"{self._where} is {condition.value}", hint=_REBUILD)
        self._known_good = True

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            raise _archive_error(error, self._where) from error
        except RowError as error:
            raise ArchiveError(f"{self._where} is damaged: {error}", hint=_REBUILD) from error


def _examine_tables(connection: sqlite3.Connection, where: str) -> Condition:
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL LIMIT ?"
    rows = connection.execute(query, (_SCHEMA_ROWS,)).fetchall()
    if not rows:
        return Condition.MISSING
    # By name alone "state" could be a view or a virtual table, which may do anything when it is asked.
    if not any(row[:2] == ("table", "state") and str(row[3]).startswith("CREATE TABLE ") for row in rows):
        return Condition.DAMAGED
    versions = connection.execute("SELECT schema_version FROM state LIMIT 2").fetchall()
    if len(versions) != 1 or type(version := versions[0][0]) is not int:
        return Condition.DAMAGED
    if version > SCHEMA_VERSION:
        raise ArchiveError(
            f"{where} is of version {version}; this program knows {SCHEMA_VERSION}",
            hint="Use the newer preserve, or delete the catalogue: this one then makes it again.",
        )
    if version < SCHEMA_VERSION:
        return Condition.OLDER
    ours = {(*map(str, row[:3]), one_line(str(row[3]))) for row in rows} == expected_schema()
    utf8 = connection.execute("PRAGMA encoding").fetchone() == ("UTF-8",)
    return Condition.GOOD if ours and utf8 and len(rows) == len(expected_schema()) else Condition.DAMAGED


def _code(error: Exception) -> int:
    """Return the primary error code of SQLite; 0 for an error of sqlite3 itself, as for a text not in UTF-8."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF


def _is_damage(error: Exception) -> bool:
    return _code(error) in {0, *_DAMAGE}


def _archive_error(error: Exception, where: str) -> ArchiveError:
    code = _code(error)
    # The message may quote the file, as a name or a text in it.
    cause = str(error.orig if isinstance(error, DBAPIError) else error)
    says = "".join(each if each.isprintable() else "?" for each in cause[:200])
    if _is_damage(error):
        return ArchiveError(f"{where} is damaged: {says}", hint=_REBUILD)
    if code in _HELD:
        return ArchiveError(
            f"somebody holds {where}: another program has it open and is writing to it",
            hint="Close that program, perhaps a database browser, and run the command again; nothing is lost.",
        )
    if code == sqlite3.SQLITE_FULL:
        return ArchiveError(f"could not write {where}: the disk is full", hint="Make room; nothing is lost.")
    if code in _SHUT:
        return ArchiveError(
            f"could not open {where}: {says}",
            hint="Check the rights on it and its folder; if they are right, run: preserve catalogue rebuild.",
        )
    return ArchiveError(f"could not use {where}: {says}", hint="Check the disk: it may be full, or failing.")
