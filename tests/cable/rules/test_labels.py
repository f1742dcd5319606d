from __future__ import annotations

import pytest
from tests.cable.making import marked, read

from preserve.cable.record import MarkKind

OPENING = "C O N F I D E N T I A L STRELSAU 000112 "
END = " 1. (C) All was calm. ORMSBY"


@pytest.mark.parametrize(
    "label",
    ["TAGS:", "TAGS ", "Tags:", "TAG:", "TAG ", "TABS:", "TAS:", "TGS:", "AGS:", "TAGES:", "TAGS;", "TAGS,", "tags "],
)
def test_tags_are_found_under_every_known_label(label: str) -> None:
    text = f"UNCLAS STRELSAU 000112 E.O. 12958: N/A {label} PGOV, RZ SUBJECT: A THING{END}"
    assert [tag.value for tag in read(text).tags] == ["PGOV", "RZ"]


def test_words_that_look_like_labels_are_text() -> None:
    text = (
        OPENING + f"E.O. 12958: N/A TAGS: PGOV SUBJECT: A THING{END[:-7]} The dog tags were lost. The subject: none. "
        "Ref: nothing. He spoke of E.O. 12958 and of TAGS: none. ORMSBY"
    )
    understood = read(text)
    assert understood.subject == "A THING"
    assert [tag.value for tag in understood.tags] == ["PGOV"]
    assert understood.references == ()
    assert understood.signed_by == ("ORMSBY",)


def test_every_value_is_marked_with_its_field() -> None:
    text = (
        OPENING + "SIPDIS E.O. 12958: DECL: 1/2/2015 TAGS: PGOV, RZ SUBJECT: A THING REF: A. STRELSAU 1 B. 04 ZENDA 2 "
        "Classified By: DCM Orlow, reasons 1.4 (b)." + END
    )
    understood = read(text)
    by_target = {mark.target: " ".join(text[mark.start : mark.end].split()) for mark in understood.marks if mark.target}
    assert by_target == {
        "/classification/banner": "C O N F I D E N T I A L",
        "/message_reference": "STRELSAU 000112",
        "/captions/0": "SIPDIS",
        "/classification/declassify_on": "1/2/2015",
        "/tags/0": "PGOV",
        "/tags/1": "RZ",
        "/subject": "A THING",
        "/references/0": "STRELSAU 1",
        "/references/1": "04 ZENDA 2",
        "/classification/classified_by/0": "DCM Orlow",
        "/classification/reasons": "1.4 (b)",
        "/signed_by/0": "ORMSBY",
    }


def test_an_inserted_caption_is_cut_out_of_a_value_but_not_of_the_text() -> None:
    text = "UNCLAS STRELSAU 000112 E.O. 12958: N/A TAGS: PGOV SUBJECT: SECRETARY ORLOW VISITS THE SIPDIS BRIDGE" + END
    understood = read(text)
    assert understood.subject == "SECRETARY ORLOW VISITS THE BRIDGE"
    assert marked(text, understood, MarkKind.STRAY_CAPTION) == ["SIPDIS"]
    assert marked(text, understood, MarkKind.SUBJECT) == ["SECRETARY ORLOW VISITS THE", "BRIDGE"]
