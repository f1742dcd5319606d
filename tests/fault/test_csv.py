"""``kill -9`` while the index of a file of rows is made: an index that is seen is whole, and nothing piles up."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

import pytest
from benchmarks.corpus import make_csv
from tests.selection import part

from preserve.readers.csv import index as csv_index, index_file as csv_index_file
from preserve.readers.csv.index import load_row, rows_by_index
from preserve.readers.csv.rows import find_rows

ROUNDS = part(12)
NAMES = {".cables.csv.preserve-index", ".cables.csv.preserve-index.part", "cables.csv"}
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["preserve.readers.csv.index"])


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _copy_half(source: BinaryIO, target: BinaryIO, _: int = 0) -> None:
    data = source.read()
    target.write(data[: len(data) // 2])
    target.flush()
    _die()


def _index_and_die(path: Path, moment: str) -> None:
    csv_index.STORED_FROM = 0
    match moment:
        case "while it is copied":
            shutil.copyfileobj = _copy_half  # type: ignore[assignment]
        case "before it is synced":
            os.fsync = _die  # type: ignore[assignment]
        case "before it has its name":
            Path.replace = _die  # type: ignore[method-assign,assignment]
        case _:
            csv_index.rows_by_index = _die  # type: ignore[assignment]
    list(rows_by_index(path))
    _die()


def _index_for_ever(path: Path, told: Connection) -> None:
    csv_index.STORED_FROM = 0
    csv_index_file.CHUNK = 4096
    list(rows_by_index(path))
    told.send(None)
    while True:
        os.utime(path)
        list(rows_by_index(path))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(csv_index, "STORED_FROM", 0)
    (tmp_path / "sources").mkdir()
    path = tmp_path / "sources" / "cables.csv"
    make_csv(400, path)
    return path


def _offsets(path: Path) -> list[int]:
    return [ref.container.offset for ref in rows_by_index(path) if ref.container and ref.container.offset is not None]


def _check(path: Path, offsets: list[int]) -> None:
    assert {each.name for each in path.parent.iterdir()} <= NAMES
    kept = path.with_name(".cables.csv.preserve-index")
    if kept.exists():
        with csv_index_file.load_index(kept) as index:
            assert index is not None
    assert _offsets(path) == offsets
    assert {each.name for each in path.parent.iterdir()} == NAMES - {".cables.csv.preserve-index.part"}
    assert load_row(next(rows_by_index(path, first=400))).name == "row-400.csv"


@pytest.mark.parametrize(
    "moment", ["while it is copied", "before it is synced", "before it has its name", "when it has its name"]
)
def test_a_process_killed_at_the_worst_moment(path: Path, moment: str) -> None:
    writer = CONTEXT.Process(target=_index_and_die, args=(path, moment))
    writer.start()
    writer.join()
    assert writer.exitcode == -9
    aside = path.with_name(".cables.csv.preserve-index.part").exists()
    assert aside == (moment != "when it has its name")
    _check(path, [each.offset for each in find_rows([path.read_bytes()])])


def test_a_process_killed_at_any_moment(path: Path) -> None:
    offsets = _offsets(path)
    chance = random.Random(20260131)
    for _ in range(ROUNDS):
        told, teller = CONTEXT.Pipe(duplex=False)
        writer = CONTEXT.Process(target=_index_for_ever, args=(path, teller))
        writer.start()
        told.recv()
        # Where in a writing of the index the kill meets it is left to the machine.
        time.sleep(chance.uniform(0, 0.05))
        writer.kill()
        writer.join()
        assert writer.exitcode == -9
        _check(path, offsets)
