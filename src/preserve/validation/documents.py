"""One document, or a document a line, in memory: recognised, checked, and every finding at its place.

What is not text, or of no kind that we know, is a :class:`~preserve.errors.SourceError`; everything else is a finding.
"""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Sequence

from preserve.errors import SourceError
from preserve.findings import Finding
from preserve.settings import FILE_NAME, LARGEST_SETTINGS, Settings, read_toml
from preserve.validation import json_text, xml_text
from preserve.validation.chain import Chain, LogPart
from preserve.validation.checks import Beside, check_json, check_settings, check_xml, locate, version_of
from preserve.validation.json_text import DocumentPlace, NotJsonError
from preserve.validation.model import DocumentKind, Located, Validated
from preserve.validation.recognition import KNOWN, OTHER_VERSIONS, kind_of_json, kind_of_root

__all__ = ["MOST_FINDINGS", "XML", "UnknownKindError", "validate_bytes", "validate_lines"]

MOST_FINDINGS = 1000
"""Findings of one file that are kept."""

XML = frozenset({DocumentKind.TEI, DocumentKind.PREMIS})
"""The kinds that are XML."""

_SETTINGS_TABLES = frozenset(Settings.__dataclass_fields__)
_SPACE = b" \t\r\n"


class UnknownKindError(SourceError):
    """A file that is of no kind that can be validated."""

    def __init__(self, message: str, *, hint: str = f"Known are {KNOWN}. --as names the kind.") -> None:
        super().__init__(message, hint=hint)


def validate_bytes(
    name: str, data: bytes, asked: DocumentKind | None = None, beside: Beside | None = None
) -> Validated:
    """Validate one document.

    Args:
        name: Its name, for messages; settings are also known by it.
        data: All of it.
        asked: The kind that it must be; ``None`` for the kind that its content shows.
        beside: What lies beside it.

    Raises:
        UnknownKindError: It is of no kind that we know, or not text.
        SourceError: It is larger than settings may be.
        RecordError: The record of a TEI cannot be read.
    """
    beside = beside or Beside()
    if asked in XML or (asked is None and _begins_like_xml(data)):
        return _of_xml(name, data, asked, beside)
    if b"\0" in data:
        raise UnknownKindError(f"{name}: the file is not text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if asked is None and not data.lstrip(_SPACE).startswith(b"{"):
            raise UnknownKindError(f"{name}: the file is not text in UTF-8") from None
        return _result(name, asked, [_undecodable(data, error)])
    if asked is DocumentKind.SETTINGS or (asked is None and _are_settings(name, text)):
        if len(data) > LARGEST_SETTINGS:
            raise SourceError(f"{name}: the file is larger than {LARGEST_SETTINGS >> 10} KiB, too large for settings")
        return _result(name, DocumentKind.SETTINGS, check_settings(text))
    if asked is None and not text.lstrip("\ufeff \t\r\n").startswith("{"):
        raise UnknownKindError(f"{name}: the file is neither a JSON object nor XML nor settings")
    return _of_json(name, text, asked, beside)


def validate_lines(
    name: str,
    lines: Iterable[bytes],
    asked: DocumentKind | None = None,
    *,
    chain: Chain | None = None,
    part: LogPart | None = None,
) -> Validated:
    """Validate a file of one JSON document a line, up to :data:`MOST_FINDINGS`.

    Args:
        name: Its name, for messages.
        lines: Each with its line feed, which only the last may lack.
        asked: The kind that they must be; ``None`` for the kind of the first.
        chain: What is known of the line before the first, of an event log.
        part: The place of the file in a log.

    Raises:
        UnknownKindError: The lines are of no kind that we know.
    """
    findings: list[Located] = []
    kind, version, number, chain = asked, None, 0, chain or Chain()
    for number, line in enumerate(lines, 1):
        if kind is DocumentKind.EVENT and not line.endswith(b"\n"):
            findings.append(Located(_unfinished(line, part), DocumentPlace(number, 1)))
            continue
        kind, stated, told = _of_line(name, line, number, kind, chain)
        if number == 1 and part is not None and chain.seq != part.number and not told:
            says = f"line {chain.seq} is the first of a file that is named for line {part.number}"
            told = [Located(Finding.of("event-sequence-broken", "/seq", says), None)]
        version = version or stated
        findings += (_at_line(each, number) for each in told)
        if len(findings) >= MOST_FINDINGS:
            return _result(name, kind, findings, version=version, lines=number, stopped=number)
    return _result(name, kind, findings, version=version, lines=number)


def _unfinished(line: bytes, part: LogPart | None) -> Finding:
    says = f"the last {len(line):,} bytes are not a whole line"
    if part is None or part.last:
        return Finding.of("event-line-unfinished", "", says)
    # Only at the end of the log can a writer have been stopped: the next one sets such a line aside.
    return Finding.of("event-line-malformed", "", f"{says}, and the log goes on in another file")


def _of_line(
    name: str, line: bytes, number: int, kind: DocumentKind | None, chain: Chain
) -> tuple[DocumentKind | None, str | None, list[Located]]:
    """Return the kind of a line, its version, and what is wrong with it; a line that is not JSON shows no kind."""
    try:
        text = line.decode("utf-8")
        value = json_text.read_json(text)
    except (UnicodeDecodeError, NotJsonError) as error:
        chain.skip(line)
        return (
            kind,
            None,
            [_undecodable(line, error) if isinstance(error, UnicodeDecodeError) else _no_json(text, error)],
        )
    kind = kind or kind_of_json(value)
    if kind is None:
        raise UnknownKindError(f"{name}: line {number} is of no kind that can be validated")
    told = check_json(kind, text, value, Beside())
    if kind is DocumentKind.EVENT:
        told += locate(text, chain.follow(line, value))
    return kind, version_of(kind, value), told


def _no_json(text: str, error: NotJsonError) -> Located:
    # A text that ends too early ends where its last line does, not on the line after it.
    return Located(error.finding, json_text.place_at(text, min(error.offset, len(text.rstrip()))))


def _at_line(located: Located, line: int) -> Located:
    column = located.place.column if located.place else 1
    return Located(located.finding, DocumentPlace(line, column))


def _of_json(name: str, text: str, asked: DocumentKind | None, beside: Beside) -> Validated:
    try:
        value = json_text.read_json(text)
    except NotJsonError as error:
        return _result(name, asked, [_no_json(text, error)])
    met = kind_of_json(value)
    kind = asked or met
    if kind is None:
        raise UnknownKindError(f"{name}: the properties of the JSON are those of no kind that can be validated")
    if met not in {kind, None}:
        says = f"its properties are those of the kind {met}, not {kind}"
        return _result(name, kind, [Located(Finding.of("document-other", "", says), DocumentPlace(1, 1))])
    version = version_of(kind, value)
    return _result(name, kind, check_json(kind, text, value, beside), version=version)


def _of_xml(name: str, data: bytes, asked: DocumentKind | None, beside: Beside) -> Validated:
    try:
        root = xml_text.read_root(data)
    except xml_text.NotXmlError as error:
        kind = asked or (kind_of_root(error.root.namespace, error.root.name) if error.root else None)
        return _result(name, kind, [Located(error.finding, error.place)])
    met = kind_of_root(root.namespace, root.name)
    kind = asked or met
    says = f"its root element is {root.name[:60]} of the namespace {root.namespace[:200] or '(none)'}"
    if kind is None:
        raise UnknownKindError(f"{name}: {says}")
    if met is not kind:
        return _result(name, kind, [Located(Finding.of("document-other", "", says), root.place)])
    if older := OTHER_VERSIONS.get((root.namespace, root.name)):
        says = f"it is {older[1]}; known here is version {version_of(kind)}"
        return _result(name, kind, [Located(Finding.of("document-version-unknown", "", says), root.place)])
    findings = check_xml(kind, data, beside)
    return _result(name, kind, findings, version=version_of(kind), record=beside.record_name)


def _result(
    name: str,
    kind: DocumentKind | None,
    findings: Sequence[Located],
    *,
    version: str | None = None,
    lines: int | None = None,
    stopped: int | None = None,
    record: str | None = None,
) -> Validated:
    ordered = sorted(findings, key=_order)
    if len(ordered) > MOST_FINDINGS:
        last = ordered[MOST_FINDINGS - 1].place
        stopped = stopped or (last.line if last else 1)
    return Validated(
        file=name,
        kind=kind,
        version=version,
        findings=tuple(ordered[:MOST_FINDINGS]),
        lines=lines,
        stopped=stopped,
        record=record,
    )


def _order(located: Located) -> tuple[int, int, str, str]:
    """Sort by place; a finding without a place comes first."""
    place = located.place or DocumentPlace(0, 0)
    return (place.line, place.column, located.finding.code, located.finding.message)


def _begins_like_xml(data: bytes) -> bool:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data[:4].replace(b"\0", b"").endswith(b"<")
    return data.removeprefix(BOM_UTF8).lstrip(_SPACE).startswith(b"<")


def _are_settings(name: str, text: str) -> bool:
    if name.endswith(FILE_NAME):
        return True
    if len(text) > LARGEST_SETTINGS or text.lstrip().startswith("{"):
        return False
    try:
        return not _SETTINGS_TABLES.isdisjoint(read_toml(text))
    except ValueError:
        return False


def _undecodable(data: bytes, error: UnicodeDecodeError) -> Located:
    before = data[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
    says = f"the byte 0x{data[error.start]:02x} is not UTF-8 here"
    return Located(Finding.of("document-not-utf8", "", says), DocumentPlace(line, column))
