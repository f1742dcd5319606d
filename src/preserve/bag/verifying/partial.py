"""Verify some files of a bag: whether they are what a manifest, or the member index of a tar, says.

Scope: payload files that somebody asks for, and the manifests that vouch for them. Not in scope: the bag (``verify``):
of what else it holds nothing is said, so its word is never ``valid``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Final

from preserve.bag.containers import Container, open_container, printable
from preserve.bag.model import Depth, Form, Verdict
from preserve.bag.reading import (
    MemberIndex,
    ScannedBag,
    check_fixities,
    files_by_index,
    listing_stops,
    payload_names,
    require_bag,
    scan_bag,
    select_paths,
)
from preserve.bag.verifying.checks import CHECKS, check_payload_digests, fixity_finding
from preserve.bag.verifying.trust import check_chain
from preserve.bag.verifying.verification import verdict_of
from preserve.findings import Finding

__all__ = ["PartialReport", "PartialVerdict", "verify_some"]


class PartialVerdict(StrEnum):
    """The one word on some files of a bag."""

    INTACT = "intact"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"


_WORDS: Final[Mapping[Verdict, PartialVerdict]] = {
    Verdict.VALID: PartialVerdict.INTACT,
    Verdict.INCOMPLETE: PartialVerdict.INCOMPLETE,
    Verdict.INVALID: PartialVerdict.DAMAGED,
    Verdict.UNREADABLE: PartialVerdict.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class PartialReport:
    """What a verification of some files found.

    Attributes:
        path: The folder or archive that was looked at.
        form: Directory, tar, compressed tar or zip.
        by_index: Whether the member index was believed, and not the manifests.
        verdict: On these files only.
        checked: How many were asked for: all that fit, there or not.
        files: All payload files, there or not.
        bytes: The octets of those that were asked for and are there.
        findings: What is wrong with them, or with what vouches for them; sorted.
    """

    path: Path
    form: Form
    by_index: bool
    verdict: PartialVerdict
    checked: int
    files: int
    bytes: int
    findings: tuple[Finding, ...]


def verify_some(
    path: Path,
    patterns: Sequence[str],
    *,
    seal: str | None = None,
    index: MemberIndex | None = None,
    threads: int = 1,
) -> PartialReport:
    """Verify the payload files that fit a pattern.

    By the manifests: the bag is listed and its tag files are read; the manifests are held against the tag manifests,
    and these against the seal when it is given. By an index nothing but the files is read.

    Args:
        path: The base directory of the bag, or an archive that holds it.
        patterns: Of the paths below ``data/``, as ``*.txt`` or ``tei/*``, a star also for ``/``.
        seal: The SHA-256 of the strongest tag manifest as it is known from elsewhere; hexadecimal, in either case. It
            is ignored when an index is given.
        index: The member index of a plain tar: its digests are as good as whoever gave it.
        threads: How many may hash large files at once.

    Raises:
        BagError: There is no bag, it could not be opened, or not be listed so far that a file fits a pattern; or there
            is an index, and it is no plain tar.
        UsageError: No file of the payload, there or not, fits a pattern.
    """
    with closing(open_container(path)) as container:
        if index is not None:
            return _by_index(path, container, patterns, index, threads)
        bag = scan_bag(container, Depth.COMPLETE, threads=threads)
        return _by_manifests(path, require_bag(bag, path), patterns, seal)


def _by_index(
    path: Path, container: Container, patterns: Sequence[str], index: MemberIndex, threads: int
) -> PartialReport:
    payload, expected = files_by_index(path, container, index)
    wanted = [payload[name] for name in select_paths(payload, patterns)]
    results = check_fixities(container, wanted, expected, threads=threads)
    told = (fixity_finding("payload", entry.path, result, by="index") for entry, result in results)
    findings = sorted(each for each in told if each is not None)
    return PartialReport(
        path=path,
        form=container.form,
        by_index=True,
        verdict=_WORDS[verdict_of(findings)],
        checked=len(wanted),
        files=len(payload),
        bytes=sum(entry.size for entry in wanted),
        findings=tuple(findings),
    )


def _by_manifests(path: Path, bag: ScannedBag, patterns: Sequence[str], seal: str | None) -> PartialReport:
    names = payload_names(bag)
    wanted = select_paths(names, patterns, listing_stops(bag))
    there = {name: bag.payload[name] for name in wanted if name in bag.payload}
    findings = {*_findings(bag, wanted, seal), *check_payload_digests(replace(bag, payload=there))}
    return PartialReport(
        path=path,
        form=bag.form,
        by_index=False,
        verdict=_WORDS[verdict_of(findings)],
        checked=len(wanted),
        files=len(names),
        bytes=sum(entry.size for entry in there.values()),
        findings=tuple(sorted(findings)),
    )


def _findings(bag: ScannedBag, wanted: Sequence[str], seal: str | None) -> Iterator[Finding]:
    """Give what was found of some files, of the manifests that vouch for them, and of the bag as a whole."""
    manifests = {each.name for each in bag.manifest_files}
    # In an archive, what is wrong with a member is told with the name of the top folder.
    about = {
        "",
        *manifests,
        *(where for name in wanted for where in (printable(name), printable(f"{bag.name}/{name}"))),
    }
    made = chain.from_iterable(check(bag) for least, check in CHECKS if least is not Depth.FULL)
    for finding in made:
        if finding.where in about or finding.where.rpartition(":")[0] in manifests:
            yield finding
    # Under a seal the chain must hold; without one, only what vouches for these files, and the version they go by.
    about |= {"bagit.txt"}
    yield from (each for each in check_chain(bag, seal) if seal is not None or each.where in about)
    absent = [name for name in wanted if name not in bag.payload]
    if absent:
        # The listing may have been stopped before it came to them; what is wrong with other files says nothing of them.
        unread = {printable(folder) for folder in bag.unread if any(name.startswith(f"{folder}/") for name in absent)}
        yield from (each for each in listing_stops(bag) if each.where not in about)
        yield from (each for each in bag.findings if each.code == "folder-unreadable" and each.where in unread)
