"""Documents of every kind, made by the rooms that make them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.archive.making import AT, SOFTWARE
from tests.provenance.examples import crate_example, example
from tests.tei.cables import encoded, full

from preserve.archive.events import GENESIS, LogEvent, encode
from preserve.cable import codec
from preserve.contract import contract_bytes, json_schema
from preserve.digests import sha256
from preserve.provenance import premis, ro_crate
from preserve.settings import template
from preserve.validation.model import Kind


def record() -> bytes:
    """A record as a hand would lay it out to edit it."""
    return json.dumps(codec.to_json(full()), indent=2, ensure_ascii=False).encode()


def event_log(lines: int = 3) -> bytes:
    previous, log = GENESIS, b""
    for number in range(1, lines + 1):
        data = {"depth": "full", "present": True, "files": 1, "bytes": number}
        event = LogEvent(type="fixity check", at=AT, detail="All well.", bag="07STRELSAU1", version=1, data=data)
        line = encode(event, seq=number, previous=previous, software=SOFTWARE)
        previous = sha256(line.removesuffix(b"\n"))
        log += line
    return log


def outcomes() -> bytes:
    schema: Any = json_schema("outcome-1.0.0.schema.json")
    lines = [branch["$ref"].removeprefix("#/$defs/") for branch in schema["oneOf"]]
    examples = [each for line in lines for each in schema["$defs"][line]["examples"]]
    return b"".join(json.dumps(each).encode() + b"\n" for each in examples)


MADE: Mapping[Kind, Callable[[], bytes]] = {
    Kind.RECORD: record,
    Kind.TEI: lambda: encoded(full()),
    Kind.PREMIS: lambda: premis.encode(example()),
    Kind.PROFILE: lambda: contract_bytes("bagit-profile-1.0.json"),
    Kind.CRATE: lambda: ro_crate.encode(crate_example()),
    Kind.EVENT: event_log,
    Kind.OUTCOME: outcomes,
    Kind.SETTINGS: lambda: template().encode(),
}
"""A valid document of each kind."""
