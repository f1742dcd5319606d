"""Rows of ``cables.csv``: cut out of a stream, found again by the index, read; whole ones whole, broken ones alone."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from benchmarks.corpus import make_csv
from hypothesis import example, given, strategies as st
from tests.memory import measured_memory
from tests.protocols.reader import FIXTURES, RIGHTS, Good, ReaderContract, excuse_of, read_with
from tests.selection import examples

from preserve.cable.normalization import normalize
from preserve.cable.record import Row, SourceContainer
from preserve.cable.text.page import Page
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.readers.csv import index as csv_index, index_file as csv_index_file, rows as csv_rows
from preserve.readers.csv.index import is_cables_csv, load_row, read_range, rows_by_index
from preserve.readers.csv.rows import Extent, Flaw, fields_of, scan
from preserve.readers.formats.cables_csv import CablesCsvReader
from preserve.readers.reader import SourceItem, SourceRef, read_page, registered_readers
from preserve.readers.source_bytes import LARGEST_SOURCE

FILE = FIXTURES / "cables_csv" / "cables.csv"
ODD = FIXTURES / "cables_csv" / "odd_bytes.csv"
PARTIAL = (
    "This record is a partial extract of the original cable. The full text of the original cable is not available."
)
READER = CablesCsvReader()
Quoting = Callable[[str], str]


def escaped(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def doubled(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'


def row(number: int, body: str = "1. (C) Words.", *, quoting: Quoting = escaped, header: str = "VZCZCXRO0417") -> bytes:
    cells = (str(number), "11/18/2005 9:08", f"05STRELSAU{number}", "Embassy Strelsau", "SECRET", "", header, body)
    return ",".join(map(quoting, cells)).encode("utf-8", "surrogatepass")


def read_by_csv(data: bytes) -> list[list[str]]:
    """Read rows as everybody else does."""
    text = io.StringIO(data.decode(), newline="")
    return list(csv.reader(text, delimiter=",", quotechar='"', escapechar="\\", strict=True))


def in_chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def cut(data: bytes, size: int = 1 << 20) -> list[tuple[bytes, Flaw | None]]:
    return [(data[each.offset : each.offset + each.length], each.flaw) for each in scan(in_chunks(data, size))]


def read(data: bytes, *, path: str = "", release: str | None = None) -> Page:
    return read_with(READER, SourceItem("row.csv", data, "row.csv", path, release))


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a file of rows, where an index is kept whatever the file's size, and no cache but its own."""
    monkeypatch.setattr(csv_index, "STORED_FROM", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    csv_index._indexed.cache_clear()
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


def index_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.preserve-index")


def _repaired(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return character.encode("utf-8", "surrogateescape").decode("cp1252")
    return character


def _good(path: Path, number: int) -> Good:
    """Return one row of a fixture, read by the csv module."""
    data = path.read_bytes()
    extent = list(scan([data]))[number]
    own = data[extent.offset : extent.offset + extent.length]
    text = own.decode(errors="surrogateescape")
    (cells,) = csv.reader([text], escapechar="\\", strict=True)
    body = "".join(_repaired(each) for each in cells[7])
    container = SourceContainer(name=path.name, sha256=sha256(data), offset=extent.offset)
    where = f"{path.name}@{extent.offset}"
    return Good(SourceItem(f"row-{cells[0]}.csv", own, where, container=container), cells[2], body)


class TestCablesCsv(ReaderContract):
    reader = CablesCsvReader
    goods = (_good(FILE, 0), _good(FILE, 1), _good(FILE, 2), _good(ODD, 0))


# The grammar of a row.

# What a row is made of, and what pretends to be the start of another one.
AWKWARD = st.sampled_from(
    [
        *('"', "\\", "\n", "\r\n", ",", '","', '""', '"\n', '\\"', "\0", "é", "\N{WHITE SMILING FACE}", "7"),
        '\n"12","1/2/1999 3:04"',
        '\n"12","1/2/1999 3:04","x"',
        '"\n"13","1/2/1999 3:04","',
        '\\\n"14","1/2/1999 3:04"',
    ]
)
CELL = st.lists(st.one_of(AWKWARD, st.text(max_size=8)), max_size=12).map("".join)
CELLS = st.tuples(st.integers(0, 10**9).map(str), st.just("1/2/1999 3:04"), CELL, CELL, CELL, CELL, CELL, CELL)


@given(
    table=st.lists(CELLS, min_size=1, max_size=5), quoting=st.sampled_from([escaped, doubled]), size=st.integers(1, 99)
)
@example(
    table=[("1", "1/2/1999 3:04", *["\0", "\\", '"', "\n", "", '\n"12","1/2/1999 3:04"'])], quoting=escaped, size=7
)
def test_what_was_written_is_read(table: list[tuple[str, ...]], quoting: Quoting, size: int) -> None:
    written = [",".join(map(quoting, cells)).encode() for cells in table]
    pieces = cut(b"\n".join(written) + b"\n", size)
    assert pieces == [(each, None) for each in written]
    for (piece, _), cells in zip(pieces, table, strict=True):
        fields = fields_of(piece.decode())
        assert fields is not None
        assert fields.values == cells
        assert fields.bare == 0


@given(st.lists(st.text('"\\,\na1é\0', max_size=30), min_size=8, max_size=8))
def test_fields_are_those_of_the_csv_module(cells: list[str]) -> None:
    own = ",".join(f'"{cell}"' for cell in cells)
    fields = fields_of(own)
    try:
        theirs = list(csv.reader([own], escapechar="\\", strict=True))
    except csv.Error:
        assert fields is None
        return
    if fields is None:
        # It has another number of fields, or one without quotes.
        assert len(theirs[0]) != 8 or csv_rows.flaw_of(own.encode()) is not None
    else:
        assert [list(fields.values)] == theirs


@given(st.binary(max_size=40), st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_the_two_patterns_of_a_row_agree(noise: bytes, pieces: list[bytes]) -> None:
    start = b'"1","1/2/1999 3:04",' + b'"",' * 5 + b'"'
    for data in (start + noise + b'"', *(start + each.replace(noise[:1], b'"') + b'"' for each in pieces)):
        if b"\\\\" not in data:
            assert bool(csv_rows._ROW.fullmatch(data)) == bool(csv_rows._PLAIN_ROW.fullmatch(data))


@given(st.text('"\\,\n\0a', max_size=40))
def test_the_two_patterns_agree_on_awkward_texts(text: str) -> None:
    data = b'"1","1/2/1999 3:04",' + b'"",' * 5 + b'"' + text.encode() + b'"'
    if b"\\\\" not in data:
        assert bool(csv_rows._ROW.fullmatch(data)) == bool(csv_rows._PLAIN_ROW.fullmatch(data))


def test_a_file_is_cut_as_the_csv_module_cuts_it(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    make_csv(200, path)
    data = path.read_bytes()
    theirs = read_by_csv(data)
    ours = [fields_of(piece.decode()) for piece, flaw in cut(data, 1 << 16) if flaw is None]
    assert [list(each.values) for each in ours if each] == theirs
    assert len(theirs) == 200


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("size", [1, 2, 3, 50, 1 << 20])
def test_line_ends_and_a_byte_order_mark_stand_between_rows(end: bytes, mark: bytes, size: int) -> None:
    written = [row(each) for each in range(1, 6)]
    assert cut(mark + end.join(written) + end, size) == [(each, None) for each in written]
    assert cut(mark + end.join(written), size) == [(each, None) for each in written]
    assert cut(mark, size) == cut(end, size) == cut(b"", size) == []


def test_what_is_not_a_row_is_told() -> None:
    good = row(2)
    header = b"id,created,MRN,origin,classification,references,header,body"
    short = b'"3","1/2/1999 3:04","99ZENDA1"'
    stray = row(4, "HALF").replace(b"HALF", b'half"\n of it')
    open_end = row(5)[:-1]
    data = b"\n".join([header, good, short, good, stray, good, open_end])
    assert cut(data) == [
        (header, Flaw.NO_START),
        (good, None),
        (short, Flaw.COLUMN_COUNT),
        (good, None),
        (stray, Flaw.QUOTING),
        (good, None),
        (open_end, Flaw.QUOTING),
    ]
    assert all(flaw.says for flaw in Flaw)


@pytest.mark.parametrize("size", [7, 1000, 4096, 1 << 20])
def test_a_row_that_is_too_long_is_refused_alone(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "LARGEST_SOURCE", 5000)
    longest = row(2, "x" * (5000 - len(row(2, "")) - 1))
    long, good = row(1, "x" * 20_000), row(3)
    assert cut(b"\n".join([good, long, good, longest, good, long]), size) == [
        (good, None),
        (long + b"\n", Flaw.TOO_LONG),
        (good, None),
        (longest, None),
        (good, None),
        (long, Flaw.TOO_LONG),
    ]


@examples(300)
@given(
    at=st.integers(0, 49),
    places=st.lists(
        st.tuples(st.floats(0, 1), st.one_of(st.sampled_from(b'"\\\n,0'), st.integers(0, 255))), max_size=8
    ),
    drop=st.tuples(st.floats(0, 1), st.integers(0, 60)),
    size=st.sampled_from([61, 1000, 1 << 20]),
)
def test_a_broken_row_breaks_no_other(
    at: int, places: list[tuple[float, int]], drop: tuple[float, int], size: int
) -> None:
    written = [row(number, f'He said "{number}",\n"and"\n\\ no more.') for number in range(1, 51)]
    broken = bytearray(written[at])
    for place, octet in places:
        broken[int(place * (len(broken) - 1))] = octet
    start = int(drop[0] * len(broken))
    del broken[start : start + drop[1]]
    before, after = written[:at], written[at + 1 :]
    offset = sum(len(each) + 1 for each in before)
    data = b"\n".join([*before, bytes(broken), *after])
    extents = list(scan(in_chunks(data, size)))
    whole = {(each.offset, data[each.offset : each.offset + each.length]) for each in extents if each.flaw is None}
    # A row whose first bytes are gone is told with the row before it, which nothing then ends.
    lost = not csv_rows.begins_row(bytes(broken)) and bool(bytes(broken).rstrip(b"\r\n"))
    for number, each in enumerate(written):
        if number != at and not (lost and number == at - 1):
            where = sum(len(one) + 1 for one in written[:number])
            where += len(broken) - len(written[at]) if number > at else 0
            assert (where, each) in whole
    if not lost and broken and csv_rows.flaw_of(bytes(broken).rstrip(b"\r\n")) is not None:
        assert offset in {each.offset for each in extents if each.flaw is not None}


def test_a_row_without_its_start_spoils_only_the_one_before() -> None:
    data = b"\n".join([row(1), row(2), b"#" + row(3), row(4)])
    assert [flaw for _, flaw in cut(data)] == [None, Flaw.QUOTING, None]


def test_a_long_file_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    size = make_csv(8_000, path)
    with path.open("rb") as stream, measured_memory() as memory:
        count = sum(1 for _ in scan(iter(lambda: stream.read(1 << 18), b"")))
    assert count == 8_000
    assert memory.peak < 2 << 20 < size // 20


@pytest.mark.parametrize("filling", [b'"', b"\\", b'""', b'\n"1', b'"1","1/2/1999 3:04"', b"\n", b",\n"])
def test_hostile_bytes_are_cut_in_linear_time(filling: bytes) -> None:
    data = row(1)[:-1] + filling * (4_000_000 // len(filling))
    extents = list(scan(in_chunks(data, 1 << 18)))
    assert extents[0].offset == 0
    assert sum(each.length for each in extents) <= len(data)


# The index.


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
        assert item.data == read_range(path, ref.container.offset, ref.length or 0)
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
        load_row(two)
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


def test_an_old_index_says_nothing_of_a_new_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "cables.csv"
    make_csv(10, path)
    list(rows_by_index(path))
    _rewritten(path)
    monkeypatch.setattr(csv_index, "keep", lambda *_: None)
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
        yield from scan(chunks)
        _appended(path)

    monkeypatch.setattr(csv_index, "scan", changing)
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
        assert ref.trouble in ("not a regular file", "no such file")


@pytest.mark.parametrize(
    "ref", [SourceRef("x", Path("x")), SourceRef("x", Path("x"), length=3), SourceRef("x", length=3)]
)
def test_only_rows_are_loaded_as_rows(ref: SourceRef) -> None:
    with pytest.raises(ValueError, match="not a reference to a row"):
        load_row(ref)


@pytest.mark.parametrize(("offset", "length"), [(0, LARGEST_SOURCE + 1), (-1, 3), (0, -1)])
def test_no_more_than_a_row_is_read(tmp_path: Path, offset: int, length: int) -> None:
    (tmp_path / "x").write_bytes(b"x")
    with pytest.raises(ValueError, match="not the place of a row"):
        read_range(tmp_path / "x", offset, length)


def _identifiers(refs: list[SourceRef]) -> list[str]:
    return [read_with(READER, load_row(ref)).identifier for ref in refs]


def test_workers_share_a_file(folder: Path) -> None:
    path = folder / "cables.csv"
    make_csv(60, path)
    shares = [list(rows_by_index(path, first=1, last=30)), list(rows_by_index(path, first=31, last=60))]
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        answers = list(pool.map(_identifiers, shares))
    assert answers[0] + answers[1] == [f"05STRELSAU{number}" for number in range(1, 61)]


# The fields of a row.


def test_the_fields_of_a_row_with_a_routing_header() -> None:
    good = _good(FILE, 1)
    page = read_with(READER, good.item)
    assert codes(page) == []
    assert (page.identifier, page.origin, page.created) == ("07STRELSAU112", "Embassy Strelsau", "2/22/2007 16:40")
    assert (page.classification, page.references) == ("SECRET", "06STRELSAU2217|06STATE11873")
    assert (page.tags, page.redacted, page.partial, page.release) == (None, None, None, None)
    assert page.header is not None
    assert page.header.startswith("VZCZCXRO0417")
    assert page.capture.table == (
        Row(label="id", value="95012"),
        Row(label="created", value="2/22/2007 16:40"),
        Row(label="MRN", value="07STRELSAU112"),
        Row(label="origin", value="Embassy Strelsau"),
        Row(label="classification", value="SECRET"),
        Row(label="references", value="06STRELSAU2217|06STATE11873"),
    )
    assert (page.source.media_type, page.source.encoding) == ("text/csv", "utf-8")
    cable = normalize(page, RIGHTS)
    assert cable.created is not None
    assert (cable.created.value, cable.created.reliability) == ("2007-02-22T16:40:00", "dtg-confirmed")


def test_a_partial_record_may_have_distribution_lines() -> None:
    first, third = read_with(READER, _good(FILE, 0).item), read_with(READER, _good(FILE, 2).item)
    assert (first.partial, first.header) == (PARTIAL, None)
    assert (third.partial, third.header) == (PARTIAL, "ACTION AF-00\n\nINFO LOG-00 NP-00 /012W")
    assert '\n"13","1/9/1988 0:07","88ZENDA9"\n' in third.body
    assert "C:\\CASTLE\\MOAT" in third.body


@pytest.mark.parametrize(("header", "kept"), [("null", "null"), ("", None), (" \n ", None)])
def test_odd_headers_are_kept_as_they_are(header: str, kept: str | None) -> None:
    assert read(row(1, header=header)).header == kept


def test_bytes_that_are_not_utf8_are_read_and_told() -> None:
    item = _good(ODD, 0).item
    page = read_with(READER, item)
    assert "A CAFÉ AT THE BRIDGE, UNDER A “ROSE” \n" in page.body
    assert "The word été is well formed,\0the one" in page.body
    assert codes(page) == ["encoding-repaired", "backslash-dropped"]
    places = [item.data.index(octet) for octet in (b"\xc9", b"\x93", b"\x94")]
    says = f"3 bytes of the row are not UTF-8: at byte {places[0]}, {places[1]}, {places[2]}; read as windows-1252"
    assert page.findings[0].message == says
    assert page.findings[1].message == "8 backslashes stood before a character that needs none"


@given(st.binary(max_size=200))
def test_every_byte_has_a_character(noise: bytes) -> None:
    body = noise.replace(b"\\", b"\\\\").replace(b'"', b'""')
    page = read(row(1, "BODY|").replace(b"BODY", body))
    assert not any("\ud800" <= each <= "\udfff" for each in page.body)
    try:
        expected = noise.decode()
    except UnicodeDecodeError:
        assert codes(page) == ["encoding-repaired"]
    else:
        assert page.body == expected + "|"
        assert codes(page) == []


def test_many_bad_bytes_are_counted_not_listed() -> None:
    page = read(row(1, "BODY|").replace(b"BODY", b"\x81" * 500_000))
    assert page.body == "\x81" * 500_000 + "|"
    assert page.findings[0].message.endswith("and 499980 more; read as windows-1252")


def test_a_byte_order_mark_is_told() -> None:
    page = read(b"\xef\xbb\xbf" + row(1, "caf\udcc9").replace("\udcc9".encode("utf-8", "surrogatepass"), b"\xc9"))
    assert codes(page) == ["encoding-repaired", "byte-order-mark"]
    assert f"at byte {3 + len(row(1, 'caf')) - 1};" in page.findings[0].message


def test_cells_without_a_value_are_told() -> None:
    page = read(row(1).replace(b'"Embassy Strelsau"', b'""').replace(b'"SECRET"', b'" "'))
    assert (page.origin, page.classification) == (None, " ")
    assert page.findings[0].message == "no value for origin, classification"


@pytest.mark.parametrize(
    "line",
    [
        "Identifier: of the case",
        "| Identifier: | 05ZENDA9 |",
        "<table><tr><td>Identifier:</td></tr><tr><td>Origin:</td></tr>",
        "Document Number: 1978STRELS01534",
        "VZCZCXRO1234",
    ],
)
def test_a_row_is_a_row_whatever_stands_in_its_text(line: str) -> None:
    item = SourceItem("row-1.csv", row(1, f"1. (C) Words.\n{line}\n2. (C) More."), "x")
    assert read_page(item, registered_readers()).capture.format == READER.name


def test_what_is_longer_than_any_row_is_none() -> None:
    assert csv_rows.flaw_of(row(1) + b" " * LARGEST_SOURCE) is Flaw.TOO_LONG


def test_the_release_comes_from_the_user_or_the_path() -> None:
    named = read(row(1), path="captures/cablegate-201108300212/cables.csv").release
    assert named is not None
    assert (named.name, named.date, named.basis) == ("cablegate-201108300212", "2011-08-30", "path")
    stated = read(row(1), release="from a friend").release
    assert stated is not None
    assert (stated.text, stated.basis) == ("from a friend", "flag")


def test_a_body_longer_than_the_csv_module_reads() -> None:
    body = 'The "reserve" of mud.\n' * 20_000
    assert read(row(1, body)).body == body


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (row(1) + b"\n" + row(2), "it holds more than one row: name the file itself, and each of its rows is read"),
        (b"id,created", "it does not begin as a row of cables.csv does, with a number and a moment in quotes"),
        (row(1) + b" " * LARGEST_SOURCE, "larger than 16 MiB, which no page of a cable is"),
    ],
)
def test_it_declines_and_says_why(data: bytes, reason: str) -> None:
    excuse = excuse_of(READER, SourceItem("stdin", data, "standard input"))
    assert excuse is not None
    assert excuse.endswith(reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (row(1)[:-1], "a quote out of place"),
        (row(1)[:-20], "a quote out of place"),
        (b'"1","1/2/1999 3:04","99ZENDA1"', "has not 8 fields"),
        (row(1, " \n "), "holds no text of the cable"),
        (row(1).replace(b"05STRELSAU1", b"../../etc/passwd"), "is no identifier of a cable"),
    ],
)
def test_a_damaged_row_is_taken_and_refused(data: bytes, reason: str) -> None:
    assert excuse_of(READER, SourceItem("row.csv", data, "row.csv")) is None
    with pytest.raises(SourceError, match=reason):
        read(data)


def test_hostile_rows_are_refused_in_linear_time() -> None:
    chance = random.Random(3)
    for filling in ('"', "\\", '""', '\\"', '","', "\\\n", 'a"'):
        data = row(chance.randrange(9))[:-1] + (filling * (4_000_000 // len(filling))).encode()
        try:
            page = read(data)
        except SourceError:
            continue
        assert page.body


def test_the_item_keeps_its_container() -> None:
    item = replace(_good(FILE, 0).item, name="row-46599.csv")
    page = read_with(READER, item)
    assert page.source.container == item.container
    assert page.source.name == "row-46599.csv"
