"""Real disks that are full or read-only: a small tmpfs, which only root can mount."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.archive.making import CLOCK, SOFTWARE, archive_at, founded, put, put_one, staged

from preserve.archive.model import Arrival
from preserve.archive.opening import open_archive
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import Stage
from preserve.deposit import State, deposit, depositor_for
from preserve.errors import ArchiveError, DepositError


def _run(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if not _run("mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place)):
        pytest.skip("no right to mount a tmpfs")
    yield place
    _run("umount", "-l", str(place))


def test_a_full_disk_is_said_and_leaves_an_archive_that_goes_on(disk: Path) -> None:
    root = disk / "archive"
    names = [f"07STRELSAU{number}" for number in range(400)]
    stored: list[str] = []
    with founded(root) as archive, pytest.raises(ArchiveError, match=r"full|No space"):
        stored.extend(put_one(archive, name).label for name in names)
    for path in root.glob("bags/*/*/*/v*"):
        assert verify(path).valid
    assert _run("mount", "-o", "remount,size=16m", str(disk))
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive, archive.writing():
        assert set(stored) <= {each.label for each in archive.bags()}
        assert not archive.check_log().findings
        outcomes = put(archive, *names[: len(stored) + 5])
        assert {each.arrival for each in outcomes} == {Arrival.STORED, Arrival.UNCHANGED}
        before = list(archive.dump())
        assert not list(root.glob(".stage-*"))
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        archive.rebuild()
        assert list(archive.dump()) == before


@pytest.mark.parametrize("left", range(0, 24, 4))
def test_a_disk_that_fills_up_at_any_point_of_a_put_loses_nothing(disk: Path, left: int) -> None:
    """Fill the disk to some pages after the bags are staged, so that announcing, logging or indexing fails."""
    root = disk / "archive"
    with founded(root) as archive:
        put(archive, "07STRELSAU0")
        with archive.writing(), Stage(archive.store.stages) as stage:
            bags = [staged(stage.path, f"07STRELSAU{number}") for number in range(1, 9)]
            _fill(disk / "ballast", left)
            with suppress(ArchiveError):
                archive.put(bags)
    (disk / "ballast").unlink()
    for path in root.glob("bags/*/*/*/v*"):
        assert verify(path).valid
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive, archive.writing():
        assert not archive.check_log().findings
        names = {path.parent.name for path in root.glob("bags/*/*/*/v*")}
        assert {each.name for each in archive.bags()} == names
        before = list(archive.dump())
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        archive.rebuild()
        assert list(archive.dump()) == before


def _fill(ballast: Path, left: int) -> None:
    with ballast.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"\0" * 4096)
        except OSError:
            pass
        stream.truncate(max(0, stream.tell() - left * 4096))


def test_a_read_only_disk_can_be_read_and_says_that_it_cannot_be_written(disk: Path) -> None:
    root = disk / "archive"
    with founded(root) as archive:
        stored = put_one(archive, "07STRELSAU1")
    assert _run("mount", "-o", "remount,ro", str(disk))
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        assert archive.find("07STRELSAU1") == [stored]
        assert archive.check_log().findings == ()
        with pytest.raises(ArchiveError, match=r"(?i)read-only"):
            put(archive, "07STRELSAU2")


def test_a_target_that_is_full_or_read_only_or_gone_is_said(tmp_path: Path, disk: Path) -> None:
    with archive_at(tmp_path / "archive") as archive:
        stored = put_one(archive, "07STRELSAU1")
        target = disk / "copies"
        _fill(disk / "ballast", 2)
        with pytest.raises(DepositError, match=r"free|full"):
            deposit(archive, stored, depositor_for(str(target)))
        (disk / "ballast").unlink()
        assert not list(disk.rglob("07STRELSAU1*"))
        assert deposit(archive, stored, depositor_for(str(target))).state is State.VERIFIED
        assert _run("mount", "-o", "remount,ro", str(disk))
        other = put_one(archive, "07STRELSAU2")
        with pytest.raises(DepositError, match=r"(?i)read-only|permission"):
            deposit(archive, other, depositor_for(str(target)))
        assert _run("umount", "-l", str(disk))
        with pytest.raises(DepositError, match="is not there"):
            deposit(archive, other, depositor_for(str(target / "strelsau")))
