"""A dataset of Dataverse, its citation block and terms: the body of ``POST /api/dataverses/ALIAS/datasets``.

Files are uploaded apart; those of a cable that is not open, with ``"restrict": true``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from preserve.description.model import Description
from preserve.description.targets.words import TAGS
from preserve.description.text import drop_absent, json_file

__all__ = ["FIELDS", "write"]

FIELDS: Final[Mapping[str, tuple[str, bool]]] = {
    "title": ("primitive", False),
    "alternativeTitle": ("primitive", True),
    "otherId": ("compound", True),
    "author": ("compound", True),
    "datasetContact": ("compound", True),
    "dsDescription": ("compound", True),
    "subject": ("controlledVocabulary", True),
    "keyword": ("compound", True),
    "language": ("controlledVocabulary", True),
    "productionDate": ("primitive", False),
    "productionPlace": ("primitive", True),
    "kindOfData": ("primitive", True),
    "relatedMaterial": ("primitive", True),
    "dataSources": ("primitive", True),
    "notesText": ("primitive", False),
}
"""Each field that we fill in: its class, and whether it may repeat (Dataverse 6, ``citation.tsv``)."""


def write(description: Description) -> bytes:
    """Return the description as Dataverse's native JSON."""
    values = drop_absent(
        {
            "title": description.title,
            "alternativeTitle": [description.subject_line] if description.subject_line else [],
            "otherId": _identifiers(description),
            "author": [_compound(authorName=description.creator)],
            "datasetContact": [
                _compound(datasetContactName=description.holder.name, datasetContactEmail=description.holder.email)
            ],
            "dsDescription": [_compound(dsDescriptionValue=description.abstract)],
            # Dataverse asks for at least one of fourteen subjects; this is what a foreign service writes about.
            "subject": ["Social Sciences"],
            "keyword": [_compound(keywordValue=each.value, keywordVocabulary=TAGS) for each in description.keywords],
            "language": ["English"],
            "productionDate": description.date,
            "productionPlace": [description.place] if description.place else [],
            "kindOfData": ["telegram"],
            "relatedMaterial": [f"Telegram {identifier}" for identifier in description.references],
            "dataSources": [str(description.release)] if description.release else [],
            "notesText": description.advisory,
        }
    )
    fields = [
        {"typeName": name, "typeClass": kind, "multiple": multiple, "value": values[name]}
        for name, (kind, multiple) in FIELDS.items()
        if name in values
    ]
    terms = [text for text in (description.copyright, description.rights_statement) if text]
    citation = {"displayName": "Citation Metadata", "fields": fields}
    version = {
        "termsOfUse": " ".join(terms),
        "termsOfAccess": description.access_says,
        "fileAccessRequest": False,
        "metadataBlocks": {"citation": citation},
    }
    return json_file({"datasetVersion": version})


def _compound(**parts: str | None) -> dict[str, object]:
    return {
        name: {"typeName": name, "typeClass": "primitive", "multiple": False, "value": value}
        for name, value in parts.items()
        if value
    }


def _identifiers(description: Description) -> Sequence[dict[str, object]]:
    pairs = (
        ("Cable identifier", description.identifier),
        ("URN", description.urn),
        ("SHA-256 of the tag manifest", description.bag.seal),
    )
    return [_compound(otherIdAgency=agency, otherIdValue=value) for agency, value in pairs if value]
