"""The index of a file of rows: every row found again, a changed file told, a damaged index not believed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing import get_context
from pathlib import Path

import pytest
from benchmarks.corpus import make_csv
from tests.protocols.reader import FIXTURES, read_with
from tests.readers.csv.test_rows import row

from preserve.cable.record import SourceContainer
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.readers.csv import index as csv_index, index_file as csv_index_file
from preserve.readers.csv.index import is_cables_csv, load_row, rows_by_index
from preserve.readers.csv.rows import Extent, find_rows
from preserve.readers.formats.cables_csv import CablesCsvReader
from preserve.readers.reader import SourceRef
from preserve.readers.source_bytes import LARGEST_SOURCE
from preserve.readers.sources.walk import load_source

FILE = FIXTURES / "cables_csv" / "cables.csv"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a file of rows, where an index is kept whatever the file's size, and no cache but its own."""
    monkeypatch.setattr(csv_index, "STORED_FROM", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


def index_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.preserve-index")


def test_refs_are_rows_with_their_places(folder: Path) -> None:
    path = folder / "cables.csv"
    shutil.copy(FILE, path)
    assert is_cables_csv(path)
    refs = list(rows_by_index(path, release="cablegate-201108300212"))
    data = path.read_bytes()
    for ref in refs:
        assert ref.container is not None
        assert ref.container.offset is not None
        assert (ref.container.name, ref.container.sha256) == ("cables.csv", sha256(data))
        assert ref.where == f"{path}@{ref.container.offset}"
        item = load_row(ref)
        assert item.data == data[ref.container.offset : ref.container.offset + len(item.data)]
        assert (item.where, item.container, item.release) == (ref.where, ref.container, "cablegate-201108300212")
        assert item.path.endswith("sources/cables.csv")
    assert [load_row(ref).name for ref in refs] == ["row-46599.csv", "row-95012.csv", "row-12.csv"]
    assert refs == list(rows_by_index(path, release="cablegate-201108300212"))


def test_any_range_of_rows_can_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_index_file, "CHUNK", 64)
    path = folder / "cables.csv"
    make_csv(30, path)
    refs = list(rows_by_index(path))
    assert len(refs) == 30
    assert list(rows_by_index(path, first=11, last=20)) == refs[10:20]
    assert list(rows_by_index(path, first=30)) == refs[29:]
    assert list(rows_by_index(path, first=31)) == list(rows_by_index(path, first=5, last=4)) == []
    assert list(rows_by_index(path, first=-3, last=99)) == refs


def test_a_broken_row_comes_with_its_trouble(folder: Path) -> None:
    path = folder / "cables.csv"
    path.write_bytes(b"\n".join([row(1), row(2)[:-1], row(3)]))
    one, two, three = rows_by_index(path)
    assert (one.trouble, three.trouble) == (None, None)
    assert two.trouble == (
        f"the row at byte {len(row(1)) + 1} ({len(row(2)) - 1} bytes) has a quote out of place, or its end is missing"
    )
    with pytest.raises(SourceError, match="quote out of place"):
        load_source(two)
    assert load_row(three).data == row(3)


def test_the_index_is_made_once(folder: Path) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    refs = list(rows_by_index(path))
    made = index_of(path).stat()
    assert [each.name for each in folder.iterdir() if not each.name.startswith(".")] == ["cables.csv"]
    assert list(rows_by_index(path)) == refs
    # Another one would be another file, which takes the place of the first.
    again = index_of(path).stat()
    assert (again.st_ino, again.st_mtime_ns) == (made.st_ino, made.st_mtime_ns)


def _rewritten(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"Strelsau", b"Ausserlb"))


def _rewritten_with_its_old_times(path: Path) -> None:
    status = path.stat()
    _rewritten(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"Strelsau", b"Ausserlb"))
    other.replace(path)


def _appended(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(row(99) + b"\n")


CHANGES = pytest.mark.parametrize("change", [_rewritten, _rewritten_with_its_old_times, _replaced, _appended])


@CHANGES
def test_the_index_of_a_changed_file_is_made_anew(folder: Path, change: Callable[[Path], None]) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    before = list(rows_by_index(path))
    change(path)
    after = list(rows_by_index(path))
    assert after[0].container is not None
    assert after[0].container.sha256 == sha256(path.read_bytes())
    assert after[0].container != before[0].container


@CHANGES
def test_a_row_of_a_file_that_changed_meanwhile_is_not_read(folder: Path, change: Callable[[Path], None]) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    refs = list(rows_by_index(path))
    load_row(refs[0])
    change(path)
    with pytest.raises(SourceError, match="has changed since its rows were indexed"):
        load_row(refs[3])
    assert load_row(next(rows_by_index(path))).data.startswith(b'"1"')
    with pytest.raises(SourceError, match="has changed since its rows were indexed"):
        load_row(refs[3])


def test_without_a_kept_index_a_place_that_holds_no_row_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cables.csv"
    make_csv(10, path)
    refs = list(rows_by_index(path))
    assert not index_of(path).exists()
    path.write_bytes(b"x" + path.read_bytes())
    with pytest.raises(SourceError, match="has changed"):
        load_row(refs[3])
    path.write_bytes(b"")
    with pytest.raises(SourceError, match="has changed"):
        load_row(refs[3])


def test_a_small_file_that_was_replaced_by_its_like_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cables.csv"
    make_csv(10, path)
    refs = list(rows_by_index(path))
    assert not index_of(path).exists()
    _replaced(path)
    with pytest.raises(SourceError, match="has changed since its rows were indexed"):
        load_row(refs[3])


def test_an_old_index_says_nothing_of_a_new_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    list(rows_by_index(path))
    _rewritten(path)
    monkeypatch.setattr(csv_index, "keep_index", lambda *_: None)
    assert load_row(next(rows_by_index(path))).data.startswith(b'"1"')


def test_a_file_that_was_only_touched_is_still_read(folder: Path) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    load_row(next(rows_by_index(path)))
    os.utime(path)
    assert load_row(next(rows_by_index(path))).data.startswith(b'"1"')


def test_a_file_that_changes_while_it_is_indexed_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)

    def changing(chunks: Iterator[bytes]) -> Iterator[Extent]:
        yield from find_rows(chunks)
        _appended(path)

    monkeypatch.setattr(csv_index, "find_rows", changing)
    (ref,) = rows_by_index(path)
    assert ref.trouble == "the file changed while it was read"
    assert not index_of(path).exists()


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "longer", "link", "folder"])
def test_a_damaged_index_is_not_believed(folder: Path, damage: str) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    refs = list(rows_by_index(path))
    index = index_of(path)
    data = index.read_bytes()
    places = range(0, len(data), 5) if damage == "flip" else range(1)
    for place in places:
        index.unlink()
        match damage:
            case "flip":
                index.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
            case "cut":
                index.write_bytes(data[: len(data) // 2])
            case "empty":
                index.write_bytes(b"")
            case "longer":
                index.write_bytes(data + b"\0" * 16)
            case "link":
                (folder / ".elsewhere").write_bytes(data)
                index.symlink_to(folder / ".elsewhere")
            case _:
                index.mkdir()
        assert list(rows_by_index(path)) == refs
        if damage != "folder":
            assert index.read_bytes() == data


def test_an_index_of_another_file_is_not_believed(folder: Path) -> None:
    path, other = folder / "cables.csv", folder / "other.csv"
    make_csv(10, path)
    make_csv(12, other)
    list(rows_by_index(other))
    index_of(other).rename(index_of(path))
    assert len(list(rows_by_index(path))) == 10


def test_a_folder_that_may_not_be_written_has_its_index_in_the_cache(
    folder: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    cache = folder.parent / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    for each in (folder.parent, *folder.parent.parents):
        if each != each.parent and each.stat().st_uid == os.geteuid() and not each.stat().st_mode & 0o001:
            each.chmod(each.stat().st_mode | 0o055)
    folder.chmod(0o555)
    try:
        with unprivileged():
            refs = list(rows_by_index(path))
            assert not index_of(path).exists()
            (kept,) = (cache / "preserve").iterdir()
            data = kept.read_bytes()
            assert list(rows_by_index(path)) == refs
            assert kept.read_bytes() == data
            cache.joinpath("preserve").chmod(0o500)
            kept.chmod(0)
            assert list(rows_by_index(path)) == refs
            cache.joinpath("preserve").chmod(0o700)
    finally:
        folder.chmod(0o755)


def test_what_is_no_file_of_rows_is_not_taken_for_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "page.csv").write_bytes(b'"name","height"\n"Rudolf","180"\n')
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf" + row(1))
    assert is_cables_csv(tmp_path / "marked")
    for name in ("pipe", "page.csv", "missing", "."):
        assert not is_cables_csv(tmp_path / name)
    for name in ("pipe", "missing"):
        (ref,) = rows_by_index(tmp_path / name)
        assert ref.trouble in ("not a regular file", "no such file or folder")


@pytest.mark.parametrize(
    "ref", [SourceRef("x", Path("x")), SourceRef("x", Path("x"), length=3), SourceRef("x", length=3)]
)
def test_only_rows_are_loaded_as_rows(ref: SourceRef) -> None:
    with pytest.raises(ValueError, match="not a reference to a row"):
        load_row(ref)


@pytest.mark.parametrize(("offset", "length"), [(0, LARGEST_SOURCE + 1), (-1, 3), (0, -1)])
def test_no_more_than_a_row_is_read(tmp_path: Path, offset: int, length: int) -> None:
    (tmp_path / "x").write_bytes(b"x")
    container = SourceContainer(name="x", sha256="0" * 64, offset=offset)
    with pytest.raises(ValueError, match="not the place of a row"):
        load_row(SourceRef("x", tmp_path / "x", container=container, length=length))


def _identifiers(refs: list[SourceRef]) -> list[str]:
    return [read_with(CablesCsvReader(), load_row(ref)).identifier for ref in refs]


def test_workers_share_a_file(folder: Path) -> None:
    path = folder / "cables.csv"
    make_csv(60, path)
    shares = [list(rows_by_index(path, first=1, last=30)), list(rows_by_index(path, first=31, last=60))]
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        answers = list(pool.map(_identifiers, shares))
    assert answers[0] + answers[1] == [f"05STRELSAU{number}" for number in range(1, 61)]
