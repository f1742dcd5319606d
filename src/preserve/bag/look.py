"""One look at a bag: its listing and what its tag files say, each tag file read once and hashed while it is read.

Scope: from a container to values in memory, with what could not be understood on the way. Not in scope: whether the
bag is right (``checks``); payload octets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from preserve.bag.containers import MAX_ENTRIES, Container, Entry, Kind, shown
from preserve.bag.model import Depth, Form, path_fault, strongest
from preserve.bag.tagfiles import (
    MAX_DECLARATION,
    Declaration,
    Fault,
    FetchLine,
    ManifestLine,
    decode_path,
    encode_path,
    fetch_lines,
    info_fields,
    manifest_lines,
    numbered_lines,
    parse_declaration,
)
from preserve.digests import ALGORITHMS, MultiDigest, algorithm_name, digest_bytes
from preserve.errors import UsageError
from preserve.findings import Finding, Severity, found

__all__ = ["Bag", "Claims", "Manifest", "look", "normal"]

MAX_INFO = 16 << 20
"""Octets that a ``bag-info.txt`` may have."""

_MANIFEST = re.compile(r"(?P<tag>tag)?manifest-(?P<algorithm>[^/]+)\.txt")
_PAYLOAD = "data/"
_DIGITS = {algorithm: len(digest) for algorithm, digest in digest_bytes(b"", ALGORITHMS).items()}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest, its paths matched with the listing.

    Attributes:
        name: Its file name.
        algorithm: BagIt's name of its algorithm; ``None`` when we do not know it.
        of_tags: Whether it is a tag manifest.
        entries: Lower-case hexadecimal digest by path; a path that the listing lacks is as the manifest means it.
        findings: What is wrong with its name and lines.
    """

    name: str
    algorithm: str | None
    of_tags: bool
    entries: Mapping[str, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """Files matched with the manifests that list them.

    Attributes:
        expected: Digest by algorithm, by path.
        renamed: Pairs of the path as listed and as it is on the disk, which differ in normalisation form only.
        missing: Listed, and no such file.
        unlisted: There, and in no manifest of an algorithm that we know.
    """

    expected: Mapping[str, Mapping[str, str]]
    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]


def _claims(manifests: Iterable[Manifest], files: Mapping[str, Entry]) -> Claims:
    listed: dict[str, dict[str, str]] = {}
    for manifest in manifests:
        if manifest.algorithm is not None:
            for path, digest in manifest.entries.items():
                listed.setdefault(path, {})[manifest.algorithm] = digest
    absent = [path for path in listed if path not in files]
    unlisted = [path for path in files if path not in listed]
    renamed: list[tuple[str, str]] = []
    if absent and unlisted:
        by_form = {normal(path): path for path in unlisted}
        for path in absent:
            here = by_form.pop(normal(path), None)
            if here is not None:
                renamed.append((path, here))
                listed[here] = listed.pop(path)
    taken = {here for _path, here in renamed}
    missing = tuple(path for path in absent if path in listed)
    return Claims(listed, tuple(renamed), missing, tuple(path for path in unlisted if path not in taken))


@dataclass(frozen=True, slots=True)
class Bag:
    """What one look at a bag gave.

    Attributes:
        container: Where it lies.
        depth: How deep the look is to be.
        name: The name of its base directory.
        entries: Everything that is there, by path.
        files: The files among it.
        payload: The files below ``data/``.
        tags: The other files.
        declaration: What ``bagit.txt`` says; ``None`` when there is none.
        info: The fields of ``bag-info.txt``.
        manifests: Payload manifests; empty at depth ``oxum``, as are the tag manifests.
        tag_manifests: Tag manifests.
        named: File name, algorithm and whether it is of tags, of every manifest that is there.
        claims: Payload files and payload manifests matched.
        tag_claims: Tag files and tag manifests matched.
        fetch: Files that ``fetch.txt`` promises, by path; ``None`` when there is no such file.
        digests: Digests by algorithm of the tag files that were read.
        seal: The SHA-256 of the strongest tag manifest.
        findings: What was found on the way.
        unread: Folders that could not be listed.
    """

    container: Container
    depth: Depth
    name: str
    entries: Mapping[str, Entry]
    files: Mapping[str, Entry]
    payload: Mapping[str, Entry]
    tags: Mapping[str, Entry]
    declaration: Declaration | None
    info: tuple[tuple[str, str], ...]
    manifests: tuple[Manifest, ...]
    tag_manifests: tuple[Manifest, ...]
    named: tuple[tuple[str, str, bool], ...]
    claims: Claims
    tag_claims: Claims
    fetch: Mapping[str, FetchLine] | None
    digests: Mapping[str, Mapping[str, str]]
    seal: str | None
    findings: tuple[Finding, ...]
    unread: tuple[str, ...]

    @property
    def form(self) -> Form:
        """Directory or tar."""
        return self.container.form

    @property
    def version(self) -> str | None:
        """The version of BagIt that it declares."""
        return self.declaration.version if self.declaration else None

    @property
    def is_old(self) -> bool:
        """Whether it declares a draft before 1.0; a bag that declares nothing is held to 1.0."""
        return self.version is not None and self.version.startswith("0.")

    def is_unknown(self, path: str) -> bool:
        """Whether a path lies below a folder that could not be listed: it may be there."""
        return any(path.startswith(f"{folder}/") for folder in self.unread)

    def manifest_names(self, *, of_tags: bool) -> Iterator[tuple[str, str]]:
        """Give the file name of each manifest of one kind, and its algorithm as BagIt would write it."""
        return ((name, algorithm) for name, algorithm, tag in self.named if tag is of_tags)


def _named_manifests(tags: Iterable[str]) -> tuple[tuple[str, str, bool], ...]:
    matches = ((name, _MANIFEST.fullmatch(name)) for name in sorted(tags))
    return tuple((name, _algorithm(match["algorithm"]), bool(match["tag"])) for name, match in matches if match)


@lru_cache(maxsize=64)
def _algorithm(written: str) -> str:
    try:
        return algorithm_name(written)
    except UsageError:
        return written


def look(container: Container, depth: Depth) -> Bag:
    """Look at a bag.

    Args:
        container: Where it lies.
        depth: At ``oxum`` no manifest is read, but for the tag manifest that the seal is of.

    Raises:
        BagError: The container could not be listed.
    """
    listing = container.listing()
    entries = listing.entries
    files = {path: entry for path, entry in entries.items() if entry.kind is Kind.FILE}
    payload = {path: entry for path, entry in files.items() if path.startswith(_PAYLOAD)}
    tags = {path: entry for path, entry in files.items() if not path.startswith(_PAYLOAD)}
    reader = _Reader(container, tags, list(listing.findings))
    declaration = reader.declaration()
    version, codec = (declaration.version, declaration.encoding) if declaration else (None, "utf-8")
    info = reader.info("package-info.txt" if version in {"0.93", "0.94", "0.95"} else "bag-info.txt", codec)
    fetch = reader.fetch(codec, entries)
    named = reader.manifest_names if depth is not Depth.OXUM else ()
    read = [reader.manifest(*row, codec, payload if not row[2] else tags) for row in named]
    manifests = tuple(each for each in read if not each.of_tags)
    tag_manifests = tuple(each for each in read if each.of_tags)
    seal = reader.seal()
    return Bag(
        container=container,
        depth=depth,
        name=listing.name,
        entries=entries,
        files=files,
        payload=payload,
        tags=tags,
        declaration=declaration,
        info=info,
        manifests=manifests,
        tag_manifests=tag_manifests,
        named=reader.manifest_names,
        claims=_claims(manifests, payload),
        tag_claims=_claims(tag_manifests, tags),
        fetch=fetch,
        digests=reader.digests,
        seal=seal,
        findings=tuple(reader.findings),
        unread=listing.unread,
    )


@dataclass(slots=True)
class _Reader:
    """Reads the tag files of one bag; keeps their digests and what is wrong with them."""

    container: Container
    tags: Mapping[str, Entry]
    findings: list[Finding]
    version: str | None = None
    digests: dict[str, dict[str, str]] = field(default_factory=dict)
    manifest_names: tuple[tuple[str, str, bool], ...] = field(init=False)
    algorithms: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.manifest_names = _named_manifests(self.tags)
        known = {algorithm for _name, algorithm, tag in self.manifest_names if tag and algorithm in ALGORITHMS}
        self.algorithms = tuple(sorted(known))

    def octets(self, name: str) -> Iterator[bytes]:
        """Give the octets of a tag file, all of them, and keep its digests when it has ended."""
        algorithms = ("sha256",) if name.startswith("tagmanifest-") else self.algorithms
        digest = MultiDigest(algorithms)
        try:
            for _entry, chunks in self.container.contents((self.tags[name],)):
                for chunk in chunks:
                    digest.update(chunk)
                    yield chunk
        except OSError as error:
            self.findings.append(found("tag-file-unreadable", shown(name), f"it could not be read: {error.strerror}"))
            return
        self.digests[name] = digest.hexdigests()

    def report(self, name: str, faults: Iterable[Fault]) -> None:
        """Turn the faults of a tag file into findings."""
        self.findings.extend(self.as_findings(name, faults))

    def as_findings(self, name: str, faults: Iterable[Fault]) -> list[Finding]:
        """Return the faults of a tag file as findings; the drafts before 1.0 did not forbid a repeated line."""
        old = self.version is not None and self.version.startswith("0.")
        softer = {"entry-twice": Severity.WARNING} if old else {}
        return [found(f.code, f"{name}:{f.line}", f.says, severity=softer.get(f.code)) for f in faults]

    def declaration(self) -> Declaration | None:
        """Read ``bagit.txt``."""
        name = "bagit.txt"
        if name not in self.tags:
            return None
        kept = b""
        for chunk in self.octets(name):
            kept += chunk[: MAX_DECLARATION + 1 - len(kept)]
        if name not in self.digests:
            return None
        declaration = parse_declaration(kept)
        self.version = declaration.version
        self.report(name, declaration.faults)
        return declaration

    def info(self, name: str, codec: str) -> tuple[tuple[str, str], ...]:
        """Read the fields of the bag's metadata file."""
        if name not in self.tags:
            return ()
        if self.tags[name].size > MAX_INFO:
            self.findings.append(found("limit-exceeded", name, f"it has over {MAX_INFO} octets; it is not read"))
            return ()
        faults: list[Fault] = []
        octets = self.octets(name)
        fields = tuple(info_fields(numbered_lines(octets, codec, faults), faults))
        _drain(octets)
        self.report(name, faults)
        return fields

    def fetch(self, codec: str, entries: Mapping[str, Entry]) -> dict[str, FetchLine] | None:
        """Read ``fetch.txt``: what it promises, by the path that it means."""
        name = "fetch.txt"
        if name not in self.tags:
            return None
        faults: list[Fault] = []
        promised: dict[str, FetchLine] = {}
        octets = self.octets(name)
        for line in fetch_lines(numbered_lines(octets, codec, faults), faults):
            path = _place(line.path, line.line, self.version, entries, faults)
            if path is None:
                continue
            if not path.startswith(_PAYLOAD):
                faults.append(Fault("fetch-not-payload", line.line, f"{shown(path)!r} is no payload file"))
            elif path in promised:
                faults.append(Fault("entry-twice", line.line, f"{shown(path)!r} is listed before"))
            elif len(promised) >= MAX_ENTRIES:
                faults.append(Fault("limit-exceeded", line.line, f"over {MAX_ENTRIES} lines; the rest is not read"))
                break
            else:
                promised[path] = line
        _drain(octets)
        self.report(name, faults)
        return promised

    def manifest(self, name: str, algorithm: str, of_tags: bool, codec: str, files: Mapping[str, Entry]) -> Manifest:
        """Read one manifest and match its paths with the files that it may list."""
        faults: list[Fault] = []
        entries: dict[str, str] = {}
        known = algorithm if algorithm in ALGORITHMS else None
        octets = self.octets(name)
        if known is not None:
            for line in manifest_lines(numbered_lines(octets, codec, faults), faults):
                if len(entries) >= MAX_ENTRIES:
                    faults.append(Fault("limit-exceeded", line.line, f"over {MAX_ENTRIES} lines; the rest is not read"))
                    break
                _enter(line, _DIGITS[known], of_tags, self.version, files, entries, faults)
        _drain(octets)
        return Manifest(name, known, of_tags, entries, tuple(self.as_findings(name, faults)))

    def seal(self) -> str | None:
        """Return the SHA-256 of the strongest tag manifest, reading it when nobody did."""
        named = {algorithm: name for name, algorithm, tag in self.manifest_names if tag}
        best = strongest(named)
        if best is None:
            return None
        name = named[best]
        if name not in self.digests:
            _drain(self.octets(name))
        return self.digests.get(name, {}).get("sha256")


def _drain(octets: Iterator[bytes]) -> None:
    """Read on to the end: the digest of a file is of all of it, understood or not."""
    for _chunk in octets:
        pass


def _enter(
    line: ManifestLine,
    size: int,
    of_tags: bool,
    version: str | None,
    files: Mapping[str, Entry],
    entries: dict[str, str],
    faults: list[Fault],
) -> None:
    """Enter one line of a manifest, or the fault that keeps it out."""
    digest = line.digest.lower()
    if len(digest) != size or not _is_hex(digest):
        says = f"{line.digest[:140]!r} is no digest of {size} hexadecimal digits"
        faults.append(Fault("digest-malformed", line.line, says))
        return
    if "%" not in line.path and line.path in files:
        path: str | None = line.path
    else:
        path = _place(line.path, line.line, version, files, faults)
    if path is None:
        return
    if of_tags and path.startswith(_PAYLOAD):
        faults.append(Fault("tagmanifest-lists-payload", line.line, f"{shown(path)!r} is a payload file"))
    elif of_tags and path.startswith("tagmanifest-"):
        faults.append(Fault("tagmanifest-lists-tagmanifest", line.line, f"{shown(path)!r} is a tag manifest"))
    elif not of_tags and not path.startswith(_PAYLOAD):
        faults.append(Fault("entry-outside-payload", line.line, f"{shown(path)!r} is not below data/"))
    elif path not in entries:
        entries[path] = digest
    elif entries[path] == digest:
        faults.append(Fault("entry-twice", line.line, f"{shown(path)!r} is listed before, with this digest"))
    else:
        faults.append(Fault("entry-conflict", line.line, f"{shown(path)!r} is listed before, with another digest"))


def _is_hex(digest: str) -> bool:
    try:
        bytes.fromhex(digest)
    except ValueError:
        return False
    return True


def _place(written: str, line: int, version: str | None, files: Mapping[str, Entry], faults: list[Fault]) -> str | None:
    """Return the path in the bag that a tag file means by what it writes; ``None`` when it leads out of the bag."""
    if written.startswith("*") and written not in files:
        faults.append(Fault("md5sum-asterisk", line, f"an asterisk stands before the path: {written[:120]!r}"))
        written = written[1:]
    path = decode_path(written, version)
    fault = path_fault(path) or path_fault(written)
    if fault is not None:
        faults.append(Fault("path-leaves-bag", line, f"the path {fault}: {written[:120]!r}"))
        return None
    if path not in files and written in files:
        faults.append(Fault("percent-literal", line, f"read as it stands, not as escapes: {written[:120]!r}"))
        path = written
    elif not (version or "1.0").startswith("0.") and encode_path(path) != _upper_escapes(written):
        faults.append(Fault("percent-literal", line, f"a percent sign is not written %25: {written[:120]!r}"))
    parts = path.split("/")
    if "" in parts or "." in parts:
        faults.append(Fault("path-not-plain", line, f"an empty or '.' part is left out: {written[:120]!r}"))
        path = "/".join(part for part in parts if part not in {"", "."})
    return path or None


def _upper_escapes(written: str) -> str:
    return re.sub(r"%0[ad]", lambda match: match[0].upper(), written)


def normal(path: str) -> str:
    """Return a path in normalisation form C, to compare names that only differ in form."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)
