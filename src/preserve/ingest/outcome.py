"""What became of one source.

Scope: the values that ``ingest`` and ``pack`` give for each item. Not in scope: their words; ``report`` has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from preserve.errors import ExitCode
from preserve.findings import Finding

__all__ = ["Fate", "ItemOutcome"]


class Fate(StrEnum):
    """What became of one source."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    """It is there already, made of the same bytes."""
    REJECTED = "rejected"
    """It was looked at and is not what we keep: no cable, or not valid; the findings or the reasons say why."""
    FAILED = "failed"
    """Something stopped us from looking at it or from writing it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome:
    """What became of one source, and why.

    Attributes:
        source: As the user named it.
        fate: Stored, unchanged, rejected or failed.
        identifier: The cable's.
        bag: The name of its bag.
        version: Which version of the bag in the archive; ``None`` outside one.
        path: Where the bag is.
        seal: The bag's seal.
        source_sha256: Of the bytes as received.
        findings: On the source, the record and the renderings.
        error: What stopped us, or why every reader declined.
        exit_code: What the run's exit code must at least be for it.
    """

    source: str
    fate: Fate
    identifier: str | None = None
    bag: str | None = None
    version: int | None = None
    path: Path | None = None
    seal: str | None = None
    source_sha256: str | None = None
    findings: tuple[Finding, ...] = ()
    error: str | None = None
    exit_code: ExitCode = ExitCode.GOOD
