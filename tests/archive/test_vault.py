from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from tests.archive.making import AT, CLOCK, SOFTWARE, archive_at, founded, put, put_one, reopened, staged

from preserve import audit
from preserve.archive.catalogue import Catalogue, Order
from preserve.archive.events import EventOutcome, LogEvent
from preserve.archive.filesystem import FilesystemStore
from preserve.archive.ledger import Ledger
from preserve.archive.model import Arrival
from preserve.archive.opening import initialise, open_archive, rebuild_catalogue
from preserve.archive.vault import Archive
from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import Stage
from preserve.contracts.contract import contract_bytes, contract_names, format_specification
from preserve.errors import ArchiveError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def archive(root: Path) -> Iterator[Archive]:
    with archive_at(root) as made:
        yield made


def labels(archive: Archive) -> list[str]:
    return [stored.label for stored in archive.bags()]


def assert_in_step(root: Path) -> None:
    """The archive is whole, and its catalogue is what a rebuilt one would be."""
    with reopened(root) as archive, archive.writing():
        assert not archive.check_log().findings
        assert not list(audit.sweep_archive(archive))
        assert all(verify(stored.path, seal=stored.seal).valid for stored in archive.bags())
        assert not list(root.glob(".stage-*"))
        before = list(archive.dump())
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    with reopened(root) as archive:
        assert list(archive.dump()) == before


# Founding and opening


def test_a_founded_archive_has_all_that_the_specification_names(root: Path, archive: Archive) -> None:
    assert (root / "0=preserve_archive_1.0").read_bytes() == b"preserve_archive_1.0\n"
    assert json.loads((root / "archive.json").read_bytes())["created"] == AT == archive.about.created
    assert (root / "README.md").read_bytes() == format_specification()
    assert b"Terminology" in format_specification()
    kept = {path.relative_to(root / "schemas").as_posix() for path in (root / "schemas").rglob("*") if path.is_file()}
    assert kept == set(contract_names())
    assert (root / "schemas/event-1.0.0.schema.json").read_bytes() == contract_bytes("event-1.0.0.schema.json")
    assert list(archive.bags()) == []


def test_founding_twice_changes_nothing(root: Path) -> None:
    founded(root).close()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and "sqlite" not in path.name}
    initialise(root, CLOCK, SOFTWARE).close()
    assert {path: path.read_bytes() for path in before} == before


def test_the_shipped_readme_may_lie_in_the_folder_and_stays(root: Path) -> None:
    root.mkdir()
    (root / "README.md").write_text("mine")
    (root / ".gitkeep").touch()
    founded(root).close()
    assert (root / "README.md").read_text() == "mine"


def test_a_founding_that_was_cut_short_is_finished(root: Path) -> None:
    founded(root).close()
    (root / "0=preserve_archive_1.0").unlink()
    shutil.rmtree(root / "schemas")
    with founded(root) as archive:
        assert put_one(archive, "07STRELSAU1").version == 1
    assert_in_step(root)


def test_a_folder_with_other_things_is_not_made_an_archive(root: Path) -> None:
    root.mkdir()
    (root / "thesis.doc").touch()
    with pytest.raises(ArchiveError, match=r"holds thesis\.doc"):
        founded(root)
    assert [path.name for path in root.iterdir()] == ["thesis.doc"]


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda _: None], ids=["empty", "file", "missing"])
def test_what_is_no_archive_is_not_opened(root: Path, make: Callable[[Path], None]) -> None:
    make(root)
    with pytest.raises(ArchiveError) as caught:
        reopened(root)
    assert caught.value.hint


def test_a_folder_that_is_no_archive_says_how_to_make_one(root: Path) -> None:
    root.mkdir()
    with pytest.raises(ArchiveError, match="preserve init"):
        reopened(root)


def test_a_newer_layout_is_refused(root: Path) -> None:
    founded(root).close()
    (root / "0=preserve_archive_1.0").rename(root / "0=preserve_archive_2.0")
    with pytest.raises(ArchiveError, match=r"layout version 2\.0"):
        reopened(root)
    with pytest.raises(ArchiveError, match=r"layout version 2\.0"):
        founded(root)


def test_a_missing_readme_of_a_link_is_not_written_through(root: Path, tmp_path: Path) -> None:
    root.mkdir()
    (root / "README.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError):
        founded(root)
    assert not (tmp_path / "elsewhere").exists()


# Putting


@pytest.mark.parametrize("form", Form)
def test_what_is_put_can_be_found_read_and_is_logged(root: Path, archive: Archive, form: Form) -> None:
    stored = put_one(archive, "07STRELSAU42", form=form)
    assert stored.location.path == "bags/STRELSAU/2007/07STRELSAU42/v1" + form.suffix
    assert verify(stored.path, seal=stored.seal).valid
    assert (
        archive.find("07STRELSAU42") == archive.find("07STRELSAU42/v1") == archive.versions("07STRELSAU42") == [stored]
    )
    assert archive.latest("07STRELSAU42") == stored == archive.find_by_source(stored.cables[0].source_sha256)[0]
    (event,) = archive.events(stored)
    assert (event.event.type, event.event.outcome, event.agent) == ("ingestion", "success", "preserve 0.1.0")
    assert stored.profiles == ("https://example.org/profile.json",)
    assert archive.count() == (1, 1)
    assert_in_step(root)


def test_the_size_and_counts_of_a_bag_are_those_of_the_disk(archive: Archive) -> None:
    stored = put_one(archive, "07STRELSAU42")
    files = [path for path in stored.path.rglob("*") if path.is_file()]
    assert stored.size == sum(path.stat().st_size for path in files)
    assert stored.files == sum("data" in path.parts for path in files) == 2


def test_the_same_source_again_is_unchanged_and_writes_nothing(root: Path, archive: Archive) -> None:
    stored = put_one(archive, "07STRELSAU42")
    before = list(archive.dump())
    (outcome,) = put(archive, "07STRELSAU42")
    assert outcome.arrival is Arrival.UNCHANGED
    assert outcome.stored == stored
    assert list(archive.dump()) == before
    assert [path.name for path in stored.path.parent.iterdir()] == ["v1"]


def test_another_source_makes_the_next_version_and_an_old_source_stays_unchanged(archive: Archive) -> None:
    first = put_one(archive, "07STRELSAU42", source=b"one")
    second = put_one(archive, "07STRELSAU42", source=b"two", form=Form.TAR)
    assert [first.label, second.label] == ["07STRELSAU42/v1", "07STRELSAU42/v2"] == labels(archive)
    assert archive.latest("07STRELSAU42") == second
    (again,) = put(archive, "07STRELSAU42", source=b"one")
    assert (again.arrival, again.stored) == (Arrival.UNCHANGED, first)


def test_one_batch_may_hold_versions_of_one_bag_and_one_of_them_twice(root: Path, archive: Archive) -> None:
    with Stage(archive.store.stages) as stage:
        batch = [staged(stage.path, "07STRELSAU1", source=text) for text in (b"a", b"b", b"a")]
        outcomes = archive.put(batch)
    assert [(each.arrival, each.stored and each.stored.label) for each in outcomes] == [
        (Arrival.STORED, "07STRELSAU1/v1"),
        (Arrival.STORED, "07STRELSAU1/v2"),
        (Arrival.UNCHANGED, "07STRELSAU1/v1"),
    ]
    assert_in_step(root)


def test_names_that_differ_in_case_only_are_rejected_with_a_finding(archive: Archive) -> None:
    outcomes = [*put(archive, "07STRELSAU1"), *put(archive, "07strelsau1", source=b"x")]
    assert [each.arrival for each in outcomes] == [Arrival.STORED, Arrival.REJECTED]
    assert [finding.code for finding in outcomes[1].findings] == ["bag-name-clash"]
    assert outcomes[1].stored is None


def test_two_bags_may_hold_records_of_one_identifier(archive: Archive) -> None:
    with Stage(archive.store.stages) as stage:
        one = staged(stage.path, "first", identifiers=["07STRELSAU1"], source=b"one")
        two = staged(stage.path, "second", identifiers=["07STRELSAU1"], source=b"two")
        archive.put([one, two])
    assert [stored.name for stored in archive.find("07STRELSAU1")] == ["first", "second"]


def test_a_bag_of_several_cables_is_found_by_each(root: Path, archive: Archive) -> None:
    with Stage(archive.store.stages) as stage:
        archive.put([staged(stage.path, "group", identifiers=["07STRELSAU1", "08ZENDA2"], form=Form.TAR)])
    assert archive.find("08ZENDA2") == archive.find("07STRELSAU1") == archive.find("group")
    assert archive.find("group")[0].location.path == "bags/_several/2007/group/v1.tar"
    assert archive.count() == (1, 2)
    assert_in_step(root)


def test_an_empty_batch_does_nothing(archive: Archive) -> None:
    before = list(archive.dump())
    assert archive.put([]) == []
    assert list(archive.dump()) == before


def test_a_place_taken_by_an_unknown_bag_is_passed_over(root: Path, archive: Archive) -> None:
    first = put_one(archive, "07STRELSAU1")
    shutil.copytree(first.path, first.path.parent / "v2")
    assert put_one(archive, "07STRELSAU1", source=b"other").version == 3
    assert [finding.code for finding in audit.sweep_archive(archive)] == ["bag-unknown"]


def test_two_archives_fed_alike_are_alike_byte_for_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with archive_at(tmp_path / name) as archive:
            put(archive, "07STRELSAU1", "08ZENDA2")
            put(archive, "07STRELSAU1", source=b"x", form=Form.TAR)
            audit.record_checks(archive, [audit.check_bag(task) for task in audit.due_bags(archive)])
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file() and not path.name.startswith(("catalogue", ".writing"))
        }
        for name in ("a", "b")
    )
    assert one == two


# Finding and listing


def test_bags_come_in_each_order(archive: Archive) -> None:
    put(archive, "10ZENDA3", "07STRELSAU2")
    put(archive, "07STRELSAU10")
    put(archive, "07STRELSAU2", source=b"x")
    assert labels(archive) == ["07STRELSAU10/v1", "07STRELSAU2/v1", "07STRELSAU2/v2", "10ZENDA3/v1"]
    assert [stored.location for stored in archive.bags(Order.PLACE)] == sorted(
        stored.location for stored in archive.bags()
    )


def test_listing_is_lazy_and_sees_what_was_there_when_it_began(archive: Archive) -> None:
    put(archive, *(f"07STRELSAU{number}" for number in range(3)))
    listing = archive.bags()
    first = next(listing)
    put(archive, "07STRELSAU9")
    assert [first.name, *(stored.name for stored in listing)] == ["07STRELSAU0", "07STRELSAU1", "07STRELSAU2"]


def test_an_identifier_is_found_in_any_letter_case(archive: Archive) -> None:
    stored = put_one(archive, "07STRELSAU1")
    assert archive.find("07strelsau1") == [stored]


@pytest.mark.parametrize(
    "text", ["", "07STRELSAU1/v2", "07STRELSAU1/v", "07STRELSAU1/vx", "%", "'; DROP TABLE bag", "\0"]
)
def test_what_is_not_there_is_not_found(archive: Archive, text: str) -> None:
    put(archive, "07STRELSAU1")
    with pytest.raises(ArchiveError):
        archive.find(text)


def test_a_near_miss_names_what_is_like_it(archive: Archive) -> None:
    put(archive, "07STRELSAU4281", "10ZENDA1")
    with pytest.raises(ArchiveError, match="07STRELSAU4281"):
        archive.find("07STRELSUA4281")
    with pytest.raises(ArchiveError, match="It has 10ZENDA1/v1"):
        archive.find("10ZENDA1/v7")


# One writer


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["preserve.archive", "tests.archive.making"])


def _hold(root: Path, ready: object, leave: object) -> None:
    with open_archive(root) as archive, archive.writing():
        ready.set()  # type: ignore[attr-defined]
        leave.wait()  # type: ignore[attr-defined]


def test_a_second_writer_is_told_who_writes_and_readers_are_not_kept_waiting(root: Path, archive: Archive) -> None:
    put(archive, "07STRELSAU1")
    ready, leave = PROCESSES.Event(), PROCESSES.Event()
    other = PROCESSES.Process(target=_hold, args=(root, ready, leave))
    other.start()
    try:
        ready.wait()
        with reopened(root) as reader:
            assert labels(reader) == ["07STRELSAU1/v1"]
            with pytest.raises(ArchiveError, match=f"process {other.pid} is writing"):
                put(reader, "07STRELSAU2")
    finally:
        leave.set()
        other.join()
    assert other.exitcode == 0
    put(archive, "07STRELSAU2")
    assert_in_step(root)


def _put_many(root: Path, names: list[str]) -> None:
    with open_archive(root, clock=CLOCK, patience=3600) as archive:
        for name in names:
            put(archive, name)


def test_two_writers_at_once_take_turns_and_lose_nothing(root: Path) -> None:
    founded(root).close()
    groups = [[f"{year:02}STRELSAU{number}" for number in range(8)] for year in (7, 8)]
    writers = [PROCESSES.Process(target=_put_many, args=(root, names)) for names in groups]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    with reopened(root) as archive:
        assert [stored.name for stored in archive.bags()] == sorted(name for names in groups for name in names)
    assert_in_step(root)


def test_writing_may_be_nested(archive: Archive) -> None:
    with archive.writing(), archive.writing():
        put(archive, "07STRELSAU1")
    assert labels(archive) == ["07STRELSAU1/v1"]


# Crashes: whatever the moment, the next writer brings the archive into step


class StopError(Exception):
    """The process ends here."""


def _stop(*_: object, **__: object) -> object:
    raise StopError


STEPS: dict[str, tuple[type, str]] = {
    "announce": (Ledger, "announce"),
    "publish": (FilesystemStore, "publish"),
    "log": (Ledger, "append"),
    "index": (Catalogue, "fold"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_put_that_stops_at_any_step_is_completed_or_never_happened(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    with founded(root) as archive:
        put(archive, "07STRELSAU0")
    owner, name = STEPS[step]
    real = getattr(owner, name)

    def stopped(*args: object, **kwargs: object) -> object:
        if not before:
            real(*args, **kwargs)
        raise StopError

    with founded(root) as archive, archive.writing(), monkeypatch.context() as patch:
        patch.setattr(owner, name, stopped)
        with pytest.raises(StopError):
            put(archive, "07STRELSAU1", "07STRELSAU2")
    appeared = step in {"log", "index"} or (step == "publish" and not before)
    expected = ["07STRELSAU0/v1", "07STRELSAU1/v1", "07STRELSAU2/v1"] if appeared else ["07STRELSAU0/v1"]
    with reopened(root) as archive:
        assert labels(archive) == expected
        (outcome, _) = put(archive, "07STRELSAU1", "07STRELSAU2")
        assert outcome.arrival is (Arrival.UNCHANGED if appeared else Arrival.STORED)
    assert_in_step(root)


def test_the_same_archive_object_goes_on_after_a_put_that_failed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with founded(root) as archive, archive.writing():
        with monkeypatch.context() as patch:
            patch.setattr(Ledger, "append", _stop)
            with pytest.raises(StopError):
                put(archive, "07STRELSAU1")
        put(archive, "07STRELSAU2")
        assert labels(archive) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]
        (first, _) = archive.find("07STRELSAU1")[0], None
        (event,) = archive.events(first)
        assert event.event.data["completed"] is True
    assert_in_step(root)


def test_half_a_batch_that_appeared_is_completed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = FilesystemStore.publish

    def half(self: FilesystemStore, batch: list[object]) -> None:
        real(self, batch[:1])  # type: ignore[arg-type]
        raise StopError

    with founded(root) as archive, monkeypatch.context() as patch:
        patch.setattr(FilesystemStore, "publish", half)
        with pytest.raises(StopError):
            put(archive, "07STRELSAU1", "07STRELSAU2")
    with reopened(root) as archive:
        assert labels(archive) == ["07STRELSAU1/v1"]
    assert_in_step(root)


def test_an_announced_bag_that_is_not_what_was_announced_is_not_taken(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with founded(root) as archive, monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", _stop)
        with pytest.raises(StopError):
            put(archive, "07STRELSAU1")
    (path,) = root.glob("bags/*/*/*/v1/data/source/*")
    path.write_bytes(b"changed")
    with reopened(root) as archive:
        assert labels(archive) == []
        assert [finding.code for finding in audit.sweep_archive(archive)] == ["bag-unknown"]


def test_an_unfinished_line_is_set_aside_and_noted(root: Path) -> None:
    with founded(root) as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2")
    (path,) = root.glob("events/*/*/*.jsonl")
    with path.open("ab") as stream:
        stream.write(b'{"schema_version":"1.0.0","seq":3')
    with reopened(root) as archive:
        assert labels(archive) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]
        assert archive.check_log().findings == ()
    (aside,) = root.glob("events/*/*/*.unfinished-1")
    assert aside.read_bytes() == b'{"schema_version":"1.0.0","seq":3'
    last = json.loads(path.read_bytes().splitlines()[-1])
    assert (last["type"], last["data"]["aside"]) == ("metadata modification", aside.relative_to(root).as_posix())
    assert_in_step(root)


def test_a_log_that_lost_its_end_is_read_but_not_written(root: Path) -> None:
    with founded(root) as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2")
    (path,) = root.glob("events/*/*/*.jsonl")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with reopened(root) as archive:
        assert len(labels(archive)) == 2
        assert [finding.code for finding in archive.check_log().findings] == ["event-log-cut"]
        with pytest.raises(ArchiveError, match="does not have line 3 as it was seen"):
            put(archive, "07STRELSAU3")
    rebuilt = rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    # The line that is left announced both bags.
    assert (rebuilt.bags, rebuilt.adopted) == (2, 0)
    with reopened(root) as archive:
        put(archive, "07STRELSAU3")
    assert b"Line 3 of the event log had been seen and is not there." in path.read_bytes()
    assert_in_step(root)


# The catalogue is a cache


@pytest.mark.parametrize(
    "lost", [["catalogue.sqlite"], ["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm"]]
)
def test_a_missing_catalogue_is_made_again_when_the_archive_is_opened(root: Path, lost: list[str]) -> None:
    with founded(root) as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2")
        audit.record_checks(archive, [audit.check_bag(task) for task in audit.due_bags(archive)])
        before = list(archive.dump())
    for name in lost:
        (root / name).unlink(missing_ok=True)
    with reopened(root) as archive:
        assert list(archive.dump()) == before


@pytest.mark.parametrize(
    "damage", [b"not a database at all, but long enough to be one" * 40, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_catalogue_says_what_to_do_and_can_be_rebuilt(root: Path, damage: bytes) -> None:
    with founded(root) as archive:
        put(archive, "07STRELSAU1")
        before = list(archive.dump())
    (root / "catalogue.sqlite").write_bytes(damage)
    with pytest.raises(ArchiveError, match="preserve catalogue rebuild"):
        reopened(root)
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    with reopened(root) as archive:
        assert list(archive.dump()) == before


def test_an_empty_catalogue_file_is_a_missing_one(root: Path) -> None:
    with founded(root) as archive:
        put(archive, "07STRELSAU1")
    (root / "catalogue.sqlite").write_bytes(b"")
    with reopened(root) as archive:
        assert labels(archive) == ["07STRELSAU1/v1"]


@pytest.mark.parametrize(("version", "opens"), [(0, True), (999, False)])
def test_an_older_catalogue_is_made_again_and_a_newer_one_refused(root: Path, version: int, opens: bool) -> None:
    import sqlite3

    with founded(root) as archive:
        put(archive, "07STRELSAU1")
        before = list(archive.dump())
    connection = sqlite3.connect(root / "catalogue.sqlite")
    connection.execute("UPDATE state SET schema_version = ?", [version])
    connection.commit()
    connection.close()
    if opens:
        with reopened(root) as archive:
            assert list(archive.dump()) == before
    else:
        with pytest.raises(ArchiveError, match="version 999"):
            reopened(root)


def test_a_rebuilt_catalogue_takes_in_valid_bags_without_events_and_names_the_others(root: Path) -> None:
    with founded(root) as archive:
        tar = put_one(archive, "08ZENDA1", form=Form.TAR)
        folder = put_one(archive, "07STRELSAU1")
        known = {stored.label: replace(stored, seq=0) for stored in archive.bags()}
    shutil.rmtree(root / "events")
    (root / "catalogue.sqlite").unlink()
    bad = root / "bags/STRELSAU/2007/bad/v1"
    shutil.copytree(folder.path, bad)
    next((bad / "data/source").iterdir()).write_bytes(b"other")
    (root / "bags/README").touch()
    rebuilt = rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    assert (rebuilt.bags, rebuilt.cables, rebuilt.adopted) == (2, 2, 2)
    assert sorted((each.code, each.where) for each in rebuilt.findings) == [
        ("archive-stray", "bags/README"),
        ("bag-unknown", "bags/STRELSAU/2007/bad/v1"),
    ]
    with reopened(root) as archive:
        assert {stored.label: replace(stored, seq=0) for stored in archive.bags()} == known
        (event,) = archive.events(archive.find(tar.name)[0])
        assert event.event.data["found"] is True
        before = list(archive.dump())
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    with reopened(root) as archive:
        assert list(archive.dump()) == before


def test_a_lost_bag_stays_known_after_a_rebuild(root: Path) -> None:
    with founded(root) as archive:
        stored = put_one(archive, "07STRELSAU1")
    shutil.rmtree(stored.path)
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    with reopened(root) as archive:
        assert labels(archive) == ["07STRELSAU1/v1"]
        assert [finding.code for finding in audit.sweep_archive(archive)] == ["bag-missing"]


def test_every_kind_of_event_meets_the_schema_and_rebuilds_alike(root: Path, archive: Archive) -> None:
    put(archive, "07STRELSAU1", "07STRELSAU2")
    put(archive, "07STRELSAU1", source=b"new", form=Form.TAR)
    next(archive.find("07STRELSAU2")[0].path.glob("data/source/*")).write_bytes(b"damaged")
    audit.record_checks(archive, [audit.check_bag(task) for task in audit.due_bags(archive)])
    archive.log([LogEvent(type="metadata modification", at=AT, detail="A note.", outcome=EventOutcome.SUCCESS)])
    schema = jsonschema.Draft202012Validator(json.loads(contract_bytes("event-1.1.0.schema.json")))
    lines = [line for path in root.glob("events/*/*/*.jsonl") for line in path.read_bytes().splitlines()]
    assert len(lines) == 9
    for line in lines:
        schema.validate(json.loads(line))
    before = list(archive.dump())
    archive.rebuild()
    assert list(archive.dump()) == before
