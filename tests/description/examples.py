"""A made-up cable of Ruritania and its description, for the tests of this room."""

from __future__ import annotations

from dataclasses import replace

from preserve.cable.record import (
    Access,
    Basis,
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
    Recipient,
    Redaction,
    Reference,
    Release,
    Rights,
    Tag,
    Transmission,
)
from preserve.description.describe import describe_cable
from preserve.description.model import BagFacts, BagFile, Description, Holder
from preserve.digests import sha256

__all__ = ["BAG", "HOLDER", "PERSONS", "cable_with", "described"]

HOLDER = Holder(name="Royal Archive of Ruritania", email="archives@example.org")
BAG = BagFacts(
    name="02STRELSAU17",
    uuid="0b3f5a52-6a9d-5c6f-9f0e-111111111111",
    seal="ab" * 32,
    packaged="2026-11-23",
    files=(
        BagFile("data/record/02STRELSAU17.json", "application/json", 9103),
        BagFile("data/source/02STRELSAU17.txt", "text/plain", 6851),
    ),
)
PERSONS = ("HOPE", "RASSENDYLL", "HENTZAU", "FLAVIA", "SAPT", "TARLENHEIM", "KARL")
"""The persons of the made-up cable, wherever its fields or its text name them."""

_TEXT = "C O N F I D E N T I A L STRELSAU 000017\n1. (C) Colonel Sapt met Flavia.\nRASSENDYLL"


def _reference(text: str, identifier: str, basis: Basis) -> Reference:
    return Reference(text=text, kind="telegram", identifier=identifier, identifier_basis=basis)  # type: ignore[arg-type]


def cable_with(access: Access = "open", **changes: object) -> Cable:
    """Return the made-up cable with an access decision and other changes."""
    cable = Cable(
        identifier="02STRELSAU17",
        subject="RURITANIA: A CORONATION & ITS <RUMORS>",
        origin=Origin(name="Embassy Strelsau", station="STRELSAU", place="Strelsau"),
        created=Created(text="2002-03-13 15:03", value="2002-03-13T15:03:00"),
        transmission=Transmission(
            sender="AMEMBASSY STRELSAU",
            action=(
                Recipient(text="RUEHC/SECSTATE WASHDC FOR T. HOPE", name="SECSTATE WASHDC FOR T. HOPE"),
                Recipient(text="RUEHZD/AMEMBASSY ZENDA", name="AMEMBASSY ZENDA"),
            ),
        ),
        classification=Classification(
            level="CONFIDENTIAL",
            text="CONFIDENTIAL//NOFORN",
            declassify_on=DeclassifyOn(text="03/13/2012", date="2012-03-13"),
            classified_by=("DCM Anthony Hope",),
        ),
        attention=("DEPARTMENT FOR EUR/RUR, A. HOPE",),
        tags=(
            Tag(value="PGOV", kind="subject", basis=Basis.STATED),
            Tag(value="KDEM", kind="program", basis=Basis.STATED),
            Tag(value="KARL", kind="program", basis=Basis.STATED),
            Tag(value="RU", kind="geographic", basis=Basis.TABLE),
            Tag(value="RU", kind="geographic", basis=Basis.STATED),
            Tag(value="OSCE", kind="organization", basis=Basis.STATED),
            Tag(value="HENTZAU, RUPERT", kind="person", basis=Basis.STATED),
            Tag(value="FLAVIA", kind="unknown", basis=Basis.STATED),
            Tag(value="Colonel Sapt", kind="term", basis=Basis.STATED),
        ),
        references=(
            _reference("01 ZENDA 4", "01ZENDA4", Basis.STATED),
            _reference("STRELSAU 9", "02STRELSAU9", Basis.INFERRED_YEAR),
            Reference(text="TARLENHEIM LETTER OF MARCH 1", kind="other"),
        ),
        signed_by=("RASSENDYLL",),
        redaction=Redaction(status="redacted", text="Names of Flavia were removed."),
        completeness=Completeness(status="partial", text="A partial extract."),
        body=Body(text=_TEXT, sha256=sha256(_TEXT.encode()), line_breaks="kept"),
        provenance=Provenance(
            release=Release(text="Latest source of this page is browser-2", name="browser-2", date="2011-10-04"),
            page=PageCapture(format="cablebrowser", rendering="lines", heading="OF FLAVIA"),
            source=CaptureSource(
                name="Sapt.txt", size=6851, sha256="cd" * 32, media_type="text/plain", encoding="utf-8"
            ),
        ),
        rights=Rights(
            copyright="http://rightsstatements.org/vocab/NoC-US/1.0/",
            access=access,
            statement="A work of the Government.",
            advisory="Marked by its originator; it names persons.",
        ),
    )
    return replace(cable, **changes)  # type: ignore[arg-type]


def described(access: Access = "open", **changes: object) -> Description:
    """Return the description of the made-up cable."""
    return describe_cable(cable_with(access, **changes), BAG, HOLDER)
