"""Every format, of any made-up cable: valid for its target; refused rather than incomplete; goldens."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st
from lxml import etree
from tests.description.examples import BAG, HOLDER, cable_with, described
from tests.selection import examples
from tests.strategies import cables

from preserve.cable.record import Access, Cable, Origin, Release
from preserve.contracts.contract import contract_bytes, contract_names
from preserve.description import checks
from preserve.description.describe import describe_cable
from preserve.description.formats import FORMATS, MetadataFormat, MetadataPart, find_format, render_metadata
from preserve.description.model import Description, Holder
from preserve.errors import UsageError
from preserve.findings import Severity, worst

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "description"
FEW = examples(100)
HOSTILE = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\x00\x07\x1b[2J", "a\r\nb\tc", "]]>&<\"'", "\ud800x\udfff",
           "\ufffe\uffff\u0085", "\u202egnp.exe", "😀", "a;b,c\"d", "x" * 5000)  # fmt: skip


def files(description: Description, name: str) -> dict[str, bytes]:
    return {file.name: file.data for file in render_metadata(description, find_format(name)).files}


def document(description: Description, name: str) -> dict[str, Any]:
    [data] = files(description, name).values()
    parsed: dict[str, Any] = json.loads(data)
    return parsed


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


# --- all of them ---


@FEW
@given(cable=cables(), until=st.sampled_from([None, "2030-12-31"]))
def test_any_cable_is_valid_in_every_format(cable: Cable, until: str | None) -> None:
    description = describe_cable(cable, BAG, HOLDER, embargo_until=until)
    for target in FORMATS:
        rendered = render_metadata(description, target)
        assert {finding.code for finding in rendered.findings} <= {"embargo-endless", "description-withheld"}
        assert bool(rendered.files) == (cable.rights.access not in target.withheld)
        for file in rendered.files:
            file.data.decode("utf-8")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("target", FORMATS, ids=lambda each: each.name)
def test_hostile_texts_are_taken_in_every_field(target: MetadataFormat, text: str) -> None:
    cable = cable_with()
    hostile = replace(
        cable,
        subject=text,
        origin=Origin(name=text, place=text),
        classification=replace(cable.classification, text=text) if cable.classification else None,
        provenance=replace(cable.provenance, release=Release(text=text)),
        rights=replace(cable.rights, copyright=text, statement=text, advisory=text),
    )
    rendered = render_metadata(describe_cable(hostile, BAG, Holder(name="A & <B>", email="a@example.org")), target)
    assert rendered.findings == ()
    for file in rendered.files:
        told = file.data.decode("utf-8")
        assert not set(told) & set("\x00\x07\x1b\x85\ufffe\uffff")
        if file.name.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(told, newline="")) for cell in row]
            assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []


@pytest.mark.parametrize("target", FORMATS, ids=lambda each: each.name)
@pytest.mark.parametrize("access", ["open", "restricted"])
def test_the_golden_descriptions(target: MetadataFormat, access: Access, accept_golden: bool) -> None:
    folder = GOLDEN / access
    for name, data in files(described(access), target.name).items():
        path = folder / name
        if accept_golden:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert path.read_bytes() == data


def test_equal_descriptions_give_equal_bytes() -> None:
    for target in FORMATS:
        assert files(described(), target.name) == files(described(), target.name)


def test_names_are_unique_and_portable() -> None:
    names = [target.name for target in FORMATS]
    assert len(set(names)) == len(names)
    parts = [part.name for target in FORMATS for part in target.parts]
    assert len(set(parts)) == len(parts)
    assert all(name.replace(".", "").replace("_", "").isalnum() for name in parts)


def test_an_unknown_format_is_told_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'marc'.*dc, datacite"):
        find_format("marc")


# --- refused rather than made up ---


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("datacite", replace(described(), holder=Holder(email="a@example.org"))),
        ("datacite", replace(described(), bag=replace(BAG, packaged=None))),
        ("invenio", replace(described(), bag=replace(BAG, packaged=None))),
        ("dspace", replace(described(), bag=replace(BAG, packaged=None))),
        ("dataverse", replace(described(), holder=Holder(name="An archive"))),
        ("dataverse", replace(described(), holder=Holder(email="a@example.org"))),
    ],
)
def test_what_a_target_asks_for_and_nobody_states_is_not_made_up(name: str, lacking: Description) -> None:
    rendered = render_metadata(lacking, find_format(name))
    assert rendered.files == ()
    assert [finding.code for finding in rendered.findings] == ["description-incomplete"]


@pytest.mark.parametrize("name", ["dc", "archivematica", "mods", "schema-org"])
def test_the_others_do_without(name: str) -> None:
    bare = replace(described(), holder=Holder(), bag=replace(BAG, packaged=None, uuid=None, seal=None))
    assert render_metadata(bare, find_format(name)).findings == ()


def test_a_restricted_cable_is_never_told_to_datacite() -> None:
    rendered = render_metadata(described("restricted"), find_format("datacite"))
    assert rendered.files == ()
    assert [finding.code for finding in rendered.findings] == ["description-withheld"]


def test_an_embargo_without_an_end_is_told() -> None:
    rendered = render_metadata(described("embargoed"), find_format("invenio"))
    assert [finding.code for finding in rendered.findings] == ["embargo-endless"]
    assert worst(rendered.findings) is Severity.WARNING
    assert rendered.files


def test_nothing_invalid_is_given_out() -> None:
    broken = MetadataPart("x.xml", lambda _: b"<mods/>", checks.mods)
    target = MetadataFormat(name="x", describes="", parts=(broken,), checked="")
    rendered = render_metadata(described(), target)
    assert rendered.files == ()
    assert {finding.code for finding in rendered.findings} == {"description-invalid"}


# --- access ---

ACCESS: dict[Access, tuple[str, str, str, str]] = {
    "open": ("public", "public", "openAccess", "Allow"),
    "embargoed": ("public", "restricted", "embargoedAccess", "Disallow"),
    "metadata-only": ("public", "restricted", "closedAccess", "Conditional"),
    "restricted": ("restricted", "restricted", "restrictedAccess", "Disallow"),
}


@pytest.mark.parametrize("access", get_args(Access))
def test_each_access_decision_in_each_target(access: Access) -> None:
    description = described(access)
    record, contents, eu_repo, grant = ACCESS[access]
    invenio = document(description, "invenio")
    assert (invenio["access"], "pids" in invenio) == ({"record": record, "files": contents}, False)
    assert f"info:eu-repo/semantics/{eu_repo}".encode() in files(description, "dc")["dc.xml"]
    rights = table(files(description, "archivematica")["rights.csv"])
    assert {row["grant_restriction"] for row in rights if row["basis"] == "Policy"} == {grant}
    assert {row["grant_restriction"] for row in rights if row["basis"] == "Copyright"} == {"Conditional"}
    line = files(description, "dspace")["contents"].decode()
    assert ("permissions:-r 'Administrator'" in line) == (access != "open")
    assert document(description, "schema-org")["isAccessibleForFree"] == (access == "open")
    assert document(description, "dataverse")["datasetVersion"]["fileAccessRequest"] is False


def test_the_end_of_an_embargo_in_each_target_that_has_a_place_for_it() -> None:
    description = describe_cable(cable_with("embargoed"), BAG, HOLDER, embargo_until="2030-12-31")
    embargo = document(description, "invenio")["access"]["embargo"]
    assert (embargo["active"], embargo["until"]) == (True, "2030-12-31")
    assert {"date": "2030-12-31", "dateType": "Available"} in document(description, "datacite")["dates"]
    rights = table(files(description, "archivematica")["rights.csv"])
    assert {row["grant_end_date"] for row in rights if row["basis"] == "Policy"} == {"2030-12-31"}
    for name in ("dc", "dspace", "mods", "dataverse", "schema-org"):
        assert "2030-12-31" in b"".join(files(description, name).values()).decode()


@pytest.mark.parametrize(
    ("address", "status", "role"),
    [
        ("http://rightsstatements.org/vocab/NoC-US/1.0/", "public domain", "rights statement"),
        ("https://rightsstatements.org/vocab/InC/1.0/", "copyrighted", "licence"),
        ("https://creativecommons.org/licenses/by/4.0/", "copyrighted", "licence"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "public domain", "rights statement"),
        ("see the agreement", "unknown", "rights statement"),
    ],
)
def test_what_the_rights_statement_says_of_copyright(address: str, status: str, role: str) -> None:
    description = described(rights=replace(cable_with().rights, copyright=address))
    rows = [row for row in table(files(description, "archivematica")["rights.csv"]) if row["basis"] == "Copyright"]
    assert {(row["status"], row["doc_id_value"], row["doc_id_role"]) for row in rows} == {(status, address, role)}
    known = address.startswith("http")
    assert ("link" in document(description, "invenio")["metadata"]["rights"][0]) == known
    assert ("rightsUri" in document(description, "datacite")["rightsList"][0]) == known
    assert ("usageInfo" in document(description, "schema-org")) == known
    assert files(description, "mods")["mods.xml"].count(b"xlink:href=") == 1 + known


def test_invenio_is_told_that_a_text_is_no_html() -> None:
    odd = described(origin=Origin(name="<script>alert(1)</script> & Co"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in document(odd, "invenio")["metadata"]["description"]
    assert document(odd, "invenio")["metadata"]["title"].startswith("Telegram 02STRELSAU17 from <script>")


def test_invenio_takes_no_title_of_two_letters() -> None:
    short = described(subject="ab", rights=replace(cable_with().rights, advisory="x"))
    assert not {"additional_titles", "additional_descriptions"} & document(short, "invenio")["metadata"].keys()


# --- the checks see faults ---


def changed(data: bytes, *pairs: tuple[str, str]) -> bytes:
    text = data.decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def only(name: str, part: str) -> bytes:
    return files(described(), name)[part]


FAULTS: dict[str, tuple[checks.Check, str, str, tuple[str, str]]] = {
    "dc element": (checks.dublin_core, "dc", "dc.xml", ("<dc:type>Text</dc:type>", "<dc:kind>Text</dc:kind>")),
    "mods element": (checks.mods, "mods", "mods.xml", ("<genre>telegram</genre>", "<kind>telegram</kind>")),
    "mods value": (checks.mods, "mods", "mods.xml", ('type="corporate"', 'type="office"')),
    "datacite type": (checks.datacite, "datacite", "datacite.json", ('"Text"', '"Telegram"')),
    "datacite missing": (checks.datacite, "datacite", "datacite.json", ('"publicationYear"', '"publishedIn"')),
    "datacite relation": (checks.datacite, "datacite", "datacite.json", ('"IsDerivedFrom"', '"From"')),
    "invenio access": (checks.invenio, "invenio", "invenio.json", ('"record": "public"', '"record": "secret"')),
    "invenio property": (checks.invenio, "invenio", "invenio.json", ('"scheme"', '"schema"')),
    "invenio reference": (checks.invenio, "invenio", "invenio.json", ('"type": "organizational"', '"type": "post"')),
    "dataverse type": (checks.dataverse, "dataverse", "dataverse.json", ('"multiple": false', '"multiple": "no"')),
    "dataverse class": (checks.dataverse, "dataverse", "dataverse.json", ('"primitive"', '"compound"')),
    "dataverse field": (checks.dataverse, "dataverse", "dataverse.json", ('"typeName": "title"', '"typeName": "name"')),
    "schema.org": (checks.schema_org, "schema-org", "jsonld", ('"holdingArchive"', '"heldBy"')),
    "schema.org inner": (checks.schema_org, "schema-org", "jsonld", ('"propertyID"', '"property"')),
    "schema.org type": (checks.schema_org, "schema-org", "jsonld", ('"Organization"', '"Person"')),
    "dspace field": (checks.dspace_dublin_core, "dspace", "dublin_core.xml", ('"abstract"', '"summary"')),
    "dspace schema": (checks.dspace_dublin_core, "dspace", "dublin_core.xml", ('schema="dc"', 'schema="x"')),
    "dspace option": (checks.dspace_contents, "dspace", "contents", ("bundle:", "bundel:")),
    "dspace path": (checks.dspace_contents, "dspace", "contents", ("02STR", "../02STR")),
    "metadata column": (checks.metadata_csv, "archivematica", "metadata.csv", ("dc.creator", "creator")),
    "metadata path": (checks.metadata_csv, "archivematica", "metadata.csv", ("data/record", "objects/record")),
    "metadata first": (checks.metadata_csv, "archivematica", "metadata.csv", ("filename", "file")),
    "rights column": (checks.rights_csv, "archivematica", "rights.csv", ("grant_act", "act")),
    "rights cells": (checks.rights_csv, "archivematica", "rights.csv", ("Policy,", "Policy,,")),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_check_sees_a_fault(fault: str) -> None:
    check, name, part, change = FAULTS[fault]
    data = only(name, part)
    assert list(check(data)) == []
    codes = [finding.code for finding in check(changed(data, change))]
    assert codes
    assert set(codes) == {"description-invalid"}


def test_an_empty_table_and_an_empty_item_are_faults() -> None:
    assert [finding.where for finding in checks.metadata_csv(b"")] == ["line 1"]
    assert list(
        checks.dspace_dublin_core(b'<dublin_core schema="dc"><dcvalue element="title" qualifier="none"/></dublin_core>')
    )
    assert list(checks.dspace_contents(b"\tbundle:ORIGINAL\n"))


@pytest.mark.parametrize("check", [checks.mods, checks.dublin_core, checks.dspace_dublin_core])
def test_what_is_no_xml_of_ours_is_a_fault(check: checks.Check) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    assert ["document type" in finding.message for finding in check(bomb)] == [True]
    assert ["well-formed" in finding.message for finding in check(b"<x>")] == [True]


# --- the kept schemas ---


KEPT = [name for name in contract_names() if name.startswith("external/") and not name.endswith(".md")]


@pytest.mark.parametrize("name", KEPT)
def test_each_kept_schema_is_the_one_of_the_notice(name: str) -> None:
    data = contract_bytes(name)
    notice = contract_bytes("external/NOTICE.md").decode()
    [row] = [line for line in notice.splitlines() if line.startswith(f"| `{name.removeprefix('external/')}` |")]
    assert f"| {len(data)} | `{hashlib.sha256(data).hexdigest()}` |" in row


def test_the_own_imports_declare_the_fifteen_elements() -> None:
    schema = etree.fromstring(contract_bytes("external/oai_dc.xsd"))
    wanted = {each.get("ref", "").removeprefix("dc:") for each in schema.iter("{*}element") if each.get("ref")}
    assert len(wanted) == 15
    for name in wanted:
        root = "http://www.openarchives.org/OAI/2.0/oai_dc/"
        text = f'<o:dc xmlns:o="{root}" xmlns:d="http://purl.org/dc/elements/1.1/"><d:{name}>x</d:{name}></o:dc>'
        assert list(checks.dublin_core(text.encode())) == []
