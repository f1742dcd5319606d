"""One look at a bag: its listing and what its tag files say, each tag file read once and hashed while it is read.

Scope: from a container to values in memory, with what could not be understood on the way. Not in scope: whether the
bag is right (``checks``); payload octets.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from preserve.bag.containers import Container, Entry, EntryKind, Table, printable, split_files
from preserve.bag.limits import Allowance, Bounded
from preserve.bag.model import Depth, Fault, Form, strongest
from preserve.bag.reading.manifests import (
    MAX_ABSENT,
    PAYLOAD,
    Claims,
    Lines,
    Manifest,
    match_claims,
    read_manifest,
    resolve_path,
)
from preserve.bag.reading.tagfiles import (
    MAX_DECLARATION,
    Declaration,
    FetchLine,
    parse_declaration,
    read_fetch_lines,
    read_info_fields,
    read_lines,
    read_plain_info,
)
from preserve.digests import ALGORITHMS, MultiDigest, algorithm_name
from preserve.errors import UsageError
from preserve.findings import Finding, Severity

__all__ = ["ScannedBag", "scan_bag"]

MAX_INFO = 16 << 20
"""Octets that a ``bag-info.txt`` may have."""

MAX_FIELDS = 200_000
"""Lines of it that are read."""

MAX_MANIFESTS = 32
"""Manifests of algorithms that we know that are read: as many as there are algorithms, of payload and of tags."""

_WHOLE = 8 << 20
"""Octets up to which a tag file is read into memory before it is understood."""

_MANIFEST = re.compile(r"(?P<tag>tag)?manifest-(?P<algorithm>[^/]+)\.txt")


@dataclass(frozen=True, slots=True)
class ScannedBag:
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
        threads: How many may hash its payload at once.
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
    unread: Collection[str]
    threads: int

    @property
    def form(self) -> Form:
        """Directory, tar, compressed tar or zip."""
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
        while self.unread and path:
            path = path.rpartition("/")[0]
            if path in self.unread:
                return True
        return False

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
        return printable(written)


def scan_bag(container: Container, depth: Depth, *, threads: int = 1) -> ScannedBag:
    """Look at a bag.

    Args:
        container: Where it lies.
        depth: At ``oxum`` no manifest is read, but for the tag manifest that the seal is of.
        threads: How many may hash the payload at once.

    Raises:
        BagError: The container could not be listed.
    """
    listing = container.listing()
    entries = listing.entries
    files, payload, tags = split_files(entries, PAYLOAD) if isinstance(entries, Table) else _parts(entries)
    reader = _Reader(container, tags, Bounded(listing.findings))
    declaration = reader.declaration()
    version, codec = (declaration.version, declaration.encoding) if declaration else (None, "utf-8")
    info = reader.info("package-info.txt" if version in {"0.93", "0.94", "0.95"} else "bag-info.txt", codec)
    named = reader.manifest_names if depth is not Depth.OXUM else ()
    read = [reader.manifest(*row, codec, payload if not row[2] else tags) for row in named]
    manifests = tuple(each for each in read if not each.of_tags)
    tag_manifests = tuple(each for each in read if each.of_tags)
    fetch = reader.fetch(codec, entries, manifests)
    seal = reader.seal()
    return ScannedBag(
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
        claims=match_claims(manifests, payload, codec),
        tag_claims=match_claims(tag_manifests, tags, codec),
        fetch=fetch,
        digests=reader.digests,
        seal=seal,
        findings=tuple(reader.findings),
        unread=frozenset(listing.unread),
        threads=threads,
    )


def _parts(entries: Mapping[str, Entry]) -> tuple[Mapping[str, Entry], Mapping[str, Entry], Mapping[str, Entry]]:
    payload, tags = dict[str, Entry](), dict[str, Entry]()
    for path, entry in entries.items():
        if entry.kind is EntryKind.FILE:
            (payload if path.startswith(PAYLOAD) else tags)[path] = entry
    return ChainMap(payload, tags), payload, tags


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
    allowance: Allowance = field(default_factory=Allowance)
    manifests_left: int = MAX_MANIFESTS

    def __post_init__(self) -> None:
        self.manifest_names = _named_manifests(self.tags)
        known = {algorithm for _name, algorithm, tag in self.manifest_names if tag and algorithm in ALGORITHMS}
        self.algorithms = tuple(sorted(known))

    def octets(self, name: str) -> Iterable[bytes]:
        """Give the octets of a tag file, all of them, and keep its digests when it has ended.

        A file that is not large comes whole, and its digests are kept at once.
        """
        if self.tags[name].size > _WHOLE:
            return self._streamed(name)
        return (b"".join(self._streamed(name)),)

    def _streamed(self, name: str) -> Iterator[bytes]:
        algorithms = ("sha256",) if name.startswith("tagmanifest-") else self.algorithms
        digest = MultiDigest(algorithms)
        try:
            for _entry, chunks in self.container.contents((self.tags[name],)):
                for chunk in chunks:
                    digest.update(chunk)
                    yield chunk
        except OSError as error:
            said = Finding.of("tag-file-unreadable", printable(name), f"it could not be read: {error.strerror}")
            if said not in self.findings:  # the seal may be asked of a file that was tried before
                self.findings.append(said)
            return
        self.digests[name] = digest.hexdigests()

    @property
    def _is_old(self) -> bool:
        return self.version is not None and self.version.startswith("0.")

    def report(self, name: str, faults: Iterable[Fault]) -> None:
        """Turn the faults of a tag file into findings."""
        self.findings.extend(self.as_findings(name, faults))

    def as_findings(self, name: str, faults: Iterable[Fault]) -> list[Finding]:
        """Return the faults of a tag file as findings; the drafts before 1.0 did not forbid a repeated line."""
        if isinstance(faults, Bounded) and faults.left_off:
            says = f"{faults.left_off} more faults of its lines are left off"
            self.findings.append(Finding.of("limit-exceeded", printable(name), says, severity=Severity.NOTE))
        softer = {"entry-twice": Severity.WARNING} if self._is_old else {}
        return [Finding.of(f.code, f"{printable(name)}:{f.line}", f.says, severity=softer.get(f.code)) for f in faults]

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
            self.findings.append(Finding.of("limit-exceeded", name, f"it has over {MAX_INFO} octets; it is not read"))
            return ()
        faults: list[Fault] = Bounded[Fault]()
        octets = self.octets(name)
        if codec == "utf-8" and isinstance(octets, tuple) and (plain := read_plain_info(octets[0])) is not None:
            return plain
        fields = tuple(read_info_fields(read_lines(octets, codec, faults, most=MAX_FIELDS), faults))
        _drain(octets)
        self.report(name, faults)
        return fields

    def fetch(
        self, codec: str, entries: Mapping[str, Entry], manifests: Iterable[Manifest]
    ) -> dict[str, FetchLine] | None:
        """Read ``fetch.txt``: what it promises, by the path that it means."""
        name = "fetch.txt"
        if name not in self.tags:
            return None
        faults: list[Fault] = Bounded[Fault]()
        promised: dict[str, FetchLine] = {}
        known = (entries, *(manifest.entries for manifest in manifests))
        octets = self.octets(name)
        for line in read_fetch_lines(read_lines(octets, codec, faults), faults):
            path = resolve_path(line.path, line.line, self.version, entries, faults)
            if path is None:
                continue
            if self._is_old:
                path = _bdbags(path, known)
            if not path.startswith(PAYLOAD):
                faults.append(Fault("fetch-not-payload", line.line, f"{printable(path)!r} is no payload file"))
            elif path in promised:
                faults.append(Fault("entry-twice", line.line, f"{printable(path)!r} is listed before"))
            elif len(promised) >= MAX_ABSENT or not self.allowance.take(path, line.path, line.url):
                faults.append(Fault("limit-exceeded", line.line, f"over {len(promised)} files; the rest is not read"))
                break
            else:
                promised[path] = line
        _drain(octets)
        self.report(name, faults)
        return promised

    def manifest(self, name: str, algorithm: str, of_tags: bool, codec: str, files: Mapping[str, Entry]) -> Manifest:
        """Read one manifest and match its paths with the files that it may list."""
        faults: list[Fault] = Bounded[Fault]()
        entries: Mapping[str, str] = {}
        known = algorithm if algorithm in ALGORITHMS else None
        octets = self.octets(name)
        self.manifests_left -= known is not None
        if self.manifests_left < 0:
            faults.append(Fault("limit-exceeded", 1, f"over {MAX_MANIFESTS} manifests; it is not read"))
        elif known is not None:
            lines = Lines(octets, codec, known, of_tags, self.version, self.allowance)
            entries = read_manifest(lines, files, faults)
        _drain(octets)
        findings = tuple(self.as_findings(name, faults))
        return Manifest(name, known, of_tags, entries, findings, read=name in self.digests)

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


def _bdbags(path: str, known: Iterable[Mapping[str, object]]) -> str:
    """Return the path that bdbag means: it writes %25 in ``fetch.txt`` of bags whose manifests have a plain %."""
    plain = path.replace("%25", "%")
    if plain == path or any(path in paths for paths in known):
        return path
    return plain if any(plain in paths for paths in known) else path


def _drain(octets: Iterable[bytes]) -> None:
    """Read on to the end: the digest of a file is of all of it, understood or not."""
    for _chunk in octets:
        pass
