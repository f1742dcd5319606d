"""Bags and archives as other systems write them, good and bad: what each gives, code by code, and the one word.

What the tools wrote was looked at; here it is made again, octet by octet, so that no tool is needed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from backports import zstd
from tests.bag.conftest import without_rights
from tests.bag.fixtures import FIRST, bag, drop

from preserve.bag.model import BagReport, Verdict
from preserve.bag.verify import verify
from preserve.errors import BagError

NAMES = {"caf\u00e9.txt": b"1", "\u65e5\u672c/\u30d5.txt": b"2", "\U0001f600.txt": b"3", "plain.txt": b"4"}
"""A payload with names of which older programs say nothing, or other things."""


def answer(report: BagReport) -> tuple[set[str], Verdict]:
    return {finding.code for finding in report.findings}, report.verdict


def octets_of(root: Path) -> dict[str, bytes]:
    """The files of a bag by path, its own folder first."""
    return {str(path.relative_to(root.parent)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


# --- archives ---


@dataclass(frozen=True, slots=True)
class ZipWriter:
    """How some program writes the members of a zip.

    Attributes:
        name: From a path to the octets of its name.
        extra: From a path and those octets to the extra field.
        system: The host system that it gives (APPNOTE 4.4.2.2).
        also: Members beside those of the bag.
        folders: Whether folders have members too, and the mode that those have.
        end: How the name of a folder ends.
    """

    name: Callable[[str], bytes] = lambda path: path.encode()
    extra: Callable[[str, bytes], bytes] = lambda _path, _name: b""
    system: int = 3
    also: Mapping[str, bytes] = field(default_factory=dict)
    folders: int | None = None
    end: str = "/"

    def __call__(self, root: Path) -> bytes:
        files = {**octets_of(root), **self.also}
        if self.folders is not None:
            folders = [path for path in root.rglob("*") if path.is_dir()]
            files |= {f"{path.relative_to(root.parent)}{self.end}": b"" for path in folders}
        octets, names = io.BytesIO(), dict[bytes, bytes]()
        with zipfile.ZipFile(octets, "w") as archive:
            for number, (path, data) in enumerate(files.items()):
                name = self.name(path)
                # The library writes the names that it likes: those of this program are put in their places below.
                placeholder = f"<{number}>".rjust(len(name), "_")
                names[placeholder.encode()] = name
                info = zipfile.ZipInfo(placeholder)
                info.create_system, info.extra = self.system, self.extra(path, name)
                if self.folders is not None and path.endswith(self.end) and not data:
                    info.external_attr = self.folders << 16
                archive.writestr(info, data)
        made = octets.getvalue()
        for put, name in names.items():
            made = made.replace(put, name)
        return made


def unicode_path(path: str, name: bytes, *, crc: int | None = None) -> bytes:
    """The extra field of Info-ZIP with the name in UTF-8 (APPNOTE 4.6.9)."""
    said = struct.pack("<BL", 1, zlib.crc32(name) if crc is None else crc) + path.encode()
    return struct.pack("<HHLHH", 0x5455, 4, 0, 0x7075, len(said)) + said


def escaped(path: str) -> bytes:
    """A name as the zip of Windows writes it where its code page lacks a character."""
    return "".join(each if each.isascii() else f"#U{ord(each):04x}" for each in path).encode()


def tarred(
    form: int = tarfile.PAX_FORMAT, *, before: Sequence[tarfile.TarInfo] = (), folder: bytes = tarfile.DIRTYPE
) -> Callable[[Path], bytes]:
    """A tar of a bag and its folders, as the standard library writes one.

    Args:
        form: One of ``tarfile``'s.
        before: Members without octets that come first.
        folder: The type of the members of folders; other than the usual, they have octets.
    """

    def make(root: Path) -> bytes:
        octets = io.BytesIO()
        with tarfile.open(fileobj=octets, mode="w", format=form) as archive:
            for info in before:
                archive.addfile(info)
            for path in [root, *sorted(root.rglob("*"))]:
                info = tarfile.TarInfo(str(path.relative_to(root.parent)))
                data = path.read_bytes() if path.is_file() else b""
                if path.is_dir():
                    info.type = folder
                    data = b"" if folder == tarfile.DIRTYPE else b"Ybagit.txt\0\0"
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return octets.getvalue()

    return make


def in_two(compress: Callable[[bytes], bytes]) -> Callable[[Path], bytes]:
    """A compressed tar of two parts, each compressed by itself."""

    def make(root: Path) -> bytes:
        octets = tarred()(root)
        return compress(octets[:3000]) + compress(octets[3000:])

    return make


def skippable(data: bytes) -> bytes:
    """A frame of Zstandard behind one that says how long it is, as pzstd writes it (RFC 8878 3.1.2)."""
    frame = zstd.compress(data)
    return struct.pack("<LLL", 0x184D2A50, 4, len(frame)) + frame


def label(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = b"V"
    return info


@dataclass(frozen=True, slots=True)
class Packed:
    """One archive.

    Attributes:
        name: What wrote it, and what is special.
        suffix: Of its file name.
        make: From the bag to its octets.
        codes: Exactly those that it gives.
        verdict: The one word.
        bag: What the bag is made with.
    """

    name: str
    suffix: str
    make: Callable[[Path], bytes]
    codes: frozenset[str] = frozenset()
    verdict: Verdict = Verdict.VALID
    bag: Mapping[str, object] = field(default_factory=lambda: {"payload": NAMES})


def code_page(path: str) -> bytes:
    return path.encode("cp437")


def in_table(at: int, value: int) -> Callable[[Path], bytes]:
    """A zip with another number at some octet of every entry of its table of contents (APPNOTE 4.3.12)."""

    def make(root: Path) -> bytes:
        octets = bytearray(ZipWriter()(root))
        entry = octets.find(b"PK\x01\x02")
        while entry >= 0:
            struct.pack_into("<H", octets, entry + at, value)
            entry = octets.find(b"PK\x01\x02", entry + 1)
        return bytes(octets)

    return make


PACKED = [
    Packed("zip of Info-ZIP on Unix: UTF-8, and nothing says so", ".zip", ZipWriter()),
    Packed("zip of 7-Zip or Info-ZIP: the name again in UTF-8", ".zip", ZipWriter(extra=unicode_path)),
    Packed("zip of Info-ZIP on Windows: escapes, and the name in UTF-8", ".zip", ZipWriter(escaped, unicode_path, 11)),
    Packed(
        "zip of Info-ZIP whose members another program renamed",
        ".zip",
        ZipWriter(extra=lambda _path, name: unicode_path("bag/elsewhere", name, crc=0)),
    ),
    Packed(
        "zip with an extra field of a version to come",
        ".zip",
        ZipWriter(extra=lambda path, name: unicode_path(path, name).replace(b"\x01", b"\x02", 1)),
    ),
    Packed("zip with an extra field that is cut", ".zip", ZipWriter(extra=lambda *_: struct.pack("<HH", 0x7075, 0))),
    Packed(
        "zip of PKZIP: code page 437", ".zip", ZipWriter(code_page, system=0), bag={"payload": {"caf\u00e9.txt": b"1"}}
    ),
    Packed(
        "zip of a Mac with another name in UTF-8 that leads out of the bag",
        ".zip",
        ZipWriter(
            extra=lambda path, name: unicode_path("../evil" if "plain" in path else path, name),
        ),
        frozenset({"member-unsafe", "payload-missing", "oxum-differs"}),
        Verdict.INVALID,
    ),
    Packed(
        "zip of .NET 4.5 or PowerShell 5: backslashes",
        ".zip",
        ZipWriter(lambda path: path.replace("/", "\\").encode(), system=0),
        frozenset({"zip-backslashes"}),
    ),
    Packed(
        "zip of .NET 4.5 with an empty folder",
        ".zip",
        ZipWriter(lambda path: path.replace("/", "\\").encode(), system=0, also={"bag/data/none/": b""}),
        frozenset({"zip-backslashes", "empty-folder"}),
    ),
    Packed(
        "zip of Unix with a backslash in a name",
        ".zip",
        ZipWriter(),
        bag={"payload": {"back\\slash.txt": b"1"}},
    ),
    Packed(
        "zip of 7-Zip, compressed by Deflate64",
        ".zip",
        in_table(10, 9),
        frozenset({"tag-file-unreadable"}),
        Verdict.UNREADABLE,
    ),
    Packed(
        "zip of 7-Zip or Info-ZIP, encrypted",
        ".zip",
        in_table(8, 1),
        frozenset({"tag-file-unreadable"}),
        Verdict.UNREADABLE,
    ),
    Packed("tar of GNU tar", ".tar", tarred(tarfile.GNU_FORMAT)),
    Packed("tar of GNU tar with a label", ".tar", tarred(tarfile.GNU_FORMAT, before=[label("tape 1")])),
    Packed("tar of GNU tar, incremental", ".tar", tarred(tarfile.GNU_FORMAT, folder=b"D")),
    Packed("tar of pigz or cat: several members", ".tar.gz", in_two(gzip.compress)),
    Packed("tar of pbzip2: several streams", ".tar.bz2", in_two(bz2.compress)),
    Packed("tar of xz on two cores, and cat: several streams", ".tar.xz", in_two(lzma.compress)),
    Packed("tar of zstd and cat: several frames", ".tar.zst", in_two(zstd.compress)),
    Packed("tar of pzstd: a frame to skip before each", ".tar.zst", in_two(skippable)),
    Packed(
        "tar of gzip on a tape: padded with zeros", ".tar.gz", lambda root: gzip.compress(tarred()(root)) + bytes(3000)
    ),
    Packed("zip whose folders have no slash", ".zip", ZipWriter(folders=stat.S_IFDIR | 0o755, end="")),
]


@pytest.mark.parametrize("row", PACKED, ids=lambda row: row.name)
def test_an_archive_of_another_system(row: Packed, tmp_path: Path) -> None:
    root = tmp_path / "made" / "bag"
    bag(root, **row.bag)  # type: ignore[arg-type]
    path = tmp_path / f"bag{row.suffix}"
    path.write_bytes(row.make(root))
    report = verify(path)
    assert answer(report) == (set(row.codes), row.verdict), [*report.findings]


@pytest.mark.parametrize("form", ["xz", "zstd"])
def test_what_asks_for_too_much_memory_is_not_called_damaged(form: str, tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    octets = tarred()(tmp_path / "bag")
    if form == "xz":
        compressed = lzma.compress(octets, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 256 << 20}])
    else:
        # RFC 8878 3.1.1: a frame that gives no size but a window of 2^28 octets, and one block as it is.
        block = (len(octets) << 3 | 1).to_bytes(3, "little")
        compressed = b"\x28\xb5\x2f\xfd\0" + bytes([(28 - 10) << 3]) + block + octets
    (tmp_path / "bag.tar.x").write_bytes(compressed)
    with pytest.raises(BagError, match="128 MiB of memory"):
        verify(tmp_path / "bag.tar.x")


# --- folders ---


@pytest.mark.parametrize("lost", ["manifest-sha512.txt", "tagmanifest-sha512.txt"])
def test_what_a_manifest_lists_is_not_known_when_it_cannot_be_read(lost: str, open_place: Path) -> None:
    bag(open_place / "bag", algorithms=("sha256", "sha512"))
    (open_place / "bag" / lost).chmod(0)
    with without_rights():
        report = verify(open_place / "bag")
    assert answer(report) == ({"tag-file-unreadable"}, Verdict.UNREADABLE)
    assert len(report.findings) == 1


def test_an_old_bag_may_list_a_file_in_the_manifest_that_cannot_be_read(open_place: Path) -> None:
    edit = {"manifest-sha256.txt": drop(FIRST)}
    bag(open_place / "bag", version="0.97", algorithms=("sha256", "sha512"), edit=edit)
    (open_place / "bag" / "manifest-sha512.txt").chmod(0)
    with without_rights():
        report = verify(open_place / "bag")
    assert answer(report) == ({"tag-file-unreadable"}, Verdict.UNREADABLE)
