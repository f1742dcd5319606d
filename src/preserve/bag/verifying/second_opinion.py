"""The second opinion on a bag: what bagit-python says of it.

A difference is a finding; the verdict stays ours. It is never asked about a bag that would lead it elsewhere, because
it follows links and reads what a manifest names outside the bag.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import bagit

from preserve.bag.model import BagReport, Form
from preserve.findings import Finding, Severity, codes

__all__ = ["ask_bagit"]

_LEADS_ELSEWHERE: Final = frozenset({"path-leaves-bag", "link-in-bag", "special-file", "limit-exceeded"})
_MOST_CODES: Final = 5


def ask_bagit(path: Path, report: BagReport) -> Finding | None:
    """Ask bagit-python about a bag that we verified to full depth.

    Args:
        path: The bag.
        report: Our report on it.

    Returns:
        The finding that it was not asked or that it differs; ``None`` when it agrees.
    """
    name = f"bagit-python {bagit.VERSION}"
    if report.form is not Form.DIRECTORY:
        return Finding.of("second-opinion-none", "", f"{name} was not asked: it reads folders only")
    if any(finding.code in _LEADS_ELSEWHERE for finding in report.findings):
        return Finding.of("second-opinion-none", "", f"{name} was not asked: the bag would lead it elsewhere")
    theirs, ours = _opinion(path), _of_bagit(report)
    if (theirs is None) is (not ours):
        return None
    if theirs is None:
        return Finding.of(
            "second-opinion-differs", "", f"{name} calls it valid; it does not look for {_some_codes(ours)}"
        )
    says = "each known difference has its reason in docs/reference/bagit-differences.md"
    return Finding.of("second-opinion-differs", "", f"{name} calls it invalid: {theirs[:500]}; {says}")


def _opinion(path: Path) -> str | None:
    """Return why bagit-python refuses a folder; ``None`` when it calls it valid."""
    before = bagit.LOGGER.disabled
    bagit.LOGGER.disabled = True
    try:
        bagit.Bag(str(path)).validate(processes=1)
    except Exception as error:  # exceptions of every kind escape from it; whichever does is its opinion
        return f"{type(error).__name__}: {error}"
    finally:
        bagit.LOGGER.disabled = before
    return None


def _of_bagit(report: BagReport) -> list[str]:
    """Return the codes that break BagIt itself; of the profile and the seal, which ask for more, it was not told."""
    errors = {finding.code for finding in report.findings if finding.severity is Severity.ERROR}
    return sorted(code for code in errors if not code.startswith(("profile-", "seal-")))


def _some_codes(missed: list[str]) -> str:
    some = [f"{code} ({codes()[code].clause})" for code in missed[:_MOST_CODES]]
    return ", ".join(some + (["and others"] if len(missed) > _MOST_CODES else []))
