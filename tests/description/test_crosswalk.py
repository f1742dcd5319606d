"""The crosswalk of the documentation is what the writers do: each field is changed, and what changes is the cell."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree
from tests.description.examples import BAG, HOLDER, cable_with

from preserve.cable.record import Basis, Cable, Origin, Recipient, Redaction, Reference, Release, Tag
from preserve.description import cmif
from preserve.description.describe import describe_cable
from preserve.description.formats import FORMATS, render_metadata
from preserve.description.model import BagFacts, BagFile, Description, Holder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "metadata.md"
START, END = "<!-- crosswalk: made by tests/description/test_crosswalk.py -->", "<!-- end of the crosswalk -->"
INDEX = cmif.CorrespondenceIndex(
    holder=HOLDER, licence=cmif.Licence.CC0, address="https://example.org/c.xml", day="2026-11-23"
)

Leaves = Iterator[tuple[str, str]]
Told = tuple[Cable, BagFacts, Holder, str | None]


def of_cable(**changes: object) -> Callable[[Told], Told]:
    return lambda told: (replace(told[0], **changes), *told[1:])  # type: ignore[arg-type]


def of_bag(**changes: object) -> Callable[[Told], Told]:
    return lambda told: (told[0], replace(told[1], **changes), *told[2:])  # type: ignore[arg-type]


def of_rights(**changes: object) -> Callable[[Told], Told]:
    return lambda told: (replace(told[0], rights=replace(told[0].rights, **changes)), *told[1:])  # type: ignore[arg-type]


def of_source(**changes: object) -> Callable[[Told], Told]:
    def change(told: Told) -> Told:
        provenance = told[0].provenance
        source = replace(provenance.source, **changes)  # type: ignore[arg-type]
        return replace(told[0], provenance=replace(provenance, source=source)), *told[1:]

    return change


def released(release: Release) -> Callable[[Told], Told]:
    return lambda told: (replace(told[0], provenance=replace(told[0].provenance, release=release)), *told[1:])


BASE = cable_with("open")
CLASSIFICATION = BASE.classification
FIELDS: Mapping[str, Callable[[Told], Told]] = {
    "`identifier`": of_cable(identifier="02STRELSAU18"),
    "`subject`, of an open cable": of_cable(subject="ANOTHER LINE"),
    "`origin.name`": of_cable(origin=Origin(name="Consulate Hentzau", place="Strelsau")),
    "`origin.place`": of_cable(origin=Origin(name="Embassy Strelsau", place="Hofbau")),
    "`created.value`, its day": of_cable(created=replace(BASE.created, value="2002-04-01T00:00:00")),  # type: ignore[type-var]
    "`transmission.action`": of_cable(
        transmission=replace(
            BASE.transmission, action=(Recipient(text="A", name="HOFBAU"), Recipient(text="B", name="ZENDA"))
        )  # type: ignore[type-var]
    ),
    "`classification.text`": of_cable(classification=replace(CLASSIFICATION, text="SECRET")),  # type: ignore[type-var]
    "`tags`, codes of the lists": of_cable(
        tags=(Tag(value="PREL", kind="subject", basis=Basis.STATED), *BASE.tags[1:])
    ),
    "`references`, stated telegrams": of_cable(
        references=(
            Reference(text="x", kind="telegram", identifier="01HOFBAU7", identifier_basis=Basis.STATED),
            *BASE.references[1:],
        )
    ),
    "`redaction.status`": of_cable(redaction=Redaction(status="unknown")),
    "`completeness.status`": of_cable(completeness=replace(BASE.completeness, status="complete")),
    "`provenance.release.name`": released(Release(text="x", name="browser-3", date="2011-10-04")),
    "`provenance.release.date`": released(Release(text="x", name="browser-2", date="2012-10-04")),
    "`provenance.source.sha256`": of_source(sha256="ef" * 32),
    "`rights.access`": of_rights(access="metadata-only"),
    "`rights.copyright`": of_rights(copyright="http://rightsstatements.org/vocab/InC/1.0/"),
    "`rights.statement`": of_rights(statement="Another statement."),
    "`rights.advisory`": of_rights(advisory="Another advisory."),
    "bag: `External-Identifier`": of_bag(uuid="0b3f5a52-6a9d-5c6f-9f0e-222222222222"),
    "bag: digest of the tag manifest": of_bag(seal="01" * 32),
    "bag: `Bagging-Date`": of_bag(packaged="2027-01-01"),
    "bag: name": of_bag(name="ANOTHER"),
    "bag: payload": of_bag(files=(BAG.files[0], BagFile("data/source/A.html", "text/html", 7))),
    "settings: `organisation.name`": lambda told: (*told[:2], replace(told[2], name="Another archive"), told[3]),
    "settings: `organisation.contact_email`": lambda told: (*told[:2], replace(told[2], email="b@x.org"), told[3]),
    "`--embargo-until`, of an embargoed cable": lambda told: (*told[:3], "2030-12-31"),
}


def of_json(value: Any, path: str = "") -> Leaves:
    if isinstance(value, dict):
        if "typeName" in value:  # Dataverse
            yield from of_json(value["value"], f"{path}.{value['typeName']}" if path else value["typeName"])
            return
        if "metadataBlocks" in value:
            yield from of_json(value["metadataBlocks"]["citation"]["fields"])
            value = {name: each for name, each in value.items() if name != "metadataBlocks"}
        for name, each in value.items():
            under = "" if name == "datasetVersion" else name
            inner = isinstance(each, dict) and each.get("typeName") == name
            yield from of_json(each, path if inner else ".".join(filter(None, (path, under))))
    elif isinstance(value, list):
        for each in value:
            yield from of_json(each, path)
    else:
        yield path, json.dumps(value)


def of_xml(element: etree._Element, path: str = "") -> Leaves:
    for child in element:
        name = etree.QName(child).localname
        if name == "dcvalue":
            qualifier = child.get("qualifier")
            name = f"dc.{child.get('element')}" + ("" if qualifier == "none" else f".{qualifier}")
        elif name == "roleTerm":
            continue
        kind = child.get("type")
        here = f"{path}/{name}".lstrip("/") + (f"[{kind}]" if kind and name != "placeTerm" else "")
        if (child.text or "").strip():
            yield here, str(child.text)
        for attribute, value in child.attrib.items():
            attribute_name = str(etree.QName(str(attribute)).localname)
            if attribute_name in {"href", "when", "key", "source", "target", "id"}:
                yield f"{here}/@{attribute_name}", str(value)
        yield from of_xml(child, here)


def of_file(name: str, data: bytes) -> Leaves:
    if name.endswith(("json", "jsonld")):
        yield from of_json(json.loads(data))
    elif name.endswith(".csv"):
        header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
        yield from ((f"{name}: {column}", cell) for row in rows for column, cell in zip(header, row, strict=True))
    elif name == "contents":
        yield name, data.decode()
    else:
        yield from of_xml(etree.fromstring(data))


def leaves(description: Description) -> dict[str, Counter[tuple[str, str]]]:
    found = {
        target.name: Counter(
            (path.replace("dc.xml: ", ""), value)
            for file in render_metadata(description, target).files
            for path, value in of_file(file.name, file.data)
        )
        for target in FORMATS
    }
    index = io.BytesIO()
    cmif.write_cmif(index, replace(INDEX, holder=description.holder), [description])
    header = etree.fromstring(index.getvalue())
    found["cmif"] = Counter(
        (re.sub(r"^.*?(correspDesc|fileDesc)/?", "", path) or "@", value) for path, value in of_xml(header)
    )
    return found


def described(told: Told) -> Description:
    return describe_cable(told[0], told[1], told[2], embargo_until=told[3])


def crosswalk() -> dict[str, dict[str, list[str]]]:
    """Return, for each format, the elements that change when a field changes."""
    names = [target.name for target in FORMATS] + ["cmif"]
    table: dict[str, dict[str, list[str]]] = {name: {} for name in names}
    for field, change in FIELDS.items():
        base: Told = (BASE, BAG, HOLDER, None)
        if "embargo" in field:
            base = (cable_with("embargoed"), *base[1:])
        elif "access" in field:  # with the subject line its place would go
            base = (replace(BASE, subject=None), *base[1:])
        before, after = leaves(described(base)), leaves(described(change(base)))
        for name in names:
            differing = (before[name] - after[name]) + (after[name] - before[name])
            table[name][field] = sorted({path for path, _ in differing})
    return table


def page() -> str:
    titles = {target.name: target.describes for target in FORMATS} | {"cmif": "the index for correspSearch"}
    parts = []
    for name, rows in crosswalk().items():
        told = [f"| {field} | {', '.join(f'`{path}`' for path in paths)} |" for field, paths in rows.items() if paths]
        untold = [field for field, paths in rows.items() if not paths]
        parts.append(f"### {name}: {titles[name]}\n\n| field | told in |\n|---|---|\n" + "\n".join(told))
        parts[-1] += f"\n\nWithout a place: {'; '.join(untold)}." if untold else ""
    return "\n\n".join(parts)


def test_the_crosswalk_of_the_page_is_what_the_writers_do(accept_golden: bool) -> None:
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(START)
    told, tail = rest.split(END)
    made = f"\n\n{page()}\n\n"
    if accept_golden:
        PAGE.write_text(f"{head}{START}{made}{END}{tail}", encoding="utf-8")
        told = made
    assert told == made


def test_each_field_is_told_somewhere() -> None:
    table = crosswalk()
    assert [field for field in FIELDS if not any(rows[field] for rows in table.values())] == []


def test_the_page_names_every_format_and_what_it_is_checked_against() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for target in FORMATS:
        assert f"| `{target.name}` |" in text
        assert target.checked in text
