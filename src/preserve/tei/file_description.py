"""The ``<fileDesc>``: title, publication, and the three things that the document is made of (TEI P5 2.2).

The capture, the release and the original are a ``<bibl>`` each, so that ``@resp`` can point at the one that claims a
thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from preserve.cable import Access, Cable, Completeness, Created, Redaction, Release, SourceContainer
from preserve.provenance import cable_uuid
from preserve.tei.anchors import Anchors, w3c_date
from preserve.tei.certainty import (
    AUTHORITY,
    BY_RELEASE_BASIS,
    BY_RELIABILITY,
    CAPTURE,
    INFERRED,
    ORIGINAL,
    PACKAGER,
    RELEASE,
)
from preserve.tei.encoding_run import EncodingRun
from preserve.xml_characters import escape_attribute, escape_content

__all__ = ["STATUS", "creation_date", "file_description"]

STATUS: Mapping[Access, str] = {
    "open": "free",
    "restricted": "restricted",
    "embargoed": "restricted",
    "metadata-only": "restricted",
}
"""The value of ``availability/@status`` for each access decision of the institution."""

_NOT_STATED = "not stated"
_LICENCES = {
    "http://rightsstatements.org/vocab/NoC-US/1.0/": "No Copyright - United States",
    "http://rightsstatements.org/vocab/NoC-OKLR/1.0/": "No Copyright - Other Known Legal Restrictions",
    "http://rightsstatements.org/vocab/CNE/1.0/": "Copyright Not Evaluated",
}
_COMPLETENESS = {
    "complete": "The source has the routing header and the text.",
    "partial": "The source does not have all of the cable; it does not say so.",
}
"""What a rule concludes of the whole where the page says nothing."""
_URI = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+")
_MARKING_POLICY = (
    "The security marking is given as the originator printed it. Its publication did not change it, and no date of "
    "declassification was applied. Access is the decision of the holding institution."
)


def file_description(cable: Cable, anchors: Anchors, run: EncodingRun) -> str:
    """Return the ``<fileDesc>`` as whole lines.

    Args:
        cable: The record.
        anchors: The targets of the record in its texts.
        run: Who makes the document, when, and from what.
    """
    return (
        "    <fileDesc>\n"
        f"{_title_statement(cable, anchors, run)}"
        f"{_publication_statement(cable, run)}"
        "      <sourceDesc>\n"
        f"{_capture(cable, run)}"
        f"{_release(cable.provenance.release)}"
        f"{_original(cable, anchors)}"
        "      </sourceDesc>\n"
        "    </fileDesc>\n"
    )


def creation_date(cable: Cable) -> str:
    """Return the ``<date>`` on which the cable was made; empty when the source does not state it."""
    stated = cable.created
    if stated is None:
        return ""
    return f"<date{_moment(stated)}>{escape_content(stated.text)}</date>"


def _moment(stated: Created) -> str:
    value = w3c_date(stated.value)
    if value is None:
        return ""
    by = BY_RELIABILITY[stated.reliability]
    is_local_time = len(value) == len("2002-01-09T10:15:00")
    zone = "Z" if stated.zone == "Z" and is_local_time else ""
    if stated.reliability == "minutes-unreliable" and is_local_time:
        # Pages of this kind print the hour twice, the second time as minutes (measured on 1,295 of them).
        hour = value[:14]
        return f' notBefore="{hour}00:00{zone}" notAfter="{hour}59:59{zone}"{by}'
    return f' when="{value}{zone}"{by}'


def _title_statement(cable: Cable, anchors: Anchors, run: EncodingRun) -> str:
    telegram = f"Telegram {cable.identifier}"
    sender = f" from {cable.origin.name}" if cable.origin else ""
    date = f", {cable.created.value[:10]}" if cable.created else ""
    printed = anchors.corresp("subject") if cable.subject else ""
    return (
        "      <titleStmt>\n"
        f'        <title type="main"{printed}>{escape_content(cable.subject or telegram)}</title>\n'
        f'        <title type="desc">{escape_content(f"{telegram}{sender}{date}")}</title>\n'
        f"{_author(cable, '        ')}"
        f'        <respStmt xml:id="{PACKAGER}"><resp>automatic normalization and TEI encoding</resp>'
        f'<name type="software">{escape_content(run.software.name)}</name></respStmt>\n'
        "      </titleStmt>\n"
    )


def _author(cable: Cable, indent: str) -> str:
    if cable.origin is None:
        return ""
    return f"{indent}<author><orgName>{escape_content(cable.origin.name)}</orgName></author>\n"


def _publication_statement(cable: Cable, run: EncodingRun) -> str:
    # TEI P5 publicationStmt: the agency stands before the details of its publication.
    rights, day = cable.rights, run.date.isoformat()
    # What is not an address of the web stays text: @target is a pointer, and a link on the page for people.
    target = f' target="{escape_attribute(rights.copyright)}"' if _URI.fullmatch(rights.copyright) else ""
    marking = f"Marked {cable.classification.level} by the originator. " if cable.classification else ""
    prose = (f"Access: {rights.access}.", rights.statement, rights.advisory, f"{marking}{_MARKING_POLICY}")
    received = cable.received_identifier
    return (
        "      <publicationStmt>\n"
        f'        <authority xml:id="{AUTHORITY}">{escape_content(run.authority or _NOT_STATED)}</authority>\n'
        f'        <date when="{day}">{day}</date>\n'
        f'        <idno type="cable">{escape_content(cable.identifier)}</idno>\n'
        f"{_line('idno', 'received', received) if received else ''}"
        f'        <idno type="UUID">urn:uuid:{_uuid(cable)}</idno>\n'
        f'        <availability status="{STATUS[rights.access]}">\n'
        f"          <licence{target}>{escape_content(_LICENCES.get(rights.copyright, rights.copyright))}</licence>\n"
        + "".join([f"          <p>{escape_content(text)}</p>\n" for text in prose if text])
        + "        </availability>\n      </publicationStmt>\n"
    )


def _uuid(cable: Cable) -> str:
    return cable_uuid(cable.identifier, cable.provenance.source.sha256, "tei")


def _line(name: str, kind: str, text: str, more: str = "", indent: str = "        ") -> str:
    return f'{indent}<{name} type="{kind}"{more}>{escape_content(text)}</{name}>\n'


def _capture(cable: Cable, run: EncodingRun) -> str:
    source, page = cable.provenance.source, cable.provenance.page
    title = page.title or f"Captured source of {cable.identifier}"
    digests = {"file": source.sha256, "text": cable.body.sha256}
    if cable.header is not None:
        digests["transmission"] = cable.header.sha256
    read = f"Read as {page.format} ({page.rendering}), {source.encoding}."
    return (
        f'        <bibl type="capture" xml:id="{CAPTURE}">\n'
        f'          <title level="u">{escape_content(title)}</title>\n'
        + "".join([_digest(of, sha256) for of, sha256 in digests.items()])
        + f'          <extent><measure unit="byte" quantity="{source.size}">{source.size} bytes</measure></extent>\n'
        f'          <ref target="{_path(run.source_path)}" mimeType="{escape_attribute(source.media_type)}">'
        f"{escape_content(source.name)}</ref>\n"
        f"{_container(source.container, source.size) if source.container else ''}"
        f"{_note('format', read)}"
        f"{_note('disclaimer', page.disclaimer) if page.disclaimer else ''}"
        "        </bibl>\n"
    )


def _digest(of: str, sha256: str, indent: str = "          ") -> str:
    return f'{indent}<idno type="sha256" subtype="{of}">{escape_content(sha256)}</idno>\n'


def _path(path: str) -> str:
    # TEI P5 teidata.pointer is a URI, which holds spaces, "#" and what is not ASCII only percent-encoded.
    return escape_attribute(quote(path.encode("utf-8", "replace"), safe="/"))


def _container(container: SourceContainer, size: int) -> str:
    """Return the file that the source was part of, and where in it the source was."""
    scope = ""
    if container.member is not None:
        scope += f'            <biblScope unit="member">{escape_content(container.member)}</biblScope>\n'
    if container.offset is not None:
        # "to" is the last byte, not one past it. A source without bytes has none, and is told as the one at its place.
        first, last = container.offset, container.offset + max(size, 1) - 1
        scope += f'            <biblScope unit="byte" from="{first}" to="{last}">bytes {first}-{last}</biblScope>\n'
    return (
        '          <relatedItem type="host"><bibl>\n'
        f'            <title level="u">{escape_content(container.name)}</title>\n'
        f"{_digest('file', container.sha256, '            ')}"
        f"{scope}"
        "          </bibl></relatedItem>\n"
    )


def _note(kind: str, text: str, more: str = "") -> str:
    return _line("note", kind, text, more, "          ")


def _release(release: Release | None) -> str:
    if release is None:
        return ""
    when = w3c_date(release.date)
    return (
        f'        <bibl type="release" xml:id="{RELEASE}"{BY_RELEASE_BASIS[release.basis]}>\n'
        f'          <title level="u">{escape_content(release.name or release.text)}</title>\n'
        + (f'          <date when="{when}">{when}</date>\n' if when else "")
        + _note("release", release.text, f' subtype="{release.basis}"')
        + "        </bibl>\n"
    )


def _original(cable: Cable, anchors: Anchors) -> str:
    reference, when = cable.message_reference, creation_date(cable)
    printed = anchors.corresp("mrn")
    return (
        f'        <bibl type="original" xml:id="{ORIGINAL}">\n'
        f'          <idno type="cable">{escape_content(cable.identifier)}</idno>\n'
        + (f'          <idno type="mrn"{printed}>{escape_content(reference.text)}</idno>\n' if reference else "")
        + _author(cable, "          ")
        + (f"          {when}\n" if when else "")
        + _completeness(cable.completeness)
        + _redaction(cable.redaction)
        + "        </bibl>\n"
    )


def _completeness(of: Completeness) -> str:
    if of.text:
        return _note("completeness", of.text, f' subtype="{of.status}" resp="#{CAPTURE}"')
    says = _COMPLETENESS.get(of.status)
    return _note("completeness", says, f' subtype="{of.status}"{INFERRED}') if says else ""


def _redaction(of: Redaction) -> str:
    if of.text:
        return _note("redaction", of.text, f' subtype="{of.status}" resp="#{CAPTURE}"')
    if of.status == "redacted":
        says = "The text shows redactions; the source does not speak of them."
        return _note("redaction", says, f' subtype="redacted"{INFERRED}')
    return ""
