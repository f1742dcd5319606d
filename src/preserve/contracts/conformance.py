"""Whether a JSON value meets a schema of the contracts (JSON Schema 2020-12, formats included), and where it does not.

Two validators give one verdict. ``jsonschema-rs`` decides in microseconds; ``jsonschema`` finds the words, and is asked
only about a value that the other refuses. A test holds that the two agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, cast

import jsonschema_rs

from preserve.contracts.contract import contract_names, json_schema
from preserve.errors import PreserveError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["MOST_VIOLATIONS", "Violation", "json_pointer", "violations"]

MOST_VIOLATIONS = 1000
"""Violations of one value that are told: a hostile value can have millions."""

_INSTANCES = frozenset({"const", "default", "enum", "examples"})
"""Keywords whose values are data, not schemas (JSON Schema Validation 6.1, 9)."""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that a schema refuses.

    Attributes:
        where: The JSON Pointer (RFC 6901) of the value, or of the property that must not be there.
        says: What is wrong with it, shortened.
    """

    where: str
    says: str


def violations(file: str, value: object) -> tuple[Violation, ...]:
    """Return what a schema of the contracts refuses in a value.

    Args:
        file: The name of the contract file.
        value: What JSON can say: dicts, lists, strings, numbers, booleans, ``None``.

    Returns:
        At most :data:`MOST_VIOLATIONS`, sorted by place; none when the value meets the schema.

    Raises:
        FileNotFoundError: There is no such contract file.
        PreserveError: A format that the schema uses has no checker in this installation.
    """
    fast = _fast(file)
    try:
        if fast.is_valid(value):
            return ()
        errors = islice(fast.iter_errors(value), MOST_VIOLATIONS)
        terse = [Violation(json_pointer(error.instance_path), _short(error.message)) for error in errors]
    except ValueError as error:  # half of a surrogate pair, or a value that JSON does not know
        terse = [Violation("", str(error))]
    worded = list(islice(_told(_thorough(file).iter_errors(value)), MOST_VIOLATIONS))
    return tuple(sorted(set(worded or terse)))


def json_pointer(steps: Iterable[str | int]) -> str:
    """Return the JSON Pointer (RFC 6901) that leads along some steps."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


# --- the validators: neither can reach a network ---


def _resources() -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each JSON Schema of ours by its ``$id``, so that one can refer to another."""
    for name in contract_names():
        if name.endswith(".schema.json") and isinstance(schema_id := json_schema(name).get("$id"), str):
            yield schema_id, json_schema(name)


@lru_cache(maxsize=32)
def _fast(file: str) -> jsonschema_rs.Draft202012Validator:
    def resolve(uri: str) -> dict[str, object]:
        """Return a schema of ours; the KeyError for any other keeps the validator from fetching it."""
        return dict(dict(_resources())[uri])

    return jsonschema_rs.Draft202012Validator(json_schema(file), validate_formats=True, retriever=resolve)


@lru_cache(maxsize=32)
def _thorough(file: str) -> Draft202012Validator:
    # Imported here, not above: its format checkers build a grammar of IRIs at import, which would make every start of
    # the program a second longer (measured: 1.1 s of 1.2 s).
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    checker = Draft202012Validator.FORMAT_CHECKER
    if without := sorted(set(_formats(json_schema(file))) - checker.checkers.keys()):
        raise PreserveError(
            f"nothing here checks the format {', '.join(without)} of {file}",
            hint="Install jsonschema with its extra: jsonschema[format-nongpl].",
        )
    # The registry has no way to retrieve: a reference to what is not ours fails and is never fetched.
    known = [(uri, Resource.from_contents(schema)) for uri, schema in _resources()]
    return Draft202012Validator(json_schema(file), registry=Registry().with_resources(known), format_checker=checker)


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


# --- the words ---


def _told(errors: Iterable[ValidationError]) -> Iterator[Violation]:
    """Yield the violations to tell: where branches were possible (``oneOf`` and its kin), those of the nearest."""
    for error in errors:
        if error.context:
            yield from _nearest(error.context)
        elif error.validator == "additionalProperties" and error.validator_value is False:
            yield from _strangers(error)
        else:
            yield Violation(json_pointer(error.absolute_path), _short(error.message))


def _nearest(errors: Iterable[ValidationError]) -> list[Violation]:
    """Return the violations of the branch with the fewest: most likely the one that was meant."""
    branches: defaultdict[object, list[ValidationError]] = defaultdict(list)
    for error in errors:
        branches[error.relative_schema_path[0]].append(error)
    told = (list(islice(_told(branch), MOST_VIOLATIONS)) for branch in branches.values())
    return min(told, key=len)


def _strangers(error: ValidationError) -> Iterator[Violation]:
    """Yield each property that an object must not have, at the place of the property."""
    schema: object = error.schema
    known = schema.get("properties", {}) if isinstance(schema, dict) else {}
    for name in cast("Mapping[str, object]", error.instance):
        if name not in known:
            # get_close_matches takes time by the square of the length, and the name is hostile; none of ours is long.
            close = get_close_matches(name[:40], known, n=1) if isinstance(name, str) else []
            meant = f"; did you mean {close[0]!r}?" if close else ""
            yield Violation(
                json_pointer([*error.absolute_path, name]), f"{_short(repr(name))} is no property here{meant}"
            )


def _short(says: str) -> str:
    """Cut the middle out of a message that quotes a long value; what is wrong with it stands at the end."""
    return says if len(says) <= 300 else f"{says[:100]} ... {says[-180:]}"
