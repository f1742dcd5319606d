"""The clock that everything is given, so that equal inputs give equal bytes.

``SOURCE_DATE_EPOCH`` stops it, as the specification of reproducible-builds.org says.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from preserve.errors import UsageError

__all__ = ["Clock"]


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time; always the same one if it is fixed.

    Attributes:
        fixed: The one time it tells, aware and in UTC; ``None`` for the machine's time.

    Raises:
        ValueError: The fixed time has no time zone.
    """

    fixed: datetime | None = None

    def __post_init__(self) -> None:
        if self.fixed is not None and self.fixed.tzinfo is None:
            raise ValueError("the fixed time of a clock needs a time zone")

    def now(self) -> datetime:
        """Return the time in UTC, in whole seconds."""
        return self.fixed or datetime.now(UTC).replace(microsecond=0)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Clock:
        """Return the clock that ``SOURCE_DATE_EPOCH`` (seconds since 1970, UTC) asks for; else the machine's.

        Raises:
            UsageError: The variable is set and is not a whole number of seconds.
        """
        epoch = environment.get("SOURCE_DATE_EPOCH", "").strip()
        if not epoch:
            return cls()
        try:
            return cls(datetime.fromtimestamp(int(epoch), UTC))
        except (ValueError, OverflowError, OSError) as error:
            raise UsageError(
                f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds since 1970",
                hint="Set it to a whole number, or unset it.",
            ) from error
