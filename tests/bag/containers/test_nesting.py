"""A folder that is no bag may hold some."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.bag.containers.nesting import find_bag_inside


@pytest.mark.parametrize("name", ["letters.tar", "letters.tar.zst", "letters.tgz", "letters.zip"])
def test_an_archive_may_be_a_bag_by_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert find_bag_inside(tmp_path) is None
    (tmp_path / name).touch()
    assert find_bag_inside(tmp_path) == tmp_path / name


def test_a_folder_may_be_a_bag_by_its_declaration(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    assert find_bag_inside(tmp_path) is None
    (tmp_path / "letters/bagit.txt").touch()
    assert find_bag_inside(tmp_path) == tmp_path / "letters"


def test_what_is_no_folder_holds_none(tmp_path: Path) -> None:
    assert find_bag_inside(tmp_path / "none") is None
