"""Verify any bag: look once, make every check, report everything.

Scope: the order of things, the seal, the verdict. Not in scope: the checks themselves (``checks``, ``profile``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from preserve.bag.containers import open_container, open_stream
from preserve.bag.limits import Bounded
from preserve.bag.model import BagReport, Depth, Verdict
from preserve.bag.reading import ScannedBag, check_index, scan_bag
from preserve.bag.verifying.checks import CHECKS
from preserve.bag.verifying.fast_path import verify_plainly
from preserve.bag.verifying.profile import Profile
from preserve.bag.verifying.trust import check_seal
from preserve.findings import Finding, Severity
from preserve.octets import Readable

__all__ = ["verdict_of", "verify", "verify_carefully", "verify_stream"]

_DEPTHS = tuple(Depth)
_INCOMPLETE = frozenset({"payload-to-fetch"})
# What was not looked at is not judged: a limit of ours is no fault of the bag.
_UNREADABLE = frozenset({"payload-unreadable", "tag-file-unreadable", "folder-unreadable", "limit-exceeded"})


def verify(
    path: Path,
    *,
    depth: Depth = Depth.FULL,
    seal: str | None = None,
    profile: Profile | None = None,
    threads: int = 1,
) -> BagReport:
    """Look at a bag, a folder, a tar (also compressed) or a zip, and report all that is found.

    Nothing outside the bag is read, but for the member index beside a tar, and nothing is written. A file that could
    not be read is a finding.

    Args:
        path: The base directory of the bag, or an archive that holds it.
        depth: ``oxum``: counts; ``complete``: and names; ``full``: and every bit.
        seal: The SHA-256 of the strongest tag manifest (:data:`preserve.bag.model.STRENGTH`) as it is known from
            elsewhere; hexadecimal, in either case.
        profile: A BagIt Profile that the bag is to meet too.
        threads: How many may hash large payload files at once.

    Raises:
        BagError: There is nothing at ``path``, it could not be opened or listed, or is neither a folder nor an archive.
    """
    if profile is None and depth is not Depth.OXUM:
        plain = verify_plainly(path, depth)
        if plain is not None and (seal is None or seal.lower() == plain.seal):
            return plain
    return verify_carefully(path, depth=depth, seal=seal, profile=profile, threads=threads)


def verify_carefully(
    path: Path, *, depth: Depth, seal: str | None = None, profile: Profile | None = None, threads: int = 1
) -> BagReport:
    """Do what :func:`verify` does for a bag that need not be plain: look once, make every check, report everything.

    Raises:
        BagError: As for :func:`verify`.
    """
    with closing(open_container(path)) as container:
        bag = scan_bag(container, depth, threads=threads)
        return _report(path, bag, seal, profile, check_index(bag, path) if depth is Depth.FULL else ())


def verify_stream(
    stream: Readable, *, depth: Depth = Depth.FULL, seal: str | None = None, profile: Profile | None = None
) -> BagReport:
    """Look at a bag that comes as a tar, plain or compressed, while it passes, and report all that is found.

    Nothing is written; tag files are kept in memory up to a limit. A payload file is hashed as it passes, with the
    algorithms of the manifests that came before it, or the usual four; when a later manifest asks for another, the
    file is ``payload-unreadable``.

    Args:
        stream: Its octets.
        depth: As for :func:`verify`.
        seal: As for :func:`verify`.
        profile: As for :func:`verify`.

    Raises:
        BagError: The stream could not be read, or is no tar.
    """
    with closing(open_stream(stream)) as container:
        return _report(Path("-"), scan_bag(container, depth), seal, profile)


def _report(
    path: Path, bag: ScannedBag, seal: str | None, profile: Profile | None, beside: Iterable[Finding] = ()
) -> BagReport:
    kept = Bounded[Finding](chain(_all(bag, seal, profile), beside))
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


def _all(bag: ScannedBag, seal: str | None, profile: Profile | None) -> Iterator[Finding]:
    # First: whatever else is wrong, and however often, that the seal is another is not left off.
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
