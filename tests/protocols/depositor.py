"""What every depositor must do; a test class of each implementation inherits it and makes the target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.archive.making import AT, archive_at, put_one

from preserve.archive.vault import Archive
from preserve.bag.model import Form
from preserve.deposit import Depositor, Level, State, deposit, depositor_names


class DepositorContract:
    """Inherit, and override the three methods that raise."""

    def make(self, tmp_path: Path) -> Depositor:
        """Return a depositor of a target that is ready and empty."""
        raise NotImplementedError

    def held(self, tmp_path: Path) -> list[str]:
        """Return the names of the bags that the target holds, sorted."""
        raise NotImplementedError

    def occupy(self, tmp_path: Path, name: str) -> None:
        """Put something else where a bag of a name would go."""
        raise NotImplementedError

    @pytest.fixture
    def archive(self, tmp_path: Path) -> Iterator[Archive]:
        with archive_at(tmp_path / "archive") as made:
            yield made

    def test_it_is_registered_under_its_name(self, tmp_path: Path) -> None:
        depositor = self.make(tmp_path)
        assert depositor.name in depositor_names()
        assert depositor.describes
        assert depositor.target.startswith(f"{depositor.name}:")

    @pytest.mark.parametrize("form", Form)
    def test_a_deposit_is_verified_and_says_who_computed_what(
        self, tmp_path: Path, archive: Archive, form: Form
    ) -> None:
        stored = put_one(archive, "07STRELSAU1", form=form)
        receipt = deposit(archive, stored, self.make(tmp_path))
        assert (receipt.bag, receipt.version, receipt.state, receipt.at) == ("07STRELSAU1", 1, State.VERIFIED, AT)
        assert receipt.level in {Level.READ_BACK, Level.BAG, Level.SERVER_DIGEST, Level.SERVER_FIXITY}
        assert not receipt.already
        # A digest that was only declared by us proves nothing.
        assert {each.computed_by for each in receipt.digests} & {"read-back", "target"}
        assert self.held(tmp_path) == ["07STRELSAU1"]

    def test_doing_it_twice_makes_one_thing_and_says_so(self, tmp_path: Path, archive: Archive) -> None:
        stored = put_one(archive, "07STRELSAU1")
        first = deposit(archive, stored, self.make(tmp_path))
        again = deposit(archive, stored, self.make(tmp_path))
        assert (again.state, again.already) == (State.VERIFIED, True)
        assert again.place == first.place
        assert self.held(tmp_path) == ["07STRELSAU1"]

    def test_versions_are_kept_apart(self, tmp_path: Path, archive: Archive) -> None:
        for source in (b"one", b"two"):
            receipt = deposit(archive, put_one(archive, "07STRELSAU1", source=source), self.make(tmp_path))
            assert receipt.state is State.VERIFIED
        assert len(self.held(tmp_path)) == 2

    def test_something_else_in_its_place_is_left_alone(self, tmp_path: Path, archive: Archive) -> None:
        self.occupy(tmp_path, "07STRELSAU1")
        before = self.held(tmp_path)
        receipt = deposit(archive, put_one(archive, "07STRELSAU1"), self.make(tmp_path))
        assert receipt.state is State.REJECTED
        assert receipt.says
        assert self.held(tmp_path) == before

    def test_an_event_before_and_one_after(self, tmp_path: Path, archive: Archive) -> None:
        stored = put_one(archive, "07STRELSAU1")
        receipt = deposit(archive, stored, self.make(tmp_path))
        _, before, after = (logged.event for logged in archive.events(stored))
        assert (before.type, before.outcome, after.type, after.outcome) == (
            "transfer",
            "unknown",
            "transfer",
            "success",
        )
        assert before.data["receipt"]["state"] == "prepared"  # type: ignore[index]
        assert after.data["receipt"] == receipt.as_json()
