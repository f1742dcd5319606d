from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.archive.making import AT

from preserve.access.lifetime import BagEvent
from preserve.archive.layout import Location
from preserve.archive.model import StoredBag
from preserve.bag.model import Form
from preserve.provenance.combine import PremisEvent
from preserve.report import archive as report

BAG = StoredBag(
    root=Path("archive"),
    location=Location("STRELSAU", "2002", "02STRELSAU17", 2, Form.TAR),
    seal="ab" * 32,
    source_key="cd" * 32,
    files=1,
    bytes=1,
    size=1,
    profiles=(),
    created=AT,
    last_seen=AT,
    last_checked=None,
    last_ok=None,
    outcome=None,
    cables=(),
)
TOLD = PremisEvent(
    identifier="e",
    type="validation",
    at=AT,
    details=("one", "two"),
    outcomes=("fail",),
    notes=("RELAX NG: fail",),
    agents=("preserve",),
    bag="02STRELSAU17/v2",
    objects=(),
)


def test_one_detail_stands_on_the_line_and_several_below_it() -> None:
    events = [BagEvent(BAG, TOLD, False), BagEvent(BAG, replace(TOLD, details=("all",), notes=()), True)]
    assert list(report.events_text([BAG], events)) == [
        "02STRELSAU17/v2",
        f"  {AT}  bag  validation (fail)",
        "    one",
        "    two",
        "    RELAX NG: fail",
        f"  {AT}  log  validation (fail): all",
    ]


def test_a_bag_without_events_is_named() -> None:
    assert list(report.events_text([BAG], [])) == ["02STRELSAU17/v2"]


def test_an_outcome_that_nothing_states_is_said_to_be_not_stated() -> None:
    event = BagEvent(BAG, replace(TOLD, outcomes=()), False)
    assert report.events_line(event)["outcome"] == "not stated"
    assert "validation (not stated)" in list(report.events_text([BAG], [event]))[1]
