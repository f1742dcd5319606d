"""Pages of the reference that are made from the contract: run it after a change of ``schemas/``.

Scope: the pages in :data:`PAGES`. Not in scope: pages that people write. A test
holds the pages against this.

Usage: python docs/generate.py
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from preserve.contracts.contract import find_contract, json_schema
from preserve.findings import Code, codes

REFERENCE = Path(__file__).parent / "reference"
TESTS = Path(__file__).parents[1] / "tests"

_ROOMS = {
    "source": "Sources: what a reader noticed",
    "cable": "Cables: what the grammar noticed",
    "record": "Records",
    "document": "Documents: what validate noticed of a file",
    "tei": "TEI",
    "premis": "PREMIS",
    "crate": "RO-Crate",
    "description": "Descriptions for others",
    "bag": "Bags",
    "archive": "Archives",
    "deposit": "Deposits",
}

_HEAD = """# Findings

A finding says that something is wrong, or worth knowing, about a thing that could be looked at. An **error** makes the
thing invalid, a **warning** wants a look, a **note** is for the record. The list is closed: every code is here, none is
ever used for another meaning. Generated from [`schemas/findings.toml`](../../schemas/findings.toml).
"""


def findings_page() -> str:
    """Return the page of all findings, a table a room."""
    parts = [_HEAD]
    for room, rows in groupby(codes().values(), key=lambda code: code.room):
        parts.append(f"\n## {_ROOMS[room]}\n\n| code | severity | meaning | rests on |\n|---|---|---|---|\n")
        parts.extend(_row(code) for code in rows)
    return "".join(parts)


def _row(code: Code) -> str:
    meaning, clause = (text.replace("|", "\\|").replace("<", "&lt;") for text in (code.text, code.clause))
    return f"| `{code.name}` | {code.severity} | {meaning} | {clause} |\n"


# --- the record ---

_Schema = Mapping[str, Any]

_RECORD_HEAD = """# The record

One cable as one captured source has it: JSON in UTF-8, one file a cable (`data/record/` of a bag). What the source does
not state is absent, never null and never guessed; arrays are always present. Offsets count Unicode code points, start
included, end excluded. Texts are verbatim.

Generated from [`schemas/{file}`](../../schemas/{file}), version
{version}; its examples are tested. Versions are told in [schemas.md](schemas.md); `preserve validate` checks records.

**From** says where a value comes from: *the page*, what a site says around the text, most of it a table; *the text*,
the words of the cable; the settings; the program. No value is computed from another without a field that says so
(`basis`, `reliability`, `identifier_basis`).
"""


def record_page() -> str:
    """Return the page of all fields of the record: a table an object, then the shapes that several fields share."""
    what = find_contract("record")
    schema: _Schema = json_schema(what.files["json"])
    parts = [_RECORD_HEAD.format(file=what.files["json"], version=what.version)]
    parts.extend(_object("", schema))
    for name, shape in schema["$defs"].items():
        if "properties" in shape:
            parts.extend(_object(name, shape))
        else:
            parts.append(f"\n## {name}\n\n{shape['description']}{_bounds(shape)}\n")
    return "".join(parts)


def _object(name: str, shape: _Schema, origin: str = "") -> Iterator[str]:
    """Yield the section of an object: its table, then the sections of the objects inside it."""
    fields = shape["properties"]
    origin = shape.get("x-from", origin)
    column = any("x-from" in part for part in fields.values())
    yield f"\n## {name or 'The whole'}\n"
    if name:
        yield f"\n{shape['description']}{f' From {origin}.' if origin else ''}\n"
    yield f"\n| field | type | always | meaning |{' from |' * column}\n|---|---|---|---|{'---|' * column}\n"
    for field, part in fields.items():
        always = "yes" if field in shape.get("required", ()) else ""
        cells = [f"`{field}`", _type(_path(name, field), part), always, _meaning(part)]
        cells += [part.get("x-from", "as above")] * column
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |\n"
    for field, part in fields.items():
        if "properties" in part:
            yield from _object(_path(name, field), part, origin)


def _path(name: str, field: str) -> str:
    return f"{name}.{field}" if name else field


def _meaning(part: _Schema) -> str:
    """Return what a field is, the words of a closed list, and an example where one is short."""
    examples = [text for text in map(_json, part["examples"]) if len(text) <= 160]
    return f"{part['description']}{_bounds(part)}" + (f" Example: `{examples[0]}`" if examples else "")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _type(path: str, part: _Schema) -> str:
    """Return the type of a value, with a link to where its shape is told."""
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        return f"[{name}](#{name})"
    if part.get("type") == "array":
        return f"array of {_type(path, part['items'])}"
    return f"[object](#{path.replace('.', '').lower()})" if "properties" in part else str(part["type"])


def _bounds(part: _Schema) -> str:
    """Return the words of a closed list, and the pattern, in a sentence each."""
    items = part.get("items")
    values = part.get("enum") or (items.get("enum") if isinstance(items, dict) else None) or ()
    closed = f" One of {', '.join(f'`{value}`' for value in values)}." if values else ""
    pattern = part.get("pattern")
    return closed + (f" Pattern `{pattern.removesuffix(_NO_LINE_BREAK)}`." if pattern else "")


_NO_LINE_BREAK = "(?!\\n)"
"""What the schema adds to a pattern for dialects in which ``$`` also matches before a last line break."""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


_DIFFERENCES = """# Where bagit-python answers otherwise

`preserve verify --with-bagit` asks bagit-python about a folder too. The tests hold both against each other over every
fixture of ours; here is each difference with its reason. A fixture is named by the findings that it must give.
Generated from [`differences.toml`](../../tests/bag/verifying/differences.toml).

| fixtures | ours | why |
|---|---|---|
"""


def differences_page() -> str:
    """Return the page of all differences from bagit-python, a line each."""
    table = tomllib.loads((TESTS / "bag/verifying/differences.toml").read_text("utf-8"))
    rows = (
        f"| `{name}` | {'valid' if row['ours'] else 'invalid'} | {_cell(row['why'])} |\n" for name, row in table.items()
    )
    return _DIFFERENCES + "".join(rows)


PAGES = {"bagit-differences.md": differences_page, "findings.md": findings_page, "record.md": record_page}
"""Each generated page of the reference, and what makes it."""


def main() -> None:
    """Write every generated page."""
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
