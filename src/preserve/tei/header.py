"""The ``<teiHeader>``: what the document is, what it is made of, how, and what it is about (TEI P5, chapter 2).

Scope: file, encoding, profile and revision descriptions. Not in scope: the text. Every value is of the record or of
the call; what a rule inferred carries ``@cert`` and ``@resp``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from preserve.cable.record import Access, Cable, Created, Recipient, Reference
from preserve.provenance.software import Software
from preserve.tei.anchors import BY_PACKAGER, CAPTURE, ORIGINAL, PACKAGER, RELEASE, telegram_uri, w3c
from preserve.tei.characters import attribute, char_id, described
from preserve.tei.taxonomy import Scheme, Taxonomies

__all__ = ["SCHEMA_NAME", "STATUS", "Making", "header"]

SCHEMA_NAME = "cable-tei-1.0"
"""The schema that our documents meet: ``schemas/cable-tei-1.0.rnc`` and ``.rng``."""

STATUS: Mapping[Access, str] = {
    "open": "free",
    "restricted": "restricted",
    "embargoed": "restricted",
    "metadata-only": "restricted",
}
"""Access, the institution's decision, as TEI says it (``availability/@status``)."""

_NOT_STATED = "not stated"
_LICENCES = {
    "http://rightsstatements.org/vocab/NoC-US/1.0/": "No Copyright - United States",
    "http://rightsstatements.org/vocab/NoC-OKLR/1.0/": "No Copyright - Other Known Legal Restrictions",
    "http://rightsstatements.org/vocab/CNE/1.0/": "Copyright Not Evaluated",
}
_URI = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+")
# TEI P5 teidata.versionNumber, from its start.
_VERSION_NUMBER = re.compile(r"[0-9]+[a-z]*[0-9]*(?:\.[0-9]+[a-z]*[0-9]*){0,3}")

_TEXT_POLICY = (
    "The text of the document division is the captured text character for character. Markup was added and nothing "
    "else: line breaks between elements stand inside tags. A character that XML cannot hold is a g element, declared "
    "in charDecl by its code point. In this header, which describes, such a character is U+FFFD."
)
_CORRECTION_POLICY = "No reading was corrected, no redaction was filled in, no other release was merged."
_MARKING_POLICY = (
    "The security marking is given as the originator printed it. Its publication did not change it, and no date of "
    "declassification was applied. Access is the decision of the holding institution."
)

_Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Making:
    """Who makes the document, when, and from what.

    Attributes:
        software: The program.
        date: The day of making.
        source_path: The path of the source file, relative to that of the document.
        authority: The institution that makes it available; ``None`` when it is not stated.
    """

    software: Software
    date: datetime.date
    source_path: str
    authority: str | None


def _block(name: str, *parts: Iterable[str], attributes: str = "") -> _Lines:
    lines = [f"  {line}" for part in parts for line in part]
    return (f"<{name}{attributes}>", *lines, f"</{name}>") if lines else ()


def _p(text: str) -> str:
    return f"<p>{described(text)}</p>"


def _dated(created: Created) -> str:
    value = w3c(created.value)
    if value is None:
        return f"<date>{described(created.text)}</date>"
    zone = "Z" if created.zone == "Z" and len(value) == 19 else ""
    if created.reliability == "minutes-unreliable" and len(value) == 19:
        # The hour is right, the minutes are the hour again: measured on 1,295 pages.
        hour = value[:14]
        when = f'notBefore="{hour}00:00{zone}" notAfter="{hour}59:59{zone}"'
    else:
        when = f'when="{value}{zone}"'
    return f"<date {when}>{described(created.text)}</date>"


def _title_statement(cable: Cable, making: Making) -> _Lines:
    sender = f" from {cable.origin.name}" if cable.origin else ""
    date = f", {cable.created.value[:10]}" if cable.created else ""
    telegram = f"Telegram {cable.identifier}"
    author = (f"<author><orgName>{described(cable.origin.name)}</orgName></author>",) if cable.origin else ()
    return _block(
        "titleStmt",
        (
            f'<title type="main">{described(cable.subject or telegram)}</title>',
            f'<title type="desc">{described(f"{telegram}{sender}{date}")}</title>',
            *author,
            f'<respStmt xml:id="{PACKAGER}"><resp>automatic normalization and TEI encoding</resp>'
            f'<name type="software">{described(making.software.name)}</name></respStmt>',
        ),
    )


def _publication_statement(cable: Cable, making: Making) -> _Lines:
    rights = cable.rights
    target = f' target="{attribute(rights.copyright)}"' if _URI.fullmatch(rights.copyright) else ""
    licence = described(_LICENCES.get(rights.copyright, rights.copyright))
    marking = f"Marked {cable.classification.level} by the originator. " if cable.classification else ""
    prose = (f"Access: {rights.access}.", rights.statement, rights.advisory, f"{marking}{_MARKING_POLICY}")
    received = cable.received_identifier
    return _block(
        "publicationStmt",
        (
            f"<authority>{described(making.authority or _NOT_STATED)}</authority>",
            f'<date when="{making.date.isoformat()}">{making.date.isoformat()}</date>',
            f'<idno type="cable">{described(cable.identifier)}</idno>',
            *((f'<idno type="received">{described(received)}</idno>',) if received else ()),
        ),
        _block(
            "availability",
            (f"<licence{target}>{licence}</licence>", *(_p(text) for text in prose if text)),
            attributes=f' status="{STATUS[rights.access]}"',
        ),
    )


def _note(kind: str, text: str | None) -> _Lines:
    return (f'<note type="{kind}">{described(text)}</note>',) if text else ()


def _source_description(cable: Cable, making: Making) -> _Lines:
    source, page, release = cable.provenance.source, cable.provenance.page, cable.provenance.release
    capture = (
        f'<title level="u">{described(page.title or f"Captured page of {cable.identifier}")}</title>',
        f'<idno type="sha256" subtype="file">{described(source.sha256)}</idno>',
        f'<idno type="sha256" subtype="text">{described(cable.body.sha256)}</idno>',
        f'<extent><measure unit="byte" quantity="{source.size}">{source.size} bytes</measure></extent>',
        f'<ref target="{_path(making.source_path)}">{described(source.name)}</ref>',
        *_note("disclaimer", page.disclaimer),
    )
    original = (
        f'<idno type="cable">{described(cable.identifier)}</idno>',
        *((f'<idno type="mrn">{described(cable.message_reference.text)}</idno>',) if cable.message_reference else ()),
        *((f"<author><orgName>{described(cable.origin.name)}</orgName></author>",) if cable.origin else ()),
        *((_dated(cable.created),) if cable.created else ()),
        *_note("completeness", cable.completeness.text),
        *_note("redaction", cable.redaction.text),
    )
    released: _Lines = ()
    if release is not None:
        when = w3c(release.date)
        released = (
            f'<title level="u">{described(release.name or release.text)}</title>',
            *((f'<date when="{when}">{when}</date>',) if when else ()),
            *_note("release", release.text),
        )
    return _block(
        "sourceDesc",
        _block("bibl", capture, attributes=f' type="capture" xml:id="{CAPTURE}"'),
        _block("bibl", released, attributes=f' type="release" xml:id="{RELEASE}"'),
        _block("bibl", original, attributes=f' type="original" xml:id="{ORIGINAL}"'),
    )


def _path(path: str) -> str:
    return attribute(quote(path.encode("utf-8", "replace"), safe="/"))


def _taxonomy(scheme: Scheme) -> _Lines:
    # TEI P5: a taxonomy has either a <bibl> or a <desc> before its categories.
    says = f"{scheme.says} Defined by {scheme.authority}." if scheme.authority else scheme.says
    return _block(
        "taxonomy",
        (f"<desc>{described(says)}</desc>",),
        (
            f'<category xml:id="{category.xml_id}"><catDesc>{described(category.meaning)}</catDesc></category>'
            for category in scheme.categories.values()
        ),
        attributes=f' xml:id="{scheme.xml_id}"',
    )


def _encoding_description(cable: Cable, taxonomies: Taxonomies, unencodable: Iterable[str], making: Making) -> _Lines:
    tags = (
        '<taxonomy xml:id="TAGS"><bibl>Department of State, Traffic Analysis by Geography and Subject</bibl></taxonomy>'
    )
    prefix = (
        r'<prefixDef ident="cable" matchPattern="([0-9]{2}[A-Z0-9.%-]+)" replacementPattern="urn:x-cable:$1">'
        "<p>A cable by its canonical identifier: two-digit year, post, message number without leading zeros.</p>"
        "</prefixDef>"
    )
    software = making.software
    number = _VERSION_NUMBER.match(software.version)
    return _block(
        "encodingDesc",
        (f'<schemaRef key="{SCHEMA_NAME}" url="urn:x-preserve:schema:{SCHEMA_NAME}"/>',),
        _block(
            "editorialDecl",
            (
                f'<normalization method="markup">{_p(_TEXT_POLICY)}</normalization>',
                f"<correction>{_p(_CORRECTION_POLICY)}</correction>",
            ),
        ),
        _block("listPrefixDef", (prefix,) if any(each.identifier for each in cable.references) else ()),
        _block("classDecl", *map(_taxonomy, taxonomies.used), (tags,) if cable.tags else ()),
        _block(
            "charDecl",
            (
                f'<char xml:id="{char_id(each)}"><localProp name="codepoint" value="{ord(each):04X}"/></char>'
                for each in sorted(unencodable)
            ),
        ),
        _block(
            "appInfo",
            (
                f'<application ident="{attribute(_ident(software.name))}" version="{number[0] if number else 0}">'
                f"<label>{described(f'{software.name} {software.full_version}')}</label></application>",
            ),
        ),
    )


def _ident(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).lstrip("-.0123456789") or "software"


def _profile_description(cable: Cable, taxonomies: Taxonomies) -> _Lines:
    level = taxonomies.level(cable.classification.level) if cable.classification else None
    others = (taxonomies.handling, taxonomies.captions)
    return _block(
        "profileDesc",
        (f"<creation>{_dated(cable.created)}</creation>",) if cable.created else (),
        ('<langUsage><language ident="en">English</language></langUsage>',),
        _block(
            "textClass",
            (f'<catRef scheme="#classification" target="#{level}"/>',) if level else (),
            (
                f'<catRef scheme="#{scheme.xml_id}" target="#{category.xml_id}"/>'
                for scheme in others
                for category in scheme.categories.values()
            ),
            _block("keywords", _terms(cable), attributes=' scheme="#TAGS"'),
        ),
        _block(
            "correspDesc",
            _sent(cable),
            _received(cable),
            _block("correspContext", filter(None, map(_context, cable.references))),
            attributes=f' type="telegram" key="{attribute(cable.identifier)}" source="#{CAPTURE}"',
        ),
    )


def _terms(cable: Cable) -> Iterator[str]:
    for position, tag in enumerate(cable.tags, start=1):
        by = BY_PACKAGER[tag.basis]
        yield f'<term xml:id="tag-{position}" type="{tag.kind}"{by}>{described(tag.value)}</term>'


def _sent(cable: Cable) -> _Lines:
    routing = cable.transmission
    parts: list[str] = []
    if cable.origin:
        parts.append(f"<orgName>{described(cable.origin.name)}</orgName>")
    if routing and routing.sender:
        parts.append(f'<orgName type="station">{described(routing.sender)}</orgName>')
    if cable.origin and cable.origin.place:
        parts.append(f"<placeName>{described(cable.origin.place)}</placeName>")
    sent = w3c(routing.sent) if routing else None
    if routing and routing.dtg and sent:
        parts.append(f'<date when="{sent}">{described(routing.dtg)}</date>')
    elif cable.created:
        parts.append(_dated(cable.created))
    return _block("correspAction", parts, attributes=' type="sent"')


def _received(cable: Cable) -> Iterator[str]:
    routing = cable.transmission
    if routing is not None:
        yield from (_addressee("action", recipient) for recipient in routing.action)
        yield from (_addressee("info", recipient) for recipient in routing.info)


def _addressee(how: str, recipient: Recipient) -> str:
    name = f'<orgName type="station">{described(recipient.name)}</orgName>'
    return f'<correspAction type="received" subtype="{how}">{name}</correspAction>'


def _context(reference: Reference) -> str:
    if reference.identifier is None:
        return ""
    by = BY_PACKAGER[reference.identifier_basis] if reference.identifier_basis else ""
    target = attribute(telegram_uri(reference.identifier))
    return f'<ref type="prev" subtype="reftel" target="{target}"{by}>{described(reference.text)}</ref>'


def header(cable: Cable, taxonomies: Taxonomies, unencodable: Iterable[str], making: Making) -> str:
    """Return the ``<teiHeader>``, indented.

    Args:
        cable: The record.
        taxonomies: Its categories.
        unencodable: The characters of its texts that XML cannot hold.
        making: Who makes the document, when, and from what.
    """
    change = f'<change when="{making.date.isoformat()}" who="#{PACKAGER}">Generated from the captured source.</change>'
    lines = _block(
        "teiHeader",
        _block(
            "fileDesc",
            _title_statement(cable, making),
            _publication_statement(cable, making),
            _source_description(cable, making),
        ),
        _encoding_description(cable, taxonomies, unencodable, making),
        _profile_description(cable, taxonomies),
        _block("revisionDesc", (change,), attributes=' status="generated"'),
    )
    return "\n".join(f"  {line}" for line in lines)
