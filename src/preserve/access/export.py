"""Out of a stored bag into a format of others: the record read and checked, files that appear whole.

Scope: reading the records of a bag that is trusted because its digests hold, and writing files that replace nothing.
Not in scope: what is said of a cable (``description``); which bags (the command line knows that). The bag is only
read.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from preserve.archive import StoredBag
from preserve.bag import ScannedBag, Stage, open_trusted
from preserve.cable import Cable, decode_record
from preserve.description import (
    BagFacts,
    BagFile,
    Description,
    Holder,
    MetadataFile,
    MetadataFormat,
    RenderedMetadata,
    describe_cable,
    format_day,
    one_line,
    render_metadata,
)
from preserve.errors import BagError, ExitCode, PreserveError, UsageError
from preserve.findings import Finding
from preserve.octets import NEW_FILE, rename_new, sync_folder, translate_os_errors, write_new
from preserve.package import portable_name
from preserve.provenance import FileRole
from preserve.settings import Settings

__all__ = [
    "BagSelection",
    "Exported",
    "HeldCable",
    "describe_stored",
    "export_all",
    "metadata_path",
    "open_new_file",
    "read_cables",
    "write_metadata",
]

_RECORD_LIMIT = 256 << 20
"""Bytes of one record that are read; the text of a cable is far below it."""

_NEW_RIGHTS = 0o664
"""The rights of a new file, less the umask: whatever that is, not everybody may write it."""

_URN = re.compile(r"urn:uuid:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".txt": "text/plain",
    ".xml": "application/xml",
}


@dataclass(frozen=True, slots=True)
class BagSelection:
    """A bag that is to be read.

    Attributes:
        label: How messages name it, as ``05STRELSAU4281/v1``.
        path: Its folder or archive.
        seal: The SHA-256 of its tag manifest as the archive knows it; ``None`` for a bag of no archive.
        stem: What files made of it are called; the identifier of the cable when there is none.
        name: Of the bag; the identifier of the cable when there is none.
        only: The names of the files of its cables that are to be read; ``None`` for all.
    """

    label: str
    path: Path
    seal: str | None = None
    stem: str | None = None
    name: str | None = None
    only: frozenset[str] | None = None

    @classmethod
    def of(cls, stored: StoredBag, name: str | None = None) -> BagSelection:
        """Return the reference to a stored bag, or to its cables of a name."""
        asked = stored.cables if name is None else stored.asked(name)
        only = None if len(asked) == len(stored.cables) else frozenset(portable_name(each.identifier) for each in asked)
        stem = f"{stored.name}.v{stored.version}"
        return cls(stored.label, stored.path, stored.seal, stem, stored.name, only)


@dataclass(frozen=True, slots=True)
class HeldCable:
    """One cable out of a bag.

    Attributes:
        stem: What the names of files made of it begin with; letters, digits, ``.``, ``_``, ``-``.
        cable: The record.
        bag: What the bag says of itself.
        holder: Who holds it, as ``bag-info.txt`` says.
    """

    stem: str
    cable: Cable
    bag: BagFacts
    holder: Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What became of one cable.

    Attributes:
        label: Of its bag.
        place: Where it was written; ``None`` when nothing was.
        findings: What was found on the way.
        error: What stopped us.
    """

    label: str
    place: Path | None = None
    findings: tuple[Finding, ...] = ()
    error: PreserveError | None = None

    @property
    def outcome(self) -> str:
        """``written``; ``refused`` for the reason that a finding gives; ``failed``."""
        if self.error is not None:
            return "failed"
        return "written" if self.place else "refused"

    @property
    def exit_code(self) -> ExitCode:
        """What the process says of it."""
        if self.error is not None:
            return self.error.exit_code
        return ExitCode.GOOD if self.place else ExitCode.INVALID


def export_all(
    refs: Iterable[BagSelection],
    target: MetadataFormat,
    place_of: Callable[[HeldCable], Path],
    describing: Callable[[HeldCable], Description],
) -> Iterator[Exported]:
    """Write each cable of some bags in a format; one that fails does not keep back the others.

    Args:
        refs: The bags.
        target: The format.
        place_of: Where a cable goes.
        describing: What is said of it.
    """
    for ref in refs:
        try:
            for held in read_cables(ref):
                place = place_of(held)
                done = write_metadata(describing(held), target, place)
                yield Exported(label=ref.label, place=place if done.files else None, findings=done.findings)
        except PreserveError as error:
            yield Exported(label=ref.label, error=error)


def read_cables(ref: BagSelection) -> Iterator[HeldCable]:
    """Yield each cable of a bag, after checking what it rests on: seal, tag files, and the digest of the record.

    Raises:
        BagError: It is no bag of cables, or is not what it was.
        ArchiveError: It could not be read.
        RecordError: A record is none of this version.
    """
    hint = f"Run: preserve verify {shlex.quote(str(ref.path))}"
    with open_trusted(ref.path, label=ref.label, seal=ref.seal, hint=hint) as held:
        bag = held.bag
        records = sorted(
            path for path in bag.payload if path.startswith(FileRole.RECORD.folder) and path.endswith(".json")
        )
        if not records:
            raise BagError(f"{ref.label} holds no record of a cable", hint="Name a bag that preserve made.")
        for path in records:
            if ref.only is not None and PurePosixPath(path).stem not in ref.only:
                continue
            cable = decode_record(held.read([path], limit=_RECORD_LIMIT)[path])
            only = PurePosixPath(path).stem if len(records) > 1 else None
            own = portable_name(cable.identifier)
            stem = ".".join(filter(None, (ref.stem, own if only or not ref.stem else None)))
            yield HeldCable(stem, cable, _facts(bag, cable, ref.name or own, only), _holder(bag))


def _facts(bag: ScannedBag, cable: Cable, name: str, stem: str | None) -> BagFacts:
    """Return what a bag says of itself; of a bag of many cables, only the files of a stem."""
    info = dict(reversed(bag.info))
    urns = (_URN.fullmatch(value) for label, value in bag.info if label == "External-Identifier")
    source = cable.provenance.source.media_type
    return BagFacts(
        name=name,
        uuid=next((urn[1] for urn in urns if urn), None),
        seal=bag.seal,
        packaged=format_day(info.get("Bagging-Date")),
        files=tuple(
            BagFile(
                path, source if path.startswith(FileRole.SOURCE.folder) else _media_type(path), bag.payload[path].size
            )
            for path in sorted(bag.payload)
            if stem in {None, PurePosixPath(path).stem}
        ),
    )


def _media_type(path: str) -> str:
    if path.startswith(FileRole.TEI.folder):
        return "application/tei+xml"
    return _MEDIA_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")


def _holder(bag: ScannedBag) -> Holder:
    info = dict(reversed(bag.info))
    return Holder(name=one_line(info.get("Source-Organization")), email=one_line(info.get("Contact-Email")))


def describe_stored(held: HeldCable, settings: Settings, *, embargo_until: str | None = None) -> Description:
    """Return the description of a cable, given out by the institution of the settings, else that of the bag."""
    ours = settings.organisation
    holder = Holder(name=ours.name or held.holder.name, email=ours.contact_email or held.holder.email)
    return describe_cable(held.cable, held.bag, holder, embargo_until=embargo_until)


# Writing


def metadata_path(folder: Path, stem: str, target: MetadataFormat) -> Path:
    """Return where a cable in a format goes in a folder: a file, or a folder for a format of several files."""
    return folder / (f"{stem}.{target.parts[0].name}" if len(target.parts) == 1 else f"{stem}.{target.name}")


def write_metadata(description: Description, target: MetadataFormat, place: Path) -> RenderedMetadata:
    """Write a description to a place that nothing has yet; whole, or not at all.

    Returns:
        What was written, or the findings that say why nothing was.

    Raises:
        UsageError: Something has the place.
        ArchiveError: It could not be written.
    """
    rendered = render_metadata(description, target)
    if len(rendered.files) == 1:
        with open_new_file(place) as stream:
            stream.write(rendered.files[0].data)
    elif rendered.files:
        _new_folder(place, rendered.files)
    return rendered


@contextmanager
def open_new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside its place and rename it there when the block ends without an error; nothing is replaced.

    Raises:
        UsageError: Something has the place.
        ArchiveError: It could not be written.
    """
    _free(path)
    with translate_os_errors("could not write", path):
        aside = _aside(path)
        try:
            with os.fdopen(os.open(aside, NEW_FILE, _NEW_RIGHTS), "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _appear(aside, path)
        finally:
            aside.unlink(missing_ok=True)


def _new_folder(place: Path, files: tuple[MetadataFile, ...]) -> None:
    _free(place)
    with Stage(place.parent) as stage, translate_os_errors("could not write", place):
        aside = stage.path / place.name
        aside.mkdir(0o775)
        for file in files:
            write_new(aside / file.name, (file.data,))
        _appear(aside, place)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _appear(aside: Path, path: Path) -> None:
    try:
        rename_new(aside, path)
    except FileExistsError:
        raise _taken(path) from None
    sync_folder(path.parent)


def _free(path: Path) -> None:
    if os.path.lexists(path):
        raise _taken(path)


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} is there already", hint="Nothing is replaced: name another place, or remove it first.")
