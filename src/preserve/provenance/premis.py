"""PREMIS 3.0 of a cable: written from its provenance, and checked against the schema of the Library of Congress.

The file describes the cable and the files made of it, but not itself, nor what is made after it: no file can state its
own digest. As every cable has one, it is lean and says each thing once:

* The namespace is the default one. A term has its label and ``valueURI``; its other two attributes would repeat that.
* A file has one digest, since the manifests have the others, and a format its PRONOM identifier, which stands for
  name and version (PREMIS Data Dictionary 3.0, 1.5.4: a designation or a registry).
* A derivation is a relationship of the file that was made, with its source and its event (1.13.4 asks for the event).
  The event then does not link these files again: no link need be recorded from both sides (2.7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Final, cast

from lxml import etree

from preserve.contracts import contract_bytes, find_crowded, xml_parser
from preserve.findings import Finding
from preserve.provenance.elements import (
    CABLE_TYPE,
    FILE_TYPE,
    PREMIS_NAMESPACE,
    UUID_TYPE,
    agent_element,
    block,
    document,
    event_element,
    identifier_element,
    leaf,
    relationship_element,
    term_element,
)
from preserve.provenance.model import (
    AgentLink,
    CableProvenance,
    Event,
    FileObject,
    ObjectLink,
    RightsStatement,
    utc_timestamp,
)
from preserve.provenance.vocabulary import HASH_TERMS, EventType, ObjectRole, Relationship, RelationshipSubType

__all__ = ["LINKS", "SCHEMA", "check_premis", "encode_premis", "parse_premis", "premis_identifiers"]

SCHEMA: Final = "external/premis-v3-0.xsd"
"""The schema among the contract files."""

_ALGORITHM: Final = "messageDigestAlgorithm"


def encode_premis(provenance: CableProvenance) -> bytes:
    """Return the PREMIS of a cable: the same bytes for equal provenance.

    A character that XML cannot hold becomes U+FFFD; the record keeps it.
    """
    paths = {file.path for file in provenance.files}
    makers = {link.identifier: event for event in provenance.events for link in event.objects if _is_outcome(link)}
    told = _derivation_links(provenance.files, makers)
    parts = [
        _cable(provenance),
        *[_file(file, makers.get(file.path)) for file in provenance.files],
        *[_event(event, paths, told.get(event.identifier, ())) for event in provenance.events],
        *[agent_element(agent) for agent in provenance.agents],
        _rights(provenance),
    ]
    return document([part for part in parts if part])


def _is_outcome(link: ObjectLink) -> bool:
    return link.role is ObjectRole.OUTCOME


def _derivation_links(files: Iterable[FileObject], makers: Mapping[str, Event]) -> Mapping[str, set[str]]:
    """Return the files that each event need not link, since the derivation of the file that it made tells of them."""
    told: dict[str, set[str]] = {}
    for file in files:
        if file.derived_from is not None and file.path in makers:
            told.setdefault(makers[file.path].identifier, set()).update((file.path, file.derived_from))
    return told


def _cable(provenance: CableProvenance) -> str:
    content = [identifier_element("object", CABLE_TYPE, provenance.identifier)]
    if provenance.files:
        files = [identifier_element("relatedObject", FILE_TYPE, file.path) for file in provenance.files]
        content.append(relationship_element(Relationship.STRUCTURAL, RelationshipSubType.IS_REPRESENTED_BY, *files))
    return block('<object xsi:type="intellectualEntity">', "object", content)


def _file(file: FileObject, maker: Event | None) -> str:
    # One digest is enough to tell the file by. Where SHA-256 was not computed, all that were are written.
    digests = {name: digest for name, digest in file.digests.items() if name == "sha256"} or file.digests
    fixity = "".join([_fixity(name, digest) for name, digest in sorted(digests.items())])
    content = [
        identifier_element("object", FILE_TYPE, file.path),
        f"<objectCharacteristics>{fixity}<size>{file.size}</size>{_format(file)}</objectCharacteristics>",
    ]
    if file.original_name is not None:
        content.append(leaf("originalName", file.original_name))
    if file.derived_from is not None:
        related = [identifier_element("relatedObject", FILE_TYPE, file.derived_from)]
        if maker is not None:
            related.append(identifier_element("relatedEvent", UUID_TYPE, maker.identifier))
        content.append(relationship_element(Relationship.DERIVATION, RelationshipSubType.HAS_SOURCE, *related))
    return block('<object xsi:type="file">', "object", content)


def _fixity(name: str, digest: str) -> str:
    term = HASH_TERMS.get(name)
    algorithm = term_element(_ALGORITHM, term) if term else leaf(_ALGORITHM, name)
    return f"<fixity>{algorithm}{leaf('messageDigest', digest)}</fixity>"


def _format(file: FileObject) -> str:
    if file.puid is None:
        return f"<format><formatDesignation>{leaf('formatName', file.format_name)}</formatDesignation></format>"
    key = leaf("formatRegistryKey", file.puid)
    return f"<format><formatRegistry><formatRegistryName>PRONOM</formatRegistryName>{key}</formatRegistry></format>"


def _event(event: Event, paths: Collection[str], told: Collection[str]) -> str:
    return event_element(
        event.identifier,
        term_element("eventType", event.type),
        utc_timestamp(event.at),
        details=event.details,
        outcome=term_element("eventOutcome", event.outcome),
        notes=event.outcome_notes,
        links=[
            *[_linked_agent(link) for link in event.agents],
            *[_linked_object(link, paths) for link in event.objects if link.identifier not in told],
        ],
    )


def _linked_agent(link: AgentLink) -> str:
    role = [] if link.role is None else [term_element("linkingAgentRole", link.role)]
    return identifier_element("linkingAgent", UUID_TYPE, link.agent, *role)


def _linked_object(link: ObjectLink, paths: Collection[str]) -> str:
    role = [] if link.role is None else [term_element("linkingObjectRole", link.role)]
    kind = FILE_TYPE if link.identifier in paths else CABLE_TYPE
    return identifier_element("linkingObject", kind, link.identifier, *role)


def _rights(provenance: CableProvenance) -> str:
    # The schema asks for at least one statement in rights.
    if not provenance.rights:
        return ""
    statements = [_statement(statement, provenance.identifier) for statement in provenance.rights]
    return block("<rights>", "rights", statements)


def _statement(statement: RightsStatement, cable: str) -> str:
    """Return a rights statement.

    Notes on a policy go with what it grants: their other place, ``otherRightsInformation``, is optional (4.1.6).
    """
    reasons = [statement.granted_note]
    content = [
        identifier_element("rightsStatement", UUID_TYPE, statement.identifier),
        term_element("rightsBasis", statement.basis),
    ]
    if statement.status is not None:
        # 4.1.3.2 asks for a country of ISO 3166. Cables are of the United States, whatever the post.
        notes = "".join([leaf("copyrightNote", note) for note in statement.notes])
        status = term_element("copyrightStatus", statement.status)
        jurisdiction = "<copyrightJurisdiction>us</copyrightJurisdiction>"
        content.append(f"<copyrightInformation>{status}{jurisdiction}{notes}</copyrightInformation>")
    else:
        reasons += statement.notes
    act = term_element("act", EventType.DISSEMINATION) + leaf("restriction", statement.restriction)
    notes = "".join([leaf("rightsGrantedNote", reason) for reason in reasons])
    content.append(f"<rightsGranted>{act}{notes}</rightsGranted>")
    content.append(identifier_element("linkingObject", CABLE_TYPE, cable))
    return block("<rightsStatement>", "rightsStatement", content)


# Checking.

_DEFINED: Final = ("objectIdentifier", "eventIdentifier", "agentIdentifier", "rightsStatementIdentifier")
LINKS: Final[Mapping[str, str]] = {
    "linkingAgentIdentifier": "agentIdentifier",
    "linkingEventIdentifier": "eventIdentifier",
    "linkingObjectIdentifier": "objectIdentifier",
    "linkingRightsStatementIdentifier": "rightsStatementIdentifier",
    "relatedEventIdentifier": "eventIdentifier",
    "relatedObjectIdentifier": "objectIdentifier",
}
"""The element that identifies a thing, for each element that links it."""
_VALUES: Final = {f"{{{PREMIS_NAMESPACE}}}{name}Value": name for name in (*_DEFINED, *LINKS)}
"""The element that identifies or links, by the name that the parser gives to the value in it."""

_LONG: Final = 256 << 10
"""Bytes from which on a document may have so many faults that to find their lines takes long."""

_MOST_FAULTS: Final = 5000
"""Faults against the schema that are listed of a document of that length."""


def check_premis(premis: bytes) -> tuple[Finding, ...]:
    """Return what is wrong with a PREMIS document from anybody; nothing is ever fetched.

    Returns:
        Findings ``premis-invalid``, ``premis-link-dangling`` and ``premis-identifier-repeated``.
    """
    root = parse_premis(premis)
    return (root,) if isinstance(root, Finding) else (*_against_schema(premis, root), *_identifiers(root))


def parse_premis(premis: bytes) -> etree._Element | Finding:
    """Return the root of a document from anybody, or the finding that says why it is refused."""
    try:
        root = etree.fromstring(premis, xml_parser())
    except etree.XMLSyntaxError as error:
        return Finding.of("premis-invalid", f"line {error.lineno or 1}", f"not well-formed XML: {error.msg}")
    if root.getroottree().docinfo.internalDTD is not None:
        return Finding.of("premis-invalid", "line 1", "it has a document type declaration, which PREMIS never needs")
    crowded = find_crowded(root)
    if crowded is not None:
        says = f"an element with {len(crowded.attrib):,} attributes, and PREMIS has none with so many"
        return Finding.of("premis-invalid", f"line {crowded.sourceline}", says)
    return root


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(contract_bytes(SCHEMA), xml_parser()))


def _against_schema(data: bytes, root: etree._Element) -> Iterator[Finding]:
    schema = _schema()
    if len(data) > _LONG and (faults := _count_faults(data)) > _MOST_FAULTS:
        yield Finding.of("premis-invalid", "", f"{faults:,} places are against the schema, too many to list")
    elif not schema.validate(root):
        for error in cast("Iterable[etree._LogEntry]", schema.error_log):
            yield Finding.of(
                "premis-invalid", f"line {error.line}", error.message.replace(f"{{{PREMIS_NAMESPACE}}}", "")
            )


def _count_faults(data: bytes) -> int:
    """Count what is against the schema, in time that grows as the document.

    A fault of a tree costs the way to its element, past all its siblings: a document of faults takes the square of its
    length. A fault of a stream costs nothing, but does not know its line.
    """
    parser = xml_parser(_schema())
    with suppress(etree.XMLSyntaxError):  # this is how a fault is told
        etree.fromstring(data, parser)
    return len(parser.error_log)


def _identifiers(root: etree._Element) -> Iterator[Finding]:
    defined: Counter[tuple[str, tuple[str, str]]] = Counter()
    links = []
    for name, identifier, value in premis_identifiers(root):
        target = LINKS.get(name)
        if target is None:
            defined[name, identifier] += 1
        else:
            links.append((target, identifier, name, value))
    for (name, (kind, text)), times in defined.items():
        if times > 1:
            yield Finding.of("premis-identifier-repeated", name, f"{kind} {text!r} identifies {times} things")
    for target, identifier, name, value in links:
        if (target, identifier) not in defined:
            message = f"{name} {identifier[0]} {identifier[1]!r} is no {target} of this document"
            yield Finding.of("premis-link-dangling", f"line {value.sourceline}", message)


def premis_identifiers(root: etree._Element) -> Iterator[tuple[str, tuple[str, str], etree._Element]]:
    """Yield what identifies or links in a document: the local name of the element, its type and value, and the value.

    The value comes once more as an element, so that a caller can say where it stands, or change it.
    """
    for value in root.iter(*_VALUES):
        kind = value.getprevious()
        yield _VALUES[str(value.tag)], ("" if kind is None else kind.text or "", value.text or ""), value
