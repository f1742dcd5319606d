"""What validation says of one file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from preserve.findings import Finding, Severity, worst
from preserve.validation.json_text import DocumentPlace

__all__ = ["DocumentKind", "Located", "Validated"]


class DocumentKind(StrEnum):
    """The kinds of documents that can be validated."""

    RECORD = "record"
    TEI = "tei"
    PREMIS = "premis"
    PROFILE = "bagit-profile"
    CRATE = "ro-crate"
    EVENT = "event"
    OUTCOME = "outcome"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Located:
    """A finding and its place in the file; ``None`` where the file has no such place, as for what is missing."""

    finding: Finding
    place: DocumentPlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What was found of one file that could be looked at.

    Attributes:
        file: Its name as the user gave it, or ``-``.
        kind: Its kind; ``None`` when a fault kept that from showing.
        version: The version of the contract that it was held against; ``None`` where the kind has none, or none fits.
        findings: In the order of their places.
        lines: How many lines of JSON were looked at, for a file of lines.
        record: The record that a TEI was compared with.
        stopped: The line at which reading ended because there were too many findings.
    """

    file: str
    kind: DocumentKind | None
    version: str | None = None
    findings: tuple[Located, ...] = ()
    lines: int | None = None
    record: str | None = None
    stopped: int | None = None

    @property
    def valid(self) -> bool:
        """Whether nothing found makes it invalid."""
        return worst(each.finding for each in self.findings) is not Severity.ERROR
