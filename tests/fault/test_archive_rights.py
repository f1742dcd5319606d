"""Missing rights: real ones. Run as root, a test lays root's rights down for its duration."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.archive.making import CLOCK, SOFTWARE, founded, put, put_one

from preserve import audit
from preserve.archive.events import EventOutcome
from preserve.archive.opening import open_archive
from preserve.deposit import deposit, depositor_for
from preserve.errors import ArchiveError, DepositError

NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="preserve-rights-"))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def as_somebody_else() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def take_away(root: Path) -> None:
    """Take the right to write away, from every folder and file."""
    for path in [root, *root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def give_away(root: Path) -> None:
    """Make everything belong to whom :func:`as_somebody_else` is."""
    if os.geteuid() == 0:
        for path in [root, *root.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)


def test_an_archive_that_may_not_be_written_can_be_read_and_says_so(place: Path) -> None:
    root = place / "archive"
    with founded(root) as archive:
        stored = put_one(archive, "07STRELSAU1")
    take_away(root)
    with as_somebody_else(), open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        assert archive.find("07STRELSAU1") == [stored]
        assert archive.check_log().findings == ()
        assert list(audit.sweep_archive(archive)) == []
        assert audit.check_bag(audit.make_task(stored)).outcome is EventOutcome.SUCCESS
        with pytest.raises(ArchiveError, match="permission denied"):
            archive.log([])
    assert not list(root.glob(".stage-*"))


def test_who_may_not_write_reads_by_a_catalogue_of_his_own(place: Path) -> None:
    root = place / "archive"
    with founded(root) as archive:
        put_one(archive, "07STRELSAU1")
    (root / "catalogue.sqlite").unlink()
    take_away(root)
    with as_somebody_else(), open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        assert [stored.label for stored in archive.bags()] == ["07STRELSAU1/v1"]
    assert not (root / "catalogue.sqlite").exists()


def test_a_folder_that_may_not_be_written_is_not_made_an_archive(place: Path) -> None:
    take_away(place)
    with as_somebody_else(), pytest.raises(ArchiveError, match="permission denied"):
        founded(place / "archive")


def test_a_bag_that_may_not_be_read_is_unknown_not_lost(place: Path) -> None:
    with founded(place / "archive") as archive:
        stored, other = put_one(archive, "07STRELSAU1"), put_one(archive, "07STRELSAU2")
        next((stored.path / "data/source").iterdir()).chmod(0)
        other.path.chmod(0)
        with as_somebody_else():
            results = [audit.check_bag(audit.make_task(each)) for each in (stored, other)]
        assert [each.outcome for each in results] == [EventOutcome.UNKNOWN] * 2
        assert all(each.present for each in results)


def test_a_target_that_may_not_be_written_says_so(place: Path) -> None:
    root, target = place / "archive", place / "target"
    target.mkdir()
    with founded(root) as archive:
        put(archive, "07STRELSAU1")
    give_away(root)
    take_away(target)
    with as_somebody_else(), open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        (stored,) = archive.find("07STRELSAU1")
        with pytest.raises(DepositError, match="permission denied"):
            deposit(archive, stored, depositor_for(str(target)))
        assert len(list(archive.events(stored))) == 1
