"""The description of a cable as values: all that any target asks for, each text on one clean line."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.cable import Access

__all__ = ["BagFacts", "BagFile", "Description", "Holder", "Keyword", "SourceRelease"]


@dataclass(frozen=True, slots=True)
class BagFile:
    """A payload file: its path in the bag, ``data/`` included, its media type and its size in bytes."""

    path: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BagFacts:
    """What the bag says of itself.

    Attributes:
        name: The name of the bag: letters, digits, ``.``, ``_``, ``-``.
        uuid: The UUID of its ``External-Identifier``; ``None`` when it has none.
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
    """The institution that gives the description out; ``None`` for what it does not state."""

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """One of the TAGS of a cable: a code, and the kind of list that has it."""

    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class SourceRelease:
    """The release that the text comes from, and its day when it is known."""

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
        identifier: The canonical identifier of the cable.
        title: A formal title, without a word of the subject line.
        subject_line: The subject line; only of a cable whose text is open too.
        creator: The post that sent the cable.
        creator_inferred: Whether only the identifier names the post.
        recipients: The posts and offices to which it is addressed for action.
        place: Where it was sent from.
        date: The day on which it was made, ``YYYY-MM-DD``.
        year: The year of the identifier; only when no day is known.
        keywords: The TAGS that the closed lists have, each once.
        references: The identifiers of cables to which the text refers in full.
        release: The release that the text comes from.
        marking: The security marking as printed. It says nothing of rights or access.
        notes: Sentences on release, redaction, completeness and marking.
        abstract: What the package holds, then the notes.
        access: The institution's decision.
        access_says: The same decision in a sentence.
        embargo_until: The day on which an embargo ends, ``YYYY-MM-DD``.
        copyright: The address of the rights statement, or its words.
        rights_statement: What it means, in a sentence.
        advisory: What readers should know before they read.
        source_sha256: The SHA-256 of the source as received.
        holder: The institution that gives the description out.
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
        """The URN of the package; ``None`` when its bag has no UUID."""
        return f"urn:uuid:{self.bag.uuid}" if self.bag.uuid else None

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types of the payload, sorted, each once."""
        return tuple(sorted({file.media_type for file in self.bag.files}))

    @property
    def extent(self) -> str | None:
        """How many files and bytes the payload has, in words; ``None`` when nothing is known of it."""
        files = self.bag.files
        return f"{len(files)} files, {sum(file.size for file in files)} bytes" if files else None
