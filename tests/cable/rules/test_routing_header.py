from __future__ import annotations

import pytest
from tests.cable.making import assert_layout

from preserve.cable.record import Recipient, SegmentKind
from preserve.cable.rules.routing_header import read_header, split_header
from preserve.digests import sha256

HEADER = """VZCZCXRO0417
OO RUEHZE
DE RUEHSZ #0112/01 0531640
ZNY SSSSS ZZH
O P 221640Z FEB 07 ZDS
FM AMEMBASSY STRELSAU
TO RUEHC/SECSTATE WASHDC IMMEDIATE 5521
INFO RUEHZE/AMCONSUL ZENDA PRIORITY 0310
RUCNMEM/EU MEMBER STATES COLLECTIVE
RHEHNSC/NSC WASHDC"""


@pytest.mark.parametrize("header", [HEADER, " ".join(HEADER.split()), HEADER.replace("\n", "\r\n")])
def test_a_header_is_read_with_and_without_its_lines(header: str) -> None:
    found, transmission = read_header(header)
    assert transmission.dtg == "221640Z FEB 07"
    assert transmission.sent == "2007-02-22T16:40:00Z"
    assert transmission.precedence == ("IMMEDIATE", "PRIORITY")
    assert transmission.sender == "AMEMBASSY STRELSAU"
    assert transmission.action == (
        Recipient(
            text="RUEHC/SECSTATE WASHDC IMMEDIATE 5521",
            route="RUEHC",
            name="SECSTATE WASHDC",
            precedence="IMMEDIATE",
            mcn="5521",
        ),
    )
    assert [(each.route, each.name, each.precedence, each.mcn) for each in transmission.info] == [
        ("RUEHZE", "AMCONSUL ZENDA", "PRIORITY", "0310"),
        ("RUCNMEM", "EU MEMBER STATES COLLECTIVE", None, None),
        ("RHEHNSC", "NSC WASHDC", None, None),
    ]
    assert (found.text, found.sha256) == (header, sha256(header.encode()))
    kinds = [each.kind for each in found.segments if each.kind is not SegmentKind.SPACE]
    assert kinds == [
        SegmentKind.TRANSMISSION,
        SegmentKind.PRECEDENCE,
        SegmentKind.FROM,
        SegmentKind.TO,
        SegmentKind.INFO,
    ]
    assert [header[mark.start : mark.end] for mark in found.marks] == ["221640Z FEB 07"]
    assert_layout(header, found.segments, found.marks)


def test_those_behind_xmt_are_excluded() -> None:
    _, transmission = read_header(
        "FM AMEMBASSY STRELSAU\nTO RUEHC/SECSTATE WASHDC IMMEDIATE 3355\nRUEHX/EUROPEAN POLITICAL COLLECTIVE\n"
        "XMT AMEMBASSY SOFIA\nAMEMBASSY BUCHAREST"
    )
    assert [(each.name, each.excluded) for each in transmission.action] == [
        ("SECSTATE WASHDC", ()),
        ("EUROPEAN POLITICAL COLLECTIVE", ("AMEMBASSY SOFIA", "AMEMBASSY BUCHAREST")),
    ]


def test_a_page_banner_inside_a_field_is_nobody() -> None:
    _, transmission = read_header(
        "P 182318Z FEB 09\nFM SECSTATE WASHDC\nTO PAGE 02        STATE   015113  182333Z \n"
        "ALL DIPLOMATIC POSTS COLLECTIVE PRIORITY\nAMEMBASSY STRELSAU PIORITY"
    )
    assert [(each.name, each.precedence) for each in transmission.action] == [
        ("ALL DIPLOMATIC POSTS COLLECTIVE", "PRIORITY"),
        ("AMEMBASSY STRELSAU", "PRIORITY"),
    ]


@pytest.mark.parametrize(
    "mark",
    ["STRELSAU 00000112 002 OF 003", "PAGE 02 STRELS 00112 01 OF 02 221640Z", "PAGE 02 STRELS 00000112 002 OF 003"],
)
def test_page_marks_of_both_systems_leave_no_character_out(mark: str) -> None:
    header = f"R 031450Z FEB 76\nFM AMEMBASSY STRELSAU\nPAGE 03 STRELS 00112\nTO SECSTATE WASHDC\n{mark}\nPRIORITY"
    found, transmission = read_header(header)
    assert_layout(header, found.segments, found.marks)
    assert [(each.name, each.precedence) for each in transmission.action] == [("SECSTATE WASHDC", "PRIORITY")]


@pytest.mark.parametrize(
    ("group", "sent"),
    [
        ("R 250930Z FEB 72", "1972-02-25T09:30:00Z"),
        ("R 311406Z DEC 2009", "2009-12-31T14:06:00Z"),
        ("R 310930Z FEB 05", None),
        ("R 252530Z FEB 05", None),
        ("R 250930Z XXX 05", None),
        ("R 250930Z FEB 9999", None),
        ("R 250930Z FEB 0999", None),
    ],
)
def test_date_time_group(group: str, sent: str | None) -> None:
    _, transmission = read_header(f"{group}\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC")
    assert transmission.sent == sent


def test_a_header_without_a_group() -> None:
    found, transmission = read_header("literal null\nFM AMEMBASSY STRELSAU")
    assert (transmission.dtg, transmission.sender) == (None, "AMEMBASSY STRELSAU")
    assert_layout(found.text, found.segments, found.marks)


@pytest.mark.parametrize(
    "banner",
    [
        "UNCLAS SECTION 01 OF 03 STRELSAU 000112",
        "S E C R E T STRELSAU 000112",
        "SS E C R E T STRELSAU 000112",
        "C O N F I D E N T I A L SECTION 01 OF 02 PORT OF SPAIN 000220",
        "UNCLASSIFIED STRELSAU 1164",
    ],
)
@pytest.mark.parametrize("glue", ["\n", " ", "\n\n"])
def test_the_body_begins_at_its_banner(banner: str, glue: str) -> None:
    assert split_header(HEADER + glue + banner + "\n\nSIPDIS\n") == len(HEADER + glue)


def test_a_banner_may_be_glued_to_the_last_addressee() -> None:
    assert split_header(HEADER + "UNCLAS SECTION 01 OF 03 STRELSAU 000112") == len(HEADER)


def test_an_addressee_with_a_secret_name_is_no_banner() -> None:
    text = HEADER + "\nRUEAIIA/US SECRET SERVICE WASHDC 1234\nUNCLAS STRELSAU 000112"
    assert split_header(text) == text.index("UNCLAS")


@pytest.mark.parametrize(
    "text", ["", "UNCLAS STRELSAU 000112", "The king said: FM AMEMBASSY", HEADER, "VZCZCXRO0417 and nothing more"]
)
def test_text_that_no_header_opens(text: str) -> None:
    assert split_header(text) == 0
