"""Findings: what is wrong, or worth knowing, about a thing that we could look at.

Each room has checks of its own; the codes of all of them are one closed table, ``schemas/findings.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from preserve.contracts import contract_bytes

__all__ = ["Code", "Finding", "Severity", "codes", "worst"]


class Severity(StrEnum):
    """The weight of a finding: an error makes a thing invalid, a warning deserves a look, a note is for the record."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def weight(self) -> int:
        """A number by which severities are compared; the gravest has the greatest."""
        return _WEIGHTS[self]


_WEIGHTS = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.NOTE: 0}


@dataclass(frozen=True, slots=True)
class Code:
    """One row of ``schemas/findings.toml``.

    Attributes:
        name: The code: lower-case words joined by hyphens, such as ``stray-caption``.
        room: The room whose checks find it: ``source``, ``cable``, ``record``, ``document``, ``tei``, ``premis``,
            ``crate``, ``description``, ``bag``, ``archive`` or ``deposit``.
        severity: The weight of the code, unless a rule says otherwise for one version of a standard.
        clause: The clause or fact that it rests on.
        text: What it means and what to do, for users.
    """

    name: str
    room: str
    severity: Severity
    clause: str
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that was found.

    Attributes:
        code: A name from the closed table.
        where: A JSON Pointer (RFC 6901) into a record, a path inside a bag, or a place in a file.
        message: What was found, in words, with the values that matter.
        severity: The weight of this finding.
    """

    code: str
    where: str
    message: str
    severity: Severity

    @classmethod
    def of(cls, code: str, where: str, message: str, *, severity: Severity | None = None) -> Finding:
        """Make a finding with the severity of its code, unless one is given.

        Raises:
            KeyError: The code is not in ``schemas/findings.toml``.
        """
        return cls(code, where, message, codes()[code].severity if severity is None else severity)


@lru_cache(maxsize=1)
def codes() -> Mapping[str, Code]:
    """Return the closed table of codes by name, in the order of the file."""
    table = tomllib.loads(contract_bytes("findings.toml").decode("utf-8"))
    return {
        name: Code(name, row["room"], Severity(row["severity"]), row["clause"], row["text"])
        for name, row in table.items()
    }


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the gravest severity of some findings; ``None`` if there is none."""
    return max((finding.severity for finding in findings), key=_WEIGHTS.__getitem__, default=None)
