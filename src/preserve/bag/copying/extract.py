"""Take the payload out of a bag into a new folder, hashing every byte on the way.

A file comes out whole and as the manifests say, or not at all. Tag files stay behind. The findings are those at depth
``complete``, with what is wrong with the files that were taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from preserve.bag.containers import Entry, EntryKind, open_container
from preserve.bag.model import Depth, Form
from preserve.bag.reading import (
    PAYLOAD,
    MemberIndex,
    ScannedBag,
    listing_stops,
    payload_names,
    scan_bag,
    select_paths,
)
from preserve.bag.verifying import CHECKS, VouchedFiles, check_chain, fixity_finding
from preserve.bag.writing import (
    Sink,
    Stage,
    check_free,
    lies_in,
    open_sink,
    publish_path,
)
from preserve.errors import UsageError
from preserve.findings import Finding, Severity
from preserve.octets import translate_os_errors
from preserve.progress import SILENT, Progress

__all__ = [
    "Extracted",
    "extract_bag",
    "extract_indexed",
]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What came of it.

    Attributes:
        path: The new folder; ``None`` when no file could be taken out, and then nothing was written.
        files: Files taken out.
        bytes: Their octets.
        wanted: Files that were to be taken out, there or not.
        findings: What is wrong with the bag, the files that were left out among it.
    """

    path: Path | None
    files: int
    bytes: int
    wanted: int
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Whether everything was taken out of a bag of which nothing is wrong."""
        return self.files == self.wanted and not any(each.severity is Severity.ERROR for each in self.findings)


def extract_bag(
    path: Path, target: Path, *, patterns: Sequence[str] = (), seal: str | None = None, progress: Progress = SILENT
) -> Extracted:
    """Take files of the payload out of a bag.

    A file is taken out when it is listed in a manifest that we understand and has the digests given there; a file that
    differs, that nobody vouches for or that cannot be read is a finding, and not left behind. Links are neither
    followed nor made. The folder appears at once, when all is on the disk.

    Args:
        path: The bag, in any form.
        target: The new folder; those above it are made.
        patterns: Of the paths below ``data/``, as ``*.txt`` or ``tei/*``, a star also for ``/``; none for all files.
        seal: The SHA-256 of the strongest tag manifest as it is known from elsewhere: a bag
            with another, or whose tag files are not as it says, gives nothing.
        progress: Hears of the octets, in total and as they pass.

    Raises:
        ArchiveError: The place is taken, there is no room, or the disk did not take something.
        BagError: The bag could not be opened or listed, or not so far that a file fits a pattern.
        UsageError: No file of the payload, there or not, fits a pattern; or the new folder would lie in the bag.
    """
    if lies_in(target, path):
        raise UsageError(f"{target} lies in {path}, which is only read", hint="Choose another place.")
    check_free([target])
    with closing(open_container(path)) as container:
        bag = scan_bag(container, Depth.COMPLETE)
        findings = [finding for least, check in CHECKS if least is not Depth.FULL for finding in check(bag)]
        names = payload_names(bag)
        chosen = select_paths(names, patterns, listing_stops(bag)) if patterns else sorted(names)
        wanted = [bag.payload[name] for name in chosen if name in bag.payload]
        broken = list(check_chain(bag, seal))
        findings = list(dict.fromkeys((*findings, *broken)))
        if seal is not None and broken:
            done = _extracted(None, (), wanted, findings)
        else:
            extraction = _Extraction(VouchedFiles.by_manifests(bag, broken), wanted, findings, progress)
            done = extraction.into(target, () if patterns else _empty(bag))
        return replace(done, wanted=len(chosen))


def extract_indexed(
    path: Path, target: Path, index: MemberIndex, *, patterns: Sequence[str] = (), progress: Progress = SILENT
) -> Extracted:
    """Take files of the payload out of a plain tar by its index: nothing else of the tar is read.

    Args:
        path: The tar.
        target: The new folder; those above it are made.
        index: Where the files lie, and the digests that they must have: they are as good as whoever gave it.
        patterns: As for :func:`extract_bag`.
        progress: Hears of the octets, in total and as they pass.

    Raises:
        ArchiveError: As for :func:`extract_bag`.
        BagError: There is no plain tar.
        UsageError: No file of the payload fits a pattern.
    """
    check_free([target])
    with closing(open_container(path)) as container:
        files = VouchedFiles.by_index(path, container, index)
        names = select_paths(files.files, patterns) if patterns else sorted(files.files)
        return _Extraction(files, [files.files[name] for name in names], [], progress).into(target)


@dataclass(frozen=True, slots=True)
class _Extraction:
    """Files that are taken out into a new folder, which appears at once.

    Attributes:
        files: What vouches for them.
        wanted: The files that were asked for and are there.
        findings: What is known to be wrong; what is found on the way is added.
        progress: Hears of the bytes.
    """

    files: VouchedFiles
    wanted: Sequence[Entry]
    findings: list[Finding]
    progress: Progress

    def into(self, target: Path, empty: Iterable[str] = ()) -> Extracted:
        """Take the files out.

        Args:
            target: The new folder.
            empty: Folders that are made too, with ``/`` at the end.
        """
        take = [entry for entry in self.wanted if self.files.vouches(entry)]
        size = sum(entry.size for entry in take)
        self.progress.total(size)
        with (
            Stage.beside(target.parent, size) as stage,
            translate_os_errors("could not write the payload in", stage.path),
        ):
            place = stage.path / "payload"
            sink = open_sink(Form.DIRECTORY, place, "")
            try:
                for folder in self._folders([*(entry.path for entry in take), *empty]):
                    sink.add_folder(folder)
                taken = list(self._take(take, sink, place))
            finally:
                sink.close()
            # An empty payload is one only when nothing else is wrong: what is no bag gives no folder.
            some = bool(taken) or not (self.wanted or any(each.severity is Severity.ERROR for each in self.findings))
            if some:
                publish_path(place, target)
        return _extracted(target if some else None, taken, self.wanted, self.findings)

    def _folders(self, paths: Iterable[str]) -> list[str]:
        """Return the folders that the new folder needs, below ``data/``, each after those above it."""
        needed = set[str]()
        for path in paths:
            below = path.removeprefix(PAYLOAD)
            at = below.find("/") if path.startswith(PAYLOAD) else -1
            while at >= 0:
                needed.add(below[:at])
                at = below.find("/", at + 1)
        return sorted(folder for folder in needed if folder and PAYLOAD + folder not in self.files.files)

    def _take(self, wanted: Sequence[Entry], sink: Sink, place: Path) -> Iterator[Entry]:
        def write(entry: Entry, chunks: Iterator[bytes]) -> None:
            sink.add_stream(entry.path.removeprefix(PAYLOAD), entry.size, chunks)

        for entry, result in self.files.copy(wanted, write, progress=self.progress):
            wrong = fixity_finding("payload", entry.path, result, by=self.files.by)
            if wrong is None:
                yield entry
            else:
                self.findings.append(wrong)
                (place / entry.path.removeprefix(PAYLOAD)).unlink(missing_ok=True)


def _empty(bag: ScannedBag) -> list[str]:
    return [f"{path}/" for path, entry in bag.entries.items() if entry.kind is EntryKind.FOLDER]


def _extracted(
    path: Path | None, taken: Sequence[Entry], wanted: Sequence[Entry], findings: Iterable[Finding]
) -> Extracted:
    return Extracted(
        path=path,
        files=len(taken),
        bytes=sum(entry.size for entry in taken),
        wanted=len(wanted),
        findings=tuple(sorted(findings)),
    )
