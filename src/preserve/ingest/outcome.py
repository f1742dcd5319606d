"""What became of one source: the values that ``ingest`` and ``pack`` give for each item. ``report`` words them."""

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
    """It was read, and is not kept: it is no cable, or not valid. The findings or the error say why."""
    FAILED = "failed"
    """It could not be read, or its bag could not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome:
    """What became of one source, and why.

    Attributes:
        source: As the user named it.
        fate: Stored, unchanged, rejected or failed.
        identifier: The cable's.
        bag: The name of its bag.
        version: The version of the bag in the archive; ``None`` outside one.
        path: Where the bag is.
        seal: The bag's seal.
        source_sha256: The SHA-256 of the bytes as received.
        findings: On the source, the record and the renderings.
        error: What went wrong, or why every reader declined.
        exit_code: The least that the exit code of the run must be because of it.
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
