"""Two records of one cable compared: what their texts and their fields say, and the kinds of all differences."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.cable import Cable
from preserve.compare.metadata import compare_fields
from preserve.compare.model import ChangeKind, Comparison, FieldChange
from preserve.compare.texts import Difference, compare_texts
from preserve.errors import ComparisonError

__all__ = ["compare_cables"]


def compare_cables(old: Cable, new: Cable) -> Comparison:
    """Return what changed from one source of a cable to another.

    Args:
        old: The record of the earlier source.
        new: The record of the later one. If the two are exchanged, additions become removals, and nothing else differs.

    Raises:
        ComparisonError: They are records of different cables.
    """
    if old.identifier != new.identifier:
        raise ComparisonError(
            f"these are different cables: {old.identifier} and {new.identifier}",
            hint="Name two sources of one cable; preserve compare --corpus matches those of whole folders.",
        )
    texts = compare_texts(old, new)
    fields = compare_fields(old, new, redactions_differ=bool(texts.redactions))
    kinds = tuple(_kinds(texts, fields))
    # Chrome is what is left: the bytes differ, and nothing that was read from them does.
    if not kinds and old.provenance.source.sha256 != new.provenance.source.sha256:
        kinds = (ChangeKind.CHROME,)
    return Comparison(
        identifier=old.identifier,
        kinds=kinds,
        whitespace=texts.whitespace,
        typography=texts.typography,
        dateline=texts.dateline,
        redactions=tuple(texts.redactions),
        words=tuple(texts.words),
        fields=fields,
    )


def _kinds(texts: Difference, fields: tuple[FieldChange, ...]) -> Iterator[ChangeKind]:
    """Yield the kinds of all differences, lightest first."""
    there = {
        ChangeKind.WHITESPACE: texts.whitespace,
        ChangeKind.DATELINE: texts.dateline,
        ChangeKind.TYPOGRAPHY: texts.typography,
        ChangeKind.METADATA: any(each.stated for each in fields),
        ChangeKind.REDACTION: texts.redactions,
        ChangeKind.SUBSTANCE: texts.words,
    }
    yield from (kind for kind, holds in there.items() if holds)
