"""Fuzzing of what reads bags: damaged tag files, tars, zips, indexes and profiles.

Scope: inputs made from a few good bags; each is verified, told of and taken out of as a user would. A failure is an
exception that is not ours, a bag that is called valid and holds a payload octet that no manifest vouches for, a folder
whose tar and zip give other findings, anything that is written where nothing should be, a finding without words, more
than ten seconds of processor time. Not in scope: how octets are damaged (``mutations``).

What an input is depends on the target, the seed and its number only: ``--only`` makes one again.

Usage: python -m benchmarks.fuzz_bags tagfiles|tar|zip|index|profile [--seconds N] [--seed S] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import hashlib
import io
import lzma
import random
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backports import zstd
from benchmarks.fuzz import FaultError, flags, run
from benchmarks.mutations import mended, mutated
from benchmarks.samples import Sample

from preserve.bag.extract import extract_bag, extract_indexed
from preserve.bag.member_index import index_path, read_index
from preserve.bag.model import BagReport, Depth, Verdict
from preserve.bag.profile import Profile
from preserve.bag.summary import listed_files, summary
from preserve.bag.verify import verify, verify_stream
from preserve.bag.write import write_index
from preserve.errors import PreserveError
from preserve.findings import codes

__all__ = ["TARGETS", "BagTarget", "bag_target"]

Files = dict[str, bytes]
Compress = Callable[[bytes], bytes]

_COMPRESSIONS: Mapping[str, Compress] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
    ".tar.zst": zstd.compress,
}
_NAMES = (
    "a.txt",
    "tei/05STRELSAU1.xml",
    "Z\u00fcrich.txt",
    "with space.txt",
    "100%25.txt",
    "x" * 120 + "/b.txt",
)
_LINES = (
    *("data/a.txt", "./data/a.txt", "*data/a.txt", "data/../a.txt", "/data/a.txt", "data//a.txt", "data\\a.txt"),
    *("data/%2e%2e/a.txt", "data/%25", "data/%0a", "~root/x", "C:\\data", "\\\\host\\share", "data/Zu\u0308rich.txt"),
    *("tagmanifest-sha512.txt", "bagit.txt", "DATA/A.TXT", "data/a.txt ", "data", "data/", ".", ""),
)
_TAG_LINES = (
    *(
        "BagIt-Version: 1.0",
        "BagIt-Version: 0.97",
        "BagIt-Version : 1.0",
        "BagIt-Version: 1.0.1",
        "BagIt-Version: 0.93",
    ),
    *(
        "Tag-File-Character-Encoding: UTF-8",
        "Tag-File-Character-Encoding: UTF-16",
        "Tag-File-Character-Encoding: rot13",
    ),
    *("Tag-File-Character-Encoding: ISO-8859-1", "Payload-Oxum: 1.1", "Payload-Oxum: 12", "Payload-Oxum: -1.1"),
    *(" folded", "\tfolded", ": no label", "no colon", "Label: value", "http://example.org/a 5 data/a.txt"),
    *("http://example.org/a - data/b.txt", "file:///etc/passwd 5 data/../x", "fetch", "\ufeffBagIt-Version: 1.0"),
)
_NEW_FILES = (
    "manifest-md5.txt",
    "manifest-sha3512.txt",
    "manifest-crc.txt",
    "tagmanifest-sha256.txt",
    "fetch.txt",
    "x/y",
)


def _digest(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data).hexdigest()


def good(algorithms: Sequence[str], *, many: int = 0, version: str = "1.0") -> Files:
    """Return the files of a good bag, made by hand."""
    payload = {f"data/{name}": f"{name} ".encode() * 40 for name in _NAMES} | {"data/empty": b""}
    payload |= {f"data/many/{number}.txt": b"%d" % number for number in range(many)}
    octets = sum(map(len, payload.values()))
    tags = {
        "bagit.txt": f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n".encode(),
        "bag-info.txt": f"Source-Organization: Strelsau\nPayload-Oxum: {octets}.{len(payload)}\n".encode(),
    }

    def listed(files: Mapping[str, bytes], algorithm: str) -> bytes:
        escaped = {path: path.replace("%", "%25") if version == "1.0" else path for path in files}
        return "".join(f"{_digest(algorithm, files[path])}  {escaped[path]}\n" for path in sorted(files)).encode()

    tags |= {f"manifest-{each}.txt": listed(payload, each) for each in algorithms}
    tag_manifests = {f"tagmanifest-{each}.txt": listed(tags, each) for each in algorithms}
    return payload | tags | tag_manifests


_BAGS = (good(("sha512",)), good(("md5", "sha256")), good(("sha512", "sha1"), many=30), good(("md5",), version="0.97"))


def tarred(files: Mapping[str, bytes], *, form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar of a bag, made by the standard library."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(f"bag/{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of a bag, made by the standard library."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for path, data in files.items():
            archive.writestr(f"bag/{path}", data)
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class BagTarget:
    """A way in which bags are damaged.

    Attributes:
        name: As the command line names it.
        samples: What is damaged.
        damage: Damages a sample.
        try_it: Does with an input what a user would; returns what became of it.
    """

    name: str
    samples: Sequence[Sample]
    damage: Callable[[random.Random, Sample, Sequence[bytes]], bytes]
    try_it: Callable[[Sample, Path, bool], str]

    def make(self, seed: int, number: int) -> Sample:
        """See :class:`benchmarks.fuzz.Fuzzed`."""
        chance = random.Random(f"{self.name}:{seed}:{number}")
        sample = chance.choice(self.samples)
        return Sample(sample.name, self.damage(chance, sample, [each.data for each in self.samples]), walked=True)

    def attempt(self, sample: Sample, place: Path, *, whole: bool = False) -> str:
        """See :class:`benchmarks.fuzz.Fuzzed`."""
        try:
            return self.try_it(sample, place, whole)
        except PreserveError as error:
            if not (error.message.strip() and all(each.isprintable() or each == "\n" for each in error.message)):
                raise FaultError(f"the message is not in words: {error.message!r}") from error
            return "refused"


# --- tag files ---


def _damage_tags(chance: random.Random, sample: Sample, _others: Sequence[bytes]) -> bytes:
    """Damage tag files of a bag; the input is a plain tar of it."""
    files = dict(_members(sample.data))
    tags = [path for path in files if not path.startswith("data/")]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        path = chance.choice(tags)
        match chance.randrange(6):
            case 0 | 1:
                files[path] = mutated(chance, files.get(path, b""), [files[each] for each in tags if each in files])
            case 2 | 3:
                files[path] = _line(chance, files.get(path, b""))
            case 4:
                files.pop(path, None)
            case _:
                files[chance.choice(_NEW_FILES)] = _line(chance, files.get(path, b""))
    if not chance.randrange(3):
        path = chance.choice([each for each in files if each.startswith("data/") and files[each]])
        files[path] = mutated(chance, files[path], [files[path]])[:5000]
    if not chance.randrange(2):
        _seal_again(files)
    return tarred(files)


def _line(chance: random.Random, data: bytes) -> bytes:
    """Change one line of a tag file: drop, double or move it, give it another path, digest or field."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    digest, gap, path = lines[at].partition(b"  ")
    match chance.randrange(7):
        case 0:
            del lines[at]
        case 1:
            lines.insert(chance.randrange(len(lines)), lines[at])
        case 2:
            lines[at] = digest + gap + chance.choice(_LINES).encode()
        case 3:
            lines[at] = digest.swapcase() + chance.choice((b" ", b"  ", b"\t", b" *", b"   ", b"")) + path
        case 4:
            lines[at] = digest[: chance.randrange(len(digest) + 1)] + gap + path
        case 5:
            lines.insert(at, chance.choice(_TAG_LINES).encode())
        case _:
            lines[at] = chance.choice(_TAG_LINES).encode()
    return chance.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r")).join(lines)


def _seal_again(files: Files) -> None:
    """Write the tag manifests that are there over the tag files as they are now."""
    for path in [each for each in files if each.startswith("tagmanifest-")]:
        algorithm = path.removeprefix("tagmanifest-").removesuffix(".txt")
        named = sorted(each for each in files if not each.startswith(("data/", "tagmanifest-")))
        with suppress(ValueError):
            files[path] = "".join(f"{_digest(algorithm, files[each])}  {each}\n" for each in named).encode()


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            file = archive.extractfile(member)
            yield member.name.removeprefix("bag/"), b"" if file is None else file.read()


def _try_tags(sample: Sample, place: Path, whole: bool) -> str:
    files = dict(_members(sample.data))
    folder = place / "bag"
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    report = _told(folder, files if whole else None)
    if whole:
        (place / "bag.tar").write_bytes(sample.data)
        (place / "bag.zip").write_bytes(zipped(files))
        for archive in (place / "bag.tar", place / "bag.zip"):
            twin = verify(archive)
            if _codes(twin) != _codes(report):
                raise FaultError(f"{archive.name} gives {_codes(twin)}, the folder {_codes(report)}")
    return report.verdict.value


def _codes(report: BagReport) -> list[str]:
    return sorted({each.code for each in report.findings})


# --- archives ---


def _damage_octets(chance: random.Random, sample: Sample, others: Sequence[bytes]) -> bytes:
    """Damage an archive, or what is inside a compressed one; half of the time its checksums are made right."""
    compress = _COMPRESSIONS.get(sample.name.removeprefix("bag"), bytes)
    plain = sample.data
    if compress is not bytes and chance.randrange(3):
        return mutated(chance, compress(plain), others)
    damaged = _headers(chance, plain) if sample.name.startswith("bag.tar") and chance.randrange(2) else plain
    if damaged is plain or not chance.randrange(3):
        damaged = mutated(chance, damaged, others)
    if chance.randrange(2):
        damaged = mended("x.tar" if sample.name.startswith("bag.tar") else sample.name, damaged)
    return compress(damaged)


_FIELDS = ((0, 100), (100, 8), (108, 8), (124, 12), (136, 12), (156, 1), (157, 100), (257, 8), (345, 155))
_VALUES = (
    *(b"\0", b"\xff", b"\x80" + b"\0" * 10 + b"\1", b"77777777777", b"-1", b"00000000010\0", b" 12 ", b"0o17", b"9"),
    *(
        b"../x",
        b"/etc/x",
        b"bag/data/../../x",
        b"bag/data/a.txt",
        b"bag/",
        b"bag",
        b"./bag/bagit.txt",
        b"bag//data/a.txt",
    ),
    *(b"1", b"2", b"3", b"5", b"6", b"7", b"L", b"K", b"x", b"g", b"S", b"V", b"0"),
)


def _headers(chance: random.Random, data: bytes) -> bytes:
    """Change fields of some headers of a tar, and put their checksums right."""
    changed = bytearray(data)
    heads = [at for at in range(0, len(data) - 511, 512) if data[at + 257 : at + 262] == b"ustar"]
    for at in chance.sample(heads, min(len(heads), chance.choice((1, 1, 2, 5)))):
        start, size = chance.choice(_FIELDS)
        changed[at + start : at + start + size] = chance.choice(_VALUES)[:size].ljust(size, b"\0")
    return mended("x.tar", bytes(changed))


def _try_archive(sample: Sample, place: Path, whole: bool) -> str:
    path = place / sample.name
    path.write_bytes(sample.data)
    report = _told(path, None, whole=whole)
    if sample.name.startswith("bag.tar") and whole:
        with suppress(PreserveError), path.open("rb") as stream:
            passed = verify_stream(stream)
            if report.valid and passed.verdict not in {Verdict.VALID, Verdict.UNREADABLE}:
                raise FaultError(f"the file is valid, the stream {passed.verdict}: {_codes(passed)}")
            if passed.valid and not report.valid:
                raise FaultError(f"the stream is valid, the file {report.verdict}: {_codes(report)}")
    return report.verdict.value


# --- indexes and profiles ---


def _damage_index(chance: random.Random, sample: Sample, others: Sequence[bytes]) -> bytes:
    return mutated(chance, sample.data, others)


def _try_index(sample: Sample, place: Path, _whole: bool) -> str:
    tar = place / "bag.tar"
    tar.write_bytes(tarred(_BAGS[0]))
    index_path(tar).write_bytes(sample.data)
    if not verify(tar, depth=Depth.FULL).valid:
        raise FaultError("a bag is not valid because of what lies beside it")
    index = read_index(index_path(tar))[0]
    extracted = extract_indexed(tar, place / "out", index)
    wrong = [path for path, data in _found(place / "out") if data != _BAGS[0].get(f"data/{path}")]
    # A digest of the index can be that of another file of the tar; octets that no digest has are never given.
    octets = set(_BAGS[0].values())
    if any(data not in octets for path, data in _found(place / "out") if path in wrong):
        raise FaultError(f"not what the tar has: {wrong}")
    return "whole" if extracted.whole else "partly"


def _damage_profile(chance: random.Random, sample: Sample, others: Sequence[bytes]) -> bytes:
    return mutated(chance, sample.data, others)


def _try_profile(sample: Sample, place: Path, _whole: bool) -> str:
    profile = Profile.parse(sample.data)
    tar = place / "bag.tar"
    tar.write_bytes(tarred(_BAGS[2]))
    return verify(tar, profile=profile).verdict.value


# --- what is asked of every bag ---


def _told(path: Path, files: Mapping[str, bytes] | None, *, whole: bool = True) -> BagReport:
    """Verify a bag, tell of it, take its payload out; raise what is not right."""
    beside = path.parent
    report = verify(path)
    for finding in report.findings:
        if finding.code not in codes():
            raise FaultError(f"{finding.code} is no code")
        if not finding.message.strip() or any(ord(each) < 32 for each in finding.code):
            raise FaultError(f"{finding.code} has no words")
    if files is not None and report.valid:
        _check_vouched(files)
    if whole:
        summary(path)
        list(listed_files(path))
        extracted = extract_bag(path, beside / "out")
        if report.valid and not extracted.whole:
            raise FaultError(f"valid, and not taken out whole: {extracted.findings[:3]}")
        if files is not None and any(files.get(f"data/{name}") != data for name, data in _found(beside / "out")):
            raise FaultError("what was taken out is not what is there")
        there = {each.name for each in beside.iterdir()}
        if not there <= {path.name, "out"} or [each.name for each in beside.parent.iterdir()] != [beside.name]:
            raise FaultError(f"there is more than there should be: {sorted(there)}")
    return report


def _check_vouched(files: Mapping[str, bytes]) -> None:
    """Check, without our code, that a manifest holds a digest of every payload file."""
    held = b"\n".join(data for path, data in files.items() if path.startswith("manifest-")).lower()
    for path, data in files.items():
        if path.startswith("data/") and not any(
            _digest(each, data).encode() in held or _digest(each, data).encode("utf-16-le") in held
            for each in ("md5", "sha1", "sha256", "sha512", "sha3_512")
        ):
            raise FaultError(f"called valid, and no manifest vouches for {path!r}")


def _found(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _index_sample(place: Path) -> bytes:
    tar = place / "bag.tar"
    tar.write_bytes(tarred(_BAGS[0]))
    write_index(tar, place)
    return index_path(tar).read_bytes()


def _samples(name: str, data: bytes) -> Sample:
    return Sample(name, data, walked=True)


def bag_target(name: str, place: Path) -> BagTarget:
    """Return a target.

    Args:
        name: One of :data:`TARGETS`.
        place: A folder to make samples in.
    """
    forms = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)
    tars = [tarred(files, form=form) for files in _BAGS for form in forms]
    if name == "tagfiles":
        samples = [_samples("bag.tar", tarred(files)) for files in _BAGS]
        return BagTarget(name, samples, _damage_tags, _try_tags)
    if name == "tar":
        samples = [_samples(f"bag{suffix}", tar) for suffix in _COMPRESSIONS for tar in tars]
        return BagTarget(name, samples, _damage_octets, _try_archive)
    if name == "zip":
        methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        samples = [_samples("bag.zip", zipped(files, method)) for files in _BAGS for method in methods]
        return BagTarget(name, samples, _damage_octets, _try_archive)
    if name == "index":
        return BagTarget(name, [_samples("index", _index_sample(place))], _damage_index, _try_index)
    profiles = Path(__file__).resolve().parents[1] / "schemas" / "profiles"
    samples = [_samples("profile", path.read_bytes()) for path in sorted(profiles.glob("*.json"))]
    return BagTarget(name, samples, _damage_profile, _try_profile)


TARGETS = ("tagfiles", "tar", "zip", "index", "profile")
"""What can be fuzzed."""


def main() -> None:
    """Read the arguments, fuzz, print failures and counts; exit code 1 on failures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    arguments = flags(parser).parse_args()
    with tempfile.TemporaryDirectory() as place:
        what = bag_target(arguments.target, Path(place))
    sys.exit(bool(run(what, arguments).failures))


if __name__ == "__main__":
    main()
