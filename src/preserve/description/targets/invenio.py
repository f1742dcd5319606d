"""A record of InvenioRDM or Zenodo: the body of ``POST /api/records``.

It has no ``pids``: the server mints them, and for public records only.
"""

from __future__ import annotations

from html import escape

from preserve.description.model import Description
from preserve.description.text import drop_absent, json_file, web_address

__all__ = ["access", "write"]


def write(description: Description) -> bytes:
    """Return the description as the JSON of a draft."""
    return json_file({"access": access(description), "files": {"enabled": True}, "metadata": _metadata(description)})


def access(description: Description) -> dict[str, object]:
    """Return who may see the record and the files; the files are public only if the cable is open."""
    until = description.embargo_until
    return drop_absent(
        {
            "record": "restricted" if description.access == "restricted" else "public",
            "files": "public" if description.access == "open" else "restricted",
            "embargo": {"active": True, "until": until, "reason": description.access_says} if until else None,
        }
    )


def _metadata(description: Description) -> dict[str, object]:
    subject_line, advisory = description.subject_line, description.advisory
    return drop_absent(
        {
            "resource_type": {"id": "publication-other"},
            "creators": [{"person_or_org": {"type": "organizational", "name": description.creator}}],
            "title": description.title,
            "additional_titles": [{"title": subject_line, "type": {"id": "alternative-title"}}]
            # The server takes no title of fewer than three characters.
            if subject_line and len(subject_line) >= 3
            else [],
            "publisher": description.holder.name,
            "publication_date": description.bag.packaged,
            "subjects": [{"subject": keyword.value} for keyword in description.keywords],
            "dates": _dates(description),
            "languages": [{"id": "eng"}],
            "identifiers": [
                {"identifier": value, "scheme": scheme}
                for scheme, value in (("other", description.identifier), ("urn", description.urn))
                if value
            ],
            "sizes": [description.extent] if description.extent else [],
            "formats": list(description.media_types),
            "rights": _rights(description),
            # The server takes these two as HTML.
            "description": escape(description.abstract, quote=False),
            "additional_descriptions": [{"description": escape(advisory, quote=False), "type": {"id": "other"}}]
            if advisory and len(advisory) >= 3
            else [],
            "references": [{"reference": f"Telegram {identifier}"} for identifier in description.references],
        }
    )


def _dates(description: Description) -> list[dict[str, object]]:
    release, created = description.release, description.date
    dates: list[dict[str, object]] = []
    if created:
        dates.append({"date": created, "type": {"id": "created"}})
    if release and release.date:
        says = f"Release of the source: {release.name}"
        dates.append({"date": release.date, "type": {"id": "other"}, "description": says})
    return dates


def _rights(description: Description) -> list[dict[str, object]]:
    statement = description.rights_statement
    return [
        drop_absent(
            {
                "title": {"en": description.copyright},
                "description": {"en": statement} if statement else None,
                "link": web_address(description.copyright),
            }
        )
    ]
