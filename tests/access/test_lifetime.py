from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.archive.making import AT, archive_at, record
from tests.provenance.examples import cable_named, example

from preserve import audit
from preserve.access import lifetime
from preserve.access.lifetime import BagEvent, Lifetime
from preserve.archive.cable_entry import CableEntry
from preserve.archive.events import LogEvent
from preserve.archive.model import Incoming, StoredBag
from preserve.archive.vault import Archive
from preserve.bag.model import BagPath, Form, NewBag, PayloadFile
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.stage import Stage
from preserve.bag.writing.tagfiles import format_manifest
from preserve.digests import digest_bytes
from preserve.errors import ArchiveError, BagError, ExitCode, PreserveError, RecordError
from preserve.provenance import premis

NAME = "02STRELSAU17"
PREMIS = f"data/premis/{NAME}.xml"
FORMS = (Form.DIRECTORY, Form.TAR)
"""The forms in which an archive keeps bags."""


def document(identifier: str = NAME) -> bytes:
    return premis.encode_premis(example(cable_named(identifier)))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with archive_at(tmp_path / "archive") as made:
        yield made


def put(
    archive: Archive,
    name: str = NAME,
    *,
    identifiers: Sequence[str] = (),
    documents: dict[str, bytes] | None = None,
    form: Form = Form.DIRECTORY,
) -> StoredBag:
    """Store a bag of some cables, with these PREMIS documents or one for each."""
    identifiers = identifiers or (name,)
    records = [record(identifier, identifier.encode()) for identifier in identifiers]
    if documents is None:
        documents = {f"premis/{identifier}.xml": document(identifier) for identifier in identifiers}
    files = [PayloadFile(BagPath(path), data) for path, data in documents.items()]
    files += [
        PayloadFile(BagPath(f"record/{identifier}.json"), data)
        for identifier, data in zip(identifiers, records, strict=True)
    ]
    with Stage(archive.store.stages) as stage:
        staged = stage_bag(NewBag(name, tuple(files), ()), stage.path, form=form)
        cables = tuple(CableEntry.from_record(data) for data in records)
        (outcome,) = archive.put([Incoming(staged=staged, cables=cables)])
    assert outcome.stored is not None
    return outcome.stored


def life(archive: Archive, *bags: StoredBag) -> Lifetime:
    return lifetime.trace_lifetime(archive, bags)


def types(events: Sequence[BagEvent], *, logged: bool) -> list[str]:
    return [event.told.type for event in events if event.logged is logged]


@pytest.mark.parametrize("form", FORMS)
def test_what_a_bag_holds_and_what_was_logged_are_one_life(archive: Archive, form: Form) -> None:
    stored = put(archive, form=form)
    audit.record_checks(archive, [audit.check_bag(audit.make_task(stored))])
    told = life(archive, stored)
    assert premis.check_premis(told.premis) == ()
    assert types(told.events, logged=False) == [event.type.label for event in example().events]
    assert types(told.events, logged=True) == ["ingestion", "fixity check"]
    assert {event.stored for event in told.events} == {stored}
    assert told.silent == ()
    check = next(event.told for event in told.events if event.told.type == "fixity check")
    assert check.notes == (f"depth: full; files: {stored.files}; bytes: {stored.bytes}.",)
    stored_ = next(event.told for event in told.events if event.logged)
    assert stored_.notes == (f"seal: {stored.seal}; files: {stored.files}; bytes: {stored.bytes}.",)


def test_a_check_that_failed_names_what_it_found(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / "data/record" / f"{NAME}.json").write_bytes(b"{}")
    (stored.path / "data/new").write_bytes(b"")
    audit.record_checks(archive, [audit.check_bag(audit.make_task(stored))])
    (check,) = (event.told for event in life(archive, stored).events if event.told.type == "fixity check")
    assert check.outcomes == ("fail",)
    assert any(f"data/record/{NAME}.json" in note for note in check.notes)
    assert any("found: " in note for note in check.notes)


def test_many_findings_are_cut(archive: Archive) -> None:
    stored = put(archive)
    finding = {"code": "payload-altered", "where": "data/x", "message": "it differs"}
    data = {"depth": "full", "present": True, "files": 1, "bytes": 1, "found": 30, "findings": [finding] * 30}
    event = LogEvent(type="fixity check", at=AT, detail="No.", bag=NAME, version=1, data=data)
    archive.log([event])
    (check,) = (event.told for event in life(archive, stored).events if event.told.type == "fixity check")
    assert check.notes[0].endswith("found: 30.")
    assert check.notes[1:] == ("payload-altered: data/x: it differs",) * 20


@pytest.mark.parametrize("data", [{}, {"receipt": 1, "findings": 1}, {"findings": [1, {}]}])
def test_data_of_another_shape_is_passed_over(archive: Archive, data: dict[str, object]) -> None:
    stored = put(archive)
    archive.log([LogEvent(type="dissemination", at=AT, detail="Shown.", bag=NAME, version=1, data=data)])
    (event,) = (event.told for event in life(archive, stored).events if event.told.type == "dissemination")
    assert [note for note in event.notes if note] == []


def test_a_deposit_tells_its_target_and_how_far_it_came(archive: Archive) -> None:
    stored = put(archive)
    receipt = {"target": "directory:copies", "state": "verified", "level": "L5", "place": "copies/x", "files": 0}
    receipt |= {"bag": NAME, "version": 1, "says": "Copied.", "at": AT, "bytes": 0, "already": False}
    event = LogEvent(type="transfer", at=AT, detail="Copied.", bag=NAME, version=1, data={"receipt": receipt})
    archive.log([event])
    (told,) = (event.told for event in life(archive, stored).events if event.told.type == "transfer")
    assert told.notes == ("target: directory:copies; state: verified; level: L5; place: copies/x.",)


def test_the_agent_of_the_log_is_not_taken_for_the_one_that_made_the_bag(archive: Archive) -> None:
    data = life(archive, put(archive)).premis.decode()
    assert data.count("<agentName>preserve</agentName>") == 2
    assert "<agentNote>As the event log of the archive names it.</agentNote>" in data


def test_a_bag_of_several_cables_is_told_whole(archive: Archive) -> None:
    stored = put(archive, "several", identifiers=(NAME, "02STRELSAU18"))
    told = life(archive, stored)
    assert types(told.events, logged=False).count("normalization") == 2
    assert premis.check_premis(told.premis) == ()


def test_a_bag_without_premis_has_the_events_of_the_log(archive: Archive) -> None:
    stored = put(archive, documents={"notes/premis.txt": b"", "premis/readme.txt": b"none"})
    told = life(archive, stored)
    assert told.silent == (stored,)
    assert types(told.events, logged=True) == ["ingestion"]
    assert types(told.events, logged=False) == []


def test_versions_and_bags_are_told_apart(archive: Archive) -> None:
    one = put(archive)
    other = put(archive, "02STRELSAU18")
    told = life(archive, one, other)
    assert {event.stored.name for event in told.events} == {NAME, "02STRELSAU18"}
    assert len([event for event in told.events if event.stored == other]) == len(example().events) + 1


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and "catalogue" not in path.name)
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_nothing_is_written(archive: Archive) -> None:
    stored = put(archive)
    before = tree(archive.root)
    life(archive, stored)
    assert tree(archive.root) == before


# Damage.


def refused(archive: Archive, stored: StoredBag, kind: type[PreserveError]) -> str:
    with pytest.raises(kind) as caught:
        life(archive, stored)
    assert stored.label in caught.value.message
    assert "preserve audit" in caught.value.hint
    return caught.value.message


def manifests(bag: Path, *, tags: bool) -> None:
    """Write the manifests of a bag anew, so that BagIt alone finds nothing wrong."""

    def write(name: str, paths: Sequence[Path]) -> None:
        rows = [
            (path.relative_to(bag).as_posix(), digest_bytes(path.read_bytes(), ["sha512"])["sha512"]) for path in paths
        ]
        (bag / name).write_bytes(format_manifest(rows))

    write("manifest-sha512.txt", sorted(path for path in (bag / "data").rglob("*") if path.is_file()))
    if tags:
        names = ("bag-info.txt", "bagit.txt", "manifest-sha512.txt")
        write("tagmanifest-sha512.txt", [bag / name for name in names if (bag / name).exists()])


def test_premis_that_was_altered_is_not_believed(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / PREMIS).write_bytes(document().replace(b"<size>6851<", b"<size>6852<"))
    assert "was altered: its sha512" in refused(archive, stored, BagError)


def test_premis_that_was_altered_with_its_manifest_is_not_believed(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / PREMIS).write_bytes(document().replace(b"<size>6851<", b"<size>6852<"))
    manifests(stored.path, tags=False)
    assert "manifest-sha512.txt" in refused(archive, stored, BagError)


def test_premis_that_was_altered_with_all_manifests_is_not_believed(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / PREMIS).write_bytes(document().replace(b"<size>6851<", b"<size>6852<"))
    manifests(stored.path, tags=True)
    assert "its tag manifest now has" in refused(archive, stored, BagError)


def test_a_bag_without_a_seal_is_not_believed(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / "tagmanifest-sha512.txt").unlink()
    assert "no tag manifest can be read" in refused(archive, stored, BagError)


def test_premis_that_is_gone_is_told(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / PREMIS).unlink()
    assert f"{PREMIS} of {NAME}/v1 is missing" in refused(archive, stored, BagError)


def test_premis_that_no_manifest_lists_is_not_believed(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / "data/premis/another.xml").write_bytes(document())
    assert "in no manifest" in refused(archive, stored, BagError)


def test_premis_of_no_reasonable_size_is_not_read(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = put(archive)
    monkeypatch.setattr(lifetime, "PREMIS_LIMIT", 1000)
    assert "more than 1000 are not read" in refused(archive, stored, BagError)


def test_premis_that_is_not_valid_is_refused(archive: Archive) -> None:
    stored = put(archive, documents={f"premis/{NAME}.xml": b"<premis/>"})
    assert "the PREMIS of" in refused(archive, stored, RecordError)


@pytest.mark.parametrize("form", FORMS)
def test_a_bag_that_is_gone_is_told(archive: Archive, form: Form) -> None:
    stored = put(archive, form=form)
    shutil.rmtree(stored.path) if form is Form.DIRECTORY else stored.path.unlink()
    assert "nothing lies at its place" in refused(archive, stored, ArchiveError)


def test_a_tar_that_was_cut_is_told(archive: Archive) -> None:
    stored = put(archive, form=Form.TAR)
    os.truncate(stored.path, stored.path.stat().st_size // 2)
    with pytest.raises(PreserveError) as caught:
        life(archive, stored)
    assert caught.value.exit_code in {ExitCode.INVALID, ExitCode.ARCHIVE}


def open_to_all(path: Path) -> None:
    """Let another user come as far as a path."""
    for folder in path.parents:
        if folder.stat().st_uid == os.geteuid() and folder != folder.parent and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o055)


def test_a_place_that_cannot_be_looked_at_is_told(
    archive: Archive, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    stored = put(archive)
    open_to_all(stored.path)
    stored.path.parent.chmod(0)
    try:
        with unprivileged():
            assert f"is not at {stored.path}: Permission denied" in refused(archive, stored, ArchiveError)
    finally:
        stored.path.parent.chmod(0o755)


def test_premis_that_cannot_be_read_is_told(
    archive: Archive, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    stored = put(archive)
    open_to_all(stored.path / PREMIS)
    (stored.path / PREMIS).chmod(0)
    with unprivileged():
        assert f"{NAME}/v1: {PREMIS} could not be read" in refused(archive, stored, ArchiveError)


def test_damage_elsewhere_in_the_bag_hides_nothing(archive: Archive) -> None:
    stored = put(archive)
    (stored.path / "data/record" / f"{NAME}.json").unlink()
    assert len(life(archive, stored).events) == len(example().events) + 1


def test_a_tar_is_read_where_it_lies(archive: Archive, tmp_path: Path) -> None:
    stored = put(archive, form=Form.TAR)
    assert tarfile.is_tarfile(stored.path)
    assert not life(archive, stored).silent
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive"]
