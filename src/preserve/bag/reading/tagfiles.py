"""The text of tag files as anybody wrote it: lines, ``bagit.txt``, ``bag-info.txt``, manifests, ``fetch.txt``.

A reader here never raises on bad text: it gives what it could read, and reports what it could not as
:class:`preserve.bag.model.Fault`. Whether what a tag file says is true is for the checks. What we write is in
``writing.tagfiles``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from preserve.bag.limits import LIMITS, Limits
from preserve.bag.model import Fault
from preserve.errors import UsageError

__all__ = [
    "DECLARATION",
    "MAX_DECLARATION",
    "Declaration",
    "FetchLine",
    "ManifestLine",
    "decode_path",
    "encode_path",
    "parse_declaration",
    "parse_info",
    "read_fetch_lines",
    "read_info_fields",
    "read_lines",
    "read_manifest_lines",
    "read_plain_info",
    "text_codec",
]

MAX_DECLARATION = 1000
"""Bytes that a ``bagit.txt`` may have: its two lines need fewer than 100."""

_PIECE = 1 << 18
"""Bytes whose lines are held at once; they may be a quarter of a million."""

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""The ``bagit.txt`` of every bag that we write (RFC 8493 2.1.1)."""

VERSIONS = frozenset({"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"})
"""The versions of BagIt that were ever published."""

# The codecs of Python that are character encodings, as tag files can have one. ``codecs`` knows others that are none
# (rot13, zlib, idna), and a hostile bagit.txt could name them.
_CHARSETS = frozenset(
    {"ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "shift_jis", "euc_jp"}
    | {"iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr", "koi8-r", "koi8-u", "mac-roman", "tis-620"}
    | {f"iso8859-{part}" for part in range(1, 17)}
    | {f"cp125{part}" for part in range(9)}
    | {"cp437", "cp850", "cp852", "cp866"}
)
_BOM = "\ufeff"

_STRICT = re.compile(
    r"BagIt-Version: (?P<version>[0-9]+\.[0-9]+)(?:\r\n|\r|\n)"
    r"Tag-File-Character-Encoding: (?P<encoding>[!-~]+)(?P<ending>\r\n|\r|\n|)"
)
_VERSION_LINE = re.compile(r"[ \t]*bagit-version[ \t]*:[ \t]*(?P<version>[0-9]+\.[0-9]+)[ \t]*", re.IGNORECASE)
_ENCODING_LINE = re.compile(r"[ \t]*tag-file-character-encoding[ \t]*:[ \t]*(?P<encoding>[!-~]+)[ \t]*", re.IGNORECASE)
_ENDING = re.compile(r"\r\n|\r|\n")
_ENTRY = re.compile(r"(?P<digest>[^ \t]+)[ \t]+(?P<path>[^ \t].*)", re.DOTALL)
_FETCH = re.compile(r"(?P<url>[^ \t]+)[ \t]+(?P<length>[0-9]{1,19}|-)[ \t]+(?P<path>[^ \t].*)", re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_FIELD = re.compile(r"(?P<label>[^:]*[^: \t])(?P<before>[ \t]*):(?P<after>[ \t]*)(?P<value>.*)", re.DOTALL)
_PLAIN_FIELD = re.compile(r"([^\s:](?:[^:\r\n]*[^\s:])?): (\S(?:[^\r\n]*\S)?)\n")
_PLAIN_INFO = re.compile(rf"(?:{_PLAIN_FIELD.pattern})*")
_ESCAPE_10 = re.compile(r"%(25|0[AaDd])")
_ESCAPE_OLD = re.compile(r"%0([AaDd])")


class Declaration(NamedTuple):
    """What ``bagit.txt`` declares.

    Attributes:
        version: The version of BagIt, as ``1.0``; ``None`` when it declares none.
        encoding: Python's name of the encoding of the tag files; UTF-8 when it declares none that we know.
        faults: What is wrong with it.
    """

    version: str | None
    encoding: str
    faults: tuple[Fault, ...]


class ManifestLine(NamedTuple):
    """One line of a manifest: the digest and the path as they are written, with asterisk and escapes.

    Attributes:
        line: Its number, from 1.
        digest: The digest.
        path: The path.
    """

    line: int
    digest: str
    path: str


class FetchLine(NamedTuple):
    """One line of ``fetch.txt``.

    Attributes:
        line: Its number, from 1.
        url: Where the file can be fetched.
        length: How many bytes it has; ``None`` when that is not given.
        path: Its path, as it is written.
    """

    line: int
    url: str
    length: int | None
    path: str


def text_codec(encoding: str) -> str | None:
    """Return Python's name of a character encoding; ``None`` when no tag file can be in it."""
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return None
    return name if name in _CHARSETS else None


def parse_declaration(data: bytes) -> Declaration:
    """Read a ``bagit.txt``.

    RFC 8493 2.1.1: exactly two lines, in this order, in UTF-8, without a byte-order mark. The grammar of 1.0 leaves no
    room for other white space. Bags before 1.0 get a warning for it, as the drafts gave no grammar.

    Args:
        data: Its bytes; more than :data:`MAX_DECLARATION` are a fault.
    """
    if len(data) > MAX_DECLARATION:
        return Declaration(None, "utf-8", (Fault("bagit-txt-malformed", 1, f"it has over {MAX_DECLARATION} bytes"),))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Declaration(None, "utf-8", (Fault("bagit-txt-malformed", 1, f"it is not UTF-8: {error.reason}"),))
    faults: list[Fault] = []
    if text.startswith(_BOM):
        faults.append(Fault("bagit-txt-bom", 1, "it starts with a byte-order mark"))
        text = text[1:]
    strict = _STRICT.fullmatch(text)
    if strict is not None:
        version, encoding = strict["version"], strict["encoding"]
        if not strict["ending"] and not _is_old(version):
            faults.append(Fault("bagit-txt-loose", 2, "its last line has no line ending"))
    else:
        version, encoding, more = _loose_declaration(text)
        faults.extend(more)
    return _known_declaration(version, encoding, faults)


def _loose_declaration(text: str) -> tuple[str | None, str | None, list[Fault]]:
    lines = _ENDING.split(text)
    while lines and not lines[-1].strip(" \t"):
        lines.pop()
    lines += [""] * (2 - len(lines))
    first, second = _VERSION_LINE.fullmatch(lines[0]), _ENCODING_LINE.fullmatch(lines[1])
    if first is None and second is None:
        # Stanford's Moab writes the two lines the other way round.
        first, second = _VERSION_LINE.fullmatch(lines[1]), _ENCODING_LINE.fullmatch(lines[0])
        if first is not None and second is not None and _is_old(first["version"]) and len(lines) == 2:
            return first["version"], second["encoding"], [Fault("bagit-txt-loose", 1, "its lines have changed places")]
        first = second = None
    version = first["version"] if first else None
    encoding = second["encoding"] if second else None
    if first is None:
        fault = Fault("bagit-txt-malformed", 1, "line 1 is not 'BagIt-Version: M.N'")
    elif second is None:
        fault = Fault("bagit-txt-malformed", 2, "line 2 is not 'Tag-File-Character-Encoding: NAME'")
    elif len(lines) > 2:
        fault = Fault("bagit-txt-malformed", 3, "it has more than two lines")
    else:
        code = "bagit-txt-loose" if _is_old(version) else "bagit-txt-malformed"
        fault = Fault(code, *_looseness(lines, first["version"], second["encoding"]))
    return version, encoding, [fault]


def _looseness(lines: list[str], version: str, encoding: str) -> tuple[int, str]:
    """Return the first line that is not as it should be, and what is the matter with it."""
    should_be = (f"BagIt-Version: {version}", f"Tag-File-Character-Encoding: {encoding}")
    for number, (line, other) in enumerate(zip(lines, should_be, strict=True), start=1):
        if line != other:
            return number, f"white space or case differ from {other!r}"
    return 3, "a blank line follows"


def _is_old(version: str | None) -> bool:
    return version is not None and version.startswith("0.")


def _known_declaration(version: str | None, encoding: str | None, faults: list[Fault]) -> Declaration:
    if version is not None and version not in VERSIONS:
        known = ", ".join(sorted(VERSIONS))
        faults.append(Fault("bagit-version-unknown", 1, f"version {version} was never published; known are {known}"))
    codec = text_codec(encoding) if encoding is not None else "utf-8"
    if codec is None:
        faults.append(Fault("encoding-unknown", 2, f"no character encoding of tag files is named {encoding!r}"))
    elif codec not in {"utf-8", "ascii"}:
        faults.append(Fault("encoding-not-utf8", 2, f"the tag files are in {encoding}"))
    return Declaration(version, codec or "utf-8", tuple(faults))


def read_lines(
    chunks: Iterable[bytes], codec: str, faults: list[Fault], limits: Limits = LIMITS, *, most: int | None = None
) -> Iterator[tuple[int, str]]:
    """Give the lines of a tag file with their numbers from 1, as its bytes come.

    RFC 8493 2.3: a line ends with LF, CR or CRLF; U+0085, U+2028, VT and FF are characters like any other. Memory is
    bounded by one chunk and the limit on a line.

    Args:
        chunks: The bytes.
        codec: Python's name of the encoding, as :func:`text_codec` gives it.
        faults: Gets a byte-order mark, a text that cannot be decoded, an endless line, too many lines. All but the
            first end the reading.
        limits: How long a line may be, and how many there may be.
        most: How many lines there may be in this file, where it is not the usual number.
    """
    longest, most = limits.line, limits.lines if most is None else most
    decoder = codecs.getincrementaldecoder(codec)("strict")
    held, number, first = "", 0, True
    try:
        for chunk in chain(_pieces(chunks), (b"",)):
            text = decoder.decode(chunk, final=not chunk)
            if first and text:
                first = False
                if text.startswith(_BOM):
                    faults.append(Fault("tag-file-bom", 1, "it starts with a byte-order mark that its encoding lacks"))
                    text = text[1:]
            *whole, held = _split(held + text)
            for line in chain(whole, (held,)) if len(held) > longest else whole:
                number += 1
                if len(line) > longest or number > most:
                    says = f"a line has over {longest} characters" if number <= most else f"it has over {most} lines"
                    faults.append(Fault("limit-exceeded", number, f"{says}; the rest is not read"))
                    return
                yield number, line
    except UnicodeError as error:
        faults.append(Fault("tag-file-undecodable", number + 1, f"it is no {codec} from here on: {error}"))
        return
    if held:
        yield number + 1, held.removesuffix("\r")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give bytes in pieces of which all lines may be held at once, however short they are."""
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE] if len(chunk) > _PIECE else chunk


def _split(text: str) -> list[str]:
    """Split at line endings; the last item is what has no ending yet, with a CR that an LF may yet follow."""
    if "\r" not in text:
        return text.split("\n")
    tail = "\r" if text.endswith("\r") else ""
    lines = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines[-1] += tail
    return lines


def read_manifest_lines(lines: Iterable[tuple[int, str]], faults: list[Fault]) -> Iterator[ManifestLine]:
    """Read the lines of a payload or tag manifest: a digest, spaces or tabs, a path (RFC 8493 2.1.3).

    Args:
        lines: Its numbered lines.
        faults: Gets the lines that have no such form.
    """
    for number, line in lines:
        match = _ENTRY.fullmatch(line)
        if match is not None:
            yield ManifestLine(number, match["digest"], match["path"])
        elif line.strip(" \t"):
            faults.append(Fault("manifest-line-malformed", number, f"not 'DIGEST PATH': {line[:120]!r}"))
        else:
            faults.append(Fault("manifest-blank-line", number, "the line is blank"))


def read_fetch_lines(lines: Iterable[tuple[int, str]], faults: list[Fault]) -> Iterator[FetchLine]:
    """Read the lines of ``fetch.txt``: a URL, a length in bytes or ``-``, a path (RFC 8493 2.2.3).

    A line whose URL has no scheme is given too: which file it promises is known, if not where to fetch it.

    Args:
        lines: Its numbered lines.
        faults: Gets the lines that have no such form.
    """
    for number, line in lines:
        match = _FETCH.fullmatch(line)
        if match is None and line.strip(" \t"):
            faults.append(Fault("fetch-line-malformed", number, f"not 'URL LENGTH PATH': {line[:120]!r}"))
        elif match is None:
            faults.append(Fault("fetch-blank-line", number, "the line is blank"))
        else:
            if _ABSOLUTE.match(match["url"]) is None:  # RFC 8493 2.2.3: "an absolute URI as defined in [RFC3986]"
                faults.append(Fault("fetch-line-malformed", number, f"no absolute URL: {match['url'][:120]!r}"))
            length = None if match["length"] == "-" else int(match["length"])
            yield FetchLine(number, match["url"], length, match["path"])


def read_info_fields(lines: Iterable[tuple[int, str]], faults: list[Fault]) -> Iterator[tuple[str, str]]:
    """Read the fields of ``bag-info.txt``, folded lines joined by LF (RFC 8493 2.2.2).

    Args:
        lines: Its numbered lines.
        faults: Gets the lines that are neither a field nor the continuation of one.
    """
    label, parts = "", list[str]()
    for number, line in lines:
        if line[:1] in {" ", "\t"} and label:
            # RFC 8493 2.2.2: "Except for linebreaks, such padding does not form part of the value." The break does.
            parts.append(line.strip(" \t"))
            continue
        match = None if line[:1] in {" ", "\t"} else _FIELD.fullmatch(line)
        if match is None and line.strip(" \t"):
            faults.append(Fault("bag-info-malformed", number, f"not 'LABEL: VALUE': {line[:120]!r}"))
        elif match is None:
            faults.append(Fault("bag-info-loose", number, "the line is blank"))
        else:
            if label:
                yield label, "\n".join(parts).strip(" \t\n")
            if match["before"] or len(match["after"]) > 1 or (not match["after"] and match["value"]):
                faults.append(Fault("bag-info-loose", number, f"not a colon and one space: {line[:120]!r}"))
            label, parts = match["label"].strip(" \t"), [match["value"].strip(" \t")]
    if label:
        yield label, "\n".join(parts).strip(" \t\n")


def parse_info(name: str, data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the fields of a ``bag-info.txt`` that somebody wrote for a new bag, in UTF-8.

    Args:
        name: What errors call the text.
        data: All of it.

    Raises:
        UsageError: Some lines are not fields as a ``bag-info.txt`` has them; the message numbers them.
    """
    faults: list[Fault] = []
    fields = tuple(read_info_fields(read_lines((data,), "utf-8", faults), faults))
    if faults:
        wrong = "; ".join(f"line {fault.line}: {fault.says}" for fault in faults)
        raise UsageError(f"{name} is no bag-info.txt: {wrong}", hint="Write lines as 'Label: value', in UTF-8.")
    return fields


def read_plain_info(data: bytes, limits: Limits = LIMITS) -> tuple[tuple[str, str], ...] | None:
    """Read a ``bag-info.txt`` that is plain: one of which no line gives rise to a fault.

    Most are: UTF-8, each line a label, a colon, one space and a value, none folded. One pattern takes all lines, with
    the same result as :func:`read_info_fields`; a property test says so.

    Args:
        data: Its bytes.
        limits: How long a line may be.

    Returns:
        The fields; ``None`` when it is not plain.
    """
    # A text no longer than a line may be has no line that is longer.
    if len(data) > limits.line or data.startswith(codecs.BOM_UTF8):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return tuple(_PLAIN_FIELD.findall(text)) if _PLAIN_INFO.fullmatch(text) else None


def encode_path(path: str) -> str:
    """Return a path as a manifest of BagIt 1.0 writes it.

    RFC 8493 2.1.3: "If a filepath includes a Line Feed (LF), a Carriage Return (CR), a Carriage-Return Line Feed
    (CRLF), or a percent sign (%), those characters (and only those) MUST be percent-encoded following RFC 3986."
    """
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decode_path(written: str, version: str | None) -> str:
    """Return the path that a manifest means by what it writes.

    RFC 8493 2.1.3 escapes LF, CR and ``%``; the drafts before it escaped LF and CR only.

    Args:
        written: The path as it is written.
        version: The version of BagIt that the bag declares.
    """
    if "%" not in written:
        return written
    if _is_old(version):
        return _ESCAPE_OLD.sub(lambda match: "\n" if match[1] in "Aa" else "\r", written)
    return _ESCAPE_10.sub(lambda match: chr(int(match[1], 16)), written)
