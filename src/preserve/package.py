"""The package: how the files of cables become the payload and the tags of one bag.

It says where each file goes, what the table of a bag of several cables holds, and what ``bag-info.txt`` says. The files
are made in ``ingest``, and the bag is written in ``bag``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from preserve.bag import BagPath, NewBag, Payload, PayloadFile, Profile
from preserve.cable import Cable, Release
from preserve.clock import Clock
from preserve.printable_text import printable_text
from preserve.provenance import PAYLOAD, FileRole, Software, bag_uuid
from preserve.settings import Settings

__all__ = [
    "BTR",
    "INDEX",
    "CableFiles",
    "CableSummary",
    "Packager",
    "Packaging",
    "bag_name",
    "index_table",
    "new_bag",
    "payload_path",
    "portable_name",
    "profile_identifiers",
    "sources_uuid",
]

BTR = "https://github.com/dpscollaborative/btr_bagit_profile/releases/download/1.0/btr-bagit-profile.json"
"""The BagIt profile of Beyond the Repository, version 1.0; bags of ours meet it when they name their organization."""

INDEX = "index.csv"
"""The table of a bag of several cables, below ``data/``."""

_SUFFIXES: Mapping[str, str] = {"text/csv": ".csv", "text/html": ".html", "text/plain": ".txt"}
_OF_SETTINGS = frozenset({"Source-Organization", "Organization-Address", "Contact-Name", "Contact-Email"})
"""The fields of ``bag-info.txt`` whose values the institution writes."""

_NOT_PORTABLE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaging:
    """The circumstances in which one bag is made; every file in it tells the same ones.

    Attributes:
        settings: The institution's.
        software: The program that makes it: the agent of every event.
        at: When, aware: the time of every event, and the date of the bag.
    """

    settings: Settings
    software: Software
    at: datetime

    @property
    def organisation(self) -> str | None:
        """Who has the bag made; ``None`` when the settings do not say."""
        return self.settings.organisation.name

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The digest algorithms that PREMIS and the crate tell of each file, sorted.

        They are those of the manifests and SHA-256, by which sources are found again.
        """
        return tuple(sorted({"sha256", *self.settings.bags.digests}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Packager:
    """Who makes bags: an institution with its settings, a program, and the clock that tells when.

    Attributes:
        settings: The institution's.
        software: The program that makes them.
        clock: Asked once for each bag, so that all of one bag has one time.
    """

    settings: Settings
    software: Software
    clock: Clock

    def start(self) -> Packaging:
        """Return the circumstances of a bag that is made now."""
        return Packaging(settings=self.settings, software=self.software, at=self.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class CableFiles:
    """The files of a cable as bytes.

    Attributes:
        cable: The cable.
        source: The source as received.
        record: The record, canonical JSON.
        tei: The TEI, XML.
        premis: The PREMIS, XML.
        access: The page for people, HTML; ``None`` when none was asked for.
        digests: The digests that were computed of the files, by role and by BagIt's name of the algorithm.
    """

    cable: Cable
    source: bytes
    record: bytes
    tei: bytes
    premis: bytes
    access: bytes | None = None
    digests: Mapping[FileRole, Mapping[str, str]] = field(default_factory=dict)

    def contents(self) -> Mapping[FileRole, bytes]:
        """Return the bytes of each file that there is."""
        contents: Sequence[tuple[FileRole, bytes | None]] = (
            (FileRole.SOURCE, self.source),
            (FileRole.RECORD, self.record),
            (FileRole.TEI, self.tei),
            (FileRole.ACCESS, self.access),
            (FileRole.PREMIS, self.premis),
        )
        return {role: data for role, data in contents if data is not None}

    def files(self) -> tuple[PayloadFile, ...]:
        """Return the files as payload, each at its place."""
        return tuple(
            PayloadFile(BagPath(payload_path(self.cable, role).removeprefix(PAYLOAD)), data, self.digests.get(role, {}))
            for role, data in self.contents().items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CableSummary:
    """What a bag says of a cable in ``bag-info.txt`` and in its table.

    The record of a cable has all of it; but the cables of a group wait for each other by the thousand, and the text of
    none is kept in memory. Two other values say less or more of a cable, and are not this one: ``archive.CableEntry``
    is a format on disk, with the subject, which this must not have; ``description.Description`` is what others are
    told, made of a stored bag, in words that every target takes.

    Attributes:
        identifier: Its canonical identifier.
        origin: The name of the post or office that it came from.
        station: The same post as identifiers spell it.
        day: The day on which it was made, ``YYYY-MM-DD``.
        release: The release to which its source belongs.
        source_name: The name of its source as received.
        source_sha256: The SHA-256 of its source as received.
        text_sha256: The SHA-256 of the text of its body.
        classification: Its classification as marked.
        level: The level alone, without other words of the marking.
        redaction: Whether something was blacked out.
        completeness: Whether the source has all of it.
        access: Who may see it.
        copyright: The address of its rights statement.
        files: The paths of its files in the bag, by role.
    """

    identifier: str
    origin: str | None
    station: str | None
    day: str | None
    release: Release | None
    source_name: str
    source_sha256: str
    text_sha256: str
    classification: str | None
    level: str | None
    redaction: str
    completeness: str
    access: str
    copyright: str
    files: Mapping[FileRole, str]

    @classmethod
    def of(cls, cable: Cable, roles: Collection[FileRole]) -> Self:
        """Return what a bag says of a cable.

        Args:
            cable: The cable.
            roles: Those of its files in the bag.
        """
        return cls(
            identifier=cable.identifier,
            origin=cable.origin.name if cable.origin else None,
            station=cable.origin.station if cable.origin else None,
            day=cable.created.value[:10] if cable.created else None,
            release=cable.provenance.release,
            source_name=cable.provenance.source.name,
            source_sha256=cable.provenance.source.sha256,
            text_sha256=cable.body.sha256,
            classification=cable.classification.text if cable.classification else None,
            level=cable.classification.level if cable.classification else None,
            redaction=cable.redaction.status,
            completeness=cable.completeness.status,
            access=cable.rights.access,
            copyright=cable.rights.copyright,
            files={role: payload_path(cable, role) for role in _COLUMNS if role in roles},
        )


_COLUMNS = (FileRole.SOURCE, FileRole.RECORD, FileRole.TEI, FileRole.ACCESS, FileRole.PREMIS)


def portable_name(identifier: str) -> str:
    """Return the name of the files of a cable, and of its own bag: the identifier in a portable alphabet."""
    return _NOT_PORTABLE.sub("_", identifier)


def bag_name(cable: Cable) -> str:
    """Return the name of the bag of one cable."""
    return portable_name(cable.identifier)


def profile_identifiers(settings: Settings) -> tuple[str, ...]:
    """Return the identifiers of the BagIt profiles that bags with these settings meet: ours, and perhaps BTR's."""
    ours = Profile.ours()
    if not set(settings.bags.digests) <= set(ours.manifests_allowed or settings.bags.digests):
        return ()
    # BTR 1.0 requires Source-Organization, which we do not invent, and accepts no tar in Zstandard.
    beyond = settings.organisation.name and settings.bags.form != "tar.zst"
    return (ours.identifier, BTR) if beyond else (ours.identifier,)


def payload_path(cable: Cable, role: FileRole) -> str:
    """Return the path in the bag, ``data/`` included, of the file of a cable that has a role.

    Its name is that of the cable. The name under which a source was received is kept in the record, where no file
    system can refuse it.
    """
    suffixes = {
        FileRole.SOURCE: _SUFFIXES.get(cable.provenance.source.media_type, ".bin"),
        FileRole.RECORD: ".json",
        FileRole.TEI: ".xml",
        FileRole.ACCESS: ".html",
        FileRole.PREMIS: ".xml",
    }
    return f"{role.folder}{bag_name(cable)}{suffixes[role]}"


def sources_uuid(cables: Iterable[CableSummary]) -> str:
    """Return the UUID of the bag of some cables, which follows from them and their sources."""
    return bag_uuid([(cable.identifier, cable.source_sha256) for cable in cables])


def index_table(cables: Iterable[CableSummary]) -> bytes:
    """Return the table of a bag of several cables: CSV (RFC 4180) in UTF-8 with line feeds, a row for each cable.

    It has no subjects: they may name persons, and a table is searched more easily than texts are. No spreadsheet takes
    a cell of it for a formula, because no column holds a text of the page: they are identifiers, days, stations, levels
    of a closed vocabulary, digests, and paths below ``data/``. So programs read each cell as it is.
    """
    made = io.StringIO()
    table = csv.writer(made, lineterminator="\n")
    named = ("identifier", "date", "post", "classification", "source_sha256", "text_sha256")
    table.writerow((*named, *(role.value for role in _COLUMNS)))
    for cable in cables:
        facts = (cable.identifier, cable.day, cable.station, cable.level, cable.source_sha256, cable.text_sha256)
        table.writerow((*facts, *(cable.files.get(role) for role in _COLUMNS)))
    return made.getvalue().encode()


def new_bag(name: str, cables: Sequence[CableSummary], files: Iterable[Payload], packaging: Packaging) -> NewBag:
    """Return the bag of some cables, which is still to be written.

    Args:
        name: The name of the bag.
        cables: At least one cable, all of one release, in the order in which ``bag-info.txt`` is to tell of them.
        files: The whole payload.
        packaging: Who makes the bag, and when.
    """
    return NewBag(name, tuple(files), tuple(_bag_info(cables, packaging)))


def _bag_info(cables: Sequence[CableSummary], packaging: Packaging) -> Iterator[tuple[str, str]]:
    """Yield the fields of ``bag-info.txt``, without those that nobody states, and without names of persons."""
    release, settings, software = cables[0].release, packaging.settings, packaging.software
    stated: tuple[tuple[str, str | None], ...] = (
        ("Source-Organization", settings.organisation.name),
        ("Organization-Address", settings.organisation.address),
        ("Contact-Name", settings.organisation.contact_name),
        ("Contact-Email", settings.organisation.contact_email),
        ("External-Description", _description(cables)),
        *(("External-Identifier", cable.identifier) for cable in cables),
        ("External-Identifier", f"urn:uuid:{sources_uuid(cables)}"),
        ("Bag-Group-Identifier", release.name if release else None),
        ("Bagging-Date", packaging.at.date().isoformat()),
        # How many bags a release of several will have is not known while they are written (RFC 8493 2.2.2).
        ("Bag-Count", "1 of 1" if len(cables) == 1 else None),
        ("Bag-Software-Agent", f"{software.name} {software.version}"),
        *(("BagIt-Profile-Identifier", identifier) for identifier in profile_identifiers(settings)),
        *(("Internal-Sender-Identifier", cable.source_name) for cable in cables),
        ("Source-Release", release.text if release else None),
        ("Source-Release-Date", release.date if release else None),
        *(("Source-SHA256", cable.source_sha256) for cable in cables),
        *(("Cable-Classification", value) for value in _each(cable.classification for cable in cables)),
        *(("Cable-Redaction", value) for value in _each(cable.redaction for cable in cables)),
        *(("Cable-Completeness", value) for value in _each(cable.completeness for cable in cables)),
        # The settings decide on access, so it is the same for all cables of a run.
        ("Access", cables[0].access),
        *(("Rights-Statement", value) for value in _each(cable.copyright for cable in cables)),
    )
    # The name of a source may hold any character. A line feed would be folded (RFC 8493 2.2.2), but bagit-python also
    # ends a line at a U+0085 or U+2028, and would take what follows for a field: only the settings may have lines.
    for label, value in stated:
        if value:
            yield label, value if label in _OF_SETTINGS else printable_text(value)


def _each(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def _description(cables: Sequence[CableSummary]) -> str:
    # The subject is left out: it may name persons, and bag-info.txt travels further than the payload.
    origins = _each(cable.origin for cable in cables)
    origin = "" if not origins else f" from {origins[0]}" if len(origins) == 1 else f" from {len(origins)} posts"
    days = _each(cable.day for cable in cables)
    day = "" if not days else f", {days[0]}" if days[0] == days[-1] else f", {days[0]} to {days[-1]}"
    what = f"Telegram {cables[0].identifier}" if len(cables) == 1 else f"{len(cables)} telegrams"
    files = "source as received, normalized record, TEI" if len(cables) == 1 else "sources as received, records, TEI"
    access = ", access copy" if FileRole.ACCESS in cables[0].files else ""
    return f"{what}{origin}{day}: {files}{access}, provenance"
