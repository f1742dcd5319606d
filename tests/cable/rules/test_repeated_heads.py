"""Cables of several sections: the head that each repeats is running matter, and what only a later one says is kept."""

from __future__ import annotations

import pytest
from tests.cable.making import assert_layout, read

from preserve.cable.grammar import ParsedBody

HEAD = """C O N F I D E N T I A L SECTION {number} OF 03 STRELSAU 002271

SIPDIS

E.O. 12958: DECL: 11/18/2015
TAGS: {tags}
SUBJECT: THE KING AND
THE BRIDGE

REF: A. ZENDA 12
     B. STATE 99123

Classified By: DCM Edna Orlow, reasons 1.4 (b) and (d).

"""
PARTS = (
    "1. (C) The king came to the\n\n",
    "bridge of Zenda.\n\n2. (C) He left it.\n\n",
    "3. (C) All was calm.\nORMSBY",
)


def head(number: str, tags: str = "PGOV, RZ") -> str:
    return HEAD.format(number=number, tags=tags)


def sent(*heads: str) -> str:
    return "".join(each + part for each, part in zip(heads, PARTS, strict=True))


def whole(text: str) -> ParsedBody:
    """Read a cable and assert what each of these must give, whatever its later heads look like."""
    understood = read(text, "05STRELSAU2271")
    assert_layout(text, understood.segments, understood.marks)
    assert [(each.number, each.portion) for each in understood.paragraphs] == [(1, "C"), (2, "C"), (3, "C")]
    assert [each.identifier for each in understood.references] == ["05ZENDA12", "05STATE99123"]
    assert (understood.classified_by, understood.reasons) == (("DCM Edna Orlow",), ("1.4(b)", "1.4(d)"))
    assert (understood.signed_by, understood.captions) == (("ORMSBY",), ("SIPDIS",))
    assert understood.subject is not None
    assert understood.subject.startswith("THE KING AND THE BRIDGE")
    flat = read(" ".join(text.split()), "05STRELSAU2271")
    for name in ("subject", "tags", "references", "classified_by", "signed_by", "captions"):
        assert getattr(flat, name) == getattr(understood, name)
    return understood


def ends(text: str, understood: ParsedBody) -> list[str]:
    return [text[: span.end].split()[-1] for span in understood.repeats]


@pytest.mark.parametrize(
    ("second", "third", "last"),
    [
        pytest.param(head("02"), head("03"), ["(d).", "(d)."], id="the-same"),
        pytest.param(head("02"), head("03").replace("SECTION 03", "FINAL SECTION"), ["(d).", "(d)."], id="final"),
        pytest.param(head("02").replace("BRIDGE", "BRIGDE"), head("03"), ["(d).", "(d)."], id="misprint"),
        pytest.param(
            head("02").split("REF:", maxsplit=1)[0], head("03"), ["BRIDGE", "(d)."], id="fewer-labels"
        ),
        pytest.param(
            head("02").split("E.O.", maxsplit=1)[0], head("03").split("E.O.", maxsplit=1)[0], ["SIPDIS", "SIPDIS"],
            id="captions-only",
        ),
        pytest.param(
            head("02").replace("C O N F I D E N T I A L", "CONFIDENTIAL"), head("03"), ["(d).", "(d)."], id="level"
        ),
        pytest.param(
            head("02").replace("SIPDIS", "SIPDIS\n\nDEPT FOR EUR/CNE"), head("03"), ["(d).", "(d)."], id="more-lines"
        ),
        pytest.param(head("2"), head("3"), ["(d).", "(d)."], id="one-digit"),
    ],
)  # fmt: skip
def test_the_heads_of_later_sections(second: str, third: str, last: list[str]) -> None:
    text = sent(head("01"), second, third)
    understood = whole(text)
    assert ends(text, understood) == last
    assert [tag.value for tag in understood.tags] == ["PGOV", "RZ"]


def test_a_subject_that_counts_the_sections() -> None:
    heads = [head(f"0{n}").replace("BRIDGE", f"BRIDGE (SECTION 0{n} OF 03)") for n in (1, 2, 3)]
    text = sent(*heads)
    understood = whole(text)
    assert understood.subject == "THE KING AND THE BRIDGE (SECTION 01 OF 03)"
    assert ends(text, understood) == ["(d).", "(d)."]


@pytest.mark.parametrize(
    ("first", "second", "tags"),
    [
        pytest.param(head("01"), head("02", "PGOV, PREL, RZ"), ["PGOV", "RZ", "PREL"], id="more-in-the-second"),
        pytest.param(head("01", ""), head("02"), ["PGOV", "RZ"], id="none-in-the-first"),
        pytest.param(head("01").replace("TAGS: PGOV, RZ\n", ""), head("02"), ["PGOV", "RZ"], id="no-label"),
    ],
)
def test_tags_that_only_a_later_section_has(first: str, second: str, tags: list[str]) -> None:
    assert [tag.value for tag in whole(sent(first, second, head("03"))).tags] == tags


def test_the_banner_of_another_cable_is_none_of_a_section() -> None:
    text = sent(head("01"), head("02").replace("002271", "002272"), head("03"))
    assert len(read(text, "05STRELSAU2271").repeats) == 1
