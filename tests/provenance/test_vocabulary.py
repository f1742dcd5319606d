"""The terms, against the Library of Congress lists as their RDF gave them (2018-09-24)."""

from __future__ import annotations

import pytest

from preserve.provenance import vocabulary
from preserve.provenance.vocabulary import Term
from preserve.xml_characters import escape_attribute, escape_content

PUBLISHED = {
    "agentType": {"har": "hardware", "org": "organization", "per": "person", "sof": "software"},
    "copyrightStatus": {"cpr": "copyrighted", "pub": "public domain", "unk": "unknown"},
    "cryptographicHashFunctions": {
        "md5": "MD5",
        "sha1": "SHA-1",
        "sha256": "SHA-256",
        "sha384": "SHA-384",
        "sha512": "SHA-512",
    },
    "eventOutcome": {"fai": "fail", "suc": "success", "war": "warning"},
    "eventRelatedAgentRole": {
        "aut": "authorizer",
        "exe": "executing program",
        "imp": "implementer",
        "val": "validator",
    },
    "eventRelatedObjectRole": {"out": "outcome", "sou": "source"},
    "eventType": {
        "acc": "accession",
        "cap": "capture",
        "cre": "creation",
        "dea": "deaccession",
        "del": "deletion",
        "dis": "dissemination",
        "fix": "fixity check",
        "for": "format identification",
        "ing": "ingestion",
        "ins": "ingestion start",
        "ipc": "information package creation",
        "mee": "metadata extraction",
        "mem": "metadata modification",
        "mes": "message digest calculation",
        "mig": "migration",
        "nor": "normalization",
        "rep": "replication",
        "tra": "transfer",
        "val": "validation",
    },
    "relationshipSubType": {
        "hss": "has Source",
        "inc": "includes",
        "isr": "is Represented By",
        "iso": "is Source Of",
        "rep": "represents",
    },
    "relationshipType": {"der": "derivation", "str": "structural"},
    "rightsBasis": {
        "cop": "copyright",
        "ins": "institutional policy",
        "lic": "license",
        "oth": "other",
        "sta": "statute",
    },
}
TERMS = [term for scheme in Term.__subclasses__() for term in scheme]


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_each_term_is_one_of_the_published_lists(term: Term) -> None:
    base, scheme, code = term.uri.rsplit("/", 2)
    assert base == "http://id.loc.gov/vocabulary/preservation"
    assert PUBLISHED[scheme][code] == term.label


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_no_term_needs_an_escape_in_xml(term: Term) -> None:
    assert escape_attribute(term.label + term.uri) == escape_content(term.label + term.uri) == term.label + term.uri


def test_no_term_says_that_we_redact() -> None:
    assert not [term for term in TERMS if term.code == "red"]


def test_hash_terms_are_found_by_bagit_name() -> None:
    assert vocabulary.HASH_TERMS["sha512"].label == "SHA-512"
    assert "blake2b" not in vocabulary.HASH_TERMS
