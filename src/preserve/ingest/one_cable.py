"""The way of one cable: from its source to record, TEI and PREMIS, each checked against its contract; and to a bag.

Nothing is written here: a bag is a value until ``prepare`` stages it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from preserve.bag import BagPath, NewBag, Payload, PayloadFile
from preserve.cable import RECORD_SCHEMA, Cable, Rights, canonical_json, check_record, normalize, record_to_json
from preserve.digests import digest_bytes
from preserve.findings import Finding, Severity, worst
from preserve.package import (
    INDEX,
    CableFiles,
    CableSummary,
    Packaging,
    bag_name,
    index_table,
    new_bag,
    payload_path,
    sources_uuid,
)
from preserve.provenance import (
    CRATE_DESCRIPTOR,
    PAYLOAD,
    CableProvenance,
    CrateMember,
    FileObject,
    FileRole,
    Outcome,
    Software,
    Validation,
    check_premis,
    encode_crate,
    encode_premis,
    file_object,
    make_crate,
    provenance_of,
)
from preserve.readers import Reader, SourceItem, read_page, registered_readers
from preserve.settings import Settings
from preserve.tei import TEI_SCHEMA, check_tei, encode_tei, render_page

__all__ = [
    "NormalizedCable",
    "RenderedCable",
    "assemble_bag",
    "bag_of_one",
    "member_of_crate",
    "normalize_source",
    "render_cable",
]


@dataclass(frozen=True, slots=True)
class NormalizedCable:
    """One source, read and normalized.

    Attributes:
        item: The source.
        reader: The name of the reader that took it.
        cable: The record as values.
        record: The record as canonical JSON.
        findings: What the record says of itself, and what its validation found.
    """

    item: SourceItem
    reader: str
    cable: Cable
    record: bytes
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RenderedCable:
    """The files of one cable, what the crate says of them, and what validating them found."""

    parts: CableFiles
    member: CrateMember
    findings: tuple[Finding, ...]


def normalize_source(item: SourceItem, settings: Settings) -> NormalizedCable:
    """Read one source and normalize it.

    Raises:
        NotACableError: Every reader declined it.
        SourceError: It is a page of a cable, but too damaged to be read.
    """
    page = read_page(item, _readers())
    cable = normalize(page, _rights(settings))
    record = record_to_json(cable)
    findings = cable.findings + check_record(record)
    return NormalizedCable(item, page.capture.format, cable, canonical_json(record), findings)


@lru_cache(maxsize=1)
def _readers() -> Mapping[str, Reader]:
    return registered_readers()


def _rights(settings: Settings) -> Rights:
    return Rights(
        copyright=settings.rights.copyright,
        access=settings.access.level,
        statement=settings.rights.statement,
        advisory=settings.notice,
    )


def render_cable(normalized: NormalizedCable, packaging: Packaging, *, access_copy: bool = False) -> RenderedCable:
    """Make the files of one cable, all but the crate of its bag, and check each against its contract.

    Args:
        normalized: The source, read and normalized.
        packaging: Who makes them, when.
        access_copy: Make the page for people too.
    """
    cable = normalized.cable
    made = encode_tei(
        cable,
        software=packaging.software,
        date=packaging.at.date(),
        source_path=f"../{payload_path(cable, FileRole.SOURCE).removeprefix(PAYLOAD)}",
        authority=packaging.organisation,
    )
    tei_findings = check_tei(made, cable)
    contents = {FileRole.SOURCE: normalized.item.data, FileRole.RECORD: normalized.record, FileRole.TEI: made}
    if access_copy:
        contents[FileRole.ACCESS] = render_page(made)
    objects = {role: _described(cable, packaging, role, data) for role, data in contents.items()}
    validations = _validations(normalized.findings, tei_findings, packaging.software)
    history = _history(cable, objects, packaging, validations)
    written = encode_premis(history)
    objects[FileRole.PREMIS] = _described(cable, packaging, FileRole.PREMIS, written)
    parts = CableFiles(
        cable=cable,
        source=normalized.item.data,
        record=normalized.record,
        tei=made,
        premis=written,
        access=contents.get(FileRole.ACCESS),
        digests={role: each.digests for role, each in objects.items()},
    )
    member = CrateMember(history, objects[FileRole.PREMIS])
    return RenderedCable(parts, member, normalized.findings + tei_findings + check_premis(written))


def member_of_crate(
    cable: Cable, files: Mapping[FileRole, tuple[int, Mapping[str, str]]], packaging: Packaging
) -> CrateMember:
    """Return what a crate says of a cable, from what is known of its files: as :func:`render_cable` returned it.

    Args:
        cable: The cable.
        files: The size and the digests of each file. They passed every check.
        packaging: Who made them, when.

    Raises:
        KeyError: There is no PREMIS.
        ValueError: A source, record or TEI is missing.
    """
    objects = {role: _described_file(cable, role, size, digests) for role, (size, digests) in files.items()}
    premis = objects.pop(FileRole.PREMIS)
    return CrateMember(_history(cable, objects, packaging, _validations((), (), packaging.software)), premis)


def _history(
    cable: Cable, objects: Mapping[FileRole, FileObject], packaging: Packaging, validations: Sequence[Validation]
) -> CableProvenance:
    return provenance_of(
        cable,
        list(objects.values()),
        at=packaging.at,
        software=packaging.software,
        organisation=packaging.organisation,
        validations=validations,
    )


def assemble_bag(
    name: str,
    cables: Sequence[CableSummary],
    members: Sequence[CrateMember],
    files: Iterable[Payload],
    packaging: Packaging,
) -> NewBag:
    """Put the files of cables together as one bag, described by one crate and, if there are several, by a table.

    Args:
        name: The name of the bag.
        cables: What the bag says of each; at least one, all of one release.
        members: What the crate says of each, in the same order.
        files: The files of all of them.
        packaging: Who makes the bag, when.
    """
    payload: list[Payload] = list(files)
    extra = []
    if len(cables) > 1:
        table = index_table(cables)
        digests = digest_bytes(table, packaging.algorithms)
        payload.append(PayloadFile(BagPath(INDEX), table, digests))
        extra.append(file_object(FileRole.INDEX, f"{PAYLOAD}{INDEX}", size=len(table), digests=digests))
    crate = make_crate(
        members,
        identifier=sources_uuid(cables),
        published=packaging.at,
        software=packaging.software,
        organisation=packaging.organisation,
        extra=extra,
    )
    payload.append(PayloadFile(BagPath(CRATE_DESCRIPTOR), encode_crate(crate)))
    return new_bag(name, cables, payload, packaging)


def bag_of_one(rendered: RenderedCable, packaging: Packaging) -> NewBag:
    """Return the bag of one cable."""
    parts = rendered.parts
    summary = CableSummary.of(parts.cable, parts.contents())
    return assemble_bag(bag_name(parts.cable), [summary], [rendered.member], parts.files(), packaging)


def _validations(
    record: tuple[Finding, ...], rendering: tuple[Finding, ...], software: Software
) -> tuple[Validation, ...]:
    """Return the three checks: of the record, of the TEI, and that the TEI has the text of the record."""
    versions = dict(software.components)
    libxml2 = f"libxml2 {versions['libxml2']} (lxml {versions['lxml']})"
    by_check = {
        "record": [finding for finding in record if finding.code == "record-invalid"],
        "identity": [finding for finding in rendering if finding.code == "tei-text"],
        "tei": [finding for finding in rendering if finding.code != "tei-text"],
    }
    outcome = {check: _verdict(findings) for check, findings in by_check.items()}
    return (
        Validation(
            what="JSON Schema",
            schema=RECORD_SCHEMA,
            validator=f"jsonschema-rs {versions['jsonschema-rs']}",
            checked=(FileRole.RECORD,),
            outcome=outcome["record"],
        ),
        Validation(
            what="RELAX NG",
            schema=f"{TEI_SCHEMA}.rng",
            validator=libxml2,
            checked=(FileRole.TEI,),
            outcome=outcome["tei"],
        ),
        Validation(
            what="Text identity",
            schema="text of the document division equals body.text, character for character",
            validator=f"{software.name} {software.version}",
            checked=(FileRole.RECORD, FileRole.TEI),
            outcome=outcome["identity"],
        ),
    )


def _verdict(findings: list[Finding]) -> Outcome:
    return Outcome.FAIL if worst(findings) is Severity.ERROR else Outcome.SUCCESS


_DERIVED = {FileRole.RECORD: FileRole.SOURCE, FileRole.TEI: FileRole.RECORD, FileRole.ACCESS: FileRole.TEI}


def _described(cable: Cable, packaging: Packaging, role: FileRole, data: bytes) -> FileObject:
    return _described_file(cable, role, len(data), digest_bytes(data, packaging.algorithms))


def _described_file(cable: Cable, role: FileRole, size: int, digests: Mapping[str, str]) -> FileObject:
    source = cable.provenance.source
    return file_object(
        role,
        payload_path(cable, role),
        size=size,
        digests=digests,
        media_type=source.media_type if role is FileRole.SOURCE else None,
        original_name=source.name if role is FileRole.SOURCE else None,
        derived_from=payload_path(cable, _DERIVED[role]) if role in _DERIVED else None,
    )
