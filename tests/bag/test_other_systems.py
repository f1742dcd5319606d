"""Bags and archives as other systems write them, good and bad: what each gives, code by code, and the one word.

What the tools wrote was looked at; here it is made again, octet by octet, so that no tool is needed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
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
from tests.bag.fixtures import FIRST, PAYLOAD, bag, digest, drop, pack, put

from preserve.bag.limits import Limits
from preserve.bag.model import BagReport, Verdict
from preserve.bag.verifying.verification import verify
from preserve.findings import Severity

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
        for stand_in, name in names.items():
            made = made.replace(stand_in, name)
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


def from_within(root: Path) -> bytes:
    return ZipWriter(lambda path: path.partition("/")[2].encode())(root)


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
    Packed(
        "zip of a Mac's Finder",
        ".zip",
        ZipWriter(also={"__MACOSX/bag/data/._plain.txt": b"\0\5\x16\7", "._bag": b"\0\5\x16\7"}),
        frozenset({"archive-several-tops"}),
    ),
    Packed(
        "tar of a Mac: what Finder knows of a file lies beside it",
        ".zip",
        ZipWriter(also={"bag/data/._plain.txt": b"\0\5\x16\7", "bag/._bagit.txt": b"\0\5\x16\7"}),
        frozenset({"payload-unlisted", "system-file", "oxum-differs", "tag-file-unlisted"}),
        Verdict.INVALID,
    ),
    Packed(
        "zip of two bags",
        ".zip",
        ZipWriter(also={"cab/bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}),
        frozenset({"archive-several-tops"}),
        Verdict.INVALID,
    ),
    Packed(
        "zip of the JDK's jar",
        ".zip",
        ZipWriter(also={"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\r\n\r\n"}),
        frozenset({"archive-several-tops"}),
        Verdict.INVALID,
    ),
    Packed("zip of OCR-D: no base directory", ".zip", from_within, frozenset({"archive-no-base-directory"})),
    Packed(
        "zip of OCR-D: no base directory, in a bag of 0.97",
        ".zip",
        from_within,
        frozenset({"archive-no-base-directory"}),
        Verdict.INVALID,
        bag={"version": "0.97"},
    ),
    Packed("tar of bdbag in bzip2", ".bz2", lambda root: bz2.compress(tarred()(root))),
    Packed(
        "tar in gzip that is named as a plain one",
        ".tar",
        lambda root: gzip.compress(tarred()(root)),
        frozenset({"archive-name-differs"}),
    ),
    Packed("zip of a system of capitals", ".ZIP", ZipWriter()),
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


@pytest.mark.parametrize(
    ("path", "says"), [("bag", "'one/two/bagit.txt': a bag may lie there"), ("bag/one", "'two/bagit.txt'")]
)
def test_a_bag_that_lies_deeper_is_pointed_at(path: str, says: str, tmp_path: Path) -> None:
    bag(tmp_path / "bag/one/two")
    for each in (tmp_path / path, pack(tmp_path / path)):
        missing = [finding for finding in verify(each).findings if finding.code == "bagit-txt-missing"]
        assert says in missing[0].message


def test_a_declaration_in_capitals_is_pointed_at(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    (tmp_path / "bag/bagit.txt").rename(tmp_path / "bag/BAGIT.TXT")
    assert ["but one named 'BAGIT.TXT'" in each.message for each in verify(tmp_path / "bag").findings].count(True) == 1


def test_a_zip_of_more_members_than_are_looked_at_is_not_called_damaged(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    (tmp_path / "bag.zip").write_bytes(ZipWriter()(tmp_path / "bag"))
    found, _verdict = answer(verify(tmp_path / "bag.zip", limits=Limits(zip_table=100)))
    assert "limit-exceeded" in found
    assert "zip-corrupt" not in found


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
    report = verify(tmp_path / "bag.tar.x")
    assert report.verdict is Verdict.UNREADABLE
    assert "128 MiB of memory" in next(each.message for each in report.findings if each.code == "limit-exceeded")


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


@dataclass(frozen=True, slots=True)
class Kept:
    """One bag as a folder, octet by octet.

    Attributes:
        name: What wrote it, and what is special.
        declaration: Its ``bagit.txt``.
        algorithms: Of its payload manifests.
        line: From a digest and a path to a line of a manifest.
        tags: Its other tag files.
        missing: Payload files that are listed and not there.
        encoding: Of its tag files.
        codes: Exactly those that it gives, but for notes.
        verdict: The one word.
    """

    name: str
    declaration: bytes = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
    algorithms: tuple[str, ...] = ("sha256",)
    line: str = "{digest}  {path}\n"
    tags: Mapping[str, bytes] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    encoding: str = "utf-8"
    codes: frozenset[str] = frozenset()
    verdict: Verdict = Verdict.VALID

    def __call__(self, root: Path) -> None:
        put(root / "bagit.txt", self.declaration)
        for path, data in PAYLOAD.items():
            put(root / "data" / path, data)
        for name, data in self.tags.items():
            put(root / name, data)
        listed = {**PAYLOAD, **dict.fromkeys(self.missing, b"")}
        for algorithm in self.algorithms:
            lines = (
                self.line.format(digest=digest(algorithm, data), path=f"data/{path}") for path, data in listed.items()
            )
            put(root / f"manifest-{algorithm}.txt", "".join(lines).encode(self.encoding))


V1 = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

KEPT = [
    Kept(
        "Bagger and bagit-java on Windows",
        b"BagIt-Version: 0.96\r\nTag-File-Character-Encoding: UTF-8\r\n",
        ("md5",),
        "{digest} {path}\r\n",
        {"bag-info.txt": b"Source-Organization: x\r\nExternal-Description: a\r\n     b\r\nPayload-Oxum: 26.2\r\n"},
    ),
    Kept("md5sum, by hand", line="{digest} *{path}\n", codes=frozenset({"md5sum-asterisk"})),
    Kept("lipdR: tabs", line="{digest}\t{path}\n", tags={"bag-info.txt": b"Payload-Oxum: 26.2\n"}),
    Kept(
        "Dataverse, for the Research Data Alliance",
        b"BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8",
        line="{digest} {path}\n",
        tags={
            "bag-info.txt": b"Contact-Name: x\r\nExternal-Description: a\r\n b\r\nPayload-Oxum: 26.2\r\n",
            "metadata/datacite.xml": b"<resource/>",
            "metadata/pid-mapping.txt": b"https://doi.example/1 data/\r\n",
        },
        codes=frozenset({"bagit-txt-loose"}),
    ),
    Kept(
        "APTrust, by DART",
        algorithms=("md5", "sha256"),
        tags={
            "aptrust-info.txt": b"Title: Cables\nAccess: Institution\nStorage-Option: Standard\n",
            "bag-info.txt": b"Source-Organization: x\nBag-Count: 1 of 1\nBag-Group-Identifier:\nPayload-Oxum: 26.2\n",
        },
    ),
    Kept(
        "Moab of Stanford",
        b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 0.97\n",
        ("md5", "sha1", "sha256"),
        codes=frozenset({"bagit-txt-loose"}),
    ),
    Kept("the first drafts", b"BagIt-Version: 0.93\nTag-File-Character-Encoding: UTF-8\n", ("md5",)),
    Kept(
        "Java's names of encodings",
        b"BagIt-Version: 0.97\nTag-File-Character-Encoding: Cp1252\n",
        encoding="cp1252",
        codes=frozenset({"encoding-not-utf8"}),
    ),
    Kept("lines that end with CR CR LF", line="{digest}  {path}\r\r\n", codes=frozenset({"manifest-blank-line"})),
    Kept(
        "Wellcome: all versions in one place, some of it elsewhere",
        tags={"fetch.txt": b"s3://stored/b1/v1/data/x.jp2\t0\tdata/b1/x.jp2\n"},
        missing=("b1/x.jp2",),
        codes=frozenset({"payload-to-fetch"}),
        verdict=Verdict.INCOMPLETE,
    ),
    Kept(
        "bdbag: files by ARK",
        tags={"fetch.txt": b"ark:/57799/b9j69h\t0\tdata/a b.txt\n"},
        missing=("a b.txt",),
        codes=frozenset({"payload-to-fetch"}),
        verdict=Verdict.INCOMPLETE,
    ),
    Kept(
        "a script on Windows: backslashes in a manifest",
        line="{digest}  data\\source\r\n",
        codes=frozenset({"entry-outside-payload", "payload-unlisted"}),
        verdict=Verdict.INVALID,
    ),
    Kept(
        "a script: white space at the end of a line",
        line="{digest}  {path} \n",
        codes=frozenset({"payload-missing", "payload-unlisted"}),
        verdict=Verdict.INVALID,
    ),
    Kept(
        "md5 of BSD",
        line="MD5 ({path}) = {digest}\n",
        codes=frozenset({"digest-malformed", "payload-unlisted"}),
        verdict=Verdict.INVALID,
    ),
    Kept(
        "names as URLs have them",
        V1,
        tags={"data/a b.txt": b""},
        missing=("a%20b.txt",),
        codes=frozenset({"percent-literal", "payload-missing", "payload-unlisted"}),
        verdict=Verdict.INVALID,
    ),
]


@pytest.mark.parametrize("row", KEPT, ids=lambda row: row.name)
def test_a_bag_of_another_system(row: Kept, tmp_path: Path) -> None:
    root = tmp_path / "bag"
    row(root)
    packed = tmp_path / "bag.zip"
    packed.write_bytes(ZipWriter()(root))
    for report in (verify(root), verify(pack(root)), verify(packed)):
        serious = {finding.code for finding in report.findings if finding.severity is not Severity.NOTE}
        assert (serious, report.verdict) == (set(row.codes), row.verdict), [*report.findings]


def test_a_name_in_the_encoding_of_the_tag_files_is_known_again(tmp_path: Path) -> None:
    bag(tmp_path / "bag", {"caf\u00e9.txt": b"x"}, version="0.97", encoding="iso-8859-1")
    (tmp_path / "bag/data/caf\u00e9.txt").rename(os.fsdecode(bytes(tmp_path) + b"/bag/data/caf\xe9.txt"))
    packed = tmp_path / "bag.zip"
    packed.write_bytes(ZipWriter(os.fsencode)(tmp_path / "bag"))
    for each in (tmp_path / "bag", pack(tmp_path / "bag"), packed):
        assert answer(verify(each)) == ({"name-encoding", "encoding-not-utf8"}, Verdict.VALID)
    put(tmp_path / "bag/bagit.txt", b"BagIt-Version: 0.97\nTag-File-Character-Encoding: CP1251\n")
    assert not verify(tmp_path / "bag").valid


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda root: (root / "manifest-sha256.txt").rename(root / "MANIFEST-SHA256.TXT"), "but 'MANIFEST-SHA256.TXT'"),
        (lambda root: (root / "manifest-sha256.txt").rename(root / "manifest.txt"), "but 'manifest.txt'"),
        (
            lambda root: put(root / "manifest-sha256.txt", b"0" * 64 + b"  data\\a.txt\n"),
            "parts names with backslashes, not with '/'",
        ),
        (
            lambda root: put(root / "manifest-sha256.txt", b"0" * 64 + f"  {FIRST} \n".encode()),
            f"there is no such file, but '{FIRST}'",
        ),
    ],
)
def test_a_message_names_what_is_likely_meant(change: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    Kept("")(tmp_path / "bag")
    change(tmp_path / "bag")
    assert any(says in finding.message for finding in verify(tmp_path / "bag").findings)
