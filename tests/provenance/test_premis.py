from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from string import printable

import pytest
from hypothesis import given, strategies as st
from lxml import etree
from tests.provenance.examples import cable_named, digests_of, example, files_of, with_rights

from preserve.contracts.contract import contract_bytes
from preserve.provenance import premis
from preserve.provenance.elements import PREMIS_NAMESPACE
from preserve.provenance.model import CableProvenance, FileObject, FileRole, ObjectLink, file_object
from preserve.provenance.vocabulary import ObjectRole, Outcome

NS = {"p": PREMIS_NAMESPACE}
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def parsed(data: bytes) -> etree._Element:
    return etree.fromstring(data)


def texts(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [str(each) for each in found]


@st.composite
def files(draw: st.DrawFn, role: FileRole, derived_from: str | None) -> FileObject:
    name = draw(st.text(min_size=1, max_size=12).filter(lambda name: name.isprintable() and "/" not in name))
    name = f"x{name}"
    algorithms = draw(st.lists(st.sampled_from(["md5", "sha1", "sha256", "sha512", "blake2b"]), unique=True))
    return file_object(
        role,
        f"data/{role}/{name}",
        size=draw(st.integers(0, 2**63 - 1)),
        digests=digests_of(name, algorithms),
        media_type=draw(st.none() | st.sampled_from(["text/html", "text/csv", "application/x-other"])),
        original_name=draw(st.none() | ANY_TEXT),
        derived_from=derived_from,
    )


@st.composite
def provenances(draw: st.DrawFn) -> CableProvenance:
    base = example(with_rights(advisory=draw(ANY_TEXT), statement=draw(ANY_TEXT)), organisation=draw(ANY_TEXT) or None)
    source = draw(files(FileRole.SOURCE, None))
    record = draw(files(FileRole.RECORD, source.path))
    tei = draw(files(FileRole.TEI, record.path))
    paths = {old.path: new.path for old, new in zip(base.files, (source, record, tei), strict=True)}
    events = tuple(
        replace(
            event,
            details=tuple(draw(st.lists(ANY_TEXT, max_size=2))),
            outcome=draw(st.sampled_from(Outcome)),
            outcome_notes=tuple(draw(st.lists(ANY_TEXT, max_size=2))),
            objects=tuple(ObjectLink(paths.get(link.identifier, link.identifier), link.role) for link in event.objects),
        )
        for event in base.events
    )
    return replace(base, files=(source, record, tei), events=events)


@given(provenances())
def test_every_provenance_gives_valid_premis(provenance: CableProvenance) -> None:
    data = premis.encode_premis(provenance)
    assert premis.check_premis(data) == ()
    assert data == premis.encode_premis(provenance)


@given(st.text(max_size=60))
def test_texts_come_back_as_they_were(text: str) -> None:
    provenance = example(organisation=None)
    (software,) = provenance.agents
    root = parsed(premis.encode_premis(replace(provenance, agents=(replace(software, notes=(text,)),))))
    kept = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    assert (root.findtext("p:agent/p:agentNote", namespaces=NS) or "") == kept


def test_the_golden_file(golden: Callable[[str, bytes], None]) -> None:
    golden("02STRELSAU17.premis.xml", premis.encode_premis(example()))


def test_it_says_what_the_files_are() -> None:
    cable = cable_named()
    root = parsed(premis.encode_premis(replace(example(), files=files_of(cable, ("sha256", "sha512")))))
    objects = "p:object[p:objectCharacteristics]/p:objectCharacteristics"
    assert texts(root, f"{objects}//p:formatRegistryKey/text()") == ["x-fmt/111", "fmt/817", "fmt/101"]
    assert texts(root, f"{objects}/p:size/text()") == ["6851", "9103", "13759"]
    assert texts(root, f"{objects}/p:fixity/p:messageDigestAlgorithm/text()") == ["SHA-256"] * 3
    assert texts(root, "p:object/p:originalName/text()") == ["000_page.txt"]
    digests = texts(root, f"{objects}/p:fixity/p:messageDigest/text()")
    assert digests == [digests_of(file.path)["sha256"] for file in files_of(cable)]


def test_an_algorithm_without_a_term_is_named_plainly() -> None:
    cable = cable_named()
    data = premis.encode_premis(replace(example(), files=files_of(cable, ("blake2b",))))
    (first, *_) = parsed(data).iter(f"{{{PREMIS_NAMESPACE}}}messageDigestAlgorithm")
    assert (first.text, list(first.keys())) == ("blake2b", [])


def test_without_our_digest_a_file_has_those_that_there_are() -> None:
    root = parsed(premis.encode_premis(replace(example(), files=files_of(cable_named(), ("sha512", "md5")))))
    assert texts(root, "p:object//p:messageDigestAlgorithm/text()") == ["MD5", "SHA-512"] * 3


def test_a_format_without_an_identifier_is_named() -> None:
    source = replace(files_of(cable_named())[0], puid=None, format_name="application/x-mystery")
    root = parsed(premis.encode_premis(replace(example(), files=(source,), events=())))
    assert texts(root, "p:object//p:format/p:formatDesignation/p:formatName/text()") == ["application/x-mystery"]


def test_a_derivation_whose_event_is_not_told_names_the_file_alone() -> None:
    root = parsed(premis.encode_premis(replace(example(), events=())))
    assert texts(root, "//p:relatedObjectIdentifierValue/text()")[-1] == example().files[1].path
    assert texts(root, "//p:relatedEventIdentifierValue/text()") == []


def test_an_event_links_what_no_derivation_says() -> None:
    provenance = example(access_copy=True)
    root = parsed(premis.encode_premis(provenance))

    def linked(kind: str) -> list[str]:
        return texts(
            root, f"p:event[p:eventType='{kind}']/p:linkingObjectIdentifier/p:linkingObjectIdentifierValue/text()"
        )

    source, record, tei, _ = (file.path for file in provenance.files)
    assert [linked(event.type.label) for event in provenance.events] == [
        [source],
        [provenance.identifier],
        [],
        [],
        [],
        [record, tei],
        [provenance.identifier],
    ]
    derived = texts(root, "p:object/p:relationship/p:relatedEventIdentifier/p:relatedEventIdentifierValue/text()")
    assert derived == [event.identifier for event in provenance.events[2:5]]


def test_an_event_with_another_source_links_it_with_its_role() -> None:
    provenance = example()
    source, _, tei = (file.path for file in provenance.files)
    events = list(provenance.events)
    made = replace(events[3], objects=(ObjectLink(source, ObjectRole.SOURCE), ObjectLink(tei, ObjectRole.OUTCOME)))
    root = parsed(premis.encode_premis(replace(provenance, events=(*events[:3], made, *events[4:]))))
    link = "p:event[p:eventType='normalization']/p:linkingObjectIdentifier"
    assert texts(root, f"{link}/p:linkingObjectIdentifierValue/text()") == [source]
    assert texts(root, f"{link}/p:linkingObjectRole/text()") == ["source"]


def test_notes_on_a_policy_go_with_what_it_grants() -> None:
    root = parsed(premis.encode_premis(example()))
    granted = "p:rights/p:rightsStatement[p:rightsBasis='institutional policy']/p:rightsGranted"
    assert texts(root, f"{granted}/p:restriction/text()") == ["Disallow"]
    assert texts(root, f"{granted}/p:rightsGrantedNote/text()") == [
        "Access is restricted, by decision of the holding institution.",
        "Marked CONFIDENTIAL by the originator.",
        "Names private persons; write to the archive to object.",
    ]


def test_derivation_points_to_the_file_and_to_the_event() -> None:
    provenance = example()
    root = parsed(premis.encode_premis(provenance))
    of_tei = f"p:object[p:objectIdentifier/p:objectIdentifierValue='{provenance.files[2].path}']/p:relationship"
    assert texts(root, f"{of_tei}/p:relationshipSubType/text()") == ["has Source"]
    assert texts(root, f"{of_tei}//p:relatedObjectIdentifierValue/text()") == [provenance.files[1].path]
    normalization = texts(root, "p:event[p:eventType='normalization']//p:eventIdentifierValue/text()")
    assert texts(root, f"{of_tei}//p:relatedEventIdentifierValue/text()") == normalization


def test_every_term_has_its_address_and_its_label() -> None:
    terms = re.findall(r'valueURI="([^"]+)">([^<]+)<', premis.encode_premis(example()).decode())
    assert ("http://id.loc.gov/vocabulary/preservation/eventType/ipc", "information package creation") in terms
    assert ("http://id.loc.gov/vocabulary/preservation/rightsBasis/ins", "institutional policy") in terms
    assert all(address.startswith("http://id.loc.gov/vocabulary/preservation/") for address, _ in terms)


def test_nothing_says_that_a_marking_was_lifted() -> None:
    # The fixture's instruction to declassify lies in the past of its ingestion.
    assert b"declassif" not in premis.encode_premis(example()).lower()


def test_the_file_speaks_neither_of_itself_nor_of_the_crate() -> None:
    data = premis.encode_premis(example())
    assert b"data/premis/" not in data
    assert b"ro-crate" not in data


def test_a_cable_without_rights_is_valid_too() -> None:
    assert premis.check_premis(premis.encode_premis(replace(example(), rights=()))) == ()


def test_a_cable_whose_files_are_gone_is_valid_too() -> None:
    assert premis.check_premis(premis.encode_premis(replace(example(), files=(), events=()))) == ()


def test_the_schema_is_the_one_of_the_notice() -> None:
    schema = contract_bytes(premis.SCHEMA)
    notice = contract_bytes("external/NOTICE.md").decode()
    assert hashlib.sha256(schema).hexdigest() in notice
    assert f" {len(schema)} " in notice


# Faults: each must be seen, and nothing else.


def faults(data: bytes) -> set[str]:
    return {finding.code for finding in premis.check_premis(data)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<size>6851</size>", b"<size>many</size>"),
        (b'version="3.0">', b'version="2.3">'),
        (b"<eventDateTime>2026-11-23T12:30:05Z</eventDateTime>\n", b""),
        (b"<agentNote>", b"<agentNoted>"),
        (b"</premis>", b"<extra/></premis>"),
        (b"http://www.loc.gov/premis/v3", b"info:lc/xmlns/premis-v2"),
        (b'xsi:type="file"', b'xsi:type="folder"'),
    ],
)
def test_a_fault_against_the_schema_is_found(old: bytes, new: bytes) -> None:
    data = premis.encode_premis(example())
    assert old in data
    assert faults(data.replace(old, new, 1)) == {"premis-invalid"}


def test_a_finding_says_where() -> None:
    data = premis.encode_premis(example()).replace(b"<size>6851</size>", b"<size>many</size>")
    line = data[: data.index(b"many")].count(b"\n") + 1
    assert {finding.where for finding in premis.check_premis(data)} == {f"line {line}"}


@pytest.mark.parametrize("what", ["agentIdentifierValue", "objectIdentifierValue", "eventIdentifierValue"])
def test_a_link_that_leads_nowhere_is_found(what: str) -> None:
    data = premis.encode_premis(example()).decode()
    values = dict.fromkeys(re.findall(f"<{what}>([^<]+)</{what}>", data))
    linked = 0
    for value in values:
        broken = data.replace(f"<{what}>{value}<", f"<{what}>another<", 1).encode()
        if faults(broken) == {"premis-link-dangling"}:
            linked += 1
    # Every agent and every object is linked to; of the events, the two that derive a file.
    assert linked == (2 if what.startswith("event") else len(values))


def test_a_link_must_agree_in_type_too() -> None:
    data = premis.encode_premis(example())
    old = b"<linkingAgentIdentifierType>UUID<"
    assert faults(data.replace(old, b"<linkingAgentIdentifierType>local<", 1)) == {"premis-link-dangling"}


def test_an_event_with_an_unknown_object_is_found() -> None:
    provenance = example()
    event = replace(provenance.events[0], objects=(ObjectLink("data/source/other.txt"),))
    assert faults(premis.encode_premis(replace(provenance, events=(event, *provenance.events[1:])))) == {
        "premis-link-dangling"
    }


def test_an_identifier_of_two_things_is_found() -> None:
    provenance = example()
    twice = replace(provenance.events[0], identifier=provenance.events[1].identifier)
    data = premis.encode_premis(replace(provenance, events=(twice, *provenance.events[1:])))
    assert faults(data) == {"premis-identifier-repeated"}


@given(st.binary(max_size=200) | st.text(printable, max_size=200).map(str.encode))
def test_any_bytes_are_looked_at(data: bytes) -> None:
    assert faults(data) == {"premis-invalid"}


@given(st.integers(0, 14_000))
def test_a_truncated_document_is_invalid(end: int) -> None:
    data = premis.encode_premis(example())
    assert faults(data[: min(end, len(data) - 20)]) == {"premis-invalid"}


# Hostile documents.


def with_doctype(doctype: str, note: str = "") -> bytes:
    data = premis.encode_premis(example()).decode()
    data = data.replace("?>\n", f"?>\n{doctype}\n", 1)
    return data.replace("<agentNote>", f"<agentNote>{note}", 1).encode()


_TENFOLD = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
BOMB = f"<!DOCTYPE premis [<!ENTITY a0 'ha'>{_TENFOLD}]>"


@pytest.mark.parametrize(
    ("doctype", "note"),
    [
        (BOMB, "&a11;"),
        ("<!DOCTYPE premis>", ""),
        ("<!DOCTYPE premis [<!ENTITY a 'b'>]>", "&a;"),
        ("<!DOCTYPE premis [<!ELEMENT premis ANY>]>", ""),
    ],
)
def test_a_document_type_is_refused(doctype: str, note: str) -> None:
    assert faults(with_doctype(doctype, note)) == {"premis-invalid"}


def test_a_bomb_in_an_attribute_is_refused() -> None:
    data = with_doctype(BOMB).replace(b'valueURI="', b'valueURI="&a11;', 1)
    assert faults(data) == {"premis-invalid"}


@pytest.mark.parametrize("kind", ["entity", "parameter", "subset"])
def test_nothing_outside_is_read(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.dtd"
    secret.write_text("<!ENTITY leak 'the secret of Zenda'>")
    address = secret.as_uri()
    doctype, note = {
        "entity": (f"<!DOCTYPE premis [<!ENTITY leak SYSTEM '{address}'>]>", "&leak;"),
        "parameter": (f"<!DOCTYPE premis [<!ENTITY % all SYSTEM '{address}'> %all;]>", "&leak;"),
        "subset": (f"<!DOCTYPE premis SYSTEM '{address}'>", "&leak;"),
    }[kind]
    findings = premis.check_premis(with_doctype(doctype, note))
    assert {finding.code for finding in findings} == {"premis-invalid"}
    assert "Zenda" not in "".join(finding.message for finding in findings)


def test_a_schema_that_a_document_names_is_not_used(tmp_path: Path) -> None:
    lax = tmp_path / "lax.xsd"
    lax.write_text(
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{PREMIS_NAMESPACE}">'
        '<xs:element name="premis" type="xs:anyType"/></xs:schema>'
    )
    hint = f'<premis xsi:schemaLocation="{PREMIS_NAMESPACE} {lax.as_uri()}" '
    data = premis.encode_premis(example()).replace(b"<premis ", hint.encode(), 1)
    assert premis.check_premis(data) == ()
    assert faults(data.replace(b"<size>", b"<sizes>", 1).replace(b"</size>", b"</sizes>", 1)) == {"premis-invalid"}


def test_a_deep_document_is_refused() -> None:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    assert faults(deep) == {"premis-invalid"}


def test_an_element_of_thousands_of_attributes_is_refused_before_any_of_them_is_looked_at() -> None:
    attributes = b" ".join(b'a%d="1"' % number for number in range(20_000))
    data = premis.encode_premis(example()).replace(b"</premis>", b"<x " + attributes + b"/></premis>")
    (finding,) = premis.check_premis(data)
    assert (finding.code, "20,000 attributes" in finding.message) == ("premis-invalid", True)
