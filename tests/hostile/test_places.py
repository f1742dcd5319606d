"""Places that others prepared: links on the way of what we write, and things that are no files where we read."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.archive.making import founded, put_one
from tests.bag.making import BAG, write_bag
from tests.cli.command import environment, preserve, program

from preserve.bag.model import Form
from preserve.bag.reading.member_index import index_path
from preserve.bag.writing.index import write_index
from preserve.deposit import deposit, depositor_for
from preserve.errors import ArchiveError, DepositError

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"
SECONDS = 60
"""Far more than any of these takes: a run that waits for a FIFO never ends."""


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """A folder of somebody else, into which the planted links lead."""
    folder = tmp_path / "away"
    folder.mkdir()
    return folder


def plant(place: Path, target: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        place.rmdir()
    place.symlink_to(target)


# --- links where we write ---


@pytest.mark.parametrize("link", ["bags", "bags/STRELSAU", "bags/STRELSAU/2007", "bags/STRELSAU/2007/07STRELSAU112"])
@pytest.mark.parametrize("group", [(), ("--group", "post-year", "--form", "tar")])
def test_no_bag_is_stored_through_a_link_in_the_archive(
    link: str, group: tuple[str, ...], tmp_path: Path, away: Path
) -> None:
    assert preserve("init", "--archive", "a", cwd=tmp_path).returncode == 0
    whole = preserve("ingest", PAGE, "--archive", "a", *group, "--json", cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    (there,) = (tmp_path / "a" / "bags").glob("*/*/*")
    places = ["bags", *(f"bags/{part}" for part in _above(there.relative_to(tmp_path / "a" / "bags")))]
    place = places[("bags", "bags/STRELSAU", "bags/STRELSAU/2007", "bags/STRELSAU/2007/07STRELSAU112").index(link)]

    assert preserve("init", "--archive", "b", cwd=tmp_path).returncode == 0
    plant(tmp_path / "b" / place, away)
    done = preserve("ingest", PAGE, "--archive", "b", *group, cwd=tmp_path)
    assert done.returncode == 4, done.stdout
    assert "there is a link where a file or folder must be" in done.stderr
    assert list(away.iterdir()) == []
    assert list((tmp_path / "b").glob(".stage-*")) == []


def _above(path: Path) -> list[Path]:
    return [*reversed(path.parents[:-1]), path]


@pytest.mark.parametrize("form", ["directory", "tar"])
@pytest.mark.parametrize("leads", ["folder", "file", "nowhere"])
def test_a_link_in_the_place_of_a_bag_is_left_alone(form: str, leads: str, tmp_path: Path, away: Path) -> None:
    suffix = Form(form).suffix
    (away / "file").write_bytes(b"kept")
    target = {"folder": away, "file": away / "file", "nowhere": away / "new"}[leads]
    plant(tmp_path / "out" / f"07STRELSAU112{suffix}", target)
    done = preserve("pack", PAGE, "--to", "out", "--form", form, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "is there already and is not made of this source" in done.stdout + done.stderr
    made = preserve("bag", "make", PAGE, "--to", "out", "--name", "07STRELSAU112", "--form", form, cwd=tmp_path)
    assert made.returncode == 4, made.stderr
    assert [path.name for path in away.iterdir()] == ["file"]
    assert (away / "file").read_bytes() == b"kept"


def test_a_link_to_the_target_that_the_user_names_is_followed(tmp_path: Path, away: Path) -> None:
    (tmp_path / "out").symlink_to(away)
    assert preserve("pack", PAGE, "--to", "out", cwd=tmp_path).returncode == 0
    assert [path.name for path in away.iterdir()] == ["07STRELSAU112"]


@pytest.mark.parametrize("leads", ["file", "nowhere"])
def test_a_link_in_the_place_of_an_index_is_left_alone(leads: str, tmp_path: Path, away: Path) -> None:
    tar = write_bag(BAG, tmp_path, form=Form.TAR).path
    (away / "file").write_bytes(b"kept")
    plant(index_path(tar), away / ("file" if leads == "file" else "new"))
    with pytest.raises(ArchiveError, match="already there"):
        write_index(tar, tmp_path)
    assert [(path.name, path.read_bytes()) for path in away.iterdir()] == [("file", b"kept")]


def test_an_index_is_not_written_beside_a_tar_below_a_link(tmp_path: Path, away: Path) -> None:
    write_bag(BAG, away, form=Form.TAR)
    before = list(away.iterdir())
    plant(tmp_path / "root" / "bags", away)
    with pytest.raises(ArchiveError, match="there is a link"):
        write_index(tmp_path / "root" / "bags" / "05STRELSAU1.tar", tmp_path / "root")
    assert list(away.iterdir()) == before


@pytest.mark.parametrize("leads", ["folder", "nowhere"])
def test_a_link_in_the_place_of_extracted_files_is_left_alone(leads: str, tmp_path: Path, away: Path) -> None:
    bag = write_bag(BAG, tmp_path).path
    plant(tmp_path / "out", away if leads == "folder" else away / "new")
    assert preserve("bag", "extract", bag, "--to", "out", cwd=tmp_path).returncode == 4
    assert list(away.iterdir()) == []


@pytest.mark.parametrize("what", ["bag", "receipt", "half-written receipt"])
@pytest.mark.parametrize("leads", ["file", "nowhere"])
def test_a_link_in_the_target_of_a_deposit_is_left_alone(what: str, leads: str, tmp_path: Path, away: Path) -> None:
    (away / "file").write_bytes(b"kept")
    name = "07STRELSAU1" + {"bag": "", "receipt": ".receipt.json", "half-written receipt": ".receipt.json.new"}[what]
    hidden = "." if what.startswith("half") else ""
    plant(tmp_path / "d" / f"{hidden}{name}", away / ("file" if leads == "file" else "x"))
    with founded(tmp_path / "a") as archive:
        receipt = deposit(archive, put_one(archive, "07STRELSAU1"), depositor_for(str(tmp_path / "d")))
    assert receipt.state.value == ("verified" if what.startswith("half") else "rejected")
    assert [(path.name, path.read_bytes()) for path in away.iterdir()] == [("file", b"kept")]


# --- what is no file where we read or write ---


def fifo(place: Path) -> None:
    os.mkfifo(place)


def listening(place: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(place))


def device(place: Path) -> None:
    try:
        os.mknod(place, 0o600 | 0o020000, os.makedev(1, 5))  # the one that gives zeros without end
    except PermissionError:
        pytest.skip("only root can make a device")


SPECIAL = [fifo, listening, device]


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*program(), *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize("make", SPECIAL)
def test_no_verb_waits_for_what_is_no_file(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "odd")
    (tmp_path / "pages").mkdir()
    make(tmp_path / "pages" / "odd.txt")
    for arguments in (
        ("pack", "odd", "--to", "out"),
        ("pack", "pages", "--to", "out"),
        ("pack", PAGE, "--to", "odd"),
        ("bag", "make", "odd", "--to", "out", "--name", "b"),
        ("bag", "make", "pages", "--to", "out", "--name", "b"),
        ("bag", "make", PAGE, "--to", "odd", "--name", "b"),
        ("bag", "extract", "odd", "--to", "out2"),
        ("bag", "convert", "odd", "--to", "out"),
        ("bag", "index", "odd"),
    ):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode in {1, 2, 3, 4}, (arguments, done.stdout, done.stderr)
        assert "internal error" not in done.stderr, arguments
        assert not any(path.is_file() for path in (tmp_path / "out").rglob("*")), arguments


@pytest.mark.parametrize("make", SPECIAL)
@pytest.mark.parametrize("name", ["07STRELSAU1", "07STRELSAU1.receipt.json"])
def test_a_deposit_does_not_wait_for_what_is_no_file(
    make: Callable[[Path], None], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "d").mkdir()
    monkeypatch.chdir(tmp_path / "d")  # the path of a socket has a hundred bytes at most
    make(Path(name))
    with founded(tmp_path / "a") as archive:
        receipt = deposit(archive, put_one(archive, "07STRELSAU1"), depositor_for(str(tmp_path / "d")))
    assert receipt.state.value == "rejected"


@pytest.mark.parametrize("make", SPECIAL)
def test_a_stored_bag_with_what_is_no_file_is_not_deposited(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "d").mkdir()
    with founded(tmp_path / "a") as archive:
        stored = put_one(archive, "07STRELSAU1")
        monkeypatch.chdir(stored.path)
        Path("bagit.txt").unlink()
        make(Path("bagit.txt"))
        with pytest.raises(DepositError, match="is not a regular file"):
            deposit(archive, stored, depositor_for(str(tmp_path / "d")))
    assert list((tmp_path / "d").iterdir()) == []
