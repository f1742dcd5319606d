"""Hostile JSON, XML and TOML: each is refused as what it is, in time that grows as its length, and nothing is fetched.

The verb ``validate`` reads them all; it takes a document from anybody, of any kind.
"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from preserve.errors import SourceError
from preserve.validation.documents import validate_bytes

TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0">'
PREMIS = '<premis xmlns="http://www.loc.gov/premis/v3" version="3.0">'
UTF16 = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY a SYSTEM "/etc/passwd">]>'
DEEP = 200_000


def codes(text: str | bytes) -> set[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return {each.finding.code for each in validate_bytes("document", data).findings}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a document made us connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"@graph":' + "[" * DEEP + "]" * DEEP + "}", "json-limit"),
        ('{"@graph":' + '{"a":' * DEEP + "1" + "}" * DEEP + "}", "json-limit"),
        ('{"schema_version":' + "[" * 900 + "]" * 900 + "}", "json-limit"),
        ('{"@graph":' + "9" * 1_000_000 + "}", "json-limit"),
        ('{"@graph":[NaN]}', "json-malformed"),
        ('{"@graph":[1],"@graph":[2]}', "json-repeated-name"),
        ('{"@context":"\\ud800","@graph":[{"@id":"\\udfff"}]}', "crate-invalid"),
        ('{"@context":1e999,"@graph":[]}', "crate-descriptor"),
    ],
)
def test_json_that_no_writer_makes(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TEI + "<a>" * 300_000, "xml-malformed"),
        (TEI + "<a>" * 100_000 + "</a>" * 100_000 + "</TEI>", "tei-not-well-formed"),
        (TEI[:-1] + "".join(f' a{n}="1"' for n in range(50_000)) + "/>", "tei-schema"),
        (TEI[:-1] + ' a="' + "x" * (11 << 20) + '"/>', "tei-not-well-formed"),
        (TEI + "x" * (11 << 20) + "</TEI>", "tei-not-well-formed"),
        (TEI[:-1] + "".join(f' xmlns:a{n}="u:{n}"' for n in range(20_000)) + "/>", "tei-schema"),
        ("<?a b?>" * 100_000 + TEI + "</TEI>", "tei-schema"),
        ('<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + TEI + "&b;</TEI>", "xml-document-type"),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + TEI + "</TEI>", "xml-document-type"),
        (
            '<!DOCTYPE a [<!ATTLIST p n CDATA "' + "x" * 999 + '">]>' + TEI + "<p/>" * 999 + "</TEI>",
            "xml-document-type",
        ),
        (TEI + '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></TEI>', "tei-schema"),
        ('<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/a.xsl"?>' + TEI + "</TEI>", "tei-schema"),
        ('<?xml-model href="http://127.0.0.1:9/a.rng"?>' + TEI + "</TEI>", "tei-schema"),
        (
            PREMIS[:-1] + ' xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
            'i:schemaLocation="http://www.loc.gov/premis/v3 http://127.0.0.1:9/a.xsd"/>',
            "premis-invalid",
        ),
        ('<?xml version="1.0" encoding="no-such"?>' + TEI + "</TEI>", "xml-malformed"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-' + TEI.encode() + b"</TEI>", "xml-malformed"),
        ((UTF16 + TEI + "&a;").encode("utf-16"), "xml-document-type"),
    ],
    ids=range(17),
)
def test_xml_that_no_writer_makes(text: str | bytes, code: str) -> None:
    assert code in codes(text)


def test_ebcdic_is_no_text_of_ours() -> None:
    with pytest.raises(SourceError):
        codes(('<?xml version="1.0" encoding="IBM037"?>' + TEI + "</TEI>").encode("cp037"))


def test_premis_of_nothing_but_faults_is_not_listed_fault_by_fault() -> None:
    """For each, libxml2 would walk past all its siblings to say where it stands: hours, of four million bytes."""
    document = f"{PREMIS}{'<object/>' * 200_000}</premis>"
    [fault] = validate_bytes("document", document.encode()).findings
    assert fault.finding.message == "200,000 places are against the schema, too many to list"


def test_a_crate_of_nothing_but_faults_is_not_listed_to_its_end() -> None:
    document = '{"@context":1,"@graph":[' + ",".join(["{}"] * 200_000) + "]}"
    judged = validate_bytes("document", document.encode())
    assert len(judged.findings) == 1000
    assert judged.stopped is not None


def test_a_key_of_many_parts_is_no_settings_and_takes_no_memory(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="neither a JSON object nor XML nor settings"):
        codes("x" + ".a" * 30_000 + "=1")
    path = tmp_path / "preserve.toml"
    path.write_text("x" + ".a" * 30_000 + "=1")
    [fault] = validate_bytes(str(path), path.read_bytes()).findings
    assert "a key has more than 8 parts" in fault.finding.message
