"""What is set aside for a group is data: it says what was there, and whatever else it says is refused."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.archive.cable_entry import CableEntry
from preserve.bag.writing.stage import Stage
from preserve.clock import Clock
from preserve.errors import ArchiveError
from preserve.findings import Finding
from preserve.ingest.one_cable import RenderedCable, normalize_source, render_cable
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.ingest.waiting import read_waiting_cable, write_waiting_cable
from preserve.package import CableSummary, Packager, Packaging, bag_name
from preserve.provenance.software import this_software
from preserve.readers.reader import SourceRef
from preserve.readers.sources.walk import load_source
from preserve.settings import Settings

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"
PACKAGER = Packager(settings=Settings(), software=this_software(), clock=Clock(datetime(2026, 1, 31, tzinfo=UTC)))


def rendered(packaging: Packaging, *, access_copy: bool = False) -> RenderedCable:
    normalized = normalize_source(load_source(SourceRef(str(PAGE), PAGE)), PACKAGER.settings)
    return render_cable(normalized, packaging, access_copy=access_copy)


def outcome_of(made: RenderedCable) -> ItemOutcome:
    cable = made.parts.cable
    return ItemOutcome(
        source="pages/a name that is no text \udcff\n.txt",
        fate=Fate.STORED,
        identifier=cable.identifier,
        bag=bag_name(cable),
        source_sha256=cable.provenance.source.sha256,
        findings=(*made.findings, Finding.of("empty-folder", "/a", "a note")),
    )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A cable that waits."""
    with Stage(tmp_path) as stage:
        made = rendered(PACKAGER.start())
        yield write_waiting_cable(stage.path, outcome_of(made), made.parts, PACKAGER.start().at)


@pytest.mark.parametrize("access_copy", [False, True])
def test_a_cable_is_taken_up_as_it_was_set_aside(access_copy: bool, tmp_path: Path) -> None:
    packaging = PACKAGER.start()
    made = rendered(packaging, access_copy=access_copy)
    place = write_waiting_cable(tmp_path, outcome_of(made), made.parts, packaging.at)
    # The clock goes on while cables wait; what was made before it keeps its time.
    later = replace(PACKAGER, clock=Clock(datetime(2027, 1, 1, tzinfo=UTC)))
    waiting, files = read_waiting_cable(place, later)
    assert waiting.outcome == outcome_of(made)
    assert waiting.entry == CableEntry.of(made.parts.cable)
    assert waiting.summary == CableSummary.of(made.parts.cable, made.parts.contents())
    assert waiting.member == made.member
    given = made.parts.files()
    assert [(each.path, each.size, each.data) for each in files] == [
        (each.path, each.size, each.data) for each in given
    ]
    assert [each.digests for each in files] == [each.digests for each in given]


class Boom:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("marker"),)


def with_head(change: Callable[[dict[str, object]], object]) -> Callable[[bytes], bytes]:
    def altered(data: bytes) -> bytes:
        end = 8 + int.from_bytes(data[:8])
        head = json.loads(data[8:end])
        head = change(head) or head
        made = json.dumps(head).encode()
        return len(made).to_bytes(8) + made + data[end:]

    return altered


def files(head: dict[str, object]) -> list[list[object]]:
    listed = head["files"]
    assert isinstance(listed, list)
    return listed


def pickled(data: bytes) -> bytes:
    evil = pickle.dumps(Boom())
    return len(evil).to_bytes(8) + evil


ALTERED: dict[str, Callable[[bytes], bytes]] = {
    "a pickle": pickled,
    "nothing": lambda data: b"",
    "a head without end": lambda data: b"\xff" * 8 + data[8:],
    "cut short": lambda data: data[:-1],
    "longer": lambda data: data + b"x",
    "no object": with_head(lambda head: [head]),
    "deep": lambda data: (1 << 20).to_bytes(8) + b"[" * (1 << 20),
    "no source": with_head(lambda head: head.pop("source") and None),
    "a time without a zone": with_head(lambda head: head.update(at="2026-01-31")),
    "no time": with_head(lambda head: head.update(at="yesterday")),
    "an unknown finding": with_head(lambda head: head.update(findings=[["no-such", "", "", "note"]])),
    "an unknown severity": with_head(lambda head: head.update(findings=[["empty-folder", "", "", "grave"]])),
    "a file of no role": with_head(lambda head: files(head)[0].__setitem__(0, "../../etc/passwd")),
    "a negative size": with_head(lambda head: files(head)[0].__setitem__(1, -1)),
    "another size": with_head(lambda head: files(head)[0].__setitem__(1, 10**18)),
    "a size that is no number": with_head(lambda head: files(head)[0].__setitem__(1, "1")),
    "an unknown algorithm": with_head(lambda head: files(head)[0].__setitem__(2, {"crc32": "0" * 32})),
    "a digest with a line break": with_head(lambda head: files(head)[0].__setitem__(2, {"sha256": "0" * 63 + "\n"})),
    "a missing file": with_head(lambda head: files(head).pop() and None),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_not_written_so_is_refused(
    what: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place.write_bytes(ALTERED[what](place.read_bytes()))
    with pytest.raises(ArchiveError, match="is not what was written"):
        read_waiting_cable(place, PACKAGER)
    assert not (tmp_path / "marker").exists()


def test_a_link_in_its_place_is_not_read(place: Path, tmp_path: Path) -> None:
    place.rename(tmp_path / "aside")
    place.symlink_to(tmp_path / "aside")
    with pytest.raises(OSError, match="symbolic links"):
        read_waiting_cable(place, PACKAGER)
    place.unlink()
    (tmp_path / "aside").rename(place)


def test_nothing_of_ours_unpickles() -> None:
    sources = Path(__file__).resolve().parents[2] / "src"
    words = ("import pickle", "import marshal", "import shelve", "import dill")
    assert [path for path in sources.rglob("*.py") if any(word in path.read_text("utf-8") for word in words)] == []
