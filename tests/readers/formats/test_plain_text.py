"""The text of one cable, bare or after a small table: what is taken, what is declined, what is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.protocols.reader import RIGHTS, Good, ReaderContract, excuse_of, read_with

from preserve.cable.normalization import normalize
from preserve.cable.record import Cable, Release
from preserve.cable.text.page import Page
from preserve.errors import SourceError
from preserve.readers.formats.plain_text import PlainTextReader
from preserve.readers.reader import SourceItem

FIXTURES = Path(__file__).parents[2] / "fixtures" / "plain_text"


def item(name: str, *, as_named: str | None = None, encoding: str = "utf-8", **changes: str) -> SourceItem:
    """A fixture, some of its words changed."""
    text = (FIXTURES / name).read_bytes().decode(encoding)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return SourceItem(as_named or name, text.encode(encoding), f"pages/{name}", path=f"pages/{name}")


def good(name: str, identifier: str, first: str, *, encoding: str = "utf-8") -> Good:
    """An item whose body goes from its first words to the end of the file."""
    text = (FIXTURES / name).read_bytes().decode(encoding)
    return Good(item(name, encoding=encoding), identifier, text[text.index(first) :].strip())


def page(name: str, **options: str) -> Page:
    return read_with(PlainTextReader(), item(name, **options))


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings]


class TestPlainText(ReaderContract):
    reader = PlainTextReader
    goods = (
        good("07STRELSAU345.txt", "07STRELSAU345", "UNCLAS SECTION", encoding="windows-1252"),
        good("06STRELSAU77.pdf.txt", "06STRELSAU77", "Wednesday"),
        good("04STRELSAU19.txt", "04STRELSAU19", "UNCLAS STRELSAU"),
        good("05STRELSAU4290.newspaper.txt", "05STRELSAU4290", "C O N F"),
        good("00STRELSAU88.listing.txt", "00STRELSAU88", "UNCLAS SECTION"),
        good("08STRELSAU201.copy.txt", "08STRELSAU201", "S E C R E T STRELSAU"),
    )


def test_a_text_in_windows_1252_is_read_and_told() -> None:
    read = page("07STRELSAU345.txt", encoding="windows-1252")
    assert (read.source.encoding, codes(read)) == ("windows-1252", ["encoding-repaired"])
    assert "¶1. (SBU)" in read.body
    assert "owner – and didn’t" in read.body
    cable = normalize(read, RIGHTS)
    assert cable.subject == ("RURITANIA: THE CORK FACTORY AT HENTZAU REOPENS, AND NOBODY CAN SAY WHO OWNS IT")
    assert cable.signed_by == ("ORMSBY",)
    assert [(each.number, each.portion) for each in cable.body.paragraphs] == [(1, "SBU"), (2, "U")]
    assert cable.transmission is not None
    assert cable.transmission.sent == "2007-05-15T09:15:00Z"


def test_a_byte_that_windows_1252_lacks_makes_it_latin_1() -> None:
    data = (FIXTURES / "07STRELSAU345.txt").read_bytes().replace(b"\x92", b"\x81")
    read = read_with(PlainTextReader(), SourceItem("07STRELSAU345.txt", data, "x"))
    assert (read.source.encoding, "didn\x81t" in read.body) == ("iso-8859-1", True)


def test_what_is_lost_and_what_a_pdf_leaves_is_kept_and_told() -> None:
    read = page("06STRELSAU77.pdf.txt")
    assert codes(read) == ["byte-order-mark", "characters-lost", "form-feeds"]
    assert "1\n\f\ufffd2. (C)" in read.body
    cable = normalize(read, RIGHTS)
    assert [each.number for each in cable.body.paragraphs] == [1, 2]
    assert cable.body.text.startswith("Wednesday, 29 March 2006, 13:59\n")


def test_the_sentence_on_a_partial_record_is_not_text_of_the_cable() -> None:
    read = page("04STRELSAU19.txt")
    assert read.partial is not None
    assert read.partial.endswith("is not available.")
    assert read.header is None
    assert normalize(read, RIGHTS).completeness.status == "partial"


def test_the_newspapers_table_is_read_by_what_its_columns_hold() -> None:
    read = page("05STRELSAU4290.newspaper.txt")
    assert (read.identifier, read.origin, read.created) == (
        "05STRELSAU4290",
        "Embassy Strelsau",
        "2005-11-19 08:42:00",
    )
    assert (read.classification, read.references) == ("CONFIDENTIAL", "05STRELSAU4281")
    assert read.header is not None
    assert (read.header[:12], read.header[-4:]) == ("VZCZCXYZ0009", "4290")
    assert read.line_breaks == "flattened"
    assert [(row.label, row.value) for row in read.capture.table][:2] == [
        ("ID", "46599"),
        ("Date", "2005-11-19 08:42:00"),
    ]
    assert read.capture.title == "Cable sobre la coronación"


@pytest.mark.parametrize("between", [": ", " | ", "\n", " "])
def test_the_newspapers_table_may_be_drawn_otherwise(between: str) -> None:
    text = (FIXTURES / "05STRELSAU4290.newspaper.txt").read_text("utf-8").replace(":\t", between)
    read = read_with(PlainTextReader(), SourceItem("x.txt", text.encode(), "x"))
    assert (read.identifier, read.origin, read.references) == (
        "05STRELSAU4290",
        "Embassy Strelsau",
        "05STRELSAU4281",
    )


def test_an_empty_column_of_references_is_none() -> None:
    text = (FIXTURES / "05STRELSAU4290.newspaper.txt").read_text("utf-8").replace("Dunno:\t05STRELSAU4281", "Dunno:\t")
    assert read_with(PlainTextReader(), SourceItem("x.txt", text.encode(), "x")).references is None


def test_a_header_glued_to_the_body_is_cut_where_the_banner_begins() -> None:
    read = page("00STRELSAU88.listing.txt")
    assert read.header is not None
    assert read.header.endswith("TREASURY WASHINGTON DC")
    assert read.body.startswith("UNCLAS SECTION 01 OF 01 STRELSAU 000088\n")


def test_a_listing_without_its_time_states_no_time() -> None:
    read = page("00STRELSAU88.listing.txt")
    cable = normalize(read, RIGHTS)
    assert cable.created is None
    assert [row.value for row in read.capture.table] == [
        "00STRELSAU88",
        "A BRIDGE IS OPENED AND SHUT",
        "Thu Apr 27 00:00:00 +0200 2000",
        "UNCLASSIFIED",
        "Embassy Strelsau",
    ]


@pytest.mark.parametrize("rest", ["", "\n", " \n\n"])
def test_a_listing_without_text_is_told(rest: str) -> None:
    head = "\n".join((FIXTURES / "00STRELSAU88.listing.txt").read_text("utf-8").split("\n")[:5])
    listing = SourceItem("00STRELSAU88.txt", (head + rest).encode(), "here/00STRELSAU88.txt")
    assert excuse_of(PlainTextReader(), listing) is None
    with pytest.raises(SourceError, match=r"here/00STRELSAU88\.txt: it holds no text of the cable"):
        read_with(PlainTextReader(), listing)


def test_a_copied_page_has_false_minutes_when_both_are_the_hour() -> None:
    read = page("08STRELSAU201.copy.txt")
    assert (read.created, read.minutes_unreliable) == ("2008-03-04 17:05", True)
    assert (read.classification, read.origin) == ("SECRET//NOFORN", "Embassy Strelsau")
    assert [article.address for article in read.capture.articles] == ["http://newspaper.example/the-kings-barge"]
    assert read.capture.title == "Viewing cable 08STRELSAU201, WHO PAYS FOR THE KING'S NEW"
    right = page("08STRELSAU201.copy.txt", **{"17:05": "17:21"})
    assert (right.created, right.minutes_unreliable) == ("2008-03-04 17:21", False)


def test_a_flattened_copy_is_cut_behind_the_origin() -> None:
    text = " ".join((FIXTURES / "08STRELSAU201.copy.txt").read_text("utf-8").split())
    read = read_with(PlainTextReader(), SourceItem("x.txt", text.encode(), "x"))
    assert (read.origin, read.line_breaks) == ("Embassy Strelsau", "flattened")
    assert read.header is not None
    assert read.header.startswith("VZCZCXYZ0002 OO RUEHWEB")
    assert read.body.startswith("S E C R E T STRELSAU 000201 NOFORN")


# Which cable it is.


def identified(name: str, *, as_named: str, **changes: str) -> tuple[str, list[str]]:
    read = page(name, as_named=as_named, encoding="windows-1252", **changes)
    return read.identifier, [code for code in codes(read) if code.startswith("identifier")]


@pytest.mark.parametrize(
    "name", ["07STRELSAU345.txt", "07strelsau345.TXT", "07STRELSAU345", "07STRELSAU345 (1).txt", "07STRELSAU345_a.txt"]
)
def test_the_name_of_the_file_says_which_cable_it_is(name: str) -> None:
    assert identified("07STRELSAU345.txt", as_named=name) == ("07STRELSAU345", [])


def test_a_name_that_is_none_leaves_the_banner_and_the_year_of_sending() -> None:
    assert identified("07STRELSAU345.txt", as_named="scan0012.txt") == ("07STRELSAU345", ["identifier-inferred"])


def test_the_newspapers_dateline_gives_the_year_too() -> None:
    read = page("06STRELSAU77.pdf.txt", as_named="page.txt")
    assert (read.identifier, codes(read)[-1]) == ("06STRELSAU77", "identifier-inferred")


def test_a_name_of_another_cable_wins_and_the_difference_is_told() -> None:
    assert identified("07STRELSAU345.txt", as_named="07BOGOTA12.txt") == ("07BOGOTA12", ["identifier-from-name"])
    cable = normalize(page("07STRELSAU345.txt", as_named="07BOGOTA12.txt", encoding="windows-1252"), RIGHTS)
    assert "message-reference-differs" in {finding.code for finding in cable.findings}


def test_a_name_of_an_unknown_post_does_not_win_over_the_banner() -> None:
    assert identified("07STRELSAU345.txt", as_named="07SCAN12.txt") == ("07STRELSAU345", ["identifier-inferred"])


def test_a_declassification_date_is_no_year_of_sending() -> None:
    changes = {"Wednesday, 29 March 2006, 13:59\n": ""}
    with pytest.raises(SourceError, match="its name is no identifier, and it has nothing with a year"):
        page("06STRELSAU77.pdf.txt", as_named="page.txt", **changes)


def test_a_banner_without_a_serial_is_told() -> None:
    changes = {" SECTION 01 OF 02 STRELSAU 000345": ""}
    with pytest.raises(SourceError, match="it has no banner with post and serial"):
        page("07STRELSAU345.txt", as_named="x.txt", encoding="windows-1252", **changes)


# What release it belongs to.


@pytest.mark.parametrize(
    ("path", "flag", "release"),
    [
        ("pages/x.txt", None, None),
        (
            "mirror/cablegate-201012102105.7z/cable/x.txt",
            None,
            Release(text="cablegate-201012102105.7z", name="cablegate-201012102105", date="2010-12-10", basis="path"),
        ),
        (
            "cablegate-20101210047/x.txt",
            None,
            Release(text="cablegate-20101210047", name="cablegate-20101210047", date="2010-12-10", basis="path"),
        ),
        (
            "cablegate-209913450000/x.txt",
            None,
            Release(text="cablegate-209913450000", name="cablegate-209913450000", basis="path"),
        ),
        (
            "cablegate-201012102105/x.txt",
            "cablegate-201108300212",
            Release(text="cablegate-201108300212", name="cablegate-201108300212", date="2011-08-30", basis="flag"),
        ),
        ("x.txt", "our own", Release(text="our own", name="our own", basis="flag")),
    ],
)
def test_the_release_is_the_users_else_that_of_the_path(path: str, flag: str | None, release: Release | None) -> None:
    data = (FIXTURES / "04STRELSAU19.txt").read_bytes()
    assert read_with(PlainTextReader(), SourceItem("04STRELSAU19.txt", data, path, path, flag)).release == release


# What is no cable.

LABELS = "E.O. 12958: N/A\nTAGS: PGOV\nSUBJECT: WORDS\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("CONFIDENTIAL\n\nDear Sir,\n\nthe king is well.\n", "begins neither"),
        ("# Cables\n\nA cable begins with VZCZC and has E.O. 12958: N/A TAGS: X SUBJECT: Y\n", "begins neither"),
        (f"How to read a cable\n\nUNCLAS STRELSAU 000012\n{LABELS}", "begins neither"),
        ("Wednesday, 29 March 2006, 13:59\nThe weather will be fine.\n", "begins neither"),
        ("UNCLAS STRELSAU 000012 was mislaid; the subject was not told.\n", "begins neither"),
        ("Identifier: 05STRELSAU4281\nVZCZCXRO\n", "'Identifier:'"),
        ('{"header": "VZCZC"}', "JSON"),
        ('"1","2/3/2005 4:05","05STRELSAU1"', "quotation mark"),
        ("<pre>VZCZCXRO0345</pre>", "HTML"),
    ],
)
def test_what_is_no_text_of_a_cable_is_declined_with_a_reason(text: str, why: str) -> None:
    excuse = excuse_of(PlainTextReader(), SourceItem("07STATE1.txt", text.encode(), "x"))
    assert excuse is not None
    assert why in excuse


def test_a_routing_header_without_text_behind_it_is_told() -> None:
    header = (FIXTURES / "07STRELSAU345.txt").read_bytes().partition(b"UNCLAS")[0]
    with pytest.raises(SourceError, match="no text of the cable after the routing header"):
        read_with(PlainTextReader(), SourceItem("07STRELSAU345.txt", header, "x"))


# Real files: facts only.


def real(samples: Path, identifier: str) -> Cable:
    path = samples / "plain-text" / f"{identifier}.txt"
    return normalize(read_with(PlainTextReader(), SourceItem(path.name, path.read_bytes(), str(path))), RIGHTS)


@pytest.mark.parametrize(
    ("identifier", "reference", "subject_length", "signer", "paragraphs", "sent", "encoding"),
    [
        ("07BOGOTA1165", "BOGOTA 001165", 76, "DRUCKER", 4, "2007-02-16T19:02:00Z", "windows-1252"),
        ("07BOGOTA1339", "BOGOTA 001339", 51, "DRUCKER", 6, "2007-02-26T21:03:00Z", "windows-1252"),
        ("07KINGSTON382", "KINGSTON 000382", 61, "JOHNSON", 3, "2007-03-19T15:58:00Z", "windows-1252"),
        ("07KINGSTON482", "KINGSTON 000482", 39, "HEG", 12, "2007-04-03T19:00:00Z", "windows-1252"),
        ("07KUALALUMPUR1376", "KUALA LUMPUR 001376", 81, "LAFLEUR", 1, "2007-09-10T09:36:00Z", "utf-8"),
        ("07KUALALUMPUR1403", "KUALA LUMPUR 001403", 40, "SHEAR", 14, "2007-09-17T06:46:00Z", "windows-1252"),
    ],
)
def test_the_real_texts(
    samples: Path,
    identifier: str,
    reference: str,
    subject_length: int,
    signer: str,
    paragraphs: int,
    sent: str,
    encoding: str,
) -> None:
    cable = real(samples, identifier)
    assert (cable.identifier, cable.received_identifier) == (identifier, None)
    assert cable.message_reference is not None
    assert cable.message_reference.text == reference
    assert cable.subject is not None
    assert len(cable.subject) == subject_length
    assert cable.signed_by == (signer,)
    assert len(cable.body.paragraphs) == paragraphs
    assert cable.transmission is not None
    assert cable.transmission.sent == sent
    assert cable.provenance.source.encoding == encoding


def test_the_real_texts_say_themselves_which_cables_they_are(samples: Path) -> None:
    for path in sorted((samples / "plain-text").iterdir()):
        read = read_with(PlainTextReader(), SourceItem("unnamed.txt", path.read_bytes(), str(path)))
        assert read.identifier == path.stem


def test_real_pages_of_other_formats_are_declined(samples: Path) -> None:
    for folder in ("cablebrowser", "wikileaks-html"):
        for path in sorted((samples / folder).iterdir()):
            assert excuse_of(PlainTextReader(), SourceItem(path.name, path.read_bytes(), str(path))) is not None
