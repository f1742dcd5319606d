"""Files out of a bag, each believed only as far as digests carry it: seal, tag manifest, manifest, file.

Scope: reading single files of a bag that somebody needs the content of. Not in scope: whether the whole bag is right
(``verify``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from preserve.bag.containers import open_container, printable
from preserve.bag.model import Depth
from preserve.bag.reading import Altered, Intact, ScannedBag, Unreadable, check_fixity, scan_bag
from preserve.bag.verifying.checks import check_tag_digests
from preserve.errors import ArchiveError, BagError

__all__ = ["TrustedBag", "trusted"]


@dataclass(frozen=True, slots=True)
class TrustedBag:
    """A bag whose tag files are what its tag manifests say, and whose tag manifest is what its seal says.

    Attributes:
        label: How messages name it.
        hint: What messages advise.
        bag: What a look at it gave.
    """

    label: str
    hint: str
    bag: ScannedBag

    def octets(self, paths: Iterable[str], *, limit: int) -> Mapping[str, bytes]:
        """Return files of the payload, each with the digests that every manifest gives it.

        Args:
            paths: Their paths, ``data/`` included; each is in the listing.
            limit: Octets that one may have.

        Raises:
            BagError: One is larger, in no manifest, or altered.
            ArchiveError: One could not be read.
        """
        entries = [self.bag.payload[path] for path in paths]
        for entry in entries:
            if entry.size > limit:
                raise self._error(entry.path, f"has {entry.size} bytes, more than {limit} are not read")
        read = {}
        for entry, chunks in self.bag.container.contents(entries):
            read[entry.path] = self._checked(entry.path, chunks, self.bag.claims.expected.get(entry.path, {}))
        return read

    def _checked(self, path: str, chunks: Iterable[bytes], expected: Mapping[str, str]) -> bytes:
        if not expected:
            raise self._error(path, "is in no manifest")
        data = bytearray()
        match check_fixity(_kept_in(data, chunks), expected):
            case Intact():
                return bytes(data)
            case Altered(algorithm):
                raise self._error(path, f"was altered: its {algorithm} is not the one that the manifest gives")
            case Unreadable(reason):
                raise ArchiveError(f"{self.label}: {printable(path)} could not be read: {reason}", hint=self.hint)

    def _error(self, path: str, says: str) -> BagError:
        return BagError(f"{self.label} is not what it was: {printable(path)} {says}", hint=self.hint)


@contextmanager
def trusted(path: Path, *, label: str, seal: str | None, hint: str) -> Iterator[TrustedBag]:
    """Open a bag to read files of it.

    Args:
        path: Where it lies.
        label: How messages name it.
        seal: The SHA-256 of its strongest tag manifest as it is known from elsewhere; ``None`` when nobody knows it.
        hint: What messages advise.

    Raises:
        BagError: It cannot be opened as a bag, its seal is another, or a tag file was altered.
    """
    with closing(open_container(path)) as container:
        bag = scan_bag(container, Depth.COMPLETE)
        if seal is not None and bag.seal != seal.lower():
            says = f"its seal is {bag.seal or 'gone'}, it was sealed with {seal}"
            raise BagError(f"{label} is not what it was: {says}", hint=hint)
        for finding in check_tag_digests(bag):
            raise BagError(f"{label} is not what it was: {finding.where}: {finding.message}", hint=hint)
        yield TrustedBag(label, hint, bag)


def _kept_in(data: bytearray, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        data += chunk
        yield chunk
