"""One description of a cable: what every target wants, each text clean, nothing of persons.

Scope: frozen values. Not in scope: where they come from (``describe``), how a target spells them (the writers).
"""

from __future__ import annotations

from dataclasses import dataclass

from preserve.cable import Access

__all__ = ["BagFacts", "BagFile", "Description", "Holder", "Keyword", "SourceRelease"]


@dataclass(frozen=True, slots=True)
class BagFile:
    """One payload file: its path in the bag, ``data/`` included, its media type and size in bytes."""

    path: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BagFacts:
    """What the bag says of itself.

    Attributes:
        name: Of the bag; letters, digits, ``.``, ``_``, ``-``.
        uuid: The UUID of its ``External-Identifier``; ``None`` in a bag that has none.
        seal: The SHA-256 of its strongest tag manifest.
        packaged: Its ``Bagging-Date``, ``YYYY-MM-DD``.
        files: Its payload, sorted by path.
    """

    name: str
    uuid: str | None = None
    seal: str | None = None
    packaged: str | None = None
    files: tuple[BagFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The institution that gives the description out; ``None`` is not set."""

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """One of the TAGS: a code of the lists, and the list it is of."""

    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class SourceRelease:
    """The release that the text comes from, and its day where it is known."""

    name: str
    date: str | None = None

    def __str__(self) -> str:
        return f"{self.name}, released {self.date}" if self.date else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What every target is told of one cable.

    Each text is clean for every target, none is of a person, and some depend on access: so it is neither the
    catalogue's entry of a cable nor what a bag says of it (``archive.CableEntry``, ``package.CableSummary``), which
    have the words of the record.

    Attributes:
        identifier: Of the cable, canonical.
        title: The formal title: no word of the subject line.
        subject_line: The subject line, only of a cable whose text is open too.
        creator: The post that sent it.
        creator_inferred: Whether only the identifier names the post.
        recipients: The action addressees: posts and offices.
        place: Where it was sent from.
        date: The day on which it was made.
        year: The year of the identifier, where no day is known.
        keywords: TAGS of the closed lists, without repetition.
        references: Identifiers of cables that the text refers to and states in full.
        release: Where the text comes from.
        marking: The security marking as printed. It is no statement on rights or access.
        notes: Sentences on release, redaction, completeness and marking.
        abstract: What the package holds, and the notes.
        access: The institution's decision.
        access_says: The same in a sentence.
        embargo_until: The day on which an embargo ends.
        copyright: The address of the rights statement, or its words.
        rights_statement: The same in a sentence.
        advisory: What a reader should know first.
        source_sha256: Of the source as received.
        holder: Who gives the description out.
        bag: What the bag says of itself.
    """

    identifier: str
    title: str
    subject_line: str | None = None
    creator: str
    creator_inferred: bool = False
    recipients: tuple[str, ...] = ()
    place: str | None = None
    date: str | None = None
    year: str | None = None
    keywords: tuple[Keyword, ...] = ()
    references: tuple[str, ...] = ()
    release: SourceRelease | None = None
    marking: str | None = None
    notes: tuple[str, ...] = ()
    abstract: str
    access: Access
    access_says: str
    embargo_until: str | None = None
    copyright: str
    rights_statement: str | None = None
    advisory: str | None = None
    source_sha256: str
    holder: Holder
    bag: BagFacts

    @property
    def urn(self) -> str | None:
        """The URN of the package."""
        return f"urn:uuid:{self.bag.uuid}" if self.bag.uuid else None

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types of the payload, sorted, each once."""
        return tuple(sorted({file.media_type for file in self.bag.files}))

    @property
    def extent(self) -> str | None:
        """How many files and bytes the payload has, in words."""
        files = self.bag.files
        return f"{len(files)} files, {sum(file.size for file in files)} bytes" if files else None
