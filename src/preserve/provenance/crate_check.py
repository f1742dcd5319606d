"""Whether the metadata file of a crate in a bag keeps the rules of RO-Crate 1.2, and names the files of the payload.

The rules are the MUSTs of the specification, and the SHOULDs that our bags keep. Nothing is fetched, and the file is
not processed as JSON-LD: the specification defines it as flat, compacted JSON that can be read as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import unquote

from preserve.findings import Finding
from preserve.provenance.model import PAYLOAD
from preserve.provenance.ro_crate import ABSOLUTE, CRATE_DESCRIPTOR, CRATE_SPECIFICATION, METADATA_PATH

__all__ = ["check_crate"]

# RO-Crate 1.2, Direct properties of the Root Data Entity: a single date of ISO 8601, at least to the day.
_ISO_DATE: Final = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?",
)
_ROOT_PROPERTIES: Final = ("name", "description", "datePublished", "license")
_MOST_FINDINGS: Final = 10_000
"""Findings that are given; a graph of empty entities could have a million."""

_FILE_PROPERTIES: Final = ("name", "encodingFormat", "contentSize")
_ACTION_PROPERTIES: Final = ("name", "endTime", "instrument", "object", "result")


class CrateEntity(NamedTuple):
    """An entity of the graph.

    Attributes:
        where: Its place, as a JSON Pointer (RFC 6901).
        types: Its types.
        body: The whole entity.
    """

    where: str
    types: tuple[str, ...]
    body: Mapping[str, object]


Entities = Mapping[str, CrateEntity]
"""The entities by their identifiers."""


def check_crate(data: bytes, paths: Collection[str]) -> tuple[Finding, ...]:
    """Return what is wrong with the metadata file of a crate.

    Args:
        data: The bytes of ``ro-crate-metadata.json``, from anybody.
        paths: The paths in the bag of its payload files; paths outside of ``data/`` are passed over.

    Returns:
        Findings; the place of each is a JSON Pointer into the file, or the path of a payload file.
    """
    return tuple(islice(_faults(data, paths), _MOST_FINDINGS))


def _faults(data: bytes, paths: Collection[str]) -> Iterator[Finding]:
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        yield Finding.of("crate-invalid", "", f"not JSON in UTF-8: {str(error)[:200]}")
        return
    graph = document.get("@graph") if isinstance(document, dict) else None
    if not isinstance(graph, list) or "@context" not in document:
        yield Finding.of("crate-invalid", "", "not a JSON object with @context and an array @graph")
        return
    entities = dict[str, CrateEntity]()
    yield from _read_entities(graph, entities)
    yield from _descriptor(entities)
    root = _root_of(entities)
    if root is not None:
        yield from _root(*entities[root])
        yield from _parts(entities, root)
    yield from _actions(entities)
    yield from _references(entities)
    yield from _files(entities, paths)


def _read_entities(graph: Sequence[object], entities: dict[str, CrateEntity]) -> Iterator[Finding]:
    """Put the entities of a graph where they are wanted, and give what is wrong with them."""
    for number, entity in enumerate(graph):
        where = f"/@graph/{number}"
        identifier = entity.get("@id") if isinstance(entity, dict) else None
        if not isinstance(entity, dict) or not isinstance(identifier, str):
            yield Finding.of("crate-invalid", where, "an entity without @id")
        elif identifier in entities:
            yield Finding.of("crate-invalid", where, f"{identifier!r} is described twice")
        else:
            types = tuple(value for value in _values(entity.get("@type")) if isinstance(value, str))
            entities[identifier] = CrateEntity(where, types, entity)
            if not types:
                yield Finding.of("crate-invalid", where, f"{identifier!r} has no @type")


def _values(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else () if value is None else (value,)


def _reference(value: object) -> str | None:
    target = value.get("@id") if isinstance(value, dict) else None
    return target if isinstance(target, str) else None


def _targets(entity: Mapping[str, object], name: str) -> Iterator[str]:
    for value in _values(entity.get(name)):
        target = _reference(value)
        if target is not None:
            yield target


def _descriptor(entities: Entities) -> Iterator[Finding]:
    # RO-Crate 1.2, RO-Crate Metadata Descriptor.
    if CRATE_DESCRIPTOR not in entities:
        yield Finding.of("crate-descriptor", "/@graph", f"no entity {CRATE_DESCRIPTOR}")
        return
    where, types, entity = entities[CRATE_DESCRIPTOR]
    if "CreativeWork" not in types:
        yield Finding.of("crate-descriptor", where, "the descriptor is not a CreativeWork")
    if CRATE_SPECIFICATION not in _targets(entity, "conformsTo"):
        yield Finding.of("crate-descriptor", where, f"the descriptor does not conform to {CRATE_SPECIFICATION}")
    if _root_of(entities) is None:
        yield Finding.of("crate-descriptor", where, "the descriptor is about no entity of the graph")


def _root_of(entities: Entities) -> str | None:
    descriptor = entities.get(CRATE_DESCRIPTOR)
    targets = _targets(descriptor.body, "about") if descriptor else ()
    return next((target for target in targets if target in entities), None)


def _root(where: str, types: tuple[str, ...], root: Mapping[str, object]) -> Iterator[Finding]:
    # RO-Crate 1.2, Direct properties of the Root Data Entity.
    if "Dataset" not in types:
        yield Finding.of("crate-root", where, "the root is not a Dataset")
    for name in _ROOT_PROPERTIES:
        if not any(_values(root.get(name))):
            yield Finding.of("crate-root", where, f"the root has no {name}")
    date = root.get("datePublished")
    if date and not (isinstance(date, str) and _ISO_DATE.fullmatch(date)):
        yield Finding.of(
            "crate-root", f"{where}/datePublished", f"not a single ISO 8601 date of a day or finer: {date!r:.80}"
        )


def _actions(entities: Entities) -> Iterator[Finding]:
    # RO-Crate 1.2, Recording changes to RO-Crates; Software used to create files.
    for identifier, (where, types, action) in entities.items():
        if "CreateAction" not in types:
            continue
        for name in _ACTION_PROPERTIES:
            if not any(_values(action.get(name))):
                yield Finding.of("crate-action-incomplete", where, f"the action {identifier!r} has no {name}")
        ended = action.get("endTime")
        if ended and not (isinstance(ended, str) and _ISO_DATE.fullmatch(ended)):
            yield Finding.of(
                "crate-action", f"{where}/endTime", f"not an ISO 8601 date of a day or finer: {ended!r:.80}"
            )
        for target in _targets(action, "instrument"):
            tool = entities.get(target)
            if tool and "SoftwareApplication" in tool.types and not tool.body.get("version"):
                yield Finding.of("crate-action-incomplete", tool.where, f"the software {target!r} has no version")


def _parts(entities: Entities, root: str) -> Iterator[Finding]:
    """Yield the data entities that cannot be reached from the root by hasPart."""
    reached = {root}
    waiting = [root]
    while waiting:
        for target in _targets(entities[waiting.pop()].body, "hasPart"):
            if target in entities and target not in reached:
                reached.add(target)
                waiting.append(target)
    for identifier, (where, types, _) in entities.items():
        if identifier not in reached and _is_file(identifier, types):
            yield Finding.of("crate-file-unlinked", where, f"{identifier!r} is not reached from the root by hasPart")


def _is_file(identifier: str, types: tuple[str, ...]) -> bool:
    return "File" in types and not identifier.startswith("#")


def _references(entities: Entities) -> Iterator[Finding]:
    for where, _, entity in entities.values():
        for name, property_value in entity.items():
            if isinstance(property_value, str):
                continue
            for value in _values(property_value):
                if not isinstance(value, dict) or "@value" in value:
                    continue
                target = _reference(value)
                if target is not None and len(value) == 1 and target in entities:
                    continue
                place = f"{where}/{name.replace('~', '~0').replace('/', '~1')}"
                if target is None or len(value) != 1:
                    yield Finding.of("crate-invalid", place, "a nested entity: a reference has @id and nothing else")
                elif not ABSOLUTE.fullmatch(target):
                    yield Finding.of(
                        "crate-reference-dangling", place, f"{target!r} is neither described nor a whole URI"
                    )


def _files(entities: Entities, paths: Collection[str]) -> Iterator[Finding]:
    payload = {path for path in paths if path.startswith(PAYLOAD) and path != METADATA_PATH}
    described = set()
    for identifier, (where, types, entity) in entities.items():
        if not _is_file(identifier, types) or ABSOLUTE.fullmatch(identifier):
            continue
        path = PAYLOAD + unquote(identifier.removeprefix("./"))
        described.add(path)
        # A path with ".." is compared as it is, so that it names no file of the payload.
        if path not in payload:
            yield Finding.of("crate-file-missing", where, f"{identifier!r} is described but not in the payload")
        for name in _FILE_PROPERTIES:
            if not any(_values(entity.get(name))):
                yield Finding.of("crate-file-incomplete", where, f"{identifier!r} has no {name}")
    for path in sorted(payload - described):
        yield Finding.of("crate-file-undescribed", path, "in the payload but not described by the crate")
