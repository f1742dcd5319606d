"""Cables that wait for the others of their group: one file each in the stage of the run, so that they take no memory.

A file begins with a head in JSON, and the files of the cable follow. The head holds only what these do not tell: what
the user called the source, when the files were made, what was found, and the sizes and digests. All else is drawn from
the record again, by its strict reader. Which cables wait together is for ``grouping``, what becomes of them for
``collection``.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from preserve.archive import CableEntry
from preserve.bag import BagPath
from preserve.cable import decode_record
from preserve.digests import ALGORITHMS
from preserve.errors import ArchiveError, RecordError
from preserve.findings import Finding, Severity, codes
from preserve.ingest.one_cable import member_of_crate
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.package import CableFiles, CableSummary, Packager, Packaging, bag_name, payload_path
from preserve.provenance import PAYLOAD, CrateMember, FileRole

__all__ = ["WaitingCable", "WaitingFile", "read_waiting_cable", "write_waiting_cable"]

_LENGTH = 8
"""Bytes that say how long the head is."""
_LONGEST = 1 << 26
"""Bytes of a head, at most: hundreds of thousands of findings."""
_DIGEST = re.compile(r"[0-9a-f]{32,128}")


@dataclass(frozen=True, slots=True)
class WaitingCable:
    """A cable that waits.

    Attributes:
        outcome: Its outcome, once its bag is stored.
        entry: What the catalogue will say of it.
        summary: What its bag will say of it.
        member: What the crate of its bag will say of it.
    """

    outcome: ItemOutcome
    entry: CableEntry
    summary: CableSummary
    member: CrateMember


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A payload file that waits: a :class:`preserve.bag.model.Payload`.

    Attributes:
        path: Below ``data/``.
        size: Its size in bytes.
        place: The file in which the cable was set aside.
        offset: Where it begins in that, in bytes.
        digests: Computed before it was set aside. If the disk gives other bytes back, the bag does not agree with its
            manifests, and is found out before it appears.
    """

    path: BagPath
    size: int
    place: Path
    offset: int
    digests: Mapping[str, str]

    @property
    def data(self) -> bytes:
        """Its bytes.

        Raises:
            OSError: They could not be read; the writer of the bag reports it.
        """
        return _read(self.place, self.offset, self.size)


@dataclass(frozen=True, slots=True)
class _Head:
    """What the file of a cable says beside the files of the cable.

    Attributes:
        source: The source as the user named it.
        at: When the files were made.
        findings: On the source, the record and the renderings.
        files: The size and the digests of each file, in the order in which they lie.
    """

    source: str
    at: datetime
    findings: tuple[Finding, ...]
    files: Mapping[FileRole, tuple[int, Mapping[str, str]]]

    def encode(self) -> bytes:
        head = {
            "source": self.source,
            "at": self.at.isoformat(),
            "findings": [[each.code, each.where, each.message, each.severity] for each in self.findings],
            "files": [[role, size, digests] for role, (size, digests) in self.files.items()],
        }
        return json.dumps(head, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what :meth:`encode` returned.

        Raises:
            ValueError: It is anything else.
        """
        match json.loads(data):
            case {"source": str(source), "at": str(at), "findings": list(findings), "files": list(files)}:
                told = tuple(_finding(each) for each in findings)
                return cls(source, datetime.fromisoformat(at), told, dict(_file(each) for each in files))
        raise ValueError("not the head of a cable that waits")


def _finding(value: object) -> Finding:
    match value:
        case [str(code), str(where), str(message), str(severity)] if code in codes():
            return Finding(code, where, message, Severity(severity))
    raise ValueError("not a finding")


def _file(value: object) -> tuple[FileRole, tuple[int, Mapping[str, str]]]:
    match value:
        case [str(role), int(size), dict(digests)] if size >= 0:
            for algorithm, digest in digests.items():
                if algorithm not in ALGORITHMS or not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
                    raise ValueError("not a digest")
            return FileRole(role), (size, digests)
    raise ValueError("not a file")


def write_waiting_cable(folder: Path, outcome: ItemOutcome, parts: CableFiles, at: datetime) -> Path:
    """Set a cable aside in a file of its own, and return that.

    Args:
        folder: The stage of the run.
        outcome: Its outcome, once its bag is stored.
        parts: Its files, which passed every check.
        at: When they were made.

    Raises:
        OSError: The file could not be written.
    """
    contents = parts.contents()
    sizes = {role: (len(data), parts.digests[role]) for role, data in contents.items()}
    head = _Head(outcome.source, at, outcome.findings, sizes).encode()
    descriptor, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(len(head).to_bytes(_LENGTH))
        file.write(head)
        file.writelines(contents.values())
    return Path(name)


def read_waiting_cable(place: Path, packager: Packager) -> tuple[WaitingCable, tuple[WaitingFile, ...]]:
    """Return a cable that was set aside, and its files, whose bytes stay on the disk.

    Args:
        place: Where it was set aside.
        packager: Who made its files.

    Raises:
        ArchiveError: The file is not what was written.
        OSError: The file could not be read.
    """
    length = int.from_bytes(_read(place, 0, _LENGTH))
    try:
        head = _Head.decode(_read(place, _LENGTH, min(length, _LONGEST)))
        return _waiting_cable(place, _LENGTH + length, head, packager)
    except (ValueError, KeyError, RecursionError, RecordError) as error:
        raise ArchiveError(
            f"{place.name}, which was set aside, is not what was written", hint="Check the disk and the memory."
        ) from error


def _waiting_cable(
    place: Path, offset: int, head: _Head, packager: Packager
) -> tuple[WaitingCable, tuple[WaitingFile, ...]]:
    offsets: dict[FileRole, int] = {}
    for role, (size, _digests) in head.files.items():
        offsets[role] = offset
        offset += size
    if offset != place.lstat().st_size:
        raise ValueError("its files have other sizes")
    cable = decode_record(_read(place, offsets[FileRole.RECORD], head.files[FileRole.RECORD][0]))
    packaging = Packaging(settings=packager.settings, software=packager.software, at=head.at)
    waiting = WaitingCable(
        outcome=ItemOutcome(
            source=head.source,
            fate=Fate.STORED,
            identifier=cable.identifier,
            bag=bag_name(cable),
            source_sha256=cable.provenance.source.sha256,
            findings=head.findings,
        ),
        entry=CableEntry.of(cable),
        summary=CableSummary.of(cable, head.files),
        member=member_of_crate(cable, head.files, packaging),
    )
    files = tuple(
        WaitingFile(BagPath(payload_path(cable, role).removeprefix(PAYLOAD)), size, place, offsets[role], digests)
        for role, (size, digests) in head.files.items()
    )
    return waiting, files


def _read(place: Path, offset: int, size: int) -> bytes:
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        file.seek(offset)
        return file.read(size)
