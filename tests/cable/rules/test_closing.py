"""What ends a cable: who signed it, whatever stands behind or before the name."""

from __future__ import annotations

import pytest
from tests.cable.making import HEAD, assert_layout, laid, marked, read

from preserve.cable import vocabulary
from preserve.cable.record import MarkKind, SegmentKind

TEXT = HEAD + "1. (C) One.\n\n2. (C) All was calm in the town.\n"


def signed(tail: str) -> tuple[str, ...]:
    """Read who signed, with the lines of the text and without them: both are the same."""
    text = TEXT + tail
    understood = read(text)
    assert_layout(text, understood.segments, understood.marks)
    assert read(" ".join(text.split())).signed_by == understood.signed_by
    assert marked(text, understood, MarkKind.SIGNER) == list(understood.signed_by)
    return understood.signed_by


@pytest.mark.parametrize(
    ("behind", "kind"),
    [
        ("\f\n12", SegmentKind.PAGE_BANNER),
        ("\f2\n", SegmentKind.PAGE_BANNER),
        ("Page 3 of 3", SegmentKind.PAGE_BANNER),
        ("- 3 -", SegmentKind.PAGE_BANNER),
        ("LIMITED OFFICIAL USE", SegmentKind.PAGE_BANNER),
        ("SECRET//NOFORN", SegmentKind.PAGE_BANNER),
        ("C O N F I D E N T I A L", SegmentKind.PAGE_BANNER),
        ("UNCLAS", SegmentKind.PAGE_BANNER),
        ("BT", SegmentKind.TERMINATOR),
        ("BT\n#0112", SegmentKind.TERMINATOR),
        ("NNNN MAFVVZCZ", SegmentKind.TERMINATOR),
        ("UNQUOTE", SegmentKind.TERMINATOR),
        ("=====================", SegmentKind.TERMINATOR),
        ("=========CABLE ENDS==========", SegmentKind.TERMINATOR),
        ("END OF CABLE TEXT", SegmentKind.TERMINATOR),
        ("2004STRELS02200 - CONFIDENTIAL", SegmentKind.RESIDUE),
        ("To view the whole message go to http://www.state.example/messages/112", SegmentKind.OTHER),
        ("VISIT STRELSAU'S BRIDGE FORUM AT www.state.example/bridges", SegmentKind.OTHER),
    ],
)
def test_what_stands_behind_a_name_does_not_hide_it(behind: str, kind: SegmentKind) -> None:
    assert signed(f"ORMSBY\n\n{behind}") == ("ORMSBY",)
    understood = read(f"{TEXT}ORMSBY\n\n{behind}")
    assert " ".join(behind.split()) in laid(f"{TEXT}ORMSBY\n\n{behind}", understood, kind)


@pytest.mark.parametrize(
    "stamp",
    [
        "Declassified/Released US Department of State EO Systematic Review 20 Mar 2014",
        "Declassified/Released\nUS Department of State\nEO Systematic\nReview 06 JUL 2006",
        "DECLASSIFIED/RELEASED US DEPARTMENT OF STATE EO SYSTEMATIC REVIEW 06 JUL 2006",
        "Miriam B. Kestrel Declassified/Released US Department of State EO Systematic Review 20 Mar 2014",
    ],
)
@pytest.mark.parametrize("level", ["", "CONFIDENTIAL\n\n"])
def test_the_stamp_of_the_review_is_residue_and_does_not_hide_the_name(stamp: str, level: str) -> None:
    assert signed(f"ORMSBY\n\n{level}{stamp}") == ("ORMSBY",)
    text = f"{TEXT}ORMSBY\n\n{level}{stamp}"
    assert laid(text, read(text), SegmentKind.RESIDUE) == [" ".join(stamp.split())]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ormsby", ("ormsby",)),
        ("Best, Edna ormsby", ("ormsby",)),
        ("Regards,\nEdna\normsby", ("ormsby",)),
        ("Warmest regards, Edna\nORMSBY", ("ORMSBY",)),
        ("Van Der Byl", ("Van Der Byl",)),
        ("De Luca", ("De Luca",)),
        ("VAN DER BYL", ("VAN DER BYL",)),
        ("McKinley", ("McKinley",)),
        ("McKINLEY", ("McKINLEY",)),
        ("D'ALESSANDRO", ("D'ALESSANDRO",)),
        ("Wray-Orme", ("Wray-Orme",)),
        ("Minimize considered.\nORMSBY", ("ORMSBY",)),
        ("MINIMIZE CONSIDERED\nORMSBY", ("ORMSBY",)),
        ("UNQUOTE\nORMSBY", ("ORMSBY",)),
    ],
)
def test_names(name: str, expected: tuple[str, ...]) -> None:
    assert signed(name) == expected


@pytest.mark.parametrize(
    "end",
    [
        "ACTION REQUESTED: NONE",
        "ACTION REQUESTED: RELEASE.",
        "SEPTEL FOLLOWS",
        "Wheat 12, rye 13, all\n25",
        "WHEAT 12 RYE 13 TOTAL 25",
        "TOTAL 12",
        "He wrote to the men of the bridge",
        "See www.strelsau. example",
        "It was said in the town and",
        "He thinks so: maybe",
    ],
)
def test_what_is_nobodys_name(end: str) -> None:
    assert signed(end) == ()


def test_words_that_are_no_names_are_capitals() -> None:
    assert all(word.isupper() and word.isalpha() for word in vocabulary.not_names())
