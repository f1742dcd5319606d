"""7z archives that hostile hands wrote, byte by byte: what each costs, and what is said of it."""

from __future__ import annotations

import bz2
import lzma
import random
import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import py7zr
import pytest
from tests.memory import measured_memory

from preserve.readers.source_bytes import LARGEST_SOURCE
from preserve.readers.sources import seven_zip
from preserve.readers.sources.archives import container_members
from preserve.readers.sources.members import LARGEST_TABLE, MOST_MEMBERS, ArchiveMember
from preserve.readers.sources.seven_zip import seven_zip_members
from preserve.readers.sources.seven_zip_table import SevenZipError, SevenZipFolder, read_files

LITTLE = 24 << 20
"""Bytes of memory that no archive of some kilobytes may take: the largest page, and what it is made in."""

COPY, DEFLATE, BZIP2, DELTA, X86 = b"\x01\0", b"\x03\x04\x01\x08", b"\x03\x04\x02\x02", b"\x21\x03\x01\0", b"\x01\x04"


def number(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else b"\xff" + struct.pack("<Q", value)


def lzma2(size: int) -> bytes:
    return b"\x21\x21\x01" + bytes([size])


def lzma1(dictionary: int) -> bytes:
    return b"\x23\x03\x01\x01\x05\x5d" + struct.pack("<I", dictionary)


def packing(packed: int, coders: Sequence[bytes], size: int, *, start: int = 0, sizes: int = 1) -> bytes:
    """PackInfo and UnpackInfo of one folder; its coders stand in the order in which they unpack."""
    bonds = b"".join(number(place + 1) + number(place) for place in range(len(coders) - 1))
    folder = number(len(coders)) + b"".join(coders) + bonds
    between = number(1 << 40) * (len(coders) - 1) + number(size)
    return (
        b"\x06" + number(start) + number(sizes) + b"\x09" + number(packed) * sizes + b"\0"
        b"\x07\x0b\x01\0" + folder + b"\x0c" + between + b"\0\0"
    )


def files(*names: str, more: bytes = b"") -> bytes:
    encoded = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    return b"\x05" + number(len(names)) + b"\x11" + number(len(encoded) + 1) + b"\0" + encoded + more + b"\0"


def archive(packed: bytes, table: bytes) -> bytes:
    end = struct.pack("<QQI", len(packed), len(table), zlib.crc32(table))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(end)) + end + packed + table


def plain(packed: bytes, coders: Sequence[bytes], size: int) -> bytes:
    table = b"\x01\x04" + packing(len(packed), coders, size) + files("page.txt") + b"\0"
    return archive(packed, table)


def told(folder: Path, data: bytes) -> list[ArchiveMember]:
    path = folder / "a.7z"
    path.write_bytes(data)
    with path.open("rb") as stream:
        return list(seven_zip_members(stream))


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@lru_cache
def deflated_twice(pieces: int) -> bytes:
    first, second = (zlib.compressobj(9, zlib.DEFLATED, -15) for _ in "ab")
    zeros = bytes(1 << 20)
    parts = [second.compress(first.compress(zeros)) for _ in range(pieces)]
    return b"".join([*parts, second.compress(first.flush()), second.flush()])


def raw_lzma2(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}])


# --- what is read ---


@pytest.mark.parametrize("size", [0, 1, 1000, (1 << 20) + 1])
@pytest.mark.parametrize("name", ["copy", "deflate", "bzip2", "lzma2", "copied twice"])
def test_a_method_alone_gives_the_content(tmp_path: Path, name: str, size: int) -> None:
    content = random.Random(1).randbytes(size // 2) + bytes(size - size // 2)
    packed, coders = {
        "copy": (content, [COPY]),
        "deflate": (deflated(content), [DEFLATE]),
        "bzip2": (bz2.compress(content), [BZIP2]),
        "lzma2": (raw_lzma2(content), [lzma2(18)]),
        "copied twice": (deflated(content), [COPY, DEFLATE, COPY]),
    }[name]
    assert told(tmp_path, plain(packed, coders, size)) == [ArchiveMember("page.txt", content)]


@pytest.mark.parametrize("branch", [b"\x04", b"\x05", b"\x06", b"\x07", b"\x08", b"\x09"])
def test_a_filter_of_the_library_is_undone(tmp_path: Path, branch: bytes) -> None:
    kind = {4: "X86", 5: "POWERPC", 6: "IA64", 7: "ARM", 8: "ARMTHUMB", 9: "SPARC"}[branch[0]]
    chosen = [{"id": getattr(lzma, f"FILTER_{kind}")}, {"id": lzma.FILTER_LZMA2}]
    content = random.Random(1).randbytes(5000)
    packed = lzma.compress(content, lzma.FORMAT_RAW, filters=chosen)
    assert told(tmp_path, plain(packed, [lzma2(24), b"\x01" + branch], 5000)) == [ArchiveMember("page.txt", content)]


def test_members_of_several_folders_come_in_order_and_a_damaged_folder_costs_itself(tmp_path: Path) -> None:
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as packed:
        packed.writestr(b"one", "1.txt")
    with py7zr.SevenZipFile(tmp_path / "a.7z", "a") as packed:
        packed.writestr(b"two", "2.txt")
    data = bytearray((tmp_path / "a.7z").read_bytes())
    assert [each.data for each in told(tmp_path, bytes(data))] == [b"one", b"two"]
    data[32] = 0xFF  # the first byte of the first folder
    first, second = told(tmp_path, bytes(data))
    assert first.trouble is not None
    assert first.trouble.startswith("it is damaged, or follows damage: ")
    assert second.data == b"two"


# --- bombs ---


@lru_cache
def bomb(name: str) -> tuple[bytes, bytes]:
    """Some kilobytes that become 64 MiB, and their coder."""
    zeros = bytes(64 << 20)
    if name == "deflate":
        return deflated(zeros), DEFLATE
    return (bz2.compress(zeros), BZIP2) if name == "bzip2" else (raw_lzma2(zeros), lzma2(18))


@pytest.mark.parametrize("size", [1000, LARGEST_SOURCE, 1 << 40])
@pytest.mark.parametrize(
    "coders",
    [
        [DEFLATE, DEFLATE],
        [BZIP2, DEFLATE],
        [DEFLATE, BZIP2],
        [lzma2(40), DEFLATE],
        [lzma1(1 << 20), lzma2(18)],
        [lzma2(18), lzma2(18)],
        [DEFLATE, COPY, DEFLATE],
        [DEFLATE, X86, DEFLATE],
        [DEFLATE] * 32,
    ],
)
def test_two_methods_of_compression_are_not_unpacked(tmp_path: Path, coders: list[bytes], size: int) -> None:
    data = plain(deflated_twice(64), coders, size)
    with measured_memory() as memory:
        page, *_ = told(tmp_path, data)
    assert "its methods of compression in this order" in str(page.trouble)
    assert "; unpack it yourself" in str(page.trouble)
    assert memory.peak < 1 << 20


@pytest.mark.parametrize("size", [1000, LARGEST_SOURCE, LARGEST_SOURCE + 1])
@pytest.mark.parametrize("name", ["deflate", "bzip2", "lzma2"])
def test_a_bomb_takes_no_more_memory_than_a_page(tmp_path: Path, name: str, size: int) -> None:
    packed, coder = bomb(name)
    data = plain(packed, [coder], size)
    with measured_memory() as memory:
        [page] = told(tmp_path, data)
    assert (page.data == bytes(size)) if size <= LARGEST_SOURCE else ("larger than 16 MiB" in str(page.trouble))
    assert memory.peak < LITTLE + LARGEST_SOURCE


def test_what_becomes_too_many_times_its_size_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seven_zip, "expands_too_far", lambda size, packed: size > max(1 << 20, 200 * packed))
    table = b"\x01\x04" + packing(100_000, [DEFLATE], 64 << 20)[:-1]
    table += b"\x08\x0d" + number(64) + b"\x09" + number(1 << 20) * 63 + b"\0\0" + files(*map(str, range(64))) + b"\0"
    read = told(tmp_path, archive(deflated(bytes(64 << 20)).ljust(100_000, b"\0"), table))
    assert len(read) == 64
    assert "becomes so many times its size" in str(read[-1].trouble)


@pytest.mark.parametrize("coder", [lzma1(0xFFFFFFFF), lzma2(40), lzma1((256 << 20) + 1)])
def test_a_dictionary_is_bounded_and_never_larger_than_the_content(tmp_path: Path, coder: bytes) -> None:
    page, *_ = told(tmp_path, plain(b"\0" * 100, [coder], 1 << 40))
    assert page.trouble == "decompressing it takes more than 256 MiB of memory"
    packed = lzma.compress(
        b"page", lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1 if coder[0] == 0x23 else lzma.FILTER_LZMA2}]
    )
    data = plain(packed, [coder], 4)
    with measured_memory() as memory:
        [page] = told(tmp_path, data)
    assert page.data == b"page"
    assert memory.peak < 1 << 20


def test_the_dictionary_of_a_folder_is_let_go_with_it(tmp_path: Path) -> None:
    packed = raw_lzma2(bytes(8 << 20))
    folder, count = b"\x01" + lzma2(22), 40  # 8 MiB each
    table = b"\x01\x04\x06\0" + number(count) + b"\x09" + number(len(packed)) * count + b"\0\x07\x0b" + number(count)
    table += b"\0" + folder * count + b"\x0c" + number(8 << 20) * count + b"\0\0" + files(*map(str, range(count)))
    with measured_memory() as memory:
        path = tmp_path / "a.7z"
        path.write_bytes(archive(packed * count, table + b"\0"))
        with path.open("rb") as stream:
            assert sum(len(each.data or b"") for each in seven_zip_members(stream)) == count * (8 << 20)
    assert memory.peak < 64 << 20


# --- tables of contents ---


@pytest.mark.parametrize("coders", [[DEFLATE, DEFLATE], [DEFLATE], [BZIP2], [lzma2(18)], [COPY]])
@pytest.mark.parametrize("size", [1000, LARGEST_TABLE, 1 << 40])
def test_a_packed_table_is_unpacked_within_its_bounds(tmp_path: Path, coders: list[bytes], size: int) -> None:
    packed = deflated_twice(64)
    data = archive(packed, b"\x17" + packing(len(packed), coders, size))
    with measured_memory() as memory:
        [said] = told(tmp_path, data)
    assert said.name == ""
    assert "table of contents" in str(said.trouble) or "methods of compression" in str(said.trouble)
    assert memory.peak < 2 * LARGEST_TABLE + LITTLE


def test_bytes_that_look_like_a_harmless_folder_hide_no_bomb(tmp_path: Path) -> None:
    """The folder is read, not looked for: CRCs of packed streams can spell any other."""
    packed = deflated_twice(64)
    table = packing(len(packed), [DEFLATE, DEFLATE], LARGEST_TABLE, sizes=3)
    crcs = b"\x0a\x01" + b"\x07\x0b\x01\0\x01\x23\x03\x01\x01\x05\0\0"
    place = table.index(b"\0\x07\x0b")
    data = archive(packed, b"\x17" + table[:place] + crcs + table[place:])
    with measured_memory() as memory:
        [said] = told(tmp_path, data)
    assert "its methods of compression in this order, Deflate, Deflate, are not read" in str(said.trouble)
    assert memory.peak < 1 << 20


def test_a_packed_table_is_a_table_of_files(tmp_path: Path) -> None:
    inner = b"\x17" + packing(0, [COPY], 0)
    [said] = told(tmp_path, archive(inner, b"\x17" + packing(len(inner), [COPY], len(inner))))
    assert said.trouble == "its table of contents has 0x17 where 0x01 should be"


@pytest.mark.parametrize(
    "table",
    [
        b"\x01\x05" + number(1 << 40),
        b"\x01\x05" + number(MOST_MEMBERS + 1),
        b"\x01\x05" + number(MOST_MEMBERS) + b"\x0e" + number(1 << 50),
        b"\x01\x04\x06\0" + number(1 << 40) + b"\x09",
        b"\x01\x04\x06\0\x01\x09\x01\0\x07\x0b" + number(1 << 40) + b"\0",
        b"\x01\x04\x06\0\x01\x09\x01\0\x07\x0b\x01\0" + number(1 << 40),
        b"\x01\x04\x06\0\x01\x09\x01\0\x07\x0b\x01\0\x01\x11\0" + number(1 << 40) + number(1),
        b"\x01\x04\x06\0\x01\x09\x01\0\x07\x0b\x01\0\x01\x21\0" + number(1 << 40),
        b"\x01\x04" + packing(0, [COPY], 1 << 60)[:-1] + b"\x08\x0d" + number(1 << 40),
        b"\x01\x04" + packing(0, [COPY], 1 << 60)[:-1] + b"\x08\x0d" + number(3) + b"\x09" + number(1 << 62) * 2,
        b"\x01\x04" + packing(0, [COPY], 0) + files("a", more=b"\x15\x02\x01\x00" * 2),
        b"\x01\x04" + packing(0, [COPY], 0) + files("a", more=b"\x15\x0a\x01\x01\0\0\0\0\0\0\0\0"),
        b"\x01\x04" + packing(0, [COPY], 0) + b"\x05\x01\x11" + number(200_001) + b"\0" + b"a\0" * 100_000 + b"\0",
        b"\x01\x04" + packing(0, [COPY], 0) + b"\x05\x01\x11\x01\0\0",
        b"\x01\x04" + packing(0, [COPY], 0)[:-1] * 2,
        b"\x01\x04" + b"\x07\x0b" + number(MOST_MEMBERS) + b"\0" + b"\x01\0" * 5000,
        b"\x02",
        b"\x17",
        b"",
    ],
)
def test_a_count_that_lies_takes_no_memory(tmp_path: Path, table: bytes) -> None:
    with measured_memory() as memory:
        said = told(tmp_path, archive(b"", table))
    assert [each.name for each in said] == ([""] if table else [])
    assert "table of contents" in str(said[0].trouble) if table else said == []
    assert memory.peak < LITTLE


@pytest.mark.parametrize(
    "bonds",
    [b"\0\0", b"\x01\x01", b"\x05\0", b"\x01\x05", number(1 << 40) + b"\0"],
    ids=["itself", "itself too", "no input", "no output", "far away"],
)
def test_coders_that_are_joined_in_a_ring_or_not_at_all_are_refused(tmp_path: Path, bonds: bytes) -> None:
    table = packing(10, [DEFLATE, COPY], 10).replace(DEFLATE + COPY + b"\x01\0", DEFLATE + COPY + bonds)
    said, *_ = told(tmp_path, archive(bytes(10), b"\x01\x04" + table + files("page.txt") + b"\0"))
    assert "not joined" in str(said.trouble)


def test_a_ring_beside_the_line_is_refused() -> None:
    # 0 gives the content and takes the packed bytes, 1 and 2 take from each other.
    folder = SevenZipFolder(b"\x03" + COPY * 3 + b"\x01\x02\x02\x01", 0, 0, 0, None)
    with pytest.raises(SevenZipError, match="not joined"):
        folder.coders()


def test_each_file_of_a_table_takes_some_hundred_bytes() -> None:
    count = 10_000
    table = b"\x01\x04\x06\0" + number(count) + b"\x09" + b"\x7f" * count + b"\0\x07\x0b" + number(count) + b"\0"
    table += (b"\x01\x01\0" * count) + b"\x0c" + b"\x7f" * count + b"\x0a\x01" + b"abcd" * count + b"\0\0"
    table += b"\x05" + number(count) + b"\x11" + number(4 * count + 1) + b"\0" + b"a\0\0\0" * count + b"\0\0"
    with measured_memory() as memory:
        assert sum(1 for _ in read_files(table)[1]) == count
    assert memory.peak < 600 * count + (1 << 20)


def test_the_whole_archive_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.7z").write_bytes(plain(deflated_twice(1), [DEFLATE, DEFLATE], 1000))
    [page] = container_members(tmp_path / "a.7z", "a.7z")
    says = "its methods of compression in this order, Deflate, Deflate, are not read; unpack it yourself"
    assert (page.where, page.trouble) == ("a.7z!page.txt", says)
