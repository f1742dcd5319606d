"""The addressees of a routing header: of messages after ACP 127, which have routing indicators, and after ACP 126."""

from __future__ import annotations

import pytest
from tests.cable.making import assert_layout

from preserve.cable.record import SegmentKind, Transmission
from preserve.cable.rules.routing_header import read_header, split_header

Found = list[tuple[str | None, str, str | None, str | None, tuple[str, ...]]]


def sent(text: str) -> Transmission:
    """Read a header with its lines, whichever end them."""
    header, transmission = read_header(text)
    assert_layout(text, header.segments, header.marks)
    assert read_header(text.replace("\n", "\r\n"))[1] == transmission
    return transmission


def found(transmission: Transmission, which: str) -> Found:
    return [(each.route, each.name, each.precedence, each.mcn, each.excluded) for each in getattr(transmission, which)]


def alone(*names: str) -> Found:
    return [(None, name, None, None, ()) for name in names]


@pytest.mark.parametrize("flattened", [False, True])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("AMCONSUL ZENDA\nAMEMBASSY LONDON\nDIA WASHDC\nUSMISSION GENEVA", alone(
            "AMCONSUL ZENDA", "AMEMBASSY LONDON", "DIA WASHDC", "USMISSION GENEVA")),
        ("AMEMBASSY LONDON\nEU COLLECTIVE", alone("AMEMBASSY LONDON", "EU COLLECTIVE")),
        ("USMISSION USNATO\nNATO COLLECTIVE", alone("USMISSION USNATO", "NATO COLLECTIVE")),
        ("AMEMBASSY NEW DELHI\nSOUTH ASIA COLLECTIVE", alone("AMEMBASSY NEW DELHI", "SOUTH ASIA COLLECTIVE")),
        ("DEPT OF TREASURY WASHDC\nTHE WHITE HOUSE WASHDC", alone("DEPT OF TREASURY WASHDC", "THE WHITE HOUSE WASHDC")),
        ("TREASURY WASHDC\nALL OECD CAPITALS", alone("TREASURY WASHDC", "ALL OECD CAPITALS")),
        ("RUEATRS/DEPARTMENT OF TREASURY WASHDC PRIORITY", [
            ("RUEATRS", "DEPARTMENT OF TREASURY WASHDC", "PRIORITY", None, ())]),
        ("AMEMBASSY LONDON PRIORITY\n0310\nAMEMBASSY BERN\nNIACT IMMEDIATE", [
            (None, "AMEMBASSY LONDON", "PRIORITY", "0310", ()), (None, "AMEMBASSY BERN", "NIACT IMMEDIATE", None, ())]),
        ("ALL POSTS COLLECTIVE\nXMT RUEHBE/AMEMBASSY BERN\nAMCONSUL ZENDA", [
            (None, "ALL POSTS COLLECTIVE", None, None, ("RUEHBE/AMEMBASSY BERN", "AMCONSUL ZENDA"))]),
        ("ALL POSTS COLLECTIVE\nXMT\nAMEMBASSY BERN", [
            (None, "ALL POSTS COLLECTIVE", None, None, ("AMEMBASSY BERN",))]),
    ],
)  # fmt: skip
def test_addressees(lines: str, expected: Found, flattened: bool) -> None:
    text = f"R 111320Z MAY 93\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC IMMEDIATE 3217\nINFO {lines}"
    transmission = sent(" ".join(text.split()) if flattened else text)
    assert found(transmission, "info") == expected
    assert found(transmission, "action") == [(None, "SECSTATE WASHDC", "IMMEDIATE", "3217", ())]


def test_lines_tell_apart_what_words_do_not() -> None:
    text = "R 250930Z FEB 72\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\nINFO SECDEF\nUSCOM\nBRIDGES"
    assert found(sent(text), "info") == alone("SECDEF", "USCOM", "BRIDGES")
    assert found(sent(" ".join(text.split())), "info") == alone("SECDEF USCOM BRIDGES")


def test_two_addressees_with_indicators_on_one_line() -> None:
    text = "FM AMEMBASSY STRELSAU\nTO RUEHC/SECSTATE WASHDC 12 RUEHBE/AMEMBASSY BERN\nRUEHLO/AMEMBASSY LONDON"
    assert [each.route for each in sent(text).action] == ["RUEHC", "RUEHBE", "RUEHLO"]


def test_a_field_without_addressees() -> None:
    assert sent("R 250930Z FEB 72\nFM AMEMBASSY STRELSAU\nTO \nINFO SECDEF").action == ()


@pytest.mark.parametrize(
    ("line", "precedence", "sent_at"),
    [
        ("O P 180800Z MAR 08 ZDS", ("IMMEDIATE", "PRIORITY"), "2008-03-18T08:00:00Z"),
        ("OP 180800Z MAR 08", ("IMMEDIATE", "PRIORITY"), "2008-03-18T08:00:00Z"),
        ("O 180800Z MAR 08 ZFF4", ("IMMEDIATE",), "2008-03-18T08:00:00Z"),
        ("O 180800Z MAR 08 ZDS ZUI RUEWMFU1234", ("IMMEDIATE",), "2008-03-18T08:00:00Z"),
        ("R   250930Z FEB 72", ("ROUTINE",), "1972-02-25T09:30:00Z"),
        ("250930Z FEB 72", (), "1972-02-25T09:30:00Z"),
        ("R 250930Z SEPT 72", ("ROUTINE",), "1972-09-25T09:30:00Z"),
    ],
)
def test_a_header_that_begins_with_the_date_time_group(line: str, precedence: tuple[str, ...], sent_at: str) -> None:
    text = f"{line}\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n"
    header, transmission = read_header(text)
    assert (transmission.precedence, transmission.sent, transmission.sender) == (
        precedence, sent_at, "AMEMBASSY STRELSAU"
    )  # fmt: skip
    kinds = [each.kind for each in header.segments if each.kind is not SegmentKind.SPACE]
    assert kinds == [SegmentKind.PRECEDENCE, SegmentKind.FROM, SegmentKind.TO]
    assert split_header(text + "UNCLAS STRELSAU 000112\n") == len(text)
