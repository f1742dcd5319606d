"""The bytes of one member of a zip, in pieces and bounded memory (APPNOTE.TXT 4.4.5, 5.8.8).

The standard library decompresses as much of Deflate as it is asked for. Of bzip2 and LZMA it decompresses at once all
that it was given, and a thousand bytes may become gigabytes. So these two are asked for as they lie in the zip, and are
decompressed here, piece by piece.
"""

from __future__ import annotations

import bz2
import copy
import errno
import lzma
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Final

from preserve.digests import CHUNK
from preserve.octets.decompression import MOST_MEMORY, Decoder, memory_words

__all__ = ["zip_member_octets"]

_STEP: Final = 1 << 16
_LZMA_START: Final = struct.Struct("<2xHBL")
_LZMA_PROPERTIES: Final = 5
"""APPNOTE 5.8.8: a version, how many bytes of properties follow, then the modes and the size of the dictionary."""


def zip_member_octets(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, first: int = CHUNK) -> Iterator[bytes]:
    """Give the bytes of a member, never more than the table of contents says; fewer when the member has fewer.

    Args:
        archive: The zip.
        info: The member, in a method of compression that the library reads, without its CRC: the library would hold
            back the last bytes of a damaged member, and compare the CRC with bytes that are still compressed.
        first: The most bytes of the first piece. Whoever looks at a beginning gets it, also when damage follows.

    Raises:
        OSError: They could not be read, are damaged, or ask for more memory than is given. On hostile bytes the
            library raises others too.
    """
    if info.compress_type not in _DECODERS:
        with archive.open(info) as member:
            size = first
            while chunk := member.read(size):
                yield chunk
                size = CHUNK
        return
    packed = copy.copy(info)
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, info.compress_size
    with archive.open(packed) as member:
        decoder, left = _DECODERS[info.compress_type](member, info.file_size), info.file_size
        # To the end of the compressed bytes, also when all was given that should come: the rest may be damaged.
        while not decoder.eof:
            more = member.read(_STEP) if decoder.needs_input else b""
            if decoder.needs_input and not more:
                return
            part = decoder.decompress(more, min(left, first if left == info.file_size else CHUNK) or 1)
            if len(part) > left:
                raise OSError(None, f"it has more bytes than the table of contents says, {info.file_size}")
            left -= len(part)
            if part:
                yield part


def _bzip2(_member: IO[bytes], _size: int) -> Decoder:
    return bz2.BZ2Decompressor()


def _lzma(member: IO[bytes], size: int) -> Decoder:
    start = member.read(_LZMA_START.size).ljust(_LZMA_START.size, b"\0")
    properties, modes, stated = _LZMA_START.unpack(start)
    if properties != _LZMA_PROPERTIES:
        raise lzma.LZMAError("it does not begin as LZMA does")
    # A dictionary larger than the member is never filled: encoders state their preset, whatever they compress.
    dictionary = min(stated, size)
    if dictionary > MOST_MEMORY:
        raise OSError(errno.ENOMEM, memory_words("dictionary"))
    modes, literal_context = divmod(modes, 9)
    position, literal_position = divmod(modes, 5)
    chosen = {"lc": literal_context, "lp": literal_position, "pb": position, "dict_size": max(dictionary, 1 << 12)}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, **chosen}])


_DECODERS: Mapping[int, Callable[[IO[bytes], int], Decoder]] = {zipfile.ZIP_BZIP2: _bzip2, zipfile.ZIP_LZMA: _lzma}
