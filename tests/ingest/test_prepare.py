"""What a worker does when the disk does not give back what was written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.bag.model import Form, NewBag, WrittenBag
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.stage import Stage
from preserve.clock import Clock
from preserve.errors import ExitCode
from preserve.ingest import prepare as room
from preserve.ingest.outcome import Fate
from preserve.ingest.prepare import IngestPlan, prepare
from preserve.package import Packager
from preserve.provenance.software import this_software
from preserve.readers.reader import SourceRef
from preserve.settings import Settings

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"


def test_a_bag_that_reads_back_altered_is_not_handed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def failing_disk(bag: NewBag, place: Path, *, algorithms: tuple[str, ...], form: Form, index: bool) -> WrittenBag:
        staged = stage_bag(bag, place, algorithms=algorithms, form=form, index=index)
        with (staged.path / "data/tei/07STRELSAU112.xml").open("r+b") as file:
            file.write(b"!")
        return staged

    monkeypatch.setattr(room, "stage_bag", failing_disk)
    clock = Clock(datetime(2026, 1, 31, tzinfo=UTC))
    packager = Packager(settings=Settings(), software=this_software(), clock=clock)
    with Stage(tmp_path) as stage:
        prepared = prepare(IngestPlan(packager=packager, stage=stage), SourceRef(str(PAGE), PAGE))
    assert prepared.staged is None
    assert (prepared.outcomes[0].fate, prepared.outcomes[0].exit_code) == (Fate.FAILED, ExitCode.ARCHIVE)
    # The fault, and not the first thing that there was to note about the bag.
    assert "reads back invalid (its sha512 is " in (prepared.outcomes[0].error or "")
