"""Take the payload out of a bag into a new folder, hashing every octet on the way.

Scope: files of a payload, whole and as the manifests say, or not at all. Not in scope: tag files; the verdict on the
bag, of which the findings at depth ``complete`` are given too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from preserve.bag.containers import Container, Entry, EntryKind, open_container, printable
from preserve.bag.model import Depth, Form, strongest
from preserve.bag.reading import (
    PAYLOAD,
    MemberIndex,
    ScannedBag,
    Unreadable,
    UnreadableFileError,
    compare_digests,
    files_by_index,
    listing_stops,
    payload_names,
    read_as_listed,
    read_in_order,
    scan_bag,
    select_paths,
)
from preserve.bag.verifying import CHECKS, check_tag_digests, fixity_findings
from preserve.bag.writing import (
    Sink,
    Stage,
    check_free,
    lies_in,
    open_sink,
    publish_path,
)
from preserve.digests import MultiDigest
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
        chosen = (
            select_paths(payload_names(bag), patterns, listing_stops(bag)) if patterns else sorted(payload_names(bag))
        )
        wanted = [bag.payload[name] for name in chosen if name in bag.payload]
        # What the tag manifest says of the manifests, before they are believed.
        altered = list(check_tag_digests(bag))
        findings += altered
        if seal is not None:
            broken = _other_seal(bag, seal) or ([] if altered else _unsealed(bag))
            if altered or broken:
                return replace(_extracted(None, (), wanted, [*findings, *broken]), wanted=len(chosen))
        vouched = _Vouched(container, bag.files, bag.claims.expected)
        done = vouched.extract(wanted, target, _empty(bag) if not patterns else (), findings, progress)
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
        payload, expected = files_by_index(path, container, index)
        vouched = _Vouched(container, payload, expected, "index")
        wanted = [payload[name] for name in (select_paths(payload, patterns) if patterns else sorted(payload))]
        return vouched.extract(wanted, target, (), [], progress)


@dataclass(frozen=True, slots=True)
class _Vouched:
    """Files, and the digests that somebody vouches for.

    Attributes:
        container: Where they lie.
        files: All files, by path.
        expected: Digest by algorithm, by path.
        by: Who that is, in words.
    """

    container: Container
    files: Mapping[str, Entry]
    expected: Mapping[str, Mapping[str, str]]
    by: str = "manifest"

    def extract(
        self,
        wanted: Sequence[Entry],
        target: Path,
        empty: Iterable[str],
        findings: list[Finding],
        progress: Progress,
    ) -> Extracted:
        """Take files out; the folder appears at once.

        Args:
            wanted: The files.
            target: The new folder.
            empty: Folders that are made too, with ``/`` at the end.
            findings: What is known to be wrong.
            progress: Hears of the octets.
        """
        take = [entry for entry in wanted if self._vouches(entry)]
        octets = sum(entry.size for entry in take)
        progress.total(octets)
        with (
            Stage.beside(target.parent, octets) as stage,
            translate_os_errors("could not write the payload in", stage.path),
        ):
            sink = open_sink(Form.DIRECTORY, stage.path / "payload", "")
            for folder in self._folders([*(entry.path for entry in take), *empty]):
                sink.add_folder(folder)
            taken = list(self._taken(take, sink, stage.path / "payload", findings, progress))
            # An empty payload is one only when nothing else is wrong: what is no bag gives no folder.
            some = bool(taken) or not (wanted or any(each.severity is Severity.ERROR for each in findings))
            if some:
                publish_path(stage.path / "payload", target)
        return _extracted(target if some else None, taken, wanted, findings)

    def _vouches(self, entry: Entry) -> bool:
        """Tell whether somebody does, and no part of its path is a file too, as only an archive can have it."""
        parts = entry.path.split("/")
        above = ("/".join(parts[:number]) for number in range(2, len(parts)))
        return entry.path in self.expected and not any(path in self.files for path in above)

    def _folders(self, paths: Iterable[str]) -> list[str]:
        """Return the folders that the new folder needs, below ``data/``, each after those above it."""
        needed = set[str]()
        for path in paths:
            below = path.removeprefix(PAYLOAD)
            at = below.find("/") if path.startswith(PAYLOAD) else -1
            while at >= 0:
                needed.add(below[:at])
                at = below.find("/", at + 1)
        return sorted(folder for folder in needed if folder and PAYLOAD + folder not in self.files)

    def _taken(
        self, wanted: Sequence[Entry], sink: Sink, place: Path, findings: list[Finding], progress: Progress
    ) -> Iterator[Entry]:
        for entry, chunks in read_in_order(self.container, wanted):
            expected = self.expected[entry.path]
            digest = MultiDigest(expected)
            below = entry.path.removeprefix(PAYLOAD)

            def hashed(
                entry: Entry = entry, chunks: Iterator[bytes] = chunks, digest: MultiDigest = digest
            ) -> Iterator[bytes]:
                for chunk in read_as_listed(entry.path, entry.size, chunks, progress):
                    digest.update(chunk)
                    yield chunk

            try:
                sink.add_stream(below, entry.size, hashed())
                result = compare_digests(digest.hexdigests(), expected)
            except UnreadableFileError as error:
                result = Unreadable(error.reason)
            wrong = list(fixity_findings("payload", entry.path, result, by=self.by))
            findings += wrong
            if wrong:
                (place / below).unlink(missing_ok=True)
            else:
                yield entry


def _other_seal(bag: ScannedBag, seal: str) -> list[Finding]:
    if bag.seal == seal.lower():
        return []
    says = f"the bag was sealed with {seal}; its tag manifest now has {bag.seal or 'no digest'}"
    return [Finding.of("seal-differs", "", says)]


def _unsealed(bag: ScannedBag) -> list[Finding]:
    """Tell of payload manifests that the sealed tag manifest does not list: anybody may have added them."""
    sealed = strongest(each.algorithm for each in bag.tag_manifests if each.algorithm is not None)
    says = "the sealed tag manifest does not list it"
    return [
        Finding.of("tagmanifest-omits-manifest", printable(each.name), says)
        for each in bag.manifests
        if each.algorithm is not None and sealed not in bag.tag_claims.expected.get(each.name, {})
    ]


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
