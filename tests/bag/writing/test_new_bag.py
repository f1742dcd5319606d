"""New bags: the bytes of each form, the same for the same input, and what is told about them."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest
from backports import zstd
from tests.bag.making import BAG, FILES, write_bag

from preserve.bag.model import BagPath, Form, NewBag, PayloadFile, WrittenBag
from preserve.bag.verifying.verification import verify
from preserve.digests import sha256
from preserve.errors import ArchiveError, UsageError


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


def test_a_name_that_no_disk_takes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="File name too long"):
        write_bag(NewBag("bag", (PayloadFile(BagPath("n" * 300), b""),)), tmp_path)
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
