"""Whether a target can read a file: by its official schema where there is one, else by rules of ours.

A check takes the whole bytes of a file and yields findings ``description-invalid``. The schemas lie in
``schemas/external``, and nothing is ever fetched.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any, Final, cast

import jsonschema_rs
from lxml import etree

from preserve.contracts import contract_bytes, xml_parser
from preserve.description.targets import FIELDS, RIGHTS_COLUMNS, VERSION
from preserve.findings import Finding
from preserve.provenance import PAYLOAD

__all__ = [
    "Check",
    "datacite",
    "dataverse",
    "dspace_contents",
    "dspace_dublin_core",
    "dublin_core",
    "invenio",
    "metadata_csv",
    "mods",
    "rights_csv",
    "schema_org",
]

Check = Callable[[bytes], Iterator[Finding]]
"""Yields what is wrong with the bytes of one file."""

_EXTERNAL: Final = "external/"


def _invalid(where: str, says: str) -> Finding:
    return Finding.of("description-invalid", where, says)


# --- JSON ---


@lru_cache(maxsize=8)
def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(contract_bytes(f"{_EXTERNAL}{name}"))
    return schema


_INVENIO_PARTS: Final[Mapping[str, str]] = {
    "local://definitions-v1.0.0.json": "invenio-definitions-v1.0.0.json",
    "local://definitions-v2.0.0.json": "invenio-definitions-v2.0.0.json",
    "local://records/definitions-v2.0.0.json": "invenio-record-definitions-v2.0.0.json",
}
_INVENIO_REQUEST: Final = "local://requests/request-v1.0.0.json"
"""The schema of a review. No description has one, so an empty schema will do."""


@lru_cache(maxsize=1)
def _datacite_validator() -> jsonschema_rs.Draft201909Validator:
    return jsonschema_rs.Draft201909Validator(_schema("datacite-v4.5.json"), validate_formats=True)


@lru_cache(maxsize=1)
def _invenio_validator() -> jsonschema_rs.Draft7Validator:
    parts = {uri: _schema(name) for uri, name in _INVENIO_PARTS.items()}
    registry = jsonschema_rs.Registry(list((parts | {_INVENIO_REQUEST: {}}).items()), draft=jsonschema_rs.Draft7)
    return jsonschema_rs.Draft7Validator(
        _schema("invenio-record-v6.0.0.json"), registry=registry, validate_formats=True
    )


@lru_cache(maxsize=1)
def _dataverse_validator() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(_schema("dataverse-dataset.json"), validate_formats=True)


_Validator = jsonschema_rs.Draft7Validator | jsonschema_rs.Draft201909Validator


def _against(validator: Callable[[], _Validator], data: bytes) -> Iterator[Finding]:
    for error in validator().iter_errors(json.loads(data)):
        yield _invalid("".join(f"/{step}" for step in error.instance_path), error.message[:300])


datacite: Check = partial(_against, _datacite_validator)
"""The JSON Schema of DataCite 4.5."""
invenio: Check = partial(_against, _invenio_validator)
"""The JSON Schema of an InvenioRDM record, version 6."""


def dataverse(data: bytes) -> Iterator[Finding]:
    """Check against pyDataverse's JSON Schema of a dataset, and the citation block of Dataverse 6."""
    yield from _against(_dataverse_validator, data)
    for field in json.loads(data)["datasetVersion"]["metadataBlocks"]["citation"]["fields"]:
        name, value = field["typeName"], field["value"]
        if (field["typeClass"], field["multiple"]) != FIELDS.get(name) or isinstance(value, list) != field["multiple"]:
            yield _invalid(name, "the citation block gives this field another class, or another number of values")


_SCHEMA_ORG: Final[Mapping[str, frozenset[str]]] = {
    "ArchiveComponent": frozenset({
        "@context", "@id", "@type", "abstract", "alternateName", "citation", "conditionsOfAccess", "copyrightNotice",
        "creator", "dateCreated", "description", "encodingFormat", "genre", "holdingArchive", "identifier",
        "inLanguage", "isAccessibleForFree", "isBasedOn", "keywords", "locationCreated", "name", "sender", "size",
        "toRecipient", "usageInfo"}),
    "ArchiveOrganization": frozenset({"@type", "name"}),
    "CreativeWork": frozenset({"@type", "name", "datePublished"}),
    "DefinedTerm": frozenset({"@type", "name", "inDefinedTermSet"}),
    "Organization": frozenset({"@type", "name"}),
    "Place": frozenset({"@type", "name"}),
    "PropertyValue": frozenset({"@type", "propertyID", "value"}),
}  # fmt: skip
"""The properties of each type in schema.org 28, as far as we use them; the first type is a ``Message`` too."""


def schema_org(data: bytes) -> Iterator[Finding]:
    """Check that each node has only properties of its type; schema.org has no official schema."""
    yield from _nodes("", json.loads(data))


def _nodes(where: str, value: object) -> Iterator[Finding]:
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _nodes(f"{where}/{number}", each)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        kind = kinds[0] if isinstance(kinds, list) and kinds else kinds
        strangers = value.keys() - _SCHEMA_ORG.get(str(kind), frozenset())
        if strangers:
            yield _invalid(where, f"{', '.join(sorted(strangers))} is no property of {kind}")
        for name, each in value.items():
            yield from _nodes(f"{where}/{name}", each)


# --- XML ---


class _Kept(etree.Resolver):
    """Finds what a schema imports among the schemas that we keep, and fetches nothing."""

    def resolve(self, system_url: str, public_id: str, context: object = None) -> object:
        del public_id
        name = _IMPORTS.get(system_url)
        text = contract_bytes(f"{_EXTERNAL}{name}") if name else _OWN_IMPORTS[system_url].encode()
        return self.resolve_string(text, context, base_url=system_url)


def _dc_elements() -> str:
    names = ("title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format",
             "identifier", "source", "language", "relation", "coverage", "rights")  # fmt: skip
    return "".join(f'<xs:element name="{name}" type="xs:string"/>' for name in names)


_XS: Final = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
_IMPORTS: Final = {"http://www.loc.gov/standards/xlink/xlink.xsd": "xlink.xsd"}
_OWN_IMPORTS: Final = {
    # What xml:* attributes may hold (XML 1.0 2.10 and 2.12, XML Base 3), as far as MODS names them.
    "http://www.loc.gov/mods/xml.xsd": f'<xs:schema {_XS} targetNamespace="http://www.w3.org/XML/1998/namespace">'
    '<xs:attribute name="lang" type="xs:language"/><xs:attribute name="space" type="xs:NCName"/>'
    '<xs:attribute name="base" type="xs:anyURI"/></xs:schema>',
    # The fifteen elements of DCMES 1.1, each a text.
    "http://dublincore.org/schemas/xmls/simpledc20021212.xsd": f'<xs:schema {_XS} elementFormDefault="qualified" '
    f'targetNamespace="http://purl.org/dc/elements/1.1/">{_dc_elements()}</xs:schema>',
}
"""Imports that no package carries: the parts that are used, written by us."""


def _parser() -> etree.XMLParser:
    parser = xml_parser()
    parser.resolvers.add(_Kept())
    return parser


@lru_cache(maxsize=4)
def _xml_schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(contract_bytes(f"{_EXTERNAL}{name}"), _parser()))


def _root(data: bytes) -> etree._Element | Finding:
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        return _invalid(f"line {error.lineno or 1}", f"not well-formed XML: {error.msg}")
    if root.getroottree().docinfo.internalDTD is not None:
        return _invalid("line 1", "it has a document type declaration, which no target needs")
    return root


def _against_xml(name: str, data: bytes) -> Iterator[Finding]:
    root, schema = _root(data), _xml_schema(name)
    if isinstance(root, Finding):
        yield root
    elif not schema.validate(root):
        for error in cast("list[etree._LogEntry]", schema.error_log):
            yield _invalid(f"line {error.line}", error.message)


dublin_core: Check = partial(_against_xml, "oai_dc.xsd")
"""The XML Schema of OAI-PMH for Dublin Core."""


def mods(data: bytes) -> Iterator[Finding]:
    """Check against MODS 3.6: no package carries a later schema, and later versions only add what we do not write."""
    yield from _against_xml("mods-3-6.xsd", data.replace(f'version="{VERSION}"'.encode(), b'version="3.6"', 1))


_DSPACE: Final = frozenset({
    ("contributor", "author"), ("date", "created"), ("date", "issued"), ("description", "abstract"),
    ("description", "none"), ("format", "extent"), ("format", "mimetype"), ("identifier", "other"),
    ("language", "iso"), ("publisher", "none"), ("relation", "none"), ("rights", "none"), ("rights", "uri"),
    ("source", "none"), ("subject", "none"), ("title", "alternative"), ("title", "none"), ("type", "none"),
})  # fmt: skip
"""The fields that DSpace has in its ``dc`` registry after installation, as far as we use them."""


def dspace_dublin_core(data: bytes) -> Iterator[Finding]:
    """Check that ``dublin_core.xml`` has fields of the registry, each with a value; DSpace has no schema for it."""
    root = _root(data)
    if isinstance(root, Finding):
        yield root
        return
    if (root.tag, root.get("schema")) != ("dublin_core", "dc"):
        yield _invalid("line 1", "the root is not dublin_core of the schema dc")
    for element in root:
        field = (element.get("element"), element.get("qualifier"))
        if element.tag != "dcvalue" or field not in _DSPACE or not element.text:
            yield _invalid(f"line {element.sourceline}", f"{field} is no field of the registry, or it is empty")


def dspace_contents(data: bytes) -> Iterator[Finding]:
    """Check that each line of ``contents`` is a file name, then its options, with tabs between them."""
    for number, row in enumerate(data.decode().splitlines(), start=1):
        name, *options = row.split("\t")
        known = all(each.startswith(("bundle:", "permissions:-", "description:", "primary:")) for each in options)
        if not name or "/" in name or not known:
            yield _invalid(f"line {number}", "it is not a file name with its options")


# --- CSV ---


def _table(data: bytes, first: str) -> Iterator[Finding | list[str]]:
    """Yield the header, then what is wrong with it and with the rows."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    header = rows[0] if rows else []
    yield header
    if header[:1] != [first]:
        yield _invalid("line 1", f"the first column is not {first}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            yield _invalid(f"line {number}", f"it has {len(row)} cells for {len(header)} columns")
        elif not row[0].startswith(PAYLOAD):
            yield _invalid(f"line {number}", "its path is not one of the payload")


def _columns(data: bytes, first: str, allowed: Callable[[str], bool]) -> Iterator[Finding]:
    for each in _table(data, first):
        if isinstance(each, Finding):
            yield each
        else:
            strangers = [name for name in each[1:] if not allowed(name)]
            if strangers:
                yield _invalid("line 1", f"Archivematica knows no column {', '.join(strangers)}")


metadata_csv: Check = partial(_columns, first="filename", allowed=lambda name: name.startswith("dc."))
"""The columns of ``metadata.csv``; Archivematica has no schema for it."""
rights_csv: Check = partial(_columns, first="file", allowed=frozenset(RIGHTS_COLUMNS).__contains__)
"""The columns of ``rights.csv``; Archivematica has no schema for it."""
