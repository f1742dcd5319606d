"""The field cases: text and expected value, one a case, by kind; those that fail are listed with the reason.

Every case that holds its text is read. Cases that only name a whole cable are counted, so that none is forgotten: the
folder of samples does not hold those cables.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.cable.making import read

from preserve.cable.grammar import ParsedBody
from preserve.cable.record import MarkKind, Recipient
from preserve.cable.record.identifier import parse_identifier
from preserve.cable.rules.routing_header import read_header
from preserve.cable.rules.tags import tag_kind

EXCEPTIONS = tomllib.loads(Path(__file__).with_name("field_cases_exceptions.toml").read_text(encoding="utf-8"))

WHOLE_CABLES = {
    "classified_by_cables": 72,
    "reference_oddities": 3,
    "signed_by_cables": 14,
    "subject_difficult": 5,
    "subject_difficult_cables_wo_subject": 3,
    "subject_issue15": 1,
    "subject_missing_or_odd": 4,
    "tags_by_id": 3,
}
"""How many cases of these kinds there are; they name a cable and hold no text."""


@dataclass(frozen=True)
class Case:
    """One case: its own cable if it names one, and its values, the text among them."""

    cable: str | None
    values: Sequence[Any]


def _read(case: Case, text: str, year: int = 2005) -> ParsedBody:
    own = case.cable if case.cable and re.fullmatch(r"\d\d[A-Z]+\d+", case.cable) else f"{year % 100:02}STRELSAU9999999"
    return read(text, own)


def _canonical(case: Case) -> tuple[object, object]:
    return str(parse_identifier(case.values[0])), case.values[1]


def _classifiers(case: Case) -> tuple[object, object]:
    """Compare names: the record has them verbatim with title and office, and nothing of what follows."""
    own, expected, text = case.values[:3]
    names = [expected] if isinstance(expected, str) else list(expected)
    if len(case.values) > 3:
        # The case compares without regard to case, as a page's capitals are kept.
        names = [name.upper() for name in names]
    found = _read(Case(own, ()), "UNCLAS STRELSAU 000112 TAGS: PGOV SUBJECT: A THING\n" + text).classified_by
    shown = [
        name if name in each and not re.search(r"\d|(?i:reason|section 1|classified by)", each) else each
        for name, each in zip(names, found, strict=False)
    ]
    return shown + list(found[len(names) :]), names


def _recipients(which: str) -> Callable[[Case], tuple[object, object]]:
    def compare(case: Case) -> tuple[object, object]:
        text, wanted = case.values
        if text.startswith("INFO"):
            text = "TO SECSTATE WASHDC\n" + text
        if text.startswith("TO"):
            text = "FM AMEMBASSY STRELSAU\n" + text
        _, transmission = read_header(text)
        return list(getattr(transmission, which)), [_recipient(each) for each in wanted]

    def _recipient(call: dict[str, Any]) -> Recipient:
        route, name, precedence, mcn = (*call["args"], None, None)[:4]
        return Recipient(
            text="",
            route=route,
            name=name,
            precedence=precedence,
            mcn=mcn,
            excluded=tuple(call["kw"].get("excluded", ())),
        )

    def without_text(case: Case) -> tuple[object, object]:
        found, wanted = compare(case)
        assert isinstance(found, list)
        return [
            Recipient(
                text="",
                route=each.route,
                name=each.name,
                precedence=each.precedence,
                mcn=each.mcn,
                excluded=each.excluded,
            )
            for each in found
        ], wanted

    return without_text


def _declassify_on(case: Case) -> tuple[object, object]:
    text, date = case.values
    authority = _read(case, text).authority
    return authority and authority.declassify_on and authority.declassify_on.date, date


def _references(case: Case) -> tuple[object, object]:
    text, year, expected = case.values[0], case.values[1], case.values[-1]
    found = _read(case, _headed(text), year).references
    return [each.identifier for each in found if each.kind == "telegram"], expected


def _hard_references(case: Case) -> tuple[object, object]:
    text, year, expected = case.values
    found = _read(case, _headed(text), year).references
    return (
        [(each.identifier, each.label) if each.kind == "telegram" else (each.text, each.label) for each in found],
        [(*each["args"], None)[:2] for each in expected],
    )


def _headed(text: str) -> str:
    return text if "TAGS" in text or "SUBJECT" in text else "TAGS: PGOV SUBJECT: A THING\n" + text


def _signers(case: Case) -> tuple[object, object]:
    name, text = case.values[:2]
    return list(_read(case, "TAGS: PGOV\nSUBJECT: A THING\n\n" + text).signed_by), [name]


def _subject(case: Case) -> tuple[object, object]:
    return _read(case, case.values[0]).subject, case.values[-1]


_OPENS = re.compile(r"(?i)^[-=\s]*(?:begin )?summary(?: and [a-z ]+)?\s*[:.=-]*\s*")
_CLOSES = re.compile(r"(?i)\s*end\s+(?:of )?summary(?: and [a-z ]+)?\.?$")


def _summary(case: Case) -> tuple[object, object]:
    """Compare the words of a summary: its opening and closing, numbers and portion marks aside."""
    text, expected = case.values
    text = "TAGS: PGOV\nSUBJECT: A THING\n" + text
    found = _read(case, text)
    said = ""
    for mark in found.marks:
        if mark.kind is MarkKind.SUMMARY:
            aside = [each for each in found.marks if each.kind in (MarkKind.NUMBER, MarkKind.PORTION)]
            inside = sorted((each.start, each.end) for each in aside if mark.start <= each.start < mark.end)
            cursor = mark.start
            for start, end in inside:
                said += text[cursor:start]
                cursor = end
            said += text[cursor : mark.end] + " "
    said = _CLOSES.sub("", _OPENS.sub("", said.strip()))
    return " ".join(said.split()), " ".join(expected.split())


def _tags(case: Case) -> tuple[object, object]:
    text, expected = case.values
    if not re.search(r"SUBJECT|E\.O", text):
        text = "E.O. 12958: N/A " + text + "\nSUBJECT: A THING"
    return [each.value.upper() for each in _read(case, text).tags], expected


_KINDS = {"PROGRAM": "program", "GEO": "geographic", "SUBJECT": "subject", "ORG": "organization", "PERSON": "person"}


def _kind(case: Case) -> tuple[object, object]:
    return tag_kind(case.values[0]), _KINDS[case.values[1].rsplit("_", 1)[1]]


COMPARE: dict[str, Callable[[Case], tuple[object, object]]] = {
    "canonical_identifier": _canonical,
    "classified_by": lambda case: _classifiers(Case(None, case.values)),
    "declassify_on": _declassify_on,
    "info_recipients": _recipients("info"),
    "recipients": _recipients("action"),
    "references": _references,
    "references_hard": _hard_references,
    "signed_by": _signers,
    "subject": _subject,
    "summary": _summary,
    "tag_kind": _kind,
    "tags": _tags,
}


def _cases(samples: Path) -> dict[str, list[Case]]:
    table = json.loads((samples / "field_cases.json").read_text(encoding="utf-8"))
    return {kind: [Case(each["cable"], each["case"]) for each in cases] for kind, cases in table.items()}


@pytest.mark.parametrize("kind", sorted(COMPARE))
def test_exactly_the_listed_cases_fail(samples: Path, kind: str) -> None:
    failing: dict[str, str] = {}
    for place, case in enumerate(_cases(samples)[kind]):
        found, expected = COMPARE[kind](case)
        if found != expected:
            failing[str(place)] = f"found {found!r}, expected {expected!r}"
    listed = set(EXCEPTIONS.get(kind, {}))
    assert {place: failing[place] for place in failing if place not in listed} == {}
    assert listed - set(failing) == set(), "an exception that no longer fails is to be taken out of the list"


def test_every_case_is_run_or_names_a_whole_cable(samples: Path) -> None:
    counted = Counter({kind: len(cases) for kind, cases in _cases(samples).items()})
    assert {kind: count for kind, count in counted.items() if kind not in COMPARE} == WHOLE_CABLES
    assert sum(counted.values()) == 326


@pytest.mark.parametrize("kind", sorted(EXCEPTIONS))
def test_an_exception_has_a_verdict_and_a_reason(kind: str) -> None:
    assert kind in COMPARE
    for row in EXCEPTIONS[kind].values():
        assert set(row) == {"verdict", "reason"}
        assert row["verdict"] in ("wrong-expectation", "not-met")
        assert row["reason"].strip().endswith(".")
