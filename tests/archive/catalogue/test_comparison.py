from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.archive.catalogue.made_up_log import arrival, catalogue_of, chained, change, check, made_up_log
from tests.memory import measured_memory
from tests.selection import examples

from preserve.archive.catalogue import Catalogue, folding
from preserve.archive.events import EventOutcome, LoggedEvent
from preserve.errors import ArchiveError

TABLES = ("state", "bag", "cable", "event")
OTHER_VALUES = (None, 0, 7, 1 << 62, 0.5, "", "x", "2019-01-01T00:00:00Z", b"", b"\0" * 32, "pass", "fail", "unknown")


def compare(root: Path, events: list[LoggedEvent]) -> str | None:
    """Return what differs, or what is wrong already when the file is opened."""
    with closing(Catalogue(root)) as catalogue:
        try:
            return catalogue.compare(lambda _: events)
        except ArchiveError as error:
            return error.message


def change_by_chance(root: Path, chance: random.Random) -> str | None:
    """Change one cell, or add or remove a row; return what was done, ``None`` if it has no meaning."""
    with closing(sqlite3.connect(root / "catalogue.sqlite", isolation_level=None)) as connection:
        table = chance.choice(TABLES)
        rows = connection.execute(f"SELECT rowid, * FROM {table}").fetchall()
        if not rows:
            return None
        names = [each[1] for each in connection.execute(f"PRAGMA table_info({table})")]
        rowid, *values = chance.choice(rows)
        column = chance.randrange(len(names))
        try:
            match chance.randrange(6):
                case 0:
                    connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))
                    return f"removed a row of {table}"
                case 1:
                    key = chance.choice((0, -3, 1 << 40))
                    marks = ", ".join("?" * len(values))
                    values[0] = key if table != "state" else values[0]
                    if table == "bag":
                        values[1] = "05NEW"
                    connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
                    return f"added a row to {table}"
                case _:
                    others = [each[column + 1] for each in rows]
                    value = chance.choice((*OTHER_VALUES, *others))
                    query = f'UPDATE {table} SET "{names[column]}" = ? WHERE rowid = ?'
                    connection.execute(query, (value, rowid))
                    (now,) = connection.execute(
                        f'SELECT "{names[column]}" FROM {table} WHERE rowid = ?',
                        (value if names[column] in {"id", "seq"} and table in {"bag", "event"} else rowid,),
                    ).fetchone()
                    return None if now == values[column] else f"{table}.{names[column]} is {value!r}"
        except (sqlite3.IntegrityError, sqlite3.OperationalError, TypeError):
            return None  # SQLite does not take it, or nothing was changed.


@examples(40)
@given(seed=st.integers(0, 1 << 32), lines=st.integers(1, 40), cut=st.integers(0, 40))
def test_whatever_is_changed_after_a_fold_differs(
    tmp_path_factory: pytest.TempPathFactory, seed: int, lines: int, cut: int
) -> None:
    root = tmp_path_factory.mktemp("archive")
    chance = random.Random(seed)
    events = made_up_log(chance, lines)
    with closing(catalogue_of(root, events[:cut])) as catalogue:
        catalogue.fold(events[cut:])
        assert catalogue.compare(lambda _: events) is None
    for _ in range(8):
        copy = tmp_path_factory.mktemp("changed")
        shutil.copy(root / "catalogue.sqlite", copy)
        done = change_by_chance(copy, chance)
        said = compare(copy, events)
        assert (said is None) is (done is None), done


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE bag SET seal = replace(seal, 'a', 'b') WHERE id = 1",
         "the bag 07STRELSAU1/v1 of line 1 has another seal"),
        ("DELETE FROM bag WHERE id = 2", "it lacks the bag 07STRELSAU2/v1 of line 2"),
        ("UPDATE bag SET last_ok = NULL WHERE id = 1", "has another time of its last good check"),
        ("UPDATE bag SET id = 9 WHERE id = 2", "it lacks the bag 07STRELSAU2/v1 of line 2"),
        ("INSERT INTO bag SELECT 9, 'x', 'x', 1, post, year, form, seal, source_key, 1, 1, 1, profiles, NULL, created,"
         " last_seen, NULL, NULL, NULL FROM bag WHERE id = 1", "it has a bag that the log does not know"),
        ("DELETE FROM cable WHERE bag_id = 2", "it lacks cable 1 of the bag of line 2"),
        ("UPDATE cable SET subject = 'x' WHERE bag_id = 1", "cable 1 of the bag of line 1 has another subject"),
        ("DELETE FROM event WHERE seq = 3", "it lacks line 3"),
        ("UPDATE event SET offset = 1 WHERE seq = 3", "line 3 has another offset in that file"),
        ("UPDATE event SET digest = zeroblob(32) WHERE seq = 3", "line 3 has another digest"),
        ("INSERT INTO event SELECT 99, name, version, type, file, offset, length, digest FROM event WHERE seq = 1",
         "it has a line that the log does not know"),
        ("UPDATE state SET seq = 4", "it has another end of the log"),
        ("INSERT INTO state SELECT * FROM state", "is damaged"),
    ],
)  # fmt: skip
def test_a_difference_is_said_in_words(tmp_path: Path, statement: str, says: str) -> None:
    events = chained([arrival("07STRELSAU1"), arrival("07STRELSAU2"), check("07STRELSAU1")])
    catalogue_of(tmp_path, events).close()
    change(tmp_path, statement)
    said = compare(tmp_path, events)
    assert said is not None
    assert says in said


def test_an_index_that_hides_a_row_is_a_difference(tmp_path: Path) -> None:
    events = chained([arrival("07STRELSAU1"), arrival("07STRELSAU2")])
    catalogue_of(tmp_path, events).close()
    # The index is made of one row, and then said to be that of all rows.
    change(
        tmp_path,
        "DROP INDEX bag_due",
        "CREATE INDEX bag_due ON bag (last_checked, name, version) WHERE id = 1",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX bag_due ON bag (last_checked, name, version)'"
        " WHERE name = 'bag_due'",
    )
    assert compare(tmp_path, events) == "its indexes are not those of its tables"


def test_a_catalogue_that_is_behind_lacks_lines(tmp_path: Path) -> None:
    events = chained([arrival("07STRELSAU1"), check("07STRELSAU1")])
    catalogue_of(tmp_path, events[:1]).close()
    assert compare(tmp_path, events) == "it lacks line 2"


def test_a_check_counts_for_a_bag_that_had_come_in_whatever_the_parts(tmp_path: Path) -> None:
    late = "2027-01-01T00:00:00Z"
    events = chained(
        [check("07STRELSAU1", at=late), arrival("07STRELSAU1"), check("07STRELSAU1", outcome=EventOutcome.FAIL)]
    )
    with closing(catalogue_of(tmp_path, events)) as catalogue:
        (stored,) = catalogue.versions("07STRELSAU1")
        whole = list(catalogue.dump())
        catalogue.rebuild(())
        for event in events:
            catalogue.fold([event])
        assert list(catalogue.dump()) == whole
    assert (stored.last_checked, stored.last_ok, stored.outcome) == (events[2].event.at, None, "fail")


def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_PART", 50)

    def peak(bags: int, checks: int) -> int:
        root = tmp_path / f"{bags}-{checks}"
        root.mkdir()
        events = chained(
            [arrival(f"07STRELSAU{number}") for number in range(bags)]
            + [check(f"07STRELSAU{number % bags}") for number in range(checks)]
        )
        with closing(catalogue_of(root, events)) as catalogue, measured_memory() as memory:
            assert catalogue.compare(lambda _: events) is None
        return memory.peak

    peak(10, 10)
    assert peak(800, 800) < 2 * peak(100, 100)  # Eight times as many events.
