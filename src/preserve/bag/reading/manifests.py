"""Manifests: what they list, matched with what is there.

:func:`read_manifest` gives the entries of one manifest and the faults of its lines; :func:`match_claims` takes several
manifests together. Whether a file has the digest that it should have is for ``fixity``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from preserve.bag.containers import DigestTable, Entry, new_digests, printable
from preserve.bag.limits import LIMITS, Allowance, Limits
from preserve.bag.model import Fault, path_fault
from preserve.bag.reading.tagfiles import ManifestLine, decode_path, encode_path, read_lines, read_manifest_lines
from preserve.digests import DIGITS
from preserve.findings import Finding

__all__ = [
    "PAYLOAD",
    "Claims",
    "Manifest",
    "ManifestText",
    "match_claims",
    "normal_form",
    "read_manifest",
    "read_plain_manifest",
    "resolve_path",
]

PAYLOAD = "data/"
"""How the path of every payload file begins (RFC 8493 2.1.2)."""

_MAX_MARKS = 256
"""Combining marks in a row up to which the forms of names are compared; UAX #15 takes 30 for enough in any language."""

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
        read: Whether it could be read to its end.
    """

    name: str
    algorithm: str | None
    of_tags: bool
    entries: Mapping[str, str]
    findings: tuple[Finding, ...]
    read: bool

    @property
    def is_whole(self) -> bool:
        """Whether all of its lines were looked at."""
        return self.read and not any(each.code == "limit-exceeded" for each in self.findings)

    @property
    def is_exhaustive(self) -> bool:
        """Whether its silence counts: a file that is not among its entries is not listed in it."""
        return self.is_whole and self.algorithm is not None


@dataclass(frozen=True, slots=True)
class Claims:
    """Files matched with the manifests that list them.

    Attributes:
        expected: Digest by algorithm, by path.
        renamed: Pairs of a path as it is listed and as it is on the disk, where these differ in normalisation form or
            encoding only.
        missing: Paths that are listed, and of which there is no file.
        unlisted: Paths of files in no manifest of an algorithm that we know; found anew by each iteration.
    """

    expected: Mapping[str, Mapping[str, str]]
    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unlisted: Iterable[str]


def match_claims(manifests: Iterable[Manifest], files: Mapping[str, Entry], codec: str = "utf-8") -> Claims:
    """Return what manifests of one kind claim together of the files that they may list.

    Args:
        manifests: The payload manifests, or the tag manifests.
        files: The payload files, or the tag files.
        codec: Python's name of the encoding of the tag files: names that are not UTF-8 may be in it too.
    """
    listed = _Listed(tuple((each.algorithm, each.entries) for each in manifests if each.algorithm is not None))
    if listed.is_exactly(files):
        return Claims(listed, (), (), ())
    absent = [path for path in listed if path not in files]
    unlisted = _Unlisted(files, listed)
    if absent:
        # Reversed: of several listed paths in one form, the file is that of the first.
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
    """The files that no manifest lists, whatever the form of their names: there may be a million."""

    files: Mapping[str, Entry]
    listed: Mapping[str, Mapping[str, str]]

    def __iter__(self) -> Iterator[str]:
        return (path for path in self.files if path not in self.listed)


def _read_as(path: str, codec: str) -> str:
    """Return a path whose bytes are not UTF-8 as they read in some encoding, and any other as it is."""
    if path.isascii():
        return path
    octets = path.encode("utf-8", "surrogateescape")
    for each in ("utf-8", codec):
        with suppress(UnicodeError):  # some decoders raise others than UnicodeDecodeError
            return octets.decode(each)
    return path


class _Listed(Mapping[str, Mapping[str, str]]):
    """What manifests list, by path and algorithm, put together when it is asked for: a bag may have a million files.

    Args:
        manifests: The algorithm of each manifest, and its digests by path.

    Attributes:
        renamed: By path as it is on the disk, the path as it is listed, where these differ.
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
class ManifestText:
    """The text of one manifest, with what is needed to understand it.

    Attributes:
        chunks: Its bytes; a tuple of one chunk when it is in memory.
        codec: Python's name of their encoding.
        algorithm: BagIt's name of the algorithm, one that we know.
        of_tags: Whether it is a tag manifest.
        version: The version of BagIt that the bag declares; ``None`` when it declares none.
        allowance: What may yet be kept of lines that name no file.
        limits: How much is read and kept.
    """

    chunks: Iterable[bytes]
    codec: str
    algorithm: str
    of_tags: bool
    version: str | None
    allowance: Allowance = field(default_factory=Allowance)
    limits: Limits = LIMITS


def read_manifest(text: ManifestText, files: Mapping[str, Entry], faults: list[Fault]) -> Mapping[str, str]:
    """Return the digest by path that a manifest gives.

    Args:
        text: The manifest.
        files: The files that are there and that it may list.
        faults: Gets what is wrong with its lines.
    """
    limits = text.limits
    whole = text.chunks[0] if isinstance(text.chunks, tuple) and len(text.chunks) == 1 else None
    if whole is not None and text.codec in _ASCII_LIKE and len(files) <= limits.table_entries:
        entries = read_plain_manifest(whole, text.algorithm, of_tags=text.of_tags)
        if entries is not None and _are_allowed(entries, files, text):
            return entries
    return _read_lines(text, files, faults)


def _are_allowed(entries: Mapping[str, str], files: Mapping[str, Entry], text: ManifestText) -> bool:
    absent = (path for path in entries if path not in files)
    return len(entries) <= text.limits.absent_lines and all(map(text.allowance.take, absent))


def read_plain_manifest(data: bytes, algorithm: str, *, of_tags: bool) -> dict[str, str] | None:
    """Read a manifest that is plain: one of which no line gives rise to a fault.

    Most are: lower-case digests, two spaces, paths of letters, digits, ``_``, ``-`` and dots, each path once. One
    pattern takes all lines, with the same result as reading them one by one; a property test says so.

    Args:
        data: The manifest.
        algorithm: BagIt's name of its algorithm.
        of_tags: Whether it is a tag manifest.

    Returns:
        Digest by path; ``None`` when the manifest is not plain.
    """
    whole, line = _plain_patterns(algorithm, of_tags)
    if whole.fullmatch(data) is None:
        return None
    pairs = line.findall(data.decode("ascii"))
    entries = {path: digest for digest, path in pairs}
    return entries if len(entries) == len(pairs) else None


@lru_cache(maxsize=32)
def _plain_patterns(algorithm: str, of_tags: bool) -> tuple[re.Pattern[bytes], re.Pattern[str]]:
    digest = f"[0-9a-f]{{{DIGITS[algorithm]}}}"
    below = "(?!data/|tagmanifest-)" if of_tags else PAYLOAD
    # A part that starts with a dot may lead out of the bag, so the slower reading looks at it. The possessive ``*+``
    # keeps the time linear: a manifest that is not plain is found out without trying every way to match it.
    part = "[A-Za-z0-9_-][A-Za-z0-9_.-]*+"
    path = f"{below}{part}(?:/{part})*+"
    return re.compile(f"(?:{digest}  {path}\n)*+".encode()), re.compile("(.+)  (.+)\n")


def _read_lines(text: ManifestText, files: Mapping[str, Entry], faults: list[Fault]) -> Mapping[str, str]:
    limits = text.limits
    entries = new_digests(files, DIGITS[text.algorithm], limits.table_entries)
    absent = 0
    for line in read_manifest_lines(read_lines(text.chunks, text.codec, faults, limits), faults):
        path = _enter_line(line, text, files, entries, faults)
        if path is None or path in files:
            continue
        absent += 1
        if absent >= limits.absent_lines or not text.allowance.take(path):
            says = f"{absent} lines up to it name no file; the rest is not read"
            faults.append(Fault("limit-exceeded", line.line, says))
            break
    return entries


def _enter_line(
    line: ManifestLine,
    text: ManifestText,
    files: Mapping[str, Entry],
    entries: dict[str, str] | DigestTable,
    faults: list[Fault],
) -> str | None:
    """Enter one line of a manifest, or the fault that keeps it out; return the path that it means."""
    digest = line.digest.lower()
    size = DIGITS[text.algorithm]
    if len(digest) != size or not _is_hex(digest):
        says = f"{line.digest[:140]!r} is no digest of {size} hexadecimal digits"
        faults.append(Fault("digest-malformed", line.line, says))
        return None
    # Listed paths were checked when the bag was listed, so this one needs no second look: it is most lines' way.
    if "%" not in line.path and line.path in files:
        path: str | None = line.path
    else:
        path = resolve_path(line.path, line.line, text.version, files, faults)
    if path is None:
        return None
    if text.of_tags and path.startswith(PAYLOAD):
        faults.append(Fault("tagmanifest-lists-payload", line.line, f"{printable(path)!r} is a payload file"))
    elif text.of_tags and path.startswith("tagmanifest-"):
        faults.append(Fault("tagmanifest-lists-tagmanifest", line.line, f"{printable(path)!r} is a tag manifest"))
    elif not text.of_tags and not path.startswith(PAYLOAD):
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
    """Return the path in the bag that a tag file means by what it writes.

    Args:
        written: The path as it is written.
        line: The number of its line.
        version: The version of BagIt that the bag declares.
        files: What is there. A path that is there as it is written decides between two ways to read it.
        faults: Gets what is odd about it.

    Returns:
        The path; ``None`` when it leads out of the bag.
    """
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
    """Return a path in normalisation form C, to compare names that differ only in form (RFC 8493 6.1.2).

    A path with more marks in a row than any text needs is returned as it is: the time to sort them grows with the
    square of their number.
    """
    if path.isascii() or (len(path) > _MAX_MARKS and _marks(path) > _MAX_MARKS):
        return path
    return unicodedata.normalize("NFC", path)


def _marks(path: str) -> int:
    """Return the length of the longest row of combining marks in a path."""
    runs = groupby(path, lambda char: unicodedata.combining(char) > 0)
    return max((sum(1 for _mark in run) for marks, run in runs if marks), default=0)
