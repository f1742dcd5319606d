"""The fields of two records compared: what changed, and values only where they cannot tell what a redaction hides.

A value is shown only if both sides have one (of a list: what came and what went), and if :class:`_Showing` allows it.
Whatever looks like a redaction keeps values from being shown: :data:`_VEIL` takes in more than the record calls one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Literal

from preserve.cable import LEVELS, Cable, Classification, find_redactions, flatten, read_level, tag_words, vocabulary
from preserve.compare.model import Change, FieldChange
from preserve.compare.texts import same_words

__all__ = ["compare_fields", "stated_values"]

_VEIL = re.compile(
    r"[xX]{3}|[\u2580-\u259f\u25a0\u25ac]|\* ?\* ?\*|_{4}|\?{3}"
    r"|[\[(<{][^\[\](){}<>]{0,60}(?:redact|remov|delet|excis|withheld|sanitiz|omit|suppress|blacked|\.\.\.|…)"
    r"|\( ?b ?\) ?\( ?[1-9] ?\)",
    re.IGNORECASE,
)


class _Showing(Enum):
    """When the values of a field are shown."""

    TABLE = auto()
    """If neither page's table has a redaction."""
    STEADY = auto()
    """If neither page's table has a redaction, and all redactions of the texts are the same."""
    CLEAR = auto()
    """If neither source has any redaction: in its texts, in its table, or by its own statement."""
    NEVER = auto()
    """Never: it may be the name of a person, or words of the text."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One field to compare.

    Attributes:
        name: Its name.
        stated: Whether the page states it beside the texts.
        values: Reads its values from a record; a field that is no list has one or none.
        showing: When they are shown.
        form: Tells whether a value has the closed form of the field; another is never shown.
        many: Whether it is a list.
    """

    name: str
    stated: bool
    values: Callable[[Cable], Iterable[str | None]]
    showing: _Showing = _Showing.NEVER
    form: Callable[[str], object] = bool
    many: bool = False


def compare_fields(old: Cable, new: Cable, *, redactions_differ: bool) -> tuple[FieldChange, ...]:
    """Return the fields that differ, in the order of :data:`_FIELDS`.

    Args:
        old: The old record.
        new: The new one.
        redactions_differ: Whether a redaction of their texts was added, removed or changed.
    """
    allowed = _allowed(old, new, redactions_differ)
    changes = (_compare(each, old, new, show=each.showing in allowed) for each in _FIELDS)
    return tuple(change for change in changes if change is not None)


def stated_values(cable: Cable) -> tuple[tuple[str, ...], ...]:
    """Return the compared values that a page states beside the texts, field by field."""
    return tuple(_values(each, cable) for each in _FIELDS if each.stated)


def _allowed(old: Cable, new: Cable, redactions_differ: bool) -> frozenset[_Showing]:
    """Return the cases in which values of these two records may be shown."""
    both = (old, new)
    if any(_is_veiled(row.value) for each in both for row in each.provenance.page.table):
        return frozenset()
    if redactions_differ or any(_may_hide_more(each) for each in both):
        return frozenset({_Showing.TABLE})
    if any(_has_redaction(each) for each in both):
        return frozenset({_Showing.TABLE, _Showing.STEADY})
    return frozenset({_Showing.TABLE, _Showing.STEADY, _Showing.CLEAR})


def _is_veiled(text: str) -> bool:
    """Return whether a text has a redaction, or what may be one."""
    return _VEIL.search(text) is not None or any(True for _ in find_redactions(flatten(text)))


def _texts(cable: Cable) -> Iterator[str]:
    page = cable.provenance.page
    yield cable.body.text
    yield cable.header.text if cable.header else ""
    yield page.heading or ""
    yield page.title or ""


def _has_redaction(cable: Cable) -> bool:
    return cable.redaction.status == "redacted" or any(_is_veiled(text) for text in _texts(cable))


def _may_hide_more(cable: Cable) -> bool:
    """Return whether a text has what may be a redaction and is not known as one: a difference in it would go unseen."""
    return any(_VEIL.search(_unredacted(text)) is not None for text in _texts(cable))


def _unredacted(text: str) -> str:
    flat = flatten(text)
    pieces, cursor = [], 0
    for start, end in sorted(find_redactions(flat)):
        pieces.append(flat.text[cursor : max(start, cursor)])
        cursor = max(cursor, end)
    return " ".join([*pieces, flat.text[cursor:]])


def _compare(what: _Field, old: Cable, new: Cable, *, show: bool) -> FieldChange | None:
    mine, theirs = _values(what, old), _values(what, new)
    if _same(what, mine, theirs):
        return None
    change = Change.CHANGED if mine and theirs else Change.ADDED if theirs else Change.REMOVED
    redacted = _redacted(mine, theirs)
    before, after = frozenset(mine), frozenset(theirs)
    lost = [value for value in mine if value not in after]
    gained = [value for value in theirs if value not in before]
    closed = all(what.form(value) for value in (*lost, *gained))
    shown = show and closed and redacted is None and (what.many or (bool(mine) and bool(theirs)))
    return FieldChange(
        field=what.name,
        stated=what.stated,
        change=change,
        old=", ".join(lost) or None if shown else None,
        new=", ".join(gained) or None if shown else None,
        redacted=redacted,
    )


def _values(what: _Field, cable: Cable) -> tuple[str, ...]:
    return tuple(" ".join(value.split()) for value in what.values(cable) if value and value.strip())


def _same(what: _Field, mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if what.many:
        return set(mine) == set(theirs)  # These are codes: their order says nothing.
    return len(mine) == len(theirs) and all(map(same_words, mine, theirs))


def _redacted(mine: tuple[str, ...], theirs: tuple[str, ...]) -> Literal["old", "new", "both"] | None:
    match any(map(_is_veiled, mine)), any(map(_is_veiled, theirs)):
        case True, True:
            return "both"
        case True, False:
            return "old"
        case False, True:
            return "new"
        case _:
            return None


# --- the fields ---


def _matches(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch


_TIME = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?"
_LABEL = re.compile(r"[a-z]+")


def _row(label: str) -> Callable[[Cable], Iterator[str]]:
    """Return a function that reads the rows of the page's table whose label begins with a word."""

    def values(cable: Cable) -> Iterator[str]:
        for row in cable.provenance.page.table:
            match = _LABEL.match(row.label.strip().casefold())
            if match is not None and match[0] == label:
                yield row.value

    return values


def _page_tags(cable: Cable) -> Iterable[str]:
    return tag_words(_row("tags")(cable))


def _level(cable: Cable) -> Iterator[str]:
    """Yield level and handling of the marking in their closed spelling, or a marking without one as it is."""
    stated = next(_row("classification")(cable), cable.classification.text if cable.classification else "")
    read = read_level(stated)
    yield "//".join((read.level, *read.handling)) if read else stated


def _release(cable: Cable) -> Iterator[str | None]:
    """Yield the release that the page itself names. Where its file was found says nothing of the cable."""
    release = cable.provenance.release
    if release is not None and release.basis == "page":
        yield " ".join(each for each in (release.name, release.date) if each) or release.text


def _known_tag(value: str) -> bool:
    return value in _known_tags() or re.fullmatch(r"[A-Z]{2}", value) is not None


@lru_cache(maxsize=1)
def _known_tags() -> frozenset[str]:
    return vocabulary.subject_tags() | vocabulary.program_tags() | vocabulary.organization_tags()


_HANDLING = ("NOFORN", "FOUO", "FOR OFFICIAL USE ONLY", "EFTO", "EXDIS", "NODIS", "SBU", "SENSITIVE")
_MARKINGS = frozenset(word for level in LEVELS for word in level.split("//")) | set(_HANDLING)


def _known_marking(value: str) -> bool:
    return all(word in _MARKINGS for word in value.split("//"))


def _known_caption(value: str) -> bool:
    return value.upper() in vocabulary.captions()


def _transmission(*names: str) -> Callable[[Cable], list[str | None]]:
    """Return a function that reads fields of the routing header: texts, or lists of texts or of addressees."""

    def values(cable: Cable) -> list[str | None]:
        fields = [getattr(cable.transmission, name) for name in names] if cable.transmission else []
        return [" ".join(map(str, each)) if isinstance(each, tuple) else each for each in fields]

    return values


def _marking(read: Callable[[Classification], Iterable[str | None]]) -> Callable[[Cable], Iterable[str | None]]:
    """Return a function that reads a field of the marking, if there is one."""
    return lambda cable: read(cable.classification) if cable.classification else ()


_FIELDS: tuple[_Field, ...] = (
    _Field("created", True, lambda it: [it.created.value if it.created else None], _Showing.TABLE, _matches(_TIME)),
    _Field("released", True, _row("released"), _Showing.TABLE, _matches(_TIME)),
    _Field("release", True, _release, _Showing.TABLE, _matches(r"[a-z]{3,24}-\d{1,14}(?: \d{4}-\d\d-\d\d)?")),
    _Field("classification", True, _level, _Showing.TABLE, _known_marking),
    _Field("origin", True, lambda it: [it.origin.name if it.origin else None], _Showing.CLEAR),
    _Field("received_identifier", True, lambda it: [it.received_identifier], _Showing.CLEAR),
    _Field("page_tags", True, _page_tags, _Showing.STEADY, _known_tag, many=True),
    _Field("redaction_statement", True, lambda it: [it.redaction.text]),
    _Field("partial_statement", True, lambda it: [it.completeness.text]),
    _Field("redaction_status", False, lambda it: [it.redaction.status], _Showing.TABLE),
    _Field("dtg", False, _transmission("dtg"), _Showing.STEADY, _matches(r"\d{6}Z [A-Z]{3} \d\d")),
    _Field("precedence", False, _transmission("precedence"), _Showing.STEADY, _matches(r"[A-Z ]{4,40}")),
    _Field("addressees", False, _transmission("sender", "action", "info")),
    _Field("message_reference", False, lambda it: [it.message_reference.text if it.message_reference else None]),
    _Field("captions", False, lambda it: it.captions, _Showing.STEADY, _known_caption, many=True),
    _Field("attention", False, lambda it: it.attention),
    _Field("authority", False, _marking(lambda it: [it.authority]), _Showing.STEADY, _matches(r"E\.O\. \d{5}")),
    _Field("declassify_on", False, _marking(lambda it: [it.declassify_on.text if it.declassify_on else None])),
    _Field("tags", False, lambda it: [tag.value for tag in it.tags], _Showing.STEADY, _known_tag, many=True),
    _Field("subject", False, lambda it: [it.subject], _Showing.CLEAR),
    _Field(
        "references",
        False,
        lambda it: [ref.identifier or ref.text for ref in it.references],
        _Showing.STEADY,
        _matches(r"\d\d[A-Z]{3,30}\d{1,7}"),
        many=True,
    ),
    _Field("classified_by", False, _marking(lambda it: it.classified_by)),
    _Field("reasons", False, _marking(lambda it: it.reasons), _Showing.STEADY, _matches(r"\d\.\d\([a-h]\)"), many=True),
    _Field("signed_by", False, lambda it: it.signed_by),
)
