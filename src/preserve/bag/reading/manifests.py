"""Manifests: what they list, matched with what is there.

Scope: the entries of one manifest with the faults of its lines, and several manifests taken together. Not in scope:
the form of a line (``tagfiles``), reading octets (``look``), whether a file has the digest that it should have
(``checks``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from preserve.bag.containers import MANY, Digests, Entry, new_digests, printable
from preserve.bag.limits import Allowance
from preserve.bag.model import Fault, path_fault
from preserve.bag.reading.tagfiles import ManifestLine, decode_path, encode_path, read_lines, read_manifest_lines
from preserve.digests import DIGITS
from preserve.findings import Finding

__all__ = [
    "MAX_ABSENT",
    "PAYLOAD",
    "Claims",
    "Lines",
    "Manifest",
    "match_claims",
    "normal_form",
    "read_manifest",
    "read_plain_manifest",
    "resolve_path",
]

PAYLOAD = "data/"

MAX_ABSENT = 100_000
"""Lines of one manifest that may name no file of the bag, and files that may be yet to be fetched."""

_MAX_MARKS = 256
"""Combining marks in a row up to which names are compared in form; UAX #15 takes 30 for enough in any language."""

_ASCII_LIKE = frozenset({"ascii", "utf-8"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest, its paths matched with the listing.

    Attributes:
        name: Its file name.
        algorithm: BagIt's name of its algorithm; ``None`` when we do not know it.
        of_tags: Whether it is a tag manifest.
        entries: Lower-case hexadecimal digest by path; a path that the listing lacks is as the manifest means it.
        findings: What is wrong with its name and lines.
        read: Whether its octets could be read to their end.
    """

    name: str
    algorithm: str | None
    of_tags: bool
    entries: Mapping[str, str]
    findings: tuple[Finding, ...]
    read: bool

    @property
    def whole(self) -> bool:
        """Whether all of its lines were looked at."""
        return self.read and not any(each.code == "limit-exceeded" for each in self.findings)

    @property
    def tells_all(self) -> bool:
        """Whether a file that it does not list is not listed."""
        return self.whole and self.algorithm is not None


@dataclass(frozen=True, slots=True)
class Claims:
    """Files matched with the manifests that list them.

    Attributes:
        expected: Digest by algorithm, by path.
        renamed: Pairs of the path as listed and as it is on the disk, which differ in normalisation form or encoding
            only.
        missing: Listed, and no such file.
        unlisted: There, and in no manifest of an algorithm that we know; found anew each time that it is gone through.
    """

    expected: Mapping[str, Mapping[str, str]]
    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unlisted: Iterable[str]


def match_claims(manifests: Iterable[Manifest], files: Mapping[str, Entry], codec: str = "utf-8") -> Claims:
    """Return what manifests of one kind say together of the files that they may list.

    Args:
        manifests: They.
        files: The files.
        codec: Python's name of the encoding of the tag files: names that are not UTF-8 may be in it too.
    """
    listed = _Listed(tuple((each.algorithm, each.entries) for each in manifests if each.algorithm is not None))
    if listed.is_exactly(files):
        return Claims(listed, (), (), ())
    absent = [path for path in listed if path not in files]
    unlisted = _Unlisted(files, listed)
    if absent:
        by_form = {normal_form(path): path for path in reversed(absent)}
        renamed = {}
        for here in unlisted:
            path = by_form.pop(normal_form(_read_as(here, codec)), None)
            if path is not None:
                renamed[here] = path
        listed.renamed = renamed
    gone = set(listed.renamed.values())
    missing = tuple(path for path in absent if path not in gone)
    return Claims(listed, tuple((path, here) for here, path in listed.renamed.items()), missing, unlisted)


@dataclass(frozen=True, slots=True)
class _Unlisted:
    """Files that no manifest lists, whatever the form of their names: there may be a million."""

    files: Mapping[str, Entry]
    listed: Mapping[str, Mapping[str, str]]

    def __iter__(self) -> Iterator[str]:
        return (path for path in self.files if path not in self.listed)


def _read_as(path: str, codec: str) -> str:
    """Return a path whose octets are not UTF-8 as some encoding has it; any other as it is."""
    if path.isascii():
        return path
    octets = path.encode("utf-8", "surrogateescape")
    for each in ("utf-8", codec):
        with suppress(UnicodeError):  # not each decoder raises that of decoding
            return octets.decode(each)
    return path


class _Listed(Mapping[str, Mapping[str, str]]):
    """What manifests list, by path and algorithm; made when it is asked for: a bag may have a million files.

    Args:
        manifests: The algorithm of each, and its digests by path.

    Attributes:
        renamed: Paths as they are on the disk, to paths as they are listed, where these differ.
    """

    __slots__ = ("_manifests", "renamed")

    def __init__(self, manifests: tuple[tuple[str, Mapping[str, str]], ...]) -> None:
        self._manifests = manifests
        self.renamed: dict[str, str] = {}

    def is_exactly(self, files: Mapping[str, Entry]) -> bool:
        """Whether every manifest lists all of these files and no others, as those of most bags do."""
        return bool(self._manifests) and all(entries.keys() == files.keys() for _algorithm, entries in self._manifests)

    def __getitem__(self, path: str) -> Mapping[str, str]:
        listed = self.renamed.get(path, path)
        digests = {algorithm: entries[listed] for algorithm, entries in self._manifests if listed in entries}
        if not digests:
            raise KeyError(path)
        return digests

    def __contains__(self, path: object) -> bool:
        listed = self.renamed.get(path, path) if isinstance(path, str) else path
        for _algorithm, entries in self._manifests:  # noqa: SIM110 - asked for each file of each bag
            if listed in entries:
                return True
        return False

    def __iter__(self) -> Iterator[str]:
        here = {listed: path for path, listed in self.renamed.items()}
        for number, (_algorithm, entries) in enumerate(self._manifests):
            before = self._manifests[:number]
            for path in entries:
                if not any(path in others for _other, others in before):
                    yield here.get(path, path)

    def __len__(self) -> int:
        return sum(1 for _path in self)


@dataclass(frozen=True, slots=True)
class Lines:
    """The octets of one manifest, with what is needed to understand them.

    Attributes:
        chunks: The octets.
        codec: Python's name of their encoding.
        algorithm: BagIt's name of the algorithm, one that we know.
        of_tags: Whether it is a tag manifest.
        version: The version of BagIt that the bag declares; ``None`` when it declares none.
        allowance: What may yet be kept of lines that name no file.
    """

    chunks: Iterable[bytes]
    codec: str
    algorithm: str
    of_tags: bool
    version: str | None
    allowance: Allowance = field(default_factory=Allowance)


def read_manifest(lines: Lines, files: Mapping[str, Entry], faults: list[Fault]) -> Mapping[str, str]:
    """Return the digest by path that a manifest gives.

    Args:
        lines: The manifest.
        files: The files that it may list, as they are there.
        faults: Where lines are put that give nothing.
    """
    whole = lines.chunks[0] if isinstance(lines.chunks, tuple) and len(lines.chunks) == 1 else None
    if whole is not None and lines.codec in _ASCII_LIKE and len(files) <= MANY:
        entries = read_plain_manifest(whole, lines.algorithm, of_tags=lines.of_tags)
        if entries is not None and all(lines.allowance.take(path) for path in entries if path not in files):
            return entries
    return _line_by_line(lines, files, faults)


def read_plain_manifest(octets: bytes, algorithm: str, *, of_tags: bool) -> dict[str, str] | None:
    """Read a manifest of which no line leaves anything to say; ``None`` when it is not such a one.

    Most are: lower-case digests, two spaces, paths of letters, digits, ``_``, ``-`` and dots, each path once. All
    lines are taken by one pattern, which is the same as reading them one by one: a property test says so.
    """
    whole, line = _plain_forms(algorithm, of_tags)
    if whole.fullmatch(octets) is None:
        return None
    pairs = line.findall(octets.decode("ascii"))
    entries = {path: digest for digest, path in pairs}
    return entries if len(entries) == len(pairs) and len(entries) <= MAX_ABSENT else None


@lru_cache(maxsize=32)
def _plain_forms(algorithm: str, of_tags: bool) -> tuple[re.Pattern[bytes], re.Pattern[str]]:
    digest = f"[0-9a-f]{{{DIGITS[algorithm]}}}"
    below = "(?!data/|tagmanifest-)" if of_tags else PAYLOAD
    # A part that starts with a dot may be one that leads out of the bag: left to the slower reading.
    part = "[A-Za-z0-9_-][A-Za-z0-9_.-]*+"
    path = f"{below}{part}(?:/{part})*+"
    return re.compile(f"(?:{digest}  {path}\n)*+".encode()), re.compile("(.+)  (.+)\n")


def _line_by_line(lines: Lines, files: Mapping[str, Entry], faults: list[Fault]) -> Mapping[str, str]:
    entries = new_digests(files, DIGITS[lines.algorithm])
    absent = 0
    for line in read_manifest_lines(read_lines(lines.chunks, lines.codec, faults), faults):
        path = _enter(line, lines, files, entries, faults)
        if path is None or path in files:
            continue
        absent += 1
        if absent >= MAX_ABSENT or not lines.allowance.take(path):
            says = f"{absent} lines up to it name no file; the rest is not read"
            faults.append(Fault("limit-exceeded", line.line, says))
            break
    return entries


def _enter(
    line: ManifestLine, lines: Lines, files: Mapping[str, Entry], entries: dict[str, str] | Digests, faults: list[Fault]
) -> str | None:
    """Enter one line of a manifest, or the fault that keeps it out; return the path that it means."""
    digest = line.digest.lower()
    size = DIGITS[lines.algorithm]
    if len(digest) != size or not _is_hex(digest):
        says = f"{line.digest[:140]!r} is no digest of {size} hexadecimal digits"
        faults.append(Fault("digest-malformed", line.line, says))
        return None
    if "%" not in line.path and line.path in files:
        path: str | None = line.path
    else:
        path = resolve_path(line.path, line.line, lines.version, files, faults)
    if path is None:
        return None
    if lines.of_tags and path.startswith(PAYLOAD):
        faults.append(Fault("tagmanifest-lists-payload", line.line, f"{printable(path)!r} is a payload file"))
    elif lines.of_tags and path.startswith("tagmanifest-"):
        faults.append(Fault("tagmanifest-lists-tagmanifest", line.line, f"{printable(path)!r} is a tag manifest"))
    elif not lines.of_tags and not path.startswith(PAYLOAD):
        says = "is not below data/" if not path.startswith("data\\") else "parts names with backslashes, not with '/'"
        faults.append(Fault("entry-outside-payload", line.line, f"{printable(path)!r} {says}"))
    elif path not in entries:
        entries[path] = digest
    elif entries[path] == digest:
        faults.append(Fault("entry-twice", line.line, f"{printable(path)!r} is listed before, with this digest"))
    else:
        faults.append(Fault("entry-conflict", line.line, f"{printable(path)!r} is listed before, with another digest"))
    return path


def _is_hex(digest: str) -> bool:
    try:
        bytes.fromhex(digest)
    except ValueError:
        return False
    return True


def resolve_path(
    written: str, line: int, version: str | None, files: Mapping[str, Entry], faults: list[Fault]
) -> str | None:
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
    if not path:
        faults.append(Fault("path-leaves-bag", line, f"the path is that of the bag itself: {written[:120]!r}"))
    return path or None


def _upper_escapes(written: str) -> str:
    return re.sub(r"%0[ad]", lambda match: match[0].upper(), written)


def normal_form(path: str) -> str:
    """Return a path in normalisation form C, to compare names that only differ in form.

    One with more marks in a row than any text needs is returned as it is: the time to sort them grows with the square
    of their number.
    """
    if path.isascii() or (len(path) > _MAX_MARKS and _marks(path) > _MAX_MARKS):
        return path
    return unicodedata.normalize("NFC", path)


def _marks(path: str) -> int:
    """Return how many combining marks follow each other in a path, at most."""
    runs = groupby(path, lambda char: unicodedata.combining(char) > 0)
    return max((sum(1 for _mark in run) for marks, run in runs if marks), default=0)
