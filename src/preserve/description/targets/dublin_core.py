"""Dublin Core, the fifteen elements, as OAI-PMH carries them (``oai_dc``).

``contributor`` and ``coverage`` are left out: a cable has no contributor who may be named, and its geographic TAGS are
codes of their own, not of ISO 3166.
"""

from __future__ import annotations

from collections.abc import Iterator

from preserve.description.model import Description
from preserve.description.targets.words import ACCESS_RIGHTS
from preserve.description.xml_file import ElementMaker, xml_file

__all__ = ["elements", "write"]

_DC = "http://purl.org/dc/elements/1.1/"
_ROOT = f'<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="{_DC}"/>'
_MAKER = ElementMaker(_DC)


def elements(description: Description) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each element in the order of the element set; no value is empty."""
    values: tuple[tuple[str, str | None], ...] = (
        ("title", description.title),
        ("title", description.subject_line),
        ("creator", description.creator),
        *(("subject", keyword.value) for keyword in description.keywords),
        ("description", description.abstract),
        ("description", description.advisory),
        ("publisher", description.holder.name),
        ("date", description.date),
        # DCMI Type Vocabulary.
        ("type", "Text"),
        *(("format", media_type) for media_type in description.media_types),
        ("identifier", description.identifier),
        ("identifier", description.urn),
        ("source", str(description.release) if description.release else None),
        ("language", "en"),
        *(("relation", f"Telegram {identifier}") for identifier in description.references),
        ("rights", ACCESS_RIGHTS[description.access].eu_repo),
        ("rights", description.access_says),
        ("rights", description.copyright),
        ("rights", description.rights_statement),
    )
    for name, value in values:
        if value:
            yield name, value


def write(description: Description) -> bytes:
    """Return the description as one ``oai_dc:dc`` document."""
    return xml_file(_ROOT, (each for name, value in elements(description) for each in _MAKER.leaf(name, value)))
