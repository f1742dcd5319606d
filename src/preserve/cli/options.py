"""What almost every verb needs: ``--json``, the clock, and one exit code of many.

What a flag needs to be understood is imported with it, so flags that need rooms lie apart: ``jobs``, ``settings``,
``sources``, ``payload_files``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from preserve.clock import Clock
from preserve.errors import ExitCode

__all__ = ["JsonFlag", "gravest_code", "the_clock"]

JsonFlag = Annotated[
    bool, typer.Option("--json", help="Print JSON, one object a line, as schemas/outcome-1.0.0.schema.json describes.")
]


def the_clock() -> Clock:
    """Return the clock that ``SOURCE_DATE_EPOCH`` asks for.

    Raises:
        UsageError: The variable is set and is not a whole number of seconds.
    """
    return Clock.from_environment()


_GRAVEST_FIRST = (
    ExitCode.INTERRUPTED,
    ExitCode.LOG,
    ExitCode.ARCHIVE,
    ExitCode.TARGET,
    ExitCode.SOURCE,
    ExitCode.INVALID,
    ExitCode.USAGE,
    ExitCode.OVERDUE,
)


def gravest_code(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the exit code of a run from those of its items."""
    seen = set(codes)
    return next((code for code in _GRAVEST_FIRST if code in seen), ExitCode.GOOD)
