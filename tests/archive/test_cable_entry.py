from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given
from tests.archive.making import record
from tests.strategies import cables

from preserve.archive.cable_entry import CableEntry
from preserve.archive.catalogue.tables import METADATA
from preserve.cable.record import Cable
from preserve.cable.record.codec import encode_record


@given(cables())
def test_a_record_and_its_json_give_one_entry(cable: Cable) -> None:
    assert CableEntry.from_record(encode_record(cable)) == CableEntry.of(cable)


@given(cables())
def test_an_entry_is_read_back_from_its_json(cable: Cable) -> None:
    entry = CableEntry.of(cable)
    assert CableEntry.from_json(json.loads(json.dumps(entry.as_json()))) == entry


def test_fields_of_a_later_version_are_passed_over() -> None:
    entry = CableEntry(identifier="07STRELSAU1", source_sha256="a" * 64, text_sha256="b" * 64)
    assert CableEntry.from_json(entry.as_json() | {"new": "x"}) == entry


def test_persons_are_not_in_an_entry_nor_in_any_column() -> None:
    entry = CableEntry.from_record(record("07STRELSAU1", b"x"))
    assert "ASSENDYLL" not in json.dumps(entry.as_json()).upper()
    columns = {column.name for table in METADATA.sorted_tables for column in table.columns}
    assert not columns & {"signed_by", "classified_by", "person", "signer", "author"}
    assert {field.name for field in fields(CableEntry)} <= columns


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"identifier": "x"}', b"\xff", b"[" * 100_000],
    ids=["empty", "list", "object", "lacking", "no-text", "nested"],
)
def test_what_is_no_record_has_no_entry(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        CableEntry.from_record(data)


def test_a_lone_surrogate_does_not_reach_the_catalogue() -> None:
    data = record("07STRELSAU1", b"x").replace(b"RURITANIA", b"\\ud800")
    subject = CableEntry.from_record(data).subject
    assert subject is not None
    assert subject.encode("utf-8").startswith(b"?")


@pytest.mark.parametrize(
    ("identifier", "post"), [("07STRELSAU42", "STRELSAU"), ("10ZENDA1", "ZENDA"), ("x", None), ("07", None)]
)
def test_the_post_is_drawn_from_the_identifier_when_no_station_is_stated(identifier: str, post: str | None) -> None:
    assert CableEntry.from_record(record(identifier, b"x")).post == post


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "x" * 100,
        [],
        {},
        {"identifier": "x"},
        {"identifier": 5, "source_sha256": "a" * 64, "text_sha256": "b" * 64},
        {"identifier": "x", "source_sha256": "a", "text_sha256": "b" * 64},
        {"identifier": "x", "source_sha256": "a" * 64, "text_sha256": "b" * 64 + "\n"},
        {"identifier": "x", "source_sha256": "a" * 64, "text_sha256": "b" * 64, "subject": None},
        {"identifier": "x", "source_sha256": "a" * 64, "text_sha256": "b" * 64, "subject": "\ud800"},
    ],
)
def test_what_is_no_entry_is_refused(entry: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        CableEntry.from_json(entry)


def test_a_record_whose_digests_are_none_has_no_entry() -> None:
    data = json.loads(record("07STRELSAU1", b"x"))
    data["body"]["sha256"] = "none"
    with pytest.raises(ValueError, match="digest"):
        CableEntry.from_record(json.dumps(data).encode())
