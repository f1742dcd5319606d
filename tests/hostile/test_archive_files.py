"""Files and bags that other hands put into an archive, beside its event log, and what the archive makes of them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.archive.making import CLOCK, SOFTWARE, founded, put, put_one, reopened
from tests.cli.command import preserve

from preserve.access import select_bag
from preserve.archive.checkpoint import encode_checkpoint, read_checkpoint
from preserve.archive.eventlog import LogHead
from preserve.archive.lock import BusyError, hold_lock
from preserve.archive.opening import rebuild_catalogue
from preserve.digests import sha256
from preserve.errors import ArchiveError, ExitCode, UsageError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive with the bags 07STRELSAU1 and 07STRELSAU2."""
    with founded(tmp_path / "archive") as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2")
    return tmp_path / "archive"


def link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


KINDS = pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, link_to_nowhere], ids=["folder", "pipe", "link"])


# The checkpoint


def test_a_checkpoint_that_is_torn_says_nothing(root: Path) -> None:
    path = root / ".checked.json"
    old = path.read_bytes()
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    new = path.read_bytes()
    assert read_checkpoint(root) is not None
    for torn in (new[:40] + old[40:], new[:-20], bytes(len(new)), b""):
        path.write_bytes(torn)
        assert read_checkpoint(root) is None
        with reopened(root) as archive, archive.writing():
            pass


@KINDS
@pytest.mark.parametrize("name", [".checked.json", ".checked.json.new"])
def test_what_lies_in_the_place_of_the_checkpoint_fails_no_write(
    root: Path, make: Callable[[Path], None], name: str
) -> None:
    (root / name).unlink(missing_ok=True)
    make(root / name)
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
        assert archive.find("07STRELSAU3")
    assert not (root / "nowhere").exists()
    with suppress(OSError):  # It may be a folder, which says nothing.
        (root / ".checked.json").unlink()
    assert read_checkpoint(root) is None


@pytest.mark.parametrize(
    "place",
    [
        LogHead(-1),
        LogHead(1 << 63),
        LogHead(1, "\x1b[31m"),
        LogHead(1, "A" * 64),
        LogHead(3, "0" * 64, "../../etc/passwd", 10),
        LogHead(3, "0" * 64, "events/2026/01/000000000001.jsonl", -5),
        LogHead(3, "0" * 64, "events/2026/01/000000000001.jsonl", 10**30),
        LogHead(True, end=False),
    ],
)
def test_a_checkpoint_with_a_value_that_no_line_has_says_nothing(root: Path, place: LogHead) -> None:
    (root / ".checked.json").write_bytes(encode_checkpoint(place))
    assert read_checkpoint(root) is None
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")


# Files that are no files


@KINDS
def test_a_lock_that_is_no_file_is_told_and_a_reader_reads_on(root: Path, make: Callable[[Path], None]) -> None:
    (root / ".writing").unlink()
    make(root / ".writing")
    with reopened(root) as archive:
        assert archive.find("07STRELSAU1")
        with pytest.raises(ArchiveError, match=r"\.writing is no ordinary file\. Remove it; it is made again\."):
            put_one(archive, "07STRELSAU3")


def test_events_that_are_a_link_are_told_as_a_link(root: Path, tmp_path: Path) -> None:
    (root / "events").rename(tmp_path / "elsewhere")
    (root / "events").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError, match="there is a link"), hold_lock(root, patience=0):
        pass


@pytest.mark.parametrize(
    ("make", "says"),
    [(Path.touch, "is empty"), (os.mkfifo, "is no ordinary file"), (Path.mkdir, "is no ordinary file")],
    ids=["empty", "pipe", "folder"],
)
def test_an_archive_json_that_says_nothing_is_told(root: Path, make: Callable[[Path], None], says: str) -> None:
    (root / "archive.json").unlink()
    make(root / "archive.json")
    with pytest.raises(ArchiveError, match=rf"archive\.json {says}"):
        reopened(root)


# The lock


def test_a_writer_that_is_waited_for_is_named(root: Path) -> None:
    with (
        hold_lock(root, patience=0),
        pytest.raises(BusyError, match=f"^process {os.getpid()} is writing"),
        hold_lock(root, patience=0),
    ):
        pass


def test_whoever_locks_the_folder_alone_is_not_named_by_what_another_one_wrote(root: Path) -> None:
    (root / ".writing").write_text("process 1\n")
    folder = os.open(root / "events", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with pytest.raises(BusyError, match=r"^another process is writing"), hold_lock(root, patience=0):
            pass
    finally:
        os.close(folder)


# Bags that other hands put there


BAG = "bags/STRELSAU/2007/07STRELSAU1/v1"


def plant(root: Path, place: str) -> str:
    """Copy a bag of the archive to another place of it, and return the place."""
    shutil.copytree(root / BAG, root / place)
    return place


def announce(root: Path, *places: str) -> None:
    """Append an announcement to the log, in a line that fits."""
    (path,) = root.glob("events/*/*/*.jsonl")
    lines = path.read_bytes().splitlines()
    bags = [
        {"location": place, "seal": sha256((root / BAG / "tagmanifest-sha512.txt").read_bytes())} for place in places
    ]
    fields = json.loads(lines[0]) | {"seq": len(lines) + 1, "previous": sha256(lines[-1]), "data": {"bags": bags}}
    path.write_bytes(b"\n".join([*lines, json.dumps(fields).encode(), b""]))


def ingested(root: Path) -> list[str]:
    """Return the places of the bags that the log has, as often as it has them."""
    lines = [json.loads(line) for path in root.glob("events/*/*/*.jsonl") for line in path.read_bytes().splitlines()]
    return sorted(line["data"]["location"] for line in lines if line["type"] == "ingestion")


def test_an_announcement_of_very_many_bags_stops_nothing(root: Path) -> None:
    announce(root, *(f"bags/_/0000/x{number}/v1" for number in range(40_000)))
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
        assert archive.find("07STRELSAU3")


def test_an_announced_bag_that_the_log_has_at_another_place_is_not_logged_again(root: Path) -> None:
    before = ingested(root)
    places = ("bags/ZENDA/0000/07STRELSAU1/v1", "bags/ZENDA/0000/07strelsau1/v2")
    announce(root, *(plant(root, place) for place in places))
    for _ in range(3):
        with reopened(root) as archive, archive.writing():
            pass
    assert ingested(root) == before


def test_of_two_places_that_are_announced_for_one_bag_one_is_logged(root: Path) -> None:
    before = ingested(root)
    places = ("bags/ZENDA/0000/07STRELSAU9/v1", "bags/_/0000/07STRELSAU9/v1", "bags/_/0000/07strelsau9/v1")
    announce(root, *(plant(root, place) for place in places))
    for _ in range(2):
        with reopened(root) as archive, archive.writing():
            pass
    assert ingested(root) == [*before, places[0]]


def test_a_copy_of_a_stored_bag_is_told_and_not_taken_in(root: Path) -> None:
    before = ingested(root)
    copy = plant(root, "bags/ZENDA/0000/07STRELSAU1/v1")
    clash = plant(root, "bags/ZENDA/0000/07strelsau2/v1")
    for _ in range(2):
        rebuilt = rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
        assert [(each.code, each.where) for each in rebuilt.findings] == [
            ("bag-unknown", copy),
            ("bag-name-clash", clash),
        ]
        assert rebuilt.adopted == 0
    assert ingested(root) == before


def test_of_two_unknown_bags_of_one_name_one_is_taken_in(root: Path) -> None:
    first = plant(root, "bags/ZENDA/0000/07STRELSAU9/v1")
    second = plant(root, "bags/ZENDA/2001/07STRELSAU9/v1")
    third = plant(root, "bags/_/0000/07strelsau9/v1")
    rebuilt = rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    assert [(each.code, each.where) for each in rebuilt.findings] == [
        ("bag-unknown", second),
        ("bag-name-clash", third),
    ]
    assert first in ingested(root)
    with reopened(root) as archive:
        assert not archive.check_log().findings


# The catalogue


def test_a_profile_with_a_blank_survives(root: Path) -> None:
    bag = root / plant(root, "bags/STRELSAU/2007/07STRELSAU9/v1")
    profile = "https://example.org/a profile of ours"
    info = bag / "bag-info.txt"
    info.write_text(info.read_text().replace("https://example.org/profile.json", profile))
    tags = bag / "tagmanifest-sha512.txt"
    rows = [line.split(maxsplit=1) for line in tags.read_text().splitlines()]
    tags.write_text("".join(f"{hashlib.sha512((bag / path).read_bytes()).hexdigest()}  {path}\n" for _, path in rows))
    assert rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE).adopted == 1
    with reopened(root) as archive:
        assert archive.find("07STRELSAU9")[0].profiles == (profile,)
        assert not archive.check_log().findings


@pytest.mark.parametrize("text", ["", "x", "{}", "[1]", '["\\ud800"]', "[" * 100_000, "[" + "9" * 5000 + "]"])
def test_profiles_that_are_no_list_of_texts_are_damage(root: Path, text: str) -> None:
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE bag SET profiles = ?", [text])
    with reopened(root) as archive, pytest.raises(ArchiveError, match="damaged"):
        archive.find("07STRELSAU1")


@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", "-shm"])
def test_a_folder_in_the_place_of_the_catalogue_is_told(root: Path, suffix: str) -> None:
    path = root / f"catalogue.sqlite{suffix}"
    path.unlink(missing_ok=True)
    path.mkdir()
    with pytest.raises(ArchiveError, match=rf"catalogue\.sqlite{suffix} is a folder\. Move it away and run"):
        rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    path.rmdir()
    assert rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE).bags == 2


# A bag of the current folder in place of a stored one


def damage_catalogue(root: Path) -> None:
    os.truncate(root / "catalogue.sqlite", 10)


def break_log(root: Path) -> None:
    for path in root.glob("catalogue.sqlite*"):
        path.unlink()
    (path,) = root.glob("events/*/*/*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"Stored as", b"FORGED as", 1))


def remove_marker(root: Path) -> None:
    (root / "0=preserve_archive_1.0").unlink()


def remove_about(root: Path) -> None:
    (root / "archive.json").unlink()


@pytest.mark.parametrize("spoil", [damage_catalogue, break_log, remove_marker, remove_about])
def test_an_archive_that_cannot_be_asked_is_told_whatever_lies_in_the_current_folder(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("07STRELSAU1", "07STRELSAU3"):
        shutil.copytree(root / BAG, name)
    assert select_bag("07STRELSAU3", root).path == Path("07STRELSAU3")
    with pytest.raises(UsageError, match="in the current folder too"):
        select_bag("07STRELSAU1", root)
    spoil(root)
    for name in ("07STRELSAU1", "07STRELSAU3"):
        with pytest.raises(ArchiveError):
            select_bag(name, root)
        done = preserve("compare", name, f"./{name}", "--archive", root, cwd=tmp_path)
        assert done.returncode in {ExitCode.ARCHIVE, ExitCode.LOG}
    assert select_bag("07STRELSAU1", tmp_path / "none").path == Path("07STRELSAU1")
