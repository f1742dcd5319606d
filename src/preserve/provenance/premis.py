"""PREMIS 3.0 of one cable: written from its provenance, and checked against the schema of the Library of Congress.

Scope: XML out, findings in. Not in scope: what happened (:mod:`preserve.provenance.history`); METS, which would only
repeat the manifest and this.

The file describes the cable and its source, record and TEI; never itself, nor what is made after it: no file can
state its own digest. It is lean: one line an element of the second level, the default namespace, terms by their
``valueURI`` alone. A term's other two attributes only repeat what that address says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, cast
from xml.sax.saxutils import escape

from lxml import etree

from preserve.contract import contract_bytes
from preserve.findings import Finding, found
from preserve.provenance.model import (
    Agent,
    CableProvenance,
    Event,
    FileObject,
    ObjectLink,
    RightsStatement,
    stamp,
)
from preserve.provenance.vocabulary import (
    HASH_TERMS,
    EventType,
    ObjectRole,
    Relationship,
    RelationshipSubType,
    RightsBasis,
    Term,
)

__all__ = ["NAMESPACE", "SCHEMA", "check", "encode"]

NAMESPACE: Final = "http://www.loc.gov/premis/v3"
SCHEMA: Final = "external/premis-v3-0.xsd"
"""The name of the schema among the contract files."""

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

# XML 1.0 2.2, production Char: what is not in it cannot be in a document, not even as a reference.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ._/:;,()+'-]*")

# PREMIS Data Dictionary 3.0, objectIdentifierType: the domain in which the value is unique.
_FILE: Final = "local"
_CABLE: Final = "cable"
_UUID: Final = "UUID"
_ALGORITHM: Final = "messageDigestAlgorithm"


def encode(provenance: CableProvenance) -> bytes:
    """Write the PREMIS of one cable.

    Equal provenance gives equal bytes. A character that XML cannot hold becomes U+FFFD; the record keeps it.
    """
    derivations = _derivations(provenance.events)
    paths = {file.path for file in provenance.files}
    parts = [
        _cable(provenance),
        *(_file(file, derivations.get(file.path)) for file in provenance.files),
        *(_event(event, paths) for event in provenance.events),
        *(_agent(agent) for agent in provenance.agents),
        _rights(provenance),
    ]
    text = "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<premis xmlns="{NAMESPACE}" xmlns:xsi="{_XSI}" version="3.0">',
            *(part for part in parts if part),
            "</premis>\n",
        )
    )
    return text.encode("utf-8")


# Writing: each function gives the text of one element.


def _element(name: str, *content: str) -> str:
    return f"<{name}>{''.join(content)}</{name}>"


def _block(start: str, name: str, content: Iterable[str]) -> str:
    return "\n".join((start, *content, f"</{name}>"))


def _leaf(name: str, value: str) -> str:
    return f"<{name}>{_text(value)}</{name}>"


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    # A bare carriage return would be read back as a line feed (XML 1.0 2.11).
    return escape(_NOT_XML.sub(chr(0xFFFD), value), {"\r": "&#13;"})


@cache
def _term(name: str, term: Term) -> str:
    return f'<{name} valueURI="{term.uri}">{term.label}</{name}>'


def _identifier(of: str, kind: str, value: str, *more: str) -> str:
    # The kinds are our own words: nothing in them to escape.
    return (
        f"<{of}Identifier><{of}IdentifierType>{kind}</{of}IdentifierType>"
        f"<{of}IdentifierValue>{_text(value)}</{of}IdentifierValue>{''.join(more)}</{of}Identifier>"
    )


def _cable(provenance: CableProvenance) -> str:
    content = [_identifier("object", _CABLE, provenance.identifier)]
    if provenance.files:
        content.append(
            _element(
                "relationship",
                _term("relationshipType", Relationship.STRUCTURAL),
                _term("relationshipSubType", RelationshipSubType.IS_REPRESENTED_BY),
                *(_identifier("relatedObject", _FILE, file.path) for file in provenance.files),
            )
        )
    return _block('<object xsi:type="intellectualEntity">', "object", content)


def _derivations(events: Iterable[Event]) -> Mapping[str, str]:
    """Return the event that each file is the outcome of, by path."""
    return {link.identifier: event.identifier for event in events for link in event.objects if _is_outcome(link)}


def _is_outcome(link: ObjectLink) -> bool:
    return link.role is ObjectRole.OUTCOME


def _file(file: FileObject, event: str | None) -> str:
    content = [
        _identifier("object", _FILE, file.path),
        _element(
            "objectCharacteristics",
            *(_fixity(name, digest) for name, digest in sorted(file.digests.items())),
            _leaf("size", str(file.size)),
            _format(file),
        ),
    ]
    if file.original_name is not None:
        content.append(_leaf("originalName", file.original_name))
    if file.derived_from is not None:
        content.append(
            _element(
                "relationship",
                _term("relationshipType", Relationship.DERIVATION),
                _term("relationshipSubType", RelationshipSubType.HAS_SOURCE),
                _identifier("relatedObject", _FILE, file.derived_from),
                *([_identifier("relatedEvent", _UUID, event)] if event else []),
            )
        )
    return _block('<object xsi:type="file">', "object", content)


def _fixity(name: str, digest: str) -> str:
    term = HASH_TERMS.get(name)
    algorithm = _term(_ALGORITHM, term) if term else _leaf(_ALGORITHM, name)
    return _element("fixity", algorithm, _leaf("messageDigest", digest))


def _format(file: FileObject) -> str:
    version = [] if file.format_version is None else [_leaf("formatVersion", file.format_version)]
    content = [_element("formatDesignation", _leaf("formatName", file.format_name), *version)]
    if file.puid is not None:
        name, key = _leaf("formatRegistryName", "PRONOM"), _leaf("formatRegistryKey", file.puid)
        content.append(_element("formatRegistry", name, key))
    return _element("format", *content)


def _event(event: Event, paths: set[str]) -> str:
    note = event.outcome_note
    detail = [] if note is None else [_element("eventOutcomeDetail", _leaf("eventOutcomeDetailNote", note))]
    agents = (
        _identifier("linkingAgent", _UUID, link.agent, _term("linkingAgentRole", link.role)) for link in event.agents
    )
    content = [
        _identifier("event", _UUID, event.identifier),
        _term("eventType", event.type),
        _leaf("eventDateTime", stamp(event.at)),
        _element("eventDetailInformation", _leaf("eventDetail", event.detail)),
        _element("eventOutcomeInformation", _term("eventOutcome", event.outcome), *detail),
        *agents,
        *(_linked_object(link, paths) for link in event.objects),
    ]
    return _block("<event>", "event", content)


def _linked_object(link: ObjectLink, paths: set[str]) -> str:
    role = [] if link.role is None else [_term("linkingObjectRole", link.role)]
    return _identifier("linkingObject", _FILE if link.identifier in paths else _CABLE, link.identifier, *role)


def _agent(agent: Agent) -> str:
    content = [
        _identifier("agent", _UUID, agent.identifier),
        _leaf("agentName", agent.name),
        _term("agentType", agent.type),
        *([] if agent.version is None else [_leaf("agentVersion", agent.version)]),
        *(_leaf("agentNote", note) for note in agent.notes),
    ]
    return _block("<agent>", "agent", content)


def _rights(provenance: CableProvenance) -> str:
    # The schema wants at least one statement inside rights.
    if not provenance.rights:
        return ""
    statements = (_statement(statement, provenance.identifier) for statement in provenance.rights)
    return _block("<rights>", "rights", statements)


def _statement(statement: RightsStatement, cable: str) -> str:
    granted = _element(
        "rightsGranted",
        _term("act", EventType.DISSEMINATION),
        _leaf("restriction", statement.restriction),
        _leaf("rightsGrantedNote", statement.granted_note),
    )
    content = [
        _identifier("rightsStatement", _UUID, statement.identifier),
        _term("rightsBasis", statement.basis),
        _basis(statement),
        granted,
        _identifier("linkingObject", _CABLE, cable),
    ]
    return _block("<rightsStatement>", "rightsStatement", content)


def _basis(statement: RightsStatement) -> str:
    if statement.status is not None:
        # The act is of the United States; ISO 3166-1 alpha-2, as the schema recommends.
        where = _leaf("copyrightJurisdiction", "us")
        notes = (_leaf("copyrightNote", note) for note in statement.notes)
        return _element("copyrightInformation", _term("copyrightStatus", statement.status), where, *notes)
    basis = _term("otherRightsBasis", RightsBasis.INSTITUTIONAL_POLICY)
    return _element("otherRightsInformation", basis, *(_leaf("otherRightsNote", note) for note in statement.notes))


# Checking.

_DEFINED: Final = ("objectIdentifier", "eventIdentifier", "agentIdentifier", "rightsStatementIdentifier")
_LINKS: Final[Mapping[str, str]] = {
    "linkingAgentIdentifier": "agentIdentifier",
    "linkingEventIdentifier": "eventIdentifier",
    "linkingObjectIdentifier": "objectIdentifier",
    "linkingRightsStatementIdentifier": "rightsStatementIdentifier",
    "relatedEventIdentifier": "eventIdentifier",
    "relatedObjectIdentifier": "objectIdentifier",
}
"""Each element that links, to the element that it must be found in."""


def check(premis: bytes) -> tuple[Finding, ...]:
    """Look for what is wrong with a PREMIS document.

    It is untrusted: entities, external definitions and documents with a document type are refused, and nothing is
    ever fetched. Findings are ``premis-invalid``, ``premis-link-dangling`` and ``premis-identifier-repeated``.
    """
    try:
        root = etree.fromstring(premis, _parser())
    except etree.XMLSyntaxError as error:
        return (found("premis-invalid", f"line {error.lineno or 1}", f"not well-formed XML: {error.msg}"),)
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None:
        return (found("premis-invalid", "line 1", "it has a document type declaration, which PREMIS never needs"),)
    return (*_against_schema(tree), *_identifiers(root))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(contract_bytes(SCHEMA), _parser()))


def _against_schema(tree: etree._ElementTree) -> Iterator[Finding]:
    schema = _schema()
    if not schema.validate(tree):
        for error in cast("Iterable[etree._LogEntry]", schema.error_log):
            yield found("premis-invalid", f"line {error.line}", error.message.replace(f"{{{NAMESPACE}}}", ""))


def _identifiers(root: etree._Element) -> Iterator[Finding]:
    names = {f"{{{NAMESPACE}}}{name}": name for name in (*_DEFINED, *_LINKS)}
    elements = [(names[str(element.tag)], element) for element in root.iter(*names)]
    defined = Counter((name, _pair(element)) for name, element in elements if name in _DEFINED)
    for (name, pair), times in defined.items():
        if times > 1:
            yield found("premis-identifier-repeated", name, f"{pair[0]} {pair[1]!r} identifies {times} things")
    for name, element in elements:
        pair = _pair(element)
        if name in _LINKS and (_LINKS[name], pair) not in defined:
            message = f"{name} {pair[0]} {pair[1]!r} is no {_LINKS[name]} of this document"
            yield found("premis-link-dangling", f"line {element.sourceline}", message)


def _pair(element: etree._Element) -> tuple[str, str]:
    texts = [child.text or "" for child in list(element)[:2]]
    return texts[0] if texts else "", texts[1] if len(texts) > 1 else ""
