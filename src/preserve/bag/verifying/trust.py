"""The chain of trust: what vouches for each file of a bag.

The seal is the SHA-256 of a bag's strongest tag manifest, kept outside the bag. It vouches for that tag manifest, the
tag manifest for the tag files that it lists, the payload manifests among them for the files that they list. A link that
is broken, or a manifest that the sealed tag manifest does not list, vouches for nothing: anybody may have added it.

This is the one place that knows the chain. Whoever wants some files of a bag gets them as :class:`VouchedFiles` or by
:func:`open_trusted`. Whoever wants a whole bag verifies it by every check, and those of the links are among them.
``tests/protocols/test_trust.py`` runs one list of attacks against them all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from preserve.bag.containers import Container, Entry, open_container, printable
from preserve.bag.model import Depth, strongest
from preserve.bag.reading import (
    Altered,
    Fixity,
    Manifest,
    MemberIndex,
    ScannedBag,
    Unreadable,
    UnreadableFileError,
    compare_digests,
    files_by_index,
    match_claims,
    read_as_listed,
    read_in_order,
    scan_bag,
)
from preserve.bag.verifying.checks import (
    check_algorithms,
    check_missing_tags,
    check_tag_digests,
    omitted_manifests,
)
from preserve.digests import MultiDigest
from preserve.errors import ArchiveError, BagError
from preserve.findings import Finding, Severity
from preserve.progress import SILENT, Progress

__all__ = ["TrustedBag", "VouchedFiles", "check_chain", "check_seal", "open_trusted"]


def check_chain(bag: ScannedBag, seal: str | None) -> Iterator[Finding]:
    """Give what breaks the chain above the payload files, each finding an error.

    Args:
        bag: A scan of it that read the manifests, at depth ``complete`` or ``full``.
        seal: Its seal as it is known from elsewhere; ``None`` when nobody knows it. The chain then begins at the tag
            manifest, where there is one.
    """
    if seal is not None:
        yield from check_seal(bag, seal)
    yield from (each for each in check_algorithms(bag) if each.code == "algorithm-twice")
    yield from check_missing_tags(bag)
    yield from check_tag_digests(bag)
    if not bag.is_old or (seal is None and not _may_omit_manifests(bag)):
        yield from omitted_manifests(bag, _sealed_manifest(bag))


def _may_omit_manifests(bag: ScannedBag) -> bool:
    """Tell whether a tag manifest may leave out a payload manifest, as the drafts before 1.0 let it.

    Only a ``bagit.txt`` that no tag manifest contradicts says that a bag is such a draft: else somebody could declare
    one to get a manifest of his own believed.
    """
    expected = bag.tag_claims.expected.get("bagit.txt", {})
    actual = bag.digests.get("bagit.txt", {})
    return bag.is_old and expected.items() <= actual.items()


def check_seal(bag: ScannedBag, seal: str) -> Iterator[Finding]:
    """Hold the seal of a bag against the one that is known from elsewhere.

    BagIt lets anybody rewrite payload and manifests together; only a seal that is kept elsewhere shows it.
    """
    if bag.seal is None:
        yield Finding.of("seal-missing", "", f"the bag was sealed with {seal}; no tag manifest can be read")
    elif bag.seal != seal.lower():
        says = f"the bag was sealed with {seal}; its tag manifest now has {bag.seal}"
        yield Finding.of("seal-differs", "", says)
    sealed = _sealed_manifest(bag)
    if sealed is None:
        return
    # Under a seal nobody may add a file. Without one, BagIt lets a tag manifest leave out tag files, and the drafts
    # before 1.0 let it leave out payload manifests.
    if bag.is_old:
        yield from omitted_manifests(bag, sealed)
    manifests = {each.name for each in bag.manifest_files}
    for path in bag.tag_claims.unlisted:
        if path not in manifests:
            says = "the sealed tag manifest does not list it: it was added after the bag was sealed"
            yield Finding.of("tag-file-unlisted", printable(path), says, severity=Severity.ERROR)


def _sealed_manifest(bag: ScannedBag) -> Manifest | None:
    """Return the tag manifest that the seal is of; ``None`` when there is none that we can read."""
    best = strongest(each.algorithm for each in bag.tag_manifests if each.algorithm is not None)
    return next((each for each in reversed(bag.tag_manifests) if each.algorithm == best), None)


@dataclass(frozen=True, slots=True)
class VouchedFiles:
    """Files of a bag, and the digests that somebody vouches for.

    Attributes:
        container: Where the files lie.
        files: All files, by path.
        expected: The digests by algorithm that a file must have, by path; a file that is not here has no voucher.
        by: Who vouches for them, in a word: ``manifest`` or ``index``.
    """

    container: Container
    files: Mapping[str, Entry]
    expected: Mapping[str, Mapping[str, str]]
    by: str = "manifest"

    @classmethod
    def by_manifests(cls, bag: ScannedBag, broken: Collection[Finding] = ()) -> Self:
        """Return the files of a bag that its payload manifests vouch for.

        Args:
            bag: A scan of it that read the manifests.
            broken: What :func:`check_chain` found. A manifest that a tag manifest contradicts, or should list and does
                not, vouches for nothing.
        """
        doubtful = {each.where for each in broken if each.code.startswith("tag-file-")}
        if any(each.code == "tagmanifest-omits-manifest" for each in broken):
            sealed = _sealed_manifest(bag)
            doubtful |= {printable(each.name) for each in bag.manifests if sealed and each.name not in sealed.entries}
        believed = [each for each in bag.manifests if printable(each.name) not in doubtful]
        claims = bag.claims
        if len(believed) < len(bag.manifests):
            claims = match_claims(believed, bag.payload, bag.declaration.encoding if bag.declaration else "utf-8")
        return cls(bag.container, bag.files, claims.expected)

    @classmethod
    def by_index(cls, path: Path, container: Container, index: MemberIndex) -> Self:
        """Return the payload of a plain tar that a member index vouches for; it is as good as whoever gave it.

        Args:
            path: The tar.
            container: The tar, open.
            index: Its member index.

        Raises:
            BagError: It is no plain tar.
        """
        return cls(container, *files_by_index(path, container, index), "index")

    def vouches(self, entry: Entry) -> bool:
        """Tell whether somebody vouches for a file, and no parent of its path is a file, as an archive can have it."""
        parts = entry.path.split("/")
        above = ("/".join(parts[:number]) for number in range(2, len(parts)))
        return entry.path in self.expected and not any(path in self.files for path in above)

    def copy(
        self,
        wanted: Sequence[Entry],
        write: Callable[[Entry, Iterator[bytes]], object],
        progress: Progress = SILENT,
    ) -> Iterator[tuple[Entry, Fixity]]:
        """Hash files while they are copied, and report on each once it has been read.

        Args:
            wanted: The files; each is vouched for.
            write: Takes the bytes of one, to their end. What it keeps must not be used before the file is told of.
            progress: Hears of the bytes.

        Yields:
            Each file with what became of it: intact, altered or unreadable.
        """
        for entry, chunks in read_in_order(self.container, wanted):
            digest = MultiDigest(self.expected[entry.path])
            try:
                write(entry, _hashed(digest, read_as_listed(entry.path, entry.size, chunks, progress)))
            except UnreadableFileError as error:
                yield entry, Unreadable(error.reason)
            else:
                yield entry, compare_digests(digest.hexdigests(), self.expected[entry.path])


def _hashed(digest: MultiDigest, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


@dataclass(frozen=True, slots=True)
class TrustedBag:
    """A bag whose chain of trust holds, from its seal to its manifests.

    Attributes:
        label: How messages name it.
        hint: What messages advise.
        bag: What a scan of it gave.
    """

    label: str
    hint: str
    bag: ScannedBag

    @property
    def payload(self) -> Mapping[str, Entry]:
        """The payload files that are there, by path, whether a manifest lists them or not."""
        return self.bag.payload

    @property
    def size(self) -> int:
        """The bytes of all files, tag files too."""
        return sum(entry.size for entry in self.bag.files.values())

    def read(self, paths: Iterable[str], *, limit: int) -> dict[str, bytes]:
        """Return files of the payload, each with the digests that every manifest gives it.

        Args:
            paths: Their paths, ``data/`` included; each is in the listing.
            limit: The most bytes that one may have.

        Raises:
            BagError: One is larger, is in no manifest, or was altered.
            ArchiveError: One could not be read.
        """
        files = VouchedFiles.by_manifests(self.bag)
        wanted = [self.bag.payload[path] for path in paths]
        for entry in wanted:
            if entry.size > limit:
                says = f"{self.label}: {printable(entry.path)} has {entry.size} bytes, more than {limit} are not read"
                raise BagError(says, hint=self.hint)
            if not files.vouches(entry):
                raise self._error(entry.path, "is in no manifest")
        read: dict[str, bytes] = {}

        def keep(entry: Entry, chunks: Iterator[bytes]) -> None:
            read[entry.path] = b"".join(chunks)

        for entry, result in files.copy(wanted, keep):
            match result:
                case Altered(algorithm):
                    says = f"was altered: its {algorithm} is not the one that the manifest gives"
                    raise self._error(entry.path, says)
                case Unreadable(reason):
                    says = f"{self.label}: {printable(entry.path)} could not be read: {reason}"
                    raise ArchiveError(says, hint=self.hint)
        return read

    def _error(self, path: str, says: str) -> BagError:
        return BagError(f"{self.label} is not what it was: {printable(path)} {says}", hint=self.hint)


@contextmanager
def open_trusted(path: Path, *, label: str, seal: str | None, hint: str) -> Iterator[TrustedBag]:
    """Open a bag to read files of it that its chain of trust carries.

    Args:
        path: Where it lies.
        label: How messages name it.
        seal: The SHA-256 of its strongest tag manifest as it is known from elsewhere; ``None`` when nobody knows it.
        hint: What messages advise.

    Raises:
        BagError: It cannot be opened as a bag, or the chain is broken above its files.
    """
    with closing(open_container(path)) as container:
        bag = scan_bag(container, Depth.COMPLETE)
        for broken in check_chain(bag, seal):
            where = f"{broken.where}: " if broken.where else ""
            raise BagError(f"{label} is not what it was: {where}{broken.message}", hint=hint)
        yield TrustedBag(label, hint, bag)
