"""The contract files under ``schemas/``: their names, versions and bytes.

They lie beside the sources in a checkout, and inside the package in a wheel. A version of a contract is one file, or
two files of one meaning (RELAX NG in both notations). Versions lie side by side for ever: a new version is a new file,
and no code changes for it. A JSON Schema states its name and version in its ``$id``; other files say both in their
names.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from preserve.errors import UsageError

__all__ = [
    "Contract",
    "contract_bytes",
    "contract_names",
    "contracts",
    "find_contract",
    "format_specification",
    "json_schema",
]

_SPECIFICATION = "archive-README.md"
_NOTICE = "NOTICE.md"

_ID = re.compile(
    r"https://preserve-cables\.example/schemas/(?P<kind>[a-z][a-z-]*)/(?P<version>\d+\.\d+\.\d+)/schema\.json"
)
# "cable-tei-1.0.rnc", "external/premis-v3-0.xsd", "findings.toml"
_FILE = re.compile(
    r"(?:[a-z]+/)?(?P<kind>[a-z][a-z0-9_-]*?)(?:-v?(?P<version>\d+(?:[.-]\d+)*))?(?P<suffix>(?:\.[a-z]+)+)"
)

_NAMES = MappingProxyType({"cable-record": "record", "cable-tei": "tei"})
"""The short name of a contract whose files have a longer one."""

_PURPOSES = MappingProxyType(
    {
        "record": "the record of one cable, JSON: data/record/ of a bag",
        "tei": "the TEI of one cable, a profile of TEI P5 in RELAX NG: data/tei/ of a bag",
        "premis": "the provenance of one cable, the XML schema of PREMIS 3.0: data/premis/ of a bag",
        "bagit-profile": "what a bag of ours has, as a BagIt Profile",
        "event": "one line of the event log of an archive, JSON: events/",
        "outcome": "one line of what a verb prints with --json",
        "findings": "every finding: its code, weight, clause and meaning",
        "datacite": "what export metadata --as datacite writes: DataCite as JSON",
        "dataverse-dataset": "what export metadata --as dataverse writes: a dataset of Dataverse",
        "invenio-record": "what export metadata --as invenio writes: a record of InvenioRDM",
        "mods": "what export metadata --as mods writes: MODS of the Library of Congress",
        "oai_dc": "what export metadata --as dc writes: Dublin Core of OAI-PMH",
    }
)
"""What each contract is for. They are listed in this order, and all others after them."""

_OF_OTHERS = MappingProxyType(
    {
        "external": "a schema of others, kept to check without a network: schemas/external/NOTICE.md",
        "profiles": "a BagIt Profile of others",
    }
)
"""What the files of a folder are for, unless :data:`_PURPOSES` says it of one by name."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one contract.

    Attributes:
        name: What people call it: ``record``, ``tei``, ``premis`` ...
        version: ``1.0.0``; for a schema of others, the version of the standard; empty for a table without versions.
        files: Its files by their form, which is the end of the name: ``rnc``, ``rng``, ``json``.
        purpose: What it is for, in one line.
    """

    name: str
    version: str
    files: Mapping[str, str]
    purpose: str


@lru_cache(maxsize=1)
def _place() -> Path:
    shipped = Path(str(files("preserve"))) / "_schemas"
    return shipped if shipped.is_dir() else Path(__file__).resolve().parents[3] / "schemas"


def contract_bytes(name: str) -> bytes:
    """Return the bytes of one contract file.

    Args:
        name: The path below ``schemas/``, as ``"cable-record-1.0.0.schema.json"``.

    Raises:
        FileNotFoundError: There is no contract file of that name.
    """
    path = _place() / name
    if ".." in path.parts or not path.is_relative_to(_place()):
        raise FileNotFoundError(f"not a path below schemas/: {name!r}")
    return path.read_bytes()


def contract_names() -> tuple[str, ...]:
    """Return the path of every contract file below ``schemas/``, sorted."""
    place = _place()
    names = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    return tuple(sorted(names - {_SPECIFICATION}))


@lru_cache(maxsize=32)
def json_schema(file: str) -> dict[str, object]:
    """Return a parsed JSON Schema of the contract; do not change it.

    Raises:
        FileNotFoundError: There is no contract file of that name.
    """
    schema: dict[str, object] = json.loads(contract_bytes(file))
    return schema


@lru_cache(maxsize=1)
def contracts() -> tuple[Contract, ...]:
    """Return every version of every contract: ours first, each with its newest version first, then those of others."""
    found: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for file in contract_names():
        if not file.endswith(_NOTICE):
            kind, version = _kind_and_version(file)
            found[_NAMES.get(kind, kind), version][file.rpartition(".")[2]] = file
    order = {name: number for number, name in enumerate(_PURPOSES)}
    newest_first = sorted(found, key=lambda each: _numbers(each[1]), reverse=True)
    return tuple(
        Contract(name, version, MappingProxyType(found[name, version]), _purpose(name, found[name, version]))
        for name, version in sorted(newest_first, key=lambda each: (order.get(each[0], len(order)), each[0]))
    )


def find_contract(name: str, version: str | None = None) -> Contract:
    """Return a version of a contract, the newest unless one is asked for.

    Raises:
        UsageError: There is no such contract or version; the hint has the nearest name, or the versions that there are.
    """
    of_that_name = [each for each in contracts() if each.name == name]
    if not of_that_name:
        names = tuple(dict.fromkeys(each.name for each in contracts()))
        close = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
        meant = f"Did you mean {close[0]}? " if close else ""
        raise UsageError(f"there is no schema named {name!r}", hint=f"{meant}There are {', '.join(names)}.")
    for each in of_that_name:
        if version in {None, each.version}:
            return each
    known = ", ".join(each.version or "one without a version" for each in of_that_name)
    raise UsageError(f"the schema {name} has no version {version!r}", hint=f"It has {known}.")


def format_specification() -> bytes:
    """Return the specification of an archive on disk, ``archive/README.md``, of which each archive holds a copy.

    Raises:
        FileNotFoundError: The installation lacks it.
    """
    shipped = _place() / _SPECIFICATION
    return (shipped if shipped.exists() else _place().parent / "archive" / "README.md").read_bytes()


def _kind_and_version(file: str) -> tuple[str, str]:
    """Return the contract and version of a file, as its ``$id`` states them, else as its name does."""
    if file.endswith(".schema.json") and (stated := _ID.fullmatch(str(json_schema(file).get("$id", "")))):
        return stated["kind"], stated["version"]
    named = _FILE.fullmatch(file)
    return (named["kind"], (named["version"] or "").replace("-", ".")) if named else (file, "")


def _purpose(name: str, files_by_form: Mapping[str, str]) -> str:
    folder = min(files_by_form.values()).partition("/")[0]
    return _PURPOSES.get(name) or _OF_OTHERS.get(folder, "a file of the contract")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part)
