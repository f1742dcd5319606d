"""The dataclasses of the record and the properties of its schema are one thing, written twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from enum import EnumType, StrEnum
from types import NoneType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import pytest

from preserve.cable.record import SCHEMA_VERSION, Body, Cable, Redaction, Segment, SegmentKind, Span, record
from preserve.cable.record.schema import RECORD_SCHEMA
from preserve.contracts import json_schema

Schema = dict[str, Any]
SCHEMA: Any = json_schema(RECORD_SCHEMA)


def _resolved(schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def _without_none(kind: Any) -> Any:
    inner = [each for each in get_args(kind) if each is not NoneType]
    return inner[0] if NoneType in get_args(kind) and len(inner) == 1 else kind


def _item(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is tuple else kind


def _pairs(kind: Any, schema: Schema) -> Iterator[tuple[Any, Schema]]:
    """Yield each dataclass below a type, with the part of the schema that stands for it."""
    yield kind, schema
    for name, hint in get_type_hints(kind).items():
        inner, below = _without_none(hint), _resolved(schema["properties"][name])
        if get_origin(inner) is tuple:
            inner, below = _item(inner), _resolved(below["items"])
        if dataclasses.is_dataclass(inner) and inner is not Span:
            yield from _pairs(inner, below)


PAIRS = list(_pairs(Cable, SCHEMA))


@pytest.mark.parametrize(("kind", "schema"), PAIRS, ids=lambda value: getattr(value, "__name__", ""))
def test_fields_are_the_properties_and_what_can_be_none_is_optional(kind: Any, schema: Schema) -> None:
    version = {"schema_version"} if kind is Cable else set()
    hints = get_type_hints(kind)
    assert schema["properties"].keys() == hints.keys() | version
    assert set(schema["required"]) == {name for name, hint in hints.items() if NoneType not in get_args(hint)} | version
    assert schema["additionalProperties"] is False


def _expected(kind: Any) -> Schema:
    """Return what the schema must say of a type that is no dataclass of the record."""
    if kind is Span:
        return {"type": "array", "minItems": 2, "items": False}
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": [str(word) for word in get_args(kind)]}
    if isinstance(kind, EnumType):
        return {"type": "string", "enum": [str(member) for member in cast("type[StrEnum]", kind)]}
    return {"type": {str: "string", int: "integer"}.get(kind, "object")}


@pytest.mark.parametrize(("kind", "schema"), PAIRS, ids=lambda value: getattr(value, "__name__", ""))
def test_types_and_closed_lists_are_the_same(kind: Any, schema: Schema) -> None:
    for name, hint in get_type_hints(kind).items():
        inner, below = _without_none(hint), _resolved(schema["properties"][name])
        if get_origin(inner) is tuple:
            assert below["type"] == "array", name
            inner, below = _item(inner), _resolved(below["items"])
        expected = _expected(inner)
        assert {keyword: below.get(keyword) for keyword in expected} == expected, name
        assert ("enum" in below) == ("enum" in expected), name
        if expected["type"] == "integer":
            assert (below["minimum"], below["maximum"]) == (0, 2**53 - 1)


def test_every_dataclass_of_the_module_is_part_of_a_cable() -> None:
    reached = {kind.__name__ for kind, _ in PAIRS} | {"Span"}
    written = {name for name in record.__all__ if dataclasses.is_dataclass(getattr(record, name))}
    assert written == reached - {"Finding"}


def test_the_schema_names_the_version_of_the_module() -> None:
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    assert f"/cable-record/{SCHEMA_VERSION}/" in SCHEMA["$id"]


@pytest.mark.parametrize("kind", [kind for kind, _ in PAIRS], ids=lambda kind: kind.__name__)
def test_values_are_frozen_and_hold_no_other_attributes(kind: Any) -> None:
    parameters = kind.__dataclass_params__
    assert parameters.frozen
    assert parameters.eq
    assert "__slots__" in vars(kind)


def test_a_value_cannot_be_changed() -> None:
    segment = Segment(kind=SegmentKind.SUBJECT, start=0, end=4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        segment.end = 5  # type: ignore[misc]


def test_access_is_restricted_and_zone_unknown_unless_stated() -> None:
    assert record.Rights(copyright="https://example.org/").access == "restricted"
    assert record.Created(text="x", value="2005-12-02T09:08:00").zone == "unknown"


def test_equal_values_are_one_in_a_set() -> None:
    body = {"text": "x", "sha256": "0" * 64, "line_breaks": "kept"}
    assert len({Body(**body), Body(**body)}) == 1  # type: ignore[arg-type]
    assert Redaction(status="unknown") != Redaction(status="redacted")
