"""Zips and compressed tars that no tool should unpack, each with the exact set of codes that it must give."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from backports import zstd
from tests.bag.fixtures import FIRST, PAYLOAD, bag
from tests.bag.tars import NOTHING_SEEN, build, good

Members = list[tuple[zipfile.ZipInfo, bytes]]


def members(tmp_path: Path, payload: Mapping[str, bytes] = PAYLOAD) -> Members:
    """The members of a good bag, folders first."""
    bag(tmp_path / "made" / "bag", payload)
    found = []
    for path in sorted((tmp_path / "made").rglob("*")):
        name = str(path.relative_to(tmp_path / "made"))
        found.append(
            (zipfile.ZipInfo(f"{name}/"), b"") if path.is_dir() else (zipfile.ZipInfo(name), path.read_bytes())
        )
    return found


def packed(found: Members, *, method: int = zipfile.ZIP_STORED) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        for info, data in found:
            archive.writestr(info, data, method)
    return octets.getvalue()


def with_member(name: str, data: bytes = b"", *, mode: int = 0, flags: int = 0) -> Callable[[Path], bytes]:
    def make(tmp_path: Path) -> bytes:
        info = zipfile.ZipInfo("bag/placeholder")
        info.external_attr = mode << 16
        octets = packed([*members(tmp_path), (info, data)])
        padded = name.encode().ljust(len("bag/placeholder"), b"/")
        assert len(padded) == len("bag/placeholder")
        return octets.replace(b"bag/placeholder", padded)

    return make


def renamed(change: Callable[[str], str]) -> Callable[[Path], bytes]:
    def make(tmp_path: Path) -> bytes:
        found = members(tmp_path)
        for info, _data in found:
            info.filename = info.orig_filename = change(info.filename)
            info.create_system = 0 if "\\" in info.filename else info.create_system
        return packed([(info, data) for info, data in found if info.filename])

    return make


def changed(change: Callable[[bytes], bytes], *, method: int = zipfile.ZIP_STORED) -> Callable[[Path], bytes]:
    return lambda tmp_path: change(packed(members(tmp_path), method=method))


def twice(tmp_path: Path) -> bytes:
    info, data = zipfile.ZipInfo("bag/data/source/05STRELSAU2.txt"), b"forged"
    octets = packed([*members(tmp_path), (info, data)])
    return octets.replace(b"bag/data/source/05STRELSAU2.txt", f"bag/{FIRST}".encode())


def encrypted(tmp_path: Path) -> bytes:
    """Set bit 0 of the flags of the payload's entry in the table of contents."""
    octets = bytearray(packed(members(tmp_path)))
    at = octets.rindex(f"bag/{FIRST}".encode()) - 46
    assert octets[at : at + 4] == b"PK\x01\x02"
    octets[at + 8] |= 1
    return bytes(octets)


def lying_size(size: int) -> Callable[[Path], bytes]:
    def make(tmp_path: Path) -> bytes:
        octets = bytearray(packed(members(tmp_path), method=zipfile.ZIP_DEFLATED))
        at = octets.rindex(f"bag/{FIRST}".encode()) - 46
        struct.pack_into("<L", octets, at + 24, size)
        return bytes(octets)

    return make


def overlapping(tmp_path: Path) -> bytes:
    """Let the last entry of the table of contents point at the octets of the first."""
    octets = bytearray(packed(members(tmp_path)))
    last = octets.rindex(b"PK\x01\x02")
    struct.pack_into("<L", octets, last + 42, 0)
    return bytes(octets)


def with_two_names(tmp_path: Path) -> bytes:
    """Name a member that no manifest lists otherwise in its own header, which comes first."""
    octets = with_member("bag/notes.text1", b"x")(tmp_path)
    return octets.replace(b"bag/notes.text1", b"bag/data/forged", 1)


def large_dictionary(size: int) -> Callable[[Path], bytes]:
    """Let the octets of a member ask for a dictionary of 4 GiB, and say how many they become."""

    def make(tmp_path: Path) -> bytes:
        octets = bytearray(packed(members(tmp_path), method=zipfile.ZIP_LZMA))
        name = f"bag/{FIRST}".encode()
        begin = octets.index(name) + len(name)
        assert octets[begin + 2 : begin + 4] == b"\5\0"
        octets[begin + 5 : begin + 9] = b"\xff" * 4
        struct.pack_into("<L", octets, octets.rindex(name) - 46 + 24, size)
        return bytes(octets)

    return make


def damaged_end(tmp_path: Path) -> bytes:
    """Damage the checksum of an empty member, which is all that there is of it."""
    octets = bytearray(packed(members(tmp_path, {**PAYLOAD, "empty": b""}), method=zipfile.ZIP_BZIP2))
    octets[octets.index(b"bag/data/empty") + len("bag/data/empty") + 12] ^= 1
    return bytes(octets)


def lying_size_of_bzip2(tmp_path: Path) -> bytes:
    octets = bytearray(packed(members(tmp_path), method=zipfile.ZIP_BZIP2))
    struct.pack_into("<L", octets, octets.rindex(f"bag/{FIRST}".encode()) - 46 + 24, 3)
    return bytes(octets)


def other_properties(tmp_path: Path) -> bytes:
    octets = bytearray(packed(members(tmp_path), method=zipfile.ZIP_LZMA))
    begin = octets.index(f"bag/{FIRST}".encode()) + len(f"bag/{FIRST}")
    octets[begin + 2] = 6
    return bytes(octets)


def flipped(text: bytes) -> Callable[[bytes], bytes]:
    return lambda octets: octets.replace(text, bytes([text[0] ^ 1]) + text[1:], 1)


def endless_table(tmp_path: Path) -> bytes:
    octets = bytearray(packed(members(tmp_path)) + b"")
    end = octets.rindex(b"PK\x05\x06")
    struct.pack_into("<L", octets, end + 12, 0x7FFFFFFF)
    return bytes(octets)


def bomb(_tmp_path: Path) -> bytes:
    """A tar of one endless file: 2 GiB of zeros in some kilobytes."""
    from tests.bag.tars import member

    info, _data = member("bag/data/a")
    info.size = 2 << 30
    compressor = zstd.ZstdCompressor()
    head = info.tobuf()
    zeros = bytes(1 << 24)
    parts = [compressor.compress(head), *(compressor.compress(zeros) for _time in range(128)), compressor.flush()]
    return b"".join(parts)


def tarred(compress: Callable[[bytes], bytes], change: Callable[[bytes], bytes] = bytes) -> Callable[[Path], bytes]:
    return lambda tmp_path: change(compress(build(tmp_path / "t", good(tmp_path))))


SEEN_IN_PART = ("payload-missing", "tag-file-missing", "oxum-differs", "payload-manifest-missing", "tagmanifest-none")

ARCHIVES: list[tuple[str, str, set[str], Callable[[Path], bytes]]] = [
    ("as-it-should-be", ".zip", set(), changed(bytes)),
    ("deflated", ".zip", set(), changed(bytes, method=zipfile.ZIP_DEFLATED)),
    ("bzip2ed", ".zip", set(), changed(bytes, method=zipfile.ZIP_BZIP2)),
    ("lzma", ".zip", set(), changed(bytes, method=zipfile.ZIP_LZMA)),
    ("lzma-of-a-large-dictionary", ".zip", set(), large_dictionary(len(PAYLOAD[FIRST.removeprefix("data/")]))),
    ("lzma-of-a-dictionary-too-large", ".zip", {"payload-unreadable", "oxum-differs"}, large_dictionary(1 << 31)),
    ("bzip2-damaged-at-its-end", ".zip", {"payload-unreadable"}, damaged_end),
    ("bzip2-that-goes-on", ".zip", {"payload-unreadable", "oxum-differs"}, lying_size_of_bzip2),
    ("lzma-of-another-kind", ".zip", {"payload-unreadable"}, other_properties),
    ("with-a-dot-before", ".zip", set(), renamed(lambda name: f"./{name}")),
    ("climbing", ".zip", {"member-unsafe"}, with_member("../evil.txt//", b"x")),
    ("climbing-inside", ".zip", {"member-unsafe"}, with_member("bag/../../evil", b"x")),
    ("climbing-with-backslashes", ".zip", {"member-unsafe"}, with_member("bag\\..\\..\\e", b"x")),
    ("absolute", ".zip", {"member-unsafe"}, with_member("/tmp/evil.txt//", b"x")),
    ("of-a-drive", ".zip", {"member-unsafe"}, with_member("C:\\evil.txt", b"x")),
    ("nul", ".zip", {"member-unsafe"}, with_member("bag/evil\0.txt.x", b"x")),
    ("without-a-name", ".zip", {"member-unsafe"}, with_member("\0ag/placeholder", b"x")),
    ("symbolic-link", ".zip", {"link-in-bag"}, with_member("bag/data/link11", b"../../x", mode=stat.S_IFLNK | 0o777)),
    ("device", ".zip", {"special-file"}, with_member("bag/data/dev111", mode=stat.S_IFCHR | 0o600)),
    ("twice-and-forged", ".zip", {"member-twice", "payload-altered", "oxum-differs"}, twice),
    ("from-within", ".zip", {"archive-no-base-directory"}, renamed(lambda name: name.partition("/")[2])),
    ("other-name", ".zip", {"archive-name-differs"}, renamed(lambda name: name.replace("bag", "cables", 1))),
    ("two-tops", ".zip", {"archive-several-tops"}, with_member("other/notes.txt", b"x")),
    ("encrypted", ".zip", {"payload-unreadable"}, encrypted),
    ("a-flipped-bit", ".zip", {"payload-altered"}, changed(flipped(b"UNCLAS STRELSAU 000001"))),
    ("size-a-lie-below", ".zip", {"payload-altered", "oxum-differs"}, lying_size(3)),
    ("size-a-lie-above", ".zip", {"payload-unreadable", "oxum-differs"}, lying_size(1 << 30)),
    ("overlapping", ".zip", {"zip-corrupt", *NOTHING_SEEN}, overlapping),
    ("with-backslashes", ".zip", {"zip-backslashes"}, renamed(lambda name: name.replace("/", "\\"))),
    ("named-otherwise", ".zip", {"zip-corrupt", "tag-file-unlisted"}, with_two_names),
    ("without-its-end", ".zip", {"zip-corrupt", *NOTHING_SEEN}, changed(lambda octets: octets[:-30])),
    ("endless-table", ".zip", {"zip-corrupt", *NOTHING_SEEN}, endless_table),
    ("cut", ".tar.gz", {"compression-damaged", *NOTHING_SEEN}, tarred(gzip.compress, lambda octets: octets[:40])),
    (
        "flipped",
        ".tar.xz",
        {"compression-damaged", *NOTHING_SEEN},
        tarred(lzma.compress, lambda x: x[:30] + b"!" + x[31:]),
    ),
    ("something-after", ".tar.gz", {"compression-damaged"}, tarred(gzip.compress, lambda octets: octets + b"more")),
    (
        "two-streams",
        ".tar.gz",
        {"tar-trailing-data"},
        tarred(gzip.compress, lambda octets: octets + gzip.compress(b"x")),
    ),
    ("bomb", ".tar.zst", {"limit-exceeded"}, bomb),
]
