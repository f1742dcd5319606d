"""Tag files: what is written is read back, whatever it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from preserve.bag.model import Fault
from preserve.bag.reading.tagfiles import (
    INFO_ORDER,
    MAX_LINE,
    canonical_value,
    decode_path,
    encode_path,
    format_info,
    format_manifest,
    parse_declaration,
    read_fetch_lines,
    read_info_fields,
    read_lines,
    read_manifest_lines,
    sort_info,
    text_codec,
)
from preserve.errors import UsageError

ODD = "%%%\r\n\t \u0085\u2028\u2029\v\f\x1c*#~\\:25aA0dD"
texts = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=40)
paths = texts.filter(lambda text: text and text[0] not in " \t").map(lambda text: f"data/{text}")
labels = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters=":"), min_size=1)


def lines(data: bytes, codec: str = "utf-8", size: int = 1 << 20) -> tuple[list[tuple[int, str]], list[Fault]]:
    faults: list[Fault] = []
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    return list(read_lines(chunks, codec, faults)), faults


@given(paths)
def test_a_path_comes_back_from_its_escapes(path: str) -> None:
    written = encode_path(path)
    assert decode_path(written, "1.0") == path
    assert not set(written) & {"\r", "\n"}
    assert re.fullmatch(r"(?:[^%]|%25|%0A|%0D)*", written, re.DOTALL)


@given(st.text(st.sampled_from("%2505aAdD0\n"), max_size=12))
def test_an_old_path_is_only_freed_of_line_ends(written: str) -> None:
    decoded = decode_path(written, "0.97")
    assert decoded == re.sub("%0[aA]", "\n", re.sub("%0[dD]", "\r", written))


@given(st.dictionaries(paths, st.binary(min_size=16, max_size=16).map(bytes.hex)))
def test_a_manifest_comes_back(entries: dict[str, str]) -> None:
    data = format_manifest(entries.items())
    faults: list[Fault] = []
    read = list(read_manifest_lines(lines(data)[0], faults))
    assert faults == []
    assert {decode_path(line.path, "1.0"): line.digest for line in read} == entries
    assert [line.line for line in read] == list(range(1, len(entries) + 1))
    assert data == format_manifest(sorted(entries.items(), reverse=True))


def test_a_name_that_utf8_cannot_say_is_refused() -> None:
    with pytest.raises(UsageError):
        format_manifest([("data/\udce9", "00")])


@given(st.lists(st.tuples(labels, texts)))
def test_fields_come_back(fields: list[tuple[str, str]]) -> None:
    faults: list[Fault] = []
    read = list(read_info_fields(lines(format_info(fields))[0], faults))
    assert faults == []
    assert read == [(label, canonical_value(value)) for label, value in fields]


@given(texts)
def test_a_canonical_value_stays_as_it_is(value: str) -> None:
    once = canonical_value(value)
    assert canonical_value(once) == once
    assert "\r" not in once


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("one line", b"A: one line\n"),
        ("two\nlines", b"A: two\n lines\n"),
        ("two\r\n  lines", b"A: two\n lines\n"),
        ("two\rlines ", b"A: two\n lines\n"),
        ("a\u0085b\u2028c", "A: a\u0085b\u2028c\n".encode()),
        ("a: b", b"A: a: b\n"),
        ("", b"A: \n"),
    ],
)
def test_how_a_value_is_written(value: str, written: bytes) -> None:
    assert format_info([("A", value)]) == written


def test_fields_are_put_in_our_order_and_others_follow_in_theirs() -> None:
    given_ = [("Z", "1"), ("Access", "2"), ("A", "3"), ("Source-Organization", "4"), ("Access", "5")]
    assert [value for _label, value in sort_info(given_)] == ["4", "2", "5", "1", "3"]
    assert len(INFO_ORDER) == len(set(INFO_ORDER))


@given(
    st.text(st.sampled_from("ab\r\n\u0085\u00e9"), max_size=30), st.integers(1, 7), st.sampled_from(["utf-8", "utf-16"])
)
def test_lines_do_not_depend_on_how_the_octets_come(text: str, size: int, codec: str) -> None:
    read, faults = lines(text.encode(codec), codec, size)
    whole = re.split(r"\r\n|\r|\n", text)
    assert [line for _number, line in read] == (whole if whole[-1] else whole[:-1])
    assert [number for number, _line in read] == list(range(1, len(read) + 1))
    assert faults == []


def test_an_endless_line_ends_the_reading_within_bounds() -> None:
    asked = 0

    def endless() -> object:
        nonlocal asked
        while True:
            asked += 1
            yield b"x" * 65536

    faults: list[Fault] = []
    assert list(read_lines(endless(), "utf-8", faults)) == []  # type: ignore[arg-type]
    assert [fault.code for fault in faults] == ["limit-exceeded"]
    assert asked * 65536 < 4 * MAX_LINE


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "utf-16", "shift_jis", "utf-32"]))
def test_any_octets_are_read_without_an_exception(data: bytes, codec: str) -> None:
    for reader in (read_manifest_lines, read_fetch_lines, read_info_fields):
        faults: list[Fault] = []
        read = list(reader(read_lines([data], codec, faults), faults))
        assert all(fault.line >= 1 and fault.says for fault in faults)
        assert len(read) <= len(data)


@given(st.binary(max_size=120))
def test_any_octets_are_a_declaration_or_faults(data: bytes) -> None:
    declaration = parse_declaration(data)
    assert declaration.faults or declaration.version is not None
    assert text_codec(declaration.encoding) == declaration.encoding


@pytest.mark.parametrize(
    "name", ["rot13", "zlib", "hex", "idna", "punycode", "unicode_escape", "utf-7", "undefined", "", "x" * 999]
)
def test_what_is_no_encoding_of_tag_files_is_none(name: str) -> None:
    assert text_codec(name) is None


@pytest.mark.parametrize(
    "name", ["UTF-8", "utf8", "ISO-8859-1", "latin1", "UTF-16", "windows-1252", "US-ASCII", "Shift_JIS"]
)
def test_what_is_one_is_known_by_its_names(name: str) -> None:
    assert text_codec(name)
