"""What the log says of a bag that came in, and the stored bag that is read back from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import SOFTWARE
from tests.archive.test_events import ARRIVAL, PLACE, SEAL

from preserve.archive.events import GENESIS, LogEvent, LoggedEvent, Position, encode_event
from preserve.archive.ingestion import stored_bag
from preserve.errors import ArchiveError

DATA = ARRIVAL.data
CABLE = {"identifier": "07STRELSAU1", "source_sha256": SEAL, "text_sha256": SEAL}


def logged(event: LogEvent) -> LoggedEvent:
    line = encode_event(ARRIVAL, seq=1, previous=GENESIS, software=SOFTWARE)
    # As a line of a later minor version, or of other hands, could have it.
    return replace(LoggedEvent.decode(line, Position("f", 0, len(line))), event=event)


def test_a_stored_bag_is_read_back() -> None:
    data = {**DATA, "index": SEAL, "profiles": ["https://example.org/p.json"], "novel": {}}
    stored = stored_bag(Path("a"), logged(replace(ARRIVAL, data=data)))
    assert (stored.location.path, stored.seal, stored.index) == (DATA["location"], SEAL, SEAL)
    assert stored.profiles == ("https://example.org/p.json",)
    assert [each.identifier for each in stored.cables] == ["07STRELSAU1"]


WRONG: Mapping[str, list[Any]] = {
    "cables": [None, "x", "x" * 10**6, {}, {"0": CABLE}, [], [[]], [None], [5], ["x"], [{}]],
    "profiles": [None, "x", {}, {"a": 1}, 5, [None], [["x"]], ["\ud800"]],
    "location": [
        *(
            None,
            5,
            [],
            "",
            "bags",
            "../x",
            "bags/../../etc/x/v1",
            "/etc",
            "\ud800",
            "x" * 10**6,
            f"{PLACE}{'/x' * 10**5}",
        ),
        *("bags/STRELSAU/2007/07STRELSAU2/v1", "bags/STRELSAU/2007/07STRELSAU1/v2", f"{PLACE[:-1]}01"),
    ],
    "seal": [None, 5, "", "x", SEAL.upper(), f"{SEAL}\n", []],
    "index": [None, 5, "", "../x"],
    **{name: [None, -1, 1.0, True, "1", 1 << 63, []] for name in ("files", "bytes", "size")},
}
WRONG_IN_A_CABLE: Mapping[str, list[Any]] = {
    "identifier": [None, 5, [], {}, "\ud800"],
    "subject": [None, 5, [], {"a": 1}, "\udfff"],
    "source_sha256": [None, 5, "", "x", [SEAL]],
}


def changes() -> Iterator[dict[str, Any]]:
    yield from ({name: value} for name, values in WRONG.items() for value in values)
    yield from ({"cables": [CABLE | {name: value}]} for name, values in WRONG_IN_A_CABLE.items() for value in values)


@pytest.mark.parametrize("change", [*changes()], ids=lambda change: str(change)[:60])
def test_an_ingestion_that_describes_no_bag_is_an_error_of_ours(change: Mapping[str, object]) -> None:
    with pytest.raises(ArchiveError) as told:
        stored_bag(Path("a"), logged(replace(ARRIVAL, data={**DATA, **change})))
    assert len(told.value.message) < 700


@pytest.mark.parametrize("name", ["location", "seal", "files", "bytes", "size", "cables"])
def test_an_ingestion_that_lacks_a_fact_is_an_error_of_ours(name: str) -> None:
    data = {each: value for each, value in DATA.items() if each != name}
    with pytest.raises(ArchiveError, match=name):
        stored_bag(Path("a"), logged(replace(ARRIVAL, data=data)))


@pytest.mark.parametrize("about", [{"bag": None, "version": None}, {"bag": "07STRELSAU2"}, {"version": 2}])
def test_an_ingestion_at_the_place_of_another_bag_is_an_error_of_ours(about: dict[str, Any]) -> None:
    with pytest.raises(ArchiveError, match="the location is that of 07STRELSAU1/v1"):
        stored_bag(Path("a"), logged(replace(ARRIVAL, **about)))
