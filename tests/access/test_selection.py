"""Which bags are given out: those that are named, or the newest of each; restricted cables only on request."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.access.test_export import bag_of
from tests.archive.making import archive_at, put_one
from tests.description.examples import cable_with

from preserve.access.export import BagSelection
from preserve.access.selection import describe_public, newest_bags, select_bag
from preserve.errors import ArchiveError
from preserve.settings import Settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with archive_at(tmp_path / "archive") as archive:
        for name, source in (("07STRELSAU1", b"1"), ("07STRELSAU1", b"2"), ("07STRELSAU2", b"1")):
            put_one(archive, name, source=source)
    return tmp_path / "archive"


def test_a_name_is_the_newest_version_and_a_label_the_one_that_it_says(root: Path) -> None:
    assert select_bag("07STRELSAU1", root).label == "07STRELSAU1/v2"
    assert select_bag("07STRELSAU1/v1", root).label == "07STRELSAU1/v1"
    with pytest.raises(ArchiveError):
        select_bag("07STRELSAU3", root)


def test_what_lies_at_a_path_needs_no_archive(tmp_path: Path) -> None:
    path = bag_of(tmp_path, cable_with("open"))
    assert select_bag(str(path), tmp_path / "none") == BagSelection(str(path), path)


def test_of_each_bag_the_newest_version_is_taken(root: Path) -> None:
    assert [each.label for each in newest_bags(root)] == ["07STRELSAU1/v2", "07STRELSAU2/v1"]


@pytest.mark.parametrize("include", [False, True])
def test_restricted_cables_are_left_out_and_named_unless_they_are_asked_for(tmp_path: Path, include: bool) -> None:
    for access in ("open", "restricted"):
        (tmp_path / access).mkdir()
    bags = [
        BagSelection("open", bag_of(tmp_path / "open", cable_with("open"))),
        BagSelection("shut", bag_of(tmp_path / "restricted", cable_with("restricted"))),
    ]
    left_out: list[str] = []
    described = list(describe_public(bags, Settings(), include_restricted=include, left_out=left_out))
    assert (len(described), left_out) == ((2, []) if include else (1, ["shut"]))
