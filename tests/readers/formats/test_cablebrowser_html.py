"""The cablebrowser page as HTML, whose markup nobody has seen: it is read by its labels, whatever is around them."""

from __future__ import annotations

import pytest
from tests.protocols.reader import FIXTURES, RIGHTS, Good, ReaderContract, excuse_of, read_with

from preserve.cable.normalization import normalize
from preserve.cable.record import Row
from preserve.cable.text.page import Page
from preserve.errors import SourceError
from preserve.readers.formats.cablebrowser import CablebrowserReader
from preserve.readers.reader import SourceItem

FOLDER = FIXTURES / "cablebrowser_html"
PRE = (FOLDER / "07STRELSAU112.pre.html").read_bytes()
PARAGRAPHS = (FOLDER / "05STRELSAU4281.paragraphs.html").read_bytes()
READER = CablebrowserReader()


def read(data: bytes, name: str = "page.html") -> Page:
    return read_with(READER, SourceItem(name, data, f"captures/{name}"))


def as_text(name: str) -> Page:
    data = (FIXTURES / "cablebrowser" / name).read_bytes()
    return read_with(READER, SourceItem(name, data, name))


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings]


ROUTED = as_text("07STRELSAU112.lines.txt")
CORONATION = as_text("05STRELSAU4281.lines.txt")


class TestCablebrowserHtml(ReaderContract):
    reader = CablebrowserReader
    goods = (
        Good(SourceItem("07STRELSAU112.pre.html", PRE, "captures/x"), "07STRELSAU112", ROUTED.body),
        Good(
            SourceItem("05STRELSAU4281.paragraphs.html", PARAGRAPHS, "captures/x"),
            "05STRELSAU4281",
            # In paragraphs the white space around them is the page's own.
            CORONATION.body.replace(" \n \n", "\n\n"),
        ),
    )


@pytest.mark.parametrize(("data", "text"), [(PRE, ROUTED), (PARAGRAPHS, CORONATION)], ids=["pre", "paragraphs"])
def test_it_says_what_the_text_rendering_says(data: bytes, text: Page) -> None:
    page = read(data)
    assert codes(page) == []
    for name in ("identifier", "origin", "created", "classification", "tags", "redacted", "partial", "release"):
        assert getattr(page, name) == getattr(text, name), name
    assert (page.header, page.line_breaks) == (text.header, "kept")
    for name in ("title", "heading", "disclaimer", "table"):
        assert getattr(page.capture, name) == getattr(text.capture, name), name
    assert (page.capture.rendering, page.source.media_type) == ("html", "text/html")
    one, other = normalize(page, RIGHTS), normalize(text, RIGHTS)
    for name in ("subject", "tags", "references", "signed_by", "completeness", "transmission", "captions"):
        assert getattr(one, name) == getattr(other, name), name


LABELLED = [
    "<div>Identifier: {}</div><div>Origin: Embassy Strelsau</div><div>Tags:</div><div>Redacted: No.</div>",
    "<p><b>Identifier:</b> {}<br><b>Origin:</b> Embassy Strelsau<br/>\n<b>Tags:</b><br><b>Redacted:</b> No.</p>",
    "<TABLE><TR><TD>Identifier:<TD>{}<TR><TD>Origin:<TD>Embassy Strelsau<TR><TD>Tags:<TD><TR><TD>Redacted:<TD>No."
    "</TABLE>",
    "<table><tr><th>Identifier:</th>\n <td><a href='x'>{}</a></td></tr>\n<tr><th>Origin:</th><td>Embassy&nbsp;Strelsau"
    "</td></tr><tr><th>Tags:</th><td></td></tr><tr><th>Redacted:</th><td>No.</td></tr></table>",
    "<ul><li>Identifier: {}</li><li>Origin:\n Embassy Strelsau</li><li>Tags:</li><li>Redacted: No.</li></ul>",
]


@pytest.mark.parametrize("rows", LABELLED)
def test_labels_are_found_in_other_markup(rows: str) -> None:
    rows = rows.format("07STRELSAU112")
    page = read(f"<body>{rows}<pre>UNCLAS STRELSAU 000112\n\n1. A &lt;bridge&gt;.\nHALLAM</pre></body>".encode())
    assert (page.identifier, page.origin, page.tags, page.redacted) == (
        "07STRELSAU112",
        "Embassy Strelsau",
        None,
        "No.",
    )
    assert [row.label for row in page.capture.table] == ["Identifier:", "Origin:", "Tags:", "Redacted:"]
    assert page.body == "UNCLAS STRELSAU 000112\n\n1. A <bridge>.\nHALLAM"


HEAD = LABELLED[0].format("07STRELSAU112")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<pre>UNCLAS\n<<218634>>\n<b>1.</b> Words &D; <a href='/x'>a link</a></td>\nHALLAM</pre>", None),
        ("<pre>UNCLAS<br>1. Words<br />\n2. More<br>\r\nHALLAM</pre>", "UNCLAS\n1. Words\n2. More\r\nHALLAM"),
        ("<div>UNCLAS<br>\n<br>\n1. Words<br />\nHALLAM</div>", "UNCLAS\n\n1. Words\nHALLAM"),
        ("<p>UNCLAS</p><p>1. Words\nand more</p><p>HALLAM</p>", "UNCLAS\n\n1. Words\nand more\n\nHALLAM"),
        ("<p>UNCLAS <b>SIPDIS</b> a <name@post.example> b</p>", "UNCLAS SIPDIS a <name@post.example> b"),
        ("<p>UNCLAS<!-- no --> 1. <script>x</script>Words", "UNCLAS 1. Words"),
    ],
)
def test_no_word_of_the_text_is_lost(markup: str, text: str | None) -> None:
    page = read((HEAD + markup).encode())
    if text is None:
        text = "UNCLAS\n<<218634>>\n<b>1.</b> Words &D; a link</td>\nHALLAM"
        assert "html-residue" in codes(page)
    assert page.body == text


def test_menus_before_the_rows_are_none_of_the_page() -> None:
    page = read(PRE.replace(b"<h1>", b"<div>Search | Home</div><h1>"))
    assert page.capture == read(PRE).capture


def test_no_document_type_is_read_and_no_entity_expanded() -> None:
    bomb = b'<!DOCTYPE html [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    page = read(PRE.replace(b"<!DOCTYPE html>", bomb).replace(b"NNNN", b"&a;&b;&eacute;"))
    assert page.body.endswith("&a;&b;é")
    assert "boom" not in page.body
    assert page.capture.table == read(PRE).capture.table


def test_bytes_that_are_not_utf8_are_told() -> None:
    page = read(PRE.replace(b"debts of his own", b"d\xe9bts of his own"))
    assert "débts of his own" in page.body
    assert codes(page) == ["encoding-repaired"]


def test_a_cut_page_says_so() -> None:
    page = read(PRE[: PRE.index(b"of silence")])
    assert "page-truncated" in codes(page)
    with pytest.raises(SourceError, match="holds no text of the cable"):
        read(PRE[: PRE.index(b"<pre>")])


def test_an_unknown_row_is_kept() -> None:
    page = read(PRE.replace(b"<tr><td><b>Tags", b"<tr><td>Mood:</td><td>low</td></tr><tr><td><b>Tags"))
    assert Row(label="Mood:", value="low") in page.capture.table
    assert page.tags == "ECON EFIN PGOV RZ"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><p>Words</p></html>", "it is HTML or XML (<html), and it has no row 'Identifier:'"),
        (
            b"<html><p>Identifier: 9</p></html>",
            "it is HTML or XML (<html), and it has no other row of a cablebrowser page than 'Identifier:'",
        ),
    ],
)
def test_it_says_what_is_missing(data: bytes, reason: str) -> None:
    assert excuse_of(READER, SourceItem("x", data, "x")) == reason
