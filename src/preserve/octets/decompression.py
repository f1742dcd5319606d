"""Compressed octets, read on and never back, in bounded memory and time.

Scope: gzip, bzip2, xz and Zstandard (RFC 1952, RFC 8878 and the formats of their tools), told apart by their first
octets. Not in scope: what the octets are; tars and zips have rooms of their own.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final, Protocol, cast

from backports import zstd

__all__ = [
    "FREE_EXPANSION",
    "MAGIC",
    "MOST_MEMORY",
    "MOST_TIMES",
    "Damaged",
    "Decoder",
    "Decompressed",
    "Expands",
    "Readable",
    "compression_of",
    "expands_too_far",
    "memory_words",
]

MAGIC: Final[Mapping[str, bytes]] = {
    "gzip": b"\x1f\x8b",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\0",
    "zstd": b"\x28\xb5\x2f\xfd",
}
"""How the octets of each form begin."""

_SKIPPABLE: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
"""How a frame of Zstandard begins that holds nothing of its octets (RFC 8878 3.1.2); pzstd writes one first."""

MOST_MEMORY: Final = 128 << 20
"""Octets that a decoder may ask for; the strongest presets of xz and zstd ask for 65 and 128 MiB."""

FREE_EXPANSION: Final = 1 << 30
"""Bytes that something compressed may become however small it was."""

MOST_TIMES: Final = 200
"""How many times its size it may become beyond :data:`FREE_EXPANSION`; text becomes 3 to 20 times its size."""

_STEP: Final = 1 << 18


class _UnreadableError(OSError):
    """The compressed octets cannot be read on; no device is to blame."""

    def __str__(self) -> str:
        return str(self.strerror)


class Damaged(_UnreadableError):  # noqa: N818 - a state of the octets, as OSError's own subclasses are
    """The compressed octets are damaged, or end too early."""


class Expands(_UnreadableError):  # noqa: N818
    """The octets become so many, or take so much memory, that they exhaust whoever reads them; they may be whole."""


class Readable(Protocol):
    """What octets can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most some octets; none at the end."""


def compression_of(start: bytes) -> str | None:
    """Return the form of what begins with some octets, a key of :data:`MAGIC`; ``None`` when it is none of them."""
    if _SKIPPABLE.match(start):
        return "zstd"
    return next((name for name, magic in MAGIC.items() if start.startswith(magic)), None)


def expands_too_far(size: int, packed: int, free: int = FREE_EXPANSION) -> bool:
    """Tell whether compressed bytes become so many that no reader of ours takes them; a writer asks too.

    Args:
        size: How many they become, up to some place in them.
        packed: How many they are, up to there.
        free: How many they may become in any case.
    """
    return size > free and size > MOST_TIMES * packed


def memory_words(what: str) -> str:
    """Say that a decoder asks for over :data:`MOST_MEMORY`, and what of the compressed octets is too large."""
    return f"to decompress it takes over {MOST_MEMORY >> 20} MiB of memory; compress it with a smaller {what}"


class Decompressed:
    """The octets in compressed octets.

    Args:
        stream: The compressed bytes; it is not closed.
        form: A key of :data:`MAGIC`.
        free: How many bytes they may become in any case.

    Attributes:
        size: How many bytes were given so far.
    """

    __slots__ = ("_free", "_inner", "_raw", "size")

    def __init__(self, stream: Readable, form: str, *, free: int = FREE_EXPANSION) -> None:
        self._raw, self._free = _Counted(stream), free
        self._inner = _OPEN[form](cast("BinaryIO", self._raw))
        self.size = 0

    @property
    def taken(self) -> int:
        """How many compressed octets were read so far."""
        return self._raw.size

    def read(self, size: int) -> bytes:
        """Return the next octets, fewer than ``size`` only at the end.

        Raises:
            Damaged: They cannot be decoded from here on.
            Expands: They are too many for where they come from, or ask for more memory than is given.
            OSError: The compressed octets could not be read.
        """
        parts: list[bytes] = []
        while size > 0 and (part := self._some(min(size, _STEP))):
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _some(self, size: int) -> bytes:
        try:
            part = self._inner.read(size)
        except (EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError, gzip.BadGzipFile, ValueError) as error:
            # Neither library has an exception of its own for octets that are whole and ask for too much.
            if "memory" in str(error).lower():
                raise Expands(None, memory_words("window")) from error
            raise Damaged(None, str(error) or "it ends too early") from error
        except OSError as error:
            # bz2 raises OSError without a number for damaged data; a disk's errors have one.
            raise error if error.errno else Damaged(None, str(error)) from error
        self.size += len(part)
        if expands_too_far(self.size, self._raw.size, self._free):
            raise Expands(None, f"it becomes over {MOST_TIMES} times its size")
        return part


class _Counted:
    """A stream that counts what was read of it, and cannot go back."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        # Never in part: where damage is found must not depend on how the octets come, from a file or a pipe.
        left = _STEP if size < 0 else size
        parts = []
        while left and (part := self._stream.read(left)):
            parts.append(part)
            left -= len(part)
        self.size += sum(map(len, parts))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def seekable(self) -> bool:
        return False

    def readable(self) -> bool:
        return True

    @property
    def closed(self) -> bool:
        return False


class Decoder(Protocol):
    """A decoder of the standard library that gives no more octets at once than it is asked for."""

    @property
    def eof(self) -> bool:
        """Whether a stream has come to its end."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes of what it was given."""

    @property
    def unused_data(self) -> bytes:
        """What follows the end of the stream, of what it was given."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take more of the stream, and return the next octets, at most some."""


class _Streams:
    """The octets in streams one after another, read on as their tools do, each with a decoder of its own.

    For xz the library bounds no memory; for bzip2 it takes whatever follows the first stream, and is none, for nothing.
    """

    def __init__(self, stream: BinaryIO, decoder: Callable[[], Decoder]) -> None:
        self._stream, self._new = stream, decoder
        self._decoder = decoder()

    def read(self, size: int) -> bytes:
        while True:
            rest = b""
            if self._decoder.eof:
                # The xz file format, 2.2: streams may be followed by others, and by padding of NUL octets.
                rest = self._decoder.unused_data.lstrip(b"\0") or self._stream.read(_STEP).lstrip(b"\0")
                if not rest:
                    return b""
                self._decoder = self._new()
            elif self._decoder.needs_input:
                rest = self._stream.read(_STEP)
                if not rest:
                    raise EOFError("it ends too early")
            if part := self._decoder.decompress(rest, size):
                return part


def _bzip2(stream: BinaryIO) -> Readable:
    return _Streams(stream, bz2.BZ2Decompressor)


def _xz(stream: BinaryIO) -> Readable:
    return _Streams(stream, lambda: lzma.LZMADecompressor(memlimit=MOST_MEMORY))


def _zstd(stream: BinaryIO) -> Readable:
    window = MOST_MEMORY.bit_length() - 1
    return zstd.ZstdFile(stream, options={zstd.DecompressionParameter.window_log_max: window})


def _gzip(stream: BinaryIO) -> Readable:
    return gzip.GzipFile(fileobj=stream, mode="rb")


_OPEN: Mapping[str, Callable[[BinaryIO], Readable]] = {
    "gzip": _gzip,
    "bzip2": _bzip2,
    "xz": _xz,
    "zstd": _zstd,
}
