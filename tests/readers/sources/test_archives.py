"""Archives of files as sources: what comes out, what is told, and that nothing in them does harm."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import random
import shutil
import stat
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import py7zr
import pytest
from backports import zstd
from tests.memory import measured_memory
from tests.protocols.reader import RIGHTS

from preserve.cable.normalization import normalize
from preserve.cable.record import Cable
from preserve.errors import SourceError
from preserve.readers.reader import SourceRef, read_page, registered_readers
from preserve.readers.source_bytes import LARGEST_SOURCE
from preserve.readers.sources import members as limits, zips
from preserve.readers.sources.walk import load_source, walk_sources

FIXTURES = Path(__file__).parents[2] / "fixtures"
PAGES: Mapping[str, bytes] = {
    f"cable/2009/{path.name}": path.read_bytes()
    for name in ("cablebrowser", "plain_text")
    for path in sorted((FIXTURES / name).glob("*.txt"))
}


def make_zip(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def make_tar(path: Path, files: Mapping[str, bytes], packed: str = "") -> None:
    with tarfile.open(path, f"w:{packed}") as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def make_7z(path: Path, files: Mapping[str, bytes], filters: list[dict[str, int]] | None = None) -> None:
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        for name, data in files.items():
            archive.writestr(data, name)


def make_stored_7z(path: Path, files: Mapping[str, bytes]) -> None:
    make_7z(path, files, [{"id": py7zr.FILTER_COPY}])


def _tar_with(packed: str) -> Callable[[Path, Mapping[str, bytes]], None]:
    return lambda path, files: make_tar(path, files, packed)


def make_tar_zst(path: Path, files: Mapping[str, bytes]) -> None:
    make_tar(path, files)
    path.write_bytes(zstd.compress(path.read_bytes()))


def _7z_with(*filters: dict[str, int]) -> Callable[[Path, Mapping[str, bytes]], None]:
    return lambda path, files: make_7z(path, files, list(filters))


FORMS: Mapping[str, Callable[[Path, Mapping[str, bytes]], None]] = {
    "a.zip": make_zip,
    "stored.zip": lambda path, files: make_zip(path, files, zipfile.ZIP_STORED),
    "bzip2.zip": lambda path, files: make_zip(path, files, zipfile.ZIP_BZIP2),
    "lzma.zip": lambda path, files: make_zip(path, files, zipfile.ZIP_LZMA),
    "a.tar": make_tar,
    "a.tar.gz": _tar_with("gz"),
    "A.TGZ": _tar_with("gz"),
    "a.tar.bz2": _tar_with("bz2"),
    "a.tar.xz": _tar_with("xz"),
    "a.txz": _tar_with("xz"),
    "a.tar.zst": make_tar_zst,
    "a.7z": make_7z,
    "copy.7z": make_stored_7z,
    "lzma1.7z": _7z_with({"id": py7zr.FILTER_LZMA}),
    "bzip2.7z": _7z_with({"id": py7zr.FILTER_BZIP2}),
    "deflate.7z": _7z_with({"id": py7zr.FILTER_DEFLATE}),
    "branch.7z": _7z_with({"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 6}),
}
PLAIN_FORMS = ("stored.zip", "a.tar", "copy.7z")
"""Forms in which the bytes of a member stand as they are."""


def walked(path: Path) -> list[SourceRef]:
    return list(walk_sources([str(path)]))


def told(path: Path) -> dict[str, str | None]:
    """The trouble of each item, by its name in the archive."""
    return {ref.where.removeprefix(str(path)).removeprefix("!"): ref.trouble for ref in walked(path)}


def record(ref: SourceRef) -> Cable:
    item = load_source(ref)
    return normalize(read_page(item, registered_readers()), RIGHTS)


def without_container(cable: Cable) -> Cable:
    source = replace(cable.provenance.source, container=None)
    return replace(cable, provenance=replace(cable.provenance, source=source))


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_gives_the_records_of_the_folder(tmp_path: Path, form: str) -> None:
    for name, data in PAGES.items():
        place = tmp_path / "folder" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    archive = tmp_path / form
    FORMS[form](archive, PAGES)
    # The order of an archive is its own: by name is that of the folder.
    inside = sorted(walked(archive), key=lambda ref: ref.where)
    outside = walked(tmp_path / "folder")
    assert len(inside) == len(outside) == len(PAGES) > 5
    for one, other in zip(inside, outside, strict=True):
        cable = record(one)
        assert without_container(cable) == record(other)
        container = cable.provenance.source.container
        assert container is not None
        assert (container.name, container.sha256) == (form, sha256(archive.read_bytes()).hexdigest())
        assert container.member == one.where.removeprefix(f"{archive}!")
        assert container.offset is None
        assert load_source(one).path == f"{archive}/{container.member}"


@pytest.mark.parametrize("name", ["05STRELSAU4281.lines.txt.gz", "05STRELSAU4281.LINES.TXT.GZ"])
def test_a_gzip_is_one_page(tmp_path: Path, name: str) -> None:
    data = PAGES["cable/2009/05STRELSAU4281.lines.txt"]
    path = tmp_path / name
    with path.open("wb") as stream, gzip.GzipFile("../../evil", "wb", fileobj=stream) as packed:
        packed.write(data)
    [ref] = walked(path)
    item = load_source(ref)
    assert (item.name, item.data) == (name[:-3], data)
    assert item.container is not None
    assert (item.container.name, item.container.member) == (name, name[:-3])
    assert ref.where == f"{path}!{name[:-3]}"


def test_the_release_is_handed_on_with_every_member(tmp_path: Path) -> None:
    for form in ("a.zip", "a.tar.gz", "a.7z"):
        FORMS[form](tmp_path / form, PAGES)
    refs = list(walk_sources([str(tmp_path)], release="cablegate-201012102105"))
    assert len(refs) == 3 * len(PAGES)
    assert {load_source(ref).release for ref in refs} == {"cablegate-201012102105"}
    plain = [ref for ref in refs if ref.where.endswith("04STRELSAU19.txt")]
    releases = {cable.provenance.release for cable in map(record, plain)}
    assert [(each.name, each.basis) for each in releases if each] == [("cablegate-201012102105", "flag")]


def test_the_name_of_the_archive_says_the_release(tmp_path: Path) -> None:
    path = tmp_path / "cablegate-201012102105.7z"
    make_7z(path, {"04STRELSAU19.txt": PAGES["cable/2009/04STRELSAU19.txt"]})
    [ref] = walked(path)
    release = record(ref).provenance.release
    assert release is not None
    assert (release.name, release.date, release.basis) == ("cablegate-201012102105", "2010-12-10", "path")


# What is passed over, and what is told.


@pytest.mark.parametrize("form", ["a.zip", "a.tar", "a.7z"])
def test_hidden_names_and_bags_are_passed_over(tmp_path: Path, form: str) -> None:
    files = {
        ".hidden.txt": b"x",
        "a/.git/x.txt": b"x",
        "__MACOSX/a/page.txt": b"x",
        "bag/bagit.txt": b"x",
        "bag/data/page.txt": b"x",
        "a/page.txt": b"page",
        "baggage/page.txt": b"page",
        "empty.txt": b"",
    }
    FORMS[form](tmp_path / form, files)
    refs = walked(tmp_path / form)
    assert sorted((ref.where.partition("!")[2], ref.data) for ref in refs) == [
        ("a/page.txt", b"page"),
        ("baggage/page.txt", b"page"),
        ("empty.txt", b""),
    ]


@pytest.mark.parametrize("form", ["a.zip", "a.tar", "a.7z"])
@pytest.mark.parametrize("files", [{}, {".hidden": b"x"}, {"bagit.txt": b"x", "data/x.txt": b"x"}])
def test_an_archive_without_files_says_so(tmp_path: Path, form: str, files: dict[str, bytes]) -> None:
    FORMS[form](tmp_path / form, files)
    assert told(tmp_path / form) == {"": "the archive has no files to read"}


@pytest.mark.parametrize("form", ["a.zip", "a.tar", "a.7z"])
def test_archives_in_archives_are_told_and_not_opened(tmp_path: Path, form: str) -> None:
    make_zip(tmp_path / "inner.zip", PAGES)
    FORMS[form](tmp_path / form, {"inner.zip": (tmp_path / "inner.zip").read_bytes(), "x.html.gz": b"", "y.txt": b"y"})
    assert told(tmp_path / form) == {
        "inner.zip": "it is an archive inside an archive, which is not opened",
        "x.html.gz": "it is an archive inside an archive, which is not opened",
        "y.txt": None,
    }


HOSTILE = {
    "../../outside.txt": "../../outside.txt",
    "/etc/absolute.txt": "/etc/absolute.txt",
    "..": "..",
    "C:\\cable\\x.txt": "C:\\cable\\x.txt",
    "line\nend.txt": "line\\nend.txt",
    "bell\x07\x1b[31m.txt": "bell\\x07\\x1b[31m.txt",
    "\u202etxt.exe": "\\u202etxt.exe",
    "n" * 3000: "n" * 3000,
}


@pytest.mark.parametrize("form", ["a.zip", "a.tar"])
def test_a_name_is_never_a_path_and_is_shown_printable(tmp_path: Path, form: str) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    FORMS[form](inside / form, dict.fromkeys(HOSTILE, PAGES["cable/2009/05STRELSAU4281.lines.txt"]))
    before = sorted(tmp_path.rglob("*"))
    refs = walked(inside / form)
    assert [ref.where.partition("!")[2] for ref in refs] == list(HOSTILE.values())
    for ref in refs:
        item = load_source(ref)
        assert item.name
        assert "/" not in item.name
        assert item.where.isprintable()
        assert record(ref).identifier == "05STRELSAU4281"
    assert sorted(tmp_path.rglob("*")) == before


def test_the_name_of_a_page_from_windows_is_its_last_part(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", {"cable\\2009\\x.txt": b"x", "bell\x07.txt": b"y"})
    assert [load_source(ref).name for ref in walked(tmp_path / "a.zip")] == ["x.txt", "bell\\x07.txt"]


def test_a_member_without_a_name_is_one(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", {"a": b"one", "b": b"two"})
    data = (tmp_path / "a.zip").read_bytes()
    # In the table of contents (APPNOTE 4.3.12): the length of the name is 0, that of the comment 1.
    at = data.index(b"PK\x01\x02")
    entry = bytearray(data[at : at + 47])
    struct.pack_into("<HHH", entry, 28, 0, 0, 1)
    (tmp_path / "a.zip").write_bytes(data[:at] + entry + data[at + 47 :])
    found = told(tmp_path / "a.zip")
    assert found.keys() == {"", "b"}
    assert "it is damaged" in str(found[""])


def test_both_of_two_members_of_one_name_come_out(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("x.txt", b"first")
            archive.writestr("x.txt", b"second")
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for data in (b"first", b"second"):
            info = tarfile.TarInfo("x.txt")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as seven:
        seven.writestr(b"first", "x.txt")
        seven.writestr(b"second", "x.txt")
    for form in ("a.zip", "a.tar", "a.7z"):
        assert [ref.data for ref in walked(tmp_path / form)] == [b"first", b"second"]


def test_links_and_devices_in_a_tar_are_told(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in [("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("device", tarfile.CHRTYPE)]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        page = tarfile.TarInfo("page.txt")
        page.size = 4
        archive.addfile(page, io.BytesIO(b"page"))
    told_ones = told(tmp_path / "a.tar")
    assert set(told_ones) == {"link", "hard", "device", "page.txt"}
    assert told_ones["page.txt"] is None
    assert all("not followed" in str(told_ones[name]) for name in ("link", "hard", "device"))


def test_sparse_files_and_parts_of_files_in_a_tar_are_told(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        for name, flag, size in (("old-sparse.txt", tarfile.GNUTYPE_SPARSE, 512), ("part.txt", b"M", 512)):
            info = tarfile.TarInfo(name)
            info.type, info.size = flag, size
            archive.addfile(info, io.BytesIO(bytes(size)))
        info = tarfile.TarInfo("sparse.txt")
        info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"}
        info.size = 512
        archive.addfile(info, io.BytesIO(b"0\n".ljust(512, b"\0")))
        page = tarfile.TarInfo("page.txt")
        page.size = 4
        archive.addfile(page, io.BytesIO(b"page"))
    not_followed = "it is a link, a device or a part of a file, which is not followed"
    assert told(tmp_path / "a.tar") == {
        "old-sparse.txt": not_followed,
        "part.txt": not_followed,
        "sparse.txt": not_followed,
        "page.txt": None,
    }


def test_links_in_a_zip_and_a_7z_are_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("page.txt", b"page")
    (tmp_path / "link").symlink_to("/etc/passwd")
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as seven:
        seven.write(tmp_path / "link", "link")
        seven.writestr(b"page", "page.txt")
    for form in ("a.zip", "a.7z"):
        assert told(tmp_path / form) == {
            "link": "it is a link, a device or a part of a file, which is not followed",
            "page.txt": None,
        }


def test_encrypted_members_are_told(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", {"x.txt": b"secret", "y.txt": b"open"}, zipfile.ZIP_STORED)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag of the first member in the table of contents
    (tmp_path / "a.zip").write_bytes(data)
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w", password="Strelsau") as archive:
        archive.writestr(b"secret", "x.txt")
    with py7zr.SevenZipFile(tmp_path / "names.7z", "w", password="Strelsau", header_encryption=True) as archive:
        archive.writestr(b"secret", "x.txt")
    assert told(tmp_path / "a.zip") == {"x.txt": "it is encrypted", "y.txt": None}
    assert told(tmp_path / "a.7z") == {"x.txt": "it is encrypted"}
    assert told(tmp_path / "names.7z") == {"": "its table of contents is encrypted"}


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("Zstandard", {"id": py7zr.FILTER_ZSTD}),
        ("Brotli", {"id": py7zr.FILTER_BROTLI, "level": 3}),
        ("PPMd", {"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}),
    ],
)
def test_a_method_that_is_not_safe_is_refused(tmp_path: Path, name: str, method: dict[str, int]) -> None:
    make_7z(tmp_path / "a.7z", {"x.txt": b"x", "y.txt": b"y"}, [method])
    assert told(tmp_path / "a.7z") == dict.fromkeys(
        ["x.txt", "y.txt"], f"its method of compression, {name}, is not read; unpack it yourself"
    )


@pytest.mark.parametrize("form", ["a.zip", "a.tar", "a.tar.gz", "a.7z", "a.txt.gz", "a.tar.xz", "a.tar.bz2"])
@pytest.mark.parametrize("data", [b"", b"not an archive", b"PK", b"7z\xbc\xaf\x27\x1c", bytes(100)])
def test_what_is_no_archive_in_spite_of_its_name_is_told(tmp_path: Path, form: str, data: bytes) -> None:
    (tmp_path / form).write_bytes(data)
    [ref] = walked(tmp_path / form)
    with pytest.raises(SourceError):
        load_source(ref if ref.trouble else replace(ref, trouble=_nothing(ref)))


def _nothing(ref: SourceRef) -> str:
    assert ref.data == b"", ref  # an empty gzip is an empty file, which the readers decline
    return "empty"


def test_a_missing_archive_and_one_that_is_no_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "folder.zip").mkdir()
    os.mkfifo(tmp_path / "pipe.7z")
    [missing] = walked(tmp_path / "none.zip")
    assert missing.trouble == "no such file or folder"
    [folder] = walked(tmp_path / "folder.zip")
    assert folder.trouble == "the folder has no files to read"
    [pipe] = walked(tmp_path / "pipe.7z")
    assert pipe.trouble == "not a regular file"


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"])
def test_standard_input_is_no_archive(data: bytes) -> None:
    [ref] = walk_sources(["-"], stdin=io.BytesIO(data))
    with pytest.raises(SourceError, match="Give it as a file, by its name"):
        load_source(ref)


# Damage.


@pytest.mark.parametrize("form", PLAIN_FORMS)
def test_one_damaged_member_does_not_cost_the_others(tmp_path: Path, form: str) -> None:
    path = tmp_path / form
    FORMS[form](path, {"a.txt": b"a" * 700, "b.txt": b"b" * 700, "c.txt": b"c" * 700})
    path.write_bytes(path.read_bytes().replace(b"b" * 700, b"b" * 699 + b"B"))
    found = told(path)
    assert list(found) == ["a.txt", "b.txt", "c.txt"]
    assert (found["a.txt"], found["c.txt"]) == (None, None)
    if form == "a.tar":  # a tar has no checksums of its files
        assert found["b.txt"] is None
    else:
        assert "damaged" in str(found["b.txt"])


@pytest.mark.parametrize("form", ["a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"])
def test_what_stands_before_a_cut_comes_out(tmp_path: Path, form: str) -> None:
    path = tmp_path / form
    noise = random.Random(7).randbytes
    FORMS[form](path, {f"{number}.txt": noise(900_000) for number in range(4)})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    found = told(path)
    assert list(found)[:1] == ["0.txt"]
    assert found["0.txt"] is None
    assert "what follows is lost" in str(list(found.values())[-1])


def test_a_damaged_header_in_a_tar_is_told_and_not_taken_for_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    make_tar(path, {"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"})
    data = bytearray(path.read_bytes())
    data[1024 + 148] ^= 0xFF  # the checksum of the second header
    path.write_bytes(data)
    found = told(path)
    assert list(found) == ["a.txt", ""]
    assert "what follows is lost" in str(found[""])
    assert " 1024: the checksum of a header is wrong" in str(found[""])


def test_the_member_that_a_tar_ends_in_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    make_tar(path, {"a.txt": b"a", "bell\x07.txt": bytes(5000), "c.txt": b"c"})
    path.write_bytes(path.read_bytes()[:4000])
    found = told(path)
    assert list(found) == ["a.txt", ""]
    assert "and what follows is lost: bell\\x07.txt: it should have 5000 " in str(found[""])


def test_a_tar_behind_the_end_of_a_tar_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    make_tar(path, {"a.txt": b"a"})
    make_tar(tmp_path / "b.tar", {"b.txt": b"b"})
    path.write_bytes(path.read_bytes() + (tmp_path / "b.tar").read_bytes())
    found = told(path)
    assert list(found) == ["a.txt", ""]
    assert "more follows the end of the archive" in str(found[""])


def test_a_tar_without_the_mark_of_its_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    make_tar(path, {"a.txt": b"a"})
    path.write_bytes(path.read_bytes()[:1024])
    found = told(path)
    assert found["a.txt"] is None
    assert "what follows is lost" in str(found[""])


@pytest.mark.parametrize("form", FORMS)
def test_random_damage_gives_items_or_trouble_and_nothing_else(tmp_path: Path, form: str) -> None:
    files = dict(list(PAGES.items())[:3])
    FORMS[form](tmp_path / form, files)
    whole = (tmp_path / form).read_bytes()
    chance = random.Random(form)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 1, 2, 8])):
            data[_place(chance, len(data))] ^= chance.randrange(1, 256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        (tmp_path / form).write_bytes(data)
        for ref in walked(tmp_path / form):
            with contextlib.suppress(SourceError):
                assert isinstance(load_source(ref).data, bytes)


def _place(chance: random.Random, size: int) -> int:
    """A place in an archive: half of the time where the tables stand, at either end."""
    return chance.choice(
        [chance.randrange(size), chance.randrange(min(size, 64)), -1 - chance.randrange(min(size, 300))]
    )


# Bombs.


@pytest.mark.parametrize("form", ["a.zip", "a.tar.gz", "a.tar.xz", "a.tar.bz2", "a.7z", "bzip2.7z", "deflate.7z"])
def test_a_member_larger_than_any_page_is_told_alone(tmp_path: Path, form: str) -> None:
    path = tmp_path / form
    FORMS[form](path, {"a.txt": b"a", "bomb.txt": bytes(LARGEST_SOURCE + 1), "c.txt": b"c"})
    assert told(path) == {
        "a.txt": None,
        "bomb.txt": "with 16777217 bytes it is larger than 16 MiB, which no page of a cable is",
        "c.txt": None,
    }


@pytest.mark.parametrize("size", [64 << 20, 100])
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_a_bomb_in_a_zip_takes_little_memory(tmp_path: Path, method: int, size: int) -> None:
    """The library makes at once whatever comes of the bytes at hand: 64 MiB of less than one of its pieces."""
    path = tmp_path / "a.zip"
    make_zip(path, {"bomb.txt": bytes(64 << 20), "c.txt": b"c"}, method)
    data = bytearray(path.read_bytes())
    assert len(data) < 1 << 16
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, size)  # the size that the table of contents states
    path.write_bytes(data)
    with measured_memory() as memory:
        found = told(path)
    assert list(found) == ["bomb.txt", "c.txt"]
    assert ("larger than 16 MiB" if size > LARGEST_SOURCE else "it is damaged") in str(found["bomb.txt"])
    assert found["c.txt"] is None
    assert memory.peak < 16 << 20  # of which 8 MiB are the dictionary of LZMA


def test_a_gzip_larger_than_any_page_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(bytes(LARGEST_SOURCE + 1)))
    assert told(tmp_path / "a.txt.gz") == {"a.txt": "it is larger than 16 MiB, which no page of a cable is"}


@pytest.mark.parametrize("method", [9, 93, 95, 98])
def test_a_method_of_a_zip_that_is_not_read_is_not_called_damage(tmp_path: Path, method: int) -> None:
    make_zip(tmp_path / "a.zip", {"a.txt": b"a"}, zipfile.ZIP_STORED)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    struct.pack_into("<H", data, 8, method)
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, method)
    (tmp_path / "a.zip").write_bytes(data)
    says = f"its method of compression, {method} (APPNOTE 4.4.5), is not read; unpack it yourself"
    assert told(tmp_path / "a.zip") == {"a.txt": says}


def test_a_zip_whose_members_overlap_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    make_zip(path, {"a.txt": random.Random(1).randbytes(3000), "b.txt": b"b"})
    data = path.read_bytes()
    table, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    first = data[table : data.index(b"PK\x01\x02", table + 4)]
    entries = first * 40
    counted = struct.pack("<HHII", 40, 40, len(entries), table) + b"\0\0"
    path.write_bytes(data[:table] + entries + data[end : end + 8] + counted)
    assert told(path) == {"": "its members overlap, as those of a zip bomb do"}


def test_a_zip_of_more_members_than_there_are_cables_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_zip(tmp_path / "a.zip", {"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"})
    assert limits.MOST_MEMBERS > 251_287
    monkeypatch.setattr("preserve.readers.sources.zips.MOST_MEMBERS", 2)
    assert told(tmp_path / "a.zip") == {"": "its table of contents is not read: it has over 2 members"}


def test_a_size_that_a_zip_understates_does_not_let_more_through(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    make_zip(path, {"a.txt": bytes(5000), "b.txt": b"b"})
    data = bytearray(path.read_bytes())
    table = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, table + 24, 10)
    path.write_bytes(data)
    found = told(path)
    assert "damaged" in str(found["a.txt"])
    assert found["b.txt"] is None


def test_a_header_of_a_tar_larger_than_any_is_not_read_into_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 256 << 20
    path = tmp_path / "a.tar"
    with path.open("wb") as stream:
        stream.write(info.tobuf(tarfile.GNU_FORMAT))
        stream.truncate(256 << 20)
    with measured_memory() as memory:
        found = told(path)
    assert "an extended header has 268435456 " in str(found[""])
    assert memory.peak < 32 << 20


def test_an_archive_that_is_mostly_no_pages_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tars", "seven_zip"):
        monkeypatch.setattr(f"preserve.readers.sources.{module}.MOST_SKIPPED", LARGEST_SOURCE)
    for form in ("a.tar.gz", "a.7z"):
        FORMS[form](tmp_path / form, {"bomb.txt": bytes(LARGEST_SOURCE + 1), "c.txt": b"c"})
        assert told(tmp_path / form)[""] == limits.TOO_MUCH
        assert "c.txt" not in told(tmp_path / form)


@pytest.mark.parametrize("damaged", [False, True])
def test_a_zip_of_many_bombs_no_larger_than_a_page_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    monkeypatch.setattr(zips, "expands_too_far", lambda size, packed: size > max(10 << 20, 200 * packed))
    make_zip(tmp_path / "a.zip", {f"{number}.txt": bytes(1 << 20) for number in range(20)}, zipfile.ZIP_BZIP2)
    if damaged:
        data = (tmp_path / "a.zip").read_bytes().replace(struct.pack("<I", zlib.crc32(bytes(1 << 20))), b"\1\2\3\4")
        (tmp_path / "a.zip").write_bytes(data)
    found = told(tmp_path / "a.zip")
    assert len(found) == 12
    assert found[""] == limits.TOO_LARGE


@pytest.mark.parametrize("form", ["a.tar.gz", "a.tar.xz", "a.7z"])
def test_an_archive_of_far_more_empty_members_than_bytes_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(limits, "_FREE_MEMBERS", 50)
    FORMS[form](tmp_path / form, {f"{number:03}.txt": b"" for number in range(800)})
    found = told(tmp_path / form)
    assert found[""] == limits.TOO_MANY
    assert 50 < len(found) < 800
    FORMS["a.tar"](tmp_path / "a.tar", {f"{number:03}.txt": b"" for number in range(100)})
    assert len(told(tmp_path / "a.tar")) == 100


@pytest.mark.long(share=0.4)
@pytest.mark.parametrize("form", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.7z"])
def test_memory_does_not_grow_with_the_archive(tmp_path: Path, form: str) -> None:
    words = random.Random(3).randbytes(40_000).hex().encode()
    path = tmp_path / form
    # The dictionary of LZMA2 is memory too, 16 MiB whatever the size of a 7z.
    count = 800 if form == "a.7z" else 400
    FORMS[form](path, {f"cable/{number}.txt": words + b"%d" % number for number in range(count)})
    unpacked = count * len(words)
    with measured_memory() as memory:
        found = sum(1 for ref in walk_sources([str(path)]) if ref.data is not None)
    assert found == count
    assert memory.peak < unpacked // 2


def test_nothing_is_written_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in FORMS:
        FORMS[form](tmp_path / form, PAGES)
    before = {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}
    work = tmp_path.with_name(f"{tmp_path.name}-work")
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("TMPDIR", str(work))
    assert sum(1 for _ in walk_sources([str(tmp_path)])) == len(FORMS) * len(PAGES)
    assert {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))} == before
    assert list(work.iterdir()) == []
    shutil.rmtree(work)


def test_several_streams_of_xz_are_one_file(tmp_path: Path) -> None:
    make_tar(tmp_path / "a.tar", PAGES)
    data = (tmp_path / "a.tar").read_bytes()
    half = len(data) // 2
    (tmp_path / "a.tar.xz").write_bytes(lzma.compress(data[:half]) + bytes(8) + lzma.compress(data[half:]))
    assert [ref.data for ref in walked(tmp_path / "a.tar.xz")] == list(PAGES.values())
