"""Out of a bag: only what its digests vouch for; into files that appear whole and replace nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.description.examples import cable_with

from preserve.access.export import (
    BagSelection,
    describe_stored,
    export_all,
    metadata_path,
    open_new_file,
    read_cables,
    write_metadata,
)
from preserve.archive.cable_entry import CableEntry
from preserve.archive.model import Incoming
from preserve.archive.opening import initialise
from preserve.bag.model import BagPath, Form, NewBag, PayloadFile
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.publication import publish
from preserve.bag.writing.stage import Stage
from preserve.cable.record import Cable, codec
from preserve.clock import Clock
from preserve.description.formats import find_format
from preserve.description.model import Holder
from preserve.errors import ArchiveError, BagError, ExitCode, RecordError, UsageError
from preserve.settings import Organisation, Settings

UUID = "0b3f5a52-6a9d-5c6f-9f0e-111111111111"
INFO = (
    ("Source-Organization", "Royal Archive"),
    ("Source-Organization", "Second Archive"),
    ("Contact-Email", "a@example.org"),
    ("External-Identifier", "02STRELSAU17"),
    ("External-Identifier", f"urn:uuid:{UUID}"),
    ("Bagging-Date", "2026-11-23"),
)
MODS, SAF = find_format("mods"), find_format("dspace")


def bag_of(
    folder: Path, *cables: Cable, form: Form = Form.DIRECTORY, extra: tuple[tuple[str, bytes], ...] = ()
) -> Path:
    """Write a bag of some cables, its name that of the first."""
    files = [("ro-crate-metadata.json", b"{}"), *extra]
    for cable in cables:
        files.append((f"record/{cable.identifier}.json", codec.encode_record(cable)))
        files.append((f"source/{cable.identifier}.html", b"<p>source</p>"))
        files.append((f"tei/{cable.identifier}.xml", b"<TEI/>"))
    payload = tuple(PayloadFile(BagPath(path), data) for path, data in files)
    name = cables[0].identifier if cables else "EMPTY"
    place = folder / (name if form is Form.DIRECTORY else f"{name}.tar")
    with Stage(folder) as stage:
        publish([(stage_bag(NewBag(name, payload, INFO), stage.path, form=form, algorithms=("sha512",)), place)])
    return place


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return bag_of(tmp_path, cable_with("open"))


def ref(path: Path) -> BagSelection:
    return BagSelection("the bag", path)


# --- reading ---


@pytest.mark.parametrize("form", [Form.DIRECTORY, Form.TAR])
def test_a_bag_is_read_with_what_it_says_of_itself(tmp_path: Path, form: Form) -> None:
    [held] = read_cables(ref(bag_of(tmp_path, cable_with("open"), form=form)))
    assert held.cable == cable_with("open")
    assert (held.stem, held.bag.name, held.bag.uuid, held.bag.packaged) == (
        "02STRELSAU17", "02STRELSAU17", UUID, "2026-11-23",
    )  # fmt: skip
    assert held.holder == Holder(name="Royal Archive", email="a@example.org")
    assert [(file.path, file.media_type) for file in held.bag.files] == [
        ("data/record/02STRELSAU17.json", "application/json"),
        ("data/ro-crate-metadata.json", "application/json"),
        # The record says of what type the source is.
        ("data/source/02STRELSAU17.html", "text/plain"),
        ("data/tei/02STRELSAU17.xml", "application/tei+xml"),
    ]
    assert held.bag.files[3].size == 6
    assert held.bag.seal is not None


def test_a_file_of_no_known_type_is_octets(tmp_path: Path) -> None:
    [held] = read_cables(ref(bag_of(tmp_path, cable_with(), extra=(("notes/a.xyz", b"1"),))))
    assert "application/octet-stream" in {file.media_type for file in held.bag.files}


def test_each_cable_of_a_bag_of_several_has_its_own_files_and_name(tmp_path: Path) -> None:
    first, second = cable_with(), cable_with(identifier="02STRELSAU18")
    helds = list(read_cables(ref(bag_of(tmp_path, first, second))))
    assert [held.stem for held in helds] == ["02STRELSAU17", "02STRELSAU18"]
    assert [{Path(file.path).stem for file in held.bag.files} for held in helds] == [{"02STRELSAU17"}, {"02STRELSAU18"}]


def test_a_bag_of_the_archive_has_its_seal_name_and_version(tmp_path: Path) -> None:
    cable = cable_with()
    with initialise(tmp_path / "archive", clock=Clock()) as archive, Stage(archive.store.stages) as stage:
        payload = (PayloadFile(BagPath("record/x.json"), codec.encode_record(cable)),)
        staged = stage_bag(
            NewBag("02STRELSAU17", payload, INFO), stage.path, form=Form.DIRECTORY, algorithms=("sha512",)
        )
        [outcome] = archive.put([Incoming(staged=staged, cables=(CableEntry.of(cable),))])
        assert outcome.stored is not None
        stored = BagSelection.of(outcome.stored)
    assert (stored.label, stored.seal) == ("02STRELSAU17/v1", outcome.stored.seal)
    [held] = read_cables(stored)
    assert (held.stem, held.bag.name) == ("02STRELSAU17.v1", "02STRELSAU17")
    with pytest.raises(BagError, match="sealed"):
        list(read_cables(replace(stored, seal="0" * 64)))


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("data/record/02STRELSAU17.json", "was altered"),
        ("bag-info.txt", "bag-info.txt"),
        ("manifest-sha512.txt", "manifest-sha512.txt"),
    ],
)
def test_a_bag_that_is_not_what_it_was_is_not_told_of(bag: Path, file: str, says: str) -> None:
    place = bag / file
    place.write_bytes(place.read_bytes().replace(b"2", b"3"))
    with pytest.raises(BagError, match="not what it was") as caught:
        list(read_cables(ref(bag)))
    assert says in caught.value.message


def test_a_record_that_no_manifest_lists_is_not_told_of(bag: Path) -> None:
    (bag / "data/record/02STRELSAU18.json").write_bytes(codec.encode_record(cable_with(identifier="02STRELSAU18")))
    with pytest.raises(BagError, match="02STRELSAU18"):
        list(read_cables(ref(bag)))


def test_a_bag_without_records_is_no_bag_of_cables(tmp_path: Path) -> None:
    with pytest.raises(BagError, match="no record"):
        list(read_cables(ref(bag_of(tmp_path))))


def test_a_record_of_another_version_is_told(tmp_path: Path) -> None:
    place = bag_of(tmp_path, extra=(("record/a.json", b'{"schema_version": "9.0.0"}'),))
    with pytest.raises(RecordError, match="schema_version"):
        list(read_cables(ref(place)))


def test_a_record_without_end_is_not_read(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preserve.access.export._RECORD_LIMIT", 100)
    with pytest.raises(BagError, match="more than 100 are not read"):
        list(read_cables(ref(bag)))


# --- describing ---


def test_the_settings_name_the_institution_and_else_the_bag_does(bag: Path) -> None:
    [held] = read_cables(ref(bag))
    assert describe_stored(held, Settings()).holder == Holder(name="Royal Archive", email="a@example.org")
    ours = Settings(organisation=Organisation(name="New Archive", contact_email="b@example.org"))
    assert describe_stored(held, ours).holder == Holder(name="New Archive", email="b@example.org")


# --- writing ---


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name.startswith("."))


def test_a_file_and_a_folder_appear_whole(bag: Path, tmp_path: Path) -> None:
    [held] = read_cables(ref(bag))
    description = describe_stored(held, Settings())
    for target, names in ((MODS, []), (SAF, ["contents", "dublin_core.xml"])):
        place = metadata_path(tmp_path, held.stem, target)
        rendered = write_metadata(description, target, place)
        assert rendered.findings == ()
        assert sorted(path.name for path in place.glob("*")) == names
        first = place / rendered.files[0].name if names else place
        assert first.read_bytes() == rendered.files[0].data
    assert {path.name for path in tmp_path.iterdir()} == {
        "02STRELSAU17", "02STRELSAU17.mods.xml", "02STRELSAU17.dspace",
    }  # fmt: skip


@pytest.mark.parametrize("target", [MODS, SAF], ids=["file", "folder"])
def test_nothing_is_replaced(bag: Path, tmp_path: Path, target: object) -> None:
    [held] = read_cables(ref(bag))
    place = tmp_path / "here"
    place.symlink_to("nowhere")
    with pytest.raises(UsageError, match="there already"):
        write_metadata(describe_stored(held, Settings()), target, place)  # type: ignore[arg-type]
    assert place.is_symlink()
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("target", [MODS, SAF], ids=["file", "folder"])
def test_what_appears_in_the_meantime_is_not_replaced(
    bag: Path, tmp_path: Path, target: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    [held] = read_cables(ref(bag))
    place = tmp_path / "here"
    place.write_bytes(b"theirs")
    monkeypatch.setattr(os.path, "lexists", lambda path: False)
    with pytest.raises(UsageError, match="there already"):
        write_metadata(describe_stored(held, Settings()), target, place)  # type: ignore[arg-type]
    assert place.read_bytes() == b"theirs"
    assert leftovers(tmp_path) == []


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    [held] = read_cables(ref(bag_of(tmp_path, cable_with("restricted"))))
    rendered = write_metadata(describe_stored(held, Settings()), find_format("datacite"), tmp_path / "x")
    assert [finding.code for finding in rendered.findings] == ["description-withheld"]
    assert not (tmp_path / "x").exists()


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def half() -> None:
        with open_new_file(tmp_path / "x") as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="could not write"), open_new_file(tmp_path / "no" / "x"):
        pass


def test_one_bag_that_fails_does_not_keep_back_the_others(tmp_path: Path) -> None:
    good, shut = (
        bag_of(tmp_path, cable_with("open")),
        bag_of(tmp_path, cable_with("restricted", identifier="02STRELSAU18")),
    )
    broken = tmp_path / "broken"
    shutil.copytree(good, broken)
    (broken / "bag-info.txt").write_bytes(b"x: y\n")
    out = tmp_path / "out"
    out.mkdir()
    target = find_format("datacite")

    def refs() -> Iterator[BagSelection]:
        return (BagSelection(path.name, path) for path in (broken, shut, good, tmp_path / "nothing"))

    def run() -> list[tuple[str, ExitCode]]:
        done = export_all(
            refs(),
            target,
            lambda held: metadata_path(out, held.stem, target),
            lambda held: describe_stored(held, Settings()),
        )
        return [(each.outcome, each.exit_code) for each in done]

    failed, refused, gone = (
        ("failed", ExitCode.INVALID),
        ("refused", ExitCode.INVALID),
        ("failed", ExitCode.SOURCE),
    )
    assert run() == [failed, refused, ("written", ExitCode.GOOD), gone]
    assert [path.name for path in out.iterdir()] == ["02STRELSAU17.datacite.json"]
    assert run() == [failed, refused, ("failed", ExitCode.USAGE), gone]
