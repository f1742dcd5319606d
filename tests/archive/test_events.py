"""The lines of the log: what is written meets the schema, and whatever is read is an event or a ``ValueError``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.archive.making import AT, SOFTWARE
from tests.memory import measured_memory

from preserve.archive import events
from preserve.archive.events import (
    GENESIS,
    LEVELS_LIMIT,
    VALUES_LIMIT,
    EventOutcome,
    LogEvent,
    LoggedEvent,
    Position,
    encode_event,
)
from preserve.contracts.conformance import violations
from preserve.contracts.contract import find_contract
from preserve.errors import ArchiveError
from preserve.validation.json_text import DEEPEST, MOST_VALUES

SEAL = "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"
PLACE = "bags/STRELSAU/2007/07STRELSAU1/v1"
CHECK = LogEvent(
    type="fixity check",
    at=AT,
    detail="All is well.",
    bag="07STRELSAU1",
    version=1,
    data={"depth": "full", "present": True, "files": 7, "bytes": 30211},
)
ARRIVAL = replace(
    CHECK,
    type="ingestion",
    data={
        "location": PLACE,
        "seal": SEAL,
        "files": 1,
        "bytes": 1,
        "size": 1,
        "cables": [{"identifier": "07STRELSAU1", "source_sha256": SEAL, "text_sha256": SEAL}],
    },
)
NOTE = LogEvent(type="metadata modification", at=AT, detail="The log was mended.")
START = LogEvent(type="ingestion start", at=AT, detail="One bag.", data={"bags": [{"location": PLACE, "seal": SEAL}]})


def encoded(event: LogEvent, seq: int = 7) -> bytes:
    return encode_event(event, seq=seq, previous=GENESIS, software=SOFTWARE)


def decoded(line: bytes) -> LoggedEvent:
    return LoggedEvent.decode(line, Position("f", 0, len(line)))


def changed(event: LogEvent = CHECK, **members: object) -> bytes:
    return json.dumps(json.loads(encoded(event)) | members).encode()


# What is written


@given(st.text(), st.sampled_from(EventOutcome), st.booleans())
def test_any_words_make_one_line_that_is_read_back(detail: str, outcome: EventOutcome, about_a_bag: bool) -> None:
    event = replace(CHECK if about_a_bag else NOTE, detail=detail, outcome=outcome)
    line = encoded(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert violations("event-1.1.0.schema.json", json.loads(line)) == ()
    assert decoded(line).event == event


def test_a_file_name_that_is_not_utf8_is_spelt_out() -> None:
    line = encoded(replace(NOTE, detail="a\udcff.txt \U0001f5c4"))
    assert decoded(line).event.detail == r"a\udcff.txt" + " \U0001f5c4"
    line.decode("utf-8")


def test_the_schema_that_is_written_is_the_newest() -> None:
    assert find_contract("event").version == events.SCHEMA_VERSION


@pytest.mark.parametrize("suffix", ["", ".tar", ".tar.zst", ".zip"])
@pytest.mark.parametrize("event", [ARRIVAL, START])
def test_every_form_of_a_bag_is_logged_with_an_index_or_without(event: LogEvent, suffix: str) -> None:
    for more in ({}, {"index": SEAL}):
        place = {"location": PLACE + suffix} | more
        first: dict[str, Any] = dict(event.data)
        data = first | place if event is ARRIVAL else {"bags": [first["bags"][0] | place]}
        assert decoded(encoded(replace(event, data=data))).event.data == data


@pytest.mark.parametrize(
    "data",
    [
        {"aside": "events/2026/01/000000000001.jsonl.unfinished-1"},
        {"seen": 12, "digest": SEAL, "left": 10},
        {"passed_over": [{"file": "events/2026/01/000000000001.jsonl", "offset": 0, "length": 9, "digest": SEAL}]},
        {"catalogue": "It lacked 2 bags.", "aside": "events/2026/01/000000000001.jsonl.unfinished-1"},
    ],
)
def test_each_repair_is_logged(data: Mapping[str, object]) -> None:
    assert decoded(encoded(replace(NOTE, data=data))).event.data == data


LONG = 10**30


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (replace(CHECK, type="fixity cheque"), "/type"),
        (replace(CHECK, at="2026-01-31"), "/at"),
        (replace(CHECK, at="2026-13-31T09:30:00Z"), "/at"),
        (replace(CHECK, bag="../../etc"), "/bag"),
        (replace(CHECK, bag="x" * 256), "/bag"),
        (replace(CHECK, version=0), "/version"),
        (replace(CHECK, version=LONG), "/version"),
        (replace(CHECK, version=None), "the whole"),
        (replace(CHECK, bag=None), "the whole"),
        (replace(CHECK, data={}), "the whole"),
        (replace(CHECK, data={**CHECK.data, "files": -1}), "/data/files"),
        (replace(CHECK, data={**CHECK.data, "files": LONG}), "/data/files"),
        (replace(CHECK, data={**CHECK.data, "novel": 1}), "/data/novel"),
        (replace(CHECK, data={**CHECK.data, "files": float("nan")}), "cannot be logged"),
        (replace(ARRIVAL, data={**ARRIVAL.data, "cables": []}), "/data/cables"),
        (replace(ARRIVAL, data={**ARRIVAL.data, "location": "../planted"}), "/data/location"),
        (replace(ARRIVAL, data={**ARRIVAL.data, "location": PLACE + "\n"}), "/data/location"),
        (replace(ARRIVAL, data={**ARRIVAL.data, "location": "bags/" + "P" * 65 + PLACE[13:]}), "/data/location"),
        (replace(ARRIVAL, data={**ARRIVAL.data, "location": PLACE + "0" * 9}), "/data/location"),
        (replace(ARRIVAL, data={**ARRIVAL.data, "index": "x"}), "/data/index"),
        (replace(START, bag="07STRELSAU1", version=1), "the whole"),
        (replace(START, data={}), "the whole"),
        (replace(START, data={"bags": []}), "/data/bags"),
        (replace(START, data={"bags": [{"location": PLACE}]}), "/data/bags/0"),
        (replace(START, data={"bags": [{"location": "/etc", "seal": SEAL}]}), "/data/bags/0/location"),
        (replace(NOTE, data={"novel": 1}), "/data/novel"),
        (replace(NOTE, data={"seen": 3}), "/data"),
        (replace(NOTE, data={"aside": "../x"}), "/data/aside"),
        (replace(NOTE, data={"passed_over": []}), "/data/passed_over"),
    ],
)
def test_a_line_that_the_schema_refuses_is_never_made(event: LogEvent, says: str) -> None:
    with pytest.raises(ArchiveError) as told:
        encoded(event)
    assert says in told.value.message
    assert len(told.value.message) < 600


def test_a_line_that_is_too_long_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    line = encoded(ARRIVAL)
    monkeypatch.setattr(events, "LINE_LIMIT", len(line))
    assert encoded(ARRIVAL) == line
    monkeypatch.setattr(events, "LINE_LIMIT", len(line) - 1)
    with pytest.raises(ArchiveError, match=f"07STRELSAU1/v1 needs {len(line)} bytes"):
        encoded(ARRIVAL)


def test_a_line_with_more_values_than_are_read_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "VALUES_LIMIT", 10)
    with pytest.raises(ArchiveError, match="more than 10 values"):
        encoded(ARRIVAL)


def test_the_log_and_its_validation_have_the_same_bounds() -> None:
    assert (VALUES_LIMIT, LEVELS_LIMIT) == (MOST_VALUES, DEEPEST)


# What is read


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.7.0", "1.10.3"])
def test_lines_of_every_minor_version_are_read_and_what_is_new_is_passed_over(version: str) -> None:
    line = changed(schema_version=version, type="novel thing", novel=[1])
    assert decoded(line).event.type == "novel thing"
    assert decoded(changed(ARRIVAL, schema_version=version)).event == ARRIVAL


@pytest.mark.parametrize(
    "version", ["2.0.0", "0.9.0", "10.0.0", "1", "1.0", "1.x.0", "", "1.0.0\n", 1, None, "1" * 999]
)
def test_lines_of_another_major_version_are_refused(version: object) -> None:
    with pytest.raises(ValueError, match=r"version|kind") as told:
        decoded(changed(schema_version=version))
    assert len(str(told.value)) < 100


WRONG: Mapping[str, list[Any]] = {
    "seq": [0, -1, True, "3", 2.0, None, 1 << 63, LONG],
    "version": [0, -1, True, "1", 1.0, None, 10**9, LONG],
    "bag": [None, 5, "", "..", "../x", "a/b", "x" * 256, "\ud800", ["x"]],
    "previous": [None, "", "0" * 63, "0" * 64 + "\n", "A" * 64, []],
    "at": [None, 5, "", "2026-01-31", AT + "\n", "2026-99-31T09:30:00Z", "\u0662" + AT[1:]],
    "id": [None, 5, "", "x" * 36],
    "type": [None, 5, ["x"], "\udfff"],
    "outcome": [None, 5, "maybe", [], {}],
    "detail": [None, 5, []],
    "agent": [None, "x", [], {}, {"name": "x"}, {"name": 5, "version": "1"}],
    "data": [None, "x", [], 5],
}


@pytest.mark.parametrize("member", [{name: value} for name, values in WRONG.items() for value in values], ids=str)
def test_a_member_of_another_kind_is_refused(member: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        decoded(changed(**member))
    assert len(str(told.value)) < 150


NESTED = b'{"data":' * 500 + b"0" + b"}" * 500


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}",
        b"[]",
        b"5",
        b"null",
        b'"' + b"[" * 5000 + b'"',
        b"\xff",
        b"\xef\xbb\xbf" + encoded(CHECK),
        encoded(CHECK).decode().encode("utf-16"),
        encoded(CHECK).replace(b"All", b"\xed\xa0\x80"),
        encoded(CHECK)[:-2],
        encoded(CHECK) + b"x",
        encoded(CHECK)[:-2] + b',"seq":8}',
        encoded(CHECK).replace(b'"files":7', b'"files":7,"files":8'),
        encoded(CHECK).replace(b'"files":7', b'"files":7,"f\\u0069les":8'),
        encoded(CHECK).replace(b'"files":7', b'"files":NaN'),
        encoded(CHECK).replace(b'"files":7', b'"files":-Infinity'),
        encoded(CHECK).replace(b'"files":7', b'"files":' + b"9" * 5000),
        encoded(CHECK).replace(b'"seq":7', b'"seq":' + b"9" * 4000),
        encoded(CHECK).replace(b'"files":7', b'"files":' + b"[" * 100_000),
        encoded(CHECK).replace(b'"files":7', b'"files":' + b"[" * 70 + b"]" * 70),
        encoded(CHECK).replace(b'"files":7', b'"files":' + NESTED),
    ],
    ids=lambda line: f"{line[:20]!r}-{len(line)}",
)
def test_bytes_that_are_no_line_are_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        decoded(line)
    assert len(str(told.value)) < 300


def test_brackets_in_words_and_many_short_lists_are_not_deep() -> None:
    assert decoded(encoded(replace(CHECK, detail="[{" * 500))).event.detail == "[{" * 500
    many = changed(data={"novel": [[{}]] * 500})
    assert decoded(many).event.data == {"novel": [[{}]] * 500}


def test_half_of_a_character_that_an_old_line_has_in_its_words_is_read() -> None:
    line = changed(schema_version="1.0.0", detail="a\udcff.txt")
    assert decoded(line).event.detail == "a\udcff.txt"


def test_a_line_of_64_mib_of_brackets_is_refused_before_it_fills_the_memory() -> None:
    line = b'{"data":[' + b"[]," * (22 << 20) + b"[]]}"
    with measured_memory() as memory, pytest.raises(ValueError, match="more than 2,000,000 values"):
        decoded(line)
    assert memory.peak < 2 * len(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(json.loads(encoded(ARRIVAL)))), JSON), st.booleans())
def test_whatever_a_line_has_it_is_read_or_refused(members: dict[str, object], whole: bool) -> None:
    line = changed(ARRIVAL, **members) if whole else json.dumps(members).encode()
    assert len(refusal(line) or "read") < 300


def refusal(line: bytes) -> str | None:
    try:
        decoded(line)
    except ValueError as error:
        return str(error)
    return None
