"""Damage to made-up and real sources, for the fuzzing of the readers.

Each function takes bytes and chance and returns bytes; the same chance gives the same bytes.
"""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence

__all__ = ["LARGEST", "mended", "mutated"]

LARGEST = 2 << 20
"""Bytes of the largest input that is made: some twenty times the longest cable."""

_MOST_STEPS = 12
_RARE = 40
"""One input in so many has a token repeated until it is very long, to catch time that is not linear."""

_TOKENS = r"""
Identifier:|| Identifier: | 05STRELSAU4281 ||Origin:|Created:|Classification:|Tags:|Redacted:|Wikileaks:|Reference ID
<table class='cable'>|<table id="synopsis">|<div class="s_key">|<div class="s_val">|<th>Reference ID</th>|<td>|</td>
<tr>|</tr>|</table>|<pre>|</pre>|<code><pre>|</pre></code>|<br>|<br/>|<p>|</p>|<h3>Viewing cable |</h3>|<h1>|<title>
<a id='par1' href='#par1'>¶</a>|<a href='/tag/PGOV_0.html'>PGOV</a>|&#x000A;|&#0;|&#xD800;|&#x110000;|&amp;|&D;|&lt
<!--|-->|<![CDATA[|]]>|<!DOCTYPE a [<!ENTITY b "c">]>|<script>|</script>|<|>|"|'|\|\"|""|","|"1","1/1/2005 1:00",
"46599","11/18/2005 9:08","05STRELSAU4281",|<<218634>>|¶1.|¶2007.|1. (C)|1.(C)|6. SBU)|2a.|99999999999.|(S//NF)|( C )
C O N F I D E N T I A L|UNCLAS SECTION 01 OF 03|S E C R E T STRELSAU 000112|SIPDIS|NOFORN|E.O. 12958: DECL: 11/18/2015
DECL: 02/30/2015|DECL: X1|TAGS: PGOV, PREL, RZ|TAGS|SUBJECT:|SUBJ|REF: A. 04 STATE 273089|REF|B. ZENDA 12 AND 13
AND|NOTAL|Classified By: DCM Miriam Kestrel|Reason: 1.4 (b) and (d)|Summary:|End summary.|(Note:|End note.)|COMMENT
VZCZCXRO1234|PP RUEHC RUEHST|DE RUEHST #0112/01 0531640|ZNY CCCCC ZZH|O P 221640Z FEB 07|322599Z FEB 99|000000Z
FM AMEMBASSY STRELSAU|TO RUEHC/SECSTATE WASHDC IMMEDIATE 3217|INFO|XMT AMEMBASSY ZENDA|ACTION EUR-00|INFO LOG-00
PAGE 02 STRELS 00112 01 OF 02 221640Z|STRELSAU 00000112 002 OF 003|XXXXXXXXXXXX|xxxx|[NAME REMOVED]|NNNN|END CABLE TEXT
Wednesday, 29 November 2000, 13:59|This record is a partial extract of the original cable.|Declassified/Released
Latest source of this page is cablebrowser-2, released 2011-10-04|Appears in these articles:|http://not|EL PAIS
Document Number: 1978STRELS01534|Message Text|Message Attributes|Original Classification: SECRET|n/a|Dunno|Destination
US embassy cable - 05STRELSAU4281|2010 February 26, 11:30 (Friday)|0000-00-00 99:99|1995-02-31 25:61|-1|0|1e999
"""
_BAR = re.compile(r"(?<=[^|])\|(?=[^|])")
TOKENS = tuple(token.encode() for line in _TOKENS.split("\n") for token in _BAR.split(line) if token)
_NO_UTF8 = "80 81 b6 ff feff fffe c080 eda080 f4908080"
# Controls, spaces that are none of ASCII's, marks of direction, what changes its length in another case, digits and
# hyphens of elsewhere, what no character is.
_ODD_TEXT = """\
\0 \r \f \v \x1a \x1b[2J \x1c \x7f \x85 \xa0 \u2028 \u202e \ufeff \ufffd \U000e0001 e\u0301 İ ß ŉ ﬀ ² ٣
\u2010 \ufdd0 \U0010ffff\
"""
_ODD = (b"\n", b"\r\n", b"\t", *map(bytes.fromhex, _NO_UTF8.split()), *map(str.encode, re.split("[ \n]", _ODD_TEXT)))
_WHITE = (b" ", b"  ", b"\n", b" \n", b"\r\n", b"\t", b"\n\n", b"", "\u00a0".encode(), b" \\\n", b"\f")

Chance = random.Random
Mutation = Callable[[Chance, bytes, Sequence[bytes]], bytes]


def mutated(chance: Chance, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return the bytes after one to twelve pieces of damage.

    Args:
        chance: Decides everything.
        data: What is damaged.
        others: What parts may be taken from.
    """
    for _ in range(min(1 + int(chance.expovariate(0.4)), _MOST_STEPS)):
        data = chance.choice(_MUTATIONS)(chance, data, others)
    if not chance.randrange(_RARE):
        data = _repeated_long(chance, data)
    return data[:LARGEST]


def _span(chance: Chance, data: bytes) -> tuple[int, int]:
    """Return a stretch: mostly short, at times anything."""
    start = chance.randint(0, len(data))
    longest = chance.choice((4, 40, 400, 4000, len(data)))
    return start, min(len(data), start + chance.randint(0, longest))


def _flip(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    flipped = bytearray(data)
    for _bit in range(chance.choice((1, 1, 2, 8, 64)) if data else 0):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _set(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data)
    return data[:start] + chance.randbytes(min(end - start, 32)) + data[min(end, start + 32) :]


def _cut(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] if chance.randrange(4) else data[at:]


def _drop(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data)
    return data[:start] + data[end:]


def _double(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data)
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 5, 30)) + data[end:]


def _move(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data)
    piece, rest = data[start:end], data[:start] + data[end:]
    at = chance.randint(0, len(rest))
    return rest[:at] + piece + rest[at:]


def _splice(chance: Chance, data: bytes, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = _span(chance, other)
    at, behind = _span(chance, data)
    return data[:at] + other[start:end] + data[behind if chance.randrange(2) else at :]


def _token(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice((b"", b" ", b"\n")) + chance.choice(TOKENS) + data[at:]


_WORD = re.compile(rb"[A-Za-z0-9&<>/#:'\"]+")


def _swap_word(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    match = _WORD.search(data, chance.randint(0, len(data)))
    return data if match is None else data[: match.start()] + chance.choice(TOKENS) + data[match.end() :]


def _odd(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(_ODD) + data[at:]


_NUMBER = re.compile(rb"[0-9]+")
_NUMBERS = (b"0", b"00", b"-1", b"99999999999999999999", b"1" * 5000, b"2147483648", b"9999", b"13", "٣".encode(), b"")


def _number(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    match = _NUMBER.search(data, chance.randint(0, len(data)))
    return data if match is None else data[: match.start()] + chance.choice(_NUMBERS) + data[match.end() :]


_GAP = re.compile(rb"[ \t\r\n]+")


def _gaps(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    """Change the white space of a stretch: all the same, or each by chance."""
    start, end = _span(chance, data)
    if chance.randrange(3):
        return data[:start] + _GAP.sub(lambda _: chance.choice(_WHITE), data[start:end]) + data[end:]
    same = chance.choice(_WHITE)
    return data[:start] + _GAP.sub(lambda _: same, data[start:end]) + data[end:]


def _lines(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    """Shuffle, reverse or drop lines of a stretch."""
    start, end = _span(chance, data)
    lines = data[start:end].split(b"\n")
    if chance.randrange(2):
        chance.shuffle(lines)
    else:
        del lines[:: chance.randint(1, 4)]
    return data[:start] + b"\n".join(lines) + data[end:]


def _case(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data)
    return data[:start] + chance.choice((bytes.upper, bytes.lower, bytes.swapcase))(data[start:end]) + data[end:]


def _encoding(chance: Chance, data: bytes, _: Sequence[bytes]) -> bytes:
    """Write all of it, or a stretch, in another encoding; or with other line ends."""
    start, end = _span(chance, data) if chance.randrange(2) else (0, len(data))
    text = data[start:end].decode("utf-8", "replace")
    encodings = ("utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-7", "cp037")
    made = (
        text.encode(chance.choice(encodings), "replace"),
        data[start:end].decode("latin-1").encode(),
        data[start:end].replace(b"\n", chance.choice((b"\r\n", b"\r"))),
    )
    return data[:start] + chance.choice(made) + data[end:]


def _repeated_long(chance: Chance, data: bytes) -> bytes:
    """Repeat a token, or a short stretch, up to a megabyte."""
    start, end = _span(chance, data)
    token = chance.choice((chance.choice(TOKENS), chance.choice(_ODD), chance.choice(_WHITE), data[start:end][:60]))
    token += chance.choice((b"", b" ", b"\n"))
    size = chance.choice((10_000, 100_000, 1_000_000))
    return data[:start] + (token or b" ") * (size // max(1, len(token))) + data[start:]


_MUTATIONS: tuple[Mutation, ...] = (
    _flip, _set, _cut, _drop, _double, _move, _splice, _token, _token, _swap_word, _swap_word, _odd, _number, _gaps,
    _lines, _case, _encoding,
)  # fmt: skip


def mended(name: str, data: bytes) -> bytes:
    """Return a damaged archive with the checksums of its headers made right, so that more of it is looked at."""
    return next((mend(data) for end, mend in _MENDERS.items() if name.lower().endswith(end)), data)


def _mended_7z(data: bytes) -> bytes:
    """Set the two checksums of the start header (7-Zip, DOC/7zFormat.txt)."""
    if len(data) < 32:
        return data
    fixed = bytearray(data)
    offset, size = struct.unpack_from("<QQ", fixed, 12)
    struct.pack_into("<I", fixed, 28, zlib.crc32(fixed[32 + offset : 32 + offset + size]))
    struct.pack_into("<I", fixed, 8, zlib.crc32(fixed[12:32]))
    return bytes(fixed)


def _mended_tar(data: bytes) -> bytes:
    """Set the checksum of each block that looks like a header (POSIX ustar)."""
    fixed = bytearray(data)
    for at in range(0, len(fixed) - 511, 512):
        if fixed[at + 257 : at + 262] == b"ustar":
            fixed[at + 148 : at + 156] = b" " * 8
            fixed[at + 148 : at + 156] = b"%06o\0 " % sum(fixed[at : at + 512])
    return bytes(fixed)


_MENDERS: Mapping[str, Callable[[bytes], bytes]] = {".7z": _mended_7z, ".tar": _mended_tar}
