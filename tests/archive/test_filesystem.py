from __future__ import annotations

from pathlib import Path

import pytest
from tests.protocols.store import ONE, StoreContract

from preserve.archive.filesystem import FilesystemStore
from preserve.archive.layout import Location
from preserve.archive.store import Store, StrayEntry
from preserve.bag.model import Form
from preserve.errors import ArchiveError


class TestFilesystemStore(StoreContract):
    def make(self, tmp_path: Path) -> Store:
        (tmp_path / "bags").mkdir()
        return FilesystemStore(tmp_path)

    def test_what_is_at_no_place_of_the_layout_is_a_stray_and_no_link_is_followed(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        self.fill(store, ONE)
        shelf = tmp_path / "bags/STRELSAU/2007"
        (tmp_path / "bags/notes.txt").write_text("hello")
        (tmp_path / "bags/LINK").symlink_to(tmp_path / "bags/STRELSAU")
        (shelf / "07STRELSAU1/v01").mkdir()
        (shelf / "07STRELSAU1/v2").write_text("a file where a folder must be")
        (shelf / "07STRELSAU1/v3.tar").mkdir()
        (shelf / "07STRELSAU1/v4").symlink_to(shelf / "07STRELSAU1/v1")
        (shelf / "lower").mkdir()
        (shelf / "lower/v1.tar").write_bytes(b"")
        things = list(store.walk())
        assert [each for each in things if isinstance(each, Location)] == [
            ONE,
            Location("STRELSAU", "2007", "lower", 1, Form.TAR),
        ]
        assert {each.path for each in things if isinstance(each, StrayEntry)} == {
            "bags/LINK",
            "bags/notes.txt",
            "bags/STRELSAU/2007/07STRELSAU1/v01",
            "bags/STRELSAU/2007/07STRELSAU1/v2",
            "bags/STRELSAU/2007/07STRELSAU1/v3.tar",
            "bags/STRELSAU/2007/07STRELSAU1/v4",
        }

    def test_a_shelf_of_another_alphabet_is_a_stray(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        (tmp_path / "bags/strelsau/2007/x/v1").mkdir(parents=True)
        (stray,) = store.walk()
        assert isinstance(stray, StrayEntry)

    def test_folders_still_empty_are_nothing(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        (tmp_path / "bags/STRELSAU/2007/x").mkdir(parents=True)
        assert list(store.walk()) == []

    def test_a_store_that_vanished_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveError, match="could not list"):
            list(FilesystemStore(tmp_path / "gone").walk())
