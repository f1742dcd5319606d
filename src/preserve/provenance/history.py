"""The history of the files of a cable, told from its record and the files: events, agents and rights.

It ends when the bag is sealed; what happens afterwards is in an event log beside the bag. Two things are never told: a
capture that nobody recorded (an event notes that nobody did), and a change of the security marking, which the
originator alone may change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from preserve.cable import SCHEMA_VERSION, Access, Cable
from preserve.findings import Severity, worst
from preserve.provenance.model import (
    Agent,
    AgentLink,
    CableProvenance,
    Event,
    FileObject,
    FileRole,
    ObjectLink,
    RightsStatement,
    Validation,
    cable_uuid,
    utc_timestamp,
    uuid_of,
)
from preserve.provenance.software import Software
from preserve.provenance.vocabulary import (
    AgentRole,
    AgentType,
    CopyrightStatus,
    EventType,
    ObjectRole,
    Outcome,
    RightsBasis,
)

__all__ = ["ACCESS_WORDS", "copyright_status", "organization_agent", "provenance_of", "software_agent"]

ACCESS_WORDS: Final[Mapping[Access, tuple[str, str]]] = {
    "open": ("Allow", "Access is open, by decision of the holding institution."),
    "restricted": ("Disallow", "Access is restricted, by decision of the holding institution."),
    "embargoed": ("Disallow", "Access is embargoed, by decision of the holding institution."),
    "metadata-only": ("Conditional", "Only the description may be given out, by decision of the holding institution."),
}
"""The restriction and its reason for each access decision, in the words of Archivematica's rights metadata."""

_COPYRIGHT: Final[tuple[tuple[str, CopyrightStatus], ...]] = (
    ("http://rightsstatements.org/vocab/NoC-", CopyrightStatus.PUBLIC_DOMAIN),
    ("http://rightsstatements.org/vocab/InC", CopyrightStatus.COPYRIGHTED),
    ("http://creativecommons.org/publicdomain/", CopyrightStatus.PUBLIC_DOMAIN),
    ("http://creativecommons.org/licenses/", CopyrightStatus.COPYRIGHTED),
)
"""What the beginning of the address of a rights statement says of copyright; no other address says anything."""

_GOVERNMENT_WORK: Final = "Work of the United States Government (17 U.S.C. 105); text quoted from others may differ."
_FILES: Final = (FileRole.SOURCE, FileRole.RECORD, FileRole.TEI)
_WORSE: Final = (Outcome.SUCCESS, Outcome.WARNING, Outcome.FAIL)


def copyright_status(statement: str) -> CopyrightStatus:
    """Return what the address of a rights statement says of copyright: unknown when it says nothing."""
    address = statement.replace("https://", "http://", 1)
    return next((status for start, status in _COPYRIGHT if address.startswith(start)), CopyrightStatus.UNKNOWN)


@lru_cache(maxsize=16)
def software_agent(software: Software) -> Agent:
    """Return a program as an agent; with other versions of its parts it is another agent."""
    parts = [f"{name} {version}" for name, version in software.components]
    commit = [f"commit {software.commit}"] if software.commit else []
    return Agent(
        identifier=uuid_of("software", software.name, software.full_version, *commit, *parts),
        name=software.name,
        type=AgentType.SOFTWARE,
        version=software.version,
        notes=tuple(commit + ([", ".join(parts)] if parts else [])),
    )


@lru_cache(maxsize=16)
def organization_agent(name: str) -> Agent:
    """Return an institution as an agent."""
    return Agent(identifier=uuid_of("organization", name), name=name, type=AgentType.ORGANIZATION)


def provenance_of(
    cable: Cable,
    files: Sequence[FileObject],
    *,
    at: datetime,
    software: Software,
    organisation: str | None,
    validations: Sequence[Validation],
) -> CableProvenance:
    """Return the history of a cable, from the bytes as received to the package.

    Args:
        cable: The record.
        files: One source, one record, one TEI, and an access copy if one was made, in any order.
        at: When it was done, with a zone.
        software: The program that did it.
        organisation: The institution that had it done; ``None`` when the settings do not say.
        validations: The checks in the order in which they were done.

    Raises:
        ValueError: The files are not one of each role, a check is of a file that is not there, or the time has no
            zone.
    """
    given = {file.role: file for file in files}
    if len(files) != len(given) or set(given) - {FileRole.ACCESS} != set(_FILES):
        raise ValueError(
            f"not one source, one record, one TEI and at most one access copy: {[str(file.role) for file in files]}"
        )
    by_role: dict[FileRole, FileObject] = {role: given[role] for role in (*_FILES, FileRole.ACCESS) if role in given}
    if missing := {role for check in validations for role in check.checked} - set(by_role):
        raise ValueError(f"a check of a file that is not there: {', '.join(sorted(missing))}")
    agents = (software_agent(software), *([organization_agent(organisation)] if organisation else []))
    source = cable.provenance.source
    events = _events(cable, by_role, agents, validations)
    return CableProvenance(
        identifier=cable.identifier,
        source_sha256=source.sha256,
        subject=cable.subject,
        origin=cable.origin.name if cable.origin else None,
        created=cable.created.value if cable.created else None,
        release=cable.provenance.release.text if cable.provenance.release else None,
        copyright=cable.rights.copyright,
        access=cable.rights.access,
        files=tuple(by_role.values()),
        events=tuple(_dated(cable, at, event) for event in events),
        agents=agents,
        rights=_rights(cable),
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """An event before it has a time and an identifier."""

    kind: EventType
    details: tuple[str, ...]
    agents: tuple[AgentLink, ...]
    objects: tuple[ObjectLink, ...]
    outcome: Outcome = Outcome.SUCCESS
    notes: tuple[str, ...] = ()


def _dated(cable: Cable, at: datetime, draft: _Draft) -> Event:
    # Each type happens once to a cable. The time is part of the name, as a second ingestion is another event.
    sha256 = cable.provenance.source.sha256
    return Event(
        identifier=cable_uuid(cable.identifier, sha256, "event", draft.kind.code, utc_timestamp(at)),
        type=draft.kind,
        at=at,
        details=draft.details,
        outcome=draft.outcome,
        outcome_notes=draft.notes,
        agents=draft.agents,
        objects=draft.objects,
    )


def _events(
    cable: Cable,
    files: Mapping[FileRole, FileObject],
    agents: tuple[Agent, ...],
    validations: Sequence[Validation],
) -> Iterator[_Draft]:
    """Yield the events in the order of the work, each type at most once."""
    source, record, tei = (files[role].path for role in _FILES)
    # A program is linked without a role, as it executes. That an institution implements has to be said.
    program = (AgentLink(agents[0].identifier),)
    everyone = (*program, *(AgentLink(agent.identifier, AgentRole.IMPLEMENTER) for agent in agents[1:]))
    whole = (ObjectLink(cable.identifier),)
    outcome, notes = _extraction_outcome(cable)
    page = cable.provenance.page
    algorithms = ", ".join(sorted({name for file in files.values() for name in file.digests}))
    reading = f"Page of format {page.format}, rendering {page.rendering}, read into a cable record {SCHEMA_VERSION}."
    yield _Draft(EventType.INGESTION, (_ingestion_detail(cable),), everyone, (ObjectLink(source),))
    yield _Draft(EventType.MESSAGE_DIGEST_CALCULATION, (algorithms,), program, whole)
    yield _Draft(EventType.METADATA_EXTRACTION, (reading,), program, _derivation(source, record), outcome, notes)
    yield _Draft(EventType.NORMALIZATION, (), program, _derivation(record, tei))
    if (access := files.get(FileRole.ACCESS)) is not None:
        yield _Draft(EventType.CREATION, ("Access copy.",), program, _derivation(tei, access.path))
    if validations:
        yield _validation(files, program, validations)
    yield _Draft(EventType.INFORMATION_PACKAGE_CREATION, ("BagIt 1.0 (RFC 8493).",), everyone, whole)


def _derivation(used: str, made: str) -> tuple[ObjectLink, ...]:
    return ObjectLink(used, ObjectRole.SOURCE), ObjectLink(made, ObjectRole.OUTCOME)


def _validation(
    files: Mapping[FileRole, FileObject], program: tuple[AgentLink, ...], checks: Sequence[Validation]
) -> _Draft:
    """Return all checks as one event, which ended as the worst of them; a note names each that did not pass."""
    looked_at = {role for check in checks for role in check.checked}
    return _Draft(
        EventType.VALIDATION,
        tuple(f"{check.what}: {check.schema}; {check.validator}" for check in checks),
        program,
        tuple(ObjectLink(file.path) for role, file in files.items() if role in looked_at),
        max((check.outcome for check in checks), key=_WORSE.index),
        tuple(
            f"{check.what}: {check.outcome.label}{f'; {check.note}' if check.note else ''}"
            for check in checks
            if check.outcome is not Outcome.SUCCESS or check.note
        ),
    )


def _ingestion_detail(cable: Cable) -> str:
    release = cable.provenance.release
    stated = f" Source release as the page states it: {release.text}" if release else ""
    return f"Retrieval not recorded.{stated}"


def _extraction_outcome(cable: Cable) -> tuple[Outcome, tuple[str, ...]]:
    # Findings are counted, not quoted: a message may hold words of the text.
    if not cable.findings:
        return Outcome.SUCCESS, ()
    counts = Counter(finding.severity for finding in cable.findings)
    note = ", ".join(f"{severity}: {counts[severity]}" for severity in Severity if counts[severity])
    notes_only = worst(cable.findings) is Severity.NOTE
    return (Outcome.SUCCESS if notes_only else Outcome.WARNING), (f"Findings in the record: {note}.",)


def _rights(cable: Cable) -> tuple[RightsStatement, ...]:
    rights = cable.rights
    address = rights.copyright
    status = copyright_status(address)
    reason = rights.statement or (_GOVERNMENT_WORK if status is CopyrightStatus.PUBLIC_DOMAIN else None)
    restriction, decision = ACCESS_WORDS[rights.access]
    marking = f"Marked {cable.classification.text} by the originator." if cable.classification else None
    return (
        _statement(
            cable,
            RightsBasis.COPYRIGHT,
            (address, reason),
            # Copyright alone never opens a cable; the institution decides.
            "Conditional",
            "Subject to the decision of the holding institution.",
            status,
        ),
        _statement(cable, RightsBasis.INSTITUTIONAL_POLICY, (marking, rights.advisory), restriction, decision),
    )


def _statement(
    cable: Cable,
    basis: RightsBasis,
    notes: tuple[str | None, ...],
    restriction: str,
    reason: str,
    status: CopyrightStatus | None = None,
) -> RightsStatement:
    kept = tuple(note for note in notes if note)
    source = cable.provenance.source.sha256
    return RightsStatement(
        identifier=cable_uuid(cable.identifier, source, "rights", basis.code, restriction, reason, *kept),
        basis=basis,
        status=status,
        notes=kept,
        restriction=restriction,
        granted_note=reason,
    )
