"""Stages: private, locked while their process lives, swept when it is dead."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.bag.making import BAG, dead_stage

from preserve.bag.writing import stage as room
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.publication import publish
from preserve.bag.writing.stage import MARK, PREFIX, Stage, sweep_stages
from preserve.errors import ArchiveError

HOLD = """
import sys
from pathlib import Path
from preserve.bag.writing.stage import Stage
with Stage(Path(sys.argv[1])) as stage:
    (stage.path / "half").write_text("written")
    print(stage.place, flush=True)
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
        assert stage.place.parent == tmp_path
        assert stage.place.name.startswith(PREFIX)
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
            assert mine.place.is_dir()
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
    dead = dead_stage(tmp_path / f"{PREFIX}dead0000")
    (dead / "link").symlink_to("../away")
    (dead / "half" / "link").symlink_to("../../away")
    (tmp_path / f"{PREFIX}production").mkdir()
    (tmp_path / f"{PREFIX}download").mkdir()
    (tmp_path / f"{PREFIX}download" / "thesis.txt").write_bytes(b"x")
    assert sweep_stages(tmp_path) == 1
    assert (tmp_path / "away" / "bag").read_bytes() == b"x"
    assert (tmp_path / f"{PREFIX}download" / "thesis.txt").read_bytes() == b"x"
    kept = [f"{PREFIX}{name}" for name in ("download", "file0000", "link0000", "production")] + ["away", "bag"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept


@pytest.mark.parametrize("call", [lambda path: Stage(path).__enter__(), sweep_stages])
def test_a_place_that_is_not_there_is_an_error(call: object, tmp_path: Path) -> None:
    assert callable(call)
    with pytest.raises(ArchiveError) as caught:
        call(tmp_path / "nowhere")
    assert caught.value.hint


# --- what is no stage of this user, though it has the name of one ---


@pytest.mark.parametrize("mark", ["link", "folder"])
def test_a_mark_that_is_no_file_marks_nothing(mark: str, tmp_path: Path) -> None:
    place = dead_stage(tmp_path / f"{PREFIX}download")
    (place / MARK).unlink()
    if mark == "link":
        (place / MARK).symlink_to("half/made")
    else:
        (place / MARK).mkdir()
    assert sweep_stages(tmp_path) == 0
    assert (place / "half" / "made").exists()


def test_a_folder_that_others_may_write_into_is_left_alone(tmp_path: Path) -> None:
    place = dead_stage(tmp_path / f"{PREFIX}download")
    place.chmod(0o770)
    assert sweep_stages(tmp_path) == 0
    assert (place / "half" / "made").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("whose", ["folder", "mark"])
def test_a_stage_or_a_mark_of_somebody_else_is_left_alone(whose: str, tmp_path: Path) -> None:
    place = dead_stage(tmp_path / f"{PREFIX}download")
    os.chown(place if whose == "folder" else place / MARK, 65534, 65534)
    assert sweep_stages(tmp_path) == 0
    assert (place / "half" / "made").exists()


def test_what_died_between_its_making_and_its_mark_is_swept(tmp_path: Path) -> None:
    tempfile.mkdtemp(prefix=PREFIX, dir=tmp_path)
    assert sweep_stages(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of a user without root's rights, whom the test plays."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        if os.geteuid() == 0:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if os.geteuid() == 65534 and os.getuid() == 0:
                os.seteuid(0)


@pytest.mark.parametrize("inner", [False, True])
def test_a_dead_stage_that_cannot_be_entered_stops_no_run(inner: bool, nobody: Path) -> None:
    place = dead_stage(nobody / f"{PREFIX}dead0000")
    locked = place / "half" if inner else place
    locked.chmod(0)
    assert sweep_stages(nobody) == 0
    with Stage(nobody) as stage:
        (stage.path / "a").write_bytes(b"x")
    locked.chmod(0o700)
    assert sweep_stages(nobody) == 1
    assert list(nobody.iterdir()) == []


# --- a stage that somebody moves away, to put another folder in its place ---


def take_away(stage: Stage) -> Path:
    """Do what whoever may write into the folder around a stage can do."""
    gone = stage.place.with_name(".gone")
    stage.place.rename(gone)
    stage.place.mkdir()
    (stage.place / "planted").write_bytes(b"x")
    return gone


def test_a_stage_that_was_replaced_is_refused_and_the_other_folder_is_left_alone(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        (stage.path / "mine").mkdir()
        take_away(stage)
        with pytest.raises(ArchiveError, match="was moved or replaced while it was in use"):
            _ = stage.path
    assert [path.name for path in tmp_path.iterdir()] == [stage.place.name]
    assert (stage.place / "planted").read_bytes() == b"x"


def test_a_stage_that_is_gone_is_refused(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        stage.place.rename(tmp_path / "elsewhere")
        with pytest.raises(ArchiveError, match="was moved or replaced"):
            _ = stage.path


def test_what_was_staged_before_is_what_appears(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        staged = stage_bag(BAG, stage.path)
        take_away(stage)
        (stage.place / BAG.name).mkdir()
        (stage.place / BAG.name / "bagit.txt").write_bytes(b"of somebody else")
        publish([(staged, tmp_path / "bag")])
    assert (tmp_path / "bag" / "data" / "tei" / "05STRELSAU1.xml").read_bytes() == b"<TEI/>\n"


def test_a_worker_opens_the_stage_itself_and_refuses_another(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        (stage.path / "mine").write_bytes(b"x")
        worker: Stage = pickle.loads(pickle.dumps(stage))
        assert (worker.path / "mine").read_bytes() == b"x"
        assert worker.path != stage.path
        other: Stage = pickle.loads(pickle.dumps(stage))
        assert other is worker  # one descriptor for all tasks
        room._visit_stage.cache_clear()
        late: Stage = pickle.loads(pickle.dumps(stage))
        take_away(stage)
        for each in (worker, late):
            with pytest.raises(ArchiveError, match="was moved or replaced"):
                _ = each.path


@pytest.mark.parametrize("planted", ["full", "open to others", "link"])
def test_a_folder_that_takes_the_place_of_a_new_stage_is_refused(
    planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp

    def swap(*arguments: object, **named: object) -> str:
        place = Path(make(*arguments, **named))  # type: ignore[call-overload]
        place.rename(tmp_path / "gone")
        if planted == "link":
            place.symlink_to("gone")
        else:
            place.mkdir(0o700)
            if planted == "full":
                (place / "letters").write_bytes(b"of this user, and renamed")
            else:
                place.chmod(0o777)
        return str(place)

    monkeypatch.setattr(tempfile, "mkdtemp", swap)
    with pytest.raises(ArchiveError, match="no stage could be made"), Stage(tmp_path):
        pass
    assert len(list(tmp_path.iterdir())) == 2


def test_where_no_path_leads_through_a_descriptor_the_folder_is_checked_at_each_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_anchor", lambda held, identity: None)
    with Stage(tmp_path) as stage:
        assert stage.path == stage.place
        (stage.path / "a").mkdir()
    assert list(tmp_path.iterdir()) == []
    with Stage(tmp_path) as stage:
        gone = take_away(stage)
        with pytest.raises(ArchiveError, match="was moved or replaced"):
            _ = stage.path
    assert (stage.place / "planted").exists()
    assert list(gone.iterdir()) == []  # emptied by its descriptor; nothing says what it is called now


@pytest.mark.parametrize("moment", [1, 2])
def test_a_stage_that_another_run_sweeps_before_it_is_locked_is_made_again(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run sees an empty folder that nobody has locked."""
    seam = "_open_own" if moment == 1 else "_lock"
    whole: Callable[..., object] = getattr(room, seam)
    swept = list[int]()

    def late(held: object) -> object:
        if not swept:
            swept.append(0)
            swept[0] = sweep_stages(tmp_path)
        return whole(held)

    monkeypatch.setattr(room, seam, late)
    with Stage(tmp_path) as stage:
        assert stage.path.is_dir()
    assert swept == [1]
    assert list(tmp_path.iterdir()) == []
