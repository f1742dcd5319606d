"""The package: record, source, TEI and provenance of one cable become the payload and the tags of one bag.

Scope: where each file goes, and what ``bag-info.txt`` says. Not in scope: making the files (``ingest`` chains that)
and writing the bag (``bag``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from preserve.bag.model import BagPath, NewBag, PayloadFile
from preserve.bag.profile import Profile
from preserve.cable.record import Cable
from preserve.provenance.model import PAYLOAD, FileRole, Software, bag_uuid
from preserve.settings import Settings

__all__ = ["BTR", "CRATE", "Parts", "bag_name", "new_bag", "payload_path", "profiles"]

BTR = "https://github.com/dpscollaborative/btr_bagit_profile/releases/download/1.0/btr-bagit-profile.json"
"""The identifier of the BagIt profile of Beyond the Repository, version 1.0, of which ours is nearly a subset."""

CRATE = "ro-crate-metadata.json"

_SUFFIXES: Mapping[str, str] = {"text/csv": ".csv", "text/html": ".html", "text/plain": ".txt"}
_NOT_PORTABLE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The files of one cable, each as its bytes.

    Attributes:
        cable: What they are of.
        source: As received.
        record: Canonical JSON.
        tei: XML.
        premis: XML.
        crate: The RO-Crate of the bag, JSON.
        access: The page for people, HTML, where one was asked for.
    """

    cable: Cable
    source: bytes
    record: bytes
    tei: bytes
    premis: bytes
    crate: bytes
    access: bytes | None = None


def bag_name(cable: Cable) -> str:
    """Return the name of the bag of one cable: its identifier, in the portable alphabet."""
    return _NOT_PORTABLE.sub("_", cable.identifier)


def profiles(settings: Settings) -> tuple[str, ...]:
    """Return the BagIt profiles that bags with these settings meet: ours, and BTR's when they name who sends them."""
    ours = Profile.ours()
    if not set(settings.bags.digests) <= set(ours.manifests_allowed or settings.bags.digests):
        return ()
    # BTR 1.0 requires Source-Organization; we do not invent one.
    return (ours.identifier, BTR) if settings.organisation.name else (ours.identifier,)


def payload_path(cable: Cable, role: FileRole) -> str:
    """Return the path in the bag, ``data/`` included, of the file of a cable that has a role.

    The name is the cable's, never that of the file as received: that one is kept in the record, where no file system
    can disagree about it.
    """
    suffixes = {
        FileRole.SOURCE: _SUFFIXES.get(cable.provenance.source.media_type, ".bin"),
        FileRole.RECORD: ".json",
        FileRole.TEI: ".xml",
        FileRole.ACCESS: ".html",
        FileRole.PREMIS: ".xml",
    }
    return f"{PAYLOAD}{role.value}/{bag_name(cable)}{suffixes[role]}"


def new_bag(parts: Parts, *, settings: Settings, software: Software, bagged: date) -> NewBag:
    """Return the bag of one cable, to be written."""
    contents: Sequence[tuple[FileRole, bytes | None]] = (
        (FileRole.SOURCE, parts.source),
        (FileRole.RECORD, parts.record),
        (FileRole.TEI, parts.tei),
        (FileRole.ACCESS, parts.access),
        (FileRole.PREMIS, parts.premis),
    )
    files = [
        PayloadFile(BagPath(payload_path(parts.cable, role).removeprefix(PAYLOAD)), data)
        for role, data in contents
        if data is not None
    ]
    files.append(PayloadFile(BagPath(CRATE), parts.crate))
    tags = tuple(_bag_info(parts, settings, software, bagged))
    return NewBag(bag_name(parts.cable), tuple(files), tags)


def _bag_info(parts: Parts, settings: Settings, software: Software, bagged: date) -> Iterator[tuple[str, str]]:
    """Yield the fields of ``bag-info.txt``; what is not stated or not configured is left out. No personal names."""
    cable = parts.cable
    release = cable.provenance.release
    stated: tuple[tuple[str, str | None], ...] = (
        ("Source-Organization", settings.organisation.name),
        ("Organization-Address", settings.organisation.address),
        ("Contact-Name", settings.organisation.contact_name),
        ("Contact-Email", settings.organisation.contact_email),
        ("External-Description", _description(parts)),
        ("External-Identifier", cable.identifier),
        ("External-Identifier", f"urn:uuid:{bag_uuid([(cable.identifier, cable.provenance.source.sha256)])}"),
        ("Bag-Group-Identifier", release.name if release else None),
        ("Bagging-Date", bagged.isoformat()),
        ("Bag-Count", "1 of 1"),
        ("Bag-Software-Agent", f"{software.name} {software.version}"),
        *(("BagIt-Profile-Identifier", identifier) for identifier in profiles(settings)),
        ("Internal-Sender-Identifier", cable.provenance.source.name),
        ("Source-Release", release.text if release else None),
        ("Source-Release-Date", release.date if release else None),
        ("Source-SHA256", cable.provenance.source.sha256),
        ("Cable-Classification", cable.classification.text if cable.classification else None),
        ("Cable-Redaction", cable.redaction.status),
        ("Cable-Completeness", cable.completeness.status),
        ("Access", cable.rights.access),
        ("Rights-Statement", cable.rights.copyright),
    )
    for label, value in stated:
        if value:
            yield label, value


def _description(parts: Parts) -> str:
    cable = parts.cable
    # Not the subject: it may name persons, and bag-info travels further than the payload.
    origin = f" from {cable.origin.name}" if cable.origin else ""
    day = f", {cable.created.value[:10]}" if cable.created else ""
    access = ", access copy" if parts.access is not None else ""
    return f"Telegram {cable.identifier}{origin}{day}: source as received, normalized record, TEI{access}, provenance"
