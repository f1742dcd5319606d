from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.archive.making import put_one
from tests.bag.making import dead_stage
from tests.protocols.depositor import DepositorContract

from preserve.archive.model import StoredBag
from preserve.archive.vault import Archive
from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.deposit import Depositor, Level, Receipt, State, deposit, directory as module
from preserve.deposit.directory import DirectoryDepositor
from preserve.digests import sha256
from preserve.errors import ArchiveError, DepositError


def bytes_below(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {each.relative_to(path).as_posix(): each.read_bytes() for each in path.rglob("*") if each.is_file()}


class TestDirectoryDepositor(DepositorContract):
    def make(self, tmp_path: Path) -> Depositor:
        (tmp_path / "target").mkdir(exist_ok=True)
        return DirectoryDepositor(str(tmp_path / "target"))

    def held(self, tmp_path: Path) -> list[str]:
        names = (path.name for path in (tmp_path / "target").iterdir() if not path.name.endswith(".json"))
        return sorted(name.removesuffix(".zst").removesuffix(".tar").removesuffix(".zip") for name in names)

    def occupy(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "target" / name / "data").mkdir(parents=True)

    def send(self, tmp_path: Path, archive: Archive, stored: StoredBag) -> Receipt:
        return deposit(archive, stored, self.make(tmp_path))

    @pytest.mark.parametrize("form", Form)
    def test_the_copy_is_the_bag_byte_for_byte_with_a_receipt_beside_it(
        self, tmp_path: Path, archive: Archive, form: Form
    ) -> None:
        stored = put_one(archive, "07STRELSAU1", form=form)
        receipt = self.send(tmp_path, archive, stored)
        place = tmp_path / "target" / f"07STRELSAU1{form.suffix}"
        assert receipt.place == str(place)
        assert receipt.level is Level.BAG
        assert bytes_below(place) == bytes_below(stored.path)
        assert verify(place, seal=stored.seal).valid
        assert json.loads(place.with_name(f"{place.name}.receipt.json").read_bytes()) == receipt.as_json()
        if form is not Form.DIRECTORY:
            assert receipt.digests[-1].value == sha256(place.read_bytes())
        assert sorted(path.name for path in place.parent.iterdir()) == [place.name, f"{place.name}.receipt.json"]

    def test_the_receipt_of_the_first_deposit_stays_and_a_lost_one_is_written_again(
        self, tmp_path: Path, archive: Archive
    ) -> None:
        stored = put_one(archive, "07STRELSAU1")
        self.send(tmp_path, archive, stored)
        path = tmp_path / "target/07STRELSAU1.receipt.json"
        first = path.read_bytes()
        self.send(tmp_path, archive, stored)
        assert path.read_bytes() == first
        path.unlink()
        self.send(tmp_path, archive, stored)
        assert json.loads(path.read_bytes())["already"] is True

    def test_a_folder_whose_last_part_is_missing_is_made_and_no_more(self, tmp_path: Path, archive: Archive) -> None:
        stored = put_one(archive, "07STRELSAU1")
        assert deposit(archive, stored, DirectoryDepositor(str(tmp_path / "new"))).state is State.VERIFIED
        with pytest.raises(DepositError, match="is not there"):
            deposit(archive, stored, DirectoryDepositor(str(tmp_path / "not/there")))
        assert not (tmp_path / "not").exists()

    def test_a_file_is_no_target(self, tmp_path: Path, archive: Archive) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(DepositError, match="is a file"):
            deposit(archive, put_one(archive, "07STRELSAU1"), DirectoryDepositor(str(tmp_path / "file")))

    @pytest.mark.parametrize("inside", [".", "bags", "copies", "link"])
    def test_the_archive_itself_is_no_target(self, tmp_path: Path, archive: Archive, inside: str) -> None:
        (tmp_path / "link").symlink_to(archive.root)
        target = tmp_path / "link" if inside == "link" else archive.root / inside
        stored = put_one(archive, "07STRELSAU1")
        with pytest.raises(DepositError, match="inside the archive"):
            deposit(archive, stored, DirectoryDepositor(str(target)))
        assert not (archive.root / "copies").exists()
        assert len(list(archive.events(stored))) == 1

    def test_too_little_room_is_said_before_anything_is_copied(
        self, tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = put_one(archive, "07STRELSAU1")
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
        with pytest.raises(DepositError, match="has 1 bytes free"):
            self.send(tmp_path, archive, stored)

    def test_a_disk_that_fills_up_leaves_nothing_visible_and_is_logged(
        self, tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = put_one(archive, "07STRELSAU1")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(module, "write_all", full)
            with pytest.raises(DepositError, match="the disk is full"):
                self.send(tmp_path, archive, stored)
        assert list((tmp_path / "target").iterdir()) == []
        last = list(archive.events(stored))[-1].event
        assert (last.outcome, last.data["receipt"]["state"]) == ("fail", "failed")  # type: ignore[index]
        assert self.send(tmp_path, archive, stored).state is State.VERIFIED

    def test_what_a_dead_deposit_left_is_removed_by_the_next(self, tmp_path: Path, archive: Archive) -> None:
        self.make(tmp_path)
        dead_stage(tmp_path / "target/.stage-dead0000")
        self.send(tmp_path, archive, put_one(archive, "07STRELSAU1"))
        assert self.held(tmp_path) == ["07STRELSAU1"]

    def test_a_crash_before_the_receipt_was_written_is_healed(
        self, tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = put_one(archive, "07STRELSAU1")

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(module, "replace_file", stop)
            with pytest.raises(KeyboardInterrupt):
                self.send(tmp_path, archive, stored)
        assert list(archive.events(stored))[-1].event.data["receipt"]["state"] == "unknown"  # type: ignore[index]
        receipt = self.send(tmp_path, archive, stored)
        assert (receipt.state, receipt.already) == (State.VERIFIED, True)
        assert (tmp_path / "target/07STRELSAU1.receipt.json").exists()

    def test_a_damaged_bag_is_not_deposited(self, tmp_path: Path, archive: Archive) -> None:
        stored = put_one(archive, "07STRELSAU1")
        next((stored.path / "data/source").iterdir()).write_bytes(b"damaged")
        with pytest.raises(DepositError, match="preserve audit"):
            self.send(tmp_path, archive, stored)
        assert list((tmp_path / "target").iterdir()) == []

    def test_a_bag_that_is_not_at_its_place_is_not_deposited(self, tmp_path: Path, archive: Archive) -> None:
        stored = put_one(archive, "07STRELSAU1")
        shutil.rmtree(stored.path)
        with pytest.raises(ArchiveError, match="preserve audit"):
            self.send(tmp_path, archive, stored)

    @pytest.mark.parametrize("kind", ["link", "folder link", "fifo", "bag link"])
    def test_links_and_special_files_are_never_followed_or_copied(
        self, tmp_path: Path, archive: Archive, kind: str
    ) -> None:
        stored = put_one(archive, "07STRELSAU1")
        secret = tmp_path / "secret"
        secret.mkdir()
        (secret / "file").write_text("secret")
        match kind:
            case "link":
                (stored.path / "data/link").symlink_to(secret / "file")
            case "folder link":
                (stored.path / "data/link").symlink_to(secret)
            case "fifo":
                os.mkfifo(stored.path / "data/fifo")
            case _:
                stored.path.rename(tmp_path / "moved")
                stored.path.symlink_to(tmp_path / "moved")
        with pytest.raises((DepositError, ArchiveError)):
            self.send(tmp_path, archive, stored)
        assert list((tmp_path / "target").rglob("*")) == []

    @pytest.mark.parametrize("what", ["another bag", "a file", "a link", "a link to nowhere", "a damaged copy"])
    def test_whatever_else_is_there_is_left_as_it_is(self, tmp_path: Path, archive: Archive, what: str) -> None:
        stored = put_one(archive, "07STRELSAU1")
        place = tmp_path / "target/07STRELSAU1"
        self.make(tmp_path)
        match what:
            case "another bag":
                shutil.copytree(put_one(archive, "07STRELSAU2").path, place)
            case "a file":
                place.write_text("mine")
            case "a link":
                place.symlink_to(stored.path)
            case "a link to nowhere":
                place.symlink_to(tmp_path / "nowhere")
            case _:
                shutil.copytree(stored.path, place)
                (place / "data/extra").touch()
        before = bytes_below(tmp_path / "target")
        receipt = self.send(tmp_path, archive, stored)
        assert receipt.state is State.REJECTED
        assert str(place) in receipt.says
        assert bytes_below(tmp_path / "target") == before
        assert not (tmp_path / "target/07STRELSAU1.receipt.json").exists()

    @pytest.mark.parametrize(
        "text",
        [
            "mine",
            "[]",
            '{"bag": "other", "version": 1}',
            "[" * 100_000,
            f'{{"bag": "07STRELSAU1", "version": 1}}{" " * (1 << 20)}',
        ],
        ids=["text", "list", "of-another", "nested", "endless"],
    )
    def test_a_stranger_where_the_receipt_goes_is_not_replaced(
        self, tmp_path: Path, archive: Archive, text: str
    ) -> None:
        self.make(tmp_path)
        path = tmp_path / "target/07STRELSAU1.receipt.json"
        path.write_text(text)
        receipt = self.send(tmp_path, archive, put_one(archive, "07STRELSAU1"))
        assert receipt.state is State.REJECTED
        assert path.read_text() == text
        assert self.held(tmp_path) == []

    def test_bags_whose_names_meet_are_not_mixed_up(self, tmp_path: Path, archive: Archive) -> None:
        self.send(tmp_path, archive, put_one(archive, "07STRELSAU1-v2"))
        put_one(archive, "07STRELSAU1", source=b"one")
        receipt = self.send(tmp_path, archive, put_one(archive, "07STRELSAU1", source=b"two"))
        assert receipt.state is State.REJECTED
        assert self.held(tmp_path) == ["07STRELSAU1-v2"]

    def test_when_the_prepared_event_cannot_be_logged_nothing_is_sent(
        self, tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = put_one(archive, "07STRELSAU1")

        def broken(*_: object) -> None:
            raise ArchiveError("no")

        monkeypatch.setattr(Archive, "log", broken)
        with pytest.raises(ArchiveError):
            self.send(tmp_path, archive, stored)
        assert list((tmp_path / "target").iterdir()) == []
