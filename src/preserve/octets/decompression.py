"""Compressed bytes, read forward and never back, in bounded memory and time.

These are gzip, bzip2, xz and Zstandard (RFC 1952, RFC 8878 and the formats of their tools), told apart by their first
bytes.
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
"""How each form of compression begins."""

_SKIPPABLE: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
"""How a frame of Zstandard begins that holds no content (RFC 8878 3.1.2); pzstd writes one first."""

MOST_MEMORY: Final = 128 << 20
"""Bytes of memory that a decoder may ask for; the strongest presets of xz and zstd ask for 65 and 128 MiB."""

FREE_EXPANSION: Final = 1 << 30
"""Bytes that something compressed may become however small it was."""

MOST_TIMES: Final = 200
"""How many times its size it may become beyond :data:`FREE_EXPANSION`; text becomes 3 to 20 times its size."""

_STEP: Final = 1 << 18
"""Bytes that are read at once."""


class _UnreadableError(OSError):
    """The compressed bytes cannot be read further, and no device is to blame."""

    def __str__(self) -> str:
        return str(self.strerror)


class Damaged(_UnreadableError):  # noqa: N818 - a state of the bytes, as OSError's own subclasses are
    """The compressed bytes are damaged, or end too early."""


class Expands(_UnreadableError):  # noqa: N818
    """The compressed bytes would exhaust whoever reads them: they become too many, or ask for too much memory.

    They may be undamaged all the same.
    """


class Readable(Protocol):
    """Something that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end."""


def compression_of(start: bytes) -> str | None:
    """Return the form of compression of what begins with some bytes, a key of :data:`MAGIC`; ``None`` for no form."""
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
    """Return the words that a decoder asks for over :data:`MOST_MEMORY`.

    Args:
        what: What is too large in the compressed bytes, as ``window``.
    """
    return f"to decompress it takes over {MOST_MEMORY >> 20} MiB of memory; compress it with a smaller {what}"


class Decompressed:
    """The bytes that compressed bytes become.

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
        """How many compressed bytes were read so far."""
        return self._raw.size

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer than ``size`` only at the end.

        Raises:
            Damaged: They cannot be decompressed from here on.
            Expands: They are too many for what they come from, or ask for more memory than is given.
            OSError: The compressed bytes could not be read.
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
            # Neither library has an exception of its own for undamaged bytes that ask for too much memory.
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
        # Always as many as asked for: where damage is found must not depend on how bytes come from a file or a pipe.
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
    """A decoder of the standard library that gives no more bytes at once than it is asked for."""

    @property
    def eof(self) -> bool:
        """Whether a stream has come to its end."""

    @property
    def needs_input(self) -> bool:
        """Whether it gives nothing more before it is given more."""

    @property
    def unused_data(self) -> bytes:
        """What follows the end of the stream in what it was given."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take more of the stream, and return the next bytes, at most ``max_length``."""


class _Streams:
    """The content of compressed streams that follow one another, as the tools of bzip2 and xz read them.

    The library's own files are not used: the one for xz bounds no memory, and the one for bzip2 silently ignores what
    follows a stream and is no stream.
    """

    def __init__(self, stream: BinaryIO, decoder: Callable[[], Decoder]) -> None:
        self._stream, self._new = stream, decoder
        self._decoder = decoder()

    def read(self, size: int) -> bytes:
        while True:
            rest = b""
            if self._decoder.eof:
                # The xz file format, 2.2: other streams may follow, and padding of NUL bytes.
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
