"""Where the fields of a record stand in the text: the ``xml:id`` and the value that each mark or line carries.

A mark carries a field by its JSON Pointer (RFC 6901) into the record. The field becomes an element with an ``xml:id``
in the text, and what speaks of it in the header points there with ``@corresp``. Where the text of a field is
interrupted or printed twice, its first element has the ``xml:id`` and the others point at it. The names are:

==========================  ==================================================
``mrn``                     ``/message_reference``
``subject``                 ``/subject``
``dtg``                     ``/transmission/dtg``
``declassify-on``           ``/classification/declassify_on``
``classifier-1`` ...        ``/classification/classified_by/0`` ...
``ref-1`` ...               ``/references/0`` ...
``redaction-1`` ...         ``/redaction/spans/0`` ...
``signer-1`` ...            ``/signed_by/0`` ...
``attention-1`` ...         the attention lines, in order
``t-from-1``, ``t-to-1``,   the lines of the routing header (without ``t-`` where they stand in the body)
``t-info-1``,
``t-precedence-1`` ...
==========================  ==================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from preserve.cable import Cable, Mark, MarkKind, Reference, Segment, SegmentKind
from preserve.tei.certainty import CAPTURE, RELEASE, SEEN_IN_THE_TEXT
from preserve.tei.taxonomy import Taxonomies, collect_taxonomies

__all__ = ["HEADER", "Anchors", "find_anchors", "telegram_uri", "w3c_date"]

HEADER = "t-"
"""The beginning of every ``xml:id`` in the routing header that the text may have too."""

# RFC 6901 section 4: an array index is "0", or digits without a leading zero. No list is longer than nine digits say.
_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field that a mark can carry: its pointer, the name of its element, and its value in a record.

    A pointer that ends in a slash is of a field with several values; each of them has a number.
    """

    pointer: str
    name: str
    of: Callable[[Cable], object]


_FIELDS: Mapping[MarkKind, _Field] = {
    MarkKind.MESSAGE_REFERENCE: _Field("/message_reference", "mrn", lambda cable: cable.message_reference),
    MarkKind.SUBJECT: _Field("/subject", "subject", lambda cable: cable.subject),
    MarkKind.DATE: _Field(
        "/classification/declassify_on",
        "declassify-on",
        lambda cable: cable.classification and cable.classification.declassify_on,
    ),
    MarkKind.DTG: _Field("/transmission/dtg", "dtg", lambda cable: cable.transmission and cable.transmission.dtg),
    MarkKind.REFERENCE: _Field("/references/", "ref", lambda cable: cable.references),
    MarkKind.CLASSIFIER: _Field(
        "/classification/classified_by/",
        "classifier",
        lambda cable: cable.classification and cable.classification.classified_by,
    ),
    MarkKind.SIGNER: _Field("/signed_by/", "signer", lambda cable: cable.signed_by),
    MarkKind.REDACTION: _Field("/redaction/spans/", "redaction", lambda cable: cable.redaction.spans),
}
_LINES: Mapping[SegmentKind, str] = {
    SegmentKind.ATTENTION: "attention",
    SegmentKind.PRECEDENCE: "precedence",
    SegmentKind.FROM: "from",
    SegmentKind.TO: "to",
    SegmentKind.INFO: "info",
}


def w3c_date(value: str | None) -> str | None:
    """Return a date, or a date and time, that exists (TEI P5 teidata.temporal.w3c); ``None`` for any other text."""
    if value is None or not _LOCAL_TIME.fullmatch(value):
        return None
    try:
        date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


def telegram_uri(identifier: str) -> str:
    """Return the address of a cable in the scheme that ``<prefixDef>`` declares: ``cable:02STRELSAU17``."""
    if identifier.isascii() and identifier.isalnum():
        return f"cable:{identifier}"
    return f"cable:{quote(identifier.encode('utf-8', 'replace'), safe='')}"


@dataclass(frozen=True, slots=True)
class Anchors:
    """The targets of a record: elements of its texts at which the header, or another element, can point.

    Attributes:
        cable: The record.
        taxonomies: The categories that it uses.
        redacted: The attributes that say who redacted, and how we know.
        anchored: The first mark of each field, by the ``xml:id`` of the field.
        names: The ``xml:id`` of the field that a mark carries, by the ``id()`` of the mark.
        lines: The ``xml:id`` of each line that the header points at, by the prefix of its text and where it begins.
        prefix: The beginning of every ``xml:id`` that both texts may have; empty for the body.
    """

    cable: Cable
    taxonomies: Taxonomies
    redacted: str
    anchored: Mapping[str, Mark]
    names: Mapping[int, str]
    lines: Mapping[tuple[str, int], str]
    prefix: str = ""

    def place(self, mark: Mark) -> str:
        """Return the attribute that ties an element to the field of its mark; empty when the mark carries none."""
        name = self.names.get(id(mark))
        if name is None:
            return ""
        return f' xml:id="{name}"' if self.anchored[name] is mark else f' corresp="#{name}"'

    def line(self, kind: SegmentKind, start: int) -> str:
        """Return the attributes of the line that begins at a code point: its ``xml:id``, and its precedence."""
        name = self.lines.get((self.prefix, start))
        if name is None:
            return ""
        stated = self.cable.transmission.precedence if self.cable.transmission else ()
        if kind is not SegmentKind.PRECEDENCE or not stated:
            return f' xml:id="{name}"'
        return f' xml:id="{name}" ana="{" ".join(f"#{each}" for each in self.taxonomies.precedence.pointers(stated))}"'

    def corresp(self, name: str) -> str:
        """Return the attribute that points at a field in the texts; empty when they do not have it."""
        return f' corresp="#{name}"' if name in self.anchored else ""

    def corresp_lines(self, kind: SegmentKind) -> str:
        """Return the attribute that points at all lines of a kind; empty when there are none."""
        # The routing header is a text of its own, or it is the beginning of the body.
        stem = _LINES[kind]
        stems = (f"{HEADER}{stem}", stem)
        pointers = " ".join(f"#{name}" for name in self.lines.values() if name.rpartition("-")[0] in stems)
        return f' corresp="{pointers}"' if pointers else ""

    def reference(self, mark: Mark) -> tuple[int, Reference] | None:
        """Return the reference that a mark carries, after its number from 0; ``None`` when it carries none."""
        index = _index(mark, "/references/", len(self.cable.references))
        return None if index is None else (index, self.cable.references[index])

    def tag(self, mark: Mark) -> str | None:
        """Return the ``xml:id`` of the keyword that a mark carries; ``None`` when it carries none."""
        index = _index(mark, "/tags/", len(self.cable.tags))
        return None if index is None else f"tag-{index + 1}"

    def caption(self, mark: Mark) -> str | None:
        """Return the ``xml:id`` of the caption that a mark carries; ``None`` when it carries none."""
        captions = self.cable.captions
        index = _index(mark, "/captions/", len(captions))
        return None if index is None else self.taxonomies.captions.categories[captions[index]].xml_id

    def reasons(self, mark: Mark) -> tuple[str, ...]:
        """Return the ``xml:id`` of each reason that a mark carries: one, or all when it carries the list."""
        if not (mark.target or "").startswith("/classification/reasons"):
            return ()
        stated = self.cable.classification
        reasons = stated.reasons if stated else ()
        index = _index(mark, "/classification/reasons/", len(reasons))
        chosen = reasons if index is None else (reasons[index],)
        return tuple(self.taxonomies.reasons.categories[reason].xml_id for reason in chosen)

    def declassify_on(self, mark: Mark) -> str | None:
        """Return the date that a mark of the E.O. line carries; ``None`` when it carries none that exists."""
        stated = self.cable.classification
        instruction = stated.declassify_on if stated else None
        return w3c_date(instruction.date) if instruction and id(mark) in self.names else None

    def sent(self) -> str | None:
        """Return the date and time of the date-time group; ``None`` when the record has none that exists."""
        return w3c_date(self.cable.transmission.sent) if self.cable.transmission else None


def find_anchors(cable: Cable) -> Anchors:
    """Return the targets of a record."""
    # Marks are told apart by id(): to hash a frozen dataclass takes longer, and the record outlives its anchors.
    header = cable.header
    # A release redacts before it comes out. Without one, the captured page is all that we know to have done so.
    by = RELEASE if cable.provenance.release else CAPTURE
    is_stated = cable.redaction.status == "redacted" and cable.redaction.text
    routing = _named_lines(HEADER, header.segments) if header else ()
    anchored: dict[str, Mark] = {}
    names: dict[int, str] = {}
    for mark in (*cable.body.marks, *(header.marks if header else ())):
        # A mark that covers nothing becomes no element, at which nothing could point.
        name = _name(mark, cable) if mark.start < mark.end else None
        if name is not None:
            names[id(mark)] = name
            anchored.setdefault(name, mark)
    return Anchors(
        cable,
        collect_taxonomies(cable),
        f' resp="#{by}"{"" if is_stated else SEEN_IN_THE_TEXT}',
        anchored,
        names,
        dict([*routing, *_named_lines("", cable.body.segments)]),
    )


def _named_lines(prefix: str, segments: Iterable[Segment]) -> Iterator[tuple[tuple[str, int], str]]:
    numbers: dict[str, int] = {}
    for segment in segments:
        stem = _LINES.get(segment.kind)
        if stem is not None and segment.start < segment.end:
            numbers[stem] = numbers.get(stem, 0) + 1
            yield (prefix, segment.start), f"{prefix}{stem}-{numbers[stem]}"


def _name(mark: Mark, cable: Cable) -> str | None:
    """Return the ``xml:id`` of the field that a mark carries; ``None`` when the record has no such field."""
    field = _FIELDS.get(mark.kind)
    if field is None or mark.target is None or not mark.target.startswith(field.pointer):
        return None
    value = field.of(cable)
    if not isinstance(value, tuple):
        return None if value is None else field.name
    index = _index(mark, field.pointer, len(value))
    return None if index is None else f"{field.name}-{index + 1}"


def _index(mark: Mark, prefix: str, count: int) -> int | None:
    if mark.target is None or not mark.target.startswith(prefix):
        return None
    step = mark.target[len(prefix) :].partition("/")[0]
    return int(step) if _ARRAY_INDEX.fullmatch(step) and int(step) < count else None
