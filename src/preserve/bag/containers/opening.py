"""From a path or a stream to the container that lies there.

A folder, a tar, a compressed tar and a zip are told apart by what is there, and not by their names.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Mapping
from pathlib import Path

from preserve.bag.containers.container import Container
from preserve.bag.containers.folder import DirectoryContainer
from preserve.bag.containers.tar import TarContainer
from preserve.bag.containers.tar_stream import PackedTarContainer, StreamedTarContainer
from preserve.bag.containers.zip import ZipContainer
from preserve.bag.limits import LIMITS, Limits
from preserve.errors import BagError, UnreadableBagError
from preserve.octets import BLOCK, Readable, compression_of, is_tar

__all__ = ["SUFFIXES", "open_container", "open_stream"]

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "gzip": (".tar.gz", ".tgz", ".gz"),
    "bzip2": (".tar.bz2", ".tbz2", ".tbz", ".bz2"),
    "xz": (".tar.xz", ".txz", ".xz"),
    "zstd": (".tar.zst", ".tzst", ".zst"),
}
"""What the name of a compressed tar may have after the name of its bag. The usual one is first; bdbag writes the last.
"""

_NOTHING_THERE = frozenset({None, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_WHAT = "Name a folder, a tar (also in gzip, bzip2, xz or zstd) or a zip."


def open_container(path: Path, limits: Limits = LIMITS) -> Container:
    """Return the container that lies at a path.

    Args:
        path: A folder or an archive.
        limits: How much of it is read and kept.

    Raises:
        BagError: There is nothing at the path, it cannot be opened, or is neither a folder nor an archive.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return DirectoryContainer(path, limits)
        if stat.S_ISREG(mode):
            return _open_file(path, limits)
    except OSError as error:
        says = f"{path} could not be opened: {error.strerror or error}"
        hint = _WHAT if error.errno in _NOTHING_THERE else "Check its rights and its disk, then run again."
        raise UnreadableBagError(says, hint=hint) from error
    except ValueError as error:
        raise UnreadableBagError(f"{path} could not be opened: {error}", hint=_WHAT) from error
    raise BagError(f"{path} is neither a folder nor a file", hint=_WHAT)


def _open_file(path: Path, limits: Limits) -> Container:
    with path.open("rb") as file:
        start = file.read(BLOCK)
    compression = compression_of(start)
    if is_tar(start):
        return TarContainer(path, limits)
    if start.startswith(_ZIP):
        return ZipContainer(path, limits)
    if compression is not None:
        return PackedTarContainer(path, compression, SUFFIXES[compression], limits)
    # Where the beginning of a file is damaged, its name tells what it was.
    match path.suffix.lower():
        case ".tar":
            return TarContainer(path, limits)
        case ".zip":
            return ZipContainer(path, limits)
        case _:
            raise BagError(f"{path} is a file that is no archive, not a bag", hint=_WHAT)


def open_stream(stream: Readable, limits: Limits = LIMITS) -> Container:
    """Return the container of a bag that comes as a stream: a tar, plain or compressed.

    Args:
        stream: Its bytes.
        limits: How much of it is read and kept.

    Raises:
        BagError: The stream could not be read, or is neither.
    """
    try:
        start = _read_exactly(stream, BLOCK)
    except OSError as error:
        raise UnreadableBagError(f"the stream could not be read: {error.strerror}") from error
    compression = compression_of(start)
    if compression is None and not is_tar(start):
        what = "a zip, whose table of contents comes last" if start.startswith(_ZIP) else "no tar"
        raise BagError(f"the stream is {what}, so it cannot be verified as it passes", hint="Save it to a file first.")
    return StreamedTarContainer(_Rewound(start, stream), compression, limits)


def _read_exactly(stream: Readable, size: int) -> bytes:
    parts = b""
    while len(parts) < size and (part := stream.read(size - len(parts))):
        parts += part
    return parts


class _Rewound:
    """A stream whose first bytes were read before, and come again."""

    def __init__(self, start: bytes, stream: Readable) -> None:
        self._start, self._stream = start, stream

    def read(self, size: int, /) -> bytes:
        if self._start:
            part, self._start = self._start[:size], self._start[size:]
            return part
        return self._stream.read(size)
