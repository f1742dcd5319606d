"""Hostile bags, built by hand: what somebody would make to exhaust or to mislead whoever verifies it.

Each bag has a size that is given as a part of its full one. Damage by chance is in ``tests.fuzz``.

Nothing here is made by our writer, so that writer and verifier cannot be wrong together. A bag lies in a folder of its
own, beside :data:`SECRET`, which nobody may open.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import socket
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, product
from pathlib import Path
from typing import IO, NamedTuple, cast

from backports import zstd

__all__ = ["CASES", "SECRET", "Case"]

SECRET = "secret.txt"
MEBI = 1 << 20
MILLION = 1_000_000
GIGA = 1 << 30

_EMPTY = hashlib.sha512(b"").hexdigest()
_ZERO = "0" * 128
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_BLOCK = 512


class Case(NamedTuple):
    """One hostile bag.

    Attributes:
        name: What is hostile.
        build: Makes it in a folder, in a part of its full size; returns its path.
        verbs: What is done with it, beside ``verify``.
    """

    name: str
    build: Callable[[Path, float], Path]
    verbs: tuple[str, ...] = ()


CASES: list[Case] = []

ALL = ("bag info", "bag list", "bag extract", "bag convert")
"""Everything else that reads a bag."""


def _case(name: str, *verbs: str) -> Callable[[Callable[[Path, float], Path]], Callable[[Path, float], Path]]:
    def enter(build: Callable[[Path, float], Path]) -> Callable[[Path, float], Path]:
        CASES.append(Case(name, build, verbs))
        return build

    return enter


def many(scale: float, full: int = MILLION) -> int:
    """Return how many there are of something at some scale."""
    return max(20, int(full * scale))


# --- members, whatever they are packed in ---


class Member(NamedTuple):
    """A file of a bag: its path, and its octets in pieces."""

    path: str
    size: int
    pieces: Iterable[bytes]


def text(path: str, data: bytes) -> Member:
    """Return a file of octets in memory."""
    return Member(path, len(data), (data,))


def _lines(lines: Iterable[str]) -> Iterator[bytes]:
    """Give lines in pieces of some thousand."""
    rest = iter(lines)
    while piece := "".join(islice(rest, 5000)):
        yield piece.encode("utf-8", "surrogateescape")


def listed(name: str, lines: Callable[[], Iterable[str]]) -> tuple[Member, str]:
    """Return a file of lines and its SHA-512; the lines are made twice, as nobody keeps a million of them."""
    digest, size = hashlib.sha512(), 0
    for piece in _lines(lines()):
        digest.update(piece)
        size += len(piece)
    return Member(name, size, _lines(lines())), digest.hexdigest()


def bag(
    manifest: Callable[[], Iterable[str]], more: Iterable[tuple[Member, str]] = (), info: bytes = b"A: b\n"
) -> Iterator[Member]:
    """Give the tag files of a bag with some lines in its manifest, the tag manifest last."""
    tags = [(text(name, data), hashlib.sha512(data).hexdigest()) for name, data in _TAGS(info)]
    tags += [listed("manifest-sha512.txt", manifest), *more]
    yield from (member for member, _digest in tags)
    lines = "".join(f"{digest}  {member.path}\n" for member, digest in tags)
    yield text("tagmanifest-sha512.txt", lines.encode())


def _TAGS(info: bytes) -> tuple[tuple[str, bytes], ...]:  # noqa: N802
    return (("bagit.txt", _DECLARATION), ("bag-info.txt", info))


ONE = f"{hashlib.sha512(b'x').hexdigest()}  data/one.txt\n"
"""The line of a manifest for :func:`one`."""


def one() -> Member:
    """Return a payload file of one octet."""
    return text("data/one.txt", b"x")


def good() -> Iterator[Member]:
    """Give the files of a good bag of one file."""
    yield one()
    yield from bag(lambda: [ONE])


def put(folder: Path, members: Iterable[Member]) -> Path:
    """Write members as files of a folder ``bag``."""
    made = set[str]()
    for member in members:
        place = f"{folder}/bag/{member.path}"
        above = place.rpartition("/")[0]
        if above not in made:
            Path(above).mkdir(parents=True, exist_ok=True)
            made.add(above)
        with Path(place).open("wb") as file:
            for piece in member.pieces:
                file.write(piece)
    (folder / "bag/data").mkdir(parents=True, exist_ok=True)
    return folder / "bag"


# --- tars ---


def head(path: bytes, size: int = 0, flag: bytes = b"0", link: bytes = b"") -> bytes:
    """Return a header of POSIX.1-2017 ustar, whatever it is told."""
    octal = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    start = path[:100].ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + octal + b"00000000000\0"
    end = flag + link[:100].ljust(100, b"\0") + b"ustar\00000" + bytes(247)
    return start + b"%06o\0 " % (sum(start) + 8 * 32 + sum(end)) + end


def padded(data: bytes) -> bytes:
    """Return octets filled up to whole blocks."""
    return data + bytes(-len(data) % _BLOCK)


def extended(flag: bytes, data: bytes) -> bytes:
    """Return an extended header: ``x``, ``g``, ``L`` or ``K``."""
    return head(b"././@PaxHeader", len(data), flag) + padded(data)


def record(key: bytes, value: bytes) -> bytes:
    """Return a record of a pax header."""
    rest = b" %b=%b\n" % (key, value)
    size = len(rest)
    while size != len(b"%d" % size) + len(rest):
        size = len(b"%d" % size) + len(rest)
    return b"%d" % size + rest


def tar_pieces(members: Iterable[Member]) -> Iterator[bytes]:
    """Give the octets of a tar of members below ``bag/``, without its end."""
    for member in members:
        path = b"bag/" + os.fsencode(member.path)
        if len(path) > 100:
            yield extended(b"x", record(b"path", path))
        yield head(path, member.size)
        yield from member.pieces
        yield bytes(-member.size % _BLOCK)


END = bytes(2 * _BLOCK)


@contextmanager
def writer(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to be written, compressed as its name says."""
    with path.open("wb") as plain:
        opened: IO[bytes] = plain
        if path.suffix == ".gz":
            opened = cast("IO[bytes]", gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=6, mtime=0))
        elif path.suffix == ".bz2":
            opened = cast("IO[bytes]", bz2.BZ2File(plain, "wb"))
        elif path.suffix == ".xz":
            opened = cast("IO[bytes]", lzma.LZMAFile(plain, "wb", preset=1))  # noqa: SIM115 - closed below
        elif path.suffix == ".zst":
            opened = cast("IO[bytes]", zstd.ZstdFile(plain, "wb"))
        yield opened
        if opened is not plain:
            opened.close()


def tar(folder: Path, pieces: Iterable[bytes], suffix: str = ".tar", *, end: bytes = END) -> Path:
    """Write a tar, compressed as its suffix says."""
    path = folder / f"bag{suffix}"
    with writer(path) as file:
        for piece in pieces:
            file.write(piece)
        file.write(end)
    return path


_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".tar.gz": lambda data: gzip.compress(data, mtime=0),
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
    ".tar.zst": zstd.compress,
}


def repeated(folder: Path, suffix: str, before: bytes, piece: bytes, times: int, after: bytes) -> Path:
    """Write a compressed tar of one piece many times: it is compressed once, each form allows streams in a row."""
    compress = _COMPRESS[suffix]
    path = folder / f"bag{suffix}"
    squeezed = compress(piece)
    with path.open("wb") as file:
        file.write(compress(before))
        for _time in range(times):
            file.write(squeezed)
        file.write(compress(after))
    return path


# --- zips ---


class Packed(NamedTuple):
    """A member of a zip as its headers tell of it; the two may differ."""

    path: bytes
    data: bytes
    method: int = 0
    size: int = 0
    mode: int = 0
    at: int | None = None
    local: bytes | None = None


def zipped(folder: Path, members: Iterable[Packed], pieces: Iterable[bytes] = ()) -> Path:
    """Write a zip by hand, with the tables of zip64 when it has many members.

    Args:
        folder: Where ``bag.zip`` goes.
        members: Its members; the octets of one that says where it lies (``at``) are not written.
        pieces: Written before everything else.
    """
    path = folder / "bag.zip"
    with path.open("wb") as file, (folder / "table").open("w+b") as table:
        for piece in pieces:
            file.write(piece)
        count = 0
        for each in members:
            count += 1
            at = file.tell() if each.at is None else each.at
            crc = zlib.crc32(each.data) if each.method == 0 else 0
            name = each.local or each.path
            fields = (20, 0, each.method, 0, 33, crc, len(each.data), each.size or len(each.data))
            if each.at is None:
                file.write(struct.pack("<4s5H3L2H", b"PK\3\4", *fields, len(name), 0) + name + each.data)
            table.write(
                struct.pack(
                    "<4s6H3L5H2L", b"PK\1\2", 20 | 3 << 8, *fields, len(each.path), 0, 0, 0, 0, each.mode << 16, at
                )
                + each.path
            )
        start, size = file.tell(), table.tell()
        table.seek(0)
        while piece := table.read(MEBI):
            file.write(piece)
        if count > 0xFFFE:
            file.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start))
            file.write(struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1))
        few = min(count, 0xFFFF)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, size, start, 0))
    (folder / "table").unlink()
    return path


def stored(members: Iterable[Member]) -> Iterator[Packed]:
    """Give members as those of a zip, their octets in memory."""
    for member in members:
        yield Packed(b"bag/" + os.fsencode(member.path), b"".join(member.pieces))


def raw(compress: Callable[[bytes], bytes], flush: Callable[[], bytes], piece: bytes, times: int) -> bytes:
    """Return a piece many times, compressed."""
    return b"".join([*(compress(piece) for _time in range(times)), flush()])


# --- a million of something ---


def _path(number: int) -> str:
    return f"data/{number // 1000:04}/{number:07}.txt"


def _files(number: int) -> Iterator[Member]:
    for each in range(number):
        yield Member(_path(each), 0, ())
    yield from bag(lambda: (f"{_EMPTY}  {_path(each)}\n" for each in range(number)))


def _enter_forms() -> None:
    """A bag of a million empty files is no attack: it is what an archive may have."""

    def enter(suffix: str, full: int) -> None:
        def build(folder: Path, scale: float) -> Path:
            members = _files(many(scale, full))
            if not suffix:
                return put(folder, members)
            return zipped(folder, stored(members)) if suffix == ".zip" else tar(folder, tar_pieces(members), suffix)

        CASES.append(Case(f"{full:,} files{suffix and ', ' + suffix}", build, () if suffix == ".tar.zst" else ALL[:2]))

    for suffix in ("", ".tar", ".tar.gz", ".tar.zst", ".zip"):
        enter(suffix, MILLION)
    enter(".zip", 300_000)
    enter("", 1_500_000)


_enter_forms()


@_case("1,000,000 files, two manifests")
def _(folder: Path, scale: float) -> Path:
    number, empty = many(scale), hashlib.sha256(b"").hexdigest()
    second = listed("manifest-sha256.txt", lambda: (f"{empty}  {_path(each)}\n" for each in range(number)))
    files = (Member(_path(each), 0, ()) for each in range(number))
    put(folder, files)
    return put(folder, bag(lambda: (f"{_EMPTY}  {_path(each)}\n" for each in range(number)), (second,)))


@_case("1,000,000 tag files")
def _(folder: Path, scale: float) -> Path:
    number = many(scale)
    put(folder, (Member(f"tags/{_path(each)}", 0, ()) for each in range(number)))
    put(folder, good())
    with (folder / "bag/tagmanifest-sha512.txt").open("ab") as file:
        file.writelines(_lines(f"{_EMPTY}  tags/{_path(each)}\n" for each in range(number)))
    return folder / "bag"


@_case("1,000,000 files in no manifest", "bag list")
def _(folder: Path, scale: float) -> Path:
    put(folder, (Member(_path(each), 0, ()) for each in range(many(scale))))
    return put(folder, good())


@_case("1,000,000 empty folders")
def _(folder: Path, scale: float) -> Path:
    put(folder, good())
    for each in range(many(scale)):
        (folder / "bag" / _path(each)).mkdir(parents=True)
    return folder / "bag"


@_case("1,000,000 names that differ in case", "bag extract")
def _(folder: Path, scale: float) -> Path:
    names = ("data/" + "".join(letters) for letters in product(*["aA"] * 20))
    chosen = list(islice(names, many(scale)))
    put(folder, (Member(name, 0, ()) for name in chosen))
    return put(folder, bag(lambda: (f"{_EMPTY}  {name}\n" for name in chosen)))


@_case("1,000,000 members of one name, .tar.gz", "bag extract")
def _(folder: Path, scale: float) -> Path:
    members = (Member("data/one.txt", 1, (b"x",)) for _each in range(many(scale)))
    return tar(folder, tar_pieces([*good(), *members]), ".tar.gz")


def _enter_manifests() -> None:
    def enter(name: str, line: Callable[[int], str], full: int = MILLION) -> None:
        def build(folder: Path, scale: float) -> Path:
            return put(folder, [one(), *bag(lambda: (ONE, *map(line, range(many(scale, full)))))])

        CASES.append(Case(f"manifest: {name}", build, ALL if name == "1,000,000 lines name no file" else ()))

    enter("1,000,000 lines name no file", lambda each: f"{_ZERO}  {_path(each)}\n")
    enter("1,000,000 lines of one file", lambda _each: ONE)
    enter("1,000,000 lines contradict", lambda each: f"{each:0128x}  data/one.txt\n")
    enter("1,000,000 lines climb", lambda each: f"{_ZERO}  data/../../{SECRET}{each}\n")
    enter("1,000,000 blank lines", lambda _each: "\n")
    enter("10,000 paths of 100,000 letters", lambda each: f"{_ZERO}  data/{each:0>100000}\n", 10_000)
    enter("1,000 paths of 100,000 parts", lambda each: f"{_ZERO}  data/{'a/' * 50_000}{each}\n", 1_000)
    marks = "\u0301\u0316"
    enter("100 paths of 100,000 marks", lambda each: f"{_ZERO}  data/e{marks * 50_000}{each}\n", 100)
    enter("100,000 paths of 200 marks", lambda each: f"{_ZERO}  data/e{marks * 100}{each}\n", 100_000)


_enter_manifests()


@_case("files of 100,000 marks, .tar.gz")
def _(folder: Path, scale: float) -> Path:
    name = "data/e" + "\u0301\u0316" * 50_000
    members = [Member(f"{name}{each}", 0, ()) for each in range(many(scale, 100))]
    return tar(folder, tar_pieces([*members, *good()]), ".tar.gz")


@_case("fetch.txt: 1,000,000 lines")
def _(folder: Path, scale: float) -> Path:
    number = many(scale)
    fetch = listed(
        "fetch.txt", lambda: (f"https://strelsau.example/{each} 1 {_path(each)}\n" for each in range(number))
    )
    return put(folder, [one(), *bag(lambda: [ONE], (fetch,))])


@_case("fetch.txt: 10,000 lines of 100,000 letters")
def _(folder: Path, scale: float) -> Path:
    number = many(scale, 10_000)
    lines = listed("fetch.txt", lambda: (f"http://{'a' * 100_000}/ - {_path(each)}\n" for each in range(number)))
    return put(folder, [one(), *bag(lambda: [ONE], (lines,))])


@_case("fetch.txt: 1,000,000 lines that climb")
def _(folder: Path, scale: float) -> Path:
    number = many(scale)
    lines = listed("fetch.txt", lambda: (f"file:///etc/passwd - data/../../{SECRET}{each}\n" for each in range(number)))
    return put(folder, [one(), *bag(lambda: [ONE], (lines,))])


def _spelled(number: int) -> str:
    """Return one of the many names of the manifest of one algorithm."""
    return f"manifest-{'.' * (number % 30)}sha{'-' * (number // 30 % 30)}{'_' * (number // 900)}512.txt"


@_case("1,000 manifests of one algorithm, 1,000 files")
def _(folder: Path, scale: float) -> Path:
    number = many(scale, 1000)
    put(folder, (Member(_path(each), 0, ()) for each in range(number)))
    dotted = [
        f"manifest-{'.' * (each % 30)}sha{'-' * (each // 30 % 30)}{'_' * (each // 900)}512.txt"
        for each in range(number)
    ]
    lines = [f"{_EMPTY}  {_path(each)}\n" for each in range(number)]
    return put(folder, bag(lambda: lines, [listed(name, lambda: lines) for name in dotted]))


@_case("1,000 manifests of one algorithm, 20,000 lines each that name no file")
def _(folder: Path, scale: float) -> Path:
    number = many(scale, 1000)
    lines = [f"{_ZERO}  {_path(each)}\n" for each in range(many(scale, 20_000))]
    for each in range(number):
        put(folder, [listed(_spelled(each), lambda: lines)[0]])
    return put(folder, [one(), *bag(lambda: [ONE])])


@_case("11 manifests of 11 algorithms, 90,000 lines each that name no file")
def _(folder: Path, scale: float) -> Path:
    number, more = many(scale, 90_000), []
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha3224", "sha3256", "sha3384", "sha3512", "blake2b"):
        common = name.replace("sha3", "sha3_") if name.startswith("sha3") and len(name) > 6 else name
        digits = 2 * hashlib.new(common).digest_size
        lines = [
            f"{'0' * digits}  {name}/{_path(each)}\n".replace(f"{name}/data", f"data/{name}") for each in range(number)
        ]
        more.append(listed(f"manifest-{name}.txt", lambda lines=lines: lines))  # type: ignore[misc]
    return put(folder, [one(), *bag(lambda: [ONE], more)])


@_case("10,000 manifests of unknown algorithms")
def _(folder: Path, scale: float) -> Path:
    put(folder, [one(), *bag(lambda: [ONE])])
    return put(folder, (text(f"manifest-x{each}.txt", b"") for each in range(many(scale, 10_000))))


# --- tag files of a gigabyte ---


def _enter_large() -> None:
    def write(place: Path, what: str, size: int) -> None:
        with place.open("wb") as file:
            if what == "zeros":
                file.truncate(size)
                return
            piece = {"one line": b"x" * MEBI, "short lines": b"a: b\n" * (MEBI // 5)}[what]
            for _time in range(max(1, size // len(piece))):
                file.write(piece)

    def enter(name: str, what: str) -> None:
        def build(folder: Path, scale: float) -> Path:
            root = put(folder, good())
            write(root / name, what, int(GIGA * scale))
            return root

        CASES.append(Case(f"1 GB of {what}: {name}", build, ("bag info",)))

    def enter_archive(name: str, suffix: str) -> None:
        def build(folder: Path, scale: float) -> Path:
            times = max(1, int(1024 * scale))
            if suffix == ".zip":
                packer = zlib.compressobj(9, zlib.DEFLATED, -15)
                data = raw(packer.compress, packer.flush, bytes(MEBI), times)
                bomb = Packed(f"bag/{name}".encode(), data, 8, times * MEBI)
                return zipped(folder, [*(each for each in stored(good()) if each.path != bomb.path), bomb])
            before = b"".join(tar_pieces(each for each in good() if each.path != name))
            return repeated(
                folder, suffix, before + head(f"bag/{name}".encode(), times * MEBI), bytes(MEBI), times, END
            )

        CASES.append(Case(f"1 GB of zeros: {name}, {suffix}", build))

    names = ("bagit.txt", "bag-info.txt", "manifest-sha512.txt", "tagmanifest-sha512.txt", "fetch.txt", "notes.txt")
    for name in names:
        enter(name, "zeros")
    for name in ("bagit.txt", "bag-info.txt", "manifest-sha512.txt", "fetch.txt"):
        enter(name, "short lines")
    for name in ("manifest-sha512.txt", "fetch.txt"):
        enter(name, "one line")
    for suffix in (".tar.gz", ".zip"):
        for name in names[:3]:
            enter_archive(name, suffix)


_enter_large()


@_case("bag-info.txt of 15 MB: 3,000,000 fields", "bag info")
def _(folder: Path, scale: float) -> Path:
    return put(folder, [one(), *bag(lambda: [ONE], info=b"a: b\n" * many(scale, 3 * MILLION))])


@_case("bag-info.txt of 15 MB: one field, folded 5,000,000 times", "bag info")
def _(folder: Path, scale: float) -> Path:
    return put(folder, [one(), *bag(lambda: [ONE], info=b"a: b\n" + b" c\n" * many(scale, 5 * MILLION))])


@_case("bag-info.txt of 15 MB: 5,000,000 octets of a label, spaces", "bag info")
def _(folder: Path, scale: float) -> Path:
    info = (b"a" + b" " * 100_000 + b"b\n") * many(scale, 150)
    return put(folder, [one(), *bag(lambda: [ONE], info=info)])


@_case("64 tag files of 1 MB, .tar.gz")
def _(folder: Path, scale: float) -> Path:
    more = [text(f"notes{each}.txt", bytes(MEBI)) for each in range(many(scale, 64))]
    return tar(folder, tar_pieces([*good(), *more]), ".tar.gz")


# --- bombs ---


def _enter_bombs() -> None:
    def enter(suffix: str) -> None:
        def build(folder: Path, scale: float) -> Path:
            times = max(1, int(640 * scale))
            start = b"".join(tar_pieces(good())) + head(b"bag/data/bomb", times * 16 * MEBI)
            return repeated(folder, suffix, start, bytes(16 * MEBI), times, END)

        CASES.append(Case(f"10 GB of zeros, {suffix}", build, ALL if suffix == ".tar.gz" else ()))

    for suffix in _COMPRESS:
        enter(suffix)


_enter_bombs()


@_case("10 GB of zeros behind the end, .tar.gz")
def _(folder: Path, scale: float) -> Path:
    return repeated(folder, ".tar.gz", b"".join(tar_pieces(good())), bytes(16 * MEBI), max(1, int(640 * scale)), END)


@_case("gzip in gzip in gzip")
def _(folder: Path, scale: float) -> Path:
    data = gzip.compress(bytes(max(MEBI, int(GIGA * scale))), 9, mtime=0)
    (folder / "bag.tar.gz").write_bytes(gzip.compress(gzip.compress(data, mtime=0), mtime=0))
    return folder / "bag.tar.gz"


def _listing_bomb() -> Iterator[Member]:
    yield one()
    yield from bag(lambda: [ONE, f"{_ZERO}  data/bomb\n"])


@_case("zip of 1,000 times its size, deflate", *ALL)
def _(folder: Path, scale: float) -> Path:
    times = max(1, int(3840 * scale))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = raw(packer.compress, packer.flush, bytes(MEBI), times)
    return zipped(folder, [*stored(good()), Packed(b"bag/data/bomb", data, 8, times * MEBI)])


@_case("zip of 100,000 times its size, bzip2")
def _(folder: Path, scale: float) -> Path:
    times = max(1, int(3840 * scale))
    packer = bz2.BZ2Compressor()
    data = raw(packer.compress, packer.flush, bytes(MEBI), times)
    listing = f"{_ZERO}  data/bomb\n"
    return zipped(
        folder, [*stored([one(), *bag(lambda: [ONE, listing])]), Packed(b"bag/data/bomb", data, 12, times * MEBI)]
    )


@_case("zip, deflate bomb that is listed", *ALL)
def _(folder: Path, scale: float) -> Path:
    times = max(1, int(3840 * scale))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = raw(packer.compress, packer.flush, bytes(MEBI), times)
    listing = f"{_ZERO}  data/bomb\n"
    return zipped(
        folder, [*stored([one(), *bag(lambda: [ONE, listing])]), Packed(b"bag/data/bomb", data, 8, times * MEBI)]
    )


@_case("zip, lzma with a dictionary of 4 GB")
def _(folder: Path, scale: float) -> Path:
    del scale
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": MEBI}]
    packer = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters)
    body = packer.compress(bytes(MEBI)) + packer.flush()
    data = struct.pack("<BBHBL", 9, 4, 5, 93, 0xFFFFFFFF) + body
    return zipped(folder, [*stored(_listing_bomb()), Packed(b"bag/data/bomb", data, 14, MEBI)])


@_case("zip whose members overlap")
def _(folder: Path, scale: float) -> Path:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = raw(packer.compress, packer.flush, bytes(MEBI), 100)
    bombs = [Packed(b"bag/data/bomb", data, 8, 100 * MEBI)]
    bombs += [Packed(b"bag/data/%d" % each, data, 8, 100 * MEBI, at=0) for each in range(many(scale, 10_000))]
    return zipped(folder, [*bombs, *stored(good())])


@_case("zip with members of 60,000 letters in their names")
def _(folder: Path, scale: float) -> Path:
    names = (b"bag/data/%060000d" % each for each in range(many(scale, 10_000)))
    return zipped(folder, [*stored(good()), *(Packed(name, b"") for name in names)])


@_case("zip of folders of 30,000 parts")
def _(folder: Path, scale: float) -> Path:
    names = (b"bag/data/" + b"a/" * 30_000 + b"%d" % each for each in range(many(scale, 250)))
    return zipped(folder, [*stored(good()), *(Packed(name, b"") for name in names)])


@_case("xz that asks for a dictionary of 4 GB")
def _(folder: Path, scale: float) -> Path:
    del scale
    data = bytearray(lzma.compress(b"".join(tar_pieces(good())) + END, preset=0))
    # The xz file format, 3.1: header size, flags, filter id, size of properties, dictionary size, padding, CRC32.
    size = (data[12] + 1) * 4
    at = data.index(b"\x21\x01", 12) + 2
    data[at] = 40
    data[12 + size - 4 : 12 + size] = zlib.crc32(data[12 : 12 + size - 4]).to_bytes(4, "little")
    (folder / "bag.tar.xz").write_bytes(data)
    return folder / "bag.tar.xz"


def _enter_windows() -> None:
    def enter(log: int) -> None:
        def build(folder: Path, scale: float) -> Path:
            packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: log})
            times = max(4, int(2048 * scale))
            start = b"".join(tar_pieces(good())) + head(b"bag/data/bomb", times * MEBI)
            piece = hashlib.shake_128(b"x").digest(MEBI)
            data = raw(packer.compress, packer.flush, piece, times)
            (folder / "bag.tar.zst").write_bytes(zstd.compress(start) + data + zstd.compress(END))
            return folder / "bag.tar.zst"

        CASES.append(Case(f"zstd with a window of {1 << log - 20} MB", build))

    enter(27)
    enter(30)


_enter_windows()


@_case("xz with a dictionary of 64 MB")
def _(folder: Path, scale: float) -> Path:
    times = max(4, int(512 * scale))
    start = b"".join(tar_pieces(good())) + head(b"bag/data/bomb", times * MEBI)
    piece = hashlib.shake_128(b"x").digest(MEBI)
    packer = lzma.LZMACompressor(preset=9)
    data = raw(packer.compress, packer.flush, piece, times)
    (folder / "bag.tar.xz").write_bytes(lzma.compress(start) + data + lzma.compress(END))
    return folder / "bag.tar.xz"


# --- headers of tars ---


def _enter_headers() -> None:
    def enter(name: str, pieces: Callable[[float], Iterable[bytes]], suffix: str = ".tar.gz") -> None:
        def build(folder: Path, scale: float) -> Path:
            return tar(folder, [*pieces(scale), *tar_pieces(good())], suffix)

        CASES.append(Case(f"tar: {name}", build))

    def streamed(name: str, pieces: Callable[[float], Iterator[bytes]]) -> None:
        def build(folder: Path, scale: float) -> Path:
            def both() -> Iterator[bytes]:
                yield from tar_pieces(good())
                yield from pieces(scale)

            return tar(folder, both(), ".tar.gz")

        CASES.append(Case(f"tar: {name}", build))

    enter("a pax header of 1 GB", lambda scale: [head(b"pax", int(GIGA * scale) + 2 * MEBI, b"x")], ".tar")
    enter("a record of a pax header longer than it", lambda _scale: [extended(b"x", b"999999999 path=a\n")])
    enter("a record of a pax header without a length", lambda _scale: [extended(b"x", b"9" * 100_000)])
    streamed(
        "1,000,000 pax headers before a member",
        lambda scale: (extended(b"x", record(b"path", b"bag/%d" % each)) for each in range(many(scale))),
    )
    streamed(
        "1,000,000 global headers",
        lambda scale: (extended(b"g", record(b"key%d" % each, b"v")) for each in range(many(scale))),
    )
    streamed(
        "1,000 global headers of 1 MB",
        lambda scale: (extended(b"g", record(b"key%d" % each, bytes(MEBI - 50))) for each in range(many(scale, 1000))),
    )

    def shared(scale: float) -> Iterator[bytes]:
        number = many(scale, 10_000)
        yield extended(b"g", b"".join(record(b"key%d" % each, b"v") for each in range(number)))
        for each in range(number):
            yield head(b"bag/data/%d" % each)

    streamed("10,000 global keys, 10,000 members", shared)
    streamed(
        "1,000,000 long names before a member",
        lambda scale: (extended(b"L", b"bag/%d" % each) for each in range(many(scale))),
    )

    def named(number: int, path: Callable[[int], bytes]) -> Iterator[bytes]:
        for each in range(number):
            yield extended(b"x", record(b"path", path(each)))
            yield head(b"bag/data/x")

    streamed("2,000 names of 1 MB", lambda scale: named(many(scale, 2000), lambda each: b"bag/data/%01000000d" % each))
    streamed(
        "2,000 names that climb, of 1 MB",
        lambda scale: named(many(scale, 2000), lambda each: b"bag/data/../../%01000000d" % each),
    )
    streamed(
        "folders of 100,000 depths",
        lambda scale: named(many(scale, 2000), lambda each: b"bag/data/" + b"a/" * 50 * (each + 1)),
    )
    streamed(
        "200,000 links",
        lambda scale: (head(b"bag/data/%d" % each, 0, b"2", b"/etc/passwd") for each in range(many(scale, 200_000))),
    )
    streamed(
        "200,000 names that climb", lambda scale: (head(b"bag/../../%d" % each) for each in range(many(scale, 200_000)))
    )
    streamed("200,000 tops", lambda scale: (head(b"%d/x" % each) for each in range(many(scale, 200_000))))
    streamed("a member of 8 EB", lambda _scale: iter([head(b"bag/data/x", 1 << 63)]))


_enter_headers()


@_case("tar cut at every block", *ALL)
def _(folder: Path, scale: float) -> Path:
    del scale
    data = b"".join(tar_pieces(good()))
    (folder / "bag.tar").write_bytes(data[: len(data) // 2 // _BLOCK * _BLOCK])
    return folder / "bag.tar"


# --- what a folder can hold ---


@_case("a tree of 2,000 depths", "bag list", "bag extract")
def _(folder: Path, scale: float) -> Path:
    root = put(folder, good())
    _deep(root / "data", many(scale, 2000), "a" * 20)
    return root


@_case("a tree of 3,000 depths, names of 255 octets")
def _(folder: Path, scale: float) -> Path:
    root = put(folder, good())
    _deep(root / "data", many(scale, 3000), "a" * 255)
    return root


def _deep(folder: Path, depth: int, name: str) -> None:
    at = os.open(folder, os.O_RDONLY)
    for _each in range(depth):
        os.mkdir(name, dir_fd=at)
        below = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


@_case("links, pipes, sockets, loops", *ALL)
def _(folder: Path, scale: float) -> Path:
    del scale
    root = put(folder, good())
    (root / "data/link").symlink_to(folder / SECRET)
    (root / "data/etc").symlink_to("/etc")
    (root / "data/up").symlink_to("..")
    (root / "data/self").symlink_to("self")
    (root / "data/random").symlink_to("/dev/urandom")
    os.mkfifo(root / "data/pipe")
    os.mkfifo(root / "fetch.txt")
    here = Path.cwd()
    os.chdir(root / "data")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
    os.chdir(here)
    if os.geteuid() == 0:
        os.mknod(root / "data/null", 0o020666, os.makedev(1, 5))
    os.link(folder / SECRET, root / "data/hard")
    with (root / "manifest-sha512.txt").open("a") as file:
        file.writelines(f"{_ZERO}  data/{name}\n" for name in ("link", "etc/passwd", "up/bagit.txt", "random", "pipe"))
    return root


def _enter_links() -> None:
    def enter(name: str, target: str) -> None:
        def build(folder: Path, scale: float) -> Path:
            del scale
            root = put(folder, good())
            (root / name).rename(folder / "moved")
            (root / name).symlink_to(target)
            return root

        CASES.append(Case(f"a link in place of {name}, to {target}", build, ALL))

    for name in ("data", "bagit.txt", "manifest-sha512.txt", "bag-info.txt"):
        enter(name, "../moved")
    enter("manifest-sha512.txt", "/dev/zero")
    enter("bagit.txt", "/proc/self/environ")


_enter_links()


def _enter_paths() -> None:
    paths = {
        "climb": f"../{SECRET}",
        "climb inside": f"data/../../{SECRET}",
        "absolute": "/etc/passwd",
        "absolute, inside": "data//etc/passwd",
        "of a drive": "C:\\Windows\\win.ini",
        "UNC": "\\\\server\\share",
        "home": "~/.profile",
        "NUL": "data/one.txt\0/../../x",
        "escaped climbing": "data/%2e%2e/%2e%2e/x",
        "escaped line break": "data/%0A../x",
    }

    def enter(what: str, path: str) -> None:
        def tagged(folder: Path, scale: float) -> Path:
            del scale
            fetch = listed("fetch.txt", lambda: [f"file:///etc/passwd - {path}\n"])
            root = put(folder, [one(), *bag(lambda: [ONE, f"{_ZERO}  {path}\n"], (fetch,))])
            with (root / "tagmanifest-sha512.txt").open("a") as file:
                file.write(f"{_ZERO}  {path}\n")
            return root

        def in_tar(folder: Path, scale: float) -> Path:
            del scale
            octets = [*tar_pieces(good()), head(path.encode(), 0), extended(b"x", record(b"path", path.encode()))]
            return tar(folder, [*octets, head(b"bag/x"), extended(b"L", path.encode()), head(b"bag/y")])

        def in_zip(folder: Path, scale: float) -> Path:
            del scale
            return zipped(folder, [*stored(good()), Packed(path.encode(), b"x"), Packed(b"bag/" + path.encode(), b"x")])

        CASES.append(Case(f"path, {what}: tag files", tagged, ALL))
        CASES.append(Case(f"path, {what}: tar", in_tar, ALL[2:]))
        CASES.append(Case(f"path, {what}: zip", in_zip, ALL[2:]))

    for what, path in paths.items():
        enter(what, path)


_enter_paths()


@_case("tar: device, pipe, links, sparse, several volumes", *ALL)
def _(folder: Path, scale: float) -> Path:
    del scale
    odd = [head(b"bag/data/odd%c" % flag, 0, bytes([flag]), b"/etc/passwd") for flag in b"123467DMNVZ"]
    return tar(folder, [*tar_pieces(good()), *odd, head(b"bag/data/sparse", 0, b"S")])


@_case("zip: one name in the table, another before the octets", *ALL)
def _(folder: Path, scale: float) -> Path:
    del scale
    lying = Packed(b"bag/data/two", b"x", local=b"bag/../../x.txt")
    return zipped(folder, [*stored(good()), lying])


@_case("zip: sizes that lie", *ALL)
def _(folder: Path, scale: float) -> Path:
    del scale
    members = [each for each in stored(good()) if each.path != b"bag/data/one.txt"]
    return zipped(folder, [*members, Packed(b"bag/data/one.txt", b"x", 0, 0xFFFFFFF0)])


@_case("a payload of 20 GB, sparse")
def _(folder: Path, scale: float) -> Path:
    root = put(folder, [one(), *bag(lambda: [ONE, f"{_ZERO}  data/sparse\n"])])
    with (root / "data/sparse").open("wb") as file:
        file.truncate(int(20 * GIGA * scale))
    return root
