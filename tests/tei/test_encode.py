"""The document says what the record says, and loses no character of it."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, strategies as st
from lxml import etree
from tests.tei.cables import Inline, bare, document_text, encoded, full, marked, spanning
from tests.tei.strategies import bodies, captured

from preserve.cable.record import (
    Basis,
    Body,
    Cable,
    Completeness,
    Created,
    Mark,
    MarkKind,
    Redaction,
    Release,
    Segment,
    SegmentKind,
    SourceContainer,
    Tag,
)
from preserve.errors import RecordError
from preserve.provenance.software import Software
from preserve.tei.division import BLOCKS, LINES
from preserve.tei.encode import encode_tei
from preserve.tei.file_description import STATUS
from preserve.tei.marks import SEG_TYPES
from preserve.tei.validate import check_tei

GOLDEN = Path(__file__).parent.parent / "golden" / "tei"
TEI = {"t": "http://www.tei-c.org/ns/1.0"}
K, M = SegmentKind, MarkKind


def tree(cable: Cable) -> etree._Element:
    return etree.fromstring(encoded(cable))


def select(cable: Cable, path: str) -> list[str]:
    """Return what an XPath gives: attribute values as they are, elements by their text."""
    found = tree(cable).xpath(path, namespaces=TEI)
    assert isinstance(found, list)
    return [text_of(each) if isinstance(each, etree._Element) else str(each) for each in found]


def text_of(element: etree._Element) -> str:
    return str(element.xpath("string()"))


def first_difference(a: etree._Element, b: etree._Element, path: str = "") -> str | None:
    """Return where two trees differ first, in words; ``None`` when they do not."""
    here = f"{path}/{etree.QName(a).localname}"
    for what in ("tag", "text", "tail", "attrib"):
        if getattr(a, what) != getattr(b, what):
            return f"{here}: {what} {getattr(a, what)!r} != {getattr(b, what)!r}"
    if len(a) != len(b):
        return f"{here}: {len(a)} children, not {len(b)}"
    pairs = enumerate(zip(a, b, strict=True))
    return next(filter(None, (first_difference(x, y, f"{here}[{i}]") for i, (x, y) in pairs)), None)


def flattened() -> Cable:
    """The full cable on one line, as one rendering of the pages has it: separators are single spaces."""
    cable = full()
    text = cable.body.text.replace("\f", " ").replace("\r", " ").replace("\n", " ")
    return replace(
        cable,
        body=replace(cable.body, text=text, line_breaks="flattened", sha256=hashlib.sha256(text.encode()).hexdigest()),
    )


GOLDEN_CABLES = {"lines": full(), "flattened": flattened(), "bare": bare("A text."), "spanning": spanning()}


@pytest.mark.parametrize(("name", "cable"), GOLDEN_CABLES.items(), ids=GOLDEN_CABLES)
def test_the_document_is_the_golden_one(name: str, cable: Cable, accept_golden: bool) -> None:
    path = GOLDEN / f"{cable.identifier}.{name}.xml"
    given_now = encoded(cable)
    assert check_tei(given_now, cable) == ()
    if accept_golden:
        path.write_bytes(given_now)
    expected, now = etree.fromstring(path.read_bytes()), etree.fromstring(given_now)
    assert first_difference(expected, now) is None
    assert path.read_bytes() == given_now, "the trees agree, the bytes do not"


def test_equal_calls_give_equal_bytes_without_carriage_return() -> None:
    assert encoded(full()) == encoded(full())
    assert b"\r" not in encoded(full())


def test_every_kind_of_segment_has_one_place() -> None:
    own = {K.HEADING, K.PARAGRAPH, K.PAGE_BANNER}
    assert {*LINES, *BLOCKS, *own} == set(SegmentKind)
    assert len(LINES) + len(BLOCKS) + len(own) == len(SegmentKind)
    body, header = full().body, full().header
    assert header is not None
    assert {each.kind for each in (*body.segments, *header.segments)} == set(SegmentKind)


SEGMENT_PLACES = {
    **{kind: f"t:ab[@type='header']/t:seg[@type='{name}']" for kind, name in LINES.items()},
    **{kind: f"t:ab[@type='{name}']" for kind, name in BLOCKS.items()},
    K.RESIDUE: "t:ab[@type='residue']/t:surplus[@reason='residue']",
    K.HEADING: "t:div[@type='section']/t:head",
    K.PARAGRAPH: "t:p",
    K.PAGE_BANNER: "t:fw[@type='pageBanner']",
}


@pytest.mark.parametrize("kind", SegmentKind)
def test_a_segment_between_paragraphs_is_this_element(kind: SegmentKind) -> None:
    text, segments, marks = marked([(K.PARAGRAPH, "1. A. "), (kind, "words\v"), (K.PARAGRAPH, "2. B.")])
    cable = bare(text)
    cable = replace(cable, body=replace(cable.body, segments=segments, marks=marks))
    assert check_tei(encoded(cable), cable) == ()
    document = "//t:div[@type='document']/"
    found = tree(cable).xpath(document + SEGMENT_PLACES[kind], namespaces=TEI)
    assert isinstance(found, list)
    assert "words" in [text_of(each) for each in found if isinstance(each, etree._Element)]


MARK_PLACES = {
    M.LEVEL: "t:seg[@type='classification'][@ana='#cl-C']",
    M.MESSAGE_REFERENCE: "t:idno[@type='mrn']",
    M.CAPTION: "t:seg[@type='caption'][@ana='#cap-SIPDIS']",
    M.STRAY_CAPTION: "t:surplus[@reason='autoInsertedCaption']",
    M.DATE: "t:date[@type='declassification'][@when='2012-03-13']",
    M.TAG: "t:term[@ana='#tag-2']",
    M.SUBJECT: "t:title[@type='subject']",
    M.REFERENCE: "t:ref[@xml:id='ref-1'][@target='cable:02STRELSAU9'][@cert='medium'][@resp='#packager']",
    M.REFERENCE_MENTION: "t:ref[@type='mention'][@target='#ref-2']",
    M.CLASSIFIER: "t:persName",
    M.REASON: "t:seg[@type='reason'][@ana='#why-1.4-d']",
    M.NUMBER: "t:label",
    M.PORTION: "t:seg[@type='portionMark']",
    M.SUMMARY: "t:seg[@type='summary']",
    M.NOTE: "t:seg[@type='note']",
    M.COMMENT: "t:seg[@type='comment']",
    M.REDACTION: "t:gap[@reason='redacted'][@quantity='4'][@resp='#src-release']/t:desc",
    M.PAGE_BANNER: "t:fw[@type='pageBanner']",
    M.SIGNER: "t:persName",
    M.DTG: "t:date[@type='dtg'][@when='2002-03-13T15:03:00Z']",
}
MARK_TARGETS = {
    M.CAPTION: "/captions/0",
    M.DATE: "/classification/declassify_on/date",
    M.TAG: "/tags/1",
    M.REFERENCE: "/references/0",
    M.REFERENCE_MENTION: "/references/1",
    M.CLASSIFIER: "/classification/classified_by/0",
    M.REASON: "/classification/reasons/1",
    M.SIGNER: "/signed_by/0",
}


def test_every_kind_of_mark_has_one_place() -> None:
    assert set(MARK_PLACES) == set(MarkKind)
    assert set(SEG_TYPES) < set(MarkKind)
    assert {mark.kind for mark in full().body.marks} | {M.DTG} == set(MarkKind)


@pytest.mark.parametrize("kind", MarkKind)
def test_a_mark_in_a_paragraph_is_this_element(kind: MarkKind) -> None:
    other = (M.REFERENCE, "/references/1", "B") if kind is M.REFERENCE_MENTION else "B"
    text, segments, marks = marked([(K.PARAGRAPH, ["1. ", (kind, MARK_TARGETS.get(kind), "XXXX"), " ", other])])
    cable = full()
    cable = replace(cable, body=replace(cable.body, text=text, segments=segments, marks=marks, paragraphs=()))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, f"//t:p/{MARK_PLACES[kind]}") == ["XXXX"]


def test_a_mark_without_a_target_claims_nothing() -> None:
    kinds = [M.CLASSIFIER, M.SIGNER, M.TAG, M.REFERENCE, M.REFERENCE_MENTION, M.REASON, M.DATE, M.CAPTION]
    text, segments, marks = marked([(K.PARAGRAPH, [(kind, None, "x ") for kind in kinds])])
    cable = replace(full(), body=replace(bare(text).body, segments=segments, marks=marks), header=None)
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:body//t:persName") == []
    assert select(cable, "//t:p//@ana | //t:p//@target | //t:p//@when") == []


@pytest.mark.parametrize(
    "target", ["/tags/3", "/tags/01", "/tags/-1", "/tags/", "/tags/²", "/tags/99999999999", "tags/0"]
)
def test_a_target_that_is_no_field_is_not_followed(target: str) -> None:
    text, segments, marks = marked([(K.TAGS, ["TAGS: ", (M.TAG, target, "PGOV")])])
    cable = replace(full(), body=replace(bare(text).body, segments=segments, marks=marks))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:body//t:term/@ana") == []


def test_the_usual_order_is_opener_blocks_sections_closer_trailers() -> None:
    assert [
        f"{etree.QName(each).localname}{'.' + each.get('type', '') if each.get('type') else ''}"
        for each in tree(full()).iterfind(".//t:div[@type='document']/*", TEI)
    ] == ["gap", "opener", "p", "div.section", "closer", "trailer.terminator", "trailer.residue", "gap"]


def test_a_header_that_repeats_is_a_block_not_an_opener() -> None:
    text, segments, marks = marked(
        [(K.BANNER, "CONFIDENTIAL"), (K.PARAGRAPH, "1. A."), (K.BANNER, "CONFIDENTIAL"), (K.SPACE, " "),
         (K.TAGS, "TAGS: RU"), (K.SIGNATURE, "RASSENDYLL"), (K.PARAGRAPH, "2. B."), (K.SIGNATURE, "ZENDA"),
         (K.OTHER, " and "), (K.SIGNATURE, "HENTZAU"), (K.OTHER, "the end")]
    )  # fmt: skip
    cable = bare(text)
    cable = replace(cable, body=replace(cable.body, segments=segments, marks=marks))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:opener") == ["CONFIDENTIAL"]
    assert select(cable, "//t:ab[@type='header']") == ["CONFIDENTIAL TAGS: RU"]
    assert select(cable, "//t:ab[@type='signature']") == ["RASSENDYLL"]
    assert select(cable, "//t:closer") == ["ZENDA and HENTZAU"]
    assert select(cable, "//t:signed") == ["ZENDA", "HENTZAU"]
    assert select(cable, "//t:trailer") == ["the end"]


def test_text_that_no_segment_covers_is_kept() -> None:
    cable = bare("before 1. A. after")
    segments = (Segment(kind=K.PARAGRAPH, start=7, end=12), Segment(kind=K.SPACE, start=12, end=12))
    cable = replace(cable, body=replace(cable.body, segments=segments))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:ab[@type='other']") == ["before ", " after"]


BROKEN_SEGMENTS = [[(0, 3), (2, 5)], [(0, 9)], [(3, 1)], [(-1, 2)]]


@pytest.mark.parametrize("bounds", BROKEN_SEGMENTS)
def test_segments_that_are_no_partition_are_refused(bounds: list[tuple[int, int]]) -> None:
    segments = tuple(Segment(kind=K.OTHER, start=start, end=end) for start, end in bounds)
    cable = bare("12345")
    with pytest.raises(RecordError, match="partition"):
        encoded(replace(cable, body=replace(cable.body, segments=segments)))


@pytest.mark.parametrize("bounds", [[(0, 3), (2, 5)], [(3, 7)], [(-1, 2)], [(9, 12)], [(10, 12)]])
def test_marks_that_cross_or_leave_their_segment_are_refused(bounds: list[tuple[int, int]]) -> None:
    marks = tuple(Mark(kind=M.NOTE, start=start, end=end) for start, end in bounds)
    segments = (Segment(kind=K.PARAGRAPH, start=0, end=5), Segment(kind=K.OTHER, start=5, end=10))
    cable = bare("1234567890")
    with pytest.raises(RecordError, match="leaves"):
        encoded(replace(cable, body=replace(cable.body, segments=segments, marks=marks)))


def test_a_redaction_of_words_has_no_length() -> None:
    assert select(full(), "//t:gap[@reason='redacted']/@quantity") == ["12"]
    assert select(full(), "//t:gap[@reason='redacted'][@extent='unknown']/t:desc") == ["[NAME REMOVED]"]


def test_the_redacted_twin_holds_nothing_of_the_other() -> None:
    def twin(word: str) -> bytes:
        text, segments, marks = marked([(K.PARAGRAPH, ["1. Met ", (M.REDACTION, None, word), " there."])])
        cable = replace(bare(text), redaction=Redaction(status="redacted"))
        return encoded(replace(cable, body=replace(cable.body, segments=segments, marks=marks)))

    assert b"Rassendyll" not in twin("XXXXXXXXXX")
    assert twin("XXXXXXXXXX").count(b"XXXXXXXXXX") == 1


def test_false_minutes_are_not_claimed() -> None:
    created = Created(text="2009-09-03 21:09", value="2009-09-03T21:09:00", reliability="minutes-unreliable")
    cable = replace(bare(), created=created)
    assert select(cable, "//t:creation/t:date/@when") == []
    assert select(cable, "//t:creation/t:date/@*") == [
        "2009-09-03T21:00:00",
        "2009-09-03T21:59:59",
        "medium",
        "external",
    ]


@pytest.mark.parametrize("value", ["2009-02-30T21:09:00", "2009-09-03", "yesterday", "0000-01-01", "２009-09-03"])
def test_a_date_is_claimed_only_when_it_is_one(value: str) -> None:
    cable = replace(bare(), created=Created(text="as printed", value=value))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:creation/t:date") == ["as printed"]
    assert select(cable, "//t:creation/t:date/@when") == (["2009-09-03"] if value == "2009-09-03" else [])


def test_access_decides_the_status() -> None:
    for access, status in STATUS.items():
        cable = replace(bare(), rights=replace(bare().rights, access=access))
        assert select(cable, "//t:availability/@status") == [status]
    assert [access for access, status in STATUS.items() if status == "free"] == ["open"]


def test_what_the_table_alone_says_is_marked_as_such() -> None:
    tags = tuple(Tag(value=basis.value, kind="unknown", basis=basis) for basis in Basis)
    cable = replace(bare(), tags=tags)
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:keywords/t:term[not(@resp)]") == ["stated"]
    assert select(cable, "//t:keywords/t:term[@resp='#src-capture'][not(@cert)]") == ["table"]
    assert select(cable, "//t:keywords/t:term[@resp='#packager'][@cert='medium']") == ["inferred-year", "inferred"]


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0rc1", "2.0.dev3+g12", "next"])
def test_any_version_of_the_software_can_be_named(version: str) -> None:
    cable = bare("x")
    tei = encode_tei(
        cable, software=Software("a tool", version), date=datetime.date(2026, 1, 2), source_path="a b%.txt"
    )
    assert check_tei(tei, cable) == ()
    assert version.encode() in tei
    assert b'target="a%20b%25.txt"' in tei


def test_marks_that_differ_by_strokes_are_two_categories() -> None:
    text, segments, _ = marked([(K.PARAGRAPH, "1. A."), (K.PARAGRAPH, "2. B.")])
    paragraphs = tuple(
        replace(full().body.paragraphs[0], number=n, portion=mark, start=each.start, end=each.end)
        for n, (mark, each) in enumerate(zip(["S/NF", "S//NF"], segments, strict=True), start=1)
    )
    cable = bare(text)
    cable = replace(cable, body=replace(cable.body, segments=segments, paragraphs=paragraphs))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:p/@ana") == ["#cl-S-NF", "#cl-S-NF_1"]
    assert select(cable, "//t:category[@xml:id='cl-S-NF_1']") == ["S//NF"]


def of(*pieces: tuple[SegmentKind, Inline]) -> Cable:
    """A cable of these segments, of which nothing else is known."""
    text, segments, marks = marked(pieces)
    return replace(bare(text), body=replace(bare(text).body, segments=segments, marks=marks))


def parts(cable: Cable) -> list[str]:
    """Of each summary, in order, which part it is."""
    assert check_tei(encoded(cable), cable) == ()
    return [element.get("part", "-") for element in tree(cable).iterfind(".//t:seg[@type='summary']", TEI)]


def test_an_aside_over_several_paragraphs_has_its_parts() -> None:
    assert parts(spanning()) == ["I", "M", "F"]
    assert select(spanning(), "//t:seg[@part='M']/t:label") == ["2."]
    assert select(spanning(), "//t:seg[@type='note']/@part") == []


def test_an_aside_goes_on_over_what_is_not_of_the_cable() -> None:
    first: Inline = [(M.SUMMARY, None, "Summary: one"), " ", (M.STRAY_CAPTION, None, "SIPDIS"), "\n"]
    last: Inline = [(M.SUMMARY, None, "two. End summary."), " Done."]
    assert parts(of((K.PARAGRAPH, first), (K.RESIDUE, "<<1>>"), (K.SPACE, " "), (K.PARAGRAPH, last))) == ["I", "F"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ([(M.SUMMARY, None, "Summary: one."), " More."], [(M.SUMMARY, None, "two.")]),
        ([(M.SUMMARY, None, "Summary: one.")], ["2. ", (M.SUMMARY, None, "two.")]),
        ([(M.SUMMARY, None, "Summary: one.")], [(M.SUMMARY, None, "(Begin Summary: two.)")]),
        ([(M.SUMMARY, None, "Summary: one.")], [(M.NOTE, None, "two."), (M.SUMMARY, None, "three.")]),
    ],
    ids=["it ends before", "it begins behind", "it opens anew", "another begins"],
)
def test_an_aside_that_does_not_go_on_has_no_parts(first: Inline, last: Inline) -> None:
    assert parts(of((K.PARAGRAPH, first), (K.SPACE, " "), (K.PARAGRAPH, last))) == ["-", "-"]


def test_an_aside_ends_where_a_segment_has_none_of_its_kind() -> None:
    summary: Inline = [(M.SUMMARY, None, "on and on")]
    assert parts(of((K.PARAGRAPH, summary), (K.PARAGRAPH, "no"), (K.PARAGRAPH, summary))) == ["-", "-"]


def test_a_field_that_is_printed_twice_has_one_place() -> None:
    banner: Inline = [(M.MESSAGE_REFERENCE, "/message_reference", "STRELSAU 000017")]
    text, segments, marks = marked([(K.BANNER, banner), (K.PARAGRAPH, "1. A."), (K.BANNER, banner)])
    cable = replace(full(), header=None, body=replace(bare(text).body, segments=segments, marks=marks))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:body//t:idno/@xml:id") == ["mrn"]
    assert select(cable, "//t:ab//t:idno/@corresp") == ["#mrn"]
    assert select(cable, "//t:bibl[@type='original']/t:idno/@corresp") == ["#mrn"]


def test_a_line_of_either_text_is_pointed_at() -> None:
    pieces: list[tuple[SegmentKind, Inline]] = [(K.INFO, "INFO A"), (K.SPACE, " "), (K.INFO, "INFO B")]
    text, segments, _ = marked(pieces)
    cable = replace(full(), body=replace(bare(text).body, segments=segments))
    assert select(cable, "//t:seg[@type='info']/@xml:id") == ["t-info-1", "info-1", "info-2"]
    assert select(cable, "//t:correspAction[@subtype='info']/@corresp") == ["#t-info-1 #info-1 #info-2"]
    assert check_tei(encoded(cable), cable) == ()


def test_the_header_points_at_nothing_that_the_text_does_not_hold() -> None:
    cable = replace(full(), header=None, body=bare("A text.").body)
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:teiHeader//@corresp") == []


@pytest.mark.parametrize(
    ("basis", "attributes"),
    [("page", ["#src-capture"]), ("path", ["medium", "#packager"]), ("flag", ["#authority"])],
)
def test_a_release_says_who_names_it(basis: Literal["page", "path", "flag"], attributes: list[str]) -> None:
    cable = replace(full(), provenance=replace(full().provenance, release=Release(text="a folder", basis=basis)))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:bibl[@type='release']/@*[name() = 'cert' or name() = 'resp']") == attributes
    assert select(cable, "//t:bibl[@type='release']/t:note/@subtype") == [basis]


@pytest.mark.parametrize("status", ["complete", "partial", "unknown"])
def test_a_whole_that_a_rule_infers_says_so(status: Literal["complete", "partial", "unknown"]) -> None:
    cable = replace(bare(), completeness=Completeness(status=status))
    notes = "//t:note[@type='completeness']"
    assert select(cable, f"{notes}/@subtype") == ([] if status == "unknown" else [status])
    assert select(cable, f"{notes}[not(@cert)]") == []
    stated = replace(bare(), completeness=Completeness(status=status, text="The page says so."))
    assert select(stated, f"{notes}[@resp='#src-capture'][not(@cert)][@subtype='{status}']") == ["The page says so."]
    assert check_tei(encoded(stated), stated) == ()


def test_a_redaction_that_only_the_text_shows_is_not_certain() -> None:
    assert select(full(), "//t:gap[@reason='redacted']/@cert") == []
    silent = replace(full(), redaction=replace(full().redaction, text=None))
    assert select(silent, "//t:gap[@reason='redacted']/@evidence") == ["internal", "internal"]
    denied = replace(full(), redaction=replace(full().redaction, status="not-redacted"))
    assert select(denied, "//t:gap[@reason='redacted']/@cert") == ["medium", "medium"]


def test_a_place_in_a_container_is_where_the_bytes_are() -> None:
    source = replace(
        full().provenance.source, size=0, container=SourceContainer(name="a.csv", sha256="0" * 64, offset=7)
    )
    cable = replace(full(), provenance=replace(full().provenance, source=source))
    assert check_tei(encoded(cable), cable) == ()
    assert select(cable, "//t:biblScope") == ["bytes 7-7"]


def test_words_of_one_order_are_not_put_under_another() -> None:
    stated = full().classification
    assert stated
    for authority, meaning in ((None, "1.4(h) weapons"), ("E.O. 12958", "1.4(h) weapons"), ("E.O. 13526", "1.4(h)")):
        cable = replace(full(), classification=replace(stated, authority=authority, reasons=("1.4(h)",)))
        [category] = select(cable, "//t:taxonomy[@xml:id='reasons']/t:category")
        assert category.startswith(meaning)
        assert (category == "1.4(h)") == (authority == "E.O. 13526")


@given(captured())
def test_any_record_makes_a_valid_document_with_its_text(cable: Cable) -> None:
    tei = encoded(cable)
    assert [finding for finding in check_tei(tei, cable) if finding.code != "tei-paragraph-order"] == []
    assert document_text(tei) == cable.body.text


@given(bodies())
def test_any_partition_makes_a_valid_document_with_its_text(body: Body) -> None:
    cable = replace(full(), body=body)
    tei = encoded(cable)
    assert [finding for finding in check_tei(tei, cable) if finding.code != "tei-paragraph-order"] == []
    assert document_text(tei) == body.text


@given(st.text(st.characters()))
def test_any_text_comes_back(text: str) -> None:
    """Lone surrogates included: they are no text, and still they are not lost."""
    cable = bare(text)
    tei = encoded(cable)
    assert check_tei(tei, cable) == ()
    assert document_text(tei) == text
