"""Whatever comes in: a result whose findings have true places, or an error of ours."""

from __future__ import annotations

import io
import json
import random

import pytest
from hypothesis import given, strategies as st
from tests.selection import examples
from tests.validation.making import MADE

from preserve.contracts.contract import json_schema
from preserve.errors import RecordError, SourceError
from preserve.report import documents as report
from preserve.validation.files import validate_file
from preserve.validation.model import DocumentKind

DATA = {kind: make() for kind, make in MADE.items()}
TOKENS = [
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"null",
        b"NaN",
        b"1e999",
        b"-",
        b"9" * 5000,
    ),
    *(
        b"<",
        b">",
        b"&",
        b"&amp;",
        b"&x;",
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"<?x ?>",
        b"<!DOCTYPE a>",
        b"xmlns=''",
        b"/>",
    ),
    *(b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"#", b"=", b"[[", b"'''", b"[access]\n", b""),
    *(b'"schema_version": "9.9.9",', b'"identifier": 5,', b'"@graph": 5', b'"BagIt-Profile-Info": 5,', b"true", b"0.0"),
]


def assert_told(data: bytes, kind: DocumentKind | None) -> None:
    try:
        result = validate_file(None, kind, stdin=io.BytesIO(data))
    except (SourceError, RecordError):
        return
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for each in result.findings:
        assert each.finding.message
        assert each.place is None or (1 <= each.place.line <= lines and each.place.column >= 1)
    json.dumps(report.validate_line(result), allow_nan=False)
    assert report.validate_text(result)


def damaged(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(data) + 1), chance.choice((0, 0, 1, 1, 5, 60, 5000))
        what = chance.choice(("token", "token", "copy", "flip", "cut"))
        if what == "cut" and chance.random() < 0.2:
            data = data[:at]
        elif what == "copy":
            start = chance.randrange(len(data) + 1)
            data = data[:at] + data[start : start + chance.choice((1, 20, 400))] + data[at:]
        elif what == "flip" and at < len(data):
            data = data[:at] + bytes([data[at] ^ chance.randint(1, 255)]) + data[at + 1 :]
        else:
            data = data[:at] + chance.choice(TOKENS) + data[at + length :]
    return data


@pytest.mark.parametrize("kind", DocumentKind)
@examples(60)
@given(seed=st.integers(0, 1 << 32), asked=st.booleans())
def test_a_damaged_document_is_told(kind: DocumentKind, seed: int, asked: bool) -> None:
    assert_told(damaged(DATA[kind], random.Random(seed)), kind if asked else None)


@pytest.mark.parametrize("kind", [None, *DocumentKind])
@examples(25)
@given(parts=st.lists(st.sampled_from(TOKENS) | st.binary(max_size=6), max_size=12))
def test_anything_at_all_is_told(kind: DocumentKind | None, parts: list[bytes]) -> None:
    assert_told(b"".join(parts), kind)


JSON = st.recursive(
    st.sampled_from([None, True, False, 0, -1, 1.5, "", "x", "\ud800", "1.0.0", 10**400, "/tags/0"])
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted(
    {name for file in ("cable-record", "event") for name in json_schema(f"{file}-1.0.0.schema.json")["properties"]}  # type: ignore[attr-defined]
    | {
        "@graph",
        "@context",
        "@id",
        "@type",
        "BagIt-Profile-Info",
        "BagIt-Profile-Identifier",
        "Accept-BagIt-Version",
        "Bag-Info",
    }
    | {"bag", "verdict", "counts", "findings", "outcome", "text", "sha256", "segments", "marks"}
)


@pytest.mark.parametrize(
    "kind", [None, *(kind for kind in DocumentKind if kind not in {DocumentKind.TEI, DocumentKind.PREMIS})]
)
@examples(40)
@given(
    value=st.dictionaries(
        st.sampled_from(NAMES), JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4), max_size=8
    )
)
def test_objects_of_our_names_and_other_values_are_told(kind: DocumentKind | None, value: dict[str, object]) -> None:
    assert_told(json.dumps(value).encode(), kind)


@examples(150)
@given(data=st.data())
def test_a_record_with_other_values_is_told(data: st.DataObject) -> None:
    document = json.loads(DATA[DocumentKind.RECORD])
    for _ in range(data.draw(st.integers(1, 3))):
        place = document
        while True:
            key = data.draw(
                st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1)
            )
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
                break
            place = inner
        place[key] = data.draw(JSON)
    assert_told(json.dumps(document, indent=1).encode(), None)
