"""Documents of every kind, made by the rooms that make them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.archive.making import AT, SOFTWARE
from tests.provenance.examples import crate_example, example
from tests.tei.cables import encoded, full

from preserve.archive.events import GENESIS, LogEvent, encode_event
from preserve.cable.record import codec
from preserve.contracts.contract import contract_bytes, json_schema
from preserve.digests import sha256
from preserve.provenance import premis, ro_crate
from preserve.settings import settings_template
from preserve.validation.model import DocumentKind


def record() -> bytes:
    """A record as a hand would lay it out to edit it."""
    return json.dumps(codec.record_to_json(full()), indent=2, ensure_ascii=False).encode()


def event_log(lines: int = 3) -> bytes:
    previous, log = GENESIS, b""
    for number in range(1, lines + 1):
        data = {"depth": "full", "present": True, "files": 1, "bytes": number}
        event = LogEvent(type="fixity check", at=AT, detail="All well.", bag="07STRELSAU1", version=1, data=data)
        line = encode_event(event, seq=number, previous=previous, software=SOFTWARE)
        previous = sha256(line.removesuffix(b"\n"))
        log += line
    return log


def outcomes() -> bytes:
    schema: Any = json_schema("outcome-1.0.0.schema.json")
    lines = [branch["$ref"].removeprefix("#/$defs/") for branch in schema["oneOf"]]
    examples = [each for line in lines for each in schema["$defs"][line]["examples"]]
    return b"".join(json.dumps(each).encode() + b"\n" for each in examples)


MADE: Mapping[DocumentKind, Callable[[], bytes]] = {
    DocumentKind.RECORD: record,
    DocumentKind.TEI: lambda: encoded(full()),
    DocumentKind.PREMIS: lambda: premis.encode_premis(example()),
    DocumentKind.PROFILE: lambda: contract_bytes("bagit-profile-1.0.json"),
    DocumentKind.CRATE: lambda: ro_crate.encode_crate(crate_example()),
    DocumentKind.EVENT: event_log,
    DocumentKind.OUTCOME: outcomes,
    DocumentKind.SETTINGS: lambda: settings_template().encode(),
}
"""A valid document of each kind."""
