"""The elements of a PREMIS 3.0 document as strings: identifiers, links, terms, events, agents, and the whole.

Strings, because every cable has a PREMIS document and a tree takes six times as long (measured). The schema is one
sequence of elements after another, so the order of parts is never free.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from preserve.provenance.model import Agent
from preserve.provenance.vocabulary import Relationship, RelationshipSubType, Term
from preserve.xml_characters import escape_content

__all__ = [
    "CABLE_TYPE",
    "FILE_TYPE",
    "PREMIS_NAMESPACE",
    "UUID_TYPE",
    "agent_element",
    "block",
    "document",
    "event_element",
    "identifier_element",
    "leaf",
    "relationship_element",
    "term_element",
]

PREMIS_NAMESPACE: Final = "http://www.loc.gov/premis/v3"

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

# PREMIS Data Dictionary 3.0, 1.1.1 objectIdentifierType: the domain in which the value is unique.
FILE_TYPE: Final = "local"
CABLE_TYPE: Final = "cable"
UUID_TYPE: Final = "UUID"


def document(elements: Iterable[str]) -> bytes:
    """Return a document of elements that are written already: objects first, then events, agents and rights."""
    content = "\n".join(elements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<premis xmlns="{PREMIS_NAMESPACE}" xmlns:xsi="{_XSI}" version="3.0">\n{content}\n</premis>\n'
    ).encode()


def leaf(name: str, value: str) -> str:
    """Return an element that holds any text."""
    return f"<{name}>{escape_content(value)}</{name}>"


def term_element(name: str, term: Term) -> str:
    """Return an element that holds a term of a Library of Congress list: its label and its address."""
    # No escaping: terms are ours, and a test holds that none needs it.
    return f'<{name} valueURI="{term.uri}">{term.label}</{name}>'


def identifier_element(of: str, kind: str, value: str, *more: str) -> str:
    """Return an identifier or a link.

    Args:
        of: What is identified, such as ``object``; begins with ``linking`` or ``related`` for a link.
        kind: The type of the identifier, which is one of our own words.
        value: The value of the identifier, any text.
        more: Elements that follow in it, such as a role.
    """
    start, between, end, close = _frame(of)
    return f"{start}{kind}{between}{escape_content(value)}{end}{''.join(more)}{close}"


@cache
def _frame(of: str) -> tuple[str, str, str, str]:
    """Return what stands around the type, the value and the rest of an identifier: nine tenths of each link."""
    name = f"{of}Identifier"
    return f"<{name}><{name}Type>", f"</{name}Type><{name}Value>", f"</{name}Value>", f"</{name}>"


def relationship_element(kind: Relationship, exactly: RelationshipSubType, *related: str) -> str:
    """Return how an object relates to others, which are given as links."""
    sort = term_element("relationshipType", kind) + term_element("relationshipSubType", exactly)
    return f"<relationship>{sort}{''.join(related)}</relationship>"


def block(start: str, name: str, content: Iterable[str]) -> str:
    """Return an element of the second level, with a line for each of its parts."""
    return "\n".join((start, *content, f"</{name}>"))


def event_element(
    identifier: str,
    kind: str,
    at: str,
    *,
    details: Iterable[str],
    outcome: str,
    notes: Iterable[str],
    links: Iterable[str],
) -> str:
    """Return an event (PREMIS Data Dictionary 3.0, 2).

    Args:
        identifier: A UUID.
        kind: The element ``eventType``.
        at: When it happened, as :func:`preserve.provenance.model.utc_timestamp` writes it.
        details: What happened, in words.
        outcome: The element ``eventOutcome``.
        notes: What there is to add to the outcome, in words.
        links: The links to agents, then those to objects.
    """
    noted = "".join(
        [f"<eventOutcomeDetail>{leaf('eventOutcomeDetailNote', note)}</eventOutcomeDetail>" for note in notes]
    )
    content = [
        identifier_element("event", UUID_TYPE, identifier),
        kind,
        leaf("eventDateTime", at),
        *[f"<eventDetailInformation>{leaf('eventDetail', each)}</eventDetailInformation>" for each in details],
        f"<eventOutcomeInformation>{outcome}{noted}</eventOutcomeInformation>",
        *links,
    ]
    return block("<event>", "event", content)


def agent_element(agent: Agent) -> str:
    """Return an agent (PREMIS Data Dictionary 3.0, 3)."""
    content = [
        identifier_element("agent", UUID_TYPE, agent.identifier),
        leaf("agentName", agent.name),
        term_element("agentType", agent.type),
        *([] if agent.version is None else [leaf("agentVersion", agent.version)]),
        *[leaf("agentNote", note) for note in agent.notes],
    ]
    return block("<agent>", "agent", content)
