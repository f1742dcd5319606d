"""Edge cases: made-up texts of the shapes that real pages have.

Each case is a shape, and what the grammar makes of it. Stations have real names only where their table matters.
"""

from __future__ import annotations

import pytest
from tests.cable.making import HEAD, RIGHTS, assert_layout, laid, marked, page, read

from preserve.cable.grammar import ParsedBody
from preserve.cable.normalization import normalize
from preserve.cable.record import MarkKind, SegmentKind
from preserve.cable.record.identifier import parse_identifier
from preserve.cable.rules.routing_header import read_header
from preserve.cable.rules.tags import read_tags, tag_kind
from preserve.cable.text.flat import flatten

OPENING = "C O N F I D E N T I A L STRELSAU 000112\n\nSIPDIS\n\nE.O. 12958: N/A\n"
END = "\n\n1. (C) All was calm.\nORMSBY"


def whole(text: str, identifier: str = "05STRELSAU112") -> ParsedBody:
    """Read a body, line-broken and flattened; both give the same fields, and the layout holds."""
    understood = read(text, identifier)
    assert_layout(text, understood.segments, understood.marks)
    flattened = " ".join(text.split())
    other = read(flattened, identifier)
    for name in ("subject", "tags", "references", "classified_by", "reasons", "signed_by", "captions", "attention"):
        assert getattr(other, name) == getattr(understood, name)
    return understood


def subject(text: str) -> str | None:
    return whole(OPENING + "TAGS: PGOV\n" + text + END).subject


def tags(line: str) -> list[str]:
    return [tag.value for tag in whole(OPENING + line + "\nSUBJECT: A THING" + END).tags]


def cables(block: str, identifier: str = "05STRELSAU112") -> list[str]:
    understood = whole(OPENING + "TAGS: PGOV\nSUBJECT: A THING\n\n" + block + END, identifier)
    return [each.identifier or f"other: {each.text}" for each in understood.references]


def signers(tail: str) -> tuple[str, ...]:
    return whole(HEAD + "1. (C) One.\n\n2. (C) All was calm in the town.\n" + tail).signed_by


def numbers(text: str) -> list[tuple[int | None, str | None]]:
    return [(each.number, each.portion) for each in whole(HEAD + text + "\nORMSBY").paragraphs]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("UBJECT: RURITANIA: A THING", "RURITANIA: A THING", id="label-without-its-first-letter"),
        *(
            pytest.param(f"{label}: A THING", "A THING", id=label)
            for label in ("SUBECT", "SUBJET", "SUJECT", "SUBJCT", "SUBJECTS", "SUBJ", "SUBJECT (U)", "(U) SUBJECT")
        ),
        pytest.param("SUBJECT: VISIT TO ZENDAREF: CAIRO 493", "VISIT TO ZENDA", id="glued-to-ref"),
        pytest.param("SUBJECT: VISIT TO ZENDAREFTEL: CAIRO 493", "VISIT TO ZENDA", id="glued-to-reftel"),
        pytest.param("SUBJECT: THE REF PROCESS IN ZENDA", "THE REF PROCESS IN ZENDA", id="a-word-like-a-label"),
        pytest.param("SUBJECT: VISIT TO ZENDACLASSIFIED BY: DCM ORLOW", "VISIT TO ZENDA", id="in-capitals"),
        pytest.param("SUBJECT: VISIT TO ZENDAClassified by DCM Orlow", "VISIT TO ZENDA", id="without-a-colon"),
        pytest.param("SUBJECT: AN UNCLASSIFIED BYWAY", "AN UNCLASSIFIED BYWAY", id="another-word"),
        pytest.param("SUBJECT: VISIT TO ZENDAClassified By: DCM Orlow", "VISIT TO ZENDA", id="glued-to-classified"),
        pytest.param("CORRECTED COPY//SUBJECT LINE////\nSUBJECT: A THING", "A THING", id="a-line-about-the-subject"),
        pytest.param("C O R R E C T E D  C O P Y (SUBJECT LINE)\nSUBJECT: A THING", "A THING", id="spaced"),
        pytest.param(
            "SUBJECT: A \nSECOND LINE OF US- \nRURITANIAN TALKS",
            "A SECOND LINE OF US-RURITANIAN TALKS",
            id="over-two-lines",
        ),
        pytest.param("SUBJECT: THE KING&#8217;S SPEECH", "THE KING’S SPEECH", id="character-reference"),
        pytest.param("SUBJECT: (C/NF) A THING", "A THING", id="portion-mark"),
        pytest.param("SUBJECT: (C//REL TO UK) A THING", "A THING", id="release"),
        pytest.param("SUBJECT: (CONFIDENTIAL) A THING", "A THING", id="in-full"),
        pytest.param("SUBJECT: C) A THING", "A THING", id="half"),
        pytest.param("SUBJECT: (S/CT) A THING", "(S/CT) A THING", id="an-office"),
        pytest.param("SUBJECT: A SUMMARY", "A SUMMARY", id="a-subject-that-ends-with-summary"),
        pytest.param("SUBJECT: A THING\n\nSUMMARY\n-------", "A THING", id="a-summary-behind"),
        pytest.param("SUBJECT: A THING\n\n//SUMMARY//", "A THING", id="a-summary-between-slashes"),
        pytest.param("SUBJECT: A THING\n\nPlease protect accordingly.", "A THING", id="a-statement-behind"),
        pytest.param("SUBJECT: A THING\n\nTHIS IS AN ACTION REQUEST.", "A THING", id="a-request-behind"),
        pytest.param("SUBJECT: A THING\nDERIVED FROM: DSCG 05-01", "A THING", id="a-source-behind"),
        pytest.param(
            "SUBJECT: A THING\n\nThe king spoke first of the bridge and of the men.", "A THING", id="text-behind"
        ),
        pytest.param("REF: CAIRO 493", None, id="none"),
        pytest.param(
            "SUBJECT: A THING \\\n \\\nREF: A. A) BERN 1253 \\\n", "A THING", id="lines-that-end-in-a-backslash"
        ),
    ],
)
def test_subject(text: str, expected: str | None) -> None:
    assert subject(text) == expected


def test_the_portion_mark_of_the_subject_is_kept_in_the_text() -> None:
    text = OPENING + "TAGS: PGOV\nSUBJECT: (C/NF) A THING" + END
    assert "SUBJECT: (C/NF) A THING" in laid(text, whole(text), SegmentKind.SUBJECT)


def test_a_subject_in_the_text_is_none_of_the_head() -> None:
    text = OPENING + "TAGS: PGOV\n\n1. (C) He changed the subject: peace.\n\n2. (C) SUBJECT: none.\nORMSBY"
    assert whole(text).subject is None


def test_the_backslashes_are_residue() -> None:
    text = OPENING + "TAGS: PGOV \\\n \\\nSUBJECT: A THING \\\n \\\n1. (C) He came \\\nto town. \\\nORMSBY"
    understood = whole(text)
    assert [tag.value for tag in understood.tags] == ["PGOV"]
    assert understood.signed_by == ("ORMSBY",)
    assert len(understood.residue) == 6
    assert len(laid(text, understood, SegmentKind.RESIDUE)) + len(marked(text, understood, MarkKind.PAGE_BANNER)) == 6


def test_labels_in_lower_case_on_one_line() -> None:
    text = (
        "UNCLAS STRELSAU 000112 E.o. 12958: decl: 01/07/2014 Tags: prel, pgov, pins, rz Subject: a thing. 1. (U) One."
    )
    understood = whole(text)
    assert [tag.value for tag in understood.tags] == ["PREL", "PGOV", "PINS", "RZ"]
    assert understood.subject == "a thing."
    assert understood.authority is not None
    assert understood.authority.declassify_on is not None
    assert understood.authority.declassify_on.date == "2014-01-07"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("TAGS: OVIP CLINTON HILLARY PREL", ["OVIP", "CLINTON, HILLARY", "PREL"], id="from-the-table"),
        pytest.param("TAGS: OVIP (ORLOW, EDNA), PREL", ["OVIP", "ORLOW, EDNA", "PREL"], id="in-parentheses"),
        pytest.param(
            "TAGS: KFRDKIRFCVISCMGTKOCIASECPHUMSMIGEG",
            ["KFRD", "KIRF", "CVIS", "CMGT", "KOCI", "ASEC", "PHUM", "SMIG", "EG"],
            id="run-together",
        ),
        pytest.param("TAGS: PRELMARRKNNPRZ", ["PREL", "MARR", "KNNP", "RZ"], id="run-together-in-no-table"),
        *(
            pytest.param(f"{label} PGOV, PREL, RZ", ["PGOV", "PREL", "RZ"], id=f"13-{label}")
            for label in ("TAS:", "TABS:", "TGS:", "AGS:", "TAGES:", "TAGS;", "TAGS,", "TAGS.", "TAG S:", "TAGS -")
        ),
        pytest.param(
            "TAGS: PREL, PGOV, PREL,       UNCLASSIFIED    PAGE 02        STRELS  00283  01 OF 05  241033Z RZ",
            ["PREL", "PGOV", "RZ"],
            id="interrupted-by-a-page-banner",
        ),
        pytest.param("TAGS: ECON ETRD RZ MX SIPDIS", ["ECON", "ETRD", "RZ", "MX"], id="a-caption-is-no-tag"),
        pytest.param("TAGS: ECON, SIPDIS, RZ", ["ECON", "RZ"], id="between-commas"),
        pytest.param("TAGS: (U) ECON, RZ", ["ECON", "RZ"], id="a-portion-mark-is-no-tag"),
        pytest.param("TAGS (U): ECON, RZ", ["ECON", "RZ"], id="a-portion-mark-of-the-label"),
        pytest.param("TAGS: ECON, XXXXXXXXXXXX, [NAME REMOVED], RZ", ["ECON", "RZ"], id="a-redaction-is-no-tag"),
        pytest.param("TAGS: ECON AND EFIN", ["ECON", "EFIN"], id="and"),
        pytest.param("TAGS: LAW AND ORDER, RZ", ["LAW AND ORDER", "RZ"], id="and-in-a-phrase"),
        pytest.param("TAGS: N/A", [], id="none"),
        pytest.param("TAGS: 'ECON', \"RZ\"", ["ECON", "RZ"], id="quotation-marks"),
        pytest.param("TAGS: ECON, P GOV, RZ", ["ECON", "PGOV", "RZ"], id="a-broken-code"),
        pytest.param("TAGS: ECON, PR EL, RZ", ["ECON", "PREL", "RZ"], id="a-code-in-halves"),
        pytest.param("TAGS: ECON PA RK", ["ECON", "PA", "RK"], id="two-countries"),
        pytest.param("TAGS: PGOV/PREL/RZ", ["PGOV", "PREL", "RZ"], id="joined-by-slashes"),
        pytest.param("TAGS: PGOV-PREL-RZ", ["PGOV", "PREL", "RZ"], id="joined-by-hyphens"),
        pytest.param("TAGS: OVIP (ORLOW, EDNA R.) PREL", ["OVIP", "ORLOW, EDNA R.", "PREL"], id="initial"),
        pytest.param("TAGS: ECON EFIN SP\nEINV", ["ECON", "EFIN", "SP", "EINV"], id="on-a-second-line"),
        pytest.param("TAGS: ECON, COUNTRY\nCLEARANCE, RZ", ["ECON", "COUNTRY CLEARANCE", "RZ"], id="a-phrase"),
        pytest.param("TAGS: UNGA/C-6, ZANU-PF, BA'ATH, AL-1", ["UNGA/C-6", "ZANU-PF", "BA'ATH", "AL-1"], id="signs"),
        pytest.param(
            "TAGS: IS ISRAELI PALESTINIAN AFFAIRS GOI EXTERNAL",
            ["IS", "ISRAELI PALESTINIAN AFFAIRS", "GOI EXTERNAL"],
            id="known-phrases-without-commas",
        ),
    ],
)
def test_tags(line: str, expected: list[str]) -> None:
    assert tags(line) == expected


def test_a_phrase_that_nothing_ends_is_ambiguous() -> None:
    flat = flatten("PGOV RZ ROYAL WEDDINGS BRIDGE WORKS")
    assert [(each.tag.value, each.ambiguous) for each in read_tags(flat, 0, len(flat))][-1] == (
        "ROYAL WEDDINGS BRIDGE WORKS",
        True,
    )
    assert [tag_kind(name) for name in ("KIPR", "GE", "PHUM", "BA'ATH", "ORLOW, EDNA")] == [
        "program",
        "geographic",
        "subject",
        "organization",
        "person",
    ]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(
            "REF: A. 04 STATE 273089\n     ¶B. PANAMA 00338\n     ¶C. 2004 RIGHTS REPORT FOR RURITANIA",
            ["04STATE273089", "05PANAMA338", "other: 2004 RIGHTS REPORT FOR RURITANIA"],
            id="a-report-among-cables",
        ),
        pytest.param("REF: BRASILIA 2799 AND 2764", ["05BRASILIA2799", "05BRASILIA2764"], id="and"),
        pytest.param("REF: KABUL 936/935", ["05KABUL936", "05KABUL935"], id="slash"),
        pytest.param("REF: CAIRO 12/13", ["05CAIRO12", "05CAIRO13"], id="slash-before-what-is-no-year-yet"),
        pytest.param("REF: CAIRO 0012, 13, 14 AND 15", ["05CAIRO12", "05CAIRO13", "05CAIRO14", "05CAIRO15"], id="four"),
        pytest.param("REF: CAIRO NOS. 12 AND 13", ["05CAIRO12", "05CAIRO13"], id="numbers"),
        pytest.param("REF: CAIRO 12, 03 ROME 13", ["05CAIRO12", "03ROME13"], id="a-year-behind-a-comma"),
        pytest.param("REF.: CAIRO 12", ["05CAIRO12"], id="label-with-a-point"),
        pytest.param("REF; CAIRO 12", ["05CAIRO12"], id="label-with-a-semicolon"),
        pytest.param("REF: NONE", [], id="none"),
        pytest.param("REF: USUN ROME 12", ["05UNROME12"], id="mission-in-rome"),
        pytest.param("REF: STOCKH 12", ["05STOCKHOLM12"], id="a-post-cut-to-six-letters"),
        pytest.param("REF: CDR 041820Z MAR 05", ["other: CDR 041820Z MAR 05"], id="date-time-group"),
        pytest.param(
            "REF: A) GUANGZHOU 11657 and 7743, 12155",
            ["05GUANGZHOU11657", "05GUANGZHOU7743", "05GUANGZHOU12155"],
            id="comma",
        ),
        pytest.param("REF: A. MANILA 2969\n     ¶B. 2962 AND PREVIOUS", ["05MANILA2969", "05MANILA2962"], id="letter"),
        pytest.param("REF: COLOMBO CABLES 0266 AND 02259 (2002)", ["05COLOMBO266", "02COLOMBO2259"], id="cables"),
        pytest.param("REF: ASUNCION 701 (04)", ["04ASUNCION701"], id="bracketed-year"),
        pytest.param("REF: AMMAN 5049-01", ["01AMMAN5049"], id="dash"),
        pytest.param("REF: STATE (01) 201265", ["01STATE201265"], id="before-the-serial"),
        pytest.param("REF: PANAMA 00789/04", ["04PANAMA789"], id="behind-a-slash"),
        pytest.param("REF: AMMAN 07718 99", ["99AMMAN7718"], id="space"),
        pytest.param("REF: QUITO 5; 094 QUITO 841", ["05QUITO5", "94QUITO841"], id="three-digits"),
        pytest.param(
            "REF: A. '04 BUENOS AIRES 1491\n¶B. 2004PANAMA2342", ["04BUENOSAIRES1491", "04PANAMA2342"], id="glued"
        ),
        pytest.param("REF: RICHARD-ORLOW EMAIL 10/9", ["other: RICHARD-ORLOW EMAIL 10/9"], id="mail"),
        pytest.param("REF: 9 FAM Appendix K", ["other: 9 FAM Appendix K"], id="regulation"),
        pytest.param("REF: A. ORLOW-WRAY TELCON\nB. CAIRO 5", ["other: ORLOW-WRAY TELCON", "05CAIRO5"], id="telephone"),
        pytest.param("REF: A. TD-314/12345-04\nB. CAIRO 5", ["other: TD-314/12345-04", "05CAIRO5"], id="td"),
        pytest.param("REF: A. IIR 6 832 0112 04\nB. CAIRO 5", ["other: IIR 6 832 0112 04", "05CAIRO5"], id="iir"),
        pytest.param(
            "REF: A. CAIRO 5\nB. SECDEF MSG DTG 301601Z SEP 04",
            ["05CAIRO5", "other: SECDEF MSG DTG 301601Z SEP 04"],
            id="message",
        ),
        pytest.param("REF: EXP.LIC. D328589", ["other: EXP.LIC. D328589"], id="licence"),
        pytest.param(
            "REF: A) CAIRO 199, B) CAIRO 227 STRELSAU 00000112 \n\n001.2 OF 003",
            ["05CAIRO199", "05CAIRO227"],
            id="a-page-banner-behind",
        ),
        pytest.param(
            "REF: A. STATE 40721\n     CONFIDENTIAL\n\nPAGE 02  STRELS  00112  01 OF 02  082030Z\n\nB. ROME 1098",
            ["05STATE40721", "05ROME1098"],
            id="a-page-banner-between",
        ),
        pytest.param("REF: RIO \n\nDE JANEIRO 1291", ["05RIODEJANEIRO1291"], id="post-on-two-lines"),
        pytest.param(
            "REF: HO CHI MINH 10; ST. PETERSBURG 75; N'DJAMENA 3; PORT-AU-PRINCE 4",
            ["05HOCHIMINHCITY10", "05STPETERSBURG75", "05NDJAMENA3", "05PORTAUPRINCE4"],
            id="posts-of-several-words",
        ),
        pytest.param("REF: COTON0U 348", ["05COTONOU348"], id="a-nought-for-an-o"),
        pytest.param("REF: CAIRO 12\n\nREF: ROME 13\n     CAIRO 12", ["05CAIRO12", "05ROME13"], id="two-blocks"),
        pytest.param("REF: A. REF: CAIRO 12\n¶B. CAIRO 13", ["05CAIRO12", "05CAIRO13"], id="a-label-inside-an-item"),
        pytest.param("Ref(s): A) 04 RIO DE JAN 138; B) CAIRO 4", ["04RIODEJANEIRO138", "05CAIRO4"], id="label"),
    ],
)
def test_references(block: str, expected: list[str]) -> None:
    assert cables(block) == expected


@pytest.mark.parametrize(
    "block",
    [
        "REF: A. REF A STATE 122214 B. REF B LONDON 2649",
        "A. REF STATE 122214\n     B. LONDON 2649",
        "REF: A)STATE 122214 B)LONDON 2649",
        "REF: A.STATE 122214 B.LONDON 2649",
        "REF: A. STATE 122214\nREF: B. LONDON 2649",
    ],
    ids=[
        "each-letter-twice",
        "letter-before-the-label",
        "no-space",
        "no-space-but-a-point",
        "two-blocks",
    ],
)
def test_letters(block: str) -> None:
    understood = whole(OPENING + "TAGS: PGOV\nSUBJECT: A THING\n\n" + block + END)
    assert [(each.label, each.identifier) for each in understood.references] == [
        ("A", "05STATE122214"),
        ("B", "05LONDON2649"),
    ]


def test_a_cable_that_both_blocks_name_is_marked_twice() -> None:
    text = OPENING + "TAGS: PGOV\nSUBJECT: A THING\n\nREF: CAIRO 12\n\nREF: ROME 13 CAIRO 12" + END
    targets = [mark.target for mark in whole(text).marks if mark.kind is MarkKind.REFERENCE]
    assert targets == ["/references/0", "/references/1", "/references/0"]


def recipients(text: str, which: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    header, transmission = read_header(text)
    assert_layout(text, header.segments, header.marks)
    return [(each.name, each.precedence, each.excluded) for each in getattr(transmission, which)]


@pytest.mark.parametrize("field", ["TO", "INFO"])
def test_a_page_banner_inside_a_field_is_nobody(field: str) -> None:
    text = (
        "P 182318Z FEB 09\nFM SECSTATE WASHDC\n"
        + ("TO AMEMBASSY ZENDA\n" if field == "INFO" else "")
        + f"{field} PAGE 02        STATE   015113  182333Z\nALL POSTS COLLECTIVE PRIORITY\nAMEMBASSY TRIPOLI PIORITY"
    )
    assert recipients(text, "action" if field == "TO" else "info") == [
        ("ALL POSTS COLLECTIVE", "PRIORITY", ()),
        ("AMEMBASSY TRIPOLI", "PRIORITY", ()),
    ]
    header, _ = read_header(text)
    assert [text[each.start : each.end][:4] for each in header.marks if each.kind is MarkKind.PAGE_BANNER] == ["PAGE"]


def test_those_behind_xmt_are_excluded() -> None:
    text = (
        "FM AMEMBASSY ZENDA\nTO RUEHC/SECSTATE WASHDC 3355\nRUEHX/POLITICAL COLLECTIVE\n"
        "XMT AMEMBASSY SOFIA\nAMEMBASSY BERN"
    )
    assert recipients(text, "action")[-1] == ("POLITICAL COLLECTIVE", None, ("AMEMBASSY SOFIA", "AMEMBASSY BERN"))


def test_addressees_without_routing_indicators() -> None:
    text = (
        "R 111320Z MAY 93 FM AMEMBASSY ZENDA TO SECSTATE WASHDC IMMEDIATE 3217 INFO ALL POSTS COLLECTIVE "
        "AMEMBASSY PARIS USMISSION GENEVA SECDEF WASHDC JOINT STAFF WASHDC DEPT OF JUSTICE WASHDC"
    )
    assert [name for name, _, _ in recipients(text, "info")] == [
        "ALL POSTS COLLECTIVE",
        "AMEMBASSY PARIS",
        "USMISSION GENEVA",
        "SECDEF WASHDC",
        "JOINT STAFF WASHDC",
        "DEPT OF JUSTICE WASHDC",
    ]


def test_piority() -> None:
    assert recipients("FM AMEMBASSY ZENDA\nTO SECSTATE WASHDC PIORITY 5", "action")[0][1] == "PRIORITY"


@pytest.mark.parametrize(
    ("line", "text", "date"),
    [
        ("E.O. 12958: DECL: 11/18/2015", "11/18/2015", "2015-11-18"),
        ("EO 12958 DECL: 2020/02/23", "2020/02/23", "2020-02-23"),
        ("EO 12958: decl: 6/3/08", "6/3/08", "2008-06-03"),
        ("E.o. 12958: decl: 01/07/2014", "01/07/2014", "2014-01-07"),
        ("E.O. 12958: DECL: 07-15-13", "07-15-13", "2013-07-15"),
        ("E.O. 12958: DECL: 2013-07-15", "2013-07-15", "2013-07-15"),
        ("E.O. 12958: DECL: 31 DECEMBER 2015", "31 DECEMBER 2015", "2015-12-31"),
        ("E.O. 12958: N/A", "N/A", None),
        ("E.O. 12356: DECL: OADR", "OADR", None),
        ("E.O. 12065: GDS 12/31/11 (ORLOW, EDNA)", "GDS 12/31/11 (ORLOW, EDNA)", "2011-12-31"),
        ("E.O. 11652: GDS", "GDS", None),
        ("E.O. 12065: NGDS", "NGDS", None),
        ("E.O. 12958: DECL: X1", "X1", None),
        ("E.O. 12958: DECL: 25X1-HUMAN", "25X1-HUMAN", None),
        ("E.O. 12958: DNG: CO 12/31/2015", "DNG: CO 12/31/2015", None),
        ("E.O. 12958: DECL: AFTER RURITANIAN UNIFICATION", "AFTER RURITANIAN UNIFICATION", None),
        ("E.O. 12958: DECL: 02/30/2015", "02/30/2015", None),
        ("E.O. 12598: DECL: 11/18/2015", "11/18/2015", "2015-11-18"),
        ("E.O. 1295: DECL: 11/18/2015", "11/18/2015", "2015-11-18"),
        ("EO. 12958: DECL: 11/18/2015", "11/18/2015", "2015-11-18"),
        ("E.0. 12958: DECL: 11/18/2015", "11/18/2015", "2015-11-18"),
        ("EO-12958 DECL: 11/18/2015", "11/18/2015", "2015-11-18"),
        ("E.O. 12,958: DECL: 11/18/2015", "11/18/2015", "2015-11-18"),
        ("(U) E.O. 12958: (U) N/A", "N/A", None),
        ("E.O. 12958: DECL: 20151118", "20151118", "2015-11-18"),
        ("E.O. 12958: DECL: 18NOV15", "18NOV15", "2015-11-18"),
        ("E.O. 12958: DECL: 11/18/2015 REASON: 1.4 (B)", "11/18/2015", "2015-11-18"),
        ("E.O. 12958: DECL: 11/18/2015 SIPDIS", "11/18/2015", "2015-11-18"),
    ],
)
def test_the_line_of_the_executive_order(line: str, text: str, date: str | None) -> None:
    authority = whole(f"UNCLAS STRELSAU 000112\n\n{line}\nTAGS: PGOV\nSUBJECT: A THING{END}").authority
    assert authority is not None
    assert authority.declassify_on is not None
    assert (authority.declassify_on.text, authority.declassify_on.date) == (text, date)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        pytest.param("Classified By: Classified by DCM Orlow, reasons 1.4 (b).", ["DCM Orlow"], id="label-twice"),
        pytest.param("Classified By: DCM Edna Orlo \nw, E.O. 12958, reasons 1.4 (b).", ["DCM Edna Orlow"], id="name"),
        pytest.param("Classified By: DCM Edna Orlow for re \nasons 1.4 (b).", ["DCM Edna Orlow"], id="reason"),
        pytest.param("Classified By: DCM Edna Orlow, Jr. for reasons 1.4 (b).", ["DCM Edna Orlow, Jr."], id="junior"),
        pytest.param("CLASSIFIED BY: DCM EDNA ORLOW DUE TO 1,4 (C) AND (D).", ["DCM EDNA ORLOW"], id="comma"),
        pytest.param(
            "CLASSIFIED BY AF EDNA ORLOW, ACTING AND S/CT DAS JONAS \nWRAY ; E.O. 12958 REASON: 1.4 (B)",
            ["AF EDNA ORLOW, ACTING", "S/CT DAS JONAS WRAY"],
            id="two",
        ),
        pytest.param(
            "Classified By: Edna Orlow, Counselor for Economic and Political Affairs, reasons 1.4 (b)",
            ["Edna Orlow, Counselor for Economic and Political Affairs"],
            id="one-with-two-offices",
        ),
        pytest.param(
            "Classified By: Edna Orlow and Jonas Wray, reasons 1.4 (b)", ["Edna Orlow", "Jonas Wray"], id="two-of-them"
        ),
        pytest.param(
            "Classified By: Political Counselor Edna Orlow and Economic Counselor Jonas Wray for reasons 1.4 (b)",
            ["Political Counselor Edna Orlow", "Economic Counselor Jonas Wray"],
            id="two-with-offices",
        ),
        pytest.param(
            "Classified By: Counselor for Political and Economic Affairs Edna Orlow, reasons 1.4 (b)",
            ["Counselor for Political and Economic Affairs Edna Orlow"],
            id="an-office-before-the-name",
        ),
        pytest.param("Classfied By: DCM Edna Orlow, reasons 1.4 (b).", ["DCM Edna Orlow"], id="misspelt-label"),
        pytest.param("Class By: DCM Edna Orlow, reasons 1.4 (b).", ["DCM Edna Orlow"], id="short-label"),
        pytest.param("Classified By: DCM Edna Orlow pursuant to E.O. 12958 1.4 (b)", ["DCM Edna Orlow"], id="order"),
        pytest.param("Classified By: eorlow", ["eorlow"], id="raw"),
        pytest.param("Classified By: XXXXXXXXXXXX", ["XXXXXXXXXXXX"], id="redacted"),
    ],
)
def test_classifiers(line: str, names: list[str]) -> None:
    understood = whole(OPENING + f"TAGS: PGOV\nSUBJECT: A THING\n\n{line}" + END)
    assert list(understood.classified_by) == names
    targets = [mark.target for mark in understood.marks if mark.kind is MarkKind.CLASSIFIER]
    assert targets == [f"/classification/classified_by/{place}" for place in range(len(names))]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        pytest.param("ORMSBY##", ("ORMSBY",), id="signs"),
        pytest.param("ORMSBY\nCONFIDENTIAL", ("ORMSBY",), id="level"),
        pytest.param("ORMSBY\n\n\nCONFIDENTIAL\n\nSIPDIS", ("ORMSBY",), id="level-and-caption"),
        pytest.param("DE PREE", ("DE PREE",), id="particle"),
        pytest.param("LA LIME", ("LA LIME",), id="article"),
        pytest.param("ORMSBY JR.", ("ORMSBY JR.",), id="junior"),
        pytest.param("O'DONOHUE", ("O'DONOHUE",), id="apostrophe"),
        pytest.param("STRAUSZ-HUPE", ("STRAUSZ-HUPE",), id="hyphen"),
        pytest.param("ORMSBY WRAY", ("ORMSBY", "WRAY"), id="two"),
        pytest.param("ORMSBYWRAY", ("ORMSBYWRAY",), id="two-run-together"),
        pytest.param("End of Part One LA LIME", ("LA LIME",), id="behind-a-part"),
        pytest.param("GP-3\nORMSBY", ("ORMSBY",), id="behind-a-group"),
        pytest.param("To the Honourable Embassy of Zenda \nCity \nORMSBY", ("ORMSBY",), id="behind-a-letter"),
        pytest.param("Table: Crowns paid\nWheat 12 13 14\nRye 5 6 7", (), id="table"),
        pytest.param("He sent a list to UNESCO", (), id="organization"),
        pytest.param(
            "Visit Strelsau's Classified Website:\nhttp://www.state.example/strelsau/index.c fm\n \nORMSBY",
            ("ORMSBY",),
            id="boilerplate-before",
        ),
        pytest.param("ORMSBY\n\nNNNN\n2004STRELS02200 - CONFIDENTIAL", ("ORMSBY",), id="terminator-and-footer"),
        pytest.param("ORMSBY\n\nA TH...", (), id="cut-copy-too-short-to-tell"),
        pytest.param("ORMSBY ORMSBY \n \n...", ("ORMSBY",), id="points"),
    ],
)
def test_signers(tail: str, expected: tuple[str, ...]) -> None:
    assert signers(tail) == expected


def test_a_piece_of_the_subject_behind_the_signature_is_residue() -> None:
    text = (
        HEAD.replace("A THING", "THE CRIMES OF\nBLACK MICHAEL AND HIS MEN")
        + "1. (C) All was calm.\nORMSBY\n\nBLACK MICHAEL AN..."
    )
    understood = whole(text)
    assert understood.signed_by == ("ORMSBY",)
    assert laid(text, understood, SegmentKind.RESIDUE) == ["BLACK MICHAEL AN..."]


def test_the_dateline_of_a_newspaper_is_no_text_and_tells_the_minutes() -> None:
    body = "Wednesday, 29 November 2000, 13:59\n" + HEAD + "1. (C) All was calm.\nORMSBY"
    assert laid(body, whole(body), SegmentKind.RESIDUE) == ["Wednesday, 29 November 2000, 13:59"]
    made = normalize(page(body, {"created": "2000-11-29 13:01", "minutes_unreliable": True}), RIGHTS)
    assert made.created is not None
    assert (made.created.value, made.created.reliability) == ("2000-11-29T13:59:00", "dateline-confirmed")


@pytest.mark.parametrize(
    ("printed", "level"),
    [
        ("SS E C R E T STRELSAU 000112", "SECRET"),
        ("C ONFIDENTIAL STRELSAU 000112", "CONFIDENTIAL"),
        ("S e c r e t strelsau 000112", "SECRET"),
        ("SECRET SECTION 01 of 03 STRELSAU 000112", "SECRET"),
        ("UUNCLAS STRELSAU 000112", "UNCLASSIFIED"),
        ("CONFIDENTIA L STRELSAU 000112", "CONFIDENTIAL"),
        ("T O P  S E C R E T STRELSAU 000112", "TOP SECRET"),
        ("L I M I T E D  O F F I C I A L  U S E STRELSAU 000112", "LIMITED OFFICIAL USE"),
        ("C O N F I D E N T I A L STRELSAU000112", "CONFIDENTIAL"),
    ],
)
def test_banners(printed: str, level: str) -> None:
    banner = whole(f"{printed}\n\nTAGS: PGOV\nSUBJECT: A THING{END}").banner
    assert banner is not None
    assert banner.banner.level == level
    assert banner.reference is not None
    assert banner.reference.serial == 112


@pytest.mark.parametrize(
    "row",
    [
        "<<218634>>\n7/29/2009 14:42\n05STRELSAU112\nEmbassy Strelsau\nCONFIDENTIAL",
        "<<218634>>",
        "2007-09-11 09:44:00\t05STRELSAU112\tEmbassy Strelsau\tSECRET\t04STATE124823|04ZENDA7",
    ],
)
def test_the_row_of_a_database_is_residue(row: str) -> None:
    text = row + "\n" + HEAD + "1. (C) All was calm.\nORMSBY"
    understood = whole(text)
    assert laid(text, understood, SegmentKind.RESIDUE) == [" ".join(row.split())]
    assert understood.banner is not None
    assert understood.banner.reference is not None
    assert understood.banner.reference.serial == 112


@pytest.mark.parametrize(
    ("tail", "residue"),
    [
        ("ID:\t187536", "ID: 187536"),
        ("EPET @ EL PAÍS", "EPET @ EL PAÍS"),
        ("Track impresion: 1, propiedad de EL PAIS", "Track impresion: 1, propiedad de EL PAIS"),
        ("</td></tr></table>", "</td>"),
    ],
)
def test_what_stands_behind_the_signature_is_residue(tail: str, residue: str) -> None:
    text = HEAD + "1. (C) All was calm.\nORMSBY\n" + tail
    understood = whole(text)
    assert understood.signed_by == ("ORMSBY",)
    assert laid(text, understood, SegmentKind.RESIDUE)[0] == residue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1.(C) One.\n\n2.(S//NF) Two.", [(1, "C"), (2, "S//NF")], id="no-space"),
        pytest.param("1) (C) One.\n\n2) (C) Two.", [(1, "C"), (2, "C")], id="parenthesis"),
        pytest.param("1. (C) One.\n\n2. SBU) Two.", [(1, "C"), (2, "SBU")], id="half-mark"),
        pytest.param("1. (C) One.\n\n2a. (C) Two.\n\n2b. Two more.\n\n3. (C) Three.",
                     [(1, "C"), (2, "C"), (None, None), (3, "C")], id="parts"),
        pytest.param("§1. (C) One.\n\n§2. (C) Two.", [(1, "C"), (2, "C")], id="pilcrow-as-section-sign"),
        pytest.param("Â¶1. (C) One.\n\nÂ¶2. (C) Two.", [(1, "C"), (2, "C")], id="pilcrow-as-latin-1"),
        pytest.param("\ufffd1. (C) One.\n\n\ufffd2. (C) Two.", [(1, "C"), (2, "C")], id="pilcrow-lost"),
        pytest.param("1. (C-NF) One.\n\n2. (U//FOUO) Two.\n\n3. (CONFIDENTIAL) Three.\n\n4. [S] Four.",
                     [(1, "C/NF"), (2, "U//FOUO"), (3, "CONFIDENTIAL"), (4, "S")], id="open-vocabulary"),
        pytest.param("¶1. (C) He came in June of\n¶2007. He left.\n\n¶2. (C) Two.", [(1, "C"), (2, "C")], id="a-year"),
        pytest.param("¶1. One.\nXXXXXXXXXXXX\n¶3. Three. See Zenda 885\n¶8. Eight.\n-----\n¶11. Eleven.",
                     [(1, None), (3, None), (8, None), (11, None)], id="numbers-left-out"),
        pytest.param("Â¶1. One.\nXXXXXXXXXXXX\nÂ¶3. Three.", [(1, None), (3, None)], id="numbers-left-out-latin-1"),
        pytest.param("¶1. One came on May\n¶8. Then he left.\n\n¶2. Two.", [(1, None), (2, None)], id="a-day"),
        pytest.param("¶1. One. See list.\n¶5. A thing.\n\n¶2. (C) Two.\n\n¶3. (C) Three.",
                     [(1, None), (2, "C"), (3, "C")], id="a-higher-number-in-a-list"),
        pytest.param("¶1. One.\n\n¶40. Forty.", [(1, None)], id="too-far"),
    ],
)  # fmt: skip
def test_paragraphs(text: str, expected: list[tuple[int | None, str | None]]) -> None:
    assert numbers(text) == expected


def test_false_pilcrows_are_told() -> None:
    text = HEAD[:-1] + "REF: A. CAIRO 1\n¶B. 03 PANAMA 470\n\n¶1. (C) In June of\n¶2007. And so on.\nORMSBY"
    understood = whole(text)
    assert [text[at : at + 3] for at in understood.false_pilcrows] == ["¶B.", "¶20"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1. (C) SUMMARY: The king came. END\nSUMMARY.\n\n2. (C) He left.",
                     ["SUMMARY: The king came. END SUMMARY."], id="wrapped-end"),
        pytest.param("1. (C) The king came. End Summary.\n\n2. (C) He left.", ["The king came. End Summary."],
                     id="no-start"),
        pytest.param("1. (C) Summary: The king came.\n\n2. (C) He left. End summary.\n\n3. (C) More.",
                     ["Summary: The king came.", "2. (C) He left. End summary."], id="over-two-paragraphs"),
    ],
)  # fmt: skip
def test_summaries(text: str, expected: list[str]) -> None:
    body = HEAD + text + "\nORMSBY"
    assert marked(body, whole(body), MarkKind.SUMMARY) == expected


def test_hyphens_of_unicode_are_a_rule() -> None:
    text = HEAD + "1. (C) One.\n\nA Title\n‐‐‐‐‐‐\n2. (C) Two.\nORMSBY"
    assert [section.heading for section in whole(text).sections] == ["A Title"]


@pytest.mark.parametrize(
    ("received", "canonical"),
    [
        ("09SECTION01OF03SANJOSE525", "09SANJOSE525"),
        ("092OF5", "09STATE126780"),
        ("06ASTANA", "06ASTANA204"),
        ("7575LIBREVILLE1895", "75LIBREVILLE1895"),
        ("08ACCRA001382SUSPECTEDDUPLICATE1392", "08ACCRA1392"),
        ("06MADRID002583ZFR2585", "06MADRID2583"),
        ("0901OF02RPODUBAI288", "09RPODUBAI288"),
        ("09BRUSELS1292", "09BRUSSELS1292"),
        ("06PORT-OF-SPAIN123", "06PORTOFSPAIN123"),
        ("05EMBASSYTRIPOLI1", "05TRIPOLI1"),
        ("07PAP12", "07PORTAUPRINCE12"),
    ],
)
def test_identifiers(received: str, canonical: str) -> None:
    assert str(parse_identifier(received)) == canonical


# --- heads that sections repeat, captions in the text, attention lines ---

REPEATED = """C O N F I D E N T I A L SECTION {0} OF 03 STRELSAU 002271

SIPDIS

E.O. 12958: DECL: 11/18/2015
TAGS: PGOV, RZ
SUBJECT: THE KING AND
THE BRIDGE

"""
TRANSMITTED = """                       CONFIDENTIAL

PAGE 01        STRELS  02271  {0} OF 03  150930Z
ACTION EUR-00

INFO  LOG-00   NP-00    /012W
                  ------------------A54E38  150931Z /38
P 150926Z MAR 05
FM AMEMBASSY STRELSAU
TO SECSTATE WASHDC PRIORITY 7819
"""


@pytest.mark.parametrize("transmitted", ["", TRANSMITTED])
def test_the_heads_of_later_sections_are_running_matter(transmitted: str) -> None:
    text = (
        REPEATED.format("01")
        + "1. (C) The king came to the\n\n"
        + transmitted.format("02") + REPEATED.format("02")
        + "bridge of Zenda.\n\n2. (C) He left it.\n\n"
        + transmitted.format("03") + REPEATED.format("03")
        + "3. (C) All was calm.\nORMSBY"
    )  # fmt: skip
    understood = whole(text, "05STRELSAU2271")
    assert [each.number for each in understood.paragraphs] == [1, 2, 3]
    assert len(understood.repeats) == 2
    for span in understood.repeats:
        assert text[: span.end].rstrip().endswith("THE BRIDGE")
    assert (understood.subject, len(understood.tags), understood.captions) == (
        "THE KING AND THE BRIDGE",
        2,
        ("SIPDIS",),
    )
    inside = marked(text, understood, MarkKind.PAGE_BANNER)
    between = laid(text, understood, SegmentKind.PAGE_BANNER)
    assert any("SECTION 02 OF 03" in each for each in inside)
    assert any("SECTION 03 OF 03" in each for each in between)
    made = normalize(page(text, {"identifier": "05STRELSAU2271"}), RIGHTS)
    assert [each.code for each in made.findings] == ["section-repeat"]


def test_a_repeated_head_may_differ_before_its_subject() -> None:
    second = REPEATED.format("02").replace("PGOV, RZ", "PGOV,\nPREL, RZ")
    text = REPEATED.format("01") + "1. (C) The king came to the\n\n" + second + "bridge.\nORMSBY"
    understood = whole(text, "05STRELSAU2271")
    assert understood.subject == "THE KING AND THE BRIDGE"
    (span,) = understood.repeats
    assert text[span.start : span.end].split() == second.split()


def test_another_cable_quoted_in_the_text_is_no_section() -> None:
    text = REPEATED.format("01") + "1. (C) One.\n\nS E C R E T SECTION 02 OF 03 ZENDA 000999\n\n2. (C) Two.\nORMSBY"
    assert whole(text, "05STRELSAU2271").repeats == ()


def test_a_caption_behind_a_page_banner_is_stray_and_a_genuine_mention_is_kept() -> None:
    text = (
        HEAD
        + "1. (C) The king came to the\n\nCONFIDENTIAL\n\nPAGE 02        STRELS  00112  01 OF 02  150930Z\n\nSIPDIS\n"
        "bridge.\n\n2. (C) Please include SIPDIS in all replies.\nORMSBY"
    )
    understood = whole(text)
    strays = [mark.start for mark in understood.marks if mark.kind is MarkKind.STRAY_CAPTION]
    assert strays == [text.index("SIPDIS", text.index("PAGE"))]


def test_distribution_lines_before_the_banner_are_transmission() -> None:
    text = "ACTION EUR-00\n\nINFO  LOG-00   NP-00    /012W\n" + HEAD + "1. (C) All was calm.\nORMSBY"
    assert laid(text, whole(text), SegmentKind.TRANSMISSION) == ["ACTION EUR-00 INFO LOG-00 NP-00 /012W"]


def test_attention_lines_of_several_words() -> None:
    text = OPENING.replace(
        "SIPDIS\n", "SIPDIS\n\nDEPT FOR EUR/CNE\nWHITE HOUSE FOR ORLOW\nNATIONAL SECURITY COUNCIL FOR WRAY\n"
    )
    assert whole(text + "TAGS: PGOV\nSUBJECT: A THING" + END).attention == (
        "DEPT FOR EUR/CNE",
        "WHITE HOUSE FOR ORLOW",
        "NATIONAL SECURITY COUNCIL FOR WRAY",
    )


LINES = {
    "authority": "E.O. 12958: DECL: 11/18/2015",
    "tags": "TAGS: PGOV, RZ",
    "subject": "SUBJECT: A THING",
    "references": "REF: CAIRO 12",
    "classified": "Classified By: DCM Edna Orlow, reasons 1.4 (b).",
}


@pytest.mark.parametrize(
    "order",
    [
        "authority tags subject references classified",
        "subject authority tags references classified",
        "tags authority subject references classified",
        "tags subject references authority classified",
        "tags subject classified authority references",
        "references authority tags subject classified",
        "authority tags references subject classified",
        "authority classified tags subject references",
        "classified authority tags subject references",
    ],
)
def test_labels_in_another_order(order: str) -> None:
    lines = "\n".join(LINES[name] for name in order.split())
    understood = whole(f"C O N F I D E N T I A L STRELSAU 000112\n\nSIPDIS\n\n{lines}{END}")
    assert understood.authority is not None
    assert understood.authority.declassify_on is not None
    assert understood.authority.declassify_on.date == "2015-11-18"
    assert (understood.subject, [tag.value for tag in understood.tags]) == ("A THING", ["PGOV", "RZ"])
    assert [each.identifier for each in understood.references] == ["05CAIRO12"]
    assert (understood.classified_by, understood.reasons) == (("DCM Edna Orlow",), ("1.4(b)",))
    assert (understood.captions, understood.signed_by) == (("SIPDIS",), ("ORMSBY",))


def test_an_order_that_is_named_for_the_reasons_is_no_line_of_its_own() -> None:
    text = f"UNCLAS STRELSAU 000112\nTAGS: PGOV\nSUBJECT: A THING\nCLASSIFIED BY DCM ORLOW, E.O. 12958 1.4 (B){END}"
    understood = whole(text)
    assert (understood.authority, understood.classified_by, understood.reasons) == (None, ("DCM ORLOW",), ("1.4(b)",))


def test_the_reasons_may_stand_on_the_line_of_the_order() -> None:
    line = "E.O. 12958: DECL: 11/18/2015 REASON: 1.4 (B) AND (D)"
    understood = whole(f"UNCLAS STRELSAU 000112\n{line}\nTAGS: PGOV\nSUBJECT: A THING{END}")
    assert understood.reasons == ("1.4(b)", "1.4(d)")


def test_captions_of_a_cable_without_labels() -> None:
    assert whole("UNCLAS STRELSAU 000112\n\nSIPDIS\nSENSITIVE" + END).captions == ("SIPDIS", "SENSITIVE")


def test_a_caption_between_two_labels() -> None:
    text = OPENING + "TAGS: PGOV\nSUBJECT: A THING\n\nC O R R E C T E D  C O P Y (ADDED REF)\n\nREF: CAIRO 12" + END
    understood = whole(text)
    assert understood.captions == ("SIPDIS", "C O R R E C T E D C O P Y (ADDED REF)")
    assert laid(text, understood, SegmentKind.OTHER) == []


def test_a_caption_behind_the_section() -> None:
    banner = whole("S E C R E T SECTION 01 OF 02 NOFORN STRELSAU 000112\n\nTAGS: PGOV\nSUBJECT: A THING" + END).banner
    assert banner is not None
    assert banner.banner.handling == ("NOFORN",)
    assert banner.reference is not None
    assert banner.reference.serial == 112


@pytest.mark.parametrize(
    "lines",
    [
        ("DEPT FOR AF/W", "PARIS AND LONDON FOR AFRICA WATCHERS"),
        ("AMEMBASSY BERN FOR ORLOW", "DEA HQS FOR OGE/WRAY", "DEA HQS FOR OIX/KESTREL"),
    ],
)
def test_attention_lines_of_two_posts_and_of_headquarters(lines: tuple[str, ...]) -> None:
    text = OPENING.replace("SIPDIS\n", "SIPDIS\n\n" + "\n".join(lines) + "\n") + "TAGS: PGOV\nSUBJECT: A THING" + END
    assert whole(text).attention == lines


@pytest.mark.parametrize("line", ["DEPT FOR EUR, PARIS AND LONDON FOR INFO", "DEPT FOR EUR/CNE AND COMMERCE FOR ITA"])
def test_and_joins_two_offices_of_one_line(line: str) -> None:
    text = OPENING.replace("SIPDIS\n", f"SIPDIS\n\n{line}\n") + "TAGS: PGOV\nSUBJECT: A THING" + END
    assert whole(text).attention == (line,)


@pytest.mark.parametrize(
    "statement",
    [
        "Please protect accordingly.",
        "Sensitive But Unclassified. Please Protect Accordingly.",
        "THIS IS AN ACTION REQUEST.",
        "(U) This cable is sensitive but unclassified; not for internet distribution.",
    ],
)
def test_a_statement_on_the_whole_cable_is_a_paragraph(statement: str) -> None:
    text = OPENING + f"TAGS: PGOV\nSUBJECT: A THING\nREF: CAIRO 12\n\n{statement}" + END
    understood = whole(text)
    assert laid(text, understood, SegmentKind.PARAGRAPH)[0] == statement
    assert [each.number for each in understood.paragraphs] == [None, 1]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("[Note: He came. End note.]", MarkKind.NOTE, "[Note: He came. End note.]"),
        ("[Note: He (the king) came.] More.", MarkKind.NOTE, "[Note: He (the king) came.]"),
        ("He came. Bio note: A man. End bio note.", MarkKind.NOTE, "Bio note: A man. End bio note."),
        ("He came. Embassy comment: So. End comment.", MarkKind.COMMENT, "Embassy comment: So. End comment."),
        ("He came. (Post Comment: So.)", MarkKind.COMMENT, "(Post Comment: So.)"),
    ],
)
def test_asides(text: str, kind: MarkKind, expected: str) -> None:
    body = HEAD + f"1. (C) {text}\n\n2. (C) Two.\nORMSBY"
    assert marked(body, whole(body), kind) == [expected]
