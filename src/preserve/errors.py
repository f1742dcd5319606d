"""The one tree of exceptions, each with its exit code.

An exception is what stopped us from looking at a thing. What is wrong with a thing that we looked at is a
:class:`preserve.findings.Finding`.

::

    PreserveError               1
    ├── UsageError              1   the call or a setting is wrong
    ├── SourceError             3   a source could not be read
    │   └── NotACableError           3   no reader takes it
    ├── RecordError             2   a record, or a document made of it, is not valid
    ├── BagError                2   something could not be opened as a bag
    │   └── UnreadableBagError       3   it could not be read, so it may be a bag
    ├── ComparisonError         2   two sources cannot be compared
    ├── ArchiveError            4   the archive could not be read or written
    │   └── LogError                 7   its event log was changed, or contradicts the catalogue
    └── DepositError            5   a target refused or did not answer
"""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path
from traceback import extract_tb
from typing import ClassVar

__all__ = [
    "ArchiveError",
    "BagError",
    "ComparisonError",
    "DepositError",
    "ExitCode",
    "LogError",
    "NotACableError",
    "PreserveError",
    "RecordError",
    "SourceError",
    "UnreadableBagError",
    "UsageError",
    "hide_user_information",
    "internal_error",
]

# RFC 3986 3.2: the authority of an address ends at the next "/", and what stands before its last "@" is the user
# information. One slash is enough, as Path makes one of two.
_USER_INFORMATION = re.compile(r"(:/+)[^\s/]*@")


class ExitCode(IntEnum):
    """What the process says to its caller; the table of ``docs/reference/exit-codes.md``."""

    GOOD = 0
    USAGE = 1
    INVALID = 2
    SOURCE = 3
    ARCHIVE = 4
    TARGET = 5
    OVERDUE = 6
    LOG = 7
    INTERRUPTED = 130


class PreserveError(Exception):
    """The root of the tree: every error says what happened, where, and what to do next.

    An error is printed, logged, and kept in reports of others, so user names and passwords in addresses are left out of
    it here, wherever the address came from.

    Args:
        message: What happened, and to what: a sentence without a full stop.
        hint: What to do next: a sentence, or nothing.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message, self.hint = hide_user_information(message), hide_user_information(hint)
        super().__init__(self.message, self.hint)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes whole: by default keyword-only arguments are not pickled."""
        return (_revive, (type(self), self.message, self.hint), self.__dict__)

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


def _revive(kind: type[PreserveError], message: str, hint: str) -> PreserveError:
    return kind(message, hint=hint)


def hide_user_information(text: str) -> str:
    """Return a text without the user names and passwords of its addresses: ``https://***@example.org/``."""
    return _USER_INFORMATION.sub(r"\1***@", text)


def internal_error(error: Exception, where: str = "") -> PreserveError:
    """Return the error for a fault of ours. It has the kind and the line, not the message, which may quote a cable.

    Args:
        error: What was raised.
        where: The item that was at hand; empty for none.
    """
    frames = extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return PreserveError(
        f"{where}{': ' if where else ''}internal error: {type(error).__name__}{place}",
        hint="This is a bug of preserve: please report it with this line.",
    )


class UsageError(PreserveError):
    """The call, a flag or a setting is wrong."""


class SourceError(PreserveError):
    """A source could not be read: missing, unreadable, too large, or not text."""

    exit_code = ExitCode.SOURCE


class NotACableError(SourceError):
    """Every reader declined the source; the message holds each reader's reason."""


class RecordError(PreserveError):
    """A record or a rendering of it does not meet its contract."""

    exit_code = ExitCode.INVALID


class BagError(PreserveError):
    """A place could not be opened as a bag at all; a bag with findings is no error."""

    exit_code = ExitCode.INVALID


class UnreadableBagError(BagError):
    """What may be a bag is missing, or could not be read for lack of rights or a failing disk. That proves nothing."""

    exit_code = ExitCode.SOURCE


class ComparisonError(PreserveError):
    """Two sources cannot be compared: they are of different cables, or one has several."""

    exit_code = ExitCode.INVALID


class ArchiveError(PreserveError):
    """The archive could not be read or written."""

    exit_code = ExitCode.ARCHIVE


class LogError(ArchiveError):
    """The event log is not the one that was written, or the catalogue says something else than the log."""

    exit_code = ExitCode.LOG


class DepositError(PreserveError):
    """A target refused a bag or did not answer."""

    exit_code = ExitCode.TARGET
