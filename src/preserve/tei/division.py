"""A text of a cable as a TEI division: which block each segment becomes.

A TEI division has a fixed order (TEI P5 4.2): an opener, then paragraphs, then sections, then a closer and trailers.
The segments of most cables have that order too, and those of some do not. These rules fit any order:

* *Header lines* are the segments of :data:`LINES`. The first run of them, with whatever stands before and between them,
  is the ``<opener>``, unless a paragraph, a heading or a signature comes first. A later run is ``<ab type="header">``:
  a cable of several sections repeats its header.
* A heading opens a ``<div type="section">``, which holds the blocks up to the next heading.
* The *tail* begins with the first signature or terminator after which no paragraph, heading or header line follows.
  The signatures in it, with what stands between them, are the one ``<closer>``; all else is ``<trailer>``. A text
  without any block has no tail.
* White space between blocks stands between the elements. A separator that is more than the white space of XML is a
  block.

Not one character is added to the text: a line break for the reader's eye is inside an end tag, as XML 1.0 3.1 allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from preserve.cable import Mark, Paragraph, Segment, SegmentKind
from preserve.tei.anchors import Anchors
from preserve.tei.certainty import LEFT_BY_A_SITE
from preserve.tei.characters import WHITE_SPACE, transcribe
from preserve.tei.marks import Phrases
from preserve.tei.pieces import Piece, cut_pieces, find_fragments
from preserve.xml_characters import is_plain

__all__ = ["BLOCKS", "LINES", "Division", "make_division"]

LINES: Mapping[SegmentKind, str] = {
    SegmentKind.BANNER: "banner",
    SegmentKind.CAPTION: "captions",
    SegmentKind.ATTENTION: "attention",
    SegmentKind.DECLASSIFICATION: "declassification",
    SegmentKind.TAGS: "tags",
    SegmentKind.SUBJECT: "subject",
    SegmentKind.REFERENCES: "references",
    SegmentKind.CLASSIFIED_BY: "classifiedBy",
    SegmentKind.TRANSMISSION: "transmission",
    SegmentKind.PRECEDENCE: "precedence",
    SegmentKind.FROM: "from",
    SegmentKind.TO: "to",
    SegmentKind.INFO: "info",
}
"""The type of the ``<seg>`` for each header line, in the opener or in ``<ab type="header">``."""

BLOCKS: Mapping[SegmentKind, str] = {
    SegmentKind.SIGNATURE: "signature",
    SegmentKind.TERMINATOR: "terminator",
    SegmentKind.RESIDUE: "residue",
    SegmentKind.OTHER: "other",
    SegmentKind.SPACE: "space",
}
"""The type of the ``<ab>``, ``<trailer>`` or ``<seg>`` for each segment that has no element of its own."""

# What ends each part when the pieces are read from its side: the tail backwards, the opener forwards.
_END_BLOCKS = frozenset({SegmentKind.PARAGRAPH, SegmentKind.HEADING, *LINES})
_END_OPENER = frozenset({SegmentKind.PARAGRAPH, SegmentKind.HEADING, SegmentKind.SIGNATURE})
_BEGIN_TAIL = frozenset({SegmentKind.SIGNATURE, SegmentKind.TERMINATOR})


@dataclass(frozen=True, slots=True)
class Division:
    """A text with its segments and marks, ready to be written.

    Attributes:
        phrases: The text, whose marks are written as phrases.
        pieces: The segments, which partition the text.
        paragraphs: The paragraphs of the record, by the code point at which each begins.
        end_tag: What ends the end tag of a block; it begins with a line break if the text has no lines.
    """

    phrases: Phrases
    pieces: tuple[Piece, ...]
    paragraphs: Mapping[int, Paragraph]
    end_tag: str

    def write(self, lost_head: str = "", lost_tail: str = "") -> str:
        """Return the content of the ``<div>``.

        Args:
            lost_head: The element that says that something before the text is lost; empty when nothing is.
            lost_tail: The element that says that something after the text is lost; empty when nothing is.
        """
        after_opener = _last_line(self.pieces, 0, len(self.pieces))
        tail = self._tail(after_opener)
        parts = [lost_head]
        if after_opener:
            parts += ["<opener>", *map(self._in_opener, self.pieces[:after_opener]), f"</opener{self.end_tag}"]
        parts += self._blocks(after_opener, tail)
        parts += self._bottom(tail)
        return "".join([*parts, lost_tail])

    def _content(self, piece: Piece, *, paragraph: bool = False) -> str:
        return self.phrases.write(piece.start, piece.end, piece.marks, paragraph=paragraph)

    def _is_space(self, piece: Piece) -> bool:
        return (
            piece.kind is SegmentKind.SPACE
            and not piece.marks
            and not self.phrases.text[piece.start : piece.end].strip(WHITE_SPACE)
        )

    def _tail(self, after_opener: int) -> int:
        """Return at which piece the tail begins; the number of pieces when there is no tail."""
        tail = len(self.pieces)
        for index in range(len(self.pieces) - 1, after_opener - 1, -1):
            if self.pieces[index].kind in _END_BLOCKS:
                break
            if self.pieces[index].kind in _BEGIN_TAIL:
                tail = index
        # TEI P5 4.2: what closes a division follows at least one block or section of it.
        blocks = (
            piece
            for piece in self.pieces[after_opener:tail]
            if piece.kind is not SegmentKind.PAGE_BANNER and not self._is_space(piece)
        )
        return len(self.pieces) if next(blocks, None) is None else tail

    def _in_opener(self, piece: Piece) -> str:
        """Return a segment as phrase-level content: in the opener, in a repeated header, between signatures."""
        if piece.kind in LINES:
            line = self.phrases.anchors.line(piece.kind, piece.start)
            return f'<seg type="{LINES[piece.kind]}"{line}>{self._content(piece)}</seg{self.end_tag}'
        if piece.kind is SegmentKind.PAGE_BANNER:
            return f'<fw type="pageBanner">{self._content(piece)}</fw{self.end_tag}'
        if self._is_space(piece):
            return self._content(piece)
        if piece.kind is SegmentKind.RESIDUE:
            return f'<surplus reason="residue"{LEFT_BY_A_SITE}>{self._content(piece)}</surplus{self.end_tag}'
        return f'<seg type="{BLOCKS[piece.kind]}">{self._content(piece)}</seg{self.end_tag}'

    def _blocks(self, at: int, stop: int) -> Iterator[str]:
        """Yield the blocks and sections from one piece up to another."""
        numbers = {"p": 0, "s": 0}
        while at < stop:
            piece = self.pieces[at]
            run = _last_line(self.pieces, at, stop) if piece.kind in LINES else at + 1
            if piece.kind in LINES:
                yield '<ab type="header">'
                yield from map(self._in_opener, self.pieces[at:run])
                yield f"</ab{self.end_tag}"
            elif piece.kind is SegmentKind.HEADING:
                numbers["s"] += 1
                yield f"</div{self.end_tag}" if numbers["s"] > 1 else ""
                yield f'<div type="section" xml:id="{self.phrases.anchors.prefix}s{numbers["s"]}">'
                yield f"<head>{self._content(piece)}</head{self.end_tag}"
            elif piece.kind is SegmentKind.PARAGRAPH:
                numbers["p"] += 1
                yield self._paragraph(piece, numbers["p"])
            else:
                yield self._other_block("ab", piece)
            at = run
        yield f"</div{self.end_tag}" if numbers["s"] else ""

    def _paragraph(self, piece: Piece, position: int) -> str:
        known = self.paragraphs.get(piece.start)
        # The xml:id counts paragraphs: printed numbers (@n) are missing, repeated or out of order in some cables.
        number = f' n="{known.number}"' if known and known.number is not None else ""
        level = self.phrases.anchors.taxonomies.level(known.portion) if known and known.portion else None
        portion = f' ana="#{level}"' if level else ""
        content = self._content(piece, paragraph=True)
        return f'<p xml:id="{self.phrases.anchors.prefix}p{position}"{number}{portion}>{content}</p{self.end_tag}'

    def _other_block(self, element: str, piece: Piece) -> str:
        if self._is_space(piece):
            return self._content(piece)
        if piece.kind is SegmentKind.PAGE_BANNER:
            return self._in_opener(piece)
        content = self._content(piece)
        if piece.kind is SegmentKind.RESIDUE:
            content = f'<surplus reason="residue"{LEFT_BY_A_SITE}>{content}</surplus>'
        return f'<{element} type="{BLOCKS[piece.kind]}">{content}</{element}{self.end_tag}'

    def _bottom(self, tail: int) -> Iterator[str]:
        """Yield the tail: trailers, and at most one closer."""
        pieces = self.pieces[tail:]
        signed = [at for at, piece in enumerate(pieces) if piece.kind is SegmentKind.SIGNATURE]
        first, last = (signed[0], signed[-1] + 1) if signed else (len(pieces), len(pieces))
        yield from (self._other_block("trailer", piece) for piece in pieces[:first])
        if signed:
            yield "<closer>"
            for piece in pieces[first:last]:
                if piece.kind is SegmentKind.SIGNATURE:
                    yield f"<signed>{self._content(piece)}</signed{self.end_tag}"
                else:
                    yield self._in_opener(piece)
            yield f"</closer{self.end_tag}"
        yield from (self._other_block("trailer", piece) for piece in pieces[last:])


def _last_line(pieces: Sequence[Piece], at: int, stop: int) -> int:
    """Return one past the last header line before the next paragraph, heading or signature; ``at`` if there is none."""
    last = at
    for index in range(at, stop):
        if pieces[index].kind in _END_OPENER:
            break
        if pieces[index].kind in LINES:
            last = index + 1
    return last


def make_division(
    text: str,
    segments: Sequence[Segment],
    marks: Sequence[Mark],
    paragraphs: Sequence[Paragraph],
    anchors: Anchors,
    *,
    has_lines: bool,
) -> Division:
    """Return a text as a division, after checking that its segments and marks fit it.

    Args:
        text: Every character.
        segments: A partition of the text; what they leave out is taken as text that no rule knows.
        marks: Stretches inside segments, nested or apart.
        paragraphs: What the record knows of the paragraphs.
        anchors: The targets of the record.
        has_lines: Whether the text has its line breaks, so that tags need none.

    Raises:
        RecordError: Segments overlap, or a mark lies outside the text.
    """
    parts = cut_pieces(text, segments, marks)
    # Most texts hold nothing that XML must escape, and one look at the whole is quicker than one at each stretch.
    escape = str if is_plain(text) else transcribe
    return Division(
        Phrases(text, anchors, find_fragments(text, parts), escape),
        parts,
        {paragraph.start: paragraph for paragraph in paragraphs},
        ">" if has_lines else "\n>",
    )
