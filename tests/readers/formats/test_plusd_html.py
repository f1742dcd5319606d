"""The pages of the Public Library of US Diplomacy, made up: the synopsis is known, the container of the text is not."""

from __future__ import annotations

import pytest
from tests.protocols.reader import FIXTURES, RIGHTS, Good, ReaderContract, excuse_of, read_with

from preserve.cable.normalization import normalize
from preserve.cable.record import Row
from preserve.cable.text.page import Page
from preserve.errors import SourceError
from preserve.readers.formats.plusd_html import PlusdHtmlReader
from preserve.readers.reader import SourceItem

FOLDER = FIXTURES / "plusd_html"
BUBBLE = (FOLDER / "10STRELSAU60_a.html").read_bytes()
FERRY = (FOLDER / "1975STRELS00292_b.html").read_bytes()
READER = PlusdHtmlReader()


def read(data: bytes) -> Page:
    return read_with(READER, SourceItem("page.html", data, "plusd/cables/page.html"))


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings]


def _text(data: bytes, first: str, last: str) -> str:
    text = data.decode()
    text = text[text.index(first) : text.index(last) + len(last)]
    text = text.replace('<a href="/plusd/cables/09STRELSAU12_a.html">', "").replace("</a>", "").replace("<br />", "")
    return text.replace("&#39;", "'").replace("&lt;", "<").replace("&amp;", "&")


class TestPlusdHtml(ReaderContract):
    reader = PlusdHtmlReader
    goods = (
        Good(
            SourceItem("10STRELSAU60_a.html", BUBBLE, "x"),
            "10STRELSAU60",
            _text(BUBBLE, "UNCLAS STRELSAU 0", "KESTREL"),
        ),
        Good(
            SourceItem("1975STRELS00292_b.html", FERRY, "x"),
            "1975STRELS00292",
            _text(FERRY, "1. THE KING", "06 JUL 2006"),
        ),
    )


def test_the_synopsis() -> None:
    page = read(BUBBLE)
    assert codes(page) == []
    assert (page.identifier, page.origin, page.created) == ("10STRELSAU60", "Ruritania Strelsau", "2010-02-26 11:30")
    assert (page.classification, page.minutes_unreliable) == ("UNCLASSIFIED,FOR OFFICIAL USE ONLY", False)
    assert page.tags == "ECON, EINV, PGOV, RZ"
    assert page.capture.heading == "DEFLATING ZENDA'S BRIDGE BUBBLE"
    assert page.capture.title == "Cable: 10STRELSAU60_a"
    assert page.capture.table[0] == Row(label="Date:", value="2010 February 26, 11:30 (Friday)")
    assert page.capture.table[1] == Row(label="Canonical ID:", value="10STRELSAU60_a")
    assert page.capture.table[4].value.endswith(" | RZ - Ruritania (Mainland)")
    assert len(page.capture.table) == 7
    assert page.release is not None
    assert (page.release.text, page.release.name) == ("10STRELSAU60_a", "plusd_a")


def test_a_document_of_the_seventies() -> None:
    page = read(FERRY)
    assert (page.identifier, page.created, page.minutes_unreliable) == ("1975STRELS00292", "1975-01-01 00:00", True)
    assert page.line_breaks == "kept"
    # The archives' own statement is part of the text; the record says nothing of the kind by itself.
    assert page.body.endswith("NNNN Declassified/Released US Department of State EO Systematic Review 06 JUL 2006")
    made = normalize(page, RIGHTS)
    assert made.identifier == "75STRELS292"
    assert made.received_identifier == "1975STRELS00292"
    assert made.classification is not None
    assert made.classification.text == "UNCLASSIFIED"


def test_the_current_classification_is_never_taken_for_the_marking() -> None:
    page = read(BUBBLE.replace(b"Original Classification:", b"Handling Restrictions:"))
    assert page.classification is None
    assert Row(label="Current Classification:", value="-- Not Assigned --") in page.capture.table


@pytest.mark.parametrize(
    ("date", "created"),
    [
        (b"2010 February 26", "2010-02-26 00:00"),
        (b"2010 Smarch 26, 11:30", "2010 Smarch 26, 11:30"),
        (b"2010 February 31, 11:30 (Friday)", "2010 February 31, 11:30 (Friday)"),
        (b"", None),
    ],
)
def test_dates(date: bytes, created: str | None) -> None:
    page = read(BUBBLE.replace(b"2010 February 26, 11:30 (Friday)", date))
    assert page.created == created


def test_a_routing_header_is_split_off() -> None:
    header = b"VZCZCXRO1\nOO RUEHZE\nDE RUEHSZ #0060 0571130\nZNR UUUUU ZZH\nO 261130Z FEB 10\nFM AMEMBASSY STRELSAU\n"
    header += b"TO RUEHC/SECSTATE WASHDC 5521\n"
    page = read(BUBBLE.replace(b"UNCLAS STRELSAU", header + b"UNCLAS STRELSAU"))
    assert page.header == header.decode().strip()
    assert page.body == read(BUBBLE).body


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        (b'<pre id="tagged-text">', b"</pre>"),
        (b"<pre>x</pre><pre>", b"</pre>"),
        (b'<div class="document-text"><div>', b"</div></div>"),
        (b"", b""),
    ],
)
def test_the_container_of_the_text_may_be_another(opening: bytes, closing: bytes) -> None:
    data = BUBBLE.replace(b'<pre id="tagged-text">', opening).replace(b"</pre>\n", closing + b"\n")
    data = data.replace(b"KESTREL</pre>", b"KESTREL" + closing)
    assert read(data).body == read(BUBBLE).body


def test_residue_is_kept_and_told() -> None:
    page = read(BUBBLE.replace(b"ferries fell", b"ferries <<12>> <b>fell</b> &D;"))
    assert "ferries <<12>> <b>fell</b> &D;. See 09 STRELSAU 12." in page.body
    assert codes(page) == ["html-residue"]


def test_a_cut_page_says_so() -> None:
    page = read(BUBBLE[: BUBBLE.index(b"a banker said")])
    assert codes(page) == ["page-truncated"]
    assert page.body.endswith('"Nobody buys a bridge twice,"')


@pytest.mark.parametrize(
    "data",
    [
        BUBBLE[: BUBBLE.index(b"UNCLAS STR")] + b" \n" + BUBBLE[BUBBLE.index(b"</pre>") :],
        FERRY[: FERRY.index(b"<div id=")],
    ],
)
def test_a_page_without_a_text_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match="holds no text of the cable"):
        read(data)


def test_a_page_without_a_canonical_id_is_refused() -> None:
    with pytest.raises(SourceError, match="is no identifier of a cable"):
        read(BUBBLE.replace(b"Canonical ID:", b"Film Number:"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Canonical ID: 10STRELSAU60_a", "it is not HTML: it has no tag"),
        (BUBBLE.replace(b'id="synopsis"', b'id="other"'), "it has no table 'synopsis'"),
        (BUBBLE.replace(b"s_key", b"key"), "its synopsis has no keys"),
    ],
)
def test_it_says_what_is_missing(data: bytes, reason: str) -> None:
    assert excuse_of(READER, SourceItem("x", data, "x")) == reason
