"""A bag that is yet to be written, checked against a profile: nobody copies terabytes to hear of a missing field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from preserve.bag.containers import Entry, EntryKind, Listing
from preserve.bag.limits import LIMITS
from preserve.bag.model import Depth, Form
from preserve.bag.reading import DECLARATION, scan_bag
from preserve.bag.verifying.profile import Profile
from preserve.findings import Finding

__all__ = ["MEDIA_TYPES", "PlannedBag"]

MEDIA_TYPES: Mapping[Form, frozenset[str]] = {
    Form.DIRECTORY: frozenset(),
    Form.TAR: frozenset({"application/tar", "application/x-tar"}),
    Form.TAR_ZST: frozenset({"application/zstd"}),
    Form.ZIP: frozenset({"application/zip"}),
}
"""The media types of each form that we write, any of which a profile may accept."""


@dataclass(frozen=True, slots=True)
class PlannedBag:
    """A bag that is yet to be written, as a container that lists what it will hold.

    Attributes:
        name: The name of the bag.
        form: Its form.
        info: The bytes of its ``bag-info.txt``.
        algorithms: The algorithms of its manifests.
        payload: The size of each payload file in bytes, by path in the bag.
        folders: Its empty folders.
        tag_files: The bytes of the tag files of its own, by path.
    """

    name: str
    form: Form
    info: bytes
    algorithms: tuple[str, ...]
    payload: Mapping[str, int]
    folders: tuple[str, ...] = ()
    tag_files: Mapping[str, bytes] = field(default_factory=dict)

    limits = LIMITS
    random_access = True

    @property
    def media_types(self) -> frozenset[str]:
        """The media types of its form."""
        return MEDIA_TYPES[self.form]

    def _tags(self) -> dict[str, bytes]:
        manifests = {f"{kind}manifest-{each}.txt": b"" for each in self.algorithms for kind in ("", "tag")}
        return {"bagit.txt": DECLARATION, "bag-info.txt": self.info, **manifests, **self.tag_files}

    def listing(self) -> Listing:
        """List what it will hold."""
        entries = [Entry(path, EntryKind.FILE, size, 0) for path, size in self.payload.items()]
        entries += [Entry(path, EntryKind.FILE, len(data), 0) for path, data in self._tags().items()]
        entries += [Entry(path, EntryKind.FOLDER, 0, 0) for path in ("data", *self.folders)]
        return Listing(self.name, {entry.path: entry for entry in entries}, ())

    def contents(self, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Give the bytes of tag files; the manifests are empty yet, and nobody asks for the payload."""
        tags = self._tags()
        for entry in wanted:
            yield entry, iter((tags[entry.path],))

    def digests_of(self, _entry: Entry) -> None:
        """Return nothing: no file is there yet."""

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def check(self, profile: Profile) -> tuple[Finding, ...]:
        """Return everything in which the bag would differ from a profile, sorted."""
        return tuple(sorted(profile.check(scan_bag(self, Depth.OXUM))))
