"""The contract files: all there, and each JSON Schema valid, described, exemplified and closed to the network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry

from preserve.contracts import contract as module
from preserve.contracts.contract import contract_bytes, contract_names, contracts, find_contract
from preserve.errors import UsageError

SCHEMAS = [name for name in contract_names() if name.endswith(".schema.json")]
FORMATS = Draft202012Validator.FORMAT_CHECKER
Schema = dict[str, Any]


def _schema(name: str) -> Schema:
    schema: Schema = json.loads(contract_bytes(name))
    return schema


def _valid(schema: Schema, root: Schema, value: object) -> list[str]:
    """Return what is wrong with a value to a part of a schema."""
    here = {"$schema": root["$schema"], **schema, "$defs": root["$defs"]}
    validator = Draft202012Validator(here, registry=Registry(), format_checker=FORMATS)
    return [error.message for error in validator.iter_errors(value)]


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield every object of a schema that is not an example."""
    if isinstance(value, dict):
        yield path, value
        for key, below in value.items():
            if key not in {"examples", "enum", "const"}:
                yield from _walk(below, f"{path}/{key}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _walk(below, f"{path}/{index}")


def _described(root: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the whole and each property, at any depth; a condition (``if``) describes none."""
    yield "", root
    for path, each in _walk(root):
        if path.endswith("/properties") and not {"if", "then", "else"} & set(path.split("/")):
            yield from ((f"{path}/{name}", below) for name, below in each.items())


def test_the_files_are_these_and_can_be_read() -> None:
    names = contract_names()
    assert names == tuple(sorted(names))
    assert {"cable-record-1.0.0.schema.json", "outcome-1.0.0.schema.json", "findings.toml"} <= set(names)
    assert "external/premis-v3-0.xsd" in names
    assert all(contract_bytes(name) for name in names)


def test_they_are_the_files_of_the_checkout() -> None:
    checkout = Path(__file__).resolve().parents[2] / "schemas"
    assert {name: contract_bytes(name) for name in contract_names()} == {
        path.relative_to(checkout).as_posix(): path.read_bytes() for path in checkout.rglob("*") if path.is_file()
    }


def test_a_file_that_is_not_there_is_not_made_up() -> None:
    with pytest.raises(FileNotFoundError):
        contract_bytes("cable-record-0.0.0.schema.json")


@pytest.mark.parametrize("name", SCHEMAS)
class TestEverySchema:
    def test_meets_the_metaschema(self, name: str) -> None:
        Draft202012Validator.check_schema(_schema(name), format_checker=FORMATS)

    def test_is_of_one_draft_and_named_as_its_file(self, name: str) -> None:
        kind, version = name.removesuffix(".schema.json").rsplit("-", 1)
        schema = _schema(name)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"] == f"https://preserve-cables.example/schemas/{kind}/{version}/schema.json"

    def test_refers_only_to_its_own_definitions_and_to_all_of_them(self, name: str) -> None:
        schema = _schema(name)
        references = {each["$ref"] for _, each in _walk(schema) if isinstance(each.get("$ref"), str)}
        assert references <= {f"#/$defs/{each}" for each in schema["$defs"]}
        # The line of a verb is referred to by programs, not by the schema itself.
        assert {f"#/$defs/{each}" for each in schema["$defs"]} - references <= {"#/$defs/pack"}

    def test_closes_every_object_that_it_describes(self, name: str) -> None:
        for path, each in _walk(_schema(name)):
            if each.get("type") == "object" and "properties" in each:
                assert each["additionalProperties"] is False, path
                assert set(each.get("required", ())) <= each["properties"].keys(), path

    def test_describes_every_property_and_gives_valid_examples(self, name: str) -> None:
        root = _schema(name)
        for path, each in _described(root):
            assert each.get("title"), path
            assert each.get("description"), path
            assert each.get("examples") or path == "", path
            for example in each.get("examples", []):
                assert _valid(each, root, example) == [], (path, example)


@pytest.mark.parametrize("name", SCHEMAS)
def test_regular_expressions_refuse_a_final_line_break_in_every_dialect(name: str) -> None:
    # In Python $ also matches before a final line feed, in ECMAScript it does not.
    for path, each in _walk(_schema(name)):
        pattern = each.get("pattern")
        if isinstance(pattern, str) and pattern.endswith("$"):
            assert "maxLength" in each or path.endswith("/propertyNames"), path


OUTCOME = _schema("outcome-1.0.0.schema.json")
VERBS = sorted(
    name
    for name in OUTCOME["$defs"]
    if name not in {"bag_field", "cable", "change_kind", "event", "finding", "place", "placed_finding", "sha256"}
)


@pytest.mark.parametrize("verb", VERBS)
def test_whose_line_it_is_shows_from_the_line(verb: str) -> None:
    branches = [branch["$ref"].removeprefix("#/$defs/") for branch in OUTCOME["oneOf"]]
    for example in OUTCOME["$defs"][verb]["examples"]:
        fitting = [name for name in branches if not _valid(OUTCOME["$defs"][name], OUTCOME, example)]
        assert fitting == [{"pack": "ingest"}.get(verb, verb)]


def test_a_record_in_a_line_is_a_record() -> None:
    record = _schema("cable-record-1.0.0.schema.json")
    lines = OUTCOME["$defs"]["inspect"]["examples"]
    records = [line["record"] for line in lines if line["record"] is not None]
    assert records
    assert all(_valid(record, record, each) == [] for each in records)


def test_a_finding_is_the_same_in_both_schemas() -> None:
    ours = _schema("cable-record-1.0.0.schema.json")["$defs"]["finding"]
    theirs = OUTCOME["$defs"]["finding"]
    assert ours["required"] == theirs["required"]
    assert ours["properties"]["severity"] == theirs["properties"]["severity"]
    assert ours["properties"]["code"]["pattern"] == theirs["properties"]["code"]["pattern"]


# --- names and versions ---


def test_every_file_is_of_one_contract_and_says_its_version() -> None:
    listed = [file for each in contracts() for file in each.files.values()]
    assert sorted(listed) == sorted(name for name in contract_names() if not name.endswith("NOTICE.md"))
    ours = [(each.name, each.version) for each in contracts() if "/" not in next(iter(each.files.values()))]
    assert ours == [
        ("record", "1.0.0"),
        ("tei", "1.0"),
        ("bagit-profile", "1.0"),
        ("event", "1.1.0"),
        ("event", "1.0.0"),
        ("outcome", "1.0.0"),
        ("findings", ""),
    ]
    assert find_contract("premis").version == "3.0"
    assert all(each.purpose for each in contracts())
    assert find_contract("tei").files == {"rnc": "cable-tei-1.0.rnc", "rng": "cable-tei-1.0.rng"}


def test_a_profile_states_the_version_that_its_name_has() -> None:
    for each in contracts():
        if each.name == "bagit-profile":
            assert json.loads(contract_bytes(each.files["json"]))["BagIt-Profile-Info"]["Version"] == each.version


def test_versions_lie_side_by_side_the_newest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("1.2.0", "1.10.0", "2.0.0"):
        text = contract_bytes("event-1.0.0.schema.json").decode().replace("/event/1.0.0/", f"/event/{version}/")
        (tmp_path / f"event-{version}.schema.json").write_text(text, encoding="utf-8")
    (tmp_path / "cable-tei-1.0.rng").write_bytes(b"<grammar/>")
    (tmp_path / "cable-tei-1.1.rng").write_bytes(b"<grammar/>")
    (tmp_path / "odd.name.5").write_bytes(b"x")
    with monkeypatch.context() as patched:
        patched.setattr(module, "_place", lambda: tmp_path)
        module.contracts.cache_clear()
        module.json_schema.cache_clear()
        assert [(each.name, each.version) for each in contracts()] == [
            ("tei", "1.1"),
            ("tei", "1.0"),
            ("event", "2.0.0"),
            ("event", "1.10.0"),
            ("event", "1.2.0"),
            ("odd.name.5", ""),
        ]
        assert find_contract("event").version == "2.0.0"
        assert find_contract("event", "1.2.0").files == {"json": "event-1.2.0.schema.json"}
    module.contracts.cache_clear()
    module.json_schema.cache_clear()


@pytest.mark.parametrize(
    ("name", "version", "says", "hint"),
    [
        ("recrod", None, "no schema named 'recrod'", "Did you mean record?"),
        ("Record", None, "no schema named 'Record'", "Did you mean record?"),
        ("zzz", None, "no schema named 'zzz'", "There are record, tei"),
        ("record", "9.0.0", "no version '9.0.0'", "It has 1.0.0."),
        ("findings", "1", "no version '1'", "one without a version"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(name: str, version: str | None, says: str, hint: str) -> None:
    with pytest.raises(UsageError) as told:
        find_contract(name, version)
    assert says in told.value.message
    assert hint in told.value.hint
