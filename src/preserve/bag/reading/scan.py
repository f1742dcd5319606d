"""The scan of a bag: its listing, and what its tag files say.

Each tag file is read once and hashed while it is read; no payload file is read. What could not be understood on the way
is told with the rest. Whether the bag is right is for the checks, which look at a :class:`ScannedBag`.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from preserve.bag.containers import Container, Entry, EntryKind, EntryTable, printable, split_files
from preserve.bag.limits import Allowance, BoundedList, Limits
from preserve.bag.model import Depth, Fault, Form, strongest
from preserve.bag.reading.manifests import (
    PAYLOAD,
    Claims,
    Manifest,
    ManifestText,
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

__all__ = ["ManifestName", "ScannedBag", "scan_bag"]

_MANIFEST = re.compile(r"(?P<tag>tag)?manifest-(?P<algorithm>[^/]+)\.txt")


class ManifestName(NamedTuple):
    """What the file name of a manifest says (RFC 8493 2.1.3 and 2.2.1).

    Attributes:
        name: The file name.
        algorithm: BagIt's name of the algorithm; as it is written where we do not know it.
        of_tags: Whether it is a tag manifest.
    """

    name: str
    algorithm: str
    of_tags: bool


@dataclass(frozen=True, slots=True)
class ScannedBag:
    """What a scan of a bag gave.

    Attributes:
        container: Where the bag lies.
        depth: How deep it is to be verified.
        name: The name of its base directory.
        entries: Everything that is there, by path.
        files: The files among the entries, by path.
        payload: The files below ``data/``, by path.
        tags: The other files, by path.
        declaration: What ``bagit.txt`` declares; ``None`` when there is no such file.
        info: The fields of ``bag-info.txt``, label and value, in its order.
        manifests: The payload manifests; none at depth ``oxum``, as of the tag manifests.
        tag_manifests: The tag manifests.
        manifest_files: The file names of all manifests that are there, read or not.
        claims: Payload files matched with the payload manifests.
        tag_claims: Tag files matched with the tag manifests.
        fetch: Files that ``fetch.txt`` promises, by path; ``None`` when there is no such file.
        digests: The digests by algorithm of the tag files that were read, by path.
        seal: The SHA-256 of the strongest tag manifest; ``None`` when none could be read.
        findings: What was found while listing, and while reading tag files other than manifests.
        unread: Folders that could not be listed.
        threads: How many threads may hash its payload.
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
    manifest_files: tuple[ManifestName, ...]
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
        """The version of BagIt that it declares; ``None`` when it declares none."""
        return self.declaration.version if self.declaration else None

    @property
    def is_old(self) -> bool:
        """Whether it declares a draft before 1.0; a bag that declares nothing is held to 1.0."""
        return self.version is not None and self.version.startswith("0.")

    def is_unknown(self, path: str) -> bool:
        """Tell whether a path lies below a folder that could not be listed: something may be there."""
        while self.unread and path:
            path = path.rpartition("/")[0]
            if path in self.unread:
                return True
        return False

    def manifest_names(self, *, of_tags: bool) -> Iterator[tuple[str, str]]:
        """Give the file name of each manifest of one kind, and its algorithm as BagIt would write it."""
        return ((name, algorithm) for name, algorithm, tag in self.manifest_files if tag is of_tags)


def _manifest_files(tags: Iterable[str]) -> tuple[ManifestName, ...]:
    matches = ((name, _MANIFEST.fullmatch(name)) for name in sorted(tags))
    return tuple(
        ManifestName(name, _algorithm(match["algorithm"]), bool(match["tag"])) for name, match in matches if match
    )


@lru_cache(maxsize=64)
def _algorithm(written: str) -> str:
    try:
        return algorithm_name(written)
    except UsageError:
        return printable(written)


def scan_bag(container: Container, depth: Depth, *, threads: int = 1) -> ScannedBag:
    """List a bag and read its tag files.

    Args:
        container: Where it lies; its limits hold.
        depth: At ``oxum`` no manifest is read, but for the tag manifest that the seal is of.
        threads: How many threads may hash the payload later.

    Raises:
        BagError: The container could not be listed.
    """
    listing = container.listing()
    entries = listing.entries
    files, payload, tags = split_files(entries, PAYLOAD) if isinstance(entries, EntryTable) else _split(entries)
    reader = _TagFileReader(container, tags, BoundedList(listing.findings, container.limits))
    declaration = reader.declaration()
    version, codec = (declaration.version, declaration.encoding) if declaration else (None, "utf-8")
    # Drafts 0.93 to 0.95 name the file of the fields package-info.txt.
    info = reader.info("package-info.txt" if version in {"0.93", "0.94", "0.95"} else "bag-info.txt", codec)
    wanted = reader.manifest_files if depth is not Depth.OXUM else ()
    read = [reader.manifest(each, codec, tags if each.of_tags else payload) for each in wanted]
    manifests = tuple(each for each in read if not each.of_tags)
    tag_manifests = tuple(each for each in read if each.of_tags)
    # After the manifests: what these list decides how a path of fetch.txt is read.
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
        manifest_files=reader.manifest_files,
        claims=match_claims(manifests, payload, codec),
        tag_claims=match_claims(tag_manifests, tags, codec),
        fetch=fetch,
        digests=reader.digests,
        seal=seal,
        findings=tuple(reader.findings),
        unread=frozenset(listing.unread),
        threads=threads,
    )


def _split(entries: Mapping[str, Entry]) -> tuple[Mapping[str, Entry], Mapping[str, Entry], Mapping[str, Entry]]:
    payload, tags = dict[str, Entry](), dict[str, Entry]()
    for path, entry in entries.items():
        if entry.kind is EntryKind.FILE:
            (payload if path.startswith(PAYLOAD) else tags)[path] = entry
    return ChainMap(payload, tags), payload, tags


@dataclass(slots=True)
class _TagFileReader:
    """Reads the tag files of one bag; keeps their digests, and what is wrong with them.

    Attributes:
        container: Where the bag lies.
        tags: Its tag files, by path.
        findings: What was found so far.
        version: The version of BagIt that the bag declares, once that was read.
        digests: The digests by algorithm of the tag files that were read to their end, by path.
        manifest_files: The file names of its manifests.
        algorithms: Those of its tag manifests that we know: every tag file is hashed with them.
        allowance: What may yet be kept of lines that name no file.
        manifests_left: How many manifests may yet be read.
    """

    container: Container
    tags: Mapping[str, Entry]
    findings: list[Finding]
    version: str | None = None
    digests: dict[str, dict[str, str]] = field(default_factory=dict)
    manifest_files: tuple[ManifestName, ...] = field(init=False)
    algorithms: tuple[str, ...] = field(init=False)
    allowance: Allowance = field(init=False)
    manifests_left: int = field(init=False)

    def __post_init__(self) -> None:
        self.manifest_files = _manifest_files(self.tags)
        known = {algorithm for _name, algorithm, tag in self.manifest_files if tag and algorithm in ALGORITHMS}
        self.algorithms = tuple(sorted(known))
        self.allowance = Allowance(self.limits)
        self.manifests_left = self.limits.manifests

    @property
    def limits(self) -> Limits:
        """How much is read and kept."""
        return self.container.limits

    def _new_faults(self) -> list[Fault]:
        return BoundedList[Fault](limits=self.limits)

    def chunks(self, name: str) -> Iterable[bytes]:
        """Give the bytes of a tag file, and keep its digests when it has come to its end.

        A file that is not large comes whole, as a tuple of one, and its digests are kept at once.
        """
        if self.tags[name].size > self.limits.whole_tag_file:
            return self._stream(name)
        return (b"".join(self._stream(name)),)

    def _stream(self, name: str) -> Iterator[bytes]:
        # No tag manifest lists a tag manifest (RFC 8493 2.2.1). One of them gives the seal, which is a SHA-256.
        algorithms = ("sha256",) if name.startswith("tagmanifest-") else self.algorithms
        digest = MultiDigest(algorithms)
        try:
            for _entry, chunks in self.container.contents((self.tags[name],)):
                for chunk in chunks:
                    digest.update(chunk)
                    yield chunk
        except OSError as error:
            said = Finding.of("tag-file-unreadable", printable(name), f"it could not be read: {error.strerror}")
            if said not in self.findings:  # the seal may ask for a file that was tried before
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
        if isinstance(faults, BoundedList) and faults.left_off:
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
        for chunk in self.chunks(name):
            kept += chunk[: MAX_DECLARATION + 1 - len(kept)]
        if name not in self.digests:
            return None
        declaration = parse_declaration(kept)
        self.version = declaration.version
        self.report(name, declaration.faults)
        return declaration

    def info(self, name: str, codec: str) -> tuple[tuple[str, str], ...]:
        """Read the fields of the bag's metadata file."""
        limits = self.limits
        if name not in self.tags:
            return ()
        if self.tags[name].size > limits.info:
            self.findings.append(Finding.of("limit-exceeded", name, f"it has over {limits.info} bytes; it is not read"))
            return ()
        faults = self._new_faults()
        chunks = self.chunks(name)
        if codec == "utf-8" and isinstance(chunks, tuple) and (plain := read_plain_info(chunks[0], limits)) is not None:
            return plain
        lines = read_lines(chunks, codec, faults, limits, most=limits.info_lines)
        fields = tuple(read_info_fields(lines, faults))
        _drain(chunks)
        self.report(name, faults)
        return fields

    def fetch(
        self, codec: str, entries: Mapping[str, Entry], manifests: Iterable[Manifest]
    ) -> dict[str, FetchLine] | None:
        """Read ``fetch.txt``: what it promises, by the path that it means."""
        name = "fetch.txt"
        if name not in self.tags:
            return None
        faults = self._new_faults()
        promised: dict[str, FetchLine] = {}
        known = (entries, *(manifest.entries for manifest in manifests))
        chunks = self.chunks(name)
        for line in read_fetch_lines(read_lines(chunks, codec, faults, self.limits), faults):
            path = resolve_path(line.path, line.line, self.version, entries, faults)
            if path is None:
                continue
            if self._is_old:
                path = _path_of_bdbag(path, known)
            if not path.startswith(PAYLOAD):
                faults.append(Fault("fetch-not-payload", line.line, f"{printable(path)!r} is no payload file"))
            elif path in promised:
                faults.append(Fault("entry-twice", line.line, f"{printable(path)!r} is listed before"))
            elif len(promised) >= self.limits.absent_lines or not self.allowance.take(path, line.path, line.url):
                faults.append(Fault("limit-exceeded", line.line, f"over {len(promised)} files; the rest is not read"))
                break
            else:
                promised[path] = line
        _drain(chunks)
        self.report(name, faults)
        return promised

    def manifest(self, file: ManifestName, codec: str, files: Mapping[str, Entry]) -> Manifest:
        """Read one manifest and match its paths with the files that it may list."""
        name, algorithm, of_tags = file
        faults = self._new_faults()
        entries: Mapping[str, str] = {}
        known = algorithm if algorithm in ALGORITHMS else None
        chunks = self.chunks(name)
        self.manifests_left -= known is not None
        if self.manifests_left < 0:
            faults.append(Fault("limit-exceeded", 1, f"over {self.limits.manifests} manifests; it is not read"))
        elif known is not None:
            text = ManifestText(chunks, codec, known, of_tags, self.version, self.allowance, self.limits)
            entries = read_manifest(text, files, faults)
        _drain(chunks)
        findings = tuple(self.as_findings(name, faults))
        return Manifest(name, known, of_tags, entries, findings, read=name in self.digests)

    def seal(self) -> str | None:
        """Return the SHA-256 of the strongest tag manifest; read it, when that was not done before."""
        named = {algorithm: name for name, algorithm, tag in self.manifest_files if tag}
        best = strongest(named)
        if best is None:
            return None
        name = named[best]
        if name not in self.digests:
            _drain(self.chunks(name))
        return self.digests.get(name, {}).get("sha256")


def _path_of_bdbag(path: str, known: Iterable[Mapping[str, object]]) -> str:
    """Return the path that bdbag means: it writes %25 in the ``fetch.txt`` of bags whose manifests have a plain %."""
    plain = path.replace("%25", "%")
    if plain == path or any(path in paths for paths in known):
        return path
    return plain if any(plain in paths for paths in known) else path


def _drain(chunks: Iterable[bytes]) -> None:
    """Read on to the end: the digest of a file is of all of it, understood or not."""
    for _chunk in chunks:
        pass
