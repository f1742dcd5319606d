"""The kind of a document by its content: the root element of XML, or the properties of JSON.

A damaged document has the kind that it fits best; whether it is valid is another question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from preserve.contracts import find_contract, json_schema
from preserve.provenance import PREMIS_NAMESPACE
from preserve.tei import TEI_NAMESPACE as TEI
from preserve.validation.model import DocumentKind

__all__ = ["KNOWN", "OTHER_VERSIONS", "kind_of_json", "kind_of_root"]

KNOWN = "a record, TEI, PREMIS, a BagIt profile, an RO-Crate, a line of an event log or of --json, or settings"
"""The kinds that can be recognised, for messages."""

_ROOTS = MappingProxyType({(TEI, "TEI"): DocumentKind.TEI, (PREMIS_NAMESPACE, "premis"): DocumentKind.PREMIS})

OTHER_VERSIONS = MappingProxyType(
    {
        ("info:lc/xmlns/premis-v2", "premis"): (DocumentKind.PREMIS, "PREMIS 2"),
        ("http://www.loc.gov/standards/premis/v1", "premis"): (DocumentKind.PREMIS, "PREMIS 1"),
        ("", "TEI.2"): (DocumentKind.TEI, "TEI P4"),
    }
)
"""Root elements of older versions of a kind, and what they are called."""

_MARKERS = MappingProxyType({"BagIt-Profile-Info": DocumentKind.PROFILE, "@graph": DocumentKind.CRATE})
"""Properties that only one kind has."""

_LEAST = 0.5
"""The share of a kind's required properties, and of the properties that are there, that must fit."""


def kind_of_root(namespace: str, name: str) -> DocumentKind | None:
    """Return the kind of an XML document by its root element, also of older versions that are known by name."""
    other = OTHER_VERSIONS.get((namespace, name))
    return other[0] if other else _ROOTS.get((namespace, name))


def kind_of_json(value: object) -> DocumentKind | None:
    """Return the kind that a JSON value fits best; ``None`` when it fits none well."""
    if not isinstance(value, dict):
        return None
    for marker, kind in _MARKERS.items():
        if marker in value:
            return kind
    fits = [(_fit(value.keys(), required, properties), kind) for kind, required, properties in _shapes()]
    best, kind = max(fits, key=itemgetter(0))
    return kind if best >= _LEAST else None


def _fit(names: Collection[str], required: frozenset[str], properties: frozenset[str]) -> float:
    """Return the share of required properties that are there, or of those there that are known: the smaller one."""
    if not names:
        return 0.0
    known = sum(name in properties for name in names)
    return min(len(required.intersection(names)) / len(required), known / len(names))


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[DocumentKind, frozenset[str], frozenset[str]], ...]:
    """Return the required properties and all properties of each object that a JSON Schema of ours describes."""
    return tuple(
        (kind, frozenset(shape.get("required", ())), frozenset(shape["properties"]))
        for kind in (DocumentKind.RECORD, DocumentKind.EVENT, DocumentKind.OUTCOME)
        for shape in _objects(json_schema(find_contract(kind).files["json"]))
    )


def _objects(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    branches: Collection[Mapping[str, str]] = schema.get("oneOf", ())
    for branch in branches:
        yield schema["$defs"][branch["$ref"].removeprefix("#/$defs/")]
    if not branches:
        yield schema
