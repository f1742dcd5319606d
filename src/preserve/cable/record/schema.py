"""Validity of a record against the contract, ``schemas/cable-record-<version>.schema.json``.

A record is held against the version that it names, whatever version this program writes: old versions stay. What makes
a record true besides (segments that partition the text, marks that point to fields) is no matter of the schema.

There is one major version. A step from an older one to a newer one would stand beside this module, one function a major
version, from JSON to JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from reprlib import repr as shortened

from preserve.cable.record.record import SCHEMA_VERSION
from preserve.contracts import contracts, violations
from preserve.findings import Finding

__all__ = ["RECORD_SCHEMA", "check_record", "schema_files"]

RECORD_SCHEMA = f"cable-record-{SCHEMA_VERSION}.schema.json"
"""The name of the contract file that our records meet, and of its copy where schemas are kept beside records."""


@lru_cache(maxsize=1)
def schema_files() -> Mapping[str, str]:
    """Return the contract file of each version of the record, newest first."""
    return {each.version: each.files["json"] for each in contracts() if each.name == "record"}


def check_record(record: Mapping[str, object]) -> tuple[Finding, ...]:
    """Check a record, as ``record_to_json`` gives it or as it was read from a file.

    Args:
        record: What JSON can say: dicts, lists, strings, numbers, booleans, ``None``.

    Returns:
        One finding ``record-invalid`` for each fault, in order of ``where``, the JSON Pointer (RFC 6901) of the value;
        only ``record-version-unknown`` when the version is not known here; nothing for a valid record.

    Raises:
        PreserveError: A format that the schema uses has no checker in this installation.
    """
    # A record that names no version is held against ours, which says that it lacks one.
    version = record.get("schema_version", SCHEMA_VERSION)
    if not isinstance(version, str):
        version = SCHEMA_VERSION
    file = schema_files().get(version)
    if file is None:
        says = f"version {shortened(version)}; known here are {', '.join(schema_files())}"
        return (Finding.of("record-version-unknown", "/schema_version", says),)
    return tuple(Finding.of("record-invalid", fault.where, fault.says) for fault in violations(file, dict(record)))
