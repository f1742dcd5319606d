"""The words of the bag room: paths, bags to be written, bags written, reports on bags.

A :class:`BagPath` and a :class:`NewBag` exist only when they are valid.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from preserve.findings import Finding

__all__ = [
    "STRENGTH",
    "BagPath",
    "BagReport",
    "Depth",
    "Fault",
    "Form",
    "NewBag",
    "Payload",
    "PayloadFile",
    "Verdict",
    "WrittenBag",
    "is_bag_name",
    "path_fault",
    "strongest",
]

_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")
_SUSPECT = re.compile(r"\A[/~\\%]|\A.:|\.\.|\0")
_FAULTS = (
    (re.compile(r"\Z"), "is empty"),
    (re.compile(r"[^\0]*\0"), "holds a NUL"),
    (re.compile(r"/"), "is absolute"),
    (re.compile(r"\\"), "is a network name or starts at the root of a drive"),
    (re.compile(r"~"), "starts at a home directory"),
    (re.compile(r"[A-Za-z]:"), "names a drive"),
    (re.compile(r"%[A-Za-z_][A-Za-z0-9_()]*%"), "starts with an environment variable"),
    (re.compile(r"(?:.*[/\\])?\.\.(?:[/\\]|\Z)", re.DOTALL), "climbs with '..'"),
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_COUNTED = frozenset({"payload-oxum", "bag-size"})

STRENGTH = (
    "sha512",
    "sha3512",
    "blake2b512",
    "blake2b",
    "sha384",
    "sha3384",
    "sha256",
    "sha3256",
    "blake2s256",
    "blake2s",
    "sha3224",
    "sha224",
    "sha1",
    "md5",
)
"""Every algorithm that we know, the strongest first. The seal of a bag is of the tag manifest that comes first here."""


def strongest(algorithms: Iterable[str]) -> str | None:
    """Return the strongest of some algorithms by :data:`STRENGTH`; ``None`` when we know none of them."""
    return min((name for name in algorithms if name in STRENGTH), key=STRENGTH.index, default=None)


def path_fault(value: str) -> str | None:
    """Return why a path would lead out of a bag, or is no path; ``None`` when it is safe.

    RFC 8493 5.1 and 5.2: the paths of a bag are relative, below its base directory, and hold no special directory
    characters. Drive letters, UNC names and environment variables of Windows are refused on every system, because a
    bag travels.
    """
    if value and _SUSPECT.search(value) is None:
        return None
    return next((says for pattern, says in _FAULTS if pattern.match(value)), None)


def is_bag_name(name: str) -> bool:
    """Tell whether a bag of ours can have a name: only letters, digits, ``.``, ``_`` and ``-``, and not hidden."""
    return _NAME.fullmatch(name) is not None and not name.startswith(".")


@dataclass(frozen=True, slots=True, order=True)
class BagPath:
    """A path inside a bag, relative to its base directory, that cannot lead out of it.

    Attributes:
        value: The path with ``/`` between its parts, as ``data/source/05X1.txt``.

    Raises:
        ValueError: The path is empty, absolute, climbs, names a drive, a UNC place, a home directory or an environment
            variable, holds a NUL or a lone surrogate, or has an empty or ``.`` part.
    """

    value: str

    def __post_init__(self) -> None:
        fault = path_fault(self.value)
        if fault is None and any(part in {"", "."} for part in self.value.split("/")):
            fault = "has an empty or '.' part"
        if fault is None and _SURROGATE.search(self.value):
            fault = "holds a lone surrogate, which UTF-8 cannot say"
        if fault is not None:
            raise ValueError(f"not a path of a bag, it {fault}: {self.value!r}")

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class PayloadFile:
    """One payload file, its bytes in memory.

    Attributes:
        path: Where it goes, *below* ``data/``: ``source/05X1.txt`` becomes ``data/source/05X1.txt`` in the bag.
        data: Its bytes.
        digests: See :attr:`Payload.digests`.
    """

    path: BagPath
    data: bytes
    digests: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.data)


class Payload(Protocol):
    """One payload file, wherever its bytes are: in memory (:class:`PayloadFile`), or set aside on a disk."""

    @property
    def path(self) -> BagPath:
        """Where it goes, *below* ``data/``."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    @property
    def data(self) -> bytes:
        """Its bytes; asked for once, when the file is written."""

    @property
    def digests(self) -> Mapping[str, str]:
        """The digests of exactly these bytes that are known already, by BagIt's name of the algorithm; often none.

        The writer puts them into the manifests as they are, and computes only those that it lacks.
        """


@dataclass(frozen=True, slots=True)
class NewBag:
    """A bag to be written.

    Attributes:
        name: The name of its folder, or of its tar without ``.tar``: letters, digits, ``.``, ``_``, ``-``.
        files: The payload, in any order; names differ also when compared without case and normalisation.
        info: The fields of ``bag-info.txt`` in any order; labels may repeat. The writer adds ``Payload-Oxum`` and
            ``Bag-Size`` and puts all in the order of ``writing.tagfiles.INFO_ORDER``.

    Raises:
        ValueError: A name or label is not allowed, or two files share a place.
    """

    name: str
    files: tuple[Payload, ...]
    info: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not is_bag_name(self.name):
            raise ValueError(f"not a name of a bag (letters, digits, '.', '_', '-' only): {self.name!r}")
        _check_places([file.path.value for file in self.files])
        for label, value in self.info:
            _check_field(label, value)


def _check_places(paths: list[str]) -> None:
    """Refuse two files in one place, here or on a system that ignores case or normalisation form."""
    folded = {_folded(path): path for path in paths}
    if len(folded) < len(paths):
        twice = next(path for path in paths if folded[_folded(path)] != path or paths.count(path) > 1)
        raise ValueError(f"two payload files share a place, or would on another system: {twice!r}")
    for path in folded:
        at = path.find("/")
        while at >= 0:
            if path[:at] in folded:
                raise ValueError(f"a payload file lies where a folder must be: {folded[path[:at]]!r}")
            at = path.find("/", at + 1)


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def _check_field(label: str, value: str) -> None:
    # RFC 8493 2.2.2: "The label MUST NOT contain a colon (:), LF, or CR. The label MAY contain linear whitespace
    # characters but MUST NOT start or end with whitespace."
    if not label or label != label.strip() or set(label) & set(":\r\n"):
        raise ValueError(f"not a label of bag-info.txt: {label!r}")
    if label.lower() in _COUNTED:
        raise ValueError(f"the writer counts {label} itself")
    if _SURROGATE.search(label + value):
        raise ValueError(f"the field {label} is not UTF-8")


class Fault(NamedTuple):
    """What is wrong with one line of a tag file.

    Attributes:
        code: The code of the finding that it becomes.
        line: The number of the line, from 1.
        says: What is wrong, in words.
    """

    code: str
    line: int
    says: str


class Form(StrEnum):
    """How a bag lies on a disk."""

    DIRECTORY = "directory"
    TAR = "tar"
    TAR_ZST = "tar.zst"
    ZIP = "zip"

    @property
    def suffix(self) -> str:
        """What follows the name of a bag in this form, as ``.tar.zst``; empty for a directory."""
        return "" if self is Form.DIRECTORY else f".{self.value}"


class Depth(StrEnum):
    """How deep a verification goes: counts, names, or every bit."""

    OXUM = "oxum"
    COMPLETE = "complete"
    FULL = "full"


class Verdict(StrEnum):
    """The one word on a bag.

    ``unreadable`` takes the place of ``valid`` and ``incomplete``, not of ``invalid``: an I/O error is no proof of
    loss and a limit of ours no fault of the bag, but a fault that was seen stays a fault.
    """

    VALID = "valid"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class BagReport:
    """What a verification found.

    Attributes:
        name: The name of the bag, which is that of its base directory.
        path: The folder or archive that was verified.
        form: Directory, tar, compressed tar or zip.
        bagit_version: The version that ``bagit.txt`` declares, as ``1.0``; ``None`` when it declares none.
        depth: How deep the verification went.
        verdict: Valid, incomplete, invalid or unreadable.
        findings: All findings, sorted.
        files: How many payload files are there.
        bytes: How many bytes they have together.
        seal: The SHA-256 of the strongest known tag manifest (see :data:`STRENGTH`), lower-case hexadecimal;
            ``None`` when there is none to read.
        info: The fields of ``bag-info.txt``, in its order.
    """

    name: str
    path: Path
    form: Form
    bagit_version: str | None
    depth: Depth
    verdict: Verdict
    findings: tuple[Finding, ...]
    files: int
    bytes: int
    seal: str | None
    info: tuple[tuple[str, str], ...]

    @property
    def valid(self) -> bool:
        """Whether the verdict is valid; warnings and notes do not count."""
        return self.verdict is Verdict.VALID


@dataclass(frozen=True, slots=True)
class WrittenBag:
    """A bag that was written, staged or in its place.

    Attributes:
        name: The name of the bag.
        path: Its folder or archive, now.
        form: Directory, tar, compressed tar or zip.
        seal: The SHA-256 of its strongest tag manifest, lower-case hexadecimal.
        files: How many payload files it has.
        bytes: How many bytes they have together.
        size: The bytes of all its files, tag files included; those of the archive when it is one.
        index: The member index beside it (:mod:`preserve.bag.reading.member_index`); ``None`` when it has none.
        index_sha256: The SHA-256 of the index.
    """

    name: str
    path: Path
    form: Form
    seal: str
    files: int
    bytes: int
    size: int
    index: Path | None = None
    index_sha256: str | None = None
