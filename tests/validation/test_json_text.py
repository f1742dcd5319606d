"""JSON as text: what is read, what is refused and where, and the place of every value."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.memory import measured_memory

from preserve.contracts.conformance import json_pointer
from preserve.validation.json_text import (
    DEEPEST,
    LONGEST_NUMBER,
    DocumentPlace,
    NotJsonError,
    find_places,
    place_at,
    read_json,
)

# name, text, code, line, column, words of the message
REFUSED = [
    ("a comma too few", '{"a": 1\n "b": 2}', "json-malformed", 2, 2, "','"),
    ("a comma too many", "[1,\n 2,\n]", "json-malformed", 3, 1, "expecting value"),
    ("cut off", '{"a": [1, 2', "json-malformed", 1, 12, "','"),
    ("a string without end", '{\n"a": "b\n}', "json-malformed", 2, 8, "control character"),
    ("two values", "{}\n{}", "json-malformed", 2, 1, "extra data"),
    ("nothing", "", "json-malformed", 1, 1, "expecting value"),
    ("single quotation marks", "{'a': 1}", "json-malformed", 1, 2, "double quotes"),
    ("no number", '{"a":\n  {"b": NaN}}', "json-malformed", 2, 4, "NaN is no value"),
    ("no number, in an array", '{"a":\n  [0, -Infinity]}', "json-malformed", 2, 7, "-Infinity is no value"),
    ("no number, and more", '{"a": NaNcy, b: 1}', "json-malformed", 1, 2, "NaNcy is no value"),
    ("a name twice", '{"a": 1, "b": {\n  "c": 2,\n  "c": 3}}', "json-repeated-name", 3, 3, "'c' twice"),
    ("a name twice, once escaped", '{"é": 1,\n"\\u00e9": 2}', "json-repeated-name", 2, 1, "'é' twice"),
    ("the outer of two names", '{"a": {"x": 1}, "b": {"x": 1},\n"a": 2}', "json-repeated-name", 2, 1, "'a' twice"),
    ("a byte order mark", '\ufeff{"a": 1}', "json-byte-order-mark", 1, 1, "U+FEFF"),
    ("deep", "\n" + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "json-limit", 2, DEEPEST + 1, "deeper than 64"),
    ("deep objects", '{"a":' * (DEEPEST + 1) + "0" + "}" * (DEEPEST + 1), "json-limit", 1, 5 * DEEPEST - 3, "deeper"),
    ("deep beyond Python, and cut off", "[" * 100_000, "json-limit", 1, DEEPEST + 1, "deeper than 64"),
    ("a long number", '{"a":\n' + "9" * (LONGEST_NUMBER + 1) + "}", "json-limit", 1, 2, "4,301 characters"),
]


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "says"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_no_json_is_told_with_its_place(text: str, code: str, line: int, column: int, says: str) -> None:
    with pytest.raises(NotJsonError) as told:
        read_json(text)
    assert told.value.finding.code == code
    assert says in told.value.finding.message
    assert place_at(text, told.value.offset) == DocumentPlace(line, column)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        ' {"a": {"b": 1}, "c": {"b": 2}} ',
        "[" * DEEPEST + "]" * DEEPEST,
        '"[[[{{{"',
        '{"a,b:{[": "\\"\\\\"}',
        "1e999",
    ],
)
def test_json_is_read_as_the_standard_library_reads_it(text: str) -> None:
    assert read_json(text) == json.loads(text)


def test_a_text_of_millions_of_values_is_refused_before_it_is_read() -> None:
    text = "[" + "[]," * 1_500_000 + "[]]"
    with measured_memory() as memory, pytest.raises(NotJsonError, match="2,000,000 values") as told:
        read_json(text)
    assert told.value.finding.code == "json-limit"
    assert memory.peak < 1 << 20


def test_a_long_name_does_not_swell_the_message() -> None:
    name = "a" * 5000
    with pytest.raises(NotJsonError) as told:
        read_json(f'{{"{name}": 1, "{name}": 2}}')
    assert len(told.value.finding.message) < 200


def test_a_number_that_this_python_refuses_is_told() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        with pytest.raises(NotJsonError) as told:
            read_json("9" * 700)
    finally:
        sys.set_int_max_str_digits(before)
    assert told.value.finding.code == "json-malformed"


TEXT = """\
{
  "identifier": "05STRELSAU4281",
  "tags": [ {"value": "PGOV"},
    {"value": "RZ",   "a/b~c": [true,
      false]} ],
  "body": {"text": "a { \\" , [ b", "0": 1}, "empty": {}, "last": null
}
"""


@pytest.mark.parametrize(
    ("where", "line", "column"),
    [
        ("", 1, 1),
        ("/identifier", 2, 3),
        ("/tags", 3, 3),
        ("/tags/0", 3, 13),
        ("/tags/1", 4, 5),
        ("/tags/1/value", 4, 6),
        ("/tags/1/a~1b~0c", 4, 23),
        ("/tags/1/a~1b~0c/0", 4, 33),
        ("/tags/1/a~1b~0c/1", 5, 7),
        ("/body/0", 6, 36),
        ("/empty", 6, 45),
        ("/last", 6, 58),
        # what is not there has the place of what should have it
        ("/tags/2", 3, 3),
        ("/tags/0/kind", 3, 13),
        ("/body/text/0", 6, 12),
        ("/subject/x/y", 1, 1),
    ],
)
def test_a_pointer_leads_to_a_line_and_a_column(where: str, line: int, column: int) -> None:
    assert find_places(TEXT, [where]) == {where: DocumentPlace(line, column)}


def test_several_pointers_are_found_in_one_walk() -> None:
    assert find_places(TEXT, {"/last", "", "/tags/1"}) == {
        "": DocumentPlace(1, 1),
        "/tags/1": DocumentPlace(4, 5),
        "/last": DocumentPlace(6, 58),
    }
    assert find_places(TEXT, []) == {}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def _pointers(value: Any, where: str = "") -> list[str]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = (_pointers(each, where + json_pointer([step])) for step, each in steps)
    return [where, *(each for part in inner for each in part)]


def _at(value: Any, where: str) -> Any:
    for step in where.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


@given(value=VALUES, indent=st.sampled_from([None, 0, 1, 4]), ascii_only=st.booleans())
def test_at_the_place_of_every_pointer_stands_its_value(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    lines = text.split("\n")
    wanted = _pointers(value)
    found = find_places(text, wanted)
    assert found.keys() == set(wanted)
    decoder = json.JSONDecoder()
    for where, place in found.items():
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        read, end = decoder.raw_decode(rest)
        holder = _at(value, where.rpartition("/")[0]) if where else None
        if isinstance(holder, dict):  # the place of a member is that of its name
            assert json_pointer([read]) == "/" + where.rpartition("/")[2]
            read, _ = decoder.raw_decode(rest[end:].lstrip(": "))
        assert read == _at(value, where)


def test_lines_end_as_they_do_in_files_of_windows() -> None:
    assert find_places('{\r\n "a": 1,\r\n "b": 2}', ["/b"]) == {"/b": DocumentPlace(3, 2)}
