"""The exit codes of verdicts on bags."""

from __future__ import annotations

from collections.abc import Iterable

from preserve.bag import PartialVerdict, Verdict, verdict_of
from preserve.errors import ExitCode
from preserve.findings import Finding

__all__ = ["code_of_findings", "code_of_verdict"]


def code_of_verdict(verdict: Verdict | PartialVerdict) -> ExitCode:
    """Return the exit code of a verdict; what could not be read is no proof of loss, so it has a code of its own."""
    if verdict in {Verdict.VALID, PartialVerdict.INTACT}:
        return ExitCode.GOOD
    return ExitCode.SOURCE if verdict in {Verdict.UNREADABLE, PartialVerdict.UNREADABLE} else ExitCode.INVALID


def code_of_findings(findings: Iterable[Finding]) -> ExitCode:
    """Return the exit code of the findings that kept a verb from its work on a bag."""
    return ExitCode.SOURCE if verdict_of(findings) is Verdict.UNREADABLE else ExitCode.INVALID
