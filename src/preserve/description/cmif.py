"""CMIF 1.1: the index of a correspondence that correspSearch harvests, with one ``correspDesc`` for each cable.

The Correspondence Metadata Interchange Format of the TEI Correspondence SIG is a reduced TEI: days without times, posts
and offices as ``orgName``. Any number of descriptions are written in one pass and bounded memory. The caller decides
which cables may be in an index that all the world copies.

What only the identifier says (its year by two digits, its post by an abbreviation) carries ``@evidence="conjecture"``
and ``@cert="low"``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, Final

from lxml import etree

from preserve.description.model import Description, Holder, SourceRelease
from preserve.description.xml_file import Element, ElementMaker, encode_element, xml_file
from preserve.errors import RecordError
from preserve.provenance import uuid_of

__all__ = ["CorrespondenceIndex", "Licence", "write_cmif"]

_NAMESPACE: Final = "http://www.tei-c.org/ns/1.0"
_ROOT: Final = f'<TEI xmlns="{_NAMESPACE}"/>'
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_TEI: Final = ElementMaker(_NAMESPACE)
# Entries are written one by one, outside of the root that declares the namespace, and would each declare it again.
_BARE: Final = ElementMaker()
_ENTRIES: Final = "entries"
_LEVEL: Final = 3
"""How deep entries stand: in TEI, teiHeader and profileDesc."""
_CONJECTURE: Final = {"evidence": "conjecture", "cert": "low"}
_UNKNOWN: Final = "Unknown"
_IN_MEMORY: Final = 1 << 20
"""Bytes of entries that are kept in memory before they go to a temporary file."""


class Licence(Enum):
    """The licences under which an index can be harvested; the format allows no others."""

    CC0 = ("cc0", "https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0 Universal")
    CC_BY = ("cc-by", "https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0 International")

    def __init__(self, word: str, address: str, label: str) -> None:
        self.word = word
        self.address = address
        self.label = label


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrespondenceIndex:
    """What an index says of itself; the format asks for all of it.

    Attributes:
        holder: The institution that publishes it; it must have a name.
        licence: The licence under which it may be copied.
        address: The web address at which the file can be found.
        day: The day of its last change, ``YYYY-MM-DD``.
    """

    holder: Holder
    licence: Licence
    address: str
    day: str


def write_cmif(out: BinaryIO, index: CorrespondenceIndex, descriptions: Iterable[Description]) -> int:
    """Write the index of some cables, and return how many there are.

    The file begins with the releases, which are known only when all cables have been seen. Until then the entries wait
    in a temporary file, and only the releases in memory.

    Raises:
        RecordError: There is no cable.
        OSError: The index could not be written.
    """
    releases: dict[SourceRelease | None, None] = {}
    count = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as entries:
        for description in descriptions:
            releases.setdefault(description.release)
            entries.write(_entry(description))
            count += 1
        if not count:
            raise RecordError("no cable is left for the index", hint="Restricted cables are in it only when asked for.")
        # A text cannot contain the instruction: its "<" would be escaped.
        before, _, after = _frame(index, releases).partition(encode_element(etree.PI(_ENTRIES), _LEVEL))
        out.write(before)
        entries.seek(0)
        shutil.copyfileobj(entries, out)
        out.write(after)
    return count


def _frame(index: CorrespondenceIndex, releases: Iterable[SourceRelease | None]) -> bytes:
    """Return the document with a processing instruction where the entries go."""
    name = index.holder.name
    editor = _TEI.leaf("editor", name)
    for each in editor:
        each.extend(_TEI.leaf("email", index.holder.email))
    publication = [
        *_TEI.leaf("publisher", name),
        *_TEI.leaf("idno", index.address, type="url"),
        _TEI.empty("date", when=index.day),
        *_TEI.block("availability", _TEI.leaf("licence", index.licence.label, target=index.licence.address)),
    ]
    file = [
        *_TEI.block("titleStmt", [*_TEI.leaf("title", f"Index of telegrams held by {name}"), *editor]),
        *_TEI.block("publicationStmt", publication),
        *_TEI.block("sourceDesc", [each for release in releases for each in _bibl(release, name)]),
    ]
    header = [*_TEI.block("fileDesc", file), *_TEI.block("profileDesc", [etree.PI(_ENTRIES)])]
    text = _TEI.block("text", _TEI.block("body", [_TEI.empty("p")]))
    return xml_file(_ROOT, [*_TEI.block("teiHeader", header), *text])


def _source_id(release: SourceRelease | None) -> str:
    """Return the identifier of a release, which is the same in every index."""
    # An xml:id is an NCName, which cannot begin with a digit as a UUID may.
    return f"release-{uuid_of('release', str(release or ''))}"


def _bibl(release: SourceRelease | None, holder: str | None) -> list[Element]:
    says = f"Telegrams held by {holder}, from the release {release}" if release else f"Telegrams held by {holder}"
    return _TEI.leaf("bibl", says, type="online", **{_XML_ID: _source_id(release)})


def _entry(description: Description) -> bytes:
    entry = _BARE.empty("correspDesc", key=description.identifier, source=f"#{_source_id(description.release)}")
    entry.extend(_BARE.block("correspAction", _sent(description), type="sent"))
    entry.extend(_BARE.block("correspAction", _received(description), type="received"))
    return encode_element(entry, _LEVEL)


def _sent(description: Description) -> Iterator[Element]:
    yield from _BARE.leaf("orgName", description.creator, **(_CONJECTURE if description.creator_inferred else {}))
    yield from _BARE.leaf("placeName", description.place)
    if description.date:
        yield _BARE.empty("date", when=description.date)
    elif description.year:
        yield _BARE.empty("date", when=description.year, **_CONJECTURE)


def _received(description: Description) -> Iterator[Element]:
    for name in description.recipients:
        yield from _BARE.leaf("orgName", name)
    if not description.recipients:
        # The format prescribes a person of this name where no addressee is known, also for letters to an office.
        yield from _BARE.leaf("persName", _UNKNOWN)
