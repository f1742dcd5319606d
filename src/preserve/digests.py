"""Message digests: the algorithms that we know, by their names in BagIt (RFC 8493 2.4), several in one pass.

Which algorithms a bag must have is for ``bag`` and the settings.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import BinaryIO, Protocol

from preserve.errors import UsageError

__all__ = [
    "ALGORITHMS",
    "CHUNK",
    "DIGITS",
    "WEAK",
    "MultiDigest",
    "algorithm_name",
    "digest_bytes",
    "digest_stream",
    "sha256",
]

CHUNK = 1 << 20
"""Bytes read at a time."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


# RFC 8493 2.4: "the name of the checksum algorithm MUST be normalized for use in the manifest's filename by
# lowercasing the common name of the algorithm and removing all non-alphanumeric characters".
ALGORITHMS: Mapping[str, str] = {
    "md5": "md5",
    "sha1": "sha1",
    "sha224": "sha224",
    "sha256": "sha256",
    "sha384": "sha384",
    "sha512": "sha512",
    "sha3224": "sha3_224",
    "sha3256": "sha3_256",
    "sha3384": "sha3_384",
    "sha3512": "sha3_512",
    "blake2b": "blake2b",
    "blake2b512": "blake2b",
    "blake2s": "blake2s",
    "blake2s256": "blake2s",
}
"""BagIt's name of each algorithm that we know, to the name in :mod:`hashlib`."""

DIGITS: Mapping[str, int] = {
    name: 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size for name, algorithm in ALGORITHMS.items()
}
"""Hexadecimal digits of a digest, by BagIt's name of the algorithm."""

WEAK = frozenset({"md5", "sha1"})
"""Algorithms that still detect damage, but no longer an attack; they are accepted with a note."""


def algorithm_name(common: str) -> str:
    """Return BagIt's name of an algorithm from any common spelling: ``sha512`` for ``SHA-512``.

    Raises:
        UsageError: We do not know the algorithm.
    """
    name = re.sub(r"[^a-z0-9]", "", common.lower())
    if name not in ALGORITHMS:
        raise UsageError(f"unknown digest algorithm {common!r}", hint=f"Known are: {', '.join(sorted(ALGORITHMS))}.")
    return name


# "usedforsecurity=False": md5 and sha1 serve fixity, not secrecy, and are read where an old bag has them. These are
# constructors, because looking one up by its name for each of many small files costs more than hashing them.
_NEW: Mapping[str, Callable[..., _Hash]] = {
    name: partial(getattr(hashlib, algorithm), usedforsecurity=False) for name, algorithm in ALGORITHMS.items()
}


class MultiDigest:
    """Hashes one stream of bytes with several algorithms, in one pass.

    Args:
        algorithms: BagIt names, as :data:`ALGORITHMS` lists them.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._hashes = {name: _NEW[name]() for name in algorithms}
        self.size = 0

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size += len(data)
        for each in self._hashes.values():
            each.update(data)

    def hexdigests(self) -> dict[str, str]:
        """Return the digests of all bytes so far, by algorithm, in lower-case hexadecimal."""
        return {name: each.hexdigest() for name, each in self._hashes.items()}


def digest_bytes(data: bytes, algorithms: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the digests of some bytes, by algorithm.

    Args:
        data: The bytes.
        algorithms: BagIt names, as :data:`ALGORITHMS` lists them.
        known: Digests of these very bytes by algorithm; those are not computed again.
    """
    known = known or {}
    return {name: known.get(name) or _NEW[name](data).hexdigest() for name in algorithms}


def digest_stream(stream: BinaryIO, algorithms: Iterable[str]) -> tuple[dict[str, str], int]:
    """Read a stream to its end, and return its digests by algorithm and its size in bytes.

    Raises:
        OSError: The stream could not be read.
    """
    digest = MultiDigest(algorithms)
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigests(), digest.size


def sha256(data: bytes) -> str:
    """Return the lower-case hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()
