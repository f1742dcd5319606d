"""A cable as plain text for people, to be read on paper or in a terminal.

A heading of a few lines comes first, then the text: in its own lines where the source has them, in blocks that are
wrapped anew where the source has the body on one line. No word is added, left out or moved, and a redaction stands as
printed. White space is tidied, and a character that steers a terminal is U+FFFD; programs read the record or the TEI.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from preserve.cable import Cable, Segment, SegmentKind

__all__ = ["WIDTH", "render_text"]

WIDTH = 72
"""Characters of the longest line that is made here; a longer word stays whole, and so does a line of the source."""

# All that a terminal, a printer or an editor may take as the end of a line.
_LINE_END = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_STEERING = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_EMPTY_LINES = re.compile(r"\n{3,}")
# In a text on one line, these segments have an empty line before and after them; any other is a line among lines.
_APART = frozenset(
    {SegmentKind.PARAGRAPH, SegmentKind.HEADING, SegmentKind.SIGNATURE, SegmentKind.OTHER, SegmentKind.RESIDUE}
)
_LACKS = {"routing-header": "the routing header", "tail": "the end of the text"}
_LABEL = 9
"""Characters of the column of labels in the heading."""


def render_text(cable: Cable) -> str:
    """Return a cable as text: a heading, the routing header if the source has one, and the body.

    Args:
        cable: The record.

    Returns:
        Lines that end with a line feed each.
    """
    header, body = cable.header, cable.body
    parts = ["\n".join(_heading(cable))]
    if header is not None:
        # The table of a newspaper keeps the lines of the header, but not those of the body.
        parts.append(_arranged(header.text, header.segments, has_lines="\n" in header.text))
    parts.append(_arranged(body.text, body.segments, has_lines=body.line_breaks == "kept"))
    return "\n\n".join(filter(None, parts)) + "\n"


def _arranged(text: str, segments: Sequence[Segment], *, has_lines: bool) -> str:
    return _tidied(_harmless(text)) if has_lines else "".join(_wrapped(text, segments))


def _heading(cable: Cable) -> Iterator[str]:
    rows = (
        ("Cable", cable.identifier),
        ("Date", _date(cable)),
        ("From", cable.origin.name if cable.origin else None),
        ("Subject", cable.subject),
        ("Lacks", ", ".join(_LACKS[part] for part in cable.completeness.missing)),
    )
    for label, value in rows:
        if value:
            yield _filled(f"{label:<{_LABEL}}{value}", indent=_LABEL)
    yield "-" * WIDTH


def _date(cable: Cable) -> str | None:
    created, sent = cable.created, cable.transmission.sent if cable.transmission else None
    if created is None:
        return f"{sent[:16].replace('T', ' ')} UTC" if sent else None
    if created.reliability == "minutes-unreliable":
        return created.value[:10]
    return created.value[:16].replace("T", " ") + (" UTC" if created.zone == "Z" else "")


def _harmless(text: str) -> str:
    return _STEERING.sub("\ufffd", _LINE_END.sub("\n", text))


def _tidied(text: str) -> str:
    """Return lines without white space at their ends, and without two empty lines together."""
    lines = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", lines).strip("\n")


def _wrapped(text: str, segments: Sequence[Segment]) -> Iterator[str]:
    """Yield the blocks of a text on one line, wrapped, and the line breaks between them."""
    before: SegmentKind | None = None
    for kind, block in _blocks(text, segments):
        filled = _filled(block, indent=0 if kind in _APART else 4)
        if not filled:
            continue
        if before is not None:
            yield "\n\n" if {before, kind} & _APART else "\n"
        yield filled
        before = kind


def _blocks(text: str, segments: Sequence[Segment]) -> Iterator[tuple[SegmentKind, str]]:
    """Yield the segments, and the stretches that no segment covers."""
    at = 0
    for segment in segments:
        yield SegmentKind.OTHER, text[at : segment.start]
        yield segment.kind, text[segment.start : segment.end]
        at = segment.end
    yield SegmentKind.OTHER, text[at:]


def _filled(text: str, *, indent: int) -> str:
    # No word is broken, neither at a hyphen: tags, references and designations have to be found by a search.
    return textwrap.fill(
        _harmless(text).strip(), WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
