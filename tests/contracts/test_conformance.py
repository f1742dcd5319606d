"""JSON against the schemas of the contract: two validators of one mind, the words, and no way to a network."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preserve.contracts import conformance, contract
from preserve.contracts.conformance import MOST_VIOLATIONS, Violation, json_pointer, violations
from preserve.contracts.contract import contract_names, json_schema

SCHEMAS = [name for name in contract_names() if name.endswith(".schema.json")]
EVENT = "event-1.1.0.schema.json"
OUTCOME = "outcome-1.0.0.schema.json"


def examples(file: str) -> list[Any]:
    """Documents that a schema gives as examples of itself, or of its branches."""
    schema: Any = json_schema(file)
    if "examples" in schema:
        return list(schema["examples"])
    names = [branch["$ref"].removeprefix("#/$defs/") for branch in schema["oneOf"]]
    return [example for name in names for example in schema["$defs"][name]["examples"]]


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of schemas in place of ours."""
    monkeypatch.setattr(contract, "_place", lambda: tmp_path)
    for cached in (contract.json_schema, conformance._fast, conformance._thorough):
        cached.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    for cached in (contract.json_schema, conformance._fast, conformance._thorough):
        cached.cache_clear()


def _written(folder: Path, name: str, **schema: object) -> None:
    base = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://preserve-cables.example/schemas/{name}/1.0.0/schema.json",
    }
    (folder / f"{name}-1.0.0.schema.json").write_text(json.dumps(base | schema), encoding="utf-8")


@pytest.mark.parametrize("file", [EVENT, OUTCOME])
def test_what_meets_a_schema_has_no_faults(file: str) -> None:
    assert examples(file)
    for example in examples(file):
        assert violations(file, example) == ()


@pytest.mark.parametrize("file", SCHEMAS)
def test_every_reference_is_resolved_without_a_network(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    for cached in (conformance._fast, conformance._thorough):
        cached.cache_clear()
    schema: Any = json_schema(file)
    for name in schema["$defs"]:
        resolved = conformance._thorough(file)._resolver.lookup(f"{schema['$id']}#/$defs/{name}")  # type: ignore[attr-defined]
        assert resolved.contents == schema["$defs"][name]
    assert not conformance._fast(file).is_valid({"nothing": "of ours"})


def test_a_reference_from_one_schema_to_another_is_found_among_ours(schemas: Path) -> None:
    _written(
        schemas,
        "one",
        type="object",
        properties={"a": {"$ref": "https://preserve-cables.example/schemas/two/1.0.0/schema.json"}},
    )
    _written(schemas, "two", type="string")
    assert violations("one-1.0.0.schema.json", {"a": "x"}) == ()
    assert violations("one-1.0.0.schema.json", {"a": 5}) == (Violation("/a", "5 is not of type 'string'"),)


def test_a_reference_out_of_ours_is_never_fetched(schemas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def noted(*where: object, **_: object) -> list[object]:
        asked.append(where)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    _written(schemas, "one", properties={"a": {"$ref": "http://127.0.0.1:9/other.json"}})
    with pytest.raises(Exception, match=r"127\.0\.0\.1:9/other"):
        violations("one-1.0.0.schema.json", {"a": 5})
    with pytest.raises(Exception, match=r"127\.0\.0\.1:9/other"):
        conformance._thorough("one-1.0.0.schema.json").is_valid({"a": 5})
    assert asked == []


def test_of_several_branches_the_nearest_is_told() -> None:
    line = {"counts": {"stored": 5, "failed": -1}}
    assert [fault.where for fault in violations(OUTCOME, line)] == ["/counts/failed"]
    near = examples(OUTCOME)[0] | {"reader": 5}
    assert [fault.where for fault in violations(OUTCOME, near)] == ["/reader"]


def test_a_property_that_must_not_be_there_is_told_at_its_place_with_what_was_meant() -> None:
    event = examples(EVENT)[0]
    told = violations(EVENT, event | {"detial": "x", "/~": 1, "x" * 500: 1})
    assert [fault.where for fault in told if "no property" in fault.says] == ["/detial", "/" + "x" * 500, "/~1~0"]
    assert "did you mean 'detail'?" in told[0].says
    assert all(len(fault.says) < 400 for fault in told)


def test_faults_are_bounded() -> None:
    event = examples(EVENT)[0]
    assert len(violations(EVENT, event | {f"x{number}": 1 for number in range(5000)})) == MOST_VIOLATIONS


def test_what_json_does_not_know_is_a_fault() -> None:
    assert violations(EVENT, {1: 2})
    assert violations(EVENT, object())


def test_a_pointer_escapes_its_steps() -> None:
    assert json_pointer(["a/b", "~c", 0]) == "/a~1b/~0c/0"
