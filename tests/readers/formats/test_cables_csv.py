"""What the fields of a row of ``cables.csv`` say, and what is told of them."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.protocols.reader import FIXTURES, RIGHTS, Good, ReaderContract, excuse_of, read_with
from tests.readers.csv.test_rows import row

from preserve.cable.normalization import normalize
from preserve.cable.record import Row, SourceContainer
from preserve.cable.text.page import Page
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.readers.csv.rows import find_rows
from preserve.readers.formats.cables_csv import CablesCsvReader
from preserve.readers.reader import SourceItem, read_page, registered_readers
from preserve.readers.source_bytes import LARGEST_SOURCE

FILE = FIXTURES / "cables_csv" / "cables.csv"
ODD = FIXTURES / "cables_csv" / "odd_bytes.csv"
PARTIAL = (
    "This record is a partial extract of the original cable. The full text of the original cable is not available."
)
READER = CablesCsvReader()


def read(data: bytes, *, path: str = "", release: str | None = None) -> Page:
    return read_with(READER, SourceItem("row.csv", data, "row.csv", path, release))


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings]


def _repaired(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return character.encode("utf-8", "surrogateescape").decode("cp1252")
    return character


def _good(path: Path, number: int) -> Good:
    """Return one row of a fixture, read by the csv module."""
    data = path.read_bytes()
    extent = list(find_rows([data]))[number]
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
        (b'"1","1/2/1999 3:04","99ZENDA1"', "does not have 8 fields"),
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
