"""XML as text: the root, what is refused and where, and the places of findings."""

from __future__ import annotations

from xml.parsers import expat

import pytest

from preserve.validation.json_text import DocumentPlace
from preserve.validation.xml_text import NotXmlError, Root, find_places, place_in_words, read_root

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE TEI [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<TEI>&b;</TEI>"""


@pytest.mark.parametrize(
    ("data", "root"),
    [
        (b"<a/>", Root("", "a", DocumentPlace(1, 1))),
        (
            b'<?xml version="1.0"?>\n<!-- c -->\n  <x:a xmlns:x="urn:x"><b/></x:a>',
            Root("urn:x", "a", DocumentPlace(3, 3)),
        ),
        (
            b'\xef\xbb\xbf<TEI xmlns="http://www.tei-c.org/ns/1.0"/>',
            Root("http://www.tei-c.org/ns/1.0", "TEI", DocumentPlace(1, 1)),
        ),
        ("<a>é</a>".encode("utf-16"), Root("", "a", DocumentPlace(1, 1))),
    ],
)
def test_the_root_is_found(data: bytes, root: Root) -> None:
    met = read_root(data)
    assert (met.namespace, met.name, met.place.line) == (root.namespace, root.name, root.place.line)


@pytest.mark.parametrize(
    ("data", "code", "line", "root"),
    [
        (b"", "xml-malformed", 1, None),
        (b"<a>\n<b></a>", "xml-malformed", 2, "a"),
        (b"<a>\n\n& b</a>", "xml-malformed", 3, "a"),
        (b"<a>\n&unknown;</a>", "xml-malformed", 2, "a"),
        (b"<a><x:b/></a>", "xml-malformed", 1, "a"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "xml-malformed", 1, None),
        (b"<a/>\n<b/>", "xml-malformed", 2, "a"),
        (BOMB, "xml-document-type", 2, None),
        (b'<!DOCTYPE TEI SYSTEM "http://127.0.0.1/x.dtd"><TEI/>', "xml-document-type", 1, None),
        (b"<!DOCTYPE TEI><TEI/>", "xml-document-type", 1, None),
        (b"<a>" * 1_000_001, "xml-limit", 1, None),
        (b"<a " + b"".join(b"a%d='' " % n for n in range(600_001)) + b"/>", "xml-limit", 1, None),
    ],
)
def test_what_is_refused_is_told_with_its_line(data: bytes, code: str, line: int, root: str | None) -> None:
    with pytest.raises(NotXmlError) as told:
        read_root(data)
    assert (told.value.finding.code, told.value.place.line) == (code, line)
    assert (told.value.root and told.value.root.name) == root


TEI = b"""<TEI>
  <front><div type="transmission"/></front>
  <p xml:id="p1">one</p> <p xml:id="p2"/>
  <div type="document"><gap/>
  <textClass/></div><div type="document"/>
</TEI>"""


def test_findings_get_the_place_of_what_they_name() -> None:
    wheres = {"#p2", "document", "textClass", "line 2", "#none", "", "transmission"}
    assert find_places(TEI, wheres) == {
        "#p2": DocumentPlace(3, 26),
        "document": DocumentPlace(4, 3),
        "textClass": DocumentPlace(5, 3),
        "line 2": DocumentPlace(2, 1),
        "transmission": DocumentPlace(2, 10),
    }


def test_a_document_is_walked_only_for_what_states_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expat, "ParserCreate", None)
    assert find_places(TEI, {"line 4", ""}) == {"line 4": DocumentPlace(4, 1)}


@pytest.mark.parametrize(
    ("says", "place"),
    [
        ("Opening and ending tag mismatch: b line 3 and a, line 5, column 8", DocumentPlace(3, 1)),
        ("Expected '=' (at line 2, column 5)", DocumentPlace(2, 5)),
        ("line 12", DocumentPlace(12, 1)),
        ("a line of text", None),
        ("line 99999999999999", None),
        ("line 0", None),
    ],
)
def test_a_place_is_read_from_words(says: str, place: DocumentPlace | None) -> None:
    assert place_in_words(says) == place
