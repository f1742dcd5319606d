"""Writing: the bytes, the places, and what happens when something is in the way."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from backports import zstd

from preserve.bag.model import BagPath, Depth, Form, NewBag, PayloadFile, WrittenBag
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.publication import publish, stage_bag, write_bag
from preserve.bag.writing.stage import Stage
from preserve.digests import sha256
from preserve.errors import ArchiveError, UsageError
from preserve.octets import durable

FILES = (
    PayloadFile(BagPath("tei/05STRELSAU1.xml"), b"<TEI/>\n"),
    PayloadFile(BagPath("source/05STRELSAU1.txt"), b"UNCLAS STRELSAU 000001\n"),
)
INFO = (
    ("Odd-Label", "kept last"),
    ("Access", "restricted"),
    ("Bagging-Date", "2005-12-01"),
    ("External-Identifier", "05STRELSAU1"),
    ("External-Identifier", "urn:uuid:0"),
)
BAG = NewBag("05STRELSAU1", FILES, INFO)


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_the_octets_of_a_small_bag(tmp_path: Path) -> None:
    written = write_bag(BAG, tmp_path, algorithms=("md5",))
    content = tree(written.path)
    assert content["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert content["bag-info.txt"].decode() == (
        "External-Identifier: 05STRELSAU1\n"
        "External-Identifier: urn:uuid:0\n"
        "Bagging-Date: 2005-12-01\n"
        "Payload-Oxum: 30.2\n"
        "Bag-Size: 30 B\n"
        "Access: restricted\n"
        "Odd-Label: kept last\n"
    )
    assert content["manifest-md5.txt"].decode() == "".join(
        f"{hashlib.md5(file.data).hexdigest()}  data/{file.path}\n" for file in (FILES[1], FILES[0])
    )
    listed = [line.split("  ")[1] for line in content["tagmanifest-md5.txt"].decode().splitlines()]
    assert listed == ["bag-info.txt", "bagit.txt", "manifest-md5.txt"]


def test_what_is_told_about_a_written_bag(tmp_path: Path) -> None:
    folder = write_bag(BAG, tmp_path, algorithms=("SHA-256", "sha512"))
    seal = sha256((folder.path / "tagmanifest-sha512.txt").read_bytes())
    size = sum(len(data) for data in tree(folder.path).values())
    assert folder == WrittenBag("05STRELSAU1", tmp_path / "05STRELSAU1", Form.DIRECTORY, seal, 2, 30, size)
    tar = write_bag(BAG, tmp_path, algorithms=("sha512", "sha256"), form=Form.TAR)
    assert tar == WrittenBag(
        "05STRELSAU1", tmp_path / "05STRELSAU1.tar", Form.TAR, seal, 2, 30, tar.path.stat().st_size
    )


@pytest.mark.parametrize("form", Form)
def test_the_same_input_gives_the_same_bytes(form: Form, tmp_path: Path) -> None:
    other = NewBag(BAG.name, BAG.files[::-1], BAG.info)
    for name, bag in (("one", BAG), ("two", other)):
        (tmp_path / name).mkdir()
        write_bag(bag, tmp_path / name, form=form)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_tar_holds_the_files_of_the_folder(tmp_path: Path) -> None:
    folder, tar = write_bag(BAG, tmp_path), write_bag(BAG, tmp_path, form=Form.TAR)
    with tarfile.open(tar.path) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "unpacked", filter="data")
    assert names[0] == BAG.name
    assert names == sorted(names)
    assert tree(tmp_path / "unpacked" / BAG.name) == tree(folder.path)


def test_gnu_tar_unpacks_it(tmp_path: Path) -> None:
    tar = write_bag(NewBag("bag", (PayloadFile(BagPath("d/" + "\u00fc" * 120), b"x"),)), tmp_path, form=Form.TAR)
    done = subprocess.run(["tar", "-xf", tar.path, "-C", tmp_path], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert verify(tmp_path / "bag").valid


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        written = [write_bag(BAG, tmp_path, form=form) for form in Form]
    finally:
        os.umask(before)
    for path in [written[0].path, *written[0].path.rglob("*"), written[1].path]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path


def test_an_empty_payload_is_a_valid_bag(tmp_path: Path) -> None:
    for form in Form:
        written = write_bag(NewBag("empty", ()), tmp_path, form=form)
        assert verify(written.path).findings == ()


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("there", ["file", "folder", "empty-folder", "dead-link", "bag"])
def test_what_is_there_is_never_replaced(form: Form, there: str, tmp_path: Path) -> None:
    target = tmp_path / (BAG.name + form.suffix)
    if there == "file":
        target.write_bytes(b"mine")
    elif there == "dead-link":
        target.symlink_to("nowhere")
    elif there == "bag":
        write_bag(BAG, tmp_path, form=form)
    else:
        target.mkdir()
        if there == "folder":
            (target / "mine").write_bytes(b"mine")
    before = [(path, path.lstat().st_ino, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))]
    with pytest.raises(ArchiveError, match="already there"):
        write_bag(BAG, tmp_path, form=form)
    assert [(path, path.lstat().st_ino, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))] == before


@pytest.mark.parametrize("call", ["renameat2", "checked"])
@pytest.mark.parametrize("form", Form)
def test_a_name_that_is_taken_at_the_last_moment_is_not_replaced(
    form: Form, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process takes the name between our look and our rename."""
    if call == "checked":
        monkeypatch.setattr(durable, "_library_call", lambda name: None)
    monkeypatch.setattr("preserve.bag.writing.publication.check_free", lambda targets: None)
    target = tmp_path / (BAG.name + form.suffix)
    target.write_bytes(b"mine")
    with pytest.raises(ArchiveError, match="already there"):
        write_bag(BAG, tmp_path, form=form)
    assert target.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("form", Form)
def test_a_system_without_syncfs_and_renameat2_will_do(
    form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_library_call", lambda name: None)
    written = write_bag(BAG, tmp_path, form=form)
    assert verify(written.path, seal=written.seal).valid


def test_a_batch_is_synced_before_any_of_it_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def noted(name: str) -> Callable[..., None]:
        real: Callable[..., None] = getattr(durable, name)

        def call(*arguments: object) -> None:
            done.append(name)
            real(*arguments)

        return call

    for name in ("sync_trees", "rename_new", "sync_folders"):
        monkeypatch.setattr(f"preserve.bag.writing.publication.{name}", noted(name))
    with Stage(tmp_path) as stage:
        bags = [stage_bag(NewBag(f"bag{number}", FILES), stage.path) for number in range(3)]
        published = publish([(bag, tmp_path / "deep" / "er" / bag.name) for bag in bags])
    assert done == ["sync_trees", *["rename_new"] * 3, "sync_folders"]
    assert [bag.path for bag in published] == [tmp_path / "deep" / "er" / f"bag{number}" for number in range(3)]
    assert all(verify(bag.path, seal=bag.seal).valid for bag in published)
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_one_taken_name_keeps_the_whole_batch_back(tmp_path: Path) -> None:
    (tmp_path / "bag1").mkdir()
    with Stage(tmp_path) as stage:
        bags = [stage_bag(NewBag(f"bag{number}", FILES), stage.path) for number in range(3)]
        with pytest.raises(ArchiveError, match="bag1"):
            publish([(bag, tmp_path / bag.name) for bag in bags])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bag1"]


def test_two_bags_for_one_place_are_refused(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        bags = [stage_bag(NewBag(f"bag{number}", FILES), stage.path) for number in range(2)]
        with pytest.raises(ArchiveError, match="already there"):
            publish([(bag, tmp_path / "bag") for bag in bags])
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_publish_is_nothing() -> None:
    assert publish([]) == ()


@pytest.mark.parametrize(("check", "hidden"), [(Depth.COMPLETE, b"longer than before"), (Depth.FULL, b"<XML/>\n")])
def test_a_stage_that_was_damaged_is_not_published(check: Depth, hidden: bytes, tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        staged = stage_bag(BAG, stage.path)
        (staged.path / "data/tei/05STRELSAU1.xml").write_bytes(hidden)
        with pytest.raises(ArchiveError, match="is not what was written"):
            publish([(staged, tmp_path / BAG.name)], check=check)
    assert list(tmp_path.iterdir()) == []


def test_a_stage_whose_tag_files_were_changed_is_not_published(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        staged = stage_bag(BAG, stage.path)
        path = staged.path / "tagmanifest-sha512.txt"
        path.write_bytes(path.read_bytes().upper())
        with pytest.raises(ArchiveError):
            publish([(staged, tmp_path / BAG.name)])


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("form", Form)
def test_a_full_disk_gives_an_error_and_leaves_nothing(form: Form, tmp_path: Path) -> None:
    big = NewBag("big", (*FILES, PayloadFile(BagPath("source/big.bin"), os.urandom(400_000))))
    with small_disk(tmp_path / "disk", "256k") as disk:
        with pytest.raises(ArchiveError, match="the disk is full") as caught:
            write_bag(big, disk, form=form)
        assert "big" in caught.value.message
        assert caught.value.hint
        assert list(disk.iterdir()) == []
        assert verify(write_bag(BAG, disk, form=form).path).valid


def test_a_disk_that_is_full_of_bags_keeps_those(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "512k") as disk:
        done = list(bags_until_it_is_full(disk))
        assert 3 < len(done) < 100
        assert sorted(path.name for path in disk.iterdir()) == sorted(bag.name for bag in done)
        assert all(verify(bag.path, seal=bag.seal).valid for bag in done)


def bags_until_it_is_full(disk: Path) -> Iterator[WrittenBag]:
    for number in range(100):
        bag = NewBag(f"bag{number}", (PayloadFile(BagPath("a"), os.urandom(20_000)),))
        try:
            yield write_bag(bag, disk)
        except ArchiveError:
            return


def test_a_place_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="No such file or directory"):
        write_bag(BAG, tmp_path / "nowhere")


def test_a_name_that_no_disk_takes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="File name too long"):
        write_bag(NewBag("bag", (PayloadFile(BagPath("n" * 300), b""),)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_does_not_take_the_sync_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(roots: list[Path]) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("preserve.bag.writing.publication.sync_trees", fails)
    with pytest.raises(ArchiveError, match="reports an input/output error"):
        write_bag(BAG, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("algorithms", [(), ("crc32",), ("sha512", "SHA-512"), ("blake2b", "blake2b512")])
def test_odd_algorithms_are_refused(algorithms: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_bag(BAG, tmp_path, algorithms=algorithms)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("octets", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (20_549, "20.5 KB"), (999_949, "999.9 KB"), (999_950, "1.0 MB")],
)
def test_sizes_for_people(octets: int, said: str, tmp_path: Path) -> None:
    written = write_bag(NewBag("bag", (PayloadFile(BagPath("a"), bytes(octets)),)), tmp_path)
    assert dict(verify(written.path).info)["Bag-Size"] == said


def test_a_compressed_tar_is_that_tar_in_zstandard_and_the_same_each_time(tmp_path: Path) -> None:
    folders = [tmp_path / each for each in ("plain", "one", "two")]
    for folder in folders:
        folder.mkdir()
    files = tuple(PayloadFile(BagPath(f"{n}.txt"), b"RURITANIA " * n) for n in range(2000))
    plain = write_bag(NewBag("bag", files), folders[0], form=Form.TAR)
    one, two = (write_bag(NewBag("bag", files), folder, form=Form.TAR_ZST) for folder in folders[1:])
    assert one.path.name == "bag.tar.zst"
    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.size == one.path.stat().st_size < plain.size
    assert zstd.decompress(one.path.read_bytes()) == plain.path.read_bytes()
    assert one.seal == plain.seal
