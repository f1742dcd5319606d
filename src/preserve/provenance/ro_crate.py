"""RO-Crate 1.2 of a bag: what is in it, who made it, and how one file came from another.

The metadata file ``ro-crate-metadata.json`` lies in the payload folder, which is the root of the crate. It is
flattened, compacted JSON-LD with one entity on each line. Each action in it is an event of the PREMIS with the same
UUID, so that the two can be read together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from preserve.provenance.history import organization_agent, software_agent
from preserve.provenance.model import PAYLOAD, CableProvenance, Event, FileObject, FileRole, utc_timestamp
from preserve.provenance.software import Software
from preserve.provenance.vocabulary import EventType, ObjectRole

__all__ = [
    "ABSOLUTE",
    "CONTEXT",
    "CRATE_DESCRIPTOR",
    "CRATE_SPECIFICATION",
    "METADATA_PATH",
    "ROOT",
    "Crate",
    "CrateMember",
    "encode_crate",
    "entity_id",
    "make_crate",
]

CONTEXT: Final = "https://w3id.org/ro/crate/1.2/context"
CRATE_SPECIFICATION: Final = "https://w3id.org/ro/crate/1.2"
CRATE_DESCRIPTOR: Final = "ro-crate-metadata.json"
"""The identifier of the entity that describes the metadata file."""
METADATA_PATH: Final = PAYLOAD + CRATE_DESCRIPTOR
"""The path of the metadata file in a bag."""
ROOT: Final = "./"
ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
"""An absolute URI, by its scheme (RFC 3986 3.1)."""

_PRONOM: Final = "https://www.nationalarchives.gov.uk/PRONOM/"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# RFC 3987 2.2: all but what may stand in the path of an IRI, and a colon, with which a name could look like a scheme.
_NOT_IN_PATH: Final = re.compile(
    r"[^A-Za-z0-9._~!$&'()*+,;=@/\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0010ffff-]"
)

_FILES: Final[Mapping[FileRole, tuple[str, str]]] = {
    FileRole.SOURCE: ("source as received", "What was captured, bit for bit."),
    FileRole.RECORD: ("record", "What the source states, as data; a JSON schema defines it."),
    FileRole.TEI: ("TEI rendering", "The text of the cable with its header and marks, encoded in TEI P5."),
    FileRole.ACCESS: ("access copy", "The cable as a page for readers, made from the TEI."),
    FileRole.PREMIS: ("preservation metadata", "Files, events, agents and rights of the cable in PREMIS 3.0."),
    FileRole.INDEX: ("index of the cables", "A table with a row for each cable."),
    FileRole.SCHEMA: ("schema", "The definition of files in this crate, kept with them."),
}
"""The name and description of the file of each role."""

_RIGHTS_NAMES: Final[Mapping[str, str]] = {
    "http://rightsstatements.org/vocab/NoC-US/1.0/": "No Copyright - United States",
    "http://rightsstatements.org/vocab/NoC-OKLR/1.0/": "No Copyright - Other Known Legal Restrictions",
    "http://rightsstatements.org/vocab/CNE/1.0/": "Copyright Not Evaluated",
    "http://rightsstatements.org/vocab/UND/1.0/": "Copyright Undetermined",
    "http://rightsstatements.org/vocab/InC/1.0/": "In Copyright",
}
"""The titles of rights statements that suit cables, as rightsstatements.org gives them."""

_RIGHTS_NOTE: Final = "About copyright only: access, and the security marking of the originator, are apart."

Entity = dict[str, object]
Line = tuple[str, str]
"""The identifier of an entity and its JSON."""

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class CrateMember:
    """A cable of a crate: its history, and the PREMIS file that tells it."""

    provenance: CableProvenance
    premis: FileObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate:
    """What the metadata file says.

    Attributes:
        identifier: The identifier of the bag, ``urn:uuid:...``.
        name: A name that tells it from other crates.
        description: One or two sentences.
        published: When the package was made.
        members: Its cables in order.
        extra: Payload files that belong to no cable, such as an index.
        software: The program that made it.
        organisation: The institution that had it made; ``None`` when the settings do not say.
    """

    identifier: str
    name: str
    description: str
    published: datetime
    members: tuple[CrateMember, ...]
    extra: tuple[FileObject, ...] = ()
    software: Software
    organisation: str | None = None


def make_crate(
    members: Sequence[CrateMember],
    *,
    identifier: str,
    published: datetime,
    software: Software,
    organisation: str | None = None,
    extra: Sequence[FileObject] = (),
) -> Crate:
    """Make the crate of some cables, from which its name and description follow.

    Args:
        members: At least one cable.
        identifier: The UUID of the bag, with or without ``urn:uuid:``.
        published: When the package was made, with a zone.
        software: The program that made it.
        organisation: The institution that had it made; ``None`` when the settings do not say.
        extra: Payload files that belong to no cable, without the metadata file itself.

    Raises:
        ValueError: There is no cable.
    """
    if not members:
        raise ValueError("a crate of no cable")
    identifiers = [member.provenance.identifier for member in members]
    one = len(identifiers) == 1
    access = any(file.role is FileRole.ACCESS for member in members for file in member.provenance.files)
    return Crate(
        identifier=f"urn:uuid:{identifier.removeprefix('urn:uuid:')}",
        name=f"Diplomatic cable {identifiers[0]}" if one else f"{len(identifiers)} diplomatic cables",
        description=(
            f"{f'Cable {identifiers[0]}' if one else f'Cables {identifiers[0]} to {identifiers[-1]}'} of the United "
            "States Department of State: source as received, record, TEI rendering"
            f"{', access copy' if access else ''} and preservation metadata. "
            "Security markings are as printed by the originator."
        ),
        published=published,
        members=tuple(members),
        extra=tuple(extra),
        software=software,
        organisation=organisation,
    )


def encode_crate(crate: Crate) -> bytes:
    """Return the metadata file: the same bytes for equal crates.

    A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
    """
    # RO-Crate 1.2, Contextual vs Data entities: the graph MUST NOT list multiple entities with the same @id.
    entities: dict[str, str] = {}
    for identifier, line in _graph(crate):
        entities.setdefault(identifier, line)
    lines = ",\n".join(entities.values())
    text = f'{{"@context":"{CONTEXT}","@graph":[\n{lines}\n]}}\n'
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATE.sub(chr(0xFFFD), text).encode("utf-8")


@lru_cache(maxsize=256)
def entity_id(path: str) -> str:
    """Return the ``@id`` of a payload file: its path from the root of the crate as an IRI.

    RO-Crate 1.2, Encoding file paths: international characters stay; spaces and percent signs are escaped.
    """
    relative = path.removeprefix(PAYLOAD)
    return _NOT_IN_PATH.sub(lambda found: "".join(f"%{byte:02X}" for byte in _utf8(found[0])), relative)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _line(identifier: str, /, **properties: object) -> Line:
    """Return an entity: ``@id`` comes first, then ``type`` as ``@type``, then the properties that have a value."""
    entity: Entity = {"@id": identifier, "@type": properties.pop("type")}
    for name, value in properties.items():
        if value is not None:
            entity[name] = value
    return identifier, _JSON.encode(entity)


def _graph(crate: Crate) -> Iterator[Line]:
    instrument = software_agent(crate.software).identifier
    agent = organization_agent(crate.organisation).identifier if crate.organisation else None
    # Listed, not yielded: the root mentions every action, and stands before all of them.
    made = [list(_made(member)) for member in crate.members]
    yield _descriptor()
    yield _root(crate, [event for events in made for event, _, _ in events])
    for member, events in zip(crate.members, made, strict=True):
        yield _cable(member)
        for file in (*member.provenance.files, member.premis):
            yield _file(file, member.provenance.identifier)
        for event, used, results in events:
            yield _action(event, used, results, instrument, agent)
    for file in crate.extra:
        yield _file(file, "")
    for file in _files(crate):
        if file.puid is not None:
            yield _standard(file.puid, file.format_name, file.format_version)
    for address in _licenses(crate):
        if ABSOLUTE.fullmatch(address):
            yield _rights_statement(address)
    yield _software(crate.software)
    if crate.organisation:
        yield _organization(crate.organisation)


def _files(crate: Crate) -> Iterator[FileObject]:
    for member in crate.members:
        yield from member.provenance.files
        yield member.premis
    yield from crate.extra


def _licenses(crate: Crate) -> list[str]:
    return sorted({member.provenance.copyright for member in crate.members})


def _ref(identifier: str) -> Entity:
    return {"@id": identifier}


def _urn(uuid: str) -> str:
    return f"urn:uuid:{uuid}"


def _one_or_many(values: Sequence[object]) -> object:
    # RO-Crate 1.2, appendix JSON-LD: single-element arrays SHOULD be unpacked to a single value.
    return values[0] if len(values) == 1 else list(values)


def _license(address: str) -> object:
    return _ref(address) if ABSOLUTE.fullmatch(address) else address


def _root(crate: Crate, actions: Iterable[Event]) -> Line:
    return _line(
        ROOT,
        type="Dataset",
        identifier=crate.identifier,
        name=crate.name,
        description=crate.description,
        datePublished=utc_timestamp(crate.published),
        license=_one_or_many([_license(address) for address in _licenses(crate)]),
        conditionsOfAccess=_one_or_many(sorted({member.provenance.access for member in crate.members})),
        about=_one_or_many([_ref(_cable_id(member)) for member in crate.members]),
        hasPart=_one_or_many([_ref(entity_id(file.path)) for file in _files(crate)]),
        mentions=_one_or_many([_ref(_urn(event.identifier)) for event in actions]),
        publisher=_ref(_urn(organization_agent(crate.organisation).identifier)) if crate.organisation else None,
    )


def _cable_id(member: CrateMember) -> str:
    return f"#{entity_id(member.provenance.identifier)}"


def _cable(member: CrateMember) -> Line:
    provenance = member.provenance
    release = provenance.release and f"Source release as the page states it: {provenance.release}"
    return _line(
        _cable_id(member),
        type="CreativeWork",
        identifier=provenance.identifier,
        name=f"Diplomatic cable {provenance.identifier}",
        headline=provenance.subject,
        dateCreated=provenance.created,
        description=" ".join(filter(None, (provenance.origin and f"Sent by {provenance.origin}.", release))) or None,
        conditionsOfAccess=provenance.access,
        license=_license(provenance.copyright),
        encoding=[_ref(entity_id(file.path)) for file in (*provenance.files, member.premis)],
    )


def _file(file: FileObject, of: str) -> Line:
    name, description = _FILES[file.role]
    return _line(
        entity_id(file.path),
        type="File",
        name=f"{of}: {name}" if of else f"{name}: {file.path.removeprefix(PAYLOAD)}",
        description=description,
        encodingFormat=[file.media_type, _ref(_PRONOM + file.puid)] if file.puid else file.media_type,
        contentSize=str(file.size),
        sha256=file.digests.get("sha256"),
        alternateName=file.original_name,
    )


def _made(member: CrateMember) -> Iterator[tuple[Event, list[str], list[str]]]:
    """Yield each event that made a file, with the paths of the files that it used and of those that it made."""
    for event in member.provenance.events:
        used = [link.identifier for link in event.objects if link.role is ObjectRole.SOURCE]
        made = [link.identifier for link in event.objects if link.role is ObjectRole.OUTCOME]
        if event.type is EventType.INFORMATION_PACKAGE_CREATION:
            # The PREMIS file cannot speak of itself, so this says what it was made of.
            yield event, [file.path for file in member.provenance.files], [member.premis.path]
        elif used and made:
            yield event, used, made


def _action(event: Event, used: Sequence[str], made: Sequence[str], instrument: str, agent: str | None) -> Line:
    return _line(
        _urn(event.identifier),
        type="CreateAction",
        name=event.type.label,
        description=" ".join(event.details) or None,
        endTime=utc_timestamp(event.at),
        instrument=_ref(_urn(instrument)),
        object=_one_or_many([_ref(entity_id(path)) for path in used]),
        result=_one_or_many([_ref(entity_id(path)) for path in made]),
        agent=_ref(_urn(agent)) if agent else None,
    )


# These entities are the same in every crate of a run, so each is encoded once.


@lru_cache(maxsize=1)
def _descriptor() -> Line:
    return _line(CRATE_DESCRIPTOR, type="CreativeWork", about=_ref(ROOT), conformsTo=_ref(CRATE_SPECIFICATION))


@lru_cache(maxsize=32)
def _standard(puid: str, name: str, version: str | None) -> Line:
    # RO-Crate 1.2, Adding detailed descriptions of File encodings.
    return _line(_PRONOM + puid, type=["WebPage", "Standard"], name=name, version=version)


@lru_cache(maxsize=32)
def _rights_statement(address: str) -> Line:
    return _line(address, type="CreativeWork", name=_RIGHTS_NAMES.get(address, address), description=_RIGHTS_NOTE)


@lru_cache(maxsize=16)
def _software(software: Software) -> Line:
    parts = [f"{name} {version}" for name, version in software.components]
    return _line(
        _urn(software_agent(software).identifier),
        type="SoftwareApplication",
        name=software.name,
        version=software.full_version,
        softwareRequirements=_one_or_many(parts) if parts else None,
    )


@lru_cache(maxsize=16)
def _organization(name: str) -> Line:
    return _line(_urn(organization_agent(name).identifier), type="Organization", name=name)
