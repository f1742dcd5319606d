"""One list of tricks, played to everything that takes bytes out of a bag.

A trick changes a bag that the archive stored. What the archive asks knows the seal of the bag and must refuse every
trick; what is given a path alone knows no seal, and must refuse whatever can be seen without one. Refusing is an error
or a result that is not good, and nothing that was forged is ever handed out.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from preserve.access import BagSelection, read_cables, take_out, trace_lifetime
from preserve.archive import Archive, LogEvent, StoredBag, initialise, open_archive
from preserve.archive.adoption import examine_stray
from preserve.audit import check_bag, make_task
from preserve.bag import BagReport, Conversion, Form, convert_bag, extract_bag, index_path, verify, verify_some
from preserve.clock import Clock
from preserve.compare import BagSource, read_operand
from preserve.deposit import State, deposit, depositor_for
from preserve.errors import PreserveError
from preserve.ingest import ingest
from preserve.package import Packager
from preserve.provenance import this_software
from preserve.readers import walk_sources
from preserve.settings import BagSettings, Settings

PAGE = Path(__file__).parents[1] / "fixtures/cablebrowser/05STRELSAU4281.lines.txt"
FORGED = b"FORGED"


@dataclass(frozen=True)
class Answer:
    """What a consumer did with a bag."""

    refused: bool
    handed: bytes = b""


# --- the tricks: each changes the folder of a bag ---


def _digest(path: Path) -> str:
    return hashlib.sha512(path.read_bytes()).hexdigest()


def _rewrite(root: Path, name: str, paths: list[Path]) -> None:
    lines = [f"{_digest(path)}  {path.relative_to(root).as_posix()}\n" for path in sorted(paths)]
    (root / name).write_text("".join(lines), encoding="utf-8")


def _payload(root: Path) -> list[Path]:
    return [path for path in (root / "data").rglob("*") if path.is_file()]


def alter_files(root: Path) -> None:
    """Put something into every file that somebody may ask for, without changing what kind of file it is."""
    for path in _payload(root):
        path.write_bytes(path.read_bytes().replace(b"STRELSAU", FORGED + b"AU"))


def forge_under_another_spelling(root: Path) -> None:
    alter_files(root)
    _rewrite(root, "manifest-sha_512.txt", _payload(root))


def forge_under_a_manifest_of_another_algorithm(root: Path) -> None:
    alter_files(root)
    lines = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in _payload(root)]
    (root / "manifest-sha512.txt").write_text("")
    (root / "manifest-md5.txt").write_text("".join(lines))


def add_files_listed_in_an_unsealed_manifest(root: Path) -> None:
    lines = []
    for path in _payload(root):
        new = path.with_name(f"FORGED{path.suffix}")
        new.write_bytes(path.read_bytes().replace(b"STRELSAU", FORGED + b"AU"))
        lines.append(f"{hashlib.md5(new.read_bytes()).hexdigest()}  {new.relative_to(root)}\n")
    (root / "manifest-md5.txt").write_text("".join(lines))


def add_files_with_a_second_tag_manifest(root: Path) -> None:
    add_files_listed_in_an_unsealed_manifest(root)
    _rewrite(root, "tagmanifest-SHA512.txt", [path for path in root.glob("*.txt") if "tagmanifest" not in path.name])


def add_files_in_no_manifest(root: Path) -> None:
    add_files_listed_in_an_unsealed_manifest(root)
    (root / "manifest-md5.txt").unlink()


def rewrite_the_manifest(root: Path) -> None:
    alter_files(root)
    _rewrite(root, "manifest-sha512.txt", _payload(root))


def rewrite_the_whole_bag(root: Path) -> None:
    rewrite_the_manifest(root)
    _rewrite(root, "tagmanifest-sha512.txt", [path for path in root.glob("*.txt") if "tagmanifest" not in path.name])


def declare_a_draft_that_needs_no_sealed_manifest(root: Path) -> None:
    add_files_listed_in_an_unsealed_manifest(root)
    (root / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")


def add_a_tag_file(root: Path) -> None:
    (root / "READ-ME-FIRST.html").write_bytes(FORGED)


def alter_a_tag_file(root: Path) -> None:
    info = root / "bag-info.txt"
    info.write_bytes(info.read_bytes() + b"Source-Organization: FORGED\n")


def remove_a_tag_file(root: Path) -> None:
    (root / "bag-info.txt").unlink()


def remove_the_tag_manifest(root: Path) -> None:
    rewrite_the_manifest(root)
    (root / "tagmanifest-sha512.txt").unlink()


TRICKS = (
    alter_files,
    forge_under_another_spelling,
    forge_under_a_manifest_of_another_algorithm,
    add_files_listed_in_an_unsealed_manifest,
    add_files_with_a_second_tag_manifest,
    add_files_in_no_manifest,
    rewrite_the_manifest,
    rewrite_the_whole_bag,
    declare_a_draft_that_needs_no_sealed_manifest,
    add_a_tag_file,
    alter_a_tag_file,
    remove_a_tag_file,
    remove_the_tag_manifest,
)
ONLY_A_SEAL_SHOWS = {rewrite_the_whole_bag, remove_the_tag_manifest, add_a_tag_file}


# --- the consumers: each is given the stored bag, its archive, and a new folder ---

Consumer = Callable[[StoredBag, Archive, Path], Answer]


def _of_report(report: BagReport) -> Answer:
    return Answer(not report.valid and any(each.severity == "error" for each in report.findings))


def _bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def by_verify(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return _of_report(verify(stored.path, seal=stored.seal))


def by_verify_without_seal(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return _of_report(verify(stored.path))


def by_verify_of_some_files(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return Answer(verify_some(stored.path, ["*"], seal=stored.seal).verdict != "intact")


def by_verify_of_some_files_without_seal(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return Answer(verify_some(stored.path, ["*FORGED*"]).verdict != "intact")


def by_get(stored: StoredBag, _archive: Archive, new: Path) -> Answer:
    done = take_out(stored, stored.name, new)
    return Answer(not done.whole, _bytes_below(new))


def by_extract(stored: StoredBag, _archive: Archive, new: Path) -> Answer:
    done = extract_bag(stored.path, new, seal=stored.seal)
    return Answer(not done.whole, _bytes_below(new))


def by_extract_without_seal(stored: StoredBag, _archive: Archive, new: Path) -> Answer:
    done = extract_bag(stored.path, new)
    return Answer(not done.whole, _bytes_below(new))


def by_convert(stored: StoredBag, _archive: Archive, new: Path) -> Answer:
    done = convert_bag(stored.path, new, Conversion(agent="x 1", form=Form.DIRECTORY, name="converted"))
    return Answer(done.bag is None, _bytes_below(new))


def by_export(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return Answer(False, repr(list(read_cables(BagSelection.of(stored)))).encode())


def by_export_without_seal(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return Answer(False, repr(list(read_cables(BagSelection("a bag", stored.path)))).encode())


def by_events(stored: StoredBag, archive: Archive, _new: Path) -> Answer:
    return Answer(False, repr(trace_lifetime(archive, [stored])).encode())


def by_compare(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return Answer(False, repr(read_operand(BagSource("it", stored.path, seal=stored.seal))).encode())


def by_compare_without_seal(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return Answer(False, repr(read_operand(BagSource("it", stored.path))).encode())


def by_rebuild(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    event = examine_stray(stored.path, stored.location, "2026-11-30T12:00:00Z")
    return Answer(not isinstance(event, LogEvent), repr(event).encode() if isinstance(event, LogEvent) else b"")


def by_audit(stored: StoredBag, _archive: Archive, _new: Path) -> Answer:
    return Answer(check_bag(make_task(stored)).outcome != "success")


def by_deposit(stored: StoredBag, archive: Archive, new: Path) -> Answer:
    try:
        receipt = deposit(archive, stored, depositor_for(str(new)))
    finally:
        handed = _bytes_below(new) if new.exists() else b""
    return Answer(receipt.state is not State.VERIFIED, handed)


SEALED = (
    by_verify,
    by_verify_of_some_files,
    by_get,
    by_extract,
    by_export,
    by_events,
    by_compare,
    by_audit,
    by_deposit,
)
UNSEALED = (
    by_verify_without_seal,
    by_extract_without_seal,
    by_convert,
    by_export_without_seal,
    by_compare_without_seal,
    by_rebuild,
)
EITHER = (*SEALED, *UNSEALED)

# --- the bag ---


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive of one bag in each form, once; the tests work on copies."""
    made = tmp_path_factory.mktemp("archives")
    for form in (Form.DIRECTORY, Form.TAR):
        with initialise(made / form, Clock(), this_software()) as archive:
            settings = Settings(bags=BagSettings(form="tar" if form is Form.TAR else "directory"))
            packager = Packager(settings=settings, software=this_software(), clock=Clock())
            refs = walk_sources([str(PAGE)])
            outcomes = list(ingest(archive, refs, packager))
            assert [each.fate for each in outcomes] == ["stored"], outcomes
    return made


@contextmanager
def copied(archives: Path, form: Form, place: Path) -> Iterator[tuple[Archive, StoredBag]]:
    """Open a copy of an archive of one bag."""
    shutil.copytree(archives / form, place / "archive")
    with open_archive(place / "archive") as archive:
        [stored] = archive.bags()
        yield archive, stored


def play(trick: Callable[[Path], None], stored: StoredBag, place: Path) -> None:
    """Play a trick to a stored bag: to its folder, or to its tar, which is unpacked and packed again."""
    if stored.form is Form.DIRECTORY:
        trick(stored.path)
        return
    with tarfile.open(stored.path) as tar:
        tar.extractall(place / "unpacked", filter="data")
    trick(place / "unpacked" / stored.name)
    with tarfile.open(stored.path, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.add(place / "unpacked" / stored.name, stored.name)
    index_path(stored.path).unlink(missing_ok=True)
    shutil.rmtree(place / "unpacked")


def ask(consumer: Consumer, stored: StoredBag, archive: Archive, new: Path) -> Answer:
    try:
        return consumer(stored, archive, new)
    except PreserveError:
        return Answer(True, _bytes_below(new) if new.exists() else b"")


def name_of(function: Callable[..., object]) -> str:
    return function.__name__


@pytest.mark.parametrize("form", [Form.DIRECTORY, Form.TAR], ids=["folder", "tar"])
@pytest.mark.parametrize("consumer", EITHER, ids=name_of)
def test_a_bag_that_is_as_it_was_is_given_out(consumer: Consumer, form: Form, archives: Path, tmp_path: Path) -> None:
    with copied(archives, form, tmp_path) as (archive, stored):
        assert not ask(consumer, stored, archive, tmp_path / "new").refused


@pytest.mark.parametrize("form", [Form.DIRECTORY, Form.TAR], ids=["folder", "tar"])
@pytest.mark.parametrize("trick", TRICKS, ids=name_of)
def test_no_trick_gets_past_anybody(trick: Callable[[Path], None], form: Form, archives: Path, tmp_path: Path) -> None:
    with copied(archives, form, tmp_path) as (archive, stored):
        play(trick, stored, tmp_path)
        told = {}
        for consumer in SEALED if trick in ONLY_A_SEAL_SHOWS else EITHER:
            answer = ask(consumer, stored, archive, tmp_path / consumer.__name__)
            assert FORGED not in answer.handed, consumer.__name__
            told[consumer] = answer.refused
    assert {name_of(each) for each, refused in told.items() if not refused} == set()


def test_what_only_a_seal_shows_is_given_out_without_one(archives: Path, tmp_path: Path) -> None:
    """The other tests would pass if nothing were ever given out, or the forgery were never seen."""
    with copied(archives, Form.DIRECTORY, tmp_path) as (archive, stored):
        play(rewrite_the_whole_bag, stored, tmp_path)
        answer = ask(by_extract_without_seal, stored, archive, tmp_path / "new")
    assert not answer.refused
    assert FORGED in answer.handed


@pytest.mark.parametrize(
    "trick",
    [
        add_files_listed_in_an_unsealed_manifest,
        add_files_with_a_second_tag_manifest,
        add_files_in_no_manifest,
        declare_a_draft_that_needs_no_sealed_manifest,
    ],
    ids=name_of,
)
def test_a_file_that_was_added_is_not_called_intact(
    trick: Callable[[Path], None], archives: Path, tmp_path: Path
) -> None:
    with copied(archives, Form.DIRECTORY, tmp_path) as (archive, stored):
        play(trick, stored, tmp_path)
        assert ask(by_verify_of_some_files_without_seal, stored, archive, tmp_path / "new").refused


def test_a_bag_with_another_seal_and_one_with_none_are_told_apart_alike(archives: Path, tmp_path: Path) -> None:
    with copied(archives, Form.DIRECTORY, tmp_path) as (_archive, stored):
        told = {}
        for trick, code in ((rewrite_the_whole_bag, "seal-differs"), (remove_the_tag_manifest, "seal-missing")):
            play(trick, stored, tmp_path)
            told[code] = (
                {each.code for each in verify(stored.path, seal=stored.seal).findings},
                {each.code for each in extract_bag(stored.path, tmp_path / code, seal=stored.seal).findings},
            )
    for code, (verified, extracted) in told.items():
        assert code in verified, code
        assert code in extracted, code
