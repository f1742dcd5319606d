"""What makes a bag valid: each check is one function, and one line in the table :data:`CHECKS`.

The checks are those of RFC 8493 and the drafts before it, and of what tools get wrong. What a profile asks beyond that
is in ``profile``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import assert_never

from preserve.bag.containers import Entry, EntryKind, is_system_file, new_path_set, printable
from preserve.bag.model import Depth
from preserve.bag.reading import (
    Altered,
    Claims,
    Fixity,
    Intact,
    Manifest,
    ScannedBag,
    Unreadable,
    check_fixities,
    compare_digests,
    normal_form,
)
from preserve.digests import ALGORITHMS, WEAK
from preserve.findings import Finding, Severity

__all__ = [
    "CHECKS",
    "Check",
    "check_algorithms",
    "check_missing_tags",
    "check_payload_digests",
    "check_tag_digests",
    "fixity_finding",
    "omitted_manifests",
]

Check = Callable[[ScannedBag], Iterator[Finding]]
"""A check looks at a scanned bag and gives what is wrong with it."""

_BITS = 1 << 25
"""Bits of a map in which a million names are marked: few of them share one by chance."""

_ANY_MANIFEST = re.compile(r"manifest[^/]*\.txt", re.ASCII | re.IGNORECASE)
_OXUM = re.compile(r"(?P<size>[0-9]{1,19})\.(?P<files>[0-9]{1,19})")


def check_scan(bag: ScannedBag) -> Iterator[Finding]:
    """Give what was found while the bag was listed and its tag files were read."""
    for finding in bag.findings:
        # The drafts say that a bag "MUST NOT be serialized from within its base directory". RFC 8493 has left that
        # section out, and the archives of OCR-D have no base directory.
        softer = finding.code == "archive-no-base-directory" and not bag.is_old
        yield replace(finding, severity=Severity.WARNING) if softer else finding
    for manifest in (*bag.manifests, *bag.tag_manifests):
        yield from manifest.findings


def check_declaration(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 2.1.1: a bag declares what it is."""
    if "bagit.txt" not in bag.tags and not bag.is_unknown("bagit.txt"):
        there = next((path for path in bag.files if path.lower() == "bagit.txt"), None)
        below = next((path for path in bag.files if path.endswith("/bagit.txt")), None)
        if there is not None:
            says = f"there is no such file, but one named {printable(there)!r}"
        elif below is not None:
            says = f"there is no such file here, but {printable(below)!r}: a bag may lie there"
        else:
            says = "there is no such file"
        yield Finding.of("bagit-txt-missing", "bagit.txt", says)


def check_structure(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 2.1: the payload directory, at least one payload manifest, one manifest an algorithm."""
    data = bag.entries.get("data")
    # An archive without members for folders holds no empty one: of a bag all of whose payload is yet to be fetched,
    # the folder comes with the first file.
    holey = data is None and any(path not in bag.files for path in bag.fetch or ())
    lacking = not bag.payload and (data is None or data.kind is not EntryKind.FOLDER)
    if lacking and not holey and not bag.is_unknown("data"):
        yield Finding.of("payload-directory-missing", "data", "there is no such folder")
    payload = list(bag.manifest_names(of_tags=False))
    if not payload and not bag.is_unknown("manifest"):
        near = next((path for path in bag.tags if _ANY_MANIFEST.fullmatch(path)), None)
        hint = f", but {printable(near)!r}" if near else ""
        yield Finding.of("payload-manifest-missing", "", f"there is no manifest-<algorithm>.txt{hint}")
    elif payload and not any(algorithm in ALGORITHMS for _name, algorithm in payload):
        yield Finding.of("no-usable-manifest", "", "no payload manifest is of an algorithm that we know")
    tags = list(bag.manifest_names(of_tags=True))
    if not tags and not bag.is_unknown("tagmanifest"):
        yield Finding.of("tagmanifest-none", "", "there is no tagmanifest-<algorithm>.txt")
    yield from check_algorithms(bag)


def check_algorithms(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 2.1.3: one manifest of each kind an algorithm, named as BagIt names it."""
    for kind in ("", "tag"):
        yield from _algorithms(kind, list(bag.manifest_names(of_tags=kind == "tag")))


def _algorithms(kind: str, named: list[tuple[str, str]]) -> Iterator[Finding]:
    count = Counter(algorithm for _name, algorithm in named)
    for name, algorithm in named:
        if algorithm not in ALGORITHMS:
            yield Finding.of(
                "algorithm-unknown", printable(name), f"we know no algorithm {algorithm!r}; the file is not used"
            )
        elif name != f"{kind}manifest-{algorithm}.txt":
            yield Finding.of("algorithm-name-odd", printable(name), f"BagIt writes this algorithm {algorithm!r}")
        elif algorithm in WEAK:
            yield Finding.of("algorithm-weak", name, f"{algorithm} shows damage, but no longer an attack")
        if count[algorithm] > 1:
            yield Finding.of(
                "algorithm-twice", printable(name), f"{count[algorithm]} {kind}manifests are of {algorithm}"
            )


def check_folders(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 2.1.3: manifests list files, so nothing says that an empty folder of the payload belongs there."""
    parents = new_path_set(bag.entries)
    for path in bag.entries:
        parents.add(path.rpartition("/")[0])
    for path, entry in bag.entries.items():
        if entry.kind is not EntryKind.FOLDER or not path.startswith("data/"):
            continue
        if path not in parents and path not in bag.unread and not bag.is_unknown(path):
            yield Finding.of("empty-folder", printable(path), "the folder is empty, and no manifest can say so")


def check_names(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 6.1: names that another system takes for one name, and files that a system made by itself."""
    yield from _check_likeness(bag)
    for path in bag.payload:
        if is_system_file(path):
            yield Finding.of("system-file", printable(path), "an operating system made this file, not the sender")


def _check_likeness(bag: ScannedBag) -> Iterator[Finding]:
    lists = [manifest.entries for manifest in (*bag.manifests, *bag.tag_manifests)]
    both = (bag.claims, bag.tag_claims)
    absent = sorted({*chain(*(each.missing for each in both)), *(path for each in both for path, _ in each.renamed)})
    for path, other in _alike(bag.files, absent, bag.container.limits.table_entries):
        if normal_form(other) != normal_form(path):
            yield Finding.of("names-differ-by-case", printable(path), f"{printable(other)!r} differs only in case")
        elif (path in bag.files and other in bag.files) or all(
            any(each in entries for entries in lists) for each in (path, other)
        ):
            says = f"{other!a} has the same characters in another normalisation form"
            yield Finding.of("names-differ-by-form", printable(path), says)


def _alike(files: Mapping[str, Entry], absent: Sequence[str], most: int) -> Iterator[tuple[str, str]]:
    """Give each name that differs from one before it in case and form only, and that one.

    Args:
        files: The names of files that are there.
        absent: The names of others that are listed.
        most: How many names are held at once.
    """
    if len(files) + len(absent) <= most:
        yield from _alike_in(chain(files, absent))
        return
    # A million names are not held again. A first pass marks in a map of bits, by their hashes, the names whose like may
    # have been met before. Further passes compare those alone, as many at once as there is room for.
    met, again = bytearray(_BITS // 8), bytearray(_BITS // 8)
    doubtful = 0
    for path in chain(files, absent):
        at = hash(_folded(path)) % _BITS
        bit = 1 << (at & 7)
        if met[at >> 3] & bit:
            again[at >> 3] |= bit
            doubtful += 1
        met[at >> 3] |= bit
    shares = doubtful // most + 1
    for share in range(shares if doubtful else 0):
        yield from _alike_in(
            path
            for path in chain(files, absent)
            if (at := hash(_folded(path)) % _BITS) % shares == share and again[at >> 3] & 1 << (at & 7)
        )


def _alike_in(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for path in paths:
        other = first.setdefault(_folded(path), path)
        if other != path:
            yield path, other


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else normal_form(path).casefold()


def check_oxum(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 2.2.2: Payload-Oxum counts the payload, once."""
    values = [value for label, value in bag.info if label.lower() == "payload-oxum"]
    if len(values) > 1:
        softer = Severity.WARNING if bag.is_old else None
        yield Finding.of("oxum-twice", "bag-info.txt", f"Payload-Oxum is given {len(values)} times", severity=softer)
    if not values and bag.depth is Depth.OXUM:
        yield Finding.of("oxum-missing", "bag-info.txt", "there is no Payload-Oxum to compare the payload with")
    holes = bool(bag.unread) or any(path not in bag.files for path in bag.fetch or ())
    size, files = sum(entry.size for entry in bag.payload.values()), len(bag.payload)
    for value in values:
        match = _OXUM.fullmatch(value)
        if match is None:
            yield Finding.of("oxum-malformed", "bag-info.txt", f"{value[:120]!r} is not BYTES.FILES")
        elif (int(match["size"]), int(match["files"])) != (size, files) and not holes:
            yield Finding.of("oxum-differs", "bag-info.txt", f"it says {value}, the payload has {size}.{files}")


def check_fetch(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 2.2.3: what is yet to be fetched; such a bag is incomplete, not invalid."""
    for path, line in (bag.fetch or {}).items():
        where, here = f"fetch.txt:{line.line}", bag.files.get(path)
        if here is None and bag.entries.get(path) is None:
            yield Finding.of("payload-to-fetch", printable(path), f"it is yet to be fetched from {line.url[:300]}")
        elif here is not None and line.length is not None and line.length != here.size:
            says = f"{printable(path)!r} has {here.size} bytes, not {line.length}"
            yield Finding.of("fetch-length-differs", where, says)
        for manifest in bag.manifests:
            if manifest.is_exhaustive and path not in manifest.entries:
                softer = Severity.WARNING if bag.is_old else None
                says = f"{printable(path)!r} is not listed in {printable(manifest.name)}"
                yield Finding.of("fetch-unlisted", where, says, severity=softer)


def check_payload(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 3: every payload file is listed, and every listed file is there."""
    claims = bag.claims
    yield from _renamed(claims)
    for path in claims.missing:
        if path in bag.entries:
            if bag.entries[path].kind is EntryKind.FOLDER:
                yield Finding.of("payload-missing", printable(path), "a manifest lists it as a file; it is a folder")
        elif path not in (bag.fetch or {}) and not bag.is_unknown(path):
            near = path.rstrip(" \t")
            hint = f", but {printable(near)!r}" if near != path and near in bag.payload else ""
            yield Finding.of("payload-missing", printable(path), f"a manifest lists it; there is no such file{hint}")
    usable = [manifest for manifest in bag.manifests if manifest.is_exhaustive]
    # RFC 8493 2.1: every payload manifest lists every payload file. In the drafts one of them is enough, and that one
    # may be a manifest that could not be read.
    if usable and (not bag.is_old or all(manifest.is_whole for manifest in bag.manifests)):
        for path in claims.unlisted:
            yield Finding.of("payload-unlisted", printable(path), "no payload manifest lists it")
    if not bag.is_old and len(usable) > 1:
        for path, digests in claims.expected.items():
            for manifest in usable:
                if manifest.algorithm not in digests:
                    says = f"{printable(manifest.name)} does not list it, another payload manifest does"
                    yield Finding.of("manifest-omits-file", printable(path), says)


def _renamed(claims: Claims) -> Iterator[Finding]:
    for listed, here in claims.renamed:
        says = f"the manifest writes {listed!a}, the file is named {here!a}"
        if printable(here) == here:
            yield Finding.of("name-normalisation", printable(here), f"{says}: other normalisation forms")
        else:
            yield Finding.of(
                "name-encoding", printable(here), f"{says}: its bytes are in the encoding of the tag files"
            )


def check_tags(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 2.2.1: what tag manifests list is there. They list every payload manifest, and should list the rest."""
    claims = bag.tag_claims
    yield from _renamed(claims)
    yield from check_missing_tags(bag)
    usable = [manifest for manifest in bag.tag_manifests if manifest.is_exhaustive]
    if not usable:
        return
    payload_manifests = {name for name, _algorithm in bag.manifest_names(of_tags=False)}
    for path in claims.unlisted:
        if path not in payload_manifests and not path.startswith("tagmanifest-"):
            yield Finding.of(
                "tag-file-unlisted", printable(path), "no tag manifest lists it: a change of it would not show"
            )
    if not bag.is_old:
        for manifest in usable:
            yield from omitted_manifests(bag, manifest)
    if any(manifest.entries.keys() != usable[0].entries.keys() for manifest in usable[1:]):
        yield Finding.of("tagmanifests-differ", "", "the tag manifests do not list the same files")


def check_missing_tags(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 3: every file that a tag manifest lists is there."""
    for path in bag.tag_claims.missing:
        if path not in bag.entries and bag.is_unknown(path):
            continue
        if path not in bag.entries or bag.entries[path].kind is EntryKind.FOLDER:
            yield Finding.of("tag-file-missing", printable(path), "a tag manifest lists it; there is no such file")


def omitted_manifests(bag: ScannedBag, manifest: Manifest | None) -> Iterator[Finding]:
    """Give the payload manifests that a tag manifest does not list: nobody can tell who added them.

    Args:
        bag: The bag.
        manifest: One of its tag manifests; ``None`` for none, which then lists nothing and omits nothing.
    """
    if manifest is None:
        return
    for name, _algorithm in bag.manifest_names(of_tags=False):
        if name not in manifest.entries:
            says = f"it does not list {printable(name)}"
            yield Finding.of("tagmanifest-omits-manifest", printable(manifest.name), says)


def check_payload_digests(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 3: every digest in every payload manifest is that of its file."""
    expected = bag.claims.expected
    wanted = (entry for path, entry in bag.payload.items() if path in expected)
    for entry, result in check_fixities(bag.container, wanted, expected, threads=bag.threads):
        if (wrong := fixity_finding("payload", entry.path, result)) is not None:
            yield wrong


def check_tag_digests(bag: ScannedBag) -> Iterator[Finding]:
    """RFC 8493 3: every digest in every tag manifest is that of its file."""
    # Tag files that were understood are not read again: the digest is of the very bytes that were believed.
    expected = bag.tag_claims.expected
    for path in bag.digests:
        if path in expected:
            wrong = fixity_finding("tag-file", path, compare_digests(bag.digests[path], expected[path]))
            yield from () if wrong is None else (wrong,)
    unread = (entry for path, entry in bag.tags.items() if path not in bag.digests and path in expected)
    already = {finding.where for finding in bag.findings if finding.code == "tag-file-unreadable"}
    for entry, result in check_fixities(bag.container, unread, expected):
        wrong = fixity_finding("tag-file", entry.path, result)
        if wrong is not None and wrong.where not in already:
            yield wrong


def fixity_finding(what: str, path: str, result: Fixity, *, by: str = "manifest") -> Finding | None:
    """Return the finding that a file was altered or could not be read; ``None`` when it is intact.

    Args:
        what: ``payload`` or ``tag-file``.
        path: Its path in the bag.
        result: Which of the three it is.
        by: What gives the digest that it should have, as messages name it.
    """
    match result:
        case Intact():
            return None
        case Altered(algorithm, expected, actual):
            says = f"its {algorithm} is {actual}, the {by} gives {expected}"
            return Finding.of(f"{what}-altered", printable(path), says)
        case Unreadable(reason):
            return Finding.of(f"{what}-unreadable", printable(path), f"it could not be read: {reason}")
        case _:
            assert_never(result)


CHECKS: tuple[tuple[Depth, Check], ...] = (
    (Depth.OXUM, check_scan),
    (Depth.OXUM, check_declaration),
    (Depth.OXUM, check_structure),
    (Depth.OXUM, check_folders),
    (Depth.OXUM, check_names),
    (Depth.OXUM, check_oxum),
    (Depth.OXUM, check_fetch),
    (Depth.COMPLETE, check_payload),
    (Depth.COMPLETE, check_tags),
    (Depth.FULL, check_tag_digests),
    (Depth.FULL, check_payload_digests),
)
"""Every check, with the least depth at which it is made."""
