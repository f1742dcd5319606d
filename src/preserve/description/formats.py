"""The formats in which a description can be written: a table of them, and the one function that writes.

The table says what each format is called, which files it has, what it cannot do without, and of which cables it is
withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from preserve.cable import Access
from preserve.description import checks
from preserve.description.model import Description
from preserve.description.targets import (
    archivematica,
    datacite,
    dataverse,
    dspace,
    dublin_core,
    invenio,
    mods,
    schema_org,
)
from preserve.errors import UsageError
from preserve.findings import Finding, Severity, worst

__all__ = [
    "FORMATS",
    "MetadataFile",
    "MetadataFormat",
    "MetadataPart",
    "RenderedMetadata",
    "find_format",
    "render_metadata",
]


@dataclass(frozen=True, slots=True)
class MetadataPart:
    """One file of a format.

    Attributes:
        name: The name of the file in a format of several files, else the ending of its name.
        write: Makes the file.
        check: Says what its target could not read.
    """

    name: str
    write: Callable[[Description], bytes]
    check: checks.Check


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataFormat:
    """One format.

    Attributes:
        name: What ``--as`` calls the format.
        describes: What it is and who reads it, in one line.
        parts: Its files.
        needs: What it cannot do without although a record or a bag may lack it: names of :data:`_NEEDS`.
        withheld: The access decisions under which a cable is not told of in this format.
        checked: What its files are checked against, for people.
    """

    name: str
    describes: str
    parts: tuple[MetadataPart, ...]
    needs: tuple[str, ...] = ()
    withheld: frozenset[Access] = frozenset()
    checked: str


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """A file that is to be written: its name, or the ending of its name, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class RenderedMetadata:
    """A description in a format: files, or findings that say why there are none.

    Attributes:
        files: The files; none when a finding is an error.
        findings: What is wrong or worth knowing.
    """

    files: tuple[MetadataFile, ...]
    findings: tuple[Finding, ...]


_NEEDS: Final[dict[str, tuple[Callable[[Description], object], str]]] = {
    "holder": (lambda each: each.holder.name, "the institution: set name in [organisation] of preserve.toml"),
    "email": (
        lambda each: each.holder.email,
        "an address to ask: set contact_email in [organisation] of preserve.toml",
    ),
    "packaged": (lambda each: each.bag.packaged, "a day of publication: the bag has no Bagging-Date"),
}

FORMATS: Final[tuple[MetadataFormat, ...]] = (
    MetadataFormat(
        name="dc",
        describes="Dublin Core, the fifteen elements, as OAI-PMH carries them",
        parts=(MetadataPart("dc.xml", dublin_core.write, checks.dublin_core),),
        checked="oai_dc.xsd of OAI-PMH 2.0",
    ),
    MetadataFormat(
        name="datacite",
        describes="DataCite 4.5 as JSON, to register a DOI; never of a restricted cable",
        parts=(MetadataPart("datacite.json", datacite.write, checks.datacite),),
        needs=("holder", "packaged"),
        withheld=frozenset({"restricted"}),
        checked="JSON Schema of DataCite 4.5, as the Python package datacite has it",
    ),
    MetadataFormat(
        name="invenio",
        describes="a record of InvenioRDM or Zenodo",
        parts=(MetadataPart("invenio.json", invenio.write, checks.invenio),),
        needs=("packaged",),
        checked="JSON Schema of an InvenioRDM record, version 6.0.0",
    ),
    MetadataFormat(
        name="dataverse",
        describes="a dataset of Dataverse, citation block",
        parts=(MetadataPart("dataverse.json", dataverse.write, checks.dataverse),),
        needs=("holder", "email"),
        checked="JSON Schema of a dataset in pyDataverse 0.3.5; the citation block of Dataverse 6 (own table)",
    ),
    MetadataFormat(
        name="dspace",
        describes="an item of DSpace's Simple Archive Format: dublin_core.xml and contents",
        parts=(
            MetadataPart("dublin_core.xml", dspace.dublin_core, checks.dspace_dublin_core),
            MetadataPart("contents", dspace.contents, checks.dspace_contents),
        ),
        needs=("packaged",),
        checked="own rules: the fields of DSpace's registry",
    ),
    MetadataFormat(
        name="archivematica",
        describes="metadata.csv and rights.csv of a transfer to Archivematica",
        parts=(
            MetadataPart("metadata.csv", archivematica.metadata, checks.metadata_csv),
            MetadataPart("rights.csv", archivematica.rights, checks.rights_csv),
        ),
        checked="own rules: the columns that Archivematica 1.17 knows",
    ),
    MetadataFormat(
        name="mods",
        describes="MODS 3.8, for library catalogues",
        parts=(MetadataPart("mods.xml", mods.write, checks.mods),),
        checked="mods.xsd 3.6 of the Library of Congress, to which 3.8 only adds",
    ),
    MetadataFormat(
        name="schema-org",
        describes="schema.org as JSON-LD, for the page of a package",
        parts=(MetadataPart("jsonld", schema_org.write, checks.schema_org),),
        checked="own rules: the properties of each type",
    ),
)
"""Every format, in the order in which they are listed."""


def find_format(name: str) -> MetadataFormat:
    """Return a format by its name.

    Raises:
        UsageError: There is no such format.
    """
    for each in FORMATS:
        if each.name == name:
            return each
    raise UsageError(f"no metadata format is named {name!r}", hint=f"There are: {', '.join(f.name for f in FORMATS)}.")


def render_metadata(description: Description, target: MetadataFormat) -> RenderedMetadata:
    """Write a description in a format; return no file that its target could not read."""
    findings = tuple(_before(description, target))
    if worst(findings) is Severity.ERROR:
        return RenderedMetadata((), findings)
    files = tuple(MetadataFile(part.name, part.write(description)) for part in target.parts)
    after = tuple(finding for part, file in zip(target.parts, files, strict=True) for finding in part.check(file.data))
    return RenderedMetadata(() if after else files, findings + after)


def _before(description: Description, target: MetadataFormat) -> Iterator[Finding]:
    where = description.identifier
    if description.access in target.withheld:
        says = f"the cable is {description.access}; {target.name} is for what the public may be told"
        yield Finding.of("description-withheld", where, says)
        return
    if description.access == "embargoed" and description.embargo_until is None:
        yield Finding.of("embargo-endless", where, "nothing says when the embargo ends; say it with --embargo-until")
    for name in target.needs:
        value_of, says = _NEEDS[name]
        if not value_of(description):
            yield Finding.of("description-incomplete", where, f"{target.name} asks for {says}")
