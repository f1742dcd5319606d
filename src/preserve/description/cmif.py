"""CMIF 1.1: the index of a correspondence that correspSearch harvests, one ``correspDesc`` a cable.

Scope: writing the index of any number of descriptions in one pass and flat memory, as the TEI Correspondence SIG's
Correspondence Metadata Interchange Format has it: a reduced TEI, days only, posts and offices as ``orgName``. Not in
scope: which cables may be in an index that all the world copies; the caller decides that.

What only a rule says - the year, from the two digits of an identifier; a post, from its spelling there - carries
``@evidence="conjecture"`` and ``@cert="low"``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

from preserve.description.model import Description, Holder, SourceRelease
from preserve.description.text import attributes, xml_block, xml_leaf
from preserve.errors import RecordError
from preserve.provenance import uuid_of

__all__ = ["CorrespondenceIndex", "Licence", "write_cmif"]

_CONJECTURE: Final = {"evidence": "conjecture", "cert": "low"}
_UNKNOWN: Final = "Unknown"
_IN_MEMORY: Final = 1 << 20
"""Bytes of entries that are kept in memory before they go to a temporary file."""


class Licence(Enum):
    """The licences that the format allows: nothing else can be harvested."""

    CC0 = ("cc0", "https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0 Universal")
    CC_BY = ("cc-by", "https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0 International")

    def __init__(self, word: str, address: str, label: str) -> None:
        self.word = word
        self.address = address
        self.label = label


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrespondenceIndex:
    """What an index says of itself; all of it is obligatory in the format.

    Attributes:
        holder: Who publishes it; with a name.
        licence: Under which it may be copied.
        address: The web address at which the file is to be found.
        day: Of the last change, ``YYYY-MM-DD``.
    """

    holder: Holder
    licence: Licence
    address: str
    day: str


def write_cmif(out: BinaryIO, index: CorrespondenceIndex, descriptions: Iterable[Description]) -> int:
    """Write the index of some cables and return how many there are.

    The releases come first in the file and are known last: entries wait in a temporary file, so that memory is that
    of the releases.

    Raises:
        RecordError: There is none.
        OSError: It could not be written.
    """
    releases: dict[SourceRelease | None, None] = {}
    count = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as entries:
        for description in descriptions:
            releases.setdefault(description.release)
            entries.write(_lines(_entry(description), "      "))
            count += 1
        if not count:
            raise RecordError("no cable is left for the index", hint="Restricted cables are in it only when asked for.")
        out.write(_lines(_head(index, releases), ""))
        entries.seek(0)
        shutil.copyfileobj(entries, out)
        out.write(_lines(_TAIL, ""))
    return count


def _lines(lines: Iterable[str], indent: str) -> bytes:
    return "".join(f"{indent}{line}\n" for line in lines).encode("utf-8")


_TAIL: Final = (
    "    </profileDesc>",
    "  </teiHeader>",
    "  <text>",
    "    <body>",
    "      <p/>",
    "    </body>",
    "  </text>",
    "</TEI>",
)


def _head(index: CorrespondenceIndex, releases: Iterable[SourceRelease | None]) -> Iterator[str]:
    name = index.holder.name
    editor = [f"<editor>{escape(name or '')}{''.join(xml_leaf('email', index.holder.email))}</editor>"]
    publication = [
        *xml_leaf("publisher", name),
        *xml_leaf("idno", index.address, type="url"),
        f"<date{attributes(when=index.day)}/>",
        *xml_block("availability", xml_leaf("licence", index.licence.label, target=index.licence.address)),
    ]
    file = [
        *xml_block("titleStmt", [*xml_leaf("title", f"Index of telegrams held by {name}"), *editor]),
        *xml_block("publicationStmt", publication),
        *xml_block("sourceDesc", [each for release in releases for each in _bibl(release, name)]),
    ]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<TEI xmlns="http://www.tei-c.org/ns/1.0">'
    yield "  <teiHeader>"
    yield from (f"    {line}" for line in xml_block("fileDesc", file))
    yield "    <profileDesc>"


def _source_id(release: SourceRelease | None) -> str:
    """Return the same identifier for the same release always; an ``xml:id`` begins with a letter."""
    return f"release-{uuid_of('release', str(release or ''))}"


def _bibl(release: SourceRelease | None, holder: str | None) -> list[str]:
    says = f"Telegrams held by {holder}, from the release {release}" if release else f"Telegrams held by {holder}"
    return xml_leaf("bibl", says, type="online", xml__id=_source_id(release))


def _entry(description: Description) -> list[str]:
    return xml_block(
        "correspDesc",
        [
            *xml_block("correspAction", _sent(description), type="sent"),
            *xml_block("correspAction", _received(description), type="received"),
        ],
        key=description.identifier,
        source=f"#{_source_id(description.release)}",
    )


def _sent(description: Description) -> Iterator[str]:
    yield from xml_leaf("orgName", description.creator, **(_CONJECTURE if description.creator_inferred else {}))
    yield from xml_leaf("placeName", description.place)
    if description.date:
        yield f"<date{attributes(when=description.date)}/>"
    elif description.year:
        yield f"<date{attributes(when=description.year, **_CONJECTURE)}/>"


def _received(description: Description) -> Iterator[str]:
    for name in description.recipients:
        yield from xml_leaf("orgName", name)
    if not description.recipients:
        # The word that the format prescribes, also where nobody thinks of a person.
        yield from xml_leaf("persName", _UNKNOWN)
