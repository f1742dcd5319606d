"""What the log says of a bag that came in, and the stored bag that is read back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.archive.making import SOFTWARE
from tests.archive.test_events import ARRIVAL, SEAL

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


@pytest.mark.parametrize(
    "change",
    [
        *({"cables": each} for each in (None, "x", "x" * 10**6, {}, {"0": CABLE}, [], [[]], [None], [5], ["x"], [{}])),
        *({"cables": [CABLE | {"identifier": each}]} for each in (None, 5, [], {}, "\ud800")),
        *({"cables": [CABLE | {"subject": each}]} for each in (None, 5, [], {"a": 1}, "\udfff")),
        *({"cables": [CABLE | {"source_sha256": each}]} for each in (None, 5, "", "x", [SEAL])),
        *({"profiles": each} for each in (None, "x", {}, {"a": 1}, 5, [None], [["x"]], ["\ud800"])),
        *({"location": each} for each in (None, 5, [], "", "bags", "../x", "bags/../../etc/x/v1", "/etc", "\ud800")),
        {"location": "x" * 10**6},
        {"location": "bags/STRELSAU/2007/07STRELSAU1/v1" + "/x" * 10**5},
        {"location": "bags/STRELSAU/2007/07STRELSAU2/v1"},
        {"location": "bags/STRELSAU/2007/07STRELSAU1/v2"},
        {"location": "bags/STRELSAU/2007/07STRELSAU1/v01"},
        *({"seal": each} for each in (None, 5, "", "x", SEAL.upper(), SEAL + "\n", [])),
        *({"index": each} for each in (None, 5, "", "../x")),
        *({name: each} for name in ("files", "bytes", "size") for each in (None, -1, 1.0, True, "1", 1 << 63, [])),
    ],
    ids=lambda change: str(change)[:60],
)
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
def test_an_ingestion_at_the_place_of_another_bag_is_an_error_of_ours(about: dict[str, None]) -> None:
    with pytest.raises(ArchiveError, match="the location is that of 07STRELSAU1/v1"):
        stored_bag(Path("a"), logged(replace(ARRIVAL, **about)))
