"""schema.org as JSON-LD, which search engines and dataset portals read in the page of a package.

The cable is one ``ArchiveComponent`` that is a ``Message`` too. Addresses of pages and files are not in it: whoever
publishes the page knows them.
"""

from __future__ import annotations

from preserve.description.model import Description
from preserve.description.targets.words import ACCESS_RIGHTS, GENRE, TAGS
from preserve.description.text import drop_absent, json_file, web_address

__all__ = ["write"]

_Node = dict[str, object]


def write(description: Description) -> bytes:
    """Return the description as one JSON-LD object."""
    post, holder = _organization(description.creator), description.holder.name
    statement = web_address(description.copyright)
    return json_file(
        drop_absent(
            {
                "@context": "https://schema.org",
                "@type": ["ArchiveComponent", "Message"],
                "@id": description.urn,
                "name": description.title,
                "alternateName": description.subject_line,
                "genre": GENRE.lower(),
                "abstract": description.abstract,
                "description": description.advisory,
                "creator": post,
                "sender": post,
                "toRecipient": [_organization(name) for name in description.recipients],
                "dateCreated": description.date,
                "locationCreated": {"@type": "Place", "name": description.place} if description.place else None,
                "inLanguage": "en",
                "keywords": [
                    {"@type": "DefinedTerm", "name": each.value, "inDefinedTermSet": TAGS}
                    for each in description.keywords
                ],
                "identifier": _identifiers(description),
                "isBasedOn": _release(description),
                "citation": [f"Telegram {identifier}" for identifier in description.references],
                "holdingArchive": {"@type": "ArchiveOrganization", "name": holder} if holder else None,
                "encodingFormat": list(description.media_types),
                "size": description.extent,
                "isAccessibleForFree": description.access == "open",
                "conditionsOfAccess": f"{ACCESS_RIGHTS[description.access].uri} {description.access_says}",
                "usageInfo": statement,
                "copyrightNotice": description.rights_statement or description.copyright,
            }
        )
    )


def _organization(name: str) -> _Node:
    return {"@type": "Organization", "name": name}


def _identifiers(description: Description) -> list[_Node]:
    pairs = (
        ("Cable identifier", description.identifier),
        ("SHA-256 of the tag manifest", description.bag.seal),
        ("SHA-256 of the source", description.source_sha256),
    )
    return [{"@type": "PropertyValue", "propertyID": kind, "value": value} for kind, value in pairs if value]


def _release(description: Description) -> _Node | None:
    release = description.release
    if release is None:
        return None
    return drop_absent({"@type": "CreativeWork", "name": release.name, "datePublished": release.date})
