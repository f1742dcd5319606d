"""The benchmark of the event log in small: it measures what it says, and the archive that it makes is sound."""

from __future__ import annotations

from pathlib import Path

from benchmarks.log import measure


def test_it_measures_each_step(tmp_path: Path) -> None:
    figures = measure(tmp_path / "archive", 50)
    assert list(figures) == ["bytes", "walk", "audit", "write", "fold"]
    assert all(seconds >= 0 and peak > 0 for seconds, peak in figures.values())
    assert sum(len(path.read_bytes().splitlines()) for path in tmp_path.rglob("*.jsonl")) == 50
