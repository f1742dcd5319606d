"""DataCite Metadata Schema 4.5 as JSON, with which a DOI is registered; whoever registers adds the DOI.

A DOI is a public promise that is never taken back, so nothing is written of a restricted cable.
"""

from __future__ import annotations

from preserve.description.model import Description
from preserve.description.targets.words import ACCESS_RIGHTS, GENRE, TAGS
from preserve.description.text import drop_absent, json_file, web_address

__all__ = ["write"]

_TYPE = "Text"


def write(description: Description) -> bytes:
    """Return the description as DataCite JSON, without a DOI."""
    title, subject_line = {"title": description.title, "lang": "en"}, description.subject_line
    return json_file(
        drop_absent(
            {
                "types": {"resourceTypeGeneral": _TYPE, "resourceType": GENRE},
                "creators": [{"name": description.creator, "nameType": "Organizational"}],
                "titles": [
                    title,
                    *([{"title": subject_line, "titleType": "AlternativeTitle"}] if subject_line else []),
                ],
                "publisher": {"name": description.holder.name},
                # Of the package, not of the cable. formats.FORMATS refuses a bag without a date.
                "publicationYear": (description.bag.packaged or "")[:4],
                "subjects": [{"subject": each.value, "subjectScheme": TAGS} for each in description.keywords],
                "dates": _dates(description),
                "language": "en",
                "alternateIdentifiers": _identifiers(description),
                "relatedItems": _related(description),
                "sizes": [description.extent] if description.extent else [],
                "formats": list(description.media_types),
                "rightsList": _rights(description),
                "descriptions": _descriptions(description),
                "schemaVersion": "http://datacite.org/schema/kernel-4",
            }
        )
    )


def _dates(description: Description) -> list[dict[str, str]]:
    release = description.release
    dates = []
    created = description.date
    if created:
        dates.append({"date": created, "dateType": "Created"})
    if release and release.date:
        says = f"Release of the source: {release.name}"
        dates.append({"date": release.date, "dateType": "Other", "dateInformation": says})
    if description.embargo_until:
        dates.append({"date": description.embargo_until, "dateType": "Available"})
    return dates


def _identifiers(description: Description) -> list[dict[str, str]]:
    pairs = (
        ("Cable identifier", description.identifier),
        ("URN", description.urn),
        ("SHA-256 of the tag manifest", description.bag.seal),
        ("SHA-256 of the source", description.source_sha256),
    )
    return [{"alternateIdentifier": value, "alternateIdentifierType": kind} for kind, value in pairs if value]


def _related(description: Description) -> list[dict[str, object]]:
    pairs = [("References", f"Telegram {identifier}") for identifier in description.references]
    if description.release:
        pairs.insert(0, ("IsDerivedFrom", str(description.release)))
    return [
        {"relationType": relation, "relatedItemType": _TYPE, "titles": [{"title": title}]} for relation, title in pairs
    ]


def _rights(description: Description) -> list[dict[str, object]]:
    right = ACCESS_RIGHTS[description.access]
    return [
        drop_absent(
            {
                "rights": description.rights_statement or description.copyright,
                "rightsUri": web_address(description.copyright),
            }
        ),
        {"rights": f"{right.label}: {description.access_says}", "rightsUri": right.uri},
    ]


def _descriptions(description: Description) -> list[dict[str, str]]:
    pairs = (("Abstract", description.abstract), ("Other", description.advisory))
    return [{"description": text, "descriptionType": kind, "lang": "en"} for kind, text in pairs if text]
