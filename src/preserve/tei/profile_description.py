"""The ``<profileDesc>``: when the telegram was made, what it is about, and its correspondence (TEI P5 2.4).

Posts and offices are the parties of the correspondence. Persons are not: who signed and who classified stand in the
text only.
"""

from __future__ import annotations

from collections.abc import Iterator

from preserve.cable import Cable, Origin, Recipient, Reference, SegmentKind
from preserve.tei.anchors import Anchors, telegram_uri, w3c_date
from preserve.tei.certainty import BY_BASIS, CAPTURE, IN_THE_TEXT, INFERRED
from preserve.tei.file_description import creation_date
from preserve.tei.taxonomy import Taxonomies
from preserve.xml_characters import escape_attribute, escape_content

__all__ = ["profile_description"]


def profile_description(cable: Cable, anchors: Anchors) -> str:
    """Return the ``<profileDesc>`` as whole lines.

    Args:
        cable: The record.
        anchors: The targets of the record in its texts.
    """
    when = creation_date(cable)
    # No source states its language. That a telegram of the Department is in English is a rule, and says so.
    return (
        "    <profileDesc>\n"
        + (f"      <creation>{when}</creation>\n" if when else "")
        + f'      <langUsage><language ident="en"{INFERRED}>English</language></langUsage>\n'
        f"{_text_class(cable, anchors.taxonomies)}"
        f"{_correspondence(cable, anchors)}"
        "    </profileDesc>\n"
    )


def _text_class(cable: Cable, taxonomies: Taxonomies) -> str:
    stated = cable.classification
    level = taxonomies.level(stated.level) if stated else None
    precedence = cable.transmission.precedence if cable.transmission else ()
    categories = (
        ("classification", (level,) if level else ()),
        ("handling", taxonomies.handling.pointers(taxonomies.handling.categories)),
        ("captions", taxonomies.captions.pointers(taxonomies.captions.categories)),
        ("precedence", taxonomies.precedence.pointers(precedence)),
    )
    content = "".join(
        [f'        <catRef scheme="#{of}" target="#{xml_id}"/>\n' for of, xml_ids in categories for xml_id in xml_ids]
    )
    if cable.tags:
        content += f'        <keywords scheme="#TAGS">\n{"".join(_terms(cable))}        </keywords>\n'
    return f"      <textClass>\n{content}      </textClass>\n" if content else ""


def _terms(cable: Cable) -> Iterator[str]:
    for position, tag in enumerate(cable.tags, start=1):
        by = BY_BASIS[tag.basis]
        yield f'          <term xml:id="tag-{position}" type="{tag.kind}"{by}>{escape_content(tag.value)}</term>\n'


def _correspondence(cable: Cable, anchors: Anchors) -> str:
    # The number of a reference counts all of them, as the xml:id of its mark does, and not telegrams alone.
    references = "".join(
        [
            _context(number, reference, anchors)
            for number, reference in enumerate(cable.references, start=1)
            if reference.kind == "telegram"
        ]
    )
    content = (
        _sent(cable, anchors)
        + "".join(_received(cable, anchors))
        + (f"        <correspContext>\n{references}        </correspContext>\n" if references else "")
    )
    if not content:
        return ""
    key = escape_attribute(cable.identifier)
    return f'      <correspDesc type="telegram" key="{key}" source="#{CAPTURE}">\n{content}      </correspDesc>\n'


def _sent(cable: Cable, anchors: Anchors) -> str:
    routing = cable.transmission
    content = _office(cable.origin) if cable.origin else ""
    if routing and routing.sender:
        line = anchors.corresp_lines(SegmentKind.FROM)
        content += f'          <orgName type="station"{line}>{escape_content(routing.sender)}</orgName>\n'
    if cable.origin and cable.origin.place:
        content += f"          <placeName{IN_THE_TEXT}>{escape_content(cable.origin.place)}</placeName>\n"
    # The date-time group says when it was sent; without one, the time of creation is the nearest that is known.
    sent = w3c_date(routing.sent) if routing else None
    if routing and routing.dtg and sent:
        when = f'<date when="{sent}"{anchors.corresp("dtg")}>{escape_content(routing.dtg)}</date>'
    else:
        when = creation_date(cable)
    content += f"          {when}\n" if when else ""
    return f'        <correspAction type="sent">\n{content}        </correspAction>\n' if content else ""


def _office(origin: Origin) -> str:
    key = f' key="{escape_attribute(origin.station)}"' if origin.station else ""
    return f"          <orgName{key}>{escape_content(origin.name)}</orgName>\n"


def _received(cable: Cable, anchors: Anchors) -> Iterator[str]:
    routing = cable.transmission
    if routing is None:
        return
    for how, kind, recipients in (
        ("action", SegmentKind.TO, routing.action),
        ("info", SegmentKind.INFO, routing.info),
    ):
        line = anchors.corresp_lines(kind) if recipients else ""
        for recipient in recipients:
            yield _addressee(f' type="received" subtype="{how}"{line}', recipient, anchors.taxonomies)


def _addressee(attributes: str, recipient: Recipient, taxonomies: Taxonomies) -> str:
    """Return an addressee: its plain-language address, routing indicator, precedence and message number."""
    ana = ""
    if recipient.precedence:
        ana = f' ana="#{taxonomies.precedence.categories[recipient.precedence].xml_id}"'
    key = f' key="{escape_attribute(recipient.route)}"' if recipient.route else ""
    number = f'<idno type="mcn">{escape_content(recipient.mcn)}</idno>' if recipient.mcn else ""
    excluded = "".join([f'<note type="excluded">{escape_content(name)}</note>' for name in recipient.excluded])
    return (
        f"        <correspAction{attributes}{ana}>"
        f'<orgName type="station"{key}>{escape_content(recipient.name)}</orgName>{number}{excluded}</correspAction>\n'
    )


def _context(number: int, reference: Reference, anchors: Anchors) -> str:
    label = f' n="{escape_attribute(reference.label)}"' if reference.label else ""
    target = by = ""
    if reference.identifier is not None:
        target = f' target="{escape_attribute(telegram_uri(reference.identifier))}"'
        by = BY_BASIS[reference.identifier_basis] if reference.identifier_basis else ""
    attributes = f"{anchors.corresp(f'ref-{number}')}{label}{target}{by}"
    return f'          <ref type="prev" subtype="reftel"{attributes}>{escape_content(reference.text)}</ref>\n'
