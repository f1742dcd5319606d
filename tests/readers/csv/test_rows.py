"""Rows of ``cables.csv``, cut out of a stream: whole ones whole, broken ones alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.corpus import make_csv
from hypothesis import example, given, strategies as st
from tests.memory import measured_memory
from tests.selection import examples

from preserve.readers.csv import rows as csv_rows
from preserve.readers.csv.rows import Flaw, fields_of, find_rows
from preserve.readers.source_bytes import LARGEST_SOURCE

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
    return [(data[each.offset : each.offset + each.length], each.flaw) for each in find_rows(in_chunks(data, size))]


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
    extents = list(find_rows(in_chunks(data, size)))
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
        count = sum(1 for _ in find_rows(iter(lambda: stream.read(1 << 18), b"")))
    assert count == 8_000
    assert memory.peak < 2 << 20 < size // 20


@pytest.mark.parametrize("filling", [b'"', b"\\", b'""', b'\n"1', b'"1","1/2/1999 3:04"', b"\n", b",\n"])
def test_hostile_bytes_are_cut_in_linear_time(filling: bytes) -> None:
    data = row(1)[:-1] + filling * (4_000_000 // len(filling))
    extents = list(find_rows(in_chunks(data, 1 << 18)))
    assert extents[0].offset == 0
    assert sum(each.length for each in extents) <= len(data)


def test_what_is_longer_than_any_row_is_none() -> None:
    assert csv_rows.flaw_of(row(1) + b" " * LARGEST_SOURCE) is Flaw.TOO_LONG
