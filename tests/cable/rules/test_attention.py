from __future__ import annotations

from tests.cable.making import assert_layout, laid, read

from preserve.cable.record import MarkKind, SegmentKind

OPENING = "C O N F I D E N T I A L STRELSAU 000112 "


END = " 1. (C) All was calm. ORMSBY"


def test_captions_and_attention_lines_stand_before_the_first_label() -> None:
    text = (
        OPENING + "SIPDIS SENSITIVE SIPDIS NOFORN DEPT FOR EUR/CNE STATE PASS USTR AND COMMERCE "
        "PORT OF SPAIN FOR L. ORLOW C O R R E C T E D  C O P Y - TEXT E.O. 12958: N/A TAGS: PGOV SUBJECT: A THING" + END
    )
    understood = read(text)
    assert understood.captions == ("SIPDIS", "SENSITIVE", "NOFORN", "C O R R E C T E D C O P Y - TEXT")
    assert understood.attention == ("DEPT FOR EUR/CNE", "STATE PASS USTR AND COMMERCE", "PORT OF SPAIN FOR L. ORLOW")
    targets = [mark.target for mark in understood.marks if mark.kind is MarkKind.CAPTION]
    assert targets == ["/captions/0", "/captions/1", "/captions/0", "/captions/2", "/captions/3"]
    assert laid(text, understood, SegmentKind.ATTENTION) == list(understood.attention)
    assert_layout(text, understood.segments, understood.marks)


def test_a_line_that_addresses_nobody_is_other() -> None:
    text = OPENING + "ZEBRA CROSSING SIPDIS E.O. 12958: N/A TAGS: PGOV SUBJECT: A THING" + END
    understood = read(text)
    assert understood.attention == ()
    assert laid(text, understood, SegmentKind.OTHER) == ["ZEBRA CROSSING"]
