"""Fuzzing of what reads bags: damaged tag files, tars, zips, indexes and profiles.

Scope: inputs made from a few good bags; each is verified, told of, taken out of and converted as a user would. A
failure is an exception that is not ours; a bag that is called valid, and witnesses without our code see another payload
than was sealed or than its manifests list; a folder whose tar, zip or stream gives other findings; anything that is
written where nothing should be, or left behind; a finding without words or code; more than ten seconds of processor
time or 200 MB of memory. Not in scope: how bags are damaged (``bag_damage``, ``archive_damage``), the witnesses.

What an input is depends on the target, the seed and its number only: ``--only`` makes one again.

Usage: python -m tests.fuzz.bags tagfiles|tar|zip|index|profile [--seconds N] [--seed S] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import resource
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.fuzz.archive_damage import damaged_tar, damaged_zip
from tests.fuzz.bag_damage import EVIL, damaged_index, damaged_profile, damaged_tags
from tests.fuzz.bag_samples import BAGS, COMPRESSIONS, SEALS, Files, read_gnu_tar, read_tar, read_zip, tarred, zipped
from tests.fuzz.bag_witness import against, another_digest, same_payload
from tests.fuzz.readers import FaultError, flags, run
from tests.fuzz.samples import Sample

from preserve.bag.copying.convert import Conversion, convert_bag
from preserve.bag.copying.extract import extract_bag, extract_indexed
from preserve.bag.model import BagReport, Depth, Form
from preserve.bag.reading.member_index import index_path, read_index
from preserve.bag.reading.summary import list_files, summarize_bag
from preserve.bag.verifying.profile import KNOWN_PROFILES, Profile
from preserve.bag.verifying.second_opinion import ask_bagit
from preserve.bag.verifying.verification import verify, verify_stream
from preserve.bag.writing.index import write_index
from preserve.cli.small_files import find_profile
from preserve.contracts.contract import contract_bytes
from preserve.errors import PreserveError
from preserve.findings import Finding, codes
from preserve.report import bags as words

__all__ = ["MOST_MEMORY", "TARGETS", "BagTarget", "bag_target"]

MOST_MEMORY = 200 << 20
"""Octets by which one input may let the memory grow."""

_WORDLESS = re.compile(r"(?:\A|: )(?:None)?\s*\Z")
_GOOD = frozenset(data for files in BAGS for data in files.values())
_OF_A_FILE = frozenset({"archive-name-differs", "member-index-differs"})
"""Findings that a stream, which has no name and nothing beside it, does not give."""

Damage = Callable[[random.Random, str, bytes, Sequence[bytes]], bytes]


@dataclass(frozen=True, slots=True)
class BagTarget:
    """A way in which bags are damaged.

    Attributes:
        name: As the command line names it.
        samples: What is damaged.
        damage: Damages a sample, by its name and octets; takes parts of others.
        try_it: Does with an input what a user would, in an empty folder; returns what became of it.
    """

    name: str
    samples: Sequence[Sample]
    damage: Damage
    try_it: Callable[[Sample, Path, bool], str]

    def make(self, seed: int, number: int) -> Sample:
        """See :class:`tests.fuzz.readers.Fuzzed`."""
        chance = random.Random(f"{self.name}:{seed}:{number}")
        sample = chance.choice(self.samples)
        data = self.damage(chance, sample.name, sample.data, [each.data for each in self.samples])
        return Sample(sample.name, data, walked=True)

    def attempt(self, sample: Sample, place: Path, *, whole: bool = False) -> str:
        """See :class:`tests.fuzz.readers.Fuzzed`."""
        # As deep as a name of ours climbs: what gets out of the folder of the bag is still in the place.
        ground = place / "1" / "2" / "3"
        ground.mkdir(parents=True)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            fate: str = self.try_it(sample, ground, whole)
        except PreserveError as error:
            _check_words("what stopped us", error.message)
            fate = "refused"
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
        if grown > MOST_MEMORY:
            raise FaultError(f"the memory grew by {grown >> 20} MiB")
        outside = [each for each in (ground.parent, place, place / "1") if len(list(each.iterdir())) != 1]
        if outside or os.path.lexists(EVIL):
            raise FaultError(f"something was written outside: {outside or EVIL}")
        return fate


# --- tag files ---


def _try_tags(sample: Sample, ground: Path, whole: bool) -> str:
    files = read_tar(sample.data) or {}
    folder, tar, zip_ = ground / "bag", ground / "bag.tar", ground / "bag.zip"
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    tar.write_bytes(sample.data)
    zip_.write_bytes(zipped(files, zipfile.ZIP_STORED))
    report = _told(folder, files, _chance(sample), whole=whole)
    if report.valid:
        _check_valid(report, files)
    for archive in (tar, zip_):
        twin = _codes(verify(archive).findings)
        if twin != _codes(report.findings):
            raise FaultError(f"{archive.name} gives {twin}, the folder {_codes(report.findings)}")
    _check_stream(tar, report)
    if whole and report.valid and (altered := another_digest(folder)) is not None:
        raise FaultError(f"called valid, and bagit-python says that {altered!r} has another digest")
    return report.verdict.value


def _codes(findings: Sequence[Finding]) -> list[str]:
    return sorted({each.code for each in findings})


# --- archives ---


def _try_archive(sample: Sample, ground: Path, whole: bool) -> str:
    path = ground / sample.name
    path.write_bytes(sample.data)
    is_tar = sample.name.startswith("bag.tar")
    files = read_tar(sample.data, sample.name.removeprefix("bag")) if is_tar else read_zip(sample.data)
    report = _told(path, files, _chance(sample), whole=whole)
    if report.valid:
        suffix = sample.name.removeprefix("bag")
        _check_valid(
            report, files if not is_tar or _speaks(report, files) is None else read_gnu_tar(sample.data, suffix)
        )
    if is_tar:
        _check_stream(path, report)
    return report.verdict.value


class _Slow(io.BytesIO):
    """A stream that gives less than it is asked for, as a pipe does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(4999 if size is None or size < 0 else size, 4999))


def _check_stream(path: Path, report: BagReport) -> None:
    """Check that a tar that passes gives what it gives as a file."""
    try:
        passed = verify_stream(_Slow(path.read_bytes()))
    except PreserveError as error:
        if report.valid:
            raise FaultError(f"the file is valid, the stream refused: {error.message}") from error
        return
    _check_findings(passed.findings)
    if {"payload-unreadable", "tag-file-unreadable"} & {*_codes(passed.findings)}:
        return  # its manifests came too late, or one was cut, of which a file gives the lines that there are
    ours, theirs = ({*_codes(each.findings)} - _OF_A_FILE for each in (report, passed))
    if ours != theirs:
        raise FaultError(f"the file gives {sorted(ours)}, the stream {sorted(theirs)}")


# --- indexes and profiles ---


def _try_index(sample: Sample, ground: Path, _whole: bool) -> str:
    tar = ground / "bag.tar"
    tar.write_bytes(tarred(BAGS[0]))
    index_path(tar).write_bytes(sample.data)
    report = verify(tar, depth=Depth.FULL)
    _check_findings(report.findings)
    if not report.valid:
        raise FaultError("a bag is not valid because of what lies beside it")
    index = read_index(index_path(tar))[0]
    try:
        extracted = extract_indexed(tar, ground / "out", index)
    finally:
        _check_left(ground, {tar.name, index_path(tar).name}, "out")
    _check_findings(extracted.findings)
    # A digest of the index can be that of another file of the tar; octets that no digest has are never given.
    octets = set(BAGS[0].values())
    if any(data not in octets for data in _found(ground / "out").values()):
        raise FaultError("not what the tar has")
    if not extracted.findings and not _codes(report.findings) and _payload(BAGS[0]) != _found(ground / "out"):
        raise FaultError("the index is that of the tar, and other files came out")
    return "whole" if extracted.whole else "partly"


def _try_profile(sample: Sample, ground: Path, whole: bool) -> str:
    (ground / "profile.json").write_bytes(sample.data)
    profile = find_profile(str(ground / "profile.json"))
    chance = _chance(sample)
    files = chance.choice(BAGS)
    (ground / "bag.tar").write_bytes(tarred(files))
    report = verify(ground / "bag.tar")
    asked = verify(ground / "bag.tar", profile=profile)
    _check_findings(asked.findings)
    _check_report(asked)
    more = {*_codes(asked.findings)} - {*_codes(report.findings)}
    if not set(report.findings) <= set(asked.findings) or any(not code.startswith("profile-") for code in more):
        raise FaultError(f"with the profile {_codes(asked.findings)}, without {_codes(report.findings)}")
    if whole:
        _check_seal(ground / "bag.tar", report, chance)
    return asked.verdict.value


# --- what is asked of every bag ---


def _chance(sample: Sample) -> random.Random:
    return random.Random(zlib.crc32(sample.data))


def _told(path: Path, files: Files | None, chance: random.Random, *, whole: bool) -> BagReport:
    """Verify a bag as a user would; raise what is not right.

    Args:
        path: The bag.
        files: What is in it, as witnesses see it; ``None`` when they see nothing.
        chance: Decides what is asked of it.
        whole: Tell of it, take its payload out and convert it too.
    """
    report = verify(path, threads=chance.choice((1, 2)))
    _check_findings(report.findings)
    _check_report(report)
    if not whole:
        return report
    profile = Profile.parse(contract_bytes(chance.choice(sorted(KNOWN_PROFILES.values()))))
    asked = verify(path, profile=profile)
    _check_findings(asked.findings)
    if asked.valid and not report.valid:
        raise FaultError("valid only when more is asked")
    opinion = ask_bagit(path, report)
    _check_findings([opinion] if opinion else [])
    _check_seal(path, report, chance)
    # Before what may be refused with an exception of ours, as what is no bag.
    _check_extracted(path, report, files)
    _check_converted(path, report, chance)
    for each in list_files(path):
        _check_encodes(words.bag_list_line(str(path), each))
    _check_encodes(words.bag_info_line(str(path), summarize_bag(path)))
    return report


def _check_valid(report: BagReport, files: Files | None) -> None:
    says = _speaks(report, files)
    if says is not None:
        raise FaultError(f"called valid: {says}")


def _speaks(report: BagReport, files: Files | None) -> str | None:
    """Return what a witness who sees these files says against a bag that is called valid."""
    if files is None:
        return "nobody else can read it"
    sealed = SEALS.get(report.seal or "")
    if sealed is not None and not same_payload(files, sealed):
        return "under its seal there is another payload"
    return against(files)


ADDED = frozenset({"tagmanifest-omits-manifest", "tag-file-unlisted"})
"""What a seal forbids and BagIt allows: files that the sealed tag manifest does not list."""


def _check_seal(path: Path, report: BagReport, chance: random.Random) -> None:
    """Check that the right seal adds only what was added to the bag after it, and that another is told."""
    right = report.seal or "0" * 64
    said = verify(path, seal=right.upper() if chance.randrange(2) else right)
    more = {each.code for each in {*said.findings} ^ {*report.findings}}
    if report.seal is not None and not more <= ADDED:
        raise FaultError(f"with its own seal {_codes(said.findings)}, without {_codes(report.findings)}")
    wrong = verify(path, seal=right[::-1] if right != right[::-1] else "1" * 64)
    if wrong.valid or not {"seal-differs", "seal-missing"} & {*_codes(wrong.findings)}:
        raise FaultError(f"with another seal {wrong.verdict}: {_codes(wrong.findings)}")


def _check_extracted(path: Path, report: BagReport, files: Files | None) -> None:
    """Take the payload out, also under the seal that the bag has; nothing may come that is not in it."""
    for target, seal in (("out", None), ("sealed", report.seal)):
        before = {each.name for each in path.parent.iterdir()}
        try:
            extracted = extract_bag(path, path.parent / target, seal=seal)
        finally:
            _check_left(path.parent, before, target)
        _check_findings(extracted.findings)
        found = _found(path.parent / target)
        if (extracted.path is None) is (path.parent / target).exists():
            raise FaultError(f"what is said to have been taken out is not there, or the other way round: {target}")
        if report.valid and (not extracted.whole or len(found) != report.files):
            raise FaultError(f"valid, and not taken out whole: {extracted.findings[:3]}")
        there = {*(files or {}).values(), *_GOOD}
        if any(data not in there for data in found.values()):
            raise FaultError("what was taken out is not what is there")
        sealed = SEALS.get(seal or "")
        if sealed is not None and any(data not in set(sealed.values()) for data in found.values()):
            raise FaultError("what was taken out under a seal was never sealed")


def _check_converted(path: Path, report: BagReport, chance: random.Random) -> None:
    """Write the bag in another form; a valid one has the same payload there, of another nothing comes."""
    how = Conversion(agent="fuzz", form=chance.choice((None, *Form)), algorithms=("sha256",), name="new", reread=True)
    before = {each.name for each in path.parent.iterdir()}
    try:
        converted = convert_bag(path, path.parent / "converted", how)
    except PreserveError:
        _check_left(path.parent, before, "converted")
        if (path.parent / "converted").exists():
            raise FaultError("what could not be converted left something") from None
        if report.valid:
            raise
        return
    _check_left(path.parent, before, "converted")
    _check_findings(converted.findings)
    if converted.bag is None:
        if report.valid:
            raise FaultError(f"valid, and not converted: {_codes(converted.findings)}")
        if (path.parent / "converted").exists():
            raise FaultError("what was not converted left something")
        return
    if not report.valid:
        raise FaultError(f"converted, and {report.verdict}: {_codes(report.findings)}")
    again = verify(converted.bag.path)
    if not again.valid or (again.files, again.bytes) != (report.files, report.bytes):
        raise FaultError(f"the converted bag is {again.verdict}: {_codes(again.findings)}")


def _check_left(folder: Path, before: set[str], new: str) -> None:
    more = {each.name for each in folder.iterdir()} - before - {new}
    if more:
        raise FaultError(f"there is more than there should be: {sorted(more)}")


def _check_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.code not in codes():
            raise FaultError(f"{finding.code} is no code")
        _check_words(finding.code, finding.message)


def _check_words(what: str, said: str) -> None:
    # Controls are escaped where it is printed: in what a file name holds, too.
    if _WORDLESS.search(said):
        raise FaultError(f"{what} is not in words: {said[:200]!r}")


def _check_report(report: BagReport) -> None:
    """Check what is printed of a bag, for people and for programs."""
    _check_encodes(words.verify_line("bag", report))
    printed = words.verify_text("bag", report)
    if len(printed) != 1 + len(report.findings):
        raise FaultError(f"the text has {len(printed)} lines for {len(report.findings)} findings")


def _check_encodes(line: Mapping[str, object]) -> None:
    try:
        json.dumps(line, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FaultError(
            f"what is printed cannot be encoded: {error.object[error.start - 40 : error.end]!r}"
        ) from error


def _found(folder: Path) -> Files:
    paths: Iterator[Path] = folder.rglob("*")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def _payload(files: Mapping[str, bytes]) -> Files:
    return {path.removeprefix("data/"): data for path, data in files.items() if path.startswith("data/")}


# --- targets ---


def _tars() -> list[Sample]:
    forms = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)
    plain = [tarred(files, form=form) for files in BAGS for form in forms]
    return [Sample(f"bag{suffix}", tar, walked=True) for suffix in COMPRESSIONS for tar in plain]


def _zips() -> list[Sample]:
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    makers = [*(partial(zipped, method=method) for method in methods), partial(zipped, passing=True)]
    makers.append(partial(zipped, large=True))
    return [Sample("bag.zip", make(files), walked=True) for files in BAGS for make in makers]


def _indexes() -> list[Sample]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        tar = Path(place) / "bag.tar"
        tar.write_bytes(tarred(BAGS[0]))
        write_index(tar, Path(place))
        return [Sample("index", index_path(tar).read_bytes(), walked=True)]


def _profiles() -> list[Sample]:
    return [Sample("profile", contract_bytes(KNOWN_PROFILES[name]), walked=True) for name in sorted(KNOWN_PROFILES)]


def _tags() -> list[Sample]:
    return [Sample("bag.tar", tarred(files), walked=True) for files in BAGS]


def _damage_tags(chance: random.Random, _name: str, data: bytes, _others: Sequence[bytes]) -> bytes:
    return damaged_tags(chance, data)


_MAKERS: Mapping[str, tuple[Callable[[], list[Sample]], Damage, Callable[[Sample, Path, bool], str]]] = {
    "tagfiles": (_tags, _damage_tags, _try_tags),
    "tar": (_tars, damaged_tar, _try_archive),
    "zip": (_zips, damaged_zip, _try_archive),
    "index": (_indexes, damaged_index, _try_index),
    "profile": (_profiles, damaged_profile, _try_profile),
}
TARGETS = tuple(_MAKERS)
"""What can be fuzzed."""


def bag_target(name: str) -> BagTarget:
    """Return a target, one of :data:`TARGETS`."""
    samples, damage, try_it = _MAKERS[name]
    return BagTarget(name, samples(), damage, try_it)


def main() -> None:
    """Read the arguments, fuzz, print failures and counts; exit code 1 on failures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    arguments = flags(parser).parse_args()
    sys.exit(bool(run(bag_target(arguments.target), arguments).failures))


if __name__ == "__main__":
    main()
