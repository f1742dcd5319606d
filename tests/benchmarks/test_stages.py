from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.corpus import SAMPLE
from benchmarks.stages import STAGES, main, timing, timings

from preserve.errors import NotACableError
from preserve.readers.reader import SourceRef, registered_readers


def test_every_stage_of_a_cable_is_measured() -> None:
    found = timing(SourceRef(SAMPLE.name, SAMPLE), registered_readers(), 2)
    assert tuple(found.milliseconds) == STAGES
    assert all(value > 0 for value in found.milliseconds.values())
    stages = [value for stage, value in found.milliseconds.items() if stage != "all"]
    assert found.milliseconds["all"] == pytest.approx(sum(stages))
    assert (found.format, found.size > 1000) == ("cablebrowser", True)


def test_what_is_no_cable_is_left_out(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("nothing of ours")
    refs = [SourceRef("other.txt", other), SourceRef(SAMPLE.name, SAMPLE)]
    with pytest.raises(NotACableError):
        timing(refs[0], registered_readers(), 1)
    assert [each.format for each in timings(refs, 1)] == ["cablebrowser"]


@pytest.mark.parametrize("samples", [True, False])
def test_the_tables_are_printed(
    samples: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    monkeypatch.setattr("sys.argv", ["stages", "--number", "4", "--repeat", "1"])
    monkeypatch.delenv("PRESERVE_SAMPLES", raising=False)
    if samples:
        monkeypatch.setenv("PRESERVE_SAMPLES", str(tmp_path))
    main()
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split() for line in lines if line.startswith("  cablebrowser")]
    assert [row[1] for row in rows] == (["1"] if samples else ["2", "2"])
