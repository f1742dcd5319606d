"""The lines of reports are those of the schema: each verb has a function of its name."""

from __future__ import annotations

import json
from importlib import import_module
from pkgutil import iter_modules

from preserve import report
from preserve.contracts import contract_bytes

VERBS = [
    branch["$ref"].removeprefix("#/$defs/")
    for branch in json.loads(contract_bytes("outcome-1.0.0.schema.json"))["oneOf"]
]


def test_each_line_of_the_schema_is_made_by_the_function_of_its_name() -> None:
    modules = [import_module(f"preserve.report.{module.name}") for module in iter_modules(report.__path__)]
    made = [name for module in modules for name in module.__all__ if name.endswith("_line")]
    assert sorted({f"{verb}_line" for verb in VERBS} - set(made)) == []
    assert len(made) == len(set(made)), "a line is made in one place"
