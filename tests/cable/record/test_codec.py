"""The codec: nothing lost, one form only, every fault named by its place."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.selection import examples
from tests.strategies import cables

from preserve.cable.record import (
    Basis,
    Body,
    Cable,
    CaptureSource,
    Completeness,
    Created,
    PageCapture,
    Provenance,
    Redaction,
    Rights,
    Row,
    Segment,
    SegmentKind,
    Span,
    Tag,
)
from preserve.cable.record.codec import GREATEST_INTEGER, decode_record, encode_record, record_to_json
from preserve.digests import sha256
from preserve.errors import RecordError
from preserve.findings import Finding, Severity

TEXT = "C O N F I D E N T I A L STRELSAU 004281"
CABLE = Cable(
    identifier="05STRELSAU4281",
    created=Created(text="2005-12-02 09:08:00", value="2005-12-02T09:08:00"),
    tags=(Tag(value="PGOV", kind="subject", basis=Basis.STATED),),
    redaction=Redaction(status="redacted", spans=(Span(3, 7),)),
    completeness=Completeness(status="unknown"),
    body=Body(
        text=TEXT,
        sha256=sha256(TEXT.encode()),
        line_breaks="flattened",
        segments=(Segment(kind=SegmentKind.BANNER, start=0, end=39),),
    ),
    provenance=Provenance(
        page=PageCapture(format="cablebrowser", rendering="flattened", table=(Row(label="Tags:", value=""),)),
        source=CaptureSource(name="a.txt", size=12, sha256="0" * 64, media_type="text/plain", encoding="utf-8"),
    ),
    rights=Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/"),
    findings=(Finding("stray-caption", "/body", "SIPDIS", Severity.NOTE),),
)


# --- the form ---


def test_the_form_of_a_record_is_this_one() -> None:
    digest = sha256(TEXT.encode())
    assert encode_record(CABLE).decode() == (
        '{"attention":[],"body":{"line_breaks":"flattened","marks":[],"paragraphs":[],"sections":[],'
        '"segments":[{"end":39,"kind":"banner","start":0}],'
        f'"sha256":"{digest}","text":"{TEXT}"}},"captions":[],"completeness":{{"missing":[],"status":"unknown"}},'
        '"created":{"reliability":"stated","text":"2005-12-02 09:08:00","value":"2005-12-02T09:08:00",'
        '"zone":"unknown"},"findings":[{"code":"stray-caption","message":"SIPDIS","severity":"note",'
        '"where":"/body"}],"identifier":"05STRELSAU4281","provenance":{"page":{"articles":[],"format":"cablebrowser",'
        '"rendering":"flattened","table":[{"label":"Tags:","value":""}]},"source":{"encoding":"utf-8",'
        f'"media_type":"text/plain","name":"a.txt","sha256":"{"0" * 64}","size":12}}}},'
        '"redaction":{"spans":[[3,7]],"status":"redacted"},"references":[],'
        '"rights":{"access":"restricted","copyright":"http://rightsstatements.org/vocab/NoC-US/1.0/"},'
        '"schema_version":"1.0.0","signed_by":[],"tags":[{"basis":"stated","kind":"subject","value":"PGOV"}]}'
    )


def test_the_strings_of_rfc_8785_come_out_as_it_says() -> None:
    # RFC 8785 3.2.2, the example of a string.
    subject = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert '"subject":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/",'.encode() in encode_record(replace(CABLE, subject=subject))


def test_values_are_plain_strings_not_members_of_enumerations() -> None:
    assert type(record_to_json(CABLE)["tags"][0]["basis"]) is str
    assert type(record_to_json(CABLE)["findings"][0]["severity"]) is str


def _canonical(value: object) -> str:
    """Write JSON as RFC 8785 says, without the standard library: the second opinion on ``encode``."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))  # 3.2.3: by UTF-16 code units
        return "{" + ",".join(f"{_canonical(name)}:{_canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, str):
        short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
        escaped = (short.get(each) or (f"\\u{ord(each):04x}" if each < " " else each) for each in value)
        return '"' + "".join(escaped) + '"'
    assert type(value) is int
    assert 0 <= value <= GREATEST_INTEGER
    return str(value)


def _nulls(value: object) -> int:
    if isinstance(value, dict | list):
        return sum(_nulls(each) for each in (value.values() if isinstance(value, dict) else value))
    return value is None


@examples(60)
@given(cables())
def test_every_record_comes_back_equal_from_canonical_bytes(cable: Cable) -> None:
    data = encode_record(cable)
    assert decode_record(data) == cable
    assert encode_record(decode_record(data)) == data
    assert data.decode() == _canonical(json.loads(data))
    assert json.loads(data) == record_to_json(cable)
    assert _nulls(record_to_json(cable)) == 0


def test_white_space_and_the_order_of_keys_are_free_to_the_reader() -> None:
    shuffled = dict(reversed(json.loads(encode_record(CABLE)).items()))
    assert decode_record(json.dumps(shuffled, indent=4).encode()) == CABLE


# --- faults on the way out ---


@pytest.mark.parametrize(
    ("cable", "where"),
    [
        (replace(CABLE, subject="\ud800"), "/subject"),
        (replace(CABLE, captions=("SIPDIS", "\udfff")), "/captions/1"),
        (replace(CABLE, provenance=replace(CABLE.provenance, source=replace(CABLE.provenance.source, name="\udce9"))),
         "/provenance/source/name"),
    ],
    ids=["subject", "caption", "undecodable file name"],
)  # fmt: skip
def test_half_of_a_surrogate_pair_is_refused_with_its_place(cable: Cable, where: str) -> None:
    with pytest.raises(RecordError, match=f"{where} holds half of a surrogate pair"):
        encode_record(cable)


# --- faults on the way in ---


def _changed(path: str, value: object) -> bytes:
    """Return CABLE's JSON with one value set."""
    document: Any = record_to_json(CABLE)
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/")[1:])
    place = document
    for step in steps:
        place = place[step]
    place[last] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("/schema_version", "2.0.0", "/schema_version is '2.0.0', which this version"),
        ("/schema_version", None, "/schema_version is None"),
        ("/identifier", 5, "/identifier is no string"),
        ("/identifier", None, "/identifier is no string"),
        ("/subject", None, "/subject is no string"),
        ("/classified", "x", "/classified is no property of it"),
        ("/body/segments/0/colour", "red", "/body/segments/0/colour is no property of it"),
        ("/a~b\\", "x", "/a~0b"),
        ("/tags", {}, "/tags is no array"),
        ("/tags/0", "PGOV", "/tags/0 is no object"),
        ("/tags/0/kind", "colour", "/tags/0/kind is 'colour', not one of subject, program,"),
        ("/tags/0/kind", [], "/tags/0/kind is \\[\\], not one of"),
        ("/tags/0/basis", "guessed", "/tags/0/basis is 'guessed', not one of stated, table,"),
        ("/provenance/source/size", 1.0, "/provenance/source/size is no integer"),
        ("/provenance/source/size", True, "/provenance/source/size is no integer"),
        ("/provenance/source/size", -1, "/provenance/source/size is no integer from 0 to 9007199254740991"),
        ("/provenance/source/size", 2**53, "/provenance/source/size is no integer from 0 to 9007199254740991"),
        ("/redaction/spans/0", [1], "/redaction/spans/0 is no \\[start, end\\]"),
        ("/redaction/spans/0", [1, 2, 3], "/redaction/spans/0 is no \\[start, end\\]"),
        ("/redaction/spans/0", [1, "2"], "/redaction/spans/0 is no integer"),
        ("/body", {}, "/body lacks 'line_breaks', 'marks', 'paragraphs', 'sections', 'segments', 'sha256', 'text'"),
        ("/subject", "\ud800", "/subject holds half of a surrogate pair"),
    ],
)
def test_what_is_not_of_the_shape_is_refused_with_its_place(path: str, value: object, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        decode_record(_changed(path, value))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON in UTF-8"),
        (b"\xff", "not JSON in UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON in UTF-8"),
        ("{}".encode("utf-16"), "not JSON in UTF-8"),
        (b"[]", "the whole is no object"),
        (b"null", "the whole is no object"),
        (b"{}", "the whole lacks 'schema_version'"),
        (b'{"schema_version":"1.0.0"}', "the whole lacks 'attention', 'body', 'captions'"),
        (b'{"schema_version":"1.0.0","schema_version":"1.0.0"}', "names 'schema_version' twice"),
        (b'{"schema_version":NaN}', "NaN is no number of JSON"),
        (b'{"schema_version":-Infinity}', "-Infinity is no number of JSON"),
        (b'{"schema_version":' + b"9" * 5000 + b"}", "not JSON in UTF-8"),
        (b"[" * 200_000, "nested too deep"),
        (b'{"a":' * 200_000, "nested too deep"),
    ],
    ids=repr,
)
def test_what_is_no_record_at_all_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(RecordError, match=re.escape(says)):
        decode_record(data)


@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_no_bytes_raise_anything_but_a_record_error(data: bytes) -> None:
    with pytest.raises(RecordError):
        decode_record(data)


ODD = st.sampled_from([None, True, 0, -1, 1.5, 2**53, "", "x", "stated", "1.0.0", [], [0, 1], ["x"], {}, {"text": "x"}])


@examples(300)
@given(st.data())
def test_a_changed_record_is_refused_or_comes_back_as_changed(data: st.DataObject) -> None:
    document: Any = record_to_json(CABLE)
    place: Any = document
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(ODD)
    try:
        cable = decode_record(json.dumps(document).encode())
    except RecordError:
        return
    assert record_to_json(cable) == document
