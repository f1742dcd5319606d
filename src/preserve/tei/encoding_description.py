"""The ``<encodingDesc>``: by which rules the text was encoded, with which categories, and by what (TEI P5 2.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from preserve.cable import Cable
from preserve.provenance import Software
from preserve.tei.characters import char_id
from preserve.tei.taxonomy import Scheme, Taxonomies
from preserve.xml_characters import escape_attribute, escape_content

__all__ = ["TEI_SCHEMA", "encoding_description"]

TEI_SCHEMA = "cable-tei-1.0"
"""The schema of our documents: ``schemas/cable-tei-1.0.rnc`` and ``.rng``."""

_PROJECT = (
    "A preservation copy of a diplomatic cable as one captured source has it, encoded by software and not revised."
)
_TEXT = (
    "The text of the document division is the captured text character for character. Markup was added and nothing "
    "else. A character that XML cannot hold is a g element, declared in charDecl by its code point. In this header, "
    "which describes, such a character is U+FFFD."
)
_LINES = {
    "kept": "The line breaks of the text are those of the source; none has an element.",
    "flattened": "The source has the text without its line breaks. None was restored: those of this file are in tags.",
}
_CORRECTION = "No reading was corrected, no redaction was filled in, no other release was merged."
_SEGMENTATION = (
    "Header lines, paragraphs, sections and asides were found by rules of the software, from the words and the layout "
    'of the text. Text that no rule knows is of type "other".'
)
_INTERPRETATION = (
    "What the cable or the page around it states has no cert; a resp that points at the capture says that it is the "
    "page. What a rule inferred has cert, with evidence or with a resp that points at the software. Persons are marked "
    "where they classified or signed the cable, and nowhere else."
)
_VALUES = "Dates in attributes are those of W3C; a time has a zone only where the source states one."
_TAGS = (
    '        <taxonomy xml:id="TAGS"><bibl>Department of State, Traffic Analysis by Geography and Subject</bibl>'
    "</taxonomy>\n"
)
_PREFIXES = (
    "      <listPrefixDef>\n"
    r'        <prefixDef ident="cable" matchPattern="([0-9]{2}[A-Z0-9.%-]+)" replacementPattern="urn:x-cable:$1">'
    "<p>A cable by its canonical identifier: two-digit year, post, message number without leading zeros.</p>"
    "</prefixDef>\n"
    "      </listPrefixDef>\n"
)
_DECLARATIONS = {
    breaks: f'      <schemaRef key="{TEI_SCHEMA}" url="urn:x-preserve:schema:{TEI_SCHEMA}"/>\n'
    f"      <projectDesc><p>{_PROJECT}</p></projectDesc>\n"
    "      <editorialDecl>\n"
    f'        <normalization method="markup"><p>{_TEXT} {says}</p></normalization>\n'
    f"        <correction><p>{_CORRECTION}</p></correction>\n"
    f"        <segmentation><p>{_SEGMENTATION}</p></segmentation>\n"
    f"        <interpretation><p>{_INTERPRETATION}</p></interpretation>\n"
    f"        <stdVals><p>{_VALUES}</p></stdVals>\n"
    "      </editorialDecl>\n"
    for breaks, says in _LINES.items()
}
# TEI P5 teidata.versionNumber allows less than PEP 440: of "0.2.0.dev1" it takes "0.2.0".
_VERSION_NUMBER = re.compile(r"[0-9]+[a-z]*[0-9]*(?:\.[0-9]+[a-z]*[0-9]*){0,3}")


def encoding_description(cable: Cable, taxonomies: Taxonomies, unencodable: Iterable[str], software: Software) -> str:
    """Return the ``<encodingDesc>`` as whole lines.

    Args:
        cable: The record.
        taxonomies: The categories that it uses.
        unencodable: The characters of its texts that XML cannot hold.
        software: The program that encodes.
    """
    classes = "".join([_taxonomy(scheme) for scheme in taxonomies.schemes]) + (_TAGS if cable.tags else "")
    characters = "".join(
        f'        <char xml:id="{char_id(each)}"><localProp name="codepoint" value="{ord(each):04X}"/></char>\n'
        for each in sorted(unencodable)  # a set has no order, and the same record gives the same bytes
    )
    return (
        "    <encodingDesc>\n"
        f"{_DECLARATIONS[cable.body.line_breaks]}"
        f"{_PREFIXES if any(each.identifier for each in cable.references) else ''}"
        + (f"      <classDecl>\n{classes}      </classDecl>\n" if classes else "")
        + (f"      <charDecl>\n{characters}      </charDecl>\n" if characters else "")
        + f"{_application(software)}"
        "    </encodingDesc>\n"
    )


# Most cables have one of few sets of categories. collect_taxonomies gives equal sets as one object.
@lru_cache(maxsize=256)
def _taxonomy(scheme: Scheme) -> str:
    # TEI P5 taxonomy: a <bibl> or a <desc> stands before the categories, not both.
    categories = "".join(
        f'          <category xml:id="{category.xml_id}">'
        f"<catDesc>{escape_content(category.meaning)}</catDesc></category>\n"
        for category in scheme.categories.values()
    )
    return (
        f'        <taxonomy xml:id="{scheme.xml_id}">\n'
        f"          <desc>{escape_content(scheme.says)}</desc>\n"
        f"{categories}"
        "        </taxonomy>\n"
    )


@lru_cache(maxsize=8)
def _application(software: Software) -> str:
    number = _VERSION_NUMBER.match(software.version)
    ident, label = escape_attribute(_ident(software.name)), escape_content(f"{software.name} {software.full_version}")
    return (
        "      <appInfo>\n"
        f'        <application ident="{ident}" version="{number[0] if number else 0}">'
        f"<label>{label}</label></application>\n"
        "      </appInfo>\n"
    )


def _ident(name: str) -> str:
    # TEI P5 application/@ident is a teidata.enumerated: an XML name without spaces.
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).lstrip("-.0123456789") or "software"
