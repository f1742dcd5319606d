"""Files to validate, read within bounds: one file, standard input, or those below a folder.

A file is one document, or one document a line. Lines are drawn as they are needed, so that a log of any length takes
the memory of its longest line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NoReturn

from preserve.errors import SourceError
from preserve.provenance import CRATE_DESCRIPTOR, PAYLOAD
from preserve.validation.chain import Chain, LogPart, is_log_file, log_parts
from preserve.validation.checks import Beside
from preserve.validation.documents import XML, validate_bytes, validate_lines
from preserve.validation.model import DocumentKind, Validated
from preserve.validation.recognition import KNOWN

__all__ = ["LARGEST", "is_folder", "validate_file", "walk_documents"]

LARGEST = 64 << 20
"""Bytes of the largest document, and of the longest line: the bound of a line of an event log."""

_MOST_PAYLOAD = 1_000_000
_JSON_FILES = frozenset({".json", ".jsonl", ".ndjson"})
_XML_FILES = frozenset({".xml"})
_SETTINGS_FILES = frozenset({".toml"})


def is_folder(path: Path) -> bool:
    """Return whether a folder is there, as far as may be seen; to read anything else says why it cannot be read."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file() and not path.is_symlink()
    except OSError:
        return False


def walk_documents(folder: Path, kind: DocumentKind | None = None) -> Iterator[tuple[Path, LogPart | None]]:
    """Yield the files below a folder that can be documents by the ends of their names; no link is followed.

    Args:
        folder: Where to look, at any depth.
        kind: The kind that is asked for; ``None`` for every kind.

    Yields:
        The file, and its place in the event log that it is a part of; ``None`` for a file of no log, or of one that
        does not lie below the folder as a whole.

    Raises:
        SourceError: A folder cannot be listed.
    """
    log: Path | None = None
    parts: dict[Path, LogPart] = {}
    for path in _walk(folder, kind):
        if kind in {None, DocumentKind.EVENT} and is_log_file(path.relative_to(folder)) and path.parents[2] != log:
            log = path.parents[2]
            try:
                parts = log_parts(log)
            except OSError as error:
                raise _unlisted(log, error) from error
        yield path, parts.get(path)


def _walk(folder: Path, kind: DocumentKind | None) -> Iterator[Path]:
    # With a stack of its own: folders can be nested deeper than Python calls.
    inside = [_listed(folder)]
    while inside:
        entry = next(inside[-1], None)
        if entry is None:
            inside.pop()
        elif entry.is_dir(follow_symlinks=False):
            inside.append(_listed(Path(entry.path)))
        elif entry.is_file(follow_symlinks=False) and Path(entry.name).suffix.lower() in _ends(kind):
            yield Path(entry.path)


def _listed(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return iter(sorted(entries, key=lambda entry: entry.name))
    except OSError as error:
        raise _unlisted(folder, error) from error


def _unlisted(folder: Path, error: OSError) -> SourceError:
    return SourceError(f"{_name(folder)}: the folder cannot be listed: {error.strerror}")


def _ends(kind: DocumentKind | None) -> frozenset[str]:
    if kind is None:
        return _JSON_FILES | _XML_FILES | _SETTINGS_FILES
    if kind is DocumentKind.SETTINGS:
        return _SETTINGS_FILES
    return _XML_FILES if kind in XML else _JSON_FILES


def validate_file(
    file: Path | None,
    kind: DocumentKind | None = None,
    *,
    record: Path | None = None,
    part: LogPart | None = None,
    stdin: BinaryIO | None = None,
) -> Validated:
    """Validate one file.

    Args:
        file: The file; ``None`` for standard input.
        kind: The kind that it must be; ``None`` for the kind that its content shows.
        record: The record to compare a TEI with; ``None`` for the one in the folder ``record`` beside its folder, if
            there is one.
        part: Its place in an event log, as :func:`walk_documents` tells it: then its lines must be those of that log.
        stdin: Standard input, where ``file`` is ``None``.

    Raises:
        SourceError: It could not be read, or is of no kind that we know.
        RecordError: The record of a TEI cannot be read.
    """
    if file is None:
        if stdin is None:
            raise TypeError("neither a file nor a stream")
        return _of_stream("-", stdin, kind, _beside(None, record))
    with _open(file) as stream:
        if part is not None:
            return _of_log(_name(file), stream, part)
        return _of_stream(_name(file), stream, kind, _beside(file, record))


def _of_log(name: str, stream: BinaryIO, part: LogPart) -> Validated:
    try:
        chain = Chain.into(part, LARGEST)
        return validate_lines(name, _lines(name, stream), DocumentKind.EVENT, chain=chain, part=part)
    except OSError as error:
        raise SourceError(f"{name}: cannot be read: {error.strerror or error}") from error


def _open(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except FileNotFoundError as error:
        raise SourceError(f"{_name(file)}: no such file or folder", hint="Check the name.") from error
    except OSError as error:
        raise SourceError(f"{_name(file)}: cannot be read: {error.strerror or error}") from error


def _name(path: Path) -> str:
    """Return a file's name as text, with escapes for bytes that are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _of_stream(name: str, stream: BinaryIO, kind: DocumentKind | None, beside: Beside) -> Validated:
    try:
        first, second = _line(name, stream), _line(name, stream)
        if not first:
            raise SourceError(f"{name}: the file is empty", hint=f"Give a document: {KNOWN}.")
        if _are_lines(first, second, kind):
            given = (line for line in (first, second) if line)
            return validate_lines(name, chain(given, _lines(name, stream)), kind)
        data = first + second + stream.read(max(0, LARGEST + 1 - len(first) - len(second)))
    except OSError as error:
        raise SourceError(f"{name}: cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST:
        _too_large(name, "the file")
    return validate_bytes(name, data, kind, beside)


def _lines(name: str, stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: _line(name, stream), b"")


def _line(name: str, stream: BinaryIO) -> bytes:
    line = stream.readline(LARGEST + 1)
    if len(line) > LARGEST:
        _too_large(name, "the file, or a line of it,")
    return line


def _too_large(name: str, what: str) -> NoReturn:
    says = f"{name}: {what} is larger than {LARGEST >> 20} MiB, as no document of a cable is"
    raise SourceError(says, hint=f"Known are {KNOWN}.")


def _are_lines(first: bytes, second: bytes, kind: DocumentKind | None) -> bool:
    """Return whether a file has a document on each line: the first line is a whole object, and another follows."""
    if kind in {*XML, DocumentKind.SETTINGS}:
        return False
    whole = first.strip()
    several = second.lstrip().startswith(b"{") or kind in {DocumentKind.EVENT, DocumentKind.OUTCOME}
    return whole.startswith(b"{") and whole.endswith(b"}") and several


# --- what lies beside a file ---


def _beside(file: Path | None, record: Path | None) -> Beside:
    """Return what lies beside a file that lies as in a bag: the record of a TEI, the payload of a crate."""
    if record is None and file is not None and file.parent.name == "tei":
        here = file.parent.parent / "record" / f"{file.stem}.json"
        record = here if _is_file(here) else None
    data = None
    if record is not None:
        with _open(record) as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            _too_large(_name(record), "the record")
    return Beside(
        record=data,
        record_name=None if record is None else _name(record),
        payload=None if file is None else _payload(file),
    )


def _payload(crate: Path) -> list[str] | None:
    top = crate.parent
    in_bag = crate.name == CRATE_DESCRIPTOR and top.name == PAYLOAD.rstrip("/") and _is_file(top.parent / "bagit.txt")
    if not in_bag:
        return None
    paths: list[str] = []
    for folder, _, files in os.walk(top):
        paths += (f"{PAYLOAD}{(Path(folder) / name).relative_to(top).as_posix()}" for name in files)
        if len(paths) > _MOST_PAYLOAD:
            raise SourceError(f"{_name(crate)}: the bag has more than {_MOST_PAYLOAD:,} files")
    return paths
