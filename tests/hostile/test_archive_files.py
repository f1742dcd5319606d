"""Files and bags that other hands put into an archive, beside its event log, and what the archive makes of them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.archive.making import CLOCK, SOFTWARE, founded, put, put_one

from preserve.archive.checkpoint import encode_checkpoint, read_checkpoint, remove_checkpoint
from preserve.archive.eventlog import LogHead
from preserve.archive.lock import BusyError, hold_lock
from preserve.archive.opening import open_archive
from preserve.archive.vault import Archive
from preserve.errors import ArchiveError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive with the bags 07STRELSAU1 and 07STRELSAU2."""
    with founded(tmp_path / "archive") as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2")
    return tmp_path / "archive"


def reopened(root: Path) -> Archive:
    return open_archive(root, clock=CLOCK, software=SOFTWARE, patience=0)


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
    remove_checkpoint(root)
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
        with pytest.raises(BusyError, match="^another process is writing"), hold_lock(root, patience=0):
            pass
    finally:
        os.close(folder)
