"""What ``compare`` says: kinds, places, lengths and counts, and no text of a cable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from preserve.compare import CableOutcome
from preserve.report.words import Line, field_rows, number_of, without_none

if TYPE_CHECKING:
    from preserve.compare import Comparison, CorpusLine, FieldChange, TextPlace, WordChange

__all__ = ["compare_corpus_counts", "compare_corpus_line", "compare_corpus_text", "compare_line", "compare_text"]

_MOST_PLACES_OF_LINE = 1000
"""Redactions, and stretches of changed words, that a line lists; it counts all."""

_MOST_PLACES_OF_TEXT = 20
"""Redactions, and stretches of changed words, that the text for people lists; a line lists more."""


def compare_line(old: str, new: str, what: Comparison) -> Line:
    """Return the line of ``compare`` for two sources of one cable."""
    redactions: list[Line] = [
        without_none({"change": each.change.value, "old": _place_line(each.old), "new": _place_line(each.new)})
        for each in what.redactions[:_MOST_PLACES_OF_LINE]
    ]
    words: list[Line] = [
        without_none(
            {
                "old": _place_line(each.old),
                "new": _place_line(each.new),
                "removed": each.removed,
                "added": each.added,
            }
        )
        for each in what.words[:_MOST_PLACES_OF_LINE]
    ]
    fields: list[Line] = [
        without_none(
            {
                "field": each.field,
                "stated": each.stated,
                "change": each.change.value,
                "old": each.old,
                "new": each.new,
                "redacted": each.redacted,
            }
        )
        for each in what.fields
    ]
    places = {
        "whitespace": what.whitespace,
        "dateline": int(what.dateline is not None),
        "typography": what.typography,
        "redaction": len(what.redactions),
        "substance": len(what.words),
    }
    return without_none(
        {
            "identifier": what.identifier,
            "old": old,
            "new": new,
            "kinds": [kind.value for kind in what.kinds],
            "places": places,
            "dateline": what.dateline and what.dateline.value,
            "redactions": redactions,
            "words": words,
            "fields": fields,
        }
    )


def _place_line(place: TextPlace | None) -> Line | None:
    if place is None:
        return None
    return without_none({"text": place.text, "start": place.start, "end": place.end, "paragraph": place.paragraph})


def compare_text(old: str, new: str, what: Comparison) -> list[str]:
    """Return what changed between two sources of one cable."""
    kinds = ", ".join(kind.value for kind in what.kinds) or "the same bytes"
    rows: list[tuple[str, str | None]] = [
        ("old", old),
        ("new", new),
        ("white space", _places(what.whitespace)),
        ("dateline", what.dateline and what.dateline.value),
        ("typography", _places(what.typography)),
    ]
    redactions = [f"{each.change.value}: {_change_place(each.old, each.new)}" for each in what.redactions]
    rows += [("redaction", line) for line in _first(redactions)]
    rows += [("words", line) for line in _first([_words(each) for each in what.words])]
    rows += [("page states" if each.stated else "text states", _field(each)) for each in what.fields]
    return [f"{what.identifier}  {kinds}", *field_rows(rows)]


def _places(number: int) -> str | None:
    return number_of(number, "place") if number else None


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_PLACES_OF_TEXT
    return lines if more <= 0 else [*lines[:_MOST_PLACES_OF_TEXT], f"and {more:,} more"]


def _change_place(old: TextPlace | None, new: TextPlace | None) -> str:
    return ", ".join(f"{side} {_place(place)}" for side, place in (("old", old), ("new", new)) if place is not None)


def _place(place: TextPlace) -> str:
    where = f"{place.text} {place.start}-{place.end}"
    return where if place.paragraph is None else f"{where} (paragraph {place.paragraph})"


def _words(change: WordChange) -> str:
    counted = (("added", change.added), ("removed", change.removed))
    counts = ", ".join(f"{number} {what}" for what, number in counted if number)
    hidden = " beside a redaction" if change.old is None or change.new is None else ""
    return f"{counts or 'signs only'}{hidden}: {_change_place(change.old, change.new)}"


def _field(change: FieldChange) -> str:
    said = f"{change.field} {change.change.value}"
    if change.redacted is not None:
        return f"{said}, redacted on {'both sides' if change.redacted == 'both' else f'the {change.redacted} side'}"
    return said if change.old is None and change.new is None else f"{said}: {change.old or '-'} -> {change.new or '-'}"


def compare_corpus_line(line: CorpusLine) -> Line:
    """Return the line of ``compare --corpus`` for one cable."""
    return without_none(
        {
            "outcome": line.outcome.value,
            "identifier": line.identifier,
            "kinds": [kind.value for kind in line.kinds],
            "old": line.old,
            "new": line.new,
            "error": line.error,
        }
    )


def compare_corpus_text(line: CorpusLine) -> list[str]:
    """Return what became of one cable from folder to folder."""
    told = line.outcome is CableOutcome.READDED or len(line.kinds) > 1
    kinds = f" ({', '.join(kind.value for kind in line.kinds) or 'as it was'})" if told else ""
    places = " -> ".join(place for place in (line.old, line.new) if place is not None)
    head = f"{line.counted:<10}  {line.identifier or '-':<24}  {places}{kinds}"
    return [head, *([f"  {line.error}"] if line.error else [])]


def compare_corpus_counts(numbers: Mapping[str, int]) -> list[str]:
    """Return the table that ends the comparison of folders."""
    width = max(len(f"{number:,}") for number in numbers.values())
    return [f"  {what:<10}  {number:>{width},}" for what, number in numbers.items()]
