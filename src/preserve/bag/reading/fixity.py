"""Fixity: whether files have the digests that they should have, one after another or several at once.

There are three answers: intact, altered, unreadable. Which digests a file should have is for ``manifests`` to say.

Hashing and reading let go of Python's lock, so threads use as many cores as there are. One file is never split, as
SHA-2 is a chain. Many small files stay in one thread, where handing them over would cost more than it gains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from threading import Event

from preserve.bag.containers import Container, Entry
from preserve.digests import MultiDigest
from preserve.progress import SILENT, Progress

__all__ = [
    "Altered",
    "Fixity",
    "Intact",
    "Unreadable",
    "UnreadableFileError",
    "check_fixities",
    "check_fixity",
    "compare_digests",
    "read_as_listed",
]

Expected = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Intact:
    """The file has the digests that the manifests give."""


@dataclass(frozen=True, slots=True)
class Altered:
    """The file has another digest than the manifests give.

    Attributes:
        algorithm: BagIt's name of the first algorithm that shows it.
        expected: The digest that the manifest gives.
        actual: The digest that the file has.
    """

    algorithm: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The file could not be read, which is no proof of loss.

    Attributes:
        reason: Why, in words.
    """

    reason: str


Fixity = Intact | Altered | Unreadable


class UnreadableFileError(Exception):
    """A file could not be read to its end, or does not have the size that was listed.

    Attributes:
        path: Its path in the bag.
        reason: Why, in words.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


def read_as_listed(path: str, size: int, chunks: Iterable[bytes], progress: Progress = SILENT) -> Iterator[bytes]:
    """Give the bytes of a file that is copied, and make sure that they are as many as were listed.

    Args:
        path: Its path in the bag.
        size: How many bytes were listed.
        chunks: The bytes; iterating may raise OSError.
        progress: Told of the bytes as they pass.

    Raises:
        UnreadableFileError: They could not be read, or are more or fewer. It is no OSError: that one is for what could
            not be written.
    """
    left = size
    try:
        for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                break
            progress.advance(path, len(chunk))
            yield chunk
    except OSError as error:
        raise UnreadableFileError(path, error.strerror or str(error)) from error
    if left:
        raise UnreadableFileError(
            path, f"it has {'more' if left < 0 else 'fewer'} bytes than the {size} that were listed"
        )


def check_fixity(chunks: Iterable[bytes], expected: Mapping[str, str]) -> Fixity:
    """Hash a file in one pass, and return its fixity.

    Args:
        chunks: Its bytes; iterating may raise OSError.
        expected: Lower-case hexadecimal digest by algorithm.
    """
    digest = MultiDigest(expected)
    try:
        for chunk in chunks:
            digest.update(chunk)
    except OSError as error:
        return Unreadable(error.strerror or str(error))
    return compare_digests(digest.hexdigests(), expected)


def compare_digests(actual: Mapping[str, str], expected: Mapping[str, str]) -> Fixity:
    """Compare the digests of a file, by algorithm, with those that it should have; report the first that differs."""
    for algorithm, value in expected.items():
        if actual[algorithm] != value:
            return Altered(algorithm, value, actual[algorithm])
    return Intact()


def check_fixities(
    container: Container, wanted: Iterable[Entry], expected: Expected, *, threads: int = 1
) -> Iterator[tuple[Entry, Fixity]]:
    """Give each file and its fixity, in no order that may be relied on.

    Intact files of a stream, which were hashed as they passed, are left out.

    Args:
        container: Where the files lie.
        wanted: The files.
        expected: Digest by algorithm, by path; it has each path that is wanted.
        threads: How many may hash at once, where the container can be read in several places at once.
    """
    if threads < 2 or not container.random_access:
        yield from _in_turn(container, wanted, expected)
        return
    rest = iter(wanted)
    limits = container.limits
    entries = list(islice(rest, limits.thread_files))
    large = [entry for entry in entries if entry.size >= limits.thread_size]
    if len(large) < 2 or len(entries) == limits.thread_files:
        yield from _in_turn(container, chain(entries, rest), expected)
        return
    small = [entry for entry in entries if entry.size < limits.thread_size]
    yield from _at_once(container, [[entry] for entry in large] + [small], expected, threads)


def _in_turn(container: Container, entries: Iterable[Entry], expected: Expected) -> Iterator[tuple[Entry, Fixity]]:
    passed: list[tuple[Entry, Fixity]] = []
    for entry, chunks in container.contents(_to_read(container, entries, expected, passed)):
        yield from passed
        passed.clear()
        yield entry, check_fixity(chunks, expected[entry.path])
    yield from passed


def _to_read(
    container: Container, entries: Iterable[Entry], expected: Expected, passed: list[tuple[Entry, Fixity]]
) -> Iterator[Entry]:
    """Give the entries that are yet to be read, and add to ``passed`` those of a stream that are not intact."""
    for entry in entries:
        digests = container.digests_of(entry)
        if digests is None:
            yield entry
        elif not isinstance(result := _compare_passed(digests, expected[entry.path]), Intact):
            passed.append((entry, result))


def _compare_passed(passed: Mapping[str, str], expected: Mapping[str, str]) -> Fixity:
    unasked = sorted(expected.keys() - passed.keys())
    if unasked:
        return Unreadable(f"it passed before a manifest asked for {', '.join(unasked)}; verify a file, not a stream")
    return compare_digests(passed, expected)


def _at_once(
    container: Container, shares: Sequence[Sequence[Entry]], expected: Expected, threads: int
) -> Iterator[tuple[Entry, Fixity]]:
    stop = Event()

    def work(share: Sequence[Entry]) -> list[tuple[Entry, Fixity]]:
        return [
            (entry, check_fixity(_until(stop, chunks), expected[entry.path]))
            for entry, chunks in container.contents(share)
        ]

    with ThreadPoolExecutor(threads) as pool:
        try:
            yield from chain.from_iterable(pool.map(work, shares))
        finally:
            # Whoever asked may have left, as at Ctrl-C: nobody waits for the end of a large file.
            stop.set()
            pool.shutdown(cancel_futures=True)


def _until(stop: Event, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if stop.is_set():
            return
        yield chunk
