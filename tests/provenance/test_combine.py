from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st
from lxml import etree
from tests.provenance.examples import AT, cable_named, digests_of, example

from preserve.digests import sha256
from preserve.errors import ExitCode, RecordError
from preserve.provenance import premis
from preserve.provenance.combine import KeptBag, LaterEvent, PremisEvent, combine_premis, premis_events
from preserve.provenance.elements import PREMIS_NAMESPACE
from preserve.provenance.model import Agent, CableProvenance, uuid_of
from preserve.provenance.vocabulary import AgentType

NS = {"p": PREMIS_NAMESPACE}
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
LOGGER = Agent(identifier=uuid_of("software", "preserve", "0.1.0"), name="preserve", type=AgentType.SOFTWARE)
NAME = "02STRELSAU17"


def later(at: str = "2026-11-24T00:00:00Z", *, type_: str = "fixity check", outcome: str = "success") -> LaterEvent:
    identifier = uuid_of("later", at, type_, outcome)
    return LaterEvent(identifier=identifier, type=type_, at=at, detail="All is there.", outcome=outcome, agent=LOGGER)


def history(source: str = "first", days: int = 0, name: str = NAME) -> CableProvenance:
    """The history of one cable as one source has it."""
    cable = cable_named(name)
    digest = sha256((name + source).encode())
    captured = replace(cable.provenance.source, sha256=digest)
    return example(replace(cable, provenance=replace(cable.provenance, source=captured)), at=AT + timedelta(days=days))


def kept(
    *documents: bytes, label: str = f"{NAME}/v1", cables: Sequence[str] = (NAME,), events: Sequence[LaterEvent] = ()
) -> KeptBag:
    return KeptBag(label=label, cables=tuple(cables), documents=documents, later=tuple(events))


def texts(data: bytes, path: str) -> list[str]:
    found = etree.fromstring(data).xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [str(each) for each in found]


def ids(data: bytes, of: str) -> list[str]:
    return texts(data, f"//p:{of}Identifier/p:{of}IdentifierValue/text()")


def told(data: bytes, type_: str) -> list[PremisEvent]:
    return [event for event in premis_events(data) if event.type == type_]


def test_a_bag_and_its_log_become_one_valid_document() -> None:
    provenance = history()
    data = combine_premis([kept(premis.encode_premis(provenance), events=[later()])])
    assert premis.check_premis(data) == ()
    assert data == combine_premis([kept(premis.encode_premis(provenance), events=[later()])])
    events = premis_events(data)
    assert [event.identifier for event in events] == [
        *(event.identifier for event in provenance.events),
        later().identifier,
    ]
    assert [event.type for event in events] == [*(event.type.label for event in provenance.events), "fixity check"]
    assert {event.bag for event in events} == {f"{NAME}/v1"}


def test_the_bag_is_a_representation_that_includes_its_files() -> None:
    data = combine_premis([kept(premis.encode_premis(history()))])
    of = "p:object[p:objectIdentifier/p:objectIdentifierType='bag']/p:relationship"
    related = "p:relatedObjectIdentifier/p:relatedObjectIdentifierValue/text()"
    assert texts(data, f"{of}[p:relationshipSubType='represents']/{related}") == [NAME]
    assert texts(data, f"{of}[p:relationshipSubType='includes']/{related}") == [
        f"{NAME}/v1/{file.path}" for file in history().files
    ]


def test_what_a_bag_says_is_said_in_the_same_words() -> None:
    provenance = history()
    first, *_ = premis_events(combine_premis([kept(premis.encode_premis(provenance))]))
    event = provenance.events[0]
    assert first == PremisEvent(
        identifier=event.identifier,
        type="ingestion",
        at="2026-11-23T12:30:05Z",
        details=event.details,
        outcomes=("success",),
        notes=(),
        agents=("preserve", "Royal Archive of Ruritania"),
        bag=f"{NAME}/v1",
        objects=(f"{NAME}/v1/{provenance.files[0].path}",),
    )


def test_two_versions_share_the_cable_and_the_agents_and_nothing_else() -> None:
    one, other = history(), history("second", days=2)
    data = combine_premis(
        [
            kept(premis.encode_premis(one), events=[later("2026-12-01T00:00:00Z")]),
            kept(premis.encode_premis(other), label=f"{NAME}/v2", events=[later("2026-12-02T00:00:00Z")]),
        ]
    )
    assert premis.check_premis(data) == ()
    objects = ids(data, "object")
    assert objects.count(NAME) == 1
    assert len(objects) == 1 + 2 * (1 + len(one.files))
    assert set(ids(data, "agent")) == {*(agent.identifier for agent in one.agents), LOGGER.identifier}
    assert len(ids(data, "agent")) == len(one.agents) + 1
    by_bag = {label: {event.identifier for event in premis_events(data) if event.bag == label} for label in objects}
    assert {event.identifier for event in one.events} <= by_bag[f"{NAME}/v1"]
    assert {event.identifier for event in other.events} <= by_bag[f"{NAME}/v2"]
    represented = "p:object/p:relationship[p:relationshipSubType='is Represented By']//p:relatedObjectIdentifierValue"
    assert texts(data, f"{represented}/text()") == [
        *(f"{NAME}/v1/{file.path}" for file in one.files),
        *(f"{NAME}/v2/{file.path}" for file in other.files),
    ]


def test_the_same_document_in_two_bags_stays_two_histories() -> None:
    document = premis.encode_premis(history())
    data = combine_premis([kept(document), kept(document, label="COPY/v1")])
    assert premis.check_premis(data) == ()
    events = [event.identifier for event in history().events]
    assert sorted(ids(data, "event")) == sorted([*events, *(f"COPY/v1/{event}" for event in events)])
    assert len(set(ids(data, "rightsStatement"))) == 2 * len(history().rights)
    made = texts(data, "//p:relatedEventIdentifierValue/text()")
    assert made == [events[2], events[3], f"COPY/v1/{events[2]}", f"COPY/v1/{events[3]}"]


def test_the_cables_of_one_bag_are_all_there() -> None:
    names = (NAME, "02STRELSAU18")
    data = combine_premis(
        [kept(*(premis.encode_premis(history(name=name)) for name in names), label="several/v1", cables=names)]
    )
    assert premis.check_premis(data) == ()
    entities = texts(data, "p:object/p:objectIdentifier[p:objectIdentifierType='cable']/p:objectIdentifierValue/text()")
    assert entities == list(names)
    assert len(ids(data, "agent")) == 2


def test_a_bag_without_premis_has_its_cable_and_its_log() -> None:
    data = combine_premis([kept(events=[later()])])
    assert premis.check_premis(data) == ()
    assert ids(data, "object") == [NAME, f"{NAME}/v1"]
    (event,) = premis_events(data)
    assert (event.bag, event.details, event.agents) == (f"{NAME}/v1", ("All is there.",), ("preserve",))


@pytest.mark.parametrize(
    ("type_", "outcome", "addresses"),
    [
        ("fixity check", "success", ["eventType/fix", "eventOutcome/suc"]),
        ("transfer", "fail", ["eventType/tra", "eventOutcome/fai"]),
        ("transfer", "unknown", ["eventType/tra"]),
        ("something newer", "success", ["eventOutcome/suc"]),
    ],
)
def test_words_of_the_lists_have_their_addresses_and_others_none(
    type_: str, outcome: str, addresses: list[str]
) -> None:
    data = combine_premis([kept(events=[later(type_=type_, outcome=outcome)])])
    base = "http://id.loc.gov/vocabulary/preservation/"
    assert texts(data, "p:event//@valueURI") == [base + each for each in addresses]
    (event,) = premis_events(data)
    assert (event.type, event.outcomes) == (type_, (outcome,))


def test_events_are_in_the_order_of_their_times_whatever_their_zones() -> None:
    document = premis.encode_premis(history())

    def at(number: int, time: str) -> None:
        nonlocal document
        event = history().events[number].identifier.encode()
        start = document.index(event, document.index(b"<event>"))
        old = b"<eventDateTime>2026-11-23T12:30:05Z<"
        place = document.index(old, start)
        document = document[:place] + b"<eventDateTime>" + time.encode() + b"<" + document[place + len(old) :]

    at(0, "2026-11-23T14:30:06+02:00")  # a second later, in another zone
    at(2, "2026-11-23T12:30:04")  # a second earlier, no zone: taken as UTC
    at(5, "open")  # the schema allows it
    data = combine_premis([kept(document, events=[later("2020-01-01T00:00:00Z")])])
    order = [event.identifier for event in premis_events(data)]
    ours = [event.identifier for event in history().events]
    assert order == [ours[5], later("2020-01-01T00:00:00Z").identifier, ours[2], ours[1], ours[3], ours[4], ours[0]]


def test_a_document_with_a_prefix_is_taken_too() -> None:
    document = premis.encode_premis(history()).decode()
    document = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1premis:", document).replace('xmlns="', 'xmlns:premis="')
    document = document.replace('xsi:type="', 'xsi:type="premis:')
    assert premis.check_premis(document.encode()) == ()
    data = combine_premis([kept(document.encode(), events=[later()])])
    assert [event.type for event in premis_events(data)] == [
        event.type for event in premis_events(combine_premis([kept(premis.encode_premis(history()), events=[later()])]))
    ]


def test_an_agent_that_is_described_in_other_words_is_another() -> None:
    document = premis.encode_premis(history("second", days=1)).replace(
        b"<agentNote>python 3.11", b"<agentNote>python 3.12"
    )
    data = combine_premis([kept(premis.encode_premis(history())), kept(document, label=f"{NAME}/v2")])
    program = history().agents[0].identifier
    assert ids(data, "agent").count(program) == 1
    assert f"{NAME}/v2/{program}" in ids(data, "agent")
    linked = {event.bag: event.agents for event in told(data, "normalization")}
    assert linked == {f"{NAME}/v1": ("preserve",), f"{NAME}/v2": ("preserve",)}
    of_v2 = told(data, "normalization")[1].identifier
    link = f"p:event[p:eventIdentifier/p:eventIdentifierValue='{of_v2}']//p:linkingAgentIdentifierValue/text()"
    assert texts(data, link) == [f"{NAME}/v2/{program}"]


def with_in_entity(document: bytes, part: bytes) -> bytes:
    end = document.index(b"</objectIdentifier>\n") + len(b"</objectIdentifier>\n")
    return document[:end] + part + document[end:]


def test_what_another_bag_adds_to_a_cable_takes_its_place_in_the_order_of_the_schema() -> None:
    second = with_in_entity(
        premis.encode_premis(history("second", days=1)), b"<originalName>Telegram 17</originalName>"
    )
    data = combine_premis([kept(premis.encode_premis(history())), kept(second, label=f"{NAME}/v2")])
    parts = texts(data, "p:object[1]/*/text()[normalize-space()] | p:object[1]/p:originalName/text()")
    assert parts == ["Telegram 17"]
    assert premis.check_premis(data) == ()


def test_bags_that_contradict_each_other_are_not_combined() -> None:
    one = with_in_entity(premis.encode_premis(history()), b"<originalName>one</originalName>")
    other = with_in_entity(premis.encode_premis(history("second", days=1)), b"<originalName>other</originalName>")
    with pytest.raises(RecordError, match=f"what the PREMIS of {NAME}/v1, {NAME}/v2 comes to is not valid"):
        combine_premis([kept(one), kept(other, label=f"{NAME}/v2")])


def test_one_file_described_twice_in_one_bag_is_refused() -> None:
    documents = [premis.encode_premis(history()), premis.encode_premis(history("second", days=1))]
    with pytest.raises(RecordError, match="identifies 2 things"):
        combine_premis([kept(*documents)])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"<size>6851</size>", b"<size>many</size>", "line 9"),
        (b"<premis ", b"<!DOCTYPE premis [<!ENTITY a 'b'>]><premis ", "document type"),
        (b"</premis>", b"", "not well-formed"),
        (b"<agentIdentifierValue>", b"<agentIdentifierValue>x", "and "),
    ],
)
def test_a_document_that_is_not_valid_is_refused_by_name(old: bytes, new: bytes, says: str) -> None:
    document = premis.encode_premis(history())
    assert old in document
    with pytest.raises(RecordError, match=f"the PREMIS of {NAME}/v1 is not valid: .*{says}") as caught:
        combine_premis([kept(document.replace(old, new, 1))])
    assert caught.value.exit_code is ExitCode.INVALID
    assert "preserve audit" in caught.value.hint


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=2), ANY_TEXT)
def test_no_word_of_a_log_can_break_it(detail: str, notes: list[str], name: str) -> None:
    agent = replace(LOGGER, name=name)
    event = replace(later(), detail=detail, notes=tuple(notes), agent=agent)
    data = combine_premis([kept(events=[event])])
    assert premis.check_premis(data) == ()
    (out,) = premis_events(data)

    def readable(text: str) -> str:
        return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)

    assert (out.details, out.agents) == ((readable(detail),), (readable(name),))
    assert out.notes == tuple(map(readable, notes))


def test_an_identifier_of_another_kind_is_qualified_only_where_it_must_be() -> None:
    document = premis.encode_premis(history())
    digest = digests_of("x")["sha256"].encode()
    named = document.replace(b">local<", b">handle<").replace(b"data/tei/", digest + b"/")
    data = combine_premis([kept(named)])
    assert f"{digest.decode()}/{NAME}.xml" in ids(data, "object")
    assert premis.check_premis(data) == ()
