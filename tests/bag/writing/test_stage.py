"""Stages: private, locked while their process lives, swept when it is dead."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from preserve.bag.writing.stage import PREFIX, Stage, sweep_stages
from preserve.errors import ArchiveError

HOLD = """
import sys
from pathlib import Path
from preserve.bag.writing.stage import Stage
with Stage(Path(sys.argv[1])) as stage:
    (stage.path / "half").write_text("written")
    print(stage.path, flush=True)
    sys.stdin.read()
"""


def held_by_another(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_stage_is_private_and_gone_at_the_end(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        assert stage.path.parent == tmp_path
        assert stage.path.name.startswith(PREFIX)
        assert stat.S_IMODE(stage.path.stat().st_mode) == 0o700
        (stage.path / "a").mkdir()
        (stage.path / "a" / "b").write_bytes(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_stage_is_gone_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Stage(tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    living, kept = held_by_another(tmp_path)
    killed, left = held_by_another(tmp_path)
    try:
        killed.kill()
        killed.communicate()
        with Stage(tmp_path) as mine:
            assert sweep_stages(tmp_path) == 1
            assert mine.path.is_dir()
        assert not left.exists()
        assert (kept / "half").read_text() == "written"
    finally:
        living.communicate()
    assert not kept.exists()
    assert sweep_stages(tmp_path) == 0


def test_sweeping_touches_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "bag").write_bytes(b"x")
    (tmp_path / f"{PREFIX}link0000").symlink_to("away")
    (tmp_path / f"{PREFIX}file0000").write_bytes(b"x")
    (tmp_path / "bag").mkdir()
    (tmp_path / f"{PREFIX}dead0000").mkdir()
    (tmp_path / f"{PREFIX}dead0000" / "link").symlink_to("../away")
    (tmp_path / f"{PREFIX}production").mkdir()
    assert sweep_stages(tmp_path) == 1
    assert (tmp_path / "away" / "bag").read_bytes() == b"x"
    kept = [f"{PREFIX}file0000", f"{PREFIX}link0000", f"{PREFIX}production", "away", "bag"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept


@pytest.mark.parametrize("call", [lambda path: Stage(path).__enter__(), sweep_stages])
def test_a_place_that_is_not_there_is_an_error(call: object, tmp_path: Path) -> None:
    assert callable(call)
    with pytest.raises(ArchiveError) as caught:
        call(tmp_path / "nowhere")
    assert caught.value.hint
