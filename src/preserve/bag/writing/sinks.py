"""Where the files of a new bag go: into a folder, a tar or a zip.

The same files give the same bytes on the disk, whatever the umask and the clock. Nothing is synced here: publication
does that, once for many bags.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol, assert_never

from backports import zstd

from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import Form
from preserve.errors import ArchiveError
from preserve.octets import (
    END,
    MOST_TIMES,
    NEW_FILE,
    OPEN_FOLDER,
    expands_too_far,
    member_head,
    padding,
    write_all,
    write_new,
)

__all__ = ["Sink", "open_sink"]

_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
_ZSTD: Final[Mapping[int, int]] = {zstd.CompressionParameter.checksum_flag: 1}
"""One thread: the same bytes for the same files, as long as the library is the same."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can state (APPNOTE 4.4.6)."""
_UNIX: Final = 3
_MSDOS_FOLDER: Final = 0x10
"""APPNOTE 4.4.2.2 and 4.4.15: the system whose file modes are stated, and the mark of a folder for other systems."""


class Sink(Protocol):
    """Takes the files of one bag; a folder is added before what lies in it. Each method may raise OSError."""

    @property
    def last_offset(self) -> int | None:
        """Where the first byte of the last file lies in the archive; ``None`` where no file can be found by that."""

    def add_folder(self, path: str) -> None:
        """Make a folder."""

    def add_file(self, path: str, data: bytes) -> None:
        """Write a file from memory."""

    def add_stream(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        """Write a file as its bytes come.

        Args:
            path: Its path in the bag.
            size: How many bytes it has.
            chunks: The bytes; the caller makes sure that they are exactly so many.
        """

    def close(self) -> int:
        """Write what ends the archive, and return its size in bytes, or that of all files of a folder."""

    def discard(self) -> None:
        """Remove what was written, closed or not."""


def open_sink(form: Form, target: Path, name: str, limits: Limits = LIMITS) -> Sink:
    """Return the sink of a new bag.

    Args:
        form: The form of the bag.
        target: Where it is written; nothing is there yet.
        name: The name of the bag, which is its top folder in an archive.
        limits: Those of whoever will read it: an archive that exceeds them is not written.

    Raises:
        OSError: The target could not be made.
    """
    match form:
        case Form.DIRECTORY:
            return _FolderSink(target)
        case Form.TAR:
            return _TarSink(target, name, limits.free_expansion)
        case Form.TAR_ZST:
            return _TarSink(target, name, limits.free_expansion, zstd.ZstdCompressor(options=_ZSTD))
        case Form.ZIP:
            return _ZipSink(target, name)
        case _:
            assert_never(form)


class _FolderSink:
    """Writes a bag as a folder."""

    last_offset = None

    def __init__(self, root: Path) -> None:
        self._root = root
        self._size = 0
        root.mkdir()
        self._held = os.open(root, OPEN_FOLDER)
        os.fchmod(self._held, _FOLDER_MODE)

    def add_folder(self, path: str) -> None:
        os.mkdir(path, dir_fd=self._held)
        os.chmod(path, _FOLDER_MODE, dir_fd=self._held)  # whatever the umask is

    def add_file(self, path: str, data: bytes) -> None:
        write_new(path, (data,), mode=_FILE_MODE, sync=False, dir_fd=self._held)
        self._size += len(data)

    def add_stream(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        write_new(path, chunks, mode=_FILE_MODE, sync=False, dir_fd=self._held)
        self._size += size

    def close(self) -> int:
        os.close(self._held)
        self._held = -1
        return self._size

    def discard(self) -> None:
        if self._held >= 0:
            os.close(self._held)
        shutil.rmtree(self._root, ignore_errors=True)


class _TarSink:
    """Writes a bag as one tar, straight from memory, without a folder in between.

    Args:
        path: The tar.
        name: The name of its top folder.
        free: How many bytes a packed tar may be unpacked, however small it is.
        pack: What packs it; ``None`` for a plain tar.
    """

    def __init__(self, path: Path, name: str, free: int, pack: zstd.ZstdCompressor | None = None) -> None:
        self._path, self._name, self._size, self._pack = path, name, 0, pack
        self._unpacked, self._free = 0, free
        self.last_offset: int | None = None
        self._file = os.open(path, NEW_FILE, _FILE_MODE)
        try:
            os.fchmod(self._file, _FILE_MODE)
            self._put(member_head(f"{name}/", folder=True))
        except BaseException:
            self.discard()
            raise

    def _put(self, data: bytes) -> None:
        packed = data if self._pack is None else self._pack.compress(data)
        write_all(self._file, packed)
        self._size += len(packed)
        self._unpacked += len(data)
        if self._pack is not None and expands_too_far(self._unpacked, self._size, self._free):
            # Every careful reader, ours too, would take it for one that was made to exhaust it.
            raise ArchiveError(
                f"in {Form.TAR_ZST.value} these files shrink to less than 1/{MOST_TIMES}: no reader of ours takes that",
                hint="No bag was made. Choose another form, as --form tar.",
            )

    def add_folder(self, path: str) -> None:
        self._put(member_head(f"{self._name}/{path}/", folder=True))

    def add_file(self, path: str, data: bytes) -> None:
        head = member_head(f"{self._name}/{path}", size=len(data))
        self.last_offset = None if self._pack else self._size + len(head)
        self._put(head + data + b"\0" * padding(len(data)))

    def add_stream(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        self._put(member_head(f"{self._name}/{path}", size=size))
        self.last_offset = None if self._pack else self._size
        for chunk in chunks:
            self._put(chunk)
        self._put(bytes(padding(size)))

    def close(self) -> int:
        self._put(END)
        if self._pack is not None:
            last = self._pack.flush()
            write_all(self._file, last)
            self._size += len(last)
        os.close(self._file)
        self._file = -1
        return self._size

    def discard(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        with suppress(OSError):
            self._path.unlink()


class _ZipSink:
    """Writes a bag as one zip, members stored: what a compressor makes of them depends on its version."""

    last_offset = None

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        descriptor = os.open(path, NEW_FILE, _FILE_MODE)
        os.fchmod(descriptor, _FILE_MODE)
        self._file = os.fdopen(descriptor, "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        try:
            self._put("", b"", folder=True)
        except BaseException:
            self.discard()
            raise

    def _put(self, path: str, data: bytes, *, folder: bool = False) -> None:
        self._zip.writestr(self._member(path, folder=folder), data)

    def _member(self, path: str, *, folder: bool = False) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(f"{self._name}/{path}", _EPOCH)
        info.create_system = _UNIX
        mode = (0o040000 | _FOLDER_MODE) if folder else (0o100000 | _FILE_MODE)
        info.external_attr = mode << 16 | (_MSDOS_FOLDER if folder else 0)
        return info

    def add_folder(self, path: str) -> None:
        self._put(f"{path}/", b"", folder=True)

    def add_file(self, path: str, data: bytes) -> None:
        self._put(path, data)

    def add_stream(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        info = self._member(path)
        info.file_size = size  # tells whether its sizes need 64 bits
        with self._zip.open(info, "w") as member:
            for chunk in chunks:
                member.write(chunk)

    def close(self) -> int:
        self._zip.close()
        size = self._file.tell()
        self._file.close()
        return size

    def discard(self) -> None:
        # Closing writes the table of contents, for which there may be no room either.
        with suppress(OSError, ValueError):
            self._zip.close()
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._path.unlink()
