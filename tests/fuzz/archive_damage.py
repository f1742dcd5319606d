"""Damage to archives of bags: the headers of tars, the tables of zips, what is around them.

Each function takes bytes and chance and returns bytes, and knows the structure of what it damages. ``bag_damage`` is
for tag files, and ``mutations`` for bytes of any kind; ``bags`` tries what comes of it.
"""

from __future__ import annotations

import random
import struct
import tarfile
from collections.abc import Callable, Sequence

from tests.fuzz.bag_damage import EVIL, PATHS
from tests.fuzz.bag_samples import COMPRESSIONS
from tests.fuzz.mutations import mended, mutated

__all__ = ["damaged_tar", "damaged_zip"]

Chance = random.Random


# --- tars ---


def damaged_tar(chance: Chance, name: str, plain: bytes, others: Sequence[bytes]) -> bytes:
    """Damage a tar, or what is around it; half of the time the checksums of its headers are made right.

    Args:
        chance: Decides everything.
        name: Its name, which says how it is compressed.
        plain: It, not compressed.
        others: What parts may be taken from.
    """
    compress = COMPRESSIONS[name.removeprefix("bag")]
    if compress is not bytes and not chance.randrange(3):
        return mutated(chance, _streams(chance, compress, plain), others)
    damaged = plain
    for _ in range(chance.choice((1, 1, 2, 3))):
        damaged = chance.choice(_TAR_DAMAGES)(chance, damaged)
    if not chance.randrange(3):
        damaged = mutated(chance, damaged, others)
    if chance.randrange(2):
        damaged = mended("x.tar", damaged)
    return _streams(chance, compress, damaged)


def _streams(chance: Chance, compress: Callable[[bytes], bytes], plain: bytes) -> bytes:
    """Compress at times as two streams one after another, or as twice compressed octets."""
    at = chance.randint(0, len(plain))
    match chance.randrange(12):
        case 0:
            return compress(plain[:at]) + compress(plain[at:])
        case 1:
            return compress(plain) + compress(b"")
        case 2:
            return compress(compress(plain))
        case _:
            return compress(plain)


def _members(data: bytes) -> list[tuple[int, int]]:
    """Return where members begin and end, by a walk over what headers there are."""
    at, found = 0, []
    while at + 512 <= len(data) and any(data[at : at + 512]):
        digits = data[at + 124 : at + 135].strip(b" \0")
        size = int(digits, 8) if digits and not digits.strip(b"01234567") else 0
        end = at + 512 + size + -size % 512
        found.append((at, min(end, len(data))))
        at = end
    return found or [(0, len(data))]


_FIELDS = (
    *((0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (124, 12), (136, 12), (156, 1), (156, 1), (157, 100)),
    *((257, 8), (345, 155)),
)
_VALUES = (
    *(b"\0", b"\xff", b"\x80" + b"\0" * 10 + b"\1", b"77777777777", b"-1", b"00000000010\0", b" 12 ", b"0o17", b"9"),
    *(b"\x80" + b"\xff" * 11, b"\xff" * 12, b"\x80" + b"\0" * 6 + b"\1" * 5, b"\x80" + b"\0" * 3 + b"\xff" * 8),
    *(b"00000000000 ", b"0000001\0 777", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"L", b"K", b"x", b"g", b"X"),
    *(b"S", b"V", b"0", b"D", b"M", b"N", b"A", b"bag/", b"bag", b"ustar\0", b"ustar  \0", b"bag/data/a.txt"),
)


def _header_fields(chance: Chance, data: bytes) -> bytes:
    """Change fields of some headers, and put their checksums right."""
    changed = bytearray(data)
    heads = [at for at, _end in _members(data)]
    for at in chance.sample(heads, min(len(heads), chance.choice((1, 1, 2, 5)))):
        start, size = chance.choice(_FIELDS)
        value = chance.choice((*_VALUES, *(path.encode() for path in PATHS)))
        changed[at + start : at + start + size] = value[:size].ljust(size, b"\0")
    return mended("x.tar", bytes(changed))


def _whole_member(chance: Chance, data: bytes) -> bytes:
    """Drop, double, move or change a member whole."""
    members = _members(data)
    start, end = chance.choice(members)
    other, _ = chance.choice(members)
    piece = data[start:end]
    match chance.randrange(5):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:other] + piece + data[other:]
        case 2:
            rest = data[:start] + data[end:]
            return rest[:other] + piece + rest[other:]
        case 3:
            flipped = bytearray(piece)
            if len(piece) > 512:
                flipped[chance.randrange(512, len(piece))] ^= 1 << chance.randrange(8)
            return data[:start] + flipped + data[end:]
        case _:
            return data[:other] + piece[:512] + data[other:]


def _new_member(chance: Chance, data: bytes) -> bytes:
    """Put a member in that somebody made to do harm."""
    at = chance.choice([start for start, _end in _members(data)])
    return data[:at] + chance.choice(_FORGERIES)(chance) + data[at:]


def _head(name: str, kind: bytes, size: int, link: str = "") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _block(kind: bytes, data: bytes, name: str = "bag/x") -> bytes:
    return _head(name, kind, len(data)) + data + bytes(-len(data) % 512)


def _forged_file(chance: Chance) -> bytes:
    path = chance.choice(("", "bag/", "bag/data/", "bag/data/link/")) + chance.choice(PATHS)
    return _block(chance.choice((b"0", b"\0", b"7", b"5")), b"forged", path.replace("\0", "") or "bag")


def _forged_link(chance: Chance) -> bytes:
    kind = chance.choice((b"1", b"2"))
    name = chance.choice(
        ("bag/data/link", "bag/data/a.txt", "bag/data", "bag", "bag/bagit.txt", "bag/manifest-md5.txt")
    )
    return _head(
        name, kind, chance.choice((0, 0, 600)), chance.choice((EVIL, "../../..", "bag/data/a.txt", "/etc/passwd"))
    )


def _forged_special(chance: Chance) -> bytes:
    return _head(f"bag/data/{chance.choice(('s', 'a.txt'))}", chance.choice((b"3", b"4", b"6", b"V", b"M", b"Z")), 700)


def _forged_sparse(chance: Chance) -> bytes:
    head = bytearray(_head("bag/data/s", b"S", 512))
    for at in (386, 398, 483):
        head[at : at + 11] = b"%011o" % chance.choice((0, 512, 8**11 - 1))
    head[482] = chance.choice((0, 1))
    return mended("x.tar", bytes(head)) + bytes(chance.choice((0, 512, 1024)))


_KEYS = (
    *("path", "path", "size", "size", "linkpath", "hdrcharset", "mtime", "GNU.sparse.major", "GNU.sparse.minor"),
    *("GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.map", "GNU.sparse.size", "comment", "", "SCHILY.xattr.a"),
)


def _forged_pax(chance: Chance) -> bytes:
    """Make a pax header, local or for all that follow, whose records may lie about their lengths."""
    records = b""
    for _ in range(chance.randint(1, 3)):
        numbers = ("0", "1", "5", "-1", "1_0", "+5", " 5", "5.0", "99999999999999999999", "1" * 5000, "\u0663")
        value = chance.choice((*(f"bag/{path}" for path in PATHS), *PATHS, *numbers, "BINARY", "a\nb"))
        rest = f" {chance.choice(_KEYS)}={value}\n".encode()
        length = len(rest) + len(str(len(rest) + 2))
        if not chance.randrange(6):
            length += chance.choice((-length, -2, -1, 1, 2, 600, 10**9))
        records += b"%d" % max(0, length) + rest
    if not chance.randrange(6):
        records = mutated(chance, records, [records])[:5000]
    return _block(chance.choice((b"x", b"x", b"g", b"X")), records)


def _forged_long(chance: Chance) -> bytes:
    path = chance.choice((*PATHS, *(f"bag/{each}" for each in PATHS), "bag/data/" + "w" * 5000))
    return _block(
        chance.choice((b"L", b"L", b"K")), path.encode() + chance.choice((b"\0", b"", b"\0more")), "././@LongLink"
    )


_FORGERIES: tuple[Callable[[Chance], bytes], ...] = (
    *(_forged_file, _forged_link, _forged_special, _forged_sparse),
    *(_forged_pax, _forged_pax, _forged_pax, _forged_long, _forged_long),
)


def _at_the_end(chance: Chance, data: bytes) -> bytes:
    """Cut a tar, or put something behind it or in between."""
    at = chance.randrange(len(data) // 512 + 1) * 512
    match chance.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data.rstrip(b"\0")
        case 2:
            return data + chance.choice((b"\0", b"more", bytes(512), data, _forged_file(chance) + bytes(1024)))
        case 3:
            return data[:at] + bytes(chance.choice((512, 1024))) + data[at:]
        case 4:
            return data[: chance.randrange(len(data) + 1)]
        case _:
            return data[:at] + _forged_file(chance) + data[at:]


_TAR_DAMAGES: tuple[Callable[[Chance, bytes], bytes], ...] = (
    *(_header_fields, _header_fields, _whole_member, _whole_member, _new_member, _new_member, _new_member, _at_the_end),
)


# --- zips ---

_LOCAL, _CENTRAL, _END, _END_64, _LOCATOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7"
_ZIP_FIELDS = {
    # APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16: offset and octets of each field.
    _LOCAL: ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    _CENTRAL: (
        *((4, 2), (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2), (36, 2)),
        *((38, 4), (42, 4)),
    ),
    _END: ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}


def damaged_zip(chance: Chance, _name: str, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage a zip: its table of contents, its headers, its members, its octets."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(_ZIP_DAMAGES)(chance, data)
    return mutated(chance, data, others) if not chance.randrange(3) else data


def _heads(data: bytes, signature: bytes) -> list[int]:
    found, at = [], data.find(signature)
    while at >= 0:
        found.append(at)
        at = data.find(signature, at + 4)
    return found


def _zip_field(chance: Chance, data: bytes) -> bytes:
    """Change fields of headers to what they must not be, or to what another header has."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        signature = chance.choice((_LOCAL, _CENTRAL, _CENTRAL, _CENTRAL, _END))
        heads = _heads(data, signature)
        if not heads:
            continue
        at, (start, size) = chance.choice(heads), chance.choice(_ZIP_FIELDS[signature])
        there = int.from_bytes(changed[at + start : at + start + size], "little")
        other = chance.choice(heads) + start
        value = chance.choice(
            (
                0,
                1,
                8,
                12,
                14,
                93,
                99,
                there + 1,
                there - 1,
                there ^ 1,
                there ^ 8,
                there ^ 0x800,
                -1,
                1 << 31,
                0xA1FF0000,
            )
        )
        packed = (value % (1 << 8 * size)).to_bytes(size, "little")
        changed[at + start : at + start + size] = packed if chance.randrange(4) else changed[other : other + size]
    return bytes(changed)


def _zip_entry(chance: Chance, data: bytes) -> bytes:
    """Drop, double or swap entries of the table of contents; the counts at the end follow or not."""
    heads, end = _heads(data, _CENTRAL), data.rfind(_END)
    if len(heads) < 2 or end < 0:
        return data
    ends = [*heads[1:], end]
    number = chance.randrange(len(heads))
    entries = [data[start:stop] for start, stop in zip(heads, ends, strict=True)]
    entry = entries[number]
    match chance.randrange(4):
        case 0:
            del entries[number]
        case 1:
            entries.insert(chance.randrange(len(entries)), entry)
        case 2:
            chance.shuffle(entries)
        case _:
            entries[number] = entry[:46].replace(entry[28:30], bytes(2), 1) + entry[46:]
    table, tail = b"".join(entries), bytearray(data[end:])
    if chance.randrange(4) and len(tail) >= 22:
        struct.pack_into("<HHL", tail, 8, len(entries), len(entries), len(table))
    return data[: heads[0]] + table + tail


def _zip_name(chance: Chance, data: bytes) -> bytes:
    """Give a member another name of the same length, in one of the two places or in both."""
    name = chance.choice((b"bag/data/a.txt", b"bag/bagit.txt", b"bag/data/empty", b"bag/bag-info.txt", b"bag/"))
    other = chance.choice((*(path.encode() for path in PATHS), b"bag/data/a.txt", b"bag/\xff", b"bag\\data\\a.txt"))
    filled = (other + chance.choice((b"/", b"\0", b"x")) * len(name))[: len(name)]
    return data.replace(name, filled, chance.choice((-1, 1)))


def _zip_64(chance: Chance, data: bytes) -> bytes:
    """Put an end for large zips before the end, and let the end point to it (APPNOTE.TXT 4.3.14, 4.3.15)."""
    end = data.rfind(_END)
    if end < 0 or len(data) < end + 22:
        return data
    count, size, start = struct.unpack_from("<HLL", data, end + 10)
    numbers = [count, count, size, start]
    if chance.randrange(2):
        numbers[chance.randrange(4)] = chance.choice((0, 1, 1 << 31, 1 << 40, (1 << 64) - 1))
    large = _END_64 + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, *numbers)
    place = chance.choice((end, end, 0, 1 << 40))
    locator = _LOCATOR + struct.pack("<LQL", 0, place, 1)
    tail = bytearray(data[end:])
    if chance.randrange(3):
        struct.pack_into("<HHLL", tail, 8, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    return data[:end] + large + locator + tail


def _zip_extra(chance: Chance, data: bytes) -> bytes:
    """Give an entry of the table an extra field: sizes of 64 bits, a Unicode path, or none that is known."""
    heads, end = _heads(data, _CENTRAL), data.rfind(_END)
    if not heads or end < 0 or len(data) < end + 22:
        return data
    at = chance.choice(heads)
    name, extra = struct.unpack_from("<HH", data, at + 28) if len(data) > at + 46 else (0, 0)
    field = chance.choice(
        (
            struct.pack("<HHQQQ", 1, 24, chance.choice((5, 1 << 40)), chance.choice((5, 1 << 40)), 0),
            struct.pack("<HHQ", 1, chance.choice((8, 4, 60)), 1 << 40),
            struct.pack("<HHBL", 0x7075, 5 + len(PATHS[4]), 1, chance.randrange(1 << 32)) + PATHS[4].encode(),
            struct.pack("<HH", 0x9901, 60),
            b"\1",
        )
    )
    behind = at + 46 + name + extra
    changed = bytearray(data[:behind] + field + data[behind:])
    struct.pack_into("<H", changed, at + 30, (extra + len(field)) % (1 << 16))
    size = struct.unpack_from("<L", data, end + 12)[0]
    struct.pack_into("<L", changed, end + len(field) + 12, (size + len(field)) % (1 << 32))
    if chance.randrange(2):
        struct.pack_into("<LL", changed, at + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    return bytes(changed)


def _zip_around(chance: Chance, data: bytes) -> bytes:
    """Cut a zip, or put something before, behind or in it."""
    match chance.randrange(5):
        case 0:
            return data[: chance.randrange(len(data) + 1)]
        case 1:
            return chance.choice((b"#!/bin/sh\n", b"\0", data)) + data
        case 2:
            return data + chance.choice((b"\0", b"more", data, data[-22:]))
        case 3:
            at = chance.randrange(len(data) + 1)
            return data[:at] + b"more" + data[at:]
        case _:
            at = chance.randrange(len(data) + 1)
            changed = bytearray(data)
            changed[at : at + 1] = b"\xff"
            return bytes(changed)


_ZIP_DAMAGES: tuple[Callable[[Chance, bytes], bytes], ...] = (
    *(_zip_field, _zip_field, _zip_field, _zip_entry, _zip_name, _zip_64, _zip_extra, _zip_around),
)
