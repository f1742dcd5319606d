"""Zips and compressed tars that nobody should unpack; streams, which pass once."""

from __future__ import annotations

import gzip
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd
from tests.bag.archives import ARCHIVES, packed
from tests.bag.fixtures import FIRST, bag, pack
from tests.memory import measured_memory

from preserve.bag.containers.tar_stream import COMMON
from preserve.bag.limits import Limits
from preserve.bag.model import Verdict
from preserve.bag.verifying.verification import verify, verify_stream
from preserve.errors import BagError

NAMES = [f"{name}{suffix}" for name, suffix, _codes, _make in ARCHIVES]


@pytest.mark.parametrize(("name", "suffix", "expected", "make"), ARCHIVES, ids=NAMES)
def test_an_archive_gives_exactly_its_codes(
    name: str, suffix: str, expected: set[str], make: Callable[[Path], bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"bag{suffix}"
    path.write_bytes(make(tmp_path))
    report = verify(path)
    assert {finding.code for finding in report.findings} == expected, [*report.findings]
    assert not list(tmp_path.parent.glob("evil*"))


def test_a_compressed_tar_cut_anywhere_is_never_valid(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    octets = gzip.compress(pack(tmp_path / "bag").read_bytes())
    for cut in range(30, len(octets) - 1, 37):
        (tmp_path / "bag.tar.gz").write_bytes(octets[:cut])
        assert not verify(tmp_path / "bag.tar.gz").valid, cut


def test_a_zip_cut_anywhere_is_never_valid(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    octets = packed([(zipfile.ZipInfo(f"bag/{name}"), data) for name, data in files(tmp_path / "bag")])
    for cut in range(30, len(octets) - 1, 37):
        (tmp_path / "bag.zip").write_bytes(octets[:cut])
        assert not verify(tmp_path / "bag.zip").valid, cut


def files(root: Path) -> list[tuple[str, bytes]]:
    return [(str(path.relative_to(root)), path.read_bytes()) for path in sorted(root.rglob("*")) if path.is_file()]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_few_octets_of_a_zip_that_become_many_take_little_memory(method: int, tmp_path: Path) -> None:
    payload = {"zeros": bytes(64 << 20)}
    bag(tmp_path / "bag", payload)
    octets = packed([(zipfile.ZipInfo(f"bag/{name}"), data) for name, data in files(tmp_path / "bag")], method=method)
    (tmp_path / "bag.zip").write_bytes(octets)
    payload.clear()
    with measured_memory() as memory:
        assert verify(tmp_path / "bag.zip").valid
    assert memory.peak < 16 << 20


class Slow(io.BytesIO):
    """A stream that gives less than it is asked for, as a pipe does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7 if size is None else size, 7))


def test_a_stream_may_come_in_small_pieces(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    assert verify_stream(Slow(pack(tmp_path / "bag").read_bytes())).valid


def test_a_stream_is_hashed_before_it_says_how(tmp_path: Path) -> None:
    """The manifests of a tar may lie behind the payload: then only the usual algorithms were at work."""
    bag(tmp_path / "bag", algorithms=("blake2b",))
    root = tmp_path / "bag"
    found = [(f"bag/{name}", data) for name, data in files(root)]
    behind = sorted(found, key=lambda pair: "data/" not in pair[0])
    before = sorted(found, key=lambda pair: "data/" in pair[0])
    assert "blake2b" not in COMMON
    report = verify_stream(io.BytesIO(tar(behind)))
    assert {finding.code for finding in report.findings} == {"payload-unreadable"}
    assert report.verdict is Verdict.UNREADABLE
    assert "blake2b" in report.findings[0].message
    assert verify_stream(io.BytesIO(tar(before))).valid


def tar(found: list[tuple[str, bytes]]) -> bytes:
    import tarfile

    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w") as archive:
        for name, data in found:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return octets.getvalue()


def test_an_altered_file_of_a_stream_is_found(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    (tmp_path / "bag" / FIRST).write_bytes(b"UNCLAS STRELSAU 000002\n")
    report = verify_stream(io.BytesIO(pack(tmp_path / "bag").read_bytes()))
    assert {finding.code for finding in report.findings} == {"payload-altered"}


def test_tag_files_too_large_to_keep_are_said_to_have_passed(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    report = verify_stream(io.BytesIO(pack(tmp_path / "bag").read_bytes()), limits=Limits(kept_tag_files=10))
    assert "tag-file-unreadable" in {finding.code for finding in report.findings}
    assert any("save the stream to a file" in finding.message for finding in report.findings)


def test_tag_files_too_large_to_keep_are_read_again_in_another_pass(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    (tmp_path / "bag.tar.gz").write_bytes(gzip.compress(pack(tmp_path / "bag").read_bytes()))
    assert verify(tmp_path / "bag.tar.gz", limits=Limits(kept_tag_files=10)).valid


@pytest.mark.parametrize("octets", [b"", b"no tar", b"PK\x03\x04" + bytes(600)])
def test_a_stream_that_is_no_tar_is_refused(octets: bytes) -> None:
    with pytest.raises(BagError) as caught:
        verify_stream(io.BytesIO(octets))
    assert caught.value.hint


class Broken(io.BytesIO):
    """A stream whose other end breaks."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 1024:
            raise OSError(5, "Input/output error")
        return super().read(512)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_stream_that_breaks_raises(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    bag(tmp_path / "bag", payload={f"{number}.txt": bytes(range(256)) * number for number in range(200)})
    with pytest.raises(BagError, match="Input/output error"):
        verify_stream(Broken(compress(pack(tmp_path / "bag").read_bytes())))


def test_a_stream_that_is_broken_from_the_start_raises() -> None:
    stream = Broken(bytes(4096))
    stream.seek(1024)
    with pytest.raises(BagError, match="Input/output error"):
        verify_stream(stream)


# --- more members than octets ---


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
def test_members_that_hardly_take_octets_are_listed_up_to_a_number(
    compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    some, few = (Limits(packed_members=20, packed_member=each) for each in (1, 1000))
    root = tmp_path / "bag"
    bag(root, {f"{number}.txt": b"" for number in range(2000)})
    octets = pack(root).read_bytes()
    shutil.rmtree(root)
    path = tmp_path / ("bag.tar.gz" if compress is gzip.compress else "bag.tar.zst")
    path.write_bytes(compress(octets))
    assert "limit-exceeded" not in {each.code for each in verify(path, limits=some).findings}
    for report in (verify(path, limits=few), verify_stream(io.BytesIO(path.read_bytes()), limits=few)):
        (told,) = (each for each in report.findings if each.code == "limit-exceeded")
        assert "members; the rest is not looked at" in told.message
    assert "limit-exceeded" not in {each.code for each in verify_stream(io.BytesIO(octets), limits=few).findings}


def test_files_of_a_stream_beyond_what_is_kept_are_said_to_have_passed(tmp_path: Path) -> None:
    bag(tmp_path / "bag", payload={f"{number}.txt": b"" for number in range(50)})
    octets = pack(tmp_path / "bag").read_bytes()
    assert verify_stream(io.BytesIO(octets)).valid
    report = verify_stream(io.BytesIO(octets), limits=Limits(kept_digests=64 * 20))
    assert [finding.code for finding in report.findings].count("payload-unreadable") > 20
    assert report.verdict is Verdict.UNREADABLE


def test_a_zip_that_becomes_much_is_not_read_on(tmp_path: Path) -> None:
    bag(tmp_path / "bag", payload={"zeros": bytes(4 << 20)})
    shutil.make_archive(str(tmp_path / "bag"), "zip", tmp_path, "bag")
    assert verify(tmp_path / "bag.zip").valid
    report = verify(tmp_path / "bag.zip", limits=Limits(free_expansion=1 << 20))
    assert [(each.code, each.where) for each in report.findings] == [("payload-unreadable", "data/zeros")]
    assert report.verdict is Verdict.UNREADABLE
