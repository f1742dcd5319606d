"""Validity of a record against the contract, ``schemas/cable-record-1.0.0.schema.json``.

Scope: JSON Schema (draft 2020-12), formats included, never over a network. Not in scope: what makes a record true
(partitions, targets of marks); the grammar answers for that.

Two validators, one verdict: ``jsonschema-rs`` decides in microseconds, and only for a record that it refuses does
``jsonschema`` find the words. A test holds that the two agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from preserve.contract import contract_bytes
from preserve.errors import PreserveError
from preserve.findings import Finding, found

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["SCHEMA_FILE", "check", "record_schema"]

SCHEMA_FILE = "cable-record-1.0.0.schema.json"
"""The name of the contract file, and of its copy where schemas are kept beside records."""

_INSTANCES = frozenset({"const", "default", "enum", "examples"})
"""Keywords whose values are data, not schemas (JSON Schema Validation 6.1, 9)."""


@lru_cache(maxsize=1)
def record_schema() -> dict[str, Any]:
    """Return the parsed schema; do not change it."""
    schema: dict[str, Any] = json.loads(contract_bytes(SCHEMA_FILE))
    return schema


def check(record: Mapping[str, object]) -> tuple[Finding, ...]:
    """Check a record, as ``cable.codec.to_json`` gives it or as it was read from a file.

    Args:
        record: What JSON can say: dicts, lists, strings, numbers, booleans, ``None``.

    Returns:
        A finding ``record-invalid`` for each fault, ``where`` being the JSON Pointer of the value, sorted; nothing
        for a valid record.

    Raises:
        PreserveError: A format that the schema uses has no checker in this installation.
    """
    document = dict(record)
    try:
        if _fast().is_valid(document):
            return ()
        second = [(error.instance_path, error.message) for error in _fast().iter_errors(document)]
    except ValueError as error:  # half of a surrogate pair, or a value that JSON does not know
        second = [([], str(error))]
    first = [(error.absolute_path, error.message) for error in _leaves(_thorough().iter_errors(document))]
    return tuple(sorted({found("record-invalid", _pointer(path), _short(says)) for path, says in first or second}))


@lru_cache(maxsize=1)
def _fast() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(record_schema(), validate_formats=True)


@lru_cache(maxsize=1)
def _thorough() -> Draft202012Validator:
    # Imported here because its format checkers build a grammar of IRIs as they are imported, which takes a second:
    # the price of a start of the program, were it paid there (measured: 1.1 s of 1.2 s).
    from jsonschema import Draft202012Validator
    from referencing import Registry

    checker = Draft202012Validator.FORMAT_CHECKER
    if without := sorted(set(_formats(record_schema())) - checker.checkers.keys()):
        raise PreserveError(
            f"nothing here checks the format {', '.join(without)} of the record schema",
            hint="Install jsonschema with its extra: jsonschema[format-nongpl].",
        )
    # An empty registry, and no way to retrieve: a reference out of the schema fails, it is never fetched.
    return Draft202012Validator(record_schema(), registry=Registry(), format_checker=checker)


def _formats(schema: object) -> Iterator[str]:
    """Yield each format that a schema uses."""
    if isinstance(schema, list):
        for each in schema:
            yield from _formats(each)
    elif isinstance(schema, dict):
        for keyword, value in schema.items():
            if keyword == "format" and isinstance(value, str):
                yield value
            elif keyword not in _INSTANCES:
                yield from _formats(value)


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Yield the errors that say something: of a combination (``anyOf`` and its kin) those of its branches."""
    for error in errors:
        if error.context:
            yield from _leaves(error.context)
        else:
            yield error


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _short(says: str) -> str:
    """Cut the middle out of a message that quotes a long value: what is wrong stands at its end."""
    return says if len(says) <= 300 else f"{says[:100]} ... {says[-180:]}"
