"""What every store must do; a test class of each implementation inherits it and makes the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import staged

from preserve.archive.layout import Location
from preserve.archive.store import Store
from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import Stage
from preserve.errors import ArchiveError

ONE = Location("STRELSAU", "2007", "07STRELSAU1", 1, Form.DIRECTORY)
TWO = Location("STRELSAU", "2007", "07STRELSAU1", 2, Form.TAR)
TEN = Location("STRELSAU", "2007", "07STRELSAU1", 10, Form.DIRECTORY)
OTHER = Location("STRELSAU", "2007", "07STRELSAU1-B", 1, Form.DIRECTORY)
ZENDA = Location("ZENDA", "1988", "88ZENDA7", 1, Form.DIRECTORY)


class StoreContract:
    """Inherit, and override :meth:`make`."""

    def make(self, tmp_path: Path) -> Store:
        raise NotImplementedError

    def fill(self, store: Store, *locations: Location) -> None:
        with Stage(store.stages) as stage:
            bags = [(staged(stage.path, place.name, form=place.form).staged, place) for place in locations]
            store.publish(bags)

    def test_what_goes_in_can_be_read(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        self.fill(store, ONE, TWO)
        for location in (ONE, TWO):
            assert store.has(location)
            report = verify(store.path(location))
            assert report.valid
            assert report.form is location.form

    def test_an_empty_store_has_nothing(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        assert not store.has(ONE)
        assert list(store.walk()) == []

    def test_a_place_has_one_form(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        self.fill(store, ONE)
        assert not store.has(TWO)
        assert not store.has(Location(ONE.post, ONE.year, ONE.name, 1, Form.TAR))

    def test_walk_is_sorted_by_location_whatever_the_order_of_arrival(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        self.fill(store, TEN, ZENDA, OTHER)
        self.fill(store, ONE, TWO)
        assert list(store.walk()) == sorted([ONE, TWO, TEN, OTHER, ZENDA]) == [ONE, TWO, TEN, OTHER, ZENDA]

    def test_a_bag_is_never_replaced(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        self.fill(store, ONE)
        seal = verify(store.path(ONE)).seal
        with Stage(store.stages) as stage:
            other = staged(stage.path, ONE.name, source=b"another").staged
            with pytest.raises(ArchiveError, match="already there"):
                store.publish([(other, ONE)])
        assert verify(store.path(ONE)).seal == seal != other.seal

    def test_when_one_place_is_taken_nothing_of_the_batch_appears(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        self.fill(store, ONE)
        with pytest.raises(ArchiveError, match="already there"):
            self.fill(store, ZENDA, ONE)
        assert list(store.walk()) == [ONE]

    def test_a_bag_that_changed_in_the_stage_does_not_appear(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        with Stage(store.stages) as stage:
            bag = staged(stage.path, ONE.name).staged
            (bag.path / "data/source/07STRELSAU1.txt").unlink()
            with pytest.raises(ArchiveError):
                store.publish([(bag, ONE)])
        assert list(store.walk()) == []
