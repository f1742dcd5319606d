"""Publication: the places, and what happens when something is in the way."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.bag.making import BAG, FILES, write_bag

from preserve.bag.model import BagPath, Depth, Form, NewBag, PayloadFile, WrittenBag
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.publication import publish
from preserve.bag.writing.stage import Stage
from preserve.errors import ArchiveError
from preserve.octets import durable


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("there", ["file", "folder", "empty-folder", "dead-link", "bag"])
def test_what_is_there_is_never_replaced(form: Form, there: str, tmp_path: Path) -> None:
    target = tmp_path / (BAG.name + form.suffix)
    if there == "file":
        target.write_bytes(b"mine")
    elif there == "dead-link":
        target.symlink_to("nowhere")
    elif there == "bag":
        write_bag(BAG, tmp_path, form=form)
    else:
        target.mkdir()
        if there == "folder":
            (target / "mine").write_bytes(b"mine")
    before = [(path, path.lstat().st_ino, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))]
    with pytest.raises(ArchiveError, match="already there"):
        write_bag(BAG, tmp_path, form=form)
    assert [(path, path.lstat().st_ino, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))] == before


@pytest.mark.parametrize("call", ["renameat2", "checked"])
@pytest.mark.parametrize("form", Form)
def test_a_name_that_is_taken_at_the_last_moment_is_not_replaced(
    form: Form, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process takes the name between our look and our rename."""
    if call == "checked":
        monkeypatch.setattr(durable, "_library_call", lambda name: None)
    monkeypatch.setattr("preserve.bag.writing.publication.check_free", lambda targets: None)
    target = tmp_path / (BAG.name + form.suffix)
    target.write_bytes(b"mine")
    with pytest.raises(ArchiveError, match="already there"):
        write_bag(BAG, tmp_path, form=form)
    assert target.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("form", Form)
def test_a_system_without_syncfs_and_renameat2_will_do(
    form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_library_call", lambda name: None)
    written = write_bag(BAG, tmp_path, form=form)
    assert verify(written.path, seal=written.seal).valid


def test_a_batch_is_synced_before_any_of_it_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def noted(name: str) -> Callable[..., None]:
        real: Callable[..., None] = getattr(durable, name)

        def call(*arguments: object, **named: object) -> None:
            done.append(name)
            real(*arguments, **named)

        return call

    for name in ("sync_trees", "rename_new", "sync_folders"):
        monkeypatch.setattr(f"preserve.bag.writing.publication.{name}", noted(name))
    with Stage(tmp_path) as stage:
        bags = [stage_bag(NewBag(f"bag{number}", FILES), stage.path) for number in range(3)]
        published = publish([(bag, tmp_path / "deep" / "er" / bag.name) for bag in bags])
    assert done == ["sync_trees", *["rename_new"] * 3, "sync_folders"]
    assert [bag.path for bag in published] == [tmp_path / "deep" / "er" / f"bag{number}" for number in range(3)]
    assert all(verify(bag.path, seal=bag.seal).valid for bag in published)
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_one_taken_name_keeps_the_whole_batch_back(tmp_path: Path) -> None:
    (tmp_path / "bag1").mkdir()
    with Stage(tmp_path) as stage:
        bags = [stage_bag(NewBag(f"bag{number}", FILES), stage.path) for number in range(3)]
        with pytest.raises(ArchiveError, match="bag1"):
            publish([(bag, tmp_path / bag.name) for bag in bags])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bag1"]


def test_two_bags_for_one_place_are_refused(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        bags = [stage_bag(NewBag(f"bag{number}", FILES), stage.path) for number in range(2)]
        with pytest.raises(ArchiveError, match="already there"):
            publish([(bag, tmp_path / "bag") for bag in bags])
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_publish_is_nothing() -> None:
    assert publish([]) == ()


@pytest.mark.parametrize(("check", "hidden"), [(Depth.COMPLETE, b"longer than before"), (Depth.FULL, b"<XML/>\n")])
def test_a_stage_that_was_damaged_is_not_published(check: Depth, hidden: bytes, tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        staged = stage_bag(BAG, stage.path)
        (staged.path / "data/tei/05STRELSAU1.xml").write_bytes(hidden)
        with pytest.raises(ArchiveError, match="is not what was written"):
            publish([(staged, tmp_path / BAG.name)], check=check)
    assert list(tmp_path.iterdir()) == []


def test_a_stage_whose_tag_files_were_changed_is_not_published(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        staged = stage_bag(BAG, stage.path)
        path = staged.path / "tagmanifest-sha512.txt"
        path.write_bytes(path.read_bytes().upper())
        with pytest.raises(ArchiveError):
            publish([(staged, tmp_path / BAG.name)])


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("form", Form)
def test_a_full_disk_gives_an_error_and_leaves_nothing(form: Form, tmp_path: Path) -> None:
    big = NewBag("big", (*FILES, PayloadFile(BagPath("source/big.bin"), os.urandom(400_000))))
    with small_disk(tmp_path / "disk", "256k") as disk:
        with pytest.raises(ArchiveError, match="the disk is full") as caught:
            write_bag(big, disk, form=form)
        assert "big" in caught.value.message
        assert caught.value.hint
        assert list(disk.iterdir()) == []
        assert verify(write_bag(BAG, disk, form=form).path).valid


def test_a_disk_that_is_full_of_bags_keeps_those(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "512k") as disk:
        done = list(bags_until_it_is_full(disk))
        assert 3 < len(done) < 100
        assert sorted(path.name for path in disk.iterdir()) == sorted(bag.name for bag in done)
        assert all(verify(bag.path, seal=bag.seal).valid for bag in done)


def bags_until_it_is_full(disk: Path) -> Iterator[WrittenBag]:
    for number in range(100):
        bag = NewBag(f"bag{number}", (PayloadFile(BagPath("a"), os.urandom(20_000)),))
        try:
            yield write_bag(bag, disk)
        except ArchiveError:
            return


def test_a_place_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="No such file or directory"):
        write_bag(BAG, tmp_path / "nowhere")


def test_a_disk_that_does_not_take_the_sync_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(roots: list[Path]) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("preserve.bag.writing.publication.sync_trees", fails)
    with pytest.raises(ArchiveError, match="reports an input/output error"):
        write_bag(BAG, tmp_path)
    assert list(tmp_path.iterdir()) == []
