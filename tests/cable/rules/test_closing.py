"""What ends a cable: who signed it, whatever stands behind or before the name."""

from __future__ import annotations

import pytest
from tests.cable.making import TEXT, laid, read, signed

from preserve.cable.record import SegmentKind


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
