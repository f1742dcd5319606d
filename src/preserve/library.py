"""The library: what ``import preserve`` gives, for programs that use preserve without its command.

A source becomes a :class:`~preserve.cable.Cable` by :func:`read`; a cable becomes a record, TEI or HTML; files become
bags; bags are verified and taken apart; an archive keeps them. Each function names one step and calls the room that
does it. Nothing here prints, leaves the process or asks the machine for the time: whoever needs the time is given it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from preserve.clock import Clock
from preserve.errors import SourceError, UsageError
from preserve.settings import Settings

if TYPE_CHECKING:
    from preserve.access import BagEvent
    from preserve.archive import Archive, StoredBag
    from preserve.audit import AuditResult
    from preserve.bag import BagReport, Extracted, WrittenBag
    from preserve.cable import Cable
    from preserve.ingest import ItemOutcome

__all__ = [
    "OpenArchive",
    "extract",
    "from_record",
    "make_bag",
    "open_archive",
    "pack",
    "read",
    "read_all",
    "to_html",
    "to_record",
    "to_tei",
    "verify",
]

# The rooms are imported where they are used: whoever only verifies bags needs neither lxml nor the SQL library.


def read(source: str | Path | bytes, *, release: str | None = None, settings: Settings | None = None) -> Cable:
    """Read the one cable of a source.

    Args:
        source: A file, or the bytes of one.
        release: The release that it belongs to, where neither the page nor its path says it.
        settings: Whose rights and notices the record states; the defaults unless given.

    Raises:
        NotACableError: No reader takes it.
        SourceError: It cannot be read, or holds several cables.
    """
    cables = list(islice(read_all(source, release=release, settings=settings), 2))
    if len(cables) != 1:
        what = "several cables" if cables else "no cable"
        raise SourceError(f"{_named(source)} holds {what}, not one", hint="Read it with read_all.")
    return cables[0]


def read_all(
    source: str | Path | bytes, *, release: str | None = None, settings: Settings | None = None
) -> Iterator[Cable]:
    """Read every cable of a source, one after another: a file, a folder, an archive of files, or ``cables.csv``.

    Args:
        source: The file or folder, or the bytes of one page.
        release: The release that it belongs to, where neither page nor path says it.
        settings: Whose rights and notices the records state; the defaults unless given.

    Yields:
        The cables, in the order of the source.

    Raises:
        NotACableError: No reader takes one of them.
        SourceError: One cannot be read.
    """
    from preserve.ingest import normalize_source
    from preserve.readers import SourceItem, load_source, walk_sources

    settings = settings or Settings()
    if isinstance(source, bytes):
        yield normalize_source(SourceItem("source", source, "the bytes", release=release), settings).cable
        return
    for ref in walk_sources([_argument(source)], release=release):
        yield normalize_source(load_source(ref), settings).cable


def _argument(source: str | Path) -> str:
    # A lone hyphen means standard input to the command; to a library it is a file of that name.
    return "./-" if str(source) == "-" else str(source)


def _several(values: str | Path | Sequence[str | Path]) -> Sequence[str | Path]:
    # One string is a sequence of its characters, which nobody means.
    return (values,) if isinstance(values, str | Path) else values


def _checked_seal(seal: str | None) -> str | None:
    if seal is not None and re.fullmatch("[0-9A-Fa-f]{64}", seal) is None:
        raise UsageError(f"not a seal: {seal[:80]!r}", hint="A seal is a SHA-256: 64 hexadecimal digits.")
    return seal


def _named(source: str | Path | bytes) -> str:
    return "the bytes" if isinstance(source, bytes) else str(source)


def to_record(cable: Cable) -> bytes:
    """Return the record of a cable: canonical JSON (RFC 8785), as ``cable-record-1.0.0.schema.json`` says."""
    from preserve.cable import encode_record

    return encode_record(cable)


def from_record(record: bytes) -> Cable:
    """Return the cable of a record.

    Raises:
        RecordError: It is no record of this version.
    """
    from preserve.cable import decode_record

    return decode_record(record)


def to_tei(cable: Cable, *, on: date, settings: Settings | None = None) -> bytes:
    """Return a cable as a TEI P5 document, which loses no character of its text.

    Args:
        cable: The cable.
        on: The day on which the document is made; it is stated in it.
        settings: Whose name it is published under; nobody's unless given.
    """
    from preserve.package import payload_path
    from preserve.provenance import PAYLOAD, FileRole, this_software
    from preserve.tei import encode_tei

    source = payload_path(cable, FileRole.SOURCE).removeprefix(PAYLOAD)
    authority = (settings or Settings()).organisation.name
    day = on.date() if isinstance(on, datetime) else on
    return encode_tei(cable, software=this_software(), date=day, source_path=f"../{source}", authority=authority)


def to_html(cable: Cable, *, on: date, settings: Settings | None = None) -> bytes:
    """Return a cable as a page for people: HTML 5, one file, without scripts; it asks nothing of any network.

    Args:
        cable: The cable.
        on: The day on which the page is made.
        settings: Whose name it is published under; nobody's unless given.
    """
    from preserve.tei import render_page

    return render_page(to_tei(cable, on=on, settings=settings))


def pack(
    sources: str | Path | Sequence[str | Path], folder: str | Path, *, clock: Clock, settings: Settings | None = None
) -> Iterator[ItemOutcome]:
    """Package cables into a folder, one bag a cable or a group of them, without an archive.

    Args:
        sources: Files and folders of captured pages.
        folder: Where the bags appear; made when it is missing.
        clock: Tells the time of every event; fixed, equal sources give equal bytes.
        settings: The institution's; the defaults unless given.

    Yields:
        What became of each source, as soon as its bag is on the disk. One bad source never stops the others.

    Raises:
        ArchiveError: The folder cannot be written; the outcomes given until then hold.
    """
    from preserve.ingest import pack as pack_sources
    from preserve.package import Packager
    from preserve.provenance import this_software
    from preserve.readers import walk_sources

    refs = walk_sources([_argument(each) for each in _several(sources)])
    packager = Packager(settings=settings or Settings(), software=this_software(), clock=clock)
    yield from pack_sources(Path(folder), refs, packager)


def make_bag(
    sources: str | Path | Sequence[str | Path],
    folder: str | Path,
    name: str,
    *,
    info: Sequence[tuple[str, str]] = (),
    form: str = "directory",
    algorithms: str | Sequence[str] = ("sha512",),
) -> WrittenBag:
    """Make a bag of any files.

    Args:
        sources: One folder, whose content becomes the payload; or several files and folders, under their names.
        folder: Where the bag appears; made when it is missing.
        name: The name of the bag.
        info: The fields of its ``bag-info.txt``.
        form: ``directory``, ``tar``, ``tar.zst`` or ``zip``.
        algorithms: Of its manifests.

    Raises:
        ArchiveError: The name is taken, there is no room, or the disk did not take something.
        SourceError: A source is not there, cannot be bagged, or changed while it was copied.
        UsageError: The name, a field, the form or an algorithm is invalid, or the folder lies in a source.
    """
    from preserve.bag import Form, Recipe, make_bag as make

    if form not in [each.value for each in Form]:
        raise UsageError(f"no form of a bag: {form!r}", hint=f"Name one of {', '.join(Form)}.")
    recipe = Recipe(name, tuple(info), form=Form(form), algorithms=tuple(map(str, _several(algorithms))))
    done = make([Path(each) for each in _several(sources)], Path(folder), recipe)
    if done.bag is None:
        why = next(each for each in done.findings if each.severity == "error")
        raise SourceError(f"no bag was made: {why.where}: {why.message}", hint="Nothing was written.")
    return done.bag


def verify(bag: str | Path, *, depth: str = "full", seal: str | None = None, threads: int = 1) -> BagReport:
    """Look at a bag, a folder, a tar (also compressed) or a zip, and report all that is found; nothing is written.

    Args:
        bag: The bag.
        depth: ``oxum``: counts; ``complete``: and names; ``full``: and every bit.
        seal: The SHA-256 of its strongest tag manifest as you know it from elsewhere.
        threads: How many may hash large files at once.

    Raises:
        BagError: There is no bag, or it could not be opened.
        UsageError: There is no such depth, or the seal is none.
    """
    from preserve.bag import Depth, verify as verify_bag

    if depth not in [each.value for each in Depth]:
        raise UsageError(f"no depth: {depth!r}", hint=f"Name one of {', '.join(Depth)}.")
    return verify_bag(Path(bag), depth=Depth(depth), seal=_checked_seal(seal), threads=threads)


def extract(
    bag: str | Path, folder: str | Path, *, patterns: str | Sequence[str] = (), seal: str | None = None
) -> Extracted:
    """Extract payload files from a bag; a file that does not match its manifests is not written.

    Args:
        bag: The bag, in any form.
        folder: The new folder; it must not be there yet.
        patterns: Of the paths below ``data/``, as ``tei/*``, a star also for ``/``; none for all files.
        seal: The SHA-256 of its strongest tag manifest as you know it; a bag with another gives nothing.

    Raises:
        ArchiveError: The folder is there already, there is no room, or the disk did not take something.
        BagError: The bag could not be opened.
        UsageError: No file fits a pattern, or the seal is none.
    """
    from preserve.bag import extract_bag

    return extract_bag(Path(bag), Path(folder), patterns=tuple(map(str, _several(patterns))), seal=_checked_seal(seal))


def open_archive(root: str | Path, *, clock: Clock, settings: Settings | None = None) -> OpenArchive:
    """Open an archive, or make one of a folder that is empty or not there; use it in a ``with`` statement.

    Args:
        root: Its folder.
        clock: Tells the time of every event.
        settings: The institution's; the defaults unless given.

    Raises:
        ArchiveError: The folder holds other things, is of a newer layout, or could not be read or written.
    """
    from preserve.archive import initialise

    return OpenArchive(initialise(Path(root), clock), clock, settings or Settings())


class OpenArchive:
    """An archive that is open.

    Args:
        archive: The archive.
        clock: Tells the time of every event.
        settings: The institution's.
    """

    __slots__ = ("_archive", "_clock", "_settings")

    def __init__(self, archive: Archive, clock: Clock, settings: Settings) -> None:
        self._archive, self._clock, self._settings = archive, clock, settings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def ingest(self, sources: str | Path | Sequence[str | Path]) -> Iterator[ItemOutcome]:
        """Package captured pages and store their bags.

        Args:
            sources: Files and folders.

        Yields:
            What became of each source, after its bag is durable. One bad source never stops the others.

        Raises:
            ArchiveError: The archive cannot be written; the outcomes given until then hold.
        """
        from preserve.ingest import ingest
        from preserve.package import Packager
        from preserve.provenance import this_software
        from preserve.readers import walk_sources

        refs = walk_sources([_argument(each) for each in _several(sources)])
        packager = Packager(settings=self._settings, software=this_software(), clock=self._clock)
        yield from ingest(self._archive, refs, packager)

    def bags(self) -> Iterator[StoredBag]:
        """Yield every version of every bag, sorted by name."""
        return self._archive.bags()

    def find(self, identifier: str) -> list[StoredBag]:
        """Return the stored bags of a name, or that hold a cable; with ``/v2`` at its end only that version.

        Returns:
            At least one, in the order in which they were stored: the last is the newest.

        Raises:
            ArchiveError: There is none; the message names what is like it.
        """
        return self._archive.find(identifier)

    def get(self, identifier: str, folder: str | Path) -> Extracted:
        """Take the files of a cable out of its newest bag into a new folder, every byte verified on the way.

        Args:
            identifier: The cable, or a bag; with ``/v1`` at its end one version of it.
            folder: The new folder; it must not be there yet.

        Raises:
            ArchiveError: There is no such cable, its bag is not at its place, or the folder could not be written.
            BagError: The bag could not be opened.
        """
        from preserve.access import take_out

        return take_out(self.find(identifier)[-1], identifier, Path(folder))

    def events(self, identifier: str) -> Sequence[BagEvent]:
        """Return the whole life of the bags of a cable, oldest event first: inside the bags, and logged since.

        Raises:
            ArchiveError: There is no such cable, or a bag or the log could not be read.
            BagError: A bag is not what it was when it was stored.
        """
        from preserve.access import trace_lifetime

        return trace_lifetime(self._archive, self.find(identifier)).events

    def audit(self) -> Iterator[AuditResult]:
        """Check the event log, then every bit of every stored bag, and log each check.

        The bag whose last check is oldest comes first. A catalogue that says something else than the event log is made
        again before.

        Raises:
            LogError: The event log was changed, so no bag was checked.
            ArchiveError: The archive could not be read, or a check could not be logged.
        """
        from preserve.audit import audit_bags, due_bags, refuse_broken_log

        refuse_broken_log(self._archive.check_log())
        yield from audit_bags(self._archive, due_bags(self._archive))
