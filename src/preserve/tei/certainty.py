"""How the document says who claims a thing, and how sure it is (TEI P5 att.global.responsibility, att.editLike).

Scope: the attributes ``@resp``, ``@cert`` and ``@evidence``, one value for each way in which we come to know. Not in
scope: what is known. Some elements have no ``@evidence`` (``<ref>``, ``<term>``, ``<bibl>``, ``<note>``); there
``@resp`` says who.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from preserve.cable import Basis

__all__ = [
    "AUTHORITY",
    "AUTO_INSERTED",
    "BY_BASIS",
    "BY_RELEASE_BASIS",
    "BY_RELIABILITY",
    "CAPTURE",
    "INFERRED",
    "IN_THE_TEXT",
    "LEFT_BY_A_SITE",
    "ORIGINAL",
    "PACKAGER",
    "RELEASE",
    "SEEN_IN_THE_TEXT",
]

CAPTURE = "src-capture"
RELEASE = "src-release"
ORIGINAL = "src-original"
PACKAGER = "packager"
AUTHORITY = "authority"

INFERRED = f' cert="medium" resp="#{PACKAGER}"'
"""A rule of the software draws it from what is stated."""

SEEN_IN_THE_TEXT = ' cert="medium" evidence="internal"'
"""The look of the text says it, and no words of anybody."""

AUTO_INSERTED = f' resp="#{PACKAGER}" cert="high" evidence="internal"'
"""A caption that software inserted: the sentence around it goes on without it."""

LEFT_BY_A_SITE = f' resp="#{PACKAGER}" cert="high" evidence="external"'
"""What a database, a newspaper or a site left in the text: known from many pages of it."""

IN_THE_TEXT = ' cert="high" evidence="internal"'
"""Words of the source say it: the place in the name of an office, the time in a date-time group."""

BY_BASIS: Mapping[Basis, str] = {
    Basis.STATED: "",
    Basis.TABLE: f' resp="#{CAPTURE}"',
    Basis.INFERRED_YEAR: INFERRED,
    Basis.INFERRED: INFERRED,
}
"""The attributes with which a value says that the text of the cable does not state it."""

BY_RELEASE_BASIS: Mapping[Literal["page", "path", "flag"], str] = {
    "page": f' resp="#{CAPTURE}"',
    "path": INFERRED,
    "flag": f' resp="#{AUTHORITY}"',
}
"""Who says that the source is of a release: the page; the path that it was found under; who had it packaged."""

BY_RELIABILITY: Mapping[Literal["stated", "dtg-confirmed", "dateline-confirmed", "minutes-unreliable"], str] = {
    "stated": "",
    "dtg-confirmed": IN_THE_TEXT,
    "dateline-confirmed": IN_THE_TEXT,
    "minutes-unreliable": ' cert="medium" evidence="external"',
}
"""What a time of creation rests on: the page; the text of the cable; what is known of the page's kind."""
