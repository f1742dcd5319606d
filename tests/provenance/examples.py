"""A made-up cable and its files, for the tests of this room: STRELSAU is in RURITANIA, and in no atlas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from preserve.cable.record import (
    Body,
    Cable,
    CaptureSource,
    Classification,
    Completeness,
    Created,
    DeclassifyOn,
    Origin,
    PageCapture,
    Provenance,
    Redaction,
    Release,
    Rights,
)
from preserve.digests import digest_bytes, sha256
from preserve.findings import Finding, Severity
from preserve.provenance.history import provenance_of
from preserve.provenance.model import CableProvenance, FileObject, FileRole, Validation, bag_uuid, file_object
from preserve.provenance.ro_crate import Crate, CrateMember, make_crate
from preserve.provenance.software import Software

AT = datetime(2026, 11, 23, 12, 30, 5, tzinfo=UTC)
SOFTWARE = Software(
    "preserve",
    "0.1.0",
    "0123456789abcdef0123456789abcdef01234567",
    (
        ("python", "3.11"),
        ("lxml", "6.1.3"),
        ("libxml2", "2.14.6"),
        ("jsonschema", "4.26.0"),
        ("jsonschema-rs", "0.60.3"),
    ),
)
ORGANISATION = "Royal Archive of Ruritania"
NOC_US = "http://rightsstatements.org/vocab/NoC-US/1.0/"

VALIDATIONS = (
    Validation(
        what="JSON Schema",
        schema="cable-record 1.0.0",
        validator="jsonschema-rs 0.60.3",
        checked=(FileRole.RECORD,),
    ),
    Validation(what="RELAX NG", schema="cable-tei 1.0", validator="libxml2 2.14.6", checked=(FileRole.TEI,)),
    Validation(
        what="text identity",
        schema="characters of the record's body, white space aside",
        validator="preserve 0.1.0",
        checked=(FileRole.RECORD, FileRole.TEI),
    ),
)


def cable_named(identifier: str = "02STRELSAU17", rights: Rights | None = None) -> Cable:
    text = "C O N F I D E N T I A L STRELSAU 000017"
    return Cable(
        identifier=identifier,
        subject="THE QUEEN'S <GARDEN> PARTY & ITS GUESTS",
        origin=Origin(name="Embassy Strelsau", station="STRELSAU"),
        created=Created(text="2002-01-09 10:15", value="2002-01-09T10:15:00"),
        classification=Classification(
            level="CONFIDENTIAL",
            text="CONFIDENTIAL",
            declassify_on=DeclassifyOn(text="DECL: 01/09/2012", date="2012-01-09"),
        ),
        redaction=Redaction(status="not-redacted"),
        completeness=Completeness(status="partial"),
        body=Body(text=text, sha256=sha256(text.encode()), line_breaks="kept"),
        provenance=Provenance(
            release=Release(text="cablebrowser-0, 2011-01-01"),
            page=PageCapture(format="cablebrowser", rendering="flattened"),
            source=CaptureSource(
                name="000_page.txt",
                size=6851,
                sha256=sha256(identifier.encode()),
                media_type="text/plain",
                encoding="utf-8",
            ),
        ),
        rights=rights or Rights(copyright=NOC_US, advisory="Names private persons; write to the archive to object."),
        findings=(Finding("stray-caption", "/body", "a secret in a message", Severity.NOTE),),
    )


def digests_of(label: str, algorithms: Sequence[str] = ("sha256",)) -> Mapping[str, str]:
    return digest_bytes(label.encode(), algorithms)


def files_of(cable: Cable, algorithms: Sequence[str] = ("sha256",)) -> tuple[FileObject, ...]:
    name = cable.identifier
    source, record, tei = f"data/source/{name}.txt", f"data/record/{name}.json", f"data/tei/{name}.xml"
    return (
        file_object(
            FileRole.SOURCE,
            source,
            size=6851,
            digests=digests_of(source, algorithms),
            media_type="text/plain",
            original_name=cable.provenance.source.name,
        ),
        file_object(FileRole.RECORD, record, size=9103, digests=digests_of(record, algorithms), derived_from=source),
        file_object(FileRole.TEI, tei, size=13759, digests=digests_of(tei, algorithms), derived_from=record),
    )


def access_copy_of(cable: Cable) -> FileObject:
    path, source = f"data/access/{cable.identifier}.html", f"data/tei/{cable.identifier}.xml"
    return file_object(FileRole.ACCESS, path, size=20480, digests=digests_of(path), derived_from=source)


def example(
    cable: Cable | None = None,
    *,
    organisation: str | None = ORGANISATION,
    access_copy: bool = False,
    at: datetime = AT,
    validations: Sequence[Validation] = VALIDATIONS,
) -> CableProvenance:
    cable = cable or cable_named()
    return provenance_of(
        cable,
        (*files_of(cable), *([access_copy_of(cable)] if access_copy else [])),
        at=at,
        software=SOFTWARE,
        organisation=organisation,
        validations=validations,
    )


def with_rights(**changes: str) -> Cable:
    cable = cable_named()
    return replace(cable, rights=replace(cable.rights, **changes))  # type: ignore[arg-type]


def member_of(provenance: CableProvenance) -> CrateMember:
    path = f"data/premis/{provenance.identifier}.xml"
    return CrateMember(provenance, file_object(FileRole.PREMIS, path, size=8192, digests=digests_of(path)))


def crate_example(*identifiers: str, organisation: str | None = ORGANISATION, access_copy: bool = False) -> Crate:
    members = [
        member_of(example(cable_named(name), access_copy=access_copy)) for name in identifiers or ("02STRELSAU17",)
    ]
    extra = []
    if len(members) > 1:
        extra.append(file_object(FileRole.INDEX, "data/index.csv", size=77, digests=digests_of("index")))
    return make_crate(
        members,
        identifier=bag_uuid((member.provenance.identifier, member.provenance.source_sha256) for member in members),
        published=AT,
        software=SOFTWARE,
        organisation=organisation,
        extra=extra,
    )


def payload_of(crate: Crate) -> set[str]:
    files = [file.path for member in crate.members for file in (*member.provenance.files, member.premis)]
    return {*files, *(file.path for file in crate.extra), "data/ro-crate-metadata.json", "bagit.txt"}
