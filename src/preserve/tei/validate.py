"""Whether a TEI document is one of ours, and says what its record says.

A document is held against the RELAX NG profile, against rules that a grammar cannot say, and against its record, whose
texts it must have character for character. That our profile allows nothing that ``tei_all`` forbids is proved in the
tests.

Every byte is hostile: no entity is resolved, and neither a DTD nor the network is asked. A document that is larger than
:data:`LARGEST`, or deeper than libxml2 reads, is a finding. No message quotes the text of a cable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import cast

from lxml import etree

from preserve.cable import Cable, MarkKind
from preserve.contracts import contract_bytes, find_crowded, xml_parser
from preserve.findings import Finding
from preserve.tei.characters import WHITE_SPACE
from preserve.tei.encode import TEI_NAMESPACE
from preserve.tei.encoding_description import TEI_SCHEMA
from preserve.tei.order import find_misplaced
from preserve.tei.pieces import sort_marks
from preserve.tei.taxonomy import collect_taxonomies

__all__ = ["LARGEST", "check_tei"]

LARGEST = 64 << 20
"""Bytes of the largest document that is read."""

_MOST_SCHEMA_FINDINGS = 20
_RNG = "{http://relaxng.org/ns/structure/1.0}"
_TEI = f"{{{TEI_NAMESPACE}}}"
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_POINTERS = frozenset({"target", "ana", "resp", "source", "scheme", "who", "corresp", "ref", "next", "prev"})
_NOT_OF_THE_SOURCE = ("supplied", "corr", "reg", "expan", "ex", "unclear", "restore", "add")

_Element = etree._Element
# A "smart" string would keep the whole tree in memory as long as it lives.
_STRING = etree.XPath("string()", smart_strings=False)


class _NotReadableError(Exception):
    """The bytes are not a document that we read, or not one that is worth the time of the other checks."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _parse(tei: bytes) -> _Element:
    if len(tei) > LARGEST:
        raise _NotReadableError(
            Finding.of("tei-not-well-formed", "", f"{len(tei):,} bytes; the largest read is {LARGEST:,}")
        )
    try:
        root = etree.fromstring(tei, xml_parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _NotReadableError(Finding.of("tei-not-well-formed", "", str(error))) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _NotReadableError(Finding.of("tei-document-type", "", "a document type declaration"))
    crowded = find_crowded(root)
    if crowded is not None:
        says = f"an element with {len(crowded.attrib):,} attributes; none of the profile has more than ten"
        raise _NotReadableError(Finding.of("tei-schema", f"line {crowded.sourceline}", says))
    return root


@lru_cache(maxsize=2)
def _profile(*, names_sender: bool) -> etree.RelaxNG:
    """Return the profile as it is for documents whose ``correspDesc`` names a sender first, or for all others.

    One branch of the choice in ``correspDesc`` begins with ``sent``, the others do not, and both are elements of one
    name. libxml2 then tries each way at each addressee: it takes time by the square of their number, which is the
    page's. So the branches that cannot match are left out, and what is valid stays the same.
    """
    grammar = etree.fromstring(contract_bytes(f"{TEI_SCHEMA}.rng"))
    (choice,) = grammar.findall(f"{_RNG}define[@name='correspDesc']/{_RNG}element/{_RNG}choice")
    for branch in list(choice):
        if (branch.find(f"{_RNG}ref[@name='sent']") is not None) != names_sender:
            choice.remove(branch)
    return etree.RelaxNG(grammar)


def _names_sender(root: _Element) -> bool:
    first = root.find(f"{_TEI}teiHeader/{_TEI}profileDesc/{_TEI}correspDesc/*")
    # RELAX NG 6.2.9: a value is compared as a token, without the white space around it.
    return first is not None and first.get("type", "").strip(" \t\r\n") == "sent"


def _where(element: _Element) -> str:
    xml_id = element.get(_XML_ID)
    return f"#{xml_id}" if xml_id else f"line {element.sourceline}"


def _division(root: _Element, kind: str) -> _Element | None:
    return next((div for div in root.iter(f"{_TEI}div") if div.get("type") == kind), None)


def _characters(root: _Element) -> dict[str, str]:
    """Return the declared characters, each by the pointer that a ``<g>`` has to it."""
    declared: dict[str, str] = {}
    for char in root.iter(f"{_TEI}char"):
        for prop in char.iter(f"{_TEI}localProp"):
            value = prop.get("value", "")
            try:
                declared[f"#{char.get(_XML_ID)}"] = chr(int(value, 16))
            except (ValueError, OverflowError):
                continue
    return declared


def _strings(element: _Element) -> str:
    return str(_STRING(element))


def _text(division: _Element, characters: dict[str, str]) -> str:
    """Return the text of a division, each ``<g>`` as the character that it stands for."""
    if not characters:
        return _strings(division)
    # A <g> has no content, so string() would leave out the character that it stands for.
    parts: list[str] = []
    for action, element in etree.iterwalk(division, events=("start", "end")):
        if action == "start":
            parts.append(characters.get(element.get("ref", ""), "") if element.tag == f"{_TEI}g" else "")
            parts.append(element.text or "")
        elif element is not division:
            parts.append(element.tail or "")
    return "".join(parts)


def _check_schema(root: _Element) -> Iterator[Finding]:
    profile = _profile(names_sender=_names_sender(root))
    if profile.validate(root):
        return
    # libxml2 repeats an error for each branch of a choice that failed.
    seen = dict.fromkeys((entry.line, entry.message) for entry in profile.error_log)
    for line, message in list(seen)[:_MOST_SCHEMA_FINDINGS]:
        yield Finding.of("tei-schema", f"line {line}", message)


def _check_text(root: _Element, cable: Cable) -> Iterator[Finding]:
    characters = _characters(root)
    expected = {"document": cable.body.text, "transmission": cable.header.text if cable.header else None}
    for kind, wanted in expected.items():
        division = _division(root, kind)
        if wanted is None and division is None:
            continue
        if wanted is None or division is None:
            says = "is not in the record" if wanted is None else "is missing"
            yield Finding.of("tei-text", kind, f"the {kind} division {says}")
            continue
        is_there = _text(division, characters)
        if is_there == wanted:
            continue
        if _normal(is_there) == _normal(wanted):
            yield Finding.of(
                "tei-white-space", kind, f"the {kind} division differs from the record in white space only"
            )
        else:
            yield Finding.of("tei-text", kind, _difference(wanted, is_there))


def _normal(text: str) -> str:
    return " ".join(part for part in text.translate(dict.fromkeys(map(ord, WHITE_SPACE), " ")).split(" ") if part)


def _difference(wanted: str, is_there: str) -> str:
    at = next((n for n, (a, b) in enumerate(zip(wanted, is_there, strict=False)) if a != b), None)
    if at is None:
        return f"{len(is_there):,} characters, not {len(wanted):,}"
    return f"character {at:,} is U+{ord(is_there[at]):04X}, not U+{ord(wanted[at]):04X}"


def _check_pointers(root: _Element) -> Iterator[Finding]:
    known: set[str] = set()
    pointing: list[tuple[_Element, str, str]] = []
    for element in root.iter():
        for name, value in cast("list[tuple[str, str]]", element.items()):
            if name == _XML_ID:
                if value in known:
                    yield Finding.of("tei-duplicate-id", f"#{value}", f"two elements have xml:id {value}")
                known.add(value)
            elif "#" in value and name in _POINTERS:
                pointing.append((element, name, value))
    for element, name, value in pointing:
        for pointer in value.split():
            if pointer.startswith("#") and pointer[1:] not in known:
                yield Finding.of("tei-pointer", _where(element), f"{name} {pointer} names no element of the document")


def _check_paragraphs(root: _Element, cable: Cable) -> Iterator[Finding]:
    document = _division(root, "document")
    if document is None:
        return
    numbers = [p.get("n") for p in document.iter(f"{_TEI}p") if p.get("n")]
    recorded = [str(paragraph.number) for paragraph in cable.body.paragraphs if paragraph.number is not None]
    if numbers != recorded:
        yield Finding.of(
            "tei-paragraphs", "document", f"{len(numbers)} numbered paragraphs, the record has {len(recorded)}"
        )
    for before, after in pairwise(paragraph.number for paragraph in cable.body.paragraphs if paragraph.number):
        if after <= before:
            yield Finding.of("tei-paragraph-order", "document", f"paragraph {after} follows paragraph {before}")


def _check_classification(root: _Element, cable: Cable) -> Iterator[Finding]:
    stated = cable.classification
    categories = collect_taxonomies(cable)
    level = categories.level(stated.level) if stated else None
    targets = [ref.get("target") for ref in root.iter(f"{_TEI}catRef") if ref.get("scheme") == "#classification"]
    if targets != ([f"#{level}"] if level else []):
        yield Finding.of("tei-classification", "textClass", f"catRef {targets}, the record has {level}")
    printed = " ".join(f"#{xml_id}" for xml_id in categories.banner) or None
    for seg in root.iter(f"{_TEI}seg"):
        if seg.get("type") == "classification" and seg.get("ana") != printed:
            yield Finding.of("tei-classification", _where(seg), f"banner {seg.get('ana')}, the record has {printed}")


def _check_closer(root: _Element) -> Iterator[Finding]:
    document = _division(root, "document")
    closers = [] if document is None else list(document.iter(f"{_TEI}closer"))
    for closer in closers[1:]:
        yield Finding.of("tei-closer", _where(closer), f"{len(closers)} closers")


def _check_gaps(root: _Element) -> Iterator[Finding]:
    for gap in root.iter(f"{_TEI}gap"):
        if not gap.get("resp"):
            yield Finding.of("tei-gap", _where(gap), "a gap without resp")
        printed = "".join(_strings(gap).split())
        quantity = gap.get("quantity")
        if printed and quantity is not None and quantity != str(len(printed)):
            yield Finding.of("tei-gap", _where(gap), f"quantity {quantity} for {len(printed)} characters")


def _check_redactions(root: _Element, cable: Cable) -> Iterator[Finding]:
    redacted = sum(gap.get("reason") == "redacted" for gap in root.iter(f"{_TEI}gap"))
    recorded = sum(
        mark.kind is MarkKind.REDACTION
        for marks in (cable.body.marks, cable.header.marks if cable.header else ())
        for mark in sort_marks(marks)
    )
    if redacted != recorded:
        yield Finding.of("tei-redaction", "text", f"{redacted} redactions, the record marks {recorded}")


def _check_nothing_supplied(root: _Element) -> Iterator[Finding]:
    for element in root.iter(*(f"{_TEI}{name}" for name in _NOT_OF_THE_SOURCE)):
        name = etree.QName(element).localname
        yield Finding.of("tei-supplied", _where(element), f"<{name}>: a reading that is not the source's")


_CHECKS: tuple[Callable[[_Element], Iterator[Finding]], ...] = (
    _check_schema,
    find_misplaced,
    _check_pointers,
    _check_closer,
    _check_gaps,
    _check_nothing_supplied,
)
"""The checks of a document alone."""

_COMPARISONS: tuple[Callable[[_Element, Cable], Iterator[Finding]], ...] = (
    _check_text,
    _check_paragraphs,
    _check_classification,
    _check_redactions,
)
"""The checks of a document against its record."""


def check_tei(tei: bytes, cable: Cable | None) -> tuple[Finding, ...]:
    """Return what is wrong with a TEI document of a cable, in the order of the checks.

    Args:
        tei: The bytes of the document.
        cable: The record of which it was made; ``None`` leaves out the checks against a record.
    """
    try:
        root = _parse(tei)
    except _NotReadableError as error:
        return (error.finding,)
    alone = (finding for rule in _CHECKS for finding in rule(root))
    if cable is None:
        return tuple(alone)
    return (*alone, *(finding for compare in _COMPARISONS for finding in compare(root, cable)))
