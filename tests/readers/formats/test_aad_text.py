"""Telegrams of 1973-79 as the National Archives publish them: all made up, in the shape that is known of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.protocols.reader import RIGHTS, Good, ReaderContract, excuse_of, read_with

from preserve.cable.normalization import normalize
from preserve.errors import SourceError
from preserve.readers.formats.aad_text import AadTextReader
from preserve.readers.reader import SourceItem

FIXTURES = Path(__file__).parents[2] / "fixtures" / "aad_text"
FULL, LISTED = "1978STRELS01534.txt", "wax.txt"


def text(name: str) -> str:
    return (FIXTURES / name).read_text(encoding="utf-8")


def item(name: str, content: str) -> SourceItem:
    return SourceItem(name, content.encode(), f"aad/{name}")


def between(content: str, first: str, last: str | None = None) -> str:
    start = content.index(first)
    return content[start : len(content) if last is None else content.index(last, start)].strip()


class TestAadText(ReaderContract):
    reader = AadTextReader
    goods = (
        Good(
            item(FULL, text(FULL)),
            "1978STRELS01534",
            between(text(FULL), "C O N F I D E N T I A L", "                             Message Attributes"),
        ),
        Good(item(LISTED, text(LISTED)), "1976STRELS00212", between(text(LISTED), "UNCLAS STRELSAU 0212")),
        Good(
            item("1976STRELS00212.txt", between(text(LISTED), "PAGE 01")),
            "1976STRELS00212",
            between(text(LISTED), "UNCLAS STRELSAU 0212"),
        ),
    )


def test_the_attributes_are_kept_and_those_that_the_record_has_are_used() -> None:
    page = read_with(AadTextReader(), item(FULL, text(FULL)))
    rows = {row.label: row.value for row in page.capture.table}
    assert len(page.capture.table) == 18
    assert rows["Film Number"] == "D780155-0001"
    assert rows["Review Markings"] == "Declassified/Released US Department of State EO Systematic Review 20 Mar 2099"
    assert (page.origin, page.tags, page.references) == ("STRELSAU", "PINT, RZ", "78 STRELSAU 1498")
    assert page.capture.heading == "THE DUKE DENIES THAT HE HAS RESIGNED"


def test_the_marking_is_the_original_one_never_the_reviewers() -> None:
    page = read_with(AadTextReader(), item(FULL, text(FULL)))
    assert page.classification == "CONFIDENTIAL"
    without = text(FULL).replace("Original Classification: CONFIDENTIAL\n", "")
    assert read_with(AadTextReader(), item(FULL, without)).classification is None


def test_a_value_that_is_not_given_is_absent_and_its_row_is_kept() -> None:
    page = read_with(AadTextReader(), item(FULL, text(FULL).replace("TAGS: PINT, RZ\nTo:", "TAGS: n/a\nTo:")))
    assert page.tags is None
    assert ("TAGS", "n/a") in [(row.label, row.value) for row in page.capture.table]


def test_the_words_of_the_review_stay_in_the_text() -> None:
    page = read_with(AadTextReader(), item(FULL, text(FULL)))
    assert page.body.endswith("Declassified/Released US Department of State EO Systematic Review 20 Mar 2099")
    assert "PAGE 02        STRELS  01534  101412Z" in page.body


def test_the_routing_header_begins_behind_the_first_page_line() -> None:
    page = read_with(AadTextReader(), item(FULL, text(FULL)))
    assert page.header is not None
    assert page.header.startswith("PAGE 01        STRELS  01534  101412Z")
    assert page.header.endswith("INFO AMCONSUL ZENDA")
    cable = normalize(page, RIGHTS)
    assert cable.transmission is not None
    assert (cable.transmission.sent, cable.transmission.sender) == ("1978-04-10T14:07:00Z", "AMEMBASSY STRELSAU")


def test_the_number_is_kept_and_filed_in_canonical_shape() -> None:
    cable = normalize(read_with(AadTextReader(), item(FULL, text(FULL))), RIGHTS)
    assert (cable.identifier, cable.received_identifier) == ("78STRELS1534", "1978STRELS01534")


def test_the_fields_of_a_listing_stand_before_the_text() -> None:
    page = read_with(AadTextReader(), item(LISTED, text(LISTED)))
    assert [row.label for row in page.capture.table] == [
        "URL",
        "Draft Date",
        "Document Number",
        "Film Number",
        "From",
        "Subject",
        "TAGS",
        "To",
    ]
    assert page.body.startswith("UNCLAS STRELSAU 0212\nE.O. 11652: N/A\nTAGS: ECRP, RZ\n")


def test_a_document_without_its_text_is_told() -> None:
    withdrawn = "Message Text\n\n\nMessage Attributes\n\nDocument Number: 1976STRELS00212\nLocator: TEXT ON MICROFILM\n"
    with pytest.raises(SourceError, match="the document 1976STRELS00212 holds no text of the telegram"):
        read_with(AadTextReader(), item("x.txt", withdrawn))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("1978STRELS01534.txt", "Dear Sir, the Duke is well.\n"),
        ("notes.txt", "PAGE 01 STRELS 01534 101412Z\nACTION EUR-12\n"),
        ("x.txt", "Document Number: 12\nFrom: the printer\n"),
        ("x.txt", "Document Number: 1878STRELS01534\n\nwords\n"),
    ],
)
def test_what_names_no_document_is_declined(name: str, content: str) -> None:
    excuse = excuse_of(AadTextReader(), item(name, content))
    assert excuse is not None
    assert "names a document" in excuse
