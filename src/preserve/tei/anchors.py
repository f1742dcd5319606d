"""What a mark in the text points at: the ``xml:id`` and the value of the record's field that it carries.

Scope: reading a mark's JSON Pointer (RFC 6901) against one record. Not in scope: which element the mark becomes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from preserve.cable.record import Basis, Cable, Mark, MarkKind, Reference
from preserve.tei.taxonomy import Taxonomies, taxonomies

__all__ = ["BY_PACKAGER", "CAPTURE", "ORIGINAL", "PACKAGER", "RELEASE", "Anchors", "anchors", "telegram_uri", "w3c"]

CAPTURE = "src-capture"
RELEASE = "src-release"
ORIGINAL = "src-original"
PACKAGER = "packager"

BY_PACKAGER: Mapping[Basis, str] = {
    Basis.STATED: "",
    Basis.TABLE: f' resp="#{CAPTURE}"',
    Basis.INFERRED_YEAR: f' cert="medium" resp="#{PACKAGER}"',
    Basis.INFERRED: f' cert="medium" resp="#{PACKAGER}"',
}
"""The attributes with which a value says that the text of the cable does not state it (att.global.responsibility)."""

# RFC 6901 section 4: an array index is "0", or digits without a leading zero.
_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z?)?", re.ASCII)


def w3c(value: str | None) -> str | None:
    """Return a date, or a date and time, when it is one that exists (TEI P5 teidata.temporal.w3c); else ``None``."""
    if value is None or not _LOCAL_TIME.fullmatch(value):
        return None
    try:
        date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


def telegram_uri(identifier: str) -> str:
    """Return the address of a cable in the private scheme that ``<prefixDef>`` declares: ``cable:02STRELSAU17``."""
    return f"cable:{quote(identifier.encode('utf-8', 'replace'), safe='')}"


@dataclass(frozen=True, slots=True)
class Anchors:
    """The targets of one record.

    Attributes:
        cable: The record.
        taxonomies: Its categories.
        redacted_by: The ``xml:id`` of the source that shows the redactions.
        references: For each reference that the body's text holds, its first mark there.
        prefix: Of every ``xml:id`` in this division: empty for the body, which alone anchors references.
    """

    cable: Cable
    taxonomies: Taxonomies
    redacted_by: str
    references: Mapping[int, Mark]
    prefix: str = ""

    def reference(self, mark: Mark) -> tuple[int, Reference] | None:
        """Return number and value of the reference that a mark carries."""
        index = _index(mark, "references", len(self.cable.references))
        return None if index is None else (index, self.cable.references[index])

    def tag(self, mark: Mark) -> str | None:
        """Return the ``xml:id`` of the keyword that a mark carries."""
        index = _index(mark, "tags", len(self.cable.tags))
        return None if index is None else f"tag-{index + 1}"

    def caption(self, mark: Mark) -> str | None:
        """Return the ``xml:id`` of the caption that a mark carries."""
        captions = self.cable.captions
        index = _index(mark, "captions", len(captions))
        return None if index is None else self.taxonomies.captions.categories[captions[index]].xml_id

    def level(self) -> str | None:
        """Return the ``xml:id`` of the level that the banner prints."""
        stated = self.cable.classification
        if stated is None:
            return None
        return self.taxonomies.level(stated.banner.level if stated.banner else stated.level)

    def reasons(self, mark: Mark) -> tuple[str, ...]:
        """Return the ``xml:id`` of each reason that a mark carries: one, or all when it points at the whole list."""
        if not (mark.target or "").startswith("/classification/reasons"):
            return ()
        stated = self.cable.classification
        reasons = stated.reasons if stated else ()
        index = _index(mark, "classification/reasons", len(reasons))
        chosen = reasons if index is None else (reasons[index],)
        return tuple(self.taxonomies.reasons.categories[reason].xml_id for reason in chosen)

    def declassify_on(self, mark: Mark) -> str | None:
        """Return the date that a mark of the E.O. line carries."""
        stated = self.cable.classification
        instruction = stated.declassify_on if stated else None
        carries = (mark.target or "").startswith("/classification/declassify_on")
        return w3c(instruction.date) if instruction and carries else None

    def sent(self) -> str | None:
        """Return the date and time of the date-time group."""
        return w3c(self.cable.transmission.sent) if self.cable.transmission else None


def anchors(cable: Cable) -> Anchors:
    """Return the targets of a record."""
    redacted_by = RELEASE if cable.provenance.release else CAPTURE
    count = len(cable.references)
    return Anchors(cable, taxonomies(cable), redacted_by, dict(reversed(list(_references(cable.body.marks, count)))))


def _references(marks: tuple[Mark, ...], count: int) -> Iterator[tuple[int, Mark]]:
    for mark in marks:
        if mark.kind is MarkKind.REFERENCE and mark.start < mark.end:
            index = _index(mark, "references", count)
            if index is not None:
                yield index, mark


def _index(mark: Mark, field: str, count: int) -> int | None:
    prefix = f"/{field}/"
    if mark.target is None or not mark.target.startswith(prefix):
        return None
    step = mark.target[len(prefix) :].partition("/")[0]
    return int(step) if _ARRAY_INDEX.fullmatch(step) and int(step) < count else None
