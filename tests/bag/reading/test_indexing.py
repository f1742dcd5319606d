"""Indexes of tars that others packed, and of those that ``make`` and ``convert`` write; names that appear together."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from tests.bag.fixtures import bag, pack, put

from preserve.bag.containers.tar import TarContainer
from preserve.bag.copying.convert import Conversion, convert_bag
from preserve.bag.copying.make import Recipe, make_bag
from preserve.bag.model import Depth, Form, WrittenBag
from preserve.bag.reading.member_index import MemberIndex, index_path, read_index
from preserve.bag.verifying.verification import verify
from preserve.bag.writing import publication as write
from preserve.bag.writing.index import check_indexable, write_index
from preserve.bag.writing.publication import publication_names
from preserve.errors import ArchiveError, BagError

FILES = {"a.txt": b"aa", 'b/c, "d".txt': b"", "b/50%\n.txt": b"x" * 1000}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for path, data in FILES.items():
        put(tmp_path / "source" / path, data)
    return tmp_path / "source"


def made(source: Path, folder: Path, form: Form = Form.TAR, *, index: bool = True) -> WrittenBag:
    result = make_bag([source], folder, Recipe("bag", form=form, index=index))
    assert result.bag is not None
    return result.bag


def converted(source: Path, folder: Path, form: Form = Form.TAR, *, index: bool = True) -> WrittenBag:
    before = made(source, source.parent / "before", Form.DIRECTORY)
    result = convert_bag(before.path, folder, Conversion("preserve", form, index=index))
    assert result.bag is not None
    return result.bag


WRITERS = pytest.mark.parametrize("write_one", [made, converted])
Writer = Callable[..., WrittenBag]


# --- of make and convert ---


@WRITERS
def test_a_tar_that_is_written_has_its_index_beside_it(write_one: Writer, source: Path, tmp_path: Path) -> None:
    one = write_one(source, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["bag.tar", "bag.tar.index.csv"]
    index, sha256 = read_index(index_path(one.path))
    assert (one.index, one.index_sha256) == (index_path(one.path), sha256)
    assert one.index is not None
    assert stat.S_IMODE(one.index.stat().st_mode) == 0o644
    octets = one.path.read_bytes()
    with tarfile.open(one.path) as tar:
        assert set(index.members) == {each.name.partition("/")[2] for each in tar if each.isfile()}
    for offset, length, digest in index.members.values():
        assert hashlib.sha512(octets[offset : offset + length]).hexdigest() == digest
    assert verify(one.path).findings == ()
    # The same octets come from the tar alone.
    one.index.unlink()
    assert write_index(one.path, tmp_path) == sha256


@WRITERS
@pytest.mark.parametrize("form", [Form.DIRECTORY, Form.ZIP, Form.TAR_ZST])
def test_other_forms_have_none(write_one: Writer, form: Form, source: Path, tmp_path: Path) -> None:
    one = write_one(source, tmp_path / "out", form)
    assert (one.index, one.index_sha256) == (None, None)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"bag{form.suffix}"]


@WRITERS
def test_without_it_when_it_is_not_wanted(write_one: Writer, source: Path, tmp_path: Path) -> None:
    assert write_one(source, tmp_path / "out", index=False).index is None
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bag.tar"]


def test_an_empty_payload_has_an_index_of_tag_files(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    one = made(tmp_path / "source", tmp_path / "out")
    assert len(read_index(index_path(one.path))[0].members) == 4
    assert verify(one.path).findings == ()


# --- names that appear together ---


@WRITERS
@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_a_name_that_is_taken_keeps_both_away(write_one: Writer, kind: str, source: Path, tmp_path: Path) -> None:
    taken = tmp_path / "out/bag.tar.index.csv"
    taken.parent.mkdir()
    kinds = {"file": taken.touch, "link": lambda: taken.symlink_to("none"), "folder": taken.mkdir}
    kinds[kind]()
    with pytest.raises(ArchiveError, match=r"already there: .*index\.csv"):
        write_one(source, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bag.tar.index.csv"]


def test_a_name_that_is_taken_meanwhile_is_told_and_not_replaced(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = write._check_staged

    def slowly(bag: WrittenBag, depth: Depth) -> None:
        checked(bag, depth)
        put(tmp_path / "out/bag.tar.index.csv", b"mine")

    monkeypatch.setattr(write, "_check_staged", slowly)
    with pytest.raises(ArchiveError, match=r"already there: .*index\.csv"):
        made(source, tmp_path / "out")
    assert (tmp_path / "out/bag.tar.index.csv").read_bytes() == b"mine"
    # The tar came first, and is a bag; of the index of somebody else verify tells.
    report = verify(tmp_path / "out/bag.tar")
    assert (report.valid, [each.code for each in report.findings]) == (True, ["member-index-differs"])


@WRITERS
def test_stopped_between_the_two_the_index_is_made_from_the_tar(
    write_one: Writer, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write._appear

    def stopped(place: Path, target: Path, folder: int) -> None:
        if target.suffix == ".csv":
            raise KeyboardInterrupt
        whole(place, target, folder)

    monkeypatch.setattr(write, "_appear", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_one(source, tmp_path / "out")
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bag.tar"]
    assert verify(tmp_path / "out/bag.tar").findings == ()
    write_index(tmp_path / "out/bag.tar", tmp_path / "out")
    assert verify(tmp_path / "out/bag.tar").findings == ()


@WRITERS
def test_without_room_for_the_index_there_is_no_tar(
    write_one: Writer, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, chunks: Iterable[bytes], **how: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("preserve.bag.writing.writer.write_new", full)
    with pytest.raises(ArchiveError, match="the disk is full"):
        write_one(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_a_bag_takes_when_it_is_published(tmp_path: Path) -> None:
    tar = tmp_path / "bag.tar"
    assert publication_names(tar, index=True) == [tar, tmp_path / "bag.tar.index.csv"]
    assert publication_names(tar, index=False) == [tar]
    assert publication_names(tmp_path / "bag.zip", index=True) == [tmp_path / "bag.zip"]
    assert publication_names(tmp_path / "bag.tar.zst", index=True) == [tmp_path / "bag.tar.zst"]


def test_before_a_tar_is_verified_it_is_told_that_it_can_have_none(source: Path, tmp_path: Path) -> None:
    for form in (Form.DIRECTORY, Form.ZIP, Form.TAR_ZST):
        with pytest.raises(BagError, match="only a plain tar"):
            check_indexable(made(source, tmp_path / form, form).path)
    tar = made(source, tmp_path / "tar").path
    with pytest.raises(ArchiveError, match="already there"):
        check_indexable(tar)
    index_path(tar).unlink()
    check_indexable(tar)


# --- of tars of others ---


def foreign(tmp_path: Path) -> Path:
    """A tar as GNU's program packs it, sha256 only, and a tag file that no manifest lists."""
    bag(tmp_path / "bag", FILES, algorithms=("md5", "sha256"))
    put(tmp_path / "bag/notes.txt", b"unlisted")
    with tarfile.open(tmp_path / "bag.tar", "w", format=tarfile.GNU_FORMAT) as tar:
        tar.add(tmp_path / "bag", "bag")
    return tmp_path / "bag.tar"


def test_a_tar_of_another_program_gets_one(tmp_path: Path) -> None:
    tar = foreign(tmp_path)
    write_index(tar, tmp_path)
    index, _sha256 = read_index(index_path(tar))
    assert index.algorithm == "sha256"
    octets = tar.read_bytes()
    assert set(index.members) == {
        path.relative_to(tmp_path / "bag").as_posix() for path in (tmp_path / "bag").rglob("*") if path.is_file()
    }
    for path, (offset, length, digest) in index.members.items():
        data = octets[offset : offset + length]
        assert (data, hashlib.sha256(data).hexdigest()) == ((tmp_path / "bag" / path).read_bytes(), digest)
    assert "member-index-differs" not in {each.code for each in verify(tar).findings}


def _cut(index: MemberIndex) -> MemberIndex:
    return MemberIndex(index.algorithm, dict(list(index.members.items())[:-2]))


def _moved(index: MemberIndex) -> MemberIndex:
    return MemberIndex(
        index.algorithm, {path: each._replace(offset=each.offset + 512 * 2) for path, each in index.members.items()}
    )


def _forged(index: MemberIndex) -> MemberIndex:
    return MemberIndex(
        index.algorithm, {path: each._replace(digest="0" * len(each.digest)) for path, each in index.members.items()}
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_cut, "2 files of the tar have no row"),
        (_moved, "10 rows are not those of the tar"),
        (_forged, "10 rows are not those of the tar, the first for 'bag-info.txt'"),
        (lambda _index: MemberIndex("md5", {}), "it has md5, the manifests sha256"),
        (lambda _index: MemberIndex("sha256", {}), "10 files of the tar have no row"),
    ],
)
def test_verify_says_in_what_an_index_is_wrong(
    change: Callable[[MemberIndex], MemberIndex], says: str, tmp_path: Path
) -> None:
    tar = foreign(tmp_path)
    write_index(tar, tmp_path)
    index_path(tar).write_bytes(change(read_index(index_path(tar))[0]).encode())
    report = verify(tar)
    (told,) = (each for each in report.findings if each.code == "member-index-differs")
    assert report.valid
    assert (told.where, says in told.message) == ("bag.tar.index.csv", True), told.message
    assert "member-index-differs" not in {each.code for each in verify(tar, depth=Depth.COMPLETE).findings}


def _piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_bytes(b""), "does not name the columns"),
        (lambda path: path.write_bytes(path.read_bytes()[:-30]), "has no sha256"),
        (lambda path: (path.unlink(), path.mkdir()), "Is a directory"),
        (lambda path: (path.unlink(), path.symlink_to("bag.tar")), "could not be read"),
        (_piped, "is no file"),
    ],
    ids=["empty", "cut", "folder", "link", "pipe"],
)
def test_what_lies_there_and_is_no_index_is_told(spoil: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    tar = foreign(tmp_path)
    write_index(tar, tmp_path)
    spoil(index_path(tar))
    (told,) = (each for each in verify(tar).findings if each.code == "member-index-differs")
    assert says in told.message


def test_an_index_beside_a_compressed_tar_is_of_no_use(tmp_path: Path) -> None:
    tar = foreign(tmp_path)
    packed = tmp_path / "bag.tar.gz"
    packed.write_bytes(gzip.compress(tar.read_bytes()))
    write_index(tar, tmp_path)
    index_path(tar).rename(index_path(packed))
    report = verify(packed)
    (told,) = (each for each in report.findings if each.code == "member-index-differs")
    assert (report.valid, told.message) == (True, "only a plain tar can have an index")


def test_a_tar_with_a_name_that_no_bag_should_have_gets_none(tmp_path: Path) -> None:
    bag(tmp_path / "bag", FILES)
    put(tmp_path / "bag/data/\udcff", b"x")
    with pytest.raises(BagError, match="an index cannot name the file"):
        write_index(pack(tmp_path / "bag"), tmp_path)
    assert list(tmp_path.glob("*.csv")) == []


def test_a_file_that_cannot_be_read_gives_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tar = foreign(tmp_path)
    whole = TarContainer.contents

    def failing(self: TarContainer, wanted: Iterable[object]) -> Iterator[object]:
        for entry, chunks in whole(self, wanted):  # type: ignore[arg-type]
            yield entry, _failing() if entry.path == "notes.txt" else chunks

    def _failing() -> Iterator[bytes]:
        yield b"un"
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(TarContainer, "contents", failing)
    with pytest.raises(BagError, match=r"notes\.txt could not be read: Input/output error"):
        write_index(tar, tmp_path)
    assert list(tmp_path.glob("*.csv")) == []
