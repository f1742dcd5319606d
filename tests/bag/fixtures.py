"""Bags with faults, each named by the exact set of codes that it must produce: ``code+code--what-is-special``.

Built here by hand, never by our writer, so that writer and verifier cannot be wrong together; and built at test time,
so that the repository holds no odd file names. A name that starts with ``valid`` produces no finding.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import shutil
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backports import zstd

from preserve.bag.model import Depth
from preserve.bag.verifying.profile import Profile

Line = tuple[str, str]
Edit = Callable[[list[Line]], list[Line]]

PAYLOAD = {"source/05STRELSAU1.txt": b"UNCLAS STRELSAU 000001\n", "record/05STRELSAU1.json": b"{}\n"}
NFC = unicodedata.normalize("NFC", "data/Z\u00fcrich.txt")
NFD = unicodedata.normalize("NFD", NFC)


@dataclass(frozen=True, slots=True)
class Fixture:
    """One bag.

    Attributes:
        name: Its codes, joined by ``+``, and what is special after ``--``.
        build: Makes it at a path that is not there yet.
        depth: How deep it is verified.
        seal: What it is said to be sealed with.
        profile: What it is held to.
        as_nobody: Whether it needs a reader without rights; root reads everything.
        twin: Whether a tar of it must give the same codes.
    """

    name: str
    build: Callable[[Path], None]
    depth: Depth = Depth.FULL
    seal: str | None = None
    profile: Profile | None = None
    as_nobody: bool = False
    twin: bool = True

    @property
    def codes(self) -> set[str]:
        """The codes that it must produce, no more and no fewer."""
        head = self.name.partition("--")[0]
        return set() if head == "valid" else set(head.split("+"))


FIXTURES: list[Fixture] = []


def fixture(name: str, **special: object) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    def enter(build: Callable[[Path], None]) -> Callable[[Path], None]:
        FIXTURES.append(Fixture(name, build, **special))  # type: ignore[arg-type]
        return build

    return enter


def simple(name: str, *, of: Mapping[str, object] | None = None, **arguments: object) -> None:
    """Enter a fixture that is one call of :func:`bag`."""
    FIXTURES.append(Fixture(name, lambda root: bag(root, **arguments), **(of or {})))  # type: ignore[arg-type]


def digest(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data).hexdigest()


def escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def text(lines: Iterable[Line], separator: str = "  ", ending: str = "\n") -> str:
    return "".join(f"{value}{separator}{path}{ending}" for value, path in lines)


def bag(
    root: Path,
    payload: Mapping[str, bytes] = PAYLOAD,
    *,
    version: str = "1.0",
    declaration: bytes | None = None,
    algorithms: tuple[str, ...] = ("sha512",),
    info: str | None = None,
    tags: Mapping[str, bytes] | None = None,
    edit: Mapping[str, Edit] | None = None,
    separator: str = "  ",
    ending: str = "\n",
    encoding: str = "utf-8",
    tag_algorithms: tuple[str, ...] | None = None,
    no_data: bool = False,
) -> None:
    """Write a good bag, but for what the arguments change; ``edit`` changes the lines of a manifest by its name."""
    edit = edit or {}
    root.mkdir(parents=True)
    if not no_data:
        (root / "data").mkdir()
    for path, data in payload.items():
        put(root / "data" / path, data)
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    content = {
        "bagit.txt": declaration
        if declaration is not None
        else f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding.upper()}\n".encode(),
        "bag-info.txt": (info if info is not None else f"Payload-Oxum: {oxum}\n").encode(encoding),
        **(tags or {}),
    }
    for algorithm in algorithms:
        name = f"manifest-{algorithm}.txt"
        lines = [(digest(algorithm, data), escaped(f"data/{path}")) for path, data in sorted(payload.items())]
        content[name] = text(edit.get(name, list)(lines), separator, ending).encode(encoding)
    for name, data in content.items():
        put(root / name, data)
    seal(root, tag_algorithms or algorithms, edit, encoding)


def seal(
    root: Path,
    algorithms: tuple[str, ...] = ("sha512",),
    edit: Mapping[str, Edit] | None = None,
    encoding: str = "utf-8",
) -> None:
    """Write the tag manifests over the tag files that are there."""
    names = sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    named = [name for name in names if not name.startswith(("data/", "tagmanifest-"))]
    for algorithm in algorithms:
        lines = [(digest(algorithm, (root / name).read_bytes()), name) for name in named]
        name = f"tagmanifest-{algorithm}.txt"
        put(root / name, text((edit or {}).get(name, list)(lines)).encode(encoding))


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def pack(root: Path) -> Path:
    """Pack a folder with the standard library, links and pipes and all."""
    target = root.with_name(f"{root.name}.tar")
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(root, arcname=root.name)
    return target


def _zip(root: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in [root, *sorted(root.rglob("*"))]:
            folder = path.is_dir() and not path.is_symlink()
            info = zipfile.ZipInfo(f"{path.relative_to(root.parent)}{'/' if folder else ''}")
            info.external_attr = path.lstat().st_mode << 16
            data = os.fsencode(path.readlink()) if path.is_symlink() else b""
            archive.writestr(info, path.read_bytes() if path.is_file() and not path.is_symlink() else data)


def _compressed(compress: Callable[[bytes], bytes]) -> Callable[[Path, Path], None]:
    def make(root: Path, target: Path) -> None:
        plain = pack(root)
        target.write_bytes(compress(plain.read_bytes()))
        plain.unlink()

    return make


PACKERS: Mapping[str, Callable[[Path, Path], None]] = {
    ".tar.gz": _compressed(gzip.compress),
    ".tar.bz2": _compressed(bz2.compress),
    ".tar.xz": _compressed(lzma.compress),
    ".tar.zst": _compressed(zstd.compress),
    ".zip": _zip,
}
"""Every form of archive but the plain tar, made by the standard library, by its suffix."""


def pack_as(root: Path, suffix: str) -> Path:
    """Pack a folder into an archive of some form beside it."""
    target = root.with_name(f"{root.name}{suffix}")
    PACKERS[suffix](root, target)
    return target


def add(*lines: Line) -> Edit:
    return lambda before: [*before, *lines]


def drop(path: str) -> Edit:
    return lambda before: [line for line in before if line[1] != path]


def rename(old: str, new: str) -> Edit:
    return lambda before: [(value, new if path == old else path) for value, path in before]


def manifest(change: Edit) -> dict[str, Edit]:
    return {"manifest-sha512.txt": change}


ZERO = "0" * 128
EMPTY = digest("sha512", b"")
FIRST = "data/source/05STRELSAU1.txt"

# What is right, however odd it looks.
simple("valid--as-we-write-it", algorithms=("sha256", "sha512"))
simple("valid--empty-payload", payload={})
simple("valid--cr-line-endings", ending="\r")
simple("valid--crlf-line-endings", ending="\r\n")
simple("valid--tabs-between", separator="\t \t")
simple(
    "valid--names-of-all-kinds",
    payload={
        f"a{odd}b": odd.encode()
        for odd in (
            "\u0085",
            "\u2028",
            "\v",
            "\f",
            "\x1c",
            "\n",
            "\r\n",
            "%",
            "%25",
            "%0A",
            " ",
            "\t",
            "*",
            "~",
            "\\",
            "#",
        )
    },
)
simple("valid--space-at-the-end", payload={"name ": b"x", "other\t": b"y"})
simple("valid--starts-oddly", payload={"~a": b"", "*b": b"", "#c": b"", "C:d": b"", "..e": b"", "%HOME%": b""})
simple("valid--tag-values-of-all-kinds", info="Payload-Oxum: 26.2\nOdd: a\u0085b\u2028c\vd\fe: f\n folded\n\tagain\n")
simple("valid--upper-case-digests", edit=manifest(lambda lines: [(value.upper(), path) for value, path in lines]))
simple("valid--tag-folders", tags={"metadata/datacite.xml": b"<resource/>\n"})
simple(
    "valid--old-manifests-share-the-payload",
    version="0.97",
    algorithms=("sha256", "sha512"),
    edit=manifest(drop(FIRST)),
)
simple("valid--old-with-few-tags-listed", version="0.97", edit={"tagmanifest-sha512.txt": drop("manifest-sha512.txt")})
simple("valid--package-info-of-0.95", version="0.95", tags={"package-info.txt": b"Payload-Oxum: 26.2\n"})
simple("valid--no-final-newline-before-1.0", declaration=b"BagIt-Version: 0.97\r\nTag-File-Character-Encoding: UTF-8")

# RFC 8493 2.1.1, bagit.txt.
for what, octets in {
    "space-before-colon": b"BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n",
    "space-after": b"BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n",
    "third-line": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nMore: yes\n",
    "other-order": b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
    "no-encoding": b"BagIt-Version: 1.0\n",
    "no-major": b"BagIt-Version: .97\nTag-File-Character-Encoding: UTF-8\n",
    "empty": b"",
    "over-1000-octets": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" + b"\n" * 1000,
    "latin-1": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\xe9\n",
}.items():
    simple(f"bagit-txt-malformed--{what}", declaration=octets)
simple("bagit-txt-bom", declaration=b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
simple("bagit-txt-loose--before-1.0", declaration=b"BagIt-version : 0.96\n Tag-File-Character-Encoding:UTF-8\n\n")
simple("bagit-txt-loose--no-final-newline", declaration=b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8")
simple(
    "bagit-txt-loose--lines-the-other-way-about",
    declaration=b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 0.97\n",
)
simple("bagit-txt-malformed--blank-line", declaration=b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n\n")
simple("bagit-version-unknown", declaration=b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n")
simple("bagit-version-unknown--1.1", declaration=b"BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n")
for what in ("rot13", "zlib", "no-such", "utf-8\\x00"):
    octets = f"BagIt-Version: 1.0\nTag-File-Character-Encoding: {what}\n".encode()
    simple(f"encoding-unknown--{what.replace(chr(92), '')}", declaration=octets)
simple("encoding-not-utf8--utf-16", encoding="utf-16")
simple("encoding-not-utf8--latin-1", encoding="iso-8859-1", version="0.97", payload={"caf\u00e9.txt": b"x"})


@fixture("bagit-txt-missing")
def _(root: Path) -> None:
    bag(root)
    (root / "bagit.txt").unlink()
    seal(root)


# RFC 8493 2.3, text tag files.
simple("tag-file-bom--manifest", edit=manifest(lambda lines: [(f"\ufeff{lines[0][0]}", lines[0][1]), *lines[1:]]))
simple("tag-file-bom--bag-info", info="\ufeffPayload-Oxum: 26.2\n")
simple("limit-exceeded--endless-line", info=f"Payload-Oxum: 26.2\nLong: {'x' * 1_200_000}\n")


@fixture("tag-file-undecodable--bag-info")
def _(root: Path) -> None:
    bag(root)
    put(root / "bag-info.txt", b"Payload-Oxum: 26.2\nName: caf\xe9\n")
    seal(root)


@fixture("payload-unlisted+tag-file-undecodable--manifest")
def _(root: Path) -> None:
    bag(root)
    name = root / "manifest-sha512.txt"
    name.write_bytes(name.read_bytes().splitlines(keepends=True)[0] + b"\xff\xfe\n")
    seal(root)


# RFC 8493 2.1.2 to 2.1.4, structure.
simple("payload-directory-missing", payload={}, no_data=True)
simple("payload-manifest-missing", algorithms=(), tag_algorithms=("sha512",))
simple("algorithm-weak--md5", algorithms=("md5",))
simple("algorithm-weak--sha1", algorithms=("sha1", "sha512"))
simple("algorithm-unknown", tags={"manifest-whirlpool.txt": b"00  data/a\n"})
simple(
    "algorithm-unknown+no-usable-manifest",
    algorithms=(),
    tag_algorithms=("sha512",),
    tags={"manifest-whirlpool.txt": b"00  data/a\n"},
)


@fixture("tagmanifest-none")
def _(root: Path) -> None:
    bag(root)
    (root / "tagmanifest-sha512.txt").unlink()


@fixture("algorithm-name-odd")
def _(root: Path) -> None:
    bag(root)
    (root / "manifest-sha512.txt").rename(root / "manifest-SHA-512.txt")
    seal(root)


@fixture("algorithm-name-odd+algorithm-twice")
def _(root: Path) -> None:
    bag(root)
    shutil.copy(root / "manifest-sha512.txt", root / "manifest-SHA-512.txt")
    seal(root)


@fixture("empty-folder")
def _(root: Path) -> None:
    bag(root)
    (root / "data" / "empty").mkdir()


# RFC 8493 2.1.3, the lines of a manifest.
simple("manifest-line-malformed--one-token", edit=manifest(add(("#comment", ""))), separator=" ")
simple(
    "manifest-line-malformed+payload-unlisted--white-space-first",
    edit=manifest(lambda lines: [(f"  {lines[0][0]}", lines[0][1]), *lines[1:]]),
)
simple("payload-missing+payload-unlisted--white-space-last", edit=manifest(rename(FIRST, f"{FIRST} ")))
simple("digest-malformed--comment", edit=manifest(add(("#", "a comment"))))
simple(
    "digest-malformed+payload-unlisted--short",
    edit=manifest(lambda lines: [(lines[0][0][:-1], lines[0][1]), *lines[1:]]),
)
simple(
    "digest-malformed+payload-unlisted--not-hex", edit=manifest(lambda lines: [("g" * 128, lines[0][1]), *lines[1:]])
)
simple("entry-twice", edit=manifest(lambda lines: [*lines, lines[0]]))
simple("entry-twice--before-1.0", edit=manifest(lambda lines: [*lines, lines[0]]), version="0.97")
simple("entry-conflict", edit=manifest(add((ZERO, FIRST))))
simple("entry-outside-payload", edit=manifest(add((ZERO, "bagit.txt"))))
simple("path-not-plain", edit=manifest(rename(FIRST, f"./{FIRST}")))
simple("path-not-plain--empty-part", edit=manifest(rename(FIRST, FIRST.replace("/", "//"))))
simple("entry-twice+path-not-plain", edit=manifest(lambda lines: [*lines, (lines[0][0], f"./{lines[0][1]}")]))
simple("md5sum-asterisk", edit=manifest(rename(FIRST, f"*{FIRST}")), separator=" ")
simple(
    "percent-literal--unescaped", payload={"100%.txt": b""}, edit=manifest(rename("data/100%25.txt", "data/100%.txt"))
)
simple("percent-literal--as-it-stands", payload={"a%25b": b""}, edit=manifest(rename("data/a%2525b", "data/a%25b")))
simple(
    "percent-literal--before-1.0",
    version="0.97",
    payload={"a%0Ab": b""},
    edit=manifest(rename("data/a%250Ab", "data/a%0Ab")),
)
simple("valid--old-escapes", version="0.97", payload={"a\nb": b""})
simple("payload-missing", edit=manifest(add((ZERO, "data/gone.txt"))))
simple("payload-missing--a-folder", edit=manifest(add((ZERO, "data/source"))))
simple("payload-unlisted", edit=manifest(drop(FIRST)))
simple("payload-altered", edit=manifest(lambda lines: [(ZERO, lines[0][1]), *lines[1:]]))
simple("manifest-omits-file", algorithms=("sha256", "sha512"), edit=manifest(drop(FIRST)))


@fixture("manifest-blank-line")
def _(root: Path) -> None:
    bag(root)
    with (root / "manifest-sha512.txt").open("ab") as stream:
        stream.write(b"\n  \n")
    seal(root)


@fixture("payload-altered--one-algorithm-only")
def _(root: Path) -> None:
    bag(root, algorithms=("md5", "sha512"))
    (root / "manifest-md5.txt").unlink()
    put(root / "manifest-sha256.txt", text((digest("sha256", b"other"), f"data/{path}") for path in PAYLOAD).encode())
    (root / "tagmanifest-md5.txt").unlink()
    seal(root)


@fixture("oxum-differs+payload-altered--longer")
def _(root: Path) -> None:
    bag(root)
    with (root / FIRST).open("ab") as stream:
        stream.write(b"more")


# RFC 8493 5.1: out of the bag. The neighbour shares the start of the bag's name.
OUTSIDE = {
    "neighbour": "../{name}-evil/secret.txt",
    "deep": "data/../../{name}-evil/secret.txt",
    "inside-again": "data/../data/a",
    "absolute": "/etc/passwd",
    "home": "~/secret",
    "home-of-another": "~root/secret",
    "drive": "C:\\Windows\\System32\\setx.exe",
    "drive-relative": "c:secret",
    "unc": "\\\\server\\share\\secret",
    "long-unc": "\\\\?\\UNC\\server\\share",
    "variable": "%HomeDrive%\\secret",
    "backslashes": "data\\..\\..\\secret",
}


def _outside(path: str, where: str) -> Callable[[Path], None]:
    def build(root: Path) -> None:
        neighbour = root.with_name(f"{root.name}-evil")
        put(neighbour / "secret.txt", b"")
        line = path.format(name=root.name)
        if where == "fetch.txt":
            bag(root, tags={"fetch.txt": f"https://example.org/a - {line}\n".encode()})
        else:
            bag(root, edit={where: add((EMPTY, line))})

    return build


for what, path in OUTSIDE.items():
    for where in ("manifest-sha512.txt", "tagmanifest-sha512.txt", "fetch.txt"):
        FIXTURES.append(Fixture(f"path-leaves-bag--{what}-{where.partition('.')[0]}", _outside(path, where)))


@fixture("link-in-bag--to-a-file-outside")
def _(root: Path) -> None:
    put(root.with_name(f"{root.name}-evil") / "secret.txt", b"")
    bag(root, edit=manifest(add((EMPTY, "data/link"))))
    (root / "data" / "link").symlink_to(f"../../{root.name}-evil/secret.txt")


@fixture("link-in-bag--to-a-folder-outside")
def _(root: Path) -> None:
    put(root.with_name(f"{root.name}-evil") / "secret.txt", b"")
    bag(root)
    (root / "data" / "link").symlink_to(f"../../{root.name}-evil")


@fixture("link-in-bag+payload-missing--listed-through-a-link")
def _(root: Path) -> None:
    put(root.with_name(f"{root.name}-evil") / "secret.txt", b"")
    bag(root, edit=manifest(add((EMPTY, "data/link/secret.txt"))))
    (root / "data" / "link").symlink_to(f"../../{root.name}-evil")


@fixture("link-in-bag--to-itself")
def _(root: Path) -> None:
    bag(root)
    (root / "data" / "loop").symlink_to(".")


@fixture("link-in-bag--a-tag-file")
def _(root: Path) -> None:
    bag(root)
    (root / "notes.txt").symlink_to("/etc/hostname")


@fixture("link-in-bag+payload-directory-missing+payload-missing--data")
def _(root: Path) -> None:
    bag(root, info="")
    (root / "data").rename(root.with_name(f"{root.name}-evil"))
    (root / "data").symlink_to(f"../{root.name}-evil")


@fixture("special-file--fifo")
def _(root: Path) -> None:
    bag(root, edit=manifest(add((EMPTY, "data/pipe"))))
    os.mkfifo(root / "data" / "pipe")


# RFC 8493 6.1, names.
simple("name-normalisation--decomposed-in-the-manifest", payload={NFC[5:]: b"x"}, edit=manifest(rename(NFC, NFD)))
simple("name-normalisation--decomposed-on-the-disk", payload={NFD[5:]: b"x"}, edit=manifest(rename(NFD, NFC)))
simple("names-differ-by-form", payload={NFC[5:]: b"x", NFD[5:]: b"y"})
simple("names-differ-by-case", payload={"a.txt": b"x", "A.TXT": b"y"})
simple("names-differ-by-case+payload-missing", payload={"a.txt": b"x"}, edit=manifest(add((ZERO, "data/A.txt"))))
simple("system-file", payload={"a": b"", ".DS_Store": b"", "b/Thumbs.db": b"", "b/._a": b"", "__MACOSX/a": b""})

# RFC 8493 2.2.1, tag manifests.
TAGS = "tagmanifest-sha512.txt"
simple("tag-file-altered", edit={TAGS: lambda lines: [(ZERO, lines[0][1]), *lines[1:]]})
simple(
    "tag-file-altered--not-a-text", tags={"a.bin": b"\0"}, edit={TAGS: lambda lines: [(ZERO, lines[0][1]), *lines[1:]]}
)
simple("tag-file-missing", edit={TAGS: add((ZERO, "gone.txt"))})
simple("tag-file-unlisted", tags={"notes.txt": b"x"}, edit={TAGS: drop("notes.txt")})
simple("tagmanifest-lists-payload", edit={TAGS: add((ZERO, FIRST))})
simple("tagmanifest-lists-tagmanifest", edit={TAGS: add((ZERO, TAGS))})
simple("tagmanifest-omits-manifest", edit={TAGS: drop("manifest-sha512.txt")})
simple("tagmanifests-differ", algorithms=("sha256", "sha512"), edit={TAGS: drop("bag-info.txt")})

# RFC 8493 2.2.2, bag-info.txt.
simple("bag-info-malformed--no-colon", info="Payload-Oxum: 26.2\nNo colon here\n")
simple("bag-info-malformed--no-label", info="Payload-Oxum: 26.2\n: value\n")
simple("bag-info-malformed--folded-first", info=" folded\nPayload-Oxum: 26.2\n")
simple("bag-info-loose--blank-line", info="Payload-Oxum: 26.2\n\nName: x\n")
simple("bag-info-loose--wide", info="Payload-Oxum : 26.2\nName:x\n")
for what, value in {
    "one-number": "12",
    "three-numbers": "26.2.1",
    "letters": "a.b",
    "nothing": "",
    "other-digits": "\u0662\u0666.\u0662",
    "negative": "-26.2",
    "endless": f"{'9' * 5000}.2",
}.items():
    simple(f"oxum-malformed--{what}", info=f"Payload-Oxum: {value}\n")
simple("oxum-differs--octets", info="Payload-Oxum: 27.2\n")
simple("oxum-differs--files", info="Payload-Oxum: 26.3\n")
simple("oxum-twice", info="Payload-Oxum: 26.2\nPAYLOAD-OXUM: 26.2\n")
simple("oxum-twice--before-1.0", info="Payload-Oxum: 26.2\nPAYLOAD-OXUM: 26.2\n", version="0.97")
simple("oxum-missing", info="Name: x\n", of={"depth": Depth.OXUM})
simple("valid--no-oxum-at-greater-depth", info="Name: x\n", of={"depth": Depth.COMPLETE})
simple(
    "valid--altered-but-only-names-asked",
    edit=manifest(lambda lines: [(ZERO, p) for _v, p in lines]),
    of={"depth": Depth.COMPLETE},
)
simple("valid--missing-but-only-counts-asked", edit=manifest(add((ZERO, "data/gone"))), of={"depth": Depth.OXUM})


# RFC 8493 2.2.3, fetch.txt.
def fetch(line: str) -> dict[str, bytes]:
    return {"fetch.txt": f"{line}\n".encode()}


simple("valid--fetched-already", tags=fetch(f"https://example.org/a 23 {FIRST}"))
simple("valid--fetched-by-a-name-and-no-host", tags=fetch(f"ark:/57799/b9j69h 23 {FIRST}"))
simple("fetch-line-malformed--two-fields", tags=fetch(f"https://example.org/a {FIRST}"))
simple("fetch-line-malformed--length", tags=fetch(f"https://example.org/a many {FIRST}"))
simple("fetch-line-malformed--no-scheme", tags=fetch(f"example.org/a 23 {FIRST}"))
simple("fetch-line-malformed--a-path-for-a-url", tags=fetch(f"/mnt/store/a 23 {FIRST}"))
simple("fetch-blank-line", tags=fetch(f"https://example.org/a 23 {FIRST}\n \n"))
simple("fetch-not-payload", tags=fetch("https://example.org/a - bag-info.txt"))
simple("fetch-unlisted+payload-to-fetch", tags=fetch("https://example.org/a - data/new.txt"))
simple("fetch-length-differs", tags=fetch(f"https://example.org/a 24 {FIRST}"))
simple("entry-twice--in-fetch", tags=fetch(f"https://example.org/a - {FIRST}\nhttps://example.org/b - {FIRST}"))
simple(
    "payload-to-fetch",
    info="Payload-Oxum: 126.3\n",
    tags=fetch("https://example.org/a 100 data/hole.txt"),
    edit=manifest(add((ZERO, "data/hole.txt"))),
)
simple(
    "fetch-unlisted+payload-to-fetch--before-1.0",
    version="0.97",
    tags=fetch("https://example.org/a - data/new.txt"),
)

simple(
    "payload-to-fetch--all-of-it-and-no-folder",
    payload={},
    no_data=True,
    info="Payload-Oxum: 100.1\n",
    tags=fetch("https://example.org/a 100 data/hole.txt"),
    edit=manifest(add((ZERO, "data/hole.txt"))),
)
simple(
    "payload-to-fetch--a-percent-sign-as-bdbag-writes-it",
    version="0.97",
    tags=fetch("https://example.org/a - data/100%25.txt"),
    edit=manifest(add((ZERO, "data/100%.txt"))),
)
simple(
    "valid--fetched-with-a-percent-sign-as-bdbag-writes-it",
    version="0.97",
    payload={"100%.txt": b""},
    tags=fetch("https://example.org/a - data/100%25.txt"),
    edit=manifest(rename("data/100%25.txt", "data/100%.txt")),
)

# Seals.
simple("seal-differs", of={"seal": "0" * 64})


@fixture("seal-missing+tagmanifest-none", seal="0" * 64)
def _(root: Path) -> None:
    bag(root)
    (root / TAGS).unlink()


# Not readable, which is no proof of loss.
@fixture("payload-unreadable", as_nobody=True, twin=False)
def _(root: Path) -> None:
    bag(root)
    (root / FIRST).chmod(0)


@fixture("tag-file-unreadable", as_nobody=True, twin=False)
def _(root: Path) -> None:
    bag(root)
    (root / "bag-info.txt").chmod(0)


@fixture("folder-unreadable", as_nobody=True, twin=False)
def _(root: Path) -> None:
    bag(root)
    (root / "data" / "source").chmod(0)
