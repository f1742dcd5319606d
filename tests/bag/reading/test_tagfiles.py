"""Tag files: what anybody wrote is read, and never raises."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st
from tests.bag.tag_texts import lines, paths

from preserve.bag.limits import LIMITS
from preserve.bag.model import Fault
from preserve.bag.reading.tagfiles import (
    decode_path,
    encode_path,
    parse_declaration,
    read_fetch_lines,
    read_info_fields,
    read_lines,
    read_manifest_lines,
    text_codec,
)


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
    assert asked * 65536 < 4 * LIMITS.line


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
