"""What a bag says of itself, for people who want to know what is in it; nothing is hashed and nothing judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from preserve.bag.containers import open_container
from preserve.bag.model import Depth, Form
from preserve.bag.reading.scan import ScannedBag, scan_bag
from preserve.errors import BagError, UnreadableBagError

__all__ = ["BagSummary", "ListedFile", "list_files", "require_bag", "summarize_bag"]


@dataclass(frozen=True, slots=True)
class BagSummary:
    """What a bag says of itself.

    Attributes:
        name: The name of its base directory.
        form: A folder, a tar or a zip.
        version: The version of BagIt that it declares; ``None`` when it declares none.
        files: How many payload files are there.
        bytes: The size of all of them.
        tag_files: How many other files are there.
        algorithms: The algorithms of its payload manifests, in BagIt's names, also those that we do not know.
        tag_algorithms: The algorithms of its tag manifests.
        to_fetch: How many files ``fetch.txt`` promises that are not there.
        seal: The SHA-256 of its strongest tag manifest; ``None`` when it has none.
        info: The fields of ``bag-info.txt``, in its order.
    """

    name: str
    form: Form
    version: str | None
    files: int
    bytes: int
    tag_files: int
    algorithms: tuple[str, ...]
    tag_algorithms: tuple[str, ...]
    to_fetch: int
    seal: str | None
    info: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One payload file.

    Attributes:
        path: Its path in the bag.
        size: How many bytes it has; ``None`` when it is listed and not there.
        digests: The digests that the manifests give, by algorithm; none when no manifest lists it.
    """

    path: str
    size: int | None
    digests: Mapping[str, str]


def summarize_bag(path: Path) -> BagSummary:
    """Return what a bag says of itself in its tag files, and what its listing shows.

    Raises:
        BagError: It could not be opened or listed, or is no bag at all.
    """
    with closing(open_container(path)) as container:
        bag = require_bag(scan_bag(container, Depth.OXUM), path)
        return BagSummary(
            name=bag.name,
            form=bag.form,
            version=bag.version,
            files=len(bag.payload),
            bytes=sum(entry.size for entry in bag.payload.values()),
            tag_files=len(bag.tags),
            algorithms=tuple(algorithm for _name, algorithm in bag.manifest_names(of_tags=False)),
            tag_algorithms=tuple(algorithm for _name, algorithm in bag.manifest_names(of_tags=True)),
            to_fetch=sum(path not in bag.files for path in bag.fetch or ()),
            seal=bag.seal,
            info=bag.info,
        )


def list_files(path: Path) -> Iterator[ListedFile]:
    """Give the payload files that are there or that a manifest lists, by path; there may be a million.

    Raises:
        BagError: The bag could not be opened or listed, a manifest could not be read, or it is no bag at all.
    """
    with closing(open_container(path)) as container:
        bag = require_bag(scan_bag(container, Depth.COMPLETE), path)
    for finding in bag.findings:
        if finding.code == "tag-file-unreadable" and finding.where in {each.name for each in bag.manifest_files}:
            # Without the manifest, its files would be shown as listed nowhere.
            raise UnreadableBagError(
                f"{path}: {finding.where}: {finding.message}", hint="Check its rights and its disk."
            )
    expected = bag.claims.expected
    paths = sorted(chain(bag.payload, (each for each in expected if each not in bag.payload)))
    return (
        ListedFile(each, bag.payload[each].size if each in bag.payload else None, expected.get(each, {}))
        for each in paths
    )


def require_bag(bag: ScannedBag, path: Path) -> ScannedBag:
    """Return a bag as it is, when there is something of a bag in it.

    Args:
        bag: A scan of it.
        path: Where it lies.

    Raises:
        BagError: It has neither ``bagit.txt`` nor a manifest.
    """
    if "bagit.txt" not in bag.tags and not bag.manifest_files:
        raise BagError(f"{path} is no bag: there is neither a bagit.txt nor a manifest", hint="Name a bag.")
    return bag
