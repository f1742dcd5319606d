from __future__ import annotations

from tests.cable.making import HEAD, laid, read

from preserve.cable.record import SegmentKind
from preserve.cable.rules.created import find_dateline
from preserve.cable.text.flat import flatten


def test_the_newspapers_dateline_is_residue() -> None:
    text = "Wednesday, 29 November 2000, 13:59 " + HEAD + "1. (C) One."
    understood = read(text)
    assert laid(text, understood, SegmentKind.RESIDUE) == ["Wednesday, 29 November 2000, 13:59"]
    assert understood.banner is not None
    assert find_dateline(flatten("On Wednesday, 29 November 2000, 13:59")) is None
