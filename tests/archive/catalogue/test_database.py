"""The file of the catalogue: hostile ones, ones that cannot be opened, ones that somebody holds, and private copies."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from tests.archive.catalogue.made_up_log import arrival, catalogue_of, chained, change, check

from preserve.archive.catalogue import Catalogue, Condition, Order, database
from preserve.archive.eventlog import LogHead
from preserve.errors import ArchiveError

EVENTS = chained([arrival("07STRELSAU1"), arrival("07STRELSAU2"), check("07STRELSAU1")])
FILE = "catalogue.sqlite"


def condition(root: Path) -> Condition:
    with closing(Catalogue(root)) as catalogue:
        return catalogue.condition()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    catalogue_of(tmp_path, EVENTS).close()
    return tmp_path


# Hostile schemas


def test_a_catalogue_of_ours_is_good(root: Path) -> None:
    assert condition(root) is Condition.GOOD


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (x)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON event BEGIN DELETE FROM bag; END",
        "CREATE VIRTUAL TABLE more USING fts5(x)",
        "CREATE INDEX more ON bag (hex(name))",
        "ALTER TABLE bag ADD COLUMN more GENERATED ALWAYS AS (hex(zeroblob(1000000000)))",
        "ALTER TABLE bag ADD COLUMN more",
        "ANALYZE",
        "DROP INDEX bag_due",
        "DROP TABLE cable",
        "UPDATE sqlite_master SET sql = replace(sql, 'VARCHAR NOT NULL', 'VARCHAR COLLATE NOCASE') WHERE name = 'bag'",
        "UPDATE sqlite_master SET sql = replace(sql, 'seal VARCHAR NOT NULL', 'seal VARCHAR NOT NULL CHECK (1)')",
        "UPDATE sqlite_master SET sql = 'CREATE TABLE bag (' WHERE name = 'bag'",
        "UPDATE sqlite_master SET rootpage = 1 WHERE name = 'bag'",
        "UPDATE sqlite_master SET sql = CAST(x'435245415445ff' AS TEXT) WHERE name = 'bag'",
        "UPDATE sqlite_master SET sql = NULL WHERE name = 'bag'",
        "UPDATE sqlite_master SET name = 'BAG' WHERE name = 'bag'",
        "DELETE FROM state",
        "INSERT INTO state SELECT * FROM state",
        "UPDATE state SET schema_version = 'three'",
        "UPDATE state SET schema_version = 3.5",
        "UPDATE state SET schema_version = zeroblob(3000000)",
    ],
)
def test_another_schema_is_damage_and_nothing_is_asked_of_it(root: Path, statement: str) -> None:
    change(root, statement)
    assert condition(root) is Condition.DAMAGED
    for ask in (Catalogue.head, Catalogue.count, lambda each: list(each.bags(Order.DUE)), lambda each: each.fold([])):
        with closing(Catalogue(root)) as catalogue, pytest.raises(ArchiveError, match=r"damaged.*catalogue rebuild"):
            ask(catalogue)
    for private in (True, False):
        with closing(Catalogue(root)) as catalogue:
            if private:
                catalogue.use_private_copy()
                assert catalogue.head() == LogHead()
            assert catalogue.rebuild(EVENTS).seq == 3
            assert catalogue.compare(lambda _: EVENTS) is None


@pytest.mark.parametrize("name", ["state", "bag"])
def test_a_view_in_place_of_a_table_is_damage(root: Path, name: str) -> None:
    columns = "4 AS schema_version, 0 AS seq, '' AS digest, '' AS file, 0 AS end"
    change(root, f"DROP TABLE {name}", f"CREATE VIEW {name} AS SELECT {columns}")
    assert condition(root) is Condition.DAMAGED


def test_a_schema_of_very_many_rows_is_given_up(root: Path) -> None:
    change(
        root,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
        " INSERT INTO sqlite_master"
        " SELECT 'view', 'v' || i, 'v' || i, 0, 'CREATE VIEW v' || i || ' AS SELECT 1' FROM n",
    )
    assert condition(root) is Condition.DAMAGED


def test_a_catalogue_in_another_encoding_is_damage(tmp_path: Path, root: Path) -> None:
    with closing(sqlite3.connect(root / FILE)) as ours:
        sql = "\n".join(ours.iterdump())
    (root / FILE).unlink()
    with closing(sqlite3.connect(root / FILE)) as other:
        other.execute("PRAGMA encoding = 'UTF-16le'")
        other.execute("PRAGMA journal_mode=WAL")
        other.executescript(sql)
    assert condition(root) is Condition.DAMAGED


def test_an_older_one_is_older_and_a_newer_one_is_an_error(root: Path) -> None:
    change(root, "UPDATE state SET schema_version = 3")
    assert condition(root) is Condition.OLDER
    change(root, "UPDATE state SET schema_version = 99")
    with pytest.raises(ArchiveError, match="version 99"):
        condition(root)
    with closing(Catalogue(root)) as catalogue:
        assert catalogue.rebuild(EVENTS).seq == 3
        assert catalogue.condition() is Condition.GOOD


# Hostile files


def _cut(path: Path) -> None:
    os.truncate(path, 5000)


def _poke(offset: int, octets: bytes) -> Callable[[Path], None]:
    def poke(path: Path) -> None:
        with path.open("r+b") as stream:
            stream.seek(offset)
            stream.write(octets)

    return poke


def _replace_by_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _replace_by_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _fifo_beside(suffix: str) -> Callable[[Path], None]:
    return lambda path: os.mkfifo(path.with_name(path.name + suffix))


def _link_beside(suffix: str) -> Callable[[Path], None]:
    return lambda path: path.with_name(path.name + suffix).symlink_to("elsewhere")


def _make_hollow(path: Path) -> None:
    os.truncate(path, 1 << 40)


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        lambda path: path.write_bytes(b"this is no database at all" * 100),
        _poke(0, b"SQLite format 4"),
        _poke(16, b"\2\0"),
        _poke(18, b"\1\1"),
        _poke(28, b"\x7f\xff\xff\xff"),
        _poke(100, b"\5"),
        _replace_by_link,
        _replace_by_fifo,
        *(_fifo_beside(suffix) for suffix in ("-wal", "-shm", "-journal")),
        *(_link_beside(suffix) for suffix in ("-wal", "-shm", "-journal")),
        _make_hollow,
    ],
)
def test_a_hostile_file_is_damage_and_can_be_made_again(root: Path, harm: Callable[[Path], None]) -> None:
    harm(root / FILE)
    assert condition(root) is Condition.DAMAGED
    with closing(Catalogue(root)) as catalogue:
        catalogue.use_private_copy()
        catalogue.fold(EVENTS[catalogue.head().seq :])
        assert catalogue.compare(lambda _: EVENTS) is None
    with closing(Catalogue(root)) as catalogue:
        catalogue.rebuild(EVENTS)
        assert catalogue.compare(lambda _: EVENTS) is None


def test_a_file_that_says_that_it_is_not_to_be_written_to_is_made_again(root: Path) -> None:
    _poke(18, b"\3")(root / FILE)
    with closing(Catalogue(root)) as catalogue:
        with pytest.raises(ArchiveError, match="catalogue rebuild"):
            catalogue.fold(EVENTS)
        catalogue.rebuild(EVENTS)
        assert catalogue.compare(lambda _: EVENTS) is None


def test_a_planted_rollback_journal_removes_no_file_and_is_removed(root: Path) -> None:
    """SQLite plays such a journal back, and removes the file that it names as its super-journal."""
    victim = root / "victim"
    victim.write_bytes(b"precious")
    name = os.fsencode(victim)
    header = bytes.fromhex("d9d505f920a163d7") + bytes(20)
    trailer = name + len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big") + bytes.fromhex("d9d505f920a163d7")
    (root / f"{FILE}-journal").write_bytes(header.ljust(512, b"\0") + (1 << 30).to_bytes(4, "big") + trailer)
    assert condition(root) is Condition.DAMAGED
    with closing(Catalogue(root)) as catalogue:
        catalogue.rebuild(EVENTS)
    assert victim.read_bytes() == b"precious"
    assert condition(root) is Condition.GOOD


@pytest.mark.parametrize("table", ["bag", "cable", "event"])
def test_pages_that_would_be_read_for_ever_end_as_damage(root: Path, table: str) -> None:
    """Inner pages, each of whose hundreds of children is the same next one, have more rows than can ever be read."""
    with closing(sqlite3.connect(root / FILE)) as connection:
        ((top,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    octets = bytearray((root / FILE).read_bytes())
    pages, start = len(octets) // 4096, (top - 1) * 4096
    leaf = octets[start : start + 4096]
    for level in range(1, 7):
        inner = _inner_page(pages + level)
        octets = octets + inner if level > 1 else octets[:start] + inner + octets[start + 4096 :] + inner
    octets[-4096:] = leaf
    octets[28:32] = (len(octets) // 4096).to_bytes(4, "big")
    (root / FILE).write_bytes(octets)
    with closing(Catalogue(root)) as catalogue:
        assert catalogue.condition() is Condition.GOOD
        with pytest.raises(ArchiveError, match="damaged"):
            list(catalogue.dump())
        if table == "bag":
            with pytest.raises(ArchiveError, match="damaged"):
                catalogue.count()
        catalogue.rebuild(EVENTS)
        assert catalogue.compare(lambda _: EVENTS) is None


def _inner_page(child: int) -> bytes:
    """Return an inner page of a table all of whose children are one page (https://sqlite.org/fileformat2.html)."""
    cells = 400
    content = 4096 - 5 * cells
    head = bytes((5, 0, 0)) + cells.to_bytes(2, "big") + content.to_bytes(2, "big") + b"\0" + child.to_bytes(4, "big")
    places = b"".join((content + 5 * number).to_bytes(2, "big") for number in range(cells))
    return (head + places).ljust(content, b"\0") + (child.to_bytes(4, "big") + b"\1") * cells


# Holding


def test_a_writer_waits_for_who_holds_the_file(root: Path) -> None:
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print(flush=True); "
    words = [sys.executable, "-c", f"{code} input()", str(root / FILE)]
    with (
        closing(Catalogue(root)) as catalogue,
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder,
    ):
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        assert catalogue.head().seq == 3  # Readers do not wait.
        holder.stdin.close()
        catalogue.fold([])


def test_somebody_who_does_not_let_go_is_named_as_the_reason(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PRAGMAS", ("busy_timeout=50",))
    with closing(sqlite3.connect(root / FILE, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with closing(Catalogue(root)) as catalogue, pytest.raises(ArchiveError) as caught:
            catalogue.fold([])
    assert "somebody holds the catalogue" in str(caught.value)
    assert "rebuild" not in str(caught.value)


def test_who_holds_the_file_alone_keeps_nobody_from_a_private_copy(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PRAGMAS", ("busy_timeout=50",))
    with closing(sqlite3.connect(root / FILE, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("DELETE FROM cable")
        holder.execute("COMMIT")
        assert condition(root) is Condition.UNUSABLE
        with closing(Catalogue(root)) as catalogue:
            catalogue.use_private_copy()
            catalogue.rebuild(EVENTS)
            assert catalogue.compare(lambda _: EVENTS) is None


# Private copies


@pytest.fixture
def shared(open_place: Path) -> Path:
    """A folder that anybody can read and nobody but its owner can write, with a catalogue that was left open."""
    place = open_place / "archive"
    place.mkdir()
    catalogue_of(place, EVENTS[:1]).close()
    place.chmod(0o755)
    return place


def _snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in root.iterdir()}


def _leave_as_killed(root: Path, *left: str) -> None:
    """Fold more in a process that is killed before SQLite tidies up; leave only some of what lies beside the file."""
    with closing(Catalogue(root)) as catalogue:
        catalogue.fold(EVENTS[1:])
        for suffix in ("", *left):
            shutil.copy(root / f"{FILE}{suffix}", root / f"copy{suffix}")
    for path in root.glob(f"{FILE}*"):
        path.unlink()
    for suffix in ("", *left):
        (root / f"copy{suffix}").rename(root / f"{FILE}{suffix}")


@pytest.mark.parametrize(
    ("left", "opens", "seeded"),
    [
        (None, Condition.UNUSABLE, 1),
        (("-wal", "-shm"), Condition.GOOD, 3),
        (("-wal",), Condition.UNUSABLE, 0),
    ],
)
def test_who_may_not_write_reads_a_private_copy_that_is_never_an_old_one(
    shared: Path,
    unprivileged: Callable[[], AbstractContextManager[None]],
    left: tuple[str, ...] | None,
    opens: Condition,
    seeded: int,
) -> None:
    if left is not None:
        _leave_as_killed(shared, *left)
    for path in (*shared.iterdir(), shared):
        path.chmod(path.stat().st_mode & ~0o222)
    before = _snapshot(shared)
    with unprivileged(), closing(Catalogue(shared)) as catalogue:
        assert catalogue.condition() is opens
        catalogue.use_private_copy()
        assert catalogue.head().seq == seeded
        catalogue.fold(EVENTS[seeded:])
        assert catalogue.compare(lambda _: EVENTS) is None
        assert [each.seq for each in catalogue.find("07STRELSAU2")] == [2]
        assert catalogue.condition() is Condition.GOOD
        assert _snapshot(shared) == before


def test_a_copy_is_made_while_a_writer_is_at_work_and_has_what_it_committed(root: Path) -> None:
    with closing(Catalogue(root)) as writer, closing(Catalogue(root)) as reader:
        writer.fold([])
        more = chained([each.event for each in EVENTS] + [check("07STRELSAU2")])[3:]
        writer.fold(more)
        reader.use_private_copy()
        assert reader.head().seq == 4
        reader.rebuild(EVENTS)
        assert reader.head().seq == 3
        assert writer.head().seq == 4


def test_a_hostile_catalogue_is_not_copied(root: Path) -> None:
    change(root, "CREATE TRIGGER more AFTER INSERT ON event BEGIN DELETE FROM bag; END")
    with closing(Catalogue(root)) as catalogue:
        catalogue.use_private_copy()
        assert catalogue.head() == LogHead()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], check=False).returncode != 0:
        pytest.skip("no right to mount a tmpfs")
    catalogue_of(place, EVENTS).close()
    with (place / "ballast").open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"\0" * 4096)
        except OSError:
            pass
    yield place
    subprocess.run(["umount", "-l", place], check=False)


def test_on_a_full_disk_a_private_copy_has_everything(full_disk: Path) -> None:
    assert condition(full_disk) is Condition.UNUSABLE
    with closing(Catalogue(full_disk)) as catalogue:
        catalogue.use_private_copy()
        assert catalogue.head().seq == 3
        assert catalogue.compare(lambda _: EVENTS) is None
