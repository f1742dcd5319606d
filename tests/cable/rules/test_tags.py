from __future__ import annotations

import pytest
from tests.cable.making import HEAD, read

from preserve.cable.record import Basis, MarkKind
from preserve.cable.rules.tags import read_tags, tag_words
from preserve.cable.text.flat import flatten


def values(text: str) -> list[str]:
    flat = flatten(text)
    return [each.tag.value for each in read_tags(flat, 0, len(flat))]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("PGOV, PREL, RZ, 2005 Coronation", ["PGOV", "PREL", "RZ", "2005 Coronation"]),
        ("PGOV PREL RZ 2005 Coronation", ["PGOV", "PREL", "RZ", "2005 Coronation"]),
        ("PREL PGOV CE IZ External Relations", ["PREL", "PGOV", "CE", "IZ", "External Relations"]),
        ("prel, pgov, tu", ["PREL", "PGOV", "TU"]),
        ("PGOV; PREL;RZ.", ["PGOV", "PREL", "RZ"]),
        ("OVIP (CLINTON, HILLARY), PREL", ["OVIP", "CLINTON, HILLARY", "PREL"]),
        ("OVIP CLINTON HILLARY PREL", ["OVIP", "CLINTON, HILLARY", "PREL"]),
        ("HUMAN RIGHTS, PHUM", ["HUMAN RIGHTS", "PHUM"]),
        ("PREL, ZANU-PF, BA'ATH, UNGA/C-6, AL-1", ["PREL", "ZANU-PF", "BA'ATH", "UNGA/C-6", "AL-1"]),
        ("CA MX SIPDIS", ["CA", "MX"]),
        ("SP\nEINV", ["SP", "EINV"]),
        (
            "KFRDKIRFCVISCMGTKOCIASECPHUMSMIGEG",
            ["KFRD", "KIRF", "CVIS", "CMGT", "KOCI", "ASEC", "PHUM", "SMIG", "EG"],
        ),
        ("", []),
        (",,;()", []),
    ],
)
def test_a_list_is_taken_apart(text: str, tags: list[str]) -> None:
    assert values(text) == tags


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("PGOV", "subject"),
        ("KIPR", "program"),
        ("KZZZ", "program"),
        ("RZ", "geographic"),
        ("NATO", "organization"),
        ("BA'ATH", "organization"),
        ("(CLINTON, HILLARY)", "person"),
        ("2005 Coronation", "term"),
        ("ZZZZ", "unknown"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    flat = flatten(text)
    assert [each.tag.kind for each in read_tags(flat, 0, len(flat))] == [kind]


def test_a_repaired_tag_says_that_it_was_inferred() -> None:
    flat = flatten("PGOVLO, ECON")
    assert [(each.tag.value, each.tag.basis) for each in read_tags(flat, 0, len(flat))] == [
        ("PGOV", Basis.INFERRED),
        ("LO", Basis.INFERRED),
        ("ECON", Basis.STATED),
    ]


def test_running_matter_inside_a_list_is_no_tag() -> None:
    text = HEAD.replace("PGOV, RZ", "PGOV, UNCLASSIFIED PAGE 02 STRELS 00283 01 OF 05 241033Z PREL")
    assert [tag.value for tag in read(text + "1. (U) One.").tags] == ["PGOV", "PREL"]


def test_lists_that_differ_by_commas_only_have_the_same_words() -> None:
    assert tag_words(["PGOV", "2005 Coronation"]) == tag_words(["2005 CORONATION PGOV"])
    assert tag_words(["PGOV"]) != tag_words(["PGOV", "PREL"])


END = " 1. (C) All was calm. ORMSBY"


def test_a_repeated_tag_is_marked_twice_and_listed_once() -> None:
    text = "UNCLAS STRELSAU 000112 E.O. 12958: N/A TAGS: PGOV, RZ, PGOV SUBJECT: A THING" + END
    understood = read(text)
    assert [tag.value for tag in understood.tags] == ["PGOV", "RZ"]
    assert [mark.target for mark in understood.marks if mark.kind is MarkKind.TAG] == ["/tags/0", "/tags/1", "/tags/0"]
