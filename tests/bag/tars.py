"""Tars that no tool should unpack, each with the exact set of codes that it must give; made by the standard library."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from tests.bag.fixtures import FIRST, bag

from preserve.octets.tar_blocks import padding

Members = list[tuple[tarfile.TarInfo, bytes]]
Change = Callable[[Members], Members]


def good(tmp_path: Path) -> Members:
    """The members of a good bag, folders first."""
    if not (tmp_path / "made" / "bag").exists():
        bag(tmp_path / "made" / "bag")
    members = []
    for path in sorted((tmp_path / "made").rglob("*")):
        info = tarfile.TarInfo(str(path.relative_to(tmp_path / "made")))
        if path.is_dir():
            info.type = tarfile.DIRTYPE
            members.append((info, b""))
        else:
            data = path.read_bytes()
            info.size = len(data)
            members.append((info, data))
    return members


def build(path: Path, members: Members, *, form: int = tarfile.PAX_FORMAT) -> bytes:
    with tarfile.open(path, "w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return path.read_bytes()


def member(
    name: str, data: bytes = b"", *, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, len(data), link
    return info, data


def with_member(
    name: str, data: bytes = b"", *, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> Callable[[Path], bytes]:
    return lambda tmp_path: build(tmp_path / "t", [*good(tmp_path), member(name, data, kind=kind, link=link)])


def changed(change: Callable[[bytes], bytes]) -> Callable[[Path], bytes]:
    return lambda tmp_path: change(build(tmp_path / "t", good(tmp_path)))


def renamed(change: Callable[[str], str]) -> Callable[[Path], bytes]:
    def make(tmp_path: Path) -> bytes:
        members = good(tmp_path)
        for info, _data in members:
            info.name = change(info.name)
        return build(tmp_path / "t", members)

    return make


def sparse_header(tmp_path: Path) -> bytes:
    """A sparse member of GNU's old form, whose map goes on in two further blocks, before the others."""
    info, _data = member("bag/data/s", b"x", kind=tarfile.GNUTYPE_SPARSE)
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[482] = 1
    block[148:156] = b"%06o\0 " % (sum(block) - sum(block[148:156]) + 8 * 0x20)
    further = bytes(504) + b"\1" + bytes(7) + bytes(512)
    return bytes(block) + further + b"x".ljust(512, b"\0") + build(tmp_path / "t", good(tmp_path))


def named_sparse(tmp_path: Path) -> bytes:
    """GNU's third form: the name of a payload file is where only those look who know the form."""
    info, data = member("bag/data/GNUSparseFile.7/s", b"x")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": f"bag/{FIRST}"}
    others = [(other, octets) for other, octets in good(tmp_path) if other.name != f"bag/{FIRST}"]
    return build(tmp_path / "t", [*others, (info, data)])


def pax_sparse(tmp_path: Path) -> bytes:
    info, data = member("bag/data/s", b"x")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "100000000000"}
    return build(tmp_path / "t", [*good(tmp_path), (info, data)])


def lying_pax(size: str) -> Callable[[Path], bytes]:
    def make(tmp_path: Path) -> bytes:
        info, data = member("bag/notes.txt", b"x")
        info.pax_headers = {"size": size}
        return build(tmp_path / "t", [*good(tmp_path), (info, data)])

    return make


def huge_header(tmp_path: Path) -> bytes:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 8**11 - 1
    return info.tobuf(tarfile.USTAR_FORMAT) + build(tmp_path / "t", good(tmp_path))


def two_names(kind: bytes, other: bytes) -> Callable[[Path], bytes]:
    """Put two extended headers before the first member of a good bag."""

    def head(kind: bytes, name: str) -> bytes:
        data = (
            f"{name}\0".encode()
            if kind == tarfile.GNUTYPE_LONGNAME
            else b"%d path=%b\n" % (9 + len(name), name.encode())
        )
        info, _data = member("bag/x", data, kind=kind)
        return info.tobuf(tarfile.GNU_FORMAT) + data + bytes(padding(len(data)))

    return lambda tmp_path: head(kind, "bag/one") + head(other, "bag/two") + build(tmp_path / "t", good(tmp_path))


def huge_member(tmp_path: Path) -> bytes:
    info = tarfile.TarInfo("bag/notes.txt")
    info.size = 1 << 62
    data = build(tmp_path / "t", good(tmp_path)).rstrip(b"\0")
    return data + bytes(padding(len(data))) + info.tobuf(tarfile.GNU_FORMAT)


def last_member(data: bytes) -> int:
    return len(data.rstrip(b"\0"))


NOTHING_SEEN = ("bagit-txt-missing", "payload-directory-missing", "payload-manifest-missing", "tagmanifest-none")

TARS: list[tuple[str, set[str], Callable[[Path], bytes]]] = [
    ("as-it-should-be", set(), changed(lambda data: data)),
    ("with-a-dot-before", set(), renamed(lambda name: f"./{name}")),
    ("climbing", {"member-unsafe"}, with_member("../evil.txt", b"x")),
    ("climbing-inside", {"member-unsafe"}, with_member("bag/../../evil.txt", b"x")),
    ("climbing-with-backslashes", {"member-unsafe"}, with_member("bag\\..\\..\\evil.txt", b"x")),
    ("absolute", {"member-unsafe"}, with_member("/tmp/evil.txt", b"x")),
    ("of-a-drive", {"member-unsafe"}, with_member("C:\\evil.txt", b"x")),
    ("symbolic-link", {"link-in-bag"}, with_member("bag/data/l", kind=tarfile.SYMTYPE, link="../../evil")),
    ("hard-link", {"link-in-bag"}, with_member("bag/data/l", kind=tarfile.LNKTYPE, link="/etc/passwd")),
    ("device", {"special-file"}, with_member("bag/data/d", kind=tarfile.CHRTYPE)),
    ("block-device", {"special-file"}, with_member("bag/data/d", kind=tarfile.BLKTYPE)),
    ("unknown-type", {"special-file"}, with_member("bag/data/d", kind=b"Z")),
    ("label-with-octets", {"special-file"}, with_member("bag/data/d", b"x", kind=b"V")),
    (
        "twice",
        {"member-twice"},
        with_member("bag/bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
    ),
    (
        "twice-and-forged",
        {"member-twice", "payload-altered", "oxum-differs"},
        with_member(f"bag/{FIRST}", b"forged"),
    ),
    ("two-tops", {"archive-several-tops"}, with_member("other/notes.txt", b"x")),
    ("from-within", {"archive-no-base-directory"}, renamed(lambda name: name.partition("/")[2] or ".")),
    ("other-name", {"archive-name-differs"}, renamed(lambda name: name.replace("bag", "cables", 1))),
    ("sparse", {"tar-sparse"}, sparse_header),
    ("sparse-and-named-elsewhere", {"tar-sparse", "oxum-differs"}, named_sparse),
    ("pax-sparse", {"tar-sparse"}, pax_sparse),
    ("endless-header", {"limit-exceeded"}, huge_header),
    ("endless-member", {"tar-truncated", "tag-file-unlisted", "tar-no-end"}, huge_member),
    ("pax-size-a-lie", {"tar-truncated", "tag-file-unlisted", "tar-no-end"}, lying_pax("99999999")),
    ("named-twice", {"tar-corrupt", *NOTHING_SEEN}, two_names(tarfile.XHDTYPE, tarfile.XHDTYPE)),
    ("named-twice-as-gnu-does", {"tar-corrupt", *NOTHING_SEEN}, two_names(*[tarfile.GNUTYPE_LONGNAME] * 2)),
    ("named-twice-in-two-ways", {"tar-corrupt", *NOTHING_SEEN}, two_names(tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE)),
    ("pax-size-negative", {"tar-corrupt"}, lying_pax("-1")),
    ("pax-size-no-number", {"tar-corrupt"}, lying_pax("1_0")),
    ("no-end", {"tar-no-end"}, changed(lambda data: data[: last_member(data) + padding(last_member(data))])),
    ("more-after-the-end", {"tar-trailing-data"}, changed(lambda data: data + b"more")),
]
