"""Who makes a document, when, and from what.

Scope: the value. Not in scope: where the header says it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from preserve.provenance import Software

__all__ = ["EncodingRun"]


@dataclass(frozen=True, slots=True)
class EncodingRun:
    """Who makes the document, when, and from what.

    Attributes:
        software: The program.
        date: The day of making.
        source_path: The path of the source file, relative to that of the document.
        authority: The institution that makes it available; ``None`` when it is not stated.
    """

    software: Software
    date: datetime.date
    source_path: str
    authority: str | None
