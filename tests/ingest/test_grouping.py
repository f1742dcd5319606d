"""Bags of many cables: who is in one, what it says, and that nothing is lost or merged on the way."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from hypothesis import given, strategies as st

from preserve import audit
from preserve.archive.cable_entry import CableEntry
from preserve.archive.model import StoredBag
from preserve.archive.opening import initialise, open_archive, rebuild_catalogue
from preserve.bag.model import Form, NewBag, WrittenBag
from preserve.bag.verifying.profile import Profile
from preserve.bag.verifying.trust import open_trusted
from preserve.bag.verifying.verification import verify
from preserve.bag.writing import publication as write
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.stage import MARK, Stage
from preserve.cable.record import Release
from preserve.clock import Clock
from preserve.errors import ArchiveError, ExitCode
from preserve.findings import Severity, worst
from preserve.ingest import batch, collection, one_cable, prepare as room
from preserve.ingest.batch import ingest, pack
from preserve.ingest.collection import Portion, PortionResult, bag_portion
from preserve.ingest.grouping import DEFAULT_GROUP_SIZE, Group, Grouping
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.ingest.prepare import IngestPlan
from preserve.ingest.waiting import WaitingFile, read_waiting_cable
from preserve.package import Packager
from preserve.provenance import crate_check, premis
from preserve.provenance.software import Software
from preserve.readers.reader import SourceRef
from preserve.readers.sources.walk import walk_sources
from preserve.settings import BagForm, BagSettings, Settings

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SAMPLE = (FIXTURES / "cablebrowser/07STRELSAU112.lines.txt").read_text(encoding="utf-8")
CLOCK = Clock(datetime(2026, 1, 31, 9, 30, tzinfo=UTC))
PARTS = (("python", "3"), ("lxml", "6"), ("libxml2", "2"), ("jsonschema", "4"), ("jsonschema-rs", "0"))
SOFTWARE = Software("preserve", "0.0.0", None, PARTS)


def grouped(group: str, form: BagForm = "tar") -> Packager:
    settings = Settings(bags=BagSettings(form=form, group=group))
    return Packager(settings=settings, software=SOFTWARE, clock=CLOCK)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Twelve cables of one post and release in three months of two years, and two of other releases."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(12):
        month = ("2006-12", "2007-01", "2007-02")[number % 3]
        copy = SAMPLE.replace("07STRELSAU112", f"{month[2:4]}STRELSAU{number + 1}").replace("2007-02", month)
        (folder / f"{number:02}.txt").write_text(copy, encoding="utf-8")
    other = SAMPLE.replace("07STRELSAU112", "07STRELSAU900").replace("cablegate-201108300212", "cablegate-201012102105")
    (folder / "other.txt").write_text(other, encoding="utf-8")
    (folder / "third.txt").write_bytes((FIXTURES / "cablebrowser/05STRELSAU4281.flattened.txt").read_bytes())
    return folder


def run(
    root: Path, sources: Iterable[Path | str], group: str, *, form: BagForm = "tar", jobs: int = 1
) -> list[ItemOutcome]:
    with initialise(root, CLOCK, SOFTWARE) as archive:
        refs = walk_sources([str(each) for each in sources])
        return list(ingest(archive, refs, grouped(group, form), jobs=jobs))


def stored(root: Path) -> list[StoredBag]:
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        return list(archive.bags())


def held(bag: StoredBag) -> dict[str, bytes]:
    with open_trusted(bag.path, label=bag.label, seal=bag.seal, hint="") as inside:
        return dict(inside.read(sorted(inside.bag.payload), limit=1 << 20))


# --- which cables are in one bag ---


@pytest.mark.long("group")
@pytest.mark.parametrize(
    ("group", "sizes"),
    [
        ("release", [1, 1, 12]),
        ("post-year", [1, 1, 4, 8]),
        ("post-month", [1, 1, 4, 4, 4]),
        ("5", [1, 1, 2, 5, 5]),
        ("1", [1] * 14),
    ],
)
@pytest.mark.parametrize("form", ["tar", "directory", "zip"])
def test_every_cable_is_in_one_bag_of_its_group(
    group: str, sizes: list[int], form: BagForm, pages: Path, tmp_path: Path
) -> None:
    outcomes = run(tmp_path / "a", [pages], group, form=form)
    assert Counter(each.fate for each in outcomes) == {Fate.STORED: 14}
    bags = stored(tmp_path / "a")
    assert sorted(len(bag.cables) for bag in bags) == sizes
    assert sorted(each.source for each in outcomes) == sorted(map(str, pages.iterdir()))
    names = Counter(cable.identifier for bag in bags for cable in bag.cables)
    assert set(names.values()) == {1}
    assert len(names) == 14
    for bag in bags:
        assert bag.form is Form(form)
        assert len({cable.release for cable in bag.cables}) == 1
        assert {each.bag for each in outcomes if each.seal == bag.seal} == {bag.name}


def test_a_bag_of_many_is_as_valid_as_one_of_one(pages: Path, tmp_path: Path) -> None:
    run(tmp_path / "a", [pages], "release", form="directory")
    for bag in stored(tmp_path / "a"):
        report = verify(bag.path, profile=Profile.ours(), seal=bag.seal)
        assert report.valid
        assert worst(report.findings) in {None, Severity.NOTE}
        assert bagit.Bag(str(bag.path)).validate()
        files = held(bag)
        assert crate_check.check_crate(files["data/ro-crate-metadata.json"], list(files)) == ()
        documents = [data for path, data in files.items() if path.startswith("data/premis/")]
        assert [premis.check_premis(document) for document in documents] == [()] * len(bag.cables)
        assert ("data/index.csv" in files) is (len(bag.cables) > 1)


def test_the_files_of_a_cable_are_those_of_its_own_bag(pages: Path, tmp_path: Path) -> None:
    run(tmp_path / "a", [pages], "post-month")
    run(tmp_path / "b", [pages], "cable")
    own = {path: data for bag in stored(tmp_path / "b") for path, data in held(bag).items()}
    for bag in stored(tmp_path / "a"):
        for path, data in held(bag).items():
            assert path in {"data/index.csv", "data/ro-crate-metadata.json"} or data == own[path]


def test_the_table_has_a_row_for_each_cable_and_names_its_files(pages: Path, tmp_path: Path) -> None:
    run(tmp_path / "a", [pages], "release")
    bag = next(bag for bag in stored(tmp_path / "a") if len(bag.cables) == 12)
    files = held(bag)
    rows = list(csv.DictReader(io.StringIO(files["data/index.csv"].decode("utf-8"))))
    assert [row["identifier"] for row in rows] == [cable.identifier for cable in bag.cables]
    assert [row["source_sha256"] for row in rows] == [cable.source_sha256 for cable in bag.cables]
    assert {row["post"] for row in rows} == {"STRELSAU"}
    named = {row[role] for row in rows for role in ("source", "record", "tei", "premis")}
    assert named == set(files) - {"data/index.csv", "data/ro-crate-metadata.json"}
    assert "RURITANIA" not in files["data/index.csv"].decode()


@pytest.mark.parametrize("group", ["post-month", "5"])
def test_workers_and_runs_make_no_difference(group: str, pages: Path, tmp_path: Path) -> None:
    for name, jobs in (("one", 1), ("two", 2)):
        run(tmp_path / name, [pages], group, jobs=jobs)
    one, two = ({bag.name: bag for bag in stored(tmp_path / name)} for name in ("one", "two"))
    assert {name: bag.seal for name, bag in one.items()} == {name: bag.seal for name, bag in two.items()}
    assert all(bag.path.read_bytes() == two[name].path.read_bytes() for name, bag in one.items())


def test_the_catalogue_follows_from_log_and_bags_alone(pages: Path, tmp_path: Path) -> None:
    root = tmp_path / "a"
    run(root, [pages], "post-year")
    before = [bag.cables for bag in stored(root)]
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    assert [bag.cables for bag in stored(root)] == before
    for path in (root / "events").rglob("*.jsonl"):
        path.unlink()
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    assert [bag.cables for bag in stored(root)] == before


# --- again, twice, and the same name ---


def test_a_later_run_adds_only_what_is_new_under_the_next_number(pages: Path, tmp_path: Path) -> None:
    root = tmp_path / "a"
    some = sorted(pages.iterdir())[:4]
    first = run(root, some, "release")
    outcomes = run(root, [pages], "release")
    assert Counter(each.fate for each in outcomes) == {Fate.UNCHANGED: 4, Fate.STORED: 10}
    unchanged = {each.source: each for each in outcomes if each.fate is Fate.UNCHANGED}
    assert {each.source: (each.bag, each.identifier) for each in first} == {
        source: (each.bag, each.identifier) for source, each in unchanged.items()
    }
    sizes = {bag.name: len(bag.cables) for bag in stored(root)}
    assert sizes["cablegate-201108300212_0001"] == 4
    assert sizes["cablegate-201108300212_0002"] == 8
    assert {each.fate for each in run(root, [pages], "post-month")} == {Fate.UNCHANGED}


@pytest.mark.parametrize("group", ["release", "2"])
def test_the_same_bytes_twice_are_kept_once(group: str, pages: Path, tmp_path: Path) -> None:
    twin = pages / "00 again.txt"
    twin.write_bytes((pages / "05.txt").read_bytes())
    outcomes = {Path(each.source).name: each for each in run(tmp_path / "a", [pages], group)}
    fates = {outcomes[name].fate for name in ("00 again.txt", "05.txt")}
    assert fates == {Fate.STORED, Fate.UNCHANGED}
    assert outcomes["05.txt"].seal == outcomes["00 again.txt"].seal
    assert sum(len(bag.cables) for bag in stored(tmp_path / "a")) == 14


def test_nothing_new_among_what_waits_makes_no_bag(pages: Path, tmp_path: Path) -> None:
    for name in ("00 again.txt", "00 and again.txt"):
        (pages / name).write_bytes((pages / "00.txt").read_bytes())
    sources = sorted(pages.glob("00*"))
    outcomes = run(tmp_path / "a", sources, "1")
    assert [each.fate for each in outcomes] == [Fate.STORED, Fate.UNCHANGED, Fate.UNCHANGED]
    assert len({each.seal for each in outcomes}) == 1
    assert [bag.name for bag in stored(tmp_path / "a")] == ["cablegate-201108300212_0001"]


def test_two_captures_of_a_cable_are_in_two_bags(pages: Path, tmp_path: Path) -> None:
    text = (pages / "03.txt").read_text(encoding="utf-8")
    (pages / "03 later.txt").write_text(text.replace("SUBJECT:", "SUBJECT: "), encoding="utf-8")
    outcomes = run(tmp_path / "a", [pages], "release")
    assert {each.fate for each in outcomes} == {Fate.STORED}
    sizes = {bag.name: len(bag.cables) for bag in stored(tmp_path / "a")}
    assert (sizes["cablegate-201108300212_0001"], sizes["cablegate-201108300212_0002"]) == (12, 1)
    assert {bag.version for bag in stored(tmp_path / "a")} == {1}


def test_pack_again_finds_its_bags_and_replaces_none(pages: Path, tmp_path: Path) -> None:
    def once(*sources: Path) -> list[ItemOutcome]:
        refs = walk_sources([str(each) for each in sources])
        return list(pack(tmp_path / "bags", refs, grouped("release")))

    first, again = once(pages), once(pages)
    assert {each.fate for each in first} == {Fate.STORED}
    assert {each.fate for each in again} == {Fate.UNCHANGED}
    assert {each.seal for each in first} == {each.seal for each in again}
    other = once(*sorted(pages.glob("0[0-3].txt")))
    assert {each.fate for each in other} == {Fate.REJECTED}
    assert all("is not made of these sources" in (each.error or "") for each in other)
    assert len(list((tmp_path / "bags").glob("*.tar"))) == len(list((tmp_path / "bags").glob("*.csv"))) == 3


# --- what goes wrong ---


def test_bad_items_are_told_and_the_others_stored(pages: Path, tmp_path: Path) -> None:
    (pages / "bad.txt").write_bytes(b"no cable")
    outcomes = run(tmp_path / "a", [pages, tmp_path / "missing"], "release")
    assert Counter(each.fate for each in outcomes) == {Fate.STORED: 14, Fate.REJECTED: 1, Fate.FAILED: 1}


def full(*_arguments: object, **_more: object) -> Path:
    raise OSError(28, os.strerror(28))


def test_a_full_disk_while_cables_are_set_aside_stops_the_run(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "write_waiting_cable", full)
    told = list[ItemOutcome]()
    with initialise(tmp_path / "a", CLOCK, SOFTWARE) as archive:
        refs = walk_sources([str(pages)])
        outcomes = ingest(archive, refs, grouped("release"))
        with pytest.raises(ArchiveError, match="the disk is full"):
            told.extend(outcomes)
    assert list((tmp_path / "a").glob(".stage-*")) == []
    assert stored(tmp_path / "a") == []


def after(good: int, then: Callable[..., WrittenBag]) -> Callable[..., WrittenBag]:
    calls = iter(range(100))

    def staged(*arguments: object, **more: object) -> WrittenBag:
        call = stage_bag if next(calls) < good else then
        return call(*arguments, **more)  # type: ignore[arg-type]

    return staged


def test_what_was_acknowledged_before_the_disk_was_full_holds(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(bag: NewBag, *_arguments: object, **_more: object) -> WrittenBag:
        raise ArchiveError(f"the bag {bag.name} could not be written in x: No space left on device")

    monkeypatch.setattr(room, "stage_bag", after(2, no_room))
    monkeypatch.setattr(batch, "_AT_ONCE", 1)
    root, told = tmp_path / "a", list[ItemOutcome]()
    with initialise(root, CLOCK, SOFTWARE) as archive:
        refs = walk_sources([str(pages)])
        outcomes = ingest(archive, refs, grouped("post-month"))
        with pytest.raises(ArchiveError, match="stopped: "):
            told.extend(outcomes)
    kept = [each for each in told if each.fate is Fate.STORED]
    assert {each.bag for each in kept} == {bag.name for bag in stored(root)}
    assert len(stored(root)) == 2
    assert {each.exit_code for each in told if each.fate is Fate.FAILED} == {ExitCode.ARCHIVE}
    monkeypatch.undo()
    assert Counter(each.fate for each in run(root, [pages], "post-month")) == {
        Fate.UNCHANGED: len(kept),
        Fate.STORED: 14 - len(kept),
    }
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        assert list(audit.sweep_archive(archive)) == []


def test_a_fault_of_ours_in_one_group_does_not_lose_the_others(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = one_cable.assemble_bag

    def faulty(name: str, *arguments: object, **more: object) -> NewBag:
        if "2007-01" in name:
            raise ZeroDivisionError
        return whole(name, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(collection, "assemble_bag", faulty)
    outcomes = run(tmp_path / "a", [pages], "post-month")
    assert Counter(each.fate for each in outcomes) == {Fate.STORED: 10, Fate.FAILED: 4}
    assert all("ZeroDivisionError" in (each.error or "") for each in outcomes if each.fate is Fate.FAILED)


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[IngestPlan]:
    with Stage(tmp_path) as stage:
        yield IngestPlan(packager=grouped("release"), stage=stage)


def test_a_cable_that_was_set_aside_and_cannot_be_taken_up_is_told(plan: IngestPlan) -> None:
    bound = bag_portion(plan, Portion("x_0001", ("gone",)))
    (outcome,) = bound.prepared.outcomes
    assert (outcome.fate, outcome.exit_code) == (Fate.FAILED, ExitCode.ARCHIVE)
    assert outcome.source == "a cable of x_0001"


def test_a_cable_that_changed_while_it_waited_makes_no_bag(pages: Path, plan: IngestPlan) -> None:
    aside = room.prepare(plan, SourceRef("00.txt", pages / "00.txt")).waiting
    assert aside is not None
    _waiting, (source, *_others) = read_waiting_cable(plan.stage.path / aside[1], plan.packager)
    with source.place.open("r+b") as file:
        file.seek(source.offset)
        file.write(b"\0")
    bound = bag_portion(plan, Portion("x_0001", (aside[1],)))
    assert bound.prepared.staged is None
    assert "its bag, just written, reads back invalid" in (bound.prepared.outcomes[0].error or "")


def _killed(plan: IngestPlan, portion: Portion) -> PortionResult:
    if "2007-01" in portion.name:
        os._exit(9)
    return bag_portion(plan, portion)


def test_a_worker_that_dies_of_a_group_loses_that_group_only(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "bag_portion", _killed)
    outcomes = run(tmp_path / "a", [pages], "post-month", jobs=2)
    lost = [each for each in outcomes if each.fate is Fate.FAILED]
    assert len(lost) == 4
    assert all("the worker died of it, twice" in (each.error or "") for each in lost)
    assert {Path(each.source).name for each in lost} == {"01.txt", "04.txt", "07.txt", "10.txt"}
    assert sum(len(bag.cables) for bag in stored(tmp_path / "a")) == 10


def test_what_waits_can_be_bound_again_as_a_dead_worker_asks_for(pages: Path, plan: IngestPlan) -> None:
    asides = [room.prepare(plan, SourceRef(str(path), path)).waiting for path in (pages / "00.txt", pages / "01.txt")]
    names = tuple(each[1] for each in asides if each is not None)
    waiting, files = read_waiting_cable(plan.stage.path / names[0], plan.packager)
    assert waiting.outcome.fate is Fate.STORED
    assert isinstance(files[0], WaitingFile)
    assert next(each.data for each in files if each.path.value.startswith("source/")) == (pages / "00.txt").read_bytes()
    first, again = (bag_portion(plan, Portion("x_0001", names)).prepared.staged for _ in range(2))
    assert first is not None
    assert again is not None
    assert first.seal == again.seal
    assert first.path != again.path


def test_the_stage_does_not_grow_with_the_corpus(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_AT_ONCE", 1)
    root, left = tmp_path / "a", list[tuple[str | None, int]]()
    with initialise(root, CLOCK, SOFTWARE) as archive:
        refs = walk_sources([str(pages)])
        for outcome in ingest(archive, refs, grouped("post-month")):
            (stage,) = root.glob(".stage-*")
            left.append((outcome.bag, len({path.name for path in stage.iterdir()} - {MARK})))
    counts = [count for _bag, count in sorted(set(left), key=lambda each: -each[1])]
    assert counts == [13, 12, 8, 4, 0]


# --- names ---

entries = st.builds(
    CableEntry,
    identifier=st.just("07STRELSAU1"),
    date=st.none() | st.sampled_from(["2007-02-22T09:00:00", "1999-12-31T00:00:00", "2007"]),
    post=st.none() | st.text(max_size=90),
    source_sha256=st.just("0" * 64),
    text_sha256=st.just("0" * 64),
)
releases = st.none() | st.builds(
    Release,
    text=st.text(min_size=1, max_size=300),
    name=st.none() | st.text(max_size=300),
    date=st.none() | st.just("2011-10-04"),
)
groupings = st.sampled_from(["post-month", "post-year", "release", "7"])


@given(groupings, st.lists(st.tuples(entries, releases), max_size=6))
def test_names_are_those_of_bags_and_releases_stay_apart(
    setting: str, cables: list[tuple[CableEntry, Release | None]]
) -> None:
    grouping = Grouping.of(setting)
    assert grouping is not None
    groups: dict[Group, set[tuple[str, str | None, str | None] | None]] = {}
    for entry, release in cables:
        group = grouping.group(entry, release)
        NewBag(group.name(9999), ())
        told = (release.text, release.name, release.date) if release else None
        groups.setdefault(group, set()).add(told if told is None else (told[0], told[1] or "", told[2]))
    assert all(len(each) == 1 for each in groups.values())


def test_what_a_setting_asks_for() -> None:
    assert Grouping.of("cable") is None
    assert Grouping.of("250") == Grouping("release", 250)
    assert Grouping.of("post-year") == Grouping("post-year", DEFAULT_GROUP_SIZE)
    entry = CableEntry(
        identifier="07STRELSAU1", date="2007-02-22T09:00:00", post="STRELSAU", source_sha256="", text_sha256=""
    )
    release = Release(text="Latest source of this page is cablebrowser-2", name="cablebrowser-2")
    named = {
        setting: grouping.group(entry, release).name(12)
        for setting in ("post-month", "post-year", "release", "9")
        if (grouping := Grouping.of(setting))
    }
    assert named == {
        "post-month": "cablebrowser-2_STRELSAU_2007-02_0012",
        "post-year": "cablebrowser-2_STRELSAU_2007_0012",
        "release": "cablebrowser-2_0012",
        "9": "cablebrowser-2_0012",
    }
    nothing = replace(entry, date=None, post=None)
    assert Grouping("post-month").group(nothing, None).name(1) == "unknown-post_undated_0001"
    assert Grouping("release").group(nothing, None).name(1) == "cables_0001"


# --- the member index in an archive ---


def test_a_writer_that_stops_before_the_index_leaves_it_to_the_next(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write._appear

    def stopped(source: Path, target: Path, folder: int) -> None:
        if target.suffix == ".csv":
            raise KeyboardInterrupt
        whole(source, target, folder)

    root = tmp_path / "a"
    monkeypatch.setattr(write, "_appear", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(root, [pages / "00.txt", pages / "01.txt"], "release")
    assert list(root.rglob("*.csv")) == []
    monkeypatch.undo()
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive, archive.writing():
        (bag,) = archive.bags()
    (index,) = root.rglob("v1.tar.index.csv")
    assert bag.index == hashlib.sha256(index.read_bytes()).hexdigest()
    assert list(root.glob(".stage-*")) == []


def test_an_index_is_no_stray_and_one_without_its_tar_is(pages: Path, tmp_path: Path) -> None:
    root = tmp_path / "a"
    run(root, [pages], "release")
    with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
        assert list(audit.sweep_archive(archive)) == []
        (bag,) = (each for each in archive.bags() if len(each.cables) == 12)
        bag.path.unlink()
        assert sorted(each.code for each in audit.sweep_archive(archive)) == ["archive-stray", "bag-missing"]


def test_a_found_bag_brings_its_index(pages: Path, tmp_path: Path) -> None:
    root = tmp_path / "a"
    run(root, [pages], "release")
    before = {bag.name: bag.index for bag in stored(root)}
    assert None not in before.values()
    for path in (root / "events").rglob("*.jsonl"):
        path.unlink()
    other = next(root.rglob("cablebrowser-2_0001/v1.tar.index.csv"))
    other.write_bytes(other.read_bytes().replace(b"0", b"1", 1))
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    after = {bag.name: bag.index for bag in stored(root)}
    assert after == before | {"cablebrowser-2_0001": None}
