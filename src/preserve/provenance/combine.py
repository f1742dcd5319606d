"""One PREMIS document for stored bags: what the PREMIS in them says, and what was logged about them afterwards.

Every bag becomes a representation that includes its files. Each event of a bag links the bag, so that the events of two
versions of a cable stay apart. An identifier that is unique in its bag only, such as a path, gets the name of the bag
before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from lxml import etree

from preserve.errors import RecordError
from preserve.findings import Finding
from preserve.provenance import premis
from preserve.provenance.elements import (
    CABLE_TYPE,
    FILE_TYPE,
    PREMIS_NAMESPACE,
    UUID_TYPE,
    agent_element,
    document,
    event_element,
    identifier_element,
    leaf,
    relationship_element,
    term_element,
)
from preserve.provenance.model import Agent
from preserve.provenance.vocabulary import EventType, Outcome, Relationship, RelationshipSubType, Term, find_term

__all__ = ["BAG_TYPE", "KeptBag", "LaterEvent", "PremisEvent", "combine_premis", "premis_events"]

BAG_TYPE: Final = "bag"
"""The type of the identifier of a bag, such as ``05STRELSAU4281/v1``."""

_P: Final = f"{{{PREMIS_NAMESPACE}}}"
_XSI_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ENTITY_PARTS: Final = (
    "objectIdentifier",
    "preservationLevel",
    "significantProperties",
    "originalName",
    "environmentFunction",
    "environmentDesignation",
    "environmentRegistry",
    "environmentExtension",
    "relationship",
    "linkingEventIdentifier",
    "linkingRightsStatementIdentifier",
)
"""The parts of an intellectual entity, in the order that the schema asks for."""

Named = tuple[str, tuple[str, str]]
"""What identifies a thing: the name of the element, then its type and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterEvent:
    """Something that happened to a bag after it was made, in the words of a log.

    Attributes:
        identifier: A UUID.
        type: What happened: a label of the list ``eventType``, or another word, which is written without an address.
        at: When it happened, such as ``2026-01-31T09:30:00Z``.
        detail: What happened, in a sentence.
        outcome: How it ended: a label of the list ``eventOutcome``, or another word.
        notes: What there is to add, in words.
        agent: The agent that did it.
    """

    identifier: str
    type: str
    at: str
    detail: str
    outcome: str
    notes: tuple[str, ...] = ()
    agent: Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBag:
    """A version of a bag that is kept.

    Attributes:
        label: What people call it, such as ``05STRELSAU4281/v1``.
        cables: The identifiers of the cables in it.
        documents: The PREMIS documents in it, as bytes that nobody has checked.
        later: What happened to it after it was made.
    """

    label: str
    cables: tuple[str, ...]
    documents: tuple[bytes, ...] = ()
    later: tuple[LaterEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisEvent:
    """An event as a PREMIS document tells it.

    Attributes:
        identifier: The value of its identifier.
        type: What happened.
        at: When it happened.
        details: What happened, in words.
        outcomes: How it ended.
        notes: What there is to add to the outcomes.
        agents: The names of the agents that took part.
        bag: The label of the bag to which it happened; ``None`` when it links no bag.
        objects: The identifiers of the other objects that it links.
    """

    identifier: str
    type: str
    at: str
    details: tuple[str, ...]
    outcomes: tuple[str, ...]
    notes: tuple[str, ...]
    agents: tuple[str, ...]
    bag: str | None
    objects: tuple[str, ...]


def combine_premis(bags: Sequence[KeptBag]) -> bytes:
    """Return one document of all that is known of some bags: events in the order of their times, each agent once.

    Raises:
        RecordError: A PREMIS document of a bag is not valid, or two contradict each other.
    """
    parts = _Parts({}, [], [], {}, [])
    for bag in bags:
        files: list[str] = []
        for data in bag.documents:
            files += _take(parts, _root(data, f"the PREMIS of {bag.label}"), bag.label)
        _add_bag(parts, bag, files)
    root = _parsed()
    root.extend(parts.entities.values())
    root.extend(parts.objects)
    root.extend(sorted(parts.events, key=_time))
    root.extend(parts.agents.values())
    root.extend(parts.rights)
    # The parts come from documents with other white space between them; theirs is replaced by one line break each.
    root.text = "\n"
    for child in root:
        child.tail = "\n"
    data = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        + etree.tostring(root, encoding="UTF-8", xml_declaration=False)
        + b"\n"
    )
    _refuse_invalid(premis.check_premis(data), f"what the PREMIS of {', '.join(bag.label for bag in bags)} comes to")
    return data


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was taken in so far, entities and agents by what identifies them."""

    entities: dict[Named, etree._Element]
    objects: list[etree._Element]
    events: list[etree._Element]
    agents: dict[Named, etree._Element]
    rights: list[etree._Element]

    def taken(self) -> set[Named]:
        """Return what is identified in it, entities aside."""
        elements = (*self.objects, *self.events, *self.agents.values(), *self.rights)
        return {named for element in elements for named in _names(element)}


def _refuse_invalid(findings: Sequence[Finding], what: str) -> None:
    if findings:
        first = findings[0]
        more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
        raise RecordError(
            f"{what} is not valid: {first.where}: {first.message.rstrip('.')}{more}",
            hint="Run preserve verify or preserve audit to learn whether the bag is what it was.",
        )


def _root(data: bytes, what: str) -> etree._Element:
    _refuse_invalid(premis.check_premis(data), what)
    # parse_premis refuses nothing in which check_premis found nothing.
    return cast("etree._Element", premis.parse_premis(data))


def _parsed(*elements: str) -> etree._Element:
    """Return the root of a document of elements that we wrote ourselves."""
    return cast("etree._Element", premis.parse_premis(document(elements)))


def _take(parts: _Parts, root: etree._Element, label: str) -> list[str]:
    """Take in a document of a bag, link its events to the bag, and return the names of its files."""
    _rename(root, _new_names(parts, root, label))
    files = []
    for child in list(root):
        match str(child.tag).removeprefix(_P):
            case "object":
                kind = (child.get(_XSI_TYPE) or "").rpartition(":")[2]
                # lxml moves declarations with names, but does not see the prefix in the value of an attribute.
                child.set(_XSI_TYPE, kind)
                if kind == "intellectualEntity":
                    _take_entity(parts, child)
                else:
                    parts.objects.append(child)
                    files += [value for _, (type_, value) in _names(child) if type_ == FILE_TYPE]
            case "event":
                child.append(_parsed(identifier_element("linkingObject", BAG_TYPE, label))[0])
                parts.events.append(child)
            case "agent":
                parts.agents.setdefault(_names(child)[0], child)
            case _:
                parts.rights.append(child)
    return files


def _names(element: etree._Element) -> list[Named]:
    """Return what an element and the elements in it identify."""
    return [
        (name, identifier) for name, identifier, _ in premis.premis_identifiers(element) if name not in premis.LINKS
    ]


def _new_names(parts: _Parts, root: etree._Element, label: str) -> Mapping[Named, str]:
    """Return a new value for each identifier that another document may use for another thing.

    Such are the paths of files, which are unique in their bag only, and identifiers that are taken. An intellectual
    entity is the same everywhere, and so is an agent that is described in the same words: they keep theirs.
    """
    taken = parts.taken()
    names = {}
    for child in root:
        entity = (child.get(_XSI_TYPE) or "").endswith("intellectualEntity")
        known = parts.agents.get(_names(child)[0]) if child.tag == f"{_P}agent" else None
        if entity or (known is not None and _content(known) == _content(child)):
            continue
        for named in _names(child):
            if named[1][0] == FILE_TYPE or named in taken:
                names[named] = f"{label}/{named[1][1]}"
    return names


def _content(element: etree._Element) -> tuple[object, ...]:
    """Return what an element says, whatever its prefixes, order of attributes and white space around texts."""
    text = (element.text or "").strip()
    attributes = tuple(sorted(element.attrib.items()))
    return (str(element.tag), attributes, text, tuple(_content(child) for child in element))


def _rename(root: etree._Element, names: Mapping[Named, str]) -> None:
    for name, identifier, element in premis.premis_identifiers(root):
        new = names.get((premis.LINKS.get(name, name), identifier))
        if new is not None:
            element.text = new


def _take_entity(parts: _Parts, entity: etree._Element) -> None:
    known = parts.entities.setdefault(_names(entity)[0], entity)
    if known is not entity:
        stated = {_content(part) for part in known}
        known.extend([part for part in entity if _content(part) not in stated])
        known[:] = sorted(known, key=lambda part: _ENTITY_PARTS.index(str(part.tag).removeprefix(_P)))


def _add_bag(parts: _Parts, bag: KeptBag, files: Sequence[str]) -> None:
    """Add a bag as a representation of its cables, and what happened to it after it was made."""
    identifier = identifier_element("object", BAG_TYPE, bag.label)
    cables = [identifier_element("relatedObject", CABLE_TYPE, cable) for cable in bag.cables]
    included = [identifier_element("relatedObject", FILE_TYPE, file) for file in files]
    relationships = [
        relationship_element(Relationship.STRUCTURAL, kind, *related)
        for kind, related in ((RelationshipSubType.REPRESENTS, cables), (RelationshipSubType.INCLUDES, included))
        if related
    ]
    content = "\n".join((identifier, *relationships))
    parts.objects.extend(_parsed(f'<object xsi:type="representation">\n{content}\n</object>'))
    for cable in bag.cables:
        entity = f'<object xsi:type="intellectualEntity">{identifier_element("object", CABLE_TYPE, cable)}'
        _take_entity(parts, _parsed(f"{entity}</object>")[0])
    for event in bag.later:
        agent = _parsed(agent_element(event.agent))[0]
        parts.agents.setdefault(_names(agent)[0], agent)
        parts.events.extend(_parsed(_later(event, bag.label)))


def _later(event: LaterEvent, label: str) -> str:
    return event_element(
        event.identifier,
        _worded("eventType", find_term(EventType, event.type), event.type),
        event.at,
        details=[event.detail],
        outcome=_worded("eventOutcome", find_term(Outcome, event.outcome), event.outcome),
        notes=event.notes,
        links=(
            identifier_element("linkingAgent", UUID_TYPE, event.agent.identifier),
            identifier_element("linkingObject", BAG_TYPE, label),
        ),
    )


def _worded(name: str, term: Term | None, word: str) -> str:
    return leaf(name, word) if term is None else term_element(name, term)


def _time(event: etree._Element) -> tuple[datetime, str]:
    """Return the key to sort events by. A time without a zone counts as UTC; one that we cannot read comes first."""
    text = event.findtext(f"{_P}eventDateTime") or ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    return at if at.tzinfo else at.replace(tzinfo=UTC), text


def premis_events(premis_document: bytes) -> tuple[PremisEvent, ...]:
    """Return the events of a document that :func:`combine_premis` wrote, in its order."""
    root = cast("etree._Element", premis.parse_premis(premis_document))
    names = {_names(agent)[0][1]: agent.findtext(f"{_P}agentName") or "" for agent in root.iterchildren(f"{_P}agent")}
    return tuple(_event(event, names) for event in root.iterchildren(f"{_P}event"))


def _event(event: etree._Element, agents: Mapping[tuple[str, str], str]) -> PremisEvent:
    links = [(name, identifier) for name, identifier, _ in premis.premis_identifiers(event)]
    objects = [identifier for name, identifier in links if name == "linkingObjectIdentifier"]
    return PremisEvent(
        identifier=links[0][1][1],
        type=_texts(event, "eventType")[0],
        at=_texts(event, "eventDateTime")[0],
        details=_texts(event, "eventDetail"),
        outcomes=_texts(event, "eventOutcome"),
        notes=_texts(event, "eventOutcomeDetailNote"),
        agents=tuple(agents[identifier] for name, identifier in links if name == "linkingAgentIdentifier"),
        bag=next((value for kind, value in objects if kind == BAG_TYPE), None),
        objects=tuple(value for kind, value in objects if kind != BAG_TYPE),
    )


def _texts(element: etree._Element, name: str) -> tuple[str, ...]:
    return tuple(each.text or "" for each in element.iter(f"{_P}{name}"))
