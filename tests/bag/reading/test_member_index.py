"""The member index: every file where the tar has it, nothing else read by it, and no word of a hostile one believed."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.bag.making import write_bag

from preserve.bag.copying.extract import extract_bag, extract_indexed
from preserve.bag.limits import Limits
from preserve.bag.model import BagPath, Form, NewBag, PayloadFile, WrittenBag
from preserve.bag.reading.member_index import IndexedMember, MemberIndex, index_path, read_index
from preserve.bag.verifying.verification import verify
from preserve.bag.writing import publication as write
from preserve.bag.writing.index import write_index
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.publication import publish
from preserve.bag.writing.stage import Stage
from preserve.errors import ArchiveError, BagError, UsageError
from preserve.octets.tar_blocks import BLOCK, padding

FILES = {
    "tei/07STRELSAU1.xml": b"<TEI/>",
    "tei/07STRELSAU2.xml": b"<TEI>2</TEI>",
    "source/07STRELSAU1.txt": b"RURITANIA " * 1000,
    f"long/{'x' * 140}/naïve.txt": b"",
    'comma, "quoted".txt': b"1",
}


def new(name: str = "group_0001") -> NewBag:
    return NewBag(name, tuple(PayloadFile(BagPath(path), data) for path, data in FILES.items()))


def indexed(folder: Path, algorithms: tuple[str, ...] = ("sha512",)) -> WrittenBag:
    with Stage(folder) as stage:
        staged = stage_bag(new(), stage.path, algorithms=algorithms, form=Form.TAR, index=True)
        return publish([(staged, folder / staged.path.name)])[0]


@pytest.mark.parametrize(
    ("algorithms", "best"), [(("sha512",), "sha512"), (("md5", "sha256"), "sha256"), (("sha512", "sha256"), "sha512")]
)
def test_every_file_is_where_the_index_says(algorithms: tuple[str, ...], best: str, tmp_path: Path) -> None:
    bag = indexed(tmp_path, algorithms)
    assert bag.index == tmp_path / "group_0001.tar.index.csv"
    index, sha256 = read_index(index_path(bag.path))
    assert sha256 == bag.index_sha256 == hashlib.sha256(bag.index.read_bytes()).hexdigest()
    assert index.algorithm == best
    octets = bag.path.read_bytes()
    with tarfile.open(bag.path) as tar:
        members = {each.name.partition("/")[2]: each for each in tar if each.isfile()}
    assert set(index.members) == set(members)
    for path, member in index.members.items():
        assert (member.offset, member.length) == (members[path].offset_data, members[path].size)
        data = octets[member.offset : member.offset + member.length]
        assert hashlib.new(best, data).hexdigest() == member.digest


def test_it_can_be_made_again_from_the_tar_alone(tmp_path: Path) -> None:
    bag = indexed(tmp_path, ("sha256", "sha512"))
    before = index_path(bag.path).read_bytes()
    assert verify(bag.path).findings == ()
    index_path(bag.path).unlink()
    assert verify(bag.path).findings == ()
    assert write_index(bag.path, tmp_path) == bag.index_sha256
    assert index_path(bag.path).read_bytes() == before
    with pytest.raises(ArchiveError, match="already there") as told:
        write_index(bag.path, tmp_path)
    assert "delete it first" in told.value.hint


@pytest.mark.parametrize("form", [Form.DIRECTORY, Form.ZIP])
def test_only_tars_have_one(form: Form, tmp_path: Path) -> None:
    bag = write_bag(new(), tmp_path, form=form)
    with pytest.raises(BagError, match="only a plain tar"):
        write_index(bag.path, tmp_path)
    with Stage(tmp_path) as stage:
        assert stage_bag(new("other"), stage.path, form=form, index=True).index is None
    assert list(tmp_path.glob("*.csv")) == []


def test_a_tar_without_manifests_gives_none(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.add(__file__, "x/bagit.txt")
    with pytest.raises(BagError, match="no payload manifest"):
        write_index(tmp_path / "x.tar", tmp_path)


# --- taking out by it ---


def test_only_the_octets_of_the_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag = indexed(tmp_path)
    index = read_index(index_path(bag.path))[0]
    asked: list[tuple[int, int]] = []
    whole = os.pread

    def watched(descriptor: int, size: int, offset: int) -> bytes:
        asked.append((offset, size))
        return whole(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", watched)
    done = extract_indexed(bag.path, tmp_path / "out", index, patterns=["*/07STRELSAU1.*"])
    assert done.whole
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")} == {
        "07STRELSAU1.xml": FILES["tei/07STRELSAU1.xml"],
        "07STRELSAU1.txt": FILES["source/07STRELSAU1.txt"],
    }
    wanted = [index.members[f"data/{path}"] for path in ("source/07STRELSAU1.txt", "tei/07STRELSAU1.xml")]
    assert sorted(asked) == sorted((each.offset, each.length) for each in wanted)


def test_both_ways_give_the_same_files(tmp_path: Path) -> None:
    bag = indexed(tmp_path)
    index = read_index(index_path(bag.path))[0]
    extract_bag(bag.path, tmp_path / "a")
    extract_indexed(bag.path, tmp_path / "b", index)
    a, b = (
        {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "a", tmp_path / "b")
    )
    assert a == b == FILES
    with pytest.raises(UsageError, match="no file of the payload fits"):
        extract_indexed(bag.path, tmp_path / "c", index, patterns=["tei/08*"])


def test_a_flipped_bit_and_a_cut_tar_are_told(tmp_path: Path) -> None:
    bag = indexed(tmp_path)
    index = read_index(index_path(bag.path))[0]
    place = index.members["data/tei/07STRELSAU2.xml"].offset
    with bag.path.open("r+b") as file:
        file.seek(place)
        file.write(b"?")
    done = extract_indexed(bag.path, tmp_path / "out", index, patterns=["tei/*"])
    assert [each.code for each in done.findings] == ["payload-altered"]
    assert [path.name for path in (tmp_path / "out").rglob("*.xml")] == ["07STRELSAU1.xml"]
    with bag.path.open("r+b") as file:
        file.truncate(place + 3)
    done = extract_indexed(bag.path, tmp_path / "again", index, patterns=["tei/07STRELSAU2.xml"])
    assert [each.code for each in done.findings] == ["payload-unreadable"]
    assert done.path is None


def test_by_an_index_only_a_tar_is_read(tmp_path: Path) -> None:
    bag = write_bag(new(), tmp_path)
    index = MemberIndex("sha512", {"data/x": IndexedMember(0, 1, "0" * 128)})
    with pytest.raises(BagError, match="no plain tar"):
        extract_indexed(bag.path, tmp_path / "out", index)


# --- an index of somebody else ---

DIGEST = "0" * 128


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"path,offset,length\n",
        b"path,offset,length,crc32\n",
        b"path,offset,length,sha512\nx,1\n",
        f"path,offset,length,sha512\n../x,1,1,{DIGEST}\n".encode(),
        f"path,offset,length,sha512\n/etc/x,1,1,{DIGEST}\n".encode(),
        f"path,offset,length,sha512\nx,-1,1,{DIGEST}\n".encode(),
        f"path,offset,length,sha512\nx,1,\u0661,{DIGEST}\n".encode(),
        f"path,offset,length,sha512\nx,1,{'9' * 19},{DIGEST}\n".encode(),
        f"path,offset,length,sha512\nx,1,1,{DIGEST[:-1]}\n".encode(),
        f"path,offset,length,sha512\nx,1,1,{DIGEST[:-1]}G\n".encode(),
        f"path,offset,length,sha512\nx,1,1,{DIGEST}\nx,1,1,{DIGEST}\n".encode(),
        b"path,offset,length,sha512\n\xff,1,1,x\n",
        b'path,offset,length,sha512\n"x" y,1,1,z\n',
        b'path,offset,length,sha512\n"' + b"x" * 200_000 + b'",1,1,z\n',
    ],
)
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(BagError, match="is no index of a tar"):
        MemberIndex.decode(data, "x.tar.index.csv")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("a", 0, 1)], "another file or its header"),
        ([("a", 513, 1)], "begin with a block"),
        ([("a", 512, 600), ("b", 1024, 1)], "another file or its header"),
        ([("a", 512, 0), ("b", 512, 0)], "another file or its header"),
        ([("b", 512, 0), ("a", 1024, 0)], "not in its order"),
        ([("a", 512, 0), ("a", 1024, 0)], "stands twice"),
    ],
)
def test_places_that_no_tar_has_are_refused(rows: list[tuple[str, int, int]], says: str) -> None:
    lines = "".join(f"{path},{offset},{length},{DIGEST}\n" for path, offset, length in rows)
    with pytest.raises(BagError, match=says):
        MemberIndex.decode(f"path,offset,length,sha512\n{lines}".encode(), "x")


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda path: _is_path(path)),
        st.tuples(st.integers(0, 10**12), st.integers(0, 3)),
    )
)
def test_what_is_written_is_read(sizes: dict[str, tuple[int, int]]) -> None:
    """Files one after another, each with a header before it or several, in another order than that of their names."""
    members, end = {}, 0
    for path, (length, more) in sizes.items():
        start = end + BLOCK * (1 + more)
        members[path] = IndexedMember(start, length, DIGEST)
        end = start + length + padding(length)
    index = MemberIndex("sha512", members)
    assert MemberIndex.decode(index.encode(), "x") == index


def _is_path(path: str) -> bool:
    try:
        BagPath(path)
    except ValueError:
        return False
    return True


@given(st.binary(max_size=200))
def test_any_octets_are_an_index_or_refused(data: bytes) -> None:
    with suppress(BagError):
        assert MemberIndex.decode(b"path,offset,length,sha512\n" + data, "x").algorithm == "sha512"


def test_an_index_that_is_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    bag = indexed(tmp_path)
    with pytest.raises(BagError, match="over 100 bytes"):
        read_index(index_path(bag.path), Limits(index=100))
    with pytest.raises(BagError, match="over 1 rows"):
        read_index(index_path(bag.path), Limits(entries=1))
    index_path(bag.path).rename(tmp_path / "elsewhere")
    index_path(bag.path).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BagError, match="could not be read"):
        read_index(index_path(bag.path))
    assert [each.code for each in verify(bag.path).findings] == ["member-index-differs"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("sha512", "sha256", 1),
        lambda text: text.replace(",6,", ",5,", 1),
        lambda text: text + f"data/more,0,1,{DIGEST}\n",
        lambda text: "\n".join(text.split("\n")[:-2]) + "\n",
    ],
    ids=["algorithm", "length", "more", "fewer"],
)
def test_verify_tells_an_index_of_another_tar(change: Callable[[str], str], tmp_path: Path) -> None:
    bag = indexed(tmp_path)
    index_path(bag.path).write_text(change(index_path(bag.path).read_text("utf-8")), "utf-8")
    report = verify(bag.path)
    assert report.valid
    assert [each.code for each in report.findings] == ["member-index-differs"]


# --- appearing together ---


def test_a_taken_name_of_the_index_keeps_the_tar_away(tmp_path: Path) -> None:
    (tmp_path / "group_0001.tar.index.csv").write_bytes(b"mine")
    with pytest.raises(ArchiveError, match="already there"):
        indexed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["group_0001.tar.index.csv"]


def test_without_room_for_the_index_there_is_no_tar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, chunks: Iterable[bytes], **how: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("preserve.bag.writing.writer.write_new", full)
    with Stage(tmp_path) as stage:
        with pytest.raises(ArchiveError, match="the disk is full"):
            stage_bag(new(), stage.path, form=Form.TAR, index=True)
        assert not list(stage.path.glob("*.tar*"))


def test_stopped_between_the_two_there_is_a_tar_and_no_half_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write._appear

    def stopped(source: Path, target: Path, folder: int) -> None:
        if target.suffix == ".csv":
            raise KeyboardInterrupt
        whole(source, target, folder)

    monkeypatch.setattr(write, "_appear", stopped)
    with pytest.raises(KeyboardInterrupt):
        indexed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["group_0001.tar"]
    assert verify(tmp_path / "group_0001.tar").findings == ()
