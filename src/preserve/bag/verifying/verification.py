"""The verification of a bag: by the fast path, or else scan it once, make every check, report everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from preserve.bag.containers import open_container, open_stream
from preserve.bag.limits import LIMITS, BoundedList, Limits
from preserve.bag.model import BagReport, Depth, Verdict
from preserve.bag.reading import ScannedBag, check_index, scan_bag
from preserve.bag.verifying.checks import CHECKS
from preserve.bag.verifying.fast_path import verify_fast
from preserve.bag.verifying.profile import Profile
from preserve.bag.verifying.trust import check_seal
from preserve.findings import Finding, Severity
from preserve.octets import Readable

__all__ = ["verdict_of", "verify", "verify_by_checks", "verify_stream"]

_DEPTHS = tuple(Depth)
_INCOMPLETE = frozenset({"payload-to-fetch"})
# What was not looked at is not judged: an I/O error is no proof of loss, and a limit of ours no fault of the bag.
_UNREADABLE = frozenset({"payload-unreadable", "tag-file-unreadable", "folder-unreadable", "limit-exceeded"})


def verify(
    path: Path,
    *,
    depth: Depth = Depth.FULL,
    seal: str | None = None,
    profile: Profile | None = None,
    threads: int = 1,
    limits: Limits = LIMITS,
) -> BagReport:
    """Verify a bag that lies in a folder, a tar (also compressed) or a zip, and report all that is found.

    Nothing outside the bag is read, but for the member index beside a tar, and nothing is written. A file that could
    not be read is a finding.

    Args:
        path: The base directory of the bag, or an archive that holds it.
        depth: ``oxum`` verifies counts, ``complete`` also names, ``full`` also every bit.
        seal: The SHA-256 of the strongest tag manifest (:data:`preserve.bag.model.STRENGTH`) as it is known from
            elsewhere; hexadecimal, in either case.
        profile: A BagIt Profile that the bag must meet too.
        threads: How many threads may hash large payload files.
        limits: How much of the bag is read and kept.

    Raises:
        BagError: There is nothing at ``path``, it could not be opened or listed, or is neither a folder nor an archive.
    """
    if profile is None and depth is not Depth.OXUM:
        report = verify_fast(path, depth, limits)
        if report is not None and (seal is None or seal.lower() == report.seal):
            return report
    return verify_by_checks(path, depth=depth, seal=seal, profile=profile, threads=threads, limits=limits)


def verify_by_checks(
    path: Path,
    *,
    depth: Depth,
    seal: str | None = None,
    profile: Profile | None = None,
    threads: int = 1,
    limits: Limits = LIMITS,
) -> BagReport:
    """Do what :func:`verify` does, with the same arguments, and without the fast path.

    Raises:
        BagError: As for :func:`verify`.
    """
    with closing(open_container(path, limits)) as container:
        bag = scan_bag(container, depth, threads=threads)
        return _report(path, bag, seal, profile, check_index(bag, path) if depth is Depth.FULL else ())


def verify_stream(
    stream: Readable,
    *,
    depth: Depth = Depth.FULL,
    seal: str | None = None,
    profile: Profile | None = None,
    limits: Limits = LIMITS,
) -> BagReport:
    """Verify a bag that comes as a tar, plain or compressed, while it passes, and report all that is found.

    Nothing is written; tag files are kept in memory up to a limit. A payload file is hashed as it passes, with the
    algorithms of the manifests that came before it, or with the usual four. When a later manifest asks for another,
    the file is ``payload-unreadable``.

    Args:
        stream: The bytes of the tar.
        depth: As for :func:`verify`, as are the others.
        seal: The seal, as it is known from elsewhere.
        profile: A profile that the bag must meet too.
        limits: How much of the bag is read and kept.

    Raises:
        BagError: The stream could not be read, or is no tar.
    """
    with closing(open_stream(stream, limits)) as container:
        return _report(Path("-"), scan_bag(container, depth), seal, profile)


def _report(
    path: Path, bag: ScannedBag, seal: str | None, profile: Profile | None, beside: Iterable[Finding] = ()
) -> BagReport:
    kept = BoundedList[Finding](chain(_check(bag, seal, profile), beside), bag.container.limits)
    findings = sorted(kept)
    if kept.left_off:
        says = f"{kept.left_off} more findings of the kinds above are left off"
        findings.append(Finding.of("limit-exceeded", "", says, severity=Severity.NOTE))
    return BagReport(
        name=bag.name,
        path=path,
        form=bag.form,
        bagit_version=bag.version,
        depth=bag.depth,
        verdict=verdict_of(findings),
        findings=tuple(findings),
        files=len(bag.payload),
        bytes=sum(entry.size for entry in bag.payload.values()),
        seal=bag.seal,
        info=bag.info,
    )


def _check(bag: ScannedBag, seal: str | None, profile: Profile | None) -> Iterator[Finding]:
    # First: however much else is wrong, that the seal is another must not be left off.
    if seal is not None:
        yield from check_seal(bag, seal)
    for least, check in CHECKS:
        if _DEPTHS.index(bag.depth) >= _DEPTHS.index(least):
            yield from check(bag)
    if profile is not None:
        yield from profile.check(bag)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the one word for some findings; warnings and notes do not count."""
    errors = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    if errors - _INCOMPLETE - _UNREADABLE:
        return Verdict.INVALID
    if errors & _UNREADABLE:
        return Verdict.UNREADABLE
    return Verdict.INCOMPLETE if errors else Verdict.VALID
