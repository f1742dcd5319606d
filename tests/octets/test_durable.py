"""What is written lands below the folder that was named, and no link on the way is followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preserve.octets.durable import hold_folder, make_folders, rename_new, replace_file, write_new


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def away(tmp_path: Path) -> Path:
    folder = tmp_path / "away"
    folder.mkdir()
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def test_missing_folders_are_made_and_told(root: Path) -> None:
    with hold_folder(root / "a" / "b" / "c", root) as (held, changed):
        write_new("file", (b"x",), dir_fd=held)
    assert (root / "a" / "b" / "c" / "file").read_bytes() == b"x"
    assert changed == (root, root / "a", root / "a" / "b")
    with hold_folder(root / "a" / "b", root) as (_held, changed):
        assert changed == ()


@pytest.mark.parametrize("place", ["a", "a/b", "a/b/c"])
@pytest.mark.parametrize("leads", ["away", "nowhere"])
def test_a_link_below_the_root_is_not_followed(place: str, leads: str, root: Path, away: Path) -> None:
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).symlink_to(away if leads == "away" else "nowhere")
    with pytest.raises(OSError, match="symbolic links") as caught:
        make_folders(root / "a" / "b" / "c" / "d", root)
    assert (caught.value.errno, caught.value.filename) == (errno.ELOOP, str(root / place))
    assert list(away.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_told(root: Path) -> None:
    (root / "a").write_bytes(b"x")
    with pytest.raises(NotADirectoryError):
        make_folders(root / "a" / "b", root)


def test_a_link_that_the_user_named_is_the_users(root: Path, away: Path) -> None:
    (root / "link").symlink_to(away)
    make_folders(root / "link" / "a", root / "link")
    make_folders(root / "link" / "b" / "c")
    assert sorted(path.name for path in away.iterdir()) == ["a", "b"]


def test_a_place_that_climbs_is_no_place_below_the_root(root: Path) -> None:
    with pytest.raises(ValueError, match="not below"):
        make_folders(root / "a" / ".." / ".." / "b", root)
    with pytest.raises(ValueError, match="not in the subpath"):
        make_folders(root.parent / "b", root)


def test_a_folder_that_is_swapped_for_a_link_while_it_is_held_gets_what_is_written(root: Path, away: Path) -> None:
    (root / "new").write_bytes(b"x")
    with hold_folder(root / "a", root) as (held, _changed):
        (root / "a").rename(root / "gone")
        (root / "a").symlink_to(away)
        write_new("file", (b"x",), dir_fd=held)
        rename_new(root / "new", root / "a" / "new", dir_fd=held)
    assert list(away.iterdir()) == []
    assert sorted(path.name for path in (root / "gone").iterdir()) == ["file", "new"]


def test_a_folder_that_becomes_a_link_between_two_steps_is_refused(
    root: Path, away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = os.mkdir

    def swap(path: str, mode: int, *, dir_fd: int) -> None:
        make(path, mode, dir_fd=dir_fd)
        (root / path).rmdir()
        (root / path).symlink_to(away)

    monkeypatch.setattr(os, "mkdir", swap)
    with pytest.raises(OSError, match="symbolic links"):
        make_folders(root / "a" / "b", root)
    assert list(away.iterdir()) == []


@pytest.mark.parametrize("link", ["file", ".file.new"])
def test_replacing_a_file_replaces_a_link_in_its_place(link: str, root: Path, away: Path) -> None:
    (away / "theirs").write_bytes(b"kept")
    (root / link).symlink_to(away / "theirs")
    replace_file(root / "file", b"new")
    assert (away / "theirs").read_bytes() == b"kept"
    assert (root / "file").read_bytes() == b"new"
    assert not (root / "file").is_symlink()


def test_replacing_a_file_below_a_link_is_refused(root: Path, away: Path) -> None:
    (root / "a").symlink_to(away)
    with pytest.raises(OSError, match="symbolic links"):
        replace_file(root / "a" / "file", b"new", root)
    assert list(away.iterdir()) == []


@pytest.mark.parametrize("leads", ["away", "nowhere"])
def test_a_new_file_is_not_written_through_a_link_in_its_place(leads: str, root: Path, away: Path) -> None:
    (away / "file").write_bytes(b"kept")
    (root / "link").symlink_to(away / "file" if leads == "away" else away / "new")
    with pytest.raises(FileExistsError):
        write_new(root / "link", (b"x",))
    assert [path.read_bytes() for path in away.iterdir()] == [b"kept"]


@pytest.mark.parametrize(("mask", "folder", "file"), [(0, 0o775, 0o644), (0o22, 0o755, 0o644), (0o77, 0o700, 0o600)])
def test_rights_follow_the_umask_and_never_let_everybody_write(mask: int, folder: int, file: int, root: Path) -> None:
    with umask(mask):
        make_folders(root / "a" / "b", root)
        write_new(root / "new", (b"x",))
        replace_file(root / "replaced", b"x")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*")}
    assert modes == {"a": folder, "b": folder, "new": file, "replaced": file}
