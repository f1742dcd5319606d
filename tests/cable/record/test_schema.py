"""Validity: two validators of one mind, and every rule of the schema seen to bite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from tests.selection import examples
from tests.strategies import cables

from preserve.cable.record import Cable, schema
from preserve.cable.record.codec import record_to_json
from preserve.contracts import conformance, contract
from preserve.errors import PreserveError
from preserve.findings import Severity

SCHEMA: Any = contract.json_schema(schema.RECORD_SCHEMA)
RECORD: dict[str, Any] = SCHEMA["examples"][0]


def _with(path: str, value: object) -> dict[str, Any]:
    document: Any = deepcopy(RECORD)
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/")[1:])
    place = document
    for step in steps:
        place = place[step]
    place[last] = value
    return dict(document)


def test_a_valid_record_has_no_findings() -> None:
    assert schema.check_record(RECORD) == ()


@examples(60)
@given(cables())
def test_every_coherent_record_is_valid_to_both(cable: Cable) -> None:
    document = record_to_json(cable)
    assert schema.check_record(document) == ()
    assert conformance._thorough(schema.RECORD_SCHEMA).is_valid(document)


FAULTS: list[tuple[str, object]] = [
    ("/schema_version", 1),
    ("/schema_version", None),
    ("/identifier", "5STRELSAU4281"),
    ("/identifier", "05STRELSAU04281"),
    ("/identifier", "05strelsau4281"),
    ("/identifier", "05STRELSAU4281_a"),
    ("/identifier", "05STRELSAU4281\n"),
    ("/identifier", "٠٥STRELSAU4281"),
    ("/identifier", "../05STRELSAU4281"),
    ("/identifier", "05STRELSAU" + "1" * 60),
    ("/received_identifier", ""),
    ("/subject", ""),
    ("/subject", None),
    ("/created", {"text": "x", "value": "2005-12-02T09:08:00Z", "zone": "unknown", "reliability": "stated"}),
    ("/created", {"text": "x", "value": "2005-13-02T09:08:00", "zone": "unknown", "reliability": "stated"}),
    ("/created", {"text": "x", "value": "2005-12-02T24:08:00", "zone": "unknown", "reliability": "stated"}),
    ("/created", {"text": "x", "value": "2005-12-02T09:08:00\n", "zone": "unknown", "reliability": "stated"}),
    ("/created", {"text": "x", "value": "2005-12-02T09:08:00", "zone": "unknown"}),
    ("/redaction/spans", [[1]]),
    ("/redaction/spans", [[1, 2, 3]]),
    ("/redaction/spans", [[1, -2]]),
    ("/redaction/spans", [{"start": 1, "end": 2}]),
    ("/body/sha256", "A" * 64),
    ("/body/sha256", "a" * 63),
    ("/body/sha256", "a" * 64 + "\n"),
    ("/body/line_breaks", "some"),
    ("/body/segments", [{"kind": "colour", "start": 0, "end": 1}]),
    ("/body/marks", [{"kind": "tag", "start": 0, "end": 1, "target": "tags/0"}]),
    ("/body/marks", [{"kind": "tag", "start": 0, "end": 1, "target": "/tags/0/"}]),
    ("/body/marks", [{"kind": "tag", "start": 0, "end": 1, "target": None}]),
    ("/provenance/release", {"text": "x", "date": "2011-02-30"}),
    ("/provenance/release", {"text": "x", "date": "2011-2-3"}),
    ("/provenance/source/name", "folder/a.txt"),
    ("/provenance/source/name", ""),
    ("/provenance/source/size", 2**53),
    ("/provenance/source/size", 10**400),
    ("/provenance/source/size", -1),
    ("/provenance/source/size", True),
    ("/provenance/source/media_type", "text"),
    ("/provenance/page/format", "../x"),
    ("/rights/copyright", "not an address"),
    ("/rights/copyright", "https://example.org/%zz"),
    ("/rights/copyright", "javascript:alert(1)"),
    ("/rights/access", "secret"),
    ("/findings", [{"code": "Stray Caption", "where": "", "message": "x", "severity": "note"}]),
    ("/findings", [{"code": "stray-caption", "where": "", "message": "x", "severity": "grave"}]),
    ("/colour", "red"),
    ("/body/colour", "red"),
]


@pytest.mark.parametrize(("path", "value"), FAULTS, ids=lambda value: repr(value)[:40])
def test_each_fault_is_found_by_both_and_named_by_its_place(path: str, value: object) -> None:
    document = _with(path, value)
    findings = schema.check_record(document)
    assert findings
    assert {finding.code for finding in findings} == {"record-invalid"}
    assert {finding.severity for finding in findings} == {Severity.ERROR}
    assert all(finding.where.startswith(path) for finding in findings)
    assert not conformance._thorough(schema.RECORD_SCHEMA).is_valid(document)
    assert not conformance._fast(schema.RECORD_SCHEMA).is_valid(document)


def _objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
    for step, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            yield from _objects(each, f"{path}/{step}")


def test_every_required_property_is_missed() -> None:
    for path, below in list(_objects(RECORD)):
        for name in below:
            document: Any = deepcopy(RECORD)
            place = document
            for step in path.split("/")[1:]:
                place = place[int(step) if step.isdigit() else step]
            del place[name]
            findings = schema.check_record(document)
            assert [finding.where for finding in findings] == [path], (path, name)
            assert repr(name) in findings[0].message


def test_all_faults_are_reported_sorted_by_place() -> None:
    findings = schema.check_record(_with("/identifier", 5) | {"captions": [1, ""], "zone": "Z"})
    assert [finding.where for finding in findings] == ["/captions/0", "/captions/1", "/identifier", "/zone"]


@pytest.mark.parametrize("version", ["1.0.1", "2.0.0", "0.9.0", "", "1.0.0 ", "x" * 5000])
def test_a_record_of_an_unknown_version_is_held_against_none(version: str) -> None:
    (finding,) = schema.check_record(_with("/schema_version", version) | {"captions": 5})
    assert (finding.code, finding.where, finding.severity) == (
        "record-version-unknown",
        "/schema_version",
        Severity.ERROR,
    )
    assert finding.message.endswith("known here are 1.0.0")
    assert len(finding.message) < 200


def test_a_record_is_held_against_the_version_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a minor version will be: one more file, with a property more.
    newer = json.dumps(SCHEMA).replace("1.0.0", "1.1.0")
    changed = json.loads(newer)
    changed["properties"]["colour"] = {"type": "string"}
    for name in contract.contract_names():
        if name.endswith(".schema.json"):
            (tmp_path / name).write_bytes(contract.contract_bytes(name))
    (tmp_path / "cable-record-1.1.0.schema.json").write_text(json.dumps(changed), encoding="utf-8")
    caches = (contract.contracts, contract.json_schema, schema.schema_files, conformance._fast, conformance._thorough)
    with monkeypatch.context() as patched:
        patched.setattr(contract, "_place", lambda: tmp_path)
        for cached in caches:
            cached.cache_clear()
        assert list(schema.schema_files()) == ["1.1.0", "1.0.0"]
        assert schema.check_record(RECORD | {"schema_version": "1.1.0", "colour": "red"}) == ()
        assert schema.check_record(RECORD) == ()
        assert [each.where for each in schema.check_record(RECORD | {"colour": "red"})] == ["/colour"]
        assert [each.where for each in schema.check_record(RECORD | {"schema_version": "1.1.0", "colour": 5})] == [
            "/colour"
        ]
    for cached in caches:
        cached.cache_clear()


def test_a_long_value_does_not_swell_the_message() -> None:
    (finding,) = schema.check_record(_with("/body/text", ["x" * 100_000]))
    assert len(finding.message) < 400
    assert finding.message.endswith("is not of type 'string'")


@pytest.mark.parametrize("value", [object(), {1: "x"}, b"bytes"], ids=["object", "number as key", "bytes"])
def test_what_json_cannot_say_is_a_finding_and_no_crash(value: object) -> None:
    assert {finding.code for finding in schema.check_record(_with("/subject", value))} == {"record-invalid"}


ODD = st.one_of(
    st.sampled_from(
        [None, True, False, 0, -1, 1.0, 1.5, 2**53, "", "x", "\n", "2011-02-30", "2011-10-04", "0000-01-01"]
    ),
    st.sampled_from([[], {}, [0, 1], [1, 0, 2], [1.0, 2.0], ["x"], [None], {"text": "x"}, "http://a/", "http://a b/"]),
    st.sampled_from(["http://a/?", "http://a/#x#y", "http://-/", "http://a./?#", "٢", "1969-07-20\n", "a" * 64]),
    st.text(max_size=8),
    st.from_regex(r"https?://[A-Za-z0-9.-]{1,5}/[A-Za-z0-9._~/?=&#-]{0,6}"),
    st.from_regex(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"),
)


@examples(400)
@given(st.data())
def test_both_agree_on_records_that_were_changed_at_random(data: st.DataObject) -> None:
    document: Any = deepcopy(FULL)
    for _ in range(data.draw(st.integers(1, 2))):
        place: Any = document
        while True:
            key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
            below = place[key]
            if not isinstance(below, dict | list) or not below or data.draw(st.integers(0, 3)) == 0:
                break
            place = below
        if isinstance(place, dict) and data.draw(st.integers(0, 4)) == 0:
            del place[key]
            if not document:
                break
        else:
            place[key] = deepcopy(data.draw(ODD))  # the samples are shared, and may be changed next
    assert conformance._fast(schema.RECORD_SCHEMA).is_valid(document) == conformance._thorough(
        schema.RECORD_SCHEMA
    ).is_valid(document)


def _full() -> dict[str, Any]:
    """Return a record that has every property, made of the examples of the schema."""
    whole = SCHEMA
    return {name: each["examples"][0] for name, each in whole["properties"].items()}


FULL = _full()


def test_the_record_made_of_all_examples_is_valid() -> None:
    assert schema.check_record(FULL) == ()
    assert FULL.keys() == SCHEMA["properties"].keys()


def test_a_format_that_nobody_checks_is_a_loud_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Draft202012Validator, "FORMAT_CHECKER", FormatChecker(formats=["date"]))
    conformance._thorough.cache_clear()
    try:
        with pytest.raises(PreserveError, match="the format uri"):
            schema.check_record({})
    finally:
        conformance._thorough.cache_clear()


def test_the_formats_are_seen_by_both_validators() -> None:
    # jsonschema-rs and jsonschema pass over formats unless they are asked.
    assert set(conformance._formats(SCHEMA)) == {"date", "uri"}
    for path, value in [("/provenance/release", {"text": "x", "date": "2011-02-30"})]:
        assert not conformance._fast(schema.RECORD_SCHEMA).is_valid(_with(path, value))
        assert not conformance._thorough(schema.RECORD_SCHEMA).is_valid(_with(path, value))


def test_when_only_the_fast_validator_refuses_its_own_words_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "_thorough", lambda _: Draft202012Validator({}))
    (finding,) = schema.check_record(_with("/identifier", 5))
    assert finding.where == "/identifier"
    assert "string" in finding.message
