"""What a reader hands to the grammar: the parts of one captured page, its format left behind.

A reader finds the parts and changes none; what they mean is for the grammar to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from preserve.cable.record import CaptureSource, PageCapture, Release
from preserve.findings import Finding

__all__ = ["Page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The parts of one captured page, all verbatim.

    Attributes:
        identifier: The cable's identifier as the page has it.
        origin: The cell ``Origin`` of the page's table.
        created: The cell ``Created``.
        classification: The cell ``Classification``.
        tags: The cell ``Tags``.
        references: The references that the source lists apart from the text, as a row of ``cables.csv`` does.
        redacted: The redaction statement.
        partial: The sentence that calls the record a partial extract.
        header: The routing header; ``None`` when the page has none.
        body: The text of the cable.
        line_breaks: Whether the body still has its lines.
        minutes_unreliable: Whether the page is of a kind whose ``Created`` has false minutes.
        release: The release that the page names.
        capture: The rest of the page.
        source: The bytes that the page was read from.
        findings: What the reader noticed.
    """

    identifier: str
    origin: str | None = None
    created: str | None = None
    classification: str | None = None
    tags: str | None = None
    references: str | None = None
    redacted: str | None = None
    partial: str | None = None
    header: str | None = None
    body: str
    line_breaks: Literal["kept", "flattened"]
    minutes_unreliable: bool = False
    release: Release | None = None
    capture: PageCapture
    source: CaptureSource
    findings: tuple[Finding, ...] = ()
