"""Bags of any content under fault: a full disk, ``kill -9``, Ctrl-C. Nothing is visible but whole bags."""

from __future__ import annotations

import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.command import preserve
from tests.fault.moments import run_until
from tests.selection import part

from preserve.bag.copying.convert import Conversion, convert_bag
from preserve.bag.copying.extract import extract_bag
from preserve.bag.copying.make import Recipe, make_bag
from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import PREFIX
from preserve.errors import ArchiveError, ExitCode

KILLS = part(8)


def _run(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if not _run("mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)):
        pytest.skip("no right to mount a tmpfs")
    yield place
    _run("umount", "-l", str(place))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Files of fewer octets than the disk has room for, which need more: each takes a page, or a header."""
    root = tmp_path / "source"
    root.mkdir()
    for number in range(1200):
        (root / f"{number}.txt").write_bytes(b"x" * 50)
    return root


@pytest.mark.parametrize("form", [Form.DIRECTORY, Form.TAR])
def test_a_full_disk_is_said_and_left_as_it_was(form: Form, source: Path, disk: Path, tmp_path: Path) -> None:
    recipe = Recipe("bag", form=form)
    with pytest.raises(ArchiveError, match=r"full|No space"):
        make_bag([source], disk / "bags", recipe)
    assert list(disk.iterdir()) == []
    made = make_bag([source], tmp_path / "bags", recipe)
    assert made.bag is not None
    with pytest.raises(ArchiveError, match=r"full|No space"):
        convert_bag(made.bag.path, disk / "bags", Conversion("preserve", Form.TAR, ("md5", "sha256")))
    with pytest.raises(ArchiveError, match=r"full|No space"):
        extract_bag(made.bag.path, disk / "out")
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("form", ["directory", "tar"])
def test_a_kill_leaves_a_stage_and_the_next_run_removes_it(form: str, source: Path, tmp_path: Path) -> None:
    chance = random.Random(form)
    for number in range(KILLS):
        make = ("bag", "make", "source", "--to", ".", "--name", f"bag{number}", "--form", form)
        done = run_until(chance.randrange(10, 1200), signal.SIGKILL, *make, cwd=tmp_path)
        assert done.returncode == -signal.SIGKILL
        assert any(tmp_path.glob(f"{PREFIX}*"))
        assert [path for path in tmp_path.iterdir() if not path.name.startswith(PREFIX)] == [source]
    assert preserve("bag", "make", "source", "--to", ".", "--name", "last", cwd=tmp_path).returncode == 0
    assert verify(tmp_path / "last").valid
    assert list(tmp_path.glob(f"{PREFIX}*")) == []
    assert len(list(source.iterdir())) == 1200


@pytest.mark.parametrize("signaled", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda each: each.name)
@pytest.mark.parametrize("form", ["directory", "tar"])
def test_who_is_told_to_end_leaves_nothing(signaled: signal.Signals, form: str, source: Path, tmp_path: Path) -> None:
    done = run_until(500, signaled, "bag", "make", "source", "--to", "bags", "--form", form, cwd=tmp_path)
    assert done.returncode == ExitCode.INTERRUPTED
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
