"""What a comparison says: kinds of change, with their places and counts. No value here holds a text of a cable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from preserve.errors import ExitCode

__all__ = [
    "CableOutcome",
    "Change",
    "ChangeKind",
    "Comparison",
    "CorpusLine",
    "FieldChange",
    "RedactionChange",
    "TextName",
    "TextPlace",
    "WordChange",
]

TextName = Literal["header", "body"]
"""Which of the two texts of a cable: the routing header or the body."""


class ChangeKind(StrEnum):
    """The kind of a difference, lightest first; every difference has one.

    The kinds come from a measurement. Pages change all the time, texts hardly ever: of 10,974 changed pages in twelve
    releases, 82 had a changed text; of 42 small edits, 22 were white space, 12 a dateline, 6 typography and 2 words.
    """

    CHROME = "chrome"
    """The bytes of the page differ, and nothing that it says of the cable does. It comes alone."""
    WHITESPACE = "whitespace"
    DATELINE = "dateline"
    """The line of a newspaper before the text."""
    TYPOGRAPHY = "typography"
    """Characters that carry no word: quotation marks, dashes, stops, pilcrows."""
    METADATA = "metadata"
    """What the page states beside the texts."""
    REDACTION = "redaction"
    SUBSTANCE = "substance"
    """Words."""


class Change(StrEnum):
    """What became of something from the old source to the new one."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """A range of a text.

    Attributes:
        text: Which text.
        start: Its first code point.
        end: One past its last.
        paragraph: The number of the paragraph in which it begins, if that has one.
    """

    text: TextName
    start: int
    end: int
    paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionChange:
    """One redaction that only one side has, or that has another length.

    Attributes:
        change: What became of it.
        old: Its place in the old text; ``None`` if it was added. The place of what it hides is not told.
        new: Its place in the new text; ``None`` if it was removed.
    """

    change: Change
    old: TextPlace | None = None
    new: TextPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordChange:
    """One stretch whose words differ.

    Attributes:
        old: Its place in the old text, empty if words were added; ``None`` if the new side has a redaction there.
        new: Its place in the new text, likewise.
        removed: How many words the old text has in this stretch; ``None`` if the new side has a redaction there, as
            what that hides is not counted.
        added: How many words the new text has in this stretch, likewise.
    """

    old: TextPlace | None
    new: TextPlace | None
    removed: int | None
    added: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of the record that differs.

    Attributes:
        field: Its name, as ``created``.
        stated: Whether the page states it beside the texts. If not, it was read in the texts; its difference is one of
            theirs, and is told here for convenience.
        change: What became of it.
        old: The old value, or what a list lost; ``None`` if there is none, or it is not shown.
        new: The new value, or what a list gained, likewise.
        redacted: Which side redacts it; ``None`` for neither.
    """

    field: str
    stated: bool
    change: Change
    old: str | None = None
    new: str | None = None
    redacted: Literal["old", "new", "both"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed between two sources of one cable.

    Attributes:
        identifier: The cable's.
        kinds: The kinds of all differences, lightest first; empty if the bytes are the same.
        whitespace: The number of places whose white space differs.
        typography: The number of places whose characters differ, but not their words.
        dateline: What became of the dateline; ``None`` if it is the same.
        redactions: The redactions that differ, in the order of the text.
        words: The stretches whose words differ, in the order of the text.
        fields: The fields that differ, in a fixed order.
    """

    identifier: str
    kinds: tuple[ChangeKind, ...]
    whitespace: int = 0
    typography: int = 0
    dateline: Change | None = None
    redactions: tuple[RedactionChange, ...] = ()
    words: tuple[WordChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()

    @property
    def gravest(self) -> ChangeKind | None:
        """The gravest kind; ``None`` if the bytes are the same."""
        return self.kinds[-1] if self.kinds else None


class CableOutcome(StrEnum):
    """What became of a cable from one folder to the next."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NEW = "new"
    REMOVED = "removed"
    READDED = "re-added"
    """It is there again after it was absent; it is compared with the source that was seen last."""
    FAILED = "failed"
    """One side could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusLine:
    """One cable of the comparison of folders.

    Attributes:
        outcome: What became of it.
        identifier: The cable's; ``None`` for a source that could not be read.
        kinds: As :attr:`Comparison.kinds`.
        old: Where the old source is.
        new: Where the new source is.
        error: Why it could not be read.
        exit_code: The least that the exit code of the run must be because of it.
    """

    outcome: CableOutcome
    identifier: str | None = None
    kinds: tuple[ChangeKind, ...] = ()
    old: str | None = None
    new: str | None = None
    error: str | None = None
    exit_code: ExitCode = ExitCode.GOOD

    @property
    def counted(self) -> str:
        """The word under which it is counted: the gravest kind of a changed cable, else the outcome."""
        return self.kinds[-1].value if self.outcome is CableOutcome.CHANGED else self.outcome.value

    @staticmethod
    def counts(numbers: Mapping[str, int]) -> dict[str, int]:
        """Return the table of counts with every word, in a fixed order."""
        words = [
            CableOutcome.UNCHANGED,
            *ChangeKind,
            CableOutcome.NEW,
            CableOutcome.REMOVED,
            CableOutcome.READDED,
            CableOutcome.FAILED,
        ]
        return {word.value: numbers.get(word.value, 0) for word in words}
