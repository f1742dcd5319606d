"""Which program made a thing: its version, and the versions of the parts that can change its output.

"Same inputs, same bytes" holds for one set of software. So exactly those versions are told that can change a byte of
output or a verdict, and nothing else of the machine:

* lxml and libxml2: they parse pages, and validate TEI and PREMIS;
* jsonschema and jsonschema-rs: they judge the record;
* Python as major.minor: a minor release brings new Unicode tables, which decide what is a space or a letter. A bugfix
  release changes neither tables nor language; to tell it would make two well-kept machines differ for nothing.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution, version
from typing import Final

from lxml import etree

import preserve
from preserve.errors import UsageError

__all__ = ["COMMIT_VARIABLE", "Software", "this_software"]

COMMIT_VARIABLE: Final = "PRESERVE_COMMIT"
"""The environment variable with which a build states its commit."""

_DISTRIBUTION: Final = "preserve-cables"
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class Software:
    """A program.

    Attributes:
        name: What people call it: ``preserve``.
        version: Its version.
        commit: The commit of its sources, in hexadecimal; ``None`` when the installation does not say.
        components: The name and version of each part that can change its output, in a fixed order.
    """

    name: str
    version: str
    commit: str | None = None
    components: tuple[tuple[str, str], ...] = ()

    @property
    def full_version(self) -> str:
        """The version with its commit as a local version label (PEP 440): ``0.1.0+g1a2b3c4``."""
        return f"{self.version}+g{self.commit[:12]}" if self.commit else self.version


def this_software(environment: Mapping[str, str] = os.environ) -> Software:
    """Return the program that runs here.

    Its commit is the one that ``PRESERVE_COMMIT`` states, else the one that the installer recorded (PEP 610), else
    unknown. No version-control program is asked.

    Raises:
        UsageError: ``PRESERVE_COMMIT`` is set, but not to a commit.
    """
    stated = environment.get(COMMIT_VARIABLE, "").strip().lower()
    if stated and not _COMMIT.fullmatch(stated):
        raise UsageError(
            f"{COMMIT_VARIABLE} is {stated!r}, not a commit in hexadecimal",
            hint="Set it to a commit, or unset it.",
        )
    return Software("preserve", preserve.__version__, stated or _installed_commit(), _components())


@lru_cache(maxsize=1)
def _components() -> tuple[tuple[str, str], ...]:
    return (
        ("python", f"{sys.version_info.major}.{sys.version_info.minor}"),
        ("lxml", version("lxml")),
        ("libxml2", ".".join(map(str, etree.LIBXML_VERSION))),
        ("jsonschema", version("jsonschema")),
        ("jsonschema-rs", version("jsonschema-rs")),
    )


@lru_cache(maxsize=1)
def _installed_commit() -> str | None:
    try:
        return _recorded_commit(distribution(_DISTRIBUTION).read_text("direct_url.json"))
    except PackageNotFoundError:
        return None


def _recorded_commit(direct_url: str | None) -> str | None:
    # PEP 610: an installation from version control has "vcs_info" with "commit_id" in direct_url.json.
    if direct_url is None:
        return None
    try:
        stated = json.loads(direct_url)["vcs_info"]["commit_id"]
    except (ValueError, KeyError, TypeError):
        return None
    return stated if isinstance(stated, str) and _COMMIT.fullmatch(stated) else None
