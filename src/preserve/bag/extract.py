"""Take the payload out of a bag into a new folder, hashing every octet on the way.

Scope: files of a payload, whole and as the manifests say, or not at all. Not in scope: tag files; the verdict on the
bag, of which the findings at depth ``complete`` are given too.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from preserve.bag.checks import CHECKS
from preserve.bag.containers import Container, Entry, Kind, shown
from preserve.bag.look import Bag, look
from preserve.bag.manifests import PAYLOAD
from preserve.bag.model import Depth, Form
from preserve.bag.opening import open_container
from preserve.bag.sinks import Sink, open_sink
from preserve.bag.stage import Stage
from preserve.bag.streamed import UnreadError, as_listed, differs, make_ready
from preserve.bag.write import appear, as_archive_error, check_free
from preserve.digests import MultiDigest
from preserve.errors import UsageError
from preserve.findings import Finding, Severity, found
from preserve.progress import SILENT, Progress

__all__ = ["Extracted", "extract_bag", "in_order"]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What came of it.

    Attributes:
        path: The new folder; ``None`` when no file could be taken out, and then nothing was written.
        files: Files taken out.
        bytes: Their octets.
        wanted: Files that were to be taken out.
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


def extract_bag(path: Path, target: Path, *, patterns: Sequence[str] = (), progress: Progress = SILENT) -> Extracted:
    """Take files of the payload out of a bag.

    A file is taken out when it is listed in a manifest that we understand and has the digests given there; a file that
    differs, that nobody vouches for or that cannot be read is a finding, and not left behind. Links are neither
    followed nor made. The folder appears at once, when all is on the disk.

    Args:
        path: The bag, in any form.
        target: The new folder; those above it are made.
        patterns: Of the paths below ``data/``, as ``*.txt`` or ``tei/*``, a star also for ``/``; none for all files.
        progress: Hears of the octets, in total and as they pass.

    Raises:
        ArchiveError: The place is taken, there is no room, or the disk did not take something.
        BagError: The bag could not be opened or listed.
        UsageError: No file of the payload fits a pattern.
    """
    check_free([target])
    with closing(open_container(path)) as container:
        bag = look(container, Depth.COMPLETE)
        findings = [finding for least, check in CHECKS if least is not Depth.FULL for finding in check(bag)]
        wanted = _wanted(bag.payload, patterns)
        take = [entry for entry in wanted if _vouched(bag, entry)]
        octets = sum(entry.size for entry in take)
        progress.total(octets)
        with Stage(make_ready(target.parent, octets)) as stage, as_archive_error("the payload", stage.path):
            sink = open_sink(Form.DIRECTORY, stage.path / "payload", "")
            for folder in _folders(bag, take, everything=not patterns):
                sink.folder(folder)
            taken = list(_taken(bag, take, sink, stage.path / "payload", findings, progress))
            # An empty payload is one only when nothing else is wrong: what is no bag gives no folder.
            some = bool(taken) or not (wanted or any(each.severity is Severity.ERROR for each in findings))
            if some:
                appear(stage.path / "payload", target)
    return Extracted(
        path=target if some else None,
        files=len(taken),
        bytes=sum(entry.size for entry in taken),
        wanted=len(wanted),
        findings=tuple(sorted(findings)),
    )


def _wanted(payload: Mapping[str, Entry], patterns: Sequence[str]) -> list[Entry]:
    """Return the files that fit a pattern, or all; sorted by path."""
    if not patterns:
        return [payload[path] for path in sorted(payload)]
    chosen = set[str]()
    for pattern in patterns:
        fitting = {path for path in payload if fnmatch.fnmatchcase(path.removeprefix(PAYLOAD), pattern)}
        if not fitting:
            raise UsageError(f"no file of the payload fits {pattern!r}", hint="See 'preserve bag list' for the paths.")
        chosen |= fitting
    return [payload[path] for path in sorted(chosen)]


def _vouched(bag: Bag, entry: Entry) -> bool:
    """Tell whether a manifest lists a file, and no part of its path is a file too, as only an archive can have it."""
    parts = entry.path.split("/")
    above = ("/".join(parts[:number]) for number in range(2, len(parts)))
    return entry.path in bag.claims.expected and not any(path in bag.files for path in above)


def _folders(bag: Bag, files: Sequence[Entry], *, everything: bool) -> list[str]:
    """Return the folders that the new folder needs, below ``data/``, each after those above it."""
    paths = [entry.path for entry in files]
    if everything:
        paths += [f"{path}/" for path, entry in bag.entries.items() if entry.kind is Kind.FOLDER]
    needed = set[str]()
    for path in paths:
        below = path.removeprefix(PAYLOAD)
        at = below.find("/") if path.startswith(PAYLOAD) else -1
        while at >= 0:
            needed.add(below[:at])
            at = below.find("/", at + 1)
    return sorted(folder for folder in needed if folder and PAYLOAD + folder not in bag.files)


def _taken(
    bag: Bag, wanted: Sequence[Entry], sink: Sink, place: Path, findings: list[Finding], progress: Progress
) -> Iterator[Entry]:
    for entry, chunks in in_order(bag.container, wanted):
        expected = bag.claims.expected[entry.path]
        digest = MultiDigest(expected)
        below = entry.path.removeprefix(PAYLOAD)

        def hashed(
            entry: Entry = entry, chunks: Iterator[bytes] = chunks, digest: MultiDigest = digest
        ) -> Iterator[bytes]:
            for chunk in as_listed(entry.path, entry.size, chunks, progress):
                digest.update(chunk)
                yield chunk

        try:
            sink.stream(below, entry.size, hashed())
            wrong = differs("payload", entry.path, digest.hexdigests(), expected)
        except UnreadError as error:
            wrong = found("payload-unreadable", shown(entry.path), f"it could not be read: {error.reason}")
        if wrong is None:
            yield entry
        else:
            findings.append(wrong)
            (place / below).unlink()


def in_order(container: Container, wanted: Sequence[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
    """Give the octets of files in the order of their paths; a compressed tar, which is read once, in its own."""
    if container.random_access:
        for entry in wanted:
            yield from container.contents((entry,))
    else:
        yield from container.contents(wanted)
