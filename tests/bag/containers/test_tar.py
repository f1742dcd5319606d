"""Tars: our reader against the standard library's, and against what nobody should unpack."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bag.tars import TARS, build, good, last_member, member

from preserve.bag.containers.entry import EntryKind
from preserve.bag.containers.tar import TarContainer
from preserve.bag.verifying.verification import verify
from preserve.octets.tar_blocks import member_head, padding


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(("name", "expected", "make"), TARS, ids=[name for name, _codes, _make in TARS])
def test_a_tar_gives_exactly_its_codes(
    name: str, expected: set[str], make: Callable[[Path], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "bag.tar"
    path.write_bytes(make(tmp_path))
    report = verify(path)
    assert {finding.code for finding in report.findings} == expected, [*report.findings]
    assert not (tmp_path.parent / "evil.txt").exists()


def test_a_damaged_header_is_found_and_ends_the_look(tmp_path: Path) -> None:
    data = build(tmp_path / "t", good(tmp_path))
    at = data.index(b"bag/data/record/\0")
    (tmp_path / "bag.tar").write_bytes(flip(at + 1)(data))
    report = verify(tmp_path / "bag.tar")
    assert "tar-corrupt" in {finding.code for finding in report.findings}
    assert not report.valid


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("length", [10, 99, 100, 101, 155, 156, 240])
def test_any_format_lists_as_the_standard_library_lists_it(form: int, length: int, tmp_path: Path) -> None:
    long = "bag/" + "d" * 60 + "/" + "n" * length
    if form == tarfile.USTAR_FORMAT and length > 100:
        pytest.skip("ustar cannot hold this name")
    names = [long, "bag/data/\u00fcnicode\u2028.txt", "bag/data/b.txt"]
    members = [member(name, name.encode()) for name in names]
    build(tmp_path / "bag.tar", members, form=form)
    container = TarContainer(tmp_path / "bag.tar")
    ours = container.listing().entries
    with tarfile.open(tmp_path / "bag.tar") as archive:
        theirs = {info.name.removeprefix("bag/"): (info.size, info.offset_data) for info in archive.getmembers()}
    assert {path: (entry.size, entry.place) for path, entry in ours.items()} == theirs
    read = {entry.path: b"".join(chunks) for entry, chunks in container.contents(ours.values())}
    container.close()
    assert read == {name.removeprefix("bag/"): name.encode() for name in names}


def test_a_tar_cut_anywhere_is_never_valid(tmp_path: Path) -> None:
    data = build(tmp_path / "t", good(tmp_path))
    end = last_member(data)
    for cut in sorted({*range(512, end, 97), *range(512, end + padding(end) + 1, 512)}):
        path = tmp_path / "bag.tar"
        path.write_bytes(data[:cut])
        assert not verify(path).valid, cut


OURS = [
    "bag/a.txt",
    "bag/a\nb",
    "bag/\u00fcnicode",
    "bag/" + "long/" * 40 + "a.txt",
    "bag/" + "n" * 96,
    "bag/" + "n" * 97,
    "bag/" + "n" * 200,
    "d" * 155 + "/" + "n" * 100,
    "d" * 156 + "/" + "n" * 100,
    "bag/" + "\u00fc" * 300,
]


@pytest.mark.parametrize("length", range(80, 110))
def test_the_length_of_a_pax_record_counts_itself(length: int) -> None:
    path = "\u00fc" + "n" * length
    with tarfile.open(fileobj=io.BytesIO(member_head(path) + bytes(1024))) as archive:
        assert archive.getnames() == [path]


def test_a_file_larger_than_octal_digits_can_say() -> None:
    info = tarfile.TarInfo.frombuf(member_head("bag/a", size=8**11)[-512:], "utf-8", "strict")
    assert info.size == 0
    assert b" size=8589934592\n" in member_head("bag/a", size=8**11)
    assert tarfile.TarInfo.frombuf(member_head("bag/a", size=8**11 - 1), "utf-8", "strict").size == 8**11 - 1


@pytest.mark.parametrize("path", OURS)
def test_our_members_are_read_back_by_the_standard_library(path: str) -> None:
    data = b"x" * 700
    octets = member_head("bag/", folder=True) + member_head(path, size=700) + data + bytes(padding(700)) + bytes(1024)
    with tarfile.open(fileobj=io.BytesIO(octets)) as archive:
        folder, info = archive.getmembers()
        stream = archive.extractfile(info)
        assert stream is not None
        assert stream.read() == data
    assert (folder.name, folder.isdir(), folder.mode) == ("bag", True, 0o755)
    assert (info.name, info.mode, info.mtime, info.uid, info.gid, info.uname, info.gname) == (
        path,
        0o644,
        0,
        0,
        0,
        "",
        "",
    )


def test_kinds_are_told_apart(tmp_path: Path) -> None:
    members = [
        member("bag/f", b"x"),
        member("bag/d", kind=tarfile.DIRTYPE),
        member("bag/l", kind=tarfile.SYMTYPE, link="f"),
        member("bag/p", kind=tarfile.FIFOTYPE),
        member("bag/old/", kind=tarfile.AREGTYPE),
    ]
    build(tmp_path / "bag.tar", members)
    container = TarContainer(tmp_path / "bag.tar")
    kinds = {path: entry.kind for path, entry in container.listing().entries.items()}
    container.close()
    assert kinds == {
        "f": EntryKind.FILE,
        "d": EntryKind.FOLDER,
        "l": EntryKind.LINK,
        "p": EntryKind.SPECIAL,
        "old": EntryKind.FOLDER,
    }
