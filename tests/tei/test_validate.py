"""Each rule finds what it is for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from lxml import etree
from tests.growth import growth
from tests.tei.cables import bare, encoded, full

from preserve.cable.record import Cable, Paragraph
from preserve.contracts import contract_bytes
from preserve.findings import codes
from preserve.tei import validate
from preserve.tei.validate import check_tei

TEI = encoded(full()).decode()


def found_in(text: str, cable: Cable | None = None) -> set[str]:
    assert text != TEI or cable is not None, "the damage was not done"
    return {finding.code for finding in check_tei(text.encode(), cable or full())}


DAMAGE: list[tuple[str, Callable[[str], str], set[str]]] = [
    ("a character lost", lambda tei: tei.replace("All is well", "All is wel"), {"tei-text"}),
    ("a character added", lambda tei: tei.replace("All is well", "All is  well."), {"tei-text"}),
    ("a character of the routing header lost", lambda tei: tei.replace("FM AMEMBASSY", "FM AMEMBASY"), {"tei-text"}),
    ("the end of a text lost", lambda tei: tei.replace("AMEMBASSY ZENDA</seg></opener>", "AMEMBASSY</seg></opener>"),
     {"tei-text"}),
    ("a redaction's trace lost", lambda tei: tei.replace("<desc>XXXXXXXXXXXX</desc>", ""), {"tei-text"}),
    ("a g lost", lambda tei: tei.replace('<g ref="#char-000C"/>', ""), {"tei-text"}),
    ("a g for another character", lambda tei: tei.replace('value="000C"', 'value="000B"'), {"tei-text"}),
    ("a g without a character", lambda tei: tei.replace('value="000C"', 'value="FFFFFF"'), {"tei-text"}),
    ("indented anew", lambda tei: tei.replace("</opener>\n", "</opener>\n        "), {"tei-white-space"}),
    ("a division lost", lambda tei: re.sub(r"(?s)<front>.*</front>", "", tei), {"tei-text", "tei-pointer"}),
    ("an element of no profile", lambda tei: tei.replace("<label>1.</label>", "<num>1.</num>"), {"tei-schema"}),
    ("a value of no list", lambda tei: tei.replace('type="summary"', 'type="gist"'), {"tei-schema"}),
    ("no resp of a redaction", lambda tei: tei.replace(' quantity="12" resp="#src-release"', ' quantity="12"'),
     {"tei-schema", "tei-gap"}),
    ("a false quantity", lambda tei: tei.replace('quantity="12"', 'quantity="11"'), {"tei-gap"}),
    ("a redaction undone", lambda tei: re.sub(r"<gap[^>]*><desc>X*</desc></gap>", "X" * 12, tei), {"tei-redaction"}),
    ("a redaction filled in", lambda tei: re.sub(r"<gap[^>]*><desc>X*</desc></gap>", "<supplied/>", tei),
     {"tei-redaction", "tei-schema", "tei-supplied", "tei-text"}),
    ("two elements of one id", lambda tei: tei.replace('xml:id="p2"', 'xml:id="p1"'),
     {"tei-duplicate-id", "tei-schema"}),
    ("a category that is none", lambda tei: tei.replace('n="1" ana="#cl-C"', 'n="1" ana="#cl-X"'), {"tei-pointer"}),
    ("a keyword lost", lambda tei: tei.replace(' xml:id="tag-3"', ' xml:id="tag-4"'), {"tei-pointer"}),
    ("one pointer of two", lambda tei: tei.replace("#why-1.4-b #why-1.4-d", "#why-1.4-b #why-9"), {"tei-pointer"}),
    ("a number changed", lambda tei: tei.replace('xml:id="p2" n="2"', 'xml:id="p2" n="3"'), {"tei-paragraphs"}),
    ("a number lost", lambda tei: tei.replace('xml:id="p2" n="2"', 'xml:id="p2"'), {"tei-paragraphs"}),
    ("another level", lambda tei: tei.replace('target="#cl-C"', 'target="#cl-S-NF"'), {"tei-classification"}),
    ("no level", lambda tei: tei.replace('<catRef scheme="#classification" target="#cl-C"/>', ""),
     {"tei-classification"}),
    ("another banner", lambda tei: tei.replace('"classification" ana="#cl-C"', '"classification" ana="#cl-S-NF"'),
     {"tei-classification"}),
    ("two closers", lambda tei: tei.replace("<closer>", "<closer/><closer>"), {"tei-closer"}),
    ("an opener behind the text", lambda tei: tei.replace("<closer>", "<opener/><closer>"), {"tei-order"}),
    ("cut off", lambda tei: tei[:4000], {"tei-not-well-formed"}),
    ("nothing", lambda tei: "", {"tei-not-well-formed"}),
    ("a document type", lambda tei: tei.replace("<TEI", "<!DOCTYPE TEI>\n<TEI", 1), {"tei-document-type"}),
    ("an entity", lambda tei: tei.replace("All is well", "&x;").replace(
        "<TEI", '<!DOCTYPE TEI [<!ENTITY x "All is well">]>\n<TEI', 1), {"tei-document-type"}),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "expected"), [case[1:] for case in DAMAGE], ids=[case[0] for case in DAMAGE])
def test_each_damage_gives_exactly_its_codes(damage: Callable[[str], str], expected: set[str]) -> None:
    assert found_in(damage(TEI)) == expected


def test_every_code_of_the_room_has_its_damage() -> None:
    provoked = {code for _, _, expected in DAMAGE for code in expected} | {"tei-paragraph-order"}
    assert provoked == {code.name for code in codes().values() if code.room == "tei"}


def test_numbers_that_do_not_ascend_are_noted() -> None:
    cable = full()
    first, second, *rest = cable.body.paragraphs
    body = replace(cable.body, paragraphs=(replace(first, number=2), second, *rest))
    cable = replace(cable, body=body)
    assert found_in(encoded(cable).decode(), cable) == {"tei-paragraph-order"}


def test_a_document_of_another_record_is_found() -> None:
    other = replace(full(), classification=None)
    assert "tei-classification" in found_in(TEI, other)
    assert found_in(TEI, replace(full(), header=None)) == {"tei-text"}


def test_comments_and_instructions_are_no_text() -> None:
    assert check_tei(TEI.replace("All is", "All<!-- a comment --><?an instruction?> is").encode(), full()) == ()


def test_an_external_entity_is_never_read() -> None:
    hostile = TEI.replace("<TEI", '<!DOCTYPE TEI [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<TEI', 1)
    hostile = hostile.replace("All is well", "&x;")
    assert found_in(hostile) == {"tei-document-type"}


def test_entities_that_grow_are_bounded() -> None:
    growing = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    hostile = f'<!DOCTYPE TEI [<!ENTITY e0 "grow">{growing}]><TEI>&e11;</TEI>'
    assert found_in(hostile) <= {"tei-document-type", "tei-not-well-formed"}


def test_depth_and_size_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_in("<a>" * 10_000 + "</a>" * 10_000) == {"tei-not-well-formed"}
    monkeypatch.setattr(validate, "LARGEST", 100)
    assert found_in(TEI, full()) == {"tei-not-well-formed"}


def test_findings_quote_nothing_of_the_text() -> None:
    secret = bare("The heir of Ruritania is hidden in Zenda.")
    findings = check_tei(encoded(bare("The heir of Ruritania is hidden in Hentzau.")), secret)
    assert [finding.code for finding in findings] == ["tei-text"]
    assert not re.search("heir|Zenda|Hentzau", findings[0].message)


@given(st.integers(0, len(TEI) - 1), st.sampled_from(list("<>&\"'aX/ \x00")))
def test_one_changed_character_never_breaks_the_check(at: int, character: str) -> None:
    check_tei((TEI[:at] + character + TEI[at + 1 :]).encode(), full())


@given(st.binary(max_size=200))
def test_any_bytes_can_be_checked(data: bytes) -> None:
    assert {finding.code for finding in check_tei(data, full())} & {"tei-not-well-formed", "tei-schema"}


def test_another_document_altogether_is_no_crash() -> None:
    assert found_in("<TEI/>") == {"tei-schema", "tei-text", "tei-classification", "tei-redaction"}


def test_paragraphs_of_the_record_are_those_of_the_text() -> None:
    text = bare("1. A.")
    cable = replace(text, body=replace(text.body, paragraphs=(Paragraph(number=1, start=0, end=5),)))
    assert found_in(encoded(text).decode(), cable) == {"tei-paragraphs"}


SENT = '<correspAction type="sent"><orgName>Embassy Strelsau</orgName></correspAction>'
TO = '<correspAction type="received" subtype="info"><orgName type="station">AMCONSUL ZENDA</orgName></correspAction>'


def corresponding(actions: str) -> bytes:
    whole = r'(?s)(<correspDesc type="telegram" key="[^"]*" source="[^"]*">).*</correspDesc>'
    return re.sub(whole, lambda match: f"{match[1]}{actions}</correspDesc>", TEI).encode()


@pytest.mark.parametrize(
    ("actions", "is_valid"),
    [
        (SENT, True),
        (SENT + TO * 3, True),
        (SENT.replace("sent", "\t sent ") + TO, True),
        (TO, True),
        (TO * 3, True),
        ("", False),
        (SENT + SENT, False),
        (TO + SENT, False),
        (SENT.replace("sent", "received") + TO, False),
        (TO.replace("received", "sent", 1), False),
    ],
)
def test_a_sender_stands_first_or_not_at_all(actions: str, is_valid: bool) -> None:
    profile = etree.RelaxNG(etree.fromstring(contract_bytes("cable-tei-1.0.rng")))
    tei = corresponding(actions)
    assert profile.validate(etree.fromstring(tei)) is is_valid
    assert ("tei-schema" not in {finding.code for finding in check_tei(tei, None)}) is is_valid


@pytest.mark.parametrize("first", [SENT, ""])
def test_the_time_is_linear_in_the_number_of_addressees(first: str) -> None:
    assert growth(lambda size: corresponding(first + TO * size), lambda tei: check_tei(tei, None), 4000) < 10


def test_an_element_of_thousands_of_attributes_is_refused_before_any_of_them_is_looked_at() -> None:
    crowded = "<p " + " ".join(f'a{number}="1"' for number in range(80_000)) + "/></body>"
    (finding,) = check_tei(TEI.replace("</body>", crowded).encode(), full())
    assert (finding.code, "80,000 attributes" in finding.message) == ("tei-schema", True)
