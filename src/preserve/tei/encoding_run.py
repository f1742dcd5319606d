"""What the header says of the making of a document, which no record knows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from preserve.provenance import Software

__all__ = ["EncodingRun"]


@dataclass(frozen=True, slots=True)
class EncodingRun:
    """Who makes a document, when, and from what.

    Attributes:
        software: The program that encodes.
        date: The day of encoding.
        source_path: The path of the source file from the folder of the document.
        authority: The institution that makes the document available; ``None`` when it is not stated.
    """

    software: Software
    date: datetime.date
    source_path: str
    authority: str | None
