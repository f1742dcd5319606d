"""The page of a cable: every character of its text, every fact in words, and nothing in it that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from lxml import etree, html
from tests.growth import growth
from tests.selection import examples
from tests.strategies import cables
from tests.tei.cables import bare, encoded, full, marked
from tests.tei.strategies import bodies

from preserve.cable.normalization import normalize
from preserve.cable.record import (
    Banner,
    Basis,
    Body,
    Cable,
    Completeness,
    Created,
    MarkKind,
    Recipient,
    Redaction,
    Reference,
    Release,
    Rights,
    SegmentKind,
    SourceContainer,
    Tag,
    Transmission,
)
from preserve.errors import RecordError
from preserve.readers.reader import SourceRef, read_page, registered_readers
from preserve.readers.sources.walk import load_source
from preserve.tei.view import render_page

K, M = SegmentKind, MarkKind
FIXTURES = Path(__file__).parents[1] / "fixtures"
PAGES = sorted(path for path in FIXTURES.rglob("*") if path.suffix in {".txt", ".html"})
RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")
# What neither XML 1.0 (2.2) nor a reader of HTML keeps as it is.
_NOT_SHOWN = re.compile(r"[\x00-\x20\x7f-\x9f\ufffe\uffff]+")


def parsed(cable: Cable) -> html.HtmlElement:
    return html.document_fromstring(render_page(encoded(cable)), parser=html.HTMLParser(encoding="utf-8"))


def text_of(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def of_class(root: html.HtmlElement, name: str) -> list[html.HtmlElement]:
    return [each for each in root.iter(etree.Element) if name in each.get("class", "").split()]


def cable_text(root: html.HtmlElement, place: str) -> str:
    """Return the text of the cable in the page: what the page adds is left out, as a reader's selection leaves it."""
    there = root.get_element_by_id(place)
    for added in of_class(there, "added"):
        added.drop_tree()
    return str(there.text_content())


def bare_text(text: str) -> str:
    return _NOT_SHOWN.sub("", text)


def facts(cable: Cable) -> dict[str, str]:
    """Return each row of the two tables by its label."""
    root = parsed(cable)
    for item in root.iter("li"):
        item.tail = "; " if item.getnext() is not None else ""
    return {text_of(row.find("th")): text_of(row.find("td")) for row in root.iter("tr")}


def assert_whole(cable: Cable) -> None:
    root = parsed(cable)
    assert bare_text(cable_text(root, "d1")) == bare_text(cable.body.text)
    if cable.header is not None:
        assert bare_text(cable_text(root, "transmission")) == bare_text(cable.header.text)


def of_text(text: str, kind: SegmentKind = K.PARAGRAPH) -> Cable:
    """A cable that has one segment."""
    body, segments, marks = marked([(kind, text)])
    cable = bare(body)
    return replace(cable, body=replace(cable.body, line_breaks="kept", segments=segments, marks=marks))


# Every character of the text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_page_of_a_made_up_source_has_its_whole_text(path: Path) -> None:
    item = load_source(SourceRef(str(path), path))
    assert_whole(normalize(read_page(item, registered_readers()), RIGHTS))


def test_the_page_of_every_kind_of_segment_and_mark_has_the_whole_text() -> None:
    assert_whole(full())


@given(bodies())
@examples(60)
def test_no_order_of_segments_and_marks_loses_a_character(body: Body) -> None:
    assert_whole(replace(full(), body=body))


@given(cables())
@examples(40)
def test_no_cable_loses_a_character(cable: Cable) -> None:
    assert_whole(cable)


def test_real_pages_have_their_whole_text(samples: Path) -> None:
    sources = [path for path in sorted(samples.rglob("*")) if path.suffix in {".txt", ".html"}]
    assert len(sources) > 30
    for path in sources:
        item = load_source(SourceRef(str(path), path))
        assert_whole(normalize(read_page(item, registered_readers()), RIGHTS))


def test_a_character_that_no_page_can_show_is_named_and_a_page_break_is_white_space() -> None:
    there = parsed(of_text("A\x07B\fC\vD")).get_element_by_id("p1")
    assert text_of(there) == "A[U+0007]B C D"


# Nothing runs, nothing is fetched

ALLOWED = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"}, "title": set(),
    "style": set(), "body": set(), "a": {"href", "class", "rel"}, "header": set(), "main": set(), "footer": set(),
    "p": {"class", "id"}, "h1": set(), "h2": {"id"}, "h3": {"id"}, "section": {"class", "id", "aria-labelledby",
    "aria-label"}, "article": {"aria-labelledby"}, "nav": {"aria-labelledby"}, "table": {"aria-labelledby"},
    "tbody": set(), "tr": set(), "th": {"scope"}, "td": set(), "ul": {"class"}, "ol": set(), "li": set(),
    "dl": set(), "dt": set(), "dd": set(), "div": {"class", "id"}, "small": set(), "code": set(),
    "span": {"class", "id", "title", "aria-hidden"}, "abbr": {"title"}, "time": {"datetime"}, "br": set(),
    "input": {"type", "id"}, "label": {"for"},
}  # fmt: skip

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>]]>&lt;script&gt;\"'</style></title><!--"


def hostile(words: str = HOSTILE, address: str = "javascript:alert(1)") -> Cable:
    """A cable whose every text tries to be markup, and whose every address tries to run."""
    text, segments, marks = marked(
        [
            (K.REFERENCES, ["REF: ", (M.REFERENCE, "/references/0", address)]),
            (K.HEADING, f"{words} ----"),
            (K.PARAGRAPH, [(M.NUMBER, None, "1."), words, (M.REFERENCE_MENTION, "/references/0", address),
                           (M.REDACTION, None, words), (M.STRAY_CAPTION, None, words)]),
            (K.OTHER, words),
            (K.SIGNATURE, words),
            (K.RESIDUE, words),
        ]
    )  # fmt: skip
    reference = Reference(
        text=address,
        kind="telegram",
        identifier=address,
        identifier_basis=Basis.STATED,
    )
    cable = full()
    return replace(
        cable,
        identifier=words,
        subject=words,
        captions=(words,),
        references=(reference,),
        tags=(Tag(value=words, kind="term", basis=Basis.STATED),),
        body=replace(cable.body, text=text, segments=segments, marks=marks, paragraphs=()),
        provenance=replace(
            cable.provenance,
            source=replace(cable.provenance.source, name=words),
            page=replace(cable.provenance.page, title=words, disclaimer=words),
            release=Release(text=words, name=words),
        ),
        rights=Rights(copyright=address, statement=words, advisory=words),
    )


TRICKS = [
    HOSTILE,
    "<svg/onload=ran=1><svg><script>ran=1</script></svg><math><mtext></mtext><style><img src=x onerror=ran=1>",
    "<meta http-equiv=refresh content='0;url=http://lanternpost.example/'><base href=http://lanternpost.example/>",
    "]]><![CDATA[<script>ran=1</script>]]><!-- --><?php ?><!DOCTYPE a [<!ENTITY b 'c'>]>"
    "&b;&#60;script&#62;ran=1&#60;/script&#62;",
    "\" autofocus onfocus=ran=1 style=background:url(http://lanternpost.example/) x='",
    "</style><style>*{background:url(http://lanternpost.example/)}</style></title></textarea>"
    "</noscript><iframe srcdoc=x>",
    "<form action=http://lanternpost.example/><button formaction=javascript:ran=1><input autofocus onfocus=ran=1>",
    "\u2028ran=1//\u202e<\x00script>ran=1<\x00/script>\uff1cscript\uff1eran=1",
]
"""Words that a reader of HTML, XML or a style sheet might take for more than words."""

ADDRESSES = [
    "javascript:ran=1", " javascript:ran=1", "JaVaScRiPt:ran=1", "java\tscript:ran=1", "java\nscript:ran=1",
    "\x01javascript:ran=1", "vbscript:ran=1", "data:text/html,<script>ran=1</script>", "//lanternpost.example/",
    "file:///etc/passwd", "blob:x", "&#106;avascript:ran=1", "http", "#\" onclick=\"ran=1",
]  # fmt: skip
"""Addresses that must not become links."""


def assert_inert(cable: Cable) -> None:
    root = parsed(cable)
    for element in root.iter(etree.Element):
        assert element.tag in ALLOWED
        assert set(element.keys()) <= ALLOWED[element.tag], element.tag
        for name in ("href", "src"):
            address = element.get(name, "#")
            assert address.startswith("#") or address == cable.rights.copyright, address
    [style] = root.iter("style")
    assert style.text == (files("preserve.tei") / "cable.css").read_text(encoding="utf-8")
    ids = [element.get("id") for element in root.iter(etree.Element) if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [a.get("href", "")[1:] for a in root.iter("a") if a.get("href", "").startswith("#")]
    assert set(links) <= set(ids)


def test_hostile_text_is_text() -> None:
    assert_inert(hostile())
    assert_whole(hostile())
    assert [a.get("href") for a in parsed(hostile()).iter("a")] == ["#text", "#ref-1", "#ref-1"]


@pytest.mark.parametrize("words", TRICKS, ids=range(len(TRICKS)))
def test_no_trick_of_markup_is_more_than_words(words: str) -> None:
    assert_inert(hostile(words))


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_but_that_of_a_licence_on_the_web_is_a_link(address: str) -> None:
    links = [a.get("href") for a in parsed(hostile("words", address)).iter("a")]
    assert links == ["#text", "#ref-1", "#ref-1"]


def test_the_address_of_a_licence_cannot_leave_its_attribute() -> None:
    address = 'https://lanternpost.example/" onclick="ran=1"><script>ran=1</script>'
    assert_inert(hostile("words", address))


@given(cables())
@examples(25)
def test_no_cable_makes_a_page_that_runs_or_leads_out(cable: Cable) -> None:
    assert_inert(cable)


def test_the_licence_is_the_one_link_out() -> None:
    assert_inert(full())
    [out] = [a for a in parsed(full()).iter("a") if not a.get("href", "").startswith("#")]
    assert (out.get("href"), out.get("rel")) == (full().rights.copyright, "license noreferrer")


def test_the_policy_forbids_all_but_the_style_in_the_page() -> None:
    metas = {meta.get("http-equiv") or meta.get("name"): meta.get("content") for meta in parsed(full()).iter("meta")}
    assert metas["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert metas["robots"] == "noindex"
    assert render_page(encoded(full())).startswith(b'<!DOCTYPE html>\n<html lang="en">')


def test_style_sheets_ask_for_nothing_outside_themselves() -> None:
    css = (files("preserve.tei") / "cable.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|expression|</", css)
    xsl = etree.fromstring((files("preserve.tei") / "cable.xsl").read_bytes())
    assert set(xsl.nsmap.values()) == {"http://www.w3.org/1999/XSL/Transform", "http://www.tei-c.org/ns/1.0"}
    tests = " ".join(str(value) for element in xsl.iter(etree.Element) for value in element.values())
    assert not re.search(r"\b(?:document|unparsed-entity-uri|system-property)\(", tests)
    names = {etree.QName(element).localname for element in xsl.iter("{http://www.w3.org/1999/XSL/Transform}*")}
    assert not names & {"import", "include", "message", "processing-instruction", "fallback"}


DTD = '<!DOCTYPE TEI [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body><div type="document">{}</div></body></text></TEI>'
DEEP = "<seg>" * 400 + "</seg>" * 400


@pytest.mark.parametrize(
    "tei",
    ["", "no xml", "<html/>", TEI.format("").replace("document", "other"), DTD + TEI.format("&e;"), TEI.format(DEEP)],
    ids=["empty", "text", "html", "no-document", "entity", "deep"],
)
def test_what_is_no_document_of_a_cable_is_refused(tei: str) -> None:
    with pytest.raises(RecordError):
        render_page(tei.encode())


def test_equal_documents_give_equal_pages() -> None:
    assert render_page(encoded(full())) == render_page(encoded(full()))


def test_very_long_headings_and_paragraphs_stay_whole() -> None:
    assert_whole(of_text("word " * 3000, K.HEADING))
    assert_whole(of_text("line\n\n" * 6000))
    assert_whole(of_text("- x\n" * 5000))


# The facts, in words


def test_the_facts_of_a_cable() -> None:
    assert facts(full()) == {
        "Identifier": "02STRELSAU17",
        "Message reference": "STRELSAU 000017",
        "From": "Embassy Strelsau — AMEMBASSY STRELSAU in the routing header",
        "To": "SECSTATE WASHDC (PRIORITY)",
        "For information": "AMEMBASSY ZENDA",
        "Created": "13 March 2002, 15:03 — confirmed by the date-time group",
        "Date-time group": "131503Z MAR 02 — 13 March 2002, 15:03 UTC",
        "Classification": "C O N F I D E N T I A L — Confidential, NOFORN, as printed by the originator",
        "Declassification instruction": "E.O. 12958: DECL: 03/13/2012 — as printed; it is not applied here",
        "Reasons cited": "1.4(b) foreign government information; 1.4(d) foreign relations or foreign activities of the "
        "United States, including confidential sources",
        "Captions": "SIPDIS",
        "TAGS": "PGOV (subject); RU (geographic) (stated by the page only); 2002 Coronation (term)",
        "References": "A. STRELSAU 9 (02STRELSAU9, its year inferred); B. ZENDA LETTER OF MARCH 1",
        "Completeness": "The source lacks the routing header and the end of the text — the source says: “This record "
        "is a partial extract.”",
        "Redaction": "2 redactions in the text — the source says: “Names were removed by the publisher.”",
        "Release": "browser-2, 4 October 2011 — the source says: “Latest source of this page is browser-2, released "
        "2011-10-04”",
        "Captured page": "US embassy cable - 02STRELSAU17 — “Disclaimer: a made-up site.”",
        "File": "02STRELSAU17 (1).txt — 2048 bytes",
        "SHA-256 of the file": full().provenance.source.sha256,
        "SHA-256 of the text": full().body.sha256,
    }


def test_a_cable_of_which_nothing_is_known_claims_nothing() -> None:
    rows = facts(bare("A text."))
    assert list(rows) == [
        "Identifier", "Completeness", "Redaction", "Captured page", "File", "SHA-256 of the file", "SHA-256 of the text"
    ]  # fmt: skip
    assert rows["Completeness"] == "Nothing is known to be missing — the source does not say"
    assert rows["Redaction"] == "No redaction in the text"
    assert str(parsed(bare("A text.")).findtext(".//title")) == "02STRELSAU17"


CREATED = {
    "1 March 2002, 09:08 — as the source states it, without a time zone": Created(
        text="2002-03-01 09:08", value="2002-03-01T09:08:00"
    ),
    "1 March 2002, 09:08 UTC — as the source states it": Created(
        text="2002-03-01 09:08Z", value="2002-03-01T09:08:00", zone="Z"
    ),
    "1 March 2002, 09:14 — confirmed by the text of the cable": Created(
        text="2002-03-01 09:09", value="2002-03-01T09:14:00", reliability="dateline-confirmed"
    ),
    "1 March 2002, between 09:00 and 09:59 — printed 2002-03-01 09:09; pages of this kind have the right hour and "
    "false minutes": Created(text="2002-03-01 09:09", value="2002-03-01T09:09:00", reliability="minutes-unreliable"),
    "31 December 1978 — as the source states it": Created(text="31 dec 78", value="1978-12-31"),
    "2002-02-31 — as printed; no date that exists": Created(text="2002-02-31", value="2002-02-31"),
}


@pytest.mark.parametrize(("says", "created"), CREATED.items())
def test_the_date_says_what_it_is_worth(says: str, created: Created) -> None:
    assert facts(replace(bare("A text."), created=created))["Created"] == says


def test_two_levels_are_both_told() -> None:
    cable = full()
    assert cable.classification is not None
    other = replace(
        cable,
        classification=replace(cable.classification, handling=(), banner=Banner(text="S E C R E T", level="SECRET")),
    )
    assert facts(other)["Classification"] == (
        "C O N F I D E N T I A L — as the text prints it; the page that holds it states: Confidential"
    )


def test_a_level_that_only_the_page_has_is_said_to_be_of_the_page() -> None:
    cable = replace(bare("A text."), classification=full().classification)
    assert facts(cable)["Classification"] == "Confidential, NOFORN — as the page states it; the text prints none"


def test_a_level_that_only_the_text_has_is_as_printed() -> None:
    text, segments, marks = marked([(K.BANNER, [(M.LEVEL, None, "S E C R E T"), " STRELSAU 1"])])
    cable = bare(text)
    cable = replace(cable, body=replace(cable.body, segments=segments, marks=marks))
    assert facts(cable)["Classification"] == "S E C R E T — as printed by the originator"


def test_a_reference_that_only_the_page_has_is_said_to_be_of_the_page() -> None:
    stated = Reference(text="02ZENDA5", kind="telegram", identifier="02ZENDA5", identifier_basis=Basis.TABLE)
    assert facts(replace(bare("A text."), references=(stated,)))["References"] == (
        "02ZENDA5 (02ZENDA5, stated by the page only)"
    )


def test_addressees_have_precedence_and_exclusions() -> None:
    recipient = Recipient(
        text="RUEHZD/ALL POSTS IMMEDIATE", name="ALL POSTS", precedence="IMMEDIATE", excluded=("ZENDA", "HENTZAU")
    )
    cable = replace(bare("A text."), transmission=Transmission(action=(recipient,)))
    assert facts(cable)["To"] == "ALL POSTS (IMMEDIATE), not ZENDA, not HENTZAU"


def test_where_the_header_is_lost_the_addressees_are_not_known() -> None:
    lost = Completeness(status="partial", missing=("routing-header",))
    rows = facts(replace(bare("A text."), completeness=lost))
    assert rows["To"] == "not known: the routing header is missing"
    assert rows["Completeness"] == "The source lacks the routing header — the source does not say"


@pytest.mark.parametrize(
    ("missing", "says", "before"),
    [
        (("routing-header",), ["What came before, the routing header, is not in the source."], True),
        (("tail",), ["The text breaks off here: its end is not in the source."], False),
        ((), [], False),
    ],
)
def test_what_is_lost_is_said_where_it_is_lost(missing: tuple[str, ...], says: list[str], before: bool) -> None:
    cable = replace(bare("A text."), completeness=Completeness(status="partial", missing=missing))  # type: ignore[arg-type]
    root = parsed(cable)
    lost = of_class(root, "lost")
    assert [text_of(each) for each in lost] == says
    for each in lost:
        following = [other.get("id") for other in each.itersiblings()]
        assert ("d1" in following) is before
    assert ["Incomplete"] * bool(says) == [text_of(b) for b in of_class(root, "badge") if text_of(b) == "Incomplete"]


@pytest.mark.parametrize(
    ("basis", "says"),
    [
        ("page", "browser-2 — the source says: “Of browser-2”"),
        ("path", "browser-2 — by the folder or file that held the source"),
        ("flag", "browser-2 — by whoever packaged the source"),
    ],
)
def test_a_release_says_who_states_it(basis: str, says: str) -> None:
    cable = bare("A text.")
    release = Release(text="Of browser-2", name="browser-2", basis=basis)  # type: ignore[arg-type]
    assert facts(replace(cable, provenance=replace(cable.provenance, release=release)))["Release"] == says


def test_a_source_that_was_part_of_a_larger_file_says_so() -> None:
    cable = bare("A text.")
    source = replace(
        cable.provenance.source, container=SourceContainer(name="all.7z", sha256="0" * 64, member="a/b.html")
    )
    assert facts(replace(cable, provenance=replace(cable.provenance, source=source)))["Part of"] == "all.7z — a/b.html"


def test_an_institution_is_named_and_access_is_its_decision() -> None:
    root = parsed(full())
    assert "for National Archives of Ruritania" in text_of(of_class(root, "made")[0])
    assert "Access: restricted" in [text_of(badge) for badge in of_class(root, "badge")]
    assert full().rights.advisory in [text_of(p) for p in root.find(".//footer").iter("p")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_page_says_of_itself_that_a_marking_has_ended(path: Path) -> None:
    item = load_source(SourceRef(str(path), path))
    cable = normalize(read_page(item, registered_readers()), RIGHTS)
    its_own = text_of(parsed(cable)).lower().count("declassified")
    assert its_own <= (cable.body.text + (cable.header.text if cable.header else "")).lower().count("declassified")


# The text, readable


def paragraph(inline: list[object] | str) -> html.HtmlElement:
    text, segments, marks = marked([(K.PARAGRAPH, inline)])  # type: ignore[list-item]
    cable = bare(text)
    cable = replace(cable, body=replace(cable.body, line_breaks="kept", segments=segments, marks=marks))
    return parsed(cable).get_element_by_id("p1")


def shown(element: html.HtmlElement) -> str:
    """Return the text as a browser lays it out: white space collapsed, a line for each break."""
    for added in of_class(element, "added"):
        added.drop_tree()
    for line in element.iter("br"):
        line.tail = f"\N{PILCROW SIGN}{line.tail or ''}"
    for banner in of_class(element, "fw"):
        banner.tail = f"|{banner.tail or ''}"
        banner.text = f"|{banner.text or ''}"
    return text_of(element)


@pytest.mark.parametrize(
    ("inline", "says"),
    [
        ("one line\nand the next", "one line and the next"),
        ("one \n \n \ntwo", "one ¶¶two"),
        ("one\n\n\n\ntwo", "one ¶¶two"),
        ("points:\n- one\n-- two\n* three", "points: ¶- one ¶-- two ¶* three"),
        ("points:\n \n- one", "points: ¶¶- one"),
        (["one \n \n", (M.NOTE, None, "(Note: two)")], "one ¶¶(Note: two)"),
        ([(M.SUMMARY, None, "one"), "\n\ntwo"], "one ¶¶two"),
        (["one\n \n", (M.PAGE_BANNER, None, "PAGE 2"), "\n \n\ntwo"], "one |PAGE 2| two"),
        (["one\n", (M.PAGE_BANNER, None, "PAGE 2"), "\ntwo\n\nthree"], "one |PAGE 2| two ¶¶three"),
        ("\n\none", "one"),
        ("one\n\n", "one"),
    ],
)  # fmt: skip
def test_lines_flow_and_what_the_author_parted_stays_parted(inline: list[object] | str, says: str) -> None:
    assert shown(paragraph(inline)) == says


def test_a_table_keeps_its_spaces() -> None:
    assert "lined" in paragraph("Name:     A\nRank:     B").get("class").split()
    assert "lined" in paragraph("Name:\tA\nRank:\tB").get("class").split()
    assert "lined" not in paragraph("A  word.\n  Another.").get("class").split()


def test_a_redaction_is_named_with_its_length_and_keeps_what_is_printed() -> None:
    there = paragraph([(M.REDACTION, None, "XXXX XXXX"), " met ", (M.REDACTION, None, "[NAME REMOVED]"), " and ",
                       (M.REDACTION, None, "X")])  # fmt: skip
    assert [text_of(each) for each in of_class(there, "redacted")] == [
        "redacted, 8 characters: XXXX XXXX",
        "redacted: [NAME REMOVED]",
        "redacted, 1 character: X",
    ]
    # A screen reader hears the length and not a row of letters, but hears words that stand in a name's place.
    assert [each.get("aria-hidden") for each in of_class(there, "printed")] == ["true", None, "true"]


def test_a_redaction_with_more_than_text_in_it_is_named_too() -> None:
    there = paragraph([(M.REDACTION, None, ["[NAME ", (M.PAGE_BANNER, None, "PAGE 2"), " REMOVED]"])])
    [block] = of_class(there, "redacted")
    assert text_of(block) == "redacted: [NAME (Page banner: PAGE 2) REMOVED]"


def test_stray_captions_residue_and_banners_are_named_for_those_who_cannot_see() -> None:
    there = paragraph(["The ", (M.STRAY_CAPTION, None, "SIPDIS"), " Guard"])
    assert text_of(there) == "The (inserted by software: SIPDIS) Guard"
    root = parsed(full())
    assert "(left by a database or a site: <<4711>>)" in text_of(root.get_element_by_id("d1")).replace(" )", ")")
    assert [text_of(each) for each in of_class(root.get_element_by_id("p2").getparent(), "fw")][:1] == [
        "(Page banner: STRELSAU 00000017 002 OF 002)"
    ]


def test_numbers_portion_marks_and_mentions_are_what_they_are() -> None:
    first = parsed(full()).get_element_by_id("p1")
    assert [text_of(each) for each in of_class(first, "number")] == ["1."]
    assert [(text_of(each), each.get("title")) for each in of_class(first, "portion")] == [("(C)", "Confidential")]
    assert [(a.get("href"), text_of(a)) for a in parsed(full()).get_element_by_id("p2").iter("a")] == [
        ("#ref-1", "ref A")
    ]


def test_a_drawn_line_is_no_word_of_a_heading() -> None:
    heading = parsed(of_text("-------\nTHE END - AND AFTER\n=======", K.HEADING)).find(".//h3")
    assert [each.text for each in of_class(heading, "rule")] == ["-------", "======="]
    for each in of_class(heading, "rule"):
        each.drop_tree()
    assert text_of(heading) == "THE END - AND AFTER"


def sections(count: int) -> Cable:
    text, segments, marks = marked(
        [part for n in range(count) for part in ((K.HEADING, f"---- Part {n} ----\n"), (K.PARAGRAPH, "Text.\n"))]
    )
    cable = bare(text)
    return replace(cable, body=replace(cable.body, segments=segments, marks=marks))


def test_three_sections_make_a_table_of_contents() -> None:
    assert parsed(sections(2)).find(".//nav") is None
    nav = parsed(sections(3)).find(".//nav")
    assert [(a.get("href"), text_of(a)) for a in nav.iter("a")] == [
        ("#s1", "Part 0"), ("#s2", "Part 1"), ("#s3", "Part 2")
    ]  # fmt: skip


def test_the_marks_that_occur_are_explained_and_no_others() -> None:
    names = [text_of(each) for each in parsed(full()).iter("dt")]
    assert names == ["(C)", "redacted", "SIPDIS", "residue", "page 2 of 3"]
    assert list(parsed(bare("A text.")).iter("dt")) == []


def test_lines_as_captured_are_offered_where_the_source_has_lines() -> None:
    assert parsed(full()).find(".//input") is not None
    assert parsed(bare("A text.")).find(".//input") is None


# Read by everybody


def test_landmarks_headings_and_row_headers() -> None:
    root = parsed(full())
    assert [each.tag for each in root.find("body")] == ["a", "header", "main", "footer"]
    assert [each.tag for each in root.iter("h1", "h2", "h3")] == ["h1", "h2", "h2", "h3", "h2", "h2", "h2"]
    assert {th.get("scope") for th in root.iter("th")} == {"row"}
    [skip] = of_class(root, "skip")
    assert root.get_element_by_id(skip.get("href")[1:]).tag == "h2"


def _palettes() -> Iterator[tuple[str, dict[str, str]]]:
    css = (files("preserve.tei") / "cable.css").read_text(encoding="utf-8")
    for name, block in zip(("light", "dark", "print"), re.findall(r":root \{(.*?)\}", css, re.DOTALL), strict=True):
        yield name, dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PAIRS = [("ink", "paper"), ("ink", "panel"), ("quiet", "paper"), ("quiet", "panel"), ("link", "paper"),
         ("link", "panel"), ("on-mark", "mark"), ("warn", "warn-panel"), ("mark", "paper")]  # fmt: skip


@pytest.mark.parametrize(("name", "palette"), list(_palettes()), ids=["light", "dark", "print"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast_is_that_of_wcag_aa(name: str, palette: dict[str, str], text: str, ground: str) -> None:
    light, dark = sorted((_luminance(palette[text]), _luminance(palette[ground])), reverse=True)
    # WCAG 2.2, 1.4.3: at least 4.5 to 1 for text of usual size.
    assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_a_redacted_and_an_open_twin_share_nothing_that_was_hidden() -> None:
    name = "Rudolf Hentzau"
    root = parsed(replace(of_text("XXXX met."), redaction=Redaction(status="redacted")))
    assert name not in text_of(root)
    assert name in text_of(parsed(of_text(f"{name} met.")))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
@examples(50)
def test_any_text_about_a_cable_is_text(subject: str) -> None:
    assert_inert(replace(bare("A text."), subject=subject or None))


def test_no_pattern_has_a_predicate_and_no_step_has_two() -> None:
    # Either makes libxslt or libxml2 count the siblings of a node for each of them.
    sheet = (files("preserve.tei") / "cable.xsl").read_text("utf-8")
    assert not re.findall(r'match="[^"]*\[[^"]*"', sheet)
    assert not re.findall(r"-sibling::[^\[\]]*\[[^\[\]]*\]\[", sheet)


SIBLINGS = [
    '<seg type="caption">NOFORN</seg> ',
    '<gap reason="redacted" unit="chars" quantity="1" resp="#src-release"><desc>X</desc></gap>\n',
    '<surplus reason="residue" resp="#packager" cert="high" evidence="external">x</surplus>\n',
    "<term>PGOV</term>,\n",
    '<g ref="#char-000C"/>\n',
]


@pytest.mark.parametrize("sibling", SIBLINGS)
def test_the_time_is_linear_in_the_number_of_siblings(sibling: str) -> None:
    before, end, behind = encoded(full()).decode().rpartition("</p>")
    assert growth(lambda size: f"{before}{sibling * size}{end}{behind}".encode(), render_page, 2000) < 10
