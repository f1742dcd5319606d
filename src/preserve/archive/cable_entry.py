"""A cable as the catalogue knows it.

No person is named here: neither signers nor classifiers nor anyone in a text is indexed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import Self

from preserve.archive.events import as_text, is_digest
from preserve.cable import Cable

__all__ = ["CableEntry"]

_STATION = re.compile(r"[0-9]{2}([A-Z][A-Z0-9]*?)[0-9]+")
"""A canonical identifier: two digits of the year, the station, a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CableEntry:
    """One cable as the catalogue knows it; every value but the digests as the record states it.

    It is a format on disk: events carry it (``cable`` in ``schemas/event-1.1.0.schema.json``), the catalogue has a
    column for each field, and it is drawn from records of any version. What a bag says of its cables
    (``package.CableSummary``) and what others are told of them (``description.Description``) change with profiles
    and targets; they are values of their own, lest a line of the log change with them.

    Attributes:
        identifier: Canonical, as ``07STRELSAU42``.
        received_identifier: As the source had it, where that differs.
        date: Local date and time ``YYYY-MM-DDTHH:MM:SS``, zone unknown.
        post: The station of the identifier.
        classification: The level as marked.
        subject: Verbatim.
        release: The release that the source names.
        source_sha256: The SHA-256 of the source's bytes as received.
        text_sha256: The SHA-256 of the body's text in UTF-8.
    """

    identifier: str
    received_identifier: str | None = None
    date: str | None = None
    post: str | None = None
    classification: str | None = None
    subject: str | None = None
    release: str | None = None
    source_sha256: str
    text_sha256: str

    @classmethod
    def of(cls, cable: Cable) -> Self:
        """Draw the entry from a record."""
        release = cable.provenance.release
        return cls(
            identifier=cable.identifier,
            received_identifier=cable.received_identifier,
            date=cable.created.value if cable.created else None,
            post=_post(cable.origin.station if cable.origin else None, cable.identifier),
            classification=cable.classification.level if cable.classification else None,
            subject=cable.subject,
            release=(release.name or release.text) if release else None,
            source_sha256=cable.provenance.source.sha256,
            text_sha256=cable.body.sha256,
        )

    @classmethod
    def from_record(cls, data: bytes) -> Self:
        """Draw the entry from the JSON of a record of any schema version, reading only what the catalogue needs.

        Raises:
            ValueError: It is not JSON, is nested too deeply, or lacks an identifier or a digest of its source or text.
        """
        try:
            record = json.loads(data)
        except RecursionError as error:
            raise ValueError("the record is nested too deeply") from error
        release = _text(record, "provenance", "release", "name") or _text(record, "provenance", "release", "text")
        identifier = _text(record, "identifier")
        source, text = _text(record, "provenance", "source", "sha256"), _text(record, "body", "sha256")
        if identifier is None or source is None or text is None or not (is_digest(source) and is_digest(text)):
            raise ValueError("the record lacks an identifier, or the digest of its source or text")
        return cls(
            identifier=identifier,
            received_identifier=_text(record, "received_identifier"),
            date=_text(record, "created", "value"),
            post=_post(_text(record, "origin", "station"), identifier),
            classification=_text(record, "classification", "level"),
            subject=_text(record, "subject"),
            release=release,
            source_sha256=source,
            text_sha256=text,
        )

    def as_json(self) -> dict[str, str]:
        """Return the fields that have a value, as the event log keeps them."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None}

    @classmethod
    def from_json(cls, entry: object) -> Self:
        """Read what :meth:`as_json` returned; fields of later versions are passed over.

        Raises:
            TypeError: It is no object, a required field is missing, or one is no string.
            ValueError: A field is no text, or a digest is none.
        """
        if not isinstance(entry, dict):
            raise TypeError("a cable is no object")
        known = {name: as_text(entry[name]) for name in _FIELDS & entry.keys()}
        cable = cls(**known)
        if not (is_digest(cable.source_sha256) and is_digest(cable.text_sha256)):
            raise ValueError("a cable has no digest of its source or text")
        return cable


_FIELDS = frozenset(field.name for field in fields(CableEntry))


def _post(station: str | None, identifier: str) -> str | None:
    if station:
        return station
    match = _STATION.fullmatch(identifier)
    return match[1] if match else None


def _text(record: object, *path: str) -> str | None:
    for step in path:
        record = record.get(step) if isinstance(record, dict) else None
    # A lone surrogate, which JSON can spell, fits neither UTF-8 nor SQL.
    return record.encode("utf-8", "replace").decode() if isinstance(record, str) else None
