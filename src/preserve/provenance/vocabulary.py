"""The terms that we write of the Library of Congress preservation vocabularies, each with its exact code and label.

Each list of ``http://id.loc.gov/vocabulary/preservation/`` is an enumeration. There is no term for a redaction on
purpose: this program redacts nothing and undoes no redaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

__all__ = [
    "AUTHORITY",
    "HASH_TERMS",
    "AgentRole",
    "AgentType",
    "CopyrightStatus",
    "EventType",
    "HashFunction",
    "ObjectRole",
    "Outcome",
    "Relationship",
    "RelationshipSubType",
    "RightsBasis",
    "Term",
    "find_term",
]

AUTHORITY: Final = "http://id.loc.gov/vocabulary/preservation"
"""The beginning of the address of every list; its terms are identified with ``http``, not ``https``."""

_SCHEMES: Final[Mapping[str, str]] = {
    "AgentRole": "eventRelatedAgentRole",
    "AgentType": "agentType",
    "CopyrightStatus": "copyrightStatus",
    "EventType": "eventType",
    "HashFunction": "cryptographicHashFunctions",
    "ObjectRole": "eventRelatedObjectRole",
    "Outcome": "eventOutcome",
    "Relationship": "relationshipType",
    "RelationshipSubType": "relationshipSubType",
    "RightsBasis": "rightsBasis",
}


class Term(Enum):
    """A term of a list.

    Attributes:
        code: The last part of its address, such as ``nor``.
        label: Its authoritative label, such as ``normalization``.
        uri: Its address.
    """

    def __init__(self, code: str, label: str) -> None:
        self.code = code
        self.label = label
        self.uri = f"{AUTHORITY}/{_SCHEMES[type(self).__name__]}/{code}"


class EventType(Term):
    """What happened."""

    CAPTURE = ("cap", "capture")
    CREATION = ("cre", "creation")
    DEACCESSION = ("dea", "deaccession")
    DISSEMINATION = ("dis", "dissemination")
    FIXITY_CHECK = ("fix", "fixity check")
    INFORMATION_PACKAGE_CREATION = ("ipc", "information package creation")
    INGESTION = ("ing", "ingestion")
    INGESTION_START = ("ins", "ingestion start")
    MESSAGE_DIGEST_CALCULATION = ("mes", "message digest calculation")
    METADATA_EXTRACTION = ("mee", "metadata extraction")
    METADATA_MODIFICATION = ("mem", "metadata modification")
    NORMALIZATION = ("nor", "normalization")
    REPLICATION = ("rep", "replication")
    TRANSFER = ("tra", "transfer")
    VALIDATION = ("val", "validation")


class Outcome(Term):
    """How it ended."""

    SUCCESS = ("suc", "success")
    WARNING = ("war", "warning")
    FAIL = ("fai", "fail")


class AgentType(Term):
    """What an agent is. Persons are left out: we name roles and institutions, never people."""

    ORGANIZATION = ("org", "organization")
    SOFTWARE = ("sof", "software")


class AgentRole(Term):
    """What an agent did in an event. That a program executed the event needs no term."""

    IMPLEMENTER = ("imp", "implementer")


class ObjectRole(Term):
    """What an object was in an event: its source or its outcome."""

    SOURCE = ("sou", "source")
    OUTCOME = ("out", "outcome")


class Relationship(Term):
    """How objects relate, broadly."""

    DERIVATION = ("der", "derivation")
    STRUCTURAL = ("str", "structural")


class RelationshipSubType(Term):
    """How objects relate, exactly."""

    HAS_SOURCE = ("hss", "has Source")
    INCLUDES = ("inc", "includes")
    IS_REPRESENTED_BY = ("isr", "is Represented By")
    REPRESENTS = ("rep", "represents")


class RightsBasis(Term):
    """What a right rests on."""

    COPYRIGHT = ("cop", "copyright")
    INSTITUTIONAL_POLICY = ("ins", "institutional policy")


class CopyrightStatus(Term):
    """Whether there is a copyright."""

    COPYRIGHTED = ("cpr", "copyrighted")
    PUBLIC_DOMAIN = ("pub", "public domain")
    UNKNOWN = ("unk", "unknown")


class HashFunction(Term):
    """The message digest algorithms that we use and that the list has."""

    MD5 = ("md5", "MD5")
    SHA1 = ("sha1", "SHA-1")
    SHA256 = ("sha256", "SHA-256")
    SHA384 = ("sha384", "SHA-384")
    SHA512 = ("sha512", "SHA-512")


HASH_TERMS: Final[Mapping[str, HashFunction]] = {term.code: term for term in HashFunction}
"""The term of each algorithm, by its BagIt name, which is its code too. Other algorithms have no term."""

_T = TypeVar("_T", bound=Term)


def find_term(scheme: type[_T], label: str) -> _T | None:
    """Return the term of a list that has a label; ``None`` when no term that we write has it."""
    return next((term for term in scheme if term.label == label), None)
