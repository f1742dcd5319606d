"""The pages of the mirrors: made-up ones with the traits of real ones, and the facts of the real ones."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from tests.protocols.reader import FIXTURES, RIGHTS, Good, ReaderContract, assert_whole, excuse_of, read_with

from preserve.cable.normalization import normalize
from preserve.cable.record import Article, Release, Row, SourceContainer
from preserve.cable.text.page import Page
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.readers.formats.wikileaks_html import WikileaksHtmlReader
from preserve.readers.reader import SourceItem

FOLDER = FIXTURES / "wikileaks_html"
CANAL = (FOLDER / "07STRELSAU112.html").read_bytes()
CORONATION = (FOLDER / "05STRELSAU4281.html").read_bytes()
BRIDGE = (FOLDER / "09STRELSAU9.html").read_bytes()
PARTIAL = (
    "This record is a partial extract of the original cable. The full text of the original cable is not available."
)
READER = WikileaksHtmlReader()


def item(data: bytes, path: str = "", release: str | None = None) -> SourceItem:
    return SourceItem("07STRELSAU112.html", data, "mirror/07STRELSAU112.html", path=path, release=release)


def read(data: bytes, path: str = "", release: str | None = None) -> Page:
    return read_with(READER, item(data, path, release))


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings]


def between(data: bytes, opening: str, ending: str) -> str:
    """Return the text of a page between two strings, by plain substitutions."""
    text = data.decode()
    start = text.rindex(opening) + len(opening)
    text = text[start : text.index(ending, start)]
    text = re.sub(r"<a id='par\w+' href='#par\w+'>¶</a>", "¶", text)
    text = re.sub(r"<a href='/tag/\w+_0.html'>(\w+)</a>", r"\1", text)
    return text.replace("&#x000A;", "\n").replace("&amp;", "&")


def _good(name: str) -> Good:
    data = (FOLDER / f"{name}.html").read_bytes()
    body = between(data, "<code><pre>", "</pre></code>")
    if "\nUNCLAS" in body:
        body = body[body.index("UNCLAS") :]
    return Good(SourceItem(f"{name}.html", data, f"mirror/{name}.html"), name, body)


class TestWikileaksHtml(ReaderContract):
    reader = WikileaksHtmlReader
    goods = tuple(map(_good, ("07STRELSAU112", "05STRELSAU4281", "09STRELSAU9")))


def test_every_part_of_the_page() -> None:
    page = read(CANAL)
    assert (page.identifier, page.origin, page.created) == ("07STRELSAU112", "Embassy Strelsau", "2007-02-22 16:04")
    assert page.classification == "SECRET//NOFORN"
    assert (page.tags, page.references, page.redacted, page.partial, page.release) == (None, None, None, None, None)
    assert page.header is not None
    assert page.header.startswith("VZCZCXRO0417\nOO RUEHZE\n")
    assert page.header.endswith("\nINFO RUEHZE/AMCONSUL ZENDA PRIORITY 0310")
    assert page.capture.table == (
        Row(label="Reference ID", value="07STRELSAU112"),
        Row(label="Created", value="2007-02-22 16:04"),
        Row(label="Released", value="2010-12-07 21:09"),
        Row(label="Classification", value="SECRET//NOFORN"),
        Row(label="Origin", value="Embassy Strelsau"),
    )
    assert page.capture.articles == (
        Article(address="http://lanternpost.example/a?b=1&c=2"),
        Article(address="http://not", title="The Lantern Post"),
    )
    # Cut at the first line, without its "(", with its two spaces.
    assert page.capture.heading == "S//NF) THE  CANAL AND THE RESERVE: WHAT THE NEW"
    assert page.capture.title == f"Viewing cable 07STRELSAU112, {page.capture.heading}"
    assert (page.source.media_type, page.source.encoding, page.capture.rendering) == ("text/html", "utf-8", "html")


def test_what_is_the_sites_and_what_is_the_texts() -> None:
    page = read(CANAL)
    for kept in (
        "TAGS: ECON EFIN PGOV RZ\n",
        "     ¶B. STATE 011873 (06) \n",
        "¶1. (S//NF) The new",
        "since June of \n¶2006. He asked for silence & got none. \n",
        "S&D; & Sons",
        "The loans<br>were <strong>signed</strong> where 3 < 4 and a <em>cart</em> \n",
        "See <a href='http://lanternpost.example/'>there</a>. \n",
        "<<218634>>\n7/29/2009 14:42\n\tID:\t187536 \n</td></tr></table> \n",
        "Ruritania’s",
    ):
        assert kept in page.body
    assert codes(page) == ["html-residue"]
    assert "'&D;' at " in page.findings[0].message
    assert page.findings[0].message.endswith(", and 7 more")


def test_the_place_of_residue_is_its_place_in_the_text() -> None:
    page = read(CANAL)
    places = re.findall(r"'(.*?)' at (\d+)", page.findings[0].message)
    assert len(places) == 5
    for piece, place in places:
        assert page.body.startswith(piece, int(place))


def test_a_partial_record_keeps_its_distribution_lines() -> None:
    page = read(CORONATION)
    assert page.partial == PARTIAL
    assert page.header == (
        "ACTION EUR-00   \n\nINFO  LOG-00    NP-00    /012W\n------------------A54E38  291401Z /38   "
    )
    bare = CORONATION.replace(b"ACTION EUR-00", b"").replace(b"INFO  LOG-00    NP-00    /012W", b"")
    bare = bare.replace(b"------------------A54E38  291401Z /38", b"")
    assert (read(bare).partial, read(bare).header) == (PARTIAL, None)
    assert normalize(read(bare), RIGHTS).completeness.missing == ("routing-header",)


def test_one_pre_is_split_where_the_grammar_says() -> None:
    page = read(BRIDGE)
    assert page.header is not None
    assert page.header.startswith("VZCZCXRO0417\n")
    assert page.header.endswith("PRIORITY 0310\n")
    assert page.body.startswith("UNCLAS STRELSAU 000009 \n")
    assert page.capture.heading is None
    assert page.capture.title == "Viewing cable 09STRELSAU9,"


def test_a_pre_that_ends_in_the_midst_of_the_text_does_not_end_it() -> None:
    page = read(CANAL.replace(b"got none. ", b"got none.</pre> he said "))
    assert "got none.</pre> he said \n" in page.body
    assert page.body.endswith("NNNN")


@pytest.mark.parametrize(
    ("created", "released", "release", "unreliable"),
    [
        ("2007-02-22 16:04", "2010-12-07 21:09", None, True),
        ("2007-02-22 00:12", "2010-12-07 12:12", "cablegate-201012102105", True),
        ("2007-02-22 13:01", "2010-12-07 23:11", "cablegate-201103201804", True),
        ("2007-02-22 16:40", "2011-08-30 01:44", None, False),
        ("2007-02-22 16:04", "2011-08-30 01:44", None, False),
        ("2007-02-22 16:40", "2010-12-07 21:09", "cablegate-201012102105", False),
        ("2007-02-22 16:04", "2010-12-07 21:09", "cablegate-201108300212", False),
        ("2007-02-22 16:04", "", None, True),
        ("soon", "", None, False),
    ],
)
def test_false_minutes(created: str, released: str, release: str | None, unreliable: bool) -> None:
    data = CANAL.replace(b"2007-02-22 16:04", created.encode()).replace(b"2010-12-07 21:09", released.encode())
    assert read(data, release=release).minutes_unreliable is unreliable


@pytest.mark.parametrize(
    ("path", "flag", "release"),
    [
        ("m/cablegate-201012102105/cable/2007/02/x.html", None, ("cablegate-201012102105", "2010-12-10", "path")),
        ("m/cablegate-20101210047.7z/cable/x.html", None, ("cablegate-20101210047", "2010-12-10", "path")),
        ("m/cablegate-201012102105/x.html", "mine", ("mine", None, "flag")),
        ("m/2007/x.html", None, None),
    ],
)
def test_the_release_is_the_paths_or_the_users(
    path: str, flag: str | None, release: tuple[str, str | None, str] | None
) -> None:
    page = read(CANAL, path=path, release=flag)
    shown = page.release and (page.release.name, page.release.date, page.release.basis)
    assert shown == release


def test_the_container_is_kept() -> None:
    container = SourceContainer(name="cablegate.7z", sha256="0" * 64, member="cable/2007/02/07STRELSAU112.html")
    assert read_with(READER, replace(item(CANAL), container=container)).source.container == container


def test_bytes_that_are_not_utf8_are_read_as_windows_1252_and_told() -> None:
    data = CANAL.replace("’".encode(), b"\x92").replace(b"Sons", b"S\x81ns \xe9 ")
    page = read(data)
    assert "Ruritania’s" in page.body
    assert "S\x81ns é " in page.body
    # What is UTF-8 beside them stays so.
    assert "“builders”" in page.body
    assert codes(page) == ["encoding-repaired", "html-residue"]
    first = data.index(b"\x81")
    assert (
        page.findings[0].message == f"3 bytes are not UTF-8, the first is byte {first}; they were read as windows-1252"
    )
    assert page.source.encoding == "utf-8"


def test_a_declared_latin_1_is_windows_1252() -> None:
    text = CANAL.decode().replace("encoding='utf-8'", "encoding='ISO-8859-1'")
    page = read(text.encode("cp1252"))
    assert (page.body, page.source.encoding) == (read(CANAL).body, "windows-1252")
    assert codes(page) == ["html-residue"]


def test_no_document_type_is_read_and_no_entity_expanded() -> None:
    subset = b' [<!ENTITY S "boom"><!ENTITY x SYSTEM "file:///etc/passwd"> ]>'
    data = CANAL.replace(b'xhtml1-transitional.dtd">', b'xhtml1-transitional.dtd"' + subset)
    page = read(data.replace(b"Sons", b"&S; &x; &eacute; &#233; &#xE9; &#x92; &#0; &#xD800; &ltfoo &#99999999;"))
    assert "& &S; &x; é é é ’ &#0; &#xD800; &ltfoo &#99999999; had" in page.body
    assert page.capture == read(CANAL).capture


def test_a_page_cut_in_its_text_says_so() -> None:
    at = CANAL.index(b"#par2006")
    page = read(CANAL[:at])
    assert page.body.endswith("since June of \n")
    assert codes(page) == ["page-truncated", "html-residue"]
    assert page.findings[0].message == """the page ends in the midst of the text, inside "<a id='par2006' href='\""""
    assert normalize(page, RIGHTS).completeness.missing == ("tail",)


@pytest.mark.parametrize("end", [b"S E C", b"<code><pre>VZCZC", b"</th>\n<th>Origin"])
def test_a_page_cut_before_its_text_is_no_page(end: bytes) -> None:
    data = CANAL[: CANAL.index(end)]
    with pytest.raises(SourceError, match=r"holds no text of the cable|is no identifier of a cable"):
        read(data)


def test_what_the_table_lacks_or_says_otherwise_is_told() -> None:
    page = read(CANAL.replace(b"<td>\n<a href='/origin/99_0.html'>Embassy Strelsau</a>\n</td>", b"<td></td>"))
    assert (page.origin, codes(page)) == (None, ["html-residue", "table-incomplete"])
    page = read(CANAL.replace(b"Viewing cable 07STRELSAU112", b"Viewing cable 07STRELSAU113"))
    assert codes(page) == ["html-residue", "title-differs"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Identifier: 05STRELSAU4281", "it is not HTML: it has no tag"),
        (CANAL.replace(b"class='cable'", b"class='cables'"), "it has no table of class 'cable'"),
        (CANAL.replace(b"<th>Reference ID", b"<th>Reference"), "its table has no cell 'Reference ID'"),
    ],
)
def test_it_says_what_is_missing(data: bytes, reason: str) -> None:
    assert excuse_of(READER, item(data)) == reason


def _real(samples: Path) -> list[tuple[dict[str, object], SourceItem]]:
    rows = json.loads((samples / "index.json").read_text(encoding="utf-8"))
    return [
        (row, SourceItem(Path(row["file"]).name, (samples / row["file"]).read_bytes(), row["file"], row["release"]))
        for row in rows
        if str(row.get("file", "")).startswith("wikileaks-html/")
    ]


def test_the_real_pages_state_what_is_known_of_them(samples: Path) -> None:
    pages = _real(samples)
    assert len(pages) == 35
    for row, source in pages:
        assert sha256(source.data) == row["sha256"]
        page = read_with(READER, source)
        released = next(each.value for each in page.capture.table if each.label == "Released")
        stated = (page.identifier, page.created, released, page.classification, page.origin, page.partial is not None)
        names = ("id", "created", "released", "classification", "origin", "partial")
        assert stated == tuple(row[name] for name in names)
        assert page.minutes_unreliable
        assert page.release == Release(
            text=str(row["release"]), name=str(row["release"]), date="2010-12-10", basis="path"
        )
        assert page.findings == ()


def test_the_real_pages_have_every_character_that_another_parser_finds(samples: Path) -> None:
    for row, source in _real(samples):
        page = read_with(READER, source)
        document = html.fromstring(source.data, parser=html.HTMLParser(encoding="utf-8"))
        first, second = ("".join(map(str, each.itertext())) for each in document.iter("pre"))
        assert page.body == second, row["id"]
        if page.partial is None:
            assert page.header == first, row["id"]
        else:
            assert "".join(filter(None, (page.partial, page.header))) == first.strip(), row["id"]


def test_the_real_pages_make_whole_records(samples: Path) -> None:
    for _, source in _real(samples):
        assert_whole(read_with(READER, source))


@pytest.mark.parametrize(
    ("name", "length", "digest"),
    [
        ("08KUALALUMPUR317", 593, "31b196d8b784b51d53a8498a83fc402a71ee0c72bd53249ca0c70509c62e8388"),
        ("09SAOPAULO487", 1427, "0c7d4bc7889488995895448b754711cdb8f31db1013e5b22a519af15cc621b0e"),
        ("10MOSCOW293", 21040, "d7c548b24cb3eb8b5ef1c74033aed844d51aca06bde9a3f4860622dd4b697017"),
    ],
)
def test_the_texts_of_three_real_pages(samples: Path, name: str, length: int, digest: str) -> None:
    data = (samples / "wikileaks-html" / f"{name}.html").read_bytes()
    body = read_with(READER, SourceItem(f"{name}.html", data, name)).body
    assert (len(body), sha256(body.encode())) == (length, digest)
