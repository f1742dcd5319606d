"""Tag files: what is written is read back, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from tests.bag.tag_texts import lines, paths, texts

from preserve.bag.model import Fault
from preserve.bag.reading.tagfiles import (
    decode_path,
    read_info_fields,
    read_manifest_lines,
)
from preserve.bag.writing.tagfiles import INFO_ORDER, canonical_value, format_info, format_manifest, sort_info
from preserve.errors import UsageError

labels = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters=":"), min_size=1)


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
