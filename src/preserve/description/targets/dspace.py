"""An item of DSpace's Simple Archive Format: the files ``dublin_core.xml`` and ``contents`` that every item has.

The bag goes beside them as one tar. ``collections`` and ``handle`` are left out: only the repository knows what they
say.
"""

from __future__ import annotations

from collections.abc import Iterator

from preserve.description.model import Description
from preserve.description.targets.words import ACCESS_RIGHTS
from preserve.description.xml_file import ElementMaker, xml_file

__all__ = ["contents", "dublin_core", "elements"]


def elements(description: Description) -> Iterator[tuple[str, str, str]]:
    """Yield the element, qualifier and value of each field in DSpace's own ``dc`` schema; no value is empty."""
    values: tuple[tuple[str, str, str | None], ...] = (
        ("title", "none", description.title),
        ("title", "alternative", description.subject_line),
        ("contributor", "author", description.creator),
        *(("subject", "none", keyword.value) for keyword in description.keywords),
        ("description", "abstract", description.abstract),
        ("description", "none", description.advisory),
        ("publisher", "none", description.holder.name),
        ("date", "created", description.date),
        ("date", "issued", description.bag.packaged),
        ("type", "none", "Text"),
        ("format", "extent", description.extent),
        *(("format", "mimetype", media_type) for media_type in description.media_types),
        ("identifier", "other", description.identifier),
        ("identifier", "other", description.urn),
        ("source", "none", str(description.release) if description.release else None),
        ("language", "iso", "en"),
        *(("relation", "none", f"Telegram {identifier}") for identifier in description.references),
        ("rights", "none", ACCESS_RIGHTS[description.access].eu_repo),
        ("rights", "none", description.access_says),
        ("rights", "uri", description.copyright),
        ("rights", "none", description.rights_statement),
    )
    for element, qualifier, value in values:
        if value:
            yield element, qualifier, value


def dublin_core(description: Description) -> bytes:
    """Return ``dublin_core.xml``."""
    maker = ElementMaker()
    values = (
        each
        for element, qualifier, value in elements(description)
        for each in maker.leaf("dcvalue", value, element=element, qualifier=qualifier)
    )
    return xml_file('<dublin_core schema="dc"/>', values)


def contents(description: Description) -> bytes:
    """Return ``contents``, which names the bag as one tar; only administrators may read it unless the cable is open."""
    only = "" if description.access == "open" else "\tpermissions:-r 'Administrator'"
    return f"{description.bag.name}.tar\tbundle:ORIGINAL{only}\tdescription:BagIt bag\tprimary:true\n".encode()
