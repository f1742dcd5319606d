"""Validity of a record against the contract, ``schemas/cable-record-<version>.schema.json``.

Scope: which version of the schema a record is held against, and its faults as findings. Not in scope: what makes a
record true (partitions, targets of marks), and how JSON Schema works (``conformance``).

A record is held against the version that it names, whatever version this program writes: old versions stay. A record
of an older major version is valid as what it is; a step that makes a newer one of it would stand beside this module,
one function a major version, from JSON to JSON. There is none, as there is one major version.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from reprlib import repr as shortened
from typing import Any

from preserve.cable.record.record import SCHEMA_VERSION
from preserve.contracts import contracts, json_schema, violations
from preserve.findings import Finding

__all__ = ["RECORD_SCHEMA", "check_record", "record_schema", "schema_files"]

RECORD_SCHEMA = f"cable-record-{SCHEMA_VERSION}.schema.json"
"""The name of the contract file that our records meet, and of its copy where schemas are kept beside records."""


def record_schema() -> dict[str, Any]:
    """Return the parsed schema of the version that we write; do not change it."""
    return json_schema(RECORD_SCHEMA)


@lru_cache(maxsize=1)
def schema_files() -> Mapping[str, str]:
    """Return the contract file of each version of the record, newest first."""
    return {each.version: each.files["json"] for each in contracts() if each.name == "record"}


def check_record(record: Mapping[str, object]) -> tuple[Finding, ...]:
    """Check a record, as ``cable.codec.to_json`` gives it or as it was read from a file.

    Args:
        record: What JSON can say: dicts, lists, strings, numbers, booleans, ``None``.

    Returns:
        A finding ``record-invalid`` for each fault, ``where`` being the JSON Pointer of the value, sorted; only
        ``record-version-unknown`` for a record of a version that is not known here; nothing for a valid record.

    Raises:
        PreserveError: A format that the schema uses has no checker in this installation.
    """
    version = record.get("schema_version", SCHEMA_VERSION)  # one that names none lacks it, which is a fault
    if not isinstance(version, str):
        version = SCHEMA_VERSION
    file = schema_files().get(version)
    if file is None:
        says = f"version {shortened(version)}; known here are {', '.join(schema_files())}"
        return (Finding.of("record-version-unknown", "/schema_version", says),)
    return tuple(Finding.of("record-invalid", fault.where, fault.says) for fault in violations(file, dict(record)))
