from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.provenance.examples import (
    AT,
    ORGANISATION,
    SOFTWARE,
    VALIDATIONS,
    access_copy_of,
    cable_named,
    example,
    files_of,
    with_rights,
)

from preserve.cable.record import Access
from preserve.findings import Finding, Severity
from preserve.provenance.history import ACCESS_WORDS, organization_agent, provenance_of, software_agent
from preserve.provenance.model import CableProvenance, Event, FileRole, file_object
from preserve.provenance.vocabulary import AgentRole, CopyrightStatus, EventType, ObjectRole, Outcome, RightsBasis

SOURCE, RECORD, TEI = (file.path for file in files_of(cable_named()))


def only(provenance: CableProvenance, kind: EventType) -> Event:
    (event,) = (event for event in provenance.events if event.type is kind)
    return event


def test_the_events_of_a_cable_in_the_order_of_the_work() -> None:
    assert [event.type for event in example().events] == [
        EventType.INGESTION,
        EventType.MESSAGE_DIGEST_CALCULATION,
        EventType.METADATA_EXTRACTION,
        EventType.NORMALIZATION,
        EventType.VALIDATION,
        EventType.INFORMATION_PACKAGE_CREATION,
    ]


def test_a_capture_that_nobody_recorded_is_not_told() -> None:
    provenance = example()
    assert EventType.CAPTURE not in {event.type for event in provenance.events}
    assert only(provenance, EventType.INGESTION).details == (
        "Retrieval not recorded. Source release as the page states it: cablebrowser-0, 2011-01-01",
    )


def test_an_absent_release_stays_absent() -> None:
    cable = cable_named()
    provenance = example(replace(cable, provenance=replace(cable.provenance, release=None)))
    assert provenance.release is None
    assert only(provenance, EventType.INGESTION).details == ("Retrieval not recorded.",)


def test_the_chain_of_derivation() -> None:
    provenance = example()
    made = {}
    for event in provenance.events:
        links = {link.role: link.identifier for link in event.objects}
        if ObjectRole.OUTCOME in links:
            made[links[ObjectRole.OUTCOME]] = links[ObjectRole.SOURCE]
    assert made == {RECORD: SOURCE, TEI: RECORD}
    assert made == {file.path: file.derived_from for file in provenance.files if file.derived_from}


def test_the_event_of_the_checks_names_each_contract_its_judge_and_what_was_looked_at() -> None:
    event = only(example(), EventType.VALIDATION)
    assert event.details[1] == "RELAX NG: cable-tei 1.0; libxml2 2.14.6"
    assert len(event.details) == len(VALIDATIONS)
    assert [link.identifier for link in event.objects] == [RECORD, TEI]
    assert (event.outcome, event.outcome_notes) == (Outcome.SUCCESS, ())


def test_a_file_that_no_check_looked_at_is_not_linked() -> None:
    event = only(example(validations=VALIDATIONS[:1]), EventType.VALIDATION)
    assert [link.identifier for link in event.objects] == [RECORD]


def test_without_checks_there_is_no_event_of_them() -> None:
    assert EventType.VALIDATION not in {event.type for event in example(validations=()).events}


@pytest.mark.parametrize(
    ("outcomes", "worst", "notes"),
    [
        ([Outcome.SUCCESS, Outcome.WARNING, Outcome.SUCCESS], Outcome.WARNING, ("RELAX NG: warning; line 3: p",)),
        (
            [Outcome.FAIL, Outcome.WARNING, Outcome.SUCCESS],
            Outcome.FAIL,
            ("JSON Schema: fail", "RELAX NG: warning; line 3: p"),
        ),
        (
            [Outcome.SUCCESS, Outcome.SUCCESS, Outcome.FAIL],
            Outcome.FAIL,
            ("RELAX NG: success; line 3: p", "text identity: fail"),
        ),
    ],
)
def test_checks_end_as_the_worst_of_them_and_each_that_did_not_pass_is_named(
    outcomes: list[Outcome], worst: Outcome, notes: tuple[str, ...]
) -> None:
    checks = [replace(check, outcome=outcome) for check, outcome in zip(VALIDATIONS, outcomes, strict=True)]
    checks[1] = replace(checks[1], note="line 3: p")
    event = only(example(validations=checks), EventType.VALIDATION)
    assert event.outcome is worst
    assert event.outcome_notes == notes


def test_an_access_copy_is_created_from_the_tei() -> None:
    provenance = example(access_copy=True)
    path = access_copy_of(cable_named()).path
    assert [file.path for file in provenance.files] == [SOURCE, RECORD, TEI, path]
    event = only(provenance, EventType.CREATION)
    assert [(link.identifier, link.role) for link in event.objects] == [
        (TEI, ObjectRole.SOURCE),
        (path, ObjectRole.OUTCOME),
    ]
    others = {event.identifier for event in example().events}
    assert {event.identifier for event in provenance.events} - others == {event.identifier}


def test_an_access_copy_may_be_checked_only_where_it_is() -> None:
    check = replace(VALIDATIONS[0], checked=(FileRole.ACCESS,))
    event = only(example(access_copy=True, validations=[check]), EventType.VALIDATION)
    assert [link.identifier for link in event.objects] == [access_copy_of(cable_named()).path]
    with pytest.raises(ValueError, match="a file that is not there: access"):
        example(validations=[check])


@pytest.mark.parametrize(
    ("severities", "outcome", "notes"),
    [
        ([], Outcome.SUCCESS, ()),
        ([Severity.NOTE, Severity.NOTE], Outcome.SUCCESS, ("Findings in the record: note: 2.",)),
        ([Severity.NOTE, Severity.WARNING], Outcome.WARNING, ("Findings in the record: warning: 1, note: 1.",)),
        ([Severity.ERROR], Outcome.WARNING, ("Findings in the record: error: 1.",)),
    ],
)
def test_findings_are_counted_and_never_quoted(
    severities: list[Severity], outcome: Outcome, notes: tuple[str, ...]
) -> None:
    findings = tuple(Finding("stray-caption", f"/{n}", "words of the text", s) for n, s in enumerate(severities))
    event = only(example(replace(cable_named(), findings=findings)), EventType.METADATA_EXTRACTION)
    assert (event.outcome, event.outcome_notes) == (outcome, notes)


def test_the_institution_takes_part_only_when_it_is_known() -> None:
    assert [agent.name for agent in example().agents] == ["preserve", ORGANISATION]
    alone = example(organisation=None)
    assert [agent.name for agent in alone.agents] == ["preserve"]
    assert {link.agent for event in alone.events for link in event.agents} == {alone.agents[0].identifier}
    program, institution = example().agents
    roles = {(link.agent, link.role) for event in example().events for link in event.agents}
    assert roles == {(program.identifier, None), (institution.identifier, AgentRole.IMPLEMENTER)}


def test_equal_inputs_give_equal_histories_and_a_second_ingestion_is_another() -> None:
    cable = cable_named()

    def at(when: datetime) -> CableProvenance:
        files = files_of(cable)[::-1]
        return provenance_of(cable, files, at=when, software=SOFTWARE, organisation=None, validations=VALIDATIONS)

    assert at(AT) == at(AT)
    first, second = at(AT), at(AT + timedelta(days=1))
    assert not {event.identifier for event in first.events} & {event.identifier for event in second.events}
    assert first.rights == second.rights
    assert first.agents == second.agents


def test_identifiers_of_one_cable_are_all_different() -> None:
    provenance = example()
    identifiers = [event.identifier for event in provenance.events]
    identifiers += [agent.identifier for agent in provenance.agents]
    identifiers += [statement.identifier for statement in provenance.rights]
    assert len(set(identifiers)) == len(identifiers) == 10


def test_a_program_with_other_parts_is_another_agent() -> None:
    other = replace(SOFTWARE, components=(("python", "3.12"), *SOFTWARE.components[1:]))
    ids = {software_agent(SOFTWARE).identifier, software_agent(other).identifier}
    ids |= {software_agent(replace(SOFTWARE, commit=None)).identifier, organization_agent("preserve").identifier}
    assert len(ids) == 4


def test_a_history_has_no_other_file() -> None:
    cable = cable_named()
    files = [*files_of(cable), file_object(FileRole.PREMIS, "data/premis/x.xml", size=1, digests={})]
    with pytest.raises(ValueError, match="not one source"):
        provenance_of(cable, files, at=AT, software=SOFTWARE, organisation=None, validations=())


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_a_history_needs_source_record_and_tei(dropped: int) -> None:
    cable = cable_named()
    files = list(files_of(cable))
    files[dropped] = files[dropped - 1]
    with pytest.raises(ValueError, match="not one source"):
        provenance_of(cable, files, at=AT, software=SOFTWARE, organisation=None, validations=())
    del files[dropped]
    with pytest.raises(ValueError, match="not one source"):
        provenance_of(cable, files, at=AT, software=SOFTWARE, organisation=None, validations=())


def test_the_default_is_restricted_and_the_marking_is_the_originator_s() -> None:
    copyright_, policy = example().rights
    assert (copyright_.basis, copyright_.status) == (RightsBasis.COPYRIGHT, CopyrightStatus.PUBLIC_DOMAIN)
    assert copyright_.restriction == "Conditional"
    assert (policy.basis, policy.restriction) == (RightsBasis.INSTITUTIONAL_POLICY, "Disallow")
    assert policy.notes == (
        "Marked CONFIDENTIAL by the originator.",
        "Names private persons; write to the archive to object.",
    )


@pytest.mark.parametrize("access", ACCESS_WORDS)
def test_each_access_decision_has_its_words(access: Access) -> None:
    _, policy = example(with_rights(access=access)).rights
    assert (policy.restriction == "Allow") == (access == "open")
    assert access.partition("-")[0] in policy.granted_note or access == "metadata-only"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("http://rightsstatements.org/vocab/NoC-US/1.0/", CopyrightStatus.PUBLIC_DOMAIN),
        ("https://rightsstatements.org/vocab/NoC-OKLR/1.0/", CopyrightStatus.PUBLIC_DOMAIN),
        ("http://rightsstatements.org/vocab/InC/1.0/", CopyrightStatus.COPYRIGHTED),
        ("http://rightsstatements.org/vocab/CNE/1.0/", CopyrightStatus.UNKNOWN),
        ("ask the archivist", CopyrightStatus.UNKNOWN),
    ],
)
def test_the_status_of_copyright_follows_from_the_statement(address: str, status: CopyrightStatus) -> None:
    statement = example(with_rights(copyright=address)).rights[0]
    assert statement.status is status
    assert statement.notes[0] == address
    assert any("17 U.S.C. 105" in note for note in statement.notes) == (status is CopyrightStatus.PUBLIC_DOMAIN)


def test_what_the_institution_says_of_copyright_stands_alone() -> None:
    statement = example(with_rights(statement="Asked and settled.")).rights[0]
    assert statement.notes == ("http://rightsstatements.org/vocab/NoC-US/1.0/", "Asked and settled.")
