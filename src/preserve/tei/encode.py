"""A cable record as a TEI P5 document.

The text of ``div[@type='document']`` is ``body.text``, and that of ``div[@type='transmission']`` is ``header.text``:
character for character, white space included. The document is joined of strings, which
:mod:`preserve.xml_characters` escapes.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from preserve.cable import Cable, Header
from preserve.provenance import Software
from preserve.tei.anchors import HEADER, Anchors, find_anchors
from preserve.tei.certainty import CAPTURE, PACKAGER, SEEN_IN_THE_TEXT
from preserve.tei.characters import name_part
from preserve.tei.division import make_division
from preserve.tei.encoding_run import EncodingRun
from preserve.tei.header import tei_header
from preserve.xml_characters import escape_attribute, find_unencodable

__all__ = ["TEI_NAMESPACE", "encode_tei"]

TEI_NAMESPACE = "http://www.tei-c.org/ns/1.0"


def encode_tei(
    cable: Cable, *, software: Software, date: datetime.date, source_path: str, authority: str | None = None
) -> bytes:
    """Return a cable as a TEI document: UTF-8 with an XML declaration and line feeds, the same bytes for the same call.

    Args:
        cable: The record.
        software: The program that encodes.
        date: The day of encoding.
        source_path: The path of the source file from the folder of the document, as ``../source/02STRELSAU17.txt``.
        authority: The institution that makes the document available; ``None`` when it is not stated.

    Raises:
        RecordError: Segments of the record overlap, or marks cross or leave their segment.
    """
    targets = find_anchors(cable)
    has_lines = cable.body.line_breaks == "kept"
    front = _front(cable.header, targets, has_lines=has_lines) if cable.header else ""
    document = _document(cable, targets, has_lines=has_lines)
    # The header declares these characters, so it is written last. To look for "<g " in the divisions is quicker than to
    # look for each such character in the texts.
    texts = ((cable.body.text, document), (cable.header.text if cable.header else "", front))
    declared = {character for text, xml in texts if "<g " in xml for character in find_unencodable(text)}
    run = EncodingRun(software, date, source_path, authority)
    # An xml:id is an NCName, which cannot begin with a digit as the identifier of a cable does. Lone surrogates are
    # escaped everywhere, so that encode() never fails.
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<TEI xmlns="{TEI_NAMESPACE}" xml:id="cable-{name_part(cable.identifier)}" xml:lang="en">\n'
        f"{tei_header(cable, targets, declared, run)}"
        f"  <text>\n{front}    <body>\n{document}    </body>\n  </text>\n"
        "</TEI>\n"
    ).encode()


def _front(routing: Header, targets: Anchors, *, has_lines: bool) -> str:
    # Both texts have paragraphs and sections, and an xml:id is unique in the document.
    own = replace(targets, prefix=HEADER)
    text = make_division(routing.text, routing.segments, routing.marks, (), own, has_lines=has_lines)
    return f'    <front>\n      <div type="transmission" xml:id="transmission">{text.write()}</div>\n    </front>\n'


def _document(cable: Cable, targets: Anchors, *, has_lines: bool) -> str:
    body = cable.body
    text = make_division(body.text, body.segments, body.marks, body.paragraphs, targets, has_lines=has_lines)
    missing = cable.completeness.missing
    # The page says that the header is lost. That the end is lost is concluded from how the text breaks off.
    head_by = CAPTURE if cable.completeness.text else PACKAGER
    head = f'<gap reason="notInSource" unit="section" extent="unknown" resp="#{head_by}"/>'
    tail = f'<gap reason="notInSource" unit="chars" extent="unknown" resp="#{PACKAGER}"{SEEN_IN_THE_TEXT}/>'
    content = text.write(head if "routing-header" in missing else "", tail if "tail" in missing else "")
    identifier = escape_attribute(cable.identifier)
    return f'      <div type="document" subtype="telegram" xml:id="d1" n="{identifier}">{content}</div>\n'
