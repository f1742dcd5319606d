"""The checks of each kind of document: the room that knows the rules is asked, and each finding gets its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from preserve.archive import LoggedEvent, Position, stored_bag
from preserve.bag import Profile, ProfileError
from preserve.cable import Cable, check_record, decode_record
from preserve.contracts import contracts, find_contract, json_pointer, violations
from preserve.errors import ArchiveError, RecordError
from preserve.findings import Finding
from preserve.provenance import CRATE_SPECIFICATION, EventType, check_crate, check_premis
from preserve.settings import SettingsError, parse_settings
from preserve.tei import check_tei
from preserve.validation import coherence, json_text, xml_text
from preserve.validation.model import DocumentKind, Located

__all__ = ["Beside", "check_json", "check_settings", "check_xml", "locate", "version_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What lies beside a document and is needed to judge it.

    Attributes:
        record: The bytes of the record to compare a TEI with; ``None`` for none.
        record_name: Its name, for messages.
        payload: The paths of the payload of the bag that a crate describes; ``None`` where it lies in no bag.
    """

    record: bytes | None = None
    record_name: str | None = None
    payload: Collection[str] | None = None


# --- JSON ---


def check_json(kind: DocumentKind, text: str, value: object, beside: Beside) -> list[Located]:
    """Check a JSON document of a kind, and find the place of each finding in its text."""
    return locate(text, _JSON[kind](text, value, beside))


def locate(text: str, findings: Iterable[Finding]) -> list[Located]:
    """Find the place of each finding in a JSON text; a finding that is about no value of it has none."""
    found = list(findings)
    pointers = {each.where for each in found if each.where == "" or each.where.startswith("/")}
    places = json_text.find_places(text, pointers) if pointers else {}
    return [Located(each, places.get(each.where)) for each in found]


def _check_record(_text: str, value: object, _beside: Beside) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield Finding.of("record-invalid", "", "it is not an object")
        return
    invalid = [*check_record(value), *_half_characters(value)]
    yield from invalid or coherence.check_coherence(value)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _half_characters(value: object, steps: tuple[str | int, ...] = ()) -> Iterator[Finding]:
    """Yield each text with half of a surrogate pair, which JSON can spell and UTF-8 cannot (RFC 7493 2.1)."""
    if isinstance(value, str) and _SURROGATE.search(value):
        yield Finding.of(
            "record-invalid", json_pointer(steps), "it holds half of a surrogate pair, which is no character"
        )
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from _half_characters(each, (*steps, step))


def _check_profile(text: str, value: object, _beside: Beside) -> Iterator[Finding]:
    try:
        Profile.parse(text)
    except ProfileError as error:
        yield Finding.of("profile-malformed", _pointer_of(value, error.member), error.message)


def _pointer_of(profile: object, member: str) -> str:
    """Return the pointer of a member of a profile, which the specification puts into one of two levels."""
    if not isinstance(profile, dict):
        return ""
    levels = (("", profile), *((f"/{name}", each) for name, each in profile.items()))
    return next((f"{at}/{member}" for at, level in levels if isinstance(level, dict) and member in level), "")


def _check_crate(text: str, _value: object, beside: Beside) -> Iterator[Finding]:
    of_payload = {"crate-file-missing", "crate-file-undescribed"}
    for finding in check_crate(text.encode("utf-8"), beside.payload or ()):
        if beside.payload is not None or finding.code not in of_payload:
            yield finding


def _check_event(text: str, value: object, _beside: Beside) -> Iterator[Finding]:
    version = value.get("schema_version") if isinstance(value, dict) else None
    files = _event_schemas()
    if isinstance(version, str) and version not in files:
        says = f"version {version[:40]!r}; known here are {', '.join(files)}"
        yield Finding.of("document-version-unknown", "/schema_version", says)
        return
    file = files[version] if isinstance(version, str) else next(iter(files.values()))
    faults = violations(file, value)
    for fault in faults:
        yield Finding.of("event-invalid", fault.where, fault.says)
    if not faults:
        yield from _check_archived(text)


@lru_cache(maxsize=1)
def _event_schemas() -> Mapping[str, str]:
    return {each.version: each.files["json"] for each in contracts() if each.name == DocumentKind.EVENT}


def _check_archived(text: str) -> Iterator[Finding]:
    """Yield why an archive would not take a line that meets the schema, for which 7.0 is an integer, for one."""
    try:
        logged = LoggedEvent.decode(text.encode("utf-8"), Position("", 0, 0))
    except ValueError as error:
        yield Finding.of("event-invalid", "", f"it is a line {error}")
        return
    if logged.event.type == EventType.INGESTION.label:
        try:
            stored_bag(Path(), logged)
        except ArchiveError as error:
            yield Finding.of("event-invalid", "/data", f"it describes no stored bag: {error.__cause__}")


def _check_outcome(_text: str, value: object, _beside: Beside) -> Iterator[Finding]:
    for fault in violations(find_contract(DocumentKind.OUTCOME).files["json"], value):
        yield Finding.of("outcome-invalid", fault.where, fault.says)
    record = value.get("record") if isinstance(value, dict) else None
    if isinstance(record, dict):
        for finding in check_record(record):
            yield Finding.of(finding.code, f"/record{finding.where}", finding.message)


_JSON: Mapping[DocumentKind, Callable[[str, object, Beside], Iterable[Finding]]] = MappingProxyType(
    {
        DocumentKind.RECORD: _check_record,
        DocumentKind.PROFILE: _check_profile,
        DocumentKind.CRATE: _check_crate,
        DocumentKind.EVENT: _check_event,
        DocumentKind.OUTCOME: _check_outcome,
    }
)


# --- XML ---


def check_xml(kind: DocumentKind, data: bytes, beside: Beside) -> list[Located]:
    """Check an XML document of a kind, and find the place of each finding in it.

    Raises:
        RecordError: The record beside a TEI cannot be read.
    """
    findings = check_premis(data) if kind is DocumentKind.PREMIS else tuple(_check_tei(data, beside))
    places = xml_text.find_places(data, {each.where for each in findings})
    # Of a fault of the grammar only libxml2's words tell the line.
    return [Located(each, places.get(each.where) or xml_text.place_in_words(each.message)) for each in findings]


def _check_tei(data: bytes, beside: Beside) -> Iterator[Finding]:
    if beside.record is not None:
        yield from check_tei(data, _decoded(beside.record, beside.record_name or "the record"))
        return
    yield from check_tei(data, None)
    yield Finding.of("record-not-given", "", "the text was not compared with a record")


def _decoded(record: bytes, name: str) -> Cable:
    try:
        return decode_record(record)
    except RecordError as error:
        raise RecordError(f"{name}: {error.message}", hint=f"Correct it first: preserve validate {name}") from None


# --- settings ---


def check_settings(text: str) -> list[Located]:
    """Check settings as they would be read, up to the first fault."""
    try:
        parse_settings(text)
    except SettingsError as error:
        finding = Finding.of("settings-malformed", "", f"{error.says}. {error.hint}")
        return [Located(finding, json_text.DocumentPlace(*error.place) if error.place else None)]
    return []


# --- versions ---


_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){1,2}")


def version_of(kind: DocumentKind, value: object = None) -> str | None:
    """Return the version that a document is held against; ``None`` where it names an unknown one."""
    if kind is DocumentKind.CRATE:
        return CRATE_SPECIFICATION.rpartition("/")[2]
    if kind is DocumentKind.PROFILE:
        about = value.get("BagIt-Profile-Info") if isinstance(value, dict) else None
        # BagIt Profiles 1.4.0: "any profile not explicitly defining BagIt-Profile-Version should be treated as
        # conforming to 1.1.0".
        stated = about.get("BagIt-Profile-Version", "1.1.0") if isinstance(about, dict) else None
        return stated if isinstance(stated, str) and _VERSION.fullmatch(stated) else None
    if kind in {DocumentKind.RECORD, DocumentKind.EVENT} and isinstance(value, dict) and "schema_version" in value:
        known = {each.version for each in contracts() if each.name == kind}
        stated = value["schema_version"]
        return stated if isinstance(stated, str) and stated in known else None
    return find_contract(kind).version
