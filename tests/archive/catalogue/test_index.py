"""What the catalogue answers: in what order, and that no value of a hostile row comes out."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.archive.catalogue.made_up_log import ANNOUNCEMENT, arrival, catalogue_of, chained, change, check

from preserve.archive.catalogue import Catalogue, Order
from preserve.archive.catalogue.database import Database
from preserve.archive.catalogue.tables import ANNOUNCED, event
from preserve.archive.events import LogEvent
from preserve.errors import ArchiveError

A = "a" * 64
OLD, NEW = "2001-01-01T00:00:00Z", "2026-01-31T09:30:00Z"


def labels(catalogue: Catalogue, name: str) -> list[str]:
    return [each.label for each in catalogue.find(name)]


def test_the_last_that_is_found_is_the_newest_whatever_clocks_said(tmp_path: Path) -> None:
    events = chained([
        arrival("07STRELSAU9", at=NEW),
        arrival("GROUP-A", at=NEW, cables=["07STRELSAU9", "07STRELSAU1"]),
        arrival("07STRELSAU9", 2, at=OLD),
    ])  # fmt: skip
    with closing(catalogue_of(tmp_path, events)) as catalogue:
        assert labels(catalogue, "07STRELSAU9") == ["GROUP-A/v1", "07STRELSAU9/v1", "07STRELSAU9/v2"]
        assert [each.version for each in catalogue.versions("07STRELSAU9")] == [1, 2]
        assert [each.seq for each in catalogue.find("07STRELSAU9")] == [2, 1, 3]
        (by_source,) = catalogue.find_by_source(catalogue.find("07STRELSAU9")[-1].cables[0].source_sha256)
        assert by_source.label == "07STRELSAU9/v2"


def test_a_line_is_known_by_its_place_and_digest(tmp_path: Path) -> None:
    events = chained([arrival("07STRELSAU1"), check("07STRELSAU1"), ANNOUNCEMENT, check("07STRELSAU2"), ANNOUNCEMENT])
    with closing(catalogue_of(tmp_path, events[:2])) as catalogue:
        lines = catalogue.positions("07STRELSAU1", 1)
        assert [(each.seq, each.position, each.digest) for each in lines] == [
            (each.seq, each.position, each.digest) for each in events[:2]
        ]
        assert catalogue.position_of(2) == lines[1]
        assert catalogue.position_of(3) is None
        assert catalogue.last_announcement() is None
        catalogue.fold(events[2:])
        last = catalogue.last_announcement()
        assert last == catalogue.position_of(5)
        assert last is not None
        assert last.digest == events[4].digest


def test_the_last_announcement_is_found_by_an_index(tmp_path: Path) -> None:
    catalogue_of(tmp_path, chained([ANNOUNCEMENT])).close()
    query = select(event).where(ANNOUNCED).order_by(event.c.seq.desc()).limit(1)
    with closing(Database(tmp_path)) as database, database.reading() as connection:
        sql = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    assert [row[3] for row in plan] == ["SCAN event USING INDEX event_announced"]


HOSTILE: Mapping[str, Mapping[str, Sequence[object]]] = {
    "bag": {
        "name": ("..", "../x", "a/b", "", ".x", "x" * 256, b"07STRELSAU1", "07STRELSAU1\n"),
        "version": (0, -1, 1 << 40, 1.5, "x"),
        "post": ("..", "strelsau", "", b"STRELSAU", "STRELSAU\n"),
        "year": ("..", "20077", "200", b"2007"),
        "form": ("folder", "", b"tar"),
        "seal": ("", "A" * 64, "a" * 63, "a" * 64 + "\n", b"a" * 64),
        "source_key": (b"x",),
        "files": (-1, 1.5, "many"),
        "bytes": (-1, "x"),
        "size": (-1, b""),
        "profiles": (b"x",),
        "member_index": ("x", b""),
        "created": ("", "yesterday", "2026-01-31T09:30:00", "2026-01-31T09:30:00Z\n"),
        "last_seen": ("", b""),
        "last_checked": ("", "x", b"x"),
        "last_ok": ("never",),
        "outcome": ("PASS", "", b"pass"),
    },
    "cable": {
        "identifier": (b"x",),
        "subject": (b"x",),
        "date": (b"x",),
        "source_sha256": (b"a" * 64,),
        "text_sha256": (b"",),
    },
}
LINES: Mapping[str, Sequence[object]] = {
    "file": ("../../etc/passwd", "/dev/zero", "events/../x", "events/2026/01/000000000001.jsonl\n", b"x", ""),
    "offset": (-1, "x", 1.5, (1 << 63) - 1),
    "length": (0, -1, 1 << 40, "x"),
    "digest": ("a" * 64, b"", b"\0" * 31, 5, 1 << 40),
}
ENDS: Mapping[str, Sequence[object]] = {
    "seq": (-1, "x", 0),
    "digest": ("x", b"a" * 64),
    "file": ("../x", "", b""),
    "end": (-1, "x"),
}


def told(value: object) -> str:
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in HOSTILE for column in HOSTILE[table]])
def test_no_hostile_value_of_a_bag_comes_out(tmp_path: Path, table: str, column: str) -> None:
    catalogue_of(tmp_path, chained([arrival("07STRELSAU1")])).close()
    for value in HOSTILE[table][column]:
        change(tmp_path, f'UPDATE {table} SET "{column}" = {told(value)}')
        with closing(Catalogue(tmp_path)) as catalogue:
            for order in Order:
                with pytest.raises(ArchiveError, match=r"damaged.*catalogue rebuild"):
                    list(catalogue.bags(order))


@pytest.mark.parametrize("column", LINES)
def test_no_hostile_place_of_a_line_comes_out(tmp_path: Path, column: str) -> None:
    catalogue_of(tmp_path, chained([ANNOUNCEMENT])).close()
    for value in LINES[column]:
        change(tmp_path, f'UPDATE event SET "{column}" = {told(value)}')
        with closing(Catalogue(tmp_path)) as catalogue:
            for ask in (Catalogue.last_announcement, lambda each: each.position_of(1)):
                with pytest.raises(ArchiveError, match="damaged"):
                    ask(catalogue)


@pytest.mark.parametrize("column", ENDS)
def test_no_hostile_end_of_the_log_comes_out(tmp_path: Path, column: str) -> None:
    catalogue_of(tmp_path, chained([ANNOUNCEMENT])).close()
    for value in ENDS[column]:
        change(tmp_path, f'UPDATE state SET "{column}" = {told(value)}')
        with closing(Catalogue(tmp_path)) as catalogue, pytest.raises(ArchiveError, match="damaged"):
            catalogue.head()


def test_a_text_that_is_not_utf_8_is_damage(tmp_path: Path) -> None:
    catalogue_of(tmp_path, chained([arrival("07STRELSAU1")])).close()
    change(tmp_path, "UPDATE cable SET subject = CAST(x'ff41' AS TEXT)")
    with closing(Catalogue(tmp_path)) as catalogue, pytest.raises(ArchiveError, match="damaged"):
        catalogue.find("07STRELSAU1")


def test_an_index_that_has_a_bag_too_many_is_damage(tmp_path: Path) -> None:
    catalogue_of(tmp_path, chained([arrival("07STRELSAU1")])).close()
    # While SQLite does not know of the index, it leaves the entry of a row there that is deleted.
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as connection:
        row = connection.execute("SELECT * FROM sqlite_master WHERE name = 'bag_place'").fetchone()
    change(tmp_path, "DELETE FROM sqlite_master WHERE name = 'bag_place'")
    change(tmp_path, "DELETE FROM bag", f"INSERT INTO sqlite_master VALUES ({', '.join(map(told, row))})")
    with closing(Catalogue(tmp_path)) as catalogue, pytest.raises(ArchiveError, match="damaged"):
        list(catalogue.bags(Order.PLACE))


@pytest.mark.parametrize(
    ("event", "changed"),
    [
        (arrival("07STRELSAU1"), {"seal": "x"}),
        (arrival("07STRELSAU1"), {"location": "bags/STRELSAU/2007/07STRELSAU2/v1"}),
        (arrival("07STRELSAU1"), {"cables": [{"identifier": "\ud800", "source_sha256": A, "text_sha256": A}]}),
        (arrival("07STRELSAU1"), {"cables": [{"identifier": "x", "text_sha256": A}]}),
        (arrival("07STRELSAU1", at="now"), {}),
        (check("07STRELSAU1", at="now"), {}),
        (check("../x"), {}),
        (check("07STRELSAU1", 1 << 70), {}),
        (LogEvent(type="\ud800", at=NEW, detail="x"), {}),
    ],
)  # fmt: skip
def test_a_line_that_no_row_can_hold_is_not_folded_and_is_named(
    tmp_path: Path, event: LogEvent, changed: dict[str, object]
) -> None:
    hostile = LogEvent(
        type=event.type, at=event.at, detail="x", bag=event.bag, version=event.version, data={**event.data, **changed}
    )
    # Neither is written, nor read from a log; what makes rows must not go by that.
    first, second = chained([arrival("07STRELSAU7"), arrival("07STRELSAU1")])
    events = [first, replace(second, event=hostile)]
    with closing(catalogue_of(tmp_path, events[:1])) as catalogue:
        with pytest.raises(ArchiveError, match="line 2 of the event log"):
            catalogue.fold(events[1:])
        assert catalogue.compare(lambda _: events[:1]) is None
