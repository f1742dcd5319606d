from __future__ import annotations

from pathlib import Path

import pytest
from tests.protocols.reader import excuse_of, read_with

from preserve.cable.normalization import normalize
from preserve.cable.record import Cable, Rights, Row
from preserve.cable.text.page import Page
from preserve.errors import NotACableError, SourceError
from preserve.readers.formats.cablebrowser import CablebrowserReader
from preserve.readers.reader import SourceItem, registered_readers
from preserve.readers.source_bytes import LARGEST_SOURCE

FIXTURES = Path(__file__).parents[2] / "fixtures" / "cablebrowser"
FLATTENED = (FIXTURES / "05STRELSAU4281.flattened.txt").read_bytes()
LINES = (FIXTURES / "05STRELSAU4281.lines.txt").read_bytes()
ROUTED = (FIXTURES / "07STRELSAU112.lines.txt").read_bytes()
RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")
PARTIAL = (
    "This record is a partial extract of the original cable. The full text of the original cable is not available."
)
READER = CablebrowserReader()


def read(data: bytes) -> Page:
    return read_with(READER, SourceItem("page.txt", data, "captures/page.txt"))


def record(data: bytes) -> Cable:
    return normalize(read(data), RIGHTS)


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings]


def test_it_is_registered() -> None:
    assert isinstance(registered_readers()["cablebrowser"], CablebrowserReader)


@pytest.mark.parametrize("data", [FLATTENED, LINES, LINES.replace(b"\n", b"\r\n"), FLATTENED.replace(b"\n", b"\r\n")])
def test_every_part_of_the_page_is_kept_verbatim(data: bytes) -> None:
    page = read(data)
    assert codes(page) == []
    assert (page.identifier, page.origin, page.created) == (
        "05STRELSAU4281",
        "US Office Strelsau",
        "2005-11-18 09:08:00",
    )
    assert (page.classification, page.tags) == ("CONFIDENTIAL", "PGOV PREL RZ 2005 Coronation")
    assert page.redacted == "This cable was not redacted by Wikileaks."
    assert page.partial == PARTIAL
    assert page.header is None
    assert page.body.startswith("C O N F I D E N T I A L STRELSAU 004281")
    assert page.body.endswith("ORMSBY")
    assert page.release is not None
    assert page.release.text == "Latest source of this page is cablebrowser-2, released 2011-10-04"
    assert (page.release.name, page.release.date) == ("cablebrowser-2", "2011-10-04")
    assert page.capture.disclaimer is not None
    assert page.capture.disclaimer.startswith("Disclaimer: This is a made-up page")
    assert page.capture.table[0] == Row(label="Identifier:", value="05STRELSAU4281")
    assert page.capture.table[1] == Row(label="Wikileaks:", value="View 05STRELSAU4281 at Wikileaks.org")
    assert len(page.capture.table) == 7
    assert (page.source.name, page.source.size, page.source.encoding) == ("page.txt", len(data), "utf-8")


def test_what_tells_the_renderings_apart() -> None:
    flattened, lines = read(FLATTENED), read(LINES)
    assert (flattened.capture.rendering, flattened.line_breaks) == ("flattened", "flattened")
    assert (flattened.capture.title, flattened.capture.heading) == (None, None)
    assert (lines.capture.rendering, lines.line_breaks) == ("lines", "kept")
    assert lines.capture.title == "US embassy cable - 05STRELSAU4281"
    assert lines.capture.heading == "RURITANIA: RUMORS OF PLANNED DISTURBANCES SPOIL THE WEEK OF THE CORONATION"
    assert flattened.body == " ".join(lines.body.split())


def test_nothing_of_the_body_is_changed() -> None:
    lines = LINES.decode()
    start, end = lines.index("C O N F I"), lines.index("ORMSBY") + len("ORMSBY")
    assert read(LINES).body == lines[start:end]
    assert read(LINES.replace(b"\n", b"\r\n")).body == lines[start:end].replace("\n", "\r\n")


def test_both_renderings_give_the_same_fields() -> None:
    one, other = record(FLATTENED), record(LINES)
    for name in ("identifier", "message_reference", "subject", "origin", "created", "classification", "captions"):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("attention", "tags", "references", "signed_by", "redaction", "completeness"):
        assert getattr(one, name) == getattr(other, name), name
    assert [(each.number, each.portion) for each in one.body.paragraphs] == [(number, "C") for number in range(1, 10)]
    for mine, its in zip(one.body.paragraphs, other.body.paragraphs, strict=True):
        assert one.body.text[mine.start : mine.end].split() == other.body.text[its.start : its.end].split()
    assert [mark.kind for mark in one.body.marks] == [mark.kind for mark in other.body.marks]
    assert (
        [finding.code for finding in one.findings] == [finding.code for finding in other.findings] == ["stray-caption"]
    )


def test_the_record_of_the_made_up_cable() -> None:
    made = record(FLATTENED)
    assert made.subject == "RURITANIA: RUMORS OF PLANNED DISTURBANCES SPOIL THE WEEK OF THE CORONATION"
    assert [tag.value for tag in made.tags] == ["PGOV", "PREL", "RZ", "2005 Coronation"]
    assert [tag.kind for tag in made.tags] == ["subject", "subject", "geographic", "term"]
    assert [reference.identifier for reference in made.references] == ["05STRELSAU4144"]
    assert made.signed_by == ("ORMSBY",)
    marking = made.classification
    assert marking is not None
    assert marking.declassify_on is not None
    assert (marking.authority, marking.declassify_on.date) == ("E.O. 12958", "2015-11-18")
    assert (marking.classified_by, marking.reasons) == (("DCM Miriam Kestrel",), ("1.4(b)", "1.4(d)"))
    kinds = [mark.kind.value for mark in made.body.marks]
    asides = ("summary", "note", "comment", "stray-caption", "reference-mention")
    assert [kinds.count(kind) for kind in asides] == [
        1,
        3,
        1,
        1,
        1,
    ]


def test_a_page_with_a_routing_header() -> None:
    page = read(ROUTED)
    assert codes(page) == []
    assert page.partial is None
    assert page.header is not None
    assert page.header.startswith("VZCZCXRO0417")
    assert page.header.endswith("RHEHNSC/NSC WASHDC")
    assert page.body.startswith("S E C R E T SECTION 01 OF 02 STRELSAU 000112")
    assert page.body.endswith("NNNN")
    assert page.release is not None
    assert (page.release.name, page.release.date) == ("cablegate-201108300212", "2011-08-30")
    made = normalize(page, RIGHTS)
    assert [finding.code for finding in made.findings] == []
    assert made.transmission is not None
    assert made.transmission.sent == "2007-02-22T16:40:00Z"
    assert made.created is not None
    assert made.created.reliability == "dtg-confirmed"
    assert [(each.label, each.identifier) for each in made.references] == [
        ("A", "06STRELSAU2217"),
        ("B", "06STATE11873"),
        ("C", None),
    ]
    assert made.redaction.status == "redacted"
    assert [made.body.text[span.start] for span in made.redaction.spans] == ["X", "X", "["]
    assert [section.heading for section in made.body.sections] == ["SUMMARY", "A Reserve of Mud"]
    assert made.completeness.status == "complete"


def test_a_routed_page_may_be_flattened_too() -> None:
    text = ROUTED.decode()
    start, end = text.index("VZCZC"), text.index("Latest")
    flat = text[:start] + " ".join(text[start:end].split()) + "\n" + text[end:]
    one, other = record(ROUTED), record(flat.encode())
    assert other.body.line_breaks == "flattened"
    assert (one.transmission, one.subject, one.tags, one.references) == (
        other.transmission,
        other.subject,
        other.tags,
        other.references,
    )
    assert one.signed_by == other.signed_by == ("DELACOURT",)


@pytest.mark.parametrize(
    ("footer", "name", "date", "code"),
    [
        (b"Latest source of this page is somewhere-else, released 2020-01-31", "somewhere-else", "2020-01-31", []),
        (b"Latest source of this page is x, released 31 January 2020", "x", None, ["release-incomplete"]),
        (b"Latest source of this page is x, released 9999-10-04", "x", None, ["release-incomplete"]),
        (b"Latest source of this page is x, released 20111004", "x", None, ["release-incomplete"]),
        (b"Latest source of this page is cablebrowser-2,", "cablebrowser-2", None, ["release-incomplete"]),
        (b"Latest source of this page is cable", "cable", None, ["release-incomplete"]),
        (b"Latest source of this page is", None, None, ["release-incomplete"]),
    ],
)
def test_other_and_cut_releases(footer: bytes, name: str | None, date: str | None, code: list[str]) -> None:
    data = FLATTENED[: FLATTENED.index(b"Latest source")] + footer
    page = read(data)
    assert page.release is not None
    assert (page.release.text, page.release.name, page.release.date) == (footer.decode(), name, date)
    assert codes(page) == code
    assert page.body.endswith("ORMSBY")


def test_a_last_line_cut_in_its_first_words() -> None:
    page = read(FLATTENED[: FLATTENED.index(b"Latest source") + 12])
    assert page.release is None
    assert codes(page) == ["release-incomplete"]
    assert page.body.endswith("ORMSBY")


def test_text_behind_the_last_line_is_told() -> None:
    page = read(FLATTENED + b"\n\nPowered by something\n")
    assert codes(page) == ["text-after-release"]


def test_other_statements_are_kept_as_they_are() -> None:
    data = LINES.replace(b"This cable was not redacted by Wikileaks.", b"Names were redacted by The Evening Lantern.")
    data = data.replace(PARTIAL.encode(), b"Only a partial extract of this cable was ever released.")
    page = read(data)
    assert page.redacted == "Names were redacted by The Evening Lantern."
    assert page.partial == "Only a partial extract of this cable was ever released."
    assert page.body.startswith("C O N F I")


def test_a_byte_order_mark_is_read_and_told() -> None:
    page = read(b"\xef\xbb\xbf" + LINES)
    assert codes(page) == ["byte-order-mark"]
    assert page.capture.title == "US embassy cable - 05STRELSAU4281"


def test_rows_that_are_missing_are_told() -> None:
    page = read(
        LINES.replace(b"Tags: PGOV PREL RZ 2005 Coronation\n", b"").replace(b"Origin: US Office Strelsau", b"Origin:")
    )
    assert codes(page) == ["table-incomplete"]
    assert page.findings[0].message == "no value for Origin, Tags"
    assert (page.tags, page.origin) == (None, None)


def test_a_title_of_another_cable_is_told() -> None:
    assert codes(read(LINES.replace(b"cable - 05STRELSAU4281", b"cable - 05STRELSAU9999"))) == ["title-differs"]


def test_an_unknown_row_stays_in_the_table() -> None:
    page = read(FLATTENED.replace(b"| Tags:", b"| Mood: | low |\n| Tags:"))
    assert Row(label="Mood:", value="low") in page.capture.table
    assert page.tags == "PGOV PREL RZ 2005 Coronation"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b" \r\n\t\n", "it holds white space only"),
        (b"\xff\xfe" + "Identifier: 05X1".encode("utf-16-le"), "it is UTF-16 text, not UTF-8"),
        (b"GIF89a\x00\x01", "it is binary: byte 6 is NUL"),
        (b"<!DOCTYPE html [<!ENTITY a 'b'>]>\n" + LINES, "(<!doctype), and it has no row 'Identifier:'"),
        (LINES + b"<!ENTITY lol 'lol'>", "(<!entity), and it has no row 'Identifier:'"),
        (b"  <p>Identifier: 05X1</p>", "(<), and it has no other row of a cablebrowser page than 'Identifier:'"),
        (b"<HTML><body>Identifier: 05X1", "(<html), and it has no other row of a cablebrowser page than 'Identifier:'"),
        (LINES.replace(b"Reform", b"R\xe9form"), "is not UTF-8; give the page as the site served it"),
        (b"Dear Sir,\nI am not a cable.\n", "it has no row 'Identifier:'"),
        (
            b"x" * (LARGEST_SOURCE + 1),
            f"with {LARGEST_SOURCE + 1} bytes it is larger than 16 MiB, which no page of a cable is",
        ),
        (b"The Identifier: of all", "it has no row 'Identifier:'"),
    ],
)
def test_it_declines_and_says_why(data: bytes, reason: str) -> None:
    excuse = excuse_of(READER, SourceItem("x", data, "x"))
    assert excuse is not None
    assert excuse.endswith(reason)
    with pytest.raises(NotACableError, match="no reader takes captures"):
        read(data)


def test_the_byte_that_is_not_utf8_is_named() -> None:
    data = LINES.replace(b"Reform", b"R\xe9form", 1)
    assert excuse_of(READER, SourceItem("x", data, "x")) == (
        f"byte {LINES.index(b'Reform') + 1} is not UTF-8; give the page as the site served it"
    )


@pytest.mark.parametrize(
    "identifier", ["../../etc/passwd", "05STRELSAU4281/..", "", "05strelsau1", "A" * 500, "05STRELSAU4281\u202e"]
)
def test_a_hostile_identifier_is_refused(identifier: str) -> None:
    data = LINES.decode().replace("Identifier: 05STRELSAU4281", f"Identifier: {identifier}").encode()
    with pytest.raises(SourceError, match="is no identifier of a cable"):
        read(data)


@pytest.mark.parametrize("data", [FLATTENED, LINES, ROUTED])
def test_a_page_cut_anywhere_is_read_or_refused(data: bytes) -> None:
    readable = 0
    for size in range(0, len(data), 7):
        item = SourceItem("page.txt", data[:size], "page.txt")
        try:
            page = read_with(READER, item)
        except SourceError:
            assert not readable, "what was readable is not when there is more of it"
            continue
        readable += 1
        assert page.body.strip() == page.body != ""
        if size < len(data) - 40:
            assert {"page-truncated", "release-incomplete"} & set(codes(page)), size
        normalize(page, RIGHTS)
    assert readable > len(data) // 14


def test_a_page_without_text_says_so() -> None:
    for cut in (PARTIAL.encode()[:30], PARTIAL.encode(), PARTIAL.encode()[:80]):
        data = FLATTENED[: FLATTENED.index(b"This record")] + cut
        with pytest.raises(SourceError, match="the page of 05STRELSAU4281 holds no text of the cable"):
            read(data)


def test_one_very_long_line_is_no_trouble() -> None:
    head = FLATTENED[: FLATTENED.index(b"1. (C)")]
    data = head + b"1. (C) | : " * (LARGEST_SOURCE // 12 - 500)
    assert codes(read(data)) == ["page-truncated"]
    assert excuse_of(READER, SourceItem("x", b"| " * (LARGEST_SOURCE // 2), "x")) == "it has no row 'Identifier:'"


def test_a_damaged_row_of_the_identifier_is_told() -> None:
    data = FLATTENED.replace(b"| Identifier: |", b"| Identifier:X|")
    assert excuse_of(READER, SourceItem("x", data, "x")) is None
    with pytest.raises(SourceError, match="the row 'Identifier:' of the page is damaged"):
        read(data)
